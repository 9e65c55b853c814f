"""The same certificate in other forms, for whoever may have its document: the badge, and everything to check it by."""

from flask import Response
from flask.typing import ResponseReturnValue

from app.core.http import actor, requires, settings
from app.core.permissions import P
from app.credentials import service
from app.credentials.views.issuer import blueprint
from app.extensions import db
from certificates.attachment import CREDENTIAL, CREDENTIAL_TYPE


@blueprint.get(f"/certificates/<number>/{CREDENTIAL}")
@requires(P.CREDENTIALS_READ, P.SELF)
def badge(number: str) -> ResponseReturnValue:
    """The badge as it lies in the sealed document; for its holder, and for who reads credentials of the agency."""
    answer = Response(service.badge_file(db.session(), actor(), number), content_type=CREDENTIAL_TYPE)
    answer.headers.set("Content-Disposition", "attachment", filename=CREDENTIAL)
    return answer


@blueprint.get("/certificates/<number>.zip")
@requires(P.CREDENTIALS_READ, P.SELF)
def bundle(number: str) -> ResponseReturnValue:
    """Document, badge, proof of the log, roots and lists, and how to check each; for the same people."""
    made = service.bundle(db.session(), actor(), number, settings())
    answer = Response(made, content_type="application/zip")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{number}.zip")
    return answer
