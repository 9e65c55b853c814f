"""Questions in rows: headings, options, and everything a hostile workbook tries."""

import datetime as dt
import io
import zipfile

import openpyxl
import pytest
from openpyxl import Workbook

from question_bank.errors import BankError, ImportReport
from question_bank.formats import Limits, read
from question_bank.formats.tabular import template, write_csv, write_xlsx
from question_bank.items import Citation, Item, ItemType, Level, Option, Paper

HEADINGS = ["题型", "题干", "选项A", "选项B", "选项C", "答案", "解析"]
ROW = ["单选题", "谁决定（ ）", "甲", "乙", "丙", "B", "因为"]


def workbook(*rows: list, **sheets: list) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for title, more in sheets.items():
        sheet = book.create_sheet(title)
        for row in more:
            sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def load(*rows: list, **sheets: list) -> ImportReport:
    return read("题库.xlsx", workbook(*rows, **sheets))


def codes(report: ImportReport) -> list[tuple[str, int | None]]:
    return [(fault.code, fault.place.row) for fault in report.rejected]


@pytest.mark.parametrize(
    ("headings", "row"),
    [
        (HEADINGS, ROW),
        (list(reversed(HEADINGS)), list(reversed(ROW))),
        (["Type", "Question", "A", "B", "C", "Answer", "Explanation"], ["single", *ROW[1:]]),
        (["题目类型", "题目内容", "A选项", "B选项", "C选项", "正确答案", "答案解析"], ROW),
        (["题型 ", "题 干".replace(" ", ""), "选项Ａ", "Option B", "C", "答案（必填）", "解析"], ROW),
        (["题型", "题干", "选项", "答案", "解析"], ["单选", "谁决定（ ）", "A.甲 B.乙 C.丙", "B", "因为"]),
        (["题型", "题干", "选项", "答案", "解析"], ["单选", "谁决定（ ）", "A、甲\nB、乙\nC、丙", "b", "因为"]),
        (["题型", "题干", "选项", "答案", "解析"], ["单选", "谁决定（ ）", "甲|乙|丙", "B", "因为"]),
        (["题型", "题干", "选项", "答案", "解析"], ["单选", "谁决定（ ）", "A.甲；B.乙；C.丙", "B", "因为"]),
    ],
)
def test_headings_in_either_language_and_any_order(headings: list[str], row: list[str]) -> None:
    report = load(headings, row)
    assert not report.rejected
    item = report.items[0]
    assert (item.type, item.stem, item.key, item.explanation) == (ItemType.SINGLE, "谁决定（ ）", ("B",), "因为")
    assert [(option.key, option.text) for option in item.options] == [("A", "甲"), ("B", "乙"), ("C", "丙")]
    assert report.accepted[0].place.row == 2


@pytest.mark.parametrize(
    ("value", "key"), [(True, "T"), (False, "F"), ("√", "T"), ("错", "F"), ("正确", "T"), ("N", "F")]
)
def test_judgements_in_cells_including_true_and_false_of_the_spreadsheet(value: object, key: str) -> None:
    assert load(["题型", "题干", "答案"], ["判断题", "可以。", value]).items[0].key == (key,)


def test_numbers_and_dates_in_cells_are_read_as_text() -> None:
    headings = [*HEADINGS, "法律", "版本", "条文", "难度", "层次", "试卷", "知识点", "序号"]
    row = [*ROW, "行政处罚法", dt.datetime(2021, 1, 22), 42, 0.7, "应用", "专业", "听证", 1]  # noqa: DTZ001
    report = load(headings, row)
    item = report.items[0]
    assert item.citation == Citation("行政处罚法", "2021-01-22", "42")
    assert (item.difficulty, item.level, item.paper, item.topic) == (0.7, Level.APPLICATION, Paper.PROFESSIONAL, "听证")
    assert (report.accepted[0].place.item, report.warnings) == ("1", ())


