"""Drawing an attestation: A4 portrait, as many pages as it takes, the same bytes for the same content."""

from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO

from reportlab.pdfgen.canvas import Canvas

from certificates import guilloche, metadata
from certificates.attestation import Attestation, Evidence, Ground, Outcome, Part, Subject, Words
from certificates.attestation import Row as Pair
from certificates.flow import (
    HEIGHT,
    LEFT,
    MEASURE,
    RIGHT,
    WIDTH,
    Block,
    Row,
    Run,
    Sheet,
    beside,
    gap,
    paged,
    paint,
    paragraph,
)
from certificates.fonts import DRAWING, Font, require_glyphs
from certificates.layout import BLUE, GREY, HAIR, INK, PALE, VERMILION, Box
from certificates.typeset import MM, fit

TITLE = Words("上岗核验决定证明", "Attestation of a Duty Decision")
SUBJECT = "一项已记录的上岗核验决定及其所依据的事实与规则，供案卷使用。"
TEXT, TWIN, SMALL = 9.5, 7.5, 7.0
LABEL = 38.0
INDENT = 14.0
HEAD_DEPTH = 51.0
OUTCOMES: dict[Outcome, tuple[Words, int, int]] = {
    "ALLOW": (Words("可以上岗", "Allowed"), 0x1F6B4A, 0xEAF4EE),
    "ALLOW_WITH_WARNINGS": (Words("可以上岗，有提醒", "Allowed, with warnings"), 0x8A5A00, 0xFBF3E2),
    "DENY": (Words("不得上岗", "Not allowed"), VERMILION, 0xFBECE8),
}
WEIGHTS = {
    "DENY": (Words("不得", "Denies"), VERMILION),
    "WARN": (Words("提醒", "Warns"), 0x8A5A00),
    "OBLIGATION": (Words("须办", "To do"), BLUE),
}
SAYS = (
    Words(
        "本证明证实：上列核验决定于所载时间作出，其结论、理由、所依据的事实记录与规则版本如本件所载，签发后内容未被改动。",
        "It attests that this answer was given at the time stated, with the reasons, recorded facts and versions of "
        "rules set out here, and that nothing has changed since it was sealed.",
    ),
    Words(
        "核验决定依据的是作出当时已有的记录；此后补录或者更正的事实不在其内。",
        "The answer rests on the records as known then; facts recorded or corrected later are not in it.",
    ),
)
SAYS_NOT = (
    Words(
        "本证明不证实所记录的事实本身真实，不证实执法行为合法，不代替行政执法证件、处罚决定或者其他执法文书。",
        "It does not attest that what was recorded is true or that the act itself was lawful, and it replaces no "
        "credential, decision or other document of enforcement.",
    ),
)
PROOF = Words("透明日志收录证明粘附处（本件签发时为空）", "Place for the log's inclusion proof; empty when issued")
PROOF_NOTE = Words(
    "收录证明由日志另行出具。编号与事实摘要供比对。",
    "The log issues the proof separately; number and digest are for matching.",
)


def render_attestation(content: Attestation, font: Font) -> bytes:
    """The attestation as a PDF with an embedded font subset, document language zh-CN and the number in its XMP.

    The same content gives the same bytes. Raises GlyphMissing for a character that the font cannot draw; nothing is
    drawn then.
    """
    require_glyphs(content.texts(), font)
    with DRAWING:
        return _draw(content, font)


