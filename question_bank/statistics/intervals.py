"""A figure with its n and its interval, and the intervals themselves: analytic where one is right, else bootstrap."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import atanh, sqrt, tanh

import numpy as np
from numpy.typing import NDArray

from question_bank.messages import sentence
from question_bank.statistics.brief import MINIMUM_N
from question_bank.statistics.quantiles import (
    beta_quantile,
    binomial_cdf,
    normal_quantile,
    normal_tail,
    student_quantile,
)

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
LEVEL = 0.95
RESAMPLES = 499
MANY = 200  # above this many candidates fewer resamples do, for the interval is narrow
FEWER = 199
BLOCKS = 50  # the jackknife leaves out at most this many blocks in turn
FLAT = 1e-12  # a variance below this is none


@dataclass(frozen=True, slots=True)
class Interval:
    """Both limits, the level of confidence and the method by name."""

    low: float
    high: float
    method: str
    level: float = LEVEL

    def scaled(self, factor: float) -> "Interval":
        """The same interval in another unit; factor > 0."""
        return Interval(self.low * factor, self.high * factor, self.method, self.level)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure from n observations; `value` is None with the code of the reason in `why`, never silently."""

    value: float | None
    n: int
    interval: Interval | None = None
    why: str = ""
    needed: int = MINIMUM_N

    @property
    def zh(self) -> str:
        """Why there is no figure, in Chinese; empty where there is one."""
        return sentence(self.why, "zh", {"n": self.n, "needed": self.needed}) if self.why else ""

    @property
    def en(self) -> str:
        """Why there is no figure, in English; empty where there is one."""
        return sentence(self.why, "en", {"n": self.n, "needed": self.needed}) if self.why else ""


def too_few(n: int, needed: int = MINIMUM_N) -> Estimate:
    """No figure: fewer observations than are needed."""
    return Estimate(None, n, None, "STATISTICS_TOO_FEW", needed)


def no_variation(n: int, needed: int = MINIMUM_N) -> Estimate:
    """No figure: nothing varies, so nothing can be set against anything."""
    return Estimate(None, n, None, "STATISTICS_NO_VARIATION", needed)


def wilson(count: float, n: int, level: float = LEVEL) -> Interval:
    """The score interval of a share (Wilson 1927; recommended for small n by Brown, Cai and DasGupta 2001)."""
    z = normal_quantile(0.5 + level / 2)
    share, centre = count / n, (count + z * z / 2) / (n + z * z)
    half = z / (n + z * z) * sqrt(n * share * (1 - share) + z * z / 4)
    low, high = (0.0 if count == 0 else centre - half), (1.0 if count == n else centre + half)
    return Interval(low, high, "wilson", level)


def clopper_pearson(count: int, n: int, level: float = LEVEL) -> Interval:
    """The exact interval of a share (Clopper and Pearson 1934): never covers less than its level, so flags use it."""
    side = (1 - level) / 2
    low = 0.0 if count == 0 else beta_quantile(side, count, n - count + 1)
    high = 1.0 if count == n else beta_quantile(1 - side, count + 1, n - count)
    return Interval(low, high, "clopper-pearson", level)


def fisher(r: float, n: int, level: float = LEVEL) -> Interval:
    """The interval of a correlation by z = artanh r with standard error 1/sqrt(n - 3) (Fisher 1921); n > 3.

    Exact for normal scores; of an item that is right or wrong it holds 93 to 97 % for facilities of 0.1 to 0.9, and its
    level at a correlation of zero, where flags ask (Tate 1954 gives the large-sample variance).
    """
    if abs(r) >= 1 - FLAT:
        return Interval(r, r, "fisher-z", level)
    half = normal_quantile(0.5 + level / 2) / sqrt(n - 3)
    return Interval(tanh(atanh(r) - half), tanh(atanh(r) + half), "fisher-z", level)