def test_one_bad_row_is_named_and_the_rest_goes_on() -> None:
    report = load(
        HEADINGS,
        ROW,
        ["单选题", "=1+1", "甲", "乙", "丙", "B", ""],
        ["作文题", "论", "甲", "乙", "", "B", ""],
        [],
        ["单选题", "无答案", "甲", "乙", "", "", ""],
        ["单选题", "后", "甲", "乙", "", "A", ""],
    )
    assert codes(report) == [("FORMULA", 3), ("TYPE_UNKNOWN", 4), ("KEY_MISSING", 6)]
    assert [item.stem for item in report.items] == ["谁决定（ ）", "后"]
    assert report.rejected[0].data["column"] == "B"


def test_formulas_are_refused_in_csv_too_and_negative_numbers_are_not_formulas() -> None:
    text = "题干,选项A,选项B,答案\n=HYPERLINK(1),甲,乙,A\n@SUM(1),甲,乙,A\n+cmd,甲,乙,A\n温度是（ ）,-5,+3,A\n"
    report = read("a.csv", text.encode("gb18030"))
    assert codes(report) == [("FORMULA", 2), ("FORMULA", 3), ("FORMULA", 4)]
    assert [option.text for option in report.items[0].options] == ["-5", "+3"]


def test_several_sheets_are_read_and_those_without_headings_are_reported() -> None:
    report = load(
        ["某市题库"], HEADINGS, ROW, 第二页=[HEADINGS, ["单选题", "二", "甲", "乙", "", "A", ""]], 说明=[["随便写写"]]
    )
    assert len(report.accepted) == 2
    assert report.accepted[1].place.sheet == "第二页"
    assert [
        (said.code, said.place.sheet) for said in report.warnings if said.code in ("SHEET_SKIPPED", "STRAY_TEXT")
    ] == [
        ("STRAY_TEXT", "Sheet"),
        ("STRAY_TEXT", "说明"),
        ("SHEET_SKIPPED", "说明"),
    ]


def test_unknown_columns_are_reported() -> None:
    report = load([*HEADINGS, "命题人"], [*ROW, "某某"])
    assert ("COLUMN_UNKNOWN", "命题人") in [(said.code, said.data.get("heading")) for said in report.warnings]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([["甲", "乙"], ["丙", "丁"]], "HEADINGS_MISSING"),
        ([[*HEADINGS, "题目"], [*ROW, "又"]], "COLUMN_REPEATED"),
        ([HEADINGS, *[ROW] * 30], "TOO_MANY_ROWS"),
        ([HEADINGS, [*ROW, *[""] * 60, "远"]], "TOO_MANY_COLUMNS"),
    ],
)
def test_a_workbook_unusable_as_a_whole_has_a_code(rows: list[list[str]], code: str) -> None:
    with pytest.raises(BankError) as caught:
        read("a.xlsx", workbook(*rows), limits=Limits(rows=20))
    assert caught.value.code == code


def test_a_row_a_million_below_is_refused_without_reading_a_million_rows() -> None:
    book = Workbook()
    book.active.append(HEADINGS)
    book.active.cell(1_048_576, 1).value = "远"
    stream = io.BytesIO()
    book.save(stream)
    with pytest.raises(BankError) as caught:
        read("a.xlsx", stream.getvalue())
    assert caught.value.code == "TOO_MANY_ROWS"


def _repacked(change) -> bytes:
    source = zipfile.ZipFile(io.BytesIO(workbook(HEADINGS, ROW)))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, change(name, source.read(name)))
    return stream.getvalue()


def _with_member(name: str, content: bytes) -> bytes:
    stream = io.BytesIO(workbook(HEADINGS, ROW))
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as target:
        target.writestr(name, content)
    return stream.getvalue()


