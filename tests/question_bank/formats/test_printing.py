"""Papers for printing: what stands where, the same bytes each time, and answers that read back."""

import io
import re
from decimal import Decimal

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from question_bank.errors import BankError
from question_bank.formats import read
from question_bank.formats.printing import (
    Printed,
    PrintedPaper,
    columns_for,
    section_number,
    sections,
    shown_item,
    write_answers,
    write_docx,
    write_paper,
)
from question_bank.items import Blank, Citation, Criterion, Item, ItemType, Option, Picture

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000020000000208020000"
    "00fdd49a730000000b49444154789c63600007000006000105e95f6b0000000049454e44ae426082"
)
FOUR = tuple(Option(letter, text) for letter, text in zip("ABCD", ("甲", "乙", "丙", "丁"), strict=True))
CITED = Citation("行政处罚法", "2021-01-22", "42")


def choice(
    code: str, stem: str = "谁决定？", options: tuple[Option, ...] = FOUR, key: tuple[str, ...] = ("B",)
) -> Item:
    type_ = ItemType.SINGLE if len(key) == 1 else ItemType.MULTIPLE
    return Item(code, type_, stem, options, key, "因为如此。", citation=CITED)


EVERY = (
    choice("S"),
    choice("M", "哪些机关？", key=("A", "C")),
    Item("T", ItemType.TRUE_FALSE, "可以。", (), ("F",)),
    Item("F", ItemType.FILL, "由{{1}}名人员在{{2}}日内", (), (), blanks=(Blank(("两", "2")), Blank(("七",)))),
    Item("N", ItemType.NUMERIC, "多少日？", (), (), blanks=(Blank(("15",), Decimal("0.5")),)),
    Item("O", ItemType.ORDERING, "排列程序", FOUR, ("C", "A", "B", "D")),
    Item("P", ItemType.MATCHING, "配对", FOUR, ("1B", "2A"), prompts=("立案", "听证")),
    Item("C", ItemType.CASE, "甲摆摊。", (), (), parts=(choice("C.1"),)),
    Item("Q", ItemType.SHORT_ANSWER, "简述听证。", (), (), rubric=(Criterion("告知", 2),), model_answer="先告知。"),
)


def lines(data: bytes) -> list[str]:
    return [paragraph.text for paragraph in docx.Document(io.BytesIO(data)).paragraphs]


def paper(*items: Item, **more) -> PrintedPaper:
    return PrintedPaper("公共法律知识试卷", tuple(Printed(item, Decimal(1)) for item in items), **more)


def test_sections_stand_in_the_order_of_a_paper_and_numbers_run_through() -> None:
    text = lines(write_paper(paper(*reversed(EVERY), instructions=("闭卷，90分钟。",))))
    assert text[0] == "公共法律知识试卷"
    assert text[2] == "闭卷，90分钟。"
    headings = [line for line in text if re.match("[一二三四五六七八九十]、", line)]
    assert headings[0] == "一、单项选择题（共1题，每题1分，共1分，每题只有一个正确答案）"
    assert [heading[2:5] for heading in headings] == [
        "单项选",
        "多项选",
        "判断题",
        "填空题",
        "数值题",
        "排序题",
        "匹配题",
        "案例题",
        "简答题",
    ]
    assert [line.split(".")[0] for line in text if re.match(r"\d+\. ", line)] == [str(n) for n in range(1, 10)]


def test_the_paper_shows_no_answer_and_the_answers_are_numbered_alike() -> None:
    asked, told = lines(write_paper(paper(*EVERY))), lines(write_answers(paper(*EVERY)))
    assert "参考答案" not in "".join(asked)
    assert "因为如此" not in "".join(asked)
    assert "由________名人员在________日内" in "".join(asked)
    assert [line for line in told if re.match(r"\d+\. ", line)] == [
        "1. B", "2. AC", "3. ×", "4. 两|2；七", "5. 15±0.5", "6. CABD", "7. 1B 2A", "8. ", "9. 先告知。",
    ]  # fmt: skip
    assert "依据：行政处罚法（2021-01-22）第42条" in told
    assert "评分要点：告知（2分）" in told


@pytest.mark.parametrize(
    ("texts", "columns"),
    [(["甲", "乙", "丙", "丁"], 4), (["责令停产停业整顿", "罚款"], 4), (["一" * 15, "二"], 2), (["一" * 30, "二"], 1), (["甲\n乙", "丙"], 1), ([], 4)],  # noqa: E501
)  # fmt: skip
def test_options_stand_in_as_many_columns_as_the_longest_allows(texts: list[str], columns: int) -> None:
    assert columns_for(texts) == columns


