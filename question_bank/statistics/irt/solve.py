"""The minimiser and what is left to do after it; the one place that asks scipy.optimize."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import optimize

from question_bank.statistics.intervals import Floats

Slope = Callable[[Floats], tuple[float, Floats]]
STEP = 1e-5


@dataclass(frozen=True, slots=True)
class Solution:
    """Where the minimum lies, its value, and whether the gradient is flat there."""

    at: Floats
    value: float
    converged: bool


def minimise(function: Slope, start: Floats, bounds: list[tuple[float, float]] | None = None) -> Solution:
    """The minimum of a function that returns its value and gradient (L-BFGS-B: Byrd, Lu, Nocedal and Zhu 1995)."""
    options = {"maxiter": 2000, "maxfun": 20000, "ftol": 1e-15, "gtol": 1e-7, "maxcor": 30}
    found = optimize.minimize(function, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    at = np.asarray(found.x, dtype=np.float64)
    value, gradient = function(at)
    free = np.ones(len(at), dtype=bool)
    if bounds is not None:
        limits = np.array(bounds)
        free = (at > limits[:, 0]) & (at < limits[:, 1])
    flat = bool(np.all(np.abs(gradient[free]) < 1e-3 * max(1.0, abs(value)) ** 0.5))
    return Solution(at, value, bool(np.isfinite(value)) and flat)


def curvature(function: Slope, at: Floats) -> Floats:
    """The matrix of second derivatives by central differences of the gradient."""
    rows = []
    for index in range(len(at)):
        step = np.zeros(len(at))
        step[index] = STEP
        rows.append((function(at + step)[1] - function(at - step)[1]) / (2 * STEP))
    matrix = np.array(rows)
    return np.asarray((matrix + matrix.T) / 2)


def root(function: Callable[[float], float], low: float, high: float) -> float | None:
    """Where the function crosses zero between the two; None where it does not (Brent 1973)."""
    if function(low) * function(high) > 0:
        return None
    return float(optimize.brentq(function, low, high, xtol=1e-10))
