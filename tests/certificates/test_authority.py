"""The authority in parts: who may certify what, for how long, and what its revocation lists say."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from certificates.authority import (
    KeyKind,
    Purpose,
    certify_seal,
    create_authority,
    key_id,
    load_key,
    load_pair,
    load_public_key,
    make_code_key,
    make_issuing,
    make_log_key,
    make_root,
    make_seal,
    renew_seal,
    store_key,
    store_pair,
)
from certificates.crl import Reason, Revocation, load_crls, make_crl, read_crls
from certificates.errors import AuthorityExists, KeyUnusable
from tests.certificates.seals import Office


def code_of(refused: pytest.ExceptionInfo[KeyUnusable]) -> str:
    assert refused.value.zh
    return refused.value.code


def test_a_renewed_seal_has_the_old_ones_name_and_a_key_of_its_own_and_both_hold_for_a_while(office: Office) -> None:
    later = office.now + timedelta(days=4 * 365)
    new = renew_seal(office.issuing, office.seal.certificate, later)
    assert new.certificate.subject == office.seal.certificate.subject
    assert new.certificate.public_key() != office.seal.certificate.public_key()
    assert new.certificate.not_valid_before_utc < office.seal.certificate.not_valid_after_utc
    assert new.certificate.not_valid_after_utc > office.seal.certificate.not_valid_after_utc
    new.certificate.verify_directly_issued_by(office.issuing.certificate)


def test_nothing_outlives_its_issuer_and_an_issuer_that_ran_out_certifies_no_more(office: Office) -> None:
    end = office.issuing.certificate.not_valid_after_utc
    assert make_seal(office.issuing, "局", end - timedelta(days=1)).certificate.not_valid_after_utc == end
    for moment in (end, office.issuing.certificate.not_valid_before_utc - timedelta(seconds=1)):
        with pytest.raises(KeyUnusable) as refused:
            make_seal(office.issuing, "局", moment)
        assert code_of(refused) == "ISSUER_EXPIRED"


def test_rsa_of_3072_bits_is_made_where_it_is_asked_for(now: datetime, tmp_path: Path) -> None:
    root = make_root("局", now)
    issuing = make_issuing(root, "局", now)
    seal = make_seal(issuing, "局", now, kind=KeyKind.RSA3072)
    assert isinstance(seal.key, rsa.RSAPrivateKey)
    assert seal.key.key_size == 3072
    assert load_pair(*store_pair(tmp_path, Purpose.SEAL, seal, "pw"), "pw").certificate == seal.certificate


def test_the_place_of_the_lists_is_written_into_certificates_only_where_it_is_given(
    now: datetime, tmp_path: Path
) -> None:
    files = create_authority(tmp_path / "a", now, "局", "pw", crl_base="https://site.example/crl/")
    found = [
        x509.load_pem_x509_certificate(path.read_bytes())
        for path in (files.root_certificate, files.issuing_certificate, files.seal_certificate)
    ]
    with pytest.raises(x509.ExtensionNotFound):
        found[0].extensions.get_extension_for_class(x509.CRLDistributionPoints)
    points = [one.extensions.get_extension_for_class(x509.CRLDistributionPoints).value[0] for one in found[1:]]
    names = [point.full_name[0].value for point in points if point.full_name]
    assert names == ["https://site.example/crl/root.crl", "https://site.example/crl/issuing.crl"]


def test_a_clock_for_development_has_one_critical_purpose_a_root_of_its_own_and_a_plain_name(office: Office) -> None:
    purposes = office.tsa.certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert purposes.critical
    assert list(purposes.value) == [ExtendedKeyUsageOID.TIME_STAMPING]
    office.tsa.certificate.verify_directly_issued_by(office.tsa_root.certificate)
    for one in (office.tsa_root, office.tsa):
        name = one.certificate.subject.rfc4514_string()
        assert "DEVELOPMENT" in name
        assert "仅供测试" in name
    assert office.tsa_root.certificate.subject != office.root.certificate.subject


def test_stored_keys_are_encrypted_for_their_owner_only_and_never_overwritten(office: Office, tmp_path: Path) -> None:
    key, certificate = store_pair(tmp_path, Purpose.SEAL, office.seal, "pw")
    assert (key.name, certificate.name) == (f"seal-{office.seal.serial}.pem", f"seal-{office.seal.serial}.crt")
    log, code = make_log_key(), make_code_key()
    paths = [
        key,
        certificate,
        *store_key(tmp_path, Purpose.LOG, log, "pw"),
        *store_key(tmp_path, Purpose.CODE, code, "pw"),
    ]
    assert [stat.S_IMODE(path.stat().st_mode) for path in paths] == [0o600] * 6
    assert all(b"BEGIN ENCRYPTED PRIVATE KEY" in path.read_bytes() for path in paths[::2])
    assert isinstance(load_key(paths[2], "pw"), ed25519.Ed25519PrivateKey)
    assert isinstance(load_key(paths[4], "pw"), ec.EllipticCurvePrivateKey)
    assert load_public_key(paths[5]) == code.public_key()
    assert paths[4].name == f"code-{key_id(code.public_key()).hex()}.pem"
    assert len(key_id(code.public_key())) == 8
    with pytest.raises(AuthorityExists):
        store_key(tmp_path, Purpose.LOG, log, "other")
    assert isinstance(load_key(paths[2], "pw"), ed25519.Ed25519PrivateKey)
    with pytest.raises(KeyUnusable) as refused:
        store_key(tmp_path, Purpose.LOG, make_log_key(), "")
    assert code_of(refused) == "KEY_PASSWORD_EMPTY"


def test_a_key_with_anothers_certificate_or_without_its_password_is_refused(office: Office, tmp_path: Path) -> None:
    seal, _ = store_pair(tmp_path, Purpose.SEAL, office.seal, "pw")
    _, issuing = store_pair(tmp_path, Purpose.ISSUING, office.issuing, "pw")
    log, public = store_key(tmp_path, Purpose.LOG, make_log_key(), "pw")
    for key, certificate, password, code in (
        (seal, issuing, "pw", "KEY_MISMATCH"),
        (seal, issuing, "wrong", "KEY_LOCKED"),
        (log, issuing, "pw", "KEY_KIND"),
        (seal, public, "pw", "CERTIFICATE_UNREADABLE"),
        (seal, tmp_path / "absent.crt", "pw", "KEY_FILE_UNREADABLE"),
    ):
        with pytest.raises(KeyUnusable) as refused:
            load_pair(key, certificate, password)
        assert code_of(refused) == code
    with pytest.raises(KeyUnusable):
        load_public_key(issuing)


def test_a_list_says_who_was_revoked_when_why_and_since_when_it_counts(office: Office) -> None:
    day = datetime(2026, 6, 1, tzinfo=UTC)
    given = (
        Revocation(5, day, Reason.KEY_COMPROMISE, day - timedelta(days=9)),
        Revocation(7, day, Reason.SUPERSEDED),
        Revocation(9, day),
    )
    der = make_crl(office.issuing, given, 41, day, days=2)
    (found,) = read_crls(der)
    assert found.revocations == given
    assert (found.number, found.issued_at, found.next_at) == (41, day, day + timedelta(days=2))
    assert [one.counts_from for one in given] == [day - timedelta(days=9), day, day]
    (plain,) = load_crls(der)
    key = office.issuing.key.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert plain.is_signature_valid(key)


def test_lists_are_read_from_der_and_from_several_pem_blocks(office: Office) -> None:
    lists = office.crls()
    blocks = b"".join(load_crls(one)[0].public_bytes(Encoding.PEM) for one in lists)
    assert [one.der for one in read_crls(blocks)] == list(lists)
    for junk in (b"", b"junk", b"-----BEGIN X509 CRL-----\njunk\n-----END X509 CRL-----"):
        with pytest.raises(KeyUnusable) as refused:
            read_crls(junk)
        assert code_of(refused) == "CRL_UNREADABLE"


def test_a_name_that_certificates_cannot_hold_is_refused(office: Office) -> None:
    for name in ("", "局" * 22):
        with pytest.raises(KeyUnusable) as refused:
            certify_seal(office.issuing, office.seal.key.public_key(), name, office.now)
        assert code_of(refused) == "AUTHORITY_NAME_LENGTH"
