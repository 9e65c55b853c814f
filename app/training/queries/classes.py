"""Classes, who is enrolled in them, and who came."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from app.core.clock import day_end, day_start
from app.core.errors import NotFound
from app.core.permissions import Scope
from app.registry.models import Unit
from app.registry.queries import PersonRow, people_by_ids, scope_paths, within
from app.training.models import AnnualPlan, Attendance, ClassHours, Enrolment, Programme, TrainingClass
from app.training.policy import COUNTED, Status


@dataclass(frozen=True, slots=True)
class ClassRow:
    """A class as pages show it. `enrolled` and `marked` count people; `attended` those of them who came."""

    id: int
    title: str
    form: str
    place: str
    starts_at: datetime
    ends_at: datetime
    last_day: date
    capacity: int
    unit_id: int
    unit_code: str
    unit: str
    unit_path: str
    self_enrolment: bool
    course: str
    programme_id: int | None
    programme: str | None
    task: str | None
    plan_id: int | None
    plan: str | None
    credit_year: int
    cancelled_at: datetime | None
    cancel_reason: str
    version: int
    hours: Mapping[str, Decimal]
    enrolled: int
    marked: int
    attended: int

    @property
    def free(self) -> int:
        """How many places are left."""
        return max(self.capacity - self.enrolled, 0)

    @property
    def counted(self) -> Decimal:
        """How many of its hours feed the yearly sixty: business and law."""
        return sum((hours for category, hours in self.hours.items() if category in COUNTED), Decimal(0))

    @property
    def total(self) -> Decimal:
        """All its hours."""
        return sum(self.hours.values(), Decimal(0))


@dataclass(frozen=True, slots=True)
class Filter:
    """What the list of classes is asked for; days are local and inclusive, `unit_path` takes all below it."""

    first: date | None = None
    last: date | None = None
    form: str = ""
    unit_path: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Attendee:
    """One enrolled person and what is known of their attendance; `status` None is not taken yet."""

    person: PersonRow
    enrolled_at: datetime
    status: str | None
    method: str | None
    recorded_at: datetime | None
    recorded_by: str | None
    note: str


@dataclass(frozen=True, slots=True)
class OwnClass:
    """A class from one person's side; `status` is ENROLLED until attendance is taken, CANCELLED if called off."""

    row: ClassRow
    status: str


def _counted(model: Any, *conditions: ColumnElement[bool]) -> Any:  # noqa: ANN401 - a scalar subquery
    statement = select(func.count()).select_from(model).where(model.class_id == TrainingClass.id, *conditions)
    return statement.correlate(TrainingClass).scalar_subquery()


def _statement() -> Any:  # noqa: ANN401 - a Select over columns of several tables
    standing = Attendance.superseded_at.is_(None)
    return (
        select(
            TrainingClass, Unit, Programme.title_zh, AnnualPlan.title,
            _counted(Enrolment, Enrolment.withdrawn_at.is_(None)), _counted(Attendance, standing),
            _counted(Attendance, standing, Attendance.status == Status.ATTENDED.value),
        )
        .join(Unit, Unit.id == TrainingClass.unit_id)
        .outerjoin(Programme, Programme.id == TrainingClass.programme_id)
        .outerjoin(AnnualPlan, AnnualPlan.id == TrainingClass.plan_id)
    )  # fmt: skip


def _rows(session: Session, statement: Any) -> list[ClassRow]:  # noqa: ANN401
    found = session.execute(statement).all()
    hours: dict[int, dict[str, Decimal]] = {row[0].id: {} for row in found}
    wanted = select(ClassHours).where(ClassHours.class_id.in_(list(hours))).order_by(ClassHours.category)
    for one in session.scalars(wanted):
        hours[one.class_id][one.category] = Decimal(one.tenths) / 10
    return [_row(*row, hours=hours[row[0].id]) for row in found]


def _row(
    one: TrainingClass, unit: Unit, programme: str | None, plan: str | None, enrolled: int, marked: int, attended: int,
    *, hours: Mapping[str, Decimal],
) -> ClassRow:  # fmt: skip
    return ClassRow(
        one.id, one.title, one.form, one.place, one.starts_at, one.ends_at, one.last_day, one.capacity, unit.id,
        unit.code, unit.name_zh, unit.path, one.self_enrolment, one.course, one.programme_id, programme, one.task,
        one.plan_id, plan, one.credit_year, one.cancelled_at, one.cancel_reason, one.version, hours, enrolled, marked,
        attended,
    )  # fmt: skip


def _conditions(session: Session, wanted: Filter, scope: Scope, zone: ZoneInfo) -> ColumnElement[bool]:
    found = [within(scope, Unit.path, scope_paths(session, scope))]
    if wanted.first:
        found.append(TrainingClass.ends_at > day_start(wanted.first, zone))
    if wanted.last:
        found.append(TrainingClass.starts_at < day_end(wanted.last, zone))
    if wanted.form:
        found.append(TrainingClass.form == wanted.form)
    if wanted.unit_path:
        found.append(Unit.path.startswith(wanted.unit_path, autoescape=True))
    if wanted.text:
        found.append(
            or_(
                TrainingClass.title.contains(wanted.text, autoescape=True),
                TrainingClass.place.contains(wanted.text, autoescape=True),
            )
        )
    return and_(*found)


