"""Read the register of keys: what signs, what is revoked, and which documents each seal sealed. Nothing private."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.hashes import SHA256
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.errors import N_, NotFound
from app.credentials.models import (
    Certificate,
    IssuedDocument,
    KeyRevocation,
    PublishedList,
    SealedPaper,
    SigningKey,
)

PURPOSES = ("seal", "code", "log", "issuing", "root", "tsa")
RENEWABLE = ("issuing", "seal", "code", "log")
CERTIFICATE = "certificate"
NEVER = datetime.min.replace(tzinfo=UTC)
SHOWN = 200
"""So many documents of each kind are listed by name; the counts are of all."""


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One key of the register; moments are aware. `subject` and `fingerprint` are empty for a key without certificate.

    `changed_at` is when the register last said something of it.
    """

    id: int
    purpose: str
    serial: str
    kid: str
    subject: str
    fingerprint: str
    certificate: str | None
    public_key: str
    valid_from: datetime
    valid_until: datetime
    recorded_at: datetime
    recorded_by: str
    revoked_at: datetime | None = None
    compromised_since: datetime | None = None
    reason: str = ""
    words: str = ""
    revoked_by: str = ""
    changed_at: datetime = NEVER

    @property
    def falls_from(self) -> datetime | None:
        """What was signed at this moment or later no longer holds; None while the key is not revoked."""
        if self.revoked_at is None or self.compromised_since is None:
            return self.revoked_at
        return min(self.revoked_at, self.compromised_since)

    def state(self, at: datetime) -> str:
        """REVOKED, PLANNED (signs from a later day), EXPIRED (verifies, signs no more) or ACTIVE."""
        if self.revoked_at is not None:
            return "REVOKED"
        if at < self.valid_from:
            return "PLANNED"
        return "EXPIRED" if at > self.valid_until else "ACTIVE"

    def x509(self) -> x509.Certificate:
        """The certificate; raises ValueError for a key that has none."""
        return x509.load_pem_x509_certificate((self.certificate or "").encode())


@dataclass(frozen=True, slots=True)
class UseRow:
    """One sealed document: `kind` certificate, attestation …; `stamped_at` as the time stamp says, else None."""

    kind: str
    number: str
    sealed_at: datetime
    stamped_at: datetime | None
    level: str


@dataclass(frozen=True, slots=True)
class Uses:
    """The documents of a key by what its revocation makes of them; each list is cut at SHOWN, the counts are whole.

    `good` were time-stamped before, `fallen` at that moment or later; `unproven` carry no time stamp, so that nothing
    but our own word places them before, and a stranger's check lets them fall.
    """

    good: tuple[UseRow, ...]
    fallen: tuple[UseRow, ...]
    unproven: tuple[UseRow, ...]
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class ListRow:
    """A published list with its bytes."""

    name: str
    number: int
    content: bytes
    issued_at: datetime
    next_at: datetime


def key_register(session: Session) -> list[KeyRow]:
    """Every key, by purpose, the newest first."""
    statement = select(SigningKey, KeyRevocation).outerjoin(KeyRevocation, KeyRevocation.key_id == SigningKey.id)
    rows = [_key_row(key, revocation) for key, revocation in session.execute(statement)]
    return sorted(rows, key=lambda row: (PURPOSES.index(row.purpose), -row.valid_from.timestamp(), -row.id))


def ending_soon(rows: Sequence[KeyRow], now: datetime, within_days: int = 90) -> list[KeyRow]:
    """The newest key of each purpose that can be renewed, where it ends within so many days or is revoked."""
    found = []
    for purpose in RENEWABLE:
        newest = max((row for row in rows if row.purpose == purpose), key=_strength, default=None)
        if newest is not None and (newest.revoked_at or newest.valid_until <= now + timedelta(days=within_days)):
            found.append(newest)
    return found


def _strength(row: KeyRow) -> tuple[bool, datetime]:
    return row.revoked_at is None, row.valid_until


def key_of(session: Session, serial: str) -> KeyRow:
    """The key with this serial number or key id. Raises NotFound `unknown-key`."""
    for row in key_register(session):
        if row.serial == serial.strip().lower():
            return row
    raise NotFound("unknown-key", N_("The register holds no key with this number."))


def _key_row(key: SigningKey, revocation: KeyRevocation | None) -> KeyRow:
    found = x509.load_pem_x509_certificate(key.certificate.encode()) if key.certificate else None
    plain = KeyRow(
        key.id, key.purpose, key.serial, key.kid, found.subject.rfc4514_string() if found else "",
        found.fingerprint(SHA256()).hex() if found else "", key.certificate, key.public_key, key.valid_from,
        key.valid_until, key.recorded_at, key.recorded_by, changed_at=key.recorded_at,
    )  # fmt: skip
    if revocation is None:
        return plain
    return replace(
        plain, revoked_at=revocation.revoked_at, compromised_since=revocation.compromised_since,
        reason=revocation.reason, words=revocation.words, revoked_by=revocation.recorded_by,
        changed_at=revocation.recorded_at,
    )  # fmt: skip


def revoked_keys(session: Session) -> frozenset[str]:
    """Serial numbers and key ids that sign no more."""
    statement = select(SigningKey.serial).join(KeyRevocation, KeyRevocation.key_id == SigningKey.id)
    return frozenset(session.scalars(statement))