def _draw(content: Attestation, font: Font) -> bytes:
    buffer = BytesIO()
    canvas = Canvas(
        buffer, pagesize=(WIDTH * MM, HEIGHT * MM), invariant=1, pageCompression=1, lang="zh-CN",
        initialFontName=font.name,  # type: ignore[arg-type]  # the stubs say float
    )  # fmt: skip
    metadata.describe(
        canvas, content.number, (TITLE.zh, TITLE.en), SUBJECT, content.issuer.zh, content.issued_on,
        metadata.ATTESTATION,
    )  # fmt: skip
    sheet = Sheet(canvas, font)
    pages = paged(list(_blocks(content, font)), HEAD_DEPTH)
    for number, rows in enumerate(pages, 1):
        if number == 1:
            _head(sheet, content)
        paint(sheet, rows)
        _margins(sheet, content, number, len(pages))
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _head(sheet: Sheet, content: Attestation) -> None:
    font = sheet.font
    for text, size, y, colour in ((TITLE.zh, 22.0, 19.0, BLUE), (TITLE.en, 10.5, 29.5, GREY)):
        sheet.text(Run((WIDTH - font.width(text, size) / MM) / 2, text, size, colour), y)
    guilloche.rule(sheet.canvas, Box(65, 36.5, 80, 2.4), HEIGHT)
    line = f"编号 Number  {content.number}"
    sheet.text(Run((WIDTH - font.width(line, 9) / MM) / 2, line, 9, INK), 42.0)


def _margins(sheet: Sheet, content: Attestation, number: int, pages: int) -> None:
    if number > 1:
        sheet.text(Run(LEFT, f"{TITLE.zh}  {content.number}", SMALL, GREY), 12)
        sheet.rule(16, HAIR)
    sheet.rule(280, HAIR)
    left = f"案卷 Case file  {content.case_reference}"
    for line in fit(left, "", sheet.font, width=115, height=4, size=SMALL, floor=4, name="case_reference"):
        sheet.text(Run(LEFT, line.text, line.size, GREY), 282)
    right = f"第 {number} 页，共 {pages} 页  Page {number} of {pages}"
    sheet.text(Run(RIGHT - sheet.font.width(right, SMALL) / MM, right, SMALL, GREY), 282)


def _blocks(content: Attestation, font: Font) -> Iterator[Block]:
    reasons = [_ground(one, font) for one in content.grounds if one.weight != "OBLIGATION"]
    duties = [_ground(one, font) for one in content.grounds if one.weight == "OBLIGATION"]
    nothing = _both(Words("无妨碍事由。", "Nothing stands against it."), font)
    none = _both(Words("无。", "None."), font)
    rows = [Pair(Words(one.rule, one.version), one.title) for one in content.rules]
    yield from _opening(content, font)
    for title, blocks in (
        (Words("一、所问事项", "1. What was asked"), [_pair(one, font) for one in content.question]),
        (Words("二、各时段结论", "2. The answer through the time asked"), list(_parts(content.parts, font))),
        (Words("三、理由", "3. Reasons"), reasons or [nothing]),
        (Words("四、须办事项", "4. Obligations"), duties or [none]),
        (Words("五、人员", "5. The people"), [_subject(one, font) for one in content.people]),
        (Words("六、所依据的事实", "6. The facts it rested on"), list(_facts(content.facts, font)) or [none]),
        (Words("七、核验决定记录", "7. The record"), [_pair(one, font) for one in content.record]),
        (
            Words("八、所适用的规则及其版本摘要", "8. The rules applied, each with the digest of its version"),
            [_pair(row, font, label=22.0) for row in rows],
        ),
        (
            Words("九、本证明证实什么", "9. What this attests"),
            [_both(one, font) for one in (*SAYS, *SAYS_NOT)],
        ),
    ):
        yield from _section(title, blocks, font)
    yield from _closing(content, font)


def _opening(content: Attestation, font: Font) -> Iterator[Block]:
    word, colour, tint = OUTCOMES[content.outcome]
    inner = MEASURE - 40
    lines = (
        *paragraph(content.verdict.zh, font, 11, x=LEFT + 36, width=inner),
        *paragraph(content.verdict.en, font, 8, x=LEFT + 36, width=inner, colour=GREY),
    )
    height = max(16.0, sum(row.height for row in lines) + 7)
    size = 15.0 if len(word.zh) <= 4 else 11.5

    def band(sheet: Sheet, y: float) -> None:
        sheet.frame(Box(LEFT, y, MEASURE, height), colour, 0.8, fill=tint)
        sheet.text(Run(LEFT + 4, word.zh, size, colour), y + height / 2 - 5.5)
        sheet.text(Run(LEFT + 4, word.en, 7.5, colour), y + height / 2 + 1.2)

    yield (Row(0, draw=band), gap(3.5), *lines, gap(height - 3.5 - sum(row.height for row in lines) + 4))


