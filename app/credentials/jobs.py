"""Sweeps of the credentials: sealing what was issued, recognising who qualified, telling holders of the end."""

from datetime import datetime

from app.core.clock import local_day
from app.core.database import reading_only
from app.core.http import settings, zone
from app.core.permissions import system_actor
from app.credentials import service
from app.extensions import db


def seal_issued(now: datetime) -> int:
    """Draw and seal the document of every certificate that has none, a batch a transaction; returns how many."""
    keep_keys(now)
    keep_titles(now)
    done = 0
    for made in service.seal_waiting(db.session(), settings(), now):
        done += service.keep_documents(db.session(), system_actor("seal"), made, now=now)
        db.session.commit()
    return done


def keep_keys(now: datetime) -> int:
    """Make the keys on first start, enter new ones in the register, publish the lists that are due; 1 if it did."""
    with reading_only():
        due = service.keys_are_due(db.session(), settings(), now=now)
    db.session.rollback()
    if due:
        service.init_keys(db.session(), system_actor("keys"), settings(), now=now)
        db.session.commit()
    return int(due)


def publish_log(now: datetime) -> int:
    """Sign a checkpoint of the log if anything was appended since the last; 1 if it was."""
    while service.grow_log(db.session()):
        db.session.commit()
    told = service.publish_log(db.session(), settings(), now)
    db.session.commit()
    return int(told is not None)


def stamp_log(now: datetime) -> int:
    """Have the newest checkpoint time-stamped once a day; nothing is held in the database while the authority works."""
    with reading_only():
        told = service.unstamped(db.session(), settings(), now)
    db.session.rollback()
    if told is None:
        return 0
    kept = service.keep_log_stamp(db.session(), told, service.log_stamp(told, settings()), now)
    db.session.commit()
    return int(kept)


def keep_titles(now: datetime) -> int:
    """Give a key to each title that codes will refer to; returns how many are new."""
    with reading_only():
        waiting = service.titles_wait(db.session())
    db.session.rollback()
    done = service.keep_titles(db.session(), now=now) if waiting else 0
    db.session.commit()
    return done


def issue_statuses(now: datetime) -> int:
    """Sign the status lists and names that are due: every hour, and at once after a change; returns how many."""
    with reading_only():
        due = service.statuses_are_due(db.session(), settings(), now=now)
    db.session.rollback()
    done = service.issue_statuses(db.session(), system_actor("status"), settings(), now=now) if due else 0
    db.session.commit()
    return done


def seal_papers(now: datetime) -> int:
    """Draw and seal every paper that was asked for beside the certificates, one transaction each; returns how many."""
    done = 0
    for waiting, sealed, keys in service.seal_papers(db.session(), settings(), now):
        done += service.keep_paper(db.session(), system_actor("seal"), waiting, sealed, keys, now=now)
        db.session.commit()
    return done


def recognise(now: datetime) -> int:
    """Make qualifications of everybody who passed and meets the conditions; returns how many are new."""
    done = service.recognise(db.session(), system_actor("recognition"), local_day(now, zone()), now=now)
    db.session.commit()
    return done


def remind_holders(now: datetime) -> int:
    """Tell holders of certificates that are about to lapse or have; each threshold once, however often this runs."""
    written, today = 0, local_day(now, zone())
    while some := service.remind_holders(db.session(), today, now=now):
        db.session.commit()
        written += some
    db.session.rollback()
    return written
