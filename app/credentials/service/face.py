"""What is printed on a certificate: composed once when it is issued, tried on the page, and kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.config import Settings
from app.core.errors import N_, Refused
from app.credentials.models import Certificate
from app.credentials.queries import ReadyRow
from app.regimes.queries import effective
from app.registry import queries as registry
from app.registry.models import PersonPhoto
from certificates import photo
from certificates.errors import CertificateError, GlyphMissing
from certificates.fonts import Font, find_font, require_glyphs
from certificates.model import CertificateFace
from certificates.qr import verify_address
from certificates.render import render_certificate

AUTHORITY = {
    "OWN": ("本机关法定职权（行政处罚法第十七条）", "Power of its own by law (Administrative Penalty Law, art. 17)"),
    "AUTHORISED": (
        "法律、法规授权（行政处罚法第十九条）",
        "Authorised by law or regulation (Administrative Penalty Law, art. 19)",
    ),
    "ENTRUSTED": ("行政机关依法委托（行政处罚法第二十条）", "Entrusted in law (Administrative Penalty Law, art. 20)"),
}
"""How each basis of authority is printed, in Chinese and English."""

LONG_NAME = 8
ANY_NUMBER, ANY_CODE, ANY_ADDRESS = "0" * 16, "2" * 8, "https://verify.example/"


@dataclass(frozen=True, slots=True)
class Issuing:
    """What issuing and sealing take from the site: its settings and the font of the page."""

    settings: Settings
    font: Font


def issuing(settings: Settings) -> Issuing:
    """The site's settings with its font. Raises Refused `font-unusable`."""
    try:
        return Issuing(settings, find_font(settings.font_path))
    except CertificateError as fault:
        raise Refused(
            "font-unusable", N_("The font for certificates cannot be used: %(detail)s"), detail=both(fault)
        ) from fault


def both(fault: CertificateError) -> str:
    """The sentence of a fault in both languages."""
    return f"{fault.zh} {fault.en}"


def texts_of(session: Session, row: ReadyRow) -> dict[str, Any]:
    """The printed texts of somebody who is ready, Chinese and English side by side; English may be empty."""
    agency = registry.unit_by_id(session, row.agency_id or 0)
    issuer = registry.unit_by_id(session, int(agency.path.strip("/").split("/")[0]))
    regime = effective(session, row.regime or "")
    regions = [_place(session, code) for code in row.region]
    authority = AUTHORITY[row.authority_source or ""]
    return {
        "holder_name": row.name,
        "holder_id_masked": row.id_masked or row.code,
        "agency": agency.name_zh,
        "agency_en": agency.name_en,
        "region": "、".join(zh for zh, _en in regions),
        "region_en": "; ".join(en for _zh, en in regions) if all(en for _zh, en in regions) else "",
        "domains": [regime.domains[code].title.zh for code in row.domains],
        "domains_en": [regime.domains[code].title.en for code in row.domains],
        "authority_source": authority[0],
        "authority_source_en": authority[1],
        "issuer_name": issuer.name_zh,
        "issuer_name_en": issuer.name_en,
    }


def _place(session: Session, code: str) -> tuple[str, str]:
    """The name of a place with those it lies in: 平凉市崆峒区; Kongtong, Pingliang."""
    place = registry.area_by_code(session, code)
    codes = [part for part in place.path.split("/") if part] if place else []
    chain = registry.area_rows(session, codes)
    english = [area.name_en for area in reversed(chain)]
    return "".join(area.name_zh for area in chain), ", ".join(english) if all(english) else ""


def face_of(
    texts: Mapping[str, Any], number: str, code: str, days: tuple[date, date, date], picture: bytes | None, address: str
) -> CertificateFace:
    """The face of a certificate; `days` are issued on, valid from, valid to."""
    issued_on, valid_from, valid_to = days
    words: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in texts.items()}
    return CertificateFace(
        number=number, check_code=code, verify_url=address, issued_on=issued_on, valid_from=valid_from,
        valid_to=valid_to, photo=picture, **words,
    )  # fmt: skip


def faces_of_certificates(session: Session, ones: Sequence[Certificate], site_url: str) -> list[CertificateFace]:
    """The faces of issued certificates in order, each with the photo it was issued with."""
    pictures = _photos(session, ones)
    return [
        face_of(
            one.face, one.number, one.check_code, (one.issued_on, one.valid_from, one.valid_to),
            pictures.get((one.person_id, one.photo_sha256)), verify_address(site_url, one.number, one.check_code),
        )
        for one in ones
    ]  # fmt: skip


def _photos(session: Session, ones: Sequence[Certificate]) -> dict[tuple[int, str], bytes]:
    found = session.execute(
        select(PersonPhoto.person_id, PersonPhoto.sha256, PersonPhoto.content)
        .where(PersonPhoto.person_id.in_([one.person_id for one in ones]))
        .where(PersonPhoto.sha256.in_([one.photo_sha256 for one in ones]))
        .order_by(PersonPhoto.id.desc())
    )
    return {(person_id, sha256): content for person_id, sha256, content in found}


def photo_of(session: Session, person_id: int, sha256: str) -> bytes | None:
    """The photo with this digest."""
    return session.scalar(
        select(PersonPhoto.content)
        .where(PersonPhoto.person_id == person_id, PersonPhoto.sha256 == sha256)
        .order_by(PersonPhoto.id)
        .limit(1)
    )


def rehearse(face: CertificateFace, font: Font) -> None:
    """Make sure, before a number is taken, that the certificate can be printed.

    Raises Refused `glyph-missing` with the character named, or `face-unusable` for a text too long for its place or a
    photo that is no picture.
    """
    try:
        require_glyphs((text for name, text in face.texts() if name != "verify_url"), font)
        _draw_once(_common(face), font)
        if len(face.holder_name) > LONG_NAME:
            _draw_once((("holder_name", face.holder_name),), font)
        if face.photo is not None:
            photo.require(face.photo)
    except GlyphMissing as fault:
        raise Refused(
            "glyph-missing",
            N_("The font cannot print the character “%(character)s” (%(codepoint)s) in “%(text)s”."),
            **fault.data,
        ) from fault
    except CertificateError as fault:
        raise Refused(
            "face-unusable", N_("The certificate cannot be printed: %(detail)s"), detail=both(fault)
        ) from fault


def _common(face: CertificateFace) -> tuple[tuple[str, Any], ...]:
    names = (
        "agency", "agency_en", "region", "region_en", "domains", "domains_en", "authority_source",
        "authority_source_en", "issuer_name", "issuer_name_en",
    )  # fmt: skip
    return tuple((name, getattr(face, name)) for name in names)


@lru_cache(maxsize=512)
def _draw_once(words: tuple[tuple[str, Any], ...], font: Font) -> None:
    """Draw a page with these texts, once per process: texts that were drawn before are known to have room."""
    day = date(2020, 12, 30)
    plain: dict[str, Any] = {
        "holder_name": "王" * LONG_NAME, "holder_id_masked": "*" * 18, "agency": "机关", "region": "区域",
        "domains": ("领域",), "authority_source": "依据", "issuer_name": "机关",
    }  # fmt: skip
    face = CertificateFace(
        number=ANY_NUMBER, check_code=ANY_CODE, verify_url=ANY_ADDRESS, issued_on=day, valid_from=day, valid_to=day,
        **{**plain, **dict(words)},
    )  # fmt: skip
    render_certificate(face, font)
