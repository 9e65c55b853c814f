"""Classes every locality shares: planned by the training room, and attendance of thousands written in bulk."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert

from app.core.permissions import Actor
from app.demo.stage import Stage
from app.ledger.service import Deed, record_all
from app.training import service
from app.training.models import Attendance, Enrolment, TaskDone
from app.training.policy import ClassDraft, Evidence, Method, Status


@dataclass(frozen=True)
class Lesson:
    """A class of a year: days after 1 January, length in days, hours by category."""

    title: str
    form: str
    place: str
    after: int
    days: int
    hours: dict[str, int]
    everywhere: bool = False


def plan_class(
    stage: Stage,
    actor: Actor,
    agency: str,
    first: date,
    lesson: Lesson,
    moment: datetime,
    **links: Any,  # noqa: ANN401 - fields of the draft
) -> int:
    """A class from nine in the morning of its first day."""
    draft = ClassDraft(
        title=lesson.title, form=lesson.form, place=lesson.place, starts_at=stage.at(first, 9),
        ends_at=stage.at(first + timedelta(days=lesson.days - 1), 17, 30), capacity=900,
        hours={category: Decimal(hours) for category, hours in lesson.hours.items()}, **links,
    )  # fmt: skip
    return service.create_class(stage.session, actor, agency, draft, zone=stage.zone, now=moment)


def attended(
    stage: Stage, unit: str, first: date, lesson: Lesson, codes: Sequence[str], actor: Actor | None = None
) -> None:
    """Note a class that all these people attended: planned before, enrolment and list written in bulk when it is over.

    The rows are those that the training room would write one by one; the class has no programme or initial course.
    """
    kept: list[int] = []
    last = first + timedelta(days=lesson.days - 1)
    by = actor or stage.hand
    before, after = stage.at(first - timedelta(days=9), 8), stage.at(last, 18)
    stage.note(before, lambda now: kept.append(_enrolled(stage, by, unit, first, lesson, codes, now)))
    stage.note(after, lambda now: _listed(stage, by, unit, kept[0], (first, last), codes, now))


def _enrolled(
    stage: Stage, by: Actor, unit: str, first: date, lesson: Lesson, codes: Sequence[str], now: datetime
) -> int:
    class_id = plan_class(stage, by, unit, first, lesson, now)
    people = [stage.people[code] for code in codes]
    rows = [{"class_id": class_id, "person_id": one, "enrolled_at": now, "enrolled_by": by.label} for one in people]
    stage.session.execute(insert(Enrolment), rows)
    told = {"class": class_id}
    deeds = [Deed("training.enrolment.made", ("person", one), after=told, unit_id=stage.units[unit]) for one in people]
    record_all(stage.session, by, deeds, now=now)
    return class_id


def _listed(
    stage: Stage, by: Actor, unit: str, class_id: int, days: tuple[date, date], codes: Sequence[str], now: datetime
) -> None:
    status, method = Status.ATTENDED.value, Method.LIST.value
    people = [stage.people[code] for code in codes]
    rows = [
        {"class_id": class_id, "person_id": one, "status": status, "method": method, "valid_from": days[0],
         "valid_to": days[1], "recorded_at": now, "recorded_by": by.label, "note": ""}
        for one in people
    ]  # fmt: skip
    stage.session.execute(insert(Attendance), rows)
    told = {"class": class_id, "status": status, "method": method}
    deeds = [
        Deed("training.attendance.taken", ("person", one), after=told, unit_id=stage.units[unit]) for one in people
    ]
    record_all(stage.session, by, deeds, now=now)


def mark_tasks(
    stage: Stage, actor: Actor, programme: int, codes: Sequence[str], what: tuple[str, date, str], moment: datetime
) -> None:
    """Note a task (its name, the day, the paper) as done by document for all these people, in bulk."""
    task, day, paper = what
    rows = [
        {"programme_id": programme, "person_id": stage.people[code], "task": task, "valid_from": day, "note": "",
         "recorded_at": moment, "recorded_by": actor.label, "evidence_kind": Evidence.DOCUMENT.value, "evidence": paper}
        for code in codes
    ]  # fmt: skip
    stage.session.execute(insert(TaskDone), rows)
    told = {"programme": programme, "task": task, "done_on": day, "evidence": f"{Evidence.DOCUMENT.value}:{paper}"}
    deeds = [Deed("training.task.done", ("person", row["person_id"]), after=told) for row in rows]
    record_all(stage.session, actor, deeds, now=moment)
