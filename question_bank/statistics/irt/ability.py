"""What a candidate's answers say about ability: maximum likelihood, weighted likelihood, expected a posteriori."""

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

import numpy as np

from question_bank.statistics.intervals import Estimate, Floats, Interval
from question_bank.statistics.irt.marginal import normal_nodes
from question_bank.statistics.irt.solve import root
from question_bank.statistics.quantiles import normal_quantile

FARTHEST = 12.0  # logits; weighted likelihood always lies inside for items of any use


class Method(StrEnum):
    """Maximum likelihood; weighted likelihood (Warm 1989); mean of the posterior (Bock and Mislevy 1982)."""

    ML = "ML"
    WLE = "WLE"
    EAP = "EAP"


@dataclass(frozen=True, slots=True)
class Ability:
    """Ability on the scale of the items with its standard error and interval, from `estimate.n` items."""

    estimate: Estimate
    error: float | None
    method: Method


def probability(theta: Floats | float, slopes: Floats, difficulties: Floats) -> Floats:
    """P(right) for each ability (rows) and item (columns)."""
    z = slopes * (np.asarray(theta, dtype=np.float64)[..., None] - difficulties)
    return np.asarray(1 / (1 + np.exp(-np.clip(z, -700, 700))))


def _spread(theta: float, slopes: Floats, difficulties: Floats) -> Floats:
    """P(1 - P), both from their own exponential: far out 1 - P would be exactly 0."""
    return np.asarray(probability(theta, slopes, difficulties) * probability(theta, -slopes, difficulties))


def ability(answers: Floats, slopes: Floats, difficulties: Floats, method: Method = Method.WLE) -> Ability:
    """Ability from one candidate's 0/1 answers, NaN where not seen. All right or all wrong has no ML: `why` says so."""
    seen = np.isfinite(answers)
    x, a, b = answers[seen], slopes[seen], difficulties[seen]
    if not len(x):
        return Ability(Estimate(None, 0, None, "STATISTICS_TOO_FEW", 1), None, method)
    if method is Method.EAP:
        return _posterior(x, a, b)
    weighted = method is Method.WLE
    theta = root(lambda at: _score(at, x, a, b, weighted=weighted), -FARTHEST, FARTHEST)
    if theta is None or (not weighted and bool((x == x[0]).all())):
        return Ability(Estimate(None, len(x), None, "STATISTICS_EXTREME_SCORE", 1), None, method)
    return _ability(theta, 1 / sqrt(float(np.sum(a**2 * _spread(theta, a, b)))), len(x), method)


def _score(theta: float, x: Floats, a: Floats, b: Floats, *, weighted: bool) -> float:
    """The slope of the log-likelihood, with Warm's weight J / 2I where asked (Warm 1989, equation 18)."""
    p = probability(theta, a, b)
    slope = float(np.sum(a * (x - p)))
    if not weighted:
        return slope
    spread = _spread(theta, a, b)
    return slope + float(np.sum(a**3 * spread * (1 - 2 * p))) / (2 * float(np.sum(a**2 * spread)))


def _posterior(x: Floats, a: Floats, b: Floats) -> Ability:
    nodes, masses = normal_nodes()
    p = probability(nodes, a, b)
    logs = np.log(masses) + np.log(np.clip(p, 1e-300, 1)) @ x + np.log(np.clip(1 - p, 1e-300, 1)) @ (1 - x)
    weight = np.exp(logs - logs.max())
    weight /= weight.sum()
    mean = float(weight @ nodes)
    return _ability(mean, sqrt(float(weight @ (nodes - mean) ** 2)), len(x), Method.EAP)


def _ability(theta: float, error: float, n: int, method: Method) -> Ability:
    half = normal_quantile(0.975) * error
    return Ability(Estimate(theta, n, Interval(theta - half, theta + half, "wald"), needed=1), error, method)
