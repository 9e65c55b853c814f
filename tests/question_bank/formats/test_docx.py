"""Word documents: what Word shows is what is read, and what cannot be used is refused by name."""

import io
import re
import zipfile

import docx
import pytest
from docx.enum.text import WD_COLOR_INDEX
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import RGBColor

from question_bank.errors import BankError, ImportReport
from question_bank.formats import Limits, detect, read
from question_bank.formats.docx.numbering import number_text
from question_bank.items import Citation, Item, ItemType


def saved(document) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def load(document, **limits: int) -> ImportReport:
    return read("题库.docx", saved(document), limits=Limits(**limits))


def written(*lines: str):
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    return document


def only(document) -> Item:
    report = load(document)
    assert not report.rejected, [str(fault) for fault in report.rejected]
    assert len(report.accepted) == 1
    return report.items[0]


def codes(report: ImportReport) -> set[str]:
    return {said.code for said in (*report.rejected, *report.warnings, *report.changes)}


def repacked(data: bytes, change) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = change(name, source.read(name))
            if content is not None:
                target.writestr(name, content)
    return stream.getvalue()


def test_paragraphs_are_read_as_lines_of_plain_text() -> None:
    document = written(
        "一、单选题", "1. 罚款由谁决定（ ）", "A. 甲", "B. 乙", "答案：B", "解析：见第三条。", "法律：行政处罚法 第42条"
    )
    item = only(document)
    assert (item.type, item.stem, item.key, item.explanation) == (
        ItemType.SINGLE,
        "罚款由谁决定（ ）",
        ("B",),
        "见第三条。",
    )
    assert item.citation == Citation("行政处罚法", "", "42")
    assert detect("改了名.xlsx", saved(document)) == "docx"


def numbered(document, *levels: tuple[str, str], lists: int = 1) -> list[int]:
    """Add lists that share one abstract list with the given (form, text) levels; later ones start anew."""
    numbering = document.part.numbering_part.element
    inner = "".join(
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for at, (form, text) in enumerate(levels)
    )
    abstract = parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="90">{inner}</w:abstractNum>')
    numbering.insert(0, abstract)
    for number in range(lists):
        again = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
        xml = f'<w:num {nsdecls("w")} w:numId="{90 + number}"><w:abstractNumId w:val="90"/>{again}</w:num>'
        numbering.append(parse_xml(xml))
    return [90 + number for number in range(lists)]


def add(document, text: str, number: int, level: int = 0):
    paragraph = document.add_paragraph(text)
    properties = paragraph._p.get_or_add_pPr()
    properties.append(
        parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')
    )
    return paragraph


def test_automatic_numbers_and_letters_are_those_that_word_shows() -> None:
    document = docx.Document()
    sections, *_ = numbered(document, ("japaneseCounting", "%1、"), ("decimal", "%2."), ("upperLetter", "%3."))
    add(document, "单选题", sections, 0)
    for stem, key in (("甲是（ ）", "B"), ("乙是（ ）", "A")):
        add(document, stem, sections, 1)
        for option in ("一", "二", "三"):
            add(document, option, sections, 2)
        document.add_paragraph(f"答案：{key}")
    add(document, "判断题", sections, 0)
    add(document, "丙可以。（√）", sections, 1)
    report = load(document)
    assert not report.rejected, [str(fault) for fault in report.rejected]
    assert [(item.type, item.stem, item.key) for item in report.items] == [
        (ItemType.SINGLE, "甲是（ ）", ("B",)),
        (ItemType.SINGLE, "乙是（ ）", ("A",)),
        (ItemType.TRUE_FALSE, "丙可以。（ ）", ("T",)),
    ]
    assert [[option.key for option in item.options] for item in report.items[:2]] == [["A", "B", "C"]] * 2
    assert [row.place.item for row in report.accepted] == ["1", "2", "1"]


