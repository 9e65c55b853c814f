"""The seats of a sitting as the invigilator sees them now."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.exams.models import Attempt, AttemptEvent
from app.exams.queries.sittings import CandidateRow, candidates
from app.exams.sitting import EventKind, Standing

SILENT_AFTER = timedelta(minutes=2)


@dataclass(frozen=True)
class SeatRow:
    """One candidate: state code for the tile, newest save, how often the page was left, extra minutes, deadline."""

    admission_id: int
    person_id: int
    attempt_id: int | None
    code: str
    name: str
    room: str | None
    seat: int | None
    state: str
    last_sequence: int
    last_saved_at: datetime | None
    last_seen_at: datetime | None
    left: int
    granted_minutes: int
    extra_percent: int
    deadline_at: datetime | None


def seat_state(standing: Standing, last_seen_at: datetime | None, *, away: bool, now: datetime) -> str:
    """NOT_ARRIVED, WRITING, AWAY (the page was left), SILENT (nothing heard for two minutes), or how it ended."""
    if standing is Standing.NOT_STARTED:
        return "NOT_ARRIVED"
    if standing is not Standing.WRITING:
        return "HANDED_IN" if standing is Standing.SUBMITTED else standing.value
    if last_seen_at is None or now - last_seen_at > SILENT_AFTER:
        return "SILENT"
    return "AWAY" if away else "WRITING"


def seats(session: Session, sitting_id: int, now: datetime) -> list[SeatRow]:
    """Every admitted candidate, by room and seat."""
    rows = candidates(session, sitting_id)
    attempts = {
        a.id: a
        for a in session.scalars(select(Attempt).where(Attempt.id.in_([r.attempt_id for r in rows if r.attempt_id])))
    }
    left, away = _absences(session, list(attempts))
    return [_seat(row, attempts.get(row.attempt_id or 0), left, away, now) for row in rows]


def _seat(row: CandidateRow, attempt: Attempt | None, left: Counter[int], away: set[int], now: datetime) -> SeatRow:
    seen = attempt.last_seen_at if attempt else None
    return SeatRow(
        row.admission_id, row.person_id, row.attempt_id, row.code, row.name, row.room, row.seat,
        seat_state(row.standing, seen, away=row.attempt_id in away, now=now),
        attempt.last_sequence if attempt else 0, attempt.last_saved_at if attempt else None, seen,
        left[row.attempt_id or 0], row.granted_minutes, row.extra_percent, attempt.deadline_at if attempt else None,
    )  # fmt: skip


def _absences(session: Session, attempts: Sequence[int]) -> tuple[Counter[int], set[int]]:
    """How often each attempt's page was left, and which of them have not come back."""
    coming = (EventKind.LEFT, EventKind.RETURNED, EventKind.RECONNECTED, EventKind.NEW_DEVICE)
    newest = (
        select(AttemptEvent.attempt_id, func.max(AttemptEvent.id).label("id"))
        .where(AttemptEvent.attempt_id.in_(attempts), AttemptEvent.kind.in_(coming))
        .group_by(AttemptEvent.attempt_id)
        .subquery()
    )
    gone = session.scalars(
        select(newest.c.attempt_id)
        .join(AttemptEvent, AttemptEvent.id == newest.c.id)
        .where(AttemptEvent.kind == EventKind.LEFT)
    )
    counted = session.execute(
        select(AttemptEvent.attempt_id, func.count())
        .where(AttemptEvent.attempt_id.in_(attempts), AttemptEvent.kind == EventKind.LEFT)
        .group_by(AttemptEvent.attempt_id)
    )
    return Counter(dict(iter(counted))), set(gone)


@dataclass(frozen=True)
class EventRow:
    """Something that happened to an attempt, for the invigilator's log."""

    at: datetime
    kind: str
    person_id: int
    by: str
    detail: dict[str, object]


def events(session: Session, sitting_id: int, limit: int = 200) -> list[EventRow]:
    """The newest events of a sitting."""
    rows = session.execute(
        select(AttemptEvent, Attempt.person_id)
        .join(Attempt, Attempt.id == AttemptEvent.attempt_id)
        .where(Attempt.sitting_id == sitting_id)
        .order_by(AttemptEvent.id.desc())
        .limit(limit)
    )
    return [EventRow(event.at, event.kind, person_id, event.by, event.detail) for event, person_id in rows]
