"""What stands in the fields of a paper's page, taken from a saved answer."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from app.exams.queries.asked import CHOICES
from app.exams.queries.attempts import SavedAnswer
from app.exams.queries.shown import ShownPlace
from question_bank.items import ItemType


@dataclass(frozen=True)
class Filled:
    """The fields of one question, empty where nothing is saved; only those of its type are filled.

    `pairs` gives the letter for the number of a prompt, `ranks` the rank from 1 for the letter of a line.
    """

    chosen: str = ""
    text: str = ""
    blanks: tuple[str, ...] = ()
    pairs: Mapping[int, str] = field(default_factory=dict)
    ranks: Mapping[str, int] = field(default_factory=dict)
    points: tuple[tuple[str, str], ...] = ()
    parts: tuple["Filled", ...] = ()


def filled(place: ShownPlace, saved: SavedAnswer | None) -> Filled:
    """The fields of a question for a saved answer in the letters of the page."""
    return _filled(place, saved.value if saved else "")


def _filled(place: ShownPlace, value: str) -> Filled:
    if place.parts:
        values = json.loads(value) if value else [""] * len(place.parts)
        return Filled(parts=tuple(_filled(part, one) for part, one in zip(place.parts, values, strict=True)))
    if place.type in CHOICES:
        return Filled(chosen=value)
    if place.blanks:
        return Filled(blanks=tuple(json.loads(value)) if value else ("",) * len(place.blanks))
    return _PICKED[place.type](value) if place.type in _PICKED else Filled(text=value)


def _pairs(value: str) -> Filled:
    return Filled(pairs={int(pair[:-1]): pair[-1] for pair in value.split()})


def _ranks(value: str) -> Filled:
    return Filled(ranks={letter: rank for rank, letter in enumerate(value, 1)})


def _points(value: str) -> Filled:
    points = (point.split(",") for point in value.split())
    return Filled(points=tuple((x, y) for x, y in points))


_PICKED: dict[str, Callable[[str], Filled]] = {
    ItemType.MATCHING: _pairs,
    ItemType.ORDERING: _ranks,
    ItemType.HOTSPOT: _points,
}
