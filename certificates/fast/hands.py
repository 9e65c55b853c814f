"""Sealing by helper processes: each opens the seal itself, and draws and signs what it is given.

A helper imports this package and nothing of a site, so that it is at work within a second or two.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from certificates.errors import CertificateError, SealFailed
from certificates.fast.press import Press
from certificates.fonts import Font, find_font
from certificates.hsm import SCHEME
from certificates.keys import Signer, load_signer
from certificates.layout import Layout, layout_by_key
from certificates.model import CertificateFace
from certificates.provider import Service, open_service
from certificates.render import render
from certificates.sign import Level, Sealed, Validation, seal_document
from certificates.values import certificate_values

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a seal lies, so that another process can open it too; `issuing` names its authority's certificate."""

    key: str
    certificate: Path | None
    password: str | None = field(repr=False)
    issuing: Path | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """How faces are to be sealed: by which seal, font and version of a layout, when, and with which time stamp.

    Where a `service` is named it seals, and the site's own seal does not.
    """

    source: Source
    font: str | None
    layout: str
    now: datetime
    tsa: str | None = None
    validation: Validation | None = None
    service: Service | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a face was not sealed, in both languages: what CertificateError says, for another process."""

    code: str
    zh: str
    en: str


@lru_cache(maxsize=8)
def open_seal(source: Source) -> Signer:
    """The seal, opened once per process. Raises KeyUnusable."""
    place = source.key if source.key.startswith(SCHEME) else Path(source.key)
    return load_signer(place, source.certificate, source.password, [source.issuing] if source.issuing else [])


@lru_cache(maxsize=16)
def press_of(layout: Layout, font: Font, signer: Signer) -> Press:
    """The press of a layout, font and seal, made once per process."""
    return Press(layout, font, signer)


def seal_face(
    face: CertificateFace,
    layout: Layout,
    font: Font,
    signer: Signer,
    now: datetime,
    tsa: str | None = None,
    validation: Validation | None = None,
) -> Sealed:
    """A certificate drawn and sealed: by the prepared layout without a time-stamp authority, else by the reference.

    Raises CertificateError.
    """
    values = certificate_values(face)
    if tsa:
        return seal_at_best(render(layout, values, font), signer, now, tsa, validation)
    return Sealed(press_of(layout, font, signer).sealed(values, now), Level.B_B, None)


def seal_at_best(
    pdf: bytes, signer: Signer, now: datetime, tsa: str | None, validation: Validation | None
) -> Sealed:  # fmt: skip
    """B-LT with a time-stamp authority, B-B without one; B-T where the lists that B-LT carries are not complete.

    Raises CertificateError.
    """
    try:
        return seal_document(pdf, signer, now, tsa, validation)
    except SealFailed as fault:
        if fault.code != "VALIDATION_INCOMPLETE":
            raise
        log.warning("sealed without revocation lists: %s", fault)
        return seal_document(pdf, signer, now, tsa, None)


def seal_faces(order: Order, faces: Sequence[CertificateFace]) -> list[Sealed | Fault]:
    """Each face's document or fault, in order. After a second fault with a stamp or service the rest is not tried.

    Raises KeyUnusable, FontUnusable and LayoutInvalid, which concern them all.
    """
    seal_one = _by(order, find_font(order.font), layout_by_key(order.layout))
    done: list[Sealed | Fault] = []
    for face in faces:
        try:
            done.append(seal_one(face))
        except CertificateError as fault:
            done.append(Fault(fault.code, fault.zh, fault.en))
            if (order.tsa or order.service) and sum(isinstance(one, Fault) for one in done) > 1:
                break
    return done


def _by(order: Order, font: Font, layout: Layout) -> Callable[[CertificateFace], Sealed]:
    if order.service is not None:
        service = open_service(order.service)
        return lambda face: service.sealed(render(layout, certificate_values(face), font), order.now)
    signer = open_seal(order.source)
    return lambda face: seal_face(face, layout, font, signer, order.now, order.tsa, order.validation)
