"""What a specification demands beside its cells; parallel forms, and the sitting a make-up sitting is held for."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.append_only import guard, release

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
ONLY_ADDED = ("exam_assembly", "exam_form")


def upgrade() -> None:
    op.add_column("exam_specification_version", sa.Column("demands", JSON, nullable=False, server_default="{}"))
    _refer("exam_sitting", "repeats_id", "exam_sitting")
    op.create_table(
        "exam_assembly",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("specification_version_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("objective", sa.Double(), nullable=False),
        sa.Column("bound", sa.Double(), nullable=False),
        sa.Column("gap", sa.Double(), nullable=False),
        sa.Column("differences", JSON, nullable=False),
        sa.Column("beside", JSON, nullable=False),
        sa.Column("assumed", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["sitting_id"], ["exam_sitting.id"], name=op.f("fk_exam_assembly_sitting_id")),
        sa.ForeignKeyConstraint(
            ["specification_version_id"],
            ["exam_specification_version.id"],
            name=op.f("fk_exam_assembly_specification_version_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_assembly")),
        sa.UniqueConstraint("sitting_id", "number", name=op.f("uq_exam_assembly_sitting_id_number")),
    )
    op.create_table(
        "exam_form",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assembly_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("places", JSON, nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("expected_score", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["assembly_id"], ["exam_assembly.id"], name=op.f("fk_exam_form_assembly_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_form")),
        sa.UniqueConstraint("assembly_id", "number", name=op.f("uq_exam_form_assembly_id_number")),
    )
    _refer("exam_paper", "form_id", "exam_form")
    guard(ONLY_ADDED)


def _refer(table: str, column: str, target: str) -> None:
    """A column that may name a row of a table; said in SQL, since SQLite takes a reference only with its column."""
    op.execute(
        f"ALTER TABLE {table} ADD COLUMN {column} INTEGER CONSTRAINT fk_{table}_{column} REFERENCES {target} (id)"
    )


def downgrade() -> None:
    release(ONLY_ADDED)
    for table, column in (("exam_paper", "form_id"), ("exam_sitting", "repeats_id")):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    for table in ("exam_form", "exam_assembly"):
        op.drop_table(table)
    op.drop_column("exam_specification_version", "demands")
