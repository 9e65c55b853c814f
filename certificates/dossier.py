"""Drawing an attestation: A4 portrait, as many pages as it takes, the same bytes for the same content."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO

from reportlab.pdfgen.canvas import Canvas

from certificates import metadata
from certificates.attestation import Attestation, Evidence, Ground, Outcome, Part, Subject, Words
from certificates.attestation import Row as Pair
from certificates.flow import ORNAMENT, Block, Row, Run, Said, Sheet, beside, gap, paged, paint, paragraph
from certificates.fonts import DRAWING, Font, require_glyphs
from certificates.layout import ATTESTATION, Box, Flow, Layout, Slot, Text, Twins, layout_of
from certificates.placing import Setting, text_marks
from certificates.render import draw_mark, ornament, print_over
from certificates.tagging import Reading, marked
from certificates.typeset import MM

TWIN = 0.8  # an English text beside its Chinese one, by size
LABEL, INDENT = 38.0, 14.0
OUTCOMES: dict[Outcome, tuple[str, str, str]] = {
    "ALLOW": ("allow", "green", "allow-ground"),
    "ALLOW_WITH_WARNINGS": ("allow-with-warnings", "amber", "warn-ground"),
    "DENY": ("deny", "vermilion", "deny-ground"),
}
WEIGHTS = {"DENY": ("denies", "vermilion"), "WARN": ("warns", "amber"), "OBLIGATION": ("to-do", "blue")}


def render_attestation(content: Attestation, font: Font, layout: Layout | None = None, *, overprint: str = "") -> bytes:
    """The attestation as a tagged PDF by a version of its layout, the current one by default.

    Font subsets are embedded, the language is zh-CN, the number stands in the XMP, a bookmark leads to each part. The
    same content gives the same bytes. Raises GlyphMissing for a character that the font cannot draw; nothing is drawn
    then. `overprint` is written across every page of what is no real attestation.
    """
    script = _Script(layout or layout_of(ATTESTATION), font)
    require_glyphs((*content.texts(), *script.layout.texts()), font)
    with DRAWING:
        return _draw(content, script, overprint)


def _draw(content: Attestation, script: "_Script", overprint: str) -> bytes:
    layout, font, flow = script.layout, script.font, script.flow
    buffer = BytesIO()
    canvas = Canvas(
        buffer, pagesize=(layout.width * MM, layout.height * MM), invariant=1, pageCompression=1, lang="zh-CN",
        initialFontName=font.name,  # type: ignore[arg-type]  # the stubs say float
    )  # fmt: skip
    metadata.describe(
        canvas, content.number, (layout.title.zh, layout.title.en), layout.subject, content.issuer.zh,
        content.issued_on, layout.kind,
    )  # fmt: skip
    reading = Reading(canvas)
    sheet = Sheet(canvas, font, reading)
    pages = paged(list(script.blocks(content)), flow.first, flow.top, flow.bottom)
    for number, rows in enumerate(pages, 1):
        _furniture(reading, script, content, number, len(pages))
        paint(sheet, rows)
        if overprint:
            print_over(canvas, (layout.width, layout.height), font, overprint)
        reading.next_page()
    reading.write()
    canvas.save()
    return buffer.getvalue()


def _furniture(reading: Reading, script: "_Script", content: Attestation, number: int, pages: int) -> None:
    """What the layout puts round the text of a page."""
    layout = script.layout
    texts = {
        "number": f"{script.label('number')}  {content.number}",
        "case": f"{script.label('case')}  {content.case_reference}",
        "page": f"第 {number} 页，共 {pages} 页  Page {number} of {pages}",
        "running": f"{layout.title.zh}  {content.number}",
    }
    things = layout.pages[0 if number == 1 else 1].things
    with marked(reading.canvas, None, -1):
        for thing in things:
            ornament(reading.canvas, layout, thing)
    for thing in things:
        if isinstance(thing, Text):
            _place(reading, script, thing, thing.words, thing.lang)
        elif isinstance(thing, Slot):
            _place(reading, script, thing, Twins(zh=texts[thing.name]))


def _place(reading: Reading, script: "_Script", thing: Text | Slot, words: Twins, lang: str = "") -> None:
    if thing.tag == "Artifact":
        element = None
    else:
        element = reading.element(thing.tag)
        element.lang = lang
    setting = Setting(script.layout, thing.box, thing.style, thing.name, "P", -1, -1)
    marks = text_marks(setting, words, script.font)
    with reading.mark(element):
        for mark in marks:
            draw_mark(reading.canvas, mark)


@dataclass(frozen=True, slots=True)
class _Script:
    """What sets the text: the words and styles of a layout, and the font."""

    layout: Layout
    font: Font

    @property
    def flow(self) -> Flow:
        if self.layout.flow is None:
            raise TypeError(f"layout {self.layout.key} is no running text")
        return self.layout.flow

    @property
    def left(self) -> float:
        return self.flow.left

    @property
    def measure(self) -> float:
        return self.flow.right - self.flow.left

    def size(self, style: str) -> float:
        return self.layout.styles[style].size

    def colour(self, name: str) -> int:
        return self.layout.colour(name)

    def word(self, name: str) -> Twins:
        return self.layout.words[name]

    def label(self, name: str) -> str:
        words = self.word(name)
        return f"{words.zh} {words.en}".strip()

    def lines(self, text: str, style: str, x: float, width: float, *, colour: str = "", size: float = 0) -> Block:
        """A paragraph in a style."""
        tint = self.colour(colour or self.layout.styles[style].colour)
        return paragraph(text, self.font, size or self.size(style), x=x, width=width, colour=tint)

    def pair(self, words: Words | Twins, style: str, x: float, width: float, *, colour: str = "") -> Block:
        """A text with its smaller English twin under it."""
        chosen = self.layout.styles[style]
        twin = self.colour(colour or chosen.twin or chosen.colour)
        small = max(chosen.size * TWIN, chosen.floor)
        return (
            *self.lines(words.zh, style, x, width, colour=colour),
            *paragraph(words.en, self.font, small, x=x, width=width, colour=twin, lang="en"),
        )

    def run(self, x: float, text: str, size: float, colour: str, said: Said | None = None) -> Run:
        return Run(x, text, size, self.colour(colour), said)

    def blocks(self, content: Attestation) -> Iterator[Block]:
        reasons = [self._ground(one) for one in content.grounds if one.weight != "OBLIGATION"]
        duties = [self._ground(one) for one in content.grounds if one.weight == "OBLIGATION"]
        none = [self._both(self.word("none"))]
        rules = [Pair(Words(one.rule, one.version), one.title) for one in content.rules]
        yield from self._opening(content)
        for title, blocks in (
            ("asked", [self._pair(one) for one in content.question]),
            ("parts", list(self._parts(content.parts))),
            ("reasons", reasons or [self._both(self.word("nothing"))]),
            ("duties", duties or none),
            ("people", [self._subject(one) for one in content.people]),
            ("facts", list(self._facts(content.facts)) or none),
            ("record", [self._pair(one) for one in content.record]),
            ("rules", [self._pair(row, label=22.0) for row in rules]),
            ("says", [self._both(self.word(name)) for name in ("says-1", "says-2", "says-not")]),
        ):
            yield from self._section(self.word(title), blocks)
        yield from self._closing(content)

    def _opening(self, content: Attestation) -> Iterator[Block]:
        name, colour, ground = OUTCOMES[content.outcome]
        word, inner = self.word(name), self.measure - 40
        lines = self.pair(content.verdict, "verdict", self.left + 36, inner)
        depth = sum(row.height for row in lines)
        height = max(16.0, depth + 7)
        size = 15.0 if len(word.zh) <= 4 else 11.5

        def band(sheet: Sheet, y: float) -> None:
            box = Box(self.left, y, self.measure, height)
            sheet.frame(box, self.colour(colour), 0.8, fill=self.colour(ground))
            sheet.text(self.run(self.left + 4, word.zh, size, colour), y + height / 2 - 5.5)
            sheet.text(self.run(self.left + 4, word.en, 7.5, colour, Said(lang="en")), y + height / 2 + 1.2)

        yield (Row(0, draw=band), gap(3.5), *lines, gap(height - 3.5 - depth + 4))

    def _section(self, title: Twins, blocks: Sequence[Block]) -> Iterator[Block]:
        """A heading that stays with what follows it."""
        size = self.size("heading")
        said = Said("H2", section=f"{title.zh}  {title.en}")
        behind = self.left + self.font.width(title.zh, size) / MM + 3
        head = (
            gap(3),
            Row(6.2, (
                self.run(self.left, title.zh, size, "blue", said),
                self.run(behind, title.en, 8.5, "grey", Said(lang="en")),
            )),
            Row(1.8, draw=lambda sheet, y: sheet.rule(
                y, self.colour("pale"), self.flow.left, self.flow.right, width=0.5
            )),
        )  # fmt: skip
        yield (*head, *blocks[0])
        yield from blocks[1:]

    def _pair(self, pair: Pair, label: float = LABEL) -> Block:
        """A label in two languages and its value in two languages."""
        names = self.pair(pair.label, "label", self.left, label - 2)
        value = self.pair(pair.value, "text", self.left + label, self.measure - label)
        return (*beside(names, value), gap(1.2))

    def _both(self, words: Twins) -> Block:
        return (*self.pair(words, "text", self.left, self.measure), gap(1.6))

    def _parts(self, parts: Sequence[Part]) -> Iterator[Block]:
        yield (Row(9.5, draw=lambda sheet, y: self._bar(sheet, y, parts)),)
        for part in parts:
            name, colour, _ground = OUTCOMES[part.outcome]
            times = (Row(5, (self.run(self.left, f"{part.start} – {part.end}", 9, "ink", Said()),)),)
            answer = (Row(5, (self.run(self.left + 72, self.label(name), 9, colour, Said()),)),)
            rules = self.lines("、".join(part.reasons), "small", self.left + 138, self.measure - 138)
            yield (*beside(times, answer, rules), gap(0.6))

    def _bar(self, sheet: Sheet, y: float, parts: Sequence[Part]) -> None:
        x = self.left
        for part in parts:
            name, colour, ground = OUTCOMES[part.outcome]
            word, width = self.word(name).zh, self.measure * part.share
            sheet.frame(Box(x, y + 0.5, width, 6.5), self.colour(colour), 0.6, fill=self.colour(ground))
            wide = sheet.font.width(word, 8) / MM
            if width > wide + 2:
                sheet.text(self.run(x + (width - wide) / 2, word, 8, colour, ORNAMENT), y + 2.2)
            x += width

    def _ground(self, one: Ground) -> Block:
        name, colour = WEIGHTS[one.weight]
        x, width = self.left + INDENT, self.measure - INDENT
        mark = (
            Row(4.2, (self.run(self.left, one.rule, 9.5, colour, Said()),)),
            Row(4, (self.run(self.left, self.label(name), 6.5, colour, Said()),)),
        )
        lines: list[Row] = list(self.pair(one.message, "text", x, width))
        for label, text in (("concerns", one.people), ("source", (one.source,)), ("rests-on", one.facts)):
            if joined := "、".join(text):
                lines += self.lines(f"{self.label(label)}  {joined}", "small", x, width)
        if one.remedy.zh:
            words = Words(f"{self.label('remedy')}  {one.remedy.zh}", one.remedy.en)
            lines += self.lines(words.zh, "small", x, width, colour="ink")
            lines += paragraph(words.en, self.font, 7, x=x, width=width, colour=self.colour("grey"), lang="en")
        return (*beside(mark, tuple(lines)), gap(2.2))

    def _subject(self, one: Subject) -> Block:
        name, colour, _ground = OUTCOMES[one.outcome]
        word = self.word(name)
        who = self.lines(f"{one.code}  {one.name}", "text", self.left, 58)
        answer = (
            Row(4.4, (self.run(self.left + 60, word.zh, 9, colour, Said()),)),
            Row(3.6, (self.run(self.left + 60, word.en, 7, colour, Said(lang="en")),)),
        )
        x, width = self.left + 92, self.measure - 92
        acts = [*self.lines(f"{self.label('still')}  {one.open_acts.zh}", "small", x, width, colour="ink")]
        acts += paragraph(one.open_acts.en, self.font, 7, x=x, width=width, colour=self.colour("grey"), lang="en")
        if one.reasons:
            acts += self.lines(f"{self.label('by-rules')}  {'、'.join(one.reasons)}", "small", x, width, size=7)
        return (*beside(who, answer, tuple(acts)), gap(2))

    def _facts(self, facts: Iterable[Evidence]) -> Iterator[Block]:
        """Facts in the order given, with a line wherever the one they are about changes."""
        about: Words | None = None
        x, width = self.left + 104, self.measure - 104
        for one in facts:
            head: Block = ()
            if one.about != about:
                about = one.about
                whom = f"{about.zh}  {about.en}".strip()
                head = (gap(1.2), *self.lines(whom, "text", self.left, self.measure, colour="blue"), gap(0.4))
            number = (Row(4.2, (self.run(self.left, one.number, 8, "grey", Said()),)),)
            body = self.pair(one.says, "fact", self.left + INDENT, 88)
            held = (
                *self.lines(one.held.zh, "small", x, width, colour="ink"),
                *paragraph(one.held.en, self.font, 6.5, x=x, width=width, colour=self.colour("grey"), lang="en"),
                *self.lines(f"{self.label('recorded')}  {one.recorded}", "small", x, width, size=7),
            )
            yield (*head, *beside(number, body, held), gap(1.4))

    def _closing(self, content: Attestation) -> Iterator[Block]:
        """Who seals, and the empty place for the log's proof, together on one page."""
        x, width = self.left + 23, self.measure - 23
        signature = self.word("signature")
        rows = (
            *self.lines(f"{content.issuer.zh}  {content.issuer.en}".strip(), "issuer", x, width),
            *self.lines(f"{self.label('issued')}  {content.issued_at}", "text", x, width, size=9),
            *self.lines(f"{self.label('issued-by')}  {content.issued_by}", "text", x, width, size=9),
            *self.lines(signature.zh, "small", x, width, size=7),
            *paragraph(signature.en, self.font, 6.5, x=x, width=width, colour=self.colour("grey"), lang="en"),
        )
        spare = max(0.0, 19 - sum(row.height for row in rows))
        yield (gap(5), Row(0, draw=self._seal), *rows, gap(spare + 5), Row(36, draw=self._proof))

    def _seal(self, sheet: Sheet, y: float) -> None:
        red, size = self.colour("vermilion"), self.size("mark")
        sheet.frame(Box(self.left, y, 17, 17), red, 1.1)
        sheet.frame(Box(self.left + 0.8, y + 0.8, 15.4, 15.4), red, 0.3)
        word = self.word("mark").zh
        said = Said()
        halves = (word[: len(word) // 2], word[len(word) // 2 :])
        runs = []
        for row, characters in enumerate(halves):
            x = self.left + (17 - sheet.font.width(characters, size) / MM) / 2
            runs.append((Run(x, characters, size, red, said), y + 2.2 + row * 6.6))
        sheet.texts(runs)

    def _proof(self, sheet: Sheet, y: float) -> None:
        sheet.frame(Box(self.left, y, self.measure, 34), self.colour("pale"), 0.7, dashed=True)
        for name, size, down in (("proof", 9.0, 2.5), ("proof-note", 7.0, 25.5)):
            words = self.word(name)
            sheet.text(self.run(self.left + 4, words.zh, size, "grey", Said()), y + down)
            below = self.run(self.left + 4, words.en, size - 1, "grey", Said(lang="en"))
            sheet.text(below, y + down + size * 0.48)
