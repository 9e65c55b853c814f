"""The outbox: each letter once, put off when it cannot leave, delivered by real SMTP."""

import email
import socketserver
import threading
from datetime import timedelta
from email import policy

import pytest
from sqlalchemy import select

from app.accounts import queries, service
from app.accounts.jobs import SmtpPostman, send_outbox
from app.accounts.models import OutboxMail
from app.accounts.policy import MOST_ATTEMPTS
from app.core.errors import Refused
from tests.app.accounts.postbox import Postbox
from tests.conftest import START

LETTER = service.Letter(1, "reminder:7", "li@example.cn", "题目：提醒", "您好。\nHello.")


@pytest.fixture
def postbox():
    """A mail server on loopback."""
    with Postbox() as box:
        yield box


def _write(session, key="k", **more):
    values = {"recipient": "li@example.cn", "subject": "s", "body": "b", "now": START} | more
    return service.write_mail(session, key=key, **values)


def test_a_letter_is_written_once_per_key_and_to_somebody(session):
    assert _write(session) is True
    assert _write(session, body="another") is False
    assert _write(session, key="other", recipient="") is False
    assert session.scalars(select(OutboxMail.body)).all() == ["b"]


def test_letters_leave_in_the_order_they_are_due_and_not_before(session):
    _write(session, "late", due_at=START + timedelta(hours=1))
    _write(session, "second", due_at=START)
    _write(session, "first", due_at=START - timedelta(minutes=1))
    taken = [service.claim_letter(session, START) for _ in range(3)]
    assert [letter and letter.key for letter in taken] == ["first", "second", None]


def test_a_failure_is_put_off_doubling_and_given_up_after_eight(session):
    _write(session)
    moment, waits = START, []
    while letter := service.claim_letter(session, moment):
        service.note_delivery(session, letter.id, "refused", moment)
        waits.append(session.get(OutboxMail, letter.id).due_at - moment)
        moment = session.get(OutboxMail, letter.id).due_at
    assert [wait.total_seconds() / 60 for wait in waits] == [1, 2, 4, 8, 16, 32, 64, 128]
    assert len(waits) == MOST_ATTEMPTS
    row = queries.stuck_letters(session)[0]
    assert (row.due_at, row.failure, row.can_retry) == (None, "refused", True)


def test_a_claim_keeps_others_away_until_it_lapses(session):
    _write(session)
    assert service.claim_letter(session, START) is not None
    assert service.claim_letter(session, START + timedelta(minutes=4)) is None
    assert service.claim_letter(session, START + timedelta(minutes=5)) is not None


def test_the_text_of_a_secret_letter_is_forgotten_when_it_has_left(session):
    _write(session, secret=True)
    _write(session, "plain")
    while letter := service.claim_letter(session, START):
        service.note_delivery(session, letter.id, "", START)
    assert session.execute(select(OutboxMail.key, OutboxMail.body).order_by(OutboxMail.key)).all() == [
        ("k", ""), ("plain", "b")
    ]  # fmt: skip


def test_a_letter_that_failed_can_be_tried_afresh_and_one_that_left_cannot(session, operator):
    _write(session)
    letter = service.claim_letter(session, START)
    service.note_delivery(session, letter.id, "refused", START)
    service.send_again(session, operator, letter.id, START)
    assert service.claim_letter(session, START).id == letter.id
    service.note_delivery(session, letter.id, "", START)
    with pytest.raises(Refused, match="left meanwhile"):
        service.send_again(session, operator, letter.id, START)


def test_a_letter_arrives_by_smtp_as_it_was_written(postbox):
    assert SmtpPostman(postbox.url, "chizheng@example.cn").deliver(LETTER) == ""
    assert SmtpPostman(postbox.url, "chizheng@example.cn").deliver(LETTER) == ""
    first, again = (email.message_from_bytes(raw, policy=policy.default) for raw in postbox.letters)
    assert (first["To"], first["From"], first["Subject"]) == ("li@example.cn", "chizheng@example.cn", "题目：提醒")
    assert first.get_content().strip().splitlines() == ["您好。", "Hello."]
    assert first["X-Chizheng-Key"] == "reminder:7"
    assert first["Message-ID"] == again["Message-ID"]
    assert "STARTTLS" not in postbox.said


def test_a_password_is_given_to_a_server_of_the_same_machine(postbox):
    url = postbox.url.replace("//", "//wang:p%40ss@")
    assert SmtpPostman(url, "a@example.cn").deliver(LETTER) == ""
    assert any(line.startswith("AUTH") for line in postbox.said)


def test_what_the_server_answers_is_the_failure(postbox):
    postbox.refusing = True
    failure = SmtpPostman(postbox.url, "a@example.cn").deliver(LETTER)
    assert "550" in failure
    assert postbox.letters == []


def test_a_server_that_is_not_there_and_an_address_that_cannot_be_are_failures_not_crashes(postbox):
    with socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler) as taken:
        port = taken.server_address[1]
    assert "refused" in SmtpPostman(f"smtp://127.0.0.1:{port}", "a@example.cn").deliver(LETTER)
    broken = service.Letter(1, "k", "li@example.cn\nBcc: x@evil.example", "s", "b")
    assert SmtpPostman(postbox.url, "a@example.cn").deliver(broken) != ""
    assert postbox.letters == []


def test_the_sweep_sends_what_is_due_and_once_only(own_url, build_site, postbox):
    from app.extensions import db

    site = build_site(own_url(), smtp_url=postbox.url, mail_from="a@example.cn")
    with site.app_context():
        for number in range(3):
            _write(db.session(), f"k{number}")
        db.session.commit()
        assert (send_outbox(START), send_outbox(START)) == (3, 0)
    assert len(postbox.letters) == 3


def test_two_sweeps_at_once_send_no_letter_twice(own_url, build_site, postbox):
    from app.extensions import db

    site = build_site(own_url(), smtp_url=postbox.url, mail_from="a@example.cn")
    with site.app_context():
        for number in range(12):
            _write(db.session(), f"k{number}")
        db.session.commit()

    def sweep():
        with site.app_context():
            send_outbox(START)

    threads = [threading.Thread(target=sweep) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(postbox.letters) == 12


def test_without_a_mail_server_letters_wait(session, application):
    _write(session)
    session.commit()
    with application.app_context():
        assert send_outbox(START) == 0
    assert session.scalars(select(OutboxMail.attempts)).all() == [0]


def test_the_administrator_sees_stuck_letters_and_sends_one_again(sign_in, session):
    _write(session)
    letter = service.claim_letter(session, START)
    service.note_delivery(session, letter.id, "550 no such user", START)
    browser = sign_in("ada")
    assert "1 letter could not be delivered" in browser.get("/").text
    assert "550 no such user" in browser.get("/letters").text
    assert browser.post(f"/letters/{letter.id}/retry").status_code == 302
    assert session.scalar(select(OutboxMail.attempts)) == 0
    assert sign_in("sun").get("/letters").status_code == 403
