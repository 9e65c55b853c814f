"""A backup that either engine can write and either can read: one zip, a table a member, a row a line.

Members hold JSON lines; bytes are base64 under {"$b": …}, moments ISO 8601 in UTC. `manifest.json` comes last and names
the migration, and each member's rows and SHA-256, so a cut-off or altered file is refused before anything is written.
"""

import base64
import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Connection, Engine, Table, bindparam, func, insert, inspect, select, text, update
from sqlalchemy.orm import Session

from app.core.database import Base, reading_only
from app.core.errors import N_, Invalid, Refused

FORMAT = "chizheng-backup/1"
BATCH = 500
VERSION_TABLE = "alembic_version"
DAMAGE = (KeyError, TypeError, ValueError, OSError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError)


def write_backup(engine: Engine, path: Path, now: datetime) -> dict[str, int]:
    """Write every table as of one moment; returns rows per table. The file appears whole or not at all, mode 0600.

    Raises Invalid `backup-place` when the file cannot be written, Refused `backup-incomplete` when the database holds a
    table that this version of the site does not know.
    """
    partial = path.with_name(path.name + ".partial")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            tables = _write(engine, file, now)
        partial.replace(path)
    except OSError as error:
        raise Invalid(
            "backup-place", N_("The backup cannot be written to %(path)s: %(why)s"), path=str(path), why=error.strerror
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    return tables


def _write(engine: Engine, file: Any, now: datetime) -> dict[str, int]:  # noqa: ANN401 - a binary file
    with reading_only(), _snapshot(engine) as connection, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        _check_complete(connection)
        tables = {table.name: _write_table(connection, table, archive) for table in Base.metadata.sorted_tables}
        revision = _revision(connection)
        manifest = {"format": FORMAT, "written_at": now.isoformat(), "revision": revision, "tables": tables}
        archive.writestr("manifest.json", json.dumps(manifest, indent=1))
    return {name: entry["rows"] for name, entry in tables.items()}


def _snapshot(engine: Engine) -> Connection:
    """A connection whose transaction sees one moment: SQLite's always do, PostgreSQL's when asked."""
    connection = engine.connect()
    if engine.dialect.name == "postgresql":
        connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return connection


def _check_complete(connection: Connection) -> None:
    unknown = set(inspect(connection).get_table_names()) - set(Base.metadata.tables) - {VERSION_TABLE}
    if unknown:
        raise Refused(
            "backup-incomplete",
            N_("The database holds tables that this version does not know: %(tables)s. No backup was written."),
            tables=", ".join(sorted(unknown)),
        )


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _write_table(connection: Connection, table: Table, archive: zipfile.ZipFile) -> dict[str, Any]:
    digest, rows = hashlib.sha256(), 0
    statement = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=BATCH)
    with archive.open(f"{table.name}.jsonl", "w", force_zip64=True) as member:
        for row in connection.execute(statement):
            line = json.dumps([_out(value) for value in row], ensure_ascii=False).encode() + b"\n"
            member.write(line)
            digest.update(line)
            rows += 1
    return {"rows": rows, "sha256": digest.hexdigest(), "columns": [column.name for column in table.columns]}


def _out(value: Any) -> Any:  # noqa: ANN401
    match value:
        case bytes():
            return {"$b": base64.b64encode(value).decode()}
        case datetime():
            return {"$t": value.astimezone(UTC).isoformat()}
        case date():
            return {"$d": value.isoformat()}
        case Decimal():
            return {"$n": str(value)}
        case dict():
            return {"$j": value}
    return value


READERS: dict[str, Callable[[Any], Any]] = {
    "$b": base64.b64decode,
    "$t": datetime.fromisoformat,
    "$d": date.fromisoformat,
    "$n": Decimal,
    "$j": dict,
}


def _in(value: Any) -> Any:  # noqa: ANN401
    if not isinstance(value, dict):
        return value
    ((kind, held),) = value.items()
    return READERS[kind](held)


