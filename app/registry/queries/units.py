"""Units, areas and who may see them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, false, or_, select, true
from sqlalchemy.orm import Session

from app.core.errors import NotFound
from app.core.permissions import Scope
from app.registry.models import Area, Unit


@dataclass(frozen=True)
class UnitRow:
    """A unit as other rooms see it."""

    id: int
    code: str
    name_zh: str
    name_en: str
    kind: str
    parent_id: int | None
    path: str
    is_agency: bool
    agency_id: int | None
    regime: str | None

    @property
    def depth(self) -> int:
        """How far below the root, which is 0."""
        return self.path.count("/") - 2

    def name(self, language: str) -> str:
        """The name in a language, Chinese where there is no other."""
        return self.name_en or self.name_zh if language == "en" else self.name_zh


def unit_row(unit: Unit) -> UnitRow:
    """The frozen row of a unit."""
    return UnitRow(
        unit.id, unit.code, unit.name_zh, unit.name_en, unit.kind, unit.parent_id, unit.path, unit.is_agency,
        unit.agency_id, unit.regime,
    )  # fmt: skip


def within(scope: Scope, path: Any, paths: Sequence[str]) -> ColumnElement[bool]:  # noqa: ANN401 - a column
    """The condition that a unit path lies in a scope whose root paths are given."""
    if scope is None:
        return true()
    return or_(*(path.startswith(p, autoescape=True) for p in paths)) if paths else false()


def scope_paths(session: Session, scope: Scope) -> tuple[str, ...]:
    """The paths of a scope's root units; empty for everywhere and for nowhere alike."""
    if not scope:
        return ()
    return tuple(session.scalars(select(Unit.path).where(Unit.id.in_(scope))))


def units(session: Session, scope: Scope = None) -> list[UnitRow]:
    """Units within a scope, parents before children."""
    condition = within(scope, Unit.path, scope_paths(session, scope))
    return [unit_row(u) for u in session.scalars(select(Unit).where(condition).order_by(Unit.path))]


def unit_by_id(session: Session, unit_id: int, scope: Scope = None) -> UnitRow:
    """One unit; raises NotFound when there is none or it lies outside the scope."""
    condition = within(scope, Unit.path, scope_paths(session, scope))
    unit = session.scalar(select(Unit).where(Unit.id == unit_id, condition))
    if unit is None:
        raise NotFound
    return unit_row(unit)


def unit_by_code(session: Session, code: str, scope: Scope = None) -> UnitRow:
    """One unit; raises NotFound when there is none or it lies outside the scope."""
    condition = within(scope, Unit.path, scope_paths(session, scope))
    unit = session.scalar(select(Unit).where(Unit.code == code, condition))
    if unit is None:
        raise NotFound
    return unit_row(unit)


def regime_of(session: Session, unit_id: int) -> str | None:
    """The id of the regime that governs a unit: its own, or the nearest above."""
    path = session.scalar(select(Unit.path).where(Unit.id == unit_id)) or ""
    ids = [int(part) for part in path.split("/") if part]
    found = session.execute(select(Unit.id, Unit.regime).where(Unit.id.in_(ids), Unit.regime.is_not(None))).all()
    by_id: dict[int, str | None] = {row.id: row.regime for row in found}
    return next((by_id[i] for i in reversed(ids) if i in by_id), None)


@dataclass(frozen=True)
class AreaRow:
    """A place; `path` is the chain of codes from the province, each closed by /."""

    code: str
    name_zh: str
    name_en: str
    kind: str
    parent_code: str | None
    path: str

    @property
    def depth(self) -> int:
        """How far below the root, which is 0."""
        return self.path.count("/") - 2

    def name(self, language: str) -> str:
        """The name in a language, Chinese where there is no other."""
        return self.name_en or self.name_zh if language == "en" else self.name_zh


def _area_row(area: Area) -> AreaRow:
    return AreaRow(area.code, area.name_zh, area.name_en, area.kind, area.parent_code, area.path)


def area_by_code(session: Session, code: str) -> AreaRow | None:
    """A place, or None."""
    area = session.get(Area, code)
    return _area_row(area) if area else None


def area_rows(session: Session, codes: Iterable[str] | None = None) -> list[AreaRow]:
    """Every place, or those with these codes; parents before children."""
    statement = select(Area).order_by(Area.path)
    if codes is not None:
        statement = statement.where(Area.code.in_(list(codes)))
    return [_area_row(area) for area in session.scalars(statement)]


def areas(session: Session) -> list[tuple[str, str, str, int]]:
    """Every place as (code, Chinese name, kind, depth), parents before children."""
    rows = session.execute(select(Area.code, Area.name_zh, Area.kind, Area.path).order_by(Area.path))
    return [(r.code, r.name_zh, r.kind, r.path.count("/") - 1) for r in rows]


def covers(session: Session, scope: Scope, path: str) -> bool:
    """Whether a unit path lies in a scope."""
    return scope is None or any(path.startswith(p) for p in scope_paths(session, scope))


def in_scope(session: Session, scope: Scope, unit_id: int) -> bool:
    """Whether a unit lies in a scope."""
    path = session.scalar(select(Unit.path).where(Unit.id == unit_id))
    return path is not None and covers(session, scope, path)
