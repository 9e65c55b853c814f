"""Drawing the certificate: one A4 landscape page, the same bytes for the same face."""

from datetime import date
from io import BytesIO
from urllib.parse import unquote, urlsplit

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

from certificates import guilloche, layout, metadata, photo, qr
from certificates.fonts import DRAWING, Font, require_glyphs
from certificates.layout import Box, Slot, Style
from certificates.model import CertificateFace
from certificates.typeset import MM, Line, fit

LABEL_SIZE = 7.0
LABEL_DEPTH = 4.4
VALUE_FLOOR = 6.5
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def render_certificate(face: CertificateFace, font: Font) -> bytes:
    """The certificate as a PDF with an embedded font subset, document language zh-CN and the number in its XMP.

    The same face gives the same bytes. Raises GlyphMissing for a character that the font cannot draw, TextDoesNotFit
    for a text too long for its place, PhotoUnreadable for a photo that is not a picture; nothing is drawn then.
    """
    require_glyphs((text for name, text in face.texts() if name != "verify_url"), font)
    with DRAWING:
        return _draw(face, font)


def _draw(face: CertificateFace, font: Font) -> bytes:
    buffer = BytesIO()
    canvas = Canvas(
        buffer,
        pagesize=(layout.PAGE_WIDTH * MM, layout.PAGE_HEIGHT * MM),
        invariant=1,
        pageCompression=1,
        lang="zh-CN",
        initialFontName=font.name,  # type: ignore[arg-type]  # the stubs say float
    )
    metadata.describe(
        canvas, face.number, (layout.TITLE_ZH, layout.TITLE_EN), layout.SUBJECT, face.issuer_name, face.issued_on
    )
    guilloche.draw(canvas)
    page = _Page(canvas, font)
    _draw_head(page)
    _draw_photo(page, face)
    _draw_facts(page, face)
    _draw_validity(page, face)
    _draw_code(page, face)
    _draw_foot(page)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


class _Page:
    """A canvas that counts millimetres from the top left and sets text only through `fit`."""

    def __init__(self, canvas: Canvas, font: Font) -> None:
        self.canvas = canvas
        self.font = font

    def text(self, text: str, twin: str, box: Box, style: Style, name: str) -> None:
        lines = fit(
            text, twin, self.font, width=box.width, height=box.height, size=style.size, floor=style.floor, name=name
        )
        for line in lines:
            self._line(line, box, style)

    def _line(self, line: Line, box: Box, style: Style) -> None:
        x = box.x * MM
        if style.align == "centre":
            x += (box.width * MM - self.font.width(line.text, line.size)) / 2
        self.canvas.setFillColor(HexColor(layout.GREY if line.is_twin else style.colour))
        self.canvas.setFont(self.font.name, line.size)
        # The font's ideographs sit a little below the baseline: 0.12 em of the size belongs under it.
        y = layout.PAGE_HEIGHT * MM - box.y * MM - line.baseline * MM + 0.12 * line.size
        self.canvas.drawString(x, y, line.text)

    def slot(self, slot: Slot, text: str, twin: str = "", colour: int = layout.INK) -> None:
        box = slot.box
        label = Box(box.x, box.y, box.width, LABEL_DEPTH)
        self.text(f"{slot.label_zh}  {slot.label_en}", "", label, Style(LABEL_SIZE, 5.5, layout.GREY), slot.label_en)
        value = Box(box.x, box.y + LABEL_DEPTH, box.width, box.height - LABEL_DEPTH)
        self.text(text, twin, value, Style(slot.size, VALUE_FLOOR, colour), slot.label_en)

    def inline(self, slot: Slot, text: str) -> None:
        """Label and value on one line."""
        label = f"{slot.label_zh}  {slot.label_en}"
        self.text(label, "", slot.box, Style(LABEL_SIZE, 5.5, layout.GREY), slot.label_en)
        used = self.font.width(label, LABEL_SIZE) / MM + 3
        value = Box(slot.box.x + used, slot.box.y - 0.6, slot.box.width - used, slot.box.height)
        self.text(text, "", value, Style(slot.size, VALUE_FLOOR, layout.INK), slot.label_en)

    def rule(self, left: float, right: float, y: float, colour: int = layout.HAIR) -> None:
        self.canvas.setStrokeColor(HexColor(colour))
        self.canvas.setLineWidth(0.4)
        self.canvas.line(left * MM, (layout.PAGE_HEIGHT - y) * MM, right * MM, (layout.PAGE_HEIGHT - y) * MM)

    def frame(self, box: Box, colour: int, width: float, radius: float = 0) -> None:
        self.canvas.setStrokeColor(HexColor(colour))
        self.canvas.setLineWidth(width)
        bottom = (layout.PAGE_HEIGHT - box.bottom) * MM
        self.canvas.roundRect(box.x * MM, bottom, box.width * MM, box.height * MM, radius * MM)


