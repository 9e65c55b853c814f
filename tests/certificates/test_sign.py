"""Sealing, judged by strangers: poppler, MuPDF, OpenSSL and qpdf know nothing of our code."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from certificates.errors import SealFailed
from certificates.keys import AuthorityFiles, Signer, create_authority
from certificates.sign import seal
from certificates.verify import Outcome, verify_pdf
from tests.certificates.judges import (
    changed,
    mupdf_accepts,
    openssl_accepts,
    output_of,
    poppler_accepts,
    qpdf_accepts,
    tool,
)

__all__ = ["changed", "mupdf_accepts", "openssl_accepts", "output_of", "poppler_accepts", "tool"]


def test_poppler_says_valid_and_total_document_signed(sealed_file: Path) -> None:
    assert poppler_accepts(sealed_file)


def test_mupdf_says_unchanged_since_signing(sealed_file: Path) -> None:
    assert mupdf_accepts(sealed_file)


def test_openssl_verifies_the_extracted_signature_against_the_root(
    sealed_file: Path, authority: AuthorityFiles, now: datetime
) -> None:
    assert openssl_accepts(sealed_file, authority.root_certificate, now + timedelta(days=30))


def test_qpdf_finds_no_fault(sealed_file: Path) -> None:
    assert qpdf_accepts(sealed_file)


@pytest.mark.parametrize("mark", [b"stream\n", b"dc:identifier>", b"/Lang (", b"/Perms", b"/M (", b"xref\n", b"/Root"])
def test_one_changed_byte_fails_every_judge(
    mark: bytes, sealed: bytes, tmp_path: Path, authority: AuthorityFiles, root: bytes, now: datetime
) -> None:
    place = sealed.index(mark) + len(mark) + 3
    path = tmp_path / "changed.pdf"
    path.write_bytes(changed(sealed, place))
    assert verify_pdf(path.read_bytes(), [root]).outcome is Outcome.NOT_GENUINE
    assert not poppler_accepts(path)
    assert not mupdf_accepts(path)
    assert not openssl_accepts(path, authority.root_certificate, now + timedelta(days=30))


def test_the_seal_is_one_revision_certified_against_any_change(sealed: bytes) -> None:
    assert sealed.count(b"%%EOF") == 1
    assert sealed.count(b"/ByteRange") == 1
    assert b"/SubFilter /ETSI.CAdES.detached" in sealed.replace(b"\\056", b".")
    assert re.search(rb"/P 1\b", sealed)
    assert b"/DocMDP" in sealed


def test_no_clock_of_this_machine_enters_the_document(sealed: bytes) -> None:
    years = set(re.findall(rb"D(?:\\072|:)(\d{8})", sealed))
    assert years == {b"20260501"}


@pytest.mark.parametrize("shift", [timedelta(days=-2), timedelta(days=5 * 365 + 1)])
def test_a_seal_outside_its_validity_refuses_to_seal(
    page: bytes, signer: Signer, now: datetime, shift: timedelta
) -> None:
    with pytest.raises(SealFailed) as refused:
        seal(page, signer, now + shift)
    assert refused.value.code == "SEAL_CERTIFICATE_NOT_VALID"


def test_what_cannot_be_sealed_is_refused_with_a_code(
    page: bytes, sealed: bytes, signer: Signer, now: datetime
) -> None:
    cases = {
        "SEAL_REFUSED": (b"not a pdf", now, None),
        "ALREADY_SIGNED": (sealed, now, None),
        "SEAL_TIME_NAIVE": (page, now.replace(tzinfo=None), None),
        "TSA_ADDRESS": (page, now, "file:///etc/passwd"),
    }
    for code, (pdf, moment, tsa) in cases.items():
        with pytest.raises(SealFailed) as refused:
            seal(pdf, signer, moment, tsa)
        assert refused.value.code == code


@pytest.mark.enable_socket
def test_a_silent_time_stamp_authority_stops_the_sealing(page: bytes, signer: Signer, now: datetime) -> None:
    with pytest.raises(SealFailed) as refused:
        seal(page, signer, now, "http://127.0.0.1:9/tsa")
    assert refused.value.code == "TSA_UNAVAILABLE"


def stamper(authority: AuthorityFiles, at: datetime) -> DummyTimeStamper:
    """pyHanko's own in-memory authority, certified by our issuing CA for time stamping."""
    issuer = x509.load_pem_x509_certificate(authority.issuing_certificate.read_bytes())
    issuer_key = serialization.load_pem_private_key(authority.issuing_key.read_bytes(), "秘密 pw".encode())
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test time stamps")])
    built = (
        x509.CertificateBuilder(issuer.subject, name, key.public_key(), 77, at - timedelta(1), at + timedelta(900))
        .add_extension(x509.KeyUsage(*(True, True, *(False,) * 7)), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .sign(issuer_key, hashes.SHA256())  # type: ignore[arg-type]
    )
    der = serialization.Encoding.DER
    certificate = asn1_x509.Certificate.load(built.public_bytes(der))
    store = SimpleCertificateStore()
    store.register(certificate)
    store.register(asn1_x509.Certificate.load(issuer.public_bytes(der)))
    plain = key.private_bytes(der, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return DummyTimeStamper(certificate, asn1_keys.PrivateKeyInfo.load(plain), store, fixed_dt=at)


def test_a_trusted_time_stamp_proves_the_time(
    page: bytes, signer: Signer, authority: AuthorityFiles, root: bytes, now: datetime, tmp_path: Path
) -> None:
    stamped_at = now + timedelta(seconds=4)
    pdf = seal(page, signer, now, stamper(authority, stamped_at))
    verdict = verify_pdf(pdf, [root])
    assert verdict.outcome is Outcome.GENUINE
    assert verdict.codes == ("SEALED_UNCHANGED", "TIME_STAMPED", "REVOCATION_NOT_CHECKED")
    assert verdict.level == "B-T"
    assert verdict.signed_at == stamped_at
    (tmp_path / "stamped.pdf").write_bytes(pdf)
    assert openssl_accepts(tmp_path / "stamped.pdf", authority.root_certificate, now + timedelta(days=30))


def test_a_time_stamp_of_a_stranger_is_not_believed(
    page: bytes, signer: Signer, root: bytes, now: datetime, tmp_path: Path
) -> None:
    other = create_authority(tmp_path / "other", now, "某机关", "秘密 pw")
    verdict = verify_pdf(seal(page, signer, now, stamper(other, now)), [root])
    assert (verdict.outcome, verdict.findings[0].code) == (Outcome.NOT_GENUINE, "TIME_STAMP_INVALID")
