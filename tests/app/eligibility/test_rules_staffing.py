"""Numbers and dispatch: what the cases in tests/vectors do not show."""

import re
from dataclasses import replace
from datetime import date

import pytest

from app.eligibility.decision import Outcome
from app.eligibility.facts import AgencyFacts, Context, Employment, Facts, Headcount
from app.eligibility.findings import Finding
from app.eligibility.intervals import Interval
from app.eligibility.judgement import evaluate
from app.eligibility.rules import staffing
from app.eligibility.standing import standing
from app.eligibility.wording.staffing import WORDS
from app.regimes.codes import Act, Severity
from app.regimes.loader import load
from app.regimes.policy import Regime, Value

from .cast import asked, at, facts_of, officer

REGIME = load("pingliang")
RUGAO = load("rugao")


def count(agency: str, on: date, **numbers: int | None) -> Headcount:
    return Headcount(id=f"n:{agency}:{on.isoformat()}", agency=agency, on=on, **numbers)


def hiring(*people: str, facts: Facts, count: int = 1):
    return evaluate(replace(asked(*people, act=Act.HIRE_AUX), context=Context(count=count)), facts, REGIME)


def strict(rule: str, regime: Regime = REGIME) -> Regime:
    """The regime with a rule tightened to a denial."""
    own = tuple(replace(switch, severity=Severity.DENY) for switch in regime.rules[rule])
    return replace(regime, rules={**regime.rules, rule: own}, _days={})


def two_agencies(*counts: Headcount) -> Facts:
    """Facts with A of KT and B of JC."""
    other = officer("B")
    other = replace(other, employments=(replace(other.employments[0], agency="JC"),))
    return replace(facts_of(officer("A"), other), headcounts=counts)


def told_of(act: Act, rule: str, facts: Facts, regime: Regime, number: int | None = None) -> list[Finding]:
    """What a rule says of A and B together."""
    people = [code for code in ("A", "B") if code in facts.people]
    answer = evaluate(replace(asked(*people, act=act), context=Context(count=number)), facts, regime)
    return sorted((one for one in answer.reasons if one.rule == rule), key=lambda one: (one.code, one.facts, one.data))


@pytest.mark.parametrize("numbers", [{}, {"officers": 100}, {"reviewers": 1}])
def test_reviewers_half_known_are_unknown_and_each_agency_is_told_for_itself(numbers: dict[str, int]):
    short = count("JC", date(2026, 3, 1), officers=100, reviewers=4)
    facts = two_agencies(count("KT", date(2026, 3, 1), **numbers), short)
    few, unknown = told_of(Act.LEGAL_REVIEW, "R26", facts, strict("R26"))
    assert (few.code, few.facts, few.severity) == ("too-few", ("n:JC:2026-03-01",), Severity.DENY)
    assert (unknown.code, unknown.facts, unknown.severity) == ("unknown", ("n:KT:2026-03-01",), Severity.WARN)


def test_two_agencies_without_numbers_of_reviewers_are_both_told_and_so_are_two_with_too_few():
    assert [
        (one.code, one.facts, dict(one.data)["agency"])
        for one in told_of(Act.LEGAL_REVIEW, "R26", two_agencies(), REGIME)
    ] == [("unknown", (), "JC"), ("unknown", (), "KT")]
    few = [count(agency, date(2026, 3, 1), officers=100, reviewers=4) for agency in ("JC", "KT")]
    assert [dict(one.data)["agency"] for one in told_of(Act.LEGAL_REVIEW, "R26", two_agencies(*few), REGIME)] == [
        "JC",
        "KT",
    ]


def growing() -> Regime:
    """Pingliang with all that R32 can ask for, tightened to a denial where the rule itself decides."""
    own = {
        name: (Value(name, value, unknown=False, basis="local", source="x", layer="pingliang"),)
        for name, value in (("officers.grow", True), ("grassroots.percent", 95), ("auxiliary.falls", True))
    }
    return strict("R32", replace(REGIME, values={**REGIME.values, **own}, _days={}))


