"""Merges checked layers, national floor first, to one Regime. Pure."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from app.regimes.layers import DomainRow, ItemRow, Layer, RuleRow, Title
from app.regimes.policy import (
    ActRule,
    DeclaredCount,
    Domain,
    Force,
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
    Supervision,
    Takeover,
    Text,
    Value,
)
from app.regimes.tightening import BINDING

Stack = Sequence[tuple[Layer, str]]
NATIONWIDE = ("national", "calendar")


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
            Holiday(_text(row.title), row.starts, row.ends, row.statutory, row.source, one.regime.level in NATIONWIDE)
            for one in layers
            for row in one.holiday
        ),
        forces={
            row.code: Force(row.code, _text(row.title), row.national, row.part_of, row.source, _period(row))
            for one in layers
            for row in one.force
        },
        declared=_declared(layers),
        takeovers=tuple(Takeover(row.domain, row.items, row.by, row.source) for one in layers for row in one.takeover),
        supervision=tuple(
            Supervision(row.code, _text(row.title), row.may, row.source) for one in layers for row in one.supervision
        ),
        draft=any(layer.regime.draft for layer in layers),
    )
    return replace(regime, turning_days=tuple(sorted(_turning_days(regime))))


def _info(layer: Layer, digest: str) -> LayerInfo:
    head = layer.regime
    return LayerInfo(
        head.id, head.level, _text(head.title), "sha256:" + digest, tuple(layer.sources.items()), head.draft
    )


def _declaring(layers: Sequence[Layer]) -> Layer:
    """The lowest layer that names domains: a locality's own list is complete."""
    return next((layer for layer in reversed(layers) if layer.domain), layers[0])


def _domains(layers: Sequence[Layer]) -> dict[str, Domain]:
    return {
        row.code: Domain(row.code, _text(row.title), row.scope, row.national, row.source, _period(row), row.force)
        for row in _declaring(layers).domain
    }


def _items(layers: Sequence[Layer]) -> dict[str, PowerItem]:
    """The items of the regime's own domains; an upper layer's move to the local domain that takes them."""
    declaring = _declaring(layers)
    forces = {row.code: row.force for row in declaring.domain}
    items: dict[str, PowerItem] = {}
    for layer in layers:
        own = layers.index(layer) >= layers.index(declaring)
        for row in layer.item:
            code = row.domain if own and row.domain in forces else taker(declaring.domain, row)
            if code is not None:
                items[row.code] = PowerItem(
                    row.code, code, _text(row.title), _text(row.regulator), row.source, _period(row),
                    row.force or forces[code],
                )  # fmt: skip
    return items


def taker(domains: Sequence[DomainRow], item: ItemRow) -> str | None:
    """The domain that takes an upper layer's item: the one that lists it, or else takes all of its counterpart's."""
    listing = (row.code for row in domains if row.items is not None and item.code in row.items)
    whole = (row.code for row in domains if row.items is None and row.national == item.domain)
    return next(listing, None) or next(whole, None)


def _declared(layers: Sequence[Layer]) -> dict[str, DeclaredCount]:
    declared = {
        row.code: DeclaredCount(row.code, _text(row.title), row.count, row.enumerated, row.source, _period(row))
        for one in layers
        for row in one.declared
    }
    stated = layers[-1].domains
    if stated is not None:
        named = enumerated(layers[-1])
        title = Text("行政处罚权领域", "fields of penalty power")
        declared["DOMAINS"] = DeclaredCount("DOMAINS", title, stated.declared_count, named, stated.source)
    return declared


def enumerated(layer: Layer) -> int:
    """How many fields of the comprehensive force a layer names."""
    return sum(row.force is None for row in layer.domain)


def _papers(layers: Sequence[Layer]) -> tuple[Paper, ...]:
    """All papers of all layers, in the order of the lowest layer that names any; none can be dropped below."""
    papers = {row.code: Paper(row.code, _text(row.title), row.source) for layer in layers for row in layer.paper}
    order = [row.code for layer in reversed(layers) for row in layer.paper]
    return tuple(papers[code] for code in dict.fromkeys(order))


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
        *regime.forces.values(),
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
