"""The holder's pages: my certificates, and the code to show at the roadside."""

from flask import render_template
from flask.typing import ResponseReturnValue

from app.core.errors import NotFound
from app.core.http import actor, now, requires, settings, zone
from app.core.permissions import P
from app.credentials import queries
from app.credentials.views.issuer import blueprint
from app.extensions import db
from certificates import qr
from certificates.marks import runs


@blueprint.get("/mine")
@requires(P.SELF)
def mine() -> ResponseReturnValue:
    """My certificates, with state and days left."""
    person_id = actor().person_id
    rows = queries.certificates_of(db.session(), person_id, now(), zone()) if person_id is not None else []
    applications = queries.applications_of(db.session(), person_id) if person_id is not None else []
    return render_template("credentials/mine.html", rows=rows, applications=applications)


@blueprint.get("/mine/<number>/code")
@requires(P.SELF)
def code(number: str) -> ResponseReturnValue:
    """The code of one of my certificates, as printed, as large as the screen, with its state."""
    row = next((row for row in _own() if row.number == number), None)
    if row is None:
        raise NotFound
    address = qr.verify_address(settings().site_url, row.number, row.check_code)
    dark = qr.modules(queries.code_text(db.session(), row.id) or address)
    path = "".join(f"M{x} {y}h{length}v1h-{length}z" for y, line in enumerate(dark) for x, length in runs(line))
    return render_template("credentials/code.html", row=row, address=address, path=path, size=len(dark))


def _own() -> list[queries.LifeRow]:
    person_id = actor().person_id
    return [] if person_id is None else queries.certificates_of(db.session(), person_id, now(), zone())
