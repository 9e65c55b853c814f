"""Judging a file: is it sealed by an authority we trust, whole, and unchanged."""

import errno
import hashlib
import logging
import os
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

from asn1crypto import cms, x509
from cryptography import x509 as crypto_x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESIndeterminate, AdESSubIndic
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import async_validate_detached_cms
from pyhanko.sign.validation.pdf_embedded import (
    EmbeddedPdfSignature,
    async_validate_pdf_signature,
    read_certification_data,
)
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel, StandardCMSSignatureStatus
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.path import ValidationPath

from certificates import metadata
from certificates.envelope import Envelope, is_broken, open_envelope
from certificates.issuance import DEVELOPMENT
from certificates.revocation import Evidence, SealingTime, check_seal, check_stamp
from certificates.security_store import Store, read_store
from certificates.sign import Level, asn1_certificates, run, time_stamp_of
from certificates.verdict import MESSAGES, Answer, Finding, Outcome, Question, Refusal, Verdict, finding

__all__ = ["Answer", "Finding", "Level", "Outcome", "Question", "Verdict", "verify_file", "verify_pdf"]

SIZE_LIMIT = 20 * 1024 * 1024
CLOCK_TOLERANCE = timedelta(minutes=5)
# RFC 9336 document signing, e-mail protection, and Adobe's and Microsoft's older names for signing documents.
PURPOSES = frozenset(
    {
        "1.3.6.1.5.5.7.3.36",
        "email_protection",
        "adobe_authentic_documents_trust",
        "1.2.840.113583.1.1.5",
        "microsoft_document_signing",
    }
)
TRUST_PROBLEMS: dict[AdESSubIndic, str] = {
    AdESIndeterminate.CHAIN_CONSTRAINTS_FAILURE: "SEAL_PURPOSE",
    AdESIndeterminate.SIG_CONSTRAINTS_FAILURE: "SEAL_PURPOSE",
    AdESIndeterminate.EXPIRED: "SEAL_NOT_VALID_THEN",
    AdESIndeterminate.NOT_YET_VALID: "SEAL_NOT_VALID_THEN",
    AdESIndeterminate.OUT_OF_BOUNDS_NO_POE: "SEAL_NOT_VALID_THEN",
    AdESIndeterminate.OUT_OF_BOUNDS_NOT_REVOKED: "SEAL_NOT_VALID_THEN",
    AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE: "WEAK_ALGORITHM",
    AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE_NO_POE: "WEAK_ALGORITHM",
}
# The library tells every unhappy path in a traceback; here each is a finding, and a traceback would quote the file.
for _name in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)
USAGE = KeyUsageConstraints(
    key_usage={"non_repudiation", "digital_signature"},
    extd_key_usage=PURPOSES,
    explicit_extd_key_usage_required=False,
)


@dataclass(frozen=True, slots=True)
class _Trust:
    """Whom the one who asks believes, and what else they know."""

    roots: tuple[x509.Certificate, ...]
    tsa_roots: tuple[x509.Certificate, ...]
    evidence: Evidence
    expected: Level | None
    at: datetime | None


def verify_pdf(
    data: bytes,
    roots: Sequence[bytes],
    at: datetime | None = None,
    *,
    crls: Sequence[bytes] = (),
    tsa_roots: Sequence[bytes] | None = None,
    expected_level: str | None = None,
    size_limit: int = SIZE_LIMIT,
) -> Verdict:
    """The verdict on a file; `roots` are trusted certificates (PEM bundles or DER), `at` the moment of asking (aware).

    Answers whether the file is genuine and unchanged, and whether the seal was valid when it sealed: by the time stamp
    if there is one, else by the seal's own word. `crls` are revocation lists (PEM or DER) beside those in the document;
    `tsa_roots` are trusted for time stamps only (None: the same as `roots`); `expected_level` is B-B, B-T or B-LT as
    the issuer's register has it, so that a removed time stamp is noticed. Whether the credential is in force is another
    question. Never raises for any content of `data`; raises KeyUnusable for roots or lists that are none, ValueError
    for an unknown level.
    """
    trust = _trust(roots, crls, tsa_roots, expected_level, at)
    digest = hashlib.sha256(data).hexdigest()
    try:
        return _examine(data, trust, size_limit, digest)
    except Refusal as refusal:
        return Verdict(refusal.outcome, _reasons(refusal, data), None, None, None, digest)
    except Exception:  # a hostile file must never bring down the one who asks about it
        logging.getLogger(__name__).exception("examination of %s failed", digest)
        return Verdict(Outcome.UNDETERMINED, (finding("EXAMINATION_FAILED"),), None, None, None, digest)


