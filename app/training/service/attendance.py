"""Take attendance by list or by the code shown in the room, and what follows from it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.errors import N_, Invalid, NotFound, Refused, Stale, TooMany
from app.core.facts import supersede
from app.core.permissions import Actor, P
from app.ledger.service import Deed, record, record_all
from app.registry.models import Employment, Person
from app.registry.queries import in_scope
from app.registry.service.facts import replace
from app.training import policy
from app.training.models import Attendance, ClassHours, CodeAttempt, Enrolment, TrainingClass
from app.training.policy import Evidence, Mark, Method, Status
from app.training.service.loading import locked_class, refuse_cancelled, standing_class
from app.training.service.programmes import drop_class_evidence, note_task


def take_attendance(
    session: Session, actor: Actor, class_id: int, marks: Sequence[Mark], reason: str, *, zone: ZoneInfo, now: datetime
) -> int:
    """Take attendance by list; returns how many marks are new or changed. All or none.

    A mark that differs from an earlier one is a correction: it supersedes and wants a reason. Raises Invalid, Refused,
    and Stale where somebody else marked the person otherwise since the list was shown.
    """
    row = standing_class(session, actor, class_id)
    _refuse_early(row, zone, now)
    held, enrolled = _marks(session, class_id), _enrolled(session, class_id)
    wanted = [mark for mark in marks if mark.status is not None and mark.status != _status(held, mark.person_id)]
    _check(wanted, held, enrolled, reason)
    deeds = [
        _put(session, actor, row, mark, held.get(mark.person_id), Method.LIST, reason, now, zone) for mark in wanted
    ]
    if deeds:
        record_all(session, actor, deeds, now=now)
    for mark in wanted:
        _follow(session, actor, row, mark, _status(held, mark.person_id), now)
    return len(wanted)


def _refuse_early(row: TrainingClass, zone: ZoneInfo, now: datetime) -> None:
    if now < row.starts_at:
        raise Refused("class-not-begun", N_("The class has not begun; attendance cannot be taken yet."))
    if now < policy.attendance_opens(row.starts_at, row.ends_at, zone):
        raise Refused("class-goes-on", N_("The class lasts several days; attendance is taken by list when it is over."))


def _marks(session: Session, class_id: int) -> dict[int, Attendance]:
    statement = select(Attendance).where(Attendance.class_id == class_id, Attendance.superseded_at.is_(None))
    return {mark.person_id: mark for mark in session.scalars(statement)}


def _enrolled(session: Session, class_id: int) -> dict[int, str]:
    statement = (
        select(Enrolment.person_id, Person.code)
        .join(Person, Person.id == Enrolment.person_id)
        .where(Enrolment.class_id == class_id, Enrolment.withdrawn_at.is_(None))
    )
    return {row.person_id: row.code for row in session.execute(statement)}


def _status(held: Mapping[int, Attendance], person_id: int) -> str | None:
    return held[person_id].status if person_id in held else None


def _check(marks: Sequence[Mark], held: Mapping[int, Attendance], enrolled: Mapping[int, str], reason: str) -> None:
    for mark in marks:
        if mark.person_id not in enrolled:
            raise Invalid("not-enrolled", N_("Only enrolled people can be marked. Nothing was saved."))
        if mark.status not in set(Status):
            raise Invalid("unknown-status", N_("Choose attended, absent or excused."))
        if mark.was != _status(held, mark.person_id):
            raise Stale(
                "attendance-changed",
                N_("Somebody else has marked %(person)s since you opened the list. Please look again."),
                person=enrolled[mark.person_id],
            )
        if mark.was is not None and not reason:
            raise Invalid("reason-needed", N_("State the reason; it is kept in the ledger."), field="reason")


def _put(
    session: Session, actor: Actor, row: TrainingClass, mark: Mark, old: Attendance | None, method: Method, reason: str,
    now: datetime, zone: ZoneInfo,
) -> Deed:  # fmt: skip
    first, last = policy.first_and_last_day(row.starts_at, row.ends_at, zone)
    if mark.status == Status.ATTENDED and first == last:
        _check_day(session, row, mark.person_id, last)
    if old is not None:
        supersede(session, old, now)
    session.add(
        Attendance(
            class_id=row.id, person_id=mark.person_id, status=mark.status, method=method.value, valid_from=first,
            valid_to=last, recorded_at=now, recorded_by=actor.label, note=reason if old else mark.note,
        )
    )  # fmt: skip
    session.flush()
    return Deed(
        "training.attendance.corrected" if old else "training.attendance.taken",
        ("person", mark.person_id),
        before={"class": row.id, "status": old.status} if old else None,
        after={"class": row.id, "status": mark.status, "method": method.value},
        reason=reason if old else "",
        unit_id=row.unit_id,
    )


def _check_day(session: Session, row: TrainingClass, person_id: int, day: date) -> None:
    """Refuse more than 24 hours that end on one day and began on it."""
    others = (
        select(func.coalesce(func.sum(ClassHours.tenths), 0))
        .join(Attendance, Attendance.class_id == ClassHours.class_id)
        .where(
            Attendance.person_id == person_id, Attendance.status == Status.ATTENDED.value,
            Attendance.superseded_at.is_(None), Attendance.class_id != row.id,
            Attendance.valid_from == day, Attendance.valid_to == day,
        )
    )  # fmt: skip
    own = select(func.coalesce(func.sum(ClassHours.tenths), 0)).where(ClassHours.class_id == row.id)
    total = Decimal((session.scalar(others) or 0) + (session.scalar(own) or 0)) / 10
    if total > 24:
        code = session.scalar(select(Person.code).where(Person.id == person_id)) or ""
        raise Refused(
            "hours-per-day-person", N_("%(person)s would have %(hours)s hours on one day."),
            person=code, hours=policy.figure(total),
        )  # fmt: skip


def _follow(session: Session, actor: Actor, row: TrainingClass, mark: Mark, was: str | None, now: datetime) -> None:
    """What attending brings, and what is lost when it is taken back."""
    came, had_come = mark.status == Status.ATTENDED, was == Status.ATTENDED
    if came and row.programme_id is not None and row.task is not None:
        note_task(
            session, actor, row.programme_id, mark.person_id, row.task, row.last_day, Evidence.CLASS.value, str(row.id),
            now=now,
        )  # fmt: skip
    if had_come and not came:
        drop_class_evidence(session, actor, row.id, mark.person_id, now=now)
    if row.course == policy.INITIAL and came != had_come:
        _initial_training(session, actor, row, mark.person_id, done=came, now=now)


def _initial_training(
    session: Session, actor: Actor, row: TrainingClass, person_id: int, *, done: bool, now: datetime
) -> None:
    """Let the employment say when the initial training was done, or no longer say so where this class had (R27)."""
    missing = Employment.initial_training_done_on.is_(None)
    condition = missing if done else Employment.note.contains(_trace(row), autoescape=True)
    facts = session.scalars(
        select(Employment).where(
            Employment.person_id == person_id, Employment.superseded_at.is_(None), condition,
            Employment.valid_from <= row.last_day,
        )
    ).all()  # fmt: skip
    for old in facts:
        day = row.last_day if done else None
        note = f"{old.note} {_trace(row)}" if done else old.note.replace(_trace(row), "")
        replace(session, actor, old, now=now, initial_training_done_on=day, note=note.strip())
        record(
            session, actor, "training.initial-course.done" if done else "training.initial-course.taken-back",
            ("person", person_id), now=now, unit_id=old.agency_id,
            before={"initial_training_done_on": old.initial_training_done_on}, after={"initial_training_done_on": day},
        )  # fmt: skip


def _trace(row: TrainingClass) -> str:
    return f"[training-class:{row.id}]"


def enter_code(session: Session, actor: Actor, class_id: int, code: str, *, zone: ZoneInfo, now: datetime) -> None:
    """Note one's own attendance by the code shown in the room.

    Raises NotFound for those not enrolled, Refused outside the class's hours, Invalid `code-wrong` (the attempt is
    added and must be committed) and TooMany after five wrong codes in ten minutes.
    """
    row = locked_class(session, class_id)
    person_id = actor.person_id or 0
    if person_id not in _enrolled(session, class_id):
        raise NotFound
    refuse_cancelled(row)
    _refuse_early(row, zone, now)
    if now >= row.ends_at:
        raise Refused("class-over-code", N_("The class is over; ask the trainer to mark you on the list."))
    if person_id in _marks(session, class_id):
        raise Refused("already-marked", N_("Your attendance is noted already."))
    _refuse_guessing(session, actor, now)
    if not policy.code_matches(row.room_secret, policy.tidy_code(code), now):
        session.add(CodeAttempt(account_id=actor.account_id, class_id=class_id, tried_at=now))
        session.flush()
        raise Invalid(
            "code-wrong", N_("This is not the code shown now. Look at the screen and try again."), field="code"
        )
    mark = Mark(person_id, Status.ATTENDED.value)
    record_all(session, actor, [_put(session, actor, row, mark, None, Method.CODE, "", now, zone)], now=now)
    _follow(session, actor, row, mark, None, now)


def _refuse_guessing(session: Session, actor: Actor, now: datetime) -> None:
    recent = session.scalars(
        select(CodeAttempt.tried_at)
        .where(CodeAttempt.account_id == actor.account_id, CodeAttempt.tried_at > now - policy.GUESS_WINDOW)
        .order_by(CodeAttempt.tried_at)
    ).all()
    if len(recent) >= policy.FREE_GUESSES:
        wait = int((recent[-policy.FREE_GUESSES] + policy.GUESS_WINDOW - now).total_seconds()) + 1
        raise TooMany(
            "too-many-codes-tried",
            N_("Too many wrong codes. Try again in %(minutes)s min, or ask the trainer to mark you."),
            field="code", minutes=-(-wait // 60), retry_after=wait,
        )  # fmt: skip


def shown_code(session: Session, actor: Actor, class_id: int, *, zone: ZoneInfo, now: datetime) -> tuple[str, int]:
    """The code to show in the room now and for how many more seconds. Raises NotFound, Refused."""
    row = session.get(TrainingClass, class_id)
    if row is None or not in_scope(session, actor.scope(P.TRAINING_MANAGE), row.unit_id):
        raise NotFound
    refuse_cancelled(row)
    first, last = policy.first_and_last_day(row.starts_at, row.ends_at, zone)
    if first != last:
        raise Refused(
            "code-single-day", N_("The class lasts several days; attendance is taken by list when it is over.")
        )
    if not row.starts_at <= now < row.ends_at:
        raise Refused("code-not-now", N_("The code is shown while the class takes place."))
    return policy.room_code(row.room_secret, policy.minute_of(now)), policy.seconds_left(now)
