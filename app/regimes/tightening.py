"""What a lower layer may not do: relax what stands on a statute or on national policy. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.regimes.codes import Severity
from app.regimes.layers import VALUE_TYPES, ActRow, Layer, MinimumRow, RuleRow, ValueRow

BINDING = ("statute", "national_policy")
WEIGHT = {Severity.OBLIGATION: 0, Severity.WARN: 1, Severity.DENY: 2}
WORDS = {"WARN": 1, "DENY": 2}
Test = Callable[[Any, Any], bool]


@dataclass(frozen=True, slots=True)
class Relaxation:
    """Where a lower layer relaxes, and whose rule it is."""

    path: tuple[str | int, ...]
    key: str
    layer: str
    source: str


def relaxations(upper: Sequence[Layer], lower: Layer) -> Iterable[Relaxation]:
    """Every row of `lower` that is laxer than a binding row of a layer above it on some common day."""
    for layer in upper:
        yield from _among(layer, "rule", "severity", "id", layer.rule, lower.rule, _rule_relaxes)
        yield from _among(layer, "value", "value", "name", layer.value, lower.value, _value_relaxes)
        yield from _among(layer, "minimum", "officers", "source", layer.minimum, lower.minimum, _minimum_relaxes)
        yield from _among(layer, "act", "kind", "code", layer.act, lower.act, _act_relaxes)


def _among(
    layer: Layer, table: str, column: str, key: str, above: Sequence[Any], below: Sequence[Any], test: Test
) -> Iterable[Relaxation]:
    for index, row in enumerate(below):
        for bound in above:
            if getattr(bound, "basis", "statute") in BINDING and test(bound, row):
                yield Relaxation((table, index, column), str(getattr(row, key)), layer.regime.id, bound.source)


def _act_relaxes(bound: ActRow, act: ActRow) -> bool:
    """An act's class is the law's: moving it to another class would change which rules it meets."""
    return bound.code == act.code and bound.kind != act.kind


def _rule_relaxes(binding: RuleRow, rule: RuleRow) -> bool:
    return (
        rule.id == binding.id
        and _meet(binding, rule)
        and (not rule.enabled or WEIGHT[rule.severity] < WEIGHT[binding.severity])
    )


def _minimum_relaxes(floor: MinimumRow, minimum: MinimumRow) -> bool:
    laxer = minimum.officers < floor.officers or WEIGHT[minimum.severity] < WEIGHT[floor.severity]
    return _meet(floor, minimum) and bool(set(floor.acts) & set(minimum.acts)) and laxer


def _value_relaxes(bound: ValueRow, value: ValueRow) -> bool:
    direction = VALUE_TYPES[bound.name][1]
    if bound.name != value.name or not _meet(bound, value) or bound.value == value.value:
        return False
    return direction != 0 and _laxer(bound.value, value.value, direction)


def _laxer(bound: Any, value: Any, direction: int) -> bool:  # noqa: ANN401 - any type of VALUE_TYPES
    if isinstance(bound, list):
        return not set(value) <= set(bound)
    if isinstance(bound, str):
        bound, value = WORDS[bound], WORDS[value]
    return bool((value - bound) * direction < 0)


def _meet(one: Any, other: Any) -> bool:  # noqa: ANN401 - any dated row
    """Whether the two periods share a day."""
    first = max(one.starts or date.min, other.starts or date.min)
    last = min(one.ends or date.max, other.ends or date.max)
    return first <= last
