"""What a paper must hold, and whether a pool of questions can fill it."""

from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from question_bank.faults import Fault, Place, fault
from question_bank.items import ItemType, Level
from question_bank.scoring import ScoringPolicy

Ref = int | str
CELL_COUNT = 200
ITEM_COUNT = 1000
SET_COUNT = 500


@dataclass(frozen=True, slots=True)
class PoolItem:
    """A question as the drawing sees it; `anchored` are option letters that keep their place.

    `difficulty` is the expected facility, 0..1, read to four decimals; `seconds` the expected time; `a` and `b` the
    discrimination and difficulty of the two-parameter logistic model, where calibrated. None is unknown. `enemies` are
    questions that never stand in one paper with this one.
    """

    ref: Ref
    topic: str
    type: ItemType
    level: Level
    option_keys: tuple[str, ...]
    anchored: tuple[str, ...] = ()
    law: str = ""
    difficulty: float | None = None
    seconds: int | None = None
    a: float | None = None
    b: float | None = None
    tags: tuple[str, ...] = ()
    enemies: tuple[Ref, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """So many questions of a kind at so many marks each; None means any."""

    topic: str | None
    type: ItemType | None
    level: Level | None
    count: int
    marks: Decimal
    law: str | None = None

    def admits(self, topic: str, type: ItemType, level: Level, law: str = "") -> bool:  # noqa: A002 - the field's own name
        """Whether a question of this kind may stand in the cell; a cell of one law admits no question without it."""
        return (
            self.topic in (None, topic)
            and self.type in (None, type)
            and self.level in (None, level)
            and self.law in (None, law)
        )


@dataclass(frozen=True, slots=True)
class Span:
    """The least and the most a total may be, both inclusive; None is no bound."""

    low: Decimal | None = None
    high: Decimal | None = None

    def __bool__(self) -> bool:
        """Whether it bounds anything."""
        return self.low is not None or self.high is not None


@dataclass(frozen=True, slots=True)
class Specification:
    """The blueprint of a paper: its cells in order, what is shuffled, how it is marked, and what else must hold.

    `expected_score` bounds the sum of marks × facility, in marks; `expected_seconds` the sum of the expected times.
    Where one of them bounds, questions without the figure are not drawn: what is unknown proves nothing.
    Of a `together` set a paper holds all or none (none, where one is not in the pool), of an `apart` set at most one;
    `together_tags` and `apart_tags` mean all questions of the pool that carry the tag.
    `repeat_share` is the largest share of the places that may be taken by questions of earlier papers.
    `most_uses` of `last_sittings`: a question is in at most k of the last n sittings, this one counted.
    `most_seen` is the largest share of an agency's candidates who may have seen a question before.
    """

    cells: tuple[Cell, ...]
    shuffle_items: bool = True
    shuffle_options: bool = True
    scoring: ScoringPolicy = ScoringPolicy.ALL_OR_NOTHING
    expected_score: Span = Span()
    expected_seconds: Span = Span()
    together: tuple[tuple[Ref, ...], ...] = ()
    apart: tuple[tuple[Ref, ...], ...] = ()
    together_tags: tuple[str, ...] = ()
    apart_tags: tuple[str, ...] = ()
    repeat_share: Decimal | None = None
    most_uses: int | None = None
    last_sittings: int | None = None
    most_seen: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Exposure:
    """How worn questions are; one that is not named is fresh.

    `uses` counts the sittings that used a question among the n − 1 before the one being set, n being `last_sittings`;
    `seen` is the share, 0..1, of candidates who saw it, of the agency where that share is largest.
    """

    uses: Mapping[Ref, int] = field(default_factory=dict)
    seen: Mapping[Ref, Decimal] = field(default_factory=dict)


FRESH = Exposure()


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A cell the pool cannot fill. `available` counts questions of its kind, some wanted by other cells too."""

    cell_index: int
    needed: int
    available: int
    missing: int


Kind = tuple[str, ItemType, Level, str]


@dataclass(slots=True)
class _Flow:
    """Places filled, by (cell, kind of question); kinds hold what is left."""

    kinds: list[Kind]
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
    if not found:  # the rest is measured against the cells
        found.extend((*_span_faults(spec), *_set_faults(spec), *_wear_faults(spec)))
    return tuple(found)


def _span_faults(spec: Specification) -> Iterator[Fault]:
    total = total_marks(spec)
    for code, span, limit in (
        ("SCORE_SPAN_BAD", spec.expected_score, total),
        ("SECONDS_SPAN_BAD", spec.expected_seconds, None),
    ):
        ends = [end for end in (span.low, span.high) if end is not None]
        sound = all(end.is_finite() and end >= 0 and (limit is None or end <= limit) for end in ends)
        if not sound or ends != sorted(ends):
            low, high = ("–" if end is None else str(end) for end in (span.low, span.high))
            yield fault(code, Place(), low=low, high=high, total=str(total))


def _set_faults(spec: Specification) -> Iterator[Fault]:
    sets = [*spec.together, *spec.apart]
    tags = [*spec.together_tags, *spec.apart_tags]
    if len(sets) + len(tags) > SET_COUNT:
        yield fault("SETS_TOO_MANY", Place(), count=len(sets) + len(tags), limit=SET_COUNT)
    for refs in sets:
        if len(refs) < 2 or len(set(refs)) < len(refs):
            yield fault("SET_BAD", Place(), refs=", ".join(str(ref) for ref in refs[:10]))
    for tag in tags:
        if not tag.strip():
            yield fault("SET_TAG_EMPTY", Place())


def _wear_faults(spec: Specification) -> Iterator[Fault]:
    for code, share in (("REPEAT_SHARE_BAD", spec.repeat_share), ("SEEN_SHARE_BAD", spec.most_seen)):
        if share is not None and not (share.is_finite() and 0 <= share <= 1):
            yield fault(code, Place(), share=str(share))
    uses, sittings = spec.most_uses, spec.last_sittings
    if (uses is None) != (sittings is None) or (
        uses is not None and sittings is not None and not 1 <= uses <= sittings
    ):
        shown = ["–" if one is None else str(one) for one in (uses, sittings)]
        yield fault("USES_BAD", Place(), uses=shown[0], sittings=shown[1])


def shortfalls(spec: Specification, pool: Sequence[PoolItem]) -> tuple[Shortfall, ...]:
    """The cells that cannot be filled together, and by how many; empty when the pool suffices for the cells alone.

    Cells may want the same questions, so the answer is a maximum bipartite matching (augmenting paths over kinds of
    question): the sum of `missing` is the least possible, and earlier cells are served first.
    """
    stock = Counter(
        (item.topic, item.type, item.level, item.law) for item in {item.ref: item for item in pool}.values()
    )
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
