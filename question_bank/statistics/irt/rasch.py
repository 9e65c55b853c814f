"""The Rasch model by conditional maximum likelihood: item difficulties that no distribution of ability touches."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from question_bank.faults import refusal
from question_bank.statistics.intervals import Estimate, Floats, Interval, Mask, too_few
from question_bank.statistics.irt.solve import minimise
from question_bank.statistics.quantiles import normal_quantile

RASCH_MINIMUM = 30  # candidates for a difficulty within about one logit (Linacre 1994)
PATTERNS = 60  # more sets of items than these take too long: the one-parameter model serves then


@dataclass(frozen=True, slots=True)
class RaschItem:
    """Difficulty in logits, sum zero over the items of the fit, with its standard error; None with a reason."""

    item: str
    difficulty: Estimate
    error: float | None


@dataclass(frozen=True, slots=True)
class RaschFit:
    """All items in their order; `log_likelihood` is the conditional one; `why` is a code where there is no fit."""

    items: tuple[RaschItem, ...]
    n: int
    log_likelihood: float | None
    why: str = ""

    @property
    def known(self) -> tuple[tuple[int, float], ...]:
        """Place and difficulty of each item that has one."""
        return tuple(
            (index, one.difficulty.value) for index, one in enumerate(self.items) if one.difficulty.value is not None
        )


@dataclass(frozen=True, slots=True)
class Pattern:
    """Candidates who had the same items: which, how often each item was right, and how many have each score."""

    items: NDArray[np.intp]
    right: Floats
    scores: Floats


def symmetric(eps: Floats) -> Floats:
    """Elementary symmetric functions of order 0..k by the summation algorithm (Fischer 1974; Verhelst et al. 1984)."""
    gamma = np.zeros(len(eps) + 1)
    gamma[0] = 1.0
    for value in eps:
        gamma[1:] += value * gamma[:-1]
    return gamma


def symmetric_without(eps: Floats) -> Floats:
    """The functions of all items but one, a row for each item left out; by summation too, so nothing cancels."""
    k = len(eps)
    gamma = np.zeros((k, k))
    gamma[:, 0] = 1.0
    for index, value in enumerate(eps):
        kept = gamma[index].copy()
        gamma[:, 1:] += value * gamma[:, :-1]
        gamma[index] = kept
    return gamma


def right_given_score(eps: Floats) -> Floats:
    """The probability of each item being right given the score: k + 1 scores x k items (Andersen 1972)."""
    k = len(eps)
    shares = np.zeros((k + 1, k))
    shares[1:] = (eps[:, None] * symmetric_without(eps)).T / symmetric(eps)[1:, None]
    return shares


def fit(matrix: Floats, names: Sequence[str]) -> RaschFit:
    """Difficulties from candidates x items of 1, 0 and NaN (not seen), maximising the likelihood given the scores.

    L = sum of -(times right) difficulty - log gamma(score), by groups of candidates who saw the same items
    (Andersen 1972; Fischer 1974). Items that all or none solved, and candidates who solved all or none, tell nothing.
    Raises BankError STATISTICS_NOT_DICHOTOMOUS.
    """
    check(matrix)
    n = len(matrix)
    if n < RASCH_MINIMUM:
        return RaschFit(
            tuple(RaschItem(name, too_few(n, RASCH_MINIMUM), None) for name in names), n, None, "STATISTICS_TOO_FEW"
        )
    columns, rows = informative(matrix)
    if len(columns) < 2:
        return _nothing(names, n, "STATISTICS_NO_VARIATION")
    used = matrix[np.ix_(rows, columns)]
    patterns = _patterns(used)
    if len(patterns) > PATTERNS:
        return _nothing(names, n, "STATISTICS_PAPERS_DIFFER")

    def loss(at: Floats) -> tuple[float, Floats]:
        return _loss(at, patterns)

    solution = minimise(loss, np.zeros(len(columns)))
    information = _information(solution.at, patterns)
    if np.linalg.eigvalsh(information)[1] < 1e-6:  # the lowest is zero: the sum of all difficulties is free
        return _nothing(names, n, "STATISTICS_NOT_CONNECTED")
    if not solution.converged:
        return _nothing(names, n, "STATISTICS_NOT_CONVERGED")
    free = np.full(information.shape, 1 / len(columns))
    errors = np.sqrt(np.diag(np.linalg.inv(information + free) - free))
    at = solution.at - solution.at.mean()
    seen = np.isfinite(matrix).sum(axis=0)
    items = _rows(names, seen, dict(zip(columns, zip(at, errors, strict=True), strict=True)))
    return RaschFit(items, n, -solution.value)


def check(matrix: Floats) -> None:
    """Refuse anything but 1, 0 and NaN. Raises BankError STATISTICS_NOT_DICHOTOMOUS."""
    if not bool((np.isnan(matrix) | (matrix == 0) | (matrix == 1)).all()):
        raise refusal("STATISTICS_NOT_DICHOTOMOUS")


def informative(matrix: Floats) -> tuple[list[int], list[int]]:
    """The items and candidates left when those that are all right or all wrong are taken away, again and again."""
    rows, columns = np.ones(len(matrix), dtype=bool), np.ones(matrix.shape[1], dtype=bool)
    while True:
        part = np.where(rows[:, None] & columns[None, :], matrix, np.nan)
        kept_columns, kept_rows = columns & _varies(part, 0), rows & _varies(part, 1)
        if bool((kept_columns == columns).all() and (kept_rows == rows).all()):
            return np.flatnonzero(columns).tolist(), np.flatnonzero(rows).tolist()
        rows, columns = kept_rows, kept_columns


def _varies(part: Floats, axis: int) -> Mask:
    return np.asarray((part == 1).any(axis=axis) & (part == 0).any(axis=axis))


def _patterns(matrix: Floats) -> list[Pattern]:
    seen = np.isfinite(matrix)
    masks, group = np.unique(seen, axis=0, return_inverse=True)
    found = []
    for number, mask in enumerate(masks):
        places = np.flatnonzero(mask)
        part = matrix[np.ix_(np.flatnonzero(group.ravel() == number), places)]
        scores = np.bincount(part.sum(axis=1).astype(int), minlength=len(places) + 1).astype(float)
        found.append(Pattern(places, part.sum(axis=0), scores))
    return found


def _loss(at: Floats, patterns: list[Pattern]) -> tuple[float, Floats]:
    value, gradient = 0.0, np.zeros(len(at))
    for one in patterns:
        beta = at[one.items]
        eps = np.exp(-beta)
        value += float(one.right @ beta) + float(one.scores @ np.log(symmetric(eps)))
        gradient[one.items] += one.right - one.scores @ right_given_score(eps)
    return value, gradient


def _information(at: Floats, patterns: list[Pattern]) -> Floats:
    """Minus the second derivatives: the covariances of the items given the scores, summed (Andersen 1972)."""
    total = np.zeros((len(at), len(at)))
    for one in patterns:
        places = one.items
        total[np.ix_(places, places)] += _covariance(np.exp(-at[places]), one.scores)
    return total


def _covariance(eps: Floats, scores: Floats) -> Floats:
    k = len(eps)
    gamma, single = symmetric(eps), right_given_score(eps)
    together = np.zeros((k, k))
    for index in range(k):
        others = np.delete(np.arange(k), index)
        pairs = eps[index] * eps[others, None] * symmetric_without(eps[others])
        together[index, others] = pairs @ (scores[2:] / gamma[2:])
        together[index, index] = float(scores @ single[:, index])
    return np.asarray(together - single.T @ (scores[:, None] * single))


def _rows(names: Sequence[str], seen: Floats, found: dict[int, tuple[float, float]]) -> tuple[RaschItem, ...]:
    z = normal_quantile(0.975)
    items = []
    for index, name in enumerate(names):
        n = int(seen[index])
        if index not in found:
            items.append(RaschItem(name, Estimate(None, n, None, "STATISTICS_EXTREME", RASCH_MINIMUM), None))
            continue
        value, error = (float(one) for one in found[index])
        interval = Interval(value - z * error, value + z * error, "wald")
        items.append(RaschItem(name, Estimate(value, n, interval, "", RASCH_MINIMUM), error))
    return tuple(items)


def _nothing(names: Sequence[str], n: int, why: str) -> RaschFit:
    return RaschFit(
        tuple(RaschItem(name, Estimate(None, n, None, why, RASCH_MINIMUM), None) for name in names), n, None, why
    )
