"""A value that a locality gives from a day on: read on the day that is judged, and weighed by what it stands on."""

from dataclasses import replace
from datetime import date

import pytest

from app.eligibility.decision import Decision, Outcome
from app.eligibility.facts import Context, Question
from app.eligibility.judgement import evaluate
from app.regimes.codes import Act, PersonKind, Severity
from app.regimes.loader import load
from app.regimes.overlay import Overlay, overlaid
from app.regimes.policy import Regime, SquadTemplate, Text, Value

from .cast import asked, facts_of, officer

REGIME = load("pingliang")
TWO = facts_of(officer("A"), officer("B"))
SINCE = date(2026, 3, 10)


def since(rows: str) -> Regime:
    """Pingliang with rows of its own from 10 March 2026."""
    return overlaid("pingliang", [Overlay("own", "本地", rows, SINCE)])[0]


def value(name: str, given: str) -> str:
    return f'[[value]]\nname = "{name}"\nvalue = {given}\nbasis = "local"\nsource = "本地规定"\n'


def on(day: str, act: Act, context: Context) -> Question:
    return replace(asked("A", "B", act=act, start=f"{day} 09:00", end=f"{day} 12:00"), context=context)


def said(answer: Decision, rule: str) -> set[tuple[str, Severity, bool]]:
    return {(one.code, one.severity, one.overridable) for one in answer.reasons if one.rule == rule}


@pytest.mark.parametrize(
    ("day", "severity", "overridable"),
    [("2026-03-09", Severity.WARN, False), ("2026-03-10", Severity.DENY, True)],
)
def test_a_missing_recorder_denies_from_the_day_on_which_the_locality_says_so(day, severity, overridable):
    answer = evaluate(on(day, Act.SEIZE, Context(approval="A-1")), TWO, since(value("recorder.missing", '"DENY"')))
    assert said(answer, "R21") == {("recorder-unknown", severity, overridable)}


@pytest.mark.parametrize(
    ("day", "severity", "overridable"),
    [("2026-03-09", Severity.WARN, False), ("2026-03-10", Severity.DENY, True)],
)
def test_an_unannounced_inspection_denies_from_the_day_on_which_the_locality_says_so(day, severity, overridable):
    context = Context(enterprise=True, inspections=2, inspection_cap=2)
    answer = evaluate(on(day, Act.INSPECT, context), TWO, since(value("enterprise.missing", '"DENY"')))
    assert said(answer, "R37") == {(code, severity, overridable) for code in ("no-approval", "no-notice", "too-many")}


@pytest.mark.parametrize(
    ("context", "code"),
    [
        (Context(enterprise=True, approval="A", notice="N"), "cap-unknown"),
        (Context(enterprise=True, approval="A", notice="N", inspection_cap=2), "count-unknown"),
    ],
)
def test_what_is_unknown_about_the_yearly_number_warns_even_where_the_rule_denies(context, code):
    strict = since('[[rule]]\nid = "R37"\nseverity = "DENY"\nbasis = "local"\nsource = "从严"\n')
    answer = evaluate(on("2026-03-10", Act.INSPECT, context), TWO, strict)
    assert said(answer, "R37") == {(code, Severity.WARN, False)}
    assert answer.outcome is Outcome.ALLOW_WITH_WARNINGS


def test_a_request_for_recusal_only_warns_even_where_the_rule_denies_as_the_investigation_goes_on():
    strict = since('[[rule]]\nid = "R23"\nseverity = "DENY"\nbasis = "local"\nsource = "从严"\n')
    answer = evaluate(on("2026-03-10", Act.INVESTIGATE, Context(recusal_asked=("A",))), TWO, strict)
    assert said(answer, "R23") == {("asked", Severity.WARN, False)}


def test_the_renewal_window_is_the_one_of_the_day():
    facts = facts_of(officer("A", date(2026, 8, 1)), officer("B"))
    wider = since(value("renewal.window_days", "180"))
    before = evaluate(on("2026-03-09", Act.PENALTY, Context()), facts, wider)
    first = evaluate(on("2026-03-10", Act.PENALTY, Context()), facts, wider)
    assert said(before, "R40") == set()
    assert said(first, "R40") == {("renew", Severity.WARN, False)}


@pytest.mark.parametrize(("basis", "overridable"), [("local", True), ("statute", False)])
def test_a_void_certificate_can_be_set_aside_only_where_no_statute_makes_it_void(basis, overridable):
    own = {
        name: (Value(name, given, unknown=False, basis=basis, source="x", layer="pingliang"),)
        for name, given in (("review.years", 1), ("review.void", True))
    }
    regime = replace(REGIME, values={**REGIME.values, **own}, _days={})
    answer = evaluate(on("2026-03-10", Act.PENALTY, Context()), TWO, regime)
    assert said(answer, "R40") == {("void", Severity.DENY, overridable)}


def test_the_minimum_of_the_law_and_the_higher_one_of_a_locality_are_both_told():
    rows = '[[minimum]]\nacts = ["PENALTY"]\nofficers = 3\nseverity = "DENY"\nbasis = "local"\nsource = "从严"\n'
    answer = evaluate(replace(on("2026-03-10", Act.PENALTY, Context()), people=("A",)), TWO, since(rows))
    assert {dict(one.data)["needed"] for one in answer.reasons if one.rule == "R17"} == {2, 3}


def test_a_template_that_names_no_officers_still_asks_for_the_two_of_the_law():
    police = SquadTemplate("P", Text("警组", "police"), {PersonKind.POLICE: 1}, 1, "x")
    regime = replace(REGIME, templates={"P": police}, _days={})
    one = replace(asked("A"), context=Context(template="P"))
    two = replace(asked("A", "B"), context=Context(template="P"))
    assert ("too-few", Severity.DENY) in {part[:2] for part in said(evaluate(one, TWO, regime), "R35")}
    assert "too-few" not in {part[0] for part in said(evaluate(two, TWO, regime), "R35")}
