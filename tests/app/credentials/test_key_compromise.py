"""A seal that came into other hands: what a time stamp places before stays good, everything later falls."""

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.accounts.models import AccountSession
from app.core.errors import Unavailable
from app.credentials import jobs, queries, service
from app.credentials.models import Certificate, IssuedDocument
from certificates.authority import Purpose
from certificates.verify import Outcome
from tests.app.credentials.keyring import stamping, turned
from tests.conftest import PROJECT, START

STOLEN = START + timedelta(days=5)


@pytest.fixture
def own(application, site, tmp_path):
    """The site with a folder of keys of its own."""
    settings = replace(site, instance=tmp_path / "instance")
    with turned(application, settings):
        yield settings


def seal_all(application, session, clock) -> int:
    session.commit()
    with application.test_request_context():
        return jobs.seal_issued(clock.now())


def content_of(session, number: str) -> bytes:
    return session.scalars(
        select(IssuedDocument.content)
        .join(Certificate, Certificate.id == IssuedDocument.certificate_id)
        .where(Certificate.number == number)
    ).one()


def codes(session, settings, number, clock) -> tuple[Outcome, set[str]]:
    found = service.check_file(session, content_of(session, number), None, settings=settings, now=clock.now())
    return found.verdict.outcome, {finding.code for finding in found.verdict.findings}


def judged(client, folder, content: bytes) -> subprocess.CompletedProcess[str]:
    """What a stranger's command says, who holds the file and what the site publishes, and nothing else."""
    (folder / "file.pdf").write_bytes(content)
    given = []
    for option, name in (
        ("--root", "root.pem"), ("--tsa-root", "tsa.pem"), ("--crl", "issuing.crl"), ("--crl", "root.crl"),
    ):  # fmt: skip
        answer = client.get(f"/pki/{name}")
        assert answer.status_code == 200, name
        (folder / name).write_bytes(answer.data)
        given += [option, str(folder / name)]
    command = [sys.executable, "-m", "certificates", "verify", str(folder / "file.pdf"), *given]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)


def test_seals_before_the_key_was_stolen_stay_good_and_later_ones_fall(
    application, session, own, operator, officer, issue, clock, sign_in, with_password, tmp_path
):
    people = [officer(f"KT-00{n}") for n in range(17, 21)]
    with stamping(session, operator, own, clock) as settings, turned(application, settings):
        early = [issue(person).number for person in people[:2]]
        assert seal_all(application, session, clock) == 2
        clock.forward(days=10)
        late = issue(people[2]).number
        assert seal_all(application, session, clock) == 1
        documents = session.scalars(select(IssuedDocument).order_by(IssuedDocument.id)).all()
        assert [(one.level, one.stamped_at) for one in documents] == [
            ("B-LT", START), ("B-LT", START), ("B-LT", START + timedelta(days=10)),
        ]  # fmt: skip
        assert {codes(session, settings, number, clock)[0] for number in (*early, late)} == {Outcome.GENUINE}

        clock.forward(days=5)
        serial = documents[0].seal_serial
        with_password("ada")
        session.execute(update(AccountSession).values(created_at=clock.now(), last_seen_at=clock.now()))
        ada = sign_in("ada")
        path = f"/credentials/keys/{serial}/revoke"
        data = {"reason": "keyCompromise", "words": "密钥文件被复制", "since": "2026-03-07T09:00"}
        wrong = ada.post(path, data={**data, "current": "wrong"})
        assert (wrong.status_code, queries.revoked_keys(session)) == (422, frozenset())
        assert "The password is not right." in wrong.text
        assert ada.post(path, data={**data, "words": " ", "current": "Quiet-Harbour-77"}).status_code == 422
        page = ada.post(path, data={**data, "current": "Quiet-Harbour-77"}, follow_redirects=True).text
        assert queries.key_of(session, serial).falls_from == STOLEN
        good, fallen = page.index('id="good-list"'), page.index('id="fallen-list"')
        assert good < min(page.index(number) for number in early) < fallen < page.index(late)
        assert "2 documents" in page[good:fallen]
        assert "1 document" in page[fallen:]

        session.commit()
        with application.test_request_context():
            assert jobs.keep_keys(clock.now()) == 1
        for number in early:
            outcome, found = codes(session, settings, number, clock)
            assert (outcome, "SEAL_REVOKED_LATER" in found) == (Outcome.GENUINE, True)
            told = judged(ada, tmp_path, content_of(session, number))
            assert (told.returncode, "SEAL_REVOKED_LATER" in told.stdout) == (0, True), told.stdout
        outcome, found = codes(session, settings, late, clock)
        assert (outcome, "SEAL_REVOKED" in found) == (Outcome.NOT_GENUINE, True)
        told = judged(ada, tmp_path, content_of(session, late))
        assert (told.returncode, "SEAL_REVOKED" in told.stdout) == (1, True), told.stdout
        ian = sign_in("ian")
        assert "stays good" in ian.get(f"/credentials/certificates/{early[0]}").text
        assert "no longer holds" in ian.get(f"/credentials/certificates/{late}").text

        after = issue(people[3]).number
        with pytest.raises(Unavailable, match="No seal is in force"):
            seal_all(application, session, clock)
        service.rotate_key(session, operator, settings, Purpose.SEAL, now=clock.now())
        assert seal_all(application, session, clock) == 1
        assert codes(session, settings, after, clock)[0] is Outcome.GENUINE
        assert {queries.seal_of(session, after).serial} - {serial}


def test_without_a_time_stamp_everything_the_stolen_seal_sealed_falls(
    application, session, own, operator, officer, issue, clock
):
    number = issue(officer("KT-0017")).number
    assert seal_all(application, session, clock) == 1
    clock.forward(days=15)
    seal = queries.seal_of(session, number)
    assert (seal.level, seal.stamped_at, seal.standing) == ("B-B", None, "")
    order = service.KeyOrder(service.REASONS[0], "密钥文件被复制", STOLEN)
    service.revoke_key(session, operator, seal.serial, order, now=clock.now())
    at_once = service.check_file(session, content_of(session, number), None, settings=own, now=clock.now())
    assert (at_once.verdict.outcome, at_once.fallen, at_once.genuine) == (Outcome.GENUINE, True, False)
    session.commit()
    with application.test_request_context():
        jobs.keep_keys(clock.now())
    outcome, found = codes(session, own, number, clock)
    assert (outcome, "SEAL_REVOKED" in found) == (Outcome.NOT_GENUINE, True)
    assert queries.seal_of(session, number).standing == "unproven"
    uses = queries.uses_of(session, [seal.serial], STOLEN)
    assert (uses.counts, uses.unproven[0].number) == ({"good": 0, "fallen": 0, "unproven": 1}, number)
