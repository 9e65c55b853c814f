"""The log as others meet it: the sealing process's sweeps, the public interface, the pages, the letter."""

import base64
import hashlib
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts.models import OutboxMail
from app.core.errors import Unavailable
from app.core.permissions import system_actor
from app.credentials import jobs
from app.credentials.service import log_key, log_public_keys
from app.ledger import api, queries, service
from app.ledger.models import LedgerStamp
from certificates.translog.bundle import Proof
from certificates.translog.note import Checkpoint, Verifier
from certificates.translog.stamp import Stamp
from certificates.translog.tree import check_consistency, leaf_hash
from tests.app.credentials.keyring import stamping, turned
from tests.conftest import START

HAND = system_actor("test")
ORIGIN = "localhost/log"


@pytest.fixture
def site(application, session):
    """Settings and verifier of the site's own log, whose key the application's folder holds."""
    settings = application.config["SETTINGS"]
    return settings, Verifier.of(ORIGIN, log_key(settings, START).private.public_key())


@pytest.fixture
def publish(application, session, site):
    """Let the sealing process sign a checkpoint over so many further entries, and tell it."""

    def make(count=3, now=START):
        for number in range(count):
            service.record(session, HAND, "test.thing.done", ("thing", number), now=now, after={"name": "王安"})
        with application.app_context():
            assert jobs.publish_log(now) == 1
        return queries.checkpoint(session)

    return make


def test_the_sweep_signs_with_the_log_key_once_for_what_was_appended(application, session, site, publish):
    told = publish()
    assert Checkpoint.opened(told.note.encode(), [site[1]]).size == queries.size(session)
    with application.app_context():
        assert jobs.publish_log(START) == 0
    assert service.examine(session, log_public_keys(session, site[0])).checkpoints == 1


def test_one_letter_a_day_brings_the_checkpoint_to_the_supervising_body(application, session, site, publish):
    with turned(application, replace(site[0], log_mail_to="jd@example.cn")):
        told = publish()
        publish(1, START + timedelta(hours=1))
        publish(1, START + timedelta(hours=15))  # midnight in Shanghai: the next local day
    letters = session.scalars(select(OutboxMail).order_by(OutboxMail.id)).all()
    assert [letter.recipient for letter in letters] == ["jd@example.cn"] * 2
    note = letters[0].body.rpartition("———\n")[2]
    assert note == told.note
    assert Checkpoint.opened(note.encode(), [site[1]]).size == told.size


def test_without_an_address_no_letter_is_written(session, publish):
    publish()
    assert session.scalars(select(OutboxMail)).all() == []


def test_the_newest_checkpoint_is_time_stamped_once_a_day_by_the_authority(application, session, site, publish, clock):
    with stamping(session, HAND, site[0], clock) as stamped, turned(application, stamped):
        told = publish()
        with application.app_context():
            assert [jobs.stamp_log(START), jobs.stamp_log(START)] == [1, 0]
        publish(1, START + timedelta(hours=2))
        with application.app_context():
            assert jobs.stamp_log(START + timedelta(hours=2)) == 0
            assert jobs.stamp_log(START + timedelta(days=1)) == 1
    seen = Stamp.read(queries.stamp(session, told.size))
    assert seen.sha256 == hashlib.sha256(told.note.encode()).digest()
    assert seen.at == START


def test_an_authority_that_does_not_answer_leaves_the_checkpoint_unstamped(application, session, site, publish):
    publish()
    silent = replace(site[0], tsa_url="http://127.0.0.1:9")
    with (
        turned(application, silent),
        application.app_context(),
        pytest.raises(Unavailable, match="could not be time-stamped"),
    ):
        jobs.stamp_log(START)
    with application.app_context():
        assert jobs.stamp_log(START) == 0  # without TSA_URL
    assert session.scalars(select(LedgerStamp)).all() == []


def test_anybody_gets_checkpoints_and_proofs_that_hold(client, session, site, publish):
    first, second = publish(3), publish(4)
    answer = client.get("/api/v1/log/checkpoint")
    assert (answer.content_type, answer.text) == ("text/plain; charset=utf-8", second.note)
    assert client.get(f"/api/v1/log/checkpoint?size={first.size}").text == first.note
    told = client.get(f"/api/v1/log/inclusion?sequence={first.size}")
    proof = Proof.read(told.data)
    assert proof.check([site[1]]).size == second.size
    assert "王安" not in told.text
    assert proof.line.entry is None
    told = client.get(f"/api/v1/log/consistency?first={first.size}").json
    path = [base64.b64decode(one) for one in told["path"]]
    check_consistency(first.size, told["second"], first.root, second.root, path)
    older = client.get(f"/api/v1/log/consistency?first=1&second={first.size}").json
    assert (older["second"], older["checkpoint"]) == (first.size, first.note)


