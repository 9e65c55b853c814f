"""Classical figures of each item: facility, discrimination, efficiency, distractors and time."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from question_bank.statistics.brief import MINIMUM_N
from question_bank.statistics.intervals import (
    FLAT,
    Estimate,
    Floats,
    Interval,
    bootstrap,
    correlation,
    fisher,
    mean_t,
    median_limits,
    no_variation,
    too_few,
    wilson,
)
from question_bank.statistics.responses import Key, Responses, State

KELLEY = 0.27  # the share of candidates in the upper and in the lower group that tells most (Kelley 1939)
TIMED_MINIMUM = 6  # a median has a 95 % interval from six observations on


@dataclass(frozen=True, slots=True)
class OptionFigures:
    """Who chose an option: counts overall and in the upper and lower group, and how it goes with the rest score."""

    option: str
    right: bool
    count: int
    share: Estimate
    upper: int
    lower: int
    upper_less_lower: Estimate
    rest_mean: Estimate
    with_rest: Estimate


@dataclass(frozen=True, slots=True)
class TimeFigures:
    """Seconds spent by those whose time is known: quartiles, the median with its interval."""

    n: int
    lower_quartile: float | None
    median: Estimate
    upper_quartile: float | None


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """All classical figures of one item; `n` had it on their paper, of whom some omitted it or did not reach it.

    `facility` is the mean share of marks; `discrimination` and `efficiency` are Moodle's, in per cent.
    """

    item: str
    n: int
    omitted: int
    not_reached: int
    facility: Estimate
    corrected: Estimate
    uncorrected: Estimate
    discrimination: Estimate
    efficiency: Estimate
    upper_n: int
    lower_n: int
    options: tuple[OptionFigures, ...]
    time: TimeFigures


def items(responses: Responses, keys: Mapping[str, Key], seed: int) -> tuple[ItemFigures, ...]:
    """The figures of every item, in the order of the matrix; `seed` fixes the bootstrap."""
    return tuple(item(responses, index, keys.get(name, Key()), seed) for index, name in enumerate(responses.items))


def item(responses: Responses, index: int, key: Key, seed: int) -> ItemFigures:
    """The figures of one item among those who had it; all discrimination is against the rest of their own paper.

    Corrected point-biserial: Pearson's r of item and rest score (Henrysson 1963); uncorrected: of item and total.
    """
    given = responses.given[:, index]
    states = responses.states[given, index]
    shares, rest = responses.shares[given, index], responses.rest(index)[given]
    corrected = related(shares, rest)
    upper, lower = extreme_groups(rest)
    return ItemFigures(
        responses.items[index], len(shares), int(np.sum(states == State.OMITTED)),
        int(np.sum(states == State.NOT_REACHED)), facility(shares, seed), corrected,
        related(shares, responses.totals()[given]), percent(corrected), efficiency(shares, rest, seed),
        int(upper.sum()), int(lower.sum()), option_table(responses, index, key), time_spent(responses, index),
    )  # fmt: skip


def facility(shares: Floats, seed: int) -> Estimate:
    """The mean share of the marks; Wilson's interval for right or wrong, a bootstrap over candidates for part marks."""
    n = len(shares)
    if n < MINIMUM_N:
        return too_few(n)
    if bool(np.isin(shares, (0.0, 1.0)).all()):
        interval: Interval | None = wilson(float(shares.sum()), n)
    else:
        interval = bootstrap((shares,), lambda one: np.asarray(one.mean(axis=-1)), seed)
    return Estimate(float(shares.mean()), n, interval)


def related(values: Floats, scores: Floats) -> Estimate:
    """Pearson's r with Fisher's interval, over candidates where the score is known."""
    known = np.isfinite(scores)
    n = int(known.sum())
    if n < MINIMUM_N:
        return too_few(n)
    r = correlation(values[known], scores[known])
    return no_variation(n) if r is None else Estimate(r, n, fisher(r, n))


def percent(estimate: Estimate) -> Estimate:
    """The same in per cent.

    Moodle's discrimination index is 100 C(x, X - x) / sqrt(V(x) V(X - x)) (Moodle documentation, "Quiz statistics
    calculations"): the corrected correlation in per cent.
    """
    if estimate.value is None:
        return estimate
    interval = estimate.interval.scaled(100) if estimate.interval else None
    return Estimate(100 * estimate.value, estimate.n, interval)


