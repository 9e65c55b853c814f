"""The ledger: dense, chained, and quick to notice a hand that was not its own."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from app.core.permissions import Actor, system_actor
from app.extensions import db
from app.ledger import queries, service
from app.ledger.forms import EVENT_TITLES, SUBJECT_TITLES
from app.ledger.models import LedgerEntry
from app.ledger.queries import Filter
from tests.conftest import PROJECT, START

ZONE = ZoneInfo("Asia/Shanghai")
HAND = system_actor("test")


def _write(session, count=3, event="test.thing.done"):
    for number in range(count):
        service.record(session, HAND, event, ("thing", number), now=START, after={"number": number})


def test_sixteen_threads_that_write_at_once_leave_no_gap_and_no_double(own_site):
    def work(thread):
        with own_site.app_context():
            for _batch in range(5):
                deeds = [service.Deed("test.thing.done", ("thread", thread), after={"n": n}) for n in range(3)]
                service.record_all(db.session(), HAND, deeds, now=START)
                db.session.commit()

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(work, range(16)))
    with own_site.app_context():
        assert db.session.scalars(select(LedgerEntry.sequence).order_by(LedgerEntry.sequence)).all() == list(
            range(1, 16 * 5 * 3 + 1)
        )
        assert service.verify(db.session()) == (240, None)


def test_an_entry_goes_with_the_deed_when_the_transaction_is_undone(own_site):
    with own_site.app_context():
        _write(db.session(), 1)
        db.session.commit()
        _write(db.session(), 2)
        db.session.rollback()
        _write(db.session(), 1, "test.thing.later")
        db.session.commit()
        assert [e.event for e in queries.entries(db.session(), Filter(), ZONE)] == [
            "test.thing.later",
            "test.thing.done",
        ]
        assert service.verify(db.session()) == (2, None)


@pytest.mark.parametrize("statement", ["UPDATE ledger_entry SET reason = 'x'", "DELETE FROM ledger_entry"])
def test_the_database_itself_refuses_to_change_or_remove_an_entry(session, statement):
    _write(session)
    with pytest.raises(DatabaseError, match="append-only"), session.begin_nested():
        session.execute(text(statement))
    assert service.verify(session) == (3, None)


def _unguard(session):
    """What somebody with the database's own password would do first."""
    if session.get_bind().dialect.name == "sqlite":
        for name in ("ledger_entry_no_update", "ledger_entry_no_delete"):
            session.execute(text(f"DROP TRIGGER {name}"))
    else:
        session.execute(text("DROP TRIGGER ledger_entry_append_only ON ledger_entry"))


@pytest.mark.parametrize(
    ("tampering", "sound", "broken"),
    [
        ("UPDATE ledger_entry SET reason = 'nothing happened' WHERE sequence = 2", 1, 2),
        ("UPDATE ledger_entry SET actor_label = 'somebody else' WHERE sequence = 3", 2, 3),
        ("DELETE FROM ledger_entry WHERE sequence = 2", 1, 2),
        ("DELETE FROM ledger_entry WHERE sequence = 3", 2, 3),
        ("UPDATE ledger_head SET size = 2", 3, 4),
        ("UPDATE ledger_entry SET salt = 'ff' WHERE sequence = 2", 1, 2),
        ("UPDATE ledger_entry SET sequence = 9 WHERE sequence = 2", 1, 2),
        ("DELETE FROM ledger_head", 3, 4),
    ],
)
def test_verifying_finds_the_first_place_that_was_touched(session, tampering, sound, broken):
    _write(session)
    assert service.verify(session) == (3, None)
    _unguard(session)
    session.execute(text(tampering))
    session.expire_all()
    assert service.verify(session) == (sound, broken)


def test_an_entry_keeps_codes_days_and_amounts_as_plain_data(session):
    service.record(
        session, HAND, "test.thing.done", ("thing", 7), now=START, reason="因为",
        before={"day": date(2026, 5, 1), "amount": Decimal("1.50")}, after={"tags": {"b", "a"}, "at": START},
    )  # fmt: skip
    row = queries.about(session, "thing", 7)[0]
    assert row.before == {"day": "2026-05-01", "amount": "1.50"}
    assert row.after == {"tags": ["a", "b"], "at": "2026-03-02T01:00:00+00:00"}
    assert service.verify(session)[1] is None


def test_the_filter_takes_event_actor_subject_and_local_days_inclusive(session, clock):
    _write(session, 1)
    clock.forward(hours=15)  # midnight in Shanghai: the next local day
    service.record(session, Actor("wang"), "other.thing.done", ("card", 9), now=clock.now())

    def found(**wanted):
        return [row.event for row in queries.entries(session, Filter(**wanted), ZONE)]

    assert found(event="other") == found(actor="wan") == found(subject="card:9") == found(subject="card")
    assert found(first=date(2026, 3, 3)) == found(event="other") == ["other.thing.done"]
    assert found(last=date(2026, 3, 2)) == ["test.thing.done"]
    assert found(event="test%") == []


def test_the_auditor_reads_and_exports_and_the_export_is_noted(sign_in, session):
    _write(session, 2)
    browser = sign_in("ada")
    assert "test.thing.done" in browser.get("/ledger/").text
    answer = browser.get("/ledger/export?event=test")
    assert [json.loads(line)["event"] for line in answer.text.splitlines()] == ["test.thing.done"] * 2
    noted = queries.entries(session, Filter(event="ledger.export"), ZONE)
    assert (noted[0].actor, noted[0].after["entries"]) == ("ada", 2)


def test_a_filter_that_cannot_be_read_shows_and_exports_nothing(sign_in, session):
    _write(session, 2)
    browser = sign_in("ada")
    assert "test.thing.done</span>" not in browser.get("/ledger/?first=2026-13-45").text
    assert "lies before the first" in browser.get("/ledger/?first=2026-03-02&last=2026-03-01").text
    assert browser.get("/ledger/export?first=2026-13-45").status_code == 422
    assert queries.count(session, Filter(event="ledger.export"), ZONE) == 0


def test_whoever_is_no_auditor_sees_no_ledger(sign_in):
    assert sign_in("sun").get("/ledger/").status_code == 403


def test_every_event_and_subject_that_the_rooms_write_has_a_title():
    written = "\n".join(
        path.read_text("utf-8") for path in sorted((PROJECT / "app").rglob("*.py")) if path.name != "forms.py"
    )
    rooms = "accounts|bank|credentials|eligibility|exams|ledger|regimes|registry|training"
    events = set(re.findall(rf'"((?:{rooms})\.[a-z-]+\.[a-z-]+)"', written))
    subjects = set(re.findall(rf'"(?:{rooms})\.[a-z-]+\.[a-z-]+",\s*\("([a-z_-]+)",', written))
    kinds = set(re.findall(r'_kind\("([a-z]+)"', written))
    events |= {f"registry.{kind}.{deed}" for kind in kinds for deed in ("recorded", "corrected", "withdrawn")}
    assert len(events) > 80
    assert len(kinds) == 13
    assert events - set(EVENT_TITLES) == set()
    assert subjects - set(SUBJECT_TITLES) == set()


def test_the_auditor_reads_titles_beside_the_codes(sign_in, session):
    service.record(session, HAND, "registry.unit.founded", ("unit", 7), now=START)
    page = sign_in("ada").get("/ledger/").text
    assert '<span class="d-block">Unit founded</span><span class="code">registry.unit.founded</span>' in page.replace(
        "\n", ""
    )
    assert '<span class="d-block">Unit</span>' in page
    assert "Unit founded · registry.unit.founded" in page