def test_a_list_that_begins_anew_for_each_question_counts_from_its_own_start() -> None:
    document = docx.Document()
    first, second = numbered(document, ("upperLetter", "%1."), lists=2)
    document.add_paragraph("一、单选题")
    for number, stem in ((first, "1. 甲（B）"), (second, "2. 乙（A）")):
        document.add_paragraph(stem)
        for option in ("一", "二"):
            add(document, option, number)
    assert [item.key for item in load(document).items] == [("B",), ("A",)]


@pytest.mark.parametrize(
    ("number", "form", "shown"),
    [
        (3, "decimal", "3"), (3, "upperLetter", "C"), (28, "lowerLetter", "bb"), (14, "upperRoman", "XIV"),
        (12, "japaneseCounting", "十二"), (20, "chineseCounting", "二十"), (105, "chineseCountingThousand", "一百零五"),
        (11, "chineseLegalSimplified", "壹拾壹"), (3, "decimalEnclosedCircle", "③"), (2, "ideographTraditional", "乙"),
        (10, "ideographDigital", "一〇"), (7, "decimalZero", "07"), (99_999, "upperRoman", "99999"), (5, "strange", "5"),  # noqa: E501
    ],
)  # fmt: skip
def test_forms_of_numbers(number: int, form: str, shown: str) -> None:
    assert number_text(number, form) == shown


def options_in(document, marks: dict[str, str], letters: str = "ABC") -> None:
    for letter in letters:
        run = document.add_paragraph().add_run(f"{letter}. {'甲乙丙丁'['ABCD'.index(letter)]}机关")
        if mark := marks.get(letter):
            mark_run(run, mark)


def mark_run(run, mark: str) -> None:
    match mark:
        case "red":
            run.font.color.rgb = RGBColor(0xC0, 0, 0)
        case "bold":
            run.bold = True
        case "underline":
            run.underline = True
        case "highlight":
            run.font.highlight_color = WD_COLOR_INDEX.YELLOW


@pytest.mark.parametrize(
    ("mark", "code"),
    [
        ("red", "KEY_MARKED_RED"),
        ("bold", "KEY_MARKED_BOLD"),
        ("underline", "KEY_MARKED_UNDERLINE"),
        ("highlight", "KEY_MARKED_HIGHLIGHT"),
    ],
)
def test_the_option_that_stands_out_is_the_answer(mark: str, code: str) -> None:
    document = written("一、单选题", "1. 罚款由谁决定？")
    options_in(document, {"B": mark})
    document.add_paragraph("二、多选题")
    document.add_paragraph("2. 罚款由哪些机关决定？")
    options_in(document, {"A": mark, "C": mark})
    report = load(document)
    assert [item.key for item in report.items] == [("B",), ("A", "C")]
    assert {change.code for change in report.changes} >= {code}


def test_marks_on_all_options_or_on_none_are_no_answer() -> None:
    document = written("一、单选题", "1. 罚款由谁决定？")
    options_in(document, {"A": "bold", "B": "bold", "C": "bold"})
    assert [fault.code for fault in load(document).rejected] == ["KEY_MISSING"]


def test_two_marks_that_disagree_are_refused_not_guessed() -> None:
    document = written("一、单选题", "1. 罚款由谁决定？")
    options_in(document, {"A": "red", "B": "bold"})
    assert [fault.code for fault in load(document).rejected] == ["KEY_CONFLICT"]


def test_an_answer_given_in_words_wins_over_a_mark_and_the_difference_is_told() -> None:
    document = written("一、单选题", "1. 罚款由谁决定？")
    options_in(document, {"A": "red"})
    document.add_paragraph("答案：B")
    report = load(document)
    assert report.items[0].key == ("B",)
    assert {"key": "B", "marked": "A"} in [said.data for said in report.warnings if said.code == "MARKED_OTHERWISE"]


