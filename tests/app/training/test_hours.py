"""Hours per person and calendar year."""

from datetime import date
from decimal import Decimal

from app.training import queries
from tests.app.training.conftest import at


def test_business_and_law_count_and_the_rest_stands_beside_them(session, people, make_class, attend):
    came, missed = people("KT-1001"), people("KT-1002")
    class_id = make_class()
    attend(class_id, ["KT-1001", "KT-1002"], [came])
    rows = queries.hours(session, [came, missed], 2026)
    assert rows[came].total == 4
    assert rows[came].by_category == {"LAW": 2, "BUSINESS": 2, "POLITICAL": 1}
    assert (rows[missed].total, rows[missed].by_category) == (0, {})


def test_a_make_up_class_feeds_the_year_before(session, people, make_class, attend):
    person = people("KT-1001")
    attend(make_class(credit_year=2025), ["KT-1001"], [person])
    assert queries.hours(session, [person], 2025)[person].total == 4
    assert queries.hours(session, [person], 2026)[person].total == 0
    facts = queries.hours_facts(session, [person])[person]
    assert {(f.year, f.earned_on, f.category, f.counts) for f in facts} == {
        (2025, date(2026, 3, 10), "LAW", True),
        (2025, date(2026, 3, 10), "BUSINESS", True),
        (2025, date(2026, 3, 10), "POLITICAL", False),
    }


def test_the_units_list_begins_with_the_largest_shortfall_and_spares_the_years_hires(
    session, people, make_class, attend, cast, house
):
    person = people("KT-1001")
    people("KT-1002", hired=date(2026, 2, 1))
    people("JC-0001", unit=house.other_bureau, agency=house.other_bureau)
    attend(make_class(hours={"LAW": Decimal("44.5")}, ends_at=at(11, 12)), ["KT-1001"], [person], over=at(11, 13))
    rows = queries.unit_years(session, 2026, date(2026, 11, 21), frozenset({house.bureau}))
    assert [(r.person.code, r.year.shortfall, r.year.state) for r in rows] == [
        ("KT-0001", Decimal(60), "SHORT"),
        ("KT-1001", Decimal("15.5"), "SHORT"),
        ("KT-1002", Decimal(0), "NOT_OWED"),
    ]
    assert rows[1].year.days_left == 40
