"""Backup and restore: every row there and back, on each engine and from one to the other; or nothing at all."""

import json
import stat
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import inspect, select, text

from app.accounts import service as accounts
from app.accounts.policy import Role
from app.core.database import Base
from app.core.errors import Invalid, Refused
from app.core.permissions import system_actor
from app.extensions import db
from app.ledger import service as ledger
from app.operation import backup
from tests.conftest import START

HAND = system_actor("test")


@pytest.fixture
def make(build_site):
    """Make a migrated site over a database, of another version where one is given; returns it and its engine."""

    def build(url, revision=None):
        site = build_site(url)
        with site.app_context():
            engine = db.engine
        if revision is not None:
            with engine.begin() as connection:
                connection.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": revision})
        return site, engine

    return build


def _fill(site):
    """Accounts, letters and a ledger through the services; units with a parent that came later; bytes and nulls."""
    from app.registry.models import Area, Person, PersonPhoto, Unit

    with site.app_context():
        session = db.session()
        for number in range(3):
            made = accounts.create_account(
                session, HAND, username=f"u{number}", display_name="王“安”\n𠮷", email="a@example.cn", now=START
            )
            accounts.invite(session, HAND, made, "http://localhost", START)
        units = [
            Unit(code=f"U{n}", name_zh="局", kind="BUREAU", is_agency=True, opened_on=date(2016, 1, 1), path="/")
            for n in range(3)
        ]
        session.add_all(units)
        session.flush()
        units[0].parent_id, units[0].agency_id = units[2].id, units[1].id
        accounts.grant_role(session, HAND, made, Role.AUDITOR, units[0].id, now=START)
        person = Person(code="KT-1", name="王安", kind="OFFICER", created_at=START)
        session.add_all([person, Area(code="6208", name_zh="平凉市", kind="PREFECTURE", path="/6208/")])
        session.flush()
        session.add(
            PersonPhoto(
                person_id=person.id, media_type="image/png", sha256="0" * 64, content=bytes(range(256)),
                recorded_at=START, recorded_by="test",
            )
        )  # fmt: skip
        session.commit()


def _contents(engine):
    with engine.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns))]
            for table in Base.metadata.sorted_tables
        }


def test_everything_comes_back_as_it_was(make, own_url, tmp_path):
    site, engine = make(own_url())
    _fill(site)
    written = backup.write_backup(engine, tmp_path / "b.zip", START)
    assert set(written) == set(Base.metadata.tables)
    assert (written["account"], written["unit"], written["person_photo"]) == (3, 3, 1)
    assert stat.S_IMODE((tmp_path / "b.zip").stat().st_mode) == 0o600
    _other_site, other = make(own_url())
    assert backup.restore_backup(other, tmp_path / "b.zip") == written
    assert _contents(other) == _contents(engine)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_an_embedded_database_moves_to_postgresql_and_goes_on_there(make, own_url, tmp_path):
    site, engine = make(f"sqlite:///{tmp_path / 'small.sqlite'}")
    _fill(site)
    backup.write_backup(engine, tmp_path / "b.zip", START)
    larger, other = make(own_url())
    backup.restore_backup(other, tmp_path / "b.zip")
    assert _contents(other) == _contents(engine)
    with larger.app_context():
        assert ledger.verify(db.session())[1] is None
        new = accounts.create_account(db.session(), HAND, username="later", display_name="x", now=START)
        db.session.commit()
        assert new == 4
        assert ledger.verify(db.session())[1] is None


def test_a_backup_is_one_moment_though_others_write_meanwhile(make, own_url, tmp_path, monkeypatch):
    site, engine = make(own_url())
    _fill(site)
    real = backup._write_table

    def slow(connection, table, archive):
        if table.name == "account_session":
            with engine.begin() as elsewhere:
                elsewhere.execute(text("UPDATE account SET display_name = 'changed'"))
        return real(connection, table, archive)

    with engine.begin() as connection:
        before = connection.execute(text("SELECT count(*) FROM unit")).scalar()
    monkeypatch.setattr(backup, "_write_table", slow)
    backup.write_backup(engine, tmp_path / "b.zip", START)
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        assert archive.read("account.jsonl").count(b"changed") == 0
        assert archive.read("unit.jsonl").count(b"\n") == before == 3