def test_a_marked_word_inside_an_option_and_in_the_stem_is_mere_emphasis() -> None:
    document = written("一、单选题")
    stem = document.add_paragraph("1. 下列")
    mark_run(stem.add_run("不属于"), "red")
    stem.add_run("处罚的是")
    for letter in "ABC":
        option = document.add_paragraph(f"{letter}. 由甲乙丙")
        mark_run(option.add_run(f"第{letter}个"), "red" if letter == "B" else "")
        option.add_run("机关依法作出决定")
    assert [fault.code for fault in load(document).rejected] == ["KEY_MISSING"]


def test_a_marked_option_among_several_on_one_line() -> None:
    document = written("一、单选题", "1. 罚款由谁决定？")
    line = document.add_paragraph("A. 甲机关   ")
    mark_run(line.add_run("B. 乙机关"), "red")
    line.add_run("   C. 丙机关")
    assert only(document).key == ("B",)


def table(document, *rows: list[str]):
    found = document.add_table(rows=len(rows), cols=max(map(len, rows)))
    for at, row in enumerate(rows):
        for column, text in enumerate(row):
            found.cell(at, column).text = text
    return found


def test_a_table_with_headings_has_a_question_in_each_row() -> None:
    document = written("某市题库")
    headings = ["题型", "题干", "选项A", "选项B", "答案", "解析"]
    table(document, headings, ["单选", "甲（ ）", "一", "二", "B", "因为"], ["判断", "乙。", "", "", "错", ""])
    table(document, headings, ["单选", "无答案", "一", "二", "", ""])
    report = load(document)
    assert [(item.stem, item.key) for item in report.items] == [("甲（ ）", ("B",)), ("乙。", ("F",))]
    assert [(fault.code, fault.place.sheet, fault.place.row) for fault in report.rejected] == [
        ("KEY_MISSING", "表2", 2)
    ]
    assert ("STRAY_TEXT", 1) in [(said.code, said.place.line) for said in report.warnings]


def test_merged_cells_of_a_table_hold_for_the_rows_they_span() -> None:
    document = docx.Document()
    found = table(
        document,
        ["题型", "题干", "选项", "答案"],
        ["单选", "甲（ ）", "A. 一", "B"],
        ["", "", "B. 二", ""],
        ["", "乙（ ）", "A. 三\nB. 四", "A"],
    )
    found.cell(1, 0).merge(found.cell(3, 0))
    found.cell(1, 1).merge(found.cell(2, 1))
    found.cell(1, 3).merge(found.cell(2, 3))
    report = load(document)
    assert not report.rejected, [str(fault) for fault in report.rejected]
    assert [([option.text for option in item.options], item.key) for item in report.items] == [
        (["一", "二"], ("B",)),
        (["三", "四"], ("A",)),
    ]
    assert "MERGED_ROWS_JOINED" in codes(report)


def test_a_table_that_only_lays_out_options_or_answers_is_read_as_its_lines() -> None:
    document = written("一、单选题", "1. 甲（ ）")
    table(document, ["A. 一", "B. 二"], ["C. 三", "D. 四"])
    document.add_paragraph("2. 乙（ ）")
    table(document, ["A. 五", "B. 六"])
    document.add_paragraph("参考答案")
    table(document, ["题号", "1", "2"], ["答案", "D", "A"])
    report = load(document)
    assert not report.rejected, [str(fault) for fault in report.rejected]
    assert [(len(item.options), item.key) for item in report.items] == [(4, ("D",)), (2, ("A",))]


def test_underlined_spaces_are_blanks_to_fill_in() -> None:
    document = written("一、填空题")
    line = document.add_paragraph("1. 应由不少于")
    mark_run(line.add_run("      "), "underline")
    line.add_run("名执法人员实施。")
    document.add_paragraph("答案：两/二")
    item = only(document)
    assert (item.stem, item.blanks[0].accepted) == ("应由不少于{{1}}名执法人员实施。", ("两", "二"))


