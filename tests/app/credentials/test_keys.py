"""Keys by purpose: made, kept from the web, rotated with overlap, renewed, revoked, and the lists about them."""

import ast
import stat
import sys
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509 import load_pem_x509_certificate
from sqlalchemy import select

from app.core.errors import Forbidden, Invalid, Refused, Unavailable
from app.credentials import jobs, queries, service
from app.credentials.models import IssuedDocument
from app.ledger.models import LedgerEntry
from app.operation import keys as commands
from certificates.authority import KeyKind, Purpose, create_authority, load_key, load_pair
from certificates.crl import Reason, read_crls
from certificates.trust_list import read_trust_list
from certificates.verify import Outcome
from tests.app.credentials.keyring import turned
from tests.conftest import PROJECT, START, refused, settings_for

STOLEN = service.KeyOrder(Reason.KEY_COMPROMISE, "密钥文件被复制", START)
OPENED: list[str] = []
PRIVATE = ("seal_keys", "sealing_keys", "code_key", "log_key", "init_keys", "rotate_key", "renew_keys", "publish_lists",
           "register_keys", "sealed_pdf", "seal_with", "seal_waiting", "development_clock", "keyfolder", "load_signer",
           "seal_attestation", "load_pair", "load_key")  # fmt: skip


@pytest.fixture
def own(application, site, tmp_path):
    """The site with a folder of keys of its own."""
    settings = replace(site, instance=tmp_path / "instance")
    with turned(application, settings):
        yield settings


@pytest.fixture
def register(session, own, operator, clock):
    """The keys made and entered; gives them by purpose."""
    rows = service.init_keys(session, operator, own, now=clock.now())
    return {row.purpose: row for row in rows}


def folder(settings) -> Path:
    return settings.instance / "pki"


def test_the_keys_are_locked_by_a_password_of_their_own_that_only_their_owner_reads(tmp_path):
    settings = settings_for("sqlite://", tmp_path)
    service.seal_keys(settings, START)
    kept = folder(settings) / "password"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"seal keys").derive(settings.identity_key).hex()
    assert kept.read_text() != derived
    for path in folder(settings).glob("*.pem"):
        assert load_key(path, kept.read_text())
        with pytest.raises(ValueError, match="KEY_LOCKED"):
            load_key(path, derived)


def test_a_password_of_the_operators_takes_the_place_of_the_folders_own(tmp_path):
    settings = settings_for("sqlite://", tmp_path, signing_password="secret words")
    serial = service.seal_keys(settings, START).serial
    assert not (folder(settings) / "password").exists()
    assert load_key(folder(settings) / f"seal-{serial}.pem", "secret words")


def test_keys_of_an_older_installation_still_open_and_get_their_companions(tmp_path):
    settings = settings_for("sqlite://", tmp_path)
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"seal keys").derive(settings.identity_key).hex()
    made = create_authority(folder(settings), START, "Pingliang", derived)
    seal = load_pem_x509_certificate(made.seal_certificate.read_bytes())
    keys = service.seal_keys(settings, START)
    assert (keys.serial, keys.root_pem) == (f"{seal.serial_number:x}", made.root_certificate.read_bytes())
    assert len(service.code_key(settings, START).kid) == len(service.log_key(settings, START).kid) == 8
    assert service.code_key(settings, START) == service.code_key(settings, START)


def test_a_pkcs12_file_seals_without_a_certificate_beside_it(tmp_path):
    made = create_authority(tmp_path / "own", START, "Pingliang", "secret words")
    pair = load_pair(made.seal_key, made.seal_certificate, "secret words")
    issuing = load_pem_x509_certificate(made.issuing_certificate.read_bytes())
    bundle = tmp_path / "seal.p12"
    locked = BestAvailableEncryption(b"pin")
    bundle.write_bytes(pkcs12.serialize_key_and_certificates(b"", pair.key, pair.certificate, [issuing], locked))
    settings = settings_for(
        "sqlite://", tmp_path, signing_key=bundle, signing_password="pin", trust_roots=made.root_certificate
    )
    keys = service.seal_keys(settings, START)
    assert (keys.serial, keys.own, len(keys.signer.chain)) == (pair.serial, False, 1)


