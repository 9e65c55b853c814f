"""Sealing a document: PAdES (ETSI EN 319 142-1), certified, no change permitted, one revision."""

import asyncio
import urllib.error
import urllib.request
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from io import BytesIO
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

from asn1crypto import cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import serialization
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PdfFileWriter, copy_into_new_writer
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.signers.pdf_signer import (
    DSSContentSettings,
    PreSignValidationStatus,
    SigDSSPlacementPreference,
)
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError, set_tsp_headers
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import PathBuildingError, PathValidationError, RevokedError

from certificates.crl import load_crls
from certificates.errors import KeyUnusable, SealFailed
from certificates.keys import Signer, read_certificates

T = TypeVar("T")
FIELD_NAME = "CertificateSeal"
# Hexadecimal characters of the hole for the CMS: seal and issuing certificates, attributes and signature take about
# 5,000; RSA keys more. A time-stamp token brings its own certificates.
RESERVED = 12_288
RESERVED_WITH_STAMP = 32_768
TSA_SECONDS = 10
TSA_ANSWER_LIMIT = 100_000


class Level(StrEnum):
    """What a seal carries (ETSI EN 319 142-1, 6).

    B-B the signature, B-T also a time stamp by another authority, B-LT also what is needed to check both when their
    authorities are gone.
    """

    B_B = "B-B"
    B_T = "B-T"
    B_LT = "B-LT"


@dataclass(frozen=True, slots=True)
class Validation:
    """What is written into a B-LT document to check it by; PEM or DER each, OCSP responses DER.

    `tsa_roots` are the time-stamp authority's roots; `crls` or `ocsps` must cover every certificate below the roots.
    """

    roots: tuple[bytes, ...]
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    tsa_roots: tuple[bytes, ...] = ()

    def context(self, now: datetime) -> ValidationContext:
        """Everything must be found in what was given, nothing is fetched; raises KeyUnusable where it is unreadable."""
        roots = [certificate for pem in (*self.roots, *self.tsa_roots) for certificate in asn1_certificates(pem)]
        crls = [one.public_bytes(serialization.Encoding.DER) for data in self.crls for one in load_crls(data)]
        return ValidationContext(
            trust_roots=roots,
            crls=sorted(set(crls)),
            ocsps=list(self.ocsps),
            moment=now,
            allow_fetching=False,
            revocation_mode="require",
        )


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed document and what its seal carries; `stamped_at` is the time stamp's own time, None without one.

    `serial` is that of the seal's certificate, in hexadecimal, where a service sealed that has its own.
    """

    pdf: bytes
    level: Level
    stamped_at: datetime | None
    serial: str = ""


class SealProvider(Protocol):
    """Whoever puts the seal on a finished page: the site's own key, or a customer's own seal service.

    What another service returns is judged like any file: it must be PAdES in one revision, certified, of a certificate
    below the site's trusted roots. Seals of other standards (SM2, OFD) do not fit and are not verified here.
    """

    def sealed(self, pdf: bytes, now: datetime) -> Sealed:
        """The page sealed at `now`; raises SealFailed."""


@dataclass(frozen=True, slots=True)
class OwnSeal:
    """The provider that signs with a key of the site's; one time-stamp client serves many documents."""

    signer: Signer
    tsa: TimeStamper | None = None
    validation: Validation | None = None

    def sealed(self, pdf: bytes, now: datetime) -> Sealed:
        """See `seal_document`."""
        return seal_document(pdf, self.signer, now, self.tsa, self.validation)


def asn1_certificates(data: bytes) -> list[asn1_x509.Certificate]:
    """The certificates of a PEM bundle or DER file in the signing library's form; raises KeyUnusable."""
    der = serialization.Encoding.DER
    return [asn1_x509.Certificate.load(one.public_bytes(der)) for one in read_certificates(data, "root")]


def seal(pdf: bytes, signer: Signer, now: datetime, tsa: str | TimeStamper | None = None) -> bytes:
    """The document sealed at `now` as B-B, or as B-T with a time-stamp authority; see `seal_document`."""
    return seal_document(pdf, signer, now, tsa).pdf


