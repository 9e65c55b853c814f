"""What the candidates of one sitting did: a matrix of candidates and items, with nothing missing left unexplained."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from question_bank.faults import refusal
from question_bank.statistics.intervals import Floats, Mask

Chosen = tuple[str, ...] | None


class State(IntEnum):
    """What became of an item on a candidate's paper."""

    NOT_GIVEN = 0  # the item was not on this paper
    NOT_REACHED = 1  # blank, and everything after it too
    OMITTED = 2  # blank, but something after it was answered
    ANSWERED = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """One item on one paper: share of its marks earned, 0..1; what was chosen (None: left blank); seconds if known."""

    item: str
    share: float = 0.0
    chosen: Chosen = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One candidate's paper, the answers in the order in which the items stood there."""

    candidate: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Key:
    """The right options of a choice item among all its options; `marks` is what the item is worth."""

    right: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    marks: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Responses:
    """Candidates x items. `shares` is NaN where an item was not given, 0 where blank; `seconds` NaN where unknown."""

    candidates: tuple[str, ...]
    items: tuple[str, ...]
    shares: Floats
    states: NDArray[np.int8]
    chosen: tuple[tuple[Chosen, ...], ...]
    seconds: Floats
    marks: Floats

    @property
    def n(self) -> int:
        """How many candidates."""
        return len(self.candidates)

    @property
    def given(self) -> Mask:
        """Where an item was on the candidate's paper."""
        return np.asarray(self.states != State.NOT_GIVEN)

    @property
    def complete(self) -> bool:
        """Whether every candidate had every item."""
        return bool(self.given.all())

    @property
    def earned(self) -> Floats:
        """Marks earned; 0 where not given."""
        return np.asarray(np.nan_to_num(self.shares) * self.marks)

    @property
    def available(self) -> Floats:
        """Marks that could be earned; 0 where not given."""
        return np.asarray(self.given * self.marks)

    def totals(self) -> Floats:
        """The share of all marks on the own paper that each candidate earned."""
        return np.asarray(self.earned.sum(axis=1) / np.maximum(self.available.sum(axis=1), 1e-9))

    def rest(self, index: int) -> Floats:
        """The share of the marks of all other items that each candidate earned; NaN where there is no other item."""
        other = self.available.sum(axis=1) - self.available[:, index]
        earned = self.earned.sum(axis=1) - self.earned[:, index]
        return np.asarray(np.where(other > 0, earned / np.maximum(other, 1e-9), np.nan))

    def picks(self, index: int, option: str) -> Floats:
        """1 for each candidate who chose this option, else 0."""
        return np.array([float(option in (row[index] or ())) for row in self.chosen])

    def dichotomous(self) -> tuple[int, ...]:
        """The items whose shares are all 0 or 1: the only ones that item response theory takes here."""
        fine = np.isnan(self.shares) | (self.shares == 0) | (self.shares == 1)
        return tuple(int(index) for index in np.flatnonzero(fine.all(axis=0)))

    def scored(self, columns: Sequence[int]) -> Floats:
        """0/1 for these items, NaN where not given or not reached (Lord 1974); what was omitted is wrong."""
        part = np.where(self.states >= State.OMITTED, self.shares, np.nan)
        return np.asarray(part[:, list(columns)])


def from_sheets(sheets: Sequence[Sheet], keys: Mapping[str, Key] | None = None) -> Responses:
    """The matrix of a sitting; items in order of first appearance, marks from the keys (1 where unnamed).

    Blank answers at the end of a paper were not reached, other blanks were omitted. Raises BankError STATISTICS_TWICE,
    STATISTICS_SHARE, STATISTICS_BLANK_EARNS, STATISTICS_SECONDS, STATISTICS_MARKS.
    """
    items = tuple(dict.fromkeys(answer.item for sheet in sheets for answer in sheet.answers))
    places = {item: index for index, item in enumerate(items)}
    shape = (len(sheets), len(items))
    shares, seconds = np.full(shape, np.nan), np.full(shape, np.nan)
    states = np.zeros(shape, np.int8)
    chosen: list[tuple[Chosen, ...]] = []
    _names_once("candidate", [sheet.candidate for sheet in sheets])
    for row, sheet in enumerate(sheets):
        _names_once(sheet.candidate, [answer.item for answer in sheet.answers])
        taken: list[Chosen] = [None] * len(items)
        for answer, state in zip(sheet.answers, _states(sheet), strict=True):
            _check(sheet.candidate, answer)
            column = places[answer.item]
            shares[row, column], states[row, column], taken[column] = answer.share, state, answer.chosen
            seconds[row, column] = np.nan if answer.seconds is None else answer.seconds
        chosen.append(tuple(taken))
    marks = _marks(items, keys or {})
    return Responses(tuple(sheet.candidate for sheet in sheets), items, shares, states, tuple(chosen), seconds, marks)


def from_shares(rows: Sequence[Sequence[float]] | Floats, items: Sequence[str] | None = None) -> Responses:
    """A matrix of bare shares, every item given to everybody and answered. Raises BankError like `from_sheets`."""
    if len({len(row) for row in rows}) > 1:
        raise refusal("STATISTICS_RAGGED")
    shares = np.asarray(rows, dtype=np.float64).reshape(len(rows), -1)
    if not bool(((shares >= 0) & (shares <= 1)).all()):
        raise refusal("STATISTICS_SHARE", candidate="", item="", value="")
    n, k = shares.shape
    names = tuple(items) if items is not None else tuple(f"Q{index + 1}" for index in range(k))
    states = np.full((n, k), State.ANSWERED, np.int8)
    people = tuple(str(index + 1) for index in range(n))
    blank: tuple[tuple[Chosen, ...], ...] = ((None,) * k,) * n
    return Responses(people, names, shares, states, blank, np.full((n, k), np.nan), np.ones(k))


def _states(sheet: Sheet) -> list[State]:
    answered = [index for index, answer in enumerate(sheet.answers) if answer.chosen is not None]
    last = answered[-1] if answered else -1
    return [
        State.ANSWERED if answer.chosen is not None else State.OMITTED if index < last else State.NOT_REACHED
        for index, answer in enumerate(sheet.answers)
    ]


def _names_once(where: str, names: Sequence[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise refusal("STATISTICS_TWICE", where=where, name=name)
        seen.add(name)


def _check(candidate: str, answer: Answer) -> None:
    if not (isfinite(answer.share) and 0 <= answer.share <= 1):
        raise refusal("STATISTICS_SHARE", candidate=candidate, item=answer.item, value=str(answer.share))
    if answer.chosen is None and answer.share:
        raise refusal("STATISTICS_BLANK_EARNS", candidate=candidate, item=answer.item)
    if answer.seconds is not None and not (isfinite(answer.seconds) and answer.seconds >= 0):
        raise refusal("STATISTICS_SECONDS", candidate=candidate, item=answer.item, value=str(answer.seconds))


def _marks(items: Sequence[str], keys: Mapping[str, Key]) -> Floats:
    marks = np.array([keys[item].marks if item in keys else 1.0 for item in items], dtype=np.float64)
    for item, worth in zip(items, marks, strict=True):
        if not (isfinite(worth) and worth > 0):
            raise refusal("STATISTICS_MARKS", item=item, value=str(worth))
    return marks
