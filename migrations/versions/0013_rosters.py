"""Squads and rosters."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "duty_squad",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("template", sa.String(), nullable=True),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("closed_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_duty_squad_unit_id")),
        sa.ForeignKeyConstraint(["place"], ["area.code"], name=op.f("fk_duty_squad_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_squad")),
    )
    op.create_index(op.f("ix_duty_squad_unit_id"), "duty_squad", ["unit_id"], unique=False)

    op.create_table(
        "duty_squad_member",
        sa.Column("squad_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["squad_id"], ["duty_squad.id"], name=op.f("fk_duty_squad_member_squad_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_duty_squad_member_person_id")),
        sa.PrimaryKeyConstraint("squad_id", "person_id", name=op.f("pk_duty_squad_member")),
    )
    op.create_index(op.f("ix_duty_squad_member_person_id"), "duty_squad_member", ["person_id"], unique=False)

    op.create_table(
        "roster",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("series", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("item", sa.String(), nullable=True),
        sa.Column("places", JSON, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("edits", sa.Integer(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("published_at", TIME, nullable=True),
        sa.Column("published_by", sa.String(), nullable=False),
        sa.Column("replaced_at", TIME, nullable=True),
        sa.Column("decision_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_roster_unit_id")),
        sa.ForeignKeyConstraint(["decision_id"], ["decision_record.id"], name=op.f("fk_roster_decision_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster")),
    )
    op.create_index(op.f("ix_roster_series"), "roster", ["series"], unique=False)
    op.create_index(op.f("ix_roster_unit_id_first_day"), "roster", ["unit_id", "first_day"], unique=False)

    op.create_table(
        "roster_shift",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("roster_id", sa.Integer(), nullable=False),
        sa.Column("squad_id", sa.Integer(), nullable=True),
        sa.Column("squad", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("starts_at", TIME, nullable=False),
        sa.Column("ends_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["roster_id"], ["roster.id"], name=op.f("fk_roster_shift_roster_id")),
        sa.ForeignKeyConstraint(["squad_id"], ["duty_squad.id"], name=op.f("fk_roster_shift_squad_id")),
        sa.ForeignKeyConstraint(["place"], ["area.code"], name=op.f("fk_roster_shift_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_shift")),
    )
    op.create_index(
        op.f("ix_roster_shift_roster_id_starts_at"), "roster_shift", ["roster_id", "starts_at"], unique=False
    )
    op.create_index(op.f("ix_roster_shift_starts_at_ends_at"), "roster_shift", ["starts_at", "ends_at"], unique=False)

    op.create_table(
        "roster_shift_person",
        sa.Column("shift_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["shift_id"], ["roster_shift.id"], name=op.f("fk_roster_shift_person_shift_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_roster_shift_person_person_id")),
        sa.PrimaryKeyConstraint("shift_id", "person_id", name=op.f("pk_roster_shift_person")),
    )
    op.create_index(op.f("ix_roster_shift_person_person_id"), "roster_shift_person", ["person_id"], unique=False)


def downgrade() -> None:
    for table in ("roster_shift_person", "roster_shift", "roster", "duty_squad_member", "duty_squad"):
        op.drop_table(table)