def count_classes(session: Session, wanted: Filter, scope: Scope, zone: ZoneInfo) -> int:
    """How many classes `classes` finds in all."""
    statement = select(func.count()).select_from(TrainingClass).join(Unit, Unit.id == TrainingClass.unit_id)
    return session.scalar(statement.where(_conditions(session, wanted, scope, zone))) or 0


def classes(
    session: Session, wanted: Filter, scope: Scope, zone: ZoneInfo, *, offset: int = 0, limit: int | None = None
) -> list[ClassRow]:
    """Classes whose unit lies in the scope and that touch the days asked for, the latest first."""
    statement = _statement().where(_conditions(session, wanted, scope, zone))
    order = (TrainingClass.starts_at.desc(), TrainingClass.id.desc())
    return _rows(session, statement.order_by(*order).offset(offset).limit(limit))


def class_by_id(session: Session, class_id: int, scope: Scope = None) -> ClassRow:
    """One class; raises NotFound when there is none or its unit lies outside the scope."""
    condition = within(scope, Unit.path, scope_paths(session, scope))
    found = _rows(session, _statement().where(TrainingClass.id == class_id, condition))
    if not found:
        raise NotFound
    return found[0]


def waiting_for_attendance(session: Session, scope: Scope, now: datetime) -> list[ClassRow]:
    """Classes that are over, were not called off, and have enrolled people without a mark; the oldest first."""
    marked = select(Attendance.id).where(
        Attendance.class_id == Enrolment.class_id, Attendance.person_id == Enrolment.person_id,
        Attendance.superseded_at.is_(None),
    )  # fmt: skip
    unmarked = select(Enrolment.id).where(
        Enrolment.class_id == TrainingClass.id, Enrolment.withdrawn_at.is_(None), ~marked.exists()
    )
    statement = _statement().where(
        within(scope, Unit.path, scope_paths(session, scope)),
        TrainingClass.cancelled_at.is_(None), TrainingClass.ends_at <= now, unmarked.exists(),
    )  # fmt: skip
    return _rows(session, statement.order_by(TrainingClass.ends_at))


def attendees(session: Session, class_id: int, day: date) -> list[Attendee]:
    """Everyone enrolled in a class, in order of their codes, with their attendance as believed now."""
    standing = and_(
        Attendance.class_id == Enrolment.class_id, Attendance.person_id == Enrolment.person_id,
        Attendance.superseded_at.is_(None),
    )  # fmt: skip
    statement: Any = (
        select(Enrolment.person_id, Enrolment.enrolled_at, Attendance)
        .outerjoin(Attendance, standing)
        .where(Enrolment.class_id == class_id, Enrolment.withdrawn_at.is_(None))
    )
    found = {person_id: (at, mark) for person_id, at, mark in session.execute(statement)}
    return [_attendee(person, *found[person.id]) for person in people_by_ids(session, found, day)]


def _attendee(person: PersonRow, enrolled_at: datetime, mark: Attendance | None) -> Attendee:
    if mark is None:
        return Attendee(person, enrolled_at, None, None, None, None, "")
    return Attendee(person, enrolled_at, mark.status, mark.method, mark.recorded_at, mark.recorded_by, mark.note)


def own_classes(session: Session, person_id: int) -> list[OwnClass]:
    """The classes a person is enrolled in or has a mark for, the latest first."""
    marked = select(Attendance.class_id, Attendance.status).where(
        Attendance.person_id == person_id, Attendance.superseded_at.is_(None)
    )
    marks = {row[0]: row[1] for row in session.execute(marked)}
    places = select(Enrolment.class_id).where(Enrolment.person_id == person_id, Enrolment.withdrawn_at.is_(None))
    condition = or_(TrainingClass.id.in_(places), TrainingClass.id.in_(list(marks)))
    rows = _rows(session, _statement().where(condition).order_by(TrainingClass.starts_at.desc()))
    return [OwnClass(row, "CANCELLED" if row.cancelled_at else marks.get(row.id, "ENROLLED")) for row in rows]


def open_classes(session: Session, person: PersonRow, now: datetime) -> list[ClassRow]:
    """Classes to come in which this person may enrol themselves and is not yet enrolled, the next first."""
    if person.unit_path is None:
        return []
    above = [int(part) for part in person.unit_path.split("/") if part]
    mine = select(Enrolment.class_id).where(Enrolment.person_id == person.id, Enrolment.withdrawn_at.is_(None))
    statement = _statement().where(
        TrainingClass.self_enrolment, TrainingClass.cancelled_at.is_(None), TrainingClass.starts_at > now,
        TrainingClass.unit_id.in_(above), TrainingClass.id.not_in(mine),
    )  # fmt: skip
    return _rows(session, statement.order_by(TrainingClass.starts_at, TrainingClass.id))
