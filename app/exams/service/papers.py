"""Draw papers: one for each candidate, from a seed of its own, checked against the specification, never changed."""

import hashlib
import json
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.bank import queries as bank
from app.core.clock import local_day
from app.core.database import insert_into
from app.core.errors import N_, Refused
from app.core.permissions import Actor, P
from app.exams.models import Admission, ExamPaper, Sitting
from app.exams.queries.specifications import specification_version
from app.exams.service.access import owned_sitting, refuse_unless
from app.exams.sitting import State
from app.ledger.service import Deed, record_all
from app.registry.queries import regime_of
from question_bank.assembly import Form, check_form, draw
from question_bank.errors import BankError
from question_bank.specification import PoolItem, Specification

AHEAD = timedelta(hours=24)
"""How long before the opening the job draws papers by itself; the trainer may ask for them at any time before."""
BATCH = 50
Chance = Callable[[int], int]


@dataclass(frozen=True)
class Generated:
    """How many papers were drawn now, and how many candidates still wait for one."""

    made: int
    waiting: int


@dataclass(frozen=True)
class Source:
    """What the papers of one sitting are drawn from."""

    blueprint: Specification
    pool: list[PoolItem]


def source_of(session: Session, found: Sitting, zone: ZoneInfo) -> Source:
    """The specification of a sitting and the final questions on the day it opens."""
    blueprint = specification_version(session, found.specification_version_id).blueprint
    day = local_day(found.opens_at, zone)
    return Source(blueprint, bank.pool(session, found.paper, day, regime_of(session, found.unit_id)))


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
    """Draw up to `most` of the papers that are missing; running it again draws only what is still missing.

    Raises Refused `bank-cannot-fill` or `paper-check-failed`, and then draws none.
    """
    found = owned_sitting(session, actor, sitting_id, P.EXAMS_MANAGE)
    refuse_unless(session, sitting_id, now, State.PLANNED, State.READY, State.OPEN)
    waiting = _waiting(session, sitting_id)
    if waiting:
        source = source_of(session, found, zone)
        avoid = _seen(session, waiting[:most], found.paper)
        deeds = []
        for person_id in waiting[:most]:
            paper = _draw(session, found, source, person_id, 1, avoid.get(person_id, frozenset()), now, chance)
            deeds.append(_deed(found, paper))
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
    wanted = (ExamPaper.sitting_id == found.id, ExamPaper.person_id == person_id, ExamPaper.number == number)
    present = session.scalar(select(ExamPaper).where(*wanted))
    if present is not None:
        return present
    source = source_of(session, found, zone)
    avoid = _seen(session, [person_id], found.paper).get(person_id, frozenset())
    paper = _draw(session, found, source, person_id, number, avoid, now, chance)
    record_all(session, actor, [_deed(found, paper)], now=now)
    return paper


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


def _draw(
    session: Session,
    found: Sitting,
    source: Source,
    person_id: int,
    number: int,
    avoid: frozenset[int | str],
    now: datetime,
    chance: Chance,
) -> ExamPaper:
    try:
        form = draw(source.blueprint, source.pool, chance(62), avoid)
    except BankError as error:
        raise Refused(
            "bank-cannot-fill-now",
            N_("The bank can no longer fill cell %(cell)s of this sitting's specification: %(missing)s are missing."),
            cell=error.data.get("cell", 1),
            missing=error.data.get("missing", 1),
        ) from error
    problems = check_form(form, source.blueprint, source.pool)
    if problems:
        raise Refused(
            "paper-check-failed",
            N_("A paper was drawn that does not keep its specification (%(problem)s), so it was not kept."),
            problem=problems[0].code,
        )
    return _keep(session, found.id, person_id, number, form, now)


def _keep(session: Session, sitting_id: int, person_id: int, number: int, form: Form, now: datetime) -> ExamPaper:
    """Store the paper, or find the one that another process stored first."""
    places = [
        {"ref": p.ref, "marks": f"{p.marks.normalize():f}", "order": list(p.option_order), "cell": p.cell_index}
        for p in form.places
    ]
    session.execute(
        insert_into(session, ExamPaper)
        .values(
            sitting_id=sitting_id, person_id=person_id, number=number, seed=form.seed, places=places,
            digest=digest_of(places), generated_at=now,
        )
        .on_conflict_do_nothing()
    )  # fmt: skip
    return session.scalars(
        select(ExamPaper).where(
            ExamPaper.sitting_id == sitting_id, ExamPaper.person_id == person_id, ExamPaper.number == number
        )
    ).one()


def digest_of(places: Sequence[dict[str, Any]]) -> str:
    """SHA-256, in hex, over the places of a paper as canonical JSON."""
    return hashlib.sha256(json.dumps(places, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _deed(found: Sitting, paper: ExamPaper) -> Deed:
    return Deed(
        "exams.paper.generated",
        ("exam_paper", paper.id),
        after={"sitting_id": found.id, "person_id": paper.person_id, "number": paper.number, "digest": paper.digest},
        unit_id=found.unit_id,
    )
