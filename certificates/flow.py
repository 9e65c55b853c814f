"""Running text over several A4 portrait pages: blocks that are kept together where they can be."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

from certificates.fonts import Font
from certificates.layout import INK, Box
from certificates.tagging import Element, Reading
from certificates.typeset import DROP, LEADING, MM, wrap

WIDTH, HEIGHT = 210.0, 297.0
LEFT, RIGHT = 20.0, 190.0
TOP, BOTTOM = 20.0, 275.0
MEASURE = RIGHT - LEFT

Draw = Callable[["Sheet", float], None]


@dataclass(slots=True, eq=False)
class Said:
    """What a run of text is to somebody who hears it: its role, its language; `section` begins a part of that title."""

    role: str = "P"
    lang: str = ""
    section: str = ""
    element: Element | None = None


ORNAMENT = Said(role="")
"""Of text that only repeats what stands elsewhere."""


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of one line, `x` mm from the left edge of the page, size in points."""

    x: float
    text: str
    size: float
    colour: int
    said: Said | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """Runs that share a baseline, and how deep the row is in mm; `draw` paints something at its top instead."""

    height: float
    runs: tuple[Run, ...] = ()
    draw: Draw | None = None


Block = tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page being drawn; millimetres from the top left. With `reading`, what is drawn is tagged."""

    canvas: Canvas
    font: Font
    reading: Reading | None = None

    def text(self, run: Run, y: float) -> None:
        """One run whose line begins at `y`."""
        self.texts([(run, y)])

    def texts(self, runs: Sequence[tuple[Run, float]]) -> None:
        """Runs that are one piece to a reader, each with the depth at which its line begins."""
        with self._marked(runs[0][0].said or Said(), runs[0][1]):
            for run, y in runs:
                self._run(run, y)

    def _run(self, run: Run, y: float) -> None:
        self.canvas.setFillColor(HexColor(run.colour))
        x = run.x * MM
        for key, piece in self.font.runs(run.text):
            self.canvas.setFont(key, run.size)
            self.canvas.drawString(x, HEIGHT * MM - y * MM - run.size + DROP * run.size, piece)
            x += self.font.width(piece, run.size)

    @contextmanager
    def _marked(self, said: Said | None, y: float = 0) -> Iterator[None]:
        if self.reading is None:
            yield
            return
        if said is not None and said.role and said.element is None:
            if said.section:
                self._begin(said.section, y)
            said.element = self.reading.element(said.role)
            said.element.lang = said.lang
        with self.reading.mark(said.element if said is not None else None):
            yield

    def _begin(self, title: str, y: float) -> None:
        """A part of the document: a branch of the tree and a bookmark at its heading."""
        if self.reading is not None:
            self.reading.section(title)
            key = f"part-{len(self.reading.document.kids)}"
            self.canvas.bookmarkPage(key, fit="XYZ", top=(HEIGHT - y + 3) * MM)
            self.canvas.addOutlineEntry(title, key, level=0)

    def rule(self, y: float, colour: int, left: float = LEFT, right: float = RIGHT, width: float = 0.4) -> None:
        """A level line."""
        with self._marked(None):
            self.canvas.setStrokeColor(HexColor(colour))
            self.canvas.setLineWidth(width)
            self.canvas.line(left * MM, (HEIGHT - y) * MM, right * MM, (HEIGHT - y) * MM)

    def frame(self, box: Box, colour: int, width: float, *, fill: int | None = None, dashed: bool = False) -> None:
        """A box with a line round it."""
        with self._marked(None):
            self.canvas.saveState()
            self.canvas.setStrokeColor(HexColor(colour))
            self.canvas.setLineWidth(width)
            if dashed:
                self.canvas.setDash(3, 2)
            if fill is not None:
                self.canvas.setFillColor(HexColor(fill))
            bottom = (HEIGHT - box.bottom) * MM
            self.canvas.roundRect(
                box.x * MM, bottom, box.width * MM, box.height * MM, 1.2 * MM, stroke=1, fill=int(fill is not None)
            )
            self.canvas.restoreState()


def paragraph(
    text: str, font: Font, size: float, *, x: float = LEFT, width: float = MEASURE, colour: int = INK, lang: str = ""
) -> Block:
    """The text broken into rows; nothing for an empty text."""
    height, said = size * LEADING / MM, Said(lang=lang)
    return tuple(Row(height, (Run(x, line, size, colour, said),)) for line in wrap(text, font, size, width * MM))


def beside(*columns: Block) -> Block:
    """Columns that begin on one line: row n of each shares a line, as deep as the deepest."""
    rows: list[Row] = []
    for index in range(max((len(column) for column in columns), default=0)):
        here = [column[index] for column in columns if index < len(column)]
        rows.append(Row(max(row.height for row in here), tuple(run for row in here for run in row.runs)))
    return tuple(rows)


def gap(height: float) -> Row:
    """Empty depth."""
    return Row(height)


def paged(
    blocks: Sequence[Block], first: float = TOP, top: float = TOP, bottom: float = BOTTOM
) -> list[list[tuple[float, Row]]]:
    """Rows with their depth, page by page; the first page begins at `first`, every further one at `top`.

    A block goes to the next page whole when it fits there and not here; one deeper than a page is broken between rows.
    """
    pages: list[list[tuple[float, Row]]] = [[]]
    y = first
    for block in blocks:
        deep = sum(row.height for row in block)
        if y + deep > bottom and deep <= bottom - top:
            pages.append([])
            y = top
        for row in block:
            if y + row.height > bottom and pages[-1]:
                pages.append([])
                y = top
            if pages[-1] or row.runs or row.draw:  # no empty depth at the top of a page
                pages[-1].append((y, row))
                y += row.height
    return pages


def paint(sheet: Sheet, rows: Sequence[tuple[float, Row]]) -> None:
    """Draw the rows of one page, each paragraph whole before the next, as it is read aloud."""
    owned: dict[Said, list[tuple[Run, float]]] = {}
    order: list[tuple[float, Row] | list[tuple[Run, float]]] = []
    for y, row in rows:
        if row.draw is not None:
            order.append((y, row))
        for run in row.runs:
            said = run.said or Said()
            if said not in owned:
                owned[said] = []
                order.append(owned[said])
            owned[said].append((run, y))
    for one in order:
        if isinstance(one, list):
            sheet.texts(one)
        elif one[1].draw is not None:
            one[1].draw(sheet, one[0])
