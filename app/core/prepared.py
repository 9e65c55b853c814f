"""Statements that come hundreds of times a second: compiled once per engine and run past SQLAlchemy's own machinery."""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import CompoundSelect, Dialect, Insert, Select, Update, bindparam
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.expression import ColumnElement, SelectBase
from sqlalchemy.types import Boolean, UserDefinedType

from app.core.database import UtcDateTime
from app.core.errand import Errand, Form, Later, Values
from app.core.pipeline import Row


class DriverSql:
    """A statement written out, holes written :name, for those where even preparing the values must cost little.

    `moments` are the places of the answer, from 0, that hold moments; they come back aware, in UTC. A list is handed
    over as an array, or as JSON in SQLite. `postgresql` is for a statement that must be worded otherwise there.
    """

    def __init__(self, sql: str, *, moments: tuple[int, ...] = (), postgresql: str = "") -> None:
        self._lite = _Written(sql, moments, _plain, _read)
        formatted = re.sub(r":(\w+)", r"%(\1)s", postgresql or sql)
        self._post = _Written(formatted, moments, _as_it_is, _in_utc)

    def form(self, dialect: Dialect) -> Form:
        """The statement for an engine."""
        return self._lite if dialect.name == "sqlite" else self._post

    def put(self, errand: Errand, **values: Any) -> Later[list[Row]]:  # noqa: ANN401 - by hole
        """Put it on an errand."""
        return errand.put(self, values)

    def rows(self, session: Session, **values: Any) -> list[Row]:  # noqa: ANN401 - by hole
        """Run it in the session's transaction; every row."""
        return self.put(Errand(session), **values).get()


@dataclass(frozen=True)
class _Written:
    """A statement written out for one engine."""

    sql: str
    moments: tuple[int, ...]
    inward: Callable[[Any], Any]
    outward: Callable[[Any], datetime]

    def bound(self, values: Values) -> dict[str, Any]:
        return {name: self.inward(value) for name, value in values.items()}

    parameters = bound

    def read(self, row: Row) -> Row:
        if not self.moments:
            return row
        return tuple(
            self.outward(value) if place in self.moments and value is not None else value
            for place, value in enumerate(row)
        )


def _as_it_is(value: Any) -> Any:  # noqa: ANN401 - psycopg takes lists and moments
    return value


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
Compilable = Query | Insert | Update


class _Ready:
    """A statement compiled for one engine: its text, its holes, and how values go in and come out."""

    def __init__(self, statement: Compilable, dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect)
        self.sql = str(compiled)
        if "POSTCOMPILE" in self.sql:
            raise ValueError("a prepared statement takes lists by `among` only")
        self._names: tuple[str, ...] | None = tuple(compiled.positiontup) if compiled.positiontup else None
        holes = {name: one for one, name in compiled.bind_names.items()}
        self._inward: dict[str, Processor] = {
            name: one.type.dialect_impl(dialect).bind_processor(dialect) for name, one in holes.items()
        }
        self._fixed = {name: self._one_bound(name, one.value) for name, one in holes.items() if one.value is not None}
        types = [column.type for column in statement.selected_columns] if isinstance(statement, SelectBase) else []
        outward = [one.dialect_impl(dialect).result_processor(dialect, None) for one in types]
        self._outward = [(place, read) for place, read in enumerate(outward) if read is not None]

    def _one_bound(self, name: str, value: Any) -> Any:  # noqa: ANN401 - whatever the column takes
        process = self._inward[name]
        return value if process is None else process(value)

    def bound(self, values: Values) -> dict[str, Any]:
        """The values by hole, as the driver wants them."""
        return self._fixed | {name: self._one_bound(name, values[name]) for name in self._inward if name in values}

    def parameters(self, values: Values) -> Any:  # noqa: ANN401 - as the driver wants them
        """The bound values by place where the text has its holes so."""
        given = self.bound(values)
        return tuple(given[name] for name in self._names) if self._names is not None else given

    def read(self, row: Row) -> Row:
        """A row in the columns' own types."""
        if not self._outward:
            return row
        found = list(row)
        for place, process in self._outward:
            found[place] = process(found[place])
        return tuple(found)


class _PerEngine:
    """A statement compiled once for each engine that runs it."""

    def __init__(self, statement: Compilable) -> None:
        self._statement = statement
        self._ready: dict[str, _Ready] = {}

    def form(self, dialect: Dialect) -> Form:
        """The statement for an engine."""
        found = self._ready.get(dialect.name)
        if found is None:
            found = self._ready[dialect.name] = _Ready(self._statement, dialect)
        return found


class Prepared:
    """A select over columns, compiled once per engine and run by the driver inside the session's transaction.

    For the reads behind every judgement: building and compiling them anew costs more than running them. Holes are
    bind parameters given by name, lists stand in `among`. `then` is the statement as of a moment, with KNOWN_AT.
    """

    def __init__(self, now: Query, then: Query | None = None) -> None:
        self._now, self._then = _PerEngine(now), _PerEngine(now if then is None else then)

    def put(
        self,
        errand: Errand,
        known_at: datetime | None = None,
        **values: Any,  # noqa: ANN401 - by hole
    ) -> Later[list[Row]]:
        """Put it on an errand; every row as a tuple of the columns' own types."""
        if known_at is None:
            return errand.put(self._now, values)
        return errand.put(self._then, {**values, "known_at": known_at})

    def rows(
        self,
        session: Session,
        known_at: datetime | None = None,
        **values: Any,  # noqa: ANN401 - by hole
    ) -> list[Row]:
        """Run it at once; what the session holds is flushed first, as it would be."""
        return self.put(Errand(session), known_at, **values).get()


class PreparedWrite(_PerEngine):
    """An insert or update whose holes are named, compiled once per engine and run by the driver like `Prepared`."""

    def put(self, errand: Errand, rows: Iterable[Values]) -> None:
        """Put it on an errand for each of the rows, with values for every hole."""
        errand.put_all(self, rows)


def insert_row(model: Any, *, once: bool = False) -> Insert:  # noqa: ANN401 - a mapped class
    """The insert of one row, every column a hole of its name; with `once` only if it is not there.

    The wording of `once` is PostgreSQL's, which SQLite took over.
    """
    table = model.__table__
    row = postgresql.insert(table).values({column.name: bindparam(column.name) for column in table.columns})
    return row.on_conflict_do_nothing() if once else row
