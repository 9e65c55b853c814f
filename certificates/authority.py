"""The authority: root, issuing CA, seal certificates, and a time-stamp authority for development.

Everything is plain X.509 (RFC 5280); keys are P-256 unless RSA-3072 is asked for.
"""

import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

from certificates.errors import AuthorityExists, KeyUnusable
from certificates.issuance import Pair, Profile, certify, development_name, make_pair, name_of, require_name
from certificates.keyfiles import (
    KeyKind,
    PublicKey,
    Purpose,
    certifiable,
    key_id,
    key_pem,
    load_key,
    load_public_key,
    make_code_key,
    make_log_key,
    read_file,
    require_password,
    store_certificate,
    store_key,
    write_new,
)

__all__ = [
    "AuthorityFiles",
    "KeyKind",
    "Pair",
    "Purpose",
    "certify_seal",
    "create_authority",
    "key_id",
    "load_key",
    "load_pair",
    "load_public_key",
    "make_code_key",
    "make_development_tsa",
    "make_issuing",
    "make_log_key",
    "make_root",
    "make_seal",
    "renew_seal",
    "store_certificate",
    "store_key",
    "store_pair",
]

# RFC 9336: the purpose of signing documents that people read. E-mail protection stands beside it because
# `openssl cms -verify` and several readers ask for that purpose when they are told nothing else.
DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")
ROOT_DAYS, ISSUING_DAYS, SEAL_DAYS, TSA_DAYS = 30 * 365, 15 * 365, 5 * 365, 365


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


def make_root(organisation: str, now: datetime, *, kind: KeyKind = KeyKind.P256, days: int = ROOT_DAYS) -> Pair:
    """A self-signed root CA; `now` is aware. Raises KeyUnusable `AUTHORITY_NAME_LENGTH`."""
    return make_pair(name_of(organisation, "Root CA"), now, Profile(days, ca_depth=1), None, kind)


def make_issuing(
    root: Pair,
    organisation: str,
    now: datetime,
    *,
    kind: KeyKind = KeyKind.P256,
    crl_url: str = "",
    days: int = ISSUING_DAYS,
) -> Pair:
    """A CA below the root that certifies seals; `crl_url` is where the ROOT's revocation list is published.

    No certificate outlives its issuer. Raises KeyUnusable `AUTHORITY_NAME_LENGTH`, `ISSUER_EXPIRED`.
    """
    return make_pair(name_of(organisation, "Issuing CA"), now, Profile(days, ca_depth=0), root, kind, crl_url)


def make_seal(
    issuing: Pair,
    organisation: str,
    now: datetime,
    *,
    kind: KeyKind = KeyKind.P256,
    crl_url: str = "",
    days: int = SEAL_DAYS,
) -> Pair:
    """A seal: digital signature and content commitment, document signing (RFC 9336); errors as `make_issuing`.

    `crl_url` is where the issuing CA's revocation list is published (RFC 5280, 4.2.1.13); empty leaves it out.
    """
    return make_pair(name_of(organisation, "Seal"), now, _seal_profile(days), issuing, kind, crl_url)


def certify_seal(
    issuing: Pair,
    public_key: PublicKey,
    organisation: str,
    now: datetime,
    *,
    crl_url: str = "",
    days: int = SEAL_DAYS,
) -> x509.Certificate:
    """The certificate of a seal whose private key stays where it was made, such as a PKCS#11 token."""
    return certify(name_of(organisation, "Seal"), public_key, now, _seal_profile(days), issuing, crl_url)


def renew_seal(
    issuing: Pair,
    old: x509.Certificate,
    now: datetime,
    *,
    kind: KeyKind = KeyKind.P256,
    crl_url: str = "",
    days: int = SEAL_DAYS,
) -> Pair:
    """A new key and certificate with the old one's name; the old stays valid, so that both overlap."""
    return make_pair(old.subject, now, _seal_profile(days), issuing, kind, crl_url)


def make_development_tsa(now: datetime, *, kind: KeyKind = KeyKind.P256, days: int = TSA_DAYS) -> tuple[Pair, Pair]:
    """A time-stamp authority for development and tests, with a root of its own: (root, authority).

    It never stands under a site's root, so that nobody who trusts the site trusts its clock, and both names say that
    it is for testing only. RFC 3161, 2.3: the one purpose is time stamping, critical.
    """
    purpose = Profile(days, purposes=(ExtendedKeyUsageOID.TIME_STAMPING,), purposes_critical=True)
    root = make_pair(development_name("Time Stamp Root"), now, Profile(days, ca_depth=0), None, kind)
    return root, make_pair(development_name("Time Stamps"), now, purpose, root, kind)


