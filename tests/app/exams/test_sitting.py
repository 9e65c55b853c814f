"""When a sitting is open, when a paper closes, when somebody may try again: at the boundaries."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.exams.sitting import (
    ClosedBy,
    Kind,
    Refusal,
    RetakeRule,
    Sat,
    SittingFacts,
    Standing,
    State,
    accepts_until,
    admissible,
    attempts_left,
    deadline,
    extra_time,
    is_late,
    is_over,
    may_start,
    next_attempt_on,
    standing,
    state_at,
)

OPENS = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
CLOSES = OPENS + timedelta(hours=3)
SECOND = timedelta(seconds=1)
RULE = RetakeRule(attempts=3, period_days=365, wait_days=30)
FAILED = Sat(date(2026, 2, 20), passed=False)


def _facts(**changes):
    values = {"opens_at": OPENS, "closes_at": CLOSES, "announced_at": OPENS - timedelta(days=9), "candidates": 2}
    return SittingFacts(**{**values, "papers": 2, **changes})


@pytest.mark.parametrize(
    ("moment", "allowed"),
    [(OPENS - SECOND, False), (OPENS, True), (CLOSES - SECOND, True), (CLOSES, False), (CLOSES + SECOND, False)],
)
def test_a_paper_begins_from_the_opening_and_before_the_closing(moment, allowed):
    assert may_start(OPENS, CLOSES, moment) is allowed


@pytest.mark.parametrize(
    ("changes", "moment", "state"),
    [
        ({"announced_at": None}, OPENS, State.DRAFT),
        ({"papers": 1}, OPENS - SECOND, State.PLANNED),
        ({}, OPENS - SECOND, State.READY),
        ({"papers": 1}, OPENS, State.OPEN),
        ({}, CLOSES - SECOND, State.OPEN),
        ({}, CLOSES, State.MARKED),
        ({"unmarked": 1}, CLOSES, State.CLOSED),
        ({"unfinished": 1}, CLOSES + SECOND, State.OPEN),
        ({"released_at": CLOSES}, CLOSES, State.RELEASED),
        ({"cancelled_at": OPENS}, CLOSES, State.CANCELLED),
        ({"cancelled_at": OPENS, "announced_at": None}, CLOSES, State.CANCELLED),
    ],
)
def test_the_state_of_a_sitting_follows_from_its_facts(changes, moment, state):
    assert state_at(_facts(**changes), moment) is state


@pytest.mark.parametrize(
    ("duration", "percent", "granted", "minutes"), [(60, 0, 0, 0), (60, 25, 0, 15), (50, 25, 5, 18), (61, 1, 0, 1)]
)
def test_extra_time_is_rounded_up_to_whole_minutes(duration, percent, granted, minutes):
    assert extra_time(duration, percent, granted) == timedelta(minutes=minutes)


def test_the_deadline_is_the_earlier_of_duration_and_window_and_then_the_extra_time():
    ten = timedelta(minutes=10)
    assert deadline(OPENS, CLOSES, 60, timedelta()) == OPENS + timedelta(minutes=60)
    assert deadline(CLOSES - ten, CLOSES, 60, timedelta()) == CLOSES
    assert deadline(CLOSES - ten, CLOSES, 60, ten) == CLOSES + ten


def test_the_deadline_itself_is_in_time_and_the_end_of_the_grace_is_still_taken():
    until = accepts_until(CLOSES, 60)
    assert not is_late(CLOSES, CLOSES)
    assert is_late(CLOSES, CLOSES + SECOND)
    assert not is_over(until, CLOSES + timedelta(seconds=60))
    assert is_over(until, CLOSES + timedelta(seconds=61))


@pytest.mark.parametrize(
    ("closed_by", "shown"),
    [
        (None, Standing.WRITING),
        (ClosedBy.SELF, Standing.SUBMITTED),
        (ClosedBy.OVERDUE, Standing.OVERDUE),
        (ClosedBy.INVIGILATOR, Standing.ENDED),
    ],
)
def test_an_attempt_stands_by_who_closed_it(closed_by, shown):
    assert standing(OPENS, closed_by) is shown
    assert standing(None, None) is Standing.NOT_STARTED


def test_a_failure_on_20_february_opens_again_on_22_march():
    assert next_attempt_on([FAILED], RULE, date(2026, 3, 10)) == date(2026, 3, 22)
    assert next_attempt_on([FAILED], RULE, date(2026, 3, 22)) == date(2026, 3, 22)
    assert next_attempt_on([FAILED], RULE, date(2026, 4, 1)) == date(2026, 4, 1)


def test_whoever_never_sat_or_has_passed_may_sit_at_once():
    assert next_attempt_on([], RULE, date(2026, 3, 1)) == date(2026, 3, 1)
    passed = Sat(date(2026, 2, 27), passed=True)
    assert next_attempt_on([FAILED, passed], RULE, date(2026, 3, 1)) == date(2026, 3, 1)
    assert attempts_left([FAILED, passed], RULE, date(2026, 3, 1)) == 3


def test_used_attempts_come_back_when_the_oldest_leaves_the_period():
    sat = [Sat(date(2025, month, 1), passed=False) for month in (4, 8, 12)]
    assert attempts_left(sat, RULE, date(2026, 3, 31)) == 0
    assert next_attempt_on(sat, RULE, date(2026, 3, 2)) == date(2026, 4, 1)
    assert attempts_left(sat, RULE, date(2026, 4, 1)) == 1


def test_the_wait_and_the_period_are_both_kept():
    sat = [
        Sat(date(2025, 4, 1), passed=False),
        Sat(date(2025, 8, 1), passed=False),
        Sat(date(2026, 3, 20), passed=False),
    ]
    assert next_attempt_on(sat, RULE, date(2026, 3, 21)) == date(2026, 4, 19)


@pytest.mark.parametrize(
    ("kind", "paper", "person", "sat", "refusal", "next_on"),
    [
        (Kind.FORMAL, "PUBLIC_LAW", "OFFICER", [], None, None),
        (Kind.FORMAL, "PUBLIC_LAW", "AUXILIARY", [], Refusal.WRONG_KIND, None),
        (Kind.FORMAL, "AUXILIARY", "AUXILIARY", [], None, None),
        (Kind.FORMAL, "AUXILIARY", "OFFICER", [], Refusal.WRONG_KIND, None),
        (Kind.FORMAL, "UNHEARD_OF", "OFFICER", [], Refusal.WRONG_KIND, None),
        (Kind.FORMAL, "PUBLIC_LAW", "OFFICER", [FAILED], Refusal.MUST_WAIT, date(2026, 3, 22)),
        (Kind.FORMAL, "PUBLIC_LAW", "OFFICER", [Sat(FAILED.on, None)], Refusal.RESULT_PENDING, None),
        (Kind.FORMAL, "PUBLIC_LAW", "OFFICER", [FAILED] * 3, Refusal.ATTEMPTS_USED, date(2027, 2, 20)),
        (Kind.PRACTICE, "PUBLIC_LAW", "VOLUNTEER", [FAILED] * 9, None, None),
    ],
)
def test_who_may_sit_is_decided_by_kind_attempts_and_waiting(kind, paper, person, sat, refusal, next_on):
    found = admissible(kind, paper, person, sat, RULE, date(2026, 3, 10))
    assert (found.refusal, found.next_on) == (refusal, next_on)
