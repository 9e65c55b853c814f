"""The commands of the credentials, with the exit codes that others rely on."""

import json

import pytest
from sqlalchemy import select

from app.credentials import cli, jobs
from app.credentials.models import Certificate, IssuedDocument
from app.ledger.models import LedgerEntry


@pytest.fixture
def run(application, session, clock):
    """Run a command; returns exit code and output."""
    runner = application.test_cli_runner()

    def call(*words: str):
        session.commit()
        clock.forward(minutes=1)
        answer = runner.invoke(cli.group, list(words))
        return answer.exit_code, answer.output

    return call


def test_issuing_suspending_reinstating_and_revoking_by_command(run, session, officer):
    officer("KT-0017")
    code, output = run("issue", "KT-0017", "--json")
    assert code == 0
    (row,) = json.loads(output)
    assert row["person"] == "KT-0017"
    number = row["number"]
    code, output = run("suspend", number, "--reason", "x", "--basis", "y", "--until", "2026-03-31", "--json")
    assert (code, json.loads(output)["state"]) == (0, "SUSPENDED")
    assert run("reinstate", number, "--reason", "x")[0] == 0
    assert run("revoke", number, "--reason", "x", "--basis", "y")[0] == 0
    code, output = run("reinstate", number, "--reason", "x", "--json")
    assert (code, json.loads(output)["error"]) == (1, "transition-refused")
    code, output = run("list", "--state", "revoked", "--json")
    assert [row["number"] for row in json.loads(output)] == [number]
    labels = session.scalars(select(LedgerEntry.actor_label).where(LedgerEntry.subject_id == number)).all()
    assert set(labels) == {"operator"}


def test_what_one_hand_issues_or_revokes_by_command_is_told_as_such(run, session, officer):
    officer("KT-0017")
    assert run("issue", "KT-0017", "--reason", "系统故障，两人无法到场")[0] == 0
    number = session.scalars(select(Certificate.number)).one()
    assert run("revoke", number, "--reason", "x", "--basis", "y")[0] == 0
    used = select(LedgerEntry).where(LedgerEntry.event == "credentials.break-glass.used")
    told = session.scalars(used.order_by(LedgerEntry.sequence)).all()
    assert [(one.after["act"], one.after["certificates"], one.reason) for one in told] == [
        ("issue", [number], "系统故障，两人无法到场"), ("revoke", [number], "x"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "words",
    [
        ("issue",),
        ("issue", "KT-9999"),
        ("issue", "KT-0017", "KT-0017"),
        ("issue", "KT-0017", "--from", "soon"),
        ("suspend", "X", "--reason", "x"),
        ("verify", "/no/such/file.pdf"),
    ],
)
def test_wrong_usage_leaves_with_two_and_changes_nothing(run, session, officer, words):
    officer("KT-0017")
    assert run(*words)[0] == 2
    assert session.scalar(select(Certificate.id)) is None


def test_somebody_who_is_not_ready_is_a_negative_answer(run, officer):
    officer("KT-0017", photo=False)
    code, output = run("issue", "KT-0017")
    assert code == 1
    assert output.startswith("no-photo: ")


def test_export_writes_the_stored_bytes_and_verify_tells_genuine_from_changed(
    application, run, session, officer, issue, tmp_path, clock
):
    number = issue(officer("KT-0017")).number
    file = tmp_path / "c.pdf"
    assert run("export", number, str(file))[0] == 1
    with application.test_request_context():
        jobs.seal_issued(clock.now())
    assert run("export", number, str(file))[0] == 0
    assert file.read_bytes() == session.scalars(select(IssuedDocument.content)).one()
    code, output = run("verify", str(file), "--json", "--on", "2031-03-02")
    data = json.loads(output)
    assert (code, data["outcome"], data["certificate_number"]) == (0, "GENUINE", number)
    assert data["registry"]["today"] == "ACTIVE"
    assert data["registry"]["state_on"] == "EXPIRED"
    file.write_bytes(file.read_bytes() + b"x")
    assert run("verify", str(file))[0] == 1
    file.write_bytes(b"%PDF-" + b"0" * (21 * 1024 * 1024))
    assert run("verify", str(file))[0] == 3


def test_the_job_that_recognises_counts_and_is_safe_to_run_twice(application, session, officer, clock):
    officer("KT-0017")
    session.commit()
    with application.test_request_context():
        assert jobs.recognise(clock.now()) == 1
        assert jobs.recognise(clock.now()) == 0
