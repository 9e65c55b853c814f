"""Merges checked layers, national floor first, to one Regime. Pure."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from app.regimes.layers import Layer, RuleRow, Title
from app.regimes.policy import (
    ActRule,
    Domain,
    Holiday,
    LayerInfo,
    MinimumOfficers,
    Paper,
    Period,
    PowerItem,
    Programme,
    Regime,
    RuleSwitch,
    SquadTemplate,
    Text,
    Value,
)
from app.regimes.tightening import BINDING

Stack = Sequence[tuple[Layer, str]]


def merge(stack: Stack) -> Regime:
    """One regime out of its layers and their hashes; a lower layer's row goes before an upper one's."""
    layers = [layer for layer, _ in stack]
    head = layers[-1].regime
    regime = Regime(
        id=head.id,
        version="sha256:" + hashlib.sha256("\n".join(digest for _, digest in stack).encode()).hexdigest(),
        title=_text(head.title),
        level=head.level,
        time_zone=next(layer.regime.time_zone for layer in reversed(layers) if layer.regime.time_zone),
        layers=tuple(_info(layer, digest) for layer, digest in stack),
        domains=_domains(layers),
        items=_items(layers),
        acts={row.code: ActRule(row.code, row.kind, _text(row.title), row.source) for one in layers for row in one.act},
        papers=_papers(layers),
        programmes=tuple(
            Programme(r.code, _text(r.title), r.starts, r.deadline, r.tasks, r.before, r.after, r.source)
            for one in layers
            for r in one.programme
        ),
        minimums=tuple(
            MinimumOfficers(frozenset(row.acts), row.officers, row.severity, row.basis, row.source, _period(row))
            for one in layers
            for row in one.minimum
        ),
        rules=_rules(layers),
        values=_values(layers),
        templates={
            row.code: SquadTemplate(row.code, _text(row.title), row.members, row.per_town, row.source, _period(row))
            for one in layers
            for row in one.template
        },
        holidays=tuple(
            Holiday(_text(row.title), row.starts, row.ends, row.statutory, row.source)
            for one in layers
            for row in one.holiday
        ),
    )
    return replace(regime, turning_days=tuple(sorted(_turning_days(regime))))


def _info(layer: Layer, digest: str) -> LayerInfo:
    head = layer.regime
    return LayerInfo(head.id, head.level, _text(head.title), "sha256:" + digest, tuple(layer.sources.items()))


def _domains(layers: Sequence[Layer]) -> dict[str, Domain]:
    """The domains of the lowest layer that names any: a locality's own list is complete."""
    declaring = next((layer for layer in reversed(layers) if layer.domain), layers[0])
    return {
        row.code: Domain(row.code, _text(row.title), row.scope, row.national, row.source, _period(row))
        for row in declaring.domain
    }


def _items(layers: Sequence[Layer]) -> dict[str, PowerItem]:
    """All items whose domain the regime has, national ones moved to the local domain that stands for theirs."""
    domains = _domains(layers)
    local = {domain.national: domain.code for domain in domains.values()}
    items: dict[str, PowerItem] = {}
    for layer in layers:
        for row in layer.item:
            code = row.domain if row.domain in domains else local.get(row.domain)
            if code is not None:
                items[row.code] = PowerItem(
                    row.code, code, _text(row.title), _text(row.regulator), row.source, _period(row)
                )
    return items


def _papers(layers: Sequence[Layer]) -> tuple[Paper, ...]:
    papers = {row.code: Paper(row.code, _text(row.title), row.source) for layer in layers for row in layer.paper}
    return tuple(papers.values())


def _rules(layers: Sequence[Layer]) -> dict[str, tuple[RuleSwitch, ...]]:
    binding = {row.id for layer in layers for row in layer.rule if row.basis in BINDING}
    rules: dict[str, tuple[RuleSwitch, ...]] = {}
    for layer in layers:
        for row in layer.rule:
            switch = _switch(layer, row, statute=row.id in binding)
            rules[row.id] = (switch, *rules.get(row.id, ()))
    return rules


def _switch(layer: Layer, row: RuleRow, *, statute: bool) -> RuleSwitch:
    return RuleSwitch(row.id, row.enabled, row.severity, statute, row.source, layer.regime.id, _period(row))


def _values(layers: Sequence[Layer]) -> dict[str, tuple[Value, ...]]:
    values: dict[str, tuple[Value, ...]] = {}
    for layer in layers:
        for row in layer.value:
            content = tuple(row.value) if isinstance(row.value, list) else row.value
            value = Value(row.name, content, row.unknown, row.basis, row.source, layer.regime.id, _period(row))
            values[row.name] = (value, *values.get(row.name, ()))
    return values


def _turning_days(regime: Regime) -> set[date]:
    """First days on which something starts to hold or no longer does."""
    days: set[date] = set()
    switches = [switch for several in regime.rules.values() for switch in several]
    values = [value for several in regime.values.values() for value in several]
    dated: Iterable[Any] = (
        *regime.domains.values(),
        *regime.items.values(),
        *regime.minimums,
        *regime.templates.values(),
        *switches,
        *values,
    )
    for row in dated:
        if row.period.starts is not None:
            days.add(row.period.starts)
        if row.period.ends is not None:
            days.add(row.period.ends + timedelta(days=1))
    for programme in regime.programmes:
        days |= {programme.starts, programme.deadline + timedelta(days=1)}
    return days


def _period(row: Any) -> Period:  # noqa: ANN401 - any dated row
    return Period(row.starts, row.ends)


def _text(title: Title) -> Text:
    return Text(title.zh, title.en)