def _declared(encoding: str):
    def change(name: str, content: bytes) -> bytes:
        if not name.endswith("sheet1.xml"):
            return content
        head = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE x [<!ENTITY a "b">]>'
        return (head + content.decode("utf-8").split("?>")[-1]).encode(encoding)

    return change


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (_with_member("xl/media/bomb.bin", b"\0" * 30_000_000), "ARCHIVE_RATIO"),
        (_with_member("../../etc/passwd", b"x"), "ARCHIVE_PATH"),
        (_with_member("/root", b"x"), "ARCHIVE_PATH"),
        (_with_member("xl/vbaProject.bin", b"x"), "MACROS"),
        (_repacked(_declared("utf-8")), "XML_ENTITIES"),
        (_repacked(_declared("utf-16")), "XML_ENTITIES"),
        (_repacked(lambda name, content: content[: len(content) // 2]), "WORKBOOK_BAD"),
        (workbook(HEADINGS, ROW)[:-200], "ARCHIVE_BAD"),
        (b"PK\x03\x04 nothing", "ARCHIVE_BAD"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "FILE_OLD_OFFICE"),
        (b"%PDF-1.7 \xff", "FILE_PDF"),
        ("<html>题</html>".encode(), "FILE_MARKUP"),
    ],
)
def test_hostile_and_foreign_files_are_refused_with_a_code(data: bytes, code: str) -> None:
    with pytest.raises(BankError) as caught:
        read("a.xlsx", data)
    assert caught.value.code == code


def test_a_damaged_workbook_raises_nothing_but_the_packages_own_error() -> None:
    whole = workbook(HEADINGS, ROW)
    for position in range(0, len(whole), 61):
        damaged = whole[:position] + bytes([whole[position] ^ 0xFF]) + whole[position + 1 :]
        try:
            read("a.xlsx", damaged, "xlsx")
        except BankError as error:
            assert error.zh  # noqa: PT017 - either outcome is right; any other exception fails the test


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(archive_members=3), "ARCHIVE_TOO_LARGE"),
        (Limits(archive_bytes=2000), "ARCHIVE_TOO_LARGE"),
        (Limits(sheets=0), "TOO_MANY_SHEETS"),
    ],
)
def test_archive_limits_are_counted_while_unpacking(limits: Limits, code: str) -> None:
    with pytest.raises(BankError) as caught:
        read("a.xlsx", workbook(HEADINGS, ROW), limits=limits)
    assert caught.value.code == code


def test_a_word_document_is_known_by_its_content_and_a_damaged_one_refused() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as target:
        target.writestr("word/document.xml", "<x/>")
    with pytest.raises(BankError) as caught:
        read("题库.xlsx", stream.getvalue())
    assert caught.value.code == "DOCX_BAD"


@pytest.mark.parametrize("text", ['题干,答案\n"甲', '题干,答案\n甲"x","y"z'])
def test_broken_csv_is_refused(text: str) -> None:
    with pytest.raises(BankError) as caught:
        read("a.csv", text.encode())
    assert caught.value.code == "CSV_BAD"


def test_a_cell_longer_than_the_limit_rejects_its_row_only() -> None:
    report = read("a.csv", f"题干,A,B,答案\n{'甲' * 30_000},一,二,A\n乙,一,二,A\n".encode())
    assert codes(report) == [("CELL_TOO_LONG", 2)]
    assert len(report.accepted) == 1


CITED = Citation("算术法", "2021-01-22", "4-1")
CALCULATED = (Option("A", "+2"), Option("B", "-x"))
THREE = (Option("A", "一"), Option("B", "二"), Option("C", "三"))
ITEMS = (
    Item(
        code="X-1",
        type=ItemType.SINGLE,
        stem="=1+1等于（ ）",
        options=CALCULATED,
        key=("A",),
        explanation="因为\n换行",
        paper=Paper.PROFESSIONAL,
        topic="算术",
        citation=CITED,
        level=Level.APPLICATION,
        difficulty=0.7,
        tags=("一", "二"),
        overlay="pingliang",
        source_fact="F1",
    ),
    Item("X-2", ItemType.MULTIPLE, "甲（ ）", THREE, ("A", "C"), topic="题"),
    Item("X-3", ItemType.TRUE_FALSE, "可以。", (), ("F",), topic="题", level=Level.JUDGEMENT, paper=Paper.AUXILIARY),
)


