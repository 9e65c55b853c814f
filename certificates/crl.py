"""Revocation lists (RFC 5280, 5): made for the root and the issuing CA, and read again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from certificates.errors import KeyUnusable
from certificates.issuance import Pair

DAYS = 7
BEGIN, END = b"-----BEGIN X509 CRL-----", b"-----END X509 CRL-----"


class Reason(StrEnum):
    """Why a certificate was revoked (RFC 5280, 5.3.1)."""

    UNSPECIFIED = "unspecified"
    KEY_COMPROMISE = "keyCompromise"
    CA_COMPROMISE = "cACompromise"
    AFFILIATION_CHANGED = "affiliationChanged"
    SUPERSEDED = "superseded"
    CESSATION_OF_OPERATION = "cessationOfOperation"
    CERTIFICATE_HOLD = "certificateHold"
    PRIVILEGE_WITHDRAWN = "privilegeWithdrawn"
    AA_COMPROMISE = "aACompromise"
    REMOVE_FROM_CRL = "removeFromCRL"


@dataclass(frozen=True, slots=True)
class Revocation:
    """One revoked certificate; moments are aware.

    `invalid_from` is the invalidity date (RFC 5280, 5.3.2): since when the key is known or suspected to be in other
    hands; it may lie before `revoked_at`.
    """

    serial: int
    revoked_at: datetime
    reason: Reason = Reason.UNSPECIFIED
    invalid_from: datetime | None = None

    @property
    def counts_from(self) -> datetime:
        """The moment from which nothing sealed with it holds: the earlier of both dates."""
        return self.revoked_at if self.invalid_from is None else min(self.revoked_at, self.invalid_from)


@dataclass(frozen=True, slots=True)
class RevocationList:
    """A list as read, its signature not checked; `number` is 0 and `next_at` None where it states none."""

    der: bytes = field(repr=False)
    issuer: str
    number: int
    issued_at: datetime
    next_at: datetime | None
    revocations: tuple[Revocation, ...]


def make_crl(issuer: Pair, revocations: Sequence[Revocation], number: int, now: datetime, *, days: int = DAYS) -> bytes:
    """The CA's complete list as DER, to be replaced within `days`; `number` must grow from list to list (5.2.3)."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(now)
        .next_update(now + timedelta(days=days))
        .add_extension(x509.CRLNumber(number), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False)
    )
    for one in sorted(revocations, key=lambda one: one.serial):
        builder = builder.add_revoked_certificate(_entry(one))
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def _entry(one: Revocation) -> x509.RevokedCertificate:
    builder = x509.RevokedCertificateBuilder().serial_number(one.serial).revocation_date(one.revoked_at)
    if one.reason is not Reason.UNSPECIFIED:  # RFC 5280, 5.3.1: rather no reason than "unspecified"
        builder = builder.add_extension(x509.CRLReason(x509.ReasonFlags(one.reason.value)), critical=False)
    if one.invalid_from is not None:
        builder = builder.add_extension(x509.InvalidityDate(one.invalid_from), critical=False)
    return builder.build()


def load_crls(data: bytes) -> tuple[x509.CertificateRevocationList, ...]:
    """The lists of a DER file or of every PEM block, at least one; raises KeyUnusable `CRL_UNREADABLE`."""
    try:
        if BEGIN not in data:
            return (x509.load_der_x509_crl(data),)
        blocks = [BEGIN + part.split(END)[0] + END for part in data.split(BEGIN)[1:]]
        return tuple(x509.load_pem_x509_crl(block) for block in blocks)
    except ValueError as fault:
        raise KeyUnusable(
            "CRL_UNREADABLE",
            "吊销列表不可读（须为 PEM 或 DER）。",
            "The revocation list is not readable (PEM or DER).",
        ) from fault


def read_crls(data: bytes) -> tuple[RevocationList, ...]:
    """What the lists of a DER or PEM file say; raises KeyUnusable `CRL_UNREADABLE`."""
    return tuple(_read(one) for one in load_crls(data))


def _read(found: x509.CertificateRevocationList) -> RevocationList:
    try:
        number = found.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
    except x509.ExtensionNotFound:
        number = 0
    return RevocationList(
        found.public_bytes(serialization.Encoding.DER),
        found.issuer.rfc4514_string(),
        number,
        found.last_update_utc,
        found.next_update_utc,
        tuple(revocation_of(entry) for entry in found),
    )


def revocation_of(entry: x509.RevokedCertificate) -> Revocation:
    """What an entry of a list says."""
    reason, invalid_from = Reason.UNSPECIFIED, None
    for extension in entry.extensions:
        if isinstance(extension.value, x509.CRLReason):
            reason = Reason(extension.value.reason.value)
        elif isinstance(extension.value, x509.InvalidityDate):
            invalid_from = extension.value.invalidity_date_utc
    return Revocation(entry.serial_number, entry.revocation_date_utc, reason, invalid_from)
