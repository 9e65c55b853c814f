"""The two figures a results table shows per question, from the standard library alone: a web page starts fast."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from question_bank.faults import refusal

MINIMUM_N = 20  # below this a coefficient of one question says nothing; both are then None
METHOD = "1"  # the version of everything that is computed here: another one asks for stored figures to be made anew


@dataclass(frozen=True, slots=True)
class ItemStatistics:
    """`facility` is the mean share of the marks earned, 0..1; `point_biserial` correlates it with the rest score."""

    n: int
    facility: float | None
    point_biserial: float | None


def item_statistics(scores: Sequence[Sequence[float]]) -> tuple[ItemStatistics, ...]:
    """Statistics per question from rows of candidates, each with the share of marks (0..1) per question.

    The corrected point-biserial is Pearson's r between the question and the sum of all other questions (Henrysson
    1963); None below MINIMUM_N candidates and where either does not vary. Raises BankError STATISTICS_RAGGED.
    """
    if len({len(row) for row in scores}) > 1:
        raise refusal("STATISTICS_RAGGED")
    n = len(scores)
    width = len(scores[0]) if scores else 0
    if n < MINIMUM_N:
        return tuple(ItemStatistics(n, None, None) for _ in range(width))
    totals = [sum(row) for row in scores]
    found = []
    for index in range(width):
        column = [row[index] for row in scores]
        rest = [total - value for total, value in zip(totals, column, strict=True)]
        found.append(ItemStatistics(n, sum(column) / n, _correlation(column, rest)))
    return tuple(found)


def _correlation(first: Sequence[float], second: Sequence[float]) -> float | None:
    n = len(first)
    mean_first, mean_second = sum(first) / n, sum(second) / n
    away_first = [value - mean_first for value in first]
    away_second = [value - mean_second for value in second]
    spread = sqrt(sum(value * value for value in away_first) * sum(value * value for value in away_second))
    if spread < 1e-12:
        return None
    return sum(a * b for a, b in zip(away_first, away_second, strict=True)) / spread
