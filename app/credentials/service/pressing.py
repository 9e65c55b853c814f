"""Sealing by several processes: batches handed out, never more than a few at a time, and taken back in order.

Nothing is remembered here. What has no document in the database waits, so a sweep that broke off is taken up by the
next one where it stopped, and the row of a document is unique, so that no second one is kept.
"""

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from app.config import Settings
from app.core.beside import in_order
from app.core.database import reading_only
from app.credentials import queries
from app.credentials.service.coding import coder
from app.credentials.service.keys import sealing_keys, unusable
from app.credentials.service.sealing import Pressed, Unsealed, pressed, unsealed_after
from certificates.errors import CertificateError
from certificates.fast.hands import Fault, Order, seal_faces
from certificates.layout import CERTIFICATE, layout_of
from certificates.sign import Sealed

BATCH, STAMPED_BATCH = 50, 5
"""Documents of one transaction; with a time stamp each takes fifty times as long."""
HANDS_FROM = 4
"""Batches from which on other processes are worth their start, which takes a second or two."""

log = logging.getLogger("chizheng.credentials")


@dataclass(frozen=True, slots=True)
class Sweep:
    """One sweep: how each document is made, and the serial number of the seal's certificate."""

    settings: Settings
    order: Order
    serial: str


def seal_waiting(session: Session, settings: Settings, now: datetime) -> Iterator[tuple[Pressed, ...]]:
    """Seal every certificate that has no document, batch by batch in order of their ids; the caller keeps each batch.

    By as many processes as SEAL_WORKERS says when many wait, else in this one. What fails is logged and left to the
    next sweep. Where nothing waits no key is opened. The session must hold nothing unsaved: each reading ends in a
    rollback. Raises Unavailable `seal-keys`.
    """
    with reading_only():
        count = queries.unsealed(session)
    session.rollback()
    if not count:
        return
    sweep = begin(session, settings, now)
    size = STAMPED_BATCH if settings.tsa_url or sweep.order.service else BATCH
    yield from sweep_over(session, sweep, size, settings.seal_workers if count >= HANDS_FROM * size else 1)


def begin(session: Session, settings: Settings, now: datetime) -> Sweep:
    """What a sweep needs of keys."""
    with reading_only():
        keys = sealing_keys(session, settings, now)
    session.rollback()
    font = str(settings.font_path) if settings.font_path else None
    order = Order(keys.source, font, layout_of(CERTIFICATE).key, now, settings.tsa_url, keys.validation, keys.service)
    return Sweep(settings, order, keys.serial)


def sweep_over(session: Session, sweep: Sweep, size: int, hands: int) -> Iterator[tuple[Pressed, ...]]:
    """Every waiting document; what helpers that ended too soon had in hand is sealed by this process."""
    batches = _batches(session, sweep.settings, size, sweep.order.now)
    try:
        for waiting, done in in_order(partial(_seal, sweep.order), batches, hands):
            yield tuple(_kept(sweep, waiting, done))
    except BrokenProcessPool:
        log.warning("a sealing process ended too soon; this one goes on alone")
        yield from sweep_over(session, sweep, size, 1)
    except (CertificateError, OSError) as fault:
        raise unusable(fault) from fault


def _kept(sweep: Sweep, waiting: list[Unsealed], done: list[Sealed | Fault]) -> Iterator[Pressed]:
    for one, made in zip(waiting, done, strict=False):  # after faults of a time stamp the rest was not tried
        if isinstance(made, Fault):
            log.error("document not sealed: %s", made.en, extra={"certificate": one.number, "fault": made.code})
        else:
            yield pressed(one, made, made.serial or sweep.serial)


def _batches(session: Session, settings: Settings, size: int, now: datetime) -> Iterator[list[Unsealed]]:
    after = 0
    with reading_only():
        codes = coder(session, settings, now)
    session.rollback()
    while True:
        with reading_only():
            found = unsealed_after(session, settings, after, size, codes)
        session.rollback()
        if not found:
            return
        after = found[-1].certificate_id
        yield found


def _seal(order: Order, waiting: Sequence[Unsealed]) -> list[Sealed | Fault]:
    return seal_faces(order, [one.face for one in waiting])
