"""Answers that a document marks instead of stating: the right option in red, bold, underlined or highlighted."""

from collections.abc import Iterable, Mapping

from question_bank.faults import Place, change, fault
from question_bank.formats.docx.text import BOLD, HIGHLIGHT, RED, UNDERLINE, Line
from question_bank.formats.drafts import Draft, Gathering
from question_bank.formats.plain_text.options import bare_option, begins_option, option_spans, options_start
from question_bank.items import ItemType

_MARKS = (RED, HIGHLIGHT, BOLD, UNDERLINE)
_SURE = (RED, HIGHLIGHT)  # what is seldom mere emphasis
_SHARE = 0.9  # of an option's characters that must stand out for the option to be marked
_WRITTEN_FOR = {
    RED: "KEY_MARKED_RED",
    HIGHLIGHT: "KEY_MARKED_HIGHLIGHT",
    BOLD: "KEY_MARKED_BOLD",
    UNDERLINE: "KEY_MARKED_UNDERLINE",
}


def marked_options(line: Line) -> dict[str, frozenset[str]]:
    """Option letter → how the option stands out as a whole, for the options that stand on a line."""
    return {letter: _standing_out(line, at, start, end) for letter, at, start, end in option_places(line.text)}


def option_places(text: str) -> list[tuple[str, int, int, int]]:
    """The options on a line as (letter, where the letter stands, where its text starts, where it ends)."""
    lead = len(text) - len(text.lstrip())
    if begins_option(text[lead:]) is None:
        bare = bare_option(text[lead:], text[lead : lead + 1])
        if bare is not None:
            return [(bare[0], lead, lead + 1, len(text))]
        start = options_start(text)
        if start is None:
            return []
        lead = start
    return [
        (marker.letter, lead + marker.start, lead + marker.end, lead + end) for marker, end in option_spans(text[lead:])
    ]


def _standing_out(line: Line, letter: int, start: int, end: int) -> frozenset[str]:
    inside = [(max(first, start), min(last, end), marks) for first, last, marks in line.spans if last > start]
    whole = sum(not char.isspace() for char in line.text[start:end])
    found = set()
    for mark in _MARKS:
        by_letter = any(first <= letter < last and mark in marks for first, last, marks in line.spans)
        shown = sum(
            not char.isspace()
            for first, last, marks in inside
            if mark in marks and last > first
            for char in line.text[first:last]
        )
        if by_letter or (whole and shown >= _SHARE * whole):
            found.add(mark)
    return frozenset(found)


def marked_keys(options: Iterable[str], standing: Mapping[str, frozenset[str]]) -> dict[str, str]:
    """Mark → the letters it picks out; a mark on every option or on none picks out nothing."""
    letters = list(options)
    found = {}
    for mark in _MARKS:
        picked = "".join(letter for letter in letters if mark in standing.get(letter, frozenset()))
        if 0 < len(picked) < len(letters):
            found[mark] = picked
    return found


def take_marked_key(gathering: Gathering, draft: Draft, standing: Mapping[str, frozenset[str]]) -> None:
    """Give a draft without an answer the one its document marks; point out where a stated answer is another."""
    found = marked_keys([letter for letter, _ in draft.options], standing)
    if draft.type is ItemType.SINGLE:
        found = {mark: picked for mark, picked in found.items() if len(picked) == 1}
    if not found or draft.type is ItemType.ORDERING or any(one.code.startswith("KEY_") for one in draft.faults):
        return
    if draft.key:
        _compare(gathering, draft, found, draft.place)
    elif len(set(found.values())) > 1:
        said = "、".join(sorted(set(found.values())))
        draft.faults.append(fault("KEY_CONFLICT", draft.place, text=said))
    else:
        mark, draft.key = next(iter(found.items()))
        draft.faults[:] = [one for one in draft.faults if one.code != "ANSWER_UNPLACED"]
        draft.changes.append(change(_WRITTEN_FOR[mark], draft.place, key=draft.key))


def _compare(gathering: Gathering, draft: Draft, found: Mapping[str, str], place: Place) -> None:
    stated = "".join(sorted(char for char in (draft.key or "").upper() if char.isascii() and char.isalpha()))
    told = next((found[mark] for mark in _SURE if mark in found), stated)
    if stated and told != stated:
        gathering.warn(fault("MARKED_OTHERWISE", place, key=stated, marked=told))
