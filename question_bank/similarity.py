"""Near duplicates: questions that say almost the same, found without comparing each with every other.

A question is a set of character shingles; two are near when the Jaccard coefficient of their sets, |A ∩ B| ÷ |A ∪ B|,
reaches a threshold (Broder, On the resemblance and containment of documents, 1997). Candidates come from an index of
each set's rarest shingles: sets that reach the threshold t share at least one of the |A| − ⌈t·|A|⌉ + 1 rarest
(Bayardo, Ma, Srikant, Scaling up all pairs similarity search, WWW 2007, prefix filtering).
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from math import ceil

from question_bank.items import GAP, Item, fingerprint, normalise_text

SHINGLE = 2  # characters: Chinese words are mostly of two
THRESHOLD = 0.6
"""In the bundled banks, written to hold no question twice, the nearest pairs ask for one time limit under two laws in
the same words and stand at 0.47; none reaches 0.5. So a pair at 0.6 is hardly two questions, while a stem of thirty
characters with one word exchanged stays at 0.8 and above."""
NEAREST = 3  # partners told for one question; who repeats it a hundred times need not read a hundred lines
_POSTINGS = 1_000  # index entries looked at for one question
_CANDIDATES = 50  # questions compared with one; rarest shingles first, so the nearest are among them

FIGURES, NEGATIONS = "FIGURES", "NEGATIONS"
_FIGURE = re.compile(r"\d+(?:\.\d+)?%?|[〇零一二两三四五六七八九十百千万亿]+")
_BETWEEN = "\0"  # parts two texts where neither has it
_SIGN = re.compile(r"[^\w\0]|_")
_NEGATION = re.compile(r"[不非未无没勿否]|\b(?:not|never|no)\b")


@dataclass(frozen=True, slots=True)
class Near:
    """Two questions that say almost the same.

    `first` is of the file; `second` stands before it in the file, or in the bank (`known`). `similarity` is the Jaccard
    coefficient, 0..1, with figures and negations left aside, so that questions which differ in nothing else reach 1;
    `differs` then names FIGURES or NEGATIONS, for in law that makes them different questions.
    """

    first: Item
    second: Item
    similarity: float
    known: bool = False
    differs: tuple[str, ...] = ()


def near(items: Iterable[Item], bank: Iterable[Item] = (), threshold: float = THRESHOLD) -> tuple[Near, ...]:
    """Pairs at or above the threshold, each question with at most NEAREST of its nearest, in the order of `items`.

    Equal questions (the same fingerprint) and revisions of one question (the same code in the bank) are no near
    duplicates. Raises ValueError for a threshold outside 0 < t ≤ 1.
    """
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold {threshold} is not in 0 < t <= 1")
    known, asked = list(bank), list(items)
    search = _Search([*known, *asked], threshold)
    found: list[Near] = []
    for index in range(len(known)):
        search.admit(index)
    for index in range(len(known), len(known) + len(asked)):
        found.extend(search.nearest(index, len(known)))
        search.admit(index)
    return tuple(found)


def similarity(first: Item, second: Item) -> float:
    """The Jaccard coefficient of two questions' shingles, 0..1."""
    return _jaccard(shingles(first), shingles(second))


def shingles(item: Item) -> frozenset[str]:
    """What is compared: pairs of characters of the stem, options and parts, without punctuation, figures, negations."""
    return frozenset(pair for text in _bare(_plain(item)) for pair in _pairs(text))


def differences(first: Item, second: Item) -> tuple[str, ...]:
    """FIGURES and NEGATIONS, where the two do not state the same ones equally often."""
    ours, theirs = _plain(first), _plain(second)
    found = []
    if Counter(_FIGURE.findall(ours)) != Counter(_FIGURE.findall(theirs)):
        found.append(FIGURES)
    if Counter(_NEGATION.findall(ours)) != Counter(_NEGATION.findall(theirs)):
        found.append(NEGATIONS)
    return tuple(found)


def _texts(item: Item) -> Iterator[str]:
    yield GAP.sub("", item.stem)
    yield from (option.text for option in item.options)
    yield from item.prompts
    yield from (option.text for blank in item.blanks for option in blank.options)
    for part in item.parts:
        yield from _texts(part)


def _plain(item: Item) -> str:
    return normalise_text(_BETWEEN.join(_texts(item)))


def _bare(plain: str) -> list[str]:
    return _SIGN.sub("", _NEGATION.sub("", _FIGURE.sub("0", plain))).split(_BETWEEN)


def _pairs(text: str) -> Iterator[str]:
    if 0 < len(text) < SHINGLE:
        yield text
    for start in range(len(text) - SHINGLE + 1):
        yield text[start : start + SHINGLE]


def _jaccard(first: AbstractSet[object], second: AbstractSet[object]) -> float:
    if not first or not second:
        return 0.0
    shared = len(first & second)
    return shared / (len(first) + len(second) - shared)


class _Search:
    """An index that grows by one question at a time."""

    def __init__(self, every: Sequence[Item], threshold: float) -> None:
        self.every = every
        self.threshold = threshold
        texts = [shingles(item) for item in every]
        often = Counter(shingle for found in texts for shingle in found)
        rank = {shingle: place for place, shingle in enumerate(sorted(often, key=lambda one: (often[one], one)))}
        self.sets = [frozenset(map(rank.__getitem__, found)) for found in texts]
        self.sizes = [len(found) for found in texts]
        self.index: dict[int, list[int]] = defaultdict(list)

    def _prefix(self, number: int) -> list[int]:
        size = self.sizes[number]
        return sorted(self.sets[number])[: size - ceil(self.threshold * size) + 1] if size else []

    def admit(self, number: int) -> None:
        """Let later questions find this one."""
        for shingle in self._prefix(number):
            self.index[shingle].append(number)

    def _candidates(self, number: int) -> Iterator[int]:
        size, left = len(self.sets[number]), _POSTINGS
        counts: Counter[int] = Counter()
        for shingle in self._prefix(number):
            postings = self.index.get(shingle, [])[-left:]
            counts.update(postings)
            left -= len(postings)
            if left <= 0:
                break
        sizes = self.sizes
        for other, _ in counts.most_common(_CANDIDATES):
            if self.threshold * size <= sizes[other] <= size / self.threshold:
                yield other

    def nearest(self, number: int, known: int) -> list[Near]:
        """The nearest of those admitted; the first `known` questions are the bank's."""
        item = self.every[number]
        scored = [(_jaccard(self.sets[number], self.sets[other]), other) for other in self._candidates(number)]
        found: list[Near] = []
        print_ = ""
        for height, other in sorted(scored, key=lambda entry: (-entry[0], entry[1])):
            if height < self.threshold or len(found) == NEAREST:
                break
            second, in_bank = self.every[other], other < known
            if in_bank and second.code == item.code:
                continue
            print_ = print_ or fingerprint(item)
            if height == 1 and fingerprint(second) == print_:
                continue
            found.append(Near(item, second, height, in_bank, differences(item, second)))
        return found
