"""Read one's own exams, attempts and saved answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.errors import NotFound
from app.exams.models import Admission, AnswerJournal, Attempt, Result, Sitting, SittingRoom
from app.exams.queries.sittings import SittingRow, sittings_by_ids
from app.exams.sitting import Kind, Standing, State, may_start, standing
from app.registry.models import Unit


@dataclass(frozen=True)
class AttemptRow:
    """An attempt as its candidate's and the invigilator's pages need it."""

    id: int
    paper_id: int
    sitting_id: int
    person_id: int
    started_at: datetime
    deadline_at: datetime
    accepts_until: datetime
    places: int
    device_token: str
    last_sequence: int
    last_saved_at: datetime | None
    last_seen_at: datetime | None
    submitted_at: datetime | None
    closed_by: str | None
    end_reason: str
    answered: int | None
    receipt: str | None

    @property
    def standing(self) -> Standing:
        """How the attempt stands."""
        return standing(self.started_at, self.closed_by)


@dataclass(frozen=True)
class SavedAnswer:
    """The newest saved answer of a place."""

    position: int
    value: str
    sequence: int
    saved_at: datetime
    late: bool


@dataclass(frozen=True)
class MyExam:
    """A sitting as one candidate finds it. `may_begin` says that the paper can be opened now, or opened again."""

    sitting: SittingRow
    room: str | None
    seat: int | None
    attempt: AttemptRow | None
    may_begin: bool
    has_result: bool


def _attempt_row(a: Attempt) -> AttemptRow:
    return AttemptRow(
        a.id, a.paper_id, a.sitting_id, a.person_id, a.started_at, a.deadline_at, a.accepts_until, a.places,
        a.device_token, a.last_sequence, a.last_saved_at, a.last_seen_at, a.submitted_at, a.closed_by, a.end_reason,
        a.answered, a.receipt,
    )  # fmt: skip


def own_attempt(session: Session, person_id: int | None, attempt_id: int) -> AttemptRow:
    """A person's own attempt; raises NotFound for anybody else's."""
    found = session.get(Attempt, attempt_id, populate_existing=True)
    if found is None or person_id is None or found.person_id != person_id:
        raise NotFound
    return _attempt_row(found)


def last_attempt(session: Session, person_id: int | None, sitting_id: int) -> AttemptRow | None:
    """A person's latest attempt in a sitting."""
    found = session.scalar(
        select(Attempt)
        .where(Attempt.person_id == person_id, Attempt.sitting_id == sitting_id)
        .order_by(Attempt.id.desc())
        .limit(1)
    )
    return _attempt_row(found) if found else None


def saved_answers(session: Session, attempt_id: int) -> dict[int, SavedAnswer]:
    """Position → the newest saved answer."""
    newest = (
        select(func.max(AnswerJournal.sequence))
        .where(AnswerJournal.attempt_id == attempt_id)
        .group_by(AnswerJournal.position)
    )
    rows = session.scalars(
        select(AnswerJournal).where(AnswerJournal.attempt_id == attempt_id, AnswerJournal.sequence.in_(newest))
    )
    return {r.position: SavedAnswer(r.position, r.value, r.sequence, r.saved_at, r.late) for r in rows}


def my_exams(session: Session, person_id: int, unit_path: str | None, now: datetime) -> list[MyExam]:
    """The announced sittings that admit a person or are open to their unit: soonest first, past ones last."""
    admissions = {
        row.sitting_id: (row, room)
        for row, room in session.execute(
            select(Admission, SittingRoom.name)
            .outerjoin(SittingRoom, SittingRoom.id == Admission.room_id)
            .where(Admission.person_id == person_id, Admission.withdrawn_at.is_(None))
        )
    }
    rows = [
        row
        for row in sittings_by_ids(session, [*admissions, *_open_practice(session, unit_path, now)], now)
        if row.state is not State.DRAFT and row.announced_at is not None
    ]
    found = []
    for row in rows:
        admission, room = admissions.get(row.id, (None, None))
        attempt = last_attempt(session, person_id, row.id)
        found.append(
            MyExam(
                row, room, admission.seat if admission else None, attempt, _may_begin(row, attempt, now),
                attempt is not None and _result_known(session, row, attempt.id),
            )
        )  # fmt: skip
    upcoming = sorted((e for e in found if now < e.sitting.closes_at), key=lambda e: e.sitting.opens_at)
    return [*upcoming, *(e for e in found if now >= e.sitting.closes_at)]


def _open_practice(session: Session, unit_path: str | None, now: datetime) -> Sequence[int]:
    ids = [int(part) for part in (unit_path or "").split("/") if part]
    return session.scalars(
        select(Sitting.id)
        .join(Unit, Unit.id == Sitting.unit_id)
        .where(
            Sitting.open_practice.is_(True), Sitting.unit_id.in_(ids), Sitting.announced_at.is_not(None),
            Sitting.cancelled_at.is_(None), Sitting.closes_at > now,
        )
    ).all()  # fmt: skip


def _may_begin(row: SittingRow, attempt: AttemptRow | None, now: datetime) -> bool:
    if row.cancelled_at is not None or row.released_at is not None:
        return False
    if attempt is not None and attempt.closed_by is None and now <= attempt.accepts_until:
        return True
    again = attempt is None or row.kind == Kind.PRACTICE
    return again and may_start(row.opens_at, row.closes_at, now)


def _result_known(session: Session, row: SittingRow, attempt_id: int) -> bool:
    if row.kind != Kind.PRACTICE and row.released_at is None:
        return False
    return session.scalar(select(Result.id).where(Result.attempt_id == attempt_id).limit(1)) is not None
