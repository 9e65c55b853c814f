"""Rows of questions that are not ticked: blanks, numbers, orders, pairs, texts; and what no row can say."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from question_bank.errors import BankError
from question_bank.formats import read
from question_bank.formats.tabular import LOSES, carries, write_csv, write_xlsx
from question_bank.items import Blank, Criterion, Item, ItemType, Option
from tests.question_bank.test_tabular import ITEMS, THREE, load

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
