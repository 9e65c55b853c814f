"""What a question can be made of, for the form: acts, power items and places of the asker's regime."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.core.permissions import Scope
from app.eligibility.rules.table import RULES
from app.regimes.codes import ActClass
from app.regimes.loader import DEFAULT_REGIME, load
from app.regimes.policy import Regime, Text
from app.regimes.queries import effective
from app.registry import queries as registry


@dataclass(frozen=True)
class Choices:
    """Acts by class, items by domain (code and title), places (code, name, depth), units (code, name, depth).

    `templates` are the squad templates of the regime, with their titles.
    """

    acts: tuple[tuple[ActClass, tuple[tuple[str, Text], ...]], ...]
    items: tuple[tuple[Text, tuple[tuple[str, Text], ...]], ...]
    places: tuple[tuple[str, str, int], ...]
    units: tuple[tuple[str, str, int], ...]
    templates: tuple[tuple[str, Text], ...] = ()


def choices(session: Session, scope: Scope) -> Choices:
    """Everything that may be chosen by somebody with this scope."""
    units = registry.units(session, scope)
    shallow = min((unit.depth for unit in units), default=0)
    regime = effective(session, _regime_id(session, units))
    return Choices(
        _acts(regime),
        _items(regime),
        tuple((code, name, depth) for code, name, _kind, depth in registry.areas(session)),
        tuple((unit.code, unit.name_zh, unit.depth - shallow) for unit in units),
        tuple((code, template.title) for code, template in regime.templates.items()),
    )


@dataclass(frozen=True)
class Titles:
    """What the codes of a question and the rules are called under one regime."""

    acts: Mapping[str, Text]
    items: Mapping[str, Text]
    papers: Mapping[str, Text]
    rules: Mapping[str, Text]
    regime: Text


def titles(session: Session, regime_id: str) -> Titles:
    """The titles of a regime with what was adopted for it; raises NotFound for an unknown one."""
    regime = effective(session, regime_id)
    return Titles(
        _act_titles(regime),
        {code: item.title for code, item in regime.items.items()},
        {paper.code: paper.title for paper in regime.papers},
        {rule.id: rule.title for rule in reversed(RULES)},
        regime.title,
    )


def act_titles() -> Mapping[str, Text]:
    """Every act with its title, by code; acts are the law's own, no place adopts them."""
    return _act_titles(load(DEFAULT_REGIME))


def _act_titles(regime: Regime) -> dict[str, Text]:
    return {act.value: rule.title for act, rule in regime.acts.items()}


def place_name(session: Session, code: str | None) -> str | None:
    """What a place is called; its code where it is no longer on the books."""
    area = registry.area_by_code(session, code) if code else None
    return area.name_zh if area else code


def _regime_id(session: Session, units: list[registry.UnitRow]) -> str:
    return (registry.regime_of(session, units[0].id) if units else None) or DEFAULT_REGIME


def _acts(regime: Regime) -> tuple[tuple[ActClass, tuple[tuple[str, Text], ...]], ...]:
    return tuple(
        (kind, tuple((act.value, rule.title) for act, rule in regime.acts.items() if rule.kind is kind))
        for kind in ActClass
    )


def _items(regime: Regime) -> tuple[tuple[Text, tuple[tuple[str, Text], ...]], ...]:
    return tuple(
        (
            domain.title,
            tuple((item.code, item.title) for item in regime.items.values() if item.domain == domain.code),
        )
        for domain in regime.domains.values()
        if any(item.domain == domain.code for item in regime.items.values())
    )
