"""Automatic numbers as Word shows them: 1.  A.  一、  (2).

The counting follows ECMA-376 part 1, 17.9: a level counts on, begins again after a level above it, and a list may set
its own start; 17.18.59 names the forms of numbers.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field

from question_bank.formats.docx.package import attribute, child, local
from question_bank.formats.xml import Element

LABEL_CHARACTERS = 40
_LARGEST = 9999  # what counts higher is shown in digits
_LEVELS = 9
_HAN = "零一二三四五六七八九"
_LEGAL = "零壹贰叁肆伍陆柒捌玖"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl")),
    *((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
_CHINESE = {
    *("chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting"),
    *("taiwaneseCountingThousand", "ideographTraditionalCounting", "koreanCounting"),
}


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list: where it starts, the form of its number, and the text around it (%1. or %1.%2)."""

    start: int = 1
    form: str = "decimal"
    text: str = ""
    restarts: bool = True
    legal: bool = False


@dataclass(slots=True)
class _List:
    abstract: str
    levels: dict[int, Level]
    starts: dict[int, int] = field(default_factory=dict)  # levels that this list begins anew


class Numbering:
    """The lists of a document, counting as its paragraphs are read in order."""

    def __init__(self, numbering: Element | None, styles: Element | None) -> None:
        self._styles = _style_lists(styles)
        self._lists = _lists(numbering, self._styles) if numbering is not None else {}
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)
        self._begun: set[tuple[str, int]] = set()

    def label(self, properties: Element | None) -> str:
        """The number that Word shows before a paragraph with these properties; empty where it shows none."""
        own = child(properties, "numPr")
        style = self._styles.get(attribute(child(properties, "pStyle"), "val") or "", (None, 0))
        number = attribute(child(own, "numId"), "val") or style[0]
        level = _integer(attribute(child(own, "ilvl"), "val"), style[1])
        found = self._lists.get(number or "")
        if found is None or number is None or level not in found.levels:
            return ""
        self._count(number, found, level)
        return self._shown(found, level)

    def _count(self, number: str, found: _List, level: int) -> None:
        counts = self._counts[found.abstract]
        if (number, level) not in self._begun and level in found.starts:
            counts[level] = found.starts[level] - 1
        self._begun.add((number, level))
        counts[level] = counts.get(level, found.levels[level].start - 1) + 1
        for deeper in [one for one in counts if one > level and found.levels.get(one, Level()).restarts]:
            del counts[deeper]
        for above in range(level):
            counts.setdefault(above, found.levels.get(above, Level()).start)

    def _shown(self, found: _List, level: int) -> str:
        this, counts = found.levels[level], self._counts[found.abstract]
        if this.form in ("bullet", "none"):
            return ""

        def number(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            form = "decimal" if this.legal else found.levels.get(at, Level()).form
            return number_text(counts.get(at, 1), form)

        return re.sub(r"%([1-9])", number, this.text)[:LABEL_CHARACTERS].strip()


def _style_lists(styles: Element | None) -> dict[str, tuple[str | None, int]]:
    """Paragraph style → the list and level it brings, its own or that of the style it is based on."""
    own: dict[str, tuple[str | None, int]] = {}
    based: dict[str, str] = {}
    for style in styles if styles is not None else ():
        name = attribute(style, "styleId")
        if local(style) != "style" or name is None:
            continue
        numbered = child(style, "pPr", "numPr")
        if numbered is not None:
            level = _integer(attribute(child(numbered, "ilvl"), "val"), 0)
            own[name] = (attribute(child(numbered, "numId"), "val"), level)
        if base := attribute(child(style, "basedOn"), "val"):
            based[name] = base
    for name in based:
        at, seen = name, {name}
        while at not in own and at in based and based[at] not in seen:
            at = based[at]
            seen.add(at)
        if at in own:
            own.setdefault(name, own[at])
    return own


def _lists(numbering: Element, styles: dict[str, tuple[str | None, int]]) -> dict[str, _List]:
    abstracts: dict[str, dict[int, Level]] = {}
    linked: dict[str, str] = {}
    for one in numbering:
        if local(one) == "abstractNum":
            name = attribute(one, "abstractNumId") or ""
            abstracts[name] = dict(_level(entry) for entry in one if local(entry) == "lvl")
            if link := attribute(child(one, "numStyleLink"), "val"):
                linked[name] = link
    nums = {
        attribute(one, "numId") or "": (attribute(child(one, "abstractNumId"), "val") or "", one)
        for one in numbering
        if local(one) == "num"
    }
    found = {}
    for number, (abstract, element) in nums.items():
        target = nums.get(styles.get(linked.get(abstract, ""), (None, 0))[0] or "", (abstract, element))[0]
        found[number] = _overridden(_List(target, dict(abstracts.get(target, {}))), element)
    return found


def _overridden(found: _List, num: Element) -> _List:
    for override in num:
        if local(override) != "lvlOverride":
            continue
        level = _integer(attribute(override, "ilvl"), 0)
        if (own := child(override, "lvl")) is not None:
            found.levels[level] = _level(own)[1]
        if (start := child(override, "startOverride")) is not None:
            found.starts[level] = _integer(attribute(start, "val"), 1)
    return found


def _level(element: Element) -> tuple[int, Level]:
    start = _integer(attribute(child(element, "start"), "val"), 0 if child(element, "start") is not None else 1)
    form = attribute(child(element, "numFmt"), "val") or "decimal"
    text = (attribute(child(element, "lvlText"), "val") or "")[:LABEL_CHARACTERS]
    restarts = attribute(child(element, "lvlRestart"), "val") != "0"
    legal = child(element, "isLgl") is not None
    return _integer(attribute(element, "ilvl"), 0), Level(start, form, text, restarts, legal)


def _integer(text: str | None, otherwise: int) -> int:
    return int(text) if text is not None and re.fullmatch(r"[0-9]{1,6}", text, re.ASCII) else otherwise


def number_text(number: int, form: str) -> str:
    """A number in one of Word's forms; digits for a form that is not known."""
    if not 1 <= number <= _LARGEST:
        return str(number)
    if form in ("upperLetter", "lowerLetter"):
        text = chr(ord("A") + (number - 1) % 26) * min(1 + (number - 1) // 26, LABEL_CHARACTERS)
        return text if form == "upperLetter" else text.lower()
    if form in ("upperRoman", "lowerRoman"):
        return _roman(number).upper() if form == "upperRoman" else _roman(number)
    if form in _CHINESE:
        return _han(number, _HAN, "十百千")
    if form in ("chineseLegalSimplified", "ideographLegalTraditional"):
        return _han(number, _LEGAL, "拾佰仟")
    return _plain_form(number, form)


def _plain_form(number: int, form: str) -> str:
    if form == "ideographTraditional" and number <= len(_STEMS):
        return _STEMS[number - 1]
    if form in ("ideographDigital", "japaneseDigitalTenThousand", "taiwaneseDigital"):
        return "".join(_HAN[int(digit)] for digit in str(number)).replace("零", "〇")
    if form.startswith("decimalEnclosedCircle") and number <= 20:
        return chr(0x2460 + number - 1)
    if form == "decimalEnclosedParen":
        return f"({number})"
    if form == "decimalEnclosedFullstop":
        return f"{number}."
    return f"{number:02d}" if form == "decimalZero" else str(number)


def _roman(number: int) -> str:
    text = ""
    for value, letters in _ROMAN:
        text += letters * (number // value)
        number %= value
    return text


def _han(number: int, digits: str, units: str) -> str:
    text, gap = "", False
    for place in range(len(str(number)) - 1, -1, -1):
        digit = number // 10**place % 10
        if digit == 0:
            gap = bool(text)
            continue
        text += ("零" if gap else "") + digits[digit] + (units[place - 1] if place else "")
        gap = False
    return text[1:] if 10 <= number < 20 and units[0] == "十" else text
