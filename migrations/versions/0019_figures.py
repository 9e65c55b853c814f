"""What sittings tell about their questions, what questions tell over all sittings, and panels that set pass marks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.append_only import guard, release

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)
STANDING = sa.text("superseded_at IS NULL")
ONLY_ADDED = ("exam_item_figures", "exam_pass_mark")


def upgrade() -> None:
    op.create_table(
        "exam_sitting_figures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("figures", JSON, nullable=False),
        sa.Column("copying", JSON, nullable=False),
        sa.Column("failure", sa.String(), nullable=False),
        sa.Column("computed_at", MOMENT, nullable=False),
        sa.Column("superseded_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["sitting_id"], ["exam_sitting.id"], name=op.f("fk_exam_sitting_figures_sitting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_sitting_figures")),
    )
    _standing("exam_sitting_figures", "sitting_id")
    op.create_table(
        "exam_item_figures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("figures_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("met", sa.Integer(), nullable=False),
        sa.Column("sums", JSON, nullable=False),
        sa.Column("flags", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["figures_id"], ["exam_sitting_figures.id"], name=op.f("fk_exam_item_figures_figures_id")
        ),
        sa.ForeignKeyConstraint(["version_id"], ["bank_item_version.id"], name=op.f("fk_exam_item_figures_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_item_figures")),
        sa.UniqueConstraint("figures_id", "version_id", name=op.f("uq_exam_item_figures_figures_id_version_id")),
    )
    op.create_index(op.f("ix_exam_item_figures_version_id"), "exam_item_figures", ["version_id"], unique=False)
    op.create_table(
        "bank_item_figures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("facility", sa.Double(), nullable=True),
        sa.Column("facility_low", sa.Double(), nullable=True),
        sa.Column("facility_high", sa.Double(), nullable=True),
        sa.Column("discrimination", sa.Double(), nullable=True),
        sa.Column("discrimination_low", sa.Double(), nullable=True),
        sa.Column("discrimination_high", sa.Double(), nullable=True),
        sa.Column("sittings", sa.Integer(), nullable=False),
        sa.Column("candidates", sa.Integer(), nullable=False),
        sa.Column("flags", JSON, nullable=False),
        sa.Column("computed_at", MOMENT, nullable=False),
        sa.Column("superseded_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["version_id"], ["bank_item_version.id"], name=op.f("fk_bank_item_figures_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_item_figures")),
    )
    _standing("bank_item_figures", "version_id")
    _panels()
    guard(ONLY_ADDED)


def _standing(table: str, of: str) -> None:
    """At most one row of a thing stands; earlier ones are superseded."""
    op.create_index(
        f"uq_{table}_standing", table, [of], unique=True, sqlite_where=STANDING, postgresql_where=STANDING
    )  # fmt: skip


def _panels() -> None:
    op.create_table(
        "exam_panel",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("specification_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("sitting_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("items", JSON, nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("closed_by", sa.String(), nullable=False),
        sa.Column("result", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["specification_id"], ["exam_specification.id"], name=op.f("fk_exam_panel_specification_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_exam_panel_unit_id")),
        sa.ForeignKeyConstraint(["sitting_id"], ["exam_sitting.id"], name=op.f("fk_exam_panel_sitting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_panel")),
    )
    op.create_index(op.f("ix_exam_panel_specification_id"), "exam_panel", ["specification_id"], unique=False)
    op.create_table(
        "exam_panel_judge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("panel_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["panel_id"], ["exam_panel.id"], name=op.f("fk_exam_panel_judge_panel_id")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_exam_panel_judge_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_panel_judge")),
        sa.UniqueConstraint("panel_id", "account_id", name=op.f("uq_exam_panel_judge_panel_id_account_id")),
    )
    op.create_index(op.f("ix_exam_panel_judge_account_id"), "exam_panel_judge", ["account_id"], unique=False)
    op.create_table(
        "exam_panel_rating",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("panel_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("chance", sa.Double(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("superseded_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["panel_id"], ["exam_panel.id"], name=op.f("fk_exam_panel_rating_panel_id")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_exam_panel_rating_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_panel_rating")),
    )
    op.create_index(op.f("ix_exam_panel_rating_panel_id_round"), "exam_panel_rating", ["panel_id", "round"])
    op.create_table(
        "exam_pass_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("specification_version_id", sa.Integer(), nullable=False),
        sa.Column("chosen", sa.Integer(), nullable=False),
        sa.Column("floor", sa.Integer(), nullable=False),
        sa.Column("evidence", JSON, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["specification_version_id"],
            ["exam_specification_version.id"],
            name=op.f("fk_exam_pass_mark_specification_version_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_pass_mark")),
        sa.UniqueConstraint("specification_version_id", name=op.f("uq_exam_pass_mark_specification_version_id")),
    )


def downgrade() -> None:
    release(ONLY_ADDED)
    for table in (
        "exam_pass_mark", "exam_panel_rating", "exam_panel_judge", "exam_panel", "bank_item_figures",
        "exam_item_figures", "exam_sitting_figures",
    ):  # fmt: skip
        op.drop_table(table)