THEN, NOW = date(2025, 3, 1), date(2026, 3, 1)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((), {"fall-unknown": (), "growth-unknown": (), "base-unknown": ()}),
        (
            (count("KT", NOW, auxiliaries=5, officers=10),),
            {"fall-unknown": (NOW,), "growth-unknown": (NOW,), "base-unknown": (NOW,)},
        ),
        (
            (count("KT", THEN, auxiliaries=5, officers=10), count("KT", NOW, grassroots=10)),
            {"fall-unknown": (THEN, NOW), "growth-unknown": (THEN, NOW), "base-unknown": (NOW,)},
        ),
        (
            (
                count("KT", THEN, auxiliaries=5, officers=10),
                count("KT", NOW, auxiliaries=5, officers=10, grassroots=9, posts=9, established=10),
            ),
            {"over-establishment": (NOW,), "rises": (THEN, NOW), "not-growing": (THEN, NOW), "base-low": (NOW,)},
        ),
        (
            (count("KT", THEN, auxiliaries=7, officers=9), count("KT", NOW, auxiliaries=6, officers=10, grassroots=10)),
            {},
        ),
    ],
)
def test_what_an_agency_s_numbers_leave_to_be_wished_or_unknown_only_warns(
    counts: tuple[Headcount, ...], expected: dict[str, tuple[date, ...]]
):
    facts = replace(facts_of(officer("A")), headcounts=counts)
    told = told_of(Act.HIRE_AUX, "R32", facts, growing(), 1)
    assert {one.code: one.facts for one in told} == {
        code: tuple(f"n:KT:{day}" for day in days) for code, days in expected.items()
    }
    assert {one.severity for one in told} <= {Severity.WARN}


def test_without_a_number_to_be_hired_as_many_auxiliaries_as_a_year_ago_are_no_rise():
    counts = (count("KT", THEN, auxiliaries=5), count("KT", NOW, auxiliaries=5))
    facts = replace(facts_of(officer("A")), headcounts=counts)
    assert told_of(Act.HIRE_AUX, "R32", facts, REGIME) == []
    assert [one.code for one in told_of(Act.HIRE_AUX, "R32", facts, REGIME, 1)] == ["rises"]


def test_each_agency_beyond_its_establishment_is_told():
    over = [count(agency, NOW, posts=9, established=10) for agency in ("KT", "JC")]
    told = told_of(Act.DISPATCH, "R32", two_agencies(*over), REGIME)
    assert [(one.code, dict(one.data)["agency"]) for one in told] == [
        ("over-establishment", "JC"),
        ("over-establishment", "KT"),
    ]


def test_a_cap_that_is_a_share_is_a_whole_number_rounded_down():
    cap = Value("auxiliary.cap_percent", 33, unknown=False, basis="local", source="x", layer="pingliang")
    regime = replace(REGIME, values={**REGIME.values, cap.name: (cap,)}, _days={})
    facts = replace(facts_of(officer("A")), headcounts=(count("KT", NOW, auxiliaries=3, established=10),))
    (above,) = told_of(Act.HIRE_AUX, "R31", facts, regime, 1)
    assert (above.code, repr(dict(above.data)["most"])) == ("above", "3")


@pytest.mark.parametrize(
    ("agencies", "name"),
    [
        ((), "KT"),
        ((AgencyFacts(id="a", code="KT", enforces=True),), "KT"),
        ((AgencyFacts(id="a", code="KT", enforces=True, name="执法局"),), "执法局"),
    ],
)
def test_whoever_serves_at_a_street_enforces_in_the_name_of_the_bureau_or_its_code(
    agencies: tuple[AgencyFacts, ...], name: str
):
    there = officer("A")
    there = replace(there, employments=(replace(there.employments[0], dispatched=True),))
    question, day = asked("A"), REGIME.on(NOW)
    interval = Interval(question.start, question.end, NOW)
    one = standing(there, question, replace(facts_of(there), agencies=agencies), day, interval)
    (told,) = staffing.r30(one, question, day, interval)
    assert dict(told.data) == {"agency": name}


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


def dispatched(*people: str, now: int | None = 3, service_from: date | None = None):
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
    town = AgencyFacts(id="a:BP", code="BP", enforces=True, kind="TOWN_OFFICE", name="白蒲镇", starts=date(2016, 1, 1))
    facts = replace(
        facts, agencies=(*facts.agencies, town), headcounts=(count("BP", date(2026, 1, 1), dispatched=now),)
    )
    return evaluate(replace(asked(*people, act=Act.DISPATCH), context=Context(unit="BP")), facts, RUGAO)


def test_somebody_who_serves_there_already_is_not_counted_twice():
    assert dispatched("T").outcome is Outcome.ALLOW
    assert {one.code for one in dispatched("A").reasons} == {"too-many"}
    assert {dict(one.data)["after"] for one in dispatched("A", "T").reasons} == {4}


def test_a_town_whose_number_is_unknown_is_told_with_the_count_that_lacks_it():
    (told,) = [one for one in dispatched("A", now=None).reasons if one.rule == "R29"]
    assert (told.code, told.facts) == ("number-unknown", ("a:BP", "n:BP:2026-01-01"))


def test_every_sentence_can_be_filled_in_both_languages():
    holes = re.compile(r"%\((\w+)\)s")
    for key, pairs in WORDS.items():
        for zh, en in pairs:
            data = dict.fromkeys(holes.findall(zh), "7")
            assert "%(" not in zh % data + en % data, key
