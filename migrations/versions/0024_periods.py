"""Periods of certificates as rows, applications decided by another hand, decrees, and bars after a revocation."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)
ISSUED = """
INSERT INTO certificate_period (certificate_id, cause, method, valid_from, valid_to, evidence, decided_by, recorded_at,
  recorded_by)
SELECT id, kind, 'COMPLETION', valid_from, valid_to, '{}', recorded_by, recorded_at, recorded_by FROM certificate
ORDER BY id
"""


def upgrade() -> None:
    with op.batch_alter_table("certificate_state") as batch:
        batch.add_column(sa.Column("barred_until", sa.Date(), nullable=True))
    _decrees()
    _periods()
    _applications()
    op.execute(ISSUED)


def _decrees() -> None:
    op.create_table(
        "certificate_decree",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("legal_basis", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("regime", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("ends_from", sa.Date(), nullable=False),
        sa.Column("ends_to", sa.Date(), nullable=False),
        sa.Column("extend_to", sa.Date(), nullable=False),
        sa.Column("reverses_id", sa.Integer(), nullable=True),
        sa.Column("preview", JSON, nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("proposer_id", sa.Integer(), nullable=True),
        sa.Column("approved_at", MOMENT, nullable=True),
        sa.Column("approved_by", sa.String(), nullable=False),
        sa.Column("approver_id", sa.Integer(), nullable=True),
        sa.Column("dropped_at", MOMENT, nullable=True),
        sa.Column("dropped_by", sa.String(), nullable=False),
        sa.Column("result", JSON, nullable=False),
        *_refers("certificate_decree", unit_id="unit", reverses_id="certificate_decree"),
        *_refers("certificate_decree", proposer_id="account", approver_id="account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_decree")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_certificate_decree_reverses_id")),
    )
    _indexed("certificate_decree", ["unit_id"])


def _periods() -> None:
    op.create_table(
        "certificate_period",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("certificate_id", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("minimum_months", sa.Integer(), nullable=True),
        sa.Column("window_start", sa.Date(), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("window_end", sa.Date(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("temporary_to", sa.Date(), nullable=True),
        sa.Column("decree_id", sa.Integer(), nullable=True),
        sa.Column("evidence", JSON, nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("superseded_at", MOMENT, nullable=True),
        *_refers("certificate_period", certificate_id="certificate", decree_id="certificate_decree"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_period")),
    )
    _indexed("certificate_period", ["certificate_id", "id"], ["decree_id"], ["recorded_at"], ["superseded_at"])


def _applications() -> None:
    op.create_table(
        "certificate_application",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("certificate_id", sa.Integer(), nullable=True),
        sa.Column("sitting_id", sa.Integer(), nullable=True),
        sa.Column("wishes", JSON, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("legal_basis", sa.String(), nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("proposer_id", sa.Integer(), nullable=True),
        sa.Column("checked_at", MOMENT, nullable=True),
        sa.Column("checked_by", sa.String(), nullable=False),
        sa.Column("checker_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decider_id", sa.Integer(), nullable=True),
        sa.Column("decided_why", sa.String(), nullable=False),
        sa.Column("made_id", sa.Integer(), nullable=True),
        *_refers("certificate_application", person_id="person", agency_id="unit", sitting_id="exam_sitting"),
        *_refers("certificate_application", certificate_id="certificate", made_id="certificate"),
        *_refers("certificate_application", proposer_id="account", checker_id="account", decider_id="account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_application")),
    )
    _indexed(
        "certificate_application", ["person_id"], ["agency_id", "outcome"], ["certificate_id"], ["sitting_id"]
    )  # fmt: skip


def _refers(table: str, **targets: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, target in targets.items()
    ]


def _indexed(table: str, *indexes: list[str]) -> None:
    for columns in indexes:
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns, unique=False)


def downgrade() -> None:
    for table in ("certificate_application", "certificate_period", "certificate_decree"):
        op.drop_table(table)
    with op.batch_alter_table("certificate_state") as batch:
        batch.drop_column("barred_until")
