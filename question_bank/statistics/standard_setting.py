"""Where the pass mark should lie: Angoff and Ebel panels and the borderline group; all marks in per cent of the paper.

What a panel finds is evidence. The pass mark is chosen by people, never below the legal floor of the regime.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np

from question_bank.faults import refusal
from question_bank.statistics.brief import MINIMUM_N
from question_bank.statistics.intervals import (
    Estimate,
    Floats,
    correlation,
    fisher,
    mean_t,
    median_limits,
    no_variation,
    too_few,
    wilson,
)

JUDGES_MINIMUM = 5  # a panel smaller than this has no interval worth the name (Raymond and Reid 2001 ask for 10)
BORDERLINE_MINIMUM = 10
COMPARED_MINIMUM = 5


@dataclass(frozen=True, slots=True)
class Rating:
    """One judge's chance, 0..1, that a candidate who is just good enough answers the item; in rounds from 1."""

    judge: str
    item: str
    chance: float
    round: int = 1


@dataclass(frozen=True, slots=True)
class ItemRating:
    """What the judges said about an item in a round, beside its facility; `away` is mean rating less facility."""

    item: str
    mean: float
    low: float
    high: float
    facility: float | None
    away: float | None


@dataclass(frozen=True, slots=True)
class JudgeRating:
    """One judge's pass mark in a round, and how the ratings go with the facilities, where known."""

    judge: str
    cut: float
    with_facility: Estimate
    away: float | None


