"""What a paper must hold, and whether a pool of questions can fill it."""

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from question_bank.faults import Fault, Place, fault
from question_bank.items import ItemType, Level
from question_bank.scoring import ScoringPolicy

Ref = int | str
CELL_COUNT = 200
ITEM_COUNT = 1000


@dataclass(frozen=True, slots=True)
class PoolItem:
    """A question as the drawing sees it; `anchored` are option letters that keep their place."""

    ref: Ref
    topic: str
    type: ItemType
    level: Level
    option_keys: tuple[str, ...]
    anchored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """So many questions of a kind at so many marks each; None means any."""

    topic: str | None
    type: ItemType | None
    level: Level | None
    count: int
    marks: Decimal

    def admits(self, topic: str, type: ItemType, level: Level) -> bool:  # noqa: A002 - the field's own name
        """Whether a question of this kind may stand in the cell."""
        return self.topic in (None, topic) and self.type in (None, type) and self.level in (None, level)


@dataclass(frozen=True, slots=True)
class Specification:
    """The blueprint of a paper: its cells in order, what is shuffled, and how it is marked."""

    cells: tuple[Cell, ...]
    shuffle_items: bool = True
    shuffle_options: bool = True
    scoring: ScoringPolicy = ScoringPolicy.ALL_OR_NOTHING


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A cell the pool cannot fill. `available` counts questions of its kind, some wanted by other cells too."""

    cell_index: int
    needed: int
    available: int
    missing: int


@dataclass(slots=True)
class _Flow:
    """Places filled, by (cell, kind of question); kinds hold what is left."""

    kinds: list[tuple[str, ItemType, Level]]
    left: list[int]
    edges: list[list[int]]
    filled: list[Counter[int]] = field(default_factory=list)


def total_marks(spec: Specification) -> Decimal:
    """The marks of a complete answer."""
    return sum((cell.marks * cell.count for cell in spec.cells), Decimal(0))


def check_specification(spec: Specification) -> tuple[Fault, ...]:
    """What is wrong with a blueprint before any pool is looked at; `place.row` is the cell, from 1."""
    found = [] if spec.cells else [fault("CELLS_NONE", Place())]
    if len(spec.cells) > CELL_COUNT:
        found.append(fault("CELLS_TOO_MANY", Place(), count=len(spec.cells), limit=CELL_COUNT))
    if sum(cell.count for cell in spec.cells) > ITEM_COUNT:
        found.append(fault("PAPER_TOO_LONG", Place(), limit=ITEM_COUNT))
    for number, cell in enumerate(spec.cells, 1):
        if cell.count < 1:
            found.append(fault("CELL_COUNT_BAD", Place(row=number), count=cell.count))
        if not cell.marks.is_finite() or cell.marks <= 0:
            found.append(fault("MARKS_BAD", Place(row=number), marks=str(cell.marks)))
    return tuple(found)


def shortfalls(spec: Specification, pool: Sequence[PoolItem]) -> tuple[Shortfall, ...]:
    """The cells that cannot be filled together, and by how many; empty when the pool suffices.

    Cells may want the same questions, so the answer is a maximum bipartite matching (augmenting paths over kinds of
    question): the sum of `missing` is the least possible, and earlier cells are served first.
    """
    stock = Counter((item.topic, item.type, item.level) for item in {item.ref: item for item in pool}.values())
    kinds = sorted(stock)
    edges = [[index for index, kind in enumerate(kinds) if cell.admits(*kind)] for cell in spec.cells]
    flow = _Flow(kinds, [stock[kind] for kind in kinds], edges, [Counter() for _ in spec.cells])
    found = []
    for index, cell in enumerate(spec.cells):
        served = 0
        while served < cell.count and _augment(flow, index):
            served += 1
        if served < cell.count:
            available = sum(stock[kinds[kind]] for kind in edges[index])
            found.append(Shortfall(index, cell.count, available, cell.count - served))
    return tuple(found)


def _augment(flow: _Flow, start: int) -> bool:
    """Fill one more place of cell `start`, moving other cells to other kinds where that makes room."""
    came_from: dict[int, tuple[int, int]] = {}  # cell -> (cell before it on the path, kind it would give up)
    queue, reached = deque([start]), {start}
    while queue:
        cell = queue.popleft()
        free = next((kind for kind in flow.edges[cell] if flow.left[kind]), None)
        if free is not None:
            _shift(flow, came_from, start, cell, free)
            return True
        for kind in flow.edges[cell]:
            holders = (other for other in range(len(flow.filled)) if other not in reached and flow.filled[other][kind])
            for other in list(holders):
                reached.add(other)
                came_from[other] = (cell, kind)
                queue.append(other)
    return False


def _shift(flow: _Flow, came_from: dict[int, tuple[int, int]], start: int, cell: int, free: int) -> None:
    flow.left[free] -= 1
    flow.filled[cell][free] += 1
    while cell != start:
        before, kind = came_from[cell]
        flow.filled[cell][kind] -= 1
        flow.filled[before][kind] += 1
        cell = before
