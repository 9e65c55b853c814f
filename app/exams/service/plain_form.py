"""The fields of the paper's plain form as responses, for browsers without script.

A place n is named pn. Its choices and its text stand under that name; its blanks under pn-b1, pn-b2 …, the options of
its prompts under pn-m1 …, the ranks of its lines under pn-oA …, its points under pn-x1 and pn-y1 …, and the parts of a
case under pn-q1 …, each with the same endings.
"""

import re
from collections.abc import Mapping, Sequence

from app.exams.queries.asked import CHOICES, Asked, Place
from question_bank.errors import BankError
from question_bank.items import MARKED_BY_PEOPLE, Item, ItemType
from question_bank.responses import POINTS, read_response, write_response

Fields = Mapping[str, list[str]]
_PLACE = re.compile(r"p([1-9][0-9]{0,2})(?=-|$)")
_PIXELS = re.compile(r"[0-9]{1,5}", re.ASCII)


def from_form(fields: Fields, places: Sequence[Place]) -> dict[int, str | None]:
    """Position → response in the letters of the page, for every place and any other that is named.

    Empty where nothing is filled in, None where the fields make no response.
    """
    found: dict[int, str | None] = {
        int(named[1]): _letters(values) for name, values in fields.items() if (named := _PLACE.match(name))
    }
    for position, place in enumerate(places, 1):
        name = f"p{position}"
        found[position] = _asked(fields, name, place) if isinstance(place, Asked) else _letters(fields.get(name, ()))
    return found


def _letters(values: Sequence[str]) -> str:
    return "".join(sorted(set(values)))


def _asked(fields: Fields, name: str, place: Asked) -> str | None:
    try:
        return write_response(place.twin, read_response(place.twin, _response(fields, name, place.twin)))
    except BankError:
        return None


def _response(fields: Fields, name: str, item: Item) -> str:
    """What the fields say, to be read as any response is."""
    if item.parts:
        parts = [_response(fields, f"{name}-q{number}", part) for number, part in enumerate(item.parts, 1)]
        return write_response(item, parts)
    if item.blanks:
        return write_response(item, [_one(fields, f"{name}-b{n}") for n in range(1, len(item.blanks) + 1)])
    if item.type in MARKED_BY_PEOPLE:
        return _text(fields, name)
    if item.type is ItemType.MATCHING:
        chosen = ((n, _one(fields, f"{name}-m{n}")) for n in range(1, len(item.prompts) + 1))
        return " ".join(f"{n}{letter}" for n, letter in chosen if letter)
    if item.type is ItemType.ORDERING:
        return _ranked(fields, name, item)
    return _letters(fields.get(name, ())) if item.type in CHOICES else _points(fields, name)


def _one(fields: Fields, name: str) -> str:
    return (fields.get(name) or [""])[0].strip()


def _text(fields: Fields, name: str) -> str:
    text = (fields.get(name) or [""])[0].replace("\r\n", "\n")
    return text if text.strip() else ""


def _ranked(fields: Fields, name: str, item: Item) -> str:
    """The letters in the order of their ranks, with a question mark, which no order has, for a rank that is missing."""
    ranks = {option.key: _one(fields, f"{name}-o{option.key}") for option in item.options}
    if not any(ranks.values()):
        return ""
    wanted = {str(n): "?" for n in range(1, len(ranks) + 1)}
    wanted.update({rank: letter for letter, rank in ranks.items() if rank in wanted})
    return "".join(wanted.values())


def _points(fields: Fields, name: str) -> str:
    """The points whose fields are filled; half a point stays one, so that it is refused."""
    pairs = ((_one(fields, f"{name}-x{n}"), _one(fields, f"{name}-y{n}")) for n in range(1, POINTS + 1))
    return " ".join(f"{_pixels(x)},{_pixels(y)}" for x, y in pairs if x or y)


def _pixels(text: str) -> str:
    return str(int(text)) if _PIXELS.fullmatch(text) else "?"
