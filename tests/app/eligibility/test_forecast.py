"""Coverage week by week, and which renewals would prevent the shortfalls."""

from dataclasses import replace
from datetime import date

import pytest

from app.eligibility import forecast as module
from app.eligibility.facts import BadQuestion
from app.eligibility.forecast import Cause, Coverage, Post, forecast
from app.regimes.loader import load

from .cast import at, auxiliary, facts_of, officer, suspended, with_state

REGIME = load("pingliang")
MONDAY = date(2026, 3, 2)


def states(row: module.Row) -> list[str]:
    return [cell.state.value for cell in row.cells]


def test_two_who_stay_fit_cover_every_week():
    found = forecast([Post("G", ("A", "B"))], facts_of(officer("A"), officer("B")), REGIME, MONDAY)
    assert len(found.weeks) == 52
    assert (found.weeks[0], found.weeks[-1]) == (MONDAY, date(2027, 2, 22))
    assert set(states(found.rows[0])) == {"LAWFUL"}
    assert {cell.fit for cell in found.rows[0].cells} == {2}
    assert found.renewals == ()


def test_the_week_in_which_a_certificate_lapses_is_short_already():
    facts = facts_of(officer("A"), officer("B", date(2026, 3, 18)))
    found = forecast([Post("G", ("A", "B"))], facts, REGIME, MONDAY, weeks=5)
    assert states(found.rows[0]) == ["LAWFUL", "LAWFUL", "SHORT", "SHORT", "SHORT"]
    assert found.rows[0].cells[2].causes == (Cause("B", ("R03",)),)
    assert found.rows[0].cells[2].fit == 1


@pytest.mark.parametrize(("last", "first_short"), [(date(2026, 3, 15), 2), (date(2026, 3, 14), 1)])
def test_a_certificate_that_ends_on_a_sunday_covers_that_week(last: date, first_short: int):
    found = forecast([Post("G", ("A", "B"))], facts_of(officer("A"), officer("B", last)), REGIME, MONDAY, weeks=4)
    assert states(found.rows[0]).index("SHORT") == first_short


def test_nobody_fit_is_empty_and_retirement_has_no_renewal():
    leaver = officer("A")
    leaver = replace(leaver, employments=(replace(leaver.employments[0], ends=date(2026, 3, 8), ended_for="RETIRED"),))
    found = forecast([Post("G", ("A",))], facts_of(leaver), REGIME, MONDAY, weeks=2)
    assert states(found.rows[0]) == ["SHORT", "EMPTY"]
    assert "R08" in found.rows[0].cells[1].causes[0].rules
    assert found.renewals == ()


def test_hours_that_fall_short_warn_or_take_the_officer_out_as_the_regime_says():
    short = replace(officer("B"), hours=tuple(one for one in officer("B").hours if one.year != 2026))
    facts, post = facts_of(officer("A"), short), Post("G", ("A", "B"))
    mild = forecast([post], facts, REGIME, date(2026, 12, 28), weeks=2)
    assert states(mild.rows[0]) == ["LAWFUL", "LAWFUL"]
    assert mild.rows[0].cells[1].warnings == (Cause("B", ("R28",)),)
    switches = tuple(replace(one, severity=module.DENY) for one in REGIME.rules["R28"])
    strict = replace(REGIME, rules={**REGIME.rules, "R28": switches}, _days={})
    hard = forecast([post], facts, strict, date(2026, 12, 28), weeks=2)
    assert states(hard.rows[0]) == ["SHORT", "SHORT"]
    assert hard.rows[0].cells[1].causes == (Cause("B", ("R28",)),)
    (renewal,) = hard.renewals
    assert (renewal.person, renewal.rules, renewal.by, renewal.weeks) == ("B", ("R28",), date(2027, 1, 1), 2)


def test_only_officers_of_one_authority_make_a_squad():
    stranger = officer("B")
    stranger = replace(
        stranger,
        employments=(replace(stranger.employments[0], agency="KT2"),),
        certificates=(replace(stranger.certificates[0], agency="KT2"),),
    )
    facts = facts_of(officer("A"), stranger, auxiliary("X"))
    facts = replace(facts, agencies=(*facts.agencies, replace(facts.agencies[0], id="a:2", code="KT2")))
    found = forecast([Post("G", ("A", "B", "X"))], facts, REGIME, MONDAY, weeks=1)
    assert (found.rows[0].cells[0].fit, states(found.rows[0])) == (1, ["SHORT"])


