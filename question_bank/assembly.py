"""Drawing a paper from a pool by a seed, and proving that a paper keeps its specification.

Every order is that of SHA-256 digests over seed, purpose and reference, so a form can be drawn again from its seed on
any version of Python and whatever the order of the pool.
"""

import hashlib
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from question_bank.faults import Datum, Place, refusal
from question_bank.messages import sentence
from question_bank.specification import Cell, PoolItem, Ref, Specification, check_specification, shortfalls

__all__ = ["Form", "Placed", "PoolItem", "Problem", "check_form", "draw"]


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


def draw(spec: Specification, pool: Sequence[PoolItem], seed: int, avoid: frozenset[Ref] = frozenset()) -> Form:
    """A form by seed: same specification, pool and seed, same form.

    Questions in `avoid` are used only where the cells cannot be filled without them, and as few as possible (to
    forbid them, leave them out of the pool). With `shuffle_items`, questions change places among neighbouring cells
    of one type, so that single choice, multiple choice and true/false stay together; otherwise they stand in the
    order of the pool. Raises BankError: SPECIFICATION_BAD, POOL_REF_REPEATED, SPECIFICATION_SHORT.
    """
    if bad := check_specification(spec):
        raise refusal("SPECIFICATION_BAD", bad[0].place, zh=bad[0].zh, en=bad[0].en)
    if len({item.ref for item in pool}) < len(pool):
        raise refusal("POOL_REF_REPEATED")
    chosen = _choose(spec, pool, seed, avoid)
    if chosen is None:
        short = shortfalls(spec, pool)[0]
        raise refusal(
            "SPECIFICATION_SHORT", Place(row=short.cell_index + 1), cell=short.cell_index + 1, missing=short.missing
        )
    at = {item.ref: index for index, item in enumerate(pool)}
    by_cell: list[list[PoolItem]] = [[] for _ in spec.cells]
    for ref, cell in chosen.items():
        by_cell[cell].append(pool[at[ref]])
    ordered = [(index, item) for index, items in enumerate(by_cell) for item in sorted(items, key=lambda i: at[i.ref])]
    if spec.shuffle_items:
        ordered = _shuffled(spec, ordered, seed)
    places = (Placed(item.ref, spec.cells[cell].marks, _option_order(spec, item, seed), cell) for cell, item in ordered)
    return Form(seed, tuple(places))


def check_form(form: Form, spec: Specification, pool: Sequence[PoolItem]) -> tuple[Problem, ...]:
    """Everything in which the form differs from its specification; empty means it keeps it."""
    known = {item.ref: item for item in pool}
    found: list[Problem] = []
    for position, placed in enumerate(form.places, 1):
        found.extend(_place_problems(placed, position, spec, known.get(placed.ref)))
    for ref, times in Counter(placed.ref for placed in form.places).items():
        if times > 1:
            found.append(Problem("FORM_ITEM_REPEATED", None, {"ref": ref, "times": times}))
    counts = Counter(placed.cell_index for placed in form.places)
    for index, cell in enumerate(spec.cells):
        if counts[index] != cell.count:
            found.append(
                Problem("FORM_CELL_COUNT", None, {"cell": index + 1, "needed": cell.count, "found": counts[index]})
            )
    return tuple(found)


def _place_problems(placed: Placed, position: int, spec: Specification, item: PoolItem | None) -> Iterable[Problem]:
    if not 0 <= placed.cell_index < len(spec.cells):
        yield Problem("FORM_CELL_UNKNOWN", position, {"cell": placed.cell_index + 1})
        return
    cell = spec.cells[placed.cell_index]
    if placed.marks != cell.marks:
        yield Problem("FORM_MARKS", position, {"marks": str(placed.marks), "needed": str(cell.marks)})
    if item is None:
        yield Problem("FORM_ITEM_UNKNOWN", position, {"ref": placed.ref})
        return
    if not cell.admits(item.topic, item.type, item.level):
        yield Problem("FORM_CELL_MISFIT", position, {"ref": placed.ref, "cell": placed.cell_index + 1})
    if sorted(placed.option_order) != sorted(item.option_keys):
        yield Problem("FORM_OPTIONS_INCOMPLETE", position, {"ref": placed.ref})
    elif not _keeps_place(spec, item, placed.option_order):
        yield Problem("FORM_OPTIONS_MOVED", position, {"ref": placed.ref})


def _keeps_place(spec: Specification, item: PoolItem, order: tuple[str, ...]) -> bool:
    fixed = item.anchored if spec.shuffle_options else item.option_keys
    return all(before == after for before, after in zip(item.option_keys, order, strict=True) if before in fixed)


def _lot(seed: int, purpose: str, *parts: Ref) -> bytes:
    names = [f"{type(part).__name__}:{part}" for part in parts]
    return hashlib.sha256("\x1f".join([str(seed), purpose, *names]).encode("utf-8", "surrogatepass")).digest()


def _choose(spec: Specification, pool: Sequence[PoolItem], seed: int, avoid: frozenset[Ref]) -> dict[Ref, int] | None:
    """Question → cell for every place, or None. Fresh questions first: a matched question is never given up."""
    lots = sorted(pool, key=lambda item: _lot(seed, "item", item.ref))
    chosen: dict[Ref, int] = {}
    needs = [cell.count for cell in spec.cells]
    for allowed in ([item for item in lots if item.ref not in avoid], lots):
        rows = [[item.ref for item in allowed if cell.admits(item.topic, item.type, item.level)] for cell in spec.cells]
        for index in range(len(spec.cells)):
            while needs[index] and _take(rows, chosen, index):
                needs[index] -= 1
    return None if any(needs) else chosen


def _take(rows: list[list[Ref]], chosen: dict[Ref, int], start: int) -> bool:
    """Give cell `start` one more question, moving questions between cells along a shortest augmenting path."""
    came_from: dict[int, tuple[int, Ref]] = {}
    queue, reached = deque([start]), {start}
    while queue:
        cell = queue.popleft()
        free = next((ref for ref in rows[cell] if ref not in chosen), None)
        if free is not None:
            while cell != start:
                before, given = came_from[cell]
                chosen[free] = cell
                cell, free = before, given
            chosen[free] = cell
            return True
        for ref in rows[cell]:
            other = chosen[ref]
            if other not in reached:
                reached.add(other)
                came_from[other] = (cell, ref)
                queue.append(other)
    return False


def _shuffled(spec: Specification, ordered: list[tuple[int, PoolItem]], seed: int) -> list[tuple[int, PoolItem]]:
    runs = _runs(spec.cells)
    return sorted(ordered, key=lambda pair: (runs[pair[0]], _lot(seed, "place", pair[1].ref)))


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
    lots = iter(sorted(movable, key=lambda key: _lot(seed, "option", item.ref, key)))
    return tuple(key if key in item.anchored else next(lots) for key in item.option_keys)
