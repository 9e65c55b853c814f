"""The sealed document: made once, by key files that nobody else can read, and judged by strangers."""

import stat
import threading

import pytest
from sqlalchemy import select

from app.core.errors import Unavailable
from app.credentials import jobs, service
from app.credentials.models import Certificate, IssuedDocument
from app.ledger.models import LedgerEntry
from certificates.verify import Outcome, verify_pdf
from tests.conftest import START, settings_for


@pytest.fixture
def sealed(application, session, officer, issue, clock):
    """One certificate with its document, sealed by the job."""
    made = issue(officer("KT-0017", "王安"))
    session.commit()
    with application.test_request_context():
        assert jobs.seal_issued(clock.now()) == 1
    return made, session.scalars(select(IssuedDocument)).one()


def test_the_document_is_genuine_against_the_published_root_and_carries_the_number(sealed, site, clock):
    made, document = sealed
    keys = service.seal_keys(site, clock.now())
    verdict = verify_pdf(document.content, [keys.root_pem], clock.now())
    assert verdict.outcome is Outcome.GENUINE
    assert verdict.certificate_number == made.number
    assert verdict.sha256 == document.sha256
    assert document.seal_serial == keys.serial


def test_a_changed_byte_is_seen(sealed, site, clock):
    _made, document = sealed
    broken = bytearray(document.content)
    broken[len(broken) // 3] ^= 1
    found = verify_pdf(bytes(broken), [service.seal_keys(site, clock.now()).root_pem], clock.now())
    assert found.outcome is Outcome.NOT_GENUINE


def test_sealing_again_changes_nothing(application, session, sealed, clock):
    _made, document = sealed
    clock.forward(hours=1)
    with application.test_request_context():
        assert jobs.seal_issued(clock.now()) == 0
    rows = session.scalars(select(IssuedDocument)).all()
    assert [(row.sha256, row.sealed_at) for row in rows] == [(document.sha256, document.sealed_at)]
    told = session.scalars(select(LedgerEntry.sequence).where(LedgerEntry.event == "credentials.document.sealed")).all()
    assert len(told) == 1


def test_of_two_that_seal_at_once_the_first_stands(session, site, officer, issue, operator, clock):
    made = issue(officer("KT-0017"))
    keys = service.seal_keys(site, clock.now())
    waiting = service.unsealed_of(session, site, made.id)
    first = service.sealed_pdf(waiting, keys, site, clock.now())
    second = service.sealed_pdf(waiting, keys, site, clock.now())
    assert service.keep_document(session, operator, waiting, first, keys, now=clock.now())
    assert not service.keep_document(session, operator, waiting, second, keys, now=clock.now())
    assert session.scalars(select(IssuedDocument.content)).all() == [first.pdf]


def test_the_document_shows_the_face_as_it_was_issued_even_after_the_person_changed(
    session, site, officer, issue, clock
):
    from app.registry.models import Person
    from tests.app.credentials.conftest import add_photo, picture

    made = issue(officer("KT-0017", "王安"))
    one = session.get(Certificate, made.id)
    session.get(Person, one.person_id).name = "王平"
    add_photo(session, one.person_id, picture(3))
    face = service.unsealed_of(session, site, made.id).face
    assert face.holder_name == "王安"
    assert face.photo == picture()


def test_keys_are_made_once_with_mode_0600_also_when_many_start_at_once(tmp_path):
    settings = settings_for("sqlite://", tmp_path / "instance")
    serials: set[str] = set()
    gate = threading.Barrier(4)

    def start() -> None:
        gate.wait()
        serials.add(service.seal_keys(settings, START).serial)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(serials) == 1
    files = list((tmp_path / "instance" / "pki").iterdir())
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert not [path for path in (tmp_path / "instance").iterdir() if path.name != "pki"]


def test_an_operators_key_without_its_certificate_is_told_in_one_line(tmp_path):
    key = tmp_path / "key.pem"
    key.write_text("no key")
    with pytest.raises(Unavailable) as caught:
        service.seal_keys(settings_for("sqlite://", tmp_path, signing_key=key), START)
    assert caught.value.code == "seal-keys"
    assert "SIGNING_CERT" in str(caught.value)


def test_an_operators_own_key_seals_and_its_root_is_published(tmp_path):
    from certificates.keys import create_authority

    made = create_authority(tmp_path / "own", START, "Pingliang", "secret words")
    chain = tmp_path / "chain.pem"
    chain.write_bytes(made.seal_certificate.read_bytes() + made.issuing_certificate.read_bytes())
    settings = settings_for(
        "sqlite://", tmp_path, signing_key=made.seal_key, signing_cert=chain, signing_password="secret words",
        trust_roots=made.root_certificate,
    )  # fmt: skip
    keys = service.seal_keys(settings, START)
    assert keys.root_pem == made.root_certificate.read_bytes()
    assert not (tmp_path / "pki").exists()
