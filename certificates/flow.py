"""Running text over several A4 portrait pages: blocks that are kept together where they can be."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

from certificates.fonts import Font
from certificates.layout import INK, Box
from certificates.typeset import LEADING, MM, wrap

WIDTH, HEIGHT = 210.0, 297.0
LEFT, RIGHT = 20.0, 190.0
TOP, BOTTOM = 20.0, 275.0
MEASURE = RIGHT - LEFT
DROP = 0.12
"""The font's ideographs sit a little below the baseline: this share of the size belongs under it."""

Draw = Callable[["Sheet", float], None]


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of one line, `x` mm from the left edge of the page, size in points."""

    x: float
    text: str
    size: float
    colour: int


@dataclass(frozen=True, slots=True)
class Row:
    """Runs that share a baseline, and how deep the row is in mm; `draw` paints something at its top instead."""

    height: float
    runs: tuple[Run, ...] = ()
    draw: Draw | None = None


Block = tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page being drawn; millimetres from the top left."""

    canvas: Canvas
    font: Font

    def text(self, run: Run, y: float) -> None:
        """One run whose line begins at `y`."""
        self.canvas.setFillColor(HexColor(run.colour))
        self.canvas.setFont(self.font.name, run.size)
        self.canvas.drawString(run.x * MM, HEIGHT * MM - y * MM - run.size + DROP * run.size, run.text)

    def rule(self, y: float, colour: int, left: float = LEFT, right: float = RIGHT, width: float = 0.4) -> None:
        """A level line."""
        self.canvas.setStrokeColor(HexColor(colour))
        self.canvas.setLineWidth(width)
        self.canvas.line(left * MM, (HEIGHT - y) * MM, right * MM, (HEIGHT - y) * MM)

    def frame(self, box: Box, colour: int, width: float, *, fill: int | None = None, dashed: bool = False) -> None:
        """A box with a line round it."""
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
    text: str, font: Font, size: float, *, x: float = LEFT, width: float = MEASURE, colour: int = INK
) -> Block:
    """The text broken into rows; nothing for an empty text."""
    height = size * LEADING / MM
    return tuple(Row(height, (Run(x, line, size, colour),)) for line in wrap(text, font, size, width * MM))


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


def paged(blocks: Sequence[Block], first: float = TOP) -> list[list[tuple[float, Row]]]:
    """Rows with their depth, page by page; the first page begins at `first`.

    A block goes to the next page whole when it fits there and not here; one deeper than a page is broken between rows.
    """
    pages: list[list[tuple[float, Row]]] = [[]]
    y = first
    for block in blocks:
        deep = sum(row.height for row in block)
        if y + deep > BOTTOM and deep <= BOTTOM - TOP:
            pages.append([])
            y = TOP
        for row in block:
            if y + row.height > BOTTOM and pages[-1]:
                pages.append([])
                y = TOP
            if pages[-1] or row.runs or row.draw:  # no empty depth at the top of a page
                pages[-1].append((y, row))
                y += row.height
    return pages


def paint(sheet: Sheet, rows: Sequence[tuple[float, Row]]) -> None:
    """Draw the rows of one page."""
    for y, row in rows:
        if row.draw is not None:
            row.draw(sheet, y)
        for run in row.runs:
            sheet.text(run, y)
