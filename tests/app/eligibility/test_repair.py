"""The cheapest repair of a denied squad; whatever is offered is allowed."""

from dataclasses import replace
from datetime import date

import pytest

from app.eligibility.decision import Outcome
from app.eligibility.facts import BadQuestion, Context, Facts, PersonFacts, Question, Relation
from app.eligibility.judgement import evaluate, personal
from app.eligibility.repair import Change, ChangeKind, repair
from app.regimes.codes import Act
from app.regimes.loader import load
from app.regimes.policy import SquadTemplate, Text
from app.registry.codes import PersonKind

from .cast import asked, at, auxiliary, facts_of, officer

REGIME = load("pingliang")
LAPSED = date(2026, 3, 9)
NIGHT = {"start": "2026-04-30 22:00", "end": "2026-05-01 06:00"}


def repairs(question: Question, facts: Facts, free: list[str], load: dict[str, float] | None = None, **more: int):
    return repair(question, facts, REGIME, free, load or {}, **more)


def test_an_allowed_squad_needs_no_repair():
    assert repairs(asked("A", "B"), facts_of(officer("A"), officer("B"), officer("C")), ["C"]) == ()


def test_one_whose_certificate_lapsed_is_swapped_for_one_who_is_free():
    facts = facts_of(officer("A"), officer("B", LAPSED), officer("C"))
    (found,) = repairs(asked("A", "B"), facts, ["C"])
    assert found.changes == (Change(ChangeKind.SWAP, "B", "C"),)
    assert (found.number, found.people, found.until) == (1, ("A", "C"), None)
    assert (found.summary.zh, found.summary.en) == ("由 C 替换 B", "C in place of B")


def test_a_single_officer_gets_a_second_one():
    (found,) = repairs(asked("A"), facts_of(officer("A"), officer("C")), ["C"])
    assert found.changes == (Change(ChangeKind.ADD, None, "C"),)
    assert found.outcome is Outcome.ALLOW


def test_a_third_officer_who_fails_is_taken_off_before_anybody_is_asked_to_come():
    facts = facts_of(officer("A"), officer("B"), officer("X", LAPSED), officer("C"))
    first, *_ = repairs(asked("A", "B", "X"), facts, ["C"])
    assert first.changes == (Change(ChangeKind.REMOVE, "X", None),)


def test_among_equal_changes_the_least_load_comes_first_and_then_the_code():
    facts = facts_of(officer("A"), officer("B", LAPSED), *(officer(code) for code in ("C", "D", "E", "F")))
    load = {"C": 40.0, "D": 8.0, "E": 8.0, "F": 24.0}
    found = repairs(asked("A", "B"), facts, ["F", "E", "D", "C"], load)
    assert [one.changes[0].joins for one in found] == ["D", "E", "F"]
    assert [one.load for one in found] == [8.0, 8.0, 24.0]
    assert found == repairs(asked("B", "A"), facts, ["C", "D", "E", "F"], load)


def test_as_many_repairs_are_given_as_were_asked_for():
    facts = facts_of(officer("A"), officer("C"), officer("D"))
    assert len(repairs(asked("A"), facts, ["C", "D"], most=1)) == 1


def test_a_change_more_is_worse_than_any_load():
    facts = facts_of(officer("A", LAPSED), officer("B", LAPSED), officer("C"), officer("D"))
    (found,) = repairs(asked("A", "B"), facts, ["C", "D"], {"C": 1e4})
    assert (found.number, found.people) == (2, ("C", "D"))


def test_nobody_is_offered_who_fails_or_comes_from_another_authority():
    stranger = officer("S")
    stranger = replace(
        stranger,
        employments=(replace(stranger.employments[0], agency="OTHER"),),
        certificates=(replace(stranger.certificates[0], agency="OTHER"),),
    )
    facts = facts_of(officer("A"), stranger, officer("L", LAPSED), auxiliary("X"))
    assert repairs(asked("A"), facts, ["S", "L", "X"]) == ()


def test_without_help_the_squad_is_told_until_when_it_works():
    facts = facts_of(officer("A"), officer("B", date(2026, 4, 30)))
    (found,) = repairs(asked("A", "B", **NIGHT), facts, [])
    assert found.changes == (Change(ChangeKind.UNTIL),)
    assert (found.number, found.until, found.people) == (0, at("2026-05-01 00:00"), ("A", "B"))
    assert "2026-05-01 00:00" in found.summary.zh


