"""Pages of a candidate: my exams, my result."""

from flask import render_template
from flask.typing import ResponseReturnValue

from app.core.http import actor, now, requires, today
from app.core.permissions import Actor, P
from app.exams import queries
from app.exams.views.blueprint import blueprint
from app.extensions import db
from app.registry import queries as registry


def exams_of(who: Actor) -> list[queries.MyExam]:
    """The sittings that concern an actor; none without a person in the registry."""
    if who.person_id is None:
        return []
    people = registry.people_by_ids(db.session(), [who.person_id], today())
    path = people[0].unit_path if people else None
    return queries.my_exams(db.session(), who.person_id, path, now())


@blueprint.get("/")
@requires(P.SELF)
def mine() -> ResponseReturnValue:
    """My exams: what is open, what comes, what is past."""
    exams = exams_of(actor())
    groups = {
        "open": [exam for exam in exams if exam.may_begin],
        "coming": [exam for exam in exams if not exam.may_begin and now() < exam.sitting.opens_at],
    }
    shown = [exam.sitting.id for rows in groups.values() for exam in rows]
    groups["past"] = [exam for exam in exams if exam.sitting.id not in shown]
    return render_template("exams/mine.html", **{f"{name}_exams": rows for name, rows in groups.items()})


@blueprint.get("/results/<int:attempt_id>")
@requires(P.SELF)
def my_result(attempt_id: int) -> ResponseReturnValue:
    """My result, once it is released."""
    found = queries.own_result(db.session(), actor().person_id, attempt_id, today())
    return render_template("exams/my_result.html", result=found)
