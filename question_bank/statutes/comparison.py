"""Two editions of a law, article by article: what stayed, changed, moved, went and came."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from question_bank.faults import refusal
from question_bank.items import normalise_text
from question_bank.statutes.reading import Article, Statute

SHINGLE = 3
"""Characters in a shingle: Chinese words have one or two, so three hold a word with its neighbour."""

THRESHOLD = 0.4
"""Two articles are the same provision when their similarity reaches this; below it one went and another came."""

HINT = 0.2
"""Below the threshold, an article this similar is still worth a reader's first look."""


class Fate(StrEnum):
    """What became of an article in the next edition."""

    UNCHANGED = "UNCHANGED"
    CHANGED = "CHANGED"
    MOVED = "MOVED"
    GONE = "GONE"
    NEW = "NEW"


@dataclass(frozen=True, slots=True)
class ArticleChange:
    """One article of either edition. `before` is None for a new one, `after` for one that is gone.

    `similarity` is 1.0 for equal texts; `altered` says that the words differ. A moved article may be altered too. Of
    one that is gone, `nearest` is the newer article to look at first, though it is less similar than the threshold.
    """

    fate: Fate
    before: str | None
    after: str | None
    similarity: float
    altered: bool
    nearest: str | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Every article of two editions once: the old ones in order, then the new ones that have no forerunner."""

    law_before: str
    edition_before: str
    law_after: str
    edition_after: str
    changes: tuple[ArticleChange, ...]

    @property
    def counts(self) -> dict[Fate, int]:
        """Articles by fate; a moved article that was altered counts as moved."""
        counted = Counter(change.fate for change in self.changes)
        return {fate: counted[fate] for fate in Fate}

    @property
    def renamed(self) -> bool:
        """Whether the law goes by another name now."""
        return self.law_before != self.law_after

    def of(self, number: str) -> ArticleChange | None:
        """What became of an article of the older edition."""
        return next((change for change in self.changes if change.before == number), None)


def shingles(text: str) -> frozenset[str]:
    """Every run of three characters of the normalised text; a shorter text is its own shingle."""
    plain = normalise_text(text)
    if len(plain) <= SHINGLE:
        return frozenset([plain]) if plain else frozenset()
    return frozenset(plain[start : start + SHINGLE] for start in range(len(plain) - SHINGLE + 1))


def similarity(first: frozenset[str], second: frozenset[str]) -> float:
    """Sørensen-Dice coefficient 2|A∩B| / (|A| + |B|) of two sets of shingles, 0..1 (Dice 1945, Ecology 26, 297)."""
    if not first or not second:
        return 0.0
    return 2 * len(first & second) / (len(first) + len(second))


def compare(before: Statute, after: Statute, *, threshold: float = THRESHOLD) -> Comparison:
    """The older edition against the newer one; two names are two names of one law because the caller says so.

    Articles with equal digests are one provision, then the most similar pairs at or above the threshold, each article
    at most once. Where only digests are known, only equal texts are found again; the same number stands for a change.
    Raises BankError STATUTE_ORDER where `after` was passed no later than `before`.
    """
    if after.edition <= before.edition:
        raise refusal("STATUTE_ORDER", before=before.edition, after=after.edition)
    newer = _Newer(after.articles)
    partner = _same_text(before.articles, after.articles)
    partner.update(_near_text(before.articles, newer, partner, threshold))
    return Comparison(
        before.law, before.edition, after.law, after.edition, tuple(_changes(before.articles, newer, partner))
    )


_Partners = dict[str, tuple[str, float]]


def _same_text(before: Sequence[Article], after: Sequence[Article]) -> _Partners:
    """Equal digests; the same number first, else the nearest in order."""
    found: _Partners = {}
    numbers = {article.number: article for article in after}
    for article in before:
        twin = numbers.get(article.number)
        if twin is not None and twin.digest == article.digest:
            found[article.number] = (article.number, 1.0)
    taken = {number for number, _similar in found.values()}
    by_digest: dict[str, list[str]] = {}
    for article in after:
        if article.number not in taken:
            by_digest.setdefault(article.digest, []).append(article.number)
    for article in before:
        if article.number not in found and by_digest.get(article.digest):
            found[article.number] = (by_digest[article.digest].pop(0), 1.0)
    return found


class _Newer:
    """The articles of the newer edition, found by their shingles."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self.articles = articles
        self._sizes: list[int] = []
        self._holding: dict[str, list[int]] = {}
        for place, article in enumerate(articles):
            held = shingles(article.text)
            self._sizes.append(len(held))
            for shingle in held:
                self._holding.setdefault(shingle, []).append(place)

    def similar(self, article: Article) -> dict[int, float]:
        """The similarity to each newer article, by its place, that shares anything at all; see `similarity`."""
        mine = shingles(article.text)
        shared = Counter(place for shingle in mine for place in self._holding.get(shingle, ()))
        return {place: 2 * count / (len(mine) + self._sizes[place]) for place, count in shared.items()}


def _near_text(before: Sequence[Article], newer: _Newer, known: _Partners, threshold: float) -> _Partners:
    """The most similar pairs first; of equally similar ones the same number, then the order of the older edition."""
    taken = {number for number, _similar in known.values()}
    free = [place for place, article in enumerate(newer.articles) if article.number not in taken]
    pairs: list[tuple[float, bool, int, int]] = []
    for old_place, article in enumerate(before):
        if article.number in known:
            continue
        near = newer.similar(article)
        for place in free:
            other = newer.articles[place]
            same_number = article.number == other.number
            unknown = not (article.paragraphs and other.paragraphs)
            if near.get(place, 0.0) >= threshold or (same_number and unknown):
                pairs.append((-near.get(place, 0.0), not same_number, old_place, place))
    found: _Partners = {}
    used: set[int] = set()
    for negative, _other_number, old_place, place in sorted(pairs):
        number = before[old_place].number
        if number not in found and place not in used:
            found[number] = (newer.articles[place].number, -negative)
            used.add(place)
    return found


def _changes(before: Sequence[Article], newer: _Newer, partner: _Partners) -> list[ArticleChange]:
    digests = {article.number: article.digest for article in newer.articles}
    found = [
        _change(article, partner[article.number], digests) if article.number in partner else _gone(article, newer)
        for article in before
    ]
    old_numbers = {number for number, _similar in partner.values()}
    found += [
        ArticleChange(Fate.NEW, None, article.number, 0.0, altered=True)
        for article in newer.articles
        if article.number not in old_numbers
    ]
    return found


def _gone(article: Article, newer: _Newer) -> ArticleChange:
    place, near = max(newer.similar(article).items(), key=lambda one: (one[1], -one[0]), default=(0, 0.0))
    nearest = newer.articles[place].number if near >= HINT else None
    return ArticleChange(Fate.GONE, article.number, None, near if nearest else 0.0, altered=True, nearest=nearest)


def _change(article: Article, partner: tuple[str, float], digests: dict[str, str]) -> ArticleChange:
    number, similar = partner
    altered = digests[number] != article.digest
    stays = Fate.CHANGED if altered else Fate.UNCHANGED
    fate = stays if number == article.number else Fate.MOVED
    return ArticleChange(fate, article.number, number, similar, altered=altered)
