"""How answers that people mark come to their marks: two markers, and a third where they are far apart. Pure.

The numbers are product defaults; no law names them. They follow what public examinations in China usually do (双评 with
a threshold, 三评 beyond it).
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

MARKERS = 2
APART_PERCENT = 20
"""Two marks further apart than this share of the marks go to a third marker."""
CENT = Decimal("0.01")


def apart(first: Decimal, second: Decimal, marks: Decimal) -> bool:
    """Whether two marks differ by more than the share allowed; at exactly the share they agree."""
    return abs(first - second) * 100 > marks * APART_PERCENT


def markers_needed(given: Sequence[Decimal], marks: Decimal) -> int:
    """How many different people must mark an answer, going by the marks given so far."""
    return MARKERS + 1 if len(given) >= MARKERS and apart(given[0], given[1], marks) else MARKERS


def settled(given: Sequence[Decimal], marks: Decimal) -> Decimal | None:
    """What an answer earns by the marks in the order given; None while a marker is missing.

    Two that agree: their mean. Otherwise the mean of the third and the nearer of the two, or the third itself where
    both are equally near. To 0.01, half up.
    """
    if len(given) < markers_needed(given, marks):
        return None
    if not apart(given[0], given[1], marks):
        return _mean(given[0], given[1])
    third = given[2]
    near, far = sorted(given[:2], key=lambda mark: abs(mark - third))
    return third if abs(near - third) == abs(far - third) else _mean(near, third)


def _mean(first: Decimal, second: Decimal) -> Decimal:
    return ((first + second) / 2).quantize(CENT, ROUND_HALF_UP)
