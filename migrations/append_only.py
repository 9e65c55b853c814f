"""Triggers by which the database refuses to change or remove rows; the migrations' own, so that they stay as they are."""

from collections.abc import Iterable

from alembic import op


def guard(tables: Iterable[str]) -> None:
    """Make changing or removing a row of these tables raise. PostgreSQL's function was made by 0008."""
    for table in tables:
        if op.get_bind().dialect.name == "sqlite":
            for deed in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
        else:
            op.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
            )


def release(tables: Iterable[str]) -> None:
    """Take the triggers of `guard` away again."""
    for table in tables:
        if op.get_bind().dialect.name == "sqlite":
            for deed in ("update", "delete"):
                op.execute(f"DROP TRIGGER {table}_no_{deed}")
        else:
            op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
