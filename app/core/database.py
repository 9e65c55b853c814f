"""The declarative base, column types that hold in both engines, and how transactions begin."""

import contextvars
import fcntl
import json
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CompoundSelect,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Insert,
    MetaData,
    Select,
    Update,
    bindparam,
    event,
    insert,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Session, registry
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.sql.expression import ColumnElement, SelectBase
from sqlalchemy.types import Boolean, TypeDecorator, UserDefinedType

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC; naive values are refused at the door."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; SQLite keeps it without the offset."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Conflict = IntegrityError
"""What the engine raises when two writers enter the same thing at the same instant, or a reference has gone."""

Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
"""A JSON document; None is SQL's null."""


class Base(DeclarativeBase):
    """The base of every table."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={datetime: UtcDateTime, dict[str, Any]: Json, list[Any]: Json},
    )


_reading: contextvars.ContextVar[bool] = contextvars.ContextVar("reading", default=False)


def set_reading(*, only: bool) -> None:
    """Say whether transactions begun from here on only read; a writer takes SQLite's write lock at once."""
    _reading.set(only)


@contextmanager
def reading_only() -> Iterator[None]:
    """Within the block, SQLite transactions begin deferred: they read a snapshot and never wait for writers."""
    token = _reading.set(True)
    try:
        yield
    finally:
        _reading.reset(token)


LOOK_EVERY = 0.0005
WAIT_AT_MOST = 15.0


