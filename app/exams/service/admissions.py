"""Admit people to a sitting, each refusal with its reason; withdraw them; give them seats."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.clock import local_day
from app.core.errors import N_, Invalid, NotFound, Refused
from app.core.permissions import Actor, P
from app.exams.models import Admission, Attempt, Sitting, SittingRoom
from app.exams.queries.history import admitted_elsewhere, sat_before
from app.exams.queries.rules import rules_for
from app.exams.queries.specifications import specification_version
from app.exams.service.access import owned_sitting, refuse_unless
from app.exams.sitting import Admissible, Kind, Refusal, State, admissible
from app.ledger.service import record
from app.registry.models import Person
from app.registry.queries import PersonRow, people_by_codes, people_by_ids, search_people, unit_by_id

MOST_AT_ONCE = 2000
ADMITTING = (State.DRAFT, State.PLANNED, State.READY, State.OPEN)


@dataclass(frozen=True)
class NotAdmitted:
    """Somebody who was not admitted: the code or name asked for, why, and from when it would be possible."""

    code: str
    name: str
    refusal: Refusal
    next_on: date | None = None


@dataclass(frozen=True)
class AdmissionReport:
    """Who was admitted, by code, and who was not."""

    admitted: tuple[str, ...]
    refused: tuple[NotAdmitted, ...]


def admit_codes(
    session: Session, actor: Actor, sitting_id: int, codes: Sequence[str], *, now: datetime, zone: ZoneInfo
) -> AdmissionReport:
    """Admit people by their codes; the good ones are admitted, each other one is reported. Raises Invalid for none."""
    wanted = [code.strip().upper() for code in codes if code.strip()]
    if not wanted:
        raise Invalid("codes-missing", N_("Give at least one code."), field="codes")
    if len(wanted) > MOST_AT_ONCE:
        raise Invalid("codes-too-many", N_("At most %(limit)s at once."), field="codes", limit=MOST_AT_ONCE)
    found = _admitting(session, actor, sitting_id, now)
    day = local_day(max(found.opens_at, now), zone)
    known = {row.code: row for row in people_by_codes(session, wanted, day, actor.scope(P.EXAMS_MANAGE))}
    repeated = [NotAdmitted(code, "", Refusal.REPEATED) for i, code in enumerate(wanted) if code in wanted[:i]]
    unknown = [NotAdmitted(code, "", Refusal.UNKNOWN_CODE) for code in dict.fromkeys(wanted) if code not in known]
    people = [known[code] for code in dict.fromkeys(wanted) if code in known]
    report = _admit(session, actor, found, people, day, now)
    return AdmissionReport(report.admitted, (*unknown, *repeated, *report.refused))


def admit_unit(
    session: Session, actor: Actor, sitting_id: int, unit_id: int, *, now: datetime, zone: ZoneInfo
) -> AdmissionReport:
    """Admit everybody of the paper's kind who serves in a unit or below it."""
    found = _admitting(session, actor, sitting_id, now)
    day = local_day(max(found.opens_at, now), zone)
    scope = actor.scope(P.EXAMS_MANAGE)
    unit = unit_by_id(session, unit_id, scope)
    people = search_people(session, "", day, scope, unit_path=unit.path, limit=MOST_AT_ONCE)
    return _admit(session, actor, found, people, day, now)


def check_people(
    session: Session, found: Sitting, people: Sequence[PersonRow], day: date, now: datetime
) -> dict[int, Admissible]:
    """Whether each of these people may sit on a day, by the rules on kind, attempts and waiting."""
    said = specification_version(session, found.specification_version_id)
    rules = rules_for(session, found.unit_id, found.paper, found.kind, day)
    retake = rules.retake(said.attempts, said.period_days, said.wait_days)
    ids = [person.id for person in people]
    sat = sat_before(session, ids, found.paper)
    formal = found.kind == Kind.FORMAL
    elsewhere = admitted_elsewhere(session, ids, found.paper, found.id, now) if formal else set()
    verdicts = {}
    for person in people:
        verdict = admissible(Kind(found.kind), found.paper, person.kind, sat[person.id], retake, day)
        if verdict.refusal is None and person.id in elsewhere:
            verdict = Admissible(Refusal.ADMITTED_ELSEWHERE)
        if verdict.refusal is None and formal and person.category is None:
            verdict = Admissible(Refusal.NOT_EMPLOYED)
        verdicts[person.id] = verdict
    return verdicts


def recheck_admitted(session: Session, found: Sitting, *, now: datetime, zone: ZoneInfo) -> None:
    """Raise Refused naming the first admitted person who may not sit on the day to which a sitting has moved."""
    day = local_day(found.opens_at, zone)
    ids = session.scalars(
        select(Admission.person_id).where(Admission.sitting_id == found.id, Admission.withdrawn_at.is_(None))
    ).all()
    people = people_by_ids(session, ids, day)
    verdicts = check_people(session, found, people, day, now)
    for person in people:
        if verdicts[person.id].refusal is not None:
            raise Refused(
                "admitted-not-admissible",
                N_("%(person)s is admitted but may not sit on that day. Withdraw the admission first."),
                field="opens_at",
                person=person.code,
            )


def _admitting(session: Session, actor: Actor, sitting_id: int, now: datetime) -> Sitting:
    found = owned_sitting(session, actor, sitting_id, P.EXAMS_MANAGE)
    refuse_unless(session, sitting_id, now, *ADMITTING)
    if found.closes_at <= now:
        raise Refused("window-past", N_("The window of this sitting has already passed."))
    return found


