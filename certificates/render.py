"""Drawing a layout with reportlab: the same bytes for the same values."""

from collections.abc import Iterable, Sequence
from io import BytesIO
from math import atan2, degrees, hypot

from reportlab.lib.colors import HexColor
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from certificates import attachment, guilloche, metadata
from certificates.fonts import DRAWING, Font, require_glyphs
from certificates.layout import (
    CERTIFICATE,
    VERMILION,
    Border,
    Box,
    Braid,
    Code,
    Frame,
    Layout,
    Picture,
    Rule,
    Slot,
    Text,
    Thing,
    Twins,
    layout_of,
)
from certificates.marks import CodeMark, LineMark, Mark, PictureMark, TextMark, runs, sequences
from certificates.model import CertificateFace
from certificates.placing import Numbered, Setting, label_of, numbered, placed, tag_of, text_marks
from certificates.tagging import Element, attach, marked
from certificates.typeset import MM
from certificates.values import Values, certificate_values

__all__ = ["CERTIFICATE", "draw_mark", "ornament", "paint", "print_over", "render", "render_certificate", "static_page"]


def render_certificate(face: CertificateFace, font: Font, layout: Layout | None = None) -> bytes:
    """The certificate as a PDF by a version of its layout, the current one by default; see `render`."""
    return render(layout or layout_of(CERTIFICATE), certificate_values(face), font)


def render(layout: Layout, values: Values, font: Font, *, overprint: str = "") -> bytes:
    """Both layers as a tagged PDF with embedded font subsets, language zh-CN, the number in its XMP and any attachment.

    `overprint` is written across every page of what is no real document. The same values give the same bytes. Raises
    what `placing.placed` raises; nothing is drawn then.
    """
    require_glyphs(layout.texts(), font)
    pages = placed(layout, values, font)
    with DRAWING:
        canvas, buffer = _begin(layout, font)
        metadata.describe(
            canvas, values.number, (layout.title.zh, layout.title.en), layout.subject, values.issuer,
            values.issued_on, layout.kind,
        )  # fmt: skip
        if values.attachment is not None:
            attachment.attach(canvas, values.attachment)
        return _finish(canvas, buffer, layout, font, pages, overprint)


def static_page(layout: Layout, font: Font) -> bytes:
    """The first layer alone: what no values change, with the structure tree for both layers and without metadata.

    Raises GlyphMissing for fixed words that the font cannot draw.
    """
    require_glyphs(layout.texts(), font)
    with DRAWING:
        canvas, buffer = _begin(layout, font)
        canvas.setTitle(layout.title.zh)
        canvas.setViewerPreference("DisplayDocTitle", "true")
        return _finish(canvas, buffer, layout, font, [()] * len(layout.pages))


def _begin(layout: Layout, font: Font) -> tuple[Canvas, BytesIO]:
    buffer = BytesIO()
    canvas = Canvas(
        buffer, pagesize=(layout.width * MM, layout.height * MM), invariant=1, pageCompression=1, lang="zh-CN",
        initialFontName=font.name,  # type: ignore[arg-type]  # the stubs say float
    )  # fmt: skip
    return canvas, buffer


def _finish(
    canvas: Canvas, buffer: BytesIO, layout: Layout, font: Font, pages: Iterable[Sequence[Mark]], overprint: str = ""
) -> bytes:
    document = Element("Document")
    for number, marks in enumerate(pages):
        _page(canvas, layout, number, font)
        paint(canvas, marks)
        if overprint:
            print_over(canvas, (layout.width, layout.height), font, overprint)
        _bookmark(canvas, layout, number)
        canvas.showPage()
        document.kids += _structure(layout, number)
    attach(canvas, document)
    canvas.save()
    return buffer.getvalue()


def print_over(canvas: Canvas, size: tuple[float, float], font: Font, text: str) -> None:
    """Large pale words across a page of `size` (mm), from corner to corner."""
    width, height = size[0] * MM, size[1] * MM
    points = 0.7 * hypot(width, height) / font.width(text, 1)
    with marked(canvas, None, -1):
        canvas.saveState()
        canvas.translate(width / 2, height / 2)
        canvas.rotate(degrees(atan2(height, width)))
        canvas.setFillColor(HexColor(VERMILION), alpha=0.18)
        x = -font.width(text, points) / 2
        for key, piece in font.runs(text):
            canvas.setFont(key, points)
            canvas.drawString(x, -points / 3, piece)
            x += font.width(piece, points)
        canvas.restoreState()


def _bookmark(canvas: Canvas, layout: Layout, number: int) -> None:
    name = layout.pages[number].name
    if name is not None:
        canvas.bookmarkPage(f"page-{number}")
        canvas.addOutlineEntry(label_of(name), f"page-{number}", level=0)


def _structure(layout: Layout, page: int) -> list[Element]:
    """The elements of a page: a label and its value are one, the value's identifier stands even where none is drawn."""
    return [_element(one, page) for one in numbered(layout, page)]


