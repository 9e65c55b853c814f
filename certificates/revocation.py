"""Whether a seal had been revoked when it sealed, by revocation lists (RFC 5280, 5) and OCSP answers (RFC 6960).

A revocation counts from its date or, if that is earlier, from the date since which the key is suspected. What a trusted
time stamp proves to have been sealed before stays good; what was sealed later, or at a time that only the seal itself
claims, falls: whoever holds a stolen key writes any time.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from certificates.crl import Reason, Revocation, load_crls, revocation_of
from certificates.verdict import Finding, Refusal, finding

SOUND = (hashes.SHA256, hashes.SHA384, hashes.SHA512)
# RFC 3161, 4 (1): for these reasons what an authority stamped before its revocation stays good. With another reason, or
# none stated (a list states no "unspecified", RFC 5280, 5.3.1), nothing that it ever stamped does.
CLOCK_STILL_TRUSTED = frozenset({Reason.AFFILIATION_CHANGED, Reason.SUPERSEDED, Reason.CESSATION_OF_OPERATION})


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything at hand that may tell of a revocation; nothing of it is believed before its signature is checked."""

    crls: tuple[x509.CertificateRevocationList, ...] = ()
    answers: tuple[ocsp.OCSPResponse, ...] = ()

    @classmethod
    def of(cls, crls: Iterable[bytes], answers: Iterable[bytes] = ()) -> "Evidence":
        """From PEM or DER lists and DER answers; raises KeyUnusable `CRL_UNREADABLE`, ValueError for an answer."""
        lists = tuple(one for data in crls for one in load_crls(data))
        return cls(lists, tuple(ocsp.load_der_ocsp_response(data) for data in answers))

    def __add__(self, other: "Evidence") -> "Evidence":
        return Evidence(self.crls + other.crls, self.answers + other.answers)


@dataclass(frozen=True, slots=True)
class Statement:
    """What one list or answer says of one certificate: revoked, or not as of `made_at` and in force until `until`."""

    made_at: datetime
    until: datetime
    revocation: Revocation | None
    complete: bool = True


@dataclass(frozen=True, slots=True)
class SealingTime:
    """When a document was sealed, at the latest, and whether a trusted time stamp proves it; aware."""

    at: datetime
    stamped: bool
    accuracy: timedelta = field(default=timedelta(0))

    def is_before(self, moment: datetime) -> bool:
        """Whether the sealing is proved to lie before the moment."""
        return self.stamped and self.at + self.accuracy < moment


Path = Sequence[x509.Certificate]
"""Certificates from the trusted root down to the one in question."""


def check_seal(path: Path, evidence: Evidence, sealed: SealingTime) -> Finding:
    """What is known of the seal's revocation and its CAs'; raises Refusal `SEAL_REVOKED`."""
    known_as_of: list[datetime] = []
    later: list[Finding] = []
    for issuer, certificate in pairwise(path):
        statements = list(_statements(certificate, issuer, evidence))
        revocation = _standing_revocation(statements)
        if revocation is not None:
            data = _data(certificate, revocation)
            if not sealed.is_before(revocation.counts_from):
                raise Refusal("SEAL_REVOKED", **data)
            later.append(finding("SEAL_REVOKED_LATER", **data))
        covering = [one.made_at for one in statements if one.complete and one.until >= sealed.at]
        if covering:
            known_as_of.append(max(covering))
    if later:
        return later[0]
    if len(known_as_of) < len(path) - 1 or not known_as_of:
        return finding("REVOCATION_NOT_CHECKED")
    return finding("REVOCATION_CHECKED", as_of=min(known_as_of).isoformat())


def check_stamp(path: Path, evidence: Evidence, stamped_at: datetime) -> None:
    """Raises Refusal `TIME_STAMP_REVOKED` where the authority's certificate no longer vouches for this time."""
    for issuer, certificate in pairwise(path):
        revocation = _standing_revocation(list(_statements(certificate, issuer, evidence)))
        if revocation is None:
            continue
        if revocation.reason not in CLOCK_STILL_TRUSTED or stamped_at >= revocation.counts_from:
            raise Refusal("TIME_STAMP_REVOKED", **_data(certificate, revocation))


def _data(certificate: x509.Certificate, revocation: Revocation) -> dict[str, str]:
    return {
        "serial": f"{certificate.serial_number:x}",
        "revoked_at": revocation.revoked_at.isoformat(),
        "since": revocation.counts_from.isoformat(),
        "reason": revocation.reason.value,
    }


