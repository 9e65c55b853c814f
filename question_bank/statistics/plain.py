"""The statistics of a sitting as plain values that JSON keeps: what a job computes and a page shows later."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from math import isfinite
from typing import Any

import numpy as np

from question_bank.errors import BankError
from question_bank.statistics.copying import Seat
from question_bank.statistics.irt.equating import (
    COMMON_MINIMUM,
    Link,
    Parameters,
    equated_score,
    mean_mean,
    stocking_lord,
)
from question_bank.statistics.pooled import Sums, sums
from question_bank.statistics.report import SIMULATIONS, SittingStatistics, report
from question_bank.statistics.responses import Key, Responses, Sheet, from_sheets

MANY, FEW_SIMULATIONS = 300, 20  # above so many candidates fewer honest sittings are simulated


@dataclass(frozen=True, slots=True)
class Scaled:
    """The items of an earlier sitting on its own scale: the model's name, whether all had the same items."""

    sitting: int
    model: str
    same_paper: bool
    items: Mapping[str, Parameters]


@dataclass(frozen=True, slots=True)
class Material:
    """All that the statistics of a sitting are made from; `earlier` are sittings to put it on one scale with."""

    sheets: tuple[Sheet, ...]
    keys: Mapping[str, Key]
    seats: Mapping[str, Seat]
    seed: int
    earlier: tuple[Scaled, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemSums:
    """What one sitting leaves behind for the figures of a question over all sittings."""

    item: str
    sums: Sums
    flags: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Computed:
    """`figures` and `copying` are plain; `failure` is a code where nothing could be computed."""

    figures: dict[str, Any]
    copying: dict[str, Any]
    items: tuple[ItemSums, ...]
    failure: str = ""


def plain(value: Any) -> Any:  # noqa: ANN401 - any value of the statistics
    """Dataclasses as dicts, tuples as lists, codes as text; a number that is not finite as None."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    return value if not isinstance(value, float) or isfinite(value) else None


def compute(material: Material) -> Computed:
    """Everything of one sitting; equal material gives equal figures. A fault in it becomes a code, never an error."""
    try:
        return _compute(material)
    except BankError as error:
        return Computed({}, {}, (), error.code)


def _compute(material: Material) -> Computed:
    responses = from_sheets(material.sheets, material.keys)
    if not responses.n or not responses.items:
        return Computed({}, {}, (), "STATISTICS_NOBODY")
    simulations = SIMULATIONS if responses.n <= MANY else FEW_SIMULATIONS
    found = report(
        responses, material.keys, seed=material.seed, seats=dict(material.seats), simulations=simulations
    )  # fmt: skip
    told = plain(found)
    copied = told.pop("copying")
    told["totals"] = plain([round(float(share) * 100, 4) for share in responses.totals()])
    told["equating"] = [linked for one in material.earlier if (linked := _linked(found, one)) is not None]
    told["seed"] = material.seed
    return Computed(told, copied, _items(responses, found))


def _items(responses: Responses, found: SittingStatistics) -> tuple[ItemSums, ...]:
    rows = []
    for index, name in enumerate(responses.items):
        given = responses.given[:, index]
        shares, rests = responses.shares[given, index].tolist(), responses.rest(index)[given].tolist()
        flags = tuple(plain(flag) for flag in found.flags if flag.item == name)
        rows.append(ItemSums(name, sums(shares, rests), flags))
    return tuple(rows)


def scaled(found: Mapping[str, Any], sitting: int) -> Scaled | None:
    """Stored figures as something to link with; None where the sitting has no scale."""
    model = str(found["scale"]["model"])
    fit = {"rasch": "rasch", "one-parameter": "one_parameter"}.get(model)
    if fit is None:
        return None
    same = found["reliability"]["kind"] == "alpha"
    return Scaled(sitting, model, same, _parameters(found[fit]["items"]))


def _parameters(items: list[dict[str, Any]]) -> dict[str, Parameters]:
    placed: dict[str, Parameters] = {}
    for one in items:
        at = one["difficulty"]
        difficulty = at["value"] if isinstance(at, dict) else at
        if difficulty is not None and one.get("slope", 1.0) is not None:
            placed[one["item"]] = (float(one.get("slope", 1.0)), float(difficulty))
    return placed


def _linked(found: SittingStatistics, old: Scaled) -> dict[str, Any] | None:
    """The link to an earlier sitting by common items, with equal scores where both had one paper; None below 5."""
    new = scaled(plain(found), 0)
    if new is None or new.model != old.model or len(set(new.items) & set(old.items)) < COMMON_MINIMUM:
        return None
    link = (mean_mean if old.model == "rasch" else stocking_lord)(old.items, new.items)
    return {"sitting": old.sitting, "model": old.model, **plain(link), "scores": _scores(link, old, new)}


def _scores(link: Link, old: Scaled, new: Scaled) -> list[list[float]]:
    """[number right, its equal on the earlier paper], only where everybody of either sitting had the same paper."""
    if not (old.same_paper and new.same_paper):
        return []
    fresh, base = [link.parameters(one) for one in new.items.values()], list(old.items.values())
    pairs = ((right, equated_score(right, fresh, base)) for right in range(1, len(fresh)))
    return [[right, round(equal, 2)] for right, equal in pairs if equal is not None]
