"""Evening forms out by exchanges that break no rule.

A move puts another question into the cell of one that leaves: from what no form uses, or from the same cell of another
form that gets the one that leaves. The form farthest from the target moves first, by the move that brings it (and the
other form) nearest; a form that nothing helps is left until others change. When no single move helps any form, two at
once are tried for the farthest, of samples drawn by a fixed seed, until that helps no more. Questions of `together`
sets stay where they are. Distances are the largest over the quantities, in per cent.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from question_bank.assembly.figures import Quantity
from question_bank.assembly.rules import Row, Task

Floats = npt.NDArray[np.float64]
STEP = 1e-7
MOVES = 4000
SAMPLE, SAMPLES, NEAREST = 700, 10, 60
SLACK = 1e-9


@dataclass(slots=True)
class _State:
    """Forms in arrays: `worth` and `limits` by pair; `totals` and `loads` by form; who may move where."""

    task: Task
    worth: Floats  # pairs × quantities, in per cent
    target: Floats
    limits: Floats  # pairs × rows that bind a form beyond its cells
    low: Floats
    high: Floats
    item: npt.NDArray[np.int64]  # by pair
    cell: npt.NDArray[np.int64]
    loose: npt.NDArray[np.bool_]  # by pair: may leave or come
    inside: npt.NDArray[np.bool_]  # forms × questions
    forms: list[list[int]]
    totals: Floats
    loads: Floats
    reuse: int
    lots: np.random.Generator

    def distance(self, totals: Floats) -> Floats:
        """How far totals are from the target."""
        return np.asarray(np.abs(totals - self.target).max(axis=-1), dtype=np.float64)

    def keeps(self, loads: Floats) -> npt.NDArray[np.bool_]:
        """Whether loads are within the limits."""
        return np.asarray(((loads >= self.low - SLACK) & (loads <= self.high + SLACK)).all(axis=-1), dtype=np.bool_)


def even_out(
    task: Task, forms: Sequence[Sequence[int]], reuse: int, parts: Sequence[Quantity], targets: Sequence[float]
) -> tuple[tuple[tuple[int, ...], ...], int]:
    """The forms after all exchanges that help, and how many those were."""
    state = _state(task, forms, reuse, parts, targets)
    moves = _one_by_one(state)
    while moves < MOVES and _two_from_stock(state, int(state.distance(state.totals).argmax())):
        moves += 2
    return tuple(tuple(sorted(form)) for form in state.forms), moves


def _one_by_one(state: _State) -> int:
    stuck: set[int] = set()
    moves = 0
    while len(stuck) < len(state.forms) and moves < MOVES:
        away = state.distance(state.totals)
        worst = max(
            (form for form in range(len(state.forms)) if form not in stuck), key=lambda form: (away[form], -form)
        )
        changed = _from_stock(state, worst) or _from_others(state, worst)
        moves += bool(changed)
        stuck = stuck - set(changed) if changed else stuck | {worst}
    return moves


def _state(
    task: Task, forms: Sequence[Sequence[int]], reuse: int, parts: Sequence[Quantity], targets: Sequence[float]
) -> _State:
    percent = np.array([part.percent for part in parts])
    worth = np.array([part.worth for part in parts]).T / percent
    rows = [row for rule in task.rules if rule.code not in ("CLASH_CELL", "CLASH_TOGETHER") for row in rule.rows]
    rows = [row for row in rows if not row.low == row.high == 0]
    limits = _dense(task, rows)
    item, cell = np.array(task.pairs, dtype=np.int64).reshape(-1, 2).T
    inside = np.zeros((len(forms), len(task.items)), dtype=np.bool_)
    for number, form in enumerate(forms):
        inside[number, item[list(form)]] = True
    return _State(
        task, worth, np.array(targets) / percent, limits,
        np.array([row.low for row in rows]), np.array([row.high for row in rows]), item, cell, _loose(task), inside,
        [list(form) for form in forms], np.array([worth[list(form)].sum(axis=0) for form in forms]),
        np.array([limits[list(form)].sum(axis=0) for form in forms]), reuse,
        np.random.default_rng(0),
    )  # fmt: skip


def _dense(task: Task, rows: Sequence[Row]) -> Floats:
    limits = np.zeros((len(task.pairs), len(rows)))
    for number, row in enumerate(rows):
        for pair, weight in row.weights:
            limits[pair, number] = weight
    return limits


def _loose(task: Task) -> npt.NDArray[np.bool_]:
    loose = np.ones(len(task.pairs), dtype=np.bool_)
    bound = set(task.shut_out())
    for rule in task.rules:
        if rule.code == "CLASH_TOGETHER":
            bound |= {task.pairs[pair][0] for row in rule.rows for pair, _ in row.weights}
    for index in bound:
        loose[list(task.by_item[index])] = False
    return loose


def _singles(state: _State, form: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Every move from stock as (leaves, comes), whether it keeps the limits or not."""
    free = state.loose & (state.inside.sum(axis=0) < state.reuse)[state.item] & ~state.inside[form][state.item]
    stock = np.flatnonzero(free)
    outs = np.array([pair for pair in state.forms[form] if state.loose[pair]], dtype=np.int64)
    leaves, comes = np.nonzero(state.cell[outs][:, None] == state.cell[stock][None, :])
    return outs[leaves], stock[comes]


