"""Begin a paper, hand it in, end it; close what is overdue; give more time."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.clock import local_day
from app.core.database import insert_into
from app.core.errors import N_, Invalid, NotFound, Refused
from app.core.permissions import Actor
from app.exams.models import Admission, Attempt, AttemptEvent, Sitting
from app.exams.service.access import invigilated_sitting, locked_attempt, own_attempt
from app.exams.service.admissions import admission_of
from app.exams.service.marking import final_answers, mark_if_possible
from app.exams.service.papers import paper_on_demand
from app.exams.sitting import ClosedBy, EventKind, Kind, accepts_until, deadline, extra_time, is_over, may_start
from app.ledger.service import record
from app.registry.models import Person, Unit
from app.registry.queries import people_by_ids

MOST_EXTRA_MINUTES = 240
LONGEST_DEVICE = 80
RECEIPT_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True)
class Started:
    """An attempt that may be written on; `fresh` the first time, `device_changed` when another device wrote before."""

    attempt_id: int
    deadline_at: datetime
    fresh: bool
    device_changed: bool


@dataclass(frozen=True)
class Receipt:
    """What a candidate takes away: when the paper was closed and by whom, how much was answered, and a code.

    The code is made from the saved answers, so that it can be made again from the journal.
    """

    attempt_id: int
    code: str
    submitted_at: datetime
    answered: int
    places: int
    closed_by: ClosedBy


def start_attempt(
    session: Session, actor: Actor, sitting_id: int, device: str, *, now: datetime, zone: ZoneInfo
) -> Started:
    """Begin, or come back to, one's paper; the device that asks last is the one that may write.

    Raises NotFound for whoever is not admitted, Refused `not-open` or `attempt-closed`.
    """
    found = session.get(Sitting, sitting_id, populate_existing=True)
    if found is None or actor.person_id is None or found.announced_at is None or found.cancelled_at is not None:
        raise NotFound
    admission = _admitted(session, found, actor, now, zone)
    last = _last_attempt(session, sitting_id, actor.person_id)
    if last is not None and last.closed_by is None and not is_over(last.accepts_until, now):
        return _come_back(session, last, device, now)
    if last is not None and found.kind == Kind.FORMAL:
        raise Refused("attempt-closed", N_("You have handed in your paper; nothing more can be written."))
    if not may_start(found.opens_at, found.closes_at, now):
        raise Refused("not-open", N_("A paper can be begun only while the sitting is open."))
    if last is not None and last.closed_by is None:
        _close(session, actor, last, ClosedBy.OVERDUE, last.accepts_until, now)
    return _begin(session, actor, found, admission, device, now, zone)


def _begin(
    session: Session, actor: Actor, found: Sitting, admission: Admission, device: str, now: datetime, zone: ZoneInfo
) -> Started:
    written = select(func.count(Attempt.id)).where(
        Attempt.sitting_id == found.id, Attempt.person_id == admission.person_id
    )
    number = (session.scalar(written) or 0) + 1
    paper = paper_on_demand(session, actor, found, admission.person_id, number, now=now, zone=zone)
    percent = _percent(session, admission)
    until = deadline(
        now, found.closes_at, found.duration_minutes,
        extra_time(found.duration_minutes, percent, admission.granted_minutes),
    )  # fmt: skip
    attempt = Attempt(
        paper_id=paper.id, sitting_id=found.id, person_id=admission.person_id, started_at=now,
        sat_on=local_day(now, zone), deadline_at=until, accepts_until=accepts_until(until, found.grace_seconds),
        extra_percent=percent, places=len(paper.places), device_token=device[:LONGEST_DEVICE], last_seen_at=now,
    )  # fmt: skip
    session.add(attempt)
    session.flush()
    note_event(session, attempt.id, EventKind.STARTED, now=now)
    record(
        session, actor, "exams.attempt.started", ("exam_attempt", attempt.id), now=now, unit_id=found.unit_id,
        after={"sitting_id": found.id, "person_id": attempt.person_id, "deadline_at": until},
    )  # fmt: skip
    return Started(attempt.id, until, fresh=True, device_changed=False)


def _come_back(session: Session, attempt: Attempt, device: str, now: datetime) -> Started:
    changed = attempt.device_token != device[:LONGEST_DEVICE]
    attempt.device_token, attempt.last_seen_at = device[:LONGEST_DEVICE], now
    note_event(session, attempt.id, EventKind.NEW_DEVICE if changed else EventKind.RECONNECTED, now=now)
    return Started(attempt.id, attempt.deadline_at, fresh=False, device_changed=changed)


def _admitted(session: Session, found: Sitting, actor: Actor, now: datetime, zone: ZoneInfo) -> Admission:
    """The admission, locked; an open practice sitting admits whoever serves in its unit on the spot."""
    person_id = actor.person_id or 0
    row = _locked_admission(session, found.id, person_id)
    if row is None and found.open_practice and _serves(session, found.unit_id, person_id, now, zone):
        values = {"sitting_id": found.id, "person_id": person_id, "admitted_at": now, "admitted_by": actor.label}
        session.execute(
            insert_into(session, Admission)
            .values(**values, extra_percent=0, granted_minutes=0, withdrawn_reason="")
            .on_conflict_do_nothing()
        )
        row = _locked_admission(session, found.id, person_id)
    if row is None or row.withdrawn_at is not None:
        raise NotFound
    return row


def _locked_admission(session: Session, sitting_id: int, person_id: int) -> Admission | None:
    return session.scalar(
        select(Admission)
        .where(Admission.sitting_id == sitting_id, Admission.person_id == person_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _serves(session: Session, unit_id: int, person_id: int, now: datetime, zone: ZoneInfo) -> bool:
    path = session.scalar(select(Unit.path).where(Unit.id == unit_id)) or "-"
    people = people_by_ids(session, [person_id], local_day(now, zone))
    return any(person.unit_path and person.unit_path.startswith(path) for person in people)


def _last_attempt(session: Session, sitting_id: int, person_id: int) -> Attempt | None:
    return session.scalar(
        select(Attempt)
        .where(Attempt.sitting_id == sitting_id, Attempt.person_id == person_id)
        .order_by(Attempt.id.desc())
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _percent(session: Session, admission: Admission) -> int:
    own = session.scalar(select(Person.extra_time_percent).where(Person.id == admission.person_id)) or 0
    return max(own, admission.extra_percent)


def submit(session: Session, actor: Actor, attempt_id: int, *, now: datetime) -> Receipt:
    """Hand one's paper in with what is saved; doing it again gives the same receipt. Raises NotFound for another's.

    After the grace it is closed as overdue, with what was saved in time.
    """
    attempt = own_attempt(session, actor, attempt_id)
    if attempt.closed_by is None:
        over = is_over(attempt.accepts_until, now)
        _close(
            session, actor, attempt, ClosedBy.OVERDUE if over else ClosedBy.SELF,
            attempt.accepts_until if over else now, now,
        )  # fmt: skip
    return receipt_of(attempt)


def end_attempt(session: Session, actor: Actor, attempt_id: int, reason: str, *, now: datetime) -> Receipt:
    """The invigilator ends a paper with what is saved; ending it twice changes nothing. Raises Invalid, NotFound."""
    attempt = locked_attempt(session, attempt_id)
    invigilated_sitting(session, actor, attempt.sitting_id)
    if not reason.strip():
        raise Invalid("reason-missing", N_("State the reason; it is kept in the ledger."), field="reason")
    if attempt.closed_by is None:
        attempt.end_reason = reason.strip()
        _close(session, actor, attempt, ClosedBy.INVIGILATOR, now, now)
    return receipt_of(attempt)


def grant_time(
    session: Session, actor: Actor, sitting_id: int, person_id: int, minutes: int, reason: str, *, now: datetime
) -> datetime | None:
    """Give a candidate more minutes, before or while they write; returns the new deadline of a paper being written.

    Raises Invalid, NotFound, Refused `attempt-over`.
    """
    found = invigilated_sitting(session, actor, sitting_id)
    admission = admission_of(session, sitting_id, person_id)
    if admission is None or admission.withdrawn_at is not None:
        raise NotFound
    if not 1 <= minutes <= MOST_EXTRA_MINUTES:
        raise Invalid(
            "minutes-out-of-range", N_("Give between 1 and %(most)s minutes."), field="minutes", most=MOST_EXTRA_MINUTES
        )
    if not reason.strip():
        raise Invalid("reason-missing", N_("State the reason; it is kept in the ledger."), field="reason")
    attempt = _last_attempt(session, sitting_id, person_id)
    if attempt is not None and (attempt.closed_by is not None or is_over(attempt.accepts_until, now)):
        raise Refused("attempt-over", N_("This paper is closed; more time would come too late."))
    admission.granted_minutes += minutes
    if attempt is not None:
        _move_deadline(session, found, admission, attempt, now, by=actor.label, minutes=minutes)
    record(
        session, actor, "exams.time.granted", ("exam_admission", admission.id), now=now, unit_id=found.unit_id,
        after={"person_id": person_id, "minutes": minutes, "in_all": admission.granted_minutes}, reason=reason.strip(),
    )  # fmt: skip
    return attempt.deadline_at if attempt is not None else None


def refresh_deadline(session: Session, actor: Actor, attempt_id: int, *, now: datetime) -> bool:
    """Move a deadline when the person's own share of extra time has grown since they began; whether it moved."""
    attempt = locked_attempt(session, attempt_id)
    found = session.get_one(Sitting, attempt.sitting_id)
    admission = admission_of(session, attempt.sitting_id, attempt.person_id)
    if admission is None or attempt.closed_by is not None or _percent(session, admission) <= attempt.extra_percent:
        return False
    _move_deadline(session, found, admission, attempt, now, by=actor.label, minutes=0)
    record(
        session, actor, "exams.deadline.moved", ("exam_attempt", attempt_id), now=now, unit_id=found.unit_id,
        after={"extra_percent": attempt.extra_percent, "deadline_at": attempt.deadline_at},
    )  # fmt: skip
    return True


