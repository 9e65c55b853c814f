"""Pairs of candidates with more identical wrong answers than chance allows: evidence to look at, never a verdict.

Generalised binomial test (van der Linden and Sotaridona 2006) on identical wrong answers: under independent work, two
candidates choose the same wrong answer to an item with the chance (1 - P1)(1 - P2) sum of q^2, P from a Rasch model and
q the shares of the wrong answers; the number over all items then follows the sum of unequal coins, whose upper tail is
p. All pairs are tested, so p is corrected by Holm (1979). People taught the same mistake also agree: that too is why
the figure is only evidence.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import hypot

import numpy as np
from numpy.typing import NDArray

from question_bank.statistics.intervals import FLAT, Estimate, Floats, wilson
from question_bank.statistics.irt.ability import probability
from question_bank.statistics.multiple import holm
from question_bank.statistics.responses import Responses

CANDIDATES_MINIMUM = 20
ITEMS_MINIMUM = 20
SHOWN = 0.05  # a pair is shown when its corrected p is at most this: of honest sittings at most one in twenty shows any
NEIGHBOUR = 1.5  # seats at most this far apart are neighbours: beside, before, behind and across the corner
SHUFFLES = 999
ABILITY_VARIANCE, DIFFICULTY_VARIANCE = 1.0, 4.0
CLOSE = 1e-3  # logits between steps of the fit; standard errors are hundreds of times that

Codes = NDArray[np.int64]
Places = NDArray[np.intp]
BLOCK = 2_000  # pairs tested at a time: small enough for a processor's cache
SUSPECT = 2.5  # no pair with a lower index can be shown: its tail holds more than SHOWN over the fewest pairs


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a candidate sat; rows and columns count in seats."""

    room: str
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Two candidates whose identical wrong answers are more than chance allows, of `items` both answered.

    `index` is (identical - expected) / deviation, the form of Wollack's omega (1997); `p` of this pair alone,
    `corrected` over all pairs; `distance` in seats, None in different rooms or where unknown.
    """

    first: str
    second: str
    items: int
    both_wrong: int
    identical: int
    expected: float
    index: float
    p: float
    corrected: float
    distance: float | None


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Mean index of neighbouring pairs; `p`: how often shuffled seats give as much. None where seats are unknown."""

    pairs: int
    index: Estimate
    p: float | None


@dataclass(frozen=True, slots=True)
class Copying:
    """The pairs shown, most surprising first, out of `tested`.

    `false_positives` is the share of simulated honest sittings of this size in which any pair is shown.
    """

    n: int
    items: int
    tested: int
    pairs: tuple[Pair, ...]
    neighbours: Neighbours
    false_positives: Estimate
    why: str = ""


@dataclass(frozen=True, slots=True)
class Model:
    """How independent candidates answer: P(right), and the shares of the wrong answers of each item.

    `agreement` is the chance that two who are both wrong agree, for each item.
    """

    abilities: Floats
    errors: Floats
    difficulties: Floats
    wrong: tuple[Floats, ...]
    agreement: Floats


@dataclass(frozen=True, slots=True)
class _Tests:
    """Each pair by the places of its two candidates: identical wrong answers, their expectation, index and p."""

    first: Places
    second: Places
    identical: Floats
    expected: Floats
    index: Floats
    p: Floats


