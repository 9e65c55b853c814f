"""Questions in rows: headings, options, and everything a hostile workbook tries."""

import datetime as dt
import io
import zipfile
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from question_bank.errors import BankError, ImportReport
from question_bank.formats import Limits, read
from question_bank.formats.tabular import LOSES, carries, template, write_csv, write_xlsx
from question_bank.items import Blank, Citation, Criterion, Item, ItemType, Level, Option, Paper

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


FURTHER = ["题型", "题干", "选项", "题目项", "答案", "允许误差", "评分要点"]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            ["填空题", "由____人在（ ）日内", "", "", "两|二；七", "", ""],
            {"blanks": (Blank(("两", "二")), Blank(("七",)))},
        ),
        (
            ["填空题", "由____人在（ ）日内", "", "", "1. 两\n2. 七/7", "", ""],
            {"blanks": (Blank(("两",)), Blank(("七", "7")))},
        ),
        (["填空", "由{{1}}人、{{2}}人", "", "", "两、三", "", ""], {"blanks": (Blank(("两",)), Blank(("三",)))}),
        (["填空", "占____", "", "", "1/3", "", ""], {"blanks": (Blank(("1/3",)),)}),
        (["数值题", "多少日？", "", "", 15, "", ""], {"blanks": (Blank(("15",), Decimal(0)),)}),
        (["数值题", "多少日？", "", "", "15", "0.5", ""], {"blanks": (Blank(("15",), Decimal("0.5")),)}),
        (
            ["数值题", "____日", "", "", "15±0.5", "", ""],
            {"blanks": (Blank(("15",), Decimal("0.5")),), "stem": "{{1}}日"},
        ),
        (["数值题", "多少日？", "", "", "14~16", "", ""], {"blanks": (Blank(("15",), Decimal(1)),)}),
        (["排序题", "排列", "A.立案\nB.决定\nC.调查", "", "A→C→B", "", ""], {"key": ("A", "C", "B")}),
        (["排序题", "排列", "立案|决定|调查", "", "①③②", "", ""], {"key": ("A", "C", "B")}),
        (
            ["匹配题", "配对", "A.甲\nB.乙", "1. 立案\n2. 听证", "1-B，2-A", "", ""],
            {"key": ("1B", "2A"), "prompts": ("立案", "听证")},
        ),
        (["匹配题", "配对", "A.甲\nB.乙", "立案\n听证", "B、A", "", ""], {"key": ("1B", "2A")}),
        (
            ["简答题", "简述听证", "", "", "先告知。", "", "告知（2分）\n（2）听证"],
            {"rubric": (Criterion("告知", 2), Criterion("听证", 1))},
        ),
        (["案例分析题", "案情", "", "", "应当处罚。", "", ""], {"model_answer": "应当处罚。"}),
    ],
)
def test_questions_that_are_not_ticked_stand_in_rows_too(row: list[object], expected: dict[str, object]) -> None:
    report = load(FURTHER, row)
    assert not report.rejected, [str(fault) for fault in report.rejected]
    assert {name: getattr(report.items[0], name) for name in expected} == expected


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (["填空题", "没有空", "", "", "两", "", ""], "BLANK_NONE"),
        (["填空题", "由____人在____日内", "", "", "两", "", ""], "BLANK_ANSWERS_COUNT"),
        (["填空题", "由____人", "", "", "", "", ""], "KEY_MISSING"),
        (["数值题", "多少日？", "", "", "很多", "", ""], "NUMBER_BAD"),
        (["数值题", "多少日？", "", "", "15", "约", ""], "TOLERANCE_BAD"),
        (["数值题", "多少日？", "", "", "15±1", "2", ""], "TOLERANCE_BAD"),
        (["排序题", "排列", "甲|乙|丙", "", "AB", "", ""], "ORDER_KEY_BAD"),
        (["排序题", "排列", "甲|乙|丙", "", "先甲后乙", "", ""], "KEY_UNREADABLE"),
        (["匹配题", "配对", "甲|乙", "立案\n听证", "1A", "", ""], "MATCH_KEY_BAD"),
        (["匹配题", "配对", "甲|乙", "立案\n听证", "见书", "", ""], "KEY_UNREADABLE"),
        (["简答题", "简述", "", "", "", "", ""], "KEY_MISSING"),
        (["识图题", "图", "", "", "A", "", ""], "TYPE_NOT_IN_ROWS"),
        (["案例题", "案情", "", "", "A", "", ""], "TYPE_NOT_IN_ROWS"),
        (["单选题", "选项很多", "\n".join(f"第{n}个" for n in range(40)), "", "A", "", ""], "OPTIONS_TOO_MANY"),
        (["单选题", "相同", "甲|甲", "", "A", "", ""], "OPTIONS_ALIKE"),
        (["单选题", "没有这个", "甲|乙", "", "D", "", ""], "KEY_NOT_AN_OPTION"),
        (["判断题", "三个", "对|错|不知道", "", "对", "", ""], "TRUE_FALSE_OPTIONS"),
        (["单选题", "", "甲|乙", "", "A", "", ""], "STEM_EMPTY"),
    ],
)
def test_one_bad_row_of_any_type_has_a_code_and_a_place_and_the_rest_goes_on(row: list[object], code: str) -> None:
    report = load(FURTHER, row, ["简答题", "好题", "", "", "答", "", ""])
    assert code in {fault.code for fault in report.rejected}
    assert {fault.place.row for fault in report.rejected} == {2}
    assert [item.stem for item in report.items] == ["好题"]


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


