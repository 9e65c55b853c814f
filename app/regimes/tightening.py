"""What a lower layer may not do: relax what stands on a statute or on national policy. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.regimes.codes import CLASS_OF_ACT, ActClass, PersonKind, Severity
from app.regimes.layers import (
    GUARDS_A_STATUTE,
    VALUE_TYPES,
    ActRow,
    ItemRow,
    Layer,
    MinimumRow,
    RuleRow,
    TemplateRow,
    ValueRow,
)

BINDING = ("statute", "national_policy")
WEIGHT = {Severity.OBLIGATION: 0, Severity.WARN: 1, Severity.DENY: 2}
WORDS = {"NONE": 0, "WARN": 1, "DENY": 2}
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
        yield from _among(layer, "template", "members", "code", layer.minimum, lower.template, _template_relaxes)
        yield from _moved_items(layer, lower)


def _among(
    layer: Layer, table: str, column: str, key: str, above: Sequence[Any], below: Sequence[Any], test: Test
) -> Iterable[Relaxation]:
    for index, row in enumerate(below):
        for bound in above:
            if _binds(bound) and test(bound, row):
                source = GUARDS_A_STATUTE.get(getattr(bound, "name", ""), bound.source)
                yield Relaxation((table, index, column), str(getattr(row, key)), layer.regime.id, source)


def _binds(row: Any) -> bool:  # noqa: ANN401 - any row of a layer
    return getattr(row, "basis", "statute") in BINDING or getattr(row, "name", "") in GUARDS_A_STATUTE


def _moved_items(layer: Layer, lower: Layer) -> Iterable[Relaxation]:
    """An item that a lower layer describes anew stays in the field in which the law put it."""
    domains = {row.code: row.national for row in (*layer.domain, *lower.domain)}
    above = {row.code: row for row in layer.item}
    for index, item in enumerate(lower.item):
        bound: ItemRow | None = above.get(item.code)
        if bound is not None and domains.get(item.domain) != domains.get(bound.domain):
            yield Relaxation(("item", index, "domain"), item.code, layer.regime.id, bound.source)


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


def _template_relaxes(floor: MinimumRow, template: TemplateRow) -> bool:
    """A squad made to enforce with too few officers; one without any officer only patrols and persuades."""
    officers = template.members.get(PersonKind.OFFICER, 0)
    enforces = any(CLASS_OF_ACT[act] in (ActClass.ENFORCE, ActClass.COMPEL) for act in floor.acts)
    denied = floor.severity is Severity.DENY and enforces
    return denied and _meet(floor, template) and 0 < officers < floor.officers


def _value_relaxes(bound: ValueRow, value: ValueRow) -> bool:
    direction = VALUE_TYPES[bound.name][1]
    if bound.name != value.name or not _meet(bound, value) or bound.value == value.value:
        return False
    return direction != 0 and _laxer(bound.value, value.value, direction)


def _laxer(bound: Any, value: Any, direction: int) -> bool:  # noqa: ANN401 - any type of VALUE_TYPES
    if isinstance(bound, list):
        return not set(value) <= set(bound)
    if isinstance(bound, str):
        bound, value = _rank(bound), _rank(value)
    return bool((value - bound) * direction < 0)


def _rank(word: str) -> int:
    """A severity's weight, or the minutes of a clock time since noon."""
    if word in WORDS:
        return WORDS[word]
    hours, minutes = word.split(":")
    return (int(hours) + 12) % 24 * 60 + int(minutes)


def _meet(one: Any, other: Any) -> bool:  # noqa: ANN401 - any dated row
    """Whether the two periods share a day."""
    first = max(one.starts or date.min, other.starts or date.min)
    last = min(one.ends or date.max, other.ends or date.max)
    return first <= last