def _section(title: Words, blocks: Sequence[Block], font: Font) -> Iterator[Block]:
    """A heading that stays with what follows it."""
    head = (
        gap(3),
        Row(
            6.2,
            (
                Run(LEFT, title.zh, 12, BLUE),
                Run(LEFT + font.width(title.zh, 12) / MM + 3, title.en, 8.5, GREY),
            ),
        ),
        Row(1.8, draw=lambda sheet, y: sheet.rule(y, PALE, width=0.5)),
    )
    yield (*head, *blocks[0])
    yield from blocks[1:]


def _pair(pair: Pair, font: Font, label: float = LABEL) -> Block:
    """A label in two languages and its value in two languages."""
    names = (
        *paragraph(pair.label.zh, font, 8.5, width=label - 2, colour=GREY),
        *paragraph(pair.label.en, font, 6.5, width=label - 2, colour=GREY),
    )
    return (*beside(names, _value(pair.value, font, LEFT + label, MEASURE - label)), gap(1.2))


def _value(words: Words, font: Font, x: float, width: float, size: float = TEXT) -> Block:
    return (
        *paragraph(words.zh, font, size, x=x, width=width),
        *paragraph(words.en, font, max(size * 0.8, TWIN - 1), x=x, width=width, colour=GREY),
    )


def _both(words: Words, font: Font) -> Block:
    return (*_value(words, font, LEFT, MEASURE), gap(1.6))


def _parts(parts: Sequence[Part], font: Font) -> Iterator[Block]:
    yield (Row(9.5, draw=lambda sheet, y: _bar(sheet, y, parts)),)
    for part in parts:
        word, colour, _tint = OUTCOMES[part.outcome]
        times = (Row(5, (Run(LEFT, f"{part.start} – {part.end}", 9, INK),)),)
        said = (Row(5, (Run(LEFT + 72, f"{word.zh} {word.en}", 9, colour),)),)
        rules = paragraph("、".join(part.reasons), font, 8, x=LEFT + 138, width=MEASURE - 138, colour=GREY)
        yield (*beside(times, said, rules), gap(0.6))


def _bar(sheet: Sheet, y: float, parts: Sequence[Part]) -> None:
    x = LEFT
    for part in parts:
        word, colour, tint = OUTCOMES[part.outcome]
        width = MEASURE * part.share
        sheet.frame(Box(x, y + 0.5, width, 6.5), colour, 0.6, fill=tint)
        if width > sheet.font.width(word.zh, 8) / MM + 2:
            sheet.text(Run(x + (width - sheet.font.width(word.zh, 8) / MM) / 2, word.zh, 8, colour), y + 2.2)
        x += width


def _ground(one: Ground, font: Font) -> Block:
    word, colour = WEIGHTS[one.weight]
    x, width = LEFT + INDENT, MEASURE - INDENT
    mark = (Row(4.2, (Run(LEFT, one.rule, 9.5, colour),)), Row(4, (Run(LEFT, f"{word.zh} {word.en}", 6.5, colour),)))
    lines: list[Row] = list(_value(one.message, font, x, width))
    for label, text in (
        (Words("涉及", "Concerns"), "、".join(one.people)),
        (Words("依据", "Source"), one.source),
        (Words("事实", "Facts"), "、".join(one.facts)),
    ):
        if text:
            lines += paragraph(f"{label.zh} {label.en}  {text}", font, 8, x=x, width=width, colour=GREY)
    if one.remedy.zh:
        lines += paragraph(f"补救 Remedy  {one.remedy.zh}", font, 8, x=x, width=width)
        lines += paragraph(one.remedy.en, font, 7, x=x, width=width, colour=GREY)
    return (*beside(mark, tuple(lines)), gap(2.2))


