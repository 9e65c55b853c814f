"""The mixed-integer programme of m forms at once.

After van der Linden 2005, *Linear Models for Optimal Test Design*, chapter 6.

Variables: y[f, p] in {0, 1} for form f and pair p = (question, cell); for each quantity q (expected score, information
at each ability) top[q] and bottom[q]; z, the largest difference.

Constraints: for each form the rows of `rules`; each question in one cell of a form; each question in at most `reuse`
forms; bottom[q] ≤ sum of worth[q, p] × y[f, p] ≤ top[q] for every form; z ≥ (top[q] − bottom[q]) ÷ percent[q].

Objective: minimise z, in per cent of the total marks or of the information of an average paper.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf

from question_bank.assembly.figures import Quantity
from question_bank.assembly.rules import Task
from question_bank.assembly.solver import Answer, Outcome, Programme, solve
from question_bank.specification import Ref

NODES = 3000
PRICE_GAP = 1e-4


@dataclass(frozen=True, slots=True)
class Found:
    """One form as reference → cell; None where none was found, `infeasible` where that is proven."""

    chosen: dict[Ref, int] | None
    infeasible: bool


@dataclass(frozen=True, slots=True)
class FoundForms:
    """Forms as lists of pairs, with what is proven: no assembly has a smaller objective than `bound`."""

    forms: tuple[tuple[int, ...], ...] | None
    outcome: Outcome
    bound: float
    nodes: int


def add_form(programme: Programme, task: Task, prices: Sequence[float] | None = None) -> int:
    """Add the variables and rows of one form; the number of its first variable. `prices` are by question."""
    first = len(programme.costs)
    for index, _ in task.pairs:
        programme.variable(0, 1, prices[index] if prices else 0.0, whole=True)
    for own in task.by_item:
        if len(own) > 1:
            programme.row(((first + pair, 1.0) for pair in own), 0, 1)
    for rule in task.rules:
        for row in rule.rows:
            programme.row(((first + pair, weight) for pair, weight in row.weights), row.low, row.high)
    return first


def one_form(task: Task, prices: Sequence[float]) -> Found:
    """The cheapest form by the prices of its questions."""
    programme = Programme()
    add_form(programme, task, prices)
    answer = solve(programme, nodes=NODES, gap=PRICE_GAP)
    if answer.values is None:
        return Found(None, answer.outcome is Outcome.INFEASIBLE)
    return Found(as_chosen(task, taken(answer.values, 0, len(task.pairs))), infeasible=False)


def taken(values: Sequence[float], first: int, count: int) -> tuple[int, ...]:
    """The pairs that a solution takes."""
    return tuple(pair for pair in range(count) if values[first + pair] > 0.5)


def as_chosen(task: Task, pairs: Iterable[int]) -> dict[Ref, int]:
    """Pairs as reference → cell."""
    return {task.items[task.pairs[pair][0]].ref: task.pairs[pair][1] for pair in pairs}


def several_forms(
    task: Task, forms: int, reuse: int, parts: Sequence[Quantity], *, nodes: int = NODES, near: float = 0.0
) -> FoundForms:
    """All forms in one programme; without `parts` any forms that keep the rules will do."""
    programme = Programme()
    firsts = [add_form(programme, task) for _ in range(forms)]
    share_out(programme, task, firsts, reuse)
    if parts:
        _level(programme, firsts, parts)
    answer = solve(programme, nodes=nodes, near=near)
    return _found(task, firsts, answer)


def share_out(programme: Programme, task: Task, firsts: Sequence[int], reuse: int) -> None:
    """No question in more than `reuse` forms."""
    if reuse < len(firsts):
        for own in task.by_item:
            if own:
                programme.row(((first + pair, 1.0) for first in firsts for pair in own), 0, reuse)


def _level(programme: Programme, firsts: Sequence[int], parts: Sequence[Quantity]) -> None:
    largest = programme.variable(0, inf, 1.0)
    for part in parts:
        top, bottom = programme.variable(-inf, inf), programme.variable(-inf, inf)
        for first in firsts:
            worth = [(first + pair, one / part.percent) for pair, one in enumerate(part.worth)]
            programme.row([*worth, (top, -1.0)], -inf, 0)
            programme.row([*worth, (bottom, -1.0)], 0, inf)
        programme.row([(largest, 1.0), (top, -1.0), (bottom, 1.0)], 0, inf)


def _found(task: Task, firsts: Sequence[int], answer: Answer) -> FoundForms:
    if answer.values is None:
        return FoundForms(None, answer.outcome, 0.0, answer.nodes)
    forms = tuple(taken(answer.values, first, len(task.pairs)) for first in firsts)
    return FoundForms(forms, answer.outcome, max(answer.bound, 0.0), answer.nodes)


def stock_of(task: Task, used: Mapping[int, int], reuse: int) -> dict[int, int]:
    """How often each question (index) may still be used, of those no rule shuts out."""
    shut = task.shut_out()
    return {index: reuse - used.get(index, 0) for index in range(len(task.items)) if index not in shut}
