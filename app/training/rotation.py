"""Hours owed and missing, days left, which reminder is due, who is included in a programme. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class YearHours:
    """A person's hours (学时) in a calendar year against what the regime asks (纲要 2021–25, 三十四).

    `required` None says that the regime is silent or unknown; `owed` says that the person was in post when the year
    began. Only business and law count; `days_left` counts the days after today through 31 December, 0 when over.
    """

    year: int
    done: Decimal
    required: Decimal | None
    owed: bool
    days_left: int

    @property
    def shortfall(self) -> Decimal:
        """How many hours are missing; 0 where none are owed or known to be asked."""
        if self.required is None or not self.owed:
            return Decimal(0)
        return max(self.required - self.done, Decimal(0))

    @property
    def state(self) -> str:
        """REACHED, SHORT, OVERDUE (the year is over and hours are missing), NOT_OWED or UNKNOWN."""
        if self.required is None:
            return "UNKNOWN"
        if not self.owed:
            return "NOT_OWED"
        if not self.shortfall:
            return "REACHED"
        return "SHORT" if self.days_left else "OVERDUE"


def days_left(due: date, today: date) -> int:
    """Days from today to the last good day; 0 on that day, negative after it."""
    return (due - today).days


def year_days_left(year: int, today: date) -> int:
    """Days after today that remain of a calendar year; 0 on 31 December and after it."""
    return max(days_left(date(year, 12, 31), today), 0)


def owes_hours(hired_on: date | None, year: int) -> bool:
    """Whether a year's hours are owed: by those in post on its first day."""
    return hired_on is not None and hired_on <= date(year, 1, 1)


def year_hours(done: Decimal, required: Decimal | None, hired_on: date | None, year: int, today: date) -> YearHours:
    """Hours done against hours asked, on a day; `hired_on` None owes nothing."""
    left = year_days_left(year, today) if today.year <= year else 0
    return YearHours(year, done, required, owes_hours(hired_on, year), left)


def threshold_due(due: date, today: date, thresholds: Iterable[int]) -> int | None:
    """The tightest threshold (days before the date) already reached, or None before the first and after the date.

    A sweep that missed some days finds the threshold that counts now and skips those it overtook.
    """
    left = days_left(due, today)
    reached = [days for days in thresholds if 0 <= left <= days]
    return min(reached, default=None)


@dataclass(frozen=True, slots=True)
class Service:
    """Where a person served: a unit's path, through which days; `ends` None is until further notice."""

    path: str
    starts: date
    ends: date | None


def included(
    kind: str,
    hired_on: date | None,
    served: Iterable[Service],
    *,
    kinds: Collection[str],
    path: str,
    starts: date,
    deadline: date,
) -> bool:
    """Whether a programme includes a person: of its kinds, in post by its deadline, serving in its unit or below.

    Service counts when it touches the days from `starts` through `deadline`.
    """
    if kind not in kinds or hired_on is None or hired_on > deadline:
        return False
    return any(
        one.path.startswith(path) and one.starts <= deadline and (one.ends is None or one.ends >= starts)
        for one in served
    )


def is_new_hire(hired_on: date | None, year: int) -> bool:
    """Whether somebody is a new hire of a calendar year (PL-04)."""
    return hired_on is not None and hired_on.year == year
