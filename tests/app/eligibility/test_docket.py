"""A docket answers exactly as the judgement does, whatever was asked of it before."""

import tomllib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.eligibility.docket import Docket
from app.eligibility.facts import BadQuestion
from app.eligibility.judgement import evaluate
from app.eligibility.replay import facts_of_case, question_from
from app.regimes.loader import load
from tests.conftest import PROJECT

FILES = sorted((PROJECT / "tests" / "vectors" / "eligibility").glob("*.toml"))
SHIFTS = [timedelta(), timedelta(hours=7), timedelta(days=40)]


@pytest.mark.parametrize("file", FILES, ids=lambda path: Path(path).stem)
def test_every_case_is_answered_alike_at_its_own_time_and_at_others(file):
    shared = tomllib.loads(file.read_text(encoding="utf-8"))
    compared = 0
    for case in shared["case"]:
        facts = facts_of_case(shared, case)
        regime = load(case.get("regime", shared.get("regime")))
        docket, question = Docket(facts, regime), question_from(case["question"])
        for shift in SHIFTS:
            moved = replace(question, start=question.start + shift, end=question.end + shift)
            expected = _answer(lambda q, f=facts, r=regime: evaluate(q, f, r), moved)
            assert [_answer(docket.check, moved), _answer(docket.check, moved)] == [expected, expected]
            compared += 1
    assert compared == len(shared["case"]) * len(SHIFTS)


def _answer(ask, question):
    try:
        return ask(question).to_json()
    except BadQuestion as refused:
        return refused.code, refused.field
