"""Rosters: the list of a scope, one version with its shifts, who is on duty when by what was published."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from app.core.clock import day_end, day_start
from app.core.errors import NotFound
from app.core.permissions import Scope
from app.eligibility.facts import Facts, PlaceFacts, Shift
from app.eligibility.models import DutySquad, Roster, RosterShift, RosterShiftPerson
from app.registry import queries as registry
from app.registry.models import Area, Person, Unit

LONGEST_ROSTER = 31
LONGEST_SHIFT = timedelta(hours=24)


class RosterState(StrEnum):
    """Where a version of a roster stands."""

    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    REPLACED = "REPLACED"
    DISCARDED = "DISCARDED"


@dataclass(frozen=True)
class RosterRow:
    """One version of a roster; `places` are the codes that must be covered round the clock."""

    id: int
    series: int
    number: int
    unit_id: int
    unit_code: str
    unit: str
    unit_path: str
    title: str
    first_day: date
    last_day: date
    act: str
    item: str | None
    places: tuple[str, ...]
    state: RosterState
    edits: int
    created_at: datetime
    published_at: datetime | None
    published_by: str
    decision_id: str | None

    @property
    def draft(self) -> bool:
        """Whether it can still be changed."""
        return self.state is RosterState.DRAFT

    @property
    def days(self) -> tuple[date, ...]:
        """Every day of it."""
        return tuple(self.first_day + timedelta(days=n) for n in range((self.last_day - self.first_day).days + 1))

    def span(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """From the first midnight up to the last."""
        return day_start(self.first_day, zone), day_end(self.last_day, zone)


@dataclass(frozen=True)
class OnShift:
    """One person of a shift."""

    id: int
    code: str
    name: str
    kind: str


@dataclass(frozen=True)
class ShiftRow:
    """A squad's turn at a place, [starts, ends), with its people in order and its squad's template."""

    id: int
    roster_id: int
    squad_id: int | None
    squad: str
    place: str
    place_name: str
    starts: datetime
    ends: datetime
    template: str | None
    people: tuple[OnShift, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """The people's codes."""
        return tuple(one.code for one in self.people)

    def fact(self) -> Shift:
        """The shift as the rules read it."""
        return Shift(
            id=f"roster-shift:{self.id}", squad=self.squad, place=self.place, starts=self.starts, ends=self.ends,
            people=self.codes,
        )  # fmt: skip


def rosters(session: Session, scope: Scope, *, unit_path: str = "") -> list[RosterRow]:
    """The drafts and the versions in force of a scope, the latest days first."""
    condition = registry.within(scope, Unit.path, registry.scope_paths(session, scope))
    if unit_path:
        condition &= Unit.path.startswith(unit_path, autoescape=True)
    shown = Roster.state.in_([RosterState.DRAFT, RosterState.PUBLISHED])
    return _rows(session, condition & shown)


def roster(session: Session, roster_id: int, scope: Scope) -> RosterRow:
    """One version; raises NotFound outside the scope."""
    condition = registry.within(scope, Unit.path, registry.scope_paths(session, scope))
    found = _rows(session, condition & (Roster.id == roster_id))
    if not found:
        raise NotFound
    return found[0]


def versions(session: Session, series: int) -> list[RosterRow]:
    """Every version of one roster, the newest first."""
    return sorted(_rows(session, Roster.series == series), key=lambda row: -row.number)


def _rows(session: Session, condition: ColumnElement[bool]) -> list[RosterRow]:
    statement = (
        select(Roster, Unit.code, Unit.name_zh, Unit.path)
        .join(Unit, Unit.id == Roster.unit_id)
        .where(condition)
        .order_by(Roster.first_day.desc(), Roster.id.desc())
    )
    return [
        RosterRow(
            one.id, one.series or one.id, one.number, one.unit_id, code, name, path, one.title, one.first_day,
            one.last_day, one.act, one.item, tuple(one.places), RosterState(one.state), one.edits, one.created_at,
            one.published_at, one.published_by, one.decision_id,
        )
        for one, code, name, path in session.execute(statement)
    ]  # fmt: skip


