"""One-parameter (common slope) and two-parameter logistic models by marginal maximum likelihood."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from question_bank.statistics.intervals import Floats
from question_bank.statistics.irt.rasch import check, informative
from question_bank.statistics.irt.solve import Slope, curvature, minimise

ONE_PARAMETER_MINIMUM = 100
TWO_PARAMETER_MINIMUM = 250  # below it slopes are noise (Harwell and Janosky 1991)
NODES = 61  # nearer together than the errors of ability on a paper of eighty items
SLOPE_BOUND = 6.0
INTERCEPT_BOUND = 12.0
LOGISTIC = 1.702  # a logistic curve of this slope is nearest to the standard normal one (Haley 1952)


@dataclass(frozen=True, slots=True)
class LogisticItem:
    """P(right) = 1 / (1 + exp(-slope (ability - difficulty))), ability standard normal; None with a code in `why`."""

    item: str
    slope: float | None
    slope_error: float | None
    difficulty: float | None
    difficulty_error: float | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class LogisticFit:
    """The items in their order, from n candidates; `needed` is the least n; `why` is a code where there is no fit."""

    items: tuple[LogisticItem, ...]
    n: int
    needed: int
    log_likelihood: float | None
    parameters: int
    why: str = ""

    @property
    def known(self) -> tuple[tuple[int, float, float], ...]:
        """Place, slope and difficulty of each item that has both."""
        return tuple(
            (index, one.slope, one.difficulty)
            for index, one in enumerate(self.items)
            if one.slope is not None and one.difficulty is not None
        )


@dataclass(frozen=True, slots=True)
class _Data:
    right: Floats
    wrong: Floats
    weights: Floats
    nodes: Floats
    masses: Floats


def one_parameter(matrix: Floats, names: Sequence[str]) -> LogisticFit:
    """All items with one slope in common (Thissen 1982). Raises BankError STATISTICS_NOT_DICHOTOMOUS."""
    return _fit(matrix, names, ONE_PARAMETER_MINIMUM, common=True)


def two_parameter(matrix: Floats, names: Sequence[str]) -> LogisticFit:
    """Each item with its own slope (Birnbaum 1968). Raises BankError STATISTICS_NOT_DICHOTOMOUS."""
    return _fit(matrix, names, TWO_PARAMETER_MINIMUM, common=False)


def normal_nodes(count: int = NODES) -> tuple[Floats, Floats]:
    """Gauss-Hermite nodes and masses for a standard normal ability."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(count)
    return np.asarray(nodes), np.asarray(weights / weights.sum())


def _fit(matrix: Floats, names: Sequence[str], needed: int, *, common: bool) -> LogisticFit:
    """Maximise the likelihood with ability integrated out (Bock and Lieberman 1970; Bock and Aitkin 1981).

    The gradient is the expected one given the answers (Fisher's identity, on which Bock and Aitkin's EM rests);
    standard errors come from the observed information. Items that all or none solved are left out.
    """
    check(matrix)
    n = len(matrix)
    if n < needed:
        return _nothing(names, n, needed, "STATISTICS_TOO_FEW")
    varied = [
        index for index in range(matrix.shape[1]) if (matrix[:, index] == 1).any() and (matrix[:, index] == 0).any()
    ]
    if len(varied) < 3 or len(informative(matrix)[0]) < 3:
        return _nothing(names, n, needed, "STATISTICS_NO_VARIATION")
    data, k = _data(matrix[:, varied]), len(varied)

    def loss(at: Floats) -> tuple[float, Floats]:
        return _loss(at, data, k)

    slopes = 1 if common else k
    bounds = [(-SLOPE_BOUND, SLOPE_BOUND)] * slopes + [(-INTERCEPT_BOUND, INTERCEPT_BOUND)] * k
    solution = minimise(loss, np.concatenate([np.ones(slopes), _start(data)]), bounds)
    if not solution.converged:
        return _nothing(names, n, needed, "STATISTICS_NOT_CONVERGED")
    at = solution.at.copy()
    if _loadings(at[:slopes]).sum() < 0:
        at[:slopes] *= -1  # the likelihood does not know which end of the scale is able
    found = _items(loss, at, k, slopes)
    rows = tuple(
        _item(name, found[varied.index(index)]) if index in varied else _absent(name, "STATISTICS_EXTREME")
        for index, name in enumerate(names)
    )
    return LogisticFit(rows, n, needed, -solution.value, slopes + k)


