"""What counts as right for a question in one sitting: the bank's truth or a corrected one, as text and in words."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from app.exams.queries.asked import CHOICES
from question_bank.errors import BankError
from question_bank.items import LETTERS, MARKED_BY_PEOPLE, Area, Item, ItemType
from question_bank.responses import read_response

EVERYBODY = ""
"""The corrected key by which every candidate gets the marks."""
BY_PEOPLE = "*"
"""Stands for the key of a question that has none of its own: a case, or what people mark."""
Line = tuple[str, str]
"""A label (the number of a blank, a prompt, a part; often empty) and what is said under it."""


def key_text(item: Item) -> str:
    """The truth of a question as results keep it: letters, pairs, or for blanks a JSON list of their accepted texts."""
    if item.blanks:
        return json.dumps([blank.accepted for blank in item.blanks], ensure_ascii=False)
    if item.parts or item.type in MARKED_BY_PEOPLE:
        return BY_PEOPLE
    return (" " if item.type is ItemType.MATCHING else "").join(item.key)


def with_key(item: Item, key: str) -> Item:
    """The question with this truth in the place of its own; the worth of options falls away with the key."""
    if key == key_text(item):
        return item
    if item.blanks:
        accepted = json.loads(key)
        blanks = (replace(blank, accepted=tuple(texts)) for blank, texts in zip(item.blanks, accepted, strict=True))
        return replace(item, blanks=tuple(blanks))
    options = tuple(replace(option, worth=None) for option in item.options)
    letters = key.split(" ") if item.type is ItemType.MATCHING else key
    return replace(item, key=tuple(letters), options=options)


def read_key(item: Item, said: str) -> str | None:
    """The truth as a trainer writes it; None where a question of this type takes none.

    Letters for choices, areas and orders, pairs such as 1A 2C, and texts for blanks: blanks parted by semicolons, texts
    that are both right by a bar.
    """
    if item.blanks:
        blanks = [
            [text.strip() for text in re.split(r"[|｜]", part) if text.strip()] for part in re.split(r"[;；]", said)
        ]
        return json.dumps(blanks, ensure_ascii=False) if len(blanks) == len(item.blanks) else "[]"
    if item.parts or item.type in MARKED_BY_PEOPLE:
        return None
    if item.type is ItemType.MATCHING:
        pairs = re.findall(r"(\d{1,2})\s*([A-Z])", said.upper(), re.ASCII)
        return " ".join(f"{int(number)}{letter}" for number, letter in sorted(pairs, key=lambda pair: int(pair[0])))
    letters = [letter for letter in said.upper() if letter.isalnum()]
    return "".join(letters if item.type is ItemType.ORDERING else sorted(set(letters)))


def written_key(item: Item, key: str) -> str:
    """A kept truth as a trainer would write it (`read_key`); a dash where there is none to write."""
    if item.blanks and key != EVERYBODY:
        return "; ".join("|".join(texts) for texts in json.loads(key))
    return "—" if key == BY_PEOPLE else key


def answer_lines(item: Item, value: str) -> tuple[Line, ...]:
    """A kept response in words; empty where nothing was answered."""
    try:
        given = read_response(item, value)
    except BankError:
        return (("", value),)
    return tuple(_in_words(item, given)) if any(given) else ()


def key_lines(item: Item, key: str) -> tuple[Line, ...]:
    """What is right, in words; for what people mark, the model answer; empty where everybody gets the marks."""
    return () if key == EVERYBODY else tuple(_solution(with_key(item, key)))


def _in_words(item: Item, given: Sequence[str]) -> Iterator[Line]:
    texts = {option.key: option.text for option in item.options}
    if item.parts:
        for number, (part, said) in enumerate(zip(item.parts, given, strict=True), 1):
            yield from _under(f"({number})", answer_lines(part, said) or (("", ""),))
    elif item.blanks:
        yield from _blank_lines(item, given)
    elif item.type is ItemType.MATCHING:
        yield from ((item.prompts[int(pair[:-1]) - 1], texts[pair[-1]]) for pair in given)
    elif item.type is ItemType.ORDERING:
        yield from ((f"{rank}.", texts[letter]) for rank, letter in enumerate(given, 1))
    elif item.type in CHOICES:
        yield "", " / ".join(texts.get(letter, letter) for letter in given)
    else:
        yield "", " ".join(f"({point})" for point in given) if item.type is ItemType.HOTSPOT else given[0]


def _blank_lines(item: Item, given: Sequence[str]) -> Iterator[Line]:
    for number, (blank, said) in enumerate(zip(item.blanks, given, strict=True), 1):
        texts = {option.key: option.text for option in blank.options}
        yield (f"({number})" if len(item.blanks) > 1 else ""), texts.get(said, said)


def _solution(item: Item) -> Iterator[Line]:
    if item.parts:
        for number, part in enumerate(item.parts, 1):
            yield from _under(f"({number})", tuple(_solution(part)))
    elif item.blanks:
        yield from _blank_lines(item, [_accepted(item, number) for number in range(len(item.blanks))])
    elif item.type is ItemType.HOTSPOT:
        yield from ((area.key, _area(area)) for area in item.areas if area.key in item.key)
    elif item.type in MARKED_BY_PEOPLE:
        yield from [("", item.model_answer)] if item.model_answer else [("·", one.text) for one in item.rubric]
    else:
        yield from _in_words(item, item.key)


def _accepted(item: Item, index: int) -> str:
    blank = item.blanks[index]
    if blank.options:
        return blank.accepted[0]
    within = f" ± {blank.tolerance:f}" if blank.tolerance else ""
    return " / ".join(blank.accepted) + within


def _area(area: Area) -> str:
    """The place as a rectangle around it: from its left upper to its right lower corner."""
    at = area.coords
    if len(at) == 3:
        return f"({at[0] - at[2]},{at[1] - at[2]}) – ({at[0] + at[2]},{at[1] + at[2]})"
    return f"({min(at[::2])},{min(at[1::2])}) – ({max(at[::2])},{max(at[1::2])})"


def _under(label: str, lines: Sequence[Line]) -> Iterator[Line]:
    for own, text in lines:
        yield f"{label} {own}".strip(), text


def shown_letters(order: Sequence[str], value: str) -> str:
    """A choice by the letters it stood under on the page; T and F as they are."""
    return "".join(sorted(LETTERS[order.index(key)] if key in order else key for key in value))
