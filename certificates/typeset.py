"""Breaking text into lines and fitting it into a box; nothing is ever cut off or run over."""

from dataclasses import dataclass
from functools import lru_cache

from certificates.errors import TextDoesNotFit
from certificates.fonts import Font

MM = 72 / 25.4
LEADING = 1.28
TWIN_RATIO = 0.68
TWIN_FLOOR = 5.5
STEP = 0.5
DROP = 0.12
"""The font's ideographs sit a little below the baseline: this share of the size belongs under it."""
NOT_AT_START = frozenset("，。、；：！？）》〉」』】〕”’·…—,.;:!?)]}%")
NOT_AT_END = frozenset("（《〈「『【〔“‘([{")


@dataclass(frozen=True, slots=True)
class Line:
    """One line with its size in points and the depth of its baseline below the box's top in mm."""

    text: str
    size: float
    baseline: float
    is_twin: bool


@lru_cache(maxsize=4096)
def _pieces(text: str) -> tuple[str, ...]:
    """Unbreakable pieces: one ideograph, or one Latin word, with the punctuation that may not be parted from it."""
    pieces: list[str] = []
    for character in " ".join(text.split()):
        if pieces and _joins(pieces[-1], character):
            pieces[-1] += character
        else:
            pieces.append(character)
    return tuple(pieces)


def _joins(piece: str, character: str) -> bool:
    last = piece[-1]
    if character == " " or character in NOT_AT_START or last in NOT_AT_END:
        return True
    return last != " " and last not in NOT_AT_START and _is_narrow(last) and _is_narrow(character)


def _is_narrow(character: str) -> bool:
    return ord(character) < 0x2E80


def wrap(text: str, font: Font, size: float, width: float) -> tuple[str, ...]:
    """The lines of the text at this size, none wider than `width` points; an overlong word is broken."""
    lines: list[str] = []
    line = ""
    for piece in _pieces(text):
        if font.width((line + piece).rstrip(), size) <= width:
            line += piece
            continue
        if line:
            lines.append(line.rstrip())
        line = piece
        while font.width(line.rstrip(), size) > width and len(line) > 1:
            cut = _longest(line, font, size, width)
            lines.append(line[:cut])
            line = line[cut:]
    if line.strip():
        lines.append(line.rstrip())
    return tuple(lines)


def _longest(line: str, font: Font, size: float, width: float) -> int:
    cut = 1
    while cut < len(line) and font.width(line[: cut + 1], size) <= width:
        cut += 1
    return cut


@lru_cache(maxsize=8192)
def fit(
    text: str, twin: str, font: Font, *, width: float, height: float, size: float, floor: float, name: str
) -> tuple[Line, ...]:
    """The text and its smaller twin below it, at the largest size that fits the box (mm); sizes in points.

    Raises TextDoesNotFit, naming the place, when even the floor is too large.
    """
    step = size
    while step >= floor:
        lines, used = _stack(text, twin, font, width * MM, step, min(TWIN_FLOOR, floor))
        if used <= height * MM:
            return lines
        step -= STEP
    raise TextDoesNotFit(
        "TEXT_DOES_NOT_FIT",
        f"“{name}”的内容过长，凭证上放不下：“{text}”。",
        f"The text for “{name}” is too long for the certificate: “{text}”.",
        {"field": name, "text": text},
    )


def _stack(
    text: str, twin: str, font: Font, width: float, size: float, twin_floor: float
) -> tuple[tuple[Line, ...], float]:
    lines: list[Line] = []
    depth = 0.0
    twin_size = max(size * TWIN_RATIO, twin_floor)
    for part, part_size, is_twin in ((text, size, False), (twin, twin_size, True)):
        for line in wrap(part, font, part_size, width):
            lines.append(Line(line, part_size, (depth + part_size) / MM, is_twin))
            depth += part_size * LEADING
    return tuple(lines), depth
