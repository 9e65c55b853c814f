"""What was recorded or superseded since a moment is found without reading whole tables: the sweep asks for it often."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

DATED_TWICE = (
    "agency_power", "appointment", "certificate_review", "certificate_state", "designation",
    "employment", "entrustment", "establishment", "exam_result", "person_profile", "posting", "qualification",
    "relation", "sanction", "separation", "training_attendance", "training_task_done", "unit_area", "unit_standing",
)  # fmt: skip


def upgrade() -> None:
    for table in DATED_TWICE:
        for column in ("recorded_at", "superseded_at"):
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)
    op.create_index(op.f("ix_certificate_recorded_at"), "certificate", ["recorded_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_certificate_recorded_at"), table_name="certificate")
    for table in DATED_TWICE:
        for column in ("superseded_at", "recorded_at"):
            op.drop_index(op.f(f"ix_{table}_{column}"), table_name=table)
