"""The bank room."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "bank_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("paper", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("latest", sa.Integer(), nullable=False),
        sa.Column("in_use", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("in_use IS NULL OR in_use <= latest", name=op.f("ck_bank_item_in_use_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_item")),
        sa.UniqueConstraint("code", name=op.f("uq_bank_item_code")),
    )
    op.create_index(op.f("ix_bank_item_paper_status"), "bank_item", ["paper", "status"], unique=False)

    op.create_table(
        "bank_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("paper", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("submit", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("owner_account_id", sa.Integer(), nullable=True),
        sa.Column("owner_label", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["owner_account_id"], ["account.id"], name=op.f("fk_bank_import_owner_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_import")),
        sa.UniqueConstraint("token", name=op.f("uq_bank_import_token")),
    )
    op.create_index(op.f("ix_bank_import_owner_account_id"), "bank_import", ["owner_account_id"], unique=False)

    op.create_table(
        "bank_item_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("stem", sa.String(), nullable=False),
        sa.Column("options", JSON, nullable=False),
        sa.Column("key", JSON, nullable=False),
        sa.Column("anchored", JSON, nullable=False),
        sa.Column("explanation", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("law", sa.String(), nullable=True),
        sa.Column("edition", sa.String(), nullable=True),
        sa.Column("article", sa.String(), nullable=True),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("difficulty", sa.Double(), nullable=True),
        sa.Column("tags", JSON, nullable=False),
        sa.Column("overlay", sa.String(), nullable=True),
        sa.Column("source_fact", sa.String(), nullable=True),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("author_account_id", sa.Integer(), nullable=True),
        sa.Column("author_label", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_account_id"], ["account.id"], name=op.f("fk_bank_item_version_author_account_id")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["bank_item.id"], name=op.f("fk_bank_item_version_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_item_version")),
        sa.UniqueConstraint("item_id", "number", name=op.f("uq_bank_item_version_item_id_number")),
    )
    op.create_index(op.f("ix_bank_item_version_fingerprint"), "bank_item_version", ["fingerprint"], unique=False)
    op.create_index(op.f("ix_bank_item_version_law"), "bank_item_version", ["law"], unique=False)
    op.create_index(op.f("ix_bank_item_version_topic"), "bank_item_version", ["topic"], unique=False)

    op.create_table(
        "bank_import_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("sheet", sa.String(), nullable=True),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.Column("item", sa.String(), nullable=True),
        sa.Column("item_code", sa.String(), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("zh", sa.String(), nullable=False),
        sa.Column("en", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["bank_import.id"], name=op.f("fk_bank_import_row_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_import_row")),
        sa.UniqueConstraint("import_id", "position", name=op.f("uq_bank_import_row_import_id_position")),
    )
    op.create_index(
        op.f("ix_bank_import_row_import_id_outcome"), "bank_import_row", ["import_id", "outcome"], unique=False
    )

    op.create_table(
        "bank_item_status",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("rejected", sa.Boolean(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_bank_item_status_account_id")),
        sa.ForeignKeyConstraint(["version_id"], ["bank_item_version.id"], name=op.f("fk_bank_item_status_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_item_status")),
    )
    op.create_index(op.f("ix_bank_item_status_version_id"), "bank_item_status", ["version_id"], unique=False)


def downgrade() -> None:
    op.drop_table("bank_item_status")
    op.drop_table("bank_import_row")
    op.drop_table("bank_item_version")
    op.drop_table("bank_import")
    op.drop_table("bank_item")
