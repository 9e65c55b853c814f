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
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from app.core.database import insert_into
from app.core.permissions import Actor
from app.core.prepared import DriverSql, PreparedWrite, insert_row
from app.ledger.models import LedgerEntry, LedgerHead
from app.ledger.queries import Filter, entries

EMPTY = "0" * 64
CHANGES_NO_FACT = ("accounts.", "bank.", "eligibility.", "ledger.")
"""Rooms whose deeds change nothing that a duty judgement reads; every other deed moves the head's count of changes."""


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
    if session.autoflush:
        session.flush()
    told = list(deeds)
    moved = sum(not deed.event.startswith(CHANGES_NO_FACT) for deed in told)
    size, digest = _locked_head(session, len(told), moved)
    rows: list[dict[str, Any]] = []
    for place, deed in enumerate(told, size - len(told) + 1):
        row = _row(deed, actor, place, now)
        digest = row["digest"] = _digest(row, digest)
        rows.append(row)
    _write(session, rows)
    return size


def _write(session: Session, rows: list[dict[str, Any]]) -> None:
    """Append the rows and give the head the digest of the last."""
    if len(rows) > FEW:
        session.execute(insert(LedgerEntry), rows)
        _DIGEST.run(session, digest=rows[-1]["digest"])
        return
    for row in rows[:-1]:
        _ENTRY.run(session, **row)
    for row in rows[-1:]:
        _LAST_ENTRY.run(session, **row)


def _row(deed: Deed, actor: Actor, sequence: int, now: datetime) -> dict[str, Any]:
    return {
        "sequence": sequence,
        "recorded_at": now,
        "actor_account_id": actor.account_id,
        "actor_label": actor.label,
        "event": deed.event,
        "subject_type": deed.subject[0],
        "subject_id": str(deed.subject[1]),
        "unit_id": deed.unit_id,
        "before": _plain(deed.before),
        "after": _plain(deed.after),
        "reason": deed.reason,
        "salt": secrets.token_hex(16),
    }


FEW = 8
"""So many rows are written one by one, since that is cheaper than preparing to write many."""

_SET_DIGEST = update(LedgerHead).where(LedgerHead.id == 1).values(digest=bindparam("digest"))
_ENTRY, _DIGEST = PreparedWrite(insert_row(LedgerEntry)), PreparedWrite(_SET_DIGEST)
_LAST_ENTRY = PreparedWrite(insert_row(LedgerEntry), _SET_DIGEST)
_TAKE = DriverSql(
    "UPDATE ledger_head SET size = size + :count, changes = changes + :moved WHERE id = 1 RETURNING size, digest"
)


def _locked_head(session: Session, count: int, moved: int) -> tuple[int, str]:
    """Lock the head and count further entries: how many there are with them, and the digest of the last before."""
    holes = {"count": count, "moved": moved}
    taken = _TAKE.rows(session.connection(), holes)
    if not taken:
        session.execute(
            insert_into(session, LedgerHead).values(id=1, size=0, digest=EMPTY, changes=0).on_conflict_do_nothing()
        )
        taken = _TAKE.rows(session.connection(), holes)
    return taken[0][0], taken[0][1]


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


def _digest(row: Mapping[str, Any], previous: str) -> str:
    content = {
        "sequence": row["sequence"],
        "recorded_at": row["recorded_at"].astimezone(UTC).isoformat(),
        "actor": [row["actor_account_id"], row["actor_label"]],
        "event": row["event"],
        "subject": [row["subject_type"], row["subject_id"]],
        "unit": row["unit_id"],
        "before": row["before"],
        "after": row["after"],
        "reason": row["reason"],
        "salt": row["salt"],
    }
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{previous}\n{canonical}".encode()).hexdigest()


def verify(session: Session) -> tuple[int, int | None]:
    """Recompute every digest in order: (entries found sound, sequence of the first that is not, or None).

    Sound while others write: the head read first must be met on the way, and the head read last must cover the end.
    """
    promised, previous, sound = _head(session), EMPTY, 0
    met = promised == (0, EMPTY)
    in_order = select(LedgerEntry).order_by(LedgerEntry.sequence).execution_options(yield_per=500)
    with session.scalars(in_order) as entries_in_order:
        for entry in entries_in_order:
            if entry.sequence != sound + 1 or entry.digest != _digest(vars(entry), previous):
                return sound, sound + 1
            previous, sound = entry.digest, sound + 1
            met = met or promised == (sound, previous)
    return (sound, None) if met and _head(session)[0] >= sound else (sound, sound + 1)


def _head(session: Session) -> tuple[int, str]:
    row = session.execute(select(LedgerHead.size, LedgerHead.digest).where(LedgerHead.id == 1)).first()
    return (row.size, row.digest) if row else (0, EMPTY)


def export(session: Session, actor: Actor, wanted: Filter, zone: ZoneInfo, now: datetime) -> list[str]:
    """The entries that fit a filter as JSON lines, newest first; notes in the ledger that they were taken."""
    rows = entries(session, wanted, zone)
    record(
        session, actor, "ledger.export.taken", ("ledger", "export"), now=now,
        after={"entries": len(rows), "filter": vars(wanted)},
    )  # fmt: skip
    return [json.dumps(_plain(vars(row)), ensure_ascii=False) + "\n" for row in rows]
