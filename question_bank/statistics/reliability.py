"""How far the scores of a sitting would repeat: reliability and the standard error of measurement."""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from question_bank.statistics.brief import MINIMUM_N
from question_bank.statistics.intervals import FLAT, LEVEL, Estimate, Floats, Interval, mean_t, no_variation, too_few
from question_bank.statistics.quantiles import chi_square_quantile, f_quantile
from question_bank.statistics.responses import Responses


@dataclass(frozen=True, slots=True)
class Reliability:
    """`kind` is "alpha" where all had the same items, "nested" where each had other items.

    `error` is the standard error of measurement in marks; `mean` and `deviation` are those of the total, in marks.
    """

    kind: str
    items: int
    mean: Estimate
    deviation: float | None
    coefficient: Estimate
    error: Estimate


def reliability(responses: Responses) -> Reliability:
    """Cronbach's alpha (1951; KR-20 for right or wrong), or the coefficient of differing papers.

    Where each candidate had other items, the difficulty of the draw is error too: the coefficient is then that of
    items nested in candidates, (MSB - MSW) / MSB (Shrout and Fleiss 1979, ICC(1,k); Brennan 2001, 3.1.2), which needs
    papers of equal length and is taken over shares of marks.
    """
    n, length = responses.n, int(responses.given.sum(axis=1).max(initial=0))
    total = responses.earned.sum(axis=1)
    kind = "alpha" if responses.complete else "nested"
    if n < MINIMUM_N or length < 2:
        few = too_few(n) if n < MINIMUM_N else no_variation(n)
        return Reliability(kind, length, few, None, few, few)
    mean, deviation = _mean(total), float(np.std(total, ddof=1))
    found = _crossed(responses.earned) if responses.complete else _nested(responses)
    return Reliability(kind, length, mean, deviation, *found)


def _mean(total: Floats) -> Estimate:
    return Estimate(float(total.mean()), len(total), mean_t(total))


def _crossed(earned: Floats) -> tuple[Estimate, Estimate]:
    """Alpha with Feldt's interval (1965) and the error with a chi-square one.

    alpha = 1 - MSres / MScandidates (Hoyt 1941) and the squared error is k MSres, so the first follows F with n - 1 and
    (n - 1)(k - 1) degrees of freedom and the second chi-square with (n - 1)(k - 1).
    """
    n, k = earned.shape
    candidates = k * float(np.var(earned.mean(axis=1), ddof=1))
    rows, columns = earned.mean(axis=1, keepdims=True), earned.mean(axis=0, keepdims=True)
    rest = float(np.sum((earned - rows - columns + earned.mean()) ** 2)) / ((n - 1) * (k - 1))
    return _from_squares(candidates, rest, n, k, (n - 1) * (k - 1), "feldt")


def _nested(responses: Responses) -> tuple[Estimate, Estimate]:
    n, lengths = responses.n, responses.given.sum(axis=1)
    if len(set(lengths.tolist())) > 1 or len(set(responses.available.sum(axis=1).round(9).tolist())) > 1:
        uneven = Estimate(None, n, None, "STATISTICS_PAPERS_UNEVEN")
        return uneven, uneven
    k = int(lengths[0])
    earned = responses.earned[responses.given].reshape(n, k)
    within = float(np.sum((earned - earned.mean(axis=1, keepdims=True)) ** 2)) / (n * (k - 1))
    return _from_squares(k * float(np.var(earned.mean(axis=1), ddof=1)), within, n, k, n * (k - 1), "shrout-fleiss")


def _from_squares(
    candidates: float, rest: float, n: int, k: int, freedom: int, method: str
) -> tuple[Estimate, Estimate]:
    """Coefficient and error from the mean squares between candidates and of what remains."""
    side = (1 - LEVEL) / 2
    if candidates < FLAT:
        return no_variation(n), no_variation(n)
    ratio = rest / candidates
    interval = Interval(
        1 - ratio * f_quantile(1 - side, n - 1, freedom), 1 - ratio * f_quantile(side, n - 1, freedom), method
    )
    limits = [sqrt(k * rest * freedom / chi_square_quantile(p, freedom)) for p in (1 - side, side)]
    error = Estimate(sqrt(k * rest), n, Interval(limits[0], limits[1], "chi-square"))
    return Estimate(1 - ratio, n, interval), error