def verify_file(
    path: Path,
    roots: Sequence[bytes],
    at: datetime | None = None,
    *,
    crls: Sequence[bytes] = (),
    tsa_roots: Sequence[bytes] | None = None,
    expected_level: str | None = None,
    size_limit: int = SIZE_LIMIT,
) -> Verdict:
    """`verify_pdf` of a file on disk, of which never more than `size_limit` bytes are read.

    Raises OSError for what cannot be read or is no ordinary file, else as `verify_pdf`.
    """
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))  # a pipe must not keep us waiting
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "not an ordinary file", str(path))
    with os.fdopen(handle, "rb") as file:
        data = file.read(size_limit + 1)
    if len(data) <= size_limit:
        return verify_pdf(
            data, roots, at, crls=crls, tsa_roots=tsa_roots, expected_level=expected_level, size_limit=size_limit
        )
    _trust(roots, crls, tsa_roots, expected_level, at)
    return Verdict(Outcome.UNDETERMINED, (finding("TOO_LARGE", limit=str(size_limit)),), None, None, None, "")


def _trust(
    roots: Sequence[bytes],
    crls: Sequence[bytes],
    tsa_roots: Sequence[bytes] | None,
    expected: str | None,
    at: datetime | None,
) -> _Trust:
    trusted = tuple(one for root in roots for one in asn1_certificates(root))
    clocks = trusted if tsa_roots is None else tuple(one for root in tsa_roots for one in asn1_certificates(root))
    return _Trust(trusted, clocks, Evidence.of(crls), Level(expected) if expected else None, at)


def _reasons(refusal: Refusal, data: bytes) -> tuple[Finding, ...]:
    code = refusal.finding.code
    if MESSAGES[code][0] is Outcome.NOT_GENUINE and code not in {"NOT_PDF", "BROKEN_STRUCTURE"} and is_broken(data):
        return refusal.finding, finding("BROKEN_STRUCTURE")
    return (refusal.finding,)


def _examine(data: bytes, trust: _Trust, size_limit: int, digest: str) -> Verdict:
    if len(data) > size_limit:
        raise Refusal("TOO_LARGE", limit=str(size_limit))
    envelope = open_envelope(data)
    if not trust.roots:
        raise Refusal("NO_ROOTS")
    return run(_judge(data, envelope, trust, digest))


async def _judge(data: bytes, envelope: Envelope, trust: _Trust, digest: str) -> Verdict:
    await _check_seal(envelope, trust)
    reader, seal = _open_document(data, envelope)
    store = read_store(reader)
    sealed = _time_of(seal)
    level = _require_level(sealed, store, trust.expected)
    status = await _check_status(seal, trust, store, sealed.at)
    if trust.at is not None and sealed.at > trust.at + CLOCK_TOLERANCE:
        raise Refusal("SEALED_IN_FUTURE", signed_at=sealed.at.isoformat())
    life = _life(status, trust, store, sealed)
    number, kind = _described(reader)
    subject = str(status.signing_cert.subject.human_friendly)
    findings = (
        finding("SEALED_UNCHANGED", signer=subject, number=number),
        finding("TIME_STAMPED" if sealed.stamped else "TIME_CLAIMED", signed_at=sealed.at.isoformat()),
        *life,
        *((finding("ATTESTATION"),) if kind == metadata.ATTESTATION else ()),
    )
    return Verdict(Outcome.GENUINE, findings, sealed.at, subject, number, digest, level.value)


