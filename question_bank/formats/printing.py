"""A paper to be printed from Word: sections by type, options in columns, room to write; the answers apart.

The same paper gives the same bytes: nothing in the file tells when it was made.
"""

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Emu, Pt

from question_bank.faults import Place, refusal
from question_bank.formats import fields
from question_bank.formats.labels import Loss
from question_bank.formats.written import answer_cell
from question_bank.items import FALSE, GAP, MARKED_BY_PEOPLE, TRUE, Item, ItemType, unprintable

LINE_HALVES = 84  # half-width characters on a line: 16 cm of A4 at 10.5 pt
_COLUMNS = (4, 2)  # options on a line, tried in this order before one a line
_MARKER_HALVES = 5  # of the letter before an option and the gap behind it
_WRITING_LINES = {ItemType.SHORT_ANSWER: 6, ItemType.CASE_ANALYSIS: 14}
_FILL_LINE = "________"
_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)
_HAN = "一二三四五六七八九十"
_PICTURE_WIDTH = Cm(11)
_SECTIONS = {
    ItemType.SINGLE: ("单项选择题", "每题只有一个正确答案"),
    ItemType.MULTIPLE: ("多项选择题", "每题有两个或两个以上正确答案"),
    ItemType.TRUE_FALSE: ("判断题", "正确的写“√”，错误的写“×”"),
    ItemType.FILL: ("填空题", ""),
    ItemType.CLOZE: ("完形填空题", ""),
    ItemType.NUMERIC: ("数值题", "只写数字"),
    ItemType.ORDERING: ("排序题", "按正确顺序写出字母"),
    ItemType.MATCHING: ("匹配题", "在每项后写出对应的字母"),
    ItemType.HOTSPOT: ("识图题", "在图上圈出"),
    ItemType.CASE: ("案例题", ""),
    ItemType.SHORT_ANSWER: ("简答题", ""),
    ItemType.CASE_ANALYSIS: ("案例分析题", ""),
}
LOSES: tuple[Loss, ...] = (
    Loss(
        "stem", "没有答题括号的选择题和判断题在题干末尾加“（ ）”。", "A stem without a place for the answer gets one."
    ),
    Loss("options.feedback", "各选项的反馈不印。", "The feedback of single options is not printed."),
    Loss("options.worth", "各选项的分值比例不印。", "The worth of single options is not printed."),
    Loss("blanks.tolerance", "允许误差只印在答案中。", "Tolerances are printed with the answers only."),
    Loss("areas", "识图题的区域不印。", "The areas of a hotspot question are not printed."),
    Loss(
        "labels",
        "编号、知识点、层次、难度、标签等不印。",
        "Code, topic, level, difficulty, tags and the like are not printed.",
    ),
    Loss("opaque", "其他格式的附带内容不印。", "What was kept from other formats is not printed."),
    Loss("pictures", "WebP图片只印文字说明。", "Of WebP pictures only the description is printed."),
)
"""What a printed paper does not keep of an item."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A question of a paper: its marks if stated, and its options' letters in the order shown (empty: as kept)."""

    item: Item
    marks: Decimal | None = None
    order: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PrintedPaper:
    """All that is printed. `instructions` are lines beneath the title; `questions` are grouped by type when printed."""

    title: str
    questions: tuple[Printed, ...]
    instructions: tuple[str, ...] = ()
    blanks: tuple[str, ...] = field(default=("单位", "姓名", "准考证号", "得分"))


def write_paper(paper: PrintedPaper, *, answers: bool = False) -> bytes:
    """The paper as .docx; with `answers` the key and explanations follow on a page of their own.

    Raises BankError CHARACTER_REFUSED for control characters.
    """
    sheet = _Sheet(paper)
    sheet.heading()
    sheet.questions()
    if answers:
        sheet.page_break()
        sheet.answers()
    return sheet.saved()


def write_answers(paper: PrintedPaper) -> bytes:
    """Key, explanations and legal basis as a .docx of their own, numbered as the paper. Raises as `write_paper`."""
    sheet = _Sheet(paper)
    sheet.title(f"{paper.title}　参考答案")
    sheet.answers()
    return sheet.saved()


def write_docx(items: Iterable[Item], title: str = "") -> bytes:
    """Questions with their answers as one .docx. Raises as `write_paper`."""
    return write_paper(PrintedPaper(title or "试题", tuple(map(Printed, items)), blanks=()), answers=True)


def sections(questions: Sequence[Printed]) -> list[tuple[ItemType, list[tuple[int, Printed]]]]:
    """The questions by type in the order of a paper, numbered through from 1."""
    number, found = 0, []
    for type_ in _SECTIONS:
        inside = [one for one in questions if one.item.type is type_]
        if inside:
            found.append((type_, list(enumerate(inside, number + 1))))
            number += len(inside)
    return found


