"""`eligibility check` and `eligibility replay`: options, output and exit codes."""

import json
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from app.eligibility.cli import group
from app.eligibility.facts import BadQuestion
from app.eligibility.models import DecisionRecord
from app.regimes.codes import ActClass
from app.regimes.loader import load
from tests.app.eligibility.rows import PLACE
from tests.conftest import PROJECT

CASES = PROJECT / "tests" / "vectors" / "eligibility" / "c2_pingliang.toml"
SHIFT = ["--place", PLACE, "--start", "2026-04-30T22:00:00+08:00", "--end", "2026-05-01T06:00:00+08:00"]


@pytest.fixture
def run(application, session, kt):
    """Run a command of the group; it sees what the test has flushed."""

    def command(*words: str):
        session.commit()
        return application.test_cli_runner().invoke(group, list(words))

    return command


def test_a_denied_check_prints_the_answer_and_exits_with_one(session, run):
    done = run("check", "--person", "KT-0017", "KT-0021", "--act", "PENALTY", "--item", "HOU-2", *SHIFT, "--json")
    assert done.exit_code == 1
    answer = json.loads(done.output)
    assert (answer["outcome"], answer["changes_at"]) == ("DENY", "2026-05-01T00:00:00+08:00")
    assert session.query(DecisionRecord).one().asked_by == "operator"


def test_an_allowed_check_exits_with_zero(run):
    words = ("check", "--person", "KT-0017", "--person", "KT-0021", "--act", "PENALTY", "--item", "HOU-2")
    times = ("--place", PLACE, "--start", "2026-03-10T09:00:00+08:00", "--end", "2026-03-10T12:00:00+08:00")
    done = run(*words, *times)
    assert (done.exit_code, done.output.split()[0]) == (0, "ALLOW")


def test_known_at_is_asked_for(run):
    words = ("check", "--person", "KT-0021", "--act", "PATROL", *SHIFT, "--json")
    done = run(*words, "--known-at", "2016-01-01T00:00:00+08:00")
    assert json.loads(done.output)["known_at"] == "2016-01-01T00:00:00+08:00"
    assert done.exit_code == 1


@pytest.mark.parametrize(
    "words",
    [
        ("--act", "PENALTY"),
        ("--person", "KT-0017", "--act", "DANCE"),
        ("--person", "KT-0017", "--act", "PATROL", "--start", "2026-03-10T09:00", "--end", "2026-03-10T12:00"),
        ("--person", "KT-0017", "--act", "PATROL", "--start", "soon", "--end", "later"),
    ],
)
def test_wrong_usage_exits_with_two(session, run, words):
    assert run("check", *words, *(() if "--start" in words else SHIFT)).exit_code == 2
    assert session.query(DecisionRecord).count() == 0


def test_a_fault_inside_a_rule_exits_with_three(run, monkeypatch):
    def broken(*_arguments):
        raise ZeroDivisionError

    regime = load("pingliang")
    for day in (date(2026, 4, 30), date(2026, 5, 1)):
        monkeypatch.setitem(regime.on(day).plans, (ActClass.ASSIST, frozenset()), (("R33", broken),))
    done = run("check", "--person", "KT-0021", "--act", "PATROL", *SHIFT, "--json")
    assert done.exit_code == 3
    assert json.loads(done.output)["outcome"] == "DENY"


def test_a_database_that_fails_is_not_told_as_a_denial(session, run):
    session.execute(text("ALTER TABLE decision_person RENAME TO decision_person_away"))
    done = run("check", "--person", "KT-0021", "--act", "PATROL", *SHIFT)
    assert done.exit_code == 3
    assert "failed" in done.output


def test_an_unknown_person_is_no_answer(run):
    done = run("check", "--person", "ZZ-1", "--act", "PATROL", *SHIFT)
    assert isinstance(done.exception, BadQuestion)
    assert done.exception.code == "unknown-person"


def test_cases_that_agree_exit_with_zero(run):
    done = run("replay", str(CASES), "--json")
    assert done.exit_code == 0
    assert all(one["agrees"] and not one["differences"] for one in json.loads(done.output))


def test_each_difference_is_printed_and_exits_with_one(run, tmp_path: Path):
    cases = CASES.read_text("utf-8").replace('outcome = "ALLOW"\nreasons = []', 'outcome = "DENY"', 1)
    (tmp_path / "cases.toml").write_text(cases, "utf-8")
    done = run("replay", str(tmp_path / "cases.toml"))
    assert done.exit_code == 1
    assert "S03a" in done.output
    assert "expected DENY, got ALLOW" in done.output


def test_a_file_that_is_no_text_is_wrong_usage(run, tmp_path: Path):
    (tmp_path / "cases.toml").write_bytes(b"\xff\xfe\x00")
    assert run("replay", str(tmp_path / "cases.toml")).exit_code == 2
    assert run("replay", str(tmp_path / "none.toml")).exit_code == 2


def test_the_whole_file_in_the_guide_to_cases_is_judged_as_it_says(application, tmp_path):
    guide = (PROJECT / "docs" / "replay.md").read_text(encoding="utf-8")
    example = guide.partition("## A whole file")[2].partition("```toml\n")[2].partition("```")[0]
    file = tmp_path / "case.toml"
    file.write_text(example, encoding="utf-8")
    done = application.test_cli_runner().invoke(group, ["replay", str(file)])
    assert (done.exit_code, done.output.strip()) == (0, "1 cases, 0 differ")
    file.write_text(example.replace('outcome = "DENY"', 'outcome = "ALLOW"'), encoding="utf-8")
    done = application.test_cli_runner().invoke(group, ["replay", str(file)])
    assert (done.exit_code, "outcome" in done.output) == (1, True)
