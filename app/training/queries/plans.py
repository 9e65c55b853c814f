"""Annual plans for new hires: who of a year's hires lacks the year's course (PL-04)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.errors import NotFound
from app.core.facts import known
from app.core.permissions import Scope
from app.registry.models import Unit
from app.registry.queries import PersonRow, people_by_ids, scope_paths
from app.training.models import AnnualPlan, Attendance, TrainingClass
from app.training.policy import Status
from app.training.queries.programmes import hired_on, serving_below
from app.training.rotation import is_new_hire


@dataclass(frozen=True, slots=True)
class PlanRow:
    """An annual plan; `path` is its unit's, `classes` counts those that carry it out and were not called off."""

    id: int
    unit_id: int
    unit: str
    path: str
    year: int
    title: str
    deadline: date
    classes: int


@dataclass(frozen=True, slots=True)
class Hire:
    """One of the year's new hires; `trained_on` is the last day of the course they attended, None if they lack it."""

    person: PersonRow
    hired_on: date
    trained_on: date | None


def plans(session: Session, scope: Scope = None) -> list[PlanRow]:
    """Plans whose unit lies in the scope or above it, the latest year first."""
    counted = (
        select(func.count(TrainingClass.id))
        .where(TrainingClass.plan_id == AnnualPlan.id, TrainingClass.cancelled_at.is_(None))
        .correlate(AnnualPlan)
        .scalar_subquery()
    )
    statement: Any = select(AnnualPlan, Unit, counted).join(Unit, Unit.id == AnnualPlan.unit_id)
    rows = [
        PlanRow(plan.id, unit.id, unit.name_zh, unit.path, plan.year, plan.title, plan.deadline, count)
        for plan, unit, count in session.execute(statement.order_by(AnnualPlan.year.desc(), Unit.path))
    ]
    if scope is None:
        return rows
    paths = scope_paths(session, scope)
    return [row for row in rows if any(row.path.startswith(p) or p.startswith(row.path) for p in paths)]


def plan_by_id(session: Session, plan_id: int, scope: Scope = None) -> PlanRow:
    """One plan; raises NotFound when there is none or it touches nobody in the scope."""
    found = next((row for row in plans(session, scope) if row.id == plan_id), None)
    if found is None:
        raise NotFound
    return found


def plan_hires(session: Session, plan: PlanRow, day: date, scope: Scope = None) -> list[Hire]:
    """Officers hired in the plan's year who serve in its unit or below on the day; those without the course first."""
    ids = serving_below(session, plan.path, day)
    hired = {i: on for i, on in hired_on(session, ids).items() if is_new_hire(on, plan.year)}
    trained = _trained(session, [plan.id], hired)
    people = [row for row in people_by_ids(session, hired, day, scope) if row.kind == "OFFICER" and row.unit_id]
    hires = [Hire(person, hired[person.id], trained.get(person.id)) for person in people]
    return sorted(hires, key=lambda hire: (hire.trained_on is not None, hire.person.unit_path or "", hire.person.code))


def _trained(session: Session, plan_ids: Collection[int], person_ids: Iterable[int]) -> dict[int, date]:
    statement: Any = (
        select(Attendance.person_id, func.min(TrainingClass.last_day))
        .join(TrainingClass, TrainingClass.id == Attendance.class_id)
        .where(
            Attendance.person_id.in_(list(person_ids)),
            Attendance.status == Status.ATTENDED.value,
            TrainingClass.plan_id.in_(list(plan_ids)),
        )
    )
    found = session.execute(known(statement, Attendance).group_by(Attendance.person_id))
    return {row[0]: row[1] for row in found}


def lacking_course(session: Session, year: int, day: date, scope: Scope = None) -> list[Hire]:
    """The year's hired officers who serve on the day and attended no course of any plan of that year."""
    wanted = [plan for plan in plans(session, scope) if plan.year == year]
    lacking: dict[int, Hire] = {}
    trained: set[int] = set()
    for plan in wanted:
        for hire in plan_hires(session, plan, day, scope):
            lacking[hire.person.id] = hire
            if hire.trained_on is not None:
                trained.add(hire.person.id)
    return [hire for person_id, hire in lacking.items() if person_id not in trained]
