"""What people say to each other about a version of a question."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import guard, release

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ONLY_ADDED = ("bank_item_remark",)


def upgrade() -> None:
    op.create_table(
        "bank_item_remark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["bank_item_version.id"], name=op.f("fk_bank_item_remark_version_id")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_bank_item_remark_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_item_remark")),
    )
    op.create_index(op.f("ix_bank_item_remark_version_id"), "bank_item_remark", ["version_id"], unique=False)
    guard(ONLY_ADDED)


def downgrade() -> None:
    release(ONLY_ADDED)
    op.drop_table("bank_item_remark")
