"""What people have sat before, for the rules on trying again; and the results that other rooms build on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.core.prepared import KNOWN_AT, Prepared, among
from app.exams.models import Admission, Attempt, Result, Sitting
from app.exams.sitting import Kind, Sat


@dataclass(frozen=True)
class PaperResult:
    """A released result of a formal paper. `released_at` is when this marking of it was made known."""

    id: int
    paper: str
    score: Decimal
    out_of: Decimal
    pass_mark: Decimal
    passed: bool
    sat_on: date
    released_at: datetime
    sitting_id: int


def _statement() -> Prepared:
    statement = (
        select(
            Result.person_id, Result.id, Sitting.paper, Result.score, Result.out_of, Result.pass_mark, Result.passed,
            Attempt.sat_on, Sitting.released_at, Result.recorded_at, Result.sitting_id,
        )
        .join(Attempt, Attempt.id == Result.attempt_id)
        .join(Sitting, Sitting.id == Result.sitting_id)
        .where(
            among(Result.person_id, "ids"), Sitting.kind == Kind.FORMAL.value, Sitting.released_at.is_not(None)
        )
        .order_by(Attempt.sat_on.desc(), Result.id.desc())
    )  # fmt: skip
    then = statement.where(
        Sitting.released_at <= KNOWN_AT,
        Result.recorded_at <= KNOWN_AT,
        or_(Result.superseded_at.is_(None), Result.superseded_at > KNOWN_AT),
    )
    return Prepared(statement.where(Result.superseded_at.is_(None)), then)


_PASSES = _statement()


def passes(
    session: Session, person_ids: Iterable[int], known_at: datetime | None = None
) -> dict[int, list[PaperResult]]:
    """Released results of formal papers per person, newest first, passed or not; people without any have an empty list.

    With `known_at`, what had been made known by then: a later marking or release does not count yet.
    """
    found: dict[int, list[PaperResult]] = {person_id: [] for person_id in person_ids}
    for row in _PASSES.rows(session, known_at, ids=list(found)):
        person_id, number, paper, score, out_of, mark, passed, sat_on, released_at, recorded_at, sitting_id = row
        known_from = max(released_at, recorded_at)
        result = PaperResult(number, paper, score, out_of, mark, passed, sat_on, known_from, sitting_id)
        found[person_id].append(result)
    return found


def sat_before(session: Session, person_ids: Iterable[int], paper: str) -> dict[int, list[Sat]]:
    """Every formal attempt at a paper per person, oldest first; `passed` is None until the result is released."""
    ids = list(person_ids)
    statement = (
        select(Attempt.person_id, Attempt.sat_on, Result.passed, Sitting.released_at)
        .join(Sitting, Sitting.id == Attempt.sitting_id)
        .outerjoin(Result, (Result.attempt_id == Attempt.id) & Result.superseded_at.is_(None))
        .where(Attempt.person_id.in_(ids), Sitting.kind == Kind.FORMAL.value, Sitting.paper == paper)
        .order_by(Attempt.sat_on, Attempt.id)
    )
    found: dict[int, list[Sat]] = {person_id: [] for person_id in ids}
    for person_id, sat_on, passed, released_at in session.execute(statement):
        found[person_id].append(Sat(sat_on, passed if released_at is not None else None))
    return found


def admitted_elsewhere(
    session: Session, person_ids: Iterable[int], paper: str, sitting_id: int, now: datetime
) -> set[int]:
    """Of these people, those who may still sit the same formal paper in another sitting that has not closed."""
    return set(
        session.scalars(
            select(Admission.person_id)
            .join(Sitting, Sitting.id == Admission.sitting_id)
            .where(
                Admission.person_id.in_(list(person_ids)),
                Admission.withdrawn_at.is_(None),
                Sitting.id != sitting_id,
                Sitting.kind == Kind.FORMAL.value,
                Sitting.paper == paper,
                Sitting.cancelled_at.is_(None),
                Sitting.closes_at > now,
            )
        )
    )
