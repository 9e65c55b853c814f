"""A customer's own seal service in the place of the site's key: named by the operator, judged by what it returns.

`sign.SealProvider` is all that such a service has to be. Nothing it returns is believed because it returned it: the
document must be PAdES in one revision, certified, of a certificate below the roots given for it, and show what was
handed over. Seals of another standard (SM2 signatures, OFD) cannot pass; docs/seals.md says what is done instead.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib import import_module
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader

from certificates.attachment import attached
from certificates.errors import CertificateError, KeyUnusable, SealFailed
from certificates.sign import Level, Sealed, SealProvider
from certificates.verdict import Outcome
from certificates.verify import verify_pdf

log = logging.getLogger(__name__)
SHOWN = ("/Contents", "/Resources", "/MediaBox", "/CropBox", "/Rotate", "/UserUnit")
"""What decides how a page looks; annotations may be added, such as the picture of a seal."""


@dataclass(frozen=True, slots=True)
class Service:
    """A seal service by its name, and the roots (PEM or DER) below which its seal and its time stamps must lie.

    The name is `package.module:factory`; the factory takes nothing and returns the provider.
    """

    name: str
    roots: tuple[bytes, ...]
    tsa_roots: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class JudgedSeal:
    """A provider whose every answer is judged before anybody else sees it; itself one."""

    provider: SealProvider
    roots: Sequence[bytes]
    tsa_roots: Sequence[bytes]

    def sealed(self, pdf: bytes, now: datetime) -> Sealed:
        """The page sealed by the service, with level, time stamp and seal as the document itself proves them.

        Raises SealFailed: `SEAL_SERVICE_FAILED` where the service did not answer, `SEAL_NOT_ACCEPTED` where its answer
        does not hold or is not the page that was handed over.
        """
        made = self._made(pdf, now)
        verdict = verify_pdf(made, self.roots, now, tsa_roots=self.tsa_roots)
        if verdict.outcome is not Outcome.GENUINE or verdict.level is None:
            raise _not_accepted(", ".join(verdict.codes))
        if not same_content(pdf, made):
            raise _not_accepted("OTHER_CONTENT")
        level = Level(verdict.level)
        return Sealed(made, level, None if level is Level.B_B else verdict.signed_at, seal_serial(made))

    def _made(self, pdf: bytes, now: datetime) -> bytes:
        try:
            made: object = self.provider.sealed(pdf, now).pdf
        except CertificateError:
            raise
        except Exception as fault:  # somebody else's code: whatever it raises, the next document is still to be sealed
            log.exception("the seal service failed")
            raise SealFailed(
                "SEAL_SERVICE_FAILED", "签章服务未完成签章。", f"The seal service failed: {type(fault).__name__}."
            ) from fault
        if not isinstance(made, bytes):
            raise _not_accepted(type(made).__name__)
        return made


@lru_cache(maxsize=4)
def open_service(service: Service) -> JudgedSeal:
    """The service, made once per process by its factory. Raises KeyUnusable `SEAL_SERVICE_UNUSABLE`."""
    if not service.roots:
        raise _unusable(service.name)
    module, _, factory = service.name.partition(":")
    try:
        provider = getattr(import_module(module), factory)()
    except Exception as fault:  # somebody else's code
        raise _unusable(service.name) from fault
    if not callable(getattr(provider, "sealed", None)):
        raise _unusable(service.name)
    return JudgedSeal(provider, service.roots, service.tsa_roots)


def same_content(page: bytes, made: bytes) -> bool:
    """Whether a sealed document shows what the unsealed one shows: pages, description and files, byte for byte."""
    try:
        return _content(page) == _content(made)
    except (PdfError, KeyError, IndexError, TypeError, ValueError, RecursionError):
        return False


def _content(pdf: bytes) -> tuple[object, ...]:
    found: Any = PdfFileReader(BytesIO(pdf))
    count = int(found.root["/Pages"]["/Count"])
    pages = [found.find_page_for_modification(number)[0].get_object() for number in range(count)]
    drawn = [[_plain(page[key]) if key in page else None for key in SHOWN] for page in pages]
    return drawn, found.root["/Metadata"].data, attached(pdf)


def _plain(found: Any) -> object:  # noqa: ANN401 - pyHanko's reader is untyped
    """An object with everything it refers to, as values that can be compared."""
    if isinstance(found, generic.IndirectObject):
        return _plain(found.get_object())  # type: ignore[no-untyped-call]
    if isinstance(found, generic.ArrayObject):
        return [_plain(found.raw_get(place)) for place in range(len(found))]
    if isinstance(found, generic.DictionaryObject):
        entries = {str(key): _plain(found.raw_get(key)) for key in found}
        return entries | ({"": found.encoded_data} if isinstance(found, generic.StreamObject) else {})
    return found


def seal_serial(pdf: bytes) -> str:
    """The serial number, in hexadecimal, of the certificate that sealed a document."""
    return f"{PdfFileReader(BytesIO(pdf)).embedded_signatures[0].signer_cert.serial_number:x}"


def _not_accepted(why: str) -> SealFailed:
    return SealFailed(
        "SEAL_NOT_ACCEPTED", f"签章服务返回的文件未通过核验（{why}），未予采用。",
        f"What the seal service returned does not hold ({why}) and was not kept.", {"why": why},
    )  # fmt: skip


def _unusable(name: str) -> KeyUnusable:
    words = f"The seal service {name} cannot be used."
    return KeyUnusable("SEAL_SERVICE_UNUSABLE", f"签章服务“{name}”无法使用。", words, {"name": name})
