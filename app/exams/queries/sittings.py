"""Read sittings, who is admitted to them, and where each sits."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select, true
from sqlalchemy.orm import Session, aliased

from app.accounts.models import Account
from app.core.errors import NotFound
from app.core.permissions import Actor, P, Scope
from app.exams.models import (
    Admission,
    Attempt,
    ExamPaper,
    ExamSpecification,
    ExamSpecificationVersion,
    Invigilator,
    Result,
    Sitting,
    SittingRoom,
)
from app.exams.sitting import SittingFacts, Standing, State, standing, state_at
from app.registry.models import Person, Unit
from app.registry.queries import in_scope, scope_paths, within


@dataclass(frozen=True)
class SittingRow:
    """A sitting with its state at the moment asked for, and its counts. `waiting` counts candidates without a paper."""

    id: int
    title: str
    unit_id: int
    unit: str
    unit_path: str
    specification_id: int
    specification_version_id: int
    specification: str
    paper: str
    kind: str
    opens_at: datetime
    closes_at: datetime
    duration_minutes: int
    grace_seconds: int
    show_explanations: bool
    one_at_a_time: bool
    open_practice: bool
    version: int
    announced_at: datetime | None
    cancelled_at: datetime | None
    cancel_reason: str
    released_at: datetime | None
    released_by: str
    state: State
    candidates: int
    waiting: int
    attempts: int
    unfinished: int
    unmarked: int
    results: int
    repeats_id: int | None = None


@dataclass(frozen=True)
class RoomRow:
    """A room of a sitting and how many sit in it."""

    id: int
    name: str
    capacity: int
    address: str
    remote: bool
    seated: int


@dataclass(frozen=True)
class CandidateRow:
    """Somebody admitted, where they sit, and how far they have come."""

    admission_id: int
    person_id: int
    code: str
    name: str
    kind: str
    room_id: int | None
    room: str | None
    seat: int | None
    extra_percent: int
    granted_minutes: int
    has_paper: bool
    attempt_id: int | None
    started_at: datetime | None
    submitted_at: datetime | None
    standing: Standing
    withdrawn_at: datetime | None
    withdrawn_reason: str


def _counts(session: Session, ids: Sequence[int]) -> dict[int, Counter[str]]:
    found: dict[int, Counter[str]] = {i: Counter() for i in ids}
    alone = aliased(ExamPaper)
    paperless = ~exists().where(alone.sitting_id == Admission.sitting_id, alone.person_id == Admission.person_id)
    admitted = (Admission.sitting_id.in_(ids), Admission.withdrawn_at.is_(None))
    has_result = exists().where(Result.attempt_id == Attempt.id)
    closed = Attempt.closed_by.is_not(None)
    asked: tuple[tuple[str, Any, tuple[Any, ...]], ...] = (
        ("candidates", Admission.sitting_id, admitted),
        ("waiting", Admission.sitting_id, (*admitted, paperless)),
        ("attempts", Attempt.sitting_id, (Attempt.sitting_id.in_(ids),)),
        ("unfinished", Attempt.sitting_id, (Attempt.sitting_id.in_(ids), Attempt.closed_by.is_(None))),
        ("unmarked", Attempt.sitting_id, (Attempt.sitting_id.in_(ids), closed, ~has_result)),
        ("results", Result.sitting_id, (Result.sitting_id.in_(ids), Result.superseded_at.is_(None))),
    )
    for name, column, conditions in asked:
        for sitting_id, number in session.execute(select(column, func.count()).where(*conditions).group_by(column)):
            found[sitting_id][name] = number
    return found


def _base() -> Select[Sitting, Unit, ExamSpecificationVersion, str]:
    return (
        select(Sitting, Unit, ExamSpecificationVersion, ExamSpecification.code)
        .join(Unit, Unit.id == Sitting.unit_id)
        .join(ExamSpecificationVersion, ExamSpecificationVersion.id == Sitting.specification_version_id)
        .join(ExamSpecification, ExamSpecification.id == ExamSpecificationVersion.specification_id)
    )


def _rows(
    session: Session, condition: ColumnElement[bool], now: datetime, limit: int | None = None
) -> list[SittingRow]:
    statement = _base().where(condition).order_by(Sitting.opens_at.desc(), Sitting.id.desc()).limit(limit)
    found = session.execute(statement).all()
    counts = _counts(session, [row[0].id for row in found])
    return [_row(sitting, unit, said, counts[sitting.id], now) for sitting, unit, said, _code in found]


def _row(s: Sitting, unit: Unit, said: ExamSpecificationVersion, counts: Counter[str], now: datetime) -> SittingRow:
    facts = SittingFacts(
        s.opens_at, s.closes_at, s.announced_at, s.cancelled_at, s.released_at, counts["candidates"],
        counts["candidates"] - counts["waiting"], counts["unfinished"], counts["unmarked"],
    )  # fmt: skip
    return SittingRow(
        s.id, s.title, s.unit_id, unit.name_zh, unit.path, said.specification_id, said.id, said.title, s.paper, s.kind,
        s.opens_at, s.closes_at, s.duration_minutes, s.grace_seconds, s.show_explanations, s.one_at_a_time,
        s.open_practice, s.version, s.announced_at, s.cancelled_at, s.cancel_reason, s.released_at, s.released_by,
        state_at(facts, now), counts["candidates"], counts["waiting"], counts["attempts"], counts["unfinished"],
        counts["unmarked"], counts["results"], s.repeats_id,
    )  # fmt: skip


def sittings(session: Session, scope: Scope, now: datetime, *, state: str = "", kind: str = "") -> list[SittingRow]:
    """The sittings of units in the scope, the latest opening first; optionally of one state or kind."""
    condition = within(scope, Unit.path, scope_paths(session, scope))
    if kind:
        condition &= Sitting.kind == kind
    return [row for row in _rows(session, condition, now) if not state or row.state == state]


def sittings_by_ids(session: Session, ids: Iterable[int], now: datetime) -> list[SittingRow]:
    """Sittings by id, the latest opening first."""
    return _rows(session, Sitting.id.in_(list(ids)), now)


def sitting(session: Session, sitting_id: int, now: datetime, scope: Scope = None) -> SittingRow:
    """One sitting; raises NotFound when it belongs to a unit outside the scope."""
    condition = (Sitting.id == sitting_id) & within(scope, Unit.path, scope_paths(session, scope))
    found = _rows(session, condition, now)
    if not found:
        raise NotFound
    return found[0]


def may_invigilate(session: Session, actor: Actor, sitting_id: int) -> bool:
    """Whether the actor invigilates the sitting: named for it, or in charge of exams at its unit."""
    if actor.may(P.EXAMS_INVIGILATE) and actor.account_id is not None:
        named = select(Invigilator.id).where(
            Invigilator.sitting_id == sitting_id, Invigilator.account_id == actor.account_id
        )
        if session.scalar(named) is not None:
            return True
    unit_id = session.scalar(select(Sitting.unit_id).where(Sitting.id == sitting_id))
    return unit_id is not None and actor.may(P.EXAMS_MANAGE) and in_scope(session, actor.scope(P.EXAMS_MANAGE), unit_id)


def invigilated(session: Session, account_id: int, now: datetime) -> list[SittingRow]:
    """The announced sittings for which an account is named as invigilator, the latest opening first."""
    named = exists().where(Invigilator.sitting_id == Sitting.id, Invigilator.account_id == account_id)
    return _rows(session, named & Sitting.announced_at.is_not(None), now)


def invigilators(session: Session, sitting_id: int) -> list[tuple[int, str, str]]:
    """Account id, user name and display name of each invigilator."""
    return list(
        session.execute(
            select(Account.id, Account.username, Account.display_name)
            .join(Invigilator, Invigilator.account_id == Account.id)
            .where(Invigilator.sitting_id == sitting_id)
            .order_by(Account.username)
        )
    )


def rooms(session: Session, sitting_id: int) -> list[RoomRow]:
    """The rooms of a sitting with how many candidates each holds."""
    seated = (
        select(func.count())
        .where(Admission.room_id == SittingRoom.id, Admission.withdrawn_at.is_(None))
        .scalar_subquery()
    )
    found = session.execute(
        select(SittingRoom, seated).where(SittingRoom.sitting_id == sitting_id).order_by(SittingRoom.id)
    )
    return [RoomRow(r.id, r.name, r.capacity, r.address, r.remote, count) for r, count in found]


def candidates(session: Session, sitting_id: int, *, withdrawn: bool = False) -> list[CandidateRow]:
    """Everybody admitted, by room, seat and code; those whose admission was withdrawn only when asked for.

    Where a practice sitting was written several times, the latest attempt stands.
    """
    earlier = aliased(Attempt)
    newest = (
        select(func.max(earlier.id))
        .where(earlier.sitting_id == Admission.sitting_id, earlier.person_id == Admission.person_id)
        .scalar_subquery()
    )
    has_paper = exists().where(ExamPaper.sitting_id == Admission.sitting_id, ExamPaper.person_id == Admission.person_id)
    statement = (
        select(Admission, Person, SittingRoom.name, has_paper, Attempt)
        .join(Person, Person.id == Admission.person_id)
        .outerjoin(SittingRoom, SittingRoom.id == Admission.room_id)
        .outerjoin(Attempt, Attempt.id == newest)
        .where(Admission.sitting_id == sitting_id, true() if withdrawn else Admission.withdrawn_at.is_(None))
        .order_by(SittingRoom.id.is_(None), SittingRoom.id, Admission.seat.is_(None), Admission.seat, Person.code)
    )
    return [_candidate(*row) for row in session.execute(statement)]


def _candidate(a: Admission, p: Person, room: str | None, has_paper: bool, attempt: Attempt | None) -> CandidateRow:  # noqa: FBT001
    return CandidateRow(
        a.id, p.id, p.code, p.name, p.kind, a.room_id, room, a.seat, max(a.extra_percent, p.extra_time_percent),
        a.granted_minutes, has_paper, attempt.id if attempt else None, attempt.started_at if attempt else None,
        attempt.submitted_at if attempt else None,
        standing(attempt.started_at, attempt.closed_by) if attempt else Standing.NOT_STARTED,
        a.withdrawn_at, a.withdrawn_reason,
    )  # fmt: skip