def _wait_in(queue: int) -> None:
    """Take the lock file; after the longest wait go on without, and let SQLite's own lock decide."""
    end = time.monotonic() + WAIT_AT_MOST
    while time.monotonic() < end:
        try:
            fcntl.flock(queue, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(LOOK_EVERY)
        else:
            return


@contextmanager
def short_read(session: Session) -> Iterator[None]:
    """On SQLite, read within a transaction of its own, so that a writer takes the lock only when its work begins."""
    if session.get_bind().dialect.name != "sqlite":
        yield
        return
    with reading_only():
        yield
        session.rollback()


def prepare_engine(engine: Engine) -> None:
    """Set SQLite up as the house asks: WAL, full flush at commit, foreign keys, real BEGINs; nothing for PostgreSQL.

    The driver's own transaction handling is switched off so that savepoints nest (the sqlite3 module's legacy mode
    commits behind one's back). Writers queue at a lock file and look every half millisecond: SQLite's own waiting
    sleeps up to a tenth of a second while the lock lies free, and stays only as the second line.
    """
    engine.hide_parameters = True  # an error must not carry people's data into a log
    if engine.dialect.name != "sqlite":
        return
    _queue_writers(
        engine, f"{engine.url.database}.writers" if engine.url.database not in {None, "", ":memory:"} else None
    )

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if _reading.get():
            connection.exec_driver_sql("BEGIN")
            return
        if "queue" in connection.info:
            _wait_in(connection.info["queue"])
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _queue_writers(engine: Engine, queue: str | None) -> None:
    @event.listens_for(engine, "connect")
    def _connect(connection: Any, record: ConnectionPoolEntry) -> None:  # noqa: ANN401
        connection.isolation_level = None
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "busy_timeout = 15000"):
            connection.execute(f"PRAGMA {pragma}")
        if queue is not None:
            record.info["queue"] = os.open(queue, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    @event.listens_for(engine, "close")
    def _close(_connection: Any, record: ConnectionPoolEntry) -> None:  # noqa: ANN401
        if "queue" in record.info:
            os.close(record.info.pop("queue"))

    @event.listens_for(engine, "checkin")
    def _checkin(_connection: Any, record: ConnectionPoolEntry) -> None:  # noqa: ANN401
        if "queue" in record.info:
            fcntl.flock(record.info["queue"], fcntl.LOCK_UN)


def insert_into(session: Session, model: Any) -> postgresql.Insert | sqlite.Insert:  # noqa: ANN401 - a mapped class
    """The engine's own insert, which knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    return postgresql.insert(model) if session.get_bind().dialect.name == "postgresql" else sqlite.insert(model)


class DriverSql:
    """A statement run by the driver's own cursor inside the session's transaction, holes written :name.

    For the few that run hundreds of times a second: what SQLAlchemy adds to each is most of what it costs. `moments`
    are the places of the answer, from 0, that hold moments; they come back aware, in UTC.
    """

    def __init__(self, sql: str, *, moments: tuple[int, ...] = ()) -> None:
        self._named = sql
        self._formatted = re.sub(r":(\w+)", r"%(\1)s", sql)
        self._moments = moments

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Run it and fetch every row."""
        driver: Any = connection.connection.driver_connection
        if connection.dialect.name != "sqlite":
            found: list[tuple[Any, ...]] = driver.execute(self._formatted, values).fetchall()
            return [self._aware(row, lambda moment: moment.astimezone(UTC)) for row in found]
        plain = {key: _stored(value) if isinstance(value, datetime) else value for key, value in values.items()}
        return [self._aware(row, _read) for row in driver.execute(self._named, plain).fetchall()]

    def _aware(self, row: tuple[Any, ...], read: Callable[[Any], datetime]) -> tuple[Any, ...]:
        if not self._moments:
            return row
        return tuple(
            read(value) if place in self._moments and value is not None else value for place, value in enumerate(row)
        )


def _stored(moment: datetime) -> str:
    """A moment as SQLAlchemy stores it in SQLite."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")


def _read(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class _Many(UserDefinedType[Any]):
    """A list handed over as one value: an array, or JSON text in SQLite."""

    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        """SQLite has no arrays."""
        return _as_json if dialect.name == "sqlite" else list


def _as_json(values: list[Any]) -> str:
    """A list of whole numbers is JSON as it prints, which is several times faster."""
    return str(values) if all(type(one) is int for one in values) else json.dumps(values)


class among(ColumnElement[bool]):  # noqa: N801 - reads as an operator
    """The condition that a column is one of the values handed over under a name; the statement stays the same text."""

    inherit_cache = False
    type = Boolean()
    _is_implicitly_boolean = True  # or SQLite would compare it with 1 and use no index

    def __init__(self, column: Any, name: str) -> None:  # noqa: ANN401 - a column
        self.column, self.values = column, bindparam(name, type_=_Many())


@compiles(among)
def _among_array(element: among, compiler: Any, **kwargs: Any) -> str:  # noqa: ANN401
    return f"{compiler.process(element.column, **kwargs)} = ANY ({compiler.process(element.values, **kwargs)})"


@compiles(among, "sqlite")
def _among_json(element: among, compiler: Any, **kwargs: Any) -> str:  # noqa: ANN401
    values = compiler.process(element.values, **kwargs)
    return f"{compiler.process(element.column, **kwargs)} IN (SELECT value FROM json_each({values}))"  # noqa: S608


KNOWN_AT: Any = bindparam("known_at", type_=UtcDateTime())
"""The moment as of which a prepared statement reads the records."""

Processor = Callable[[Any], Any] | None
Query = Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]
Statement = Query | Insert | Update


class _Ready:
    """A statement compiled for one engine: its text, its holes, and how values go in and come out."""

    def __init__(self, statement: Statement, dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect)
        self.sql = str(compiled)
        if "POSTCOMPILE" in self.sql:
            raise ValueError("a prepared statement takes lists by `among` only")
        self.names: tuple[str, ...] | None = tuple(compiled.positiontup) if compiled.positiontup else None
        holes = {name: one for one, name in compiled.bind_names.items()}
        self.inward: dict[str, Processor] = {
            name: one.type.dialect_impl(dialect).bind_processor(dialect) for name, one in holes.items()
        }
        self.fixed = {name: self.bound(name, one.value) for name, one in holes.items() if one.value is not None}
        types = [column.type for column in statement.selected_columns] if isinstance(statement, SelectBase) else []
        outward = [one.dialect_impl(dialect).result_processor(dialect, None) for one in types]
        self.outward = [(place, read) for place, read in enumerate(outward) if read is not None]

    def bound(self, name: str, value: Any) -> Any:  # noqa: ANN401 - whatever the column takes
        process = self.inward[name]
        return value if process is None else process(value)

    def parameters(self, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 - as the driver wants them
        given = {**self.fixed, **{name: self.bound(name, values[name]) for name in self.inward if name in values}}
        return tuple(given[name] for name in self.names) if self.names is not None else given

    def read(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        found = list(row)
        for place, process in self.outward:
            found[place] = process(found[place])
        return tuple(found)


class _PerEngine:
    """A statement compiled once for each engine that runs it."""

    def __init__(self, statement: Statement) -> None:
        self._statement = statement
        self._ready: dict[str, _Ready] = {}

    def run(self, connection: Connection, values: Mapping[str, Any]) -> tuple[Any, _Ready]:
        """Run it straight by the driver, unless somebody listens to what is executed; the cursor, and how to read."""
        ready = self._ready.get(connection.dialect.name)
        if ready is None:
            ready = self._ready[connection.dialect.name] = _Ready(self._statement, connection.dialect)
        parameters = ready.parameters(values)
        if connection.dispatch.before_cursor_execute:
            return connection.exec_driver_sql(ready.sql, parameters).cursor, ready
        driver: Any = connection.connection.driver_connection
        return driver.execute(ready.sql, parameters), ready


class Prepared:
    """A select over columns, compiled once per engine and run by the driver inside the session's transaction.

    For the reads behind every judgement: building and compiling them anew costs more than running them. Holes are
    bind parameters given by name, lists stand in `among`. `then` is the statement as of a moment, with KNOWN_AT.
    """

    def __init__(self, now: Query, then: Query | None = None) -> None:
        self._now, self._then = _PerEngine(now), _PerEngine(now if then is None else then)

    def rows(
        self,
        session: Session,
        known_at: datetime | None = None,
        **values: Any,  # noqa: ANN401 - by hole
    ) -> list[tuple[Any, ...]]:
        """Every row as a tuple of the columns' own types; what the session holds is flushed first, as it would be."""
        if session.autoflush:
            session.flush()
        if known_at is None:
            cursor, ready = self._now.run(session.connection(), values)
        else:
            cursor, ready = self._then.run(session.connection(), {**values, "known_at": known_at})
        return [ready.read(row) for row in cursor.fetchall()]


class PreparedWrite:
    """An insert or update whose holes are named, compiled once per engine and run by the driver like `Prepared`.

    What the session itself holds unflushed is not looked at.
    """

    def __init__(self, statement: Insert | Update) -> None:
        self._write = _PerEngine(statement)

    @classmethod
    def into(cls, model: Any) -> "PreparedWrite":  # noqa: ANN401 - a mapped class
        """The insert of one row, every column a hole of its name."""
        table = model.__table__
        return cls(insert(table).values({column.name: bindparam(column.name) for column in table.columns}))

    def run(self, session: Session, **values: Any) -> None:  # noqa: ANN401 - by hole
        """Run it with values for every hole."""
        self._write.run(session.connection(), values)
