"""One paper by a seed: by lot where only the cells bind, by the programme with lots as prices where more does."""

from collections import deque
from collections.abc import Collection, Sequence

from question_bank.assembly.clash import clash_refusal
from question_bank.assembly.forms import Form, lot, set_out
from question_bank.assembly.programme import one_form
from question_bank.assembly.rules import has_rules, pose
from question_bank.faults import Place, refusal
from question_bank.specification import FRESH, Exposure, PoolItem, Ref, Specification, shortfalls


def draw(
    spec: Specification,
    pool: Sequence[PoolItem],
    seed: int,
    avoid: frozenset[Ref] = frozenset(),
    *,
    earlier: Collection[Ref] = frozenset(),
    exposure: Exposure = FRESH,
) -> Form:
    """A form by seed: same specification, pool and seed, same form.

    Questions in `avoid` are used only where the paper cannot be filled without them, and as few as possible (to
    forbid them, leave them out of the pool). `earlier` are the questions of earlier papers, for `repeat_share`.
    With `shuffle_items`, questions change places among neighbouring cells of one type, so that single choice, multiple
    choice and true/false stay together; otherwise they stand in the order of the pool. Where the specification holds
    more than cells, the questions are those that are cheapest together when each is priced by its lot, which keeps
    every rule. Raises BankError: SPECIFICATION_BAD, POOL_REF_REPEATED, POOL_FIGURE_BAD, SPECIFICATION_SHORT,
    SPECIFICATION_CLASH, PAPER_NOT_FOUND.
    """
    task = pose(spec, pool, seed, earlier=earlier, exposure=exposure)
    if not has_rules(spec, pool):
        chosen = _choose(spec, pool, seed, avoid)
        if chosen is None:
            short = shortfalls(spec, pool)[0]
            raise refusal(
                "SPECIFICATION_SHORT", Place(row=short.cell_index + 1), cell=short.cell_index + 1, missing=short.missing
            )
        return set_out(spec, pool, chosen, seed)
    prices = [len(task.items) * (item.ref in avoid) + lot_share(seed, item.ref) for item in task.items]
    found = one_form(task, prices)
    if found.infeasible:
        raise clash_refusal(spec, pool, earlier=earlier, exposure=exposure)
    if found.chosen is None:
        raise refusal("PAPER_NOT_FOUND")
    return set_out(spec, pool, found.chosen, seed)


def lot_share(seed: int, ref: Ref) -> float:
    """The lot of a question as a number in [0, 1)."""
    return int.from_bytes(lot(seed, "item", ref)[:6]) / 2**48


def _choose(spec: Specification, pool: Sequence[PoolItem], seed: int, avoid: frozenset[Ref]) -> dict[Ref, int] | None:
    """Question → cell for every place, or None. Fresh questions first: a matched question is never given up."""
    lots = sorted(pool, key=lambda item: lot(seed, "item", item.ref))
    chosen: dict[Ref, int] = {}
    needs = [cell.count for cell in spec.cells]
    for allowed in ([item for item in lots if item.ref not in avoid], lots):
        rows = [
            [item.ref for item in allowed if cell.admits(item.topic, item.type, item.level, item.law)]
            for cell in spec.cells
        ]
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