def _standing_revocation(statements: Sequence[Statement]) -> Revocation | None:
    """The one that counts from the earliest; a hold alone is lifted when a newer complete list no longer names it."""
    newest = max((one.made_at for one in statements if one.complete and one.revocation is None), default=None)
    found = [
        one.revocation
        for one in statements
        if one.revocation is not None
        and one.revocation.reason is not Reason.REMOVE_FROM_CRL
        and not (one.revocation.reason is Reason.CERTIFICATE_HOLD and newest is not None and newest > one.made_at)
    ]
    return min(found, key=lambda one: one.counts_from, default=None)


def _statements(certificate: x509.Certificate, issuer: x509.Certificate, evidence: Evidence) -> Iterator[Statement]:
    for crl in evidence.crls:
        if _is_of(crl, issuer):
            entry = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
            revocation = revocation_of(entry) if entry is not None else None
            until = crl.next_update_utc or crl.last_update_utc
            yield Statement(crl.last_update_utc, until, revocation, complete=_is_complete(crl))
    for answer in evidence.answers:
        if _speaks_of(answer, certificate, issuer):
            yield _said_by(answer)


def _is_of(crl: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    """Whether the issuer signed the list and may (RFC 5280, 6.3.3 f and g)."""
    key = issuer.public_key()
    if crl.issuer != issuer.subject or not isinstance(crl.signature_hash_algorithm, SOUND):
        return False
    try:
        usage = issuer.extensions.get_extension_for_class(x509.KeyUsage).value
        return usage.crl_sign and crl.is_signature_valid(key)  # type: ignore[arg-type]
    except (x509.ExtensionNotFound, TypeError, ValueError):
        return False


def _is_complete(crl: x509.CertificateRevocationList) -> bool:
    """Whether silence of the list means "not revoked": it is no delta, not partial, and wholly understood."""
    return not any(extension.critical for extension in crl.extensions)


def _speaks_of(answer: ocsp.OCSPResponse, certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether an answer is about the certificate and signed by its issuer or whom that named (RFC 6960, 4.2.2.2)."""
    if answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        return False
    try:
        asked = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, answer.hash_algorithm).build()
        same = (answer.serial_number, answer.issuer_key_hash, answer.issuer_name_hash) == (
            asked.serial_number, asked.issuer_key_hash, asked.issuer_name_hash,
        )  # fmt: skip
        return same and isinstance(answer.signature_hash_algorithm, SOUND) and _is_signed(answer, issuer)
    except (ValueError, TypeError):
        return False


def _is_signed(answer: ocsp.OCSPResponse, issuer: x509.Certificate) -> bool:
    for signer in (issuer, *answer.certificates):
        if signer is not issuer and not _is_named_by(signer, issuer, answer.produced_at_utc):
            continue
        try:
            _verify(signer, answer)
        except (InvalidSignature, ValueError, TypeError):
            continue
        return True
    return False


def _is_named_by(signer: x509.Certificate, issuer: x509.Certificate, at: datetime) -> bool:
    try:
        signer.verify_directly_issued_by(issuer)
        purposes = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (InvalidSignature, ValueError, TypeError, x509.ExtensionNotFound):
        return False
    return (
        ExtendedKeyUsageOID.OCSP_SIGNING in purposes and signer.not_valid_before_utc <= at <= signer.not_valid_after_utc
    )


def _verify(signer: x509.Certificate, answer: ocsp.OCSPResponse) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

    key, algorithm = signer.public_key(), answer.signature_hash_algorithm
    if algorithm is None:
        raise InvalidSignature
    if isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(answer.signature, answer.tbs_response_bytes, ec.ECDSA(algorithm))
    elif isinstance(key, rsa.RSAPublicKey):
        key.verify(answer.signature, answer.tbs_response_bytes, padding.PKCS1v15(), algorithm)
    else:
        raise InvalidSignature


def _said_by(answer: ocsp.OCSPResponse) -> Statement:
    revocation = None
    if answer.certificate_status is ocsp.OCSPCertStatus.REVOKED and answer.revocation_time_utc is not None:
        reason = answer.revocation_reason
        revocation = Revocation(
            answer.serial_number, answer.revocation_time_utc, Reason(reason.value) if reason else Reason.UNSPECIFIED
        )
    good = answer.certificate_status is ocsp.OCSPCertStatus.GOOD
    until = answer.next_update_utc or answer.this_update_utc
    return Statement(answer.this_update_utc, until, revocation, complete=good or revocation is not None)