@pytest.mark.parametrize(("name", "writer"), [("a.xlsx", write_xlsx), ("a.csv", write_csv)])
def test_what_is_written_reads_back_equal_and_holds_no_formula(name: str, writer) -> None:
    data = writer(ITEMS)
    report = read(name, data)
    assert not report.rejected
    assert report.items == ITEMS
    if name == "a.csv":
        assert "\n=" not in data.decode("utf-8-sig")
        assert ",=" not in data.decode("utf-8-sig")


def test_the_template_has_headings_and_an_example_of_each_type() -> None:
    report = read("模板.xlsx", template())
    assert not report.rejected
    assert {item.type for item in report.items} == set(ItemType) - {ItemType.HOTSPOT, ItemType.CASE}


def test_the_template_offers_lists_of_types_papers_and_levels_and_says_how_to_fill_it() -> None:
    book = openpyxl.load_workbook(io.BytesIO(template()))
    offered = [rule.formula1 for rule in book["题目"].data_validations.dataValidation]
    assert sorted(formula.strip('"').split(",")[0] for formula in offered) == ["公共法律知识", "单选题", "识记"]
    assert all(len(formula) <= 257 for formula in offered)
    assert "合并单元格" in {cell.value for cell in book["说明"]["A"]}
    assert ("SHEET_SKIPPED", "说明") in [
        (said.code, said.place.sheet) for said in read("模板.xlsx", template()).warnings
    ]


def test_cells_merged_downwards_hold_for_every_row_they_span() -> None:
    book = Workbook()
    sheet = book.active
    for row in (
        ["知识点", "题型", "题干", "选项", "答案"],
        ["听证", "单选题", "甲（ ）", "A. 一", "B"],
        ["", "", "", "B. 二", ""],
        ["", "判断题", "乙。", "", "对"],
    ):
        sheet.append(row)
    for span in ("A2:A4", "B2:B3", "C2:C3", "E2:E3"):
        sheet.merge_cells(span)
    stream = io.BytesIO()
    book.save(stream)
    report = read("a.xlsx", stream.getvalue())
    assert not report.rejected, [str(fault) for fault in report.rejected]
    assert [(item.topic, item.stem, item.key) for item in report.items] == [
        ("听证", "甲（ ）", ("B",)),
        ("听证", "乙。", ("T",)),
    ]
    assert [option.text for option in report.items[0].options] == ["一", "二"]
    assert [change.data for change in report.changes if change.code == "MERGED_ROWS_JOINED"] == [{"count": 2}]


def test_pictures_of_a_workbook_are_told_not_dropped_in_silence() -> None:
    report = read("a.xlsx", _with_member("xl/media/image1.png", b"\x89PNG"))
    assert [(said.code, said.data) for said in report.warnings if said.code == "WORKBOOK_PICTURES"] == [
        ("WORKBOOK_PICTURES", {"count": 1})
    ]


@pytest.mark.parametrize(
    ("limits", "code"), [(Limits(cells=5), "TOO_MANY_CELLS"), (Limits(table_characters=20), "TABLE_TOO_LONG")]
)
def test_a_workbook_with_too_many_cells_or_too_much_text_is_refused(limits: Limits, code: str) -> None:
    with pytest.raises(BankError) as caught:
        read("a.xlsx", workbook(HEADINGS, ROW), limits=limits)
    assert caught.value.code == code


def test_a_control_character_is_refused_by_the_writer() -> None:
    with pytest.raises(BankError) as caught:
        write_xlsx([Item("X", ItemType.TRUE_FALSE, "甲\x07", (), ("T",))])
    assert caught.value.code == "CHARACTER_REFUSED"
