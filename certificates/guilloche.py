"""The page's ornament: braids of sine waves, drawn by formula, of nobody's emblem."""

from functools import lru_cache
from math import cos, pi, sin

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject

from certificates.layout import (
    FRAME_BAND,
    FRAME_INNER,
    FRAME_OUTER,
    HAIR,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    PALE,
    TITLE_RULE,
    Box,
)
from certificates.typeset import MM

# Control points of one half wave of a sine as a Bézier curve: handles at this share of its length match the
# slope at the zeros and stay within half a per cent of the curve.
HANDLE = 0.3642
BEZIER_PEAK = 4 / 3
CORNER = 3.25


def draw(canvas: Canvas) -> None:
    """The frame round the page and the rule under the title."""
    canvas.saveState()
    canvas.setStrokeColor(HexColor(HAIR))
    canvas.setLineWidth(0.5)
    for inset in (FRAME_OUTER, FRAME_INNER):
        canvas.rect(inset * MM, inset * MM, (PAGE_WIDTH - 2 * inset) * MM, (PAGE_HEIGHT - 2 * inset) * MM)
    canvas.setStrokeColor(HexColor(PALE))
    canvas.setLineWidth(0.28)
    canvas.drawPath(_ornament(), stroke=1, fill=0)
    canvas.restoreState()


def rule(canvas: Canvas, box: Box, page_height: float) -> None:
    """One braid across a box of a page of that height; everything in mm from the top left."""
    path = PDFPathObject()
    middle = box.y + box.height / 2
    halves = round(box.width / 3.85)
    _braid(path, (box.x, middle), box.width, amplitude=box.height / 2, halves=halves, vertical=False)
    canvas.saveState()
    canvas.translate(0, (page_height - PAGE_HEIGHT) * MM)
    canvas.setStrokeColor(HexColor(PALE))
    canvas.setLineWidth(0.28)
    canvas.drawPath(path, stroke=1, fill=0)
    canvas.restoreState()


@lru_cache(maxsize=1)
def _ornament() -> PDFPathObject:
    path = PDFPathObject()
    right, bottom = PAGE_WIDTH - FRAME_BAND, PAGE_HEIGHT - FRAME_BAND
    start, stop_x, stop_y = FRAME_BAND + CORNER, right - CORNER, bottom - CORNER
    for y in (FRAME_BAND, bottom):
        _braid(path, (start, y), stop_x - start, amplitude=2.1, halves=86, vertical=False)
    for x in (FRAME_BAND, right):
        _braid(path, (x, start), stop_y - start, amplitude=2.1, halves=58, vertical=True)
    for x in (FRAME_BAND, right):
        for y in (FRAME_BAND, bottom):
            _rosette(path, x, y, CORNER - 0.25)
    middle = TITLE_RULE.y + TITLE_RULE.height / 2
    _braid(path, (TITLE_RULE.x, middle), TITLE_RULE.width, amplitude=TITLE_RULE.height / 2, halves=26, vertical=False)
    return path


def _braid(
    path: PDFPathObject, start: tuple[float, float], length: float, *, amplitude: float, halves: int, vertical: bool
) -> None:
    """Six strands between two fixed ends: three heights, each with its mirror image."""
    step = length / halves
    for share in (1.0, 0.62, 0.24):
        for sign in (1, -1):
            path.moveTo(*_place(start, 0, 0, vertical=vertical))
            for index in range(halves):
                peak = sign * (-1) ** index * amplitude * share * BEZIER_PEAK
                near, far, end = (index + HANDLE) * step, (index + 1 - HANDLE) * step, (index + 1) * step
                path.curveTo(
                    *_place(start, near, peak, vertical=vertical),
                    *_place(start, far, peak, vertical=vertical),
                    *_place(start, end, 0, vertical=vertical),
                )


def _place(start: tuple[float, float], along: float, across: float, *, vertical: bool) -> tuple[float, float]:
    x, y = (start[0] + across, start[1] + along) if vertical else (start[0] + along, start[1] + across)
    return x * MM, (PAGE_HEIGHT - y) * MM


def _rosette(path: PDFPathObject, x: float, y: float, radius: float) -> None:
    """Four rings of eight petals, each turned a little further."""
    points = 96
    for turn in range(4):
        for index in range(points + 1):
            angle = 2 * pi * index / points
            reach = radius * (0.62 + 0.38 * cos(8 * angle + turn * pi / 2))
            spot = ((x + reach * cos(angle)) * MM, (PAGE_HEIGHT - y - reach * sin(angle)) * MM)
            if index:
                path.lineTo(*spot)
            else:
                path.moveTo(*spot)