def _loadings(slopes: Floats) -> Floats:
    """The slopes as factor loadings within -1..1 (Takane and de Leeuw 1987), so that no single item outweighs all."""
    return np.asarray(slopes / np.hypot(slopes, LOGISTIC))


def _data(matrix: Floats) -> _Data:
    """Equal answers are counted once."""
    coded = np.where(np.isnan(matrix), -1, matrix)
    patterns, counts = np.unique(coded, axis=0, return_counts=True)
    nodes, masses = normal_nodes()
    return _Data((patterns == 1).astype(float), (patterns == 0).astype(float), counts.astype(float), nodes, masses)


def _start(data: _Data) -> Floats:
    right, wrong = data.weights @ data.right, data.weights @ data.wrong
    return np.asarray(np.clip(np.log((right + 0.5) / (wrong + 0.5)), -4, 4))


def _loss(at: Floats, data: _Data, k: int) -> tuple[float, Floats]:
    slopes, intercepts = at[:-k], at[-k:]
    z = np.outer(data.nodes, np.broadcast_to(slopes, k)) + intercepts
    logs = data.right @ -np.logaddexp(0, -z).T + data.wrong @ -np.logaddexp(0, z).T + np.log(data.masses)
    top = logs.max(axis=1, keepdims=True)
    density = np.exp(logs - top)
    total = density.sum(axis=1, keepdims=True)
    posterior = data.weights[:, None] * density / total
    right, wrong = data.right.T @ posterior, data.wrong.T @ posterior
    residual = right - (right + wrong) / (1 + np.exp(-z.T))
    by_slope = residual @ data.nodes
    gradient = np.concatenate([by_slope if len(slopes) == k else [by_slope.sum()], residual.sum(axis=1)])
    return -float(data.weights @ (top[:, 0] + np.log(total[:, 0]))), -gradient


def _items(loss: Slope, at: Floats, k: int, slopes: int) -> list[tuple[float, ...]]:
    """Slope, its error, difficulty, its error and whether at a bound, for each item; errors by the delta method."""
    covariance = np.linalg.pinv(curvature(loss, at), hermitian=True)
    found: list[tuple[float, ...]] = []
    for index in range(k):
        of_slope, of_intercept = min(index, slopes - 1), slopes + index
        slope, intercept = float(at[of_slope]), float(at[of_intercept])
        block = covariance[np.ix_([of_slope, of_intercept], [of_slope, of_intercept])]
        bound = abs(slope) >= SLOPE_BOUND or abs(intercept) >= INTERCEPT_BOUND or abs(slope) < 1e-3
        way = np.array([intercept / slope**2, -1 / slope]) if not bound else np.zeros(2)
        spread = (float(block[0, 0]), float(way @ block @ way))
        errors = [float(np.sqrt(max(one, 0.0))) for one in spread]
        found.append((slope, errors[0], -intercept / slope if not bound else 0.0, errors[1], float(bound)))
    return found


def _item(name: str, figures: tuple[float, ...]) -> LogisticItem:
    slope, slope_error, difficulty, difficulty_error, bound = figures
    if bound:
        return _absent(name, "STATISTICS_AT_BOUND")
    return LogisticItem(name, slope, slope_error, difficulty, difficulty_error)


def _absent(name: str, why: str) -> LogisticItem:
    return LogisticItem(name, None, None, None, None, why)


def _nothing(names: Sequence[str], n: int, needed: int, why: str) -> LogisticFit:
    return LogisticFit(tuple(_absent(name, why) for name in names), n, needed, None, 0, why)
