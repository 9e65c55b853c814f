"""Probabilities corrected for how many questions were asked at once."""

from collections.abc import Sequence

import numpy as np


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Adjusted p, controlling the chance of any false finding (Holm 1979)."""
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    steps = np.minimum(1.0, np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)))
    return _in_place(order.tolist(), steps.tolist())


def benjamini_hochberg(p_values: Sequence[float]) -> tuple[float, ...]:
    """Adjusted p, controlling the share of false findings (Benjamini and Hochberg 1995)."""
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    steps = p[order] * len(p) / np.arange(1, len(p) + 1)
    return _in_place(order.tolist(), np.minimum(1.0, np.minimum.accumulate(steps[::-1])[::-1]).tolist())


def _in_place(order: list[int], values: list[float]) -> tuple[float, ...]:
    placed = [0.0] * len(order)
    for place, value in zip(order, values, strict=True):
        placed[place] = value
    return tuple(placed)