def issued_by(row: KeyRow, above: KeyRow) -> bool:
    """Whether the certificate of one key was signed by the other's."""
    if row.certificate is None or above.certificate is None or row.id == above.id:
        return False
    try:
        row.x509().verify_directly_issued_by(above.x509())
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def seals_under(rows: Sequence[KeyRow], key: KeyRow) -> list[str]:
    """The serial numbers of the seals that rest on a key: its own, or those it issued, at any depth."""
    if key.purpose == "seal":
        return [key.serial]
    below = [row for row in rows if row.purpose in {"seal", "issuing"} and issued_by(row, key)]
    return [serial for row in below for serial in seals_under(rows, row)]


def uses_of(session: Session, serials: Collection[str], falls_from: datetime | None) -> Uses:
    """The documents of these seals, the newest first, as a revocation from that moment leaves them."""
    groups: dict[str, list[UseRow]] = {"good": [], "fallen": [], "unproven": []}
    for row in _uses(session, serials):
        groups[_standing(row, falls_from)].append(row)
    counts = {name: len(rows) for name, rows in groups.items()}
    return Uses(**{name: tuple(rows[:SHOWN]) for name, rows in groups.items()}, counts=counts)


def _standing(row: UseRow, falls_from: datetime | None) -> str:
    if row.stamped_at is None:
        return "unproven"
    return "good" if falls_from is None or row.stamped_at < falls_from else "fallen"


def _uses(session: Session, serials: Collection[str]) -> list[UseRow]:
    document, paper = IssuedDocument, SealedPaper
    certificates = session.execute(
        select(Certificate.number, document.sealed_at, document.stamped_at, document.level)
        .join(Certificate, Certificate.id == document.certificate_id)
        .where(document.seal_serial.in_(serials))
    )
    others = session.execute(
        select(paper.kind, paper.number, paper.sealed_at, paper.stamped_at, paper.level).where(
            paper.seal_serial.in_(serials)
        )
    )
    rows = [UseRow(CERTIFICATE, *row) for row in certificates] + [UseRow(*row) for row in others]
    return sorted(rows, key=lambda row: (row.sealed_at, row.number), reverse=True)


@dataclass(frozen=True, slots=True)
class SealRow:
    """The seal on a certificate's document: when, at which level, by which key, and what that key's revocation makes
    of it: `standing` is good, fallen, unproven or, while the key is not revoked, empty.
    """

    level: str
    sealed_at: datetime
    stamped_at: datetime | None
    serial: str
    standing: str


def seal_of(session: Session, number: str) -> SealRow | None:
    """The seal on the document of a certificate; None while it waits for it."""
    document = IssuedDocument
    found = session.execute(
        select(document.level, document.sealed_at, document.stamped_at, document.seal_serial)
        .join(Certificate, Certificate.id == document.certificate_id)
        .where(Certificate.number == number)
    ).first()
    if found is None:
        return None
    falls = falls_from(session, found.seal_serial)
    use = UseRow(CERTIFICATE, number, found.sealed_at, found.stamped_at, found.level)
    return SealRow(*found, standing=_standing(use, falls) if falls else "")


def standing_of_file(session: Session, sha256: str) -> str:
    """What the revocation of its seal makes of a document that was sealed here: good, fallen, unproven; else empty."""
    for kind in (IssuedDocument, SealedPaper):
        found = session.execute(
            select(kind.seal_serial, kind.sealed_at, kind.stamped_at, kind.level).where(kind.sha256 == sha256)
        ).first()
        if found is not None:
            falls = falls_from(session, found.seal_serial)
            use = UseRow("", "", found.sealed_at, found.stamped_at, found.level)
            return _standing(use, falls) if falls else ""
    return ""


def falls_from(session: Session, serial: str) -> datetime | None:
    """From when what a seal sealed no longer holds, by its own revocation or that of an authority above it."""
    rows = key_register(session)
    moments = [row.falls_from for row in rows if row.falls_from is not None and serial in seals_under(rows, row)]
    return min(moments, default=None)


def use_counts(session: Session) -> dict[str, int]:
    """How many documents each seal sealed, by the serial number of its certificate."""
    counts: dict[str, int] = {}
    for kind in (IssuedDocument, SealedPaper):
        for serial, count in session.execute(select(kind.seal_serial, func.count()).group_by(kind.seal_serial)):
            counts[serial] = counts.get(serial, 0) + count
    return counts


def published(session: Session, name: str) -> ListRow | None:
    """The newest list of a name."""
    found = session.scalars(
        select(PublishedList).where(PublishedList.name == name).order_by(PublishedList.number.desc()).limit(1)
    ).first()
    return _list_row(found) if found else None


def list_name(session: Session, name: str) -> str:
    """The name of a list as published: `issuing.crl` and `root.crl` stand for those of the newest authorities."""
    purpose = name.removesuffix(".crl")
    if purpose not in {"root", "issuing"}:
        return name
    serial = session.scalar(
        select(SigningKey.serial)
        .where(SigningKey.purpose == purpose)
        .order_by(SigningKey.valid_from.desc(), SigningKey.id.desc())
        .limit(1)
    )
    return f"{purpose}-{serial}.crl"


def published_lists(session: Session) -> list[ListRow]:
    """The newest list of every name, by name."""
    newest = select(PublishedList.name, func.max(PublishedList.number).label("number")).group_by(PublishedList.name)
    found = newest.subquery()
    rows = session.scalars(
        select(PublishedList)
        .join(found, (PublishedList.name == found.c.name) & (PublishedList.number == found.c.number))
        .order_by(PublishedList.name)
    )
    return [_list_row(row) for row in rows]


def _list_row(row: PublishedList) -> ListRow:
    return ListRow(row.name, row.number, bytes(row.content), row.issued_at, row.next_at)