def test_what_word_does_not_show_is_left_out_and_told() -> None:
    document = written("一、单选题", "1. 甲（A）", "A. 一", "B. 二")
    paragraph = document.add_paragraph("解析：见")
    inner = (
        "<w:del><w:r><w:delText>旧</w:delText></w:r></w:del><w:ins><w:r><w:t>新</w:t></w:r></w:ins>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>藏</w:t></w:r>"
        '<w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:footnoteReference w:id="1"/></w:r>'
        '<w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>'
        "<w:hyperlink><w:r><w:t>条文</w:t></w:r></w:hyperlink>"
    )
    for element in parse_xml(f"<w:p {nsdecls('w')}>{inner}</w:p>"):
        paragraph._p.append(element)
    report = load(document)
    assert report.items[0].explanation == "见新√条文"
    assert codes(report) >= {"DOCX_DELETED", "DOCX_HIDDEN", "DOCX_FOOTNOTES"}


def _old(stream: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + stream.encode("utf-16-le") + b"\0" * 64


def _with(name: str, content: bytes) -> bytes:
    stream = io.BytesIO(saved(written("一、单选题")))
    with zipfile.ZipFile(stream, "a") as target:
        target.writestr(name, content)
    return stream.getvalue()


def _macros(name: str, content: bytes) -> bytes:
    return content.replace(b"wordprocessingml.document.main", b"macroEnabled.main") if "Types" in name else content


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.docx", _old("WordDocument"), "FILE_OLD_WORD"),
        ("a.docx", _old("EncryptedPackage"), "FILE_PASSWORD"),
        ("a.xlsx", _old("EncryptedPackage"), "FILE_PASSWORD"),
        ("a.xlsx", _old("Workbook"), "FILE_OLD_EXCEL"),
        ("a.docx", _old("Contents"), "FILE_OLD_OFFICE"),
        ("a.docx", _with("word/vbaProject.bin", b"x"), "DOCX_MACROS"),
        ("a.docx", repacked(saved(written("一")), _macros), "DOCX_MACROS"),
        ("a.docx", _with("../evil", b"x"), "ARCHIVE_PATH"),
        ("a.docx", repacked(saved(written("一")), lambda n, c: c[:300] if n == "word/document.xml" else c), "XML_BAD"),
        ("a.docx", saved(written("一"))[:-300], "ARCHIVE_BAD"),
    ],
)
def test_what_is_no_usable_word_document_is_refused_by_its_own_name(name: str, data: bytes, code: str) -> None:
    with pytest.raises(BankError) as caught:
        read(name, data)
    assert caught.value.code == code
    assert caught.value.place.file == name


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ({"document_bytes": 500}, "DOCX_LARGE"),
        ({"line_characters": 20}, "LINE_TOO_LONG"),
        ({"xml_elements": 20}, "XML_LARGE"),
    ],
)
def test_a_document_beyond_the_limits_is_refused(limits: dict[str, int], code: str) -> None:
    with pytest.raises(BankError) as caught:
        load(written("一、单选题", "1. " + "甲" * 30 + "（A）", "A. 一", "B. 二"), **limits)
    assert caught.value.code == code


def test_a_document_without_questions_says_so() -> None:
    assert "NO_QUESTIONS" in codes(load(docx.Document()))
    assert "NO_QUESTIONS" in codes(load(written("通知", "明天开会。")))


def test_strict_documents_are_read_too() -> None:
    def strict(name: str, content: bytes) -> bytes:
        text = content.replace(
            b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
            b"http://purl.oclc.org/ooxml/wordprocessingml/main",
        )
        return re.sub(
            rb"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            b"http://purl.oclc.org/ooxml/officeDocument/relationships",
            text,
        )

    data = repacked(saved(written("一、判断题", "1. 可以。（√）")), strict)
    assert [item.key for item in read("a.docx", data).items] == [("T",)]
