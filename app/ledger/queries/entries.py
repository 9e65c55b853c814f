"""Read the ledger, for the auditor's page and its export."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from app.core.clock import day_end, day_start
from app.core.errand import Errand, Later
from app.core.errors import NotFound
from app.core.prepared import Prepared
from app.ledger.models import LedgerEntry, LedgerHead

_CHANGES = Prepared(select(LedgerHead.changes).where(LedgerHead.id == 1))


def changes(errand: Errand) -> Later[int]:
    """How many deeds so far may have changed what duty judgements read."""
    return _CHANGES.put(errand).then(lambda rows: int(rows[0][0]) if rows else 0)


@dataclass(frozen=True)
class Filter:
    """What the auditor asked for; days are local and inclusive."""

    event: str = ""
    actor: str = ""
    subject: str = ""
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class EntryRow:
    """One entry as shown and exported."""

    sequence: int
    recorded_at: datetime
    actor: str
    event: str
    subject_type: str
    subject_id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    reason: str
    leaf: str


def _conditions(wanted: Filter, zone: ZoneInfo) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.event:
        found.append(LedgerEntry.event.startswith(wanted.event, autoescape=True))
    if wanted.actor:
        found.append(LedgerEntry.actor_label.contains(wanted.actor, autoescape=True))
    if wanted.subject:
        kind, _, key = wanted.subject.partition(":")
        found.append(
            (LedgerEntry.subject_type == kind) & (LedgerEntry.subject_id == key)
            if key
            else or_(LedgerEntry.subject_type == kind, LedgerEntry.subject_id == kind)
        )
    if wanted.first:
        found.append(LedgerEntry.recorded_at >= day_start(wanted.first, zone))
    if wanted.last:
        found.append(LedgerEntry.recorded_at < day_end(wanted.last, zone))
    return found


def _row(entry: LedgerEntry) -> EntryRow:
    return EntryRow(
        entry.sequence, entry.recorded_at, entry.actor_label, entry.event, entry.subject_type, entry.subject_id,
        entry.before, entry.after, entry.reason, entry.leaf.hex(),
    )  # fmt: skip


def count(session: Session, wanted: Filter, zone: ZoneInfo) -> int:
    """How many entries fit the filter."""
    return session.scalar(select(func.count()).select_from(LedgerEntry).where(*_conditions(wanted, zone))) or 0


def entries(
    session: Session, wanted: Filter, zone: ZoneInfo, *, offset: int = 0, limit: int | None = None
) -> list[EntryRow]:
    """Entries that fit the filter, newest first."""
    statement = (
        select(LedgerEntry)
        .where(*_conditions(wanted, zone))
        .order_by(LedgerEntry.sequence.desc())
        .offset(offset)
        .limit(limit)
    )
    return [_row(entry) for entry in session.scalars(statement)]


def about(session: Session, subject_type: str, subject_id: object, limit: int = 200) -> list[EntryRow]:
    """Everything that was done to one thing, newest first."""
    statement = (
        select(LedgerEntry)
        .where(LedgerEntry.subject_type == subject_type, LedgerEntry.subject_id == str(subject_id))
        .order_by(LedgerEntry.sequence.desc())
        .limit(limit)
    )
    return [_row(entry) for entry in session.scalars(statement)]


def done_by(session: Session, account_id: int, limit: int = 200) -> list[EntryRow]:
    """What one account did, newest first."""
    statement = (
        select(LedgerEntry)
        .where(LedgerEntry.actor_account_id == account_id)
        .order_by(LedgerEntry.sequence.desc())
        .limit(limit)
    )
    return [_row(entry) for entry in session.scalars(statement)]


def entry(session: Session, sequence: int) -> EntryRow:
    """One entry. Raises NotFound."""
    found = session.get(LedgerEntry, sequence)
    if found is None:
        raise NotFound
    return _row(found)


def events(session: Session) -> list[str]:
    """Every kind of event that has happened, for the filter's list."""
    return list(session.scalars(select(LedgerEntry.event).distinct().order_by(LedgerEntry.event)))