@dataclass(frozen=True, slots=True)
class AngoffRound:
    """One round: the cut over the judges with its interval, and the feedback for the next."""

    number: int
    cut: Estimate
    deviation: float
    judges: tuple[JudgeRating, ...]
    items: tuple[ItemRating, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A pass mark that a method supports, in per cent, with its n and interval."""

    method: str
    cut: Estimate


@dataclass(frozen=True, slots=True)
class PassMark:
    """The mark chosen, in per cent, the legal floor, the evidence and the reason, to be recorded together.

    `supported` names the methods whose interval holds the mark; `passing` is the share of candidates it lets pass.
    """

    chosen: float
    floor: float
    evidence: tuple[Evidence, ...]
    supported: tuple[str, ...]
    passing: Estimate
    reason: str


def angoff(
    ratings: Sequence[Rating], marks: Mapping[str, float], facilities: Mapping[str, float] | None = None
) -> tuple[AngoffRound, ...]:
    """Each round of a modified Angoff panel (Angoff 1971; rounds with feedback: Hambleton and Plake 1995).

    A judge's cut is the sum of marks times chance; the panel's is the mean over judges with Student's interval. In
    every round each judge rates each item of `marks` once. Raises BankError STANDARD_RATING_BAD,
    STANDARD_RATING_TWICE, STANDARD_RATING_MISSING.
    """
    table: dict[tuple[int, str, str], float] = {}
    for one in ratings:
        judge, item, number = one.judge, one.item, one.round
        if item not in marks or not (isfinite(one.chance) and 0 <= one.chance <= 1):
            raise refusal("STANDARD_RATING_BAD", value=str(one.chance), judge=judge, item=item, round=number)
        if (number, judge, item) in table:
            raise refusal("STANDARD_RATING_TWICE", judge=judge, item=item, round=number)
        table[number, judge, item] = one.chance
    return tuple(_round(number, table, marks, facilities or {}) for number in sorted({key[0] for key in table}))


def _round(
    number: int,
    table: Mapping[tuple[int, str, str], float],
    marks: Mapping[str, float],
    facilities: Mapping[str, float],
) -> AngoffRound:
    judges = sorted({judge for which, judge, _ in table if which == number})
    items = list(marks)
    for judge in judges:
        for item in items:
            if (number, judge, item) not in table:
                raise refusal("STANDARD_RATING_MISSING", judge=judge, item=item, round=number)
    chances = np.array([[table[number, judge, item] for item in items] for judge in judges])
    worth = np.array([marks[item] for item in items])
    cuts = 100 * chances @ worth / worth.sum()
    known = [index for index, item in enumerate(items) if item in facilities]
    easy = np.array([facilities[items[index]] for index in known])
    people = tuple(
        JudgeRating(
            judge, float(cut), _compared(row[known], easy), float((row[known] - easy).mean()) if known else None
        )
        for judge, cut, row in zip(judges, cuts, chances, strict=True)
    )
    rated = tuple(_item(item, column, facilities.get(item)) for item, column in zip(items, chances.T, strict=True))
    return AngoffRound(number, _cut(cuts), float(np.std(cuts, ddof=1)) if len(cuts) > 1 else 0.0, people, rated)


def _item(item: str, column: Floats, facility: float | None) -> ItemRating:
    mean = float(column.mean())
    away = None if facility is None else mean - facility
    return ItemRating(item, mean, float(column.min()), float(column.max()), facility, away)


def _compared(row: Floats, easy: Floats) -> Estimate:
    if len(row) < COMPARED_MINIMUM:
        return too_few(len(row), COMPARED_MINIMUM)
    r = correlation(row, easy)
    if r is None:
        return no_variation(len(row), COMPARED_MINIMUM)
    return Estimate(r, len(row), fisher(r, len(row)), "", COMPARED_MINIMUM)


def _cut(cuts: Floats) -> Estimate:
    if len(cuts) < JUDGES_MINIMUM:
        return too_few(len(cuts), JUDGES_MINIMUM)
    return Estimate(float(cuts.mean()), len(cuts), mean_t(cuts), "", JUDGES_MINIMUM)


@dataclass(frozen=True, slots=True)
class EbelCell:
    """One cell of the grid: its items and marks, and the judges' mean share of them that is just good enough."""

    relevance: str
    difficulty: str
    items: int
    marks: float
    mean: float


@dataclass(frozen=True, slots=True)
class EbelPanel:
    """The grid by relevance and difficulty, and the cut over the judges."""

    cells: tuple[EbelCell, ...]
    cut: Estimate


def ebel(
    places: Mapping[str, tuple[str, str]],
    marks: Mapping[str, float],
    judges: Mapping[str, Mapping[tuple[str, str], float]],
) -> EbelPanel:
    """Ebel's method (1972): items sorted by (relevance, difficulty), judges give a share 0..1 for each cell in use.

    A judge's cut is the sum over cells of marks times share. Raises BankError STANDARD_PLACE_MISSING for an item
    without a cell, STANDARD_CELL_MISSING and STANDARD_CELL_BAD for a judge's share.
    """
    for item in marks:
        if item not in places:
            raise refusal("STANDARD_PLACE_MISSING", item=item)
    cells = sorted({places[item] for item in marks})
    worth = np.array([sum(marks[item] for item in marks if places[item] == cell) for cell in cells])
    shares = np.array([[_share(judge, given, cell) for cell in cells] for judge, given in sorted(judges.items())])
    if not len(shares):
        return EbelPanel((), too_few(0, JUDGES_MINIMUM))
    rows = tuple(
        EbelCell(cell[0], cell[1], sum(places[item] == cell for item in marks), float(much), float(column.mean()))
        for cell, much, column in zip(cells, worth, shares.T, strict=True)
    )
    return EbelPanel(rows, _cut(100 * shares @ worth / worth.sum()))


def _share(judge: str, given: Mapping[tuple[str, str], float], cell: tuple[str, str]) -> float:
    relevance, difficulty = cell
    if cell not in given:
        raise refusal("STANDARD_CELL_MISSING", judge=judge, relevance=relevance, difficulty=difficulty)
    if not (isfinite(given[cell]) and 0 <= given[cell] <= 1):
        value = str(given[cell])
        raise refusal("STANDARD_CELL_BAD", judge=judge, relevance=relevance, difficulty=difficulty, value=value)
    return given[cell]


def borderline(scores: Sequence[float]) -> Estimate:
    """The median score, in per cent, of candidates whom their teachers call borderline (Livingston and Zieky 1982)."""
    n = len(scores)
    if n < BORDERLINE_MINIMUM:
        return too_few(n, BORDERLINE_MINIMUM)
    values = np.array(scores, dtype=np.float64)
    return Estimate(float(np.median(values)), n, median_limits(values), "", BORDERLINE_MINIMUM)


def decide(
    chosen: float, floor: float, evidence: Sequence[Evidence], reason: str, totals: Sequence[float] = ()
) -> PassMark:
    """The pass mark that people choose, with all that speaks for it; `totals` are candidates' scores in per cent.

    Evidence below the floor never lowers it. Raises BankError PASS_MARK_BELOW_FLOOR, PASS_MARK_BAD outside 0..100,
    PASS_MARK_UNSUPPORTED without any evidence that has a figure, PASS_MARK_REASON without a reason.
    """
    if not (isfinite(chosen) and isfinite(floor) and 0 <= floor <= 100 and 0 <= chosen <= 100):
        raise refusal("PASS_MARK_BAD", value=str(chosen))
    if chosen < floor:
        raise refusal("PASS_MARK_BELOW_FLOOR", chosen=f"{chosen:g}", floor=f"{floor:g}")
    if all(one.cut.value is None for one in evidence):
        raise refusal("PASS_MARK_UNSUPPORTED")
    if not reason.strip():
        raise refusal("PASS_MARK_REASON")
    supported = tuple(
        one.method
        for one in evidence
        if one.cut.interval is not None and one.cut.interval.low <= chosen <= one.cut.interval.high
    )
    return PassMark(chosen, floor, tuple(evidence), supported, _passing(chosen, totals), reason.strip())


def _passing(chosen: float, totals: Sequence[float]) -> Estimate:
    n = len(totals)
    if n < MINIMUM_N:
        return too_few(n)
    count = sum(total >= chosen for total in totals)
    return Estimate(count / n, n, wilson(count, n))
