"""What no locality on file and no case in tests/vectors brings about: two findings of a rule at once, tightened rules,
values that change on New Year's Day, records of the very day, and facts that are half known."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.eligibility.decision import Decision
from app.eligibility.facts import (
    AgencyFacts,
    Context,
    Entrustment,
    Entry,
    ExamResult,
    Facts,
    Headcount,
    HoursFact,
    PersonFacts,
    QualificationFacts,
    Question,
    Relation,
    ReviewFact,
    SanctionFacts,
    TaskDone,
)
from app.eligibility.findings import Finding
from app.eligibility.intervals import Interval
from app.eligibility.judgement import evaluate
from app.eligibility.rules import squad
from app.eligibility.rules.compulsion import unapproved
from app.eligibility.standing import Squad
from app.regimes.codes import Act, Severity, Task
from app.regimes.loader import load
from app.regimes.policy import Period, Programme, Regime, Text, Value
from app.registry.codes import AuthorityBasis

from .cast import asked, at, auxiliary, facts_of, officer

REGIME = load("pingliang")
DAY = date(2026, 3, 10)
"""The day on which `asked` asks."""


def dated(name: str, *rows: tuple[date | None, date | None, Any, str], regime: Regime = REGIME) -> Regime:
    """The regime with one value of its own that changes: each row its first and last day, the value and its basis."""
    own = tuple(
        Value(name, value, unknown=False, basis=basis, source="x", layer="pingliang", period=Period(starts, ends))
        for starts, ends, value, basis in rows
    )
    turning = {*regime.turning_days, *(starts for starts, *_ in rows if starts)}
    values = {**regime.values, name: own}
    return replace(regime, values=values, turning_days=tuple(sorted(turning)), _days={})


def giving(regime: Regime = REGIME, /, **values: Any) -> Regime:
    """The regime with local values of its own; a dot in a name is written as two underscores."""
    for name, value in values.items():
        regime = dated(name.replace("__", "."), (None, None, value, "local"), regime=regime)
    return regime


def strict(rule: str, regime: Regime = REGIME) -> Regime:
    """The regime with a rule tightened to a denial, not by statute."""
    own = tuple(replace(switch, severity=Severity.DENY, statute=False) for switch in regime.rules[rule])
    return replace(regime, rules={**regime.rules, rule: own}, _days={})


def of(answer: Decision, rule: str) -> list[Finding]:
    """What one rule said."""
    return [one for one in (*answer.reasons, *answer.obligations) if one.rule == rule]


def weighed(findings: Iterable[Finding]) -> list[tuple[str, Severity, bool]]:
    """Each finding's code, hardness and whether it can be set aside."""
    return sorted((one.code, one.severity, one.overridable) for one in findings)


def hired(code: str, on: date, **more: Any) -> PersonFacts:
    """The officer as one who came in on that day and has been trained."""
    entry = Entry(id=f"{code}:n", hired_on=on, initial_training="DONE", initial_training_on=on)
    return replace(officer(code), entry=replace(entry, **more))


def asking(person: PersonFacts, regime: Regime = REGIME, day: date = DAY) -> Decision:
    """The officer alone, about a penalty on a day."""
    return evaluate(asked(person.code, start=f"{day} 09:00", end=f"{day} 12:00"), facts_of(person), regime)


# certificates and employment


@pytest.mark.parametrize(("basis", "overridable"), [("local", True), ("statute", False)])
def test_what_makes_a_certificate_void_is_read_on_the_day(basis: str, overridable: bool):
    other = "statute" if basis == "local" else "local"
    void = dated("review.void", (None, date(2026, 3, 9), True, other), (DAY, None, True, basis))
    answer = asking(officer("A"), giving(void, review__years=1))
    assert weighed(of(answer, "R40")) == [("void", Severity.DENY, overridable)]


def test_reviews_of_the_certificate_are_evidence_of_its_being_overdue():
    person = officer("A")
    held = replace(person.certificates[0], reviews=(ReviewFact(id="A:r", reviewed_on=date(2024, 1, 5)),))
    answer = asking(replace(person, certificates=(held,)), giving(review__years=1))
    assert [one.facts for one in of(answer, "R40")] == [("A:c", "A:r")]


@pytest.mark.parametrize(("basis", "overridable"), [("local", True), ("national_policy", False)])
def test_auxiliaries_alone_are_denied_where_the_regime_of_the_day_says_so(basis: str, overridable: bool):
    other = "statute" if basis == "local" else "local"
    regime = dated("auxiliary.alone", (None, date(2026, 3, 9), "DENY", other), (DAY, None, "DENY", basis))
    answer = evaluate(asked("X", act=Act.PATROL), facts_of(auxiliary("X")), regime)
    assert weighed(of(answer, "R10")) == [("alone", Severity.DENY, overridable)]


