"""Sealing a document: PAdES, certified, no change permitted, one revision."""

import asyncio
import urllib.error
import urllib.request
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from io import BytesIO
from typing import Any, TypeVar
from urllib.parse import urlsplit

from asn1crypto import tsp
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PdfFileWriter, copy_into_new_writer
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError, set_tsp_headers

from certificates.errors import SealFailed
from certificates.keys import Signer

T = TypeVar("T")
FIELD_NAME = "CertificateSeal"
# Hexadecimal characters of the hole for the CMS: seal and issuing certificates, attributes and signature take about
# 5,000; RSA keys more. A time-stamp token brings its own certificates.
RESERVED = 12_288
RESERVED_WITH_STAMP = 32_768
TSA_SECONDS = 10
TSA_ANSWER_LIMIT = 100_000


def seal(pdf: bytes, signer: Signer, now: datetime, tsa: str | TimeStamper | None = None) -> bytes:
    """The document sealed at `now` (aware), as a new single-revision PDF; `tsa` is an RFC 3161 address or client.

    PAdES B-B, or B-T with a time stamp. Raises SealFailed when the seal certificate is not valid at `now`, the input is
    not a PDF or carries a signature, the key's certificates do not fit, or the time-stamp authority does not answer.
    """
    if now.tzinfo is None:
        raise SealFailed("SEAL_TIME_NAIVE", "签章时间缺少时区。", "The sealing time has no time zone.")
    if not signer.not_before <= now <= signer.not_after:
        raise SealFailed(
            "SEAL_CERTIFICATE_NOT_VALID",
            f"签章证书有效期为 {signer.not_before:%Y-%m-%d} 至 {signer.not_after:%Y-%m-%d}，此时不能使用。",
            f"The seal certificate is valid {signer.not_before:%Y-%m-%d} to {signer.not_after:%Y-%m-%d}, not now.",
            {"not_before": signer.not_before.isoformat(), "not_after": signer.not_after.isoformat()},
        )
    stamper = HttpTimeStamper(tsa) if isinstance(tsa, str) else tsa
    try:
        return run(_seal(_writer(pdf), signer, now, stamper))
    except TimestampRequestError as fault:
        raise SealFailed(
            "TSA_UNAVAILABLE",
            "时间戳服务未应答，文件未签章。",
            "The time-stamp authority did not answer; the document was not sealed.",
            {"reason": str(fault)},
        ) from fault
    except (PdfError, SigningError, ValueError) as fault:
        if isinstance(fault, SealFailed):
            raise
        raise SealFailed(
            "SEAL_REFUSED", "该文件无法签章。", f"The document cannot be sealed: {fault}", {"reason": str(fault)}
        ) from fault


def _writer(pdf: bytes) -> PdfFileWriter:
    reader = PdfFileReader(BytesIO(pdf))
    if reader.embedded_signatures:
        raise SealFailed("ALREADY_SIGNED", "文件已有签名。", "The document already carries a signature.")
    writer = copy_into_new_writer(reader)
    # pyHanko would write its own name and this machine's clock into the metadata; the page's own stand as rendered.
    setattr(writer, "_update_meta", lambda: None)  # noqa: B010  an assignment is what the type checker refuses
    return writer


async def _seal(writer: PdfFileWriter, signer: Signer, now: datetime, stamper: TimeStamper | None) -> bytes:
    metadata = PdfSignatureMetadata(
        field_name=FIELD_NAME,
        md_algorithm="sha256",
        certify=True,
        subfilter=SigSeedSubFilter.PADES,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    pdf_signer = PdfSigner(metadata, signer, timestamper=stamper, new_field_spec=SigFieldSpec(FIELD_NAME))
    session = pdf_signer.init_signing_session(writer)
    session.system_time = now
    document = session.prepare_tbs_document(
        validation_info=None, bytes_reserved=RESERVED_WITH_STAMP if stamper else RESERVED
    )
    digest, output = document.digest_tbs_document()
    await document.perform_signature(digest.document_digest, PdfCMSSignedAttributes(signing_time=now))
    output.seek(0)
    return bytes(output.read())


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
                return tsp.TimeStampResp.load(answer.read(TSA_ANSWER_LIMIT), strict=True)
        except (urllib.error.URLError, TimeoutError, ValueError) as fault:
            raise TimestampRequestError(str(fault)) from fault


def run(work: Coroutine[Any, Any, T]) -> T:
    """The coroutine's result, also when the calling thread is inside an event loop of its own."""
    if not _is_inside_loop():
        return asyncio.run(work)
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, work).result()


def _is_inside_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
