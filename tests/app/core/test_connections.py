"""Connections to PostgreSQL: tried after a rest, so that a restarted server is not met with a broken one."""

import time

from sqlalchemy import create_engine, text
from sqlalchemy.pool import QueuePool

from app.core import database
from tests.conftest import postgresql


def test_a_connection_that_broke_while_it_rested_is_replaced(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "REST_SECONDS", 0.0)
    with postgresql(tmp_path) as url:
        engine = create_engine(url, poolclass=QueuePool, pool_size=1)
        database.prepare_engine(engine)
        with engine.connect() as first:
            backend = first.scalar(text("SELECT pg_backend_pid()"))
        other = create_engine(url)
        with other.connect() as hand:
            hand.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": backend})
        time.sleep(0.1)
        with engine.connect() as again:
            assert again.scalar(text("SELECT pg_backend_pid()")) != backend
        engine.dispose()
        other.dispose()


def test_a_connection_in_use_all_the_time_is_not_tried_each_time(tmp_path):
    asked = []
    with postgresql(tmp_path) as url:
        engine = create_engine(url, poolclass=QueuePool, pool_size=1)
        database.prepare_engine(engine)
        ping = engine.dialect.do_ping
        engine.dialect.do_ping = lambda connection: asked.append(1) or ping(connection)
        for _ in range(5):
            with engine.connect():
                pass
        assert asked == []
        engine.dispose()