def test_two_sanctions_at_once_are_both_told_and_only_warn_even_where_the_rule_denies():
    both = tuple(SanctionFacts(id=f"s{one}", kind="DEMERIT", starts=date(2026, 1, one)) for one in (1, 2))
    answer = asking(replace(officer("A"), sanctions=both), strict("R34"))
    assert [(one.facts, one.severity) for one in of(answer, "R34")] == [
        (("s1",), Severity.WARN),
        (("s2",), Severity.WARN),
    ]


def test_an_officer_akin_to_two_parties_is_told_of_both():
    kin = tuple(Relation(id=f"k:{party}", party=party) for party in ("甲", "乙"))
    question = replace(asked("A", "B"), context=Context(case_parties=("甲", "乙")))
    answer = evaluate(question, facts_of(replace(officer("A"), relations=kin), officer("B")), REGIME)
    assert {one.facts for one in of(answer, "R22") if one.code == "related"} == {("k:甲",), ("k:乙",)}


# power


def test_an_agency_that_is_not_on_record_denies_by_its_code():
    answer = evaluate(asked("A"), replace(facts_of(officer("A")), agencies=()), REGIME)
    (told,) = of(answer, "R12")
    assert (told.code, told.severity, told.people) == ("unknown", Severity.DENY, ("A",))
    assert dict(told.data) == {"agency": "KT"}


def test_an_item_that_was_struck_from_the_list_denies_by_its_code():
    gone = replace(REGIME.items["HOU-2"], period=Period(None, date(2026, 3, 9)))
    regime = replace(REGIME, items={**REGIME.items, "HOU-2": gone}, _days={})
    told = of(evaluate(asked("A"), facts_of(officer("A")), regime), "R14")
    assert [(one.code, one.severity, one.people, dict(one.data)) for one in told] == [
        ("not-in-force", Severity.DENY, ("A",), {"item": "HOU-2"})
    ]


def entrusted(*given: Entrustment, people: tuple[PersonFacts, ...] = ()) -> Facts:
    """The bureau KT as a body that acts by entrustment."""
    facts = facts_of(*(people or (officer("A"), officer("B"))))
    body = replace(facts.agencies[0], basis=AuthorityBasis.ENTRUSTED)
    return replace(facts, agencies=(body,), entrustments=given)


def given(number: str, **more: Any) -> Entrustment:
    values: dict[str, Any] = {"items": ("HOU-2",), "starts": date(2020, 1, 1), "published": True, **more}
    return Entrustment(id=number, giver="SF", body="KT", **values)


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_unsound_entrustments_the_one_that_comes_closest_is_told(turned: bool):
    several = (given("w2", published=False), given("w1", by_entrusted=True))
    answer = evaluate(asked("A", "B"), entrusted(*(several[::-1] if turned else several)), REGIME)
    assert {(one.code, one.facts) for one in of(answer, "R16")} == {("passed-on", ("a:KT", "w1"))}


def test_of_two_equally_unsound_entrustments_the_later_number_is_told():
    answer = evaluate(asked("A"), entrusted(given("w2", published=False), given("w1", published=False)), REGIME)
    assert [one.facts for one in of(answer, "R16")] == [("a:KT", "w2")]


def test_without_an_item_a_missing_entrustment_is_told_without_one():
    answer = evaluate(replace(asked("A"), item=None), entrusted(), REGIME)
    assert [(one.code, dict(one.data)["item"]) for one in of(answer, "R16")] == [("none", "")]


def test_of_entrustment_only_officers_are_told():
    assert of(evaluate(asked("X"), entrusted(people=(auxiliary("X"),)), REGIME), "R16") == []


# examinations and training


def failed(number: str, on: date, score: int = 50) -> ExamResult:
    return ExamResult(id=number, paper="PUBLIC_LAW", score=Decimal(score), sat_on=on)


def test_a_paper_sat_on_the_last_day_of_an_ended_qualification_no_longer_counts():
    ended = QualificationFacts(id="q", papers=("PUBLIC_LAW",), starts=date(2018, 1, 1), ends=date(2025, 12, 31))
    for day, counts in ((date(2025, 12, 31), False), (date(2026, 1, 1), True)):
        results = tuple(replace(one, sat_on=day) for one in officer("A").results)
        answer = asking(replace(officer("A"), qualifications=(ended,), results=results))
        assert (of(answer, "R02") == []) is counts


