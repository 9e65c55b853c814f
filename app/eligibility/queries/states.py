"""How everyone stands: judged in groups on facts loaded together, kept as rows that tell when it becomes another."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, func, select, union
from sqlalchemy.orm import Session

from app.core.prepared import Prepared, among
from app.credentials.models import (
    Certificate,
    CertificatePeriod,
    CertificateReview,
    CertificateStateChange,
    Qualification,
)
from app.eligibility.facts import PersonFacts
from app.eligibility.intervals import DAY, midnight
from app.eligibility.judgement import own_standing
from app.eligibility.models import PersonState
from app.eligibility.queries.loading import Loaded, load_people
from app.exams.models import Result, Sitting
from app.registry.codes import PersonKind
from app.registry.models import (
    Appointment,
    Employment,
    Person,
    PersonProfile,
    Posting,
    Relation,
    Sanction,
    Separation,
    Unit,
    UnitStanding,
)
from app.training.models import Attendance, TaskDone

TOGETHER = 500
AHEAD = timedelta(days=366)
ASSISTS = "ASSISTS"
"""The outcome of who is no officer and is not expected to enforce."""

DATED_TWICE = (
    PersonProfile, Employment, Posting, Sanction, Separation, Relation, Appointment, Qualification, Attendance,
    TaskDone, Result,
)  # fmt: skip
"""Tables with a person and two times; whatever is recorded or superseded there may change how the person stands."""


@dataclass(frozen=True, slots=True)
class State:
    """How a person stands. `reasons` are rule codes, sorted; `unit_id` is where they serve, None for nowhere."""

    person_id: int
    code: str
    outcome: str
    reasons: tuple[str, ...]
    unit_id: int | None
    next_change_at: datetime | None


def states_of(session: Session, person_ids: Sequence[int], now: datetime, day: date) -> Iterator[State]:
    """The state of each person at `now` through the end of the local `day`, judged afresh; a fixed number of queries.

    Whoever is not known any more is left out.
    """
    if not person_ids:
        return
    for loaded in load_people(session, person_ids, day, day + AHEAD, decisive=day):
        end = midnight(day + DAY, loaded.regime.time_zone)
        for code, person in loaded.facts.people.items():
            yield _state(loaded, person, now, end, loaded.ids[code], loaded.homes.get(code))


def _state(
    loaded: Loaded, person: PersonFacts, now: datetime, end: datetime, person_id: int, unit_id: int | None
) -> State:
    if person.kind != PersonKind.OFFICER:
        return State(person_id, person.code, ASSISTS, (), unit_id, None)
    found = own_standing(person.code, loaded.facts.about(person), loaded.regime, now, end, permitted=False)
    first = found.intervals[0]
    return State(
        person_id, person.code, first.outcome.value, tuple(sorted(first.reasons)), unit_id, found.changes_at
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class KeptState:
    """A state as it was kept when somebody last changed."""

    person_id: int
    outcome: str
    reasons: list[str]
    unit_id: int | None
    next_change_at: datetime | None


_KEPT = Prepared(
    select(
        PersonState.person_id, PersonState.outcome, PersonState.reasons, PersonState.unit_id,
        PersonState.next_change_at,
    ).where(among(PersonState.person_id, "ids"))
)  # fmt: skip


def kept_states(session: Session, person_ids: Sequence[int]) -> dict[int, KeptState]:
    """What is kept of these people."""
    return {row[0]: KeptState(*row) for row in _KEPT.rows(session, ids=list(person_ids))}


def people_count(session: Session) -> int:
    """How many people the registry holds."""
    return session.scalar(select(func.count()).select_from(Person)) or 0


def everyone_after(session: Session, after_id: int) -> list[int]:
    """The next people by their id, at most 500."""
    return list(session.scalars(select(Person.id).where(Person.id > after_id).order_by(Person.id).limit(TOGETHER)))


def due_after(session: Session, after_id: int, since: datetime, now: datetime) -> list[int]:
    """The next people, at most 500, whose state was to change by `now` or about whom something is new since `since`.

    New is whatever was recorded or superseded about them, their certificates, or their unit's standing in law, and a
    result that was released.
    """
    changed = union(
        select(PersonState.person_id).where(PersonState.next_change_at <= now),
        *_recorded(since),
    ).subquery()
    ids = select(changed.c[0]).where(changed.c[0] > after_id).order_by(changed.c[0]).limit(TOGETHER)
    return list(session.scalars(ids))


def _recorded(since: datetime) -> Iterator[Select[int]]:
    for table in DATED_TWICE:
        yield select(table.person_id).where((table.recorded_at >= since) | (table.superseded_at >= since))
    released = select(Sitting.id).where(Sitting.released_at >= since)
    yield select(Result.person_id).where(Result.sitting_id.in_(released))
    yield select(Certificate.person_id).where(Certificate.recorded_at >= since)
    for of_certificate in (CertificateStateChange, CertificateReview, CertificatePeriod):
        yield (
            select(Certificate.person_id)
            .join(of_certificate, of_certificate.certificate_id == Certificate.id)
            .where((of_certificate.recorded_at >= since) | (of_certificate.superseded_at >= since))
        )
    law = UnitStanding
    yield (
        select(PersonState.person_id)
        .join(Unit, Unit.id == PersonState.unit_id)
        .join(law, (law.unit_id == Unit.id) | (law.unit_id == Unit.agency_id))
        .where((law.recorded_at >= since) | (law.superseded_at >= since))
    )