def shift_count(session: Session, roster_ids: Collection[int]) -> dict[int, int]:
    """How many shifts each version has."""
    statement = (
        select(RosterShift.roster_id, func.count())
        .where(RosterShift.roster_id.in_(list(roster_ids)))
        .group_by(RosterShift.roster_id)
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def shifts_of(session: Session, roster_id: int) -> tuple[ShiftRow, ...]:
    """The shifts of one version by time and place, in two queries."""
    return _shifts(session, RosterShift.roster_id == roster_id)


def shift(session: Session, shift_id: int, scope: Scope) -> tuple[RosterRow, ShiftRow]:
    """One shift and its roster; raises NotFound outside the scope."""
    found = _shifts(session, RosterShift.id == shift_id)
    if not found:
        raise NotFound
    return roster(session, found[0].roster_id, scope), found[0]


def in_force(at: datetime | None) -> ColumnElement[bool]:
    """The condition that a version was the published one at a moment; None is now."""
    if at is None:
        return Roster.state == RosterState.PUBLISHED
    return (Roster.published_at <= at) & or_(Roster.replaced_at.is_(None), Roster.replaced_at > at)


def published_shifts(
    session: Session,
    start: datetime,
    end: datetime,
    *,
    scope: Scope = None,
    unit_path: str = "",
    person_ids: Collection[int] | None = None,
    without_series: int | None = None,
    known_at: datetime | None = None,
) -> tuple[ShiftRow, ...]:
    """The published shifts that touch [start, end), of units in a scope or with some of the people."""
    units = registry.within(scope, Unit.path, registry.scope_paths(session, scope))
    if unit_path:
        units &= Unit.path.startswith(unit_path, autoescape=True)
    versions_wanted = select(Roster.id).join(Unit, Unit.id == Roster.unit_id).where(in_force(known_at), units)
    if without_series is not None:
        versions_wanted = versions_wanted.where(Roster.series != without_series)
    condition = (
        RosterShift.roster_id.in_(versions_wanted) & (RosterShift.starts_at < end) & (RosterShift.ends_at > start)
    )
    if person_ids is not None:
        of_people = select(RosterShiftPerson.shift_id).where(RosterShiftPerson.person_id.in_(list(person_ids)))
        condition &= RosterShift.id.in_(of_people)
    return _shifts(session, condition)


def with_roster(
    session: Session, facts: Facts, roster_id: int, zone: ZoneInfo, known_at: datetime | None = None
) -> Facts:
    """The facts with the shifts that publishing a version is judged by, and the places it must cover.

    Published shifts of other rosters with the same people stand beside its own: nobody is in two places at once, and
    everybody rests between shifts wherever they are. Raises NotFound for an unknown version.
    """
    version = _rows(session, Roster.id == roster_id)
    if not version:
        raise NotFound
    own = shifts_of(session, roster_id)
    shifts = tuple(one.fact() for one in (*own, *beside(session, version[0], own, zone, known_at)))
    places = {
        area.code: PlaceFacts(area.code, tuple(part for part in reversed(area.path.split("/")) if part), area.name_zh)
        for area in registry.area_rows(session, version[0].places)
    }
    return replace(facts, shifts=shifts, covered=version[0].places, places={**facts.places, **places})


def beside(
    session: Session, version: RosterRow, own: Iterable[ShiftRow], zone: ZoneInfo, known_at: datetime | None = None
) -> tuple[ShiftRow, ...]:
    """The published shifts that the people of these shifts have on other rosters around the same days."""
    people = {one.id for row in own for one in row.people}
    if not people:
        return ()
    start, end = version.span(zone)
    return published_shifts(
        session, start - LONGEST_SHIFT, end + 2 * LONGEST_SHIFT, person_ids=people, without_series=version.series,
        known_at=known_at,
    )  # fmt: skip


def _shifts(session: Session, condition: ColumnElement[bool]) -> tuple[ShiftRow, ...]:
    statement = (
        select(
            RosterShift.id, RosterShift.roster_id, RosterShift.squad_id, RosterShift.squad, RosterShift.place,
            Area.name_zh, RosterShift.starts_at, RosterShift.ends_at, DutySquad.template,
        )
        .join(Area, Area.code == RosterShift.place)
        .outerjoin(DutySquad, DutySquad.id == RosterShift.squad_id)
        .where(condition)
        .order_by(RosterShift.starts_at, RosterShift.place, RosterShift.squad, RosterShift.id)
    )  # fmt: skip
    members = (
        select(RosterShiftPerson.shift_id, Person.id, Person.code, Person.name, Person.kind)
        .join(Person, Person.id == RosterShiftPerson.person_id)
        .join(RosterShift, RosterShift.id == RosterShiftPerson.shift_id)
        .where(condition)
        .order_by(RosterShiftPerson.shift_id, RosterShiftPerson.position)
    )
    people: dict[int, list[OnShift]] = defaultdict(list)
    for shift_id, *person in session.execute(members):
        people[shift_id].append(_on_shift(person))
    return tuple(ShiftRow(*row, tuple(people[row[0]])) for row in session.execute(statement))


def _on_shift(values: list[Any]) -> OnShift:
    return OnShift(*values)
