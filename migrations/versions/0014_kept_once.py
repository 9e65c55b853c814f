"""Facts that several decisions rest on are kept once; the ledger's head counts the deeds that may change facts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.append_only import guard, release

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
ONLY_ADDED = ("fact_set", "fact_set_record")


def upgrade() -> None:
    op.add_column("ledger_head", sa.Column("changes", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "fact_set",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("content", JSON, nullable=False),
        sa.Column("fact_ids", JSON, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_fact_set")),
    )
    op.create_table(
        "fact_set_record",
        sa.Column("fact_id", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["digest"], ["fact_set.digest"], name=op.f("fk_fact_set_record_digest")),
        sa.PrimaryKeyConstraint("fact_id", "digest", name=op.f("pk_fact_set_record")),
    )
    op.create_index(op.f("ix_decision_record_facts_digest"), "decision_record", ["facts_digest"], unique=False)
    op.execute(
        "INSERT INTO fact_set (digest, content, fact_ids) SELECT facts_digest, facts, fact_ids FROM decision_record d"
        " WHERE d.id = (SELECT min(o.id) FROM decision_record o WHERE o.facts_digest = d.facts_digest)"
    )
    op.execute(
        "INSERT INTO fact_set_record (fact_id, digest) SELECT DISTINCT f.fact_id, d.facts_digest"
        " FROM decision_fact f JOIN decision_record d ON d.id = f.decision_id"
    )
    op.drop_table("decision_fact")
    for column in ("facts", "fact_ids"):
        op.execute(f"ALTER TABLE decision_record DROP COLUMN {column}")
    guard(ONLY_ADDED)


def downgrade() -> None:
    """Every decision holds its own facts again."""
    release(("decision_record",))
    for column in ("facts", "fact_ids"):
        op.add_column("decision_record", sa.Column(column, JSON, nullable=False, server_default="[]"))
    op.execute(
        "UPDATE decision_record SET facts = (SELECT content FROM fact_set WHERE digest = facts_digest),"
        " fact_ids = (SELECT fact_set.fact_ids FROM fact_set WHERE digest = facts_digest)"
    )
    op.create_table(
        "decision_fact",
        sa.Column("fact_id", sa.String(), nullable=False),
        sa.Column("decision_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decision_record.id"], name=op.f("fk_decision_fact_decision_id")),
        sa.PrimaryKeyConstraint("fact_id", "decision_id", name=op.f("pk_decision_fact")),
    )
    op.execute(
        "INSERT INTO decision_fact (fact_id, decision_id) SELECT r.fact_id, d.id"
        " FROM fact_set_record r JOIN decision_record d ON d.facts_digest = r.digest"
    )
    op.drop_index(op.f("ix_decision_record_facts_digest"), table_name="decision_record")
    for table in reversed(ONLY_ADDED):
        op.drop_table(table)
    op.drop_column("ledger_head", "changes")
    guard(("decision_record", "decision_fact"))