def shown_item(printed: Printed) -> Item:
    """The question as printed: options in the order shown and lettered anew, the key with them."""
    item = printed.item
    if not printed.order or not item.options:
        return item
    if sorted(printed.order) != sorted(option.key for option in item.options):
        raise refusal("FORM_OPTIONS_INCOMPLETE", Place(item=item.code), ref=item.code)
    texts = {option.key: option for option in item.options}
    letters = {old: item.options[at].key for at, old in enumerate(printed.order)}
    options = tuple(replace(texts[old], key=letters[old]) for old in printed.order)
    if item.type is ItemType.MATCHING:
        key = tuple(pair[:-1] + letters[pair[-1]] for pair in item.key)
    else:
        key = tuple(letters[letter] for letter in item.key)
    return replace(item, options=options, key=key if item.type is ItemType.ORDERING else tuple(sorted(key)))


def columns_for(texts: Sequence[str]) -> int:
    """How many options stand on one line: four, two or one, by the longest."""
    widest = max((sum(2 if ord(char) > 0x2E7F else 1 for char in text) for text in texts), default=0) + _MARKER_HALVES
    if any("\n" in text for text in texts):
        return 1
    return next((many for many in _COLUMNS if widest <= LINE_HALVES // many), 1)


class _Sheet:
    def __init__(self, paper: PrintedPaper) -> None:
        self.paper = paper
        self.document = docx.Document()
        self.sections = sections([replace(one, item=shown_item(one), order=()) for one in paper.questions])
        self._prepare()

    def _prepare(self) -> None:
        page = self.document.sections[0]
        page.page_width, page.page_height = Cm(21), Cm(29.7)
        page.left_margin = page.right_margin = Cm(2.5)
        page.top_margin = page.bottom_margin = Cm(2.2)
        style = self.document.styles["Normal"]
        style.font.name, style.font.size = "Times New Roman", Pt(10.5)
        _set_han_font(style, "宋体")
        style.paragraph_format.space_after = Pt(0)
        style.paragraph_format.line_spacing = 1.3
        core = self.document.core_properties
        core.author, core.title, core.comments, core.revision = "", self._clean(self.paper.title, "title"), "", 1
        core.created = core.modified = _MOMENT.replace(tzinfo=None)
        self._footer(page.footer.paragraphs[0])

    def _footer(self, paragraph: Any) -> None:  # noqa: ANN401 - python-docx's own element
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        for text, name in (("第 ", "PAGE"), (" 页　共 ", "NUMPAGES"), (" 页", "")):
            paragraph.add_run(text)
            if name:
                shown = OxmlElement("w:fldSimple")
                shown.set(qn("w:instr"), name)
                paragraph._p.append(shown)  # noqa: SLF001 - python-docx has no fields

    def _clean(self, text: str, what: str) -> str:
        if bad := unprintable(text.replace("\t", " ")):
            raise refusal("CHARACTER_REFUSED", Place(), field=what, character=bad)
        return text

    def _line(self, text: str = "", *, bold: bool = False, size: float | None = None) -> Any:  # noqa: ANN401
        paragraph = self.document.add_paragraph()
        for at, part in enumerate(self._clean(text, "text").split("\n")):
            run = paragraph.add_run(part)
            run.bold = bold or None
            if size:
                run.font.size = Pt(size)
            if bold:
                run.font.name = "Arial"
                _set_han_font(run, "黑体")
            if at < text.count("\n"):
                run.add_break()
        return paragraph

    def title(self, text: str) -> None:
        self._line(text, bold=True, size=16).alignment = WD_ALIGN_PARAGRAPH.CENTER

    def heading(self) -> None:
        """Title, the candidate's blanks, instructions."""
        self.title(self.paper.title)
        if self.paper.blanks:
            line = self._line("　".join(f"{name}{_FILL_LINE}" for name in self.paper.blanks))
            line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        for said in self.paper.instructions:
            self._line(said)

    def page_break(self) -> None:
        self._line().add_run().add_break(WD_BREAK.PAGE)

    def questions(self) -> None:
        """All sections with their questions."""
        for index, (type_, numbered) in enumerate(self.sections):
            name, rule = _SECTIONS[type_]
            said = "，".join(filter(None, [_marks_text([one for _, one in numbered]), rule]))
            heading = self._line(f"{section_number(index)}、{name}（{said}）", bold=True)
            heading.paragraph_format.space_before = Pt(8)
            heading.paragraph_format.keep_with_next = True
            for number, one in numbered:
                self._question(f"{number}. ", one.item)

    def _question(self, label: str, item: Item) -> None:
        stem = GAP.sub(_FILL_LINE, item.stem)
        if item.type in _BRACKETED and fields.BLANK.search(stem) is None:
            stem += "（ ）"
        if item.type is ItemType.NUMERIC and not GAP.search(item.stem):
            stem += _FILL_LINE
        self._line(label + fields.BLANK.sub("（    ）", stem)).paragraph_format.keep_with_next = bool(item.options)
        self._pictures(item, "")
        self._prompts(item)
        self._options(item)
        for at, blank in enumerate(item.blanks, 1):
            if blank.options:
                self._line(f"（{at}）" + "　".join(f"{one.key}. {one.text}" for one in blank.options))
        for at, part in enumerate(item.parts, 1):
            self._question(f"（{at}）", part)
        for _ in range(_WRITING_LINES.get(item.type, 0)):
            self._line().paragraph_format.line_spacing = Pt(22)

    def _prompts(self, item: Item) -> None:
        for at, said in enumerate(item.prompts, 1):
            self._line(f"（{at}）{said}　{_FILL_LINE}").paragraph_format.left_indent = Cm(0.7)

    def _options(self, item: Item) -> None:
        many = columns_for([option.text for option in item.options])
        for start in range(0, len(item.options), many):
            row = item.options[start : start + many]
            paragraph = self._line("\t".join(f"{option.key}. {option.text}" for option in row))
            paragraph.paragraph_format.left_indent = Cm(0.7)
            for column in range(1, many):
                paragraph.paragraph_format.tab_stops.add_tab_stop(Cm(0.7 + column * 15.3 / many))
            for option in row:
                self._pictures(item, option.key)

    def _pictures(self, item: Item, at: str) -> None:
        for picture in item.pictures:
            if picture.at != at:
                continue
            label = f"{at}. " if at else ""
            paragraph = self.document.add_paragraph()
            try:
                shape = paragraph.add_run(label).add_picture(BytesIO(picture.data))
            except Exception:  # noqa: BLE001 - python-docx raises whatever a picture it cannot measure makes it stumble over
                paragraph.add_run(self._clean(f"［图：{picture.alt}］", "alt"))
                continue
            if shape.width > _PICTURE_WIDTH:
                shape.height, shape.width = Emu(int(shape.height * _PICTURE_WIDTH / shape.width)), _PICTURE_WIDTH
            shape._inline.docPr.set("descr", self._clean(picture.alt, "alt"))  # noqa: SLF001 - no such setting

    def answers(self) -> None:
        """The answers by section, each with its explanation and legal basis."""
        self._line("参考答案", bold=True, size=14)
        for index, (type_, numbered) in enumerate(self.sections):
            self._line(f"{section_number(index)}、{_SECTIONS[type_][0]}", bold=True)
            for number, one in numbered:
                for line in _answer_lines(f"{number}. ", one.item):
                    self._line(line)

    def saved(self) -> bytes:
        """The file, its parts dated the same whenever it is written."""
        first, last = BytesIO(), BytesIO()
        self.document.save(first)
        with zipfile.ZipFile(first) as source, zipfile.ZipFile(last, "w", zipfile.ZIP_DEFLATED) as target:
            for name in sorted(source.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
                member = zipfile.ZipInfo(name, _MOMENT.timetuple()[:6])
                member.compress_type = zipfile.ZIP_DEFLATED
                target.writestr(member, source.read(name))
        return last.getvalue()


def _set_han_font(styled: Any, name: str) -> None:  # noqa: ANN401 - a style or a run of python-docx
    """The font of Chinese characters, for which python-docx has no setting."""
    styled.element.rPr.rFonts.set(qn("w:eastAsia"), name)


_BRACKETED = {ItemType.SINGLE, ItemType.MULTIPLE, ItemType.TRUE_FALSE, ItemType.ORDERING}


def section_number(index: int) -> str:
    """一, 二 … for the sections of a paper, from 0."""
    return _HAN[index] if index < len(_HAN) else f"十{_HAN[index - len(_HAN)]}"


def _marks_text(questions: Sequence[Printed]) -> str:
    """共40题，每题1分，共40分; only what is known."""
    marks = [one.marks for one in questions]
    said = f"共{len(questions)}题"
    stated = [mark for mark in marks if mark is not None]
    if len(stated) < len(marks):
        return said
    each = f"，每题{_figure(stated[0])}分" if len(set(stated)) == 1 else ""
    return f"{said}{each}，共{_figure(sum(stated, Decimal(0)))}分"


def _figure(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _answer_lines(label: str, item: Item) -> Iterator[str]:
    yield label + _answer(item)
    yield from (f"评分要点：{one.text}（{one.weight}分）" for one in item.rubric)
    for at, part in enumerate(item.parts, 1):
        yield from _answer_lines(f"（{at}）", part)
    if item.explanation:
        yield f"解析：{item.explanation}"
    if item.citation:
        cited = item.citation
        edition = f"（{cited.edition}）" if cited.edition else ""
        article = (
            f"第{cited.article.replace('-', '条之')}{'' if '-' in cited.article else '条'}" if cited.article else ""
        )
        yield f"依据：{cited.law}{edition}{article}"


def _answer(item: Item) -> str:
    if item.type is ItemType.TRUE_FALSE:
        return {TRUE: "√", FALSE: "×"}.get("".join(item.key), "")
    if item.type in MARKED_BY_PEOPLE:
        return item.model_answer
    if item.type is ItemType.NUMERIC and item.blanks[0].tolerance:
        return f"{answer_cell(item)}±{item.blanks[0].tolerance:f}"
    return answer_cell(item).replace("\n", "；") if item.type is not ItemType.CASE else ""
