"""The eligibility room."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "decision_record",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_by_name", sa.String(), nullable=False),
        sa.Column("asked_by_account_id", sa.Integer(), nullable=True),
        sa.Column("question", JSON, nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("item", sa.String(), nullable=True),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("facts_digest", sa.String(), nullable=False),
        sa.Column("fact_ids", JSON, nullable=False),
        sa.Column("regime", sa.String(), nullable=False),
        sa.Column("regime_version", sa.String(), nullable=False),
        sa.Column("rule_versions", JSON, nullable=False),
        sa.Column("answer", JSON, nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_decision_record_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_record")),
    )
    op.create_index(op.f("ix_decision_record_asked_at"), "decision_record", ["asked_at"], unique=False)
    op.create_index(
        op.f("ix_decision_record_asked_by_account_id"), "decision_record", ["asked_by_account_id"], unique=False
    )
    op.create_index(op.f("ix_decision_record_unit_id"), "decision_record", ["unit_id"], unique=False)

    op.create_table(
        "decision_person",
        sa.Column("decision_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["decision_id"], ["decision_record.id"], name=op.f("fk_decision_person_decision_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_decision_person_person_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_decision_person_unit_id")),
        sa.PrimaryKeyConstraint("decision_id", "position", name=op.f("pk_decision_person")),
    )
    op.create_index(op.f("ix_decision_person_person_id"), "decision_person", ["person_id"], unique=False)
    op.create_index(op.f("ix_decision_person_unit_id"), "decision_person", ["unit_id"], unique=False)


def downgrade() -> None:
    op.drop_table("decision_person")
    op.drop_table("decision_record")
