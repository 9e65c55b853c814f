"""Designations, entrustments, relations, appointments, certificate reviews, and the day of a first legal review."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
DUTY = ("relation", "appointment", "designation", "entrustment")


def _fact(table: str, columns: Sequence[sa.Column[Any]], references: dict[str, str]) -> None:
    """A table of facts: its own columns, both times, and its references with an index each."""
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        *columns,
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))
            for column, target in references.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    for column in references:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)


def upgrade() -> None:
    op.add_column("person_profile", sa.Column("first_review_on", sa.Date(), nullable=True))
    _fact(
        "relation",
        [
            sa.Column("person_id", sa.Integer(), nullable=False),
            sa.Column("party", sa.String(), nullable=False),
            sa.Column("kind", sa.String(), nullable=False),
        ],
        {"person_id": "person.id"},
    )
    _fact(
        "appointment",
        [
            sa.Column("person_id", sa.Integer(), nullable=False),
            sa.Column("role", sa.String(), nullable=False),
            sa.Column("card_number", sa.String(), nullable=False),
            sa.Column("supervisor_group", sa.String(), nullable=False),
        ],
        {"person_id": "person.id"},
    )
    _fact(
        "designation",
        [
            sa.Column("unit_id", sa.Integer(), nullable=False),
            sa.Column("area_code", sa.String(), nullable=False),
            sa.Column("item_code", sa.String(), nullable=True),
            sa.Column("order_number", sa.String(), nullable=False),
        ],
        {"unit_id": "unit.id", "area_code": "area.code"},
    )
    _fact(
        "entrustment",
        [
            sa.Column("unit_id", sa.Integer(), nullable=False),
            sa.Column("body_id", sa.Integer(), nullable=False),
            sa.Column("items", JSON, nullable=True),
            sa.Column("published_on", sa.Date(), nullable=True),
            sa.Column("by_entrusted", sa.Boolean(), nullable=False),
            sa.Column("document_number", sa.String(), nullable=False),
        ],
        {"unit_id": "unit.id", "body_id": "unit.id"},
    )
    op.create_table(
        "certificate_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("certificate_id", sa.Integer(), nullable=False),
        sa.Column("reviewed_on", sa.Date(), nullable=False),
        sa.Column("reviewed_by", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("superseded_by", sa.String(), nullable=False),
        sa.Column("superseded_why", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_certificate_review_certificate_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_review")),
    )
    op.create_index(
        op.f("ix_certificate_review_certificate_id"), "certificate_review", ["certificate_id"], unique=False
    )


def downgrade() -> None:
    for table in ("certificate_review", *reversed(DUTY)):
        op.drop_table(table)
    op.drop_column("person_profile", "first_review_on")