def test_a_new_seal_signs_from_its_day_and_the_old_one_stays_good(
    application, session, own, operator, officer, issue, clock, register
):
    def sealed() -> tuple[str, bytes]:
        session.commit()
        with application.test_request_context():
            assert jobs.seal_issued(clock.now()) == 1
        newest = session.scalars(select(IssuedDocument).order_by(IssuedDocument.id.desc())).first()
        return newest.seal_serial, newest.content

    people = [officer(f"KT-00{n}") for n in (17, 18, 19)]
    later = START + timedelta(days=10)
    row = service.rotate_key(session, operator, own, Purpose.SEAL, start=later, kind=KeyKind.RSA3072, now=START)
    assert row.state(START) == "PLANNED"
    issue(people[0])
    before, old = sealed()
    assert before == register["seal"].serial
    clock.forward(days=10)
    issue(people[1])
    after, new = sealed()
    assert after == row.serial
    for content in (old, new):
        found = service.check_file(session, content, None, settings=own, now=clock.now())
        assert found.verdict.outcome is Outcome.GENUINE, found.verdict.findings
    with refused(Invalid, "rotate-past"):
        service.rotate_key(session, operator, own, Purpose.CODE, start=START, now=clock.now())
    code = service.rotate_key(session, operator, own, Purpose.CODE, now=clock.now())
    assert service.code_key(own, clock.now()).kid.hex() == code.serial


def test_what_ends_soon_is_renewed_and_nothing_else(session, own, operator, register):
    assert service.renew_keys(session, operator, own, now=START) == []
    near = register["seal"].valid_until - timedelta(days=30)
    made = service.renew_keys(session, operator, own, now=near)
    assert [row.purpose for row in made] == ["seal", "code", "log"]
    assert service.seal_keys(own, near).serial == made[0].serial
    assert service.renew_keys(session, operator, own, now=near) == []


def test_a_revocation_stands_for_good_and_only_where_it_makes_sense(session, own, operator, cast, clock, register):
    def revoke(serial, order=STOLEN, actor=operator):
        return service.revoke_key(session, actor, serial, order, now=clock.now())

    seal = register["seal"].serial
    with pytest.raises(Forbidden):
        revoke(seal, actor=cast["ian"].actor)
    with refused(Invalid, "since-future"):
        revoke(seal, replace(STOLEN, since=START + timedelta(seconds=1)))
    with refused(Invalid, "reason-missing"):
        revoke(seal, replace(STOLEN, words=" "))
    with refused(Refused, "key-root"):
        revoke(register["root"].serial)
    assert queries.revoked_keys(session) == frozenset()
    assert revoke(seal).state(clock.now()) == "REVOKED"
    with refused(Refused, "key-revoked"):
        revoke(seal)
    told = session.scalars(select(LedgerEntry).where(LedgerEntry.event == "credentials.key.revoked")).one()
    assert (told.subject_id, told.reason, told.after["reason"]) == (seal, STOLEN.words, "keyCompromise")
    with pytest.raises(Unavailable):
        service.sealing_keys(session, own, clock.now())
    for purpose, key in (("code", service.code_key), ("log", service.log_key)):
        serial = register[purpose].serial
        assert key(own, clock.now()).kid.hex() == serial
        revoke(serial)
        with pytest.raises(Unavailable):
            key(own, clock.now(), revoked=queries.revoked_keys(session))


def test_lists_are_published_when_due_numbered_and_signed_by_the_root(session, own, operator, clock, register):
    name = f"issuing-{register['issuing'].serial}.crl"
    first = queries.published(session, name)
    assert (first.number, read_crls(first.content)[0].revocations) == (1, ())
    assert service.publish_lists(session, operator, own, now=clock.now()).made == ()
    clock.forward(minutes=1)
    service.revoke_key(session, operator, register["seal"].serial, STOLEN, now=clock.now())
    service.revoke_key(session, operator, register["code"].serial, STOLEN, now=clock.now())
    clock.forward(seconds=2)
    assert sorted(service.publish_lists(session, operator, own, now=clock.now()).made) == [name, "trust-list"]
    second = queries.published(session, name)
    (entry,) = read_crls(second.content)[0].revocations
    assert (second.number, entry.serial) == (2, int(register["seal"].serial, 16))
    assert (entry.counts_from, entry.reason) == (START, Reason.KEY_COMPROMISE)
    root = register["root"].x509().public_key()
    (trusted,) = read_trust_list(queries.published(session, "trust-list").content, root).keys
    assert (trusted.kid.hex(), trusted.revoked) == (register["code"].serial, START)
    (folder(own) / f"root-{register['root'].serial}.pem").unlink()
    clock.forward(days=4)
    done = service.publish_lists(session, operator, own, all_of_them=True, now=clock.now())
    assert done.made == (name,)
    assert done.absent == (f"root-{register['root'].serial}.crl", "trust-list")


