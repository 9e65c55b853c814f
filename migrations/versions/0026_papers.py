"""Papers beside the certificates, and by which version of its layout a document was drawn."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.append_only import guard, release

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)
ONLY_ADDED = ("paper", "paper_document")


def upgrade() -> None:
    # Whatever was sealed before this was drawn by the first version.
    op.add_column("issued_document", sa.Column("layout", sa.String(), nullable=False, server_default="certificate-1"))
    op.add_column("attestation", sa.Column("layout", sa.String(), nullable=False, server_default="attestation-1"))
    op.create_table(
        "paper",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("check_code", sa.String(), nullable=False),
        sa.Column("layout", sa.String(), nullable=False),
        sa.Column("shown", JSON, nullable=False),
        sa.Column("photo_sha256", sa.String(), nullable=False),
        sa.Column("requested_at", MOMENT, nullable=False),
        sa.Column("requested_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_paper_person_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_paper_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper")),
        sa.UniqueConstraint("kind", "number", name=op.f("uq_paper_kind_number")),
        sa.UniqueConstraint("kind", "subject_id", name=op.f("uq_paper_kind_subject_id")),
    )
    op.create_index(op.f("ix_paper_person_id"), "paper", ["person_id"], unique=False)
    op.create_index(op.f("ix_paper_number"), "paper", ["number"], unique=False)
    op.create_table(
        "paper_document",
        sa.Column("paper_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("sealed_at", MOMENT, nullable=False),
        sa.Column("stamped_at", MOMENT, nullable=True),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("seal_serial", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_paper_document_paper_id")),
        sa.PrimaryKeyConstraint("paper_id", name=op.f("pk_paper_document")),
    )
    op.create_index(op.f("ix_paper_document_sha256"), "paper_document", ["sha256"], unique=False)
    op.create_index(op.f("ix_paper_document_seal_serial"), "paper_document", ["seal_serial"], unique=False)
    guard(ONLY_ADDED)


def downgrade() -> None:
    release(ONLY_ADDED)
    for table in ("paper_document", "paper"):
        op.drop_table(table)
    op.drop_column("attestation", "layout")
    op.drop_column("issued_document", "layout")
