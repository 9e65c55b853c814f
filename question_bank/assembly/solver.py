"""Linear and mixed-integer programmes for HiGHS, solved the same way every time: one thread, fixed seed.

What ends a search early is a number of nodes, so that the same programme has the same answer everywhere. The clock
never chooses an answer: a search still running after PATIENCE seconds, which no task of the sizes described in
docs/assembly.md needs, is refused, whatever it has found.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from question_bank.faults import refusal

PATIENCE = 120.0
TOLERANCE = 1e-8
"""How far rows and whole numbers may be off inside the solver; sums of marks × facility are multiples of 1e-6."""


class Outcome(StrEnum):
    """How a search ended. LIMIT: neither an optimum within the gap nor a proof that there is nothing."""

    OPTIMAL = "OPTIMAL"
    INFEASIBLE = "INFEASIBLE"
    LIMIT = "LIMIT"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the solver found; `values` is None where it found nothing, `bound` is proven for the objective."""

    outcome: Outcome
    values: tuple[float, ...] | None
    objective: float
    bound: float
    nodes: int = 0


@dataclass(slots=True)
class Programme:
    """Minimise costs × variables under rows; built up piece by piece."""

    costs: list[float] = field(default_factory=list)
    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    starts: list[int] = field(default_factory=lambda: [0])
    columns: list[int] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)
    row_low: list[float] = field(default_factory=list)
    row_high: list[float] = field(default_factory=list)

    def variable(self, low: float, high: float, cost: float = 0.0, *, whole: bool = False) -> int:
        """A new variable, by its number."""
        self.costs.append(cost)
        self.lower.append(low)
        self.upper.append(high)
        self.whole.append(whole)
        return len(self.costs) - 1

    def row(self, weights: Iterable[tuple[int, float]], low: float, high: float) -> None:
        """A new row: low ≤ sum of weight × variable ≤ high; no variable twice."""
        for column, weight in weights:
            self.columns.append(column)
            self.weights.append(weight)
        self.starts.append(len(self.columns))
        self.row_low.append(low)
        self.row_high.append(high)


def solve(programme: Programme, *, nodes: int = 2000, gap: float = 0.0, near: float = 0.0) -> Answer:
    """Solve within `nodes` branches; `gap` (relative) and `near` (absolute) from the bound will do.

    Raises BankError SEARCH_TOO_LONG.
    """
    if not programme.costs:  # HiGHS calls it empty, whatever its rows ask
        kept = all(low <= 0 <= high for low, high in zip(programme.row_low, programme.row_high, strict=True))
        return Answer(Outcome.OPTIMAL, (), 0.0, 0.0) if kept else Answer(Outcome.INFEASIBLE, None, 0.0, 0.0)
    import highspy  # kept out of start-up

    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    whole = any(programme.whole)
    settings: dict[str, Any] = {
        "output_flag": False, "threads": 1, "parallel": "off", "random_seed": 0, "time_limit": PATIENCE,
        "presolve": "choose" if whole else "off",  # of many small relaxations it would take the larger part
        "mip_max_nodes": nodes, "mip_rel_gap": gap, "mip_abs_gap": max(near, 1e-9),
        "mip_feasibility_tolerance": TOLERANCE, "primal_feasibility_tolerance": TOLERANCE,
    }  # fmt: skip
    for name, value in settings.items():
        solver.setOptionValue(name, value)
    solver.passModel(_linear(highspy, programme))
    solver.run()
    if solver.getModelStatus() == highspy.HighsModelStatus.kTimeLimit:
        raise refusal("SEARCH_TOO_LONG", seconds=int(PATIENCE))
    return _answer(highspy, solver, whole=whole)


def _linear(highspy: Any, programme: Programme) -> Any:  # noqa: ANN401 - the solver's own type
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(programme.costs), len(programme.row_low)
    model.col_cost_, model.col_lower_, model.col_upper_ = programme.costs, programme.lower, programme.upper
    model.row_lower_, model.row_upper_ = programme.row_low, programme.row_high
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_, model.a_matrix_.index_ = programme.starts, programme.columns
    model.a_matrix_.value_ = programme.weights
    if any(programme.whole):
        kinds = highspy.HighsVarType
        model.integrality_ = [kinds.kInteger if whole else kinds.kContinuous for whole in programme.whole]
    return model


def _answer(highspy: Any, solver: Any, *, whole: bool) -> Answer:  # noqa: ANN401 - the solver's own type
    status, kinds = solver.getModelStatus(), highspy.HighsModelStatus
    if status in (kinds.kInfeasible, kinds.kUnboundedOrInfeasible):
        return Answer(Outcome.INFEASIBLE, None, 0.0, 0.0)
    info = solver.getInfo()
    held = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    values = tuple(solver.getSolution().col_value) if held else None
    objective = info.objective_function_value
    outcome = Outcome.OPTIMAL if status == kinds.kOptimal and held else Outcome.LIMIT
    if not whole:
        return Answer(outcome, values, objective, objective)
    return Answer(outcome, values, objective, info.mip_dual_bound, int(info.mip_node_count))
