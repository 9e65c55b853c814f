"""The page's ornament: braids of sine waves, drawn by formula, of nobody's emblem."""

from functools import lru_cache
from math import cos, pi, sin

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject

from certificates.layout import PALE, Border, Box
from certificates.typeset import MM

# Control points of one half wave of a sine as a Bézier curve: handles at this share of its length match the
# slope at the zeros and stay within half a per cent of the curve.
HANDLE = 0.3642
BEZIER_PEAK = 4 / 3
CORNER = 3.25
AMPLITUDE = 2.1
HALF = 3.14  # mm of half a wave in the border, about
RULE_HALF = 3.85  # and in a rule


def border(canvas: Canvas, one: Border, size: tuple[float, float], line: int, colour: int) -> None:
    """Two lines round a page of `size` (mm) with a braid between them and a rosette in each corner."""
    width, height = size
    canvas.saveState()
    canvas.setStrokeColor(HexColor(line))
    canvas.setLineWidth(0.5)
    for inset in (one.outer, one.inner):
        canvas.rect(inset * MM, inset * MM, (width - 2 * inset) * MM, (height - 2 * inset) * MM)
    canvas.setStrokeColor(HexColor(colour))
    canvas.setLineWidth(0.28)
    canvas.drawPath(_border(one.band, width, height), stroke=1, fill=0)
    canvas.restoreState()


def rule(canvas: Canvas, box: Box, page_height: float, colour: int = PALE, halves: int | None = None) -> None:
    """One braid across a box of a page of that height; everything in mm from the top left."""
    canvas.saveState()
    canvas.setStrokeColor(HexColor(colour))
    canvas.setLineWidth(0.28)
    canvas.drawPath(_rule(box, page_height, halves or round(box.width / RULE_HALF)), stroke=1, fill=0)
    canvas.restoreState()


@lru_cache(maxsize=16)
def _rule(box: Box, page_height: float, halves: int) -> PDFPathObject:
    path = PDFPathObject()
    start = (box.x, page_height - box.y - box.height / 2)
    _braid(path, start, box.width, amplitude=box.height / 2, halves=halves, vertical=False)
    return path


@lru_cache(maxsize=8)
def _border(band: float, width: float, height: float) -> PDFPathObject:
    path = PDFPathObject()
    right, top, start = width - band, height - band, band + CORNER
    across, down = right - CORNER - start, top - CORNER - start
    for y in (band, top):
        _braid(path, (start, y), across, amplitude=AMPLITUDE, halves=round(across / HALF), vertical=False)
    for x in (band, right):
        _braid(path, (x, start), down, amplitude=AMPLITUDE, halves=round(down / HALF), vertical=True)
    for x in (band, right):
        for y in (band, top):
            _rosette(path, x, y, CORNER - 0.25)
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
    return x * MM, y * MM


def _rosette(path: PDFPathObject, x: float, y: float, radius: float) -> None:
    """Four rings of eight petals, each turned a little further."""
    points = 96
    for turn in range(4):
        for index in range(points + 1):
            angle = 2 * pi * index / points
            reach = radius * (0.62 + 0.38 * cos(8 * angle + turn * pi / 2))
            spot = ((x + reach * cos(angle)) * MM, (y + reach * sin(angle)) * MM)
            if index:
                path.lineTo(*spot)
            else:
                path.moveTo(*spot)
