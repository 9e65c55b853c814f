"""The invigilator's page: who is in, who is silent, more time, ending one paper, and the log of incidents."""

import hashlib

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.core.errors import DomainError
from app.core.http import actor, in_language, now, requires
from app.core.permissions import P
from app.core.words import clock_text
from app.exams import service
from app.exams.queries import invigilated, sitting
from app.exams.queries.seats import SeatRow, events, seats
from app.exams.service.access import invigilated_sitting
from app.exams.service.incidents import note_incident as write_incident
from app.exams.views.blueprint import blueprint
from app.extensions import db
from app.ledger.queries import about


@blueprint.get("/invigilation")
@requires(P.EXAMS_INVIGILATE)
def my_rooms() -> ResponseReturnValue:
    """The sittings I am named for, latest first."""
    return render_template(
        "exams/invigilation_list.html", rows=invigilated(db.session(), actor().account_id or 0, now())
    )


@blueprint.get("/sittings/<int:sitting_id>/invigilate")
@requires(P.EXAMS_INVIGILATE)
def invigilate(sitting_id: int) -> ResponseReturnValue:
    """The live seat list of one sitting."""
    invigilated_sitting(db.session(), actor(), sitting_id)
    rows = seats(db.session(), sitting_id, now())
    return render_template(
        "exams/invigilation.html",
        sitting=sitting(db.session(), sitting_id, now()),
        seats=rows,
        counts=_counts(rows),
        events=events(db.session(), sitting_id),
        incidents=[
            row for row in about(db.session(), "exam_sitting", sitting_id) if row.event == "exams.incident.noted"
        ],
        names={row.person_id: f"{row.name} {row.code}" for row in rows},
        moment=now(),
    )


@blueprint.get("/sittings/<int:sitting_id>/seats")
@requires(P.EXAMS_INVIGILATE)
def seat_feed(sitting_id: int) -> ResponseReturnValue:
    """The seats as data, each with its tile, for the page to renew itself."""
    invigilated_sitting(db.session(), actor(), sitting_id)
    rows = seats(db.session(), sitting_id, now())
    tiles = [
        {"id": row.admission_id, "html": render_template("exams/invigilation_seat.html", seat=row)} for row in rows
    ]
    for tile in tiles:
        tile["digest"] = hashlib.sha256(str(tile["html"]).encode()).hexdigest()[:16]
    return {"at": clock_text(now()), "counts": _counts(rows), "seats": tiles}


def _counts(rows: list[SeatRow]) -> str:
    writing = sum(row.state in {"WRITING", "AWAY", "SILENT"} for row in rows)
    silent = sum(row.state == "SILENT" for row in rows)
    handed = sum(row.state in {"HANDED_IN", "ENDED", "OVERDUE"} for row in rows)
    everybody = ngettext("%(num)s candidate", "%(num)s candidates", len(rows))
    words: str = _(
        "%(everybody)s: %(writing)s writing (%(silent)s silent), %(handed)s handed in, %(missing)s not arrived",
        everybody=everybody, writing=writing, silent=silent, handed=handed, missing=len(rows) - writing - handed,
    )  # fmt: skip
    return words


@blueprint.post("/sittings/<int:sitting_id>/time")
@requires(P.EXAMS_INVIGILATE)
def grant_time(sitting_id: int) -> ResponseReturnValue:
    """Give one candidate more minutes; their page knows within fifteen seconds."""
    person, minutes = request.form.get("person", 0, int), request.form.get("minutes", 0, int)
    try:
        service.grant_time(
            db.session(), actor(), sitting_id, person, minutes, request.form.get("reason", ""), now=now()
        )
        db.session.commit()
        flash(_("%(minutes)s minutes granted.", minutes=minutes), "success")
    except DomainError as error:
        flash(in_language(error), "danger")
    return redirect(url_for("exams.invigilate", sitting_id=sitting_id))


@blueprint.post("/sittings/<int:sitting_id>/end/<int:attempt_id>")
@requires(P.EXAMS_INVIGILATE)
def end_attempt(sitting_id: int, attempt_id: int) -> ResponseReturnValue:
    """End one candidate's paper with what is saved; a reason is kept."""
    try:
        service.end_attempt(db.session(), actor(), attempt_id, request.form.get("reason", ""), now=now())
        db.session.commit()
        flash(_("The paper was ended."), "success")
    except DomainError as error:
        flash(in_language(error), "danger")
    return redirect(url_for("exams.invigilate", sitting_id=sitting_id))


@blueprint.post("/sittings/<int:sitting_id>/incidents")
@requires(P.EXAMS_INVIGILATE)
def note_incident(sitting_id: int) -> ResponseReturnValue:
    """Write something into the log of the sitting."""
    try:
        write_incident(db.session(), actor(), sitting_id, request.form.get("text", ""), now=now())
        db.session.commit()
    except DomainError as error:
        flash(in_language(error), "danger")
    return redirect(url_for("exams.invigilate", sitting_id=sitting_id))
