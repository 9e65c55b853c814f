"""The cases together show the whole catalogue: each rule alone, each rule near and silent, the days at the edge."""

import json
from collections import defaultdict
from datetime import date

import pytest

from app.eligibility.decision import Outcome
from app.eligibility.replay import EDGES, CaseResult, judged
from app.eligibility.rules.table import IDS
from app.regimes.codes import PersonKind
from app.regimes.loader import load
from app.regimes.overlay import Overlay, overlaid

from .recorded import recorded
from .vectors import CASES, content_of, result_of

SCENARIOS = {
    "c2_pingliang": ("S01", "S03", "S16", "S18"),
    "c2_haikou": ("S04", "S16"),
    "c2_guangning": ("S07", "S08", "S16"),
    "c2_rugao": ("S10", "S16"),
    "c2_lixia": ("S12", "S14", "S16"),
}
LEAST = 120
"""Cases of our own beyond the scenarios of the catalogue."""
DATED = (
    *("R02", "R03", "R04", "R05", "R06", "R07", "R08", "R09", "R12", "R14", "R15", "R16", "R19"),
    *("R24", "R25", "R26", "R27", "R28", "R29", "R31", "R32", "R33", "R34", "R36", "R39", "R40"),
)
"""Rules with a first and a last day: each has a case on all four days at its edges."""
STARTING = ["R17", "R18", "R21", "R23", "R30", "R35", "R37"]
"""Rules that hold from a day on and have no last one: the day before and the first."""


@pytest.fixture(scope="module")
def results() -> list[CaseResult]:
    return [result_of(case) for case in CASES]


def _reasons(result: CaseResult) -> set[str]:
    return {one.rule for one in result.decision.reasons} if result.decision else set()


def _alone(result: CaseResult) -> set[str]:
    """The one rule that speaks: as the only reason, or as an obligation where there is no reason at all."""
    found = _reasons(result)
    if result.decision is not None and not found:
        return {one.rule for one in result.decision.obligations}
    return found if len(found) == 1 else set()


def test_every_rule_is_in_some_case_the_only_one_that_speaks(results):
    alone = set().union(*(_alone(result) for result in results))
    biting = {min(found) for result in results if len(found := _reasons(result)) == 1}
    assert sorted(IDS - alone) == []
    assert sorted(IDS - biting) == []


def test_every_rule_is_in_some_case_near_and_silent(results):
    near = defaultdict(list)
    for result in results:
        if result.near is not None:
            near[result.near].append(result)
    assert sorted(IDS - near.keys()) == []
    for rule, several in near.items():
        for result in several:
            assert result.decision is not None, (rule, result.name)
            assert rule not in _reasons(result), (rule, result.name)


def test_every_rule_with_days_has_a_case_on_each_day_at_its_edge(results):
    marked = {mark for result in results for mark in result.boundary}
    wanted = {f"{rule} {edge}" for rule in DATED for edge in EDGES}
    wanted |= {f"{rule} {edge}" for rule in STARTING for edge in EDGES[:2]}
    assert sorted(wanted - marked) == []


def test_over_each_edge_something_about_the_rule_changes(results):
    said = defaultdict(set)
    for result in results:
        for mark in result.boundary:
            rule = mark.split()[0]
            findings = (*result.decision.reasons, *result.decision.obligations)
            said[mark].add(frozenset((one.code, one.severity) for one in findings if one.rule == rule))
    for first, second in (("before", "first"), ("last", "after")):
        for rule in DATED if second == "after" else (*DATED, *STARTING):
            if f"{rule} {first}" not in {"R03 before", "R04 last"}:  # validity: R04 speaks before it, R03 after it
                assert said[f"{rule} {first}"] != said[f"{rule} {second}"], (rule, first, second)


def test_there_are_enough_cases_beyond_the_scenarios():
    own = [case for case in CASES if not case.stem.startswith("c2_")]
    assert len(own) >= LEAST, f"only {len(own)} cases of our own"


def test_every_scenario_runs_under_its_own_locality():
    for stem, scenarios in SCENARIOS.items():
        content = content_of(stem)
        assert content["regime"] == stem.removeprefix("c2_")
        assert all("regime" not in case for case in content["case"])
        names = [case["name"] for case in content["case"]]
        for scenario in scenarios:
            assert any(name.startswith(scenario) for name in names), (stem, scenario)


def test_the_record_of_findings_has_every_case_and_no_other():
    assert set(recorded()) == {str(case) for case in CASES}


def test_a_strict_profile_denies_a_shortfall_carried_into_the_new_year_until_it_is_made_up():
    rows = '[[rule]]\nid = "R28"\nseverity = "DENY"\nbasis = "local"\nsource = "从严"\n'
    strict, _ = overlaid("pingliang", [Overlay("strict", "从严", rows, date(2026, 12, 1))])
    content = content_of("c2_pingliang")
    number = next(n for n, case in enumerate(content["case"], 1) if case["name"].startswith("S18b"))
    in_year = next(n for n, case in enumerate(content["case"], 1) if case["name"].startswith("S18a"))
    after = judged(content, number, lambda _: strict).decision
    before = judged(content, in_year, lambda _: strict).decision
    assert {one.rule for one in after.reasons if one.severity == "DENY"} == {"R28", "R17"}
    assert (after.outcome, before.outcome) == (Outcome.DENY, Outcome.ALLOW_WITH_WARNINGS)


def test_what_a_specialised_force_has_kept_is_a_matter_of_a_joint_operation():
    content = content_of("c2_lixia")
    number = next(n for n, case in enumerate(content["case"], 1) if case["name"].startswith("S12a"))
    answer = judged(content, number, load).decision.to_json()
    told = next(reason for reason in answer["reasons"] if reason["rule"] == "R14")
    assert "联合执法" in told["remedy"]["zh"]
    assert "joint operation" in told["remedy"]["en"]


def test_social_supervisors_verify_and_observe_and_no_more():
    social = next(one for one in load("lixia").supervision if one.code == "SOCIAL")
    assert set(social.may) == {"OBSERVE", "VERIFY", "REPORT"}


def test_a_recruit_hears_from_when_the_paper_may_be_sat_again():
    content = content_of("c2_pingliang")
    answer = json.dumps(judged(content, 1, load).decision.to_json(), ensure_ascii=False)
    assert "2026-03-22" in answer


def test_the_arithmetic_of_haikou_comes_out_of_its_template():
    haikou = load("haikou")
    template = haikou.templates["HK-1-2-2-4"]
    towns = haikou.declared["TOWNS"].count
    squads = towns * template.per_town
    people = {kind: squads * number for kind, number in template.members.items()}
    assert (towns, squads, sum(template.members.values())) == (26, 52, 9)
    assert people == {
        PersonKind.POLICE: 52,
        PersonKind.AUX_POLICE: 104,
        PersonKind.OFFICER: 104,
        PersonKind.AUXILIARY: 208,
    }
    assert sum(people.values()) == 468
    assert haikou.declared["TRAINED"].count == 3111
    assert "ESTABLISHED" not in haikou.declared


def test_the_arithmetic_of_pingliang_adds_up():
    declared = load("pingliang").declared
    parts = [declared[code].count for code in ("POSTS-BEFORE", "POSTS-CITY", "POSTS-ADDED")]
    assert parts == [516, 5, 109]
    assert sum(parts) == declared["POSTS"].count == 630
