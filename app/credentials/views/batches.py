"""Batches of certificates: how far the sealing of each is, and all its documents in one file."""

from flask import Response, render_template, stream_with_context
from flask.typing import ResponseReturnValue

from app.core.http import actor, now, requires, zone
from app.core.permissions import P
from app.credentials import queries, service
from app.credentials.views.issuer import blueprint
from app.extensions import db


@blueprint.get("/batches")
@requires(P.CREDENTIALS_ISSUE)
def batches() -> ResponseReturnValue:
    """Every batch with certificates of agencies in scope, newest first."""
    return render_template(
        "credentials/batches.html", rows=queries.batches(db.session(), actor().scope(P.CREDENTIALS_ISSUE))
    )


@blueprint.get("/batches/<int:batch_id>")
@requires(P.CREDENTIALS_ISSUE)
def batch(batch_id: int) -> ResponseReturnValue:
    """One batch: how many of its documents are sealed, and all of them to fetch."""
    row = queries.batch(db.session(), actor().scope(P.CREDENTIALS_ISSUE), batch_id)
    return render_template("credentials/batch.html", row=row)


@blueprint.post("/batches/<int:batch_id>.zip")
@requires(P.CREDENTIALS_ISSUE)
def fetch_batch(batch_id: int) -> ResponseReturnValue:
    """The sealed documents of a batch in one file, sent as it is written."""
    pieces = service.fetch_batch(db.session(), actor(), batch_id, zone(), now())
    db.session.commit()
    answer = Response(stream_with_context(pieces), content_type="application/zip")
    answer.headers.set("Content-Disposition", "attachment", filename=f"certificates-{batch_id}.zip")
    return answer
