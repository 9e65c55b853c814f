"""The pages, the commands and the sweep of statutes."""

import io
import json
from datetime import date

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from app.bank import jobs, queries
from app.bank.cli import group
from app.bank.models import BankStatute
from tests.app.bank.night_market import (
    AFTER,
    BEFORE,
    BEGINS,
    FILES,
    LATER,
    LAW,
    NEW,
    OLD,
    drawn,
    load,
    statuses,
)  # fmt: skip
from tests.conftest import PASSWORD


def upload(browser, text, name, **data):
    """Send a file to the form."""
    sent = {"file": (io.BytesIO(text.encode()), name), **data}
    return browser.post("/bank/statutes/new", data=sent, content_type="multipart/form-data")


def newest(session):
    """The id of the edition that was read last."""
    return session.scalar(select(func.max(BankStatute.id)))


@pytest.fixture
def proposed(session, operator, cited, sign_in, judge):
    """The newer edition read by rui, who may take it up; returns its address."""
    load(session, operator, BEFORE, OLD)
    answer = upload(sign_in("rui"), NEW, FILES[AFTER])
    assert answer.status_code == 302
    return answer.headers["Location"]


def test_an_uploaded_edition_is_previewed_and_nothing_is_in_force(client, session, proposed, cited):
    page = client.get(proposed).text
    assert "Read, not yet in force here" in page
    assert "Article moved and changed" in page
    assert "公布夜市区域名录" in page
    assert "2 questions go under review." in page
    assert drawn(session, BEGINS) == cited


def test_taking_up_asks_for_the_password_and_shows_what_happened(client, session, proposed):
    wrong = client.post(f"{proposed}/adopt", data={"valid_from": "2026-04-01", "current": "nonsense"})
    assert wrong.status_code == 422
    assert "The password is not right." in wrong.text
    assert drawn(session, BEGINS) != []
    done = client.post(
        f"{proposed}/adopt", data={"valid_from": "2026-03-01", "reason": "新法施行", "current": PASSWORD},
        follow_redirects=True,
    )  # fmt: skip
    assert "2 questions are under review now." in done.text
    assert statuses(session)["N-4"] == "REVIEW"
    assert drawn(session, date(2026, 3, 1)) == []


def test_taking_back_by_the_page_needs_a_reason_and_restores(client, session, proposed):
    client.post(f"{proposed}/adopt", data={"valid_from": "2026-03-01", "current": PASSWORD})
    assert client.post(f"{proposed}/withdraw", data={"current": PASSWORD}).status_code == 422
    done = client.post(f"{proposed}/withdraw", data={"reason": "误录", "current": PASSWORD}, follow_redirects=True)
    assert "2 questions in use again, 0 left as they are" in done.text
    assert set(statuses(session).values()) == {"FINAL"}


def test_an_editor_carries_over_and_a_reader_finds_no_buttons(client, session, proposed, sign_in):
    client.post(f"{proposed}/adopt", data={"valid_from": "2026-03-01", "current": PASSWORD})
    page = sign_in("tan").get(proposed).text
    assert "Carry over what says the same" in page
    assert "Take the edition back" not in page
    done = client.post(f"{proposed}/carry-over", follow_redirects=True)
    assert "2 questions were carried over." in done.text
    assert statuses(session)["N-1"] == "REVIEW"


def test_an_edition_that_was_only_read_can_be_given_up_once(client, session, proposed):
    assert client.post(f"{proposed}/drop", follow_redirects=True).status_code == 200
    assert client.post(f"{proposed}/drop").status_code == 409
    closed = client.post(f"{proposed}/adopt", data={"current": PASSWORD})
    assert "in the meantime" in closed.text


def test_the_list_shows_every_edition_and_marks_ended_ones_that_are_still_cited(session, operator, cited, sign_in):
    load(session, operator, BEFORE, OLD)
    load(session, operator, AFTER, NEW, valid_from=date(2026, 2, 1))
    page = sign_in("rui").get("/bank/statutes").text
    assert LAW in page
    assert "行政处罚法" in page
    assert "not drawn" in page
    assert "2026-01-31" in page


def test_a_file_that_is_no_statute_is_refused_beside_the_field(sign_in, session):
    answer = upload(sign_in("tan"), "随便一段话", "x.md")
    assert answer.status_code == 422
    assert "No article such as" in answer.text
    assert newest(session) is None


