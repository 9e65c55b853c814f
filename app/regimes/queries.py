"""Regimes as plain rows, for pages, the command line and other rooms."""

from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from app.regimes.loader import DATA, Fault, available, check_file, load
from app.regimes.policy import Text


@dataclass(frozen=True, slots=True)
class RegimeRow:
    """One line of the list of regimes."""

    id: str
    level: str
    title: Text
    layers: tuple[str, ...]
    version: str


def regimes(directory: Path = DATA) -> tuple[RegimeRow, ...]:
    """Every regime that can be loaded; raises RegimeUnusable where one cannot."""
    loaded = [load(name, directory) for name in available(directory)]
    return tuple(
        RegimeRow(one.id, one.level, one.title, tuple(layer.id for layer in one.layers), one.version) for one in loaded
    )


def regime_detail(regime: str, directory: Path = DATA) -> dict[str, Any]:
    """Everything a regime says, with every source, as JSON types; raises NotFound and RegimeUnusable."""
    found = load(regime, directory)
    content = {
        "id": found.id,
        "level": found.level,
        "title": found.title,
        "version": found.version,
        "time_zone": found.time_zone,
        "layers": found.layers,
        "domains": list(found.domains.values()),
        "items": list(found.items.values()),
        "acts": list(found.acts.values()),
        "papers": found.papers,
        "programmes": found.programmes,
        "minimums": found.minimums,
        "rules": [switch for several in found.rules.values() for switch in several],
        "values": [value for several in found.values.values() for value in several],
    }
    return {key: _json(value) for key, value in content.items()}


def regime_file_faults(path: Path) -> tuple[Fault, ...]:
    """What is wrong with a regime file, with line numbers; empty where it can be used."""
    return check_file(path)


def _json(value: Any) -> Any:  # noqa: ANN401 - walks any value of a regime
    if hasattr(value, "__dataclass_fields__"):
        return _json(asdict(value))
    if isinstance(value, dict):
        return {str(key): _json(item) for key, item in value.items()}
    if isinstance(value, frozenset):
        return sorted(_json(item) for item in value)
    if isinstance(value, list | tuple):
        return [_json(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value
