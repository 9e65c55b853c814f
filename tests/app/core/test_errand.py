"""Errands: several statements in one go, on both engines, with what they read, what they refuse and what they leave."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import LargeBinary, MetaData, bindparam, create_engine, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.pool import QueuePool

from app.core import database, pipeline
from app.core.database import Json, UtcDateTime
from app.core.errand import Errand
from app.core.prepared import DriverSql, Prepared, PreparedWrite, among, insert_row


class Own(DeclarativeBase):
    """Tables of these tests alone."""

    metadata = MetaData()


class Parcel(Own):
    """One of every kind of column that is handed over."""

    __tablename__ = "errand_parcel"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    heavy: Mapped[bool]
    papers: Mapped[dict[str, object] | None] = mapped_column(Json)
    raw: Mapped[bytes | None] = mapped_column(LargeBinary)


WRITE = PreparedWrite(insert_row(Parcel))
EVERY = Prepared(
    select(Parcel.id, Parcel.name, Parcel.at, Parcel.heavy, Parcel.papers, Parcel.raw)
    .where(among(Parcel.id, "ids"))
    .order_by(Parcel.id)
)
NAMED = Prepared(select(Parcel.id).where(Parcel.name == bindparam("name")))
RENAME = DriverSql("UPDATE errand_parcel SET name = :name WHERE id = :id RETURNING id, at", moments=(1,))
LATE = datetime(2026, 3, 2, 9, 30, 0, 250, tzinfo=timezone(timedelta(hours=8)))
FULL = {
    "id": 1,
    "name": "100% ' \\ 执法",
    "at": LATE,
    "heavy": True,
    "papers": {"b": [1, None, "证"]},
    "raw": b"\0\xff",
}
BARE = {"id": 2, "name": None, "at": None, "heavy": False, "papers": None, "raw": None}


@pytest.fixture
def engine(database_url):
    made = create_engine(database_url, poolclass=QueuePool, pool_size=1, max_overflow=1)
    database.prepare_engine(made)
    Own.metadata.create_all(made)
    yield made
    Own.metadata.drop_all(made)
    made.dispose()


@pytest.fixture
def sends(monkeypatch):
    """How many statements went with each sending to PostgreSQL, and whether the commit was among them."""
    seen, send = [], pipeline.send

    def noted(connection, asked, *, commit):
        seen.append((len(asked), commit))
        return send(connection, asked, commit=commit)

    monkeypatch.setattr(pipeline, "send", noted)
    return seen


def _row(values):
    return tuple(values.values())


def _kept(engine):
    with Session(engine) as session:
        return EVERY.rows(session, ids=[1, 2, 3])


def test_what_was_put_comes_back_as_it_was(engine):
    with Session(engine) as session:
        errand = Errand(session)
        WRITE.put(errand, [FULL, BARE])
        found = EVERY.put(errand, ids=[2, 1])
        assert found.get() == [_row(FULL), _row(BARE)]
        assert found.get()[0][2].tzinfo is UTC
        assert RENAME.rows(session, name="x", id=1) == [(1, LATE)]
        assert NAMED.rows(session, name="x") == [(1,)]
        assert EVERY.rows(session, ids=[]) == []


def test_it_is_sent_in_its_order_when_an_answer_is_wanted_and_with_the_commit(engine, sends):
    with Session(engine) as session:
        errand = Errand(session)
        before, changed = NAMED.put(errand, name="new"), NAMED.put(errand, name="new").then(len)
        WRITE.put(errand, [BARE])
        renamed = RENAME.put(errand, name="new", id=2)
        after = NAMED.put(errand, name="new").then(len)
        assert sends == []
        assert (after.get(), renamed.get(), before.get(), changed.get()) == (1, [(2, None)], [], 0)
        WRITE.put(errand, [FULL])
        errand.commit()
        assert session.in_transaction() is False
        errand.run()
    assert [row[:2] for row in _kept(engine)] == [(1, FULL["name"]), (2, "new")]
    if engine.dialect.name == "postgresql":
        assert sends == [(5, False), (1, True), (1, False)]


def test_what_the_session_holds_goes_first(engine):
    with Session(engine) as session:
        session.add(Parcel(**BARE))
        assert RENAME.rows(session, name="x", id=2) == [(2, None)]


def test_a_refusal_is_raised_and_leaves_nothing(engine):
    with Session(engine) as session:
        errand = Errand(session)
        WRITE.put(errand, [FULL, BARE, BARE])
        never = NAMED.put(errand, name="x")
        with pytest.raises(engine.dialect.loaded_dbapi.IntegrityError):
            errand.commit()
        session.rollback()
        with pytest.raises(RuntimeError, match="failed before"):
            never.get()
        WRITE.put(errand, [FULL])
        errand.commit()
    assert _kept(engine) == [_row(FULL)]


def test_a_statement_serves_on_after_a_rollback_and_after_others_did(engine):
    for turn in range(8):
        with Session(engine) as session:
            WRITE.put(errand := Errand(session), [FULL])
            assert EVERY.put(errand, ids=[1]).get() == [_row(FULL)]
            assert session.execute(text("SELECT count(*) FROM errand_parcel WHERE id = :id"), {"id": 1}).scalar() == 1
            if turn % 2:
                session.rollback()
    assert _kept(engine) == []


def test_within_somebody_elses_transaction_a_commit_leaves_it_open(engine):
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            WRITE.put(errand := Errand(session), [FULL])
            errand.commit()
        outer.rollback()
    assert _kept(engine) == []


def test_much_in_both_directions_at_once_does_not_stand_still(engine):
    long = DriverSql("SELECT :text", postgresql="SELECT CAST(:text AS text)")
    with Session(engine) as session:
        errand = Errand(session)
        asked = [long.put(errand, text=str(n) * 400_000) for n in range(1, 9)]
        assert [len(one.get()[0][0]) for one in asked] == [400_000] * 8


def test_a_server_that_goes_away_is_an_error_and_the_next_session_works(engine):
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no server")
    with Session(engine) as session:
        backend = session.scalar(text("SELECT pg_backend_pid()"))
        with engine.connect() as hand:
            hand.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": backend})
        WRITE.put(errand := Errand(session), [FULL])
        with pytest.raises(engine.dialect.loaded_dbapi.OperationalError):
            errand.commit()
    assert _kept(engine) == []
