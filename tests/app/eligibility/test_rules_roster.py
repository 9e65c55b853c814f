"""Rosters: what the cases in tests/vectors do not show."""

from dataclasses import replace
from datetime import datetime, timedelta

from app.eligibility.decision import Outcome
from app.eligibility.facts import Shift
from app.eligibility.judgement import evaluate
from app.eligibility.rules import roster
from app.regimes.codes import Act, Severity
from app.regimes.loader import load
from app.regimes.policy import Regime

from .cast import PLACE, asked, at, facts_of, officer

REGIME = load("pingliang")
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
    assert dict(found.data)["names"] == "A、B"


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


def test_of_two_shifts_that_end_together_the_earlier_one_stays_the_one_compared():
    start = at("2026-05-02 08:00")
    turns = ((0, 8), (2, 6), (4, 2))
    shifts = tuple(
        shift(str(number), "T", start + timedelta(hours=first), hours, "A")
        for number, (first, hours) in enumerate(turns, 1)
    )
    assert [one.facts for one in published(shifts).reasons] == [("1", "2"), ("1", "3")]


def test_overlaps_are_told_in_the_order_of_the_shifts_and_not_of_the_people():
    start = at("2026-05-02 08:00")
    shifts = (
        shift("1", "T", start, 9, "B"),
        shift("2", "T", start + timedelta(hours=1), 9, "A"),
        shift("3", "T", start + timedelta(hours=2), 9, "A", "B"),
    )
    _, booked, _ = roster._searched(shifts, start, start + timedelta(days=1), 8)  # the answer sorts by people
    assert [(first.id, second.id, people) for (first, second), people in booked] == [
        ("1", "3", ("B",)),
        ("2", "3", ("A",)),
    ]


def test_shifts_that_end_when_they_start_or_before_are_told_in_order_and_overlap_nothing():
    start = at("2026-05-02 08:00")
    shifts = (
        shift("3", "T", start + timedelta(hours=2), -1, "A"),
        shift("2", "T", start + timedelta(hours=1), 0, "A"),
        shift("1", "T", start, 8, "A"),
    )
    assert [(one.code, one.facts) for one in published(shifts).reasons] == [
        ("reversed", ("2",)),
        ("reversed", ("3",)),
    ]


def test_overlaps_that_only_touch_the_edge_of_the_asked_interval_do_not_matter():
    last, next_month = at("2026-04-30 16:00"), at("2026-06-01 00:00")
    before = (shift("1", "T", last, 8, "A"), shift("2", "U", last, 8, "A"))
    after = (shift("3", "T", next_month, 8, "A"), shift("4", "U", next_month, 8, "A"))
    assert published((*before, *after)).outcome is Outcome.ALLOW


def test_a_gap_is_told_by_the_name_of_the_place():
    facts = facts_of(officer("LEAD"))
    named = {PLACE: replace(facts.places[PLACE], name="中街街道")}
    question = asked("LEAD", act=Act.PUBLISH_ROSTER, start="2026-05-01 00:00", end="2026-05-01 08:00")
    question = replace(question, place=None)
    for places, told in ((facts.places, PLACE), (named, "中街街道"), ({}, PLACE)):
        answer = evaluate(question, replace(facts, places=places, shifts=(), covered=(PLACE,)), REGIME)
        assert [dict(one.data)["place"] for one in answer.reasons] == [told]


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
    assert (more.people, more.severity, dict(more.data)) == (("LEAD",), Severity.WARN, {"shown": 50, "more": 3})


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
