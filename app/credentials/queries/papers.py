"""Papers beside the certificates: what somebody may ask for, what was sealed, what a stranger is told."""

import hmac
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import NotFound
from app.core.permissions import Actor
from app.credentials.models import Certificate, Paper, PaperDocument
from app.credentials.queries.lives import certificates_of, may_see
from app.credentials.queries.public import NO_CODE, mask_name, tidy_code
from app.exams import queries as exams
from app.exams.queries.sittings import sittings_by_ids
from app.training import queries as training


class PaperKind(StrEnum):
    """What a paper is; its subject is a certificate, an attendance or an exam result."""

    POCKET = "POCKET"
    TRAINING = "TRAINING"
    RESULT = "RESULT"


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A paper that was asked for; `sealed_at` None while it waits for the seal."""

    id: int
    kind: PaperKind
    subject_id: int
    number: str
    layout: str
    requested_at: datetime
    sealed_at: datetime | None
    level: str | None


@dataclass(frozen=True, slots=True)
class Offer:
    """A paper that somebody has or may ask for. `title` is the number, class or sitting; `day` its day."""

    kind: PaperKind
    subject_id: int
    title: str
    day: date
    paper: PaperRow | None


@dataclass(frozen=True, slots=True)
class PaperAnswer:
    """A paper for strangers: nothing that is not printed, the name masked; texts in Chinese and English."""

    kind: PaperKind
    number: str
    holder_masked: str
    issuer: tuple[str, str]
    issued_on: date
    sealed_at: datetime | None
    sha256: str | None
    lines: tuple[tuple[str, str], ...]


PRINTED = {
    PaperKind.TRAINING: ("sentence", "hours"),
    PaperKind.RESULT: ("paper", "sitting", "score", "marks", "result"),
}
"""What of a paper the public answer repeats."""


def papers_of(session: Session, person_id: int) -> dict[tuple[PaperKind, int], PaperRow]:
    """Every paper about a person, by kind and subject."""
    statement = (
        select(Paper, PaperDocument.sealed_at, PaperDocument.level)
        .outerjoin(PaperDocument, PaperDocument.paper_id == Paper.id)
        .where(Paper.person_id == person_id)
    )
    rows = [_row(one, sealed_at, level) for one, sealed_at, level in session.execute(statement)]
    return {(row.kind, row.subject_id): row for row in rows}


def _row(one: Paper, sealed_at: datetime | None, level: str | None) -> PaperRow:
    kind = PaperKind(one.kind)
    return PaperRow(one.id, kind, one.subject_id, one.number, one.layout, one.requested_at, sealed_at, level)


def offers(session: Session, person_id: int, now: datetime, zone: ZoneInfo) -> list[Offer]:
    """What a person has and may ask for: cards of certificates in force, attended classes, released results."""
    asked = papers_of(session, person_id)
    found = [
        Offer(PaperKind.POCKET, row.id, row.number, row.issued_on, None)
        for row in certificates_of(session, person_id, now, zone)
        if (row.in_force and row.sealed) or (PaperKind.POCKET, row.id) in asked
    ]
    found += _classes(session, person_id)
    results = exams.passes(session, [person_id])[person_id]
    titles = {row.id: row.title for row in sittings_by_ids(session, {one.sitting_id for one in results}, now)}
    found += [Offer(PaperKind.RESULT, one.id, titles.get(one.sitting_id, ""), one.sat_on, None) for one in results]
    return [Offer(one.kind, one.subject_id, one.title, one.day, asked.get((one.kind, one.subject_id))) for one in found]


def card_of(session: Session, actor: Actor, number: str) -> Offer:
    """The pocket card of a certificate, asked for or not. Raises NotFound out of sight."""
    one = session.scalar(select(Certificate).where(Certificate.number == number))
    if one is None or not may_see(session, actor, one.person_id, one.agency_id):
        raise NotFound
    paper = papers_of(session, one.person_id).get((PaperKind.POCKET, one.id))
    return Offer(PaperKind.POCKET, one.id, one.number, one.issued_on, paper)


def _classes(session: Session, person_id: int) -> list[Offer]:
    facts = training.hours_facts(session, [person_id])[person_id]
    once = {fact.id: fact for fact in facts if fact.superseded_at is None}
    return [Offer(PaperKind.TRAINING, one.id, one.title, one.earned_on, None) for one in reversed(once.values())]


def hours_by_category(session: Session, person_id: int, attendance_id: int) -> tuple[int, dict[str, Decimal]]:
    """The class of an attendance and the hours it brought, by category. Raises NotFound where it brought none."""
    facts = [
        fact
        for fact in training.hours_facts(session, [person_id])[person_id]
        if fact.id == attendance_id and fact.superseded_at is None
    ]
    if not facts:
        raise NotFound
    return facts[0].class_id, {fact.category: fact.hours for fact in facts}


def paper_file(session: Session, actor: Actor, paper_id: int) -> tuple[str, bytes]:
    """A file name and the sealed bytes. Raises NotFound, also while it is not yet sealed."""
    found = session.execute(
        select(Paper, PaperDocument.content)
        .join(PaperDocument, PaperDocument.paper_id == Paper.id)
        .where(Paper.id == paper_id)
    ).first()
    if found is None or not may_see(session, actor, found[0].person_id, found[0].unit_id):
        raise NotFound
    return f"{found[0].number}-{found[0].layout}.pdf", bytes(found[1])


def paper_by_number(session: Session, number: str) -> PaperAnswer | None:
    """A class certificate or result slip by its number; a pocket card bears its certificate's and is not asked here."""
    return _answer(session, _numbered(session, number))


def paper_answer(session: Session, number: str, code: str) -> PaperAnswer | None:
    """The same for whoever has its check code; None for a wrong code and an unknown number alike."""
    found = _numbered(session, number)
    right = hmac.compare_digest((found.check_code if found else NO_CODE).encode(), tidy_code(code).encode())
    return _answer(session, found) if right else None


def _numbered(session: Session, number: str) -> Paper | None:
    return session.scalar(select(Paper).where(Paper.number == number.strip(), Paper.kind != PaperKind.POCKET.value))


def _answer(session: Session, one: Paper | None) -> PaperAnswer | None:
    if one is None:
        return None
    document = session.get(PaperDocument, one.id)
    texts, kind = one.shown["texts"], PaperKind(one.kind)
    return PaperAnswer(
        kind, one.number, mask_name(texts["name"][0]), tuple(texts["issuer"]),
        date.fromisoformat(one.shown["issued_on"]), document.sealed_at if document else None,
        document.sha256 if document else None, tuple((zh, en) for zh, en in (texts[name] for name in PRINTED[kind])),
    )  # fmt: skip


def paper_digests(session: Session, number: str) -> frozenset[str]:
    """The SHA-256 of every sealed paper that bears a number, a certificate's pocket card too."""
    statement = select(PaperDocument.sha256).join(Paper, Paper.id == PaperDocument.paper_id)
    return frozenset(session.scalars(statement.where(Paper.number == number)))
