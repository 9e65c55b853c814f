"""Putting two forms on one scale by the items they have in common."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np

from question_bank.faults import refusal
from question_bank.statistics.intervals import Estimate, Floats, Interval
from question_bank.statistics.irt.ability import FARTHEST, probability
from question_bank.statistics.irt.marginal import normal_nodes
from question_bank.statistics.irt.solve import minimise, root
from question_bank.statistics.quantiles import student_quantile

COMMON_MINIMUM = 5
DRIFT = 2.576  # robust z that one sound common item in a hundred passes by chance (Huynh and Meyer 2010)

Parameters = tuple[float, float]  # slope, difficulty


@dataclass(frozen=True, slots=True)
class Link:
    """ability on the old scale = slope x ability on the new + intercept; intervals by a jackknife over common items.

    The intervals tell how much the link hangs on which items are in common. That the candidates of both forms are few
    is not in them: with a thousand on each form the intercept strays by another 0.05.
    `drifted` names common items whose difficulty moved against the others: drop them and link again, or explain.
    """

    method: str
    slope: Estimate
    intercept: Estimate
    common: tuple[str, ...]
    drifted: tuple[str, ...]

    def ability(self, new: float) -> float:
        """An ability of the new scale on the old one. Raises ValueError where the link has no figures."""
        if self.slope.value is None or self.intercept.value is None:
            raise ValueError(self.method)
        return self.slope.value * new + self.intercept.value

    def parameters(self, new: Parameters) -> Parameters:
        """Slope and difficulty of a new form's item on the old scale."""
        return new[0] / (self.ability(1.0) - self.ability(0.0)), self.ability(new[1])


def mean_mean(old: Mapping[str, Parameters], new: Mapping[str, Parameters]) -> Link:
    """A shift only, for Rasch items: the mean difference of the common difficulties (Loyd and Hoover 1980).

    Raises BankError like `stocking_lord`.
    """
    return _link("mean-mean", old, new)


def mean_sigma(old: Mapping[str, Parameters], new: Mapping[str, Parameters]) -> Link:
    """Slope and shift from mean and deviation of the common difficulties (Marco 1977).

    Raises BankError like `stocking_lord`.
    """
    return _link("mean-sigma", old, new)


def stocking_lord(old: Mapping[str, Parameters], new: Mapping[str, Parameters]) -> Link:
    """Slope and shift that bring the characteristic curves of the common items together (Stocking and Lord 1983).

    Squared differences are weighed by a standard normal ability on the old scale. Raises BankError
    STATISTICS_TOO_FEW_COMMON below COMMON_MINIMUM items and STATISTICS_SLOPES for a slope that is not positive.
    """
    return _link("stocking-lord", old, new)


def _link(method: str, old: Mapping[str, Parameters], new: Mapping[str, Parameters]) -> Link:
    common = tuple(sorted(set(old) & set(new)))
    if len(common) < COMMON_MINIMUM:
        raise refusal("STATISTICS_TOO_FEW_COMMON", n=len(common), needed=COMMON_MINIMUM)
    base, other = (np.array([form[name] for name in common]) for form in (old, new))
    if min(float(base[:, 0].min()), float(other[:, 0].min())) <= 0:
        raise refusal("STATISTICS_SLOPES")
    whole = _solve(method, base, other)
    parts = np.array([_solve(method, np.delete(base, at, 0), np.delete(other, at, 0)) for at in range(len(common))])
    slope, intercept = (_jackknife(whole[part], parts[:, part]) for part in (0, 1))
    return Link(method, slope, intercept, common, _drifted(common, base, other, whole))


def _solve(method: str, old: Floats, new: Floats) -> tuple[float, float]:
    difference = float(old[:, 1].mean() - new[:, 1].mean())
    if method == "mean-mean":
        return 1.0, difference
    spread = float(np.std(new[:, 1]))
    slope = float(np.std(old[:, 1])) / spread if spread > 1e-9 else 1.0
    intercept = float(old[:, 1].mean()) - slope * float(new[:, 1].mean())
    return (slope, intercept) if method == "mean-sigma" else _curves(old, new, (slope, intercept))


def _curves(old: Floats, new: Floats, start: tuple[float, float]) -> tuple[float, float]:
    nodes, masses = normal_nodes(41)
    target = probability(nodes, old[:, 0], old[:, 1]).sum(axis=1)

    def loss(at: Floats) -> tuple[float, Floats]:
        slopes, difficulties = new[:, 0] / at[0], at[0] * new[:, 1] + at[1]
        p = probability(nodes, slopes, difficulties)
        away = p.sum(axis=1) - target
        spread = p * (1 - p) * new[:, 0]
        by_slope = -(spread * (nodes[:, None] - at[1])).sum(axis=1) / at[0] ** 2
        by_shift = -spread.sum(axis=1) / at[0]
        weight = 2 * masses * away
        return float(masses @ away**2), np.array([float(weight @ by_slope), float(weight @ by_shift)])

    found = minimise(loss, np.array(start), [(0.05, 20.0), (-FARTHEST, FARTHEST)])
    return float(found.at[0]), float(found.at[1])


def _jackknife(value: float, parts: Floats) -> Estimate:
    """The figure with a t interval from leaving out each common item in turn (Tukey 1958)."""
    n = len(parts)
    error = sqrt((n - 1) / n * float(np.sum((parts - parts.mean()) ** 2)))
    half = student_quantile(0.975, n - 1) * error
    return Estimate(value, n, Interval(value - half, value + half, "jackknife"), "", COMMON_MINIMUM)


def _drifted(common: tuple[str, ...], old: Floats, new: Floats, link: tuple[float, float]) -> tuple[str, ...]:
    """The robust z of each common item's difference: its distance from the median over 0.74 quartile ranges."""
    away = old[:, 1] - (link[0] * new[:, 1] + link[1])
    low, middle, high = np.quantile(away, (0.25, 0.5, 0.75))
    spread = max(0.74 * float(high - low), 1e-6)
    return tuple(name for name, one in zip(common, away, strict=True) if abs(float(one - middle)) / spread > DRIFT)


def equated_score(right: float, new: list[Parameters], old: list[Parameters]) -> float | None:
    """The number right on the old form that goes with `right` on the new, both on one scale (true-score equating).

    The ability at which the new form expects `right`, put into the old form (Lord 1980, chapter 13; Kolen and Brennan
    2014, 6.5). None at nothing or everything right, where no ability belongs to the score.
    """
    fresh, base = np.array(new), np.array(old)
    theta = root(lambda at: float(probability(at, fresh[:, 0], fresh[:, 1]).sum()) - right, -FARTHEST, FARTHEST)
    return None if theta is None else float(probability(theta, base[:, 0], base[:, 1]).sum())
