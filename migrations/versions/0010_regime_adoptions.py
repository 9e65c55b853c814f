"""Drafts and adoptions of local rules, the versions decisions rested on, and trial runs of a draft."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.append_only import guard

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)
ONLY_ADDED = ("regime_adoption", "regime_text", "regime_version")


def upgrade() -> None:
    op.create_table(
        "regime_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("regime", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("withdraws_id", sa.Integer(), nullable=True),
        sa.Column("writers", JSON, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("dropped_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regime_draft")),
    )
    op.create_index(op.f("ix_regime_draft_regime"), "regime_draft", ["regime"], unique=False)
    op.create_table(
        "regime_adoption",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("regime", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("withdraws_id", sa.Integer(), nullable=True),
        sa.Column("adopted_at", MOMENT, nullable=False),
        sa.Column("adopted_by", sa.String(), nullable=False),
        sa.Column("adopted_by_account_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("version_before", sa.String(), nullable=False),
        sa.Column("counts", JSON, nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["regime_draft.id"], name=op.f("fk_regime_adoption_draft_id")),
        sa.ForeignKeyConstraint(["withdraws_id"], ["regime_adoption.id"], name=op.f("fk_regime_adoption_withdraws_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regime_adoption")),
        sa.UniqueConstraint("draft_id", name=op.f("uq_regime_adoption_draft_id")),
        sa.UniqueConstraint("regime", "number", name=op.f("uq_regime_adoption_regime_number")),
    )
    op.create_table(
        "regime_text",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("layer", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_regime_text")),
    )
    op.create_table(
        "regime_version",
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("regime", sa.String(), nullable=False),
        sa.Column("layers", JSON, nullable=False),
        sa.Column("kept_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_regime_version")),
    )
    op.create_index(op.f("ix_regime_version_regime"), "regime_version", ["regime"], unique=False)
    _trials()
    guard(ONLY_ADDED)


def _trials() -> None:
    op.create_table(
        "what_if",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("regime", sa.String(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("draft_version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("withdraws_id", sa.Integer(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("present_version", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("cursor", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("tally", JSON, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("fault", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["regime_draft.id"], name=op.f("fk_what_if_draft_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_what_if")),
    )
    op.create_index(op.f("ix_what_if_state"), "what_if", ["state"], unique=False)
    op.create_index(op.f("ix_what_if_draft_id"), "what_if", ["draft_id"], unique=False)
    op.create_table(
        "what_if_change",
        sa.Column("what_if_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("reasons", JSON, nullable=False),
        sa.ForeignKeyConstraint(["what_if_id"], ["what_if.id"], name=op.f("fk_what_if_change_what_if_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_what_if_change_person_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_what_if_change_unit_id")),
        sa.PrimaryKeyConstraint("what_if_id", "person_id", name=op.f("pk_what_if_change")),
    )


def downgrade() -> None:
    for table in ("what_if_change", "what_if", "regime_version", "regime_text", "regime_adoption", "regime_draft"):
        op.drop_table(table)