@pytest.mark.parametrize(
    ("question", "status", "code"),
    [
        ("inclusion", 422, "log-number-needed"),
        ("inclusion?sequence=x", 422, "log-number-unusable"),
        ("inclusion?sequence=-1", 422, "log-number-unusable"),
        ("inclusion?sequence=%D9%A1", 422, "log-number-unusable"),
        ("inclusion?sequence=99999999999999999999", 422, "log-number-unusable"),
        ("inclusion?sequence=0", 422, "log-size-zero"),
        ("inclusion?sequence=999999", 409, "log-not-yet"),
        ("inclusion?sequence=1&size=999999", 404, "log-checkpoint-none"),
        ("consistency?first=0", 422, "log-size-zero"),
        ("consistency?first=1&second=0", 422, "log-size-zero"),
        ("consistency?first=999999", 422, "log-order"),
        ("consistency?first=1&second=999999", 404, "log-checkpoint-none"),
        ("checkpoint?size=999999", 404, "log-checkpoint-none"),
        ("stamp?size=1", 404, "log-stamp-none"),
        ("stamp", 422, "log-number-needed"),
    ],
)
def test_a_question_that_cannot_be_answered_is_a_problem_with_its_code(client, publish, question, status, code):
    publish()
    answer = client.get(f"/api/v1/log/{question}")
    assert (answer.status_code, answer.content_type, answer.json["code"]) == (status, "application/problem+json", code)


def test_before_the_first_checkpoint_the_interface_and_the_page_say_so(client):
    assert client.get("/api/v1/log/checkpoint").json["code"] == "log-checkpoint-none"
    assert "No checkpoint has been signed yet" in client.get("/log").text


def test_the_page_of_the_log_is_public_and_shows_checkpoint_and_key(client, session, site, publish):
    told = publish()
    service.take_stamp(session, told.id, b"token", START)
    page = client.get("/log").text
    assert told.note.splitlines()[2] in page
    assert str(site[1]).replace("+", "&#43;") in page or str(site[1]) in page
    assert f"/api/v1/log/stamp?size={told.size}" in page
    assert client.get(f"/api/v1/log/stamp?size={told.size}").data == b"token"


def test_the_auditor_sees_the_proof_of_an_entry_and_takes_it_away(sign_in, session, site, publish):
    told = publish()
    browser = sign_in("ada")
    page = browser.get(f"/ledger/{told.size}").text
    assert told.note.splitlines()[2] in page
    answer = browser.get(f"/ledger/{told.size}/proof")
    proof = Proof.read(answer.data)
    assert proof.check([site[1]]).size == told.size
    assert proof.line.entry["after"] == {"name": "王安"}
    assert f"filename=log-proof-{told.size}.json" in answer.headers["Content-Disposition"]


def test_an_entry_no_checkpoint_covers_yet_says_so_and_one_that_is_not_there_is_not_found(sign_in, session, publish):
    publish()
    after = service.record(session, HAND, "test.thing.later", ("thing", 1), now=START)
    browser = sign_in("ada")
    assert "No checkpoint covers this entry yet" in browser.get(f"/ledger/{after}").text
    assert browser.get(f"/ledger/{after}/proof").status_code == 409
    assert browser.get("/ledger/999999").status_code == 404


def test_whoever_is_no_auditor_takes_no_proof_away(sign_in, publish):
    told = publish()
    browser = sign_in("sun")
    assert browser.get(f"/ledger/{told.size}").status_code == 403
    assert browser.get(f"/ledger/{told.size}/proof").status_code == 403


def test_the_examples_of_the_description_are_true():
    key = Verifier.read("chizheng.example.cn/log+3753b0c2+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4")
    told = Proof.read(json.dumps(api.INCLUSION).encode()).check([key])
    path = [base64.b64decode(one) for one in api.CONSISTENCY["path"]]
    first = base64.b64decode(api.INCLUSION["path"][0])
    check_consistency(1, 2, first, told.root, path)
    assert first != leaf_hash(b"")
