"""A profile's denial set aside: what stays in the answer, and how it comes through the records."""

import json
from dataclasses import replace

import pytest

from app.eligibility.decision import Outcome
from app.eligibility.facts import BadQuestion, CertificateFacts, Override, PersonFacts, Question
from app.eligibility.judgement import evaluate
from app.eligibility.service.records import restored, stored
from app.regimes.codes import Act, Severity
from app.regimes.loader import load

from .cast import asked, at, facts_of, officer

REGIME = load("pingliang")
SET_ASIDE = Override("R13", "王局长", "专项行动 100%", at("2026-03-09 10:00"))


def stranger(code: str) -> PersonFacts:
    """An officer whose certificate covers food and drugs only."""
    person = officer(code)
    (held,) = person.certificates or ()
    assert isinstance(held, CertificateFacts)
    return replace(person, certificates=(replace(held, domains=("FD",)),))


FACTS = facts_of(officer("A"), stranger("B"))


def overridden(*overrides: Override, act: Act = Act.PENALTY) -> Question:
    """The question about A and B with these overrides."""
    return replace(asked("A", "B", act=act), overrides=overrides)


def test_an_overridden_denial_stays_in_the_answer_as_a_warning_with_its_approver():
    answer = evaluate(overridden(SET_ASIDE), FACTS, REGIME)
    assert answer.outcome is Outcome.ALLOW_WITH_WARNINGS
    assert [(one.rule, one.code, one.severity) for one in answer.reasons] == [
        ("R13", "outside", Severity.WARN),
        ("R13", "overridden", Severity.WARN),
    ]
    texts = [reason["message"] for reason in answer.to_json()["reasons"]]
    assert "王局长" in texts[1]["en"]
    assert "专项行动 100%" in texts[1]["zh"]
    assert all(reason["overridable"] is False for reason in answer.to_json()["reasons"])


def test_an_override_opens_the_asked_act_and_no_other():
    acts = evaluate(overridden(SET_ASIDE), FACTS, REGIME).people[1].permitted_acts
    assert Act.PENALTY in acts
    assert Act.INSPECT not in acts


def test_a_question_with_overrides_comes_back_from_the_records_as_it_was():
    question = overridden(SET_ASIDE)
    again = restored(Question, json.loads(json.dumps(stored(question))))
    assert again == question
    assert evaluate(again, FACTS, REGIME).to_json("d") == evaluate(question, FACTS, REGIME).to_json("d")


def test_an_override_sets_aside_nothing_of_another_rule():
    other = replace(SET_ASIDE, rule="R17")
    with pytest.raises(BadQuestion) as refusal:
        evaluate(overridden(other), FACTS, REGIME)
    assert (refusal.value.code, refusal.value.data) == ("not-overridable", {"rule": "R17"})


def test_a_fault_inside_a_rule_cannot_be_overridden(monkeypatch: pytest.MonkeyPatch):
    from app.eligibility import judgement
    from app.eligibility.rules import table
    from app.regimes.codes import ActClass

    def broken(*_arguments: object):
        raise ZeroDivisionError

    rules = tuple(
        replace(rule, person=broken) if rule.id == "R13" else rule for rule in table.PERSON_RULES[ActClass.ENFORCE]
    )
    monkeypatch.setitem(judgement.PERSON_RULES, ActClass.ENFORCE, rules)
    with pytest.raises(BadQuestion) as refusal:
        evaluate(overridden(SET_ASIDE), FACTS, replace(REGIME, _days={}))
    assert refusal.value.code == "not-overridable"
