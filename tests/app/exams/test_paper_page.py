"""Writing a paper: saving, repeating, lateness, devices, the plain form, and what the invigilator sees of it."""

import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.accounts.models import Account, AccountSession
from app.exams.models import AnswerJournal, Attempt, ExamPaper
from app.registry.models import Person
from tests.app.exams.conftest import OPENS


@pytest.fixture
def written(session, sign_in, make_sitting, clock):
    """The officer's browser with a paper begun at the opening: (client, attempt id)."""
    client = sign_in("ou")
    sitting = make_sitting("KT-0001")
    clock.at = OPENS
    session.execute(update(AccountSession).values(last_seen_at=OPENS))
    answer = client.post(f"/exams/sittings/{sitting}/start")
    assert answer.status_code == 302
    return client, int(answer.headers["Location"].rsplit("/", 1)[-1])


@pytest.fixture
def go_to(session, clock):
    """Let time pass for somebody whose page keeps the session alive."""

    def go(moment):
        clock.at = moment
        session.execute(update(AccountSession).values(last_seen_at=moment))

    return go


def _save(client, attempt, *answers):
    body = {"answers": [{"id": i, "position": p, "value": v, "at": "2026-03-02T10:00:00+08:00"} for i, p, v in answers]}
    return client.post(f"/exams/papers/{attempt}/answers", json=body)


def _journal(session, attempt):
    rows = session.scalars(
        select(AnswerJournal).where(AnswerJournal.attempt_id == attempt).order_by(AnswerJournal.sequence)
    )
    return [(row.sequence, row.position, row.value, row.late) for row in rows]


def test_each_answer_is_acknowledged_with_its_number_and_time(session, written):
    client, attempt = written
    answer = _save(client, attempt, ("a", 1, "B"), ("b", 2, "C"))
    assert answer.status_code == 200
    assert [(one["id"], one["sequence"]) for one in answer.json["saved"]] == [("a", 1), ("b", 2)]
    assert answer.json["saved"][0]["saved_at"] == OPENS.isoformat()
    assert _journal(session, attempt) == [(1, 1, "B", False), (2, 2, "C", False)]


def test_a_repeated_save_is_harmless_and_keeps_its_number(session, written, clock):
    client, attempt = written
    _save(client, attempt, ("a", 1, "B"))
    clock.forward(seconds=30)
    answer = _save(client, attempt, ("a", 1, "B"), ("b", 1, "C"))
    assert [(one["id"], one["sequence"]) for one in answer.json["saved"]] == [("a", 1), ("b", 2)]
    assert answer.json["saved"][0]["saved_at"] == OPENS.isoformat()
    assert len(_journal(session, attempt)) == 2


def test_an_answer_within_the_grace_is_taken_as_late_and_one_after_it_is_refused_and_says_so(session, written, go_to):
    client, attempt = written
    row = session.get(Attempt, attempt)
    go_to(row.deadline_at + timedelta(seconds=30))
    assert _save(client, attempt, ("late", 1, "B")).status_code == 200
    go_to(row.accepts_until + timedelta(seconds=1))
    refused = _save(client, attempt, ("too-late", 1, "C"))
    assert refused.status_code == 409
    assert refused.json["code"] == "time-over"
    assert _journal(session, attempt) == [(1, 1, "B", True)]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (("a", 0, "B"), "answer-place"),
        (("a", 99, "B"), "answer-place"),
        (("a", 1, "BA"), "answer-value"),
        (("a", 1, "b;"), "answer-value"),
        (("a", 1, "H"), "answer-option"),
        (("", 1, "B"), "answer-id"),
        (("x" * 65, 1, "B"), "answer-id"),
    ],
)
def test_an_unusable_answer_is_refused_with_a_code_and_saves_nothing(session, written, answer, code):
    client, attempt = written
    refused = _save(client, attempt, ("good", 2, "A"), answer)
    assert (refused.status_code, refused.json["code"]) == (422, code)
    assert _journal(session, attempt) == []
    assert session.get(Attempt, attempt, populate_existing=True).last_sequence == 0


@pytest.mark.parametrize(
    "body",
    [None, [], {"answers": 3}, {"answers": [{"id": "a"}]}, {"answers": [{"id": "a", "position": "x", "value": "B"}]}],
)
def test_an_unreadable_body_is_refused(written, body):
    client, attempt = written
    refused = client.post(f"/exams/papers/{attempt}/answers", data=json.dumps(body), content_type="application/json")
    assert (refused.status_code, refused.json["code"]) == (422, "answers-unreadable")


def test_the_newest_device_writes_and_the_older_turns_read_only(session, application, written, cast, clock):
    client, attempt = written
    other = application.test_client()
    with other.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = cast["ou"].token, True
    assert other.post(f"/exams/sittings/{session.get(Attempt, attempt).sitting_id}/start").status_code == 302
    refused = _save(client, attempt, ("a", 1, "B"))
    assert (refused.status_code, refused.json["code"]) == (409, "device-replaced")
    assert _save(other, attempt, ("b", 1, "B")).status_code == 200
    assert client.post(f"/exams/papers/{attempt}/state", json={}).json["device_is_current"] is False


