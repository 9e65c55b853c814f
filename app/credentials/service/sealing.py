"""The keys of the seal, and the sealed document: drawn and signed once after the issue, kept as it is."""

import logging
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.hashes import SHA256, Hash
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.x509 import Certificate as SealCertificate
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.config import Settings
from app.core.database import insert_into
from app.core.errors import N_, Unavailable
from app.core.permissions import Actor
from app.credentials.models import Certificate, IssuedDocument
from app.credentials.service.face import both, face_of_certificate, issuing
from app.ledger.service import record
from certificates.errors import AuthorityExists, CertificateError
from certificates.keys import AuthorityFiles, Signer, create_authority, load_signer, read_certificates
from certificates.model import CertificateFace
from certificates.render import render_certificate
from certificates.sign import seal

FOLDER = "pki"
log = logging.getLogger("chizheng.credentials")


@dataclass(frozen=True)
class SealKeys:
    """The seal, and what a stranger checks it against: `roots` in PEM, our own first; `root_pem` is for download."""

    signer: Signer
    roots: tuple[bytes, ...]
    root_pem: bytes
    own: bool

    @property
    def serial(self) -> str:
        """The seal certificate's serial number in hexadecimal."""
        return f"{self.signer.certificate.serial_number:x}"


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key's certificate as the issuer sees it; moments are aware."""

    title: str
    subject: str
    serial: str
    not_before: datetime
    not_after: datetime
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Unsealed:
    """A certificate that still has no document."""

    certificate_id: int
    number: str
    agency_id: int
    face: CertificateFace


def seal_keys(settings: Settings, now: datetime) -> SealKeys:
    """The operator's key of SIGNING_KEY, or an authority of the site's own, made on first use under instance/pki.

    Keys are written with mode 0600, encrypted; when two processes start at once, one makes them and both use them.
    Raises Unavailable `seal-keys` with what is wrong.
    """
    try:
        if settings.signing_key is None:
            _own_authority(settings, now)
        return _load(settings)
    except (CertificateError, OSError) as fault:
        detail = both(fault) if isinstance(fault, CertificateError) else str(fault)
        raise Unavailable("seal-keys", N_("The keys of the seal cannot be used: %(detail)s"), detail=detail) from fault


def _files(settings: Settings) -> AuthorityFiles:
    return AuthorityFiles(settings.instance / FOLDER)


def _own_authority(settings: Settings, now: datetime) -> None:
    if _files(settings).seal_certificate.exists():
        return
    host = (urlsplit(settings.site_url).hostname or "localhost")[:40]
    try:
        create_authority(_files(settings).directory, now, f"Chizheng {host}", _password(settings))
        log.info("authority of the seal created")
    except AuthorityExists:
        log.info("authority of the seal was created by another process")


def _password(settings: Settings) -> str:
    """The password of the site's own keys: the operator's, or one derived from the identity key."""
    if settings.signing_password:
        return settings.signing_password
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"seal keys").derive(settings.identity_key).hex()


@lru_cache(maxsize=8)
def _load(settings: Settings) -> SealKeys:
    trusted = tuple(path.read_bytes() for path in _trusted(settings.trust_roots))
    if settings.signing_key is not None:
        if settings.signing_cert is None or not trusted:
            raise OSError("SIGNING_KEY needs SIGNING_CERT and TRUST_ROOTS beside it")
        signer = load_signer(settings.signing_key, settings.signing_cert, settings.signing_password)
        return SealKeys(signer, trusted, b"".join(trusted), own=False)
    files = _files(settings)
    signer = load_signer(files.seal_key, files.seal_certificate, _password(settings), [files.issuing_certificate])
    root = files.root_certificate.read_bytes()
    return SealKeys(signer, (root, *trusted), root, own=True)


def _trusted(path: Path | None) -> list[Path]:
    """One file, or every .pem, .crt and .cer file of a folder."""
    if path is None:
        return []
    if path.is_dir():
        return sorted(file for file in path.iterdir() if file.suffix in {".pem", ".crt", ".cer"})
    return [path]


def key_rows(settings: Settings, now: datetime) -> list[KeyRow]:
    """The seal certificate, the issuing authority and the roots, with their dates."""
    keys = seal_keys(settings, now)
    rows = [_key_row("seal", keys.signer.certificate)]
    if keys.own:
        issuing_pem = _files(settings).issuing_certificate.read_bytes()
        rows += [_key_row("issuing", one) for one in read_certificates(issuing_pem)]
    return rows + [_key_row("root", one) for root in keys.roots for one in read_certificates(root)]


def _key_row(title: str, one: SealCertificate) -> KeyRow:
    return KeyRow(
        title, one.subject.rfc4514_string(), f"{one.serial_number:x}", one.not_valid_before_utc,
        one.not_valid_after_utc, one.fingerprint(SHA256()).hex(),
    )  # fmt: skip


def next_unsealed(session: Session, settings: Settings, after: int = 0) -> Unsealed | None:
    """The next certificate without a document whose id is greater than `after`, with what is to be printed."""
    one = session.scalar(_waiting().where(Certificate.id > after).limit(1))
    return _unsealed(session, one, settings) if one else None


def unsealed_of(session: Session, settings: Settings, certificate_id: int) -> Unsealed | None:
    """One certificate if it has no document yet."""
    one = session.scalar(_waiting().where(Certificate.id == certificate_id))
    return _unsealed(session, one, settings) if one else None


def _waiting() -> Select[Certificate]:
    return (
        select(Certificate)
        .outerjoin(IssuedDocument, IssuedDocument.certificate_id == Certificate.id)
        .where(IssuedDocument.id.is_(None))
        .order_by(Certificate.id)
    )


def _unsealed(session: Session, one: Certificate, settings: Settings) -> Unsealed:
    return Unsealed(one.id, one.number, one.agency_id, face_of_certificate(session, one, settings.site_url))


def sealed_pdf(waiting: Unsealed, keys: SealKeys, settings: Settings, now: datetime) -> bytes:
    """The document, drawn and signed; needs no database, as a time-stamp authority may take seconds.

    Raises Unavailable `seal-failed`; the job tries again.
    """
    try:
        pdf = render_certificate(waiting.face, issuing(settings).font)
        return seal(pdf, keys.signer, now, settings.tsa_url)
    except CertificateError as fault:
        words = N_("The document could not be sealed: %(detail)s")
        raise Unavailable("seal-failed", words, detail=both(fault)) from fault


def keep_document(
    session: Session, actor: Actor, waiting: Unsealed, pdf: bytes, keys: SealKeys, *, now: datetime
) -> bool:
    """Keep the sealed bytes, unless another process was faster: then those stand and this is False."""
    sha256 = digest(pdf)
    row = insert_into(session, IssuedDocument).values(
        certificate_id=waiting.certificate_id, content=pdf, sha256=sha256, sealed_at=now, seal_serial=keys.serial
    )
    if session.scalar(row.on_conflict_do_nothing().returning(IssuedDocument.id)) is None:
        return False
    record(
        session, actor, "credentials.document.sealed", ("certificate", waiting.number), now=now,
        after={"sha256": sha256, "bytes": len(pdf), "seal": keys.serial}, unit_id=waiting.agency_id,
    )  # fmt: skip
    return True


def digest(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    hasher = Hash(SHA256())
    hasher.update(data)
    return hasher.finalize().hex()
