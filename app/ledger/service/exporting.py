"""Hand the ledger out: the entries of a filter for auditors, the whole log for whoever checks it elsewhere."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.permissions import Actor
from app.ledger.models import LedgerEntry
from app.ledger.queries import Filter, content, entries
from app.ledger.service.writing import plain, record
from certificates.translog.dump import Line

AT_ONCE = 500


def export(session: Session, actor: Actor, wanted: Filter, zone: ZoneInfo, now: datetime) -> list[str]:
    """The entries that fit a filter as JSON lines, newest first; notes in the ledger that they were taken."""
    rows = entries(session, wanted, zone)
    record(
        session, actor, "ledger.export.taken", ("ledger", "export"), now=now,
        after={"entries": len(rows), "filter": vars(wanted)},
    )  # fmt: skip
    return [json.dumps(plain(vars(row)), ensure_ascii=False) + "\n" for row in rows]


def dump(session: Session, *, bare: bool = False) -> Iterator[str]:
    """The whole log in order, a line an entry, with salts; `bare`: the leaves alone, without content or salt.

    The bare dump says nothing about anybody and still lets the tree be computed again.
    """
    query = select(LedgerEntry.__table__).order_by(LedgerEntry.sequence).execution_options(yield_per=AT_ONCE)
    with session.execute(query) as rows:
        for row in rows:
            line = Line(row.sequence, row.leaf)
            yield (line if bare else replace(line, entry=content(row._asdict()), salt=bytes.fromhex(row.salt))).text()
