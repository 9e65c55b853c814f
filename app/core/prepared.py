"""Statements that come hundreds of times a second: compiled once per engine and run by the driver's own cursor."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import CompoundSelect, Connection, Dialect, Insert, Select, Update, bindparam
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.expression import ColumnElement, SelectBase
from sqlalchemy.types import Boolean, UserDefinedType

from app.core.database import UtcDateTime


class DriverSql:
    """A statement run by the driver's own cursor inside the session's transaction, holes written :name.

    For the few that run hundreds of times a second: what SQLAlchemy adds to each is most of what it costs. `moments`
    are the places of the answer, from 0, that hold moments; they come back aware, in UTC. A list is handed over as an
    array, or as JSON in SQLite. `postgresql` is for a statement that must be worded otherwise there.
    """

    def __init__(self, sql: str, *, moments: tuple[int, ...] = (), postgresql: str = "") -> None:
        self._named = sql
        self._formatted = re.sub(r":(\w+)", r"%(\1)s", postgresql or sql)
        self._moments = moments

    def run(self, connection: Connection, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 - the driver's cursor
        """Run it; the cursor."""
        driver: Any = connection.connection.driver_connection
        if connection.dialect.name != "sqlite":
            return driver.execute(self._formatted, values)
        return driver.execute(self._named, {key: _plain(value) for key, value in values.items()})

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Run it and fetch every row."""
        read = _read if connection.dialect.name == "sqlite" else _in_utc
        return [self._aware(row, read) for row in self.run(connection, values).fetchall()]

    def _aware(self, row: tuple[Any, ...], read: Callable[[Any], datetime]) -> tuple[Any, ...]:
        if not self._moments:
            return row
        return tuple(
            read(value) if place in self._moments and value is not None else value for place, value in enumerate(row)
        )


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever is handed over
    if isinstance(value, datetime):
        return _stored(value)
    return _as_json(value) if isinstance(value, list) else value


def _in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


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
        ready = self._for(connection)
        parameters = ready.parameters(values)
        if connection.dispatch.before_cursor_execute:
            return connection.exec_driver_sql(ready.sql, parameters).cursor, ready
        driver: Any = connection.connection.driver_connection
        return driver.execute(ready.sql, parameters), ready

    def run_all(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """The same for many rows, with nothing to read."""
        if len(rows) < 2 or connection.dispatch.before_cursor_execute:
            for values in rows:
                self.run(connection, values)
            return
        ready = self._for(connection)
        driver: Any = connection.connection.driver_connection
        driver.cursor().executemany(ready.sql, [ready.parameters(values) for values in rows])

    def _for(self, connection: Connection) -> _Ready:
        found = self._ready.get(connection.dialect.name)
        if found is None:
            found = self._ready[connection.dialect.name] = _Ready(self._statement, connection.dialect)
        return found


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


def insert_row(model: Any, prefix: str = "", *, once: bool = False) -> Insert:  # noqa: ANN401 - a mapped class
    """The insert of one row, every column a hole of its name after the prefix; with `once` only if it is not there.

    The wording of `once` is PostgreSQL's, which SQLite took over.
    """
    table = model.__table__
    row = postgresql.insert(table).values({column.name: bindparam(prefix + column.name) for column in table.columns})
    return row.on_conflict_do_nothing() if once else row


class PreparedWrite:
    """Inserts or updates whose holes are named, compiled once per engine and run by the driver like `Prepared`.

    Several go to PostgreSQL as one statement, so that it is asked once; they must not rest on each other's rows. What
    the session itself holds unflushed is not looked at.
    """

    def __init__(self, *statements: Insert | Update) -> None:
        *before, last = statements
        self._each = [_PerEngine(one) for one in statements]
        self._at_once = _PerEngine(last.add_cte(*(one.cte(f"write_{n}") for n, one in enumerate(before))))

    def run(self, session: Session, **values: Any) -> None:  # noqa: ANN401 - by hole
        """Run them with values for every hole."""
        self.run_all(session, [values])

    def run_all(self, session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run them for each of the rows, which goes to PostgreSQL in one go."""
        connection = session.connection()
        for write in self._each if connection.dialect.name == "sqlite" else (self._at_once,):
            write.run_all(connection, rows)
