"""Numbers, dispatch and rosters: what the cases in tests/vectors do not show."""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from app.eligibility.decision import Outcome
from app.eligibility.facts import AgencyFacts, Context, Employment, Facts, Headcount, Shift
from app.eligibility.judgement import evaluate
from app.eligibility.rules import roster
from app.eligibility.wording.staffing import WORDS
from app.regimes.codes import Act, Severity
from app.regimes.loader import load
from app.regimes.policy import Regime

from .cast import asked, at, facts_of, officer

REGIME = load("pingliang")
RUGAO = load("rugao")
MAY = {"start": "2026-05-01 00:00", "end": "2026-06-01 00:00"}


def shift(number: str, place: str, starts: datetime, hours: float, *people: str) -> Shift:
    return Shift(
        id=number, squad=f"Q{number}", place=place, starts=starts, ends=starts + timedelta(hours=hours), people=people
    )


def published(shifts: tuple[Shift, ...] | None, covered: tuple[str, ...] = (), regime: Regime = REGIME, **span: str):
    facts = replace(facts_of(officer("LEAD")), shifts=shifts, covered=covered)
    return evaluate(asked("LEAD", act=Act.PUBLISH_ROSTER, **(span or MAY)), facts, regime)


def haikou() -> tuple[Shift, ...]:
    """52 squads of nine in 26 towns, each squad on duty every second of three daily turns, around the clock in May."""
    shifts, first = [], at("2026-05-01 00:00")
    for town in range(26):
        for turn in range(31 * 2):
            squad = town * 2 + turn % 2
            people = tuple(f"{squad:02d}-{one}" for one in range(9))
            shifts.append(
                shift(f"{town:02d}-{turn:02d}", f"T{town:02d}", first + timedelta(hours=12 * turn), 12, *people)
            )
    return tuple(shifts)


def test_two_squads_in_each_of_haikou_s_towns_hold_a_month_around_the_clock():
    answer = published(haikou(), tuple(f"T{town:02d}" for town in range(26)))
    assert answer.outcome is Outcome.ALLOW


def test_one_shift_taken_out_of_the_month_is_the_only_gap():
    shifts = tuple(one for one in haikou() if one.id != "07-20")
    answer = published(shifts, tuple(f"T{town:02d}" for town in range(26)))
    assert [(one.code, dict(one.data)["place"], dict(one.data)["starts"]) for one in answer.reasons] == [
        ("gap", "T07", "2026-05-11 00:00")
    ]


def test_the_people_of_one_overlap_are_named_together_with_both_shifts():
    start = at("2026-05-02 08:00")
    answer = published((shift("1", "T", start, 8, "B", "A", "C"), shift("2", "U", start, 8, "A", "B")))
    (found,) = answer.reasons
    assert (found.code, found.severity, found.people, found.facts) == (
        "double-booked",
        Severity.DENY,
        ("A", "B"),
        ("1", "2"),
    )


def test_an_overlap_inside_a_long_shift_is_found_behind_a_shorter_one():
    start = at("2026-05-02 08:00")
    answer = published(
        (
            shift("1", "T", start, 12, "A"),
            shift("2", "U", start + timedelta(hours=1), 1, "A"),
            shift("3", "U", start + timedelta(hours=4), 1, "A"),
        )
    )
    assert [one.facts for one in answer.reasons] == [("1", "2"), ("1", "3")]


def test_somebody_listed_twice_in_one_shift_is_not_double_booked():
    assert published((shift("1", "T", at("2026-05-02 08:00"), 8, "A", "A"),)).outcome is Outcome.ALLOW


def test_shifts_wholly_outside_the_asked_interval_do_not_matter():
    start = at("2026-04-20 08:00")
    assert published((shift("1", "T", start, 8, "A"), shift("2", "U", start, 8, "A"))).outcome is Outcome.ALLOW


def test_the_rest_after_the_last_shift_of_the_month_before_counts():
    before = shift("1", "T", at("2026-04-30 16:00"), 8, "A")
    answer = published((before, shift("2", "T", at("2026-05-01 07:00"), 8, "A")))
    assert [(one.code, one.severity) for one in answer.reasons] == [("rest", Severity.WARN)]


def test_overlapping_shifts_of_others_cover_one_another_s_ends():
    start = at("2026-05-01 00:00")
    span = {"start": "2026-05-01 00:00", "end": "2026-05-01 12:00"}
    shifts = (shift("1", "T", start, 12, "A"), shift("2", "T", start + timedelta(hours=2), 2, "B"))
    assert published(shifts, ("T",), **span).outcome is Outcome.ALLOW


def test_fifty_findings_are_told_and_the_number_of_the_rest():
    answer = published((shift("1", "X", at("2026-05-01 00:00"), 8, "A"),), tuple(f"T{one:02d}" for one in range(53)))
    told = [one for one in answer.reasons if one.code == "gap"]
    assert len(told) == roster.MOST == 50
    (more,) = [one for one in answer.reasons if one.code == "more"]
    assert dict(more.data)["more"] == 3


