"""The rules of a specification as linear rows over (question, cell) pairs: what the solver is told.

A pair p = (question i, cell c) exists where the cell admits the question; the variable y[p] is 1 where the question
stands in that cell of a form, and x[i] is the sum of y over the question's cells, at most 1. Rows (van der Linden 2005,
*Linear Models for Optimal Test Design*, chapter 3):

    cell c              sum of y[p] over the pairs of c                    = count[c]
    expected score      sum of marks[c] × facility[i] × y[p]               between its bounds, in marks
    expected time       sum of seconds[i] × y[p]                           between its bounds, in seconds
    together            x[i] − x[j] for neighbours in the set              = 0; x[i] = 0 where one is missing
    apart, enemies      sum of x[i] over the set                           ≤ 1
    repeats             sum of x[i] over questions of earlier papers       ≤ floor(share × places)
    uses, seen, figures sum of x[i] over the questions that are shut out   = 0
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from math import inf, isfinite

from question_bank.assembly.forms import lot
from question_bank.faults import Datum, refusal
from question_bank.specification import FRESH, Exposure, PoolItem, Ref, Specification, check_specification

FACILITY_STEP = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Row:
    """A linear row over pairs; `unit` is what one question is worth in it, to weigh violations against each other."""

    weights: tuple[tuple[int, float], ...]
    low: float
    high: float
    unit: float = 1.0


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing the specification demands, by a code whose sentences `data` fills."""

    code: str
    rows: tuple[Row, ...]
    data: dict[str, Datum] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Task:
    """Specification and pool made ready: questions in the order of their lots, pairs as (question, cell) indices."""

    spec: Specification
    seed: int
    items: tuple[PoolItem, ...]
    pairs: tuple[tuple[int, int], ...]
    by_item: tuple[tuple[int, ...], ...]
    rules: tuple[Rule, ...]

    def shut_out(self, codes: Collection[str] | None = None) -> frozenset[int]:
        """The questions (indices) that rules of these codes, or all rules, keep out of every form."""
        rows = (row for rule in self.rules if codes is None or rule.code in codes for row in rule.rows)
        shut = (row for row in rows if row.low == row.high == 0 and all(weight > 0 for _, weight in row.weights))
        return frozenset(self.pairs[pair][0] for row in shut for pair, _ in row.weights)


def has_rules(spec: Specification, pool: Sequence[PoolItem]) -> bool:
    """Whether anything beyond the cells binds a paper."""
    sets = (spec.together, spec.apart, spec.together_tags, spec.apart_tags)
    caps = (spec.repeat_share, spec.most_uses, spec.most_seen)
    return (
        bool(spec.expected_score or spec.expected_seconds)
        or any(sets)
        or any(cap is not None for cap in caps)
        or any(item.enemies for item in pool)
    )


def pose(
    spec: Specification,
    pool: Sequence[PoolItem],
    seed: int,
    *,
    earlier: Collection[Ref] = frozenset(),
    exposure: Exposure = FRESH,
) -> Task:
    """The task of filling the specification from the pool.

    Raises BankError: SPECIFICATION_BAD, POOL_REF_REPEATED, POOL_FIGURE_BAD.
    """
    if bad := check_specification(spec):
        raise refusal("SPECIFICATION_BAD", bad[0].place, zh=bad[0].zh, en=bad[0].en)
    if len({item.ref for item in pool}) < len(pool):
        raise refusal("POOL_REF_REPEATED")
    for item in pool:
        _check_figures(item)
    items = tuple(sorted(pool, key=lambda item: lot(seed, "item", item.ref)))
    cells = range(len(spec.cells))
    pairs = tuple(
        (index, cell)
        for index, item in enumerate(items)
        for cell in cells
        if spec.cells[cell].admits(item.topic, item.type, item.level, item.law)
    )
    by_item: list[list[int]] = [[] for _ in items]
    for pair, (index, _) in enumerate(pairs):
        by_item[index].append(pair)
    bare = Task(spec, seed, items, pairs, tuple(tuple(own) for own in by_item), ())
    rules = (*_cells(bare), *_spans(bare), *_meetings(bare), *_wear(bare, frozenset(earlier), exposure))
    return Task(spec, seed, items, pairs, bare.by_item, rules)


def _check_figures(item: PoolItem) -> None:
    sound = (
        (item.difficulty is None or 0 <= item.difficulty <= 1)
        and (item.seconds is None or item.seconds > 0)
        and (item.a is None or (isfinite(item.a) and item.a > 0))
        and (item.b is None or isfinite(item.b))
    )
    if not sound:
        raise refusal("POOL_FIGURE_BAD", ref=item.ref)


def facility(item: PoolItem) -> Decimal | None:
    """The expected facility to four decimals, so that sums are exact."""
    return None if item.difficulty is None else Decimal(str(item.difficulty)).quantize(FACILITY_STEP)


def _whole(task: Task, indices: Iterable[int]) -> tuple[tuple[int, float], ...]:
    return tuple((pair, 1.0) for index in sorted(set(indices)) for pair in task.by_item[index])


def _shut(task: Task, indices: Iterable[int]) -> Row:
    return Row(_whole(task, indices), 0, 0)


