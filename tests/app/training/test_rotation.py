"""Hours owed, reminders due, programmes and room codes: the pure side."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from app.core.errors import Invalid
from app.training import policy
from app.training.rotation import Service, included, threshold_due, year_hours
from tests.app.training.conftest import ZONE, at, draft

HIRED = date(2019, 5, 6)
DAYS = (180, 90, 30, 7)


def test_forty_four_of_sixty_hours_on_21_november_are_sixteen_short_with_forty_days_left():
    year = year_hours(Decimal(44), Decimal(60), HIRED, 2026, date(2026, 11, 21))
    assert (year.shortfall, year.days_left, year.state) == (16, 40, "SHORT")


@pytest.mark.parametrize(
    ("done", "required", "hired", "today", "state", "short"),
    [
        (60, 60, HIRED, date(2026, 6, 1), "REACHED", 0),
        (59, 60, HIRED, date(2026, 12, 30), "SHORT", 1),
        (44, 60, HIRED, date(2027, 1, 1), "OVERDUE", 16),
        (0, 60, date(2026, 1, 2), date(2026, 6, 1), "NOT_OWED", 0),
        (0, 60, date(2026, 1, 1), date(2026, 6, 1), "SHORT", 60),
        (0, None, HIRED, date(2026, 6, 1), "UNKNOWN", 0),
    ],
)
def test_a_year_stands_where_its_hours_and_its_days_put_it(done, required, hired, today, state, short):
    asked = None if required is None else Decimal(required)
    year = year_hours(Decimal(done), asked, hired, 2026, today)
    assert (year.state, year.shortfall) == (state, short)


@pytest.mark.parametrize(
    ("left", "threshold"),
    [(181, None), (180, 180), (91, 180), (90, 90), (31, 90), (30, 30), (8, 30), (7, 7), (0, 7), (-1, None)],
)
def test_the_tightest_threshold_reached_is_the_one_that_counts(left, threshold):
    today = date(2026, 3, 2)
    assert threshold_due(today + timedelta(days=left), today, DAYS) == threshold


@pytest.mark.parametrize(
    ("kind", "hired", "served", "answer"),
    [
        ("OFFICER", HIRED, [Service("/1/2/", HIRED, None)], True),
        ("AUXILIARY", HIRED, [Service("/1/2/", HIRED, None)], False),
        ("OFFICER", HIRED, [Service("/1/3/", HIRED, None)], False),
        ("OFFICER", HIRED, [Service("/1/2/", HIRED, date(2025, 12, 31))], False),
        ("OFFICER", HIRED, [Service("/1/2/", HIRED, date(2026, 1, 1))], True),
        ("OFFICER", date(2026, 7, 1), [Service("/1/2/", date(2026, 7, 1), None)], False),
        ("OFFICER", None, [Service("/1/2/", HIRED, None)], False),
    ],
)
def test_a_programme_includes_those_of_its_kinds_in_post_by_its_deadline(kind, hired, served, answer):
    bounds = {"kinds": ("OFFICER",), "path": "/1/2/", "starts": date(2026, 1, 1), "deadline": date(2026, 6, 30)}
    assert included(kind, hired, served, **bounds) is answer


def test_the_room_code_changes_each_minute_and_is_taken_one_minute_longer():
    shown = datetime(2026, 3, 10, 1, 0, 5, tzinfo=UTC)
    code = policy.room_code("secret", policy.minute_of(shown))
    assert len(code) == 6
    assert code.isdigit()
    assert policy.code_matches("secret", code, shown + timedelta(seconds=114))
    assert not policy.code_matches("secret", code, shown + timedelta(seconds=115))
    assert not policy.code_matches("secret", code, shown - timedelta(seconds=6))
    assert not policy.code_matches("other", code, shown)


def test_the_room_code_follows_the_published_vectors_of_rfc_4226():
    wanted = ["755224", "287082", "359152", "969429", "338314"]
    import hashlib
    import hmac

    for counter, code in enumerate(wanted):
        digest = hmac.new(b"12345678901234567890", counter.to_bytes(8, "big"), hashlib.sha1).digest()
        assert policy.truncated(digest) == code


def test_a_typed_code_may_be_full_width_and_spaced():
    assert policy.tidy_code(" １２３ 456\t") == "123456"


def test_personal_codes_are_read_from_any_list_once_each():
    assert policy.person_codes("kt-0001，KT-0002\nkt-0001；ＫＴ－０００３") == ("KT-0001", "KT-0002", "KT-0003")


def test_a_class_ending_at_midnight_does_not_touch_the_next_day():
    days = policy.first_and_last_day(at(10), at(11, 0), ZONE)
    assert days == (date(2026, 3, 10), date(2026, 3, 10))


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"ends_at": at(10, 9)}, "ends-before-starts", "ends_at"),
        ({"ends_at": at(9)}, "ends-before-starts", "ends_at"),
        ({"capacity": 0}, "capacity-out-of-range", "capacity"),
        ({"capacity": 2001}, "capacity-out-of-range", "capacity"),
        ({"form": "PICNIC"}, "unknown-form", "form"),
        ({"hours": {}}, "no-hours", "hours"),
        ({"hours": {"LAW": Decimal(-1)}}, "no-hours", "hours"),
        ({"hours": {"MAGIC": Decimal(1)}}, "no-hours", "hours"),
        ({"hours": {"LAW": Decimal("1.25")}}, "hours-too-fine", "hours"),
        ({"hours": {"LAW": Decimal(20), "OTHER": Decimal("4.1")}}, "hours-per-day", "hours"),
        ({"hours": {"LAW": Decimal("NaN")}}, "no-hours", "hours"),
        ({"credit_year": 2027}, "credit-year-out-of-range", "credit_year"),
        ({"credit_year": 2024}, "credit-year-out-of-range", "credit_year"),
        ({"ends_at": at(date(2026, 7, 1))}, "class-too-long", "ends_at"),
        ({"task": "ROTATE"}, "task-without-programme", "programme"),
    ],
)
def test_a_class_that_cannot_be_is_refused_with_its_code_and_field(changes, code, field):
    with pytest.raises(Invalid) as refused:
        policy.check_class(draft(**changes), ZONE)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_a_class_of_two_days_may_give_48_hours_and_feed_the_year_before():
    policy.check_class(draft(ends_at=at(11, 12), hours={"LAW": Decimal(48)}, credit_year=2025), ZONE)
