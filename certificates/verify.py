"""Judging a file: is it sealed by an authority we trust, whole, and unchanged."""

import hashlib
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from io import BytesIO

from asn1crypto import cms, x509
from cryptography.hazmat.primitives import serialization
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

from certificates import metadata
from certificates.envelope import Envelope, is_broken, open_envelope
from certificates.keys import read_certificates
from certificates.sign import run
from certificates.verdict import MESSAGES, Finding, Outcome, Refusal, Verdict, finding

__all__ = ["Finding", "Outcome", "Verdict", "verify_pdf"]

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


def verify_pdf(
    data: bytes, roots: Sequence[bytes], at: datetime | None = None, *, size_limit: int = SIZE_LIMIT
) -> Verdict:
    """The verdict on a file; `roots` are trusted certificates (PEM bundles or DER), `at` the moment of asking (aware).

    Answers only whether the file is genuine and unchanged; whether the credential is in force is another question.
    The seal must have been valid when it sealed, by the time stamp if there is one, else by the seal's own word. Never
    raises for any content of `data`; raises KeyUnusable for roots that are not certificates.
    """
    trusted = [certificate for root in roots for certificate in _load_root(root)]
    digest = hashlib.sha256(data).hexdigest()
    try:
        return _examine(data, trusted, at, size_limit, digest)
    except Refusal as refusal:
        return Verdict(refusal.outcome, _reasons(refusal, data), None, None, None, digest)
    except Exception:  # a hostile file must never bring down the one who asks about it
        logging.getLogger(__name__).exception("examination of %s failed", digest)
        return Verdict(Outcome.UNDETERMINED, (finding("EXAMINATION_FAILED"),), None, None, None, digest)


def _load_root(root: bytes) -> tuple[x509.Certificate, ...]:
    found = read_certificates(root, "root")
    return tuple(x509.Certificate.load(c.public_bytes(serialization.Encoding.DER)) for c in found)


def _reasons(refusal: Refusal, data: bytes) -> tuple[Finding, ...]:
    code = refusal.finding.code
    if MESSAGES[code][0] is Outcome.NOT_GENUINE and code not in {"NOT_PDF", "BROKEN_STRUCTURE"} and is_broken(data):
        return refusal.finding, finding("BROKEN_STRUCTURE")
    return (refusal.finding,)


def _examine(
    data: bytes, roots: Sequence[x509.Certificate], at: datetime | None, size_limit: int, digest: str
) -> Verdict:
    if len(data) > size_limit:
        raise Refusal("TOO_LARGE", limit=str(size_limit))
    envelope = open_envelope(data)
    if not roots:
        raise Refusal("NO_ROOTS")
    return run(_judge(data, envelope, roots, at, digest))


async def _judge(
    data: bytes, envelope: Envelope, roots: Sequence[x509.Certificate], at: datetime | None, digest: str
) -> Verdict:
    await _check_seal(envelope, roots)
    reader, seal = _open_document(data, envelope)
    signed_at, stamped = _time_of(seal)
    status = await _check_status(seal, roots, signed_at)
    if at is not None and signed_at > at + CLOCK_TOLERANCE:
        raise Refusal("SEALED_IN_FUTURE", signed_at=signed_at.isoformat())
    number, kind = _described(reader)
    subject = str(status.signing_cert.subject.human_friendly)
    findings = (
        finding("SEALED_UNCHANGED", signer=subject, number=number),
        finding("TIME_STAMPED" if stamped else "TIME_CLAIMED", signed_at=signed_at.isoformat()),
        *((finding("ATTESTATION"),) if kind == metadata.ATTESTATION else ()),
    )
    return Verdict(Outcome.GENUINE, findings, signed_at, subject, number, digest)


async def _check_seal(envelope: Envelope, roots: Sequence[x509.Certificate]) -> None:
    """The signature over the plain bytes, at a moment when the seal was valid: may these bytes be parsed at all?"""
    try:
        moment = _moment_of_validity(envelope.signed_data)
        status = await async_validate_detached_cms(
            envelope.covered, envelope.signed_data, _context(roots, moment), key_usage_settings=USAGE
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


def _context(roots: Sequence[x509.Certificate], moment: datetime) -> ValidationContext:
    return ValidationContext(trust_roots=list(roots), moment=moment, allow_fetching=False, revocation_mode="soft-fail")


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
    return reader, seal


def _time_of(seal: EmbeddedPdfSignature) -> tuple[datetime, bool]:
    """When it was sealed, and whether a time stamp says so; the stamp itself is checked with the rest."""
    for attribute in seal.signer_info["unsigned_attrs"]:
        token = attribute["values"][0]["content"]
        return token["encap_content_info"]["content"].parsed["gen_time"].native, True
    claimed = seal.self_reported_timestamp
    if claimed is None or claimed.tzinfo is None:
        raise Refusal("SEAL_UNREADABLE")
    return claimed, False


async def _check_status(
    seal: EmbeddedPdfSignature, roots: Sequence[x509.Certificate], signed_at: datetime
) -> PdfSignatureStatus:
    """The full check at the time of sealing. `valid` alone stays true for an altered file: the bottom line decides."""
    try:
        status = await async_validate_pdf_signature(seal, _context(roots, signed_at), key_usage_settings=USAGE)
    except SignatureValidationError as fault:
        raise Refusal("SEAL_UNREADABLE") from fault
    _require_intact(status)
    _require_trusted(status)
    stamp = status.timestamp_validity
    if stamp is not None and not (stamp.valid and stamp.intact and stamp.trusted):
        raise Refusal("TIME_STAMP_INVALID")
    if status.coverage != SignatureCoverageLevel.ENTIRE_FILE or status.modification_level != ModificationLevel.NONE:
        raise Refusal("REVISION_APPENDED", bytes="0")
    if not status.docmdp_ok or not status.bottom_line:
        raise Refusal("NOT_CERTIFIED")
    return status


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
