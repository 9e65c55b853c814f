"""Sweeps of the duty decisions: how everyone stands, and telling connected systems of whom it changed for."""

import logging
from collections.abc import Iterator
from datetime import datetime
from functools import partial

from app.core.beside import in_order
from app.core.database import reading_only
from app.core.errors import Invalid, Unavailable
from app.core.http import settings, zone
from app.credentials import service as credentials
from app.eligibility.queries.states import State
from app.eligibility.service import attesting, carrying, states, webhooks, whatif
from app.extensions import db

MOST_A_RUN = 500
log = logging.getLogger("chizheng.eligibility")


def look_at_everyone(now: datetime) -> int:
    """Once a day judge everyone afresh; goes on where it was broken off. Returns how many rows were written.

    A large registry is judged by a process for each core; this one writes.
    """
    return _sweep(states.Sweep.EVERYONE, now)


def look_at_due(now: datetime) -> int:
    """Judge whose state was to change by now, and about whom something new was recorded."""
    return _sweep(states.Sweep.DUE, now)


def _sweep(kind: states.Sweep, now: datetime) -> int:
    started = states.begin(db.session(), kind, now=now, zone=zone())
    db.session.commit()
    if not started:
        return 0
    written, hands = 0, states.hands_for(db.session(), kind)
    for ids, found in _judged(states.groups(db.session(), kind, now=now), now, hands):
        written += states.keep(db.session(), kind, ids[-1], found, now=now)
        db.session.commit()
        db.session.expunge_all()
    states.finish(db.session(), kind, now=now)
    db.session.commit()
    return written


def _judged(groups: Iterator[list[int]], now: datetime, hands: int) -> Iterator[tuple[list[int], tuple[State, ...]]]:
    if hands == 1:
        return in_order(partial(states.judged, db.session(), now=now, zone=zone()), groups, 1)
    aside = states.Aside(settings().database_url, settings().calendars, zone(), now)
    return in_order(partial(states.judged_aside, aside), groups, hands, partial(states.stand_aside, aside))


def seal_attestations(now: datetime) -> int:
    """Draw, seal and keep every attestation that was asked for, one transaction each; returns how many.

    For the sealing process. What can never be drawn is noted at its request; any other failure is tried again.
    """
    done, after = 0, 0
    while (draft := _next_attestation(after)) is not None:
        after = draft.request_id
        done += _seal_attestation(draft, now)
    return done


def _next_attestation(after: int) -> attesting.Draft | None:
    with reading_only():
        draft = attesting.next_attestation(db.session(), after)
    db.session.rollback()
    return draft


def _seal_attestation(draft: attesting.Draft, now: datetime) -> int:
    with reading_only():
        keys = credentials.sealing_keys(db.session(), settings(), now)
    db.session.rollback()
    try:
        sealed = attesting.seal_attestation(draft, keys, settings(), now=now)
        done = int(attesting.keep_attestation(db.session(), draft, sealed, keys, now=now))
    except Invalid as fault:
        attesting.refuse_attestation(db.session(), draft, fault)
        done = 0
    except Unavailable as fault:
        log.error("attestation not sealed: %s", fault, extra={"attestation": draft.content.number})  # noqa: TRY400 - told in full
        return 0
    db.session.commit()
    return done


def send_webhooks(now: datetime, carrier: carrying.Carrier | None = None) -> int:
    """Send every message that is due, each webhook until it first fails; nothing is held in the database meanwhile."""
    carrier, sent = carrier or carrying.HttpCarrier(settings().webhook_networks), 0
    failed: set[int] = set()
    while sent < MOST_A_RUN and (parcel := _claim(now, failed)) is not None:
        failure = carrier.carry(parcel)
        webhooks.note_delivery(db.session(), parcel.id, failure, now)
        db.session.commit()
        sent += not failure
        failed |= {parcel.webhook_id} if failure else set()
    return sent


def _claim(now: datetime, failed: set[int]) -> webhooks.Parcel | None:
    parcel = webhooks.claim_delivery(db.session(), settings().identity_key, now, without=failed)
    db.session.commit()
    return parcel


def forget_webhooks(now: datetime) -> int:
    """Delete messages that came to an end more than 30 days ago."""
    done = webhooks.forget_deliveries(db.session(), now)
    db.session.commit()
    return done


def run_what_ifs(now: datetime) -> int:
    """Try every queued draft over the people under its rules, part by part; returns how many people were judged."""
    judged = 0
    while (part := _tried()) is not None:
        judged += whatif.keep(db.session(), part, now=now)
        db.session.commit()
        db.session.expunge_all()
    return judged


def _tried() -> whatif.Part | None:
    with reading_only():
        part = whatif.look(db.session())
    db.session.rollback()
    return part
