"""The shape of an answer, and what it does with two times, faults and look-ahead."""

from dataclasses import replace
from datetime import UTC, date
from decimal import Decimal

import pytest

from app.eligibility import judgement
from app.eligibility.decision import Outcome
from app.eligibility.facts import BadQuestion, Context
from app.eligibility.judgement import evaluate, own_standing
from app.eligibility.rules import table
from app.eligibility.wording import WORDS
from app.regimes.codes import ACTS_OF_CLASS, Act, ActClass
from app.regimes.loader import load

from .cast import asked, at, auxiliary, facts_of, officer, suspended, with_state

REGIME = load("pingliang")
TWO = facts_of(officer("A"), officer("B", date(2026, 4, 30)))
MIDNIGHT = "2026-05-01T00:00:00+08:00"
SHOW = {"zh": "应当主动出示执法证件。", "en": "Show the enforcement certificate unasked."}
NIGHT = asked("A", "B", start="2026-04-30 22:00", end="2026-05-01 06:00")


def test_the_answer_has_the_public_shape_field_by_field():
    answer = evaluate(NIGHT, TWO, REGIME, asked_at=at("2026-04-30 20:00").astimezone(UTC)).to_json("d-1")
    assert " ".join(answer) == (
        "decision_id outcome changes_at intervals people reasons obligations regime known_at facts_digest"
    )
    assert answer["decision_id"] == "d-1"
    assert answer["outcome"] == "DENY"
    assert answer["changes_at"] == "2026-05-01T00:00:00+08:00"
    assert answer["intervals"] == [
        {"start": "2026-04-30T22:00:00+08:00", "end": MIDNIGHT, "outcome": "ALLOW", "reasons": []},
        {"start": MIDNIGHT, "end": "2026-05-01T06:00:00+08:00", "outcome": "DENY", "reasons": ["R03", "R17"]},
    ]
    assert (answer["people"][1]["person"], answer["people"][1]["outcome"]) == ("B", "DENY")
    assert answer["people"][1]["reasons"] == ["R03"]
    assert answer["people"][1]["permitted_acts"] == ["PUBLICITY", "PATROL", "INFO", "DISSUADE"]
    reason = answer["reasons"][0]
    assert list(reason) == ["rule", "severity", "people", "message", "source", "facts", "remedy", "overridable"]
    assert (reason["rule"], reason["severity"], reason["people"], reason["facts"]) == ("R03", "DENY", ["B"], ["B:c"])
    assert reason["overridable"] is False
    assert [one["rule"] for one in answer["obligations"]] == ["R19", "R20", "R21", "R40"]
    assert answer["obligations"][0] == {"rule": "R19", "message": SHOW}
    assert "2026-04-30" in answer["obligations"][3]["message"]["en"]
    assert answer["regime"] == {"id": "pingliang", "version": REGIME.version}
    assert answer["known_at"] == "2026-04-30T20:00:00+08:00"
    assert answer["facts_digest"] == TWO.digest()


def test_two_who_pass_are_open_to_every_act_but_those_not_established():
    answer = evaluate(asked("A", "B"), TWO, REGIME)
    assert answer.outcome is Outcome.ALLOW
    assert answer.people[0].permitted_acts == (*ACTS_OF_CLASS[ActClass.ASSIST], *ACTS_OF_CLASS[ActClass.ENFORCE])


def test_the_next_change_is_looked_for_beyond_the_question():
    assert evaluate(asked("A", "B"), TWO, REGIME).changes_at == at("2026-05-01 00:00")
    assert evaluate(asked("A"), facts_of(officer("A")), REGIME).changes_at is None


def test_a_change_more_than_a_year_ahead_is_not_looked_for():
    far = facts_of(officer("A"), officer("B", date(2027, 10, 31)))
    assert evaluate(asked("A", "B"), far, REGIME).changes_at is None


def test_a_suspension_recorded_three_days_late_shows_from_both_times():
    late = with_state(officer("A"), suspended("A", at("2026-03-09 00:00"), recorded=at("2026-03-12 09:00")))
    facts = facts_of(late, officer("B"))
    now = evaluate(asked("A", "B"), facts, REGIME)
    then = evaluate(replace(asked("A", "B"), known_at=at("2026-03-12 08:59")), facts, REGIME)
    after = evaluate(replace(asked("A", "B"), known_at=at("2026-03-12 09:00")), facts, REGIME)
    assert (now.outcome, then.outcome, after.outcome) == (Outcome.DENY, Outcome.ALLOW, Outcome.DENY)
    assert then.facts_digest != now.facts_digest
    assert after.facts_digest == now.facts_digest


def test_a_fact_that_was_superseded_no_longer_counts_but_did_before():
    wrong = suspended("A", at("2026-03-01 00:00"), recorded=at("2026-03-01 08:00"))
    facts = facts_of(with_state(officer("A"), replace(wrong, superseded_at=at("2026-03-05 08:00"))), officer("B"))
    assert evaluate(asked("A", "B"), facts, REGIME).outcome is Outcome.ALLOW
    assert evaluate(replace(asked("A", "B"), known_at=at("2026-03-04 08:00")), facts, REGIME).outcome is Outcome.DENY


