"""What a candidate answered, as one line of text and as its parts.

A response is kept as text, empty where nothing was answered:

SINGLE, MULTIPLE, TRUE_FALSE    letters, sorted and joined: "B", "ACD", "T"
ORDERING                        letters in the candidate's order: "CAB"
MATCHING                        prompt and option, in the order of the prompts: "1A 3C"
HOTSPOT                         points in pixels of the picture: "120,45 300,80"
FILL, CLOZE, NUMERIC            JSON list of texts or letters, one for each blank: ["二百", "A"]
CASE                            JSON list of responses, one for each part
SHORT_ANSWER, CASE_ANALYSIS     the text itself
"""

import json
import re
from collections.abc import Callable, Iterable

from question_bank.faults import BankError, refusal, shown
from question_bank.items import LETTERS, MARKED_BY_PEOPLE, Area, Blank, Item, ItemType, Shape

TEXT_CHARACTERS = 5000
BLANK_CHARACTERS = 200
POINTS = len(LETTERS)

Parts = tuple[str, ...]


def read_response(item: Item, value: str) -> Parts:
    """The parts of a response: letters, pairs, points, texts of blanks, responses of parts, or one text.

    Raises BankError RESPONSE_BAD where the text cannot be a response to this question.
    """
    if not value:
        return ("",) * len(item.blanks or item.parts)
    if len(value) > _longest(item):
        raise _bad(value)
    return _READERS[item.type](item, value)


def write_response(item: Item, parts: Iterable[str]) -> str:
    """The text that `read_response` takes apart again; empty where every part is."""
    given = tuple(parts)
    if not any(given):
        return ""
    if item.type in {ItemType.SINGLE, ItemType.MULTIPLE, ItemType.TRUE_FALSE}:
        return "".join(sorted(set(given)))
    if item.type is ItemType.ORDERING:
        return "".join(given)
    if item.type is ItemType.MATCHING:
        return " ".join(sorted(given, key=lambda pair: int(pair[:-1])))
    if item.type is ItemType.HOTSPOT:
        return " ".join(given)
    return given[0] if item.type in MARKED_BY_PEOPLE else json.dumps(given, ensure_ascii=False)


def solution(item: Item) -> Parts:
    """A response that earns every mark, in parts; empty where people mark."""
    if item.blanks:
        return tuple(blank.accepted[0] for blank in item.blanks)
    if item.parts:
        return tuple(write_response(part, solution(part)) for part in item.parts)
    if item.type is ItemType.HOTSPOT:
        return tuple(_inside(area) for area in item.areas if area.key in item.key)
    return () if item.type in MARKED_BY_PEOPLE else item.key


def _inside(area: Area) -> str:
    """A point of an area: the middle of a circle or rectangle, a corner of a polygon, whose middle may lie outside."""
    at = area.coords
    x, y = ((at[0] + at[2]) // 2, (at[1] + at[3]) // 2) if area.shape is Shape.RECTANGLE else at[:2]
    return f"{x},{y}"


def _longest(item: Item) -> int:
    """Characters of the longest response; a list doubles every quotation mark and line end of what stands in it."""
    if item.parts:
        return sum(2 * _longest(part) + 6 for part in item.parts)
    return max(TEXT_CHARACTERS, (2 * BLANK_CHARACTERS + 6) * len(item.blanks))


def _bad(value: str) -> BankError:
    return refusal("RESPONSE_BAD", value=shown(value))


def _letters(item: Item, value: str) -> Parts:
    known = {option.key for option in item.options} or {"T", "F"}
    single = item.type is not ItemType.MULTIPLE
    if not set(value) <= known or list(value) != sorted(set(value)) or (single and len(value) > 1):
        raise _bad(value)
    return tuple(value)


def _order(item: Item, value: str) -> Parts:
    if sorted(value) != sorted(option.key for option in item.options):
        raise _bad(value)
    return tuple(value)


def _pairs(item: Item, value: str) -> Parts:
    pairs = value.split(" ")
    prompts = [pair[:-1] for pair in pairs]
    letters = {option.key for option in item.options}
    known = {str(number) for number in range(1, len(item.prompts) + 1)}
    if not set(prompts) <= known or len(set(prompts)) < len(prompts) or not {pair[-1:] for pair in pairs} <= letters:
        raise _bad(value)
    return tuple(pairs)


def _points(_item: Item, value: str) -> Parts:
    points = value.split(" ")
    if len(points) > POINTS or not all(re.fullmatch(r"\d{1,5},\d{1,5}", point, re.ASCII) for point in points):
        raise _bad(value)
    return tuple(points)


def _list(value: str, count: int) -> list[str]:
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        raise _bad(value) from None
    if not isinstance(found, list) or len(found) != count or not all(map(_is_text, found)):
        raise _bad(value)
    return found


def _is_text(entry: object) -> bool:
    """Whether it is text, of whole characters: half of a surrogate pair can be written in JSON, but not stored."""
    return isinstance(entry, str) and not any("\ud800" <= char <= "\udfff" for char in entry)


def _blanks(item: Item, value: str) -> Parts:
    found = _list(value, len(item.blanks))
    if not all(_fits(blank, text) for blank, text in zip(item.blanks, found, strict=True)):
        raise _bad(value)
    return tuple(found)


def _fits(blank: Blank, text: str) -> bool:
    if blank.options:
        return text == "" or text in {option.key for option in blank.options}
    return len(text) <= BLANK_CHARACTERS


def _parts(item: Item, value: str) -> Parts:
    found = _list(value, len(item.parts))
    for part, text in zip(item.parts, found, strict=True):
        read_response(part, text)
    return tuple(found)


def _text(_item: Item, value: str) -> Parts:
    return (value,)


_READERS: dict[ItemType, Callable[[Item, str], Parts]] = {
    ItemType.SINGLE: _letters,
    ItemType.MULTIPLE: _letters,
    ItemType.TRUE_FALSE: _letters,
    ItemType.ORDERING: _order,
    ItemType.MATCHING: _pairs,
    ItemType.HOTSPOT: _points,
    ItemType.FILL: _blanks,
    ItemType.CLOZE: _blanks,
    ItemType.NUMERIC: _blanks,
    ItemType.CASE: _parts,
    ItemType.SHORT_ANSWER: _text,
    ItemType.CASE_ANALYSIS: _text,
}
