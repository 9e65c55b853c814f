"""PostgreSQL's pipeline mode: many statements sent at once, their answers waited for once (libpq, chapter 32.5).

psycopg's cursors wait for BEGIN, for each statement and for COMMIT; in a small transaction that waiting, and what the
cursors do around it, is most of what it costs. Here the values are dumped and the rows loaded by psycopg as always,
but the statements go out by its own wrapper of libpq, each prepared on its connection the first time it comes.
"""

import re
import select
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from psycopg import errors
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ExecStatus, TransactionStatus
from sqlalchemy import Connection

Row = tuple[Any, ...]
KNOWN = "prepared statements"
FAILED = {ExecStatus.FATAL_ERROR, ExecStatus.PIPELINE_ABORTED}


@dataclass(frozen=True)
class _Text:
    """A statement with its holes numbered, and whose value goes into which; values go as text, typed by their place."""

    sql: bytes
    names: tuple[str, ...]
    formats: list[PyFormat]


@cache
def _text(sql: str) -> _Text:
    names: dict[str, int] = {}
    numbered = re.sub(r"%\((\w+)\)s", lambda hole: f"${names.setdefault(hole[1], len(names) + 1)}", sql)
    return _Text(numbered.replace("%%", "%").encode(), tuple(names), [PyFormat.TEXT] * len(names))


def send(connection: Connection, asked: Sequence[tuple[str, Mapping[str, Any]]], *, commit: bool) -> list[list[Row]]:
    """Send statements, holes written %(name)s, within the transaction, which is begun if need be; the rows of each.

    With `commit` the transaction's end goes with them. Raises the first error that psycopg would raise; what came
    after it was not run.
    """
    driver: Any = connection.connection.driver_connection
    names: dict[bytes, bytes] = connection.info.setdefault(KNOWN, {})
    types = Transformer(driver)
    lines = [(text := _text(sql), types.dump_sequence([values[n] for n in text.names], text.formats))
             for sql, values in asked]  # fmt: skip
    begins = driver.pgconn.transaction_status == TransactionStatus.IDLE and not driver.autocommit
    new = dict.fromkeys(text.sql for text, _values in lines if text.sql not in names)
    added = {sql: b"app_%d" % (len(names) + place) for place, sql in enumerate(new)}
    told: list[tuple[bytes, Any]] = [(names.get(text.sql) or added[text.sql], values) for text, values in lines]
    try:
        results = _exchange(driver.pgconn, added, told, begins=begins, commits=commit)
    except BaseException:
        connection.invalidate()  # whatever it would still have said
        raise
    prepared, answered = results[begins : begins + len(added)], results[begins + len(added) :]
    names.update((sql, name) for (sql, name), result in zip(added.items(), prepared, strict=True) if _done(result))
    for result in results:
        if not _done(result):
            raise errors.error_from_result(result)
    return [_rows(types, result) for result in answered[: len(lines)]]


def _exchange(
    pgconn: Any,  # noqa: ANN401 - psycopg's PGconn, in C or in Python
    added: Mapping[bytes, bytes],
    told: Iterable[tuple[bytes, Any]],
    *,
    begins: bool,
    commits: bool,
) -> list[Any]:
    """What came of beginning, preparing, running and committing, in that order; after a failure the rest is refused."""
    pgconn.enter_pipeline_mode()
    if begins:
        pgconn.send_query_params(b"BEGIN", None)
    for sql, name in added.items():
        pgconn.send_prepare(name, sql)
    for name, values in told:
        pgconn.send_query_prepared(name, values)
    if commits:
        pgconn.send_query_params(b"COMMIT", None)
    pgconn.pipeline_sync()
    results = _answers(pgconn)
    pgconn.exit_pipeline_mode()
    return results


def _answers(pgconn: Any) -> list[Any]:  # noqa: ANN401 - PGconn
    """Every result up to the sync. What the server says is read while it is still being told, or both might wait."""
    found: list[Any] = []
    socket = select.poll()
    while True:
        unsent = pgconn.flush()
        socket.register(pgconn.socket, select.POLLIN | (select.POLLOUT if unsent else 0))
        socket.poll()
        pgconn.consume_input()
        while not pgconn.is_busy():
            result = pgconn.get_result()
            if result is None:  # one statement's answer has ended
                continue
            if result.status == ExecStatus.PIPELINE_SYNC:
                return found
            found.append(result)


def _done(result: Any) -> bool:  # noqa: ANN401 - PGresult
    return result.status not in FAILED


def _rows(types: Any, result: Any) -> list[Row]:  # noqa: ANN401 - Transformer and PGresult
    if result.status != ExecStatus.TUPLES_OK:
        return []
    types.set_pgresult(result)
    found: list[Row] = types.load_rows(0, result.ntuples, tuple)
    return found
