"""The second layer of a page as one content stream: marks written over the first layer by hand.

The operators are those of ISO 32000-2, 8.4 to 9.4; the drawing library of the plain renderer writes the same ones.
"""

import re
import zlib
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from itertools import groupby
from operator import itemgetter

from certificates.fast.outlines import FAST, TIGHT, Subset, outlines_of
from certificates.marks import CodeMark, LineMark, Mark, PictureMark, TextMark, sequences

DARK, SPAN = re.compile(rb"\x01+"), re.Match.span
FIRST = itemgetter(0)


class Overlay:
    """Collects what the marks of a document need: small fonts of the characters shown, and pictures, each of them once.

    Of the characters in `shared`, which many documents show, each face gives one font that stays made; the others of a
    document, a few of the holder's name and number, go into a second one.
    """

    def __init__(self, pages: Sequence[Sequence[Mark]], shared: AbstractSet[int] = frozenset()) -> None:
        self._pages = pages
        self.pictures: dict[bytes, str] = {}
        used: dict[str, set[int]] = {}
        for page in pages:
            for mark in page:
                if isinstance(mark, TextMark):
                    used.setdefault(mark.font, set()).update(map(ord, mark.text))
                elif isinstance(mark, PictureMark):
                    self.pictures.setdefault(mark.data, f"P{len(self.pictures)}")
        self.fonts: dict[str, tuple[str, Subset]] = {}
        self._codes: dict[str, dict[int, tuple[str, str]]] = {}
        for key, found in used.items():
            self._codes[key] = {}
            for some, make in ((found & shared, shared_subset), (found - shared, own_subset)):
                if some:
                    self._add(key, make(key, frozenset(some)))

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return len(self._pages)

    def _add(self, key: str, font: Subset) -> None:
        name = f"V{len(self.fonts)}"
        self.fonts[name] = key, font
        self._codes[key].update((one, (name, code)) for one, code in font.codes.items())

    def stream(self, page: int) -> bytes:
        """The content stream of a page, deflated."""
        written: list[str] = ["q"]
        for tag, mcid, marks in sequences(self._pages[page]):
            written.append("/Artifact BMC" if tag is None else f"/{tag} <</MCID {mcid}>> BDC")
            written.extend(self._drawn(mark) for mark in marks)
            written.append("EMC")
        written.append("Q")
        return zlib.compress("\n".join(written).encode(), FAST)

    def _drawn(self, mark: Mark) -> str:
        if isinstance(mark, TextMark):
            return self._text(mark)
        if isinstance(mark, PictureMark):
            placed = " ".join(map(number, (mark.width, 0, 0, mark.height, mark.x, mark.y)))
            return f"q {placed} cm /{self.pictures[mark.data]} Do Q"
        if isinstance(mark, CodeMark):
            return _code(mark)
        return _line(mark)

    def _text(self, mark: TextMark) -> str:
        size, codes = number(mark.size), self._codes[mark.font]
        shown = "".join(
            f" /{name} {size} Tf <{''.join([code for _name, code in some])}> Tj"
            for name, some in groupby([codes[one] for one in map(ord, mark.text)], FIRST)
        )
        return f"{colour(mark.colour)} rg BT {number(mark.x)} {number(mark.y)} Td{shown} ET"


@lru_cache(maxsize=64)
def shared_subset(key: str, characters: frozenset[int]) -> Subset:
    """The font of characters that many documents show: made once, so packed as tightly as can be."""
    return outlines_of(key).subset(characters, TIGHT)


def own_subset(key: str, characters: frozenset[int]) -> Subset:
    """The font of one document's own characters."""
    return outlines_of(key).subset(characters)


def _code(mark: CodeMark) -> str:
    """The dark modules as rectangles of whole numbers in a space where a module measures one."""
    count = len(mark.modules)
    side = number(mark.side / count, 6)
    starts, lengths = _grid(count)
    dark = DARK.finditer(b"\0".join(map(bytes, mark.modules)))
    bars = "".join([starts[start] + lengths[end - start] for start, end in map(SPAN, dark)])
    return f"q {colour(mark.colour)} rg {side} 0 0 {side} {number(mark.x)} {number(mark.y)} cm\n{bars}f Q"


@lru_cache(maxsize=16)
def _grid(count: int) -> tuple[list[str], list[str]]:
    """Of a code of so many modules a side: where each stretch begins, and how it ends, as they are written."""
    starts = [f"{x} {count - 1 - row} " for row in range(count) for x in range(count + 1)]
    return starts, [f"{length} 1 re\n" for length in range(count + 1)]


def _line(mark: LineMark) -> str:
    ends = f"{number(mark.x1)} {number(mark.y1)} m {number(mark.x2)} {number(mark.y2)} l"
    return f"{colour(mark.colour)} RG {number(mark.width)} w {ends} S"


def number(value: float, places: int = 4) -> str:
    """A number of at most four decimal places, which is far below what a printer resolves; never in exponents."""
    text = f"{value:.{places}f}"
    return text.rstrip("0").rstrip(".") or "0"


@lru_cache(maxsize=256)
def colour(value: int) -> str:
    """The three components of 0xRRGGBB, from 0 to 1."""
    return " ".join(f"{(value >> shift & 0xFF) / 255:.4g}" for shift in (16, 8, 0))
