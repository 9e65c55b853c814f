"""Forms one after another, where one programme of all would be too large.

First the average form: the linear relaxation in which every form takes an equal share of each question. Where it has no
solution there are no forms at all; where it has one, every form is begun near its totals. Its objective is 0 (all
shares are equal), so 0 is the bound of the relaxation and the difference reached is the gap.

Then each form is a programme of its own over what is left, priced by lots and by its distance from the target. It is
sought among the first lots of each cell, then with what the relaxation takes besides, then among all. A shadow stands
for the forms still to come (van der Linden 2005, *Linear Models for Optimal Test Design*, chapter 6): counts by
kind of question, continuous, that fill the cells of all later forms from what this form leaves. So no form takes what a
later one cannot do without. `exchange` then evens the forms out.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf

from question_bank.assembly.figures import Quantity
from question_bank.assembly.programme import add_form, stock_of, taken
from question_bank.assembly.rules import Task
from question_bank.assembly.solver import Answer, Outcome, Programme, solve

FORM_NODES = 300
FORM_GAP = 0.1
LOTS, MORE_LOTS = 3, 10
"""A form is first sought among so many times the places of a cell, and so many more."""

STEER = 1.0
"""What one per cent of distance from the target costs, in questions of the worst lot."""


@dataclass(frozen=True, slots=True)
class Start:
    """Forms as lists of pairs, or None; `infeasible` where it is proven that there are none."""

    forms: tuple[tuple[int, ...], ...] | None
    infeasible: bool


@dataclass(frozen=True, slots=True)
class _Ahead:
    """What a form must leave: the number of forms after it, and how often each question may still be used."""

    forms: int
    stock: Mapping[int, int]


def start(task: Task, forms: int, reuse: int, parts: Sequence[Quantity], prices: Sequence[float]) -> Start:
    """Forms that keep every rule, each near the target."""
    relaxed = _average(task, min(1.0, reuse / forms), prices)
    average = relaxed.values
    if average is None:
        return Start(None, infeasible=relaxed.outcome is Outcome.INFEASIBLE)
    targets = tuple(sum(part.worth[pair] * share for pair, share in enumerate(average)) for part in parts)
    used: Counter[int] = Counter()
    made: list[tuple[int, ...]] = []
    for number in range(forms):
        ahead = _Ahead(forms - number - 1, stock_of(task, used, reuse))
        form = _next(task, ahead, parts, targets, prices)
        if form is None:
            return Start(None, infeasible=False)
        made.append(form)
        used.update(task.pairs[pair][0] for pair in form)
    return Start(tuple(made), infeasible=False)


def _average(task: Task, most: float, prices: Sequence[float]) -> Answer:
    programme = Programme()
    add_form(programme, task, prices)
    programme.whole = [False] * len(programme.whole)
    programme.upper = [most] * len(programme.upper)
    for own in task.by_item:
        if len(own) > 1:
            programme.row(((pair, 1.0) for pair in own), 0, most)
    return solve(programme)


def _next(
    task: Task, ahead: _Ahead, parts: Sequence[Quantity], targets: Sequence[float], prices: Sequence[float]
) -> tuple[int, ...] | None:
    """The next form: from the first lots of each cell, then with what the relaxation would take, then from all."""
    left = {pair for pair, (index, _) in enumerate(task.pairs) if ahead.stock.get(index, 0) > 0}
    wanted = list(zip(parts, targets, strict=True))
    among = _first_lots(task, left)
    form = _from(task, ahead, among, wanted, prices)
    if form is None:
        relaxed = _form_programme(task, ahead, left, wanted, prices)
        relaxed.whole = [False] * len(relaxed.whole)
        share = solve(relaxed).values
        if share is None:
            return None
        among |= {pair for pair in left if share[pair] > 0}
        form = _from(task, ahead, among, wanted, prices) or _from(task, ahead, left, wanted, prices)
    return form


def _first_lots(task: Task, left: set[int]) -> set[int]:
    seen: Counter[int] = Counter()
    first = set()
    for pair in sorted(left):  # questions stand in the order of their lots
        cell = task.pairs[pair][1]
        seen[cell] += 1
        if seen[cell] <= LOTS * task.spec.cells[cell].count + MORE_LOTS:
            first.add(pair)
    return first


def _from(
    task: Task, ahead: _Ahead, among: set[int], wanted: Sequence[tuple[Quantity, float]], prices: Sequence[float]
) -> tuple[int, ...] | None:
    answer = solve(_form_programme(task, ahead, among, wanted, prices), nodes=FORM_NODES, gap=FORM_GAP)
    return None if answer.values is None else taken(answer.values, 0, len(task.pairs))


def _form_programme(
    task: Task, ahead: _Ahead, among: set[int], wanted: Sequence[tuple[Quantity, float]], prices: Sequence[float]
) -> Programme:
    programme = Programme()
    add_form(programme, task, prices)
    programme.upper = [float(pair in among) for pair in range(len(task.pairs))]
    away = programme.variable(0, inf, STEER)
    for part, target in wanted:
        worth = [(pair, part.worth[pair] / part.percent) for pair in sorted(among)]
        programme.row([*worth, (away, -1.0)], -inf, target / part.percent)
        programme.row([*worth, (away, 1.0)], target / part.percent, inf)
    if ahead.forms:
        _shadow(programme, task, ahead)
    return programme


def _shadow(programme: Programme, task: Task, ahead: _Ahead) -> None:
    """Counts by kind that fill the later forms; a kind is the cells that admit it and whether it is a repeat."""
    repeated = {
        task.pairs[pair][0] for rule in task.rules if rule.code == "CLASH_REPEAT" for pair, _ in rule.rows[0].weights
    }
    kinds: dict[tuple[tuple[int, ...], bool], list[int]] = {}
    for index in sorted(ahead.stock):
        if task.by_item[index] and ahead.stock[index] > 0:
            cells = tuple(task.pairs[pair][1] for pair in task.by_item[index])
            kinds.setdefault((cells, index in repeated), []).append(index)
    by_cell: list[list[tuple[int, float]]] = [[] for _ in task.spec.cells]
    old: list[tuple[int, float]] = []
    for (cells, again), members in kinds.items():
        counts = []
        for cell in cells:
            count = programme.variable(0, inf)
            counts.append((count, 1.0))
            by_cell[cell].append((count, 1.0))
        old += counts if again else []
        here = [(pair, 1.0) for index in members if ahead.stock[index] <= ahead.forms for pair in task.by_item[index]]
        programme.row([*counts, *here], 0, sum(min(ahead.stock[index], ahead.forms) for index in members))
    for place, filled in zip(task.spec.cells, by_cell, strict=True):
        programme.row(filled, place.count * ahead.forms, place.count * ahead.forms)
    for rule in task.rules:
        if rule.code == "CLASH_REPEAT" and old:
            programme.row(old, 0, rule.rows[0].high * ahead.forms)