def _from_stock(state: _State, form: int) -> tuple[int, ...]:
    """The best replacement from questions that may be used once more; the forms that changed."""
    outs, comes = _singles(state, form)
    if not len(outs):
        return ()
    after = state.distance(state.totals[form] + state.worth[comes] - state.worth[outs])
    for move in np.argsort(after, kind="stable")[:NEAREST]:
        if after[move] >= state.distance(state.totals[form]) - STEP:
            return ()
        if state.keeps(state.loads[form] - state.limits[outs[move]] + state.limits[comes[move]]):
            _replace(state, form, int(outs[move]), int(comes[move]))
            return (form,)
    return ()


def _two_from_stock(state: _State, form: int) -> bool:
    """Make two replacements at once, the best of a sample; whether any sample held one that helps."""
    outs, comes = _singles(state, form)
    for _ in range(SAMPLES if len(outs) > 1 else 0):
        some = state.lots.permutation(len(outs))[:SAMPLE]
        change = state.worth[comes[some]] - state.worth[outs[some]]
        after = np.zeros((len(some), len(some)))
        for part, total in enumerate(state.totals[form] - state.target):
            np.maximum(after, np.abs(total + change[:, part, None] + change[None, :, part]), out=after)
        nearest = np.argpartition(after, min(NEAREST, after.size - 1), axis=None)[:NEAREST]
        for place in sorted(nearest.tolist(), key=lambda place: (after.flat[place], place)):
            if after.flat[place] >= state.distance(state.totals[form]) - STEP:
                break
            one, two = (int(some[each]) for each in divmod(place, len(some)))
            if _both(state, form, (int(outs[one]), int(comes[one])), (int(outs[two]), int(comes[two]))):
                return True
    return False


def _both(state: _State, form: int, one: tuple[int, int], two: tuple[int, int]) -> bool:
    """Make two moves where they are apart and keep the limits together."""
    if one[0] == two[0] or state.item[one[1]] == state.item[two[1]]:
        return False
    change = state.limits[one[1]] - state.limits[one[0]] + state.limits[two[1]] - state.limits[two[0]]
    if not state.keeps(state.loads[form] + change):
        return False
    _replace(state, form, *one)
    _replace(state, form, *two)
    return True


def _from_others(state: _State, form: int) -> tuple[int, ...]:
    """The best swap with another form that brings the farther of the two nearer; the forms that changed."""
    away = state.distance(state.totals)
    best, move = STEP, None
    for other in range(len(state.forms)):
        if other != form:
            gain, outs, comes = _swaps(state, form, other, max(away[form], away[other]))
            if len(gain) and gain.max() > best:
                at = int(gain.argmax())
                best, move = float(gain[at]), (other, int(outs[at]), int(comes[at]))
    if move is None:
        return ()
    other, out, come = move
    _replace(state, form, out, come)
    _replace(state, other, come, out)
    return form, other


def _swaps(
    state: _State, form: int, other: int, before: float
) -> tuple[Floats, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Swaps between two forms that keep every limit: what each gains, which leave the form and which come."""
    mine, theirs = (np.array(state.forms[each], dtype=np.int64) for each in (form, other))
    mine = mine[state.loose[mine] & ~state.inside[other][state.item[mine]]]
    theirs = theirs[state.loose[theirs] & ~state.inside[form][state.item[theirs]]]
    leaves, come = np.nonzero(state.cell[mine][:, None] == state.cell[theirs][None, :])
    outs, comes = mine[leaves], theirs[come]
    change = state.worth[comes] - state.worth[outs]
    after = np.maximum(state.distance(state.totals[form] + change), state.distance(state.totals[other] - change))
    better = after < before - STEP
    outs, comes, after = outs[better], comes[better], after[better]
    load = state.limits[comes] - state.limits[outs]
    fine = state.keeps(state.loads[form] + load) & state.keeps(state.loads[other] - load)
    return before - after[fine], outs[fine], comes[fine]


def _replace(state: _State, form: int, out: int, come: int) -> None:
    state.forms[form][state.forms[form].index(out)] = come
    state.inside[form, state.item[out]] = False
    state.inside[form, state.item[come]] = True
    state.totals[form] += state.worth[come] - state.worth[out]
    state.loads[form] += state.limits[come] - state.limits[out]
