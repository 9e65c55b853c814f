"""Every case in tests/vectors/eligibility gives the answer it states."""

from pathlib import Path

import pytest

from app.eligibility.replay import BadCases, CaseResult, replay
from app.eligibility.rules.table import IDS
from app.regimes.loader import load

VECTORS = Path(__file__).resolve().parents[2] / "vectors" / "eligibility"
RESULTS = [
    (path.stem, result) for path in sorted(VECTORS.glob("*.toml")) for result in replay(path.read_text("utf-8"), load)
]


@pytest.mark.parametrize("result", [pytest.param(result, id=f"{stem}: {result.name}") for stem, result in RESULTS])
def test_a_case_gives_the_answer_it_states(result: CaseResult):
    assert result.differences == ()


def test_every_rule_bites_in_some_case():
    seen = {finding.rule for _, result in RESULTS if result.decision for finding in result.decision.reasons}
    seen |= {finding.rule for _, result in RESULTS if result.decision for finding in result.decision.obligations}
    seen |= {rule for _, result in RESULTS if result.decision for one in result.decision.people for rule in one.reasons}
    assert seen >= IDS


def test_every_answer_has_words_in_both_languages():
    for _, result in RESULTS:
        if result.decision:
            answer = result.decision.to_json()
            for part in (*answer["reasons"], *answer["obligations"]):
                assert all(part["message"].values())
                assert "%(" not in part["message"]["zh"] + part["message"]["en"]


def test_a_wrong_expectation_shows_where_the_answer_differs():
    text = (
        (VECTORS / "scenarios.toml")
        .read_text("utf-8")
        .replace('outcome = "ALLOW"\nreasons = []', 'outcome = "DENY"', 1)
    )
    differing = [result for result in replay(text, load) if result.differences]
    assert [result.name for result in differing] == ["S03a an auxiliary with a certified officer dissuades"]
    assert [(one.at, one.expected, one.got) for one in differing[0].differences] == [("outcome", "DENY", "ALLOW")]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("not toml at all", "file"),
        ('regime = "pingliang"\n', "case"),
        ('regime = "pingliang"\nextra = 1\n[[case]]\n', "file"),
        ('regime = "pingliang"\n[[case]]\nname = "x"\n', "case x"),
        (
            'regime = "pingliang"\n[[case]]\nname = "x"\nexpect = {outcome = "ALLOW"}\nquestion = {peple = []}\n',
            "case x, question",
        ),
        (
            (
                'regime = "pingliang"\n[[person]]\ncode="A"\nkind = "WIZARD"\n[[case]]\nexpect = {outcome = "ALLOW"}\n'
                'question = {people = ["A"], act="PATROL", start = 2026-01-01T00:00:00Z, end = 2026-01-01T01:00:00Z}\n'
            ),
            "person/A/kind",
        ),
    ],
)
def test_an_unreadable_file_of_cases_is_refused_at_its_place(text: str, where: str):
    with pytest.raises(BadCases) as refusal:
        replay(text, load)
    assert refusal.value.data["at"] == where
