"""Papers: one for each candidate, drawn by lot from a seed of its own or dealt from parallel forms, never changed."""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ScalarResult, exists, select
from sqlalchemy.orm import Session

from app.core.database import insert_into
from app.core.permissions import Actor, P
from app.exams.models import Admission, ExamPaper, Sitting
from app.exams.queries.blueprints import Way
from app.exams.service.access import owned_sitting, refuse_unless
from app.exams.service.parallel import dealt
from app.exams.service.sources import Source, digest_of, drawn_by_lot, places_of, source_of
from app.exams.sitting import State
from app.ledger.service import Deed, record_all
from question_bank.assembly.rules import has_rules

AHEAD = timedelta(hours=24)
"""How long before the opening the job draws papers by itself; the trainer may ask for them at any time before."""
BATCH = 50
SEARCHED = 20
"""So many papers at once where a specification holds more than cells, so that nobody waits for minutes."""
Chance = Callable[[int], int]


@dataclass(frozen=True)
class Generated:
    """How many papers were drawn now, and how many candidates still wait for one."""

    made: int
    waiting: int


def generate_papers(
    session: Session,
    actor: Actor,
    sitting_id: int,
    *,
    now: datetime,
    zone: ZoneInfo,
    most: int = BATCH,
    chance: Chance = secrets.randbits,
) -> Generated:
    """Draw or deal up to `most` of the papers that are missing; running it again makes only what is still missing.

    Where each paper must be searched for, fewer are made at once. Raises Refused `bank-cannot-fill-now`,
    `papers-not-found`, `paper-check-failed` or `forms-outdated`, and then makes none.
    """
    found = owned_sitting(session, actor, sitting_id, P.EXAMS_MANAGE)
    refuse_unless(session, sitting_id, now, State.PLANNED, State.READY, State.OPEN)
    waiting = _waiting(session, sitting_id)
    if waiting:
        source = source_of(session, found, zone)
        if source.demands.way is Way.RANDOM and has_rules(source.blueprint, source.pool):
            most = min(most, SEARCHED)
        avoid = _seen(session, waiting[:most], found.paper)
        deeds = []
        for person_id in waiting[:most]:
            avoided = avoid.get(person_id, frozenset())
            deeds.append(_paper(session, actor, found, source, person_id, 1, avoided, now, chance))
        record_all(session, actor, deeds, now=now)
    made = min(len(waiting), most)
    return Generated(made, len(waiting) - made)


def paper_on_demand(
    session: Session,
    actor: Actor,
    found: Sitting,
    person_id: int,
    number: int,
    *,
    now: datetime,
    zone: ZoneInfo,
    chance: Chance = secrets.randbits,
) -> ExamPaper:
    """The person's paper of that number, drawn now if there is none yet."""
    present = _paper_of(session, found.id, person_id, number).one_or_none()
    if present is not None:
        return present
    source = source_of(session, found, zone)
    avoid = _seen(session, [person_id], found.paper).get(person_id, frozenset())
    deed = _paper(session, actor, found, source, person_id, number, avoid, now, chance)
    record_all(session, actor, [deed], now=now)
    return _paper_of(session, found.id, person_id, number).one()


def due_sittings(session: Session, now: datetime) -> list[int]:
    """Announced sittings that open within a day or are open, and where a candidate waits for a paper."""
    drawn = exists().where(ExamPaper.sitting_id == Admission.sitting_id, ExamPaper.person_id == Admission.person_id)
    waits = exists().where(Admission.sitting_id == Sitting.id, Admission.withdrawn_at.is_(None), ~drawn)
    return list(
        session.scalars(
            select(Sitting.id)
            .where(
                Sitting.announced_at.is_not(None), Sitting.cancelled_at.is_(None), Sitting.released_at.is_(None),
                Sitting.opens_at <= now + AHEAD, Sitting.closes_at > now, waits,
            )
            .order_by(Sitting.opens_at)
        )
    )  # fmt: skip


def _waiting(session: Session, sitting_id: int) -> list[int]:
    drawn = exists().where(ExamPaper.sitting_id == sitting_id, ExamPaper.person_id == Admission.person_id)
    return list(
        session.scalars(
            select(Admission.person_id)
            .where(Admission.sitting_id == sitting_id, Admission.withdrawn_at.is_(None), ~drawn)
            .order_by(Admission.id)
        )
    )


def _seen(session: Session, person_ids: Iterable[int], paper: str) -> dict[int, frozenset[int | str]]:
    """Per person the questions of their earlier papers, which a new one avoids where the bank allows it."""
    found: dict[int, frozenset[int | str]] = {}
    statement = (
        select(ExamPaper.person_id, ExamPaper.places)
        .join(Sitting, Sitting.id == ExamPaper.sitting_id)
        .where(ExamPaper.person_id.in_(list(person_ids)), Sitting.paper == paper)
    )
    for person_id, places in session.execute(statement):
        found[person_id] = found.get(person_id, frozenset()) | {place["ref"] for place in places}
    return found


def _paper(
    session: Session,
    actor: Actor,
    found: Sitting,
    source: Source,
    person_id: int,
    number: int,
    avoid: frozenset[int | str],
    now: datetime,
    chance: Chance,
) -> Deed:
    """Make or deal a person's paper and keep it; what was done, for the ledger."""
    if source.demands.way is Way.PARALLEL:
        form = dealt(session, actor, found, source, person_id, now, chance)
        made = {"seed": form.seed, "places": form.places, "digest": form.digest, "form_id": form.id}
        shown: dict[str, Any] = {"form": form.number}
    else:
        drawn = drawn_by_lot(source, chance(62), avoid)
        places = places_of(drawn, source.types)
        made = {"seed": drawn.seed, "places": places, "digest": digest_of(places), "form_id": None}
        shown = {}
    kept = _keep(session, found.id, person_id, number, made, now)
    after = {"sitting_id": found.id, "person_id": person_id, "number": number, "digest": kept.digest, **shown}
    return Deed("exams.paper.generated", ("exam_paper", kept.id), after=after, unit_id=found.unit_id)


def _keep(
    session: Session, sitting_id: int, person_id: int, number: int, made: dict[str, Any], now: datetime
) -> ExamPaper:
    """Store the paper, or find the one that another process stored first."""
    session.execute(
        insert_into(session, ExamPaper)
        .values(sitting_id=sitting_id, person_id=person_id, number=number, generated_at=now, **made)
        .on_conflict_do_nothing()
    )
    return _paper_of(session, sitting_id, person_id, number).one()


def _paper_of(session: Session, sitting_id: int, person_id: int, number: int) -> ScalarResult[ExamPaper]:
    return session.scalars(
        select(ExamPaper).where(
            ExamPaper.sitting_id == sitting_id, ExamPaper.person_id == person_id, ExamPaper.number == number
        )
    )