def test_of_two_papers_failed_on_one_day_the_one_recorded_last_is_told():
    rest = officer("A").results[1:]
    answer = asking(
        replace(officer("A"), results=(failed("r1", date(2026, 1, 5)), failed("r2", date(2026, 1, 5)), *rest))
    )
    assert [one.facts for one in of(answer, "R02")] == [("r2",)]


def test_the_first_year_is_the_matter_of_officers_alone():
    new = replace(auxiliary("X"), entry=Entry(id="n", hired_on=date(2026, 1, 1), initial_training="OPEN"))
    assert of(evaluate(asked("X"), facts_of(new), REGIME), "R27") == []


def test_a_day_of_training_that_is_not_recorded_as_done_does_not_count():
    open_still = hired("A", date(2025, 12, 1), initial_training="OPEN")
    assert [one.code for one in of(asking(open_still), "R27")] == ["untrained"]


@pytest.mark.parametrize(
    ("on", "owed"), [(date(2024, 6, 1), True), (date(2025, 1, 1), True), (date(2025, 1, 2), False)]
)
def test_the_hours_of_a_year_are_owed_by_those_in_post_on_its_first_day(on: date, owed: bool):
    told = of(asking(replace(hired("A", on), hours=())), "R28")
    assert [(one.code, dict(one.data)["year"], dict(one.data)["hours"]) for one in told] == (
        [("carried", 2025, "0")] if owed else []
    )


def test_last_year_s_shortfall_and_this_year_s_are_both_told_and_only_the_first_is_as_hard_as_the_rule():
    told = of(asking(replace(officer("A"), hours=()), strict("R28"), date(2026, 12, 1)), "R28")
    assert [(one.code, dict(one.data)["year"], one.severity) for one in told] == [
        ("carried", 2025, Severity.DENY),
        ("short", 2026, Severity.WARN),
    ]


def test_unknown_hours_only_warn_even_where_the_rule_denies():
    told = of(asking(replace(officer("A"), hours=None), strict("R28")), "R28")
    assert weighed(told) == [("unknown", Severity.WARN, False)]


@pytest.mark.parametrize(("first", "needed"), [(date(2026, 1, 1), 80), (date(2026, 1, 2), 60), (date(2026, 2, 1), 60)])
def test_the_hours_of_a_year_are_those_asked_for_on_its_first_day(first: date, needed: int):
    raised = dated("hours.per_year", (None, first - timedelta(days=1), 60, "local"), (first, None, 80, "local"))
    told = of(asking(replace(officer("A"), hours=()), raised, date(2026, 12, 1)), "R28")
    assert dict(told[-1].data)["needed"] == str(needed)


def law(hours: int, year: int = 2025) -> HoursFact:
    return HoursFact(
        id=f"h{year}", year=year, hours=Decimal(hours), earned_on=date(year, 2, 1), category="LAW" if hours else ""
    )


def studied(*hours: HoursFact) -> PersonFacts:
    return replace(officer("A"), hours=(*hours, *(one for one in officer("A").hours if one.year != 2025)))


SPLIT = giving(hours__public_law=20, hours__professional=40)


def test_both_parts_of_the_split_are_told_where_both_are_short():
    business = replace(law(50), id="b", category="OTHER")
    told = of(asking(studied(law(10), business), SPLIT), "R28")
    assert [(one.code, dict(one.data)["part_en"], dict(one.data)["hours"]) for one in told] == [
        ("part", "public law", "10"),
        ("part", "professional knowledge", "0"),
    ]


def test_of_a_split_that_asks_for_one_part_the_other_is_not_told():
    assert of(asking(studied(law(60)), giving(hours__public_law=20)), "R28") == []


@pytest.mark.parametrize(("first", "told"), [(date(2025, 1, 1), 1), (date(2025, 1, 2), 0), (date(2025, 2, 1), 0)])
def test_the_split_of_a_year_is_the_one_of_its_first_day(first: date, told: int):
    regime = dated("hours.professional", (None, first - timedelta(days=1), 0, "local"), (first, None, 40, "local"))
    assert len(of(asking(studied(law(60)), regime), "R28")) == told


