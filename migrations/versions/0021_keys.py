"""The register of keys, their revocations, published lists, other uses of the seal; attestations asked for."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import guard, release

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
ONLY_ADDED = ("signing_key", "key_revocation", "published_list", "sealed_paper")


def upgrade() -> None:
    op.add_column("issued_document", sa.Column("level", sa.String(), nullable=False, server_default="B-B"))
    op.add_column("issued_document", sa.Column("stamped_at", MOMENT, nullable=True))
    op.create_index(op.f("ix_issued_document_seal_serial"), "issued_document", ["seal_serial"], unique=False)
    op.create_table(
        "signing_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("serial", sa.String(), nullable=False),
        sa.Column("kid", sa.String(), nullable=False),
        sa.Column("certificate", sa.String(), nullable=True),
        sa.Column("public_key", sa.String(), nullable=False),
        sa.Column("valid_from", MOMENT, nullable=False),
        sa.Column("valid_until", MOMENT, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_key")),
        sa.UniqueConstraint("purpose", "serial", name=op.f("uq_signing_key_purpose_serial")),
    )
    op.create_table(
        "key_revocation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=False),
        sa.Column("compromised_since", MOMENT, nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["signing_key.id"], name=op.f("fk_key_revocation_key_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_revocation")),
        sa.UniqueConstraint("key_id", name=op.f("uq_key_revocation_key_id")),
    )
    op.create_table(
        "published_list",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("issued_at", MOMENT, nullable=False),
        sa.Column("next_at", MOMENT, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_list")),
        sa.UniqueConstraint("name", "number", name=op.f("uq_published_list_name_number")),
    )
    op.create_table(
        "sealed_paper",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("sealed_at", MOMENT, nullable=False),
        sa.Column("stamped_at", MOMENT, nullable=True),
        sa.Column("seal_serial", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealed_paper")),
        sa.UniqueConstraint("kind", "number", name=op.f("uq_sealed_paper_kind_number")),
    )
    op.create_index(op.f("ix_sealed_paper_sha256"), "sealed_paper", ["sha256"], unique=False)
    op.create_index(op.f("ix_sealed_paper_seal_serial"), "sealed_paper", ["seal_serial"], unique=False)
    op.execute(
        "INSERT INTO sealed_paper (kind, number, sha256, level, sealed_at, seal_serial) "
        "SELECT 'attestation', number, sha256, 'B-B', issued_at, seal_serial FROM attestation ORDER BY id"
    )
    op.create_table(
        "attestation_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("decision_id", sa.String(), nullable=False),
        sa.Column("case_reference", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("requested_at", MOMENT, nullable=False),
        sa.Column("requested_by", sa.String(), nullable=False),
        sa.Column("requested_by_account_id", sa.Integer(), nullable=True),
        sa.Column("requested_by_name", sa.String(), nullable=False),
        sa.Column("failure", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision_record.id"], name=op.f("fk_attestation_request_decision_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attestation_request")),
        sa.UniqueConstraint("number", name=op.f("uq_attestation_request_number")),
    )
    op.create_index(op.f("ix_attestation_request_decision_id"), "attestation_request", ["decision_id"], unique=False)
    guard(ONLY_ADDED)


def downgrade() -> None:
    release(ONLY_ADDED)
    for table in ("attestation_request", "sealed_paper", "published_list", "key_revocation", "signing_key"):
        op.drop_table(table)
    op.drop_index(op.f("ix_issued_document_seal_serial"), "issued_document")
    op.drop_column("issued_document", "stamped_at")
    op.drop_column("issued_document", "level")
