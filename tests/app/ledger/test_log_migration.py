"""A ledger kept as a chain of digests becomes a log, and can go back; one that was altered is not taken over."""

import hashlib
import json

import flask_migrate
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app import create_app
from app.core.database import reading_only
from app.extensions import db
from app.ledger import service
from tests.conftest import settings_for

ADD = text(
    "INSERT INTO ledger_entry (sequence, recorded_at, actor_account_id, actor_label, event, subject_type, subject_id,"
    " unit_id, before, after, reason, salt, digest) VALUES (:sequence, :moment, 7, '王安', 'test.thing.done', 'thing',"
    " '1', NULL, NULL, :after, '因为', :salt, :digest)"
)
ENTRIES = 5


def _chained(number, previous):
    """An entry as it was written before there was a tree, with its digest over the one before."""
    after, salt = {"n": number, "share": number / 4, "name": "王"}, f"{number:032x}"
    content = {
        "sequence": number, "recorded_at": "2026-03-02T01:00:00.250000+00:00", "actor": [7, "王安"],
        "event": "test.thing.done", "subject": ["thing", "1"], "unit": None, "before": None, "after": after,
        "reason": "因为", "salt": salt,
    }  # fmt: skip
    told = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(f"{previous}\n{told}".encode()).hexdigest()
    return {"sequence": number, "after": json.dumps(after, ensure_ascii=False), "salt": salt, "digest": digest}


def _fill():
    sqlite = db.engine.dialect.name == "sqlite"
    moment, previous = "2026-03-02 01:00:00.250000" + ("" if sqlite else "+00"), "0" * 64
    with db.engine.begin() as connection:
        for number in range(1, ENTRIES + 1):
            row = _chained(number, previous)
            previous = row["digest"]
            connection.execute(ADD, row | {"moment": moment})
        connection.execute(
            text("INSERT INTO ledger_head (id, size, digest, changes) VALUES (1, :size, :digest, 0)"),
            {"size": ENTRIES, "digest": previous},
        )
    return previous


def _digests():
    with db.engine.connect() as connection:
        return (
            list(connection.execute(text("SELECT digest FROM ledger_entry ORDER BY sequence")).scalars()),
            connection.execute(text("SELECT digest FROM ledger_head")).scalar_one(),
        )


def _unguarded(statement):
    with db.engine.begin() as connection:
        if db.engine.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER ledger_entry_no_update"))
        else:
            connection.execute(text("ALTER TABLE ledger_entry DISABLE TRIGGER USER"))
        connection.execute(text(statement))
        if db.engine.dialect.name == "sqlite":
            connection.execute(
                text("CREATE TRIGGER ledger_entry_no_update BEFORE UPDATE ON ledger_entry BEGIN SELECT 1; END")
            )
        else:
            connection.execute(text("ALTER TABLE ledger_entry ENABLE TRIGGER USER"))


def test_old_entries_get_their_leaves_and_an_altered_ledger_is_not_taken_over(own_url, tmp_path, caplog):
    site = create_app(settings_for(own_url(), tmp_path / "instance"))
    with site.app_context():
        flask_migrate.upgrade(revision="0021")
        last = _fill()
        before = _digests()
        assert before[1] == last
        flask_migrate.upgrade(revision="0022")
        with reading_only():
            assert service.verify(db.session()) == (ENTRIES, None)
            assert service.grow(db.session()).size == ENTRIES
        db.session.rollback()
        with pytest.raises(DBAPIError, match="append-only"), db.engine.begin() as connection:
            connection.execute(text("UPDATE ledger_entry SET reason = 'x'"))
        flask_migrate.downgrade(revision="0021")
        assert _digests() == before
        _unguarded("UPDATE ledger_entry SET reason = 'x' WHERE sequence = 3")
        with pytest.raises(SystemExit):
            flask_migrate.upgrade(revision="0022")
        assert "ledger entry 3 is not as it was written" in caplog.text
        assert _digests() == before  # nothing was changed
        db.engine.dispose()
