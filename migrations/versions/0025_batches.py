"""Batches: certificates issued in one act, whose sealing is watched together."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import guard, release

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

ONLY_ADDED = ("issue_batch", "issue_batch_certificate")


def upgrade() -> None:
    op.create_table(
        "issue_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue_batch")),
    )
    op.create_table(
        "issue_batch_certificate",
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("certificate_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["issue_batch.id"], name=op.f("fk_issue_batch_certificate_batch_id")),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_issue_batch_certificate_certificate_id")
        ),
        sa.PrimaryKeyConstraint("batch_id", "certificate_id", name=op.f("pk_issue_batch_certificate")),
    )
    op.create_index(
        op.f("ix_issue_batch_certificate_certificate_id"), "issue_batch_certificate", ["certificate_id"], unique=False
    )
    guard(ONLY_ADDED)


def downgrade() -> None:
    release(ONLY_ADDED)
    op.drop_index(op.f("ix_issue_batch_certificate_certificate_id"), table_name="issue_batch_certificate")
    for table in ("issue_batch_certificate", "issue_batch"):
        op.drop_table(table)
