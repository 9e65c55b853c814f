"""Tables of the ledger."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Base


class LedgerHead(Base):
    """One row: how many entries there are and the digest of the last; its lock makes the sequence dense.

    `changes` counts the deeds that may have changed what duty judgements read: while it stands still, facts that were
    loaded are the facts there are.
    """

    __tablename__ = "ledger_head"

    id: Mapped[int] = mapped_column(primary_key=True)
    size: Mapped[int]
    digest: Mapped[str]
    changes: Mapped[int] = mapped_column(default=0)


class LedgerEntry(Base):
    """One deed. Never updated, never deleted: the database refuses both.

    `digest` covers the entry's content with its salt and the digest before it, so that a change shows.
    """

    __tablename__ = "ledger_entry"
    __table_args__ = (
        Index(None, "subject_type", "subject_id"),
        Index(None, "event"),
        Index(None, "recorded_at"),
        Index(None, "actor_account_id"),
    )

    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    recorded_at: Mapped[datetime]
    actor_account_id: Mapped[int | None]
    actor_label: Mapped[str]
    event: Mapped[str]
    subject_type: Mapped[str]
    subject_id: Mapped[str]
    unit_id: Mapped[int | None]
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    reason: Mapped[str]
    salt: Mapped[str]
    digest: Mapped[str]
