"""Validity in days, renewal windows, and what state holds when."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from app.credentials.periods import (
    FINAL,
    FROM,
    Action,
    State,
    Validity,
    days_left,
    last_day,
    last_day_of_years,
    may_renew,
    renewal_opens,
    shown_state,
    state_at,
)

D = date.fromisoformat


@pytest.mark.parametrize(
    ("first", "years", "last"),
    [
        ("2026-05-01", 5, "2031-04-30"),
        ("2026-01-01", 1, "2026-12-31"),
        ("2024-02-29", 5, "2029-02-28"),
        ("2024-02-29", 4, "2028-02-28"),
        ("2024-02-28", 4, "2028-02-27"),
        ("2023-03-01", 1, "2024-02-29"),
        ("2025-12-31", 1, "2026-12-30"),
    ],
)
def test_a_validity_of_years_ends_the_day_before_its_anniversary(first, years, last):
    assert last_day_of_years(D(first), years) == D(last)


@pytest.mark.parametrize(
    ("first", "months", "last"),
    [
        ("2026-02-20", 24, "2028-02-19"),
        ("2025-08-31", 6, "2026-02-28"),
        ("2023-08-31", 6, "2024-02-29"),
        ("2025-10-31", 1, "2025-11-30"),
        ("2025-12-01", 1, "2025-12-31"),
        ("2025-12-31", 2, "2026-02-28"),
    ],
)
def test_a_validity_of_months_from_a_month_end_ends_with_the_shorter_month(first, months, last):
    assert last_day(D(first), months) == D(last)


def test_every_day_of_four_years_has_a_year_that_ends_just_before_the_next_begins():
    day = D("2023-01-01")
    while day < D("2027-01-01"):
        last = last_day_of_years(day, 1)
        assert 364 <= (last - day).days <= 365
        assert last_day_of_years(last + timedelta(days=1), 1) > last
        day += timedelta(days=1)


def test_the_last_day_is_day_zero_and_renewal_closes_with_it():
    last = D("2026-06-30")
    assert days_left(last, last) == 0
    assert renewal_opens(last, 180) == D("2026-01-01")
    assert may_renew(last, 180, last)
    assert may_renew(last, 180, D("2026-01-01"))
    assert not may_renew(last, 180, D("2025-12-31"))
    assert not may_renew(last, 180, D("2026-07-01"))


@dataclass
class Row:
    state: str
    effective_at: datetime


def at(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def test_the_latest_change_in_effect_decides_and_nothing_holds_before_the_first():
    rows = [Row("ACTIVE", at(2)), Row("SUSPENDED", at(5)), Row("ACTIVE", at(9))]
    assert state_at(rows, at(1)) is None
    assert state_at(rows, at(4, 23)) == "ACTIVE"
    assert state_at(rows, at(5)) == "SUSPENDED"
    assert state_at(rows, at(9)) == "ACTIVE"


def test_of_two_changes_at_once_the_graver_counts_in_whatever_order_they_come():
    rows = [Row("ACTIVE", at(2)), Row("REVOKED", at(5)), Row("SUSPENDED", at(5))]
    assert state_at(rows, at(5)) == state_at(rows[::-1], at(5)) == "REVOKED"


@pytest.mark.parametrize(
    ("state", "day", "shown"),
    [
        ("ACTIVE", "2026-03-01", "NOT_YET"),
        ("ACTIVE", "2026-03-02", "ACTIVE"),
        ("ACTIVE", "2026-06-30", "EXPIRING"),
        ("ACTIVE", "2026-07-01", "EXPIRED"),
        ("SUSPENDED", "2026-06-30", "SUSPENDED"),
        ("SUSPENDED", "2026-07-01", "EXPIRED"),
        ("REVOKED", "2026-07-01", "REVOKED"),
        (None, "2026-03-02", "NOT_YET"),
    ],
)
def test_expiry_is_a_matter_of_date_and_a_revoked_one_stays_revoked(state, day, shown):
    validity = Validity(D("2026-03-02"), D("2026-06-30"))
    assert shown_state(State(state) if state else None, validity, D(day), 30) == shown


def test_nothing_leads_out_of_a_final_state():
    assert all(not FINAL & sources for sources in FROM.values())
    assert set(FROM) == set(Action) - {Action.ISSUE}