def test_the_commands_make_list_rotate_revoke_and_publish(application, session, own, clock):
    runner = application.test_cli_runner()
    session.commit()

    def run(*arguments):
        done = runner.invoke(commands.group, arguments)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done

    assert run("list").output == "nothing to do\n"
    assert run("init").output.count("ACTIVE") == 5
    old = next(row for row in queries.key_register(session) if row.purpose == "seal")
    assert "seal     ACTIVE" in run("rotate", "seal").output
    clock.forward(seconds=1)
    done = run("revoke", old.serial, "--reason", "superseded", "--words", "换发", "--since", "2026-03-01")
    assert "0 documents stay good, 0 fall" in done.output
    assert "falls from 2026-02-28T16:00:00+00:00 (superseded)" in run("list").output
    assert run("publish").output == "nothing to do\n"
    assert run("renew").output == "nothing to do\n"
    assert run("rotate", "root").exit_code == 2
    naive = ("--reason", "superseded", "--words", "x", "--since", "2026-03-01T00:00")
    assert run("revoke", old.serial, *naive).exit_code == 2


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open" and LISTENING and isinstance(arguments[0], str) and "/pki/" in arguments[0]:
        OPENED.append(arguments[0])


LISTENING: list[bool] = []


def test_the_web_works_without_any_private_key_and_never_opens_one(
    application, session, own, operator, officer, issue, clock, register, sign_in, with_password, client
):
    number = issue(officer("KT-0017")).number
    session.commit()
    with application.test_request_context():
        assert jobs.seal_issued(clock.now()) == 1
    content = session.scalars(select(IssuedDocument.content)).one()
    private = [path for path in folder(own).iterdir() if path.suffix not in {".crt", ".pub", ".dates"}]
    assert len(private) == 6
    for path in private[:3]:
        path.unlink()
    for path in private[3:]:
        path.write_bytes(b"no key")
    sys.addaudithook(_hear)
    LISTENING.append(True)
    for path in ("/verify", "/verify/root.pem", "/pki/root.pem", "/pki/issuing.pem", "/pki/issuing.crl"):
        assert client.get(path).status_code == 200, path
    assert client.get("/pki/nothing.crl").status_code == 404
    file = (BytesIO(content), "a.pdf")
    page = client.post("/verify", data={"file": file}, content_type="multipart/form-data").text
    assert "Genuine and unchanged" in page
    with_password("ian")
    ian, waiting = sign_in("ian"), issue(officer("KT-0018")).number
    for path in ("/credentials/certificates", f"/credentials/certificates/{waiting}"):
        page = ian.get(path).text
        assert "is being sealed" in page
        assert 'data-refresh="5"' in page
        assert '<noscript><meta http-equiv="refresh"' in page
    for path in ("/credentials/", f"/credentials/certificates/{number}", f"/credentials/certificates/{number}.pdf",
                 "/credentials/keys", f"/credentials/keys/{register['seal'].serial}"):  # fmt: skip
        assert ian.get(path).status_code == 200, path
    assert "Documents waiting for the seal" in ian.get("/credentials/keys").text
    LISTENING.clear()
    assert [path for path in OPENED if Path(path).suffix not in {".crt", ".pub", ".dates"}] == []


def _names(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)} | {
        name.name.rpartition(".")[2]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }


def test_no_page_and_no_api_calls_anything_that_opens_a_private_key():
    app = PROJECT / "app"
    edges = [p for kind in ("views", "api") for p in (*app.glob(f"*/{kind}.py"), *app.glob(f"*/{kind}/*.py"))]
    assert len(edges) > 30
    assert {str(path): found for path in edges if (found := _names(path) & set(PRIVATE))} == {}
