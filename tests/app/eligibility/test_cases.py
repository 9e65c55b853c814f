"""Every case in tests/vectors/eligibility gives the answer it states."""

import pytest

from app.eligibility.replay import BadCases, replay
from app.regimes.loader import load

from .recorded import lines_of, recorded
from .vectors import CASES, VECTORS, result_of


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_case_gives_the_answer_it_states(case):
    result = result_of(case)
    assert result.differences == ()
    assert lines_of(result.decision) == recorded()[str(case)], "look it through, then write the record anew"
    if result.decision:
        answer = result.decision.to_json()
        for part in (*answer["reasons"], *answer["obligations"]):
            assert all(part["message"].values())
            assert "%(" not in part["message"]["zh"] + part["message"]["en"]


def test_a_wrong_expectation_shows_where_the_answer_differs():
    text = (
        (VECTORS / "c2_pingliang.toml")
        .read_text("utf-8")
        .replace('outcome = "ALLOW"\nreasons = []', 'outcome = "DENY"', 1)
    )
    differing = [result for result in replay(text, load) if result.differences]
    assert [result.name for result in differing] == ["S03a an auxiliary with a certified officer dissuades"]
    assert [(one.at, one.expected, one.got) for one in differing[0].differences] == [("outcome", "DENY", "ALLOW")]


def test_a_rule_that_speaks_where_the_case_only_comes_near_is_a_difference():
    text = (VECTORS / "c2_pingliang.toml").read_text("utf-8")
    marked = text.replace('name = "S16b the same in 2026"', 'name = "S16b the same in 2026"\nnear = "R17"')
    differing = [result for result in replay(marked, load) if result.differences]
    assert [(one.at, one.got) for result in differing for one in result.differences] == [("near", "R17 speaks")]


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
        ('regime = "pingliang"\n[[case]]\nname = "x"\nnear = "R99"\n', "case x, near"),
        ('regime = "pingliang"\n[[case]]\nname = "x"\nboundary = ["R03 noon"]\n', "case x, boundary"),
    ],
)
def test_an_unreadable_file_of_cases_is_refused_at_its_place(text: str, where: str):
    with pytest.raises(BadCases) as refusal:
        replay(text, load)
    assert refusal.value.data["at"] == where