def seal_document(
    pdf: bytes,
    signer: Signer,
    now: datetime,
    tsa: str | TimeStamper | None = None,
    validation: Validation | None = None,
) -> Sealed:
    """The document sealed at `now` (aware), as a new single-revision PDF; `tsa` is an RFC 3161 address or client.

    B-B without a time-stamp authority, B-T with one, B-LT with `validation` besides: then chains and revocation data
    stand in the document's security store, inside the one revision that the seal covers. Never less than asked:
    raises SealFailed when the seal certificate is not valid at `now` or revoked, the input is not a PDF or carries a
    signature, the time-stamp authority does not answer, or the validation data do not cover every certificate.
    """
    require_valid(signer, now)
    stamper = HttpTimeStamper(tsa) if isinstance(tsa, str) else tsa
    try:
        return run(_seal(_writer(pdf), signer, now, stamper, validation if stamper else None))
    except TimestampRequestError as fault:
        raise SealFailed(
            "TSA_UNAVAILABLE",
            "时间戳服务未应答，文件未签章。",
            "The time-stamp authority did not answer; the document was not sealed.",
            {"reason": str(fault)},
        ) from fault
    except (PathBuildingError, PathValidationError) as fault:
        raise _unvalidated(fault) from fault
    except (PdfError, SigningError, ValueError) as fault:
        if isinstance(fault, SealFailed | KeyUnusable):
            raise
        if isinstance(fault.__cause__, PathBuildingError | PathValidationError):
            raise _unvalidated(fault.__cause__) from fault
        raise SealFailed(
            "SEAL_REFUSED", "该文件无法签章。", f"The document cannot be sealed: {fault}", {"reason": str(fault)}
        ) from fault


def require_valid(signer: Signer, now: datetime) -> None:
    """Raises SealFailed unless the seal certificate is valid at `now`, which must be aware."""
    if now.tzinfo is None:
        raise SealFailed("SEAL_TIME_NAIVE", "签章时间缺少时区。", "The sealing time has no time zone.")
    if not signer.not_before <= now <= signer.not_after:
        raise SealFailed(
            "SEAL_CERTIFICATE_NOT_VALID",
            f"签章证书有效期为 {signer.not_before:%Y-%m-%d} 至 {signer.not_after:%Y-%m-%d}，此时不能使用。",
            f"The seal certificate is valid {signer.not_before:%Y-%m-%d} to {signer.not_after:%Y-%m-%d}, not now.",
            {"not_before": signer.not_before.isoformat(), "not_after": signer.not_after.isoformat()},
        )


def _unvalidated(fault: Exception) -> SealFailed:
    if isinstance(fault, RevokedError):
        return SealFailed(
            "SEAL_CERTIFICATE_REVOKED",
            "签章证书、其上级证书或时间戳证书已被吊销，文件未签章。",
            "A certificate of the seal or of the time stamp is revoked; the document was not sealed.",
            {"reason": str(fault)},
        )
    return SealFailed(
        "VALIDATION_INCOMPLETE",
        "缺少长期验证所需的材料（证书链、吊销列表或 OCSP 应答），文件未签章。",
        f"What long-term validation needs (chain, CRL or OCSP answer) is incomplete; nothing was sealed: {fault}",
        {"reason": str(fault)},
    )


def _writer(pdf: bytes) -> PdfFileWriter:
    reader = PdfFileReader(BytesIO(pdf))
    if reader.embedded_signatures:
        raise SealFailed("ALREADY_SIGNED", "文件已有签名。", "The document already carries a signature.")
    writer = copy_into_new_writer(reader)
    # pyHanko would write its own name and this machine's clock into the metadata; the page's own stand as rendered.
    setattr(writer, "_update_meta", lambda: None)  # noqa: B010  an assignment is what the type checker refuses
    return writer


