"""Periods in days, both ends inclusive, and what state a certificate is in at a moment. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar

from app.regimes.codes import CertificateState as State
from app.regimes.policy import Regime

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


class Method(StrEnum):
    """How the last day of a period is found."""

    COMPLETION = "COMPLETION"
    PREVIOUS_EXPIRY = "PREVIOUS_EXPIRY"
    FIXED_DATE = "FIXED_DATE"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a regime says of periods on a day; docs/credential-life.md states the rules.

    `fixed_day` is month and day (12-31). The regime's own check holds due ≤ window ≤ minimum ≤ active.
    """

    method: Method
    active_months: int
    minimum_months: int
    window_days: int
    due_days: int = 0
    fixed_day: str = "12-31"
    temporary_days: int = 0


@dataclass(frozen=True, slots=True)
class Term:
    """One period: its days and the window of its renewal, all inclusive."""

    method: Method
    minimum_months: int
    window_start: date
    due: date
    window_end: date
    valid_from: date
    valid_to: date


def terms_of(regime: Regime, day: date) -> Terms:
    """The terms of a regime on a day."""
    return Terms(
        Method(regime.number("period.method", day)), int(regime.number("certificate.validity_years", day)) * 12,
        int(regime.number("period.minimum_months", day)), int(regime.number("renewal.window_days", day)),
        int(regime.number("renewal.due_days", day)), str(regime.number("period.fixed_day", day)),
        int(regime.number("certificate.temporary_days", day)),
    )  # fmt: skip


def next_period(terms: Terms, first: date, previous: date | None = None) -> Term:
    """The period that begins with `first`; `previous` is the last day of the one before, where there is one.

    COMPLETION counts from `first`. PREVIOUS_EXPIRY counts from the day after `previous` where `first` lies in its
    renewal window, so that renewing early costs nothing; too early or too late it counts from `first`. FIXED_DATE ends
    with the last fixed day that lies within the active period.
    """
    longest = last_day(first, terms.active_months)
    last = longest
    if terms.method is Method.FIXED_DATE:
        last = _fixed_end(terms, first, longest)
    early = previous is not None and may_renew(previous, terms.window_days, first)
    if terms.method is Method.PREVIOUS_EXPIRY and previous is not None and early:
        last = last_day(previous + DAY, terms.active_months)
    return kept_period(terms, first, last)


def kept_period(terms: Terms, first: date, last: date) -> Term:
    """A period whose last day is given: by a decree, or by the certificate that it takes the place of."""
    opens = max(renewal_opens(last, terms.window_days), first)
    due = max(last - timedelta(days=terms.due_days), opens)
    return Term(terms.method, terms.minimum_months, opens, due, last, first, last)


def _fixed_end(terms: Terms, first: date, longest: date) -> date:
    """The last fixed day from the minimum through the longest end; the longest end where there is none."""
    month, day = (int(part) for part in terms.fixed_day.split("-"))
    for year in range(longest.year, first.year - 1, -1):
        end = _clipped(year, month, day)
        if last_day(first, terms.minimum_months) <= end <= longest:
            return end
    return longest


def _clipped(year: int, month: int, day: int) -> date:
    """A day of a month, or the month's last where it is shorter: 29 February is 28 February in a common year."""
    return min(date(year, month, 1) + timedelta(days=day - 1), anniversary(date(year, month, 1), 1) - DAY)


def temporary_end(valid_to: date, terms: Terms) -> date | None:
    """The last day that can be lent while a renewal is pending; None where the regime lends none."""
    return valid_to + timedelta(days=terms.temporary_days) if terms.temporary_days else None


def barred_until(revoked: date, months: int) -> date | None:
    """The last day on which whoever was revoked that day may not apply again; None where no bar is set."""
    return last_day(revoked, months) if months else None


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
    TRANSFER = "TRANSFER"
    DOMAINS = "DOMAINS"


RESULT: dict[Action, State] = {
    Action.ISSUE: State.ACTIVE,
    Action.SUSPEND: State.SUSPENDED,
    Action.REINSTATE: State.ACTIVE,
    Action.REVOKE: State.REVOKED,
    Action.CANCEL: State.CANCELLED,
    Action.REPORT_LOST: State.LOST,
    Action.REISSUE: State.SUPERSEDED,
    Action.RENEW: State.SUPERSEDED,
    Action.TRANSFER: State.CANCELLED,
    Action.DOMAINS: State.SUPERSEDED,
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
    Action.TRANSFER: frozenset({State.ACTIVE, State.LOST}),
    Action.DOMAINS: frozenset({State.ACTIVE}),
}
"""From which states an action is possible. Nothing leads out of revoked, cancelled and superseded."""

FINAL = frozenset({State.REVOKED, State.CANCELLED, State.SUPERSEDED})
REPLACING = frozenset({Action.REISSUE, Action.RENEW, Action.TRANSFER, Action.DOMAINS})
"""Actions by which another certificate takes the place of this one."""
ENDING = REPLACING | {Action.REVOKE, Action.CANCEL}
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