def test_exactly_fifty_findings_leave_nothing_untold():
    answer = published((shift("1", "X", at("2026-05-01 00:00"), 8, "A"),), tuple(f"T{one:02d}" for one in range(50)))
    assert [one.code for one in answer.reasons] == ["gap"] * 50


def test_a_denial_is_told_before_the_warnings_fill_the_list():
    start = at("2026-05-02 08:00")
    shifts = (shift("1", "X", start, 8, "A"), shift("2", "Y", start, 8, "A"))
    answer = published(shifts, tuple(f"T{one:02d}" for one in range(60)))
    assert answer.outcome is Outcome.DENY


def test_times_without_an_offset_deny_as_a_fault():
    naive = Shift(id="1", squad="Q", place="T", starts=datetime(2026, 5, 1), ends=datetime(2026, 5, 2), people=("A",))  # noqa: DTZ001
    answer = published((naive,), ("T",))
    assert answer.outcome is Outcome.DENY
    assert [one.code for one in answer.faults] == ["fault"]


def hiring(*people: str, facts: Facts, count: int = 1):
    return evaluate(replace(asked(*people, act=Act.HIRE_AUX), context=Context(count=count)), facts, REGIME)


def count(agency: str, on: date, **numbers: int) -> Headcount:
    return Headcount(id=f"n:{agency}:{on.isoformat()}", agency=agency, on=on, **numbers)


@pytest.mark.parametrize("people", [("A", "B"), ("B", "A")])
def test_people_of_two_agencies_ask_for_both_in_whatever_order(people: tuple[str, str]):
    other = officer("B")
    other = replace(other, employments=(replace(other.employments[0], agency="JC"),))
    before, now = date(2025, 3, 1), date(2026, 3, 1)
    counts = (
        count("KT", before, auxiliaries=9),
        count("KT", now, auxiliaries=5, established=10),
        count("JC", before, auxiliaries=11),
        count("JC", now, auxiliaries=10, established=10),
    )
    facts = replace(facts_of(officer("A"), other), headcounts=counts)
    answer = hiring(*people, facts=facts)
    assert [(one.rule, one.code, dict(one.data)["agency"]) for one in answer.reasons] == [("R31", "above", "JC")]
    assert hiring("A", facts=facts).outcome is Outcome.ALLOW


def test_a_number_recorded_later_is_not_known_before():
    late = replace(count("KT", date(2026, 3, 1), auxiliaries=10, established=10), recorded_at=at("2026-03-09 00:00"))
    early = replace(count("KT", date(2025, 3, 1), auxiliaries=12, established=20), recorded_at=at("2025-03-02 00:00"))
    facts = replace(facts_of(officer("A")), headcounts=(early, late))
    question = replace(asked("A", act=Act.HIRE_AUX), context=Context(count=1))
    assert evaluate(question, facts, REGIME).outcome is Outcome.DENY
    then = evaluate(replace(question, known_at=at("2026-03-08 00:00")), facts, REGIME)
    assert then.outcome is Outcome.ALLOW_WITH_WARNINGS


def test_the_limits_of_a_locality_can_be_overridden_and_the_national_cap_cannot():
    facts = replace(facts_of(officer("A")), headcounts=(count("KT", date(2026, 3, 1), auxiliaries=10, established=10),))
    assert {one.overridable for one in hiring("A", facts=facts).reasons if one.severity is Severity.DENY} == {False}
    sent = evaluate(asked("A", act=Act.DISPATCH), facts, RUGAO)
    assert {one.rule: one.overridable for one in sent.reasons if one.severity is Severity.DENY} == {"R29": True}


def dispatched(*people: str, now: int = 3, service_from: date | None = None):
    there = officer("T")
    there = replace(
        there,
        employments=(
            Employment(
                id="T:e",
                category=there.employments[0].category,
                agency="KT",
                starts=date(2015, 1, 1),
                unit="BP",
                dispatched=True,
            ),
        ),
    )
    facts = facts_of(officer("A"), there)
    town = AgencyFacts(id="a:BP", code="BP", enforces=True, kind="TOWN_OFFICE", name="白蒲镇")
    facts = replace(
        facts, agencies=(*facts.agencies, town), headcounts=(count("BP", date(2026, 1, 1), dispatched=now),)
    )
    return evaluate(replace(asked(*people, act=Act.DISPATCH), context=Context(unit="BP")), facts, RUGAO)


def test_somebody_who_serves_there_already_is_not_counted_twice():
    assert dispatched("T").outcome is Outcome.ALLOW
    assert {one.code for one in dispatched("A").reasons} == {"too-many"}
    assert {dict(one.data)["after"] for one in dispatched("A", "T").reasons} == {4}


def test_every_sentence_can_be_filled_in_both_languages():
    holes = re.compile(r"%\((\w+)\)s")
    for key, pairs in WORDS.items():
        for zh, en in pairs:
            data = dict.fromkeys(holes.findall(zh), "7")
            assert "%(" not in zh % data + en % data, key
