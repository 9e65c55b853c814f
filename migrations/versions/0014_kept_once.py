"""Facts that several decisions rest on are kept once; the ledger's head counts the deeds that may change facts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

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
    op.execute(
        "INSERT INTO fact_set (digest, content, fact_ids) SELECT facts_digest, facts, fact_ids FROM decision_record d"
        " WHERE d.id = (SELECT min(o.id) FROM decision_record o WHERE o.facts_digest = d.facts_digest)"
    )
    op.execute(
        "INSERT INTO fact_set_record (fact_id, digest) SELECT DISTINCT f.fact_id, d.facts_digest"
        " FROM decision_fact f JOIN decision_record d ON d.id = f.decision_id"
    )
    op.drop_table("decision_fact")
    op.create_index(op.f("ix_decision_record_facts_digest"), "decision_record", ["facts_digest"], unique=False)
    for column in ("facts", "fact_ids"):
        op.execute(f"ALTER TABLE decision_record DROP COLUMN {column}")
    _protect()


def _protect() -> None:
    for table in ONLY_ADDED:
        if op.get_bind().dialect.name == "sqlite":
            for deed in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
        else:
            op.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
            )
