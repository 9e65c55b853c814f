"""What deserves a second look at an item: said only where the interval supports it.

The nominal rate is ALPHA = 2.5 % per item and kind of flag: each flag is raised when a two-sided 95 % interval lies
wholly on the wrong side, and where a kind looks at several distractors the level of each is 1 - 0.05 / their number
(Bonferroni). That is the rate at the border, for an item that tells nothing; a sound item is flagged less often.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from question_bank.messages import sentence
from question_bank.statistics.brief import MINIMUM_N
from question_bank.statistics.classical import ItemFigures, OptionFigures, extreme_groups
from question_bank.statistics.intervals import LEVEL, Floats, Interval, clopper_pearson, fisher, mean_difference
from question_bank.statistics.responses import Key, Responses

ALPHA = (1 - LEVEL) / 2
CHOOSERS = 5  # below this many on either side a difference of means is not tested
TOO_EASY = 0.9
TOO_HARD = 0.2


class Weight(StrEnum):
    """A flag says that the item is probably bad; a notice is worth knowing."""

    FLAG = "FLAG"
    NOTICE = "NOTICE"


@dataclass(frozen=True, slots=True)
class Flag:
    """One thing about one item, or one of its options, with the interval that supports it, over n observations."""

    code: str
    item: str
    weight: Weight
    n: int
    interval: Interval
    option: str = ""

    @property
    def zh(self) -> str:
        """The sentence in Chinese."""
        return sentence(self.code, "zh", self._data())

    @property
    def en(self) -> str:
        """The sentence in English."""
        return sentence(self.code, "en", self._data())

    def _data(self) -> dict[str, str | int]:
        low, high = f"{self.interval.low:.2f}", f"{self.interval.high:.2f}"
        return {"item": self.item, "option": self.option, "n": self.n, "low": low, "high": high}


def flags(responses: Responses, figures: tuple[ItemFigures, ...], keys: Mapping[str, Key]) -> tuple[Flag, ...]:
    """Every flag and notice of a sitting, item by item; none for an item that fewer than MINIMUM_N candidates had."""
    found: list[Flag] = []
    for index, one in enumerate(figures):
        if one.n >= MINIMUM_N:
            found += _item(responses, index, one, keys.get(one.item, Key()))
    return tuple(found)


def _item(responses: Responses, index: int, one: ItemFigures, key: Key) -> Iterator[Flag]:
    r = one.corrected
    if r.interval is not None and r.interval.high < 0:
        yield Flag("ITEM_NEGATIVE", one.item, Weight.FLAG, r.n, r.interval)
    distractors = tuple(option for option in one.options if not option.right)
    if distractors and len(key.right) == 1:
        yield from _single(responses, index, one, key.right[0], distractors)
    elif distractors and key.right:
        yield from _several(one, distractors)
    yield from _extremes(one)


def _extremes(one: ItemFigures) -> Iterator[Flag]:
    """Nearly everybody earns the marks, or hardly anybody: the whole interval above TOO_EASY or below TOO_HARD."""
    interval = one.facility.interval
    if interval is None:
        return
    if interval.low > TOO_EASY:
        yield Flag("ITEM_TOO_EASY", one.item, Weight.NOTICE, one.n, interval)
    if interval.high < TOO_HARD:
        yield Flag("ITEM_TOO_HARD", one.item, Weight.NOTICE, one.n, interval)


def _single(
    responses: Responses, index: int, one: ItemFigures, right: str, distractors: tuple[OptionFigures, ...]
) -> Iterator[Flag]:
    given = responses.given[:, index]
    rest = responses.rest(index)[given]
    key = responses.picks(index, right)[given]
    level = 1 - 2 * ALPHA / len(distractors)
    upper, _ = extreme_groups(rest)
    wrong = sum(option.count for option in distractors)
    for option in distractors:
        picks = responses.picks(index, option.option)[given]
        stronger = _stronger(rest, picks, key, level)
        if stronger is not None:
            chosen = int(picks.sum() + key.sum())
            yield Flag("DISTRACTOR_STRONGER", one.item, Weight.FLAG, chosen, stronger, option.option)
        yield from _ahead(one.item, option.option, int((picks * upper).sum()), int((key * upper).sum()), level)
        yield from _idle(one, option, wrong, len(distractors), level)


def _stronger(rest: Floats, picks: Floats, key: Floats, level: float) -> Interval | None:
    """Those who chose the distractor did better on the rest than those who chose the key: t interval above 0."""
    known = np.isfinite(rest)
    theirs, keyed = rest[known & (picks > 0)], rest[known & (key > 0)]
    if min(len(theirs), len(keyed)) < CHOOSERS:
        return None
    interval = mean_difference(theirs, keyed, level)
    return interval if interval is not None and interval.low > 0 else None


def _ahead(item: str, option: str, picks: int, key: int, level: float) -> Iterator[Flag]:
    """Among the best 27 % more chose the distractor than the key: exact interval of its share of both above a half."""
    if picks + key < CHOOSERS:
        return
    interval = clopper_pearson(picks, picks + key, level)
    if interval.low > 0.5:
        yield Flag("DISTRACTOR_AHEAD", item, Weight.FLAG, picks + key, interval, option)


def _idle(one: ItemFigures, option: OptionFigures, wrong: int, distractors: int, level: float) -> Iterator[Flag]:
    """Hardly anybody chose the distractor.

    Flagged when the exact interval of its share of the wrong choices lies below half an equal share; that judges a
    distractor by those who had to choose one, where the usual 5 % of all candidates (Haladyna and Downing 1993) would
    condemn every distractor of an easy item. Chosen by nobody without that support is only a notice.
    """
    if wrong and distractors > 1:
        interval = clopper_pearson(option.count, wrong, level)
        if interval.high < 0.5 / distractors:
            yield Flag("DISTRACTOR_IDLE", one.item, Weight.FLAG, wrong, interval, option.option)
            return
    if option.count == 0:
        yield Flag("DISTRACTOR_UNCHOSEN", one.item, Weight.NOTICE, one.n, clopper_pearson(0, one.n), option.option)


def _several(one: ItemFigures, distractors: tuple[OptionFigures, ...]) -> Iterator[Flag]:
    """Where several options are right: a wrong option that the better candidates choose, and one nobody chooses."""
    level = 1 - 2 * ALPHA / len(distractors)
    for option in distractors:
        r = option.with_rest
        if r.value is not None and fisher(r.value, r.n, level).low > 0:
            interval = fisher(r.value, r.n, level)
            yield Flag("DISTRACTOR_POSITIVE", one.item, Weight.FLAG, r.n, interval, option.option)
        if option.count == 0:
            yield Flag("DISTRACTOR_UNCHOSEN", one.item, Weight.NOTICE, one.n, clopper_pearson(0, one.n), option.option)
