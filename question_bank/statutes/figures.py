"""Figures in Chinese text as values, and whether the figures of a right answer stand in the article it cites."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from question_bank.statutes.numerals import NUMERAL_CHARACTERS, number

_NUMBER = (
    rf"(?:\d[\d,]{{0,20}}(?:\.\d{{1,9}})?[十百千万亿]{{0,4}}|(?<![几数多])(?![百千万亿])[{NUMERAL_CHARACTERS}]{{1,20}})"
)
_TO = r"\s?(?:至|到|-|—|–|~|～|－){1,3}\s?"
UNITS = {
    "个工作日": "工作日", "工作日": "工作日", "个自然日": "日", "日": "日", "天": "日", "周": "周",
    "个月": "月", "月": "月", "周年": "年", "年": "年", "个小时": "小时", "小时": "小时", "分钟": "分钟",
    "元": "元", "倍": "倍", "人": "人", "名": "人", "位": "人", "次": "次", "周岁": "岁", "岁": "岁",
    "平方米": "平方米", "立方米": "立方米", "公里": "公里", "千米": "公里", "厘米": "厘米", "毫米": "毫米", "米": "米",
    "吨": "吨", "千克": "千克", "公斤": "千克", "分贝": "分贝", "学时": "学时", "兆帕": "兆帕", "千伏": "千伏",
    "点": "点", "时": "点",
}  # fmt: skip
"""Words that follow a figure, and the word they stand for; 工作日 and 日 are two things."""

_UNIT = "|".join(sorted(UNITS, key=len, reverse=True))
_DATE = re.compile(
    rf"{_NUMBER}年{_NUMBER}月(?:{_NUMBER}[日号])?|{_NUMBER}月{_NUMBER}[日号](?!内)|(?:19|20)\d\d\s*年?{_TO}(?:19|20)\d\d年"
)
_ORDINAL = re.compile(rf"第{_NUMBER}(?:{_TO}{_NUMBER})?(?:条(?:之[一二三四五六七八九十]+)?|款|项|{_UNIT})?")
_SHARE = re.compile(rf"(?P<whole>百|千|万|{_NUMBER})分之(?P<part>{_NUMBER})(?:{_TO}(?:百分之)?(?P<other>{_NUMBER}))?")
_PERCENT = re.compile(rf"(?P<first>{_NUMBER})%?(?:{_TO}(?P<second>{_NUMBER}))?(?P<sign>[%‰])")
_HALF = re.compile(r"半数|一半|半(?=年|个月|个小时|小时)")
_MEASURED = re.compile(
    rf"(?P<evening>晚上?|夜间|下午)?(?P<first>{_NUMBER})(?P<more>多|余)?(?:{_TO}(?P<second>{_NUMBER}))?\s?(?P<unit>{_UNIT})(?=(?P<next>.?))"
)
_AFTER_HOUR = "间候限段期效刻代尚"
_LOOSE = {("一", "次"), ("一", "点"), ("一", "时"), ("一", "位")}  # 一次性, 有一点, 一时: words, not figures


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with what it counts: 200 元, 1/2 of nothing named, 15 日. `text` is how it was written, and where."""

    value: Fraction
    unit: str
    text: str
    start: int
    end: int

    def same(self, other: "Figure") -> bool:
        """Whether both say the same; a number that stands without a unit fits any."""
        return self.value == other.value and (self.unit == other.unit or "" in {self.unit, other.unit})


def figures_of(text: str) -> tuple[Figure, ...]:
    """Every figure of a text in order: amounts, periods, shares, head counts, hours; 二百 and 200 are one value.

    Dates (2021年7月15日, 3月1日), ordinals and citations (第42条, 第二次) are not figures of the law and are
    left out, as is a number before a word that is not in UNITS. Of a range both ends are figures.
    """
    plain = unicodedata.normalize("NFKC", text)
    covered = [found.span() for pattern in (_DATE, _ORDINAL) for found in pattern.finditer(plain)]
    found: list[Figure] = []
    for pattern, reader in ((_SHARE, _shares), (_PERCENT, _percents), (_HALF, _halves), (_MEASURED, _measures)):
        for match in pattern.finditer(plain):
            start, end = match.span()
            if any(start < last and first < end for first, last in covered):
                continue
            read = list(reader(match))
            if read:
                covered.append((start, end))
                found += read
    return tuple(sorted(found, key=lambda figure: (figure.start, figure.value)))


def _shares(match: re.Match[str]) -> Iterator[Figure]:
    whole = number(match["whole"]) if match["whole"] not in {"百", "千", "万"} else None
    whole = whole or Fraction({"百": 100, "千": 1000, "万": 10_000}.get(match["whole"], 0))
    for name in ("part", "other"):
        value = number(match[name]) if match[name] else None
        if value is not None and whole:
            yield Figure(value / whole, "", match[0], *match.span())


def _percents(match: re.Match[str]) -> Iterator[Figure]:
    for name in ("first", "second"):
        value = number(match[name]) if match[name] else None
        if value is not None:
            yield Figure(value / (100 if match["sign"] == "%" else 1000), "", match[0], *match.span())


def _halves(match: re.Match[str]) -> Iterator[Figure]:
    following = re.match(rf"(?:{_UNIT})", match.string[match.end() :])
    unit = UNITS[following[0]] if following and match[0] == "半" else ""
    end = match.end() + (following.end() if following and unit else 0)
    yield Figure(Fraction(1, 2), unit, match.string[match.start() : end], match.start(), end)


def _measures(match: re.Match[str]) -> Iterator[Figure]:
    unit = UNITS[match["unit"]]
    last = number(match["second"] or match["first"])
    first = number(match["first"])
    if first is None or last is None or match["more"] or (match["first"], match["unit"]) in _LOOSE:
        return
    if unit == "年" and last >= 1900:
        return
    if match["unit"] == "时" and match["next"] and match["next"] in _AFTER_HOUR:
        return
    if unit == "点" and match["evening"] and first < 12:
        first, last = first + 12, (last if match["second"] else last + 12)
    yield Figure(last, unit, match[0], *match.span())
    if match["second"]:
        yield Figure(_shared_scale(match["first"], match["second"], first), unit, match[0], *match.span())


def _shared_scale(first_text: str, second_text: str, first: Fraction) -> Fraction:
    """In 2至10万 the first number is twenty thousand; in 五百至二万 it is five hundred."""
    if not second_text.endswith("万") or any(char in first_text for char in "百千万"):
        return first
    coefficient = number(second_text[:-1])
    return first * 10_000 if coefficient is not None and first < coefficient else first
