"""Sweeps of the credentials: sealing what was issued, recognising who qualified, telling holders of the end."""

import logging
from datetime import datetime

from app.core.clock import local_day
from app.core.database import reading_only
from app.core.errors import DomainError
from app.core.http import settings, zone
from app.core.permissions import system_actor
from app.credentials import service
from app.extensions import db

log = logging.getLogger("chizheng.credentials")


def seal_issued(now: datetime) -> int:
    """Draw and seal the document of every certificate that has none, one transaction each; returns how many."""
    keys, done, after = service.seal_keys(settings(), now), 0, 0
    while (waiting := _next(after)) is not None:
        after = waiting.certificate_id
        done += _seal_one(waiting, keys, now)
    return done


def _next(after: int) -> service.Unsealed | None:
    with reading_only():
        waiting = service.next_unsealed(db.session(), settings(), after)
    db.session.rollback()
    return waiting


def _seal_one(waiting: service.Unsealed, keys: service.SealKeys, now: datetime) -> int:
    """One document; a failure is logged and tried again by the next sweep."""
    try:
        pdf = service.sealed_pdf(waiting, keys, settings(), now)
    except DomainError as error:
        log.error("document not sealed: %s", error, extra={"certificate": waiting.number})  # noqa: TRY400 - told in full
        return 0
    kept = service.keep_document(db.session(), system_actor("seal"), waiting, pdf, keys, now=now)
    db.session.commit()
    return int(kept)


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
