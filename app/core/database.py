"""The declarative base, column types that hold in both engines, and how transactions begin."""

import contextvars
import fcntl
import math
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    Connection,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    create_engine,
    event,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DisconnectionError, IntegrityError
from sqlalchemy.orm import DeclarativeBase, Session, registry
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

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


def prepare_engine(engine: Engine) -> None:
    """Set an engine up as the house asks: SQLite with WAL, full flush at commit, foreign keys and real BEGINs.

    A connection to PostgreSQL that has rested is tried before it is used. In SQLite the driver's own transaction
    handling is switched off so that savepoints nest (the sqlite3 module's legacy mode commits behind one's back).
    Writers queue at a lock file and look every half millisecond: SQLite's own waiting sleeps up to a tenth of a second
    while the lock lies free, and stays only as the second line.
    """
    engine.hide_parameters = True  # an error must not carry people's data into a log
    if engine.dialect.name != "sqlite":
        _plan_once(engine)
        _ask_rested(engine)
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


REST_SECONDS = 5.0
"""After so long without use a connection is tried before it is trusted; asking each time costs a fifth of a check."""


def _plan_once(engine: Engine) -> None:
    """A statement that comes again is planned once: no plan here hangs on its values, and planning is half the work.

    psycopg's own preparing is off: whenever anything is rolled back, it would forget what `core.pipeline` prepared.
    """

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: ConnectionPoolEntry) -> None:  # noqa: ANN401
        connection.prepare_threshold = None
        connection.execute("SET plan_cache_mode = force_generic_plan")
        connection.commit()


def _ask_rested(engine: Engine) -> None:
    @event.listens_for(engine, "checkin")
    def _checkin(_connection: Any, record: ConnectionPoolEntry) -> None:  # noqa: ANN401
        record.info["rests_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _checkout(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:  # noqa: ANN401
        if time.monotonic() - record.info.get("rests_since", math.inf) < REST_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.OperationalError as error:
            raise DisconnectionError from error  # the pool takes another


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


@cache
def engine_of(url: str) -> Engine:
    """The engine of a process that has no site, made once."""
    engine = create_engine(url)
    prepare_engine(engine)
    return engine


def insert_into(session: Session, model: Any) -> postgresql.Insert | sqlite.Insert:  # noqa: ANN401 - a mapped class
    """The engine's own insert, which knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    return postgresql.insert(model) if session.get_bind().dialect.name == "postgresql" else sqlite.insert(model)
