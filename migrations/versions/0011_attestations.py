"""Which decisions rest on which records, decisions that set a denial aside, and attestations for case files."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.append_only import guard

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)
ONLY_ADDED = ("decision_fact", "decision_override", "attestation")
BESIDE = {"entry": "employment", "roster": "profile", "legal-qualification": "profile", "dispatch": "posting"}
TOGETHER = 200


def upgrade() -> None:
    fact = op.create_table(
        "decision_fact",
        sa.Column("fact_id", sa.String(), nullable=False),
        sa.Column("decision_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decision_record.id"], name=op.f("fk_decision_fact_decision_id")),
        sa.PrimaryKeyConstraint("fact_id", "decision_id", name=op.f("pk_decision_fact")),
    )
    op.create_table(
        "decision_override",
        sa.Column("decision_id", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("overridden_id", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("approved_at", MOMENT, nullable=False),
        sa.Column("approved_by", sa.String(), nullable=False),
        sa.Column("approved_by_account_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["decision_id"], ["decision_record.id"], name=op.f("fk_decision_override_decision_id")),
        sa.ForeignKeyConstraint(
            ["overridden_id"], ["decision_record.id"], name=op.f("fk_decision_override_overridden_id")
        ),
        sa.PrimaryKeyConstraint("decision_id", "rule", name=op.f("pk_decision_override")),
    )
    op.create_index(op.f("ix_decision_override_overridden_id"), "decision_override", ["overridden_id"], unique=False)
    op.create_table(
        "attestation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("decision_id", sa.String(), nullable=False),
        sa.Column("case_reference", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("seal_serial", sa.String(), nullable=False),
        sa.Column("issued_at", MOMENT, nullable=False),
        sa.Column("issued_by", sa.String(), nullable=False),
        sa.Column("issued_by_name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decision_record.id"], name=op.f("fk_attestation_decision_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attestation")),
        sa.UniqueConstraint("number", name=op.f("uq_attestation_number")),
    )
    op.create_index(op.f("ix_attestation_decision_id"), "attestation", ["decision_id"], unique=False)
    op.create_index(op.f("ix_attestation_sha256"), "attestation", ["sha256"], unique=False)
    _fill(fact)
    guard(ONLY_ADDED)


def _fill(fact: sa.Table) -> None:
    """The records that each decision so far rested on, from the list it keeps."""
    decisions = sa.table("decision_record", sa.column("id", sa.String()), sa.column("fact_ids", JSON))
    after = ""
    while True:
        statement = sa.select(decisions).where(decisions.c.id > after).order_by(decisions.c.id).limit(TOGETHER)
        rows = op.get_bind().execute(statement).all()
        if not rows:
            return
        after = rows[-1].id
        found = [
            {"fact_id": name, "decision_id": row.id}
            for row in rows
            for name in sorted({name for one in row.fact_ids for name in _records(one)})
        ]
        if found:
            op.bulk_insert(fact, found)


def _records(fact_id: str) -> Iterator[str]:
    """The rows of the registry and its like that a fact is made of."""
    for part in fact_id.split("/"):
        kind, colon, numbers = part.partition(":")
        if colon:
            for number in numbers.split("."):
                yield f"{BESIDE.get(kind, kind)}:{number}"


def downgrade() -> None:
    for table in reversed(ONLY_ADDED):
        op.drop_table(table)