async def _check_seal(envelope: Envelope, trust: _Trust) -> None:
    """The signature over the plain bytes, at a moment when the seal was valid: may these bytes be parsed at all?"""
    try:
        moment = _moment_of_validity(envelope.signed_data)
        status = await async_validate_detached_cms(
            envelope.covered, envelope.signed_data, _context(trust.roots, moment), key_usage_settings=USAGE
        )
    except (SignatureValidationError, ValueError, KeyError, TypeError) as fault:
        raise Refusal("SEAL_UNREADABLE") from fault
    _require_intact(status)
    _require_trusted(status)


def _moment_of_validity(signed: cms.SignedData) -> datetime:
    """When the youngest of the seal's certificates had just become valid, and so, in an honest chain, all were."""
    found = [choice.chosen for choice in signed["certificates"]]
    if not found or not all(isinstance(certificate, x509.Certificate) for certificate in found):
        raise Refusal("SEAL_UNREADABLE")
    youngest: datetime = max(certificate.not_valid_before for certificate in found)
    return youngest + timedelta(seconds=1)


def _context(
    roots: Iterable[x509.Certificate], moment: datetime, others: Sequence[x509.Certificate] = ()
) -> ValidationContext:
    """Chains and dates only; revocations are weighed apart, because what they mean depends on the time stamp."""
    return ValidationContext(
        trust_roots=list(roots),
        other_certs=list(others),
        moment=moment,
        allow_fetching=False,
        revocation_mode="soft-fail",
    )


def _require_intact(status: StandardCMSSignatureStatus) -> None:
    if not status.intact:
        raise Refusal("CONTENT_CHANGED")
    if not status.valid:
        raise Refusal("SIGNATURE_INVALID")


def _require_trusted(status: StandardCMSSignatureStatus) -> None:
    problem = status.trust_problem_indic
    if problem is not None:
        raise Refusal(TRUST_PROBLEMS.get(problem, "UNTRUSTED"), signer=str(status.signing_cert.subject.human_friendly))
    if not status.trusted:
        raise Refusal("UNTRUSTED", signer=str(status.signing_cert.subject.human_friendly))


def _open_document(data: bytes, envelope: Envelope) -> tuple[PdfFileReader, EmbeddedPdfSignature]:
    try:
        reader = PdfFileReader(BytesIO(data))
        found = reader.embedded_signatures
        certification = read_certification_data(reader)
    except (PdfError, SignatureValidationError, ValueError, KeyError, TypeError, RecursionError) as fault:
        raise Refusal("BROKEN_STRUCTURE") from fault
    if len(found) != 1:
        raise Refusal("SEVERAL_SIGNATURES" if found else "NOT_SIGNED", found=str(len(found)))
    seal = found[0]
    if tuple(int(part) for part in seal.byte_range) != envelope.byte_range:
        raise Refusal("BYTE_RANGE_INVALID")
    if certification is None or certification.permission != MDPPerm.NO_CHANGES:
        raise Refusal("NOT_CERTIFIED")
    if certification.author_sig.get_object() != seal.sig_object:
        raise Refusal("NOT_CERTIFIED")
    if seal.sig_object.get("/SubFilter") != "/ETSI.CAdES.detached":
        raise Refusal("NOT_PADES")
    return reader, seal


def _time_of(seal: EmbeddedPdfSignature) -> SealingTime:
    """When it was sealed, and whether a time stamp says so; the stamp itself is checked with the rest."""
    token = time_stamp_of(seal.signed_data)
    if token is not None:
        info = token["encap_content_info"]["content"].parsed
        return SealingTime(info["gen_time"].native, stamped=True, accuracy=_accuracy(info["accuracy"].native))
    claimed = seal.self_reported_timestamp
    if claimed is None or claimed.tzinfo is None:
        raise Refusal("SEAL_UNREADABLE")
    return SealingTime(claimed, stamped=False)


