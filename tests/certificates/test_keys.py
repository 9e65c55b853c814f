"""Keys: what is made on first start, what is refused on loading."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID

from certificates.errors import AuthorityExists, KeyUnusable
from certificates.keys import AuthorityFiles, Signer, create_authority, load_signer, read_certificates


def load(path: Path) -> x509.Certificate:
    return read_certificates(path.read_bytes())[0]


def test_keys_are_encrypted_and_nobody_else_can_read_them(authority: AuthorityFiles) -> None:
    assert stat.S_IMODE(authority.directory.stat().st_mode) == 0o700
    files = list(authority.directory.iterdir())
    assert len(files) == 6
    for file in files:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for key in (authority.root_key, authority.issuing_key, authority.seal_key):
        assert b"BEGIN ENCRYPTED PRIVATE KEY" in key.read_bytes()


def test_the_chain_runs_from_root_to_seal_with_the_right_uses(authority: AuthorityFiles) -> None:
    root, issuing, seal = (
        load(p) for p in (authority.root_certificate, authority.issuing_certificate, authority.seal_certificate)
    )
    issuing.verify_directly_issued_by(root)
    seal.verify_directly_issued_by(issuing)
    limits = [c.extensions.get_extension_for_class(x509.BasicConstraints).value for c in (root, issuing, seal)]
    assert [(limit.ca, limit.path_length) for limit in limits] == [(True, 1), (True, 0), (False, None)]
    uses = [c.extensions.get_extension_for_class(x509.KeyUsage).value for c in (root, issuing, seal)]
    assert [use.key_cert_sign for use in uses] == [True, True, False]
    assert uses[2].digital_signature
    assert uses[2].content_commitment
    purposes = seal.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert "1.3.6.1.5.5.7.3.36" in {purpose.dotted_string for purpose in purposes}
    for certificate in (root, issuing, seal):
        key = certificate.public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)
        assert key.curve.name == "secp256r1"
    assert seal.not_valid_after_utc < issuing.not_valid_after_utc < root.not_valid_after_utc


def test_an_existing_authority_is_never_overwritten(authority: AuthorityFiles, now: datetime) -> None:
    before = {file.name: file.read_bytes() for file in authority.directory.iterdir()}
    with pytest.raises(AuthorityExists):
        create_authority(authority.directory, now, "另一机关", "pw")
    assert {file.name: file.read_bytes() for file in authority.directory.iterdir()} == before
    assert [child.name for child in authority.directory.parent.iterdir()] == [authority.directory.name]


@pytest.mark.parametrize(("subject", "password"), [("局", ""), ("", "pw"), ("局" * 22, "pw")])
def test_an_empty_password_or_an_impossible_name_makes_nothing(
    tmp_path: Path, now: datetime, subject: str, password: str
) -> None:
    with pytest.raises(KeyUnusable):
        create_authority(tmp_path / "a", now, subject, password)
    assert list(tmp_path.iterdir()) == []


def test_the_longest_permitted_name_works(tmp_path: Path, now: datetime) -> None:
    files = create_authority(tmp_path / "a", now, "局" * 21, "pw")
    signer = load_signer(files.seal_key, files.seal_certificate, "pw", [files.issuing_certificate])
    assert "局" * 21 in signer.certificate.subject.rfc4514_string()


def code_of(key: Path, certificate: Path, password: str | None) -> str:
    with pytest.raises(KeyUnusable) as refused:
        load_signer(key, certificate, password)
    assert refused.value.zh
    assert refused.value.en
    return refused.value.code


def test_wrong_passwords_and_wrong_files_are_named(authority: AuthorityFiles, tmp_path: Path) -> None:
    key, certificate = authority.seal_key, authority.seal_certificate
    assert code_of(key, certificate, "wrong") == "KEY_LOCKED"
    assert code_of(key, certificate, None) == "KEY_LOCKED"
    assert code_of(tmp_path / "absent.pem", certificate, "pw") == "KEY_FILE_UNREADABLE"
    assert code_of(key, authority.root_certificate, "秘密 pw") == "KEY_MISMATCH"
    assert code_of(authority.issuing_key, authority.issuing_certificate, "秘密 pw") == "KEY_USAGE"
    (tmp_path / "junk.pem").write_bytes(b"junk")
    assert code_of(key, tmp_path / "junk.pem", "秘密 pw") == "CERTIFICATE_UNREADABLE"


def own_pair(folder: Path, key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey) -> tuple[Path, Path]:
    """A self-signed pair in plain PEM, as an operator might bring."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "own")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    usage = x509.KeyUsage(*(True, True, *(False,) * 7))
    built = x509.CertificateBuilder(name, name, key.public_key(), 5, start, start + timedelta(days=900))
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    signed = built.add_extension(usage, critical=True).sign(key, algorithm)
    (folder / "c.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    plain = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "k.pem").write_bytes(plain)
    return folder / "k.pem", folder / "c.pem"


def test_the_operators_own_rsa_key_is_taken_and_other_kinds_are_refused(tmp_path: Path) -> None:
    pair = own_pair(tmp_path, rsa.generate_private_key(65537, 2048))
    assert len(load_signer(*pair, None).sign_bytes(b"x")) == 256
    assert code_of(*own_pair(tmp_path, ed25519.Ed25519PrivateKey.generate()), None) == "KEY_KIND"


def test_the_kept_key_signs_what_its_certificate_verifies(signer: Signer) -> None:
    public = signer.certificate.public_key()
    assert isinstance(public, ec.EllipticCurvePublicKey)
    public.verify(signer.sign_bytes(b"data"), b"data", ec.ECDSA(hashes.SHA256()))
