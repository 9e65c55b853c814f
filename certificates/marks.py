"""What is drawn on a page beside its fixed layer: positioned primitives in points from the bottom left.

A layout is drawn in two layers. `render.static_page` gives the first: a PDF with everything that no holder's data
change, its structure tree included. `placing.placed` gives the second: these marks, one tuple for each page. Whoever
paints the second over the first, by whatever means, has the same picture as `render.render`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

Tag = Literal["H1", "H2", "P", "Span", "Figure"]
"""The structure type that content belongs to; a Span is the English twin inside its paragraph."""


@dataclass(frozen=True, slots=True)
class TextMark:
    """A run of text in one font: baseline start, size in points, colour as 0xRRGGBB, `font` the key of a face."""

    x: float
    y: float
    size: float
    colour: int
    text: str
    font: str
    tag: Tag | None = None
    mcid: int = -1


@dataclass(frozen=True, slots=True)
class PictureMark:
    """A JPEG picture filling a rectangle; `x`, `y` its bottom left corner."""

    x: float
    y: float
    width: float
    height: float
    data: bytes
    tag: Tag | None = None
    mcid: int = -1


@dataclass(frozen=True, slots=True)
class CodeMark:
    """The dark modules of a square code, first row on top, without the quiet zone; `x`, `y` its bottom left corner."""

    x: float
    y: float
    side: float
    modules: tuple[tuple[bool, ...], ...]
    colour: int
    tag: Tag | None = None
    mcid: int = -1


@dataclass(frozen=True, slots=True)
class LineMark:
    """A straight line of the given width and colour."""

    x1: float
    y1: float
    x2: float
    y2: float
    width: float
    colour: int
    tag: Tag | None = None
    mcid: int = -1


Mark = TextMark | PictureMark | CodeMark | LineMark


def sequences(marks: Sequence[Mark]) -> Iterator[tuple[Tag | None, int, tuple[Mark, ...]]]:
    """Neighbouring marks that belong to one marked-content sequence, with its tag and its identifier (MCID).

    Each is written as `/TAG <</MCID n>> BDC … EMC`, marks without a tag as `/Artifact BMC … EMC` (ISO 32000-2, 14.6
    and 14.8.2.2). The first layer's structure tree already names every identifier that a layout can use, so that
    the second layer adds no objects.
    """
    for (tag, mcid), found in groupby(marks, key=lambda mark: (mark.tag, mark.mcid)):
        yield tag, mcid, tuple(found)


def runs(row: tuple[bool, ...]) -> Iterator[tuple[int, int]]:
    """The dark stretches of one row of a code as (first module, length): neighbours leave no hair between them."""
    start = 0
    for dark, stretch in groupby(row):
        length = sum(1 for _module in stretch)
        if dark:
            yield start, length
        start += length
