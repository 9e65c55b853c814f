"""What only some questions have; editions of statutes, their articles, and the questions put under review by them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.append_only import guard, release

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)
ONLY_ADDED = ("bank_statute_article",)
IN_FORCE = sa.text("adopted_at IS NOT NULL AND withdrawn_at IS NULL")


def upgrade() -> None:
    op.add_column("bank_item_version", sa.Column("further", JSON, nullable=False, server_default="{}"))
    op.create_table(
        "bank_statute",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("law", sa.String(), nullable=False),
        sa.Column("edition", sa.String(), nullable=False),
        sa.Column("follows", sa.String(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("adopted_at", MOMENT, nullable=True),
        sa.Column("adopted_by", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("dropped_at", MOMENT, nullable=True),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(), nullable=False),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from",
            name=op.f("ck_bank_statute_days_in_order"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_statute")),
    )
    op.create_index(
        "uq_bank_statute_in_force",
        "bank_statute",
        ["law", "edition"],
        unique=True,
        sqlite_where=IN_FORCE,
        postgresql_where=IN_FORCE,
    )
    op.create_table(
        "bank_statute_article",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("statute_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("chapter", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("paragraphs", JSON, nullable=False),
        sa.ForeignKeyConstraint(["statute_id"], ["bank_statute.id"], name=op.f("fk_bank_statute_article_statute_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_statute_article")),
        sa.UniqueConstraint("statute_id", "number", name=op.f("uq_bank_statute_article_statute_id_number")),
        sa.UniqueConstraint("statute_id", "position", name=op.f("uq_bank_statute_article_statute_id_position")),
    )
    op.create_table(
        "bank_statute_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("statute_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("effect", sa.String(), nullable=False),
        sa.Column("article", sa.String(), nullable=False),
        sa.Column("became", sa.String(), nullable=True),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("undone_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["statute_id"], ["bank_statute.id"], name=op.f("fk_bank_statute_review_statute_id")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["bank_item_version.id"], name=op.f("fk_bank_statute_review_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_statute_review")),
        sa.UniqueConstraint("statute_id", "version_id", name=op.f("uq_bank_statute_review_statute_id_version_id")),
    )
    op.create_index(op.f("ix_bank_statute_review_version_id"), "bank_statute_review", ["version_id"], unique=False)
    guard(ONLY_ADDED)


def downgrade() -> None:
    release(ONLY_ADDED)
    for table in ("bank_statute_review", "bank_statute_article", "bank_statute"):
        op.drop_table(table)
    op.drop_column("bank_item_version", "further")
