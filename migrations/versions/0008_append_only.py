"""What is append-only in words is append-only in the database: changing or removing a row raises."""

from alembic import op

from migrations.append_only import guard, release

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = ("ledger_entry", "exam_answer", "decision_record", "decision_person")


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.execute(
            "CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
        )
    guard(TABLES)


def downgrade() -> None:
    release(TABLES)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION append_only()")
