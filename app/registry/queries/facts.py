"""Every registry fact that a judgement over some people and days can rest on, in a fixed number of queries."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, select
from sqlalchemy.orm import Session, aliased

from app.core.facts import known, overlaps
from app.core.prepared import KNOWN_AT, Prepared, among
from app.registry.models import Area, Person, Unit, UnitArea
from app.registry.queries.rows import (
    COLUMNS,
    FIELDS,
    MODELS,
    AppointmentFact,
    EmploymentFact,
    FactRow,
    PostingFact,
    PowerFact,
    ProfileFact,
    RelationFact,
    SanctionFact,
    SeparationFact,
    StandingFact,
    TerritoryFact,
)  # fmt: skip
from app.registry.queries.units import UnitRow

OF_PEOPLE = (
    ProfileFact, EmploymentFact, PostingFact, SanctionFact, SeparationFact, RelationFact, AppointmentFact,
)  # fmt: skip
OF_UNITS = (StandingFact, PowerFact)
FIRST: Any = bindparam("first")
LAST: Any = bindparam("last")


def _statement(row: type[FactRow], condition: ColumnElement[bool]) -> Prepared:
    model = MODELS[row]
    statement = select(*COLUMNS[row]).where(condition).order_by(model.valid_from, model.id)
    return Prepared(known(statement, model), known(statement, model, KNOWN_AT))


def _territory_statement() -> Prepared:
    statement = (
        select(*COLUMNS[TerritoryFact], Area.path)
        .join(Area, Area.code == UnitArea.area_code)
        .where(among(UnitArea.unit_id, "ids"), overlaps(UnitArea, FIRST, LAST))
        .order_by(UnitArea.id)
    )
    return Prepared(known(statement, UnitArea), known(statement, UnitArea, KNOWN_AT))


def _upward_statement() -> Prepared:
    """The units named and all above them, up the chain of parents."""
    wanted = select(Unit.id, Unit.parent_id).where(among(Unit.id, "ids")).cte("upward", recursive=True)
    above = aliased(Unit)
    upward = wanted.union(select(above.id, above.parent_id).join(wanted, above.id == wanted.c.parent_id))
    return Prepared(
        select(
            Unit.id, Unit.code, Unit.name_zh, Unit.name_en, Unit.kind, Unit.parent_id, Unit.path, Unit.is_agency,
            Unit.agency_id, Unit.regime,
        ).where(Unit.id.in_(select(upward.c.id)))
    )  # fmt: skip


_PEOPLE = Prepared(select(Person.id, Person.code, Person.name, Person.kind).where(among(Person.id, "ids")))
_OF_PEOPLE = {row: _statement(row, among(MODELS[row].person_id, "ids")) for row in OF_PEOPLE}
_OF_UNITS = {
    row: _statement(row, among(MODELS[row].unit_id, "ids") & overlaps(MODELS[row], FIRST, LAST)) for row in OF_UNITS
}
_TERRITORIES = _territory_statement()
_UPWARD = _upward_statement()


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
    relations: Mapping[int, tuple[RelationFact, ...]]
    appointments: Mapping[int, tuple[AppointmentFact, ...]]
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
    """Everything the registry knows about these people for the days `first` to `last`, both inclusive, in 12 queries.

    `unit_ids` names further units (a competent agency, say) whose standing, territory and powers are wanted too.
    """
    ids = list(person_ids)
    subjects = {row[0]: SubjectRow(*row) for row in _PEOPLE.rows(session, ids=ids)}
    book = {row: _read(row, _OF_PEOPLE[row].rows(session, known_at, ids=ids)) for row in OF_PEOPLE}
    wanted = {e.agency_id for e in book[EmploymentFact]} | set(unit_ids)
    for posting in book[PostingFact]:
        wanted |= {i for i in (posting.unit_id, posting.business_unit_id, posting.daily_unit_id) if i is not None}
    units = {row[0]: UnitRow(*row) for row in _UPWARD.rows(session, ids=list(wanted))}
    window = {"ids": list(units), "first": first, "last": last}
    territories = _TERRITORIES.rows(session, known_at, **window)
    return RegistryFacts(
        people=subjects,
        profiles=_by_person(book[ProfileFact]),
        employments=_by_person(book[EmploymentFact]),
        postings=_by_person(book[PostingFact]),
        sanctions=_by_person(book[SanctionFact]),
        separations=_by_person(book[SeparationFact]),
        relations=_by_person(book[RelationFact]),
        appointments=_by_person(book[AppointmentFact]),
        units=units,
        standings=_by_unit(_read(StandingFact, _OF_UNITS[StandingFact].rows(session, known_at, **window))),
        territories=_by_unit(_read(TerritoryFact, [row[:-1] for row in territories])),
        powers=_by_unit(_read(PowerFact, _OF_UNITS[PowerFact].rows(session, known_at, **window))),
        area_paths={area: path for *_rest, area, path in territories},
    )


def _read(row: type[FactRow], found: Iterable[tuple[Any, ...]]) -> list[Any]:
    names = FIELDS[row]
    return [row(**dict(zip(names, values, strict=True))) for values in found]


def _by_person(found: Iterable[Any]) -> dict[int, tuple[Any, ...]]:
    return _grouped(found, "person_id")


def _by_unit(found: Iterable[Any]) -> dict[int, tuple[Any, ...]]:
    return _grouped(found, "unit_id")


def _grouped(found: Iterable[Any], key: str) -> dict[int, tuple[Any, ...]]:
    groups: dict[int, list[Any]] = {}
    for fact in found:
        groups.setdefault(getattr(fact, key), []).append(fact)
    return {one: tuple(facts) for one, facts in groups.items()}
