"""Tables of the ledger and of the tree over it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Base


class LedgerHead(Base):
    """One row: how many entries there are; its lock makes the sequence dense.

    `changes` counts the deeds that may have changed what duty judgements read: while it stands still, facts that were
    loaded are the facts there are.
    """

    __tablename__ = "ledger_head"

    id: Mapped[int] = mapped_column(primary_key=True)
    size: Mapped[int]
    changes: Mapped[int] = mapped_column(default=0)


class LedgerEntry(Base):
    """One deed. Never updated, never deleted: the database refuses both.

    `leaf` covers the entry's content with its salt (hexadecimal) and is leaf `sequence - 1` of the tree.
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
    leaf: Mapped[bytes]


class LedgerNode(Base):
    """The root of a complete part of the tree: `level` from 1, covering leaves from `place`·2^level. Only added."""

    __tablename__ = "ledger_node"

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hash: Mapped[bytes]


class LedgerCheckpoint(Base):
    """A signed statement of size and root, as it was published. Only ever added.

    `key` is the line of the public key that signed `note`.
    """

    __tablename__ = "ledger_checkpoint"
    __table_args__ = (UniqueConstraint("size", "origin"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    origin: Mapped[str]
    size: Mapped[int]
    root: Mapped[bytes]
    note: Mapped[str]
    key: Mapped[str]
    made_at: Mapped[datetime]


class LedgerStamp(Base):
    """An RFC 3161 time-stamp token (DER) over the bytes of a checkpoint's note. Only ever added."""

    __tablename__ = "ledger_stamp"
    __table_args__ = (UniqueConstraint("checkpoint_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    checkpoint_id: Mapped[int] = mapped_column(ForeignKey("ledger_checkpoint.id"))
    token: Mapped[bytes]
    stamped_at: Mapped[datetime] = mapped_column(index=True)