def test_a_swap_says_from_when_it_is_needed():
    facts = facts_of(officer("A"), officer("B", date(2026, 4, 30)), officer("C"))
    (found,) = repairs(asked("A", "B", **NIGHT), facts, ["C"])
    assert (found.changes[0].joins, found.until) == ("C", at("2026-05-01 00:00"))


def test_a_candidate_must_hold_through_the_whole_interval():
    facts = facts_of(officer("A"), officer("B", date(2026, 4, 30)), officer("C", date(2026, 4, 30)))
    (found,) = repairs(asked("A", "B", **NIGHT), facts, ["C"])
    assert found.changes[0].kind is ChangeKind.UNTIL


def test_auxiliaries_who_help_may_stay():
    facts = facts_of(officer("A"), officer("B", LAPSED), officer("C"), auxiliary("X"))
    (found,) = repairs(asked("A", "B", "X"), facts, ["C"])
    assert found.people == ("A", "C", "X")


def test_a_kinsman_of_the_party_is_swapped_and_none_is_offered():
    def kin(code: str) -> PersonFacts:
        return replace(officer(code), relations=(Relation(id=f"{code}:r", party="某餐馆", kind="KIN"),))

    clear = {"relations": ()}
    facts = facts_of(replace(officer("A"), **clear), kin("B"), kin("C"), replace(officer("D"), **clear))
    question = replace(asked("A", "B"), context=Context(case_parties=("某餐馆",)))
    found = repairs(question, facts, ["C", "D"])
    assert [one.people for one in found] == [("A", "D")]


def test_what_no_change_of_people_mends_is_not_repaired():
    facts = facts_of(officer("A"), officer("B"), officer("C"))
    question = asked("A", "B", act=Act.SEIZE)
    assert evaluate(question, facts, REGIME).outcome is Outcome.DENY
    assert repairs(question, facts, ["C"]) == ()


def test_the_numbers_of_a_template_are_kept_where_they_can_be():
    template = SquadTemplate("T", Text("分队", "squad"), {PersonKind.OFFICER: 2, PersonKind.AUXILIARY: 1}, 2, "HK-05")
    regime = replace(REGIME, templates={"T": template}, _days={})
    facts = facts_of(officer("A"), officer("B", LAPSED), officer("C"), auxiliary("X"))
    question = replace(asked("A", "B"), context=Context(template="T"))
    first, *_ = repair(question, facts, regime, ["C", "X"], {})
    assert first.people == ("A", "C", "X")
    assert [one.kind for one in first.changes] == [ChangeKind.SWAP, ChangeKind.ADD]
    without, *_ = repair(question, facts, regime, ["C"], {})
    assert without.people == ("A", "C")
    assert without.outcome is Outcome.ALLOW_WITH_WARNINGS


def test_every_repair_offered_is_allowed():
    facts = facts_of(
        officer("A"), officer("B", LAPSED), officer("C"), officer("D"), officer("E", LAPSED), auxiliary("X")
    )
    found = repairs(asked("A", "B", "X"), facts, ["C", "D", "E"], most=5)
    assert len(found) >= 2
    for one in found:
        assert evaluate(replace(asked(), people=one.people), facts, REGIME).outcome is not Outcome.DENY


def test_an_unknown_candidate_is_refused():
    with pytest.raises(BadQuestion) as refusal:
        repairs(asked("A"), facts_of(officer("A")), ["NOBODY"])
    assert refusal.value.code == "unknown-person"


def test_staffing_is_not_repaired_by_other_people():
    facts = facts_of(officer("A"), officer("C"))
    assert repairs(asked("A", act=Act.HIRE_AUX), facts, ["C"]) == ()


def test_one_person_alone_passes_or_not_throughout():
    facts = facts_of(officer("A"), officer("B", date(2026, 4, 30)))
    assert personal("A", asked("A", "B", **NIGHT), facts, REGIME) is True
    assert personal("B", asked("A", "B", **NIGHT), facts, REGIME) is False
