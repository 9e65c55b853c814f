"""Make, change and call off classes."""

import secrets
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.core.errors import N_, Invalid, NotFound, Refused, Stale
from app.core.permissions import Actor, P
from app.ledger.service import record
from app.registry import queries as registry
from app.training import policy, queries
from app.training.models import Attendance, ClassHours, Enrolment, TrainingClass
from app.training.policy import ClassDraft
from app.training.service.loading import managed_class, standing_class


def create_class(
    session: Session, actor: Actor, unit_code: str, draft: ClassDraft, *, zone: ZoneInfo, now: datetime
) -> int:
    """Plan a class of a unit; returns its id. Raises Invalid for a class that cannot be."""
    try:
        unit = registry.unit_by_code(session, unit_code, actor.scope(P.TRAINING_MANAGE))
    except NotFound as error:
        raise Invalid("unknown-unit", N_("Choose a unit whose training you manage."), field="unit") from error
    policy.check_class(draft, zone)
    _check_links(session, actor, draft)
    row = TrainingClass(
        unit_id=unit.id, room_secret=secrets.token_hex(32), created_at=now, created_by=actor.label,
        **_columns(draft, zone),
    )  # fmt: skip
    session.add(row)
    session.flush()
    _put_hours(session, row.id, draft)
    record(session, actor, "training.class.planned", ("class", row.id), now=now, unit_id=unit.id, after=vars(draft))
    return row.id


def _columns(draft: ClassDraft, zone: ZoneInfo) -> dict[str, Any]:
    _first, last = policy.first_and_last_day(draft.starts_at, draft.ends_at, zone)
    kept = {name: value for name, value in vars(draft).items() if name not in ("hours", "credit_year")}
    return {**kept, "last_day": last, "credit_year": draft.credit_year or last.year}


def _put_hours(session: Session, class_id: int, draft: ClassDraft) -> None:
    session.execute(delete(ClassHours).where(ClassHours.class_id == class_id))
    for category, hours in draft.hours.items():
        session.add(ClassHours(class_id=class_id, category=category, tenths=policy.tenths(hours)))
    session.flush()


def _check_links(session: Session, actor: Actor, draft: ClassDraft) -> None:
    scope = actor.scope(P.TRAINING_MANAGE)
    if draft.programme_id is not None:
        try:
            programme = queries.programme_by_id(session, draft.programme_id, scope)
        except NotFound as error:
            raise Invalid("unknown-programme", N_("There is no such programme."), field="programme") from error
        if draft.task not in programme.tasks:
            raise Invalid("unknown-task", N_("The programme has no such task."), field="programme")
    if draft.plan_id is not None:
        try:
            plan = queries.plan_by_id(session, draft.plan_id, scope)
        except NotFound as error:
            raise Invalid("unknown-plan", N_("There is no such plan."), field="plan") from error
        if draft.starts_at.year != plan.year:
            raise Invalid("class-outside-plan", N_("The class lies outside the year of the plan."), field="plan")


def change_class(
    session: Session, actor: Actor, class_id: int, draft: ClassDraft, *, version: int, zone: ZoneInfo, now: datetime
) -> None:
    """Change a class. Once attendance was taken, only title, place and capacity may. Raises Invalid, Refused, Stale."""
    row = standing_class(session, actor, class_id)
    if row.version != version:
        raise Stale("stale-form", N_("Somebody changed this since you opened it. Please look again."))
    policy.check_class(draft, zone)
    _check_links(session, actor, draft)
    before = queries.class_by_id(session, class_id)
    if draft.capacity < before.enrolled:
        raise Refused(
            "capacity-below-enrolled", N_("%(enrolled)s people are enrolled; the capacity cannot be less."),
            field="capacity", enrolled=before.enrolled,
        )  # fmt: skip
    if _was_taken(session, class_id) and _settled(before) != _settled_draft(draft, zone):
        raise Refused(
            "attendance-taken",
            N_("Attendance was taken: times, hours and what the class counts for can no longer change."),
        )
    for name, value in _columns(draft, zone).items():
        setattr(row, name, value)
    row.version += 1
    _put_hours(session, class_id, draft)
    told = {"title": before.title, "place": before.place, "starts_at": before.starts_at, "ends_at": before.ends_at}
    record(
        session, actor, "training.class.changed", ("class", class_id), now=now, unit_id=row.unit_id,
        before={**told, "capacity": before.capacity, "hours": before.hours}, after=vars(draft),
    )  # fmt: skip


def _was_taken(session: Session, class_id: int) -> bool:
    taken = select(func.count()).select_from(Attendance).where(Attendance.class_id == class_id)
    return bool(session.scalar(taken))


def _settled(row: queries.ClassRow) -> tuple[Any, ...]:
    return (
        row.form, row.starts_at, row.ends_at, dict(row.hours), row.course, row.programme_id, row.task, row.plan_id,
        row.credit_year,
    )  # fmt: skip


def _settled_draft(draft: ClassDraft, zone: ZoneInfo) -> tuple[Any, ...]:
    found = _columns(draft, zone)
    return (
        draft.form, draft.starts_at, draft.ends_at, dict(draft.hours), draft.course, draft.programme_id, draft.task,
        draft.plan_id, found["credit_year"],
    )  # fmt: skip


def cancel_class(session: Session, actor: Actor, class_id: int, reason: str, *, now: datetime) -> int:
    """Call a class off; returns how many people were enrolled. Raises Refused once attendance was taken."""
    row = managed_class(session, actor, class_id)
    if row.cancelled_at is not None:
        raise Refused("class-cancelled", N_("This class was called off."))
    if not reason:
        raise Invalid("reason-needed", N_("State the reason; it is kept in the ledger."), field="reason")
    if _was_taken(session, class_id):
        raise Refused("attendance-taken", N_("Attendance was taken: correct it instead of calling the class off."))
    row.cancelled_at, row.cancel_reason, row.version = now, reason, row.version + 1
    enrolled = select(func.count()).select_from(Enrolment).where(Enrolment.class_id == class_id)
    record(
        session, actor, "training.class.cancelled", ("class", class_id), now=now, unit_id=row.unit_id, reason=reason,
        before={"title": row.title, "starts_at": row.starts_at},
    )  # fmt: skip
    return session.scalar(enrolled.where(Enrolment.withdrawn_at.is_(None))) or 0
