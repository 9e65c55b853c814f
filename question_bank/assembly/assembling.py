"""Making parallel forms: which way is taken, and what is told about the result."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from question_bank.assembly.checking import check_assembly
from question_bank.assembly.clash import clash_refusal
from question_bank.assembly.drawing import lot_share
from question_bank.assembly.figures import ABILITIES, Quantity, quantities, ranges, spread
from question_bank.assembly.forms import Form, set_out
from question_bank.assembly.programme import FoundForms, as_chosen, one_form, several_forms
from question_bank.assembly.rules import Task, pose
from question_bank.assembly.solver import Outcome
from question_bank.assembly.staged import start
from question_bank.faults import refusal
from question_bank.specification import FRESH, Exposure, PoolItem, Ref, Specification

WHOLE_VARIABLES = 800
"""Up to so many variables one programme of all forms is searched for the optimum."""

LAST_VARIABLES = 20_000
"""Up to so many it is asked for any forms at all, where making one after another came to an end."""

FORM_COUNT = 200
EXACT = 1e-6


class Method(StrEnum):
    """How forms were made."""

    PROGRAMME = "PROGRAMME"
    STAGED = "STAGED"


class Status(StrEnum):
    """OPTIMAL: no assembly has a smaller objective. FEASIBLE: every rule is kept, the gap is what it says."""

    OPTIMAL = "OPTIMAL"
    FEASIBLE = "FEASIBLE"


@dataclass(frozen=True, slots=True)
class Difference:
    """The largest less the smallest form in one quantity, in its unit (marks or information) and in per cent."""

    name: str
    amount: float
    percent: float


@dataclass(frozen=True, slots=True)
class Assembly:
    """Parallel forms, each proven. `objective` is the largest difference in per cent, `bound` the least possible known.

    `gap` is objective − bound, in the same per cent; `assumed` the number of places whose question has no facility and
    no calibration, so that its share in the differences is an assumption.
    """

    forms: tuple[Form, ...]
    objective: float
    bound: float
    gap: float
    status: Status
    method: Method
    differences: tuple[Difference, ...]
    exchanges: int
    nodes: int
    assumed: int


@dataclass(frozen=True, slots=True)
class _Made:
    forms: tuple[tuple[int, ...], ...]
    bound: float
    method: Method
    exchanges: int = 0
    nodes: int = 0


def assemble(
    spec: Specification,
    pool: Sequence[PoolItem],
    *,
    forms: int,
    seed: int,
    reuse: int = 1,
    earlier: Collection[Ref] = frozenset(),
    exposure: Exposure = FRESH,
    abilities: Sequence[float] = ABILITIES,
) -> Assembly:
    """Forms as alike as can be in expected score and in test information at `abilities`; same seed, same forms.

    No question stands in more than `reuse` of the forms. Every form is proven by `check_assembly` before it is handed
    out. Raises BankError: SPECIFICATION_BAD, POOL_REF_REPEATED, POOL_FIGURE_BAD, FORMS_BAD, SPECIFICATION_CLASH (with
    the clash in words) where there are no such forms, PAPER_NOT_FOUND where the search ended without either.
    """
    if not (1 <= forms <= FORM_COUNT and reuse >= 1):
        raise refusal("FORMS_BAD", forms=forms, reuse=reuse, limit=FORM_COUNT)
    task = pose(spec, pool, seed, earlier=earlier, exposure=exposure)
    parts = quantities(task, abilities)
    made = _make(task, forms, min(reuse, forms), parts)
    if made is None:
        raise clash_refusal(spec, pool, forms=forms, reuse=reuse, earlier=earlier, exposure=exposure)
    laid = tuple(set_out(spec, pool, as_chosen(task, form), seed + number) for number, form in enumerate(made.forms))
    if check_assembly(laid, spec, pool, reuse=reuse, earlier=earlier, exposure=exposure):
        raise refusal("PAPER_NOT_FOUND")  # never an unproven paper
    return _told(task, parts, made, laid)


def differences(
    spec: Specification, pool: Sequence[PoolItem], forms: Sequence[Form], abilities: Sequence[float] = ABILITIES
) -> tuple[Difference, ...]:
    """How far any papers made from the pool lie apart, in the quantities that `assemble` evens out.

    Raises BankError as `assemble` does for specification and pool, and KeyError for a place that fits no cell.
    """
    task = pose(spec, pool, 0)
    parts = quantities(task, abilities)
    at = {(task.items[index].ref, cell): pair for pair, (index, cell) in enumerate(task.pairs)}
    taken = [[at[placed.ref, placed.cell_index] for placed in form.places] for form in forms]
    return _apart(parts, taken)


def _apart(parts: Sequence[Quantity], forms: Sequence[Sequence[int]]) -> tuple[Difference, ...]:
    return tuple(
        Difference(part.name, amount, amount / part.percent)
        for part, amount in zip(parts, ranges(parts, forms), strict=True)
    )


def _make(task: Task, forms: int, reuse: int, parts: Sequence[Quantity]) -> _Made | None:
    """Forms, or None where it is proven that there are none."""
    prices = [lot_share(task.seed, item.ref) for item in task.items]
    if forms == 1:
        return _single(task, prices)
    if len(task.pairs) * forms <= WHOLE_VARIABLES:
        return _whole(task, forms, reuse, parts)
    begun = start(task, forms, reuse, parts, prices)
    if begun.infeasible:
        return None
    found = FoundForms(begun.forms, Outcome.LIMIT, 0.0, 0)
    if begun.forms is None:
        if len(task.pairs) * forms > LAST_VARIABLES:
            raise refusal("PAPER_NOT_FOUND")
        found = several_forms(task, forms, reuse, ())
    return _evened(task, found, reuse, parts)


def _single(task: Task, prices: Sequence[float]) -> _Made | None:
    found = one_form(task, prices)
    if found.chosen is None:
        _must_be_proven(infeasible=found.infeasible)
        return None
    at = {(task.items[index].ref, cell): pair for pair, (index, cell) in enumerate(task.pairs)}
    return _Made((tuple(at[pair] for pair in found.chosen.items()),), 0.0, Method.PROGRAMME)


def _must_be_proven(*, infeasible: bool) -> None:
    if not infeasible:
        raise refusal("PAPER_NOT_FOUND")


def _whole(task: Task, forms: int, reuse: int, parts: Sequence[Quantity]) -> _Made | None:
    found = several_forms(task, forms, reuse, parts)
    if found.forms is not None and found.outcome is Outcome.OPTIMAL:
        return _Made(found.forms, found.bound, Method.PROGRAMME, nodes=found.nodes)
    return _evened(task, found, reuse, parts)


def _evened(task: Task, found: FoundForms, reuse: int, parts: Sequence[Quantity]) -> _Made | None:
    """The forms after exchanges towards their mean, or before where their difference is smaller."""
    from question_bank.assembly.exchange import even_out  # numpy is kept out of start-up

    if found.forms is None:
        _must_be_proven(infeasible=found.outcome is Outcome.INFEASIBLE)
        return None
    count = len(found.forms)
    means = [sum(part.worth[pair] for form in found.forms for pair in form) / count for part in parts]
    forms, moves = even_out(task, found.forms, reuse, parts, means)
    if spread(parts, forms) > spread(parts, found.forms):
        forms, moves = found.forms, 0
    return _Made(forms, found.bound, Method.STAGED, moves, found.nodes)


def _told(task: Task, parts: Sequence[Quantity], made: _Made, laid: tuple[Form, ...]) -> Assembly:
    objective = spread(parts, made.forms)
    bound = min(made.bound, objective)
    unknown = {index for index, item in enumerate(task.items) if item.difficulty is None and item.b is None}
    return Assembly(
        laid, objective, bound, objective - bound,
        Status.OPTIMAL if objective - bound <= EXACT else Status.FEASIBLE,
        made.method, _apart(parts, made.forms), made.exchanges, made.nodes,
        sum(task.pairs[pair][0] in unknown for form in made.forms for pair in form),
    )  # fmt: skip
