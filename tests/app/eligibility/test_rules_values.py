"""Rules whose hardness a regime's own values decide, where no locality on file gives that value."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.eligibility.decision import Decision, Outcome
from app.eligibility.facts import Context, PersonFacts, ReviewFact, SanctionFacts, StateChange
from app.eligibility.judgement import evaluate
from app.eligibility.replay import build
from app.regimes.codes import Act, CertificateState, PersonKind, Severity
from app.regimes.loader import load
from app.regimes.policy import Regime, SquadTemplate, Text, Value

from .cast import asked, at, facts_of, officer, with_state

REGIME = load("pingliang")
APPROVED = Context(approval="A-1", recorder=True, cuts_utilities=False)


def giving(name: str, value: Any, basis: str = "local") -> Regime:
    """Pingliang with one value of its own."""
    own = Value(name, value, unknown=False, basis=basis, source="test", layer="pingliang")
    return replace(REGIME, values={**REGIME.values, name: (own,)}, _days={})


def found(answer: Decision) -> set[tuple[str, str, Severity, bool]]:
    """Each reason with its code, hardness and whether it can be overridden."""
    return {(one.rule, one.code, one.severity, one.overridable) for one in answer.reasons}


def test_a_lost_certificate_denies_unless_the_electronic_one_is_taken_in_its_place():
    lost = with_state(officer("B"), StateChange(id="s", state=CertificateState.LOST, at=at("2026-03-01 00:00")))
    facts = facts_of(officer("A"), lost)
    assert ("R07", "lost", Severity.DENY, False) in found(evaluate(asked("A", "B"), facts, REGIME))
    taken = evaluate(asked("A", "B"), facts, giving("certificate.electronic", True))
    assert found(taken) == {("R07", "electronic", Severity.WARN, False)}


@pytest.mark.parametrize(("basis", "overridable"), [("local", True), ("national_policy", False)])
def test_a_missing_recorder_denies_where_the_regime_says_so(basis: str, overridable: bool):
    question = replace(asked("A", "B", act=Act.SEIZE), context=replace(APPROVED, recorder=False))
    answer = evaluate(question, facts_of(officer("A"), officer("B")), giving("recorder.missing", "DENY", basis))
    assert found(answer) == {("R21", "no-recorder", Severity.DENY, overridable)}


def test_an_inspection_without_notice_denies_where_the_regime_says_so_and_closes_the_act_alone():
    context = Context(enterprise=True, approval="A-1", inspections=0, inspection_cap=1)
    question = replace(asked("A", "B", act=Act.INSPECT), context=context)
    answer = evaluate(question, facts_of(officer("A"), officer("B")), giving("enterprise.missing", "DENY"))
    assert found(answer) == {("R37", "no-notice", Severity.DENY, True)}
    assert Act.INSPECT not in answer.people[0].permitted_acts
    assert Act.PENALTY in answer.people[0].permitted_acts


def reviewed(code: str, *days: date) -> PersonFacts:
    """An officer whose certificate was reviewed on these days."""
    person = officer(code)
    (held,) = person.certificates or ()
    reviews = tuple(ReviewFact(id=f"{code}:r{day}", reviewed_on=day) for day in days)
    return replace(person, certificates=(replace(held, reviews=reviews),))


@pytest.mark.parametrize(("day", "outcome"), [("2026-02-28", Outcome.ALLOW), ("2026-03-01", Outcome.DENY)])
def test_an_unreviewed_certificate_is_void_where_the_regime_says_so(day: str, outcome: Outcome):
    regime = giving("review.years", 1)
    regime = replace(regime, values={**regime.values, "review.void": giving("review.void", True).values["review.void"]})
    facts = facts_of(reviewed("A", date(2026, 1, 5)), reviewed("B", date(2025, 2, 28)))
    answer = evaluate(asked("A", "B", start=f"{day} 09:00", end=f"{day} 12:00"), facts, regime)
    assert answer.outcome is outcome
    if outcome is Outcome.DENY:
        assert ("R40", "void", Severity.DENY, True) in found(answer)
    else:
        assert answer.changes_at == at("2026-03-01 00:00")


def test_a_window_of_no_days_never_opens():
    facts = facts_of(officer("A"), officer("B", date(2026, 3, 10)))
    answer = evaluate(asked("A", "B"), facts, giving("renewal.window_days", 0))
    assert answer.outcome is Outcome.ALLOW
    assert "R40" not in {one.rule for one in answer.obligations}


@pytest.mark.parametrize(
    ("starts", "ends", "hour", "outcome"),
    [
        ("01:00", "05:00", "00:59", Outcome.ALLOW),
        ("01:00", "05:00", "01:00", Outcome.DENY),
        ("01:00", "05:00", "04:59", Outcome.DENY),
        ("01:00", "05:00", "05:00", Outcome.ALLOW),
        ("22:00", "06:00", "05:59", Outcome.DENY),
        ("22:00", "06:00", "21:59", Outcome.ALLOW),
        ("00:00", "00:00", "00:00", Outcome.ALLOW),
    ],
)
def test_the_night_of_a_regime_may_cross_midnight_or_not(starts: str, ends: str, hour: str, outcome: Outcome):
    regime = giving("night.starts", starts)
    regime = replace(regime, values={**regime.values, "night.ends": giving("night.ends", ends).values["night.ends"]})
    start = at(f"2026-03-10 {hour}")
    question = replace(asked("A", "B", act=Act.DEMOLISH), start=start, end=start.replace(second=30), context=APPROVED)
    assert evaluate(question, facts_of(officer("A"), officer("B")), regime).outcome is outcome


def test_a_regime_that_does_not_say_when_night_is_denies():
    values = {name: several for name, several in REGIME.values.items() if name != "night.ends"}
    question = replace(asked("A", "B", act=Act.EXECUTE), context=APPROVED)
    answer = evaluate(question, facts_of(officer("A"), officer("B")), replace(REGIME, values=values, _days={}))
    assert [(one.rule, one.code) for one in answer.faults] == [("R36", "fault")]


@pytest.mark.parametrize(
    ("wanted", "outcome"), [(1, Outcome.ALLOW_WITH_WARNINGS), (2, Outcome.ALLOW), (3, Outcome.DENY)]
)
def test_a_template_denies_below_its_officers_and_never_asks_for_less_than_the_law(wanted: int, outcome: Outcome):
    own = SquadTemplate("T-1", Text("编组", "squad"), {PersonKind.OFFICER: wanted}, 1, "test")
    question = replace(asked("A", "B"), context=Context(template="T-1"))
    regime = replace(REGIME, templates={"T-1": own}, _days={})
    answer = evaluate(question, facts_of(officer("A"), officer("B")), regime)
    assert answer.outcome is outcome
    assert {one.rule for one in answer.reasons} <= {"R35"}
    alone = evaluate(replace(question, people=("A",)), facts_of(officer("A")), regime)
    assert {(one.rule, one.code) for one in alone.reasons if one.severity is Severity.DENY} == {
        ("R17", "too-few"),
        ("R35", "too-few"),
    }


def test_a_sanction_of_an_unknown_kind_still_warns():
    sanction = SanctionFacts(id="s", kind="其他", starts=date(2026, 3, 1), ends=date(2026, 3, 31))
    facts = facts_of(officer("A"), replace(officer("B"), sanctions=(sanction,)))
    answer = evaluate(asked("A", "B"), facts, REGIME)
    assert [(one.rule, one.people, one.facts) for one in answer.reasons] == [("R34", ("B",), ("s",))]
    assert "其他" in answer.to_json()["reasons"][0]["message"]["zh"]


def test_where_outsiders_are_not_spoken_of_the_establishment_rule_still_keeps_them_out():
    off = {"R11": tuple(replace(one, enabled=False) for one in REGIME.rules["R11"])}
    regime = replace(REGIME, rules={**REGIME.rules, **off}, _days={})
    volunteer = build(PersonFacts, {"code": "V", "kind": "VOLUNTEER"}, "person")
    answer = evaluate(asked("V"), facts_of(volunteer), regime)
    assert {one.rule for one in answer.reasons} == {"R09", "R17"}
