"""When a sitting is open, when a paper closes, and when somebody may try again: functions of facts and a moment. Pure.

A window is half open: the moment it opens belongs to it, the moment it closes does not. A deadline belongs to the
candidate: an answer that arrives at the deadline itself is in time, and one within the grace after it is taken as late.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum


class Kind(StrEnum):
    """Whether a sitting counts: a formal one makes results, a practice one only teaches."""

    FORMAL = "FORMAL"
    PRACTICE = "PRACTICE"


class State(StrEnum):
    """Where a sitting stands."""

    DRAFT = "DRAFT"
    PLANNED = "PLANNED"
    READY = "READY"
    OPEN = "OPEN"
    CLOSED = "CLOSED"
    MARKED = "MARKED"
    RELEASED = "RELEASED"
    CANCELLED = "CANCELLED"


class ClosedBy(StrEnum):
    """Who ended an attempt."""

    SELF = "SELF"
    OVERDUE = "OVERDUE"
    INVIGILATOR = "INVIGILATOR"


class EventKind(StrEnum):
    """What the invigilator is told of an attempt."""

    STARTED = "STARTED"
    LEFT = "LEFT"
    RETURNED = "RETURNED"
    NEW_DEVICE = "NEW_DEVICE"
    RECONNECTED = "RECONNECTED"
    EXTRA_TIME = "EXTRA_TIME"
    LATE_REFUSED = "LATE_REFUSED"
    SUBMITTED = "SUBMITTED"
    ENDED = "ENDED"
    OVERDUE = "OVERDUE"


class Standing(StrEnum):
    """How an attempt stands, as lists of attempts show it."""

    NOT_STARTED = "NOT_STARTED"
    WRITING = "WRITING"
    SUBMITTED = "SUBMITTED"
    OVERDUE = "OVERDUE"
    ENDED = "ENDED"


@dataclass(frozen=True)
class SittingFacts:
    """What the state of a sitting follows from.

    `unfinished` counts attempts still open, `unmarked` those closed without a result.
    """

    opens_at: datetime
    closes_at: datetime
    announced_at: datetime | None = None
    cancelled_at: datetime | None = None
    released_at: datetime | None = None
    candidates: int = 0
    papers: int = 0
    unfinished: int = 0
    unmarked: int = 0


def state_at(facts: SittingFacts, now: datetime) -> State:
    """Where the sitting stands at a moment. Extra time keeps it open after its window while somebody is writing."""
    if facts.cancelled_at is not None:
        return State.CANCELLED
    if facts.released_at is not None:
        return State.RELEASED
    if facts.announced_at is None:
        return State.DRAFT
    if now < facts.opens_at:
        return State.READY if facts.papers >= facts.candidates else State.PLANNED
    if now < facts.closes_at or facts.unfinished:
        return State.OPEN
    return State.CLOSED if facts.unmarked else State.MARKED


def may_start(opens_at: datetime, closes_at: datetime, now: datetime) -> bool:
    """Whether a paper may be begun: from the opening, before the closing."""
    return opens_at <= now < closes_at


def extra_time(duration_minutes: int, percent: int, granted_minutes: int) -> timedelta:
    """A person's share of the duration, rounded up to a whole minute, and what an invigilator granted on the day."""
    return timedelta(minutes=-(-duration_minutes * percent // 100) + granted_minutes)


def deadline(started_at: datetime, closes_at: datetime, duration_minutes: int, extra: timedelta) -> datetime:
    """The last moment of a paper: duration or window, whichever ends first, and then the extra time in full."""
    return min(started_at + timedelta(minutes=duration_minutes), closes_at) + extra


def accepts_until(deadline_at: datetime, grace_seconds: int) -> datetime:
    """The last moment at which the server takes what was written in time; inclusive."""
    return deadline_at + timedelta(seconds=grace_seconds)


def is_late(deadline_at: datetime, now: datetime) -> bool:
    """Whether an answer arriving now is after the candidate's time, though the grace may still take it."""
    return now > deadline_at


def is_over(accepts_until_at: datetime, now: datetime) -> bool:
    """Whether the server takes nothing more."""
    return now > accepts_until_at


def standing(started_at: datetime | None, closed_by: str | None) -> Standing:
    """How an attempt stands."""
    if started_at is None:
        return Standing.NOT_STARTED
    ended = {None: Standing.WRITING, ClosedBy.SELF: Standing.SUBMITTED, ClosedBy.OVERDUE: Standing.OVERDUE}
    return ended.get(ClosedBy(closed_by) if closed_by else None, Standing.ENDED)


@dataclass(frozen=True)
class Sat:
    """One formal attempt at a paper: its local day, and whether it was passed (None: no result yet)."""

    on: date
    passed: bool | None


@dataclass(frozen=True)
class RetakeRule:
    """How often a paper may be tried: so many attempts in so many days, and a wait after each failure."""

    attempts: int
    period_days: int
    wait_days: int


def counted(sat: Sequence[Sat], rule: RetakeRule, day: date) -> tuple[Sat, ...]:
    """The attempts that count on a day, oldest first: those after the last pass and within the period.

    An attempt leaves the period when `period_days` have gone by since its day.
    """
    earlier = sorted((one for one in sat if one.on <= day), key=lambda one: one.on)
    last_pass = max((index for index, one in enumerate(earlier) if one.passed), default=-1)
    first = day - timedelta(days=rule.period_days)
    return tuple(one for one in earlier[last_pass + 1 :] if one.on > first)


def attempts_left(sat: Sequence[Sat], rule: RetakeRule, day: date) -> int:
    """How many attempts remain on a day; never below 0."""
    return max(0, rule.attempts - len(counted(sat, rule, day)))


def next_attempt_on(sat: Sequence[Sat], rule: RetakeRule, day: date) -> date:
    """The first day, not before `day`, on which the rule lets the person sit the paper again.

    A failure on 20 February with 30 days to wait opens 22 March: the day of the failure is not counted.
    """
    when = day
    while True:
        recent = counted(sat, rule, when)
        if not recent:
            return when
        waited = recent[-1].on + timedelta(days=rule.wait_days)
        freed = (
            recent[len(recent) - rule.attempts].on + timedelta(days=rule.period_days)
            if len(recent) >= rule.attempts
            else when
        )
        due = max(waited, freed, when)
        if due == when:
            return when
        when = due


PAPER_KINDS: dict[str, frozenset[str]] = {
    "PUBLIC_LAW": frozenset({"OFFICER"}),
    "PROFESSIONAL": frozenset({"OFFICER"}),
    "AUXILIARY": frozenset({"AUXILIARY"}),
}
"""Which kinds of person a formal paper is for: an enforcement qualification is open to officers, not to auxiliaries."""


class Refusal(StrEnum):
    """Why somebody is not admitted."""

    UNKNOWN_CODE = "UNKNOWN_CODE"
    REPEATED = "REPEATED"
    ALREADY_ADMITTED = "ALREADY_ADMITTED"
    WRONG_KIND = "WRONG_KIND"
    ATTEMPTS_USED = "ATTEMPTS_USED"
    MUST_WAIT = "MUST_WAIT"
    RESULT_PENDING = "RESULT_PENDING"
    ADMITTED_ELSEWHERE = "ADMITTED_ELSEWHERE"
    NOT_EMPLOYED = "NOT_EMPLOYED"


@dataclass(frozen=True)
class Admissible:
    """Whether one person may sit: no refusal, or a refusal with the first day on which it falls away, if it does."""

    refusal: Refusal | None = None
    next_on: date | None = None


def admissible(kind: Kind, paper: str, person_kind: str, sat: Sequence[Sat], rule: RetakeRule, day: date) -> Admissible:
    """Whether a person may sit a paper on a day. Practice is open to everybody."""
    if kind is Kind.PRACTICE:
        return Admissible()
    if person_kind not in PAPER_KINDS.get(paper, frozenset()):
        return Admissible(Refusal.WRONG_KIND)
    if any(one.passed is None for one in sat):
        return Admissible(Refusal.RESULT_PENDING)
    if attempts_left(sat, rule, day) == 0:
        return Admissible(Refusal.ATTEMPTS_USED, next_attempt_on(sat, rule, day))
    again = next_attempt_on(sat, rule, day)
    return Admissible(Refusal.MUST_WAIT, again) if again > day else Admissible()
