"""Enrol people in classes and take them out again; a full class refuses."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.errors import N_, Invalid, NotFound, Refused
from app.core.permissions import Actor, P
from app.ledger.service import Deed, record_all
from app.registry import queries as registry
from app.registry.queries import PersonRow
from app.training import queries
from app.training.models import Attendance, Enrolment, TrainingClass
from app.training.policy import ClassForm
from app.training.service.loading import listed, locked_class, people, refuse_cancelled, standing_class


def enrol_people(
    session: Session, actor: Actor, class_id: int, codes: Sequence[str], *, today: date, now: datetime
) -> int:
    """Enrol the people with these codes, all or none; returns how many. Raises Invalid, Refused."""
    row = standing_class(session, actor, class_id)
    found = people(session, actor, codes, today)
    held = _enrolled(session, class_id)
    twice = [person.code for person in found if person.id in held]
    if twice:
        raise Refused("already-enrolled", N_("Already enrolled: %(codes)s."), field="codes", codes=listed(twice))
    return _enrol(session, actor, row, found, len(held), now)


def enrol_unit(
    session: Session, actor: Actor, class_id: int, unit_code: str, kind: str, *, today: date, now: datetime
) -> int:
    """Enrol everyone of a kind who serves in a unit or below and is not yet enrolled; returns how many."""
    row = standing_class(session, actor, class_id)
    scope = actor.scope(P.TRAINING_MANAGE)
    try:
        unit = registry.unit_by_code(session, unit_code, scope)
    except NotFound as error:
        raise Invalid("unknown-unit", N_("Choose a unit whose training you manage."), field="unit") from error
    found = registry.search_people(session, "", today, scope, unit_path=unit.path, kind=kind, limit=None)
    held = _enrolled(session, class_id)
    wanted = [person for person in found if person.unit_id is not None and person.id not in held]
    if not wanted:
        raise Refused("nobody-to-enrol", N_("Everybody of this kind there is enrolled already."), field="unit")
    return _enrol(session, actor, row, wanted, len(held), now)


def enrol_self(session: Session, actor: Actor, class_id: int, *, today: date, now: datetime) -> None:
    """Enrol oneself in a class that is open to one. Raises NotFound, Refused `class-full`."""
    row = locked_class(session, class_id)
    person = registry.person_by_id(session, actor.person_id or 0, today)
    refuse_cancelled(row)
    if person.id in _enrolled(session, class_id):
        raise Refused("already-enrolled-self", N_("You are enrolled already."))
    if row.id not in {one.id for one in queries.open_classes(session, person, now)}:
        raise NotFound
    _enrol(session, actor, row, [person], len(_enrolled(session, class_id)), now)


def _enrolled(session: Session, class_id: int) -> set[int]:
    statement = select(Enrolment.person_id).where(Enrolment.class_id == class_id, Enrolment.withdrawn_at.is_(None))
    return set(session.scalars(statement))


def _enrol(
    session: Session, actor: Actor, row: TrainingClass, found: Sequence[PersonRow], held: int, now: datetime
) -> int:
    if row.ends_at <= now:
        raise Refused("class-over", N_("This class is over; nobody can be enrolled any more."))
    if held + len(found) > row.capacity:
        raise Refused(
            "class-full",
            N_("The class is full: %(free)s places are left and %(wanted)s are asked for. There is no waiting list."),
            field="codes",
            free=max(row.capacity - held, 0),
            wanted=len(found),
        )
    busy = _busy(session, row, {person.id for person in found})
    if busy:
        codes = listed([person.code for person in found if person.id in busy])
        raise Refused(
            "classes-overlap",
            N_("Another class takes place at the same time for: %(codes)s."),
            field="codes",
            codes=codes,
        )
    deeds = []
    for person in found:
        session.add(Enrolment(class_id=row.id, person_id=person.id, enrolled_at=now, enrolled_by=actor.label))
        deeds.append(
            Deed("training.enrolment.made", ("person", person.id), after={"class": row.id}, unit_id=row.unit_id)
        )
    session.flush()
    record_all(session, actor, deeds, now=now)
    return len(found)


def _busy(session: Session, row: TrainingClass, person_ids: Collection[int]) -> set[int]:
    """Who of these is enrolled elsewhere at the same time; online classes clash with nothing."""
    if row.form == ClassForm.ONLINE:
        return set()
    statement = (
        select(Enrolment.person_id)
        .join(TrainingClass, TrainingClass.id == Enrolment.class_id)
        .where(
            Enrolment.withdrawn_at.is_(None), Enrolment.person_id.in_(person_ids), TrainingClass.id != row.id,
            TrainingClass.cancelled_at.is_(None), TrainingClass.form != ClassForm.ONLINE.value,
            TrainingClass.starts_at < row.ends_at, TrainingClass.ends_at > row.starts_at,
        )
    )  # fmt: skip
    return set(session.scalars(statement))


def withdraw(session: Session, actor: Actor, class_id: int, person_id: int, *, now: datetime) -> None:
    """Take somebody out of a class whose attendance is not taken for them. Raises NotFound, Refused."""
    row = standing_class(session, actor, class_id)
    _withdraw(session, actor, row, person_id, now)


def withdraw_self(session: Session, actor: Actor, class_id: int, *, now: datetime) -> None:
    """Give up one's own place before the class begins, where one could take it oneself. Raises NotFound, Refused."""
    row = locked_class(session, class_id)
    if row.starts_at <= now:
        raise Refused("class-begun", N_("The class has begun; ask the trainer."))
    if not row.self_enrolment:
        raise Refused("trainer-enrols", N_("The trainer decides who attends this class; ask the trainer."))
    _withdraw(session, actor, row, actor.person_id or 0, now)


def _withdraw(session: Session, actor: Actor, row: TrainingClass, person_id: int, now: datetime) -> None:
    place = session.scalar(
        select(Enrolment).where(
            Enrolment.class_id == row.id, Enrolment.person_id == person_id, Enrolment.withdrawn_at.is_(None)
        )
    )
    if place is None:
        raise NotFound
    marked = select(func.count()).select_from(Attendance).where(
        Attendance.class_id == row.id, Attendance.person_id == person_id, Attendance.superseded_at.is_(None)
    )  # fmt: skip
    if session.scalar(marked):
        raise Refused("attendance-taken", N_("Attendance was taken for this person; correct it first."))
    place.withdrawn_at, place.withdrawn_by = now, actor.label
    session.flush()
    deed = Deed("training.enrolment.withdrawn", ("person", person_id), before={"class": row.id}, unit_id=row.unit_id)
    record_all(session, actor, [deed], now=now)