def test_roles_decide_who_reads_and_who_takes_up(client, proposed, sign_in):
    for name, path, status in (
        ("stranger", "/bank/statutes", 403), ("rui", "/bank/statutes", 200), ("ou", proposed, 403),
    ):  # fmt: skip
        assert sign_in(name).get(path).status_code == status
    assert sign_in("tan").post(f"{proposed}/adopt", data={"current": PASSWORD}).status_code == 403
    assert sign_in("rui").post(f"{proposed}/carry-over").status_code == 403
    assert client.get("/bank/statutes/999999").status_code == 404


def test_the_sweep_puts_questions_under_review_on_the_day_and_once(application, session, both):
    session.commit()
    with application.app_context():
        assert jobs.begin_statutes(LATER.replace(day=31, month=3, hour=15)) == 0
        assert jobs.begin_statutes(LATER) == 2
        assert jobs.begin_statutes(LATER) == 0
    assert statuses(session)["N-3"] == "REVIEW"


@pytest.fixture
def run(application, session):
    """Run a command of the group inside the application; returns exit code and output."""

    def command(*words):
        session.commit()
        with application.app_context():
            answer = CliRunner().invoke(group, ["statutes", *[str(word) for word in words]])
        return answer.exit_code, answer.output

    return command


@pytest.fixture
def files(tmp_path):
    """Both editions as files."""
    for edition, text in ((BEFORE, OLD), (AFTER, NEW)):
        (tmp_path / FILES[edition]).write_text(text, "utf-8")
    return [tmp_path / FILES[AFTER], tmp_path / FILES[BEFORE]]


def test_the_command_previews_and_then_takes_up(run, files, session, cited):
    code, output = run("load", *files, "--dry-run", "--json")
    told = json.loads(output)
    assert (code, told["dry_run"]) == (0, True)
    assert [one["edition"] for one in told["editions"]] == [BEFORE, AFTER]
    assert told["editions"][1]["counts"] == {"UNCHANGED": 1, "CHANGED": 1, "MOVED": 2, "GONE": 1, "NEW": 1}
    assert told["editions"][1]["citing"][2] == {"code": "N-3", "effect": "MOVED", "article": "3", "became": "4"}
    assert newest(session) is None
    code, output = run("load", *files)
    assert code == 0
    assert f"{LAW} {AFTER} ADOPTED from 2026-04-01: unchanged 1, changed 1, moved 2, gone 1, new 1" in output
    assert "N-4: article 4 GONE -" in output
    assert drawn(session, BEGINS) == []


def test_the_commands_list_and_take_back(run, files, session, cited):
    run("load", *files)
    rows = json.loads(run("list", "--json")[1])
    shown = {row["edition"]: (row["state"], row["valid_to"], row["questions"]) for row in rows if row["law"] == LAW}
    assert shown == {BEFORE: ("ADOPTED", "2026-03-31", 4), AFTER: ("ADOPTED", None, 0)}
    assert run("withdraw", LAW, AFTER)[0] == 2
    code, output = run("withdraw", LAW, AFTER, "--reason", "误录")
    assert (code, output) == (0, "0 questions in use again, 0 left as they are\n")
    assert drawn(session, BEGINS) == cited
    assert run("load", files[0], "--from", "yesterday")[0] == 2


def test_the_list_of_the_bundled_index_tells_ends(session, cast):
    rows = {(row.law, row.edition): row for row in queries.statutes(session)}
    assert rows["行政复议法", "2017-09-01"].ends == date(2023, 12, 31)
    assert rows["环境噪声污染防治法", "2018-12-29"].ends == date(2022, 6, 4)
    assert rows["行政处罚法", "2021-01-22"].ends is None
    supervised = rows["监察法", "2018-03-20"]
    assert (supervised.ends, supervised.end_unknown) == (None, True)


def test_the_home_page_tells_who_writes_questions_that_some_cite_an_ended_edition(session, operator, cited, sign_in):
    load(session, operator, BEFORE, OLD)
    assert "newer edition" not in sign_in("tan").get("/").text
    load(session, operator, AFTER, NEW, valid_from=date(2026, 3, 2))
    assert "4 questions cite a law that has a newer edition" in sign_in("tan").get("/").text
