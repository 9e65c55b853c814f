"""What is done with the parallel forms of a sitting: make them, print one or its key."""

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from app.core.http import actor, now, requires, zone
from app.core.permissions import P
from app.exams import service
from app.exams.views.blueprint import blueprint
from app.extensions import db

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@blueprint.post("/sittings/<int:sitting_id>/forms")
@requires(P.EXAMS_MANAGE)
def make_forms(sitting_id: int) -> ResponseReturnValue:
    """Make the forms, anew where none has been dealt yet."""
    made = service.make_forms(db.session(), actor(), sitting_id, now=now(), zone=zone())
    db.session.commit()
    flash(ngettext("%(num)s form made and checked.", "%(num)s forms made and checked.", made), "success")
    return redirect(url_for("exams.sitting", sitting_id=sitting_id, _anchor="forms"))


@blueprint.post("/sittings/<int:sitting_id>/forms/<int:number>/print")
@requires(P.EXAMS_MANAGE)
def print_form(sitting_id: int, number: int) -> ResponseReturnValue:
    """A form as a Word file, or its key; the ledger keeps who took it."""
    key = request.form.get("key") == "1"
    file = service.print_form(db.session(), actor(), sitting_id, number, key=key, now=now())
    db.session.commit()
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"', "Cache-Control": "no-store"}
    return Response(file.content, mimetype=WORD, headers=headers)