_WORDS = st.text("甲乙丙丁1/|；、 ", min_size=1, max_size=6).filter(str.strip)
_BLANKS = st.lists(st.lists(_WORDS, min_size=1, max_size=3).map(tuple), min_size=1, max_size=3)


@settings(max_examples=60, deadline=None)
@given(_BLANKS)
def test_what_a_row_cannot_say_is_refused_and_all_else_reads_back(accepted: list[tuple[str, ...]]) -> None:
    stem = "".join(f"在{{{{{number}}}}}处" for number in range(1, len(accepted) + 1))
    item = Item("X-1", ItemType.FILL, stem, (), (), topic="题", blanks=tuple(map(Blank, accepted)))
    if not carries(item):
        with pytest.raises(BankError) as caught:
            write_csv([item])
        assert caught.value.code == "ROW_CANNOT_CARRY"
        return
    assert read("a.csv", write_csv([item])).items == (item,)


@pytest.mark.parametrize(("name", "writer"), [("a.xlsx", write_xlsx), ("a.csv", write_csv)])
def test_questions_of_every_type_that_rows_carry_read_back_equal(name: str, writer) -> None:
    nine = tuple(Option(letter, f"第{letter}步") for letter in "ABCDEFGHI")
    items = (
        Item(
            "F", ItemType.FILL, "由{{1}}人在{{2}}日内", (), (), topic="题", blanks=(Blank(("两", "2")), Blank(("1/3",)))
        ),
        Item(
            "N",
            ItemType.NUMERIC,
            "多少日？",
            (),
            (),
            topic="题",
            blanks=(Blank(("15", "16"), Decimal("0.5")),),
            seconds=90,
        ),
        Item("O", ItemType.ORDERING, "排列", nine, tuple("IABCDEFGH"), topic="题", author_role="命题"),
        Item("M", ItemType.MATCHING, "配对", THREE, ("1B", "2A"), topic="题", prompts=("立案", "听证")),
        Item("C", ItemType.CLOZE, "先{{1}}后{{2}}", (), (), topic="题", blanks=(Blank(("甲",)), Blank(("乙",)))),
        Item(
            "S",
            ItemType.SHORT_ANSWER,
            "简述",
            (),
            (),
            topic="题",
            rubric=(Criterion("说出（2分）", 3),),
            model_answer="一\n二",
        ),
        Item("L", ItemType.CASE_ANALYSIS, "案情", (), (), topic="题", model_answer="答"),
    )
    report = read(name, writer(items))
    assert not report.rejected, [str(fault) for fault in report.rejected]
    assert report.items == items


@pytest.mark.parametrize(
    "item",
    [
        Item("H", ItemType.HOTSPOT, "图", (), ("A",)),
        Item("K", ItemType.CASE, "案", (), (), parts=(ITEMS[0],)),
        Item("C", ItemType.CLOZE, "先{{1}}", (), (), blanks=(Blank(("A",), None, THREE),)),
    ],
)
def test_types_that_no_row_can_say_are_refused_by_the_writer(item: Item) -> None:
    with pytest.raises(BankError) as caught:
        write_xlsx([item])
    assert (caught.value.code, caught.value.data["code"]) == ("ROW_CANNOT_CARRY", item.code)


def test_every_loss_is_said_in_both_languages() -> None:
    assert {loss.field for loss in LOSES} >= {"pictures", "review", "areas", "parts"}
    assert all(loss.zh and loss.en for loss in LOSES)


def test_a_control_character_is_refused_by_the_writer() -> None:
    with pytest.raises(BankError) as caught:
        write_xlsx([Item("X", ItemType.TRUE_FALSE, "甲\x07", (), ("T",))])
    assert caught.value.code == "CHARACTER_REFUSED"
