"""How much a paper tells about ability, and where."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from question_bank.statistics.intervals import Floats
from question_bank.statistics.irt.ability import probability
from question_bank.statistics.irt.marginal import normal_nodes

POINTS = tuple(step / 4 for step in range(-16, 17))


@dataclass(frozen=True, slots=True)
class InformationPoint:
    """At one ability: the information of the test, the standard error it allows, and the expected number right."""

    ability: float
    information: float
    error: float | None
    expected: float


def item_information(theta: Floats, slopes: Floats, difficulties: Floats) -> Floats:
    """a^2 P (1 - P) for each ability (rows) and item (columns) (Birnbaum 1968)."""
    p = probability(theta, slopes, difficulties)
    return np.asarray(slopes**2 * p * (1 - p))


def information(slopes: Floats, difficulties: Floats, points: Sequence[float] = POINTS) -> tuple[InformationPoint, ...]:
    """The information of the whole paper at each point: the sum over its items, with error 1 / sqrt(information)."""
    theta = np.asarray(points, dtype=np.float64)
    total = item_information(theta, slopes, difficulties).sum(axis=1)
    expected = probability(theta, slopes, difficulties).sum(axis=1)
    return tuple(
        InformationPoint(float(at), float(much), 1 / sqrt(much) if much > 0 else None, float(right))
        for at, much, right in zip(theta, total, expected, strict=True)
    )


def marginal_reliability(slopes: Floats, difficulties: Floats) -> float:
    """The mean of I / (I + 1) over a standard normal ability (Green, Bock, Humphreys, Linn and Reckase 1984)."""
    nodes, masses = normal_nodes()
    total = item_information(nodes, slopes, difficulties).sum(axis=1)
    return float(masses @ (total / (total + 1)))