def _cells(task: Task) -> Iterator[Rule]:
    own: list[list[tuple[int, float]]] = [[] for _ in task.spec.cells]
    for pair, (_, place) in enumerate(task.pairs):
        own[place].append((pair, 1.0))
    for index, cell in enumerate(task.spec.cells):
        row = Row(tuple(own[index]), cell.count, cell.count)
        yield Rule("CLASH_CELL", (row,), {"cell": index + 1, "needed": cell.count, "available": len(own[index])})


def _spans(task: Task) -> Iterator[Rule]:
    places = sum(cell.count for cell in task.spec.cells)
    marks = [cell.marks for cell in task.spec.cells]
    facilities = [facility(item) for item in task.items]
    score = tuple((p, float(marks[c] * (facilities[i] or 0))) for p, (i, c) in enumerate(task.pairs))
    times = tuple((p, float(task.items[i].seconds or 0)) for p, (i, _) in enumerate(task.pairs))
    unknown = {
        "SCORE": [i for i, known in enumerate(facilities) if known is None],
        "SECONDS": [i for i, item in enumerate(task.items) if item.seconds is None],
    }
    for name, span, weights in (
        ("SCORE", task.spec.expected_score, score),
        ("SECONDS", task.spec.expected_seconds, times),
    ):
        shut = _shut(task, unknown[name])
        for end, bound in (("LOW", span.low), ("HIGH", span.high)):
            if bound is not None:
                low, high = (float(bound), inf) if end == "LOW" else (-inf, float(bound))
                row = Row(weights, low, high, max(float(bound) / places, 0.01))
                rows = (row, shut) if shut.weights else (row,)
                yield Rule(_BOUNDS[name, end], rows, {"bound": str(bound), "unknown": len(unknown[name])})


_BOUNDS = {
    ("SCORE", "LOW"): "CLASH_SCORE_LOW",
    ("SCORE", "HIGH"): "CLASH_SCORE_HIGH",
    ("SECONDS", "LOW"): "CLASH_SECONDS_LOW",
    ("SECONDS", "HIGH"): "CLASH_SECONDS_HIGH",
}


def _meetings(task: Task) -> Iterator[Rule]:
    at = {item.ref: index for index, item in enumerate(task.items)}
    tagged: dict[str, list[Ref]] = {}
    for item in sorted(task.items, key=_ref_key):
        for tag in item.tags:
            tagged.setdefault(tag, []).append(item.ref)
    for refs in (*task.spec.together, *(tuple(tagged.get(tag, ())) for tag in task.spec.together_tags)):
        present = [at[ref] for ref in refs if ref in at]
        if len(present) == len(refs) and all(task.by_item[index] for index in present):
            steps = pairwise(present)
            rows = tuple(Row(_difference(task, one, other), 0, 0) for one, other in steps)
        else:
            rows = (_shut(task, present),)
        yield Rule("CLASH_TOGETHER", rows, {"refs": _names(refs)})
    for refs in (*task.spec.apart, *(tuple(tagged.get(tag, ())) for tag in task.spec.apart_tags)):
        row = Row(_whole(task, (at[ref] for ref in refs if ref in at)), -inf, 1)
        yield Rule("CLASH_APART", (row,), {"refs": _names(refs)})
    foes = {frozenset((at[item.ref], at[foe])) for item in task.items for foe in item.enemies if foe in at}
    for pair in sorted(sorted(foe) for foe in foes if len(foe) == 2):
        row = Row(_whole(task, pair), -inf, 1)
        yield Rule("CLASH_ENEMIES", (row,), {"refs": _names([task.items[index].ref for index in pair])})


def _difference(task: Task, one: int, other: int) -> tuple[tuple[int, float], ...]:
    return (*((pair, 1.0) for pair in task.by_item[one]), *((pair, -1.0) for pair in task.by_item[other]))


def _ref_key(item: PoolItem) -> tuple[str, Ref]:
    return type(item.ref).__name__, item.ref


def _names(refs: Sequence[Ref]) -> str:
    shown = [str(ref) for ref in refs[:10]]
    return ", ".join(shown) + (" …" if len(refs) > 10 else "")


def _wear(task: Task, earlier: frozenset[Ref], exposure: Exposure) -> Iterator[Rule]:
    spec, places = task.spec, sum(cell.count for cell in task.spec.cells)
    if spec.repeat_share is not None:
        most = int(spec.repeat_share * places)
        old = [index for index, item in enumerate(task.items) if item.ref in earlier]
        rows = (Row(_whole(task, old), 0 if most == 0 else -inf, most),)
        yield Rule("CLASH_REPEAT", rows, {"most": most, "share": _percent(spec.repeat_share), "repeated": len(old)})
    if spec.most_uses is not None:
        worn = _over(task, exposure.uses, spec.most_uses - 1)
        data: dict[str, Datum] = {"uses": spec.most_uses, "sittings": spec.last_sittings or 0, "shut": len(worn)}
        yield Rule("CLASH_USES", (_shut(task, worn),), data)
    if spec.most_seen is not None:
        known = _over(task, exposure.seen, spec.most_seen)
        data = {"share": _percent(spec.most_seen), "shut": len(known)}
        yield Rule("CLASH_SEEN", (_shut(task, known),), data)


def _over(task: Task, wear: Mapping[Ref, int] | Mapping[Ref, Decimal], most: int | Decimal) -> list[int]:
    return [index for index, item in enumerate(task.items) if wear.get(item.ref, 0) > most]


def _percent(share: Decimal) -> str:
    return f"{(share * 100).normalize():f}%"
