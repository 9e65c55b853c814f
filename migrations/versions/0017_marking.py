"""Answers that people mark, and the marks they give."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.append_only import guard, release

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)
ONLY_ADDED = ("exam_marking",)


def upgrade() -> None:
    op.create_table(
        "exam_marking_task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("ref", sa.Integer(), nullable=False),
        sa.Column("marks", sa.Integer(), nullable=False),
        sa.Column("needed", sa.Integer(), nullable=False),
        sa.Column("given", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.Column("awarded", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["sitting_id"], ["exam_sitting.id"], name=op.f("fk_exam_marking_task_sitting_id")),
        sa.ForeignKeyConstraint(["attempt_id"], ["exam_attempt.id"], name=op.f("fk_exam_marking_task_attempt_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_exam_marking_task_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_marking_task")),
        sa.UniqueConstraint(
            "attempt_id", "position", "part", name=op.f("uq_exam_marking_task_attempt_id_position_part")
        ),
    )
    op.create_index(op.f("ix_exam_marking_task_sitting_id_ref"), "exam_marking_task", ["sitting_id", "ref"])
    op.create_table(
        "exam_marking",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("marker", sa.String(), nullable=False),
        sa.Column("marks", sa.Integer(), nullable=False),
        sa.Column("met", JSON, nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("supersedes", sa.Integer(), nullable=True),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["exam_marking_task.id"], name=op.f("fk_exam_marking_task_id")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_exam_marking_account_id")),
        sa.ForeignKeyConstraint(["supersedes"], ["exam_marking.id"], name=op.f("fk_exam_marking_supersedes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_marking")),
        sa.UniqueConstraint("supersedes", name=op.f("uq_exam_marking_supersedes")),
    )
    op.create_index(op.f("ix_exam_marking_task_id"), "exam_marking", ["task_id"])
    op.create_index(op.f("ix_exam_marking_account_id"), "exam_marking", ["account_id"])
    guard(ONLY_ADDED)


def downgrade() -> None:
    release(ONLY_ADDED)
    op.drop_table("exam_marking")
    op.drop_table("exam_marking_task")
