"""Periods in days, both ends inclusive, and what state a certificate is in at a moment. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar

from app.regimes.codes import CertificateState as State

DAY = timedelta(days=1)


def anniversary(day: date, months: int) -> date:
    """The same day so many months later; where that month has no such day, the first of the month after it."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    try:
        return date(year, month + 1, day.day)
    except ValueError:
        year, month = divmod(year * 12 + month + 1, 12)
        return date(year, month + 1, 1)


def last_day(first: date, months: int) -> date:
    """The last day, inclusive, of a validity that begins with `first`: the day before the anniversary.

    A validity from 29 February or from a 31st ends with the last day of a month that is too short for it.
    """
    return anniversary(first, months) - DAY


def last_day_of_years(first: date, years: int) -> date:
    """The last day, inclusive, of a validity of whole years."""
    return last_day(first, years * 12)


def days_left(valid_to: date, today: date) -> int:
    """Days after today through the last one: 0 on the last day, negative once it has passed."""
    return (valid_to - today).days


def renewal_opens(valid_to: date, window_days: int) -> date:
    """The first day on which a renewal is taken."""
    return valid_to - timedelta(days=window_days)


def may_renew(valid_to: date, window_days: int, today: date) -> bool:
    """Whether today lies in the renewal window; there is no grace after the last day."""
    return renewal_opens(valid_to, window_days) <= today <= valid_to


class Action(StrEnum):
    """What can be done to a certificate."""

    ISSUE = "ISSUE"
    SUSPEND = "SUSPEND"
    REINSTATE = "REINSTATE"
    REVOKE = "REVOKE"
    CANCEL = "CANCEL"
    REPORT_LOST = "REPORT_LOST"
    REISSUE = "REISSUE"
    RENEW = "RENEW"


RESULT: dict[Action, State] = {
    Action.ISSUE: State.ACTIVE,
    Action.SUSPEND: State.SUSPENDED,
    Action.REINSTATE: State.ACTIVE,
    Action.REVOKE: State.REVOKED,
    Action.CANCEL: State.CANCELLED,
    Action.REPORT_LOST: State.LOST,
    Action.REISSUE: State.SUPERSEDED,
    Action.RENEW: State.SUPERSEDED,
}
"""The state that the certificate acted on comes to."""

FROM: dict[Action, frozenset[State]] = {
    Action.SUSPEND: frozenset({State.ACTIVE, State.SUSPENDED, State.LOST}),
    Action.REINSTATE: frozenset({State.SUSPENDED, State.LOST}),
    Action.REVOKE: frozenset({State.ACTIVE, State.SUSPENDED, State.LOST}),
    Action.CANCEL: frozenset({State.ACTIVE, State.SUSPENDED, State.LOST}),
    Action.REPORT_LOST: frozenset({State.ACTIVE}),
    Action.REISSUE: frozenset({State.ACTIVE, State.LOST}),
    Action.RENEW: frozenset({State.ACTIVE}),
}
"""From which states an action is possible. Nothing leads out of revoked, cancelled and superseded."""

FINAL = frozenset({State.REVOKED, State.CANCELLED, State.SUPERSEDED})
ENDING = frozenset({Action.REVOKE, Action.CANCEL, Action.REISSUE, Action.RENEW})
"""Actions after which nothing planned for later still counts."""

_WORST = {
    State.ACTIVE: 0, State.LOST: 1, State.SUSPENDED: 2, State.SUPERSEDED: 3, State.CANCELLED: 4, State.REVOKED: 5,
}  # fmt: skip


class Change(Protocol):
    """A change of state; only changes that were not superseded are passed in here."""

    @property
    def state(self) -> str:
        """The state from then on."""

    @property
    def effective_at(self) -> datetime:
        """From when, aware."""


C = TypeVar("C", bound=Change)


def change_at(changes: Iterable[C], moment: datetime) -> C | None:
    """The change that decides at a moment: the latest in effect, of two at once the graver; None before the first."""
    current: C | None = None
    for change in changes:
        if change.effective_at > moment:
            continue
        if current is None or _key(change) > _key(current):
            current = change
    return current


def _key(change: Change) -> tuple[datetime, int]:
    return change.effective_at, _WORST[State(change.state)]


def state_at(changes: Iterable[Change], moment: datetime) -> State | None:
    """The state at a moment, None before the certificate was issued."""
    found = change_at(changes, moment)
    return State(found.state) if found else None


@dataclass(frozen=True, slots=True)
class Validity:
    """The days of a certificate, both inclusive."""

    first: date
    last: date


def shown_state(state: State | None, validity: Validity, day: date, window_days: int = 0) -> str:
    """The code that pages show for a day: the state, or NOT_YET, EXPIRED or EXPIRING where it is active by its rows.

    EXPIRING counts from `window_days` before the last day. A grave state is shown even after the last day.
    """
    if state is None:
        return "NOT_YET"
    if state is not State.ACTIVE and (state in FINAL or day <= validity.last):
        return state.value
    if day > validity.last:
        return "EXPIRED"
    if day < validity.first:
        return "NOT_YET"
    return "EXPIRING" if window_days and days_left(validity.last, day) <= window_days else State.ACTIVE.value