def _accuracy(stated: dict[str, int | None] | None) -> timedelta:
    """How far the stamp's time may be off (RFC 3161, 2.4.2); nothing stated counts as exact."""
    parts = stated or {}
    return timedelta(
        seconds=parts.get("seconds") or 0, milliseconds=parts.get("millis") or 0, microseconds=parts.get("micros") or 0
    )


def _require_level(sealed: SealingTime, store: Store, expected: Level | None) -> Level:
    """A store is written only with a time stamp, and lies inside what the seal covers: alone, it tells of a loss."""
    if not sealed.stamped:
        if store.present or expected in {Level.B_T, Level.B_LT}:
            raise Refusal("TIME_STAMP_MISSING")
        return Level.B_B
    level = Level.B_LT if store.evidence.crls or store.evidence.answers else Level.B_T
    if expected is not None and expected is not level:
        raise Refusal("LEVEL_NOT_AS_ISSUED", level=level.value, expected=expected.value)
    return level


async def _check_status(
    seal: EmbeddedPdfSignature, trust: _Trust, store: Store, signed_at: datetime
) -> PdfSignatureStatus:
    """The full check at the time of sealing. `valid` alone stays true for an altered file: the bottom line decides."""
    try:
        status = await async_validate_pdf_signature(
            seal,
            _context(trust.roots, signed_at),
            _context(trust.tsa_roots, signed_at, store.certificates),
            key_usage_settings=USAGE,
        )
    except SignatureValidationError as fault:
        raise Refusal("SEAL_UNREADABLE") from fault
    _require_intact(status)
    stamp = status.timestamp_validity
    if stamp is not None and not (stamp.valid and stamp.intact and stamp.trusted):
        raise Refusal("TIME_STAMP_INVALID")
    _require_trusted(status)
    if status.coverage != SignatureCoverageLevel.ENTIRE_FILE or status.modification_level != ModificationLevel.NONE:
        raise Refusal("REVISION_APPENDED", bytes="0")
    if not status.docmdp_ok or not status.bottom_line:
        raise Refusal("NOT_CERTIFIED")
    return status


def _life(status: PdfSignatureStatus, trust: _Trust, store: Store, sealed: SealingTime) -> list[Finding]:
    """What became of the certificates: revocations and the end of validity; raises Refusal where the seal falls."""
    evidence = trust.evidence + store.evidence
    findings: list[Finding] = []
    stamp = status.timestamp_validity
    if stamp is not None:
        path = _path(stamp.validation_path)
        check_stamp(path, evidence, sealed.at)
        if DEVELOPMENT in path[-1].subject.rfc4514_string():
            findings.append(finding("TIME_STAMP_DEVELOPMENT"))
    path = _path(status.validation_path)
    findings.append(check_seal(path, evidence, sealed))
    end = min(one.not_valid_after_utc for one in path[1:] or path)
    if trust.at is not None and trust.at > end:
        code = "SEAL_EXPIRED_LATER" if sealed.stamped else "SEAL_EXPIRED_UNPROVED"
        findings.append(finding(code, not_after=end.isoformat()))
    return findings


def _path(found: ValidationPath | None) -> list[crypto_x509.Certificate]:
    """The certificates from the root down."""
    if found is None:
        raise Refusal("UNTRUSTED", signer="")
    return [crypto_x509.load_der_x509_certificate(one.dump()) for one in found]


def _described(reader: PdfFileReader) -> tuple[str, str]:
    """The number and the kind that the sealed document states of itself."""
    try:
        packet = reader.root["/Metadata"].data
    except (PdfError, KeyError, AttributeError, ValueError) as fault:
        raise Refusal("NOT_A_CERTIFICATE") from fault
    number = metadata.read_number(packet)
    if number is None:
        raise Refusal("NOT_A_CERTIFICATE")
    return number, metadata.read_kind(packet)