def _rewritten(source, target, change):
    """A copy of a backup of which one member went through a hand."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)


def _manifest(**changes):
    return lambda name, content: json.dumps(json.loads(content) | changes) if name == "manifest.json" else content


HANDS = {
    "a changed row": (lambda n, c: c.replace(b"u1", b"u9") if n == "account.jsonl" else c, "backup-damaged"),
    "a missing table": (lambda n, c: None if n == "account.jsonl" else c, "backup-damaged"),
    "no manifest": (lambda n, c: None if n == "manifest.json" else c, "backup-unreadable"),
    "an empty manifest": (lambda n, c: b"[]" if n == "manifest.json" else c, "backup-unreadable"),
    "another format": (_manifest(format="other/9"), "backup-other-version"),
    "another migration": (_manifest(revision="0002"), "backup-other-version"),
    "other tables": (_manifest(tables={}), "backup-other-version"),
}


def test_a_backup_that_is_not_whole_or_not_ours_is_refused_and_nothing_is_written(make, own_url, tmp_path):
    site, engine = make(own_url())
    _fill(site)
    backup.write_backup(engine, tmp_path / "b.zip", START)
    _other_site, other = make(own_url())
    answers = {}
    for hand, (change, _code) in HANDS.items():
        _rewritten(tmp_path / "b.zip", tmp_path / "bad.zip", change)
        with pytest.raises(Invalid) as refused:
            backup.restore_backup(other, tmp_path / "bad.zip")
        answers[hand] = refused.value.code
        assert not any(_contents(other).values()), hand
    assert answers == {hand: code for hand, (_change, code) in HANDS.items()}


def test_a_cut_off_file_and_a_file_of_another_kind_are_refused(make, own_url, tmp_path):
    site, engine = make(own_url())
    _fill(site)
    backup.write_backup(engine, tmp_path / "b.zip", START)
    whole = (tmp_path / "b.zip").read_bytes()
    _other_site, other = make(own_url())
    for content in (whole[: len(whole) // 2], b"", b"not a zip"):
        (tmp_path / "bad.zip").write_bytes(content)
        with pytest.raises(Invalid, match="not a whole backup"):
            backup.restore_backup(other, tmp_path / "bad.zip")


def test_a_database_that_holds_anything_is_left_alone(make, own_url, tmp_path):
    site, engine = make(own_url())
    _fill(site)
    backup.write_backup(engine, tmp_path / "b.zip", START)
    before = _contents(engine)
    with pytest.raises(Refused, match="already holds data"):
        backup.restore_backup(engine, tmp_path / "b.zip")
    assert _contents(engine) == before


def test_a_table_that_nobody_knows_stops_the_backup_and_leaves_no_file(make, own_url, tmp_path):
    _site, engine = make(own_url())
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE stranger (id INTEGER)"))
    with pytest.raises(Refused, match="stranger"):
        backup.write_backup(engine, tmp_path / "b.zip", START)
    assert list(tmp_path.glob("b.zip*")) == []
    assert "stranger" in inspect(engine).get_table_names()


def test_a_place_that_cannot_be_written_is_named(make, own_url, tmp_path):
    _site, engine = make(own_url())
    with pytest.raises(Invalid, match="No such file or directory"):
        backup.write_backup(engine, tmp_path / "nowhere" / "b.zip", START)


@pytest.mark.parametrize(
    "value",
    [
        None, 0, True, 1.5, "文\u2028", b"\x00\xff", START, date(2026, 5, 1), Decimal("1.50"), {"a": {"$b": 1}},
        [1, {"b": 2}],
    ],
)  # fmt: skip
def test_a_value_of_any_kind_survives_the_file(value):
    assert backup._in(json.loads(json.dumps(backup._out(value)))) == value


def test_moments_are_kept_in_utc():
    assert backup._out(datetime(2026, 3, 2, 1, tzinfo=UTC)) == {"$t": "2026-03-02T01:00:00+00:00"}
