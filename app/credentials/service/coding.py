"""The code on a certificate and its badge: both from what was issued; and the keys by which a code names titles.

Signing runs in the sealing process; docs/credential-code.md and docs/badges.md hold the formats.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.config import Settings
from app.core.clock import day_end, day_start
from app.core.database import insert_into
from app.credentials.models import Certificate, CodeName, IssuedDocument
from app.credentials.queries.register import key_register, revoked_keys
from app.credentials.service.keys import code_key
from certificates.badge import Badge, sign_badge
from certificates.code import CodeContent, CodeDomain, encode_code
from certificates.cose import CodeRefused, LocalKey
from certificates.layout import CERTIFICATE, layout_of
from certificates.qr import public_address

log = logging.getLogger("chizheng.credentials")

DOMAIN, REGION, LEVEL = "DOMAIN", "REGION", "LEVEL"
LEVELS = {"OWN": 1, "AUTHORISED": 2, "ENTRUSTED": 3}
LATER_WORDING = 10
IDENTITY_END = 4
Title = tuple[str, str, str, str]
"""Kind, code, Chinese and English of a printed title."""


@dataclass(frozen=True, slots=True)
class Coder:
    """What makes codes and badges: the key, from when it signs, the keys of titles, and the site's address and zone.

    `now` is when it signs; a code says that it was issued with the certificate where the key was in force then.
    """

    key: LocalKey
    since: datetime
    names: Mapping[Title, str]
    site_url: str
    zone: ZoneInfo
    now: datetime

    def text_of(self, one: Certificate) -> str:
        """What the QR code of a certificate says; empty where no code can hold it, then the public address stands."""
        try:
            return encode_code(self._content(one), self.key, self.site_url)
        except CodeRefused as fault:
            log.warning("no code: %s", fault, extra={"certificate": one.number})
            return ""

    def badge_of(self, one: Certificate) -> str:
        """The same certificate as a badge (VC-JWT); empty where it has no place in the status lists."""
        if one.status_index < 0:
            log.warning("no badge: no place in the status lists", extra={"certificate": one.number})
            return ""
        return sign_badge(self._badge(one), self.key, self.site_url)

    def _badge(self, one: Certificate) -> Badge:
        face, layout = one.face, layout_of(CERTIFICATE)
        return Badge(
            number=one.number, title=layout.title.zh, description=layout.subject, issuer=face["issuer_name"],
            holder=face["holder_name"], identity=identity_end(face["holder_id_masked"]), agency=face["agency"],
            region=face["region"], domains=tuple(face["domains"]), authority=face["authority_source"],
            valid_from=day_start(one.valid_from, self.zone), valid_until=day_end(one.valid_to, self.zone),
            index=one.status_index, address=public_address(self.site_url, one.number),
        )  # fmt: skip

    def _content(self, one: Certificate) -> CodeContent:
        face, titles = one.face, list(titles_of(one))
        names = [self.names.get(title, _first_key(title[0], title[1])) for title in titles]
        level = int(names[0])
        domains = [key for (kind, *_rest), key in zip(titles, names, strict=True) if kind == DOMAIN]
        regions = [key for (kind, *_rest), key in zip(titles, names, strict=True) if kind == REGION]
        return CodeContent(
            issuer=face["issuer_name"], issued_at=self._issued_at(one), expires_at=day_end(one.valid_to, self.zone),
            number=one.number, name=face["holder_name"], identity=identity_end(face["holder_id_masked"]),
            domains=tuple(CodeDomain(key, level, one.valid_from, one.valid_to) for key in domains),
            agency=face["agency"], regions=tuple(regions), index=one.status_index,
        )  # fmt: skip

    def _issued_at(self, one: Certificate) -> datetime:
        """When the certificate was issued, on its printed day; the moment of signing where the key is younger."""
        start = day_start(one.issued_on, self.zone)
        issued = one.recorded_at if start <= one.recorded_at < start + timedelta(days=1) else start
        return issued if issued >= self.since else self.now


def coder(session: Session, settings: Settings, now: datetime) -> Coder:
    """The maker of codes with the key in force. Opens a private key; raises Unavailable `seal-keys`."""
    found = code_key(settings, now, revoked=revoked_keys(session))
    since = next((row.valid_from for row in key_register(session) if row.serial == found.kid.hex()), now)
    names = {(row.kind, row.code, row.zh, row.en): row.key for row in session.scalars(select(CodeName))}
    return Coder(LocalKey(found.private), _rounded_up(since), names, settings.site_url, settings.zone, now)


def _rounded_up(moment: datetime) -> datetime:
    """Codes and lists count whole seconds, cut off: a code of the key's first second would seem older than the key."""
    return moment.astimezone(UTC).replace(microsecond=0) + timedelta(seconds=1 if moment.microsecond else 0)


def identity_end(printed: str) -> str:
    """The last four characters of a masked identity number; a staff code whole."""
    return printed[-IDENTITY_END:] if "*" in printed else printed


def titles_of(one: Certificate) -> Iterator[Title]:
    """The titles printed on a certificate: the source of authority first, then domains, then places."""
    face = one.face
    yield LEVEL, one.authority_source, face["authority_source"], face["authority_source_en"]
    for code, zh, en in zip(one.domains, face["domains"], face["domains_en"], strict=True):
        yield DOMAIN, code, zh, en
    places, english = face["region"].split("、"), face["region_en"].split("; ")
    matched = len(places) == len(one.region)
    for number, code in enumerate(one.region):
        en = english[number] if len(english) == len(one.region) else ""
        yield REGION, code, places[number] if matched else face["region"], en


def keep_titles(session: Session, *, now: datetime) -> int:
    """Give a key to every title on certificates that wait for their document; returns how many are new."""
    waiting = (
        select(Certificate)
        .outerjoin(IssuedDocument, IssuedDocument.certificate_id == Certificate.id)
        .where(IssuedDocument.id.is_(None))
        .execution_options(yield_per=500)
    )
    printed = dict.fromkeys(title for one in session.scalars(waiting) for title in titles_of(one))
    known = {(row.kind, row.code, row.zh, row.en) for row in session.scalars(select(CodeName))}
    return sum(_enter(session, title, now) for title in printed if title not in known)


def titles_wait(session: Session) -> bool:
    """Whether a certificate waits for its document, and so its titles perhaps for a key."""
    waiting = select(Certificate.id).outerjoin(IssuedDocument, IssuedDocument.certificate_id == Certificate.id)
    return session.scalar(waiting.where(IssuedDocument.id.is_(None)).limit(1)) is not None


def _enter(session: Session, title: Title, now: datetime) -> int:
    """One new title, under the code itself or, where that has a title already, a numbered variant of it."""
    kind, code, zh, en = title
    used = session.scalars(select(CodeName.key).where(CodeName.kind == kind, CodeName.code == code)).all()
    key = _free(_variants(kind, code), used)
    row = insert_into(session, CodeName).values(kind=kind, key=key, code=code, zh=zh, en=en, recorded_at=now)
    return int(session.scalar(row.on_conflict_do_nothing().returning(CodeName.id)) is not None)


def _free(keys: Iterator[str], used: Iterable[str]) -> str:
    taken = set(used)
    return next(key for key in keys if key not in taken)


def _variants(kind: str, code: str) -> Iterator[str]:
    number = 1
    while True:
        yield _first_key(kind, code, number)
        number += 1


def _first_key(kind: str, code: str, number: int = 1) -> str:
    if kind == LEVEL:
        return str(LEVELS[code] + LATER_WORDING * (number - 1))
    return code if number == 1 else f"{code}~{number}"
