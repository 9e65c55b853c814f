"""Whether items behave as their model says: infit and outfit for Rasch, S-X2 for one and two parameters."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from question_bank.statistics.intervals import Floats
from question_bank.statistics.irt.ability import probability
from question_bank.statistics.irt.marginal import LogisticFit, normal_nodes
from question_bank.statistics.irt.rasch import RaschFit, right_given_score
from question_bank.statistics.multiple import benjamini_hochberg
from question_bank.statistics.quantiles import chi_square_tail, normal_tail

LEAST_EXPECTED = 1.0  # expected counts below this are joined with their neighbours (Orlando and Thissen 2000)


@dataclass(frozen=True, slots=True)
class MeanSquare:
    """1 where the model holds; above: noise, below: too regular. `z` is its standard normal, `p` two-sided."""

    value: float
    z: float
    p: float


@dataclass(frozen=True, slots=True)
class RaschItemFit:
    """Infit and outfit of one item over n candidates; None with a code where it has no difficulty."""

    item: str
    n: int
    infit: MeanSquare | None
    outfit: MeanSquare | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class ChiSquareFit:
    """S-X2 of one item with its degrees of freedom and p; None with a code where it cannot be had."""

    item: str
    n: int
    value: float | None
    freedom: int
    p: float | None
    why: str = ""


def rasch_fit(matrix: Floats, fitted: RaschFit) -> tuple[RaschItemFit, ...]:
    """Conditional infit and outfit: the expectation given the score, so that no ability needs estimating.

    Mean squares of Wright and Masters (1982) with the conditional probabilities of Christensen and Kreiner (2013) and
    Mueller (2020); z by the cube root of Wilson and Hilferty (1931). Candidates with nothing or everything right are
    left out.
    """
    known = fitted.known
    columns = [index for index, _ in known]
    if not columns:
        return tuple(RaschItemFit(one.item, fitted.n, None, None, one.difficulty.why) for one in fitted.items)
    answers = matrix[:, columns]
    expected = _expected(answers, np.exp(-np.array([value for _, value in known])))
    found = {}
    for place, index in enumerate(columns):
        x, p = answers[:, place], expected[:, place]
        used = np.isfinite(p)
        found[index] = _mean_squares(fitted.items[index].item, x[used], p[used])
    return tuple(
        found.get(index, RaschItemFit(one.item, fitted.n, None, None, one.difficulty.why))
        for index, one in enumerate(fitted.items)
    )


def _expected(answers: Floats, eps: Floats) -> Floats:
    """P(right) of each answer given the candidate's own score on the items seen; NaN where not seen or settled.

    With nothing or everything right the score settles each answer: the chance is then 0 or 1 but for rounding.
    """
    expected = np.full(answers.shape, np.nan)
    masks, group = np.unique(np.isfinite(answers), axis=0, return_inverse=True)
    for number, mask in enumerate(masks):
        places, rows = np.flatnonzero(mask), np.flatnonzero(group.ravel() == number)
        scores = answers[np.ix_(rows, places)].sum(axis=1).astype(int)
        chances = right_given_score(eps[places])
        chances[[0, -1]] = np.nan
        expected[np.ix_(rows, places)] = chances[scores]
    return expected


def _mean_squares(name: str, x: Floats, p: Floats) -> RaschItemFit:
    n, spread = len(x), p * (1 - p)
    fourth = spread * (1 - 3 * spread)
    square = (x - p) ** 2
    infit = _mean_square(float(square.sum() / spread.sum()), float((fourth - spread**2).sum() / spread.sum() ** 2))
    outfit = _mean_square(float((square / spread).mean()), float((fourth / spread**2 - 1).sum() / n**2))
    return RaschItemFit(name, n, infit, outfit)


def _mean_square(value: float, variance: float) -> MeanSquare:
    deviation = max(variance, 1e-12) ** 0.5
    z = (value ** (1 / 3) - 1) * (3 / deviation) + deviation / 3
    return MeanSquare(value, z, 2 * normal_tail(abs(z)))


def score_chances(p: Floats) -> Floats:
    """The chance of each number right, 0..k, by the recursion of Lord and Wingersky (1984): nodes x (k + 1)."""
    chances = np.zeros((len(p), p.shape[1] + 1))
    chances[:, 0] = 1.0
    for column in p.T:
        chances[:, 1:] = chances[:, 1:] * (1 - column[:, None]) + chances[:, :-1] * column[:, None]
        chances[:, 0] *= 1 - column
    return chances


def chi_square_fit(matrix: Floats, fitted: LogisticFit) -> tuple[ChiSquareFit, ...]:
    """S-X2 of each item (Orlando and Thissen 2000), over candidates who saw every item of the fit.

    Sum over scores of N (O - E)^2 / (E (1 - E)); one degree of freedom for each score group less the item's parameters.
    """
    known = fitted.known
    columns = [index for index, _, _ in known]
    answers = matrix[:, columns]
    answers = answers[np.isfinite(answers).all(axis=1)]
    if len(columns) < 3 or len(answers) < fitted.needed:
        why = fitted.why or ("STATISTICS_PAPERS_DIFFER" if len(columns) >= 3 else "STATISTICS_NO_VARIATION")
        return tuple(ChiSquareFit(one.item, len(answers), None, 0, None, one.why or why) for one in fitted.items)
    nodes, masses = normal_nodes()
    p = probability(nodes, np.array([slope for _, slope, _ in known]), np.array([at for _, _, at in known]))
    spent = 2 if fitted.parameters > len(columns) + 1 else 1
    found = {
        index: _s_x2(fitted.items[index].item, answers, p, masses, place, spent) for place, index in enumerate(columns)
    }
    return tuple(
        found.get(index, ChiSquareFit(one.item, len(answers), None, 0, None, one.why))
        for index, one in enumerate(fitted.items)
    )


def _s_x2(name: str, answers: Floats, p: Floats, masses: Floats, place: int, spent: int) -> ChiSquareFit:
    k = answers.shape[1]
    scores = answers.sum(axis=1).astype(int)
    counts = np.bincount(scores, minlength=k + 1)[1:k].astype(float)
    right = np.bincount(scores, weights=answers[:, place], minlength=k + 1)[1:k].astype(float)
    everything = (masses @ score_chances(p))[1:k]
    others = score_chances(np.delete(p, place, axis=1))
    expected = ((masses * p[:, place]) @ others)[: k - 1] / everything
    groups = _joined(counts, right, counts * expected)
    value = sum((o - e) ** 2 / e + (o - e) ** 2 / (n - e) for n, o, e in groups)
    freedom = len(groups) - spent
    if freedom < 1:
        return ChiSquareFit(name, len(answers), None, freedom, None, "STATISTICS_NO_VARIATION")
    return ChiSquareFit(name, len(answers), float(value), freedom, chi_square_tail(float(value), freedom))


def _joined(counts: Floats, right: Floats, expected: Floats) -> list[tuple[float, float, float]]:
    """Neighbouring scores joined until right and wrong are both expected often enough; what is left joins the last."""
    groups: list[tuple[float, float, float]] = []
    n = o = e = 0.0
    for one in zip(counts, right, expected, strict=True):
        n, o, e = n + float(one[0]), o + float(one[1]), e + float(one[2])
        if e >= LEAST_EXPECTED and n - e >= LEAST_EXPECTED:
            groups.append((n, o, e))
            n = o = e = 0.0
    if n and groups:
        last = groups.pop()
        groups.append((last[0] + n, last[1] + o, last[2] + e))
    return groups


def misfitting(p_values: Sequence[float | None]) -> tuple[int, ...]:
    """The places whose p survives Benjamini and Hochberg (1995) at 5 %: items that fit worse than chance allows."""
    known = [(index, p) for index, p in enumerate(p_values) if p is not None]
    adjusted = benjamini_hochberg([p for _, p in known])
    return tuple(index for (index, _), p in zip(known, adjusted, strict=True) if p < 0.05)
