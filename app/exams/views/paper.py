"""The candidate's paper: begin, write, hand in, receipt. It works as a plain form; its script saves as one goes."""

import secrets

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from app.core.errors import N_, Invalid
from app.core.http import actor, now, requires, zone
from app.core.permissions import P
from app.exams import queries, service
from app.exams.service import saving
from app.exams.views.blueprint import blueprint
from app.exams.views.wire import acknowledgement, as_image, moment, read_answers, times
from app.extensions import db


def device_of(attempt_id: int) -> str:
    """The name this browser goes by for an attempt; kept in the signed cookie, unknown to scripts."""
    return str(session.get("devices", {}).get(str(attempt_id), ""))


@blueprint.post("/sittings/<int:sitting_id>/start")
@requires(P.SELF)
def start(sitting_id: int) -> ResponseReturnValue:
    """Begin one's paper, or come back to it here; another device then turns read-only."""
    device = str(session.get("device", "")) or secrets.token_urlsafe(12)
    begun = service.start_attempt(db.session(), actor(), sitting_id, device, now=now(), zone=zone())
    db.session.commit()
    session["device"] = device
    session["devices"] = {**dict(list(session.get("devices", {}).items())[-4:]), str(begun.attempt_id): device}
    return redirect(url_for("exams.paper", attempt_id=begun.attempt_id))


@blueprint.get("/papers/<int:attempt_id>")
@requires(P.SELF)
def paper(attempt_id: int) -> ResponseReturnValue:
    """The paper, with what is saved so far."""
    attempt = queries.own_attempt(db.session(), actor().person_id, attempt_id)
    if attempt.closed_by:
        return redirect(url_for("exams.receipt", attempt_id=attempt_id))
    saved = saving.shown_answers(db.session(), attempt_id, device_of(attempt_id))
    places = queries.shown_places(db.session(), attempt.paper_id)
    return render_template(
        "exams/paper.html",
        attempt=attempt,
        sitting=queries.sitting(db.session(), attempt.sitting_id, now()),
        places=[(place, queries.filled(place, saved.get(place.position))) for place in places],
        writable=attempt.device_token == device_of(attempt_id),
        moment=now(),
        zone=zone().key,
    )


@blueprint.post("/papers/<int:attempt_id>/state")
@requires(P.SELF)
def paper_state(attempt_id: int) -> ResponseReturnValue:
    """Where the paper stands: answers with their numbers, the times that hold, whether this device may write.

    Asking also tells the invigilator that the page is there.
    """
    attempt = queries.own_attempt(db.session(), actor().person_id, attempt_id)
    writable = attempt.device_token == device_of(attempt_id)
    if writable:
        saving.note_seen(db.session(), actor(), attempt_id, now=now())
        db.session.commit()
    answers = {
        place: {"value": saved.value, "sequence": saved.sequence, "saved_at": saved.saved_at.isoformat()}
        for place, saved in saving.shown_answers(db.session(), attempt_id, device_of(attempt_id)).items()
    }
    closed = {"closed_by": attempt.closed_by, "device_is_current": writable}
    return {**times(attempt, now()), **closed, "answers": answers}


@blueprint.post("/papers/<int:attempt_id>/answers")
@requires(P.SELF)
def save_answers(attempt_id: int) -> ResponseReturnValue:
    """Save answers; each is acknowledged by its number and time once it is on the disk."""
    answers = read_answers(request.get_json(silent=True))
    done = saving.save_answers(db.session(), actor(), attempt_id, device_of(attempt_id), answers, now=now())
    db.session.commit()
    return acknowledgement(done, now())


@blueprint.post("/papers/<int:attempt_id>/events")
@requires(P.SELF)
def note_events(attempt_id: int) -> ResponseReturnValue:
    """The page was left, came back, or is connected again."""
    try:
        kinds = [(str(e["kind"]), moment(e.get("at"))) for e in request.get_json()["events"]]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Invalid("events-unreadable", N_("What the page told could not be read.")) from error
    saving.note_events(db.session(), actor(), attempt_id, kinds, now=now())
    db.session.commit()
    return {"noted": len(kinds)}


@blueprint.post("/papers/<int:attempt_id>/form")
@requires(P.SELF)
def save_form(attempt_id: int) -> ResponseReturnValue:
    """The plain form, for browsers without script: every answer as it stands, then the paper again or the summary."""
    device, fields = device_of(attempt_id), request.form.lists()
    bad = saving.save_whole(db.session(), actor(), attempt_id, device, fields, now=now())
    db.session.commit()
    if bad:
        flash(_not_saved(bad), "warning")
    where = "exams.summary" if "summary" in request.form else "exams.paper"
    return redirect(url_for(where, attempt_id=attempt_id))


def _not_saved(bad: tuple[int, ...]) -> str:
    text: str = ngettext(
        "Question %(list)s was not saved: give every line a rank of its own, and every point both its numbers.",
        "Questions %(list)s were not saved: give every line a rank of its own, and every point both its numbers.",
        len(bad), list=", ".join(map(str, bad)),
    )  # fmt: skip
    return text


@blueprint.get("/papers/<int:attempt_id>/pictures/<int:position>/<int:number>")
@requires(P.SELF)
def paper_picture(attempt_id: int, position: int, number: int) -> ResponseReturnValue:
    """A picture of a question of one's own paper."""
    return as_image(queries.picture(db.session(), actor().person_id, attempt_id, position, number))


@blueprint.get("/papers/<int:attempt_id>/summary")
@requires(P.SELF)
def summary(attempt_id: int) -> ResponseReturnValue:
    """What is empty, before handing in."""
    attempt = queries.own_attempt(db.session(), actor().person_id, attempt_id)
    if attempt.closed_by:
        return redirect(url_for("exams.receipt", attempt_id=attempt_id))
    saved = queries.saved_answers(db.session(), attempt_id)
    empty = [place for place in range(1, attempt.places + 1) if place not in saved or not saved[place].value]
    found = queries.sitting(db.session(), attempt.sitting_id, now())
    return render_template("exams/paper_summary.html", attempt=attempt, sitting=found, empty=empty)


@blueprint.post("/papers/<int:attempt_id>/submit")
@requires(P.SELF)
def submit(attempt_id: int) -> ResponseReturnValue:
    """Hand the paper in; doing it again shows the same receipt."""
    service.submit(db.session(), actor(), attempt_id, now=now())
    db.session.commit()
    return redirect(url_for("exams.receipt", attempt_id=attempt_id))


@blueprint.get("/papers/<int:attempt_id>/receipt")
@requires(P.SELF)
def receipt(attempt_id: int) -> ResponseReturnValue:
    """When it was closed and by whom, how much was answered, and the code made from the saved answers."""
    attempt = queries.own_attempt(db.session(), actor().person_id, attempt_id)
    if not attempt.closed_by:
        return redirect(url_for("exams.paper", attempt_id=attempt_id))
    found = queries.sitting(db.session(), attempt.sitting_id, now())
    given = queries.handed_in(db.session(), attempt)
    return render_template("exams/paper_receipt.html", attempt=attempt, sitting=found, given=given)