def efficiency(shares: Floats, rest: Floats, seed: int) -> Estimate:
    """Moodle's discriminative efficiency, 100 C(x, X - x) / Cmax.

    Cmax is the covariance with both sorted: the largest that these marks allow (Moodle documentation, "Quiz statistics
    calculations"). Bootstrap interval over candidates, for no analytic one is known.
    """
    known = np.isfinite(rest)
    n = int(known.sum())
    if n < MINIMUM_N:
        return too_few(n)
    values, scores = shares[known], rest[known]
    found = float(_efficiency(values[None, :], scores[None, :])[0])
    if not np.isfinite(found):
        return no_variation(n)
    return Estimate(found, n, bootstrap((values, scores), _efficiency, seed))


def _efficiency(values: Floats, scores: Floats) -> Floats:
    away_values = values - values.mean(axis=-1, keepdims=True)
    away_scores = scores - scores.mean(axis=-1, keepdims=True)
    best = np.sum(np.sort(away_values, axis=-1) * np.sort(away_scores, axis=-1), axis=-1)
    return np.asarray(
        np.where(best > FLAT, 100 * np.sum(away_values * away_scores, axis=-1) / np.maximum(best, FLAT), np.nan)
    )


def extreme_groups(scores: Floats) -> tuple[Floats, Floats]:
    """1 for candidates of the upper and of the lower 27 % by score, ties at the border all included (Kelley 1939).

    Both are empty below MINIMUM_N and where ties make them meet: then there is no upper and lower.
    """
    known = scores[np.isfinite(scores)]
    nobody = np.zeros(len(scores))
    if len(known) < MINIMUM_N:
        return nobody, nobody
    size = max(1, round(KELLEY * len(known)))
    ordered = np.sort(known)
    low, high = ordered[size - 1], ordered[-size]
    if low >= high:
        return nobody, nobody
    return np.asarray(scores >= high, dtype=np.float64), np.asarray(scores <= low, dtype=np.float64)


def option_table(responses: Responses, index: int, key: Key) -> tuple[OptionFigures, ...]:
    """Each option of a choice item: how many chose it, in the upper and lower group, and with what rest score."""
    given = responses.given[:, index]
    rest = responses.rest(index)[given]
    upper, lower = extreme_groups(rest)
    return tuple(
        _option(option, option in key.right, responses.picks(index, option)[given], rest, upper, lower)
        for option in key.options
    )


def _option(option: str, right: bool, picks: Floats, rest: Floats, upper: Floats, lower: Floats) -> OptionFigures:  # noqa: FBT001
    n, count = len(picks), int(picks.sum())
    scores = rest[(picks > 0) & np.isfinite(rest)]
    share = Estimate(count / n, n, wilson(count, n)) if n >= MINIMUM_N else too_few(n)
    above, below = int((picks * upper).sum()), int((picks * lower).sum())
    mean = Estimate(float(scores.mean()), len(scores), mean_t(scores), needed=1) if len(scores) else too_few(0, 1)
    return OptionFigures(
        option, right, count, share, above, below, _gap(above, int(upper.sum()), below, int(lower.sum()), n), mean,
        related(picks, rest),
    )  # fmt: skip


def _gap(above: int, upper: int, below: int, lower: int, n: int) -> Estimate:
    """Share in the upper less share in the lower group, with Newcombe's interval (1998, method 10)."""
    if n < MINIMUM_N:
        return too_few(n)
    if not upper or not lower:
        return no_variation(n)
    first, second = above / upper, below / lower
    one, two = wilson(above, upper), wilson(below, lower)
    low = first - second - float(np.hypot(first - one.low, two.high - second))
    high = first - second + float(np.hypot(one.high - first, second - two.low))
    return Estimate(first - second, upper + lower, Interval(low, high, "newcombe"))


def time_spent(responses: Responses, index: int) -> TimeFigures:
    """Median and quartiles of the seconds on an item, where known; the median's interval by order statistics."""
    seconds = responses.seconds[:, index]
    seconds = seconds[np.isfinite(seconds) & responses.given[:, index]]
    n = len(seconds)
    if n < TIMED_MINIMUM:
        return TimeFigures(n, None, too_few(n, TIMED_MINIMUM), None)
    low, middle, high = (float(value) for value in np.quantile(seconds, (0.25, 0.5, 0.75)))
    return TimeFigures(n, low, Estimate(middle, n, median_limits(seconds), needed=TIMED_MINIMUM), high)