def restore_backup(engine: Engine, path: Path, look: Callable[[Session], None] | None = None) -> dict[str, int]:
    """Read a backup into a migrated, empty database, in one transaction; returns rows per table.

    `look` sees what was read before it is kept; what it raises undoes everything. Raises Invalid when the file is not a
    whole backup of this version, Refused when the database is not empty.
    """
    try:
        archive = zipfile.ZipFile(path)
        manifest = json.loads(archive.read("manifest.json"))
        found = (manifest["format"], manifest["revision"], dict(manifest["tables"]))
    except DAMAGE as error:
        raise Invalid(
            "backup-unreadable", N_("This is not a whole backup of Chizheng; nothing was restored.")
        ) from error
    with archive, engine.begin() as connection:
        _check(connection, archive, *found)
        for table in Base.metadata.sorted_tables:
            _read_table(connection, table, archive, found[2][table.name]["columns"])
        _restart_sequences(connection)
        if look is not None:
            with Session(connection) as session:
                look(session)
    return {name: entry["rows"] for name, entry in found[2].items()}


def _check(
    connection: Connection, archive: zipfile.ZipFile, written_as: str, revision: str | None, tables: dict[str, Any]
) -> None:
    if written_as != FORMAT or revision != _revision(connection) or set(tables) != set(Base.metadata.tables):
        raise Invalid(
            "backup-other-version", N_("This backup was written by another version of the site; nothing was restored.")
        )
    for table in Base.metadata.sorted_tables:
        entry = tables[table.name]
        if _digest(archive, table.name) != entry.get("sha256") or set(entry["columns"]) != set(table.columns.keys()):
            raise Invalid(
                "backup-damaged",
                N_("The backup is damaged at table %(table)s; nothing was restored."),
                table=table.name,
            )
        if connection.scalar(select(func.count()).select_from(table)):
            raise Refused("database-not-empty", N_("The database already holds data; restore into an empty one."))


def _digest(archive: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    try:
        with archive.open(f"{name}.jsonl") as member:
            while block := member.read(1 << 20):
                digest.update(block)
    except DAMAGE:
        return ""
    return digest.hexdigest()


def _read_table(connection: Connection, table: Table, archive: zipfile.ZipFile, columns: list[str]) -> None:
    """Insert the rows; what points within the table is filled in once every row it may point at is there."""
    inward = _inward(table)
    later: list[dict[str, Any]] = []
    for batch in _batches(archive, table.name):
        rows = [dict(zip(columns, map(_in, values), strict=True)) for values in batch]
        later += [_pointing(row, table, inward) for row in rows if any(row[c.name] is not None for c in inward)]
        connection.execute(insert(table), [row | {c.name: None for c in inward} for row in rows])
    if later:
        key = [column == bindparam(f"key_{column.name}") for column in table.primary_key.columns]
        pointed: dict[str, Any] = {column.name: bindparam(f"to_{column.name}") for column in inward}
        connection.execute(update(table).where(*key).values(pointed), later)


def _inward(table: Table) -> list[Column[Any]]:
    return [c for c in table.columns if c.nullable and any(key.column.table is table for key in c.foreign_keys)]


def _pointing(row: dict[str, Any], table: Table, inward: list[Column[Any]]) -> dict[str, Any]:
    key = {f"key_{column.name}": row[column.name] for column in table.primary_key.columns}
    return key | {f"to_{column.name}": row[column.name] for column in inward}


def _batches(archive: zipfile.ZipFile, name: str) -> Iterator[list[list[Any]]]:
    batch: list[list[Any]] = []
    with archive.open(f"{name}.jsonl") as member:
        for line in member:
            batch.append(json.loads(line))
            if len(batch) == BATCH:
                yield batch
                batch = []
    if batch:
        yield batch


def _restart_sequences(connection: Connection) -> None:
    """Let PostgreSQL's counters go on after the highest restored key; SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in Base.metadata.sorted_tables:
        for column in table.primary_key.columns:
            named = {"t": connection.dialect.identifier_preparer.quote(table.name), "c": column.name}
            sequence = connection.scalar(text("SELECT pg_get_serial_sequence(:t, :c)"), named)
            if sequence:
                highest = connection.scalar(select(func.max(column))) or 0
                counted = {"s": sequence, "v": max(highest, 1), "called": highest > 0}
                connection.execute(text("SELECT setval(:s, :v, :called)"), counted)
