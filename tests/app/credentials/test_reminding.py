"""Holders are told of the end of their certificate: each threshold once, and when it has come."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from app.credentials import service
from app.credentials.models import Certificate
from app.ledger.models import LedgerEntry
from app.training.models import Notice, Reminder

ZONE = ZoneInfo("Asia/Shanghai")


def _told(session):
    rows = session.execute(select(Reminder.kind, Reminder.threshold_days).order_by(Reminder.id))
    return [(row.kind, row.threshold_days) for row in rows]


def _last_day(session, certificate_id):
    return session.get(Certificate, certificate_id).valid_to


def test_each_threshold_is_told_once_however_often_the_sweep_runs(session, officer, issue, clock):
    certificate = issue(officer("KT-0101"))
    last = _last_day(session, certificate.id)
    now = clock.now()
    for left in (181, 180, 180, 179, 90, 31, 30, 30, 7, 0):
        service.remind_holders(session, last - timedelta(days=left), now=now)
    assert _told(session) == [("RENEWAL", 180), ("RENEWAL", 90), ("RENEWAL", 30), ("RENEWAL", 7)]
    assert session.scalar(select(func.count(Notice.id))) == 4


def test_the_lapse_itself_is_told_once_from_the_day_after_the_last(session, officer, issue, clock):
    last = _last_day(session, issue(officer("KT-0101")).id)
    now = clock.now() + timedelta(days=4000)
    assert service.remind_holders(session, last + timedelta(days=1), now=now) == 1
    assert service.remind_holders(session, last + timedelta(days=9), now=now) == 0
    assert service.remind_holders(session, last + timedelta(days=31), now=now) == 0
    assert _told(session) == [("EXPIRED", 0)]
    events = session.scalars(select(LedgerEntry.event).where(LedgerEntry.event == "training.reminder.written")).all()
    assert len(events) == 1


def test_a_revoked_certificate_is_not_spoken_of(session, officer, issue, operator, clock):
    certificate = issue(officer("KT-0101"))
    last = _last_day(session, certificate.id)
    now = clock.now()
    service.revoke(session, operator, certificate.number, "伪造材料", now=now, zone=ZONE, legal_basis="条例")
    assert service.remind_holders(session, last - timedelta(days=20), now=now + timedelta(seconds=1)) == 0
    assert _told(session) == []
