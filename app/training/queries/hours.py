"""Hours credited per person and calendar year."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, bindparam, select
from sqlalchemy.orm import Session

from app.core.facts import known
from app.core.prepared import KNOWN_AT, Prepared, among
from app.training.models import Attendance, ClassHours, TrainingClass
from app.training.policy import COUNTED, Status


@dataclass(frozen=True, slots=True)
class HoursRow:
    """A person's hours in a year: `total` is what counts towards the regime's hours, `by_category` everything."""

    total: Decimal
    by_category: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class HoursFactRow:
    """Hours of one category that one attendance brought; `id` is the attendance's, `earned_on` the class's last day.

    `counts` says whether they feed the regime's yearly hours (business and law do).
    """

    id: int
    person_id: int
    class_id: int
    title: str
    year: int
    earned_on: date
    category: str
    hours: Decimal
    counts: bool
    recorded_at: datetime
    superseded_at: datetime | None


def _statement(year: ColumnElement[bool] | None) -> Prepared:
    statement: Any = (
        select(
            Attendance.id, Attendance.person_id, TrainingClass.id, TrainingClass.title, TrainingClass.credit_year,
            Attendance.valid_to, ClassHours.category, ClassHours.tenths, Attendance.recorded_at,
            Attendance.superseded_at,
        )
        .join(TrainingClass, TrainingClass.id == Attendance.class_id)
        .join(ClassHours, ClassHours.class_id == TrainingClass.id)
        .where(Attendance.status == Status.ATTENDED.value, among(Attendance.person_id, "ids"))
        .order_by(Attendance.valid_to, Attendance.id, ClassHours.category)
    )  # fmt: skip
    if year is not None:
        statement = statement.where(year)
    return Prepared(known(statement, Attendance), known(statement, Attendance, KNOWN_AT))


_ALL_YEARS = _statement(None)
_ONE_YEAR = _statement(TrainingClass.credit_year == bindparam("year"))


def hours_facts(
    session: Session, person_ids: Collection[int], known_at: datetime | None = None, *, year: int | None = None
) -> dict[int, list[HoursFactRow]]:
    """Every credited hour of these people as believed now or at `known_at`, oldest first; one row per category."""
    found: dict[int, list[HoursFactRow]] = {person_id: [] for person_id in person_ids}
    if year is None:
        rows = _ALL_YEARS.rows(session, known_at, ids=list(found))
    else:
        rows = _ONE_YEAR.rows(session, known_at, ids=list(found), year=year)
    for attended, person_id, class_id, title, credited, last_day, category, tenths, recorded_at, superseded_at in rows:
        fact = HoursFactRow(
            attended, person_id, class_id, title, credited, last_day, category, Decimal(tenths) / 10,
            category in COUNTED, recorded_at, superseded_at,
        )  # fmt: skip
        found[person_id].append(fact)
    return found


def hours(
    session: Session, person_ids: Collection[int], year: int, known_at: datetime | None = None
) -> dict[int, HoursRow]:
    """Hours of each of these people in a calendar year, as believed now or at `known_at`; nobody is left out."""
    facts = hours_facts(session, person_ids, known_at, year=year)
    return {person_id: _summed(rows) for person_id, rows in facts.items()}


def _summed(rows: list[HoursFactRow]) -> HoursRow:
    by_category: dict[str, Decimal] = {}
    for row in rows:
        by_category[row.category] = by_category.get(row.category, Decimal(0)) + row.hours
    return HoursRow(sum((row.hours for row in rows if row.counts), Decimal(0)), by_category)
