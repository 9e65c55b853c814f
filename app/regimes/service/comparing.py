"""Two versions of the rules side by side: only what differs, each with its source. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.regimes.policy import Period, Regime

KINDS = ("value", "rule", "minimum", "programme", "domain", "item", "paper", "template", "holiday")


@dataclass(frozen=True, slots=True)
class Side:
    """One row as it stands in one version: what it says in code-free words of data, from when to when, and why."""

    content: str
    period: Period
    source: str
    layer: str
    default: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs; a side without rows does not have it."""

    key: str
    left: tuple[Side, ...]
    right: tuple[Side, ...]

    @property
    def change(self) -> str:
        """ADDED, REMOVED or CHANGED, seen from left to right."""
        return "ADDED" if not self.left else "REMOVED" if not self.right else "CHANGED"


@dataclass(frozen=True, slots=True)
class Section:
    """The differences of one kind: value, rule, minimum, programme, domain, item, paper, template or holiday."""

    kind: str
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that differs between two versions; sections without differences are left out."""

    sections: tuple[Section, ...]

    @property
    def count(self) -> int:
        """How many things differ."""
        return sum(len(section.differences) for section in self.sections)


def compare(left: Regime, right: Regime) -> Comparison:
    """What differs between two versions of the rules, by kind and in the order of codes."""
    before, after = _rows(left), _rows(right)
    sections = (Section(kind, tuple(_differences(before[kind], after[kind]))) for kind in KINDS)
    return Comparison(tuple(section for section in sections if section.differences))


Rows = dict[str, list[Side]]


def _differences(left: Rows, right: Rows) -> Iterable[Difference]:
    for key in sorted({*left, *right}):
        mine, theirs = left.get(key, []), right.get(key, [])
        if [_said(one) for one in mine] != [_said(one) for one in theirs]:
            yield Difference(key, _alone(mine, theirs), _alone(theirs, mine))


def _alone(rows: list[Side], others: list[Side]) -> tuple[Side, ...]:
    """The rows of one side that the other lacks; where it lacks none, those that a row over there is laid over."""
    return tuple(one for one in rows if one not in others) or tuple(rows)


def _said(side: Side) -> tuple[object, ...]:
    """What makes two rows the same: the name of the layer does not matter."""
    return side.content, side.period, side.source


def _rows(regime: Regime) -> dict[str, Rows]:
    found: dict[str, Rows] = {kind: {} for kind in KINDS}
    for kind, key, side in (*_listed(regime), *_coded(regime)):
        found[kind].setdefault(key, []).append(side)
    return found


def _listed(regime: Regime) -> Iterable[tuple[str, str, Side]]:
    for values in regime.values.values():
        for value in values:
            side = Side(_plain(value.value), value.period, value.source, value.layer, value.product_default)
            yield "value", value.name, side
    for switches in regime.rules.values():
        for switch in switches:
            content = switch.severity.value if switch.enabled else "OFF"
            yield "rule", switch.rule, Side(content, switch.period, switch.source, switch.layer)
    for least in regime.minimums:
        acts = " ".join(sorted(act.value for act in least.acts))
        content = f"{least.officers} · {least.severity.value}"
        yield "minimum", acts, Side(content, least.period, least.source, "")
    for holiday in regime.holidays:
        period = Period(holiday.starts, holiday.ends)
        content = " ".join(day.isoformat() for day in holiday.statutory)
        yield "holiday", holiday.title.zh, Side(content, period, holiday.source, "")


def _coded(regime: Regime) -> Iterable[tuple[str, str, Side]]:
    for one in regime.programmes:
        tasks = " ".join(task.value for task in one.tasks)
        content = f"{tasks} · {one.before.value} → {one.after.value}"
        yield "programme", one.code, Side(content, Period(one.starts, one.deadline), one.source, "")
    for domain in regime.domains.values():
        yield "domain", domain.code, Side(f"{domain.title.zh} · {domain.scope}", domain.period, domain.source, "")
    for item in regime.items.values():
        yield "item", item.code, Side(f"{item.title.zh} · {item.domain}", item.period, item.source, "")
    for paper in regime.papers:
        yield "paper", paper.code, Side(paper.title.zh, Period(), paper.source, "")
    for template in regime.templates.values():
        content = f"{_plain(template.members)} × {template.per_town}"
        yield "template", template.code, Side(content, template.period, template.source, "")


def _plain(value: Any) -> str:  # noqa: ANN401 - any value of a regime
    if isinstance(value, Mapping):
        return " ".join(f"{key} {number}" for key, number in sorted(value.items()))
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value)
    return str(value).lower() if isinstance(value, bool) else str(value)
