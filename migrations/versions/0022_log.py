"""Leaves of the transparency log instead of the chain of digests; kept nodes, checkpoints and time stamps.

Every entry's digest is checked against the one before it for the last time, and its leaf is computed from what it says.
The digests can be computed again from the entries at any time, so nothing is lost: docs/log.md says how.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from certificates.translog.entries import entry_leaf
from migrations.append_only import guard, release

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
MOMENT = sa.DateTime(timezone=True)
ONLY_ADDED = ("ledger_node", "ledger_checkpoint", "ledger_stamp")
ENTRY = sa.table(
    "ledger_entry",
    sa.column("sequence", sa.Integer), sa.column("recorded_at", MOMENT), sa.column("actor_account_id", sa.Integer),
    sa.column("actor_label", sa.String), sa.column("event", sa.String), sa.column("subject_type", sa.String),
    sa.column("subject_id", sa.String), sa.column("unit_id", sa.Integer), sa.column("before", JSON),
    sa.column("after", JSON), sa.column("reason", sa.String), sa.column("salt", sa.String),
    sa.column("digest", sa.String), sa.column("leaf", sa.LargeBinary),
)  # fmt: skip
EMPTY = "0" * 64
AT_ONCE = 1000


def upgrade() -> None:
    release(("ledger_entry",))
    op.add_column("ledger_entry", sa.Column("leaf", sa.LargeBinary(), nullable=True))
    _hash_leaves()
    with op.batch_alter_table("ledger_entry") as batch:
        batch.alter_column("leaf", existing_type=sa.LargeBinary(), nullable=False)
        batch.drop_column("digest")
    op.drop_column("ledger_head", "digest")
    guard(("ledger_entry",))
    op.create_table(
        "ledger_node",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "place", name=op.f("pk_ledger_node")),
    )
    op.create_table(
        "ledger_checkpoint",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_checkpoint")),
        sa.UniqueConstraint("size", "origin", name=op.f("uq_ledger_checkpoint_size_origin")),
    )
    op.create_table(
        "ledger_stamp",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("checkpoint_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("stamped_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["checkpoint_id"], ["ledger_checkpoint.id"], name=op.f("fk_ledger_stamp_checkpoint_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_stamp")),
        sa.UniqueConstraint("checkpoint_id", name=op.f("uq_ledger_stamp_checkpoint_id")),
    )
    op.create_index(op.f("ix_ledger_stamp_stamped_at"), "ledger_stamp", ["stamped_at"], unique=False)
    guard(ONLY_ADDED)


def downgrade() -> None:
    release(ONLY_ADDED)
    for table in ("ledger_stamp", "ledger_checkpoint", "ledger_node"):
        op.drop_table(table)
    release(("ledger_entry",))
    op.add_column("ledger_entry", sa.Column("digest", sa.String(), nullable=True))
    op.add_column("ledger_head", sa.Column("digest", sa.String(), nullable=False, server_default=EMPTY))
    last = _chain_again()
    op.execute(sa.text("UPDATE ledger_head SET digest = :digest").bindparams(digest=last))
    with op.batch_alter_table("ledger_head") as batch:
        batch.alter_column("digest", existing_type=sa.String(), server_default=None)
    with op.batch_alter_table("ledger_entry") as batch:
        batch.alter_column("digest", existing_type=sa.String(), nullable=False)
        batch.drop_column("leaf")
    guard(("ledger_entry",))


def _hash_leaves() -> None:
    previous, place = EMPTY, 0
    for rows in _entries(with_digest=True):
        found = []
        for row in rows:
            place, previous = place + 1, _digest(row, previous)
            if (row["sequence"], row["digest"]) != (place, previous):
                raise RuntimeError(
                    f"ledger entry {place} is not as it was written; restore a sound backup before migrating"
                )
            leaf = entry_leaf(_content(row), bytes.fromhex(row["salt"]))
            found.append({"key": row["sequence"], "value": leaf})
        _set("leaf", found)


def _chain_again() -> str:
    previous = EMPTY
    for rows in _entries():
        found = []
        for row in rows:
            previous = _digest(row, previous)
            found.append({"key": row["sequence"], "value": previous})
        _set("digest", found)
    return previous


def _entries(*, with_digest: bool = False) -> Iterator[list[dict[str, Any]]]:
    """The entries in order, many at once."""
    columns = [one for one in ENTRY.columns if one.name != "leaf" and (with_digest or one.name != "digest")]
    last = 0
    while True:
        query = sa.select(*columns).where(ENTRY.c.sequence > last).order_by(ENTRY.c.sequence).limit(AT_ONCE)
        rows = [dict(row) for row in op.get_bind().execute(query).mappings()]
        if not rows:
            return
        last = rows[-1]["sequence"]
        yield rows


def _set(column: str, rows: list[dict[str, Any]]) -> None:
    statement = sa.update(ENTRY).where(ENTRY.c.sequence == sa.bindparam("key")).values({column: sa.bindparam("value")})
    op.get_bind().execute(statement, rows)


def _moment(row: dict[str, Any]) -> str:
    moment: datetime = row["recorded_at"]
    return (moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)).isoformat()


def _content(row: dict[str, Any]) -> dict[str, Any]:
    """What of an entry is hashed into its leaf."""
    return {
        "sequence": row["sequence"], "recorded_at": _moment(row), "actor_account_id": row["actor_account_id"],
        "actor_label": row["actor_label"], "event": row["event"], "subject_type": row["subject_type"],
        "subject_id": row["subject_id"], "unit_id": row["unit_id"], "before": row["before"], "after": row["after"],
        "reason": row["reason"],
    }  # fmt: skip


def _digest(row: dict[str, Any], previous: str) -> str:
    """The digest of an entry in the chain, as it was before this migration."""
    content = {
        "sequence": row["sequence"], "recorded_at": _moment(row),
        "actor": [row["actor_account_id"], row["actor_label"]], "event": row["event"],
        "subject": [row["subject_type"], row["subject_id"]], "unit": row["unit_id"], "before": row["before"],
        "after": row["after"], "reason": row["reason"], "salt": row["salt"],
    }  # fmt: skip
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{previous}\n{canonical}".encode()).hexdigest()
