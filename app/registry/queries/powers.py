"""Which agency holds which power item: the matrix of a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.core.errors import DomainError
from app.core.facts import holds_on
from app.core.permissions import Scope
from app.regimes.loader import available, load
from app.regimes.queries import effective
from app.registry.models import AgencyPower
from app.registry.queries.rows import PowerFact, rows
from app.registry.queries.units import UnitRow, regime_of, units


@dataclass(frozen=True)
class ItemRow:
    """A power item; its titles are empty where the rules do not name it."""

    code: str
    domain: str
    zh: str
    en: str

    def title(self, language: str) -> str:
        """The title in a language."""
        return self.en if language == "en" else self.zh


@dataclass(frozen=True)
class PowerMatrix:
    """Agencies across, items down; `cells` by (agency id, item code)."""

    agencies: tuple[UnitRow, ...]
    items: tuple[ItemRow, ...]
    cells: Mapping[tuple[int, str], PowerFact]


def items_of(session: Session, unit_id: int) -> list[ItemRow]:
    """The power items that the rules of a unit's place know; empty where no rules are named or usable."""
    regime = regime_of(session, unit_id)
    return _items(session, regime) if regime else []


def _items(session: Session, regime: str) -> list[ItemRow]:
    try:
        found = effective(session, regime).items
    except DomainError:
        return []
    return [ItemRow(item.code, item.domain, item.title.zh, item.title.en) for item in found.values()]


def power_matrix(session: Session, day: date, scope: Scope = None) -> PowerMatrix:
    """The power items of the agencies in a scope on a day."""
    agencies = tuple(unit for unit in units(session, scope) if unit.is_agency)
    condition = AgencyPower.unit_id.in_([unit.id for unit in agencies]) & holds_on(AgencyPower, day)
    cells = {(p.unit_id, p.item_code): p for p in rows(session, PowerFact, condition)}
    regimes = {regime for unit in agencies if (regime := regime_of(session, unit.id))}
    items = {item.code: item for regime in sorted(regimes) for item in _items(session, regime)}
    for _, code in cells:
        items.setdefault(code, ItemRow(code, "", "", ""))
    return PowerMatrix(agencies, tuple(items.values()), cells)


def regime_names() -> list[tuple[str, str, str]]:
    """The rules that can be named: id, Chinese and English title."""
    found: list[tuple[str, str, str]] = []
    for regime in available():
        try:
            title = load(regime).title
        except DomainError:
            continue
        found.append((regime, title.zh, title.en))
    return found
