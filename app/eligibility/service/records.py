"""Facts and questions as stored JSON, in order, and back; what version each rule has."""

import hashlib
import json
import secrets
import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from app.eligibility.rules.table import RULES
from app.regimes.policy import Regime

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
T = TypeVar("T")


def new_id(now: datetime) -> str:
    """26 characters of Crockford's base 32: 48 bits of milliseconds since 1970, 80 bits of chance."""
    number = (int(now.astimezone(UTC).timestamp() * 1000) << 80) | secrets.randbits(80)
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))


def stored(value: Any) -> Any:  # noqa: ANN401 - walks any fact
    """The value as JSON types with its order kept, so that it can be read back as it was."""
    kind: Any = type(value)
    how = _how_stored(kind)
    return value if how is None else how(value)


@cache
def _how_stored(kind: type[Any]) -> Callable[[Any], Any] | None:
    """How values of a type are stored; None for those that are JSON as they are."""
    if is_dataclass(kind):
        names = tuple(one.name for one in fields(kind))
        return lambda value: {name: stored(getattr(value, name)) for name in names}
    if issubclass(kind, Mapping):
        return lambda value: {str(key): stored(one) for key, one in value.items()}
    if issubclass(kind, tuple | list):
        return lambda value: [stored(one) for one in value]
    if issubclass(kind, Enum):
        return attrgetter("value")
    if issubclass(kind, datetime | date):
        return kind.isoformat
    return str if issubclass(kind, Decimal) else None


def restored(kind: type[T], value: Any) -> T:  # noqa: ANN401 - JSON
    """A value of that type from what `stored` made of it."""
    return _read(kind, value)  # type: ignore[no-any-return]


def _read(kind: Any, value: Any) -> Any:  # noqa: ANN401 - walks annotations
    if value is None:
        return None
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _read(next(one for one in get_args(kind) if one is not types.NoneType), value)
    if origin is tuple:
        return tuple(_read(get_args(kind)[0], one) for one in value)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {key: _read(get_args(kind)[1], one) for key, one in value.items()}
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{name: _read(hints[name], one) for name, one in value.items()})
    return _plain(kind, value)


def _plain(kind: Any, value: Any) -> Any:  # noqa: ANN401 - walks annotations
    if kind is datetime or kind is date:
        return kind.fromisoformat(value)
    return kind(value) if kind is Decimal or issubclass(kind, Enum) else value


@cache
def _hints(kind: type[Any]) -> dict[str, Any]:
    return get_type_hints(kind)


@cache
def _row_digests() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for rule in RULES:
        row = repr((rule.id, rule.severity, sorted(rule.acts), rule.period, rule.source, rule.title))
        found[rule.id] = (*found.get(rule.id, ()), row)
    return found


_VERSIONS: dict[str, dict[str, str]] = {}


def rule_versions(regime: Regime) -> dict[str, str]:
    """For each rule twelve hexadecimal digits over its rows in the catalogue and the regime's switches."""
    if regime.version not in _VERSIONS:
        _VERSIONS[regime.version] = {
            rule: hashlib.sha256(
                json.dumps([rows, repr(regime.rules.get(rule))], ensure_ascii=False).encode()
            ).hexdigest()[:12]
            for rule, rows in sorted(_row_digests().items())
        }
    return _VERSIONS[regime.version]
