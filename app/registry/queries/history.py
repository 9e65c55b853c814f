"""Every fact about a person or a unit, corrected ones included, ready to be shown; and single facts for a form."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import NotFound
from app.core.permissions import Scope
from app.registry.models import Area, Entrustment, PersonPhoto, Unit
from app.registry.queries.people import PersonRow, people_by_ids, person_by_code
from app.registry.queries.rows import (
    MODELS,
    AppointmentFact,
    DesignationFact,
    EmploymentFact,
    EntrustmentFact,
    EstablishmentFact,
    FactRow,
    PostingFact,
    PowerFact,
    ProfileFact,
    RelationFact,
    SanctionFact,
    SeparationFact,
    StandingFact,
    TerritoryFact,
    rows,
)  # fmt: skip

NAMES: Mapping[str, type[FactRow]] = {
    "profile": ProfileFact, "employment": EmploymentFact, "posting": PostingFact, "sanction": SanctionFact,
    "separation": SeparationFact, "standing": StandingFact, "establishment": EstablishmentFact,
    "territory": TerritoryFact, "power": PowerFact, "relation": RelationFact, "appointment": AppointmentFact,
    "designation": DesignationFact, "entrustment": EntrustmentFact,
}  # fmt: skip
OF_PEOPLE = ("profile", "employment", "posting", "sanction", "separation", "relation", "appointment")
OF_UNITS = ("standing", "establishment", "territory", "power", "designation", "entrustment")
UNIT_COLUMNS = ("agency_id", "unit_id", "business_unit_id", "daily_unit_id", "body_id")


@dataclass(frozen=True)
class HistoryRow:
    """One fact as it was recorded. `values` holds its columns; `names` what the ids and codes in them are called."""

    kind: str
    id: int
    valid_from: date
    valid_to: date | None
    recorded_at: datetime
    superseded_at: datetime | None
    recorded_by: str
    note: str
    values: Mapping[str, Any]
    names: Mapping[str, str]

    def holds(self, day: date) -> bool:
        """Whether the fact is believed and holds on a local day."""
        return self.superseded_at is None and self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


def history(session: Session, kinds: tuple[str, ...], owner_id: int) -> list[HistoryRow]:
    """Every fact of some kinds about one person or unit, newest valid time first."""
    found: list[HistoryRow] = []
    for kind in kinds:
        model = MODELS[NAMES[kind]]
        owner = model.person_id if kind in OF_PEOPLE else model.unit_id
        found += [_history_row(kind, fact) for fact in rows(session, NAMES[kind], owner == owner_id, superseded=True)]
    found.sort(key=lambda row: (row.valid_from, row.recorded_at, row.id), reverse=True)
    return _with_names(session, found)


def received(session: Session, unit_id: int) -> list[HistoryRow]:
    """Every entrustment that a body was given, newest first."""
    found = rows(session, EntrustmentFact, Entrustment.body_id == unit_id, superseded=True)
    return _with_names(session, [_history_row("entrustment", one) for one in reversed(found)])


def _history_row(kind: str, fact: FactRow) -> HistoryRow:
    return HistoryRow(
        kind, fact.id, fact.valid_from, fact.valid_to, fact.recorded_at, fact.superseded_at, fact.recorded_by,
        fact.note, asdict(fact), {},
    )  # fmt: skip


def _with_names(session: Session, found: list[HistoryRow]) -> list[HistoryRow]:
    ids = {row.values[c] for row in found for c in UNIT_COLUMNS if row.values.get(c) is not None}
    codes = {row.values["area_code"] for row in found if "area_code" in row.values}
    units = {r.id: r.name_zh for r in session.execute(select(Unit.id, Unit.name_zh).where(Unit.id.in_(ids)))}
    areas = {r.code: r.name_zh for r in session.execute(select(Area.code, Area.name_zh).where(Area.code.in_(codes)))}
    named: list[HistoryRow] = []
    for row in found:
        names = {c: units[row.values[c]] for c in UNIT_COLUMNS if row.values.get(c) in units}
        if "area_code" in row.values:
            names["area_code"] = areas.get(row.values["area_code"], "")
        named.append(HistoryRow(**{**_shallow(row), "names": names}))
    return named


def _shallow(row: HistoryRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__dataclass_fields__}


@dataclass(frozen=True)
class PersonPage:
    """A person with everything known about them, and whether the asker may change it."""

    person: PersonRow
    facts: tuple[HistoryRow, ...]
    present: HistoryRow | None
    has_photo: bool
    may_edit: bool


def person_page(
    session: Session, code: str, day: date, scope: Scope, edit_scope: Scope, *, own: bool = False
) -> PersonPage:
    """The page of a person; raises NotFound outside the scope.

    Who a relation is with is for the person's registrar and, with `own`, for the person: others learn its kind.
    """
    person = person_by_code(session, code, day, scope)
    facts = history(session, OF_PEOPLE, person.id)
    may_edit = bool(people_by_ids(session, [person.id], day, edit_scope))
    if not (may_edit or own):
        facts = [_without_party(row) for row in facts]
    return PersonPage(
        person,
        tuple(facts),
        next((row for row in facts if row.kind == "profile" and row.holds(day)), None),
        session.scalar(select(PersonPhoto.id).where(PersonPhoto.person_id == person.id).limit(1)) is not None,
        may_edit,
    )


def _without_party(row: HistoryRow) -> HistoryRow:
    if row.kind != "relation":
        return row
    return replace(row, note="", values={**row.values, "party": "", "note": ""})


@dataclass(frozen=True)
class FactValues:
    """One fact as a form wants it: unit ids as codes; and whose it is."""

    kind: str
    id: int
    owner: str
    unit_id: int | None
    current: bool
    values: Mapping[str, Any]


def fact_values(session: Session, kind: str, fact_id: int, day: date, scope: Scope) -> FactValues:
    """A fact and its owner's code, for those who may see it; raises NotFound."""
    from app.registry.queries.units import unit_by_id

    row = NAMES.get(kind)
    found = rows(session, row, MODELS[row].id == fact_id, superseded=True) if row else []
    if not found:
        raise NotFound
    values = asdict(found[0])
    if kind in OF_PEOPLE:
        people = people_by_ids(session, [values["person_id"]], day, scope)
        if not people:
            raise NotFound
        owner, unit_id = people[0].code, None
    else:
        unit = unit_by_id(session, values["unit_id"], scope)
        owner, unit_id = unit.code, unit.id
    for column in UNIT_COLUMNS:
        if (kind in OF_PEOPLE or column == "body_id") and column in values:
            values[column.removesuffix("_id")] = session.scalar(select(Unit.code).where(Unit.id == values[column]))
    return FactValues(kind, fact_id, owner, unit_id, values["superseded_at"] is None, values)