def mean_difference(first: Floats, second: Floats, level: float = LEVEL) -> Interval | None:
    """The interval of mean(first) - mean(second) by Student's t with the variance in common; None where none varies.

    Both are parts of one cohort: where it does not matter who is in which, their variances are equal, and with few in
    one part this keeps its level where separate variances (Welch 1947) do not.
    """
    freedom = len(first) + len(second) - 2
    within = sum(float(np.sum((one - one.mean()) ** 2)) for one in (first, second)) / max(freedom, 1)
    if freedom < 1 or within < FLAT:
        return None
    half = student_quantile(0.5 + level / 2, freedom) * sqrt(within * (1 / len(first) + 1 / len(second)))
    centre = float(np.mean(first) - np.mean(second))
    return Interval(centre - half, centre + half, "student-t", level)


def mean_t(values: Floats, level: float = LEVEL) -> Interval | None:
    """The interval of a mean by Student's t (1908); None for one value."""
    if len(values) < 2:
        return None
    half = student_quantile(0.5 + level / 2, len(values) - 1) * float(np.std(values, ddof=1)) / sqrt(len(values))
    centre = float(np.mean(values))
    return Interval(centre - half, centre + half, "student-t", level)


def median_limits(values: Floats, level: float = LEVEL) -> Interval | None:
    """The distribution-free interval of a median by order statistics (Conover 1999, 3.2); None where n is too small.

    The two order statistics of equal rank from both ends that cover at least the level; that takes n >= 6 at 95 %.
    """
    ordered, n = np.sort(values), len(values)
    side = (1 - level) / 2
    rank = 0
    while rank < n // 2 and binomial_cdf(rank, n, 0.5) <= side:
        rank += 1
    if rank == 0:
        return None
    return Interval(float(ordered[rank - 1]), float(ordered[n - rank]), "order-statistics", level)


def correlation(first: Floats, second: Floats) -> float | None:
    """Pearson's r; None where either does not vary."""
    a, b = first - first.mean(), second - second.mean()
    spread = sqrt(float(a @ a) * float(b @ b))
    return None if spread < FLAT else max(-1.0, min(1.0, float(a @ b) / spread))


def bootstrap(
    columns: tuple[Floats, ...],
    statistic: Callable[..., Floats],
    seed: int,
    level: float = LEVEL,
) -> Interval | None:
    """The bias-corrected and accelerated bootstrap interval over candidates (Efron 1987).

    `statistic` takes each column as resamples x n and gives one value per resample. None where more than a tenth of the
    resamples have no value: then the data carry no interval.
    """
    n = len(columns[0])
    resamples = RESAMPLES if n <= MANY else FEWER
    draws = _draws(seed, resamples, n)
    found = statistic(*(column[draws] for column in columns))
    found = np.sort(found[np.isfinite(found)])
    if len(found) < 0.9 * resamples:
        return None
    value = float(statistic(*(column[None, :] for column in columns))[0])
    below = (np.sum(found < value) + 0.5 * np.sum(found == value) + 0.5) / (len(found) + 1)
    shares = _accelerated(normal_quantile(float(below)), _acceleration(columns, statistic), level)
    low, high = np.quantile(found, shares)
    return Interval(float(low), float(high), "bca-bootstrap", level)


@lru_cache(maxsize=4)
def _draws(seed: int, resamples: int, n: int) -> NDArray[np.int64]:
    """The same for every item of a sitting that as many candidates had."""
    return np.random.default_rng(seed).integers(0, n, (resamples, n))


def _accelerated(bias: float, acceleration: float, level: float) -> list[float]:
    shares = []
    for side in ((1 - level) / 2, (1 + level) / 2):
        z = bias + normal_quantile(side)
        shares.append(1 - normal_tail(bias + z / (1 - acceleration * z)))
    return shares


def _acceleration(columns: tuple[Floats, ...], statistic: Callable[..., Floats]) -> float:
    """From the jackknife, which for many candidates leaves out equal blocks of them in a fixed order."""
    n = len(columns[0])
    blocks = np.arange(min(n, BLOCKS))
    size = n // len(blocks)
    rest = np.arange(n - size)
    others = rest[None, :] + size * (rest[None, :] >= size * blocks[:, None])
    left_out = statistic(*(column[others] for column in columns))
    left_out = left_out[np.isfinite(left_out)]
    away = left_out.mean() - left_out if len(left_out) else left_out
    spread = float(np.sum(away**2))
    return 0.0 if spread < FLAT else float(np.sum(away**3)) / (6 * spread**1.5)
