"""Every registry fact that a judgement over some people and days can rest on, in a fixed number of queries."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, aliased

from app.core.facts import known, overlaps
from app.registry.models import (
    AgencyPower,
    Area,
    Employment,
    Establishment,
    Person,
    PersonProfile,
    Posting,
    Sanction,
    Separation,
    Unit,
    UnitArea,
    UnitStanding,
)  # fmt: skip
from app.registry.queries.units import UnitRow, unit_row


@dataclass(frozen=True, slots=True, kw_only=True)
class FactRow:
    """One dated fact. `valid_from` and `valid_to` are inclusive local days, `valid_to` None is until further notice;

    `recorded_at` and `superseded_at` say when the registry believed it.
    """

    id: int
    valid_from: date
    valid_to: date | None
    recorded_at: datetime
    superseded_at: datetime | None
    recorded_by: str
    note: str

    def holds(self, day: date) -> bool:
        """Whether the fact holds on a local day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileFact(FactRow):
    """What a person was called and what kind they were; None for `on_public_roster` is unknown."""

    person_id: int
    name: str
    kind: str
    phone: str
    email: str
    legal_qualification: bool
    on_public_roster: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EmploymentFact(FactRow):
    """Who employed a person, in what category."""

    person_id: int
    agency_id: int
    category: str
    entry_channel: str
    service_start: date | None
    probation_until: date | None
    initial_training_done_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingFact(FactRow):
    """Where a person served, and by whose business and daily lines."""

    person_id: int
    unit_id: int
    kind: str
    duty_title: str
    business_unit_id: int | None
    daily_unit_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SanctionFact(FactRow):
    """A sanction or an order that suspends somebody from duty."""

    person_id: int
    kind: str
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeparationFact(FactRow):
    """A person left an agency; `valid_from` is the first day they no longer served."""

    person_id: int
    agency_id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingFact(FactRow):
    """What a unit was in law."""

    unit_id: int
    level: str
    enforces: bool
    authority_basis: str
    legal_nature: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TerritoryFact(FactRow):
    """A unit's territory: an area with all that lies in it."""

    unit_id: int
    area_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerFact(FactRow):
    """An agency and a power item: PLANNED, HELD or RETURNED, and since when published."""

    unit_id: int
    item_code: str
    status: str
    published_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EstablishmentFact(FactRow):
    """How many posts (编制) a unit had."""

    unit_id: int
    posts: int


R = TypeVar("R", bound=FactRow)

MODELS: dict[type[FactRow], Any] = {
    ProfileFact: PersonProfile,
    EmploymentFact: Employment,
    PostingFact: Posting,
    SanctionFact: Sanction,
    SeparationFact: Separation,
    StandingFact: UnitStanding,
    TerritoryFact: UnitArea,
    PowerFact: AgencyPower,
    EstablishmentFact: Establishment,
}
_NAMES = {row: tuple(f.name for f in fields(row)) for row in MODELS}
_COLUMNS = {row: tuple(getattr(model, name) for name in _NAMES[row]) for row, model in MODELS.items()}


def rows(
    session: Session,
    row: type[R],
    condition: ColumnElement[bool],
    known_at: datetime | None = None,
    *,
    superseded: bool = False,
) -> list[R]:
    """The facts of one sort that meet a condition, oldest valid time first.

    Those believed now or at `known_at`; with `superseded`, every one ever recorded.
    """
    model = MODELS[row]
    statement = select(*_COLUMNS[row]).where(condition).order_by(model.valid_from, model.id)
    if not superseded:
        statement = known(statement, model, known_at)
    names = _NAMES[row]
    return [row(**dict(zip(names, values, strict=True))) for values in session.execute(statement)]


@dataclass(frozen=True, slots=True)
class SubjectRow:
    """Whom the facts are about."""

    id: int
    code: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class RegistryFacts:
    """What the registry knows about some people and their agencies.

    Facts of people are keyed by person id and are their whole history as believed; standings, territories and powers
    are keyed by unit id and hold on some day of the window. `units` are the people's agencies, the units they are
    posted to, the units of both lines, and all above them; `area_paths` maps each area code met to its chain of codes.
    """

    people: Mapping[int, SubjectRow]
    profiles: Mapping[int, tuple[ProfileFact, ...]]
    employments: Mapping[int, tuple[EmploymentFact, ...]]
    postings: Mapping[int, tuple[PostingFact, ...]]
    sanctions: Mapping[int, tuple[SanctionFact, ...]]
    separations: Mapping[int, tuple[SeparationFact, ...]]
    units: Mapping[int, UnitRow]
    standings: Mapping[int, tuple[StandingFact, ...]]
    territories: Mapping[int, tuple[TerritoryFact, ...]]
    powers: Mapping[int, tuple[PowerFact, ...]]
    area_paths: Mapping[str, str]

    def regime_of(self, unit_id: int) -> str | None:
        """The regime that governs a unit among `units`: its own or the nearest above."""
        unit = self.units.get(unit_id)
        chain = [int(part) for part in unit.path.split("/") if part] if unit else []
        return next((u.regime for i in reversed(chain) if (u := self.units.get(i)) and u.regime), None)


