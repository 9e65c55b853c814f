"""Append to the ledger in the caller's transaction, under one lock."""

import math
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from sqlalchemy.orm import Session

from app.core.database import insert_into
from app.core.errand import Errand
from app.core.permissions import Actor
from app.core.prepared import DriverSql, PreparedWrite, insert_row
from app.ledger.models import LedgerEntry, LedgerHead
from app.ledger.queries import content
from certificates.translog.entries import LARGEST_NUMBER, entry_leaf

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
    """Append many deeds in the caller's transaction, in order, under one lock; returns the last sequence number.

    Only the leaf of each is computed here; the tree above grows in a sweep, so that appending stays as cheap as it is.
    """
    errand = Errand(session)
    size = append(errand, [(actor, deed) for deed in deeds], now=now)
    errand.run()
    return size


def append(errand: Errand, done: Sequence[tuple[Actor, Deed]], *, now: datetime) -> int:
    """`record_all` for deeds of several actors; what was put on the errand before goes to the database with the lock.

    The entries themselves stay on the errand, to be sent with the commit.
    """
    moved = sum(not deed.event.startswith(CHANGES_NO_FACT) for _actor, deed in done)
    size = _locked_head(errand, len(done), moved)
    _ENTRY.put(errand, (_row(*one, place, now) for place, one in enumerate(done, size - len(done) + 1)))
    return size


def _row(actor: Actor, deed: Deed, sequence: int, now: datetime) -> dict[str, Any]:
    row = {
        "sequence": sequence,
        "recorded_at": now,
        "actor_account_id": actor.account_id,
        "actor_label": actor.label,
        "event": deed.event,
        "subject_type": deed.subject[0],
        "subject_id": str(deed.subject[1]),
        "unit_id": deed.unit_id,
        "before": plain(deed.before),
        "after": plain(deed.after),
        "reason": deed.reason,
    }
    salt = secrets.token_bytes(16)
    row["leaf"] = entry_leaf(content(row), salt)
    row["salt"] = salt.hex()
    return row


_ENTRY = PreparedWrite(insert_row(LedgerEntry))
_TAKE = DriverSql("UPDATE ledger_head SET size = size + :count, changes = changes + :moved WHERE id = 1 RETURNING size")


def _locked_head(errand: Errand, count: int, moved: int) -> int:
    """Lock the head and count further entries: how many there are with them."""
    taken = _TAKE.put(errand, count=count, moved=moved).get()
    if not taken:
        row = insert_into(errand.session, LedgerHead).values(id=1, size=0, changes=0)
        errand.session.execute(row.on_conflict_do_nothing())
        taken = _TAKE.put(errand, count=count, moved=moved).get()
    return int(taken[0][0])


def plain(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The same as plain data: days and amounts as text, and numbers that JSON does not hold exactly as text too."""
    return None if values is None else {str(key): _plain_value(value) for key, value in values.items()}


def _plain_value(value: Any) -> Any:  # noqa: ANN401
    match value:
        case Enum():
            return value.value
        case str() | None:
            return value
        case date() | Decimal():
            return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)
        case Mapping():
            return {str(k): _plain_value(v) for k, v in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_plain_value(v) for v in (sorted(value, key=str) if isinstance(value, (set, frozenset)) else value)]
    return value if _is_exact(value) else str(value)


def _is_exact(value: Any) -> bool:  # noqa: ANN401
    """Whether JSON holds a number as it is: no endless one, and no whole one beyond what a double counts."""
    return math.isfinite(value) if isinstance(value, float) else abs(value) <= LARGEST_NUMBER