def _admit(
    session: Session, actor: Actor, found: Sitting, people: Iterable[PersonRow], day: date, now: datetime
) -> AdmissionReport:
    people = list(people)
    rows = {row.person_id: row for row in session.scalars(select(Admission).where(Admission.sitting_id == found.id))}
    verdicts = check_people(session, found, people, day, now)
    admitted, refused = [], []
    for person in people:
        row, verdict = rows.get(person.id), verdicts[person.id]
        if row is not None and row.withdrawn_at is None:
            refused.append(NotAdmitted(person.code, person.name, Refusal.ALREADY_ADMITTED))
        elif verdict.refusal is not None:
            refused.append(NotAdmitted(person.code, person.name, verdict.refusal, verdict.next_on))
        else:
            _add(session, actor, found.id, person, row, now)
            admitted.append(person.code)
    session.flush()
    if admitted:
        record(
            session, actor, "exams.admission.granted", ("exam_sitting", found.id), now=now, unit_id=found.unit_id,
            after={"people": admitted},
        )  # fmt: skip
    return AdmissionReport(tuple(admitted), tuple(refused))


def _add(
    session: Session, actor: Actor, sitting_id: int, person: PersonRow, row: Admission | None, now: datetime
) -> None:
    if row is None:
        row = Admission(sitting_id=sitting_id, person_id=person.id)
        session.add(row)
    row.extra_percent, row.admitted_at, row.admitted_by = person.extra_time_percent, now, actor.label
    row.granted_minutes = row.granted_minutes or 0
    row.withdrawn_at, row.withdrawn_reason = None, ""


def withdraw(session: Session, actor: Actor, sitting_id: int, person_id: int, reason: str, *, now: datetime) -> None:
    """Take an admission back before the person has begun; twice changes nothing. Raises Refused, Invalid, NotFound."""
    found = owned_sitting(session, actor, sitting_id, P.EXAMS_MANAGE)
    row = admission_of(session, sitting_id, person_id)
    if row is None:
        raise NotFound
    if row.withdrawn_at is not None:
        return
    if not reason.strip():
        raise Invalid("reason-missing", N_("State the reason; it is kept in the ledger."), field="reason")
    begun = select(Attempt.id).where(Attempt.sitting_id == sitting_id, Attempt.person_id == person_id)
    if session.scalar(begun.limit(1)) is not None:
        raise Refused("already-begun-one", N_("This person has begun writing; the invigilator can end the attempt."))
    row.withdrawn_at, row.withdrawn_reason, row.room_id, row.seat = now, reason.strip(), None, None
    record(
        session, actor, "exams.admission.withdrawn", ("exam_sitting", sitting_id), now=now, unit_id=found.unit_id,
        before={"person_id": person_id}, reason=reason.strip(),
    )  # fmt: skip


def admission_of(session: Session, sitting_id: int, person_id: int) -> Admission | None:
    """A person's admission to a sitting, withdrawn or not."""
    return session.scalar(select(Admission).where(Admission.sitting_id == sitting_id, Admission.person_id == person_id))


def assign_seats(session: Session, actor: Actor, sitting_id: int, *, now: datetime) -> int:
    """Seat everybody who has no seat yet, in the order of their codes, filling room after room; returns how many.

    Remote rooms give a place without a number. Raises Refused when the rooms are too small; nobody is seated then.
    """
    found = owned_sitting(session, actor, sitting_id, P.EXAMS_MANAGE)
    rooms = session.scalars(
        select(SittingRoom).where(SittingRoom.sitting_id == sitting_id).order_by(SittingRoom.remote, SittingRoom.id)
    ).all()
    rows = _in_code_order(session, sitting_id)
    taken = {(row.room_id, row.seat) for row in rows if row.room_id is not None}
    held = {room.id: sum(row.room_id == room.id for row in rows) for room in rooms}
    unseated = [row for row in rows if row.room_id is None]
    free = sum(max(0, room.capacity - held[room.id]) for room in rooms)
    if len(unseated) > free:
        raise Refused(
            "rooms-too-small",
            N_("%(people)s people need a place and the rooms have %(free)s left."),
            people=len(unseated),
            free=free,
        )
    places = (
        (room, seat)
        for room in rooms
        for seat in _free_seats(room, held[room.id], {s for r, s in taken if r == room.id and s is not None})
    )
    for row, (room, seat) in zip(unseated, places, strict=False):
        row.room_id, row.seat = room.id, seat
    if unseated:
        record(
            session, actor, "exams.seats.assigned", ("exam_sitting", sitting_id), now=now, unit_id=found.unit_id,
            after={"people": len(unseated)},
        )  # fmt: skip
    return len(unseated)


def _free_seats(room: SittingRoom, held: int, taken: set[int]) -> Iterable[int | None]:
    if room.remote:
        return [None] * max(0, room.capacity - held)
    return [seat for seat in range(1, room.capacity + 1) if seat not in taken]


def _in_code_order(session: Session, sitting_id: int) -> list[Admission]:
    return list(
        session.scalars(
            select(Admission)
            .join(Person, Person.id == Admission.person_id)
            .where(Admission.sitting_id == sitting_id, Admission.withdrawn_at.is_(None))
            .order_by(Person.code)
        )
    )
