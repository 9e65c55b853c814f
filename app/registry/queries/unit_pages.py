"""The tree of units with posts against people, and the page of one unit."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.facts import holds_on, known
from app.core.permissions import Scope
from app.registry.models import Unit, UnitArea, UnitStanding
from app.registry.queries.establishment import Strength, strengths
from app.registry.queries.history import OF_UNITS, HistoryRow, history, received
from app.registry.queries.people import PersonRow, search_people
from app.registry.queries.powers import ItemRow, items_of
from app.registry.queries.units import AreaRow, UnitRow, area_rows, covers, regime_of, unit_by_code, units

SHOWN_PEOPLE = 200


@dataclass(frozen=True)
class TreeRow:
    """A unit in the tree on a day; `enforces` None is not recorded, `indent` counts from the topmost one shown."""

    unit: UnitRow
    indent: int
    strength: Strength
    enforces: bool | None
    basis: str


def unit_tree(session: Session, day: date, scope: Scope = None) -> list[TreeRow]:
    """The units of a scope, parents before children, with posts against people."""
    found = units(session, scope)
    counted = strengths(session, day, scope)
    statement = select(UnitStanding.unit_id, UnitStanding.enforces, UnitStanding.authority_basis)
    standings = {
        unit_id: (enforces, basis)
        for unit_id, enforces, basis in session.execute(
            known(statement, UnitStanding).where(holds_on(UnitStanding, day))
        )
    }
    shown = {unit.id for unit in found}
    rows: list[TreeRow] = []
    for unit in found:
        indent = sum(int(part) in shown for part in unit.path.split("/") if part) - 1
        enforces, basis = standings.get(unit.id, (None, ""))
        rows.append(TreeRow(unit, min(indent, 6), counted[unit.id], enforces, basis))
    return rows


@dataclass(frozen=True)
class UnitPage:
    """One unit with everything known about it, and whether the asker may change it."""

    unit: UnitRow
    opened_on: date | None
    closed_on: date | None
    regime: str | None
    above: tuple[UnitRow, ...]
    below: tuple[UnitRow, ...]
    strength: Strength
    facts: tuple[HistoryRow, ...]
    items: dict[str, ItemRow]
    areas: tuple[AreaRow, ...]
    people: tuple[PersonRow, ...]
    may_edit: bool
    received: tuple[HistoryRow, ...]


def unit_page(session: Session, code: str, day: date, scope: Scope, edit_scope: Scope) -> UnitPage:
    """The page of a unit; raises NotFound outside the scope."""
    unit = unit_by_code(session, code, scope)
    dates = session.execute(select(Unit.opened_on, Unit.closed_on).where(Unit.id == unit.id)).one()
    seen = {one.id: one for one in units(session, scope)}
    chain = tuple(seen[i] for i in (int(p) for p in unit.path.split("/") if p) if i in seen and i != unit.id)
    facts = history(session, OF_UNITS, unit.id)
    held = territory_on(session, unit.id, day)
    return UnitPage(
        unit, dates.opened_on, dates.closed_on, regime_of(session, unit.id), chain,
        tuple(one for one in seen.values() if one.parent_id == unit.id),
        strengths(session, day, frozenset({unit.id}))[unit.id], tuple(facts),
        {item.code: item for item in items_of(session, unit.id)}, held,
        tuple(search_people(session, "", day, scope, unit_path=unit.path, limit=SHOWN_PEOPLE)),
        covers(session, edit_scope, unit.path), tuple(received(session, unit.id)),
    )  # fmt: skip


def territory_on(session: Session, unit_id: int, day: date) -> tuple[AreaRow, ...]:
    """The areas a unit has on a day."""
    statement = known(select(UnitArea.area_code), UnitArea).where(UnitArea.unit_id == unit_id, holds_on(UnitArea, day))
    return tuple(area_rows(session, list(session.scalars(statement))))
