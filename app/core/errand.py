"""Statements that come hundreds of times a second, taken to the database in one go.

What is put on an errand is sent when somebody wants one of the answers, or with the commit. PostgreSQL gets all of it
at once and is waited for once; SQLite, which is a call away, gets one statement after the other.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import Connection, Dialect, Engine
from sqlalchemy.orm import Session

from app.core import pipeline
from app.core.database import reading_only
from app.core.pipeline import Row

Values = Mapping[str, Any]
Given = TypeVar("Given")
Made = TypeVar("Made")


class Form(Protocol):
    """A statement as one engine takes it, and how values go in and come out."""

    @property
    def sql(self) -> str:
        """Its text, with holes as the driver's own cursor takes them."""

    def bound(self, values: Values) -> dict[str, Any]:
        """The values by hole, as the driver wants them."""

    def parameters(self, values: Values) -> Any:  # noqa: ANN401 - by name or by place, as the text has its holes
        """The bound values as the driver's own cursor takes them."""

    def read(self, row: Row) -> Row:
        """A row of the answer in the columns' own types."""


class Statement(Protocol):
    """What can be put on an errand."""

    def form(self, dialect: Dialect) -> Form:
        """The statement for an engine, compiled once."""


@dataclass
class _Put:
    statement: Statement
    rows: Sequence[Values]
    found: list[Row] | None = None

    def run(self, connection: Connection) -> None:
        """Straight by the driver, unless somebody listens to what is executed."""
        form = self.statement.form(connection.dialect)
        driver: Any = connection.connection.driver_connection
        cursor: Any = None
        if connection.dispatch.before_cursor_execute:
            for values in self.rows:
                cursor = connection.exec_driver_sql(form.sql, form.parameters(values)).cursor
        elif len(self.rows) == 1:
            cursor = driver.execute(form.sql, form.parameters(self.rows[0]))
        else:
            cursor = driver.executemany(form.sql, [form.parameters(values) for values in self.rows])
        gives_rows = cursor is not None and cursor.description is not None
        self.found = [form.read(row) for row in cursor.fetchall()] if gives_rows else []


@dataclass
class Later(Generic[Given]):
    """An answer that is sent for when it is wanted."""

    errand: "Errand"
    put: _Put
    read: Callable[[list[Row]], Given]

    def get(self) -> Given:
        """The answer; sends everything that waits on the errand unless this was sent before."""
        if self.put.found is None:
            self.errand.run()
        if self.put.found is None:
            raise RuntimeError("the errand failed before this was answered")
        return self.read(self.put.found)

    def then(self, made: Callable[[Given], Made]) -> "Later[Made]":
        """What becomes of the answer."""
        read = self.read
        return Later(self.errand, self.put, lambda rows: made(read(rows)))


@dataclass
class Errand:
    """Statements within the transaction of a session, sent in the order in which they were put.

    What the session itself holds goes first. Whoever executes something else on the session meanwhile does so before
    what is still waiting here.
    """

    session: Session
    _waiting: list[_Put] = field(default_factory=list)

    def put(self, statement: Statement, values: Values) -> Later[list[Row]]:
        """One statement with a value for every hole; the rows it gives."""
        self._waiting.append(_Put(statement, [values]))
        return Later(self, self._waiting[-1], list)

    def put_all(self, statement: Statement, rows: Iterable[Values]) -> None:
        """The same statement for many rows, with nothing to read."""
        several = list(rows)
        if several:
            self._waiting.append(_Put(statement, several))

    def run(self) -> None:
        """Send what waits."""
        self._send(commit=False)

    def run_apart(self) -> None:
        """SQLite reads what waits in a transaction of its own, so that a writer takes the lock only for its work."""
        if self.session.get_bind().dialect.name == "sqlite":
            with reading_only():
                self.run()
                self.session.rollback()

    def commit(self) -> None:
        """Send what waits together with the end of the transaction, where it is the session's to end."""
        self._send(commit=isinstance(self.session.get_bind(), Engine) and not self.session.in_nested_transaction())
        self.session.commit()

    def _send(self, *, commit: bool) -> None:
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        if self.session.autoflush:
            self.session.flush()
        connection = self.session.connection()
        if connection.dialect.name == "sqlite" or connection.dispatch.before_cursor_execute:
            for one in waiting:
                one.run(connection)
        else:
            _send_at_once(connection, waiting, commit=commit)


def _send_at_once(connection: Connection, waiting: Sequence[_Put], *, commit: bool) -> None:
    forms = [one.statement.form(connection.dialect) for one in waiting]
    asked = [(form.sql, form.bound(values)) for one, form in zip(waiting, forms, strict=True) for values in one.rows]
    answers = iter(pipeline.send(connection, asked, commit=commit))
    for one, form in zip(waiting, forms, strict=True):
        *_before, last = [next(answers) for _ in one.rows]
        one.found = [form.read(row) for row in last]
