"""Write the ledger, and check that nobody has rewritten it."""

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.permissions import Actor
from app.ledger.models import LedgerEntry, LedgerHead

EMPTY = "0" * 64


@dataclass(frozen=True)
class Deed:
    """One thing done. `event` is `room.thing.past-tense`; `subject` is (type, id); `before` and `after` are plain data
    without identity numbers or secrets."""

    event: str
    subject: tuple[str, object]
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    reason: str = ""
    unit_id: int | None = None


def record(
    session: Session,
    actor: Actor,
    event: str,
    subject: tuple[str, object],
    *,
    now: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
    unit_id: int | None = None,
) -> int:
    """Append one deed in the caller's transaction; returns its sequence number."""
    return record_all(session, actor, [Deed(event, subject, before, after, reason, unit_id)], now=now)


def record_all(session: Session, actor: Actor, deeds: Iterable[Deed], *, now: datetime) -> int:
    """Append many deeds in the caller's transaction, in order, under one lock; returns the last sequence number."""
    head = _locked_head(session)
    for deed in deeds:
        entry = LedgerEntry(
            sequence=head.size + 1,
            recorded_at=now,
            actor_account_id=actor.account_id,
            actor_label=actor.label,
            event=deed.event,
            subject_type=deed.subject[0],
            subject_id=str(deed.subject[1]),
            unit_id=deed.unit_id,
            before=_plain(deed.before),
            after=_plain(deed.after),
            reason=deed.reason,
            salt=secrets.token_hex(16),
            digest="",
        )
        entry.digest = _digest(entry, head.digest)
        head.size, head.digest = entry.sequence, entry.digest
        session.add(entry)
    session.flush()
    return head.size


def _locked_head(session: Session) -> LedgerHead:
    head = session.scalar(
        select(LedgerHead).where(LedgerHead.id == 1).with_for_update().execution_options(populate_existing=True)
    )
    if head is None:
        head = LedgerHead(id=1, size=0, digest=EMPTY)
        session.add(head)
        session.flush()
    return head


def _plain(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if values is None else {str(key): _plain_value(value) for key, value in values.items()}


def _plain_value(value: Any) -> Any:  # noqa: ANN401
    match value:
        case Enum():
            return value.value
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date() | Decimal():
            return str(value)
        case Mapping():
            return {str(k): _plain_value(v) for k, v in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_plain_value(v) for v in (sorted(value, key=str) if isinstance(value, (set, frozenset)) else value)]
    return value


def _digest(entry: LedgerEntry, previous: str) -> str:
    content = {
        "sequence": entry.sequence,
        "recorded_at": entry.recorded_at.astimezone(UTC).isoformat(),
        "actor": [entry.actor_account_id, entry.actor_label],
        "event": entry.event,
        "subject": [entry.subject_type, entry.subject_id],
        "unit": entry.unit_id,
        "before": entry.before,
        "after": entry.after,
        "reason": entry.reason,
        "salt": entry.salt,
    }
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{previous}\n{canonical}".encode()).hexdigest()


def verify(session: Session) -> tuple[int, int | None]:
    """Recompute every digest in order: (entries found sound, sequence of the first that is not, or None)."""
    previous, sound = EMPTY, 0
    for entry in session.scalars(select(LedgerEntry).order_by(LedgerEntry.sequence).execution_options(yield_per=500)):
        if entry.sequence != sound + 1 or entry.digest != _digest(entry, previous):
            return sound, sound + 1
        previous, sound = entry.digest, sound + 1
    head = session.get(LedgerHead, 1)
    if (head.size, head.digest) != (sound, previous) if head else sound > 0:
        return sound, sound + 1
    return sound, None