def _element(one: Numbered, page: int) -> Element:
    thing = one.thing
    content = [(page, mcid) for mcid in (one.fixed, one.value) if mcid >= 0]
    if isinstance(thing, Picture | Code):
        return Element("Figure", content, alt=label_of(thing.alt))
    lang = thing.lang if isinstance(thing, Text) else ""
    twin = Element("Span", [(page, one.twin)], lang="en")
    return Element(thing.tag, content, lang=lang, kids=[twin] if _has_twin(thing) else [])


def _has_twin(thing: Text | Slot) -> bool:
    return isinstance(thing, Slot) or bool(thing.words.en)


def _page(canvas: Canvas, layout: Layout, number: int, font: Font) -> None:
    """The fixed layer: ornament first, then words in reading order."""
    with marked(canvas, None, -1):
        for thing in layout.pages[number].things:
            ornament(canvas, layout, thing)
    for one in numbered(layout, number):
        paint(canvas, _fixed(layout, one, font))


def _fixed(layout: Layout, one: Numbered, font: Font) -> Sequence[Mark]:
    thing = one.thing
    if isinstance(thing, Text):
        place = Setting(layout, thing.box, thing.style, thing.name, tag_of(thing), one.fixed, one.twin)
        return text_marks(place, thing.words, font)
    if isinstance(thing, Slot) and thing.label is not None:
        place = Setting(layout, thing.label_box, thing.label_style, thing.name, tag_of(thing), one.fixed, -1)
        return text_marks(place, Twins(zh=label_of(thing.label)), font)
    return ()


def ornament(canvas: Canvas, layout: Layout, thing: Thing) -> None:
    """Draw lines, frames and braids; of a picture its frame."""
    if isinstance(thing, Border):
        size = (layout.width, layout.height)
        guilloche.border(canvas, thing, size, layout.colour(thing.line), layout.colour(thing.colour))
    elif isinstance(thing, Braid):
        guilloche.rule(canvas, thing.box, layout.height, layout.colour(thing.colour), thing.halves)
    elif isinstance(thing, Rule):
        canvas.setStrokeColor(HexColor(layout.colour(thing.colour)))
        canvas.setLineWidth(thing.width)
        y = (layout.height - thing.y) * MM
        canvas.line(thing.x * MM, y, thing.to * MM, y)
    elif isinstance(thing, Frame):
        _frame(canvas, layout, thing)
    elif isinstance(thing, Picture):
        _frame(canvas, layout, Frame(type="frame", box=thing.box, colour=thing.line, width=0.5))


def _frame(canvas: Canvas, layout: Layout, one: Frame) -> None:
    box: Box = one.box
    canvas.setStrokeColor(HexColor(layout.colour(one.colour)))
    canvas.setLineWidth(one.width)
    if one.fill:
        canvas.setFillColor(HexColor(layout.colour(one.fill)))
    bottom = (layout.height - box.bottom) * MM
    canvas.roundRect(
        box.x * MM, bottom, box.width * MM, box.height * MM, one.radius * MM, stroke=1, fill=int(bool(one.fill))
    )


def paint(canvas: Canvas, marks: Sequence[Mark]) -> None:
    """Draw marks, each run of marked content inside its tag."""
    for tag, mcid, found in sequences(marks):
        with marked(canvas, tag, mcid):
            for mark in found:
                draw_mark(canvas, mark)


def draw_mark(canvas: Canvas, mark: Mark) -> None:
    """Draw one mark as it is, untagged."""
    match mark:
        case TextMark():
            _text(canvas, mark)
        case PictureMark():
            _picture(canvas, mark)
        case CodeMark():
            _code(canvas, mark)
        case LineMark():
            _line(canvas, mark)


def _text(canvas: Canvas, mark: TextMark) -> None:
    canvas.setFillColor(HexColor(mark.colour))
    canvas.setFont(mark.font, mark.size)
    canvas.drawString(mark.x, mark.y, mark.text)


def _picture(canvas: Canvas, mark: PictureMark) -> None:
    canvas.drawImage(ImageReader(BytesIO(mark.data)), mark.x, mark.y, mark.width, mark.height)


def _code(canvas: Canvas, mark: CodeMark) -> None:
    side = mark.side / len(mark.modules)
    path = canvas.beginPath()
    for index, row in enumerate(mark.modules):
        for start, length in runs(row):
            path.rect(mark.x + start * side, mark.y + mark.side - (index + 1) * side, length * side, side)
    canvas.setFillColor(HexColor(mark.colour))
    canvas.drawPath(path, stroke=0, fill=1)


def _line(canvas: Canvas, mark: LineMark) -> None:
    canvas.setStrokeColor(HexColor(mark.colour))
    canvas.setLineWidth(mark.width)
    canvas.line(mark.x1, mark.y1, mark.x2, mark.y2)
