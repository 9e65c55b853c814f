"""What parallel papers must share: expected score and test information, question by question.

Information of a question at ability θ in the two-parameter logistic model is a² P (1 − P) with
P = 1 ÷ (1 + exp(−a (θ − b))), and that of a test the sum over its questions (Lord 1980, *Applications of Item Response
Theory to Practical Testing Problems*, chapter 5). A question that is not calibrated is taken by the Rasch model: a = 1
and b = ln((1 − p) ÷ p), p its expected facility kept within 0.02..0.98, the first step of PROX for candidates who
centre on θ = 0 (Wright and Stone 1979, *Best Test Design*, chapter 2). Where p is unknown too, the mean of the known
ones stands in, or 0.5.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log

from question_bank.assembly.rules import Task, facility
from question_bank.specification import PoolItem, total_marks

ABILITIES = (-1.0, 0.0, 1.0)
EDGE = 0.02


@dataclass(frozen=True, slots=True)
class Quantity:
    """A sum that should be the same in all forms: its worth by pair, and what counts as one per cent of it."""

    name: str
    worth: tuple[float, ...]
    percent: float


def assumed_facility(pool: Sequence[PoolItem]) -> float:
    """The facility that stands in where none is known."""
    known = [item.difficulty for item in pool if item.difficulty is not None]
    return sum(known) / len(known) if known else 0.5


def information(item: PoolItem, ability: float, assumed: float) -> float:
    """The information of a question at an ability."""
    if item.b is not None:
        a, b = (1.0 if item.a is None else item.a), item.b
    else:
        p = min(max(item.difficulty if item.difficulty is not None else assumed, EDGE), 1 - EDGE)
        a, b = 1.0, log((1 - p) / p)
    right = 1 / (1 + exp(max(min(-a * (ability - b), 700.0), -700.0)))
    return a * a * right * (1 - right)


def quantities(task: Task, abilities: Sequence[float]) -> tuple[Quantity, ...]:
    """Expected score first, then the information at each ability.

    One per cent is that of the total marks, and of the information of a paper of average questions of the pool.
    """
    assumed = assumed_facility(sorted(task.items, key=lambda item: (type(item.ref).__name__, item.ref)))
    marks = [float(cell.marks) for cell in task.spec.cells]
    chances = [float(known) if (known := facility(item)) is not None else assumed for item in task.items]
    score = tuple(marks[cell] * chances[index] for index, cell in task.pairs)
    found = [Quantity("score", score, float(total_marks(task.spec)) / 100)]
    places = sum(cell.count for cell in task.spec.cells)
    for ability in abilities:
        each = [information(item, ability, assumed) for item in task.items]
        mean = sum(sorted(each)) / len(each) if each else 0.0
        percent = mean * places / 100 or 1.0
        found.append(Quantity(f"information at {ability:+g}", tuple(each[i] for i, _ in task.pairs), percent))
    return tuple(found)


def spread(parts: Sequence[Quantity], forms: Sequence[Sequence[int]]) -> float:
    """The largest difference between forms (lists of pairs) in any quantity, in per cent: what is minimised."""
    return max(ranges(parts, forms)[k] / part.percent for k, part in enumerate(parts)) if forms else 0.0


def ranges(parts: Sequence[Quantity], forms: Sequence[Sequence[int]]) -> tuple[float, ...]:
    """The difference between the largest and the smallest form in each quantity, in its own unit."""
    totals = [[sum(part.worth[pair] for pair in sorted(form)) for form in forms] for part in parts]
    return tuple(max(each) - min(each) for each in totals)