def facts_for(
    session: Session,
    person_ids: Collection[int],
    first: date,
    last: date,
    known_at: datetime | None = None,
    *,
    unit_ids: Iterable[int] = (),
) -> RegistryFacts:
    """Everything the registry knows about these people for the days `first` to `last`, both inclusive, in ten queries.

    `unit_ids` names further units (a competent agency, say) whose standing, territory and powers are wanted too.
    """
    ids = list(person_ids)
    people = session.execute(select(Person.id, Person.code, Person.name, Person.kind).where(Person.id.in_(ids)))
    subjects = {row.id: SubjectRow(*row) for row in people}
    employments = rows(session, EmploymentFact, Employment.person_id.in_(ids), known_at)
    postings = rows(session, PostingFact, Posting.person_id.in_(ids), known_at)
    wanted = {e.agency_id for e in employments} | set(unit_ids)
    for posting in postings:
        wanted |= {i for i in (posting.unit_id, posting.business_unit_id, posting.daily_unit_id) if i is not None}
    units = _with_those_above(session, wanted)
    territories, area_paths = _territories(session, units, first, last, known_at)
    return RegistryFacts(
        people=subjects,
        profiles=_by_person(rows(session, ProfileFact, PersonProfile.person_id.in_(ids), known_at)),
        employments=_by_person(employments),
        postings=_by_person(postings),
        sanctions=_by_person(rows(session, SanctionFact, Sanction.person_id.in_(ids), known_at)),
        separations=_by_person(rows(session, SeparationFact, Separation.person_id.in_(ids), known_at)),
        units=units,
        standings=_by_unit(rows(session, StandingFact, _window(UnitStanding, units, first, last), known_at)),
        territories=_by_unit(territories),
        powers=_by_unit(rows(session, PowerFact, _window(AgencyPower, units, first, last), known_at)),
        area_paths=area_paths,
    )


def _with_those_above(session: Session, ids: Collection[int]) -> dict[int, UnitRow]:
    below = aliased(Unit)
    statement = (
        select(Unit)
        .distinct()
        .join(below, or_(Unit.id == below.id, below.path.startswith(Unit.path)))
        .where(below.id.in_(ids))
    )
    return {unit.id: unit_row(unit) for unit in session.scalars(statement)}


def _window(model: Any, units: Mapping[int, UnitRow], first: date, last: date) -> ColumnElement[bool]:  # noqa: ANN401
    condition: ColumnElement[bool] = model.unit_id.in_(list(units)) & overlaps(model, first, last)
    return condition


def _territories(
    session: Session, units: Mapping[int, UnitRow], first: date, last: date, known_at: datetime | None
) -> tuple[list[TerritoryFact], dict[str, str]]:
    names, columns = _NAMES[TerritoryFact], _COLUMNS[TerritoryFact]
    statement = select(*columns, Area.path).join(Area, Area.code == UnitArea.area_code)
    statement = known(statement.where(_window(UnitArea, units, first, last)), UnitArea, known_at)
    found: list[TerritoryFact] = []
    paths: dict[str, str] = {}
    for *values, path in session.execute(statement.order_by(UnitArea.id)):
        found.append(TerritoryFact(**dict(zip(names, values, strict=True))))
        paths[found[-1].area_code] = path
    return found, paths


def _by_person(found: Iterable[Any]) -> dict[int, tuple[Any, ...]]:
    return _grouped(found, "person_id")


def _by_unit(found: Iterable[Any]) -> dict[int, tuple[Any, ...]]:
    return _grouped(found, "unit_id")


def _grouped(found: Iterable[Any], key: str) -> dict[int, tuple[Any, ...]]:
    groups: dict[int, list[Any]] = {}
    for fact in found:
        groups.setdefault(getattr(fact, key), []).append(fact)
    return {one: tuple(facts) for one, facts in groups.items()}