def _subject(one: Subject, font: Font) -> Block:
    word, colour, _tint = OUTCOMES[one.outcome]
    name = (*paragraph(f"{one.code}  {one.name}", font, TEXT, width=58),)
    said = (Row(4.4, (Run(LEFT + 60, word.zh, 9, colour),)), Row(3.6, (Run(LEFT + 60, word.en, 7, colour),)))
    x, width = LEFT + 92, MEASURE - 92
    acts = [*paragraph(f"仍可从事 May still do  {one.open_acts.zh}", font, 8, x=x, width=width)]
    acts += paragraph(one.open_acts.en, font, 7, x=x, width=width, colour=GREY)
    if one.reasons:
        acts += paragraph(f"规则 Rules  {'、'.join(one.reasons)}", font, 7, x=x, width=width, colour=GREY)
    return (*beside(name, said, tuple(acts)), gap(2))


def _facts(facts: Iterable[Evidence], font: Font) -> Iterator[Block]:
    """Facts in the order given, with a line wherever the one they are about changes."""
    about: Words | None = None
    for one in facts:
        head: Block = ()
        if one.about != about:
            about = one.about
            head = (gap(1.2), *paragraph(f"{about.zh}  {about.en}".strip(), font, 9.5, colour=BLUE), gap(0.4))
        number = (Row(4.2, (Run(LEFT, one.number, 8, GREY),)),)
        body = (*_value(one.says, font, LEFT + INDENT, 88, 8.5),)
        held = (
            *paragraph(one.held.zh, font, 8, x=LEFT + 104, width=MEASURE - 104),
            *paragraph(one.held.en, font, 6.5, x=LEFT + 104, width=MEASURE - 104, colour=GREY),
            *paragraph(f"记录于 Recorded  {one.recorded}", font, 7, x=LEFT + 104, width=MEASURE - 104, colour=GREY),
        )
        yield (*head, *beside(number, body, held), gap(1.4))


def _closing(content: Attestation, font: Font) -> Iterator[Block]:
    """Who seals, and the empty place for the log's proof, together on one page."""

    def seal(sheet: Sheet, y: float) -> None:
        sheet.frame(Box(LEFT, y, 17, 17), VERMILION, 1.1)
        sheet.frame(Box(LEFT + 0.8, y + 0.8, 15.4, 15.4), VERMILION, 0.3)
        for row, characters in enumerate(("电子", "签章")):
            x = LEFT + (17 - font.width(characters, 16.5) / MM) / 2
            sheet.text(Run(x, characters, 16.5, VERMILION), y + 2.2 + row * 6.6)

    rows = (
        *paragraph(f"{content.issuer.zh}  {content.issuer.en}".strip(), font, 11, x=LEFT + 23, width=MEASURE - 23),
        *paragraph(f"出具 Issued  {content.issued_at}", font, 9, x=LEFT + 23, width=MEASURE - 23),
        *paragraph(f"出具人 By  {content.issued_by}", font, 9, x=LEFT + 23, width=MEASURE - 23),
        *paragraph(
            "电子签名的含义：本证明由上列机关的系统签章，签章后内容未被改动。纸质打印件不含电子签名。",
            font, 7, x=LEFT + 23, width=MEASURE - 23, colour=GREY,
        ),
        *paragraph(
            "The signature seals this content for the authority named above; paper copies carry no signature.",
            font, 6.5, x=LEFT + 23, width=MEASURE - 23, colour=GREY,
        ),
    )  # fmt: skip
    depth = sum(row.height for row in rows)

    def proof(sheet: Sheet, y: float) -> None:
        sheet.frame(Box(LEFT, y, MEASURE, 34), PALE, 0.7, dashed=True)
        for words, size, colour, dy in ((PROOF, 9.0, GREY, 2.5), (PROOF_NOTE, 7.0, GREY, 25.5)):
            sheet.text(Run(LEFT + 4, words.zh, size, colour), y + dy)
            sheet.text(Run(LEFT + 4, words.en, size - 1, colour), y + dy + size * 0.48)

    yield (gap(5), Row(0, draw=seal), *rows, gap(max(0.0, 19 - depth) + 5), Row(36, draw=proof))
