"""Sweeps of the exams. Each claims one due thing, finishes it, commits, and asks for the next; safe to run twice."""

import logging
import os
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from multiprocessing import get_context
from typing import TYPE_CHECKING

from app.core.errors import DomainError
from app.core.http import zone
from app.core.permissions import system_actor
from app.exams import service
from app.exams.service.figures import due_figures, keep_sitting_figures, material_of
from app.extensions import db

if TYPE_CHECKING:
    from question_bank.statistics.plain import Computed, Material

LOG = logging.getLogger(__name__)
ACTOR = system_actor("exams-job")
MOST = 10_000


def close_overdue(now: datetime) -> int:
    """Give time that is due, close the attempts whose grace has run out, mark the unmarked; how many were closed."""
    for attempt_id in service.outgrown(db.session()):
        service.refresh_deadline(db.session(), ACTOR, attempt_id, now=now)
        db.session.commit()
    closed = 0
    while closed < MOST and service.close_next_overdue(db.session(), ACTOR, now=now):
        db.session.commit()
        closed += 1
    db.session.commit()
    _mark_rest(now)
    return closed


def _mark_rest(now: datetime) -> None:
    for attempt_id in service.unmarked(db.session()):
        if not service.mark_if_possible(db.session(), ACTOR, attempt_id, now=now):
            LOG.error("attempt cannot be marked", extra={"attempt_id": attempt_id})
        db.session.commit()


def generate_due_papers(now: datetime) -> int:
    """Draw the papers of sittings that open within a day, a batch at a time; how many were drawn."""
    return sum(_generate(sitting_id, now) for sitting_id in service.due_sittings(db.session(), now))


def _generate(sitting_id: int, now: datetime) -> int:
    made, waiting = 0, 1
    while waiting:
        try:
            done = service.generate_papers(db.session(), ACTOR, sitting_id, now=now, zone=zone())
        except DomainError as error:
            db.session.rollback()
            LOG.warning("papers not drawn", extra={"sitting_id": sitting_id, "code": error.code})
            return made
        db.session.commit()
        made, waiting = made + done.made, done.waiting
    return made


def compute_figures(now: datetime) -> int:
    """Compute the statistics of released sittings, one after the other; how many were computed.

    Nothing is locked meanwhile: what they are made from is read first, and what comes out is kept in the end. A process
    of its own with one thread computes, so that the other sweeps and the machine go on; it starts with the first.
    """
    done = 0
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as aside:
        while done < MOST and (sitting_id := due_figures(db.session())) is not None:
            material = material_of(db.session(), sitting_id)
            db.session.rollback()
            computed = _computed(aside, material)
            keep_sitting_figures(db.session(), ACTOR, sitting_id, computed, now=now, zone=zone())
            db.session.commit()
            done += 1
    return done


def _computed(aside: ProcessPoolExecutor, material: "Material") -> "Computed":
    from question_bank.statistics.plain import compute  # brings scipy, which no other job needs

    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    return aside.submit(compute, material).result()