def outgrown(session: Session) -> list[int]:
    """Attempts being written by people whose share of extra time has grown since they began."""
    return list(
        session.scalars(
            select(Attempt.id)
            .join(Person, Person.id == Attempt.person_id)
            .where(Attempt.closed_by.is_(None), Person.extra_time_percent > Attempt.extra_percent)
        )
    )


def _move_deadline(
    session: Session, found: Sitting, admission: Admission, attempt: Attempt, now: datetime, *, by: str, minutes: int
) -> None:
    percent = _percent(session, admission)
    extra = extra_time(found.duration_minutes, percent, admission.granted_minutes)
    until = deadline(attempt.started_at, found.closes_at, found.duration_minutes, extra)
    attempt.deadline_at = max(attempt.deadline_at, until)
    attempt.accepts_until = accepts_until(attempt.deadline_at, found.grace_seconds)
    attempt.extra_percent = percent
    detail = {"minutes": minutes, "percent": percent, "deadline_at": attempt.deadline_at.isoformat()}
    note_event(session, attempt.id, EventKind.EXTRA_TIME, now=now, by=by, detail=detail)


def note_event(
    session: Session,
    attempt_id: int,
    kind: EventKind,
    *,
    now: datetime,
    client_at: datetime | None = None,
    by: str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    """Write something down for the invigilator."""
    session.add(
        AttemptEvent(attempt_id=attempt_id, kind=kind.value, at=now, client_at=client_at, by=by, detail=detail or {})
    )
    session.flush()


def close_next_overdue(session: Session, actor: Actor, *, now: datetime) -> bool:
    """Close one attempt whose grace has run out, with what was saved; False when there is none."""
    attempt = session.scalar(
        select(Attempt)
        .where(Attempt.closed_by.is_(None), Attempt.accepts_until < now)
        .order_by(Attempt.accepts_until, Attempt.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if attempt is None:
        return False
    if not refresh_deadline(session, actor, attempt.id, now=now) or is_over(attempt.accepts_until, now):
        _close(session, actor, attempt, ClosedBy.OVERDUE, attempt.accepts_until, now)
    return True


CLOSING_EVENTS = {
    ClosedBy.SELF: EventKind.SUBMITTED,
    ClosedBy.OVERDUE: EventKind.OVERDUE,
    ClosedBy.INVIGILATOR: EventKind.ENDED,
}


def _close(session: Session, actor: Actor, attempt: Attempt, closed_by: ClosedBy, at: datetime, now: datetime) -> None:
    answers = final_answers(session, attempt.id)
    attempt.closed_by, attempt.submitted_at = closed_by.value, at
    attempt.answered = sum(1 for value in answers.values() if value)
    attempt.receipt = receipt_code(attempt.id, at, answers)
    session.flush()
    note_event(session, attempt.id, CLOSING_EVENTS[closed_by], now=now, by=actor.label)
    unit_id = session.scalar(select(Sitting.unit_id).where(Sitting.id == attempt.sitting_id))
    record(
        session, actor, "exams.attempt.closed", ("exam_attempt", attempt.id), now=now, unit_id=unit_id,
        after={"closed_by": closed_by, "answered": attempt.answered, "receipt": attempt.receipt, "submitted_at": at},
        reason=attempt.end_reason,
    )  # fmt: skip
    mark_if_possible(session, actor, attempt.id, now=now)


def receipt_code(attempt_id: int, at: datetime, answers: dict[int, str]) -> str:
    """Twelve letters and digits from SHA-256 over the attempt, its closing moment and its answers, in three groups."""
    content = json.dumps([attempt_id, at.isoformat(), sorted(answers.items())], separators=(",", ":"))
    number = int.from_bytes(hashlib.sha256(content.encode()).digest()[:8], "big")
    letters = "".join(RECEIPT_LETTERS[(number >> (5 * place)) & 31] for place in range(12))
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def receipt_of(attempt: Attempt) -> Receipt:
    """The receipt of a closed attempt. Raises Refused while it is open."""
    if attempt.closed_by is None or attempt.submitted_at is None:
        raise Refused("attempt-open", N_("This paper has not been handed in."))
    return Receipt(
        attempt.id, attempt.receipt or "", attempt.submitted_at, attempt.answered or 0, attempt.places,
        ClosedBy(attempt.closed_by),
    )  # fmt: skip