def _draw_head(page: _Page) -> None:
    page.text(layout.TITLE_ZH, "", layout.TITLE_BOX, layout.TITLE_STYLE, "title")
    page.text(layout.TITLE_EN, "", layout.SUBTITLE_BOX, layout.SUBTITLE_STYLE, "title")


def _draw_photo(page: _Page, face: CertificateFace) -> None:
    box = layout.PHOTO
    if face.photo is not None:
        picture = photo.prepare(face.photo, box.width / box.height)
        bottom = (layout.PAGE_HEIGHT - box.bottom) * MM
        page.canvas.drawImage(picture, box.x * MM, bottom, box.width * MM, box.height * MM)
    else:
        middle = Box(box.x, box.y + box.height / 2 - 5, box.width, 10)
        page.text(layout.PHOTO_ZH, layout.PHOTO_EN, middle, Style(11, 9, layout.GREY, "centre"), "photo")
    page.frame(box, layout.PALE, 0.5)


def _draw_facts(page: _Page, face: CertificateFace) -> None:
    page.slot(layout.NAME, face.holder_name, face.holder_name_en)
    page.slot(layout.HOLDER_ID, face.holder_id_masked)
    page.slot(layout.AGENCY, face.agency, face.agency_en)
    page.slot(layout.REGION, face.region, face.region_en)
    page.slot(layout.DOMAINS, "、".join(face.domains), "; ".join(face.domains_en))
    page.slot(layout.SOURCE, face.authority_source, face.authority_source_en)
    for left, right, y in layout.ROW_RULES:
        page.rule(left, right, y)
    page.rule(*layout.PART_RULE, colour=layout.PALE)


def _draw_validity(page: _Page, face: CertificateFace) -> None:
    chinese = f"自{_chinese(face.valid_from)}起至{_chinese(face.valid_to)}止，首尾两日均有效。"
    english = f"Valid from {_english(face.valid_from)} through {_english(face.valid_to)}, both days included."
    page.slot(layout.VALIDITY, chinese, english, colour=layout.BLUE)
    box = layout.SEAL_MARK
    page.frame(box, layout.VERMILION, 1.1, radius=1.2)
    page.frame(Box(box.x + 0.8, box.y + 0.8, box.width - 1.6, box.height - 1.6), layout.VERMILION, 0.3, radius=0.7)
    for row, characters in enumerate(layout.SEAL_MARK_TEXT):
        place = Box(box.x, box.y + 1.75 + row * 6.6, box.width, 7.6)
        page.text(characters, "", place, Style(16.5, 16.5, layout.VERMILION, "centre"), "seal mark")
    page.slot(layout.ISSUER, face.issuer_name, face.issuer_name_en)
    page.inline(layout.ISSUED_ON, f"{_chinese(face.issued_on)}  {_english(face.issued_on)}")


def _draw_code(page: _Page, face: CertificateFace) -> None:
    rows = qr.modules(face.verify_url)
    side = layout.QR.width * MM / len(rows)
    top = (layout.PAGE_HEIGHT - layout.QR.y) * MM
    path = page.canvas.beginPath()
    for index, row in enumerate(rows):
        for start, length in qr.runs(row):
            path.rect(layout.QR.x * MM + start * side, top - (index + 1) * side, length * side, side)
    page.canvas.setFillColor(HexColor(layout.INK))
    page.canvas.drawPath(path, stroke=0, fill=1)
    page.slot(layout.NUMBER, face.number, colour=layout.BLUE)
    page.slot(layout.CHECK_CODE, face.check_code, colour=layout.BLUE)
    page.slot(layout.SCAN, _printed_address(face.verify_url))


def _printed_address(url: str) -> str:
    """The site's page where the number and the check code can be typed by hand."""
    parts = urlsplit(url)
    return f"{parts.netloc}/{unquote(parts.path).strip('/').split('/')[0]}" if parts.netloc else url


def _draw_foot(page: _Page) -> None:
    page.text(layout.FOOT_ZH, "", layout.FOOT_ZH_BOX, layout.FOOT_ZH_STYLE, "foot")
    page.text(layout.FOOT_EN, "", layout.FOOT_EN_BOX, layout.FOOT_EN_STYLE, "foot")


def _chinese(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _english(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
