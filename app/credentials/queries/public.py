"""What a stranger is told: every printed text with the name masked, the state, and how it came to it."""

import hmac
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.clock import day_end, local_day
from app.credentials.models import Certificate, IssuedDocument
from app.credentials.periods import Validity, shown_state, state_at
from app.credentials.queries.facts import StateRow, states_of
from app.credentials.queries.validity import LENGTHENED, periods_of

NO_CODE = "\0" * 8


@dataclass(frozen=True, slots=True)
class PublicEvent:
    """From this moment on the certificate was in this state."""

    state: str
    effective_at: datetime


@dataclass(frozen=True, slots=True)
class PublicExtension:
    """A decision by which the last day became another: an order by its title and legal basis, or a temporary day."""

    cause: str
    decree: str
    legal_basis: str
    valid_to: date
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class PublicAnswer:
    """A certificate for strangers. Texts come in Chinese and English, English empty where there is none.

    `state_on` is the state at the end of `on`, or at present when `on` is today. `valid_to` is the last day in force,
    `printed_to` the one on the paper; `extensions` tell, newest first, why they differ.
    """

    number: str
    holder_masked: str
    agency: tuple[str, str]
    region: tuple[str, str]
    domains: tuple[tuple[str, str], ...]
    authority_source: tuple[str, str]
    issuer: tuple[str, str]
    issued_on: date
    valid_from: date
    valid_to: date
    today: date
    state_today: str
    on: date
    state_on: str
    history: tuple[PublicEvent, ...]
    printed_to: date
    extensions: tuple[PublicExtension, ...] = ()


def mask_name(name: str) -> str:
    """The first character, and a star for each that follows, at least one."""
    return name[:1] + "*" * max(len(name) - 1, 1)


def tidy_code(text: str) -> str:
    """A check code as it was printed: half-width capitals without spaces and hyphens."""
    folded = unicodedata.normalize("NFKC", text).upper()
    return "".join(character for character in folded if character.isalnum())


def public_answer(
    session: Session, number: str, code: str, on: date | None, now: datetime, zone: ZoneInfo
) -> PublicAnswer | None:
    """The certificate of a number, for whoever has its check code; None for a wrong code and an unknown number alike.

    A future `on` is answered by what is known now. The number answers for ever.
    """
    found = session.scalar(select(Certificate).where(Certificate.number == number.strip()))
    right = hmac.compare_digest((found.check_code if found else NO_CODE).encode(), tidy_code(code).encode())
    if found is None or not right:
        return None
    return _answer(session, found, states_of(session, [found.id]).get(found.id, ()), on, now, zone)


def answer_by_number(
    session: Session, number: str, on: date | None, now: datetime, zone: ZoneInfo
) -> PublicAnswer | None:
    """The same for whoever holds the sealed file, on which the check code is printed."""
    found = session.scalar(select(Certificate).where(Certificate.number == number))
    if found is None:
        return None
    return _answer(session, found, states_of(session, [found.id]).get(found.id, ()), on, now, zone)


def stored_digest(session: Session, number: str) -> str | None:
    """The SHA-256 of the sealed file that was issued under a number."""
    return session.scalar(
        select(IssuedDocument.sha256)
        .join(Certificate, Certificate.id == IssuedDocument.certificate_id)
        .where(Certificate.number == number)
    )


def _answer(
    session: Session,
    found: Certificate,
    states: tuple[StateRow, ...],
    on: date | None,
    now: datetime,
    zone: ZoneInfo,
) -> PublicAnswer:
    today = local_day(now, zone)
    asked = on or today
    periods = [row for row in periods_of(session, found.id) if row.superseded_at is None]
    validity = Validity(found.valid_from, periods[0].last_day if periods else found.valid_to)
    moment = now if asked == today else day_end(asked, zone) - timedelta(microseconds=1)
    face: dict[str, Any] = found.face
    return PublicAnswer(
        number=found.number,
        holder_masked=mask_name(face["holder_name"]),
        agency=(face["agency"], face["agency_en"]),
        region=(face["region"], face["region_en"]),
        domains=tuple(zip(face["domains"], face["domains_en"], strict=True)),
        authority_source=(face["authority_source"], face["authority_source_en"]),
        issuer=(face["issuer_name"], face["issuer_name_en"]),
        issued_on=found.issued_on,
        valid_from=found.valid_from,
        valid_to=validity.last,
        today=today,
        state_today=shown_state(state_at(states, now), validity, today),
        on=asked,
        state_on=shown_state(state_at(states, moment), validity, asked),
        history=tuple(PublicEvent(row.state, row.effective_at) for row in states),
        printed_to=found.valid_to,
        extensions=tuple(
            PublicExtension(row.cause, row.decree, row.legal_basis, row.last_day, row.recorded_at)
            for row in periods
            if row.cause in LENGTHENED
        ),
    )