async def _seal(
    writer: PdfFileWriter,
    signer: Signer,
    now: datetime,
    stamper: TimeStamper | None,
    validation: Validation | None = None,
) -> Sealed:
    metadata = PdfSignatureMetadata(
        field_name=FIELD_NAME,
        md_algorithm="sha256",
        certify=True,
        subfilter=SigSeedSubFilter.PADES,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        validation_context=validation.context(now) if validation else None,
        signer_key_usage=set(),  # which one suffices was checked when the key was loaded
        dss_settings=DSSContentSettings(placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE, include_vri=False),
    )
    pdf_signer = PdfSigner(metadata, signer, timestamper=stamper, new_field_spec=SigFieldSpec(FIELD_NAME))
    session = pdf_signer.init_signing_session(writer)
    session.system_time = now
    material = await session.perform_presign_validation(writer) if validation else None
    document = session.prepare_tbs_document(
        validation_info=material, bytes_reserved=RESERVED_WITH_STAMP if stamper else RESERVED
    )
    prepared, output = document.digest_tbs_document()
    signed = await signer.async_sign(
        prepared.document_digest,
        "sha256",
        use_pades=True,
        timestamper=stamper,
        signed_attr_settings=PdfCMSSignedAttributes(signing_time=now),
    )
    whole = signed.dump()
    token = time_stamp_of(cms.ContentInfo.load(whole)["content"])  # what is written, not what it was built from
    if material is not None:
        _require_covered(token, material)
    prepared.fill_with_cms(output, whole)
    output.seek(0)
    level = Level.B_B if token is None else Level.B_LT if material else Level.B_T
    return Sealed(bytes(output.read()), level, None if token is None else stamped_time(token))


def time_stamp_of(signed: cms.SignedData) -> cms.SignedData | None:
    """The first time-stamp token among the unsigned attributes (RFC 3161, appendix A), or None."""
    for attribute in signed["signer_infos"][0]["unsigned_attrs"]:
        if attribute["type"].native == "signature_time_stamp_token":
            return attribute["values"][0]["content"]
    return None


def stamped_time(token: cms.SignedData) -> datetime:
    """The time that a token states (RFC 3161, 2.4.2); the token itself is not checked here."""
    found: datetime = token["encap_content_info"]["content"].parsed["gen_time"].native
    return found


def _require_covered(token: cms.SignedData | None, material: PreSignValidationStatus) -> None:
    """The authority may have changed its certificate between the question that gathered the data and the stamp."""
    ready = {path.leaf.issuer_serial for path in material.ts_validation_paths or () if path.leaf}
    sent = {choice.chosen.issuer_serial for choice in token["certificates"]} if token else set()
    if not ready & sent:
        raise SealFailed(
            "VALIDATION_INCOMPLETE",
            "时间戳证书已更换，缺少其验证材料，文件未签章。",
            "The time-stamp authority changed its certificate meanwhile; nothing was sealed.",
        )


class HttpTimeStamper(TimeStamper):
    """RFC 3161 over HTTP by the standard library."""

    def __init__(self, url: str) -> None:
        if urlsplit(url).scheme not in {"http", "https"}:
            raise SealFailed(
                "TSA_ADDRESS", "时间戳服务地址须以 http(s) 开头。", "The time-stamp address must be http or https."
            )
        super().__init__()  # type: ignore[no-untyped-call]
        self.url = url

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """The authority's answer; raises TimestampRequestError."""
        request = urllib.request.Request(self.url, data=req.dump(), headers=set_tsp_headers({}))  # noqa: S310  checked
        try:
            with urllib.request.urlopen(request, timeout=TSA_SECONDS) as answer:  # noqa: S310  scheme checked above
                if answer.headers.get_content_type() != "application/timestamp-reply":
                    raise TimestampRequestError(f"unexpected content type {answer.headers.get_content_type()}")
                return _response(answer.read(TSA_ANSWER_LIMIT))
        except (urllib.error.URLError, TimeoutError, ValueError, TypeError) as fault:
            raise TimestampRequestError(str(fault)) from fault


def _response(data: bytes) -> tsp.TimeStampResp:
    """Raises ValueError for what is no response, or for a rejection, which holds a status and no token."""
    parts = core.Sequence.load(data, strict=True)
    if not len(parts):
        raise ValueError("the answer is empty")
    status = tsp.PKIStatusInfo.load(parts[0].dump()).native
    if status["status"] not in {"granted", "granted_with_mods"}:
        raise ValueError(f"rejected: {status}")
    return tsp.TimeStampResp.load(data, strict=True)


def run(work: Coroutine[Any, Any, T]) -> T:
    """The coroutine's result, also when the calling thread is inside an event loop of its own."""
    if not _is_inside_loop():
        return asyncio.run(work)  # noqa: TID251  no loop runs here
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, work).result()  # noqa: TID251  a thread of its own


def _is_inside_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