def test_renewals_come_in_the_order_of_the_weeks_they_save_then_the_earliest():
    facts = facts_of(
        officer("A"), officer("B", date(2026, 3, 29)), officer("C", date(2026, 3, 8)), officer("D", date(2026, 3, 22))
    )
    posts = [Post("G1", ("A", "B")), Post("G2", ("A", "C")), Post("G3", ("A", "D")), Post("G4", ("A", "D"))]
    found = forecast(posts, facts, REGIME, MONDAY, weeks=6)
    assert [(one.person, one.weeks, one.by, one.posts) for one in found.renewals] == [
        ("D", 6, date(2026, 3, 23), ("G3", "G4")),
        ("C", 5, date(2026, 3, 9), ("G2",)),
        ("B", 2, date(2026, 3, 30), ("G1",)),
    ]


def test_a_place_that_one_renewal_fills_asks_for_no_second():
    facts = facts_of(officer("A"), officer("B", date(2026, 3, 8)), officer("C", date(2026, 3, 8)))
    found = forecast([Post("G", ("A", "B", "C"))], facts, REGIME, MONDAY, weeks=4)
    assert [(one.person, one.weeks) for one in found.renewals] == [("B", 3)]


def test_two_who_lapse_together_are_both_needed():
    facts = facts_of(officer("A", date(2026, 3, 8)), officer("B", date(2026, 3, 8)))
    found = forecast([Post("G", ("A", "B"))], facts, REGIME, MONDAY, weeks=3)
    assert states(found.rows[0]) == ["LAWFUL", "EMPTY", "EMPTY"]
    assert [(one.person, one.rules, one.weeks) for one in found.renewals] == [("A", ("R03",), 2), ("B", ("R03",), 2)]


def test_a_week_that_no_renewal_makes_lawful_asks_for_none():
    facts = facts_of(officer("B", date(2026, 3, 8)), with_state(officer("S"), suspended("S", at("2026-03-09 00:00"))))
    found = forecast([Post("G", ("B", "S"))], facts, REGIME, MONDAY, weeks=3)
    assert states(found.rows[0])[1:] == ["EMPTY", "EMPTY"]
    assert found.renewals == ()


def test_renewing_everyone_named_makes_every_preventable_week_lawful():
    facts = facts_of(
        officer("A"), *(officer(code, date(2026, month, 11)) for code, month in (("B", 4), ("C", 6), ("D", 9)))
    )
    posts = [Post("G1", ("A", "B", "C")), Post("G2", ("C", "D")), Post("G3", ("A", "D"))]
    found = forecast(posts, facts, REGIME, MONDAY)
    assert any(cell.state is not Coverage.LAWFUL for row in found.rows for cell in row.cells)
    renewed = {one.person: officer(one.person) for one in found.renewals}
    after = forecast(posts, replace(facts, people={**facts.people, **renewed}), REGIME, MONDAY)
    assert all(cell.state is Coverage.LAWFUL for row in after.rows for cell in row.cells)


def test_what_was_recorded_later_is_left_out_of_an_earlier_view():
    late = with_state(officer("B"), suspended("B", at("2026-03-02 00:00"), recorded=at("2026-03-05 09:00")))
    facts, post = facts_of(officer("A"), late), Post("G", ("A", "B"))
    assert states(forecast([post], facts, REGIME, MONDAY, weeks=1).rows[0]) == ["SHORT"]
    then = forecast([post], facts, REGIME, MONDAY, weeks=1, known_at=at("2026-03-04 09:00"))
    assert states(then.rows[0]) == ["LAWFUL"]


def test_unknown_people_are_refused():
    with pytest.raises(BadQuestion) as refusal:
        forecast([Post("G", ("NOBODY",))], facts_of(officer("A")), REGIME, MONDAY)
    assert refusal.value.code == "unknown-person"


def test_a_person_is_judged_once_however_many_weeks_and_posts(monkeypatch: pytest.MonkeyPatch):
    asked_about: list[str] = []
    real = module.personal_pieces

    def counted(code: str, *rest: object, **named: object):
        asked_about.append(code)
        pieces = real(code, *rest, **named)
        assert len(pieces) < 12
        return pieces

    monkeypatch.setattr(module, "personal_pieces", counted)
    facts = facts_of(officer("A"), officer("B", date(2026, 6, 30)))
    forecast([Post(f"G{number}", ("A", "B")) for number in range(20)], facts, REGIME, MONDAY)
    assert asked_about == ["A", "B"]


def test_a_city_s_posts_are_forecast_in_one_call():
    people = [officer(f"P{number:04d}", date(2026, 4 + number % 9, 20)) for number in range(468)]
    posts = [Post(f"G{grid:02d}", tuple(one.code for one in people[grid * 9 : grid * 9 + 9])) for grid in range(52)]
    found = forecast(posts, facts_of(*people), REGIME, MONDAY)
    assert len(found.rows) == 52
    assert found.renewals