def test_a_fault_inside_a_rule_denies_and_says_so(monkeypatch: pytest.MonkeyPatch):
    def broken(*_arguments: object):
        raise ZeroDivisionError

    rules = tuple(
        replace(rule, person=broken) if rule.id == "R13" else rule for rule in table.PERSON_RULES[ActClass.ENFORCE]
    )
    monkeypatch.setitem(judgement.PERSON_RULES, ActClass.ENFORCE, rules)
    answer = evaluate(asked("A", "B"), TWO, replace(REGIME, _days={}))
    assert answer.outcome is Outcome.DENY
    assert [finding.rule for finding in answer.faults] == ["R13"]
    assert "could not be established" in answer.to_json()["reasons"][0]["message"]["en"]


def test_police_and_auxiliaries_attend_but_do_not_count():
    one = evaluate(asked("A", "X"), facts_of(officer("A"), auxiliary("X")), REGIME)
    both = evaluate(asked("A", "B", "X"), facts_of(officer("A"), officer("B"), auxiliary("X")), REGIME)
    assert one.outcome is Outcome.DENY
    assert both.outcome is Outcome.ALLOW
    assert {finding.code for finding in both.obligations} == {"assist-only", "show", "uniform", "record"}
    assert both.people[2].outcome is Outcome.DENY


def test_own_standing_leaves_item_place_and_company_aside():
    alone = own_standing("B", TWO, REGIME, at("2026-04-30 22:00"), at("2026-05-01 06:00"))
    assert [part.outcome for part in alone.intervals] == [Outcome.ALLOW, Outcome.DENY]
    assert {finding.rule for finding in alone.reasons} == {"R03"}


def test_statute_denials_cannot_be_overridden_and_a_profile_s_can():
    stranger = replace(officer("B"), certificates=(replace(officer("B").certificates[0], domains=("FD",)),))
    answer = evaluate(asked("A", "B"), facts_of(officer("A"), stranger), REGIME)
    assert {finding.rule: finding.overridable for finding in answer.reasons} == {"R13": True, "R17": False}


def test_equal_facts_in_another_order_have_the_same_digest():
    person = officer("A")
    turned = replace(person, results=person.results[::-1], hours=person.hours[::-1])
    assert facts_of(person, officer("B")).digest() == facts_of(officer("B"), turned).digest()


def test_a_regime_that_lacks_a_rule_is_refused():
    lacking = replace(
        REGIME, rules={rule: several for rule, several in REGIME.rules.items() if rule != "R05"}, _days={}
    )
    with pytest.raises(BadQuestion) as refusal:
        evaluate(asked("A", "B"), TWO, lacking)
    assert (refusal.value.code, refusal.value.data) == ("regime-incomplete", {"rule": "R05"})


def test_the_table_and_the_national_floor_agree():
    floor = load("cn")
    for rule in table.RULES:
        assert rule.id in floor.rules, rule.id
        if rule.person is not None:
            severities = {switch.severity for switch in floor.rules[rule.id]}
            assert rule.severity in severities, rule.id
        assert any(key.startswith(f"{rule.id}.") for key in WORDS), rule.id
        assert all((rule.title.zh, rule.title.en, rule.source))


def test_a_case_with_parties_warns_where_nobody_declared_relations():
    question = replace(asked("A", "B"), context=Context(case_parties=("某餐馆",)))
    answer = evaluate(question, TWO, REGIME)
    assert answer.outcome is Outcome.ALLOW_WITH_WARNINGS
    assert [finding.rule for finding in answer.reasons] == ["R22"]
    assert answer.to_json()["reasons"][0]["source"]


def test_a_failed_paper_says_from_when_one_may_sit_again():
    failed = replace(
        officer("A"), results=(replace(officer("A").results[0], score=Decimal(57), sat_on=date(2026, 2, 20)),)
    )
    answer = evaluate(asked("A", "B"), facts_of(failed, officer("B")), REGIME).to_json()
    told = next(reason for reason in answer["reasons"] if "57" in reason["message"]["en"])
    assert "2026-03-22" in told["remedy"]["zh"]
    assert "2026-03-22" in told["remedy"]["en"]


def test_an_act_that_closes_within_the_question_is_not_open_though_the_asked_one_stays():
    suspended_at_ten = with_state(officer("A"), suspended("A", at("2026-03-10 10:00")))
    answer = evaluate(asked("A", "B", act=Act.PATROL), facts_of(suspended_at_ten, officer("B")), REGIME)
    assert answer.outcome is Outcome.ALLOW
    assert len(answer.intervals) == 1
    assert answer.people[0].permitted_acts == ACTS_OF_CLASS[ActClass.ASSIST]