@pytest.mark.parametrize(("basis", "overridable"), [("local", True), ("statute", False)])
def test_a_part_short_last_year_is_as_hard_as_the_rule_and_stands_on_what_asked_for_it_then(
    basis: str, overridable: bool
):
    other = "statute" if basis == "local" else "local"
    for since in (date(2025, 1, 2), date(2025, 2, 1)):
        regime = dated("hours.professional", (None, since - timedelta(days=1), 40, basis), (since, None, 40, other))
        told = of(asking(studied(law(60)), strict("R28", regime)), "R28")
        assert weighed(told) == [("part", Severity.DENY, overridable)]


def test_a_part_that_unsorted_hours_may_fill_or_that_the_year_leaves_open_only_warns():
    unsorted = replace(law(60), category="")
    last_year = asking(studied(unsorted), strict("R28", SPLIT))
    assert weighed(of(last_year, "R28")) == [("part-unknown", Severity.WARN, False)] * 2
    this_year = replace(officer("A"), hours=(law(60), law(60, 2026), replace(law(40), id="b", category="BUSINESS")))
    told = of(asking(this_year, strict("R28", SPLIT), date(2026, 12, 1)), "R28")
    assert weighed(told) == [("part", Severity.WARN, False)]


def programme(code: str, *tasks: Task) -> Programme:
    span = date(2026, 1, 1), date(2026, 12, 31)
    return Programme(code, Text(code, code), *span, tasks, Severity.WARN, Severity.DENY, "x")


def test_the_unfinished_tasks_of_two_programmes_are_both_told():
    regime = replace(REGIME, programmes=(programme("P1", Task.ROTATE), programme("P2", Task.ROTATE)), _days={})
    assert {dict(one.data)["programme_zh"] for one in of(asking(officer("A"), regime), "R39")} == {"P1", "P2"}


def test_a_task_counts_from_the_day_on_which_it_was_done_and_a_certificate_from_its_first_day():
    regime = replace(REGIME, programmes=(programme("P", Task.ROTATE, Task.CERTIFY),), _days={})
    done = TaskDone(id="t", programme="P", task=Task.ROTATE, done_on=DAY)
    person = replace(officer("A"), tasks=(done,))
    person = replace(person, certificates=(replace(person.certificates[0], valid_from=DAY),))
    assert of(asking(person, regime), "R39") == []


# compulsion and company


@pytest.mark.parametrize(
    ("approval", "emergency", "expected"),
    [(None, None, True), (None, True, False), ("A-1", None, False), ("A-1", True, False)],
)
def test_a_compulsory_act_needs_approval_or_an_emergency(approval: str | None, emergency: bool | None, expected: bool):
    assert unapproved(Context(approval=approval, emergency=emergency)) is expected


def test_an_execution_that_reaches_one_microsecond_into_a_holiday_is_held_on_it():
    context = Context(approval="A-1", recorder=True, cuts_utilities=False)
    question = replace(asked("A", "B", act=Act.DEMOLISH, start="2026-04-30 18:00"), context=context)
    facts = facts_of(officer("A"), officer("B"))
    for microseconds, told in ((0, 0), (1, 1)):
        end = at("2026-05-01 00:00") + timedelta(microseconds=microseconds)
        answer = evaluate(replace(question, end=end), facts, REGIME)
        assert len([one for one in of(answer, "R36") if one.code == "holiday"]) == told


def test_where_there_is_no_officer_nobody_is_told_to_wear_the_uniform():
    interval = Interval(at("2026-03-10 09:00"), at("2026-03-10 12:00"), DAY)
    question: Question = asked("X")
    assert squad.r20_company(Squad((), Act.PENALTY), question, REGIME.on(DAY), interval) == ()


def test_the_name_of_a_body_is_the_one_of_the_day():
    versions = (
        AgencyFacts(id="a1", code="KT", enforces=True, name="旧名", ends=date(2026, 3, 9)),
        AgencyFacts(id="a2", code="KT", enforces=True, name="今名", starts=DAY, ends=DAY),
    )
    count = Headcount(id="n", agency="KT", on=DAY, posts=9, established=10, dispatched=0)
    facts = replace(facts_of(officer("A")), agencies=versions, headcounts=(count,))
    for act, rule, context in (
        (Act.LEGAL_REVIEW, "R26", Context()),
        (Act.HIRE_AUX, "R31", Context(count=1)),
        (Act.HIRE_AUX, "R32", Context(count=1)),
        (Act.DISPATCH, "R32", Context(unit="KT")),
        (Act.APPOINT_LEADER, "R30", Context(unit="KT")),
    ):
        told = of(evaluate(replace(asked("A", act=act), context=context), facts, REGIME), rule)
        assert told
        assert {value for one in told for key, value in one.data if key in ("agency", "unit")} == {"今名"}
