"""Option letters in a line: one option a line, or several on one."""

import re
from dataclasses import dataclass

FIRSTS_TRIED = 20  # a line has one A that begins its options; hostile lines have thousands
_MARKER = re.compile(r"[（(]\s*(?P<round>[A-Za-z])\s*[)）]\s*[.．、]?|(?P<letter>[A-Za-z])\s*(?P<mark>[.．、:：)）])")
_BARE = re.compile(r"(?P<letter>[A-H])(?:\s+|(?=[\u4e00-\u9fff《“]))(?P<text>\S.*)")


@dataclass(frozen=True, slots=True)
class Marker:
    """An option letter with its punctuation: where it starts, where its text starts."""

    letter: str
    start: int
    end: int
    style: str


def following(letter: str | None) -> str:
    """The letter that comes after; A at the beginning."""
    return "A" if letter is None else chr(ord(letter) + 1)


def markers(text: str) -> list[Marker]:
    """Every place that could be an option letter, in order."""
    found = []
    for match in _MARKER.finditer(text):
        letter = (match["round"] or match["letter"]).upper()
        before = text[match.start() - 1] if match.start() else " "
        if not (before.isascii() and before.isalnum()):
            found.append(Marker(letter, match.start(), match.end(), match["mark"] or "()"))
    return found


def begins_option(text: str) -> str | None:
    """The option letter that the line begins with, or None."""
    found = _MARKER.match(text)
    if found is None:
        return None
    letter = (found["round"] or found["letter"]).upper()
    return letter if letter <= "H" else None


def bare_option(text: str, expected: str) -> tuple[str, str] | None:
    """Letter and text of an option without punctuation, such as A 警告 or A警告, if it is the letter expected."""
    match = _BARE.fullmatch(text)
    return (match["letter"], match["text"]) if match and match["letter"] == expected else None


def split_options(text: str) -> list[tuple[str, str]]:
    """Options of a line that begins with one. A letter counts when it follows the one before in the alphabet.

    First those after a space; where that finds a single option, those written without a space in the same style.
    """
    return [(marker.letter, text[marker.end : end].strip().rstrip(";；")) for marker, end in option_spans(text)]


def option_spans(text: str) -> list[tuple[Marker, int]]:
    """The options of a line that begins with one: each letter, and where its text ends."""
    every = markers(text)
    if not every or every[0].start != 0:
        return []
    spaced = _chain(text, every, spaced=True)
    chain = spaced if len(spaced) > 1 else _chain(text, every, spaced=False)
    return list(zip(chain, [*(marker.start for marker in chain[1:]), len(text)], strict=True))


def _chain(text: str, every: list[Marker], *, spaced: bool) -> list[Marker]:
    chain = [every[0]]
    for marker in every[1:]:
        between = text[chain[-1].end : marker.start]
        apart = text[marker.start - 1] in " ;；。，," if spaced else marker.style == chain[0].style
        if marker.letter == following(chain[-1].letter) and apart and between.strip():
            chain.append(marker)
    return chain


def split_stem(text: str) -> tuple[str, list[tuple[str, str]]]:
    """Stem and options where both stand on one line: the last A that is followed by a B."""
    start = options_start(text)
    return (text, []) if start is None else (text[:start].rstrip(), split_options(text[start:]))


def options_start(text: str) -> int | None:
    """Where the options begin on a line that begins with a stem; None where it has none."""
    firsts = [marker.start for marker in markers(text) if marker.letter == "A" and marker.start > 0]
    return next((at for at in reversed(firsts[-FIRSTS_TRIED:]) if len(option_spans(text[at:])) > 1), None)
