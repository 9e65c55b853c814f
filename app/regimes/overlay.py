"""A locality's adopted changes and drafts: small layers below its file, checked like any file and dated. Pure."""

import hashlib
import json
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from app.regimes.layers import Layer
from app.regimes.loader import Fault, RegimeUnusable, Source, fault_at, source_of, stack_faults, stack_of, toml_fault
from app.regimes.merging import merge
from app.regimes.policy import Regime
from app.regimes.tightening import BINDING

TABLES = ("value", "rule", "minimum", "programme", "item", "template", "holiday")
PERIODS = ("value", "rule", "minimum", "item", "template")
"""Tables whose rows hold from a day; the others carry days of their own."""
OWN_DAYS = ("programme", "holiday")
ADDED_ONLY = ("programme", "item", "template")
"""Tables in which a row under a known code would take the place of the old one for the past as well."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """Rows in the form of a regime file without its head.

    `since` is the first day on which rows without a day of their own hold, `until` the last day of all of them (None:
    open). `id` names the layer in the regime, e.g. adoption-7.
    """

    id: str
    title: str
    text: str
    since: date
    until: date | None = None


def overlaid(regime: str, overlays: Sequence[Overlay]) -> tuple[Regime, tuple[Source, ...]]:
    """The regime with the overlays below its files, later ones over earlier ones, and the layers it is made of.

    Raises RegimeUnusable with every fault of the first overlay that cannot be used, each with its line.
    """
    stack = list(stack_of(regime))
    for overlay in overlays:
        source, faults = _layer(regime, overlay)
        if source is not None and not faults:
            known = [one.layer for one in stack]
            stack.append(source)
            faults = (*_draft_faults(known, source, overlay), *stack_faults(stack))
        if faults:
            raise RegimeUnusable(regime, faults)
    if any(overlay.until is not None for overlay in overlays):
        ends = {overlay.id: overlay.until for overlay in overlays}
        stack = [_ended(one, ends.get(one.layer.regime.id)) for one in stack]
    return _merged(regime, [(one.layer, one.sha256) for one in stack]), tuple(stack)


def rebuilt(regime: str, contents: Sequence[str]) -> Regime:
    """A regime out of the canonical contents of its layers, national floor first, as it was when they were kept."""
    layers = [Layer.model_validate(json.loads(content)) for content in contents]
    digests = [hashlib.sha256(content.encode("utf-8")).hexdigest() for content in contents]
    return _merged(regime, list(zip(layers, digests, strict=True)))


def _merged(regime: str, stack: Sequence[tuple[Layer, str]]) -> Regime:
    """Merged under the name of the locality, with what it declares of itself, not of its last overlay."""
    files = next(index for index, (layer, _) in enumerate(stack, 1) if layer.regime.id == regime)
    own, whole = merge(stack[:files]), merge(stack)
    return replace(whole, id=own.id, title=own.title, level=own.level, declared=own.declared, draft=own.draft)


def _layer(regime: str, overlay: Overlay) -> tuple[Source | None, tuple[Fault, ...]]:
    name = f"{overlay.id}.toml"
    try:
        rows = tomllib.loads(overlay.text)
    except tomllib.TOMLDecodeError as error:
        return None, (toml_fault(name, overlay.text, error),)
    strange = [key for key in rows if key not in (*TABLES, "sources")]
    if strange:
        return None, tuple(Fault("not-in-draft", name, _line(overlay.text, key), {"key": key}) for key in strange)
    head = {
        "id": overlay.id,
        "parent": regime,
        "level": "locality",
        "title": {"zh": overlay.title, "en": overlay.title},
    }
    source, faults = source_of(name, overlay.text, {"regime": head, **rows}, overlay.id)
    return (source if source is None else _dated(source, overlay.since)), faults


def _line(text: str, key: str) -> int | None:
    found = (number for number, line in enumerate(text.splitlines(), 1) if line.strip(" []").startswith(key))
    return next(found, None)


def _dated(source: Source, since: date) -> Source:
    """Every row with the day it holds from written out."""
    rows = {
        table: tuple(
            row if row.starts is not None else row.model_copy(update={"starts": since})
            for row in getattr(source.layer, table)
        )
        for table in PERIODS
    }
    return _with(source, rows)


def _ended(source: Source, until: date | None) -> Source:
    """The layer as it holds through that day only; what would begin later falls away."""
    if until is None:
        return source
    rows: dict[str, tuple[Any, ...]] = {}
    for table in PERIODS:
        begun = [row for row in getattr(source.layer, table) if row.starts <= until]
        rows[table] = tuple(row.model_copy(update={"ends": min(row.ends or until, until)}) for row in begun)
    for table in OWN_DAYS:
        rows[table] = tuple(row for row in getattr(source.layer, table) if row.starts <= until)
    return _with(source, rows)


def _with(source: Source, rows: dict[str, tuple[Any, ...]]) -> Source:
    layer = source.layer.model_copy(update=rows)
    content = json.dumps(
        layer.model_dump(mode="json", by_alias=True, exclude_none=True), sort_keys=True, ensure_ascii=False
    )
    return replace(source, layer=layer, content=content, sha256=hashlib.sha256(content.encode("utf-8")).hexdigest())


def _draft_faults(upper: Sequence[Layer], source: Source, overlay: Overlay) -> Iterable[Fault]:
    """What only a draft may not say: the law itself, the past, and a known code again."""
    for table in TABLES:
        known = {row.code for layer in upper for row in getattr(layer, table)} if table in ADDED_ONLY else set()
        for index, row in enumerate(getattr(source.layer, table)):
            key = str(getattr(row, "name", None) or getattr(row, "id", None) or getattr(row, "code", table))
            if getattr(row, "basis", "") in BINDING:
                yield fault_at("not-in-draft", source, (table, index, "basis"), key=f"basis = {row.basis}")
            if row.starts < overlay.since or (getattr(row, "ends", None) or row.starts) < row.starts:
                yield fault_at("backdated", source, (table, index, "from"), key=key, since=overlay.since.isoformat())
            if table in ADDED_ONLY and row.code in known:
                yield fault_at("duplicate", source, (table, index, "code"), key=key)


def begun(overlay: Overlay, regime: str, day: date) -> tuple[str, ...]:
    """The codes of the overlay's programmes begun before a day: what was asked of people cannot be unasked."""
    source, _faults = _layer(regime, overlay)
    programmes = source.layer.programme if source else ()
    return tuple(row.code for row in programmes if row.starts < day)
