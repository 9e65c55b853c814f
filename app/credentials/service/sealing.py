"""The sealed document: drawn and signed once after the issue, kept as it is. Runs in the sealing process."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256, Hash
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.config import Settings
from app.core.database import insert_into
from app.core.errors import N_, Unavailable
from app.core.permissions import Actor
from app.credentials.models import Certificate, IssuedDocument, SealedPaper
from app.credentials.service.coding import Coder
from app.credentials.service.face import both, faces_of_certificates, issuing
from app.credentials.service.keys import SealKeys
from app.ledger.service import Deed, record_all
from certificates.errors import CertificateError
from certificates.fast.hands import seal_at_best, seal_face
from certificates.layout import CERTIFICATE, layout_of
from certificates.model import CertificateFace
from certificates.provider import open_service
from certificates.render import render
from certificates.sign import Sealed
from certificates.values import certificate_values


@dataclass(frozen=True, slots=True)
class Unsealed:
    """A certificate that still has no document."""

    certificate_id: int
    number: str
    agency_id: int
    face: CertificateFace


@dataclass(frozen=True, slots=True)
class Pressed:
    """A sealed document that is to be kept, and the serial number of the seal's certificate."""

    certificate_id: int
    number: str
    agency_id: int
    code_text: str
    sealed: Sealed
    seal_serial: str


def unsealed_after(
    session: Session, settings: Settings, after: int, limit: int, codes: Coder | None = None
) -> list[Unsealed]:
    """The next certificates without a document whose id is greater than `after`, with what is to be printed.

    With `codes` their QR codes hold the signed code, without the public address, and their badges go into the file.
    """
    return _unsealed(session, _waiting().where(Certificate.id > after).limit(limit), settings, codes)


def unsealed_of(
    session: Session, settings: Settings, certificate_id: int, codes: Coder | None = None
) -> Unsealed | None:
    """One certificate if it has no document yet."""
    wanted = _waiting().where(Certificate.id == certificate_id)
    return next(iter(_unsealed(session, wanted, settings, codes)), None)


def _waiting() -> Select[Certificate]:
    return (
        select(Certificate)
        .outerjoin(IssuedDocument, IssuedDocument.certificate_id == Certificate.id)
        .where(IssuedDocument.id.is_(None))
        .order_by(Certificate.id)
    )


def _unsealed(session: Session, wanted: Select[Certificate], settings: Settings, codes: Coder | None) -> list[Unsealed]:
    rows = list(session.scalars(wanted))
    faces = faces_of_certificates(session, rows, settings.site_url)
    if codes is not None:
        faces = [_signed(face, one, codes) for one, face in zip(rows, faces, strict=True)]
    return [Unsealed(one.id, one.number, one.agency_id, face) for one, face in zip(rows, faces, strict=True)]


def _signed(face: CertificateFace, one: Certificate, codes: Coder) -> CertificateFace:
    return replace(face, code_text=codes.text_of(one), badge=codes.badge_of(one).encode())


def sealed_pdf(waiting: Unsealed, keys: SealKeys, settings: Settings, now: datetime) -> Sealed:
    """The document, drawn and signed; needs no database, as a time-stamp authority may take seconds.

    Without a time-stamp authority by the prepared layout, else page by page through the reference. Raises Unavailable
    `seal-failed`; the job tries again.
    """
    try:
        if keys.service is not None:
            page = render(layout_of(CERTIFICATE), certificate_values(waiting.face), issuing(settings).font)
            return seal_with(page, keys, settings, now)
        return seal_face(
            waiting.face, layout_of(CERTIFICATE), issuing(settings).font, keys.signer, now, settings.tsa_url,
            keys.validation,
        )  # fmt: skip
    except CertificateError as fault:
        words = N_("The document could not be sealed: %(detail)s")
        raise Unavailable("seal-failed", words, detail=both(fault)) from fault


def seal_with(pdf: bytes, keys: SealKeys, settings: Settings, now: datetime) -> Sealed:
    """Any drawn document sealed: by the customer's service where one is set, else B-LT with a time-stamp authority.

    Without an authority it is B-B; where the lists that B-LT carries are not all published, B-T, which the register and
    the page say. Raises CertificateError.
    """
    if keys.service is not None:
        return open_service(keys.service).sealed(pdf, now)
    return seal_at_best(pdf, keys.signer, now, settings.tsa_url, keys.validation)


def pressed(waiting: Unsealed, sealed: Sealed, seal_serial: str) -> Pressed:
    """A sealed document as it is kept."""
    return Pressed(
        waiting.certificate_id, waiting.number, waiting.agency_id, waiting.face.code_text, sealed, seal_serial
    )


def keep_document(
    session: Session, actor: Actor, waiting: Unsealed, sealed: Sealed, keys: SealKeys, *, now: datetime
) -> bool:
    """Keep the sealed bytes, unless another process was faster: then those stand and this is False."""
    return keep_documents(session, actor, [pressed(waiting, sealed, keys.serial_of(sealed))], now=now) == 1


def keep_documents(session: Session, actor: Actor, made: Sequence[Pressed], *, now: datetime) -> int:
    """Keep many in one statement, each unless another process was faster; returns how many were new."""
    rows = {one.certificate_id: _document(one, now) for one in made}
    if not rows:
        return 0
    insert = insert_into(session, IssuedDocument.__table__).on_conflict_do_nothing()
    kept = set(
        session.connection().execute(insert.returning(IssuedDocument.certificate_id), list(rows.values())).scalars()
    )
    deeds = [
        Deed(
            "credentials.document.sealed", ("certificate", one.number), unit_id=one.agency_id,
            after={
                "sha256": rows[one.certificate_id]["sha256"], "bytes": len(one.sealed.pdf), "seal": one.seal_serial,
                "level": one.sealed.level.value,
            },
        )
        for one in made
        if one.certificate_id in kept
    ]  # fmt: skip
    if deeds:
        record_all(session, actor, deeds, now=now)
    return len(deeds)


def _document(one: Pressed, now: datetime) -> dict[str, Any]:
    return {
        "certificate_id": one.certificate_id, "content": one.sealed.pdf, "sha256": digest(one.sealed.pdf),
        "sealed_at": now, "seal_serial": one.seal_serial, "level": one.sealed.level.value,
        "stamped_at": one.sealed.stamped_at, "code_text": one.code_text,
    }  # fmt: skip


def note_sealed(session: Session, kind: str, number: str, sealed: Sealed, keys: SealKeys, *, now: datetime) -> None:
    """Note a document that another room keeps, so that the register knows each use of a seal."""
    session.add(
        SealedPaper(
            kind=kind, number=number, sha256=digest(sealed.pdf), level=sealed.level.value, sealed_at=now,
            stamped_at=sealed.stamped_at, seal_serial=keys.serial_of(sealed),
        )
    )  # fmt: skip


def digest(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    hasher = Hash(SHA256())
    hasher.update(data)
    return hasher.finalize().hex()