def _seal_profile(days: int) -> Profile:
    return Profile(days, purposes=(DOCUMENT_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION))


def store_pair(directory: Path, purpose: Purpose, pair: Pair, password: str) -> tuple[Path, Path]:
    """Write `<purpose>-<serial>.pem` (encrypted key) and `.crt` (certificate, PEM), mode 0600; returns both paths.

    Raises AuthorityExists where a file is there already, KeyUnusable `KEY_PASSWORD_EMPTY`.
    """
    path = directory / f"{purpose.value}-{pair.serial}.pem"
    write_new(path, key_pem(pair.key, password))
    return path, store_certificate(directory, purpose, pair.certificate)


def load_pair(key_path: Path, certificate_path: Path, password: str | None) -> Pair:
    """A key with its certificate; raises KeyUnusable also where they do not belong together (`KEY_MISMATCH`)."""
    key = certifiable(load_key(key_path, password), key_path.name)
    certificate = read_certificates(read_file(certificate_path), certificate_path.name)[0]
    require_partner(key.public_key(), certificate, certificate_path.name)
    return Pair(key, certificate)


def require_partner(public_key: object, certificate: x509.Certificate, name: str) -> None:
    """Raises KeyUnusable `KEY_MISMATCH` where the certificate is of another key."""
    if certificate.public_key() != public_key:
        raise KeyUnusable(
            "KEY_MISMATCH",
            f"{name} 不是该密钥的证书。",
            f"{name} is the certificate of another key.",
            {"file": name},
        )


def read_certificates(data: bytes, name: str = "certificate") -> tuple[x509.Certificate, ...]:
    """Every certificate of a PEM bundle or one DER file, at least one; raises KeyUnusable otherwise."""
    try:
        if b"-----BEGIN" in data:
            return tuple(x509.load_pem_x509_certificates(data))
        return (x509.load_der_x509_certificate(data),)
    except (ValueError, TypeError) as fault:
        raise KeyUnusable(
            "CERTIFICATE_UNREADABLE",
            f"{name} 不是可读的证书（PEM 或 DER）。",
            f"{name} is not a readable certificate (PEM or DER).",
            {"file": name},
        ) from fault


def create_authority(
    directory: Path,
    now: datetime,
    subject: str,
    password: str,
    *,
    kind: KeyKind = KeyKind.P256,
    crl_base: str = "",
) -> AuthorityFiles:
    """Makes root CA, issuing CA and seal certificate for the organisation `subject` in a new directory (mode 0700).

    Everything appears at once or not at all, so that a second process starting at the same moment finds either
    nothing or the whole. `now` is aware. Where `crl_base` is given, the revocation lists are to be published at
    `<crl_base>/root.crl` and `<crl_base>/issuing.crl`. Raises AuthorityExists when the directory already holds files,
    KeyUnusable for an empty password or an organisation name that certificates cannot hold (1 to 64 bytes of UTF-8,
    21 Chinese characters).
    """
    require_password(password)
    require_name(subject)
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise _exists(directory)
    lists = [f"{crl_base.rstrip('/')}/{name}.crl" if crl_base else "" for name in ("root", "issuing")]
    root = make_root(subject, now, kind=kind)
    issuing = make_issuing(root, subject, now, kind=kind, crl_url=lists[0])
    seal = make_seal(issuing, subject, now, kind=kind, crl_url=lists[1])
    directory.parent.mkdir(parents=True, exist_ok=True)
    made = AuthorityFiles(Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=directory.parent)))  # 0700
    try:
        for pair, key_path, certificate_path in (
            (root, made.root_key, made.root_certificate),
            (issuing, made.issuing_key, made.issuing_certificate),
            (seal, made.seal_key, made.seal_certificate),
        ):
            write_new(key_path, key_pem(pair.key, password))
            write_new(certificate_path, pair.pem)
        made.directory.rename(directory)
    except OSError as fault:
        shutil.rmtree(made.directory, ignore_errors=True)
        if directory.is_dir() and any(directory.iterdir()):
            raise _exists(directory) from fault
        raise
    return AuthorityFiles(directory)


def _exists(directory: Path) -> AuthorityExists:
    return AuthorityExists(
        "AUTHORITY_EXISTS",
        f"{directory} 中已有文件，未作任何改动。",
        f"{directory} already holds files; nothing was changed.",
        {"directory": str(directory)},
    )
