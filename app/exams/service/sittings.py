"""Plan sittings: window, rooms, invigilators; announce them, call them off."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.core.errors import N_, Invalid, NotFound, Refused
from app.core.permissions import Actor, P
from app.exams.models import Admission, Attempt, ExamPaper, Invigilator, Sitting, SittingRoom
from app.exams.queries.specifications import specification, specification_version
from app.exams.service.access import owned_sitting, owned_unit, refuse_unless, state_of
from app.exams.service.admissions import recheck_admitted
from app.exams.sitting import Kind, State
from app.ledger.service import record
from app.registry.queries import in_scope

LONGEST_MINUTES = 480
LONGEST_GRACE = 900
LONGEST_WINDOW = timedelta(days=400)


@dataclass(frozen=True)
class RoomData:
    """A room as planned; a remote one needs no address."""

    name: str
    capacity: int
    address: str = ""
    remote: bool = False


@dataclass(frozen=True)
class SittingData:
    """What a trainer plans. `invigilators` are user names; `repeats_id` is the sitting that a make-up is for."""

    title: str
    specification_id: int
    opens_at: datetime
    closes_at: datetime
    duration_minutes: int
    grace_seconds: int = 60
    show_explanations: bool = False
    one_at_a_time: bool = False
    open_practice: bool = False
    rooms: tuple[RoomData, ...] = ()
    invigilators: tuple[str, ...] = ()
    repeats_id: int | None = None


def plan_sitting(session: Session, actor: Actor, unit_id: int, data: SittingData, *, now: datetime) -> int:
    """A new sitting in draft; returns its id. Raises Invalid or Refused, naming the field."""
    owned_unit(session, actor, unit_id)
    blueprint = specification(session, data.specification_id, actor.scope(P.EXAMS_MANAGE))
    if blueprint.retired:
        raise Refused("retired", N_("This specification has been retired."), field="specification_id")
    _check(data, blueprint.kind, now)
    _check_repeated(session, actor, data, blueprint.paper, None)
    accounts = _accounts(session, data.invigilators)
    found = Sitting(
        unit_id=unit_id, specification_version_id=blueprint.version_id, paper=blueprint.paper, kind=blueprint.kind,
        version=1, created_at=now, created_by=actor.label, announced_at=None, cancelled_at=None, released_at=None,
        **_columns(data),
    )  # fmt: skip
    session.add(found)
    session.flush()
    _set_rooms(session, found.id, data.rooms)
    _set_invigilators(session, found.id, accounts)
    record(
        session, actor, "exams.sitting.planned", ("exam_sitting", found.id), now=now, unit_id=unit_id,
        after={**asdict(data), "specification_version": blueprint.version_id},
    )  # fmt: skip
    return found.id


def change_sitting(
    session: Session,
    actor: Actor,
    sitting_id: int,
    version: int,
    data: SittingData,
    *,
    now: datetime,
    zone: ZoneInfo,
) -> None:
    """Change a sitting that has not opened. Once papers exist its specification stands, in its wording.

    Raises Stale, Invalid, Refused.
    """
    found = owned_sitting(session, actor, sitting_id, P.EXAMS_MANAGE, version=version)
    refuse_unless(session, sitting_id, now, State.DRAFT, State.PLANNED, State.READY)
    blueprint = specification(session, data.specification_id, actor.scope(P.EXAMS_MANAGE))
    _check(data, blueprint.kind, now)
    _check_repeated(session, actor, data, blueprint.paper, sitting_id)
    accounts = _accounts(session, data.invigilators)
    before = {key: getattr(found, key) for key in _columns(data)}
    drawn = session.scalar(select(ExamPaper.id).where(ExamPaper.sitting_id == sitting_id).limit(1)) is not None
    held = specification_version(session, found.specification_version_id)
    if drawn and data.repeats_id != found.repeats_id:
        raise Refused("papers-drawn-repeat", N_("Papers have been drawn already, so this stands."), field="repeats_id")
    if drawn and blueprint.id != held.id:
        raise Refused(
            "papers-drawn", N_("Papers have been drawn already, so the specification stands."), field="specification_id"
        )
    if blueprint.kind != found.kind or blueprint.paper != found.paper:
        _refuse_admitted(session, sitting_id)
    found.specification_version_id = (held if drawn else blueprint).version_id
    found.paper, found.kind = blueprint.paper, blueprint.kind
    for key, value in _columns(data).items():
        setattr(found, key, value)
    found.version += 1
    session.flush()
    recheck_admitted(session, found, now=now, zone=zone)
    _set_rooms(session, sitting_id, data.rooms)
    _set_invigilators(session, sitting_id, accounts)
    record(
        session, actor, "exams.sitting.changed", ("exam_sitting", sitting_id), now=now, unit_id=found.unit_id,
        before=before, after=asdict(data),
    )  # fmt: skip


def announce(session: Session, actor: Actor, sitting_id: int, *, now: datetime) -> None:
    """Let candidates see it; papers are drawn from then on. Announcing twice changes nothing."""
    found = owned_sitting(session, actor, sitting_id, P.EXAMS_MANAGE)
    if found.announced_at is not None and found.cancelled_at is None:
        return
    refuse_unless(session, sitting_id, now, State.DRAFT)
    if found.closes_at <= now:
        raise Refused("window-past", N_("The window of this sitting has already passed."))
    found.announced_at = now
    found.version += 1
    record(
        session, actor, "exams.sitting.announced", ("exam_sitting", sitting_id), now=now, unit_id=found.unit_id,
        after={"opens_at": found.opens_at, "closes_at": found.closes_at},
    )  # fmt: skip


def cancel_sitting(session: Session, actor: Actor, sitting_id: int, reason: str, *, now: datetime) -> None:
    """Call a sitting off before anybody has begun. Raises Refused once somebody has, Invalid without a reason."""
    found = owned_sitting(session, actor, sitting_id, P.EXAMS_MANAGE)
    if state_of(session, sitting_id, now) is State.CANCELLED:
        return
    if not reason.strip():
        raise Invalid("reason-missing", N_("State the reason; it is kept in the ledger."), field="reason")
    if session.scalar(select(Attempt.id).where(Attempt.sitting_id == sitting_id).limit(1)) is not None:
        raise Refused("already-begun", N_("Somebody has begun writing, so the sitting can no longer be called off."))
    found.cancelled_at, found.cancel_reason = now, reason.strip()
    found.version += 1
    record(
        session, actor, "exams.sitting.cancelled", ("exam_sitting", sitting_id), now=now, unit_id=found.unit_id,
        reason=reason.strip(),
    )  # fmt: skip


def _columns(data: SittingData) -> dict[str, Any]:
    names = (
        "title", "opens_at", "closes_at", "duration_minutes", "grace_seconds", "show_explanations", "one_at_a_time",
        "open_practice", "repeats_id",
    )  # fmt: skip
    return {name: getattr(data, name) for name in names}


def _check_repeated(
    session: Session, actor: Actor, data: SittingData, paper: str, sitting_id: int | None
) -> None:  # fmt: skip
    """A make-up sitting is for another sitting of the same paper that the actor manages and that is not for it."""
    if data.repeats_id is None:
        return
    repeated = session.get(Sitting, data.repeats_id)
    if repeated is None or not in_scope(session, actor.scope(P.EXAMS_MANAGE), repeated.unit_id):
        raise Invalid("repeated-unknown", N_("There is no such sitting among yours."), field="repeats_id")
    if repeated.paper != paper:
        raise Invalid(
            "repeated-paper", N_("A make-up sitting has the paper of the sitting it is for."), field="repeats_id"
        )
    if sitting_id is not None and sitting_id in (repeated.id, repeated.repeats_id):
        raise Invalid("repeats-itself", N_("A sitting cannot be its own make-up sitting."), field="repeats_id")


def _check(data: SittingData, kind: str, now: datetime) -> None:
    if not data.title.strip():
        raise Invalid("title-missing", N_("Give the sitting a title."), field="title")
    if data.closes_at <= data.opens_at:
        raise Invalid("ends-before-start", N_("The window must close after it opens."), field="closes_at")
    if data.closes_at <= now:
        raise Invalid("window-past", N_("The window must close in the future."), field="closes_at")
    if data.closes_at - data.opens_at > LONGEST_WINDOW:
        raise Invalid("window-too-long", N_("A window may last at most 400 days."), field="closes_at")
    if not 1 <= data.duration_minutes <= LONGEST_MINUTES:
        raise _range("duration_minutes", 1, LONGEST_MINUTES)
    if timedelta(minutes=data.duration_minutes) > data.closes_at - data.opens_at:
        raise Invalid(
            "window-too-short", N_("The window is shorter than the time for writing."), field="duration_minutes"
        )
    if not 0 <= data.grace_seconds <= LONGEST_GRACE:
        raise _range("grace_seconds", 0, LONGEST_GRACE)
    if data.open_practice and kind != Kind.PRACTICE:
        raise Invalid(
            "open-formal", N_("Only a practice sitting can be open to everybody of the unit."), field="open_practice"
        )
    _check_rooms(data.rooms)


def _range(field: str, least: int, most: int) -> Invalid:
    return Invalid(
        "number-out-of-range", N_("This must be between %(least)s and %(most)s."), field=field, least=least, most=most
    )


def _check_rooms(rooms: Sequence[RoomData]) -> None:
    for name, times in Counter(room.name for room in rooms).items():
        if times > 1:
            raise Invalid("room-repeated", N_("The room %(name)s is given twice."), field="rooms", name=name)
    for room in rooms:
        if not 1 <= room.capacity <= 10000:
            raise Invalid(
                "room-capacity",
                N_("The room %(name)s needs a capacity between 1 and 10000."),
                field="rooms",
                name=room.name,
            )
        if not room.remote and not room.address:
            raise Invalid(
                "room-address", N_("The room %(name)s needs an address, or is remote."), field="rooms", name=room.name
            )


def _accounts(session: Session, usernames: Sequence[str]) -> list[int]:
    wanted = [name.strip().lower() for name in usernames if name.strip()]
    for name, times in Counter(wanted).items():
        if times > 1:
            raise Invalid(
                "invigilator-repeated", N_("The user name %(name)s is given twice."), field="invigilators", name=name
            )
    known = dict(
        session.execute(
            select(Account.username, Account.id).where(Account.username.in_(wanted), Account.disabled_at.is_(None))
        ).all()
    )
    for name in wanted:
        if name not in known:
            raise Invalid(
                "invigilator-unknown",
                N_("There is no account with the user name %(name)s."),
                field="invigilators",
                name=name,
            )
    return [known[name] for name in wanted]


def _set_invigilators(session: Session, sitting_id: int, accounts: Sequence[int]) -> None:
    session.execute(delete(Invigilator).where(Invigilator.sitting_id == sitting_id))
    session.add_all(Invigilator(sitting_id=sitting_id, account_id=account) for account in accounts)
    session.flush()


def _set_rooms(session: Session, sitting_id: int, rooms: Sequence[RoomData]) -> None:
    """Keep the rooms that stay; whoever sat in one that goes loses the seat."""
    present = {
        room.name: room for room in session.scalars(select(SittingRoom).where(SittingRoom.sitting_id == sitting_id))
    }
    for data in rooms:
        room = present.pop(data.name, None)
        if room is None:
            session.add(SittingRoom(sitting_id=sitting_id, **asdict(data)))
        else:
            room.capacity, room.address, room.remote = data.capacity, data.address, data.remote
            outside = (Admission.room_id == room.id, Admission.seat > data.capacity)
            session.execute(update(Admission).where(*outside).values(room_id=None, seat=None))
    for room in present.values():
        session.execute(update(Admission).where(Admission.room_id == room.id).values(room_id=None, seat=None))
        session.delete(room)
    session.flush()


def _refuse_admitted(session: Session, sitting_id: int) -> None:
    admitted = select(Admission.id).where(Admission.sitting_id == sitting_id, Admission.withdrawn_at.is_(None))
    if session.scalar(admitted.limit(1)) is not None:
        raise Refused(
            "already-admitted",
            N_("People have been admitted to this paper, so another paper needs another sitting."),
            field="specification_id",
        )


def visible_sitting(session: Session, sitting_id: int) -> Sitting:
    """A sitting that candidates may know of; raises NotFound for drafts."""
    found = session.get(Sitting, sitting_id)
    if found is None or found.announced_at is None:
        raise NotFound
    return found