def copying(
    responses: Responses, *, seed: int, seats: Mapping[str, Seat] | None = None, simulations: int = 100
) -> Copying:
    """Test every pair of a sitting over items that are right or wrong and whose answers are known.

    Nothing below CANDIDATES_MINIMUM candidates or ITEMS_MINIMUM items: `why` then says so.
    """
    codes = _codes(responses)
    n = len(codes)
    seen = np.flatnonzero((codes >= 0).any(axis=0))
    nobody = Neighbours(0, Estimate(None, 0, None, "STATISTICS_TOO_FEW", 1), None)
    if n < CANDIDATES_MINIMUM or len(seen) < ITEMS_MINIMUM:
        needed = CANDIDATES_MINIMUM if n < CANDIDATES_MINIMUM else ITEMS_MINIMUM
        few = Estimate(None, min(n, len(seen)) if n >= CANDIDATES_MINIMUM else n, None, "STATISTICS_TOO_FEW", needed)
        return Copying(n, len(seen), 0, (), nobody, few, "STATISTICS_TOO_FEW")
    codes = codes[:, seen]
    model = fit(codes)
    tests = _tests(codes, model)
    places = {name: row for row, name in enumerate(responses.candidates)}
    sat = {places[name]: seat for name, seat in (seats or {}).items() if name in places}
    false = _false_positives(codes, model, seed, simulations)
    pairs = _pairs(responses.candidates, codes, tests, sat)
    return Copying(n, len(seen), n * (n - 1) // 2, pairs, _neighbours(tests, sat, seed), false)


def _codes(responses: Responses) -> Codes:
    """0 right, 1.. the different wrong answers, -1 blank or not given."""
    columns = responses.dichotomous()
    codes = np.full((responses.n, len(columns)), -1, dtype=np.int64)
    for place, column in enumerate(columns):
        names: dict[tuple[str, ...], int] = {}
        for row, answers in enumerate(responses.chosen):
            answer = answers[column]
            if answer is not None:
                right = responses.shares[row, column] == 1
                codes[row, place] = 0 if right else names.setdefault(tuple(sorted(answer)), len(names) + 1)
    return codes


def fit(codes: Codes, start: Model | None = None) -> Model:
    """Abilities and difficulties of a Rasch model by joint maximum a posteriori (Swaminathan and Gifford 1982).

    It takes papers that differ and scores of nothing or everything; the wrong answers' shares are counts plus a half,
    their agreement is that of all pairs who are both wrong, which is unbiased where the sum of squared shares is not.
    `start` is a model of nearly the same answers.
    """
    seen = codes >= 0
    x = np.where(seen, codes == 0, 0.0)
    theta, b = (start.abilities, start.difficulties) if start else (np.zeros(len(codes)), np.zeros(codes.shape[1]))
    for _ in range(50):
        p = probability(theta, np.ones(len(b)), b)
        spread = np.where(seen, p * (1 - p), 0.0)
        step = ((x - p * seen).sum(axis=1) - theta / ABILITY_VARIANCE) / (spread.sum(axis=1) + 1 / ABILITY_VARIANCE)
        theta = theta + np.clip(step, -1, 1)
        p = probability(theta, np.ones(len(b)), b)
        spread = np.where(seen, p * (1 - p), 0.0)
        other = ((p * seen - x).sum(axis=0) - b / DIFFICULTY_VARIANCE) / (spread.sum(axis=0) + 1 / DIFFICULTY_VARIANCE)
        b = b + np.clip(other, -1, 1)
        if max(float(np.abs(step).max()), float(np.abs(other).max())) < CLOSE:
            break
    wrong, agreement = [], []
    for column in codes.T:
        counts = np.bincount(column[column > 0], minlength=1)[1:]
        wrong.append(np.asarray((counts + 0.5) / (counts + 0.5).sum()) if len(counts) else np.zeros(0))
        pairs = int(counts.sum()) * (int(counts.sum()) - 1)
        agreement.append(float((counts * (counts - 1)).sum()) / pairs if pairs else 0.0)
    errors = 1 / np.sqrt(spread.sum(axis=1) + 1 / ABILITY_VARIANCE)
    return Model(theta, errors, b, tuple(wrong), np.array(agreement))


def _tests(codes: Codes, model: Model) -> _Tests:
    """Every pair; the exact p only of those whose index is at least SUSPECT, 1 for the rest."""
    first, second = np.triu_indices(len(codes), 1)
    miss = np.where(codes >= 0, 1 - probability(model.abilities, np.ones(codes.shape[1]), model.difficulties), 0.0)
    agreement = model.agreement
    same, mean = _identical(codes)[first, second], ((miss * agreement) @ miss.T)[first, second]
    spread = np.sqrt(np.maximum(mean - ((miss * agreement) ** 2 @ (miss**2).T)[first, second], 0.0))
    index = np.where(spread > FLAT, (same - mean) / np.maximum(spread, FLAT), 0.0)
    p = np.ones(len(index))
    suspects = np.flatnonzero(index >= SUSPECT)
    for start in range(0, len(suspects), BLOCK):
        some = suspects[start : start + BLOCK]
        p[some] = upper_tail(miss[first[some]] * miss[second[some]] * agreement, same[some])
    return _Tests(first, second, same.astype(float), mean, index, p)


def _identical(codes: Codes) -> Codes:
    """Candidates x candidates: how many wrong answers they have in common."""
    found = np.zeros((len(codes), len(codes)))
    for answer in range(1, int(codes.max(initial=0)) + 1):
        chose = (codes == answer).astype(float)
        found += chose @ chose.T
    return found.astype(np.int64)


def upper_tail(chances: Floats, counts: NDArray[np.int64]) -> Floats:
    """The chance of at least `counts` successes among coins of these chances, row by row (Lord and Wingersky 1984)."""
    top = int(counts.max(initial=0))
    below = np.zeros((len(chances), top + 1))
    below[:, 0] = 1.0
    for column in chances.T:
        below[:, 1:] += column[:, None] * (below[:, :-1] - below[:, 1:])
        below[:, 0] *= 1 - column
    cumulated = np.concatenate([np.zeros((len(chances), 1)), np.cumsum(below, axis=1)], axis=1)
    return np.asarray(np.clip(1 - cumulated[np.arange(len(chances)), counts], 0.0, 1.0))


def _pairs(names: tuple[str, ...], codes: Codes, tests: _Tests, seats: Mapping[int, Seat]) -> tuple[Pair, ...]:
    corrected = np.array(holm(tests.p.tolist()))
    found = []
    for at in np.flatnonzero(corrected <= SHOWN).tolist():
        row, column = int(tests.first[at]), int(tests.second[at])
        first, second = codes[row], codes[column]
        found.append(
            Pair(
                names[row], names[column], int(((first >= 0) & (second >= 0)).sum()),
                int(((first > 0) & (second > 0)).sum()), int(tests.identical[at]), float(tests.expected[at]),
                float(tests.index[at]), float(tests.p[at]), float(corrected[at]),
                distance(seats.get(row), seats.get(column)),
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda pair: (pair.p, pair.first, pair.second)))


def distance(first: Seat | None, second: Seat | None) -> float | None:
    """How many seats apart, as the crow flies; None in different rooms or where a seat is unknown."""
    if first is None or second is None or first.room != second.room:
        return None
    return hypot(first.row - second.row, first.column - second.column)


def _neighbours(tests: _Tests, seats: Mapping[int, Seat], seed: int) -> Neighbours:
    """Whether neighbours agree more than strangers: a permutation test over seats (Fisher 1935)."""
    rows = sorted(seats)
    edges = [
        (one, other)
        for one in range(len(rows))
        for other in range(one + 1, len(rows))
        if (far := distance(seats[rows[one]], seats[rows[other]])) is not None and far <= NEIGHBOUR
    ]
    if len(rows) < CANDIDATES_MINIMUM or not edges:
        return Neighbours(len(edges), Estimate(None, len(rows), None, "STATISTICS_TOO_FEW"), None)
    size = 1 + int(tests.second.max())
    square = np.zeros((size, size))
    square[tests.first, tests.second] = square[tests.second, tests.first] = tests.index
    index = square[np.ix_(rows, rows)]
    left, right = np.array(edges).T
    observed = float(index[left, right].mean())
    chance = np.random.default_rng(seed)
    reached = 0
    for _ in range(SHUFFLES):
        order = chance.permutation(len(rows))
        reached += float(index[order[left], order[right]].mean()) >= observed
    return Neighbours(len(edges), Estimate(observed, len(edges), needed=1), (reached + 1) / (SHUFFLES + 1))


def _false_positives(codes: Codes, model: Model, seed: int, simulations: int) -> Estimate:
    """Honest sittings simulated from the model, each fitted and tested anew: how many show any pair."""
    if simulations < 1:
        return Estimate(None, 0, None, "STATISTICS_TOO_FEW", 1)
    chance = np.random.default_rng(seed)
    pairs = len(codes) * (len(codes) - 1) / 2
    shown = 0
    for _ in range(simulations):
        honest = simulate(codes, model, chance)
        shown += float(_tests(honest, fit(honest, model)).p.min()) <= SHOWN / pairs
    return Estimate(shown / simulations, simulations, wilson(shown, simulations), needed=1)


def simulate(codes: Codes, model: Model, chance: np.random.Generator) -> Codes:
    """Answers of the same candidates to the same items, each working alone; blanks stay blank."""
    theta = model.abilities + chance.normal(size=len(codes)) * model.errors
    right = chance.random(codes.shape) < probability(theta, np.ones(codes.shape[1]), model.difficulties)
    found = np.zeros(codes.shape, dtype=np.int64)
    for column, shares in enumerate(model.wrong):
        if len(shares):
            found[:, column] = chance.choice(len(shares), len(codes), p=shares) + 1
        else:
            right[:, column] = True
    return np.where(codes < 0, -1, np.where(right, 0, found))