def test_nobody_else_sees_or_writes_the_paper(session, written, application, cast, people):
    _client, attempt = written
    session.get(Account, cast["tan"].account_id).person_id = people("KT-0002")
    session.flush()
    other = application.test_client()
    with other.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = cast["tan"].token, True
    assert other.get(f"/exams/papers/{attempt}").status_code == 404
    assert _save(other, attempt, ("a", 1, "B")).status_code == 404


def test_nothing_is_taken_after_handing_in(session, written):
    client, attempt = written
    _save(client, attempt, ("a", 1, "B"))
    assert client.post(f"/exams/papers/{attempt}/submit").status_code == 302
    refused = _save(client, attempt, ("b", 1, "C"))
    assert (refused.status_code, refused.json["code"]) == (409, "attempt-closed")
    receipt = client.get(f"/exams/papers/{attempt}/receipt")
    assert session.get(Attempt, attempt, populate_existing=True).receipt in receipt.text


def test_the_page_shows_the_questions_and_neither_key_nor_explanation(session, written):
    client, attempt = written
    page = client.get(f"/exams/papers/{attempt}").text
    paper = session.get(ExamPaper, session.get(Attempt, attempt).paper_id)
    assert len(re.findall(r'<fieldset class="paper-item"', page)) == len(paper.places)
    assert "题干" in page
    assert "解析" not in page
    state = client.post(f"/exams/papers/{attempt}/state", json={}).text
    assert "key" not in state


def test_the_plain_form_saves_what_changed_and_leads_to_the_summary(session, written):
    client, attempt = written
    client.post(f"/exams/papers/{attempt}/form", data={"p1": "B", "p2": ["A"], "save": "1"})
    client.post(f"/exams/papers/{attempt}/form", data={"p1": "C", "p2": ["A"], "summary": "1"})
    assert [(place, value) for _n, place, value, _late in _journal(session, attempt)] == [(1, "B"), (2, "A"), (1, "C")]
    summary = client.get(f"/exams/papers/{attempt}/summary").text
    assert "3 questions are empty" in summary


def test_more_time_reaches_the_page_and_the_invigilator_sees_who_left(session, application, written, cast, clock):
    client, attempt = written
    row = session.get(Attempt, attempt)
    before = client.post(f"/exams/papers/{attempt}/state", json={}).json["deadline_at"]
    client.post(f"/exams/papers/{attempt}/events", json={"events": [{"kind": "LEFT", "at": None}]})
    watcher = application.test_client()
    with watcher.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = cast["inv"].token, True
    feed = watcher.get(f"/exams/sittings/{row.sitting_id}/seats", headers={"Accept": "application/json"}).json
    assert 'data-state="AWAY"' in feed["seats"][0]["html"]
    data = {"person": row.person_id, "minutes": 10, "reason": "设备故障"}
    assert watcher.post(f"/exams/sittings/{row.sitting_id}/time", data=data).status_code == 302
    after = client.post(f"/exams/papers/{attempt}/state", json={}).json["deadline_at"]
    assert session.get(Attempt, attempt, populate_existing=True).deadline_at.isoformat() == after != before
    clock.forward(minutes=3)
    feed = watcher.get(f"/exams/sittings/{row.sitting_id}/seats", headers={"Accept": "application/json"}).json
    assert 'data-state="SILENT"' in feed["seats"][0]["html"]


def test_the_invigilator_ends_a_paper_with_a_reason_and_writes_incidents_down(session, application, written, cast):
    client, attempt = written
    row = session.get(Attempt, attempt)
    watcher = application.test_client()
    with watcher.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = cast["inv"].token, True
    watcher.post(f"/exams/sittings/{row.sitting_id}/incidents", data={"text": "三号机断电"})
    watcher.post(f"/exams/sittings/{row.sitting_id}/end/{attempt}", data={"reason": ""})
    assert session.get(Attempt, attempt, populate_existing=True).closed_by is None
    watcher.post(f"/exams/sittings/{row.sitting_id}/end/{attempt}", data={"reason": "替考"})
    assert session.get(Attempt, attempt, populate_existing=True).closed_by == "INVIGILATOR"
    page = watcher.get(f"/exams/sittings/{row.sitting_id}/invigilate").text
    assert "三号机断电" in page
    assert session.get(Person, row.person_id).name in page
    assert client.get(f"/exams/papers/{attempt}").status_code == 302


def test_an_invigilator_of_another_sitting_sees_nothing(session, written, sign_in):
    _client, attempt = written
    row = session.get(Attempt, attempt)
    stranger = sign_in("stranger")
    assert stranger.get(f"/exams/sittings/{row.sitting_id}/invigilate").status_code == 403