def test_options_in_the_order_shown_are_lettered_anew_and_the_key_follows() -> None:
    shown = shown_item(Printed(EVERY[1], None, ("D", "C", "B", "A")))
    assert ([option.text for option in shown.options], shown.key) == (["丁", "丙", "乙", "甲"], ("B", "D"))
    assert shown_item(Printed(EVERY[5], None, ("D", "C", "B", "A"))).key == ("B", "D", "C", "A")
    assert shown_item(Printed(EVERY[6], None, ("D", "C", "B", "A"))).key == ("1C", "2D")
    with pytest.raises(BankError) as caught:
        shown_item(Printed(EVERY[0], None, ("A", "B")))
    assert caught.value.code == "FORM_OPTIONS_INCOMPLETE"


def test_the_same_paper_gives_the_same_bytes() -> None:
    assert write_paper(paper(*EVERY)) == write_paper(paper(*EVERY))
    assert write_paper(paper(*EVERY)) != write_paper(paper(*EVERY[:-1]))


def test_pictures_are_printed_with_their_words_and_an_unreadable_one_as_words() -> None:
    good = Picture("a.png", "image/png", PNG, "红色圆圈")
    bad = Picture("b.webp", "image/webp", b"RIFF\0\0\0\0WEBP", "蓝色方块", "B")
    item = Item("S", ItemType.SINGLE, "哪个？", FOUR, ("B",), pictures=(good, bad))
    data = write_docx([item])
    document = docx.Document(io.BytesIO(data))
    assert [shape._inline.docPr.get("descr") for shape in document.inline_shapes] == ["红色圆圈"]
    assert "［图：蓝色方块］" in "".join(lines(data))


def test_short_answers_get_room_to_write_and_marks_are_left_out_where_unknown() -> None:
    short, long = EVERY[-1], Item("L", ItemType.CASE_ANALYSIS, "案情。", (), (), model_answer="答。")
    text = lines(write_paper(PrintedPaper("卷", (Printed(short), Printed(long)))))
    assert "一、简答题（共1题）" in text
    assert text.count("") == 20


def test_a_control_character_is_refused() -> None:
    with pytest.raises(BankError) as caught:
        write_docx([choice("S", "甲\x07")])
    assert caught.value.code == "CHARACTER_REFUSED"


def test_section_numbers_beyond_ten() -> None:
    assert [section_number(index) for index in (0, 9, 10, 11)] == ["一", "十", "十一", "十二"]
    assert sections([]) == []


_TEXT = st.text("行政机关应当依法作出处罚决定并告知当事人权利", min_size=2, max_size=12)


@st.composite
def ticked(draw: st.DrawFn) -> list[Item]:
    items = []
    for number in range(draw(st.integers(1, 6))):
        stem = f"第{number}个情形{draw(_TEXT)}（ ）"
        texts = draw(st.lists(_TEXT, min_size=4, max_size=4, unique=True))
        options = tuple(Option(letter, text) for letter, text in zip("ABCD", texts, strict=True))
        key = tuple(sorted(draw(st.sets(st.sampled_from("ABCD"), min_size=1, max_size=3))))
        explanation = draw(st.sampled_from(["", "因为法律这样规定。"]))
        if draw(st.booleans()):
            kept = ItemType.SINGLE if len(key) == 1 else ItemType.MULTIPLE
            items.append(Item(f"Q{number}", kept, stem, options, key, explanation, citation=CITED))
        else:
            items.append(Item(f"Q{number}", ItemType.TRUE_FALSE, stem, (), (draw(st.sampled_from("TF")),), explanation))
    return items


@settings(max_examples=6, deadline=None)
@given(ticked())
def test_a_printed_paper_with_its_answers_reads_back(items: list[Item]) -> None:
    report = read("卷.docx", write_docx(items))
    assert not report.rejected, [str(fault) for fault in report.rejected]
    ordered = [one.item for _, inside in sections(list(map(Printed, items))) for _, one in inside]
    assert [
        (item.type, item.stem, item.options, item.key, item.explanation, item.citation) for item in report.items
    ] == [(item.type, item.stem, item.options, item.key, item.explanation, item.citation) for item in ordered]
