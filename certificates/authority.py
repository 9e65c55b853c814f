"""Making an authority on first start: root, issuing CA and seal certificate, all P-256."""

import os
import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from certificates.errors import AuthorityExists, KeyUnusable

# RFC 9336: the purpose of signing documents that people read. E-mail protection stands beside it because
# `openssl cms -verify` and several readers ask for that purpose when they are told nothing else.
DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")
ROOT_DAYS, ISSUING_DAYS, SEAL_DAYS = 30 * 365, 15 * 365, 5 * 365
# RFC 5280, appendix A: upper bound of organizationName and commonName. It means characters, but widespread software
# counts bytes and complains of longer names, so that 21 Chinese characters are what everybody accepts.
NAME_LIMIT = 64
SKEW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class AuthorityFiles:
    """Where an authority's files lie; keys are encrypted PEM with mode 0600, certificates are PEM."""

    directory: Path

    @property
    def root_key(self) -> Path:
        return self.directory / "root-key.pem"

    @property
    def root_certificate(self) -> Path:
        """The one file to publish: what a stranger gives to `--root`."""
        return self.directory / "root-ca.pem"

    @property
    def issuing_key(self) -> Path:
        return self.directory / "issuing-key.pem"

    @property
    def issuing_certificate(self) -> Path:
        return self.directory / "issuing-ca.pem"

    @property
    def seal_key(self) -> Path:
        return self.directory / "seal-key.pem"

    @property
    def seal_certificate(self) -> Path:
        return self.directory / "seal.pem"


@dataclass(frozen=True, slots=True)
class _Issued:
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


def create_authority(directory: Path, now: datetime, subject: str, password: str) -> AuthorityFiles:
    """Makes root CA, issuing CA and seal certificate for the organisation `subject` in a new directory (mode 0700).

    Everything appears at once or not at all, so that a second process starting at the same moment finds either
    nothing or the whole. `now` is aware. Raises AuthorityExists when the directory already holds files, KeyUnusable for
    an empty password or an organisation name that certificates cannot hold (1 to 64 bytes of UTF-8, 21 Chinese
    characters).
    """
    _check(directory, subject, password)
    root = _issue(f"{_short(subject)} Root CA", subject, now, ROOT_DAYS, None, ca_depth=1)
    issuing = _issue(f"{_short(subject)} Issuing CA", subject, now, ISSUING_DAYS, root, ca_depth=0)
    seal = _issue(f"{_short(subject)} Seal", subject, now, SEAL_DAYS, issuing, ca_depth=None)
    directory.parent.mkdir(parents=True, exist_ok=True)
    made = AuthorityFiles(Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=directory.parent)))  # 0700
    try:
        for issued, key_path, certificate_path in (
            (root, made.root_key, made.root_certificate),
            (issuing, made.issuing_key, made.issuing_certificate),
            (seal, made.seal_key, made.seal_certificate),
        ):
            _write(key_path, _key_pem(issued.key, password))
            _write(certificate_path, issued.certificate.public_bytes(serialization.Encoding.PEM))
        made.directory.rename(directory)
    except OSError as fault:
        shutil.rmtree(made.directory, ignore_errors=True)
        if directory.is_dir() and any(directory.iterdir()):
            raise _exists(directory) from fault
        raise
    return AuthorityFiles(directory)


def _check(directory: Path, subject: str, password: str) -> None:
    if not password:
        raise KeyUnusable("KEY_PASSWORD_EMPTY", "密钥口令不能为空。", "The password of the keys is empty.")
    if not 1 <= len(subject.strip().encode()) <= NAME_LIMIT:
        raise KeyUnusable(
            "AUTHORITY_NAME_LENGTH",
            f"机构名称不能为空，且不超过 {NAME_LIMIT} 字节（{NAME_LIMIT // 3} 个汉字）。",
            f"The organisation's name must have 1 to {NAME_LIMIT} bytes ({NAME_LIMIT // 3} Chinese characters).",
            {"subject": subject},
        )
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise _exists(directory)


def _exists(directory: Path) -> AuthorityExists:
    return AuthorityExists(
        "AUTHORITY_EXISTS",
        f"{directory} 中已有文件，未作任何改动。",
        f"{directory} already holds files; nothing was changed.",
        {"directory": str(directory)},
    )


def _short(subject: str) -> str:
    return subject.strip().encode()[: NAME_LIMIT - len(" Issuing CA")].decode(errors="ignore").strip()


def _issue(
    name: str, organisation: str, now: datetime, days: int, issuer: _Issued | None, *, ca_depth: int | None
) -> _Issued:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation.strip()),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    signing_key = issuer.key if issuer else key
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SKEW)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=ca_depth is not None, path_length=ca_depth), critical=True)
        .add_extension(_usage(ca=ca_depth is not None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key()),
            critical=False,
        )
    )
    if ca_depth is None:
        purposes = x509.ExtendedKeyUsage([DOCUMENT_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION])
        builder = builder.add_extension(purposes, critical=False)
    return _Issued(key, builder.sign(signing_key, hashes.SHA256()))


def _usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca,
        content_commitment=not ca,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )


def _key_pem(key: ec.EllipticCurvePrivateKey, password: str) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(password.encode()),
    )


def _write(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
