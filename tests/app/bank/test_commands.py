"""The operator's commands of the question bank."""

import json

import pytest
from click.testing import CliRunner

from app.bank import queries
from app.bank.cli import group
from tests.app.bank.conftest import TEXT


@pytest.fixture
def run(application, session):
    """Run a command of the group inside the application; returns exit code and output."""

    def command(*words):
        session.commit()
        with application.app_context():
            answer = CliRunner().invoke(group, [str(word) for word in words])
        return answer.exit_code, answer.output

    return command


@pytest.fixture
def file(tmp_path):
    """The trainers' text as a file."""
    path = tmp_path / "题.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_a_dry_run_reports_as_json_exits_1_and_writes_nothing(run, file, session):
    code, output = run("import", file, "--dry-run", "--json")
    told = json.loads(output)
    assert code == 1
    assert (told["dry_run"], told["added"], told["rejected"]) == (True, 2, 1)
    [bad] = [row for row in told["rows"] if row["outcome"] == "REJECTED"]
    assert (bad["file"], bad["line"], bad["item"], bad["code"]) == ("题.txt", 8, "2", "KEY_MISSING")
    assert set(bad["message"]) == {"zh", "en"}
    assert queries.find(session, queries.ItemFilter()).total == 0


def test_import_export_and_import_again_agree(run, file, session, tmp_path):
    assert run("import", file)[0] == 1
    assert queries.find(session, queries.ItemFilter()).total == 2
    out = tmp_path / "out.json"
    code, output = run("export", out, "--format", "native", "--json")
    assert (code, json.loads(output)["count"]) == (0, 2)
    code, output = run("import", out, "--json")
    assert (code, json.loads(output)["unchanged"]) == (0, 2)


def test_wrong_usage_exits_2(run, file, tmp_path):
    assert run("import", tmp_path / "none.txt")[0] == 2
    assert run("import", file, "--format", "gift9")[0] == 2
    assert run("load-bundled", "--author", "nobody", "--reviewer", "nobody")[0] == 2


def test_the_bundled_banks_load_by_two_accounts_and_never_by_one(run, cast, session):
    code, output = run("load-bundled", "--author", "tan", "--reviewer", "rui", "--json")
    assert code == 0
    assert json.loads(output)["added"] == queries.health(session).by_status["FINAL"] >= 160
    assert json.loads(run("load-bundled", "--author", "tan", "--reviewer", "rui", "--json")[1])["added"] == 0
    assert run("load-bundled", "--author", "tan", "--reviewer", "tan")[0] != 0
