"""Papers as values, and the lots that order them.

Every order is that of SHA-256 digests over seed, purpose and reference, so a form can be drawn again from its seed on
any version of Python and whatever the order of the pool.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from question_bank.faults import Datum
from question_bank.messages import sentence
from question_bank.specification import Cell, PoolItem, Ref, Specification


@dataclass(frozen=True, slots=True)
class Placed:
    """One place of a paper: the question, its marks, and the letters of its options in the order shown."""

    ref: Ref
    marks: Decimal
    option_order: tuple[str, ...]
    cell_index: int


@dataclass(frozen=True, slots=True)
class Form:
    """A paper as one candidate gets it."""

    seed: int
    places: tuple[Placed, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """A way in which a form breaks its specification; `position` counts places from 1, None means the whole form."""

    code: str
    position: int | None = None
    data: dict[str, Datum] = field(default_factory=dict, hash=False)

    @property
    def zh(self) -> str:
        """The sentence in Chinese."""
        return sentence(self.code, "zh", self.data)

    @property
    def en(self) -> str:
        """The sentence in English."""
        return sentence(self.code, "en", self.data)


def lot(seed: int, purpose: str, *parts: Ref) -> bytes:
    """The lot of something for a purpose: 32 bytes to sort by."""
    names = [f"{type(part).__name__}:{part}" for part in parts]
    return hashlib.sha256("\x1f".join([str(seed), purpose, *names]).encode("utf-8", "surrogatepass")).digest()


def set_out(spec: Specification, pool: Sequence[PoolItem], chosen: Mapping[Ref, int], seed: int) -> Form:
    """The form of chosen questions (reference → cell): in the order of cells and pool, then shuffled as specified."""
    at = {item.ref: index for index, item in enumerate(pool)}
    by_cell: list[list[PoolItem]] = [[] for _ in spec.cells]
    for ref, cell in chosen.items():
        by_cell[cell].append(pool[at[ref]])
    ordered = [(index, item) for index, items in enumerate(by_cell) for item in sorted(items, key=lambda i: at[i.ref])]
    if spec.shuffle_items:
        ordered = _shuffled(spec, ordered, seed)
    places = (Placed(item.ref, spec.cells[cell].marks, _option_order(spec, item, seed), cell) for cell, item in ordered)
    return Form(seed, tuple(places))


def _shuffled(spec: Specification, ordered: list[tuple[int, PoolItem]], seed: int) -> list[tuple[int, PoolItem]]:
    runs = _runs(spec.cells)
    return sorted(ordered, key=lambda pair: (runs[pair[0]], lot(seed, "place", pair[1].ref)))


def _runs(cells: Sequence[Cell]) -> list[int]:
    """For each cell the number of its run of neighbours with the same type."""
    runs: list[int] = []
    for index, cell in enumerate(cells):
        same = index > 0 and cells[index - 1].type == cell.type
        runs.append(runs[-1] + (not same) if runs else 0)
    return runs


def _option_order(spec: Specification, item: PoolItem, seed: int) -> tuple[str, ...]:
    if not spec.shuffle_options:
        return item.option_keys
    movable = [key for key in item.option_keys if key not in item.anchored]
    lots = iter(sorted(movable, key=lambda key: lot(seed, "option", item.ref, key)))
    return tuple(key if key in item.anchored else next(lots) for key in item.option_keys)
