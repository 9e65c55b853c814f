"""One question over several sittings, from sums that each sitting leaves behind: no paper need be read again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite, sqrt

from question_bank.statistics.brief import MINIMUM_N
from question_bank.statistics.intervals import FLAT, LEVEL, Estimate, Interval, fisher, no_variation, too_few, wilson
from question_bank.statistics.quantiles import student_quantile


@dataclass(frozen=True, slots=True)
class Sums:
    """What one sitting says of one question: over n candidates the shares x and the rest scores y, and their squares.

    `whole` where every share is 0 or 1. The last four run over the `paired` candidates whose paper had anything else.
    """

    n: int
    whole: bool
    x: float
    xx: float
    paired: int
    px: float
    y: float
    yy: float
    xy: float
    pxx: float


def sums(shares: Sequence[float], rests: Sequence[float]) -> Sums:
    """The sums of one sitting; a rest score may be NaN."""
    pairs = [(x, y) for x, y in zip(shares, rests, strict=True) if isfinite(y)]
    return Sums(
        len(shares), all(x in (0.0, 1.0) for x in shares), float(sum(shares)), float(sum(x * x for x in shares)),
        len(pairs), float(sum(x for x, _ in pairs)), float(sum(y for _, y in pairs)),
        float(sum(y * y for _, y in pairs)), float(sum(x * y for x, y in pairs)), float(sum(x * x for x, _ in pairs)),
    )  # fmt: skip


def facility(parts: Iterable[Sums]) -> Estimate:
    """The mean share of the marks over all candidates: Wilson's interval, or Student's where there are part marks."""
    given = tuple(parts)
    n, total = sum(one.n for one in given), sum(one.x for one in given)
    if n < MINIMUM_N:
        return too_few(n)
    mean = total / n
    if all(one.whole for one in given):
        return Estimate(mean, n, wilson(total, n))
    spread = sqrt(max(sum(one.xx for one in given) - n * mean * mean, 0.0) / (n - 1))
    half = student_quantile(0.5 + LEVEL / 2, n - 1) * spread / sqrt(n)
    return Estimate(mean, n, Interval(max(0.0, mean - half), min(1.0, mean + half), "student-t"))


def corrected(parts: Iterable[Sums]) -> Estimate:
    """The corrected point-biserial within sittings, with Fisher's interval.

    The pooled within-group correlation: deviations are taken from each sitting's own means, so that an easy paper or a
    strong class makes no correlation; each further sitting costs one degree of freedom (Snedecor and Cochran 1989,
    14.2).
    """
    xx = yy = xy = 0.0
    n, sittings = 0, 0
    for one in parts:
        if one.paired:
            xx += one.pxx - one.px**2 / one.paired
            yy += one.yy - one.y**2 / one.paired
            xy += one.xy - one.px * one.y / one.paired
            n, sittings = n + one.paired, sittings + 1
    effective = n - max(sittings - 1, 0)
    if effective < MINIMUM_N:
        return too_few(n)
    spread = sqrt(max(xx, 0.0) * max(yy, 0.0))
    if spread < FLAT:
        return no_variation(n)
    r = max(-1.0, min(1.0, xy / spread))
    return Estimate(r, n, fisher(r, effective))
