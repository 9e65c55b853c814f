"""Questions as a PDF to print: sections by type, pictures and room to write, the answers on pages of their own."""

from collections.abc import Iterator, Sequence
from functools import partial
from io import BytesIO

from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from app.bank.queries.wording import citation_text
from app.core.errors import N_, Refused
from certificates.flow import HEIGHT, LEFT, MEASURE, RIGHT, WIDTH, Block, Row, Run, Sheet, gap, paged, paint, paragraph
from certificates.fonts import DRAWING, Font, find_font, missing_glyphs
from certificates.layout import GREY, INK
from certificates.typeset import MM
from question_bank.formats.fields import TYPE_NAMES
from question_bank.formats.printing import Printed, section_number, sections
from question_bank.items import FALSE, GAP, MARKED_BY_PEOPLE, TRUE, Item, ItemType, Picture

TITLE, HEAD, TEXT, SMALL = 16.0, 12.0, 10.5, 8.0
INDENT = 7.0
PICTURE_WIDTH, PICTURE_HEIGHT = 110.0, 90.0  # mm at most
MOST_PIXELS = 40_000_000
PIXEL = 25.4 / 96  # mm of a pixel where nothing is made smaller
WRITING = {ItemType.SHORT_ANSWER: 6, ItemType.CASE_ANALYSIS: 14}
LINE = 8.0  # mm between the lines to write on
FILL = "＿＿＿＿"
RULE = 0xB9C0CC


def write_pdf(items: Sequence[Item], title: str = "") -> bytes:
    """The questions as A4 pages, then their answers; the same questions give the same bytes.

    Raises Refused `glyph-missing` where the font cannot draw a character.
    """
    font = find_font()
    numbered = [(number, one.item) for _type, found in sections([Printed(item) for item in items])
                for number, one in found]  # fmt: skip
    questions = [paragraph(title or "试题", font, TITLE), (gap(4.0),), *_questions(numbered, font)]
    answers = [paragraph("参考答案", font, HEAD), (gap(2.0),), *_answers(numbered, font)]
    pages = [*paged(_drawable(questions, font)), *paged(_drawable(answers, font))]
    return _drawn(pages, title or "试题", font)


def _drawable(blocks: list[Block], font: Font) -> list[Block]:
    text = "".join(run.text for block in blocks for row in block for run in row.runs)
    if missing := missing_glyphs(text, font):
        raise Refused(
            "glyph-missing", N_("The font of the PDF cannot draw these characters: %(signs)s."),
            signs=" ".join(missing[:10]),
        )  # fmt: skip
    return blocks


def _questions(numbered: list[tuple[int, Item]], font: Font) -> Iterator[Block]:
    last, index = None, 0
    for number, item in numbered:
        if item.type is not last:
            last = item.type
            count = sum(one.type is item.type for _number, one in numbered)
            yield (gap(3.0), *paragraph(f"{section_number(index)}、{TYPE_NAMES[item.type]}（共{count}题）", font, HEAD))
            index += 1
        yield (gap(2.0), *_question(f"{number}. ", item, font))


def _question(label: str, item: Item, font: Font) -> Iterator[Row]:
    stem = GAP.sub(FILL, item.stem)
    if item.type is ItemType.NUMERIC and not GAP.search(item.stem):
        stem += FILL
    yield from _text(label + stem, font)
    yield from _pictures(item, "", font)
    for number, said in enumerate(item.prompts, 1):
        yield from _text(f"（{number}）{said}　{FILL}", font, INDENT)
    for option in item.options:
        yield from _text(f"{option.key}. {option.text}", font, INDENT)
        yield from _pictures(item, option.key, font)
    for number, blank in enumerate(item.blanks, 1):
        if blank.options:
            offered = "　".join(f"{one.key}. {one.text}" for one in blank.options)
            yield from _text(f"（{number}）{offered}", font, INDENT)
    for number, part in enumerate(item.parts, 1):
        yield from _question(f"（{number}）", part, font)
    yield from (Row(LINE, draw=_rule) for _ in range(WRITING.get(item.type, 0)))


def _text(text: str, font: Font, indent: float = 0.0) -> Iterator[Row]:
    for line in text.split("\n"):
        yield from paragraph(line, font, TEXT, x=LEFT + indent, width=MEASURE - indent)


def _rule(sheet: Sheet, y: float) -> None:
    sheet.rule(y + LINE, RULE, LEFT, RIGHT, 0.3)


def _pictures(item: Item, at: str, font: Font) -> Iterator[Row]:
    for picture in item.pictures:
        if picture.at == at:
            yield from _picture(picture)
            yield from paragraph(
                f"［图：{picture.alt}］", font, SMALL, x=LEFT + INDENT, width=MEASURE - INDENT, colour=GREY
            )


def _picture(picture: Picture) -> Iterator[Row]:
    """The picture, not larger than its room; nothing where it cannot be read, for its words follow."""
    try:
        with Image.open(BytesIO(picture.data)) as found:
            if found.width * found.height > MOST_PIXELS:
                return
            shown = found.convert("RGB") if found.mode not in ("RGB", "L") else found.copy()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return
    width, height = (side * PIXEL for side in shown.size)
    scale = min(1.0, PICTURE_WIDTH / width, PICTURE_HEIGHT / height)
    yield Row(height * scale + 2.0, draw=partial(_put, shown, width * scale, height * scale))


def _put(shown: Image.Image, width: float, height: float, sheet: Sheet, y: float) -> None:
    at = ((LEFT + INDENT) * MM, (HEIGHT - y - height) * MM)
    sheet.canvas.drawImage(ImageReader(shown), *at, width * MM, height * MM)


def _answers(numbered: list[tuple[int, Item]], font: Font) -> Iterator[Block]:
    for number, item in numbered:
        rows = [row for line in _answer_lines(f"{number}. ", item) for row in _text(line, font)]
        yield (*rows, gap(1.5))


def _answer_lines(label: str, item: Item) -> Iterator[str]:
    yield label + _answer(item)
    yield from (f"评分要点：{one.text}（{one.weight}分）" for one in item.rubric)
    for number, part in enumerate(item.parts, 1):
        yield from _answer_lines(f"（{number}）", part)
    if item.explanation:
        yield f"解析：{item.explanation}"
    if item.citation:
        yield "依据：" + citation_text(item.citation.law, item.citation.edition, item.citation.article)


def _answer(item: Item) -> str:
    if item.type is ItemType.TRUE_FALSE:
        return {TRUE: "正确", FALSE: "错误"}.get("".join(item.key), "")
    if item.blanks:
        return "；".join(
            "／".join(one.accepted) + (f"（±{one.tolerance:f}）" if one.tolerance else "") for one in item.blanks
        )
    if item.type in MARKED_BY_PEOPLE:
        return item.model_answer or "见评分要点"
    return " ".join(item.key)


def _drawn(pages: list[list[tuple[float, Row]]], title: str, font: Font) -> bytes:
    buffer = BytesIO()
    with DRAWING:
        canvas = Canvas(buffer, pagesize=(WIDTH * MM, HEIGHT * MM), invariant=1, pageCompression=1, lang="zh-CN")
        canvas.setTitle(title)
        for number, rows in enumerate(pages, 1):
            sheet = Sheet(canvas, font)
            paint(sheet, rows)
            said = f"第 {number} 页　共 {len(pages)} 页"
            middle = (LEFT + RIGHT) / 2 - font.width(said, SMALL) / MM / 2
            sheet.text(Run(middle, said, SMALL, INK), 283.0)
            canvas.showPage()
        canvas.save()
    return buffer.getvalue()
