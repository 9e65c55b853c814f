"""Whole trainers' files: answer tables, faults that stop nothing else, encodings, and text that means harm."""

import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from question_bank.errors import BankError, ImportReport
from question_bank.formats import Limits, read
from question_bank.items import ItemType
from tests.conftest import thorough

CHOICE = "1. 罚款由谁决定（ ）。\nA. 甲\nB. 乙\nC. 丙\nD. 丁\n"


def load(text: str, **kwargs) -> ImportReport:
    return read("题库.txt", text.encode("utf-8"), "plain_text", **kwargs)


def keys(report: ImportReport) -> list[str]:
    return ["".join(item.key) for item in report.items]


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("参考答案\n1-5 ABCDA", "ABCDA"),
        ("参考答案：\n1-5：ABCDA", "ABCDA"),
        ("参考答案：1-5 ABCDA", "ABCDA"),
        ("答案\n1~3 ABC 4~5 DA", "ABCDA"),
        ("答案\n1—5 A B C D A", "ABCDA"),
        ("答案\n1-5 A,B,C,D,A", "ABCDA"),
        ("附：参考答案\n1.A 2.B 3.C 4.D 5.A", "ABCDA"),
        ("参考答案及解析\n1、A 2、B 3、C\n4、D 5、A", "ABCDA"),
        ("答案：\n1A 2B 3C 4D 5A", "ABCDA"),
        ("参考答案\n一、单选题\n1-5 ABCDA", "ABCDA"),
        ("一、单选题答案：1-5 ABCDA", "ABCDA"),
        ("参考答案\n题号 1 2 3 4 5\n答案 A B C D A", "ABCDA"),
        ("参考答案\n1.【答案】A\n2.【答案】B\n3.【答案】C\n4.【答案】D\n5.【答案】A", "ABCDA"),
        ("１－５　ＡＢＣＤＡ", "ABCDA"),
    ],
)
def test_an_answer_table_at_the_end_in_its_usual_forms(table: str, expected: str) -> None:
    questions = "".join(f"{n}. 第{n}个问题（ ）\nA. 甲\nB. 乙\nC. 丙\nD. 丁\n" for n in range(1, 6))
    report = load(f"一、单选题\n{questions}\n{table}\n")
    assert not report.rejected, [str(fault) for fault in report.rejected]
    assert "".join(keys(report)) == expected


SECTIONS = (
    "一、单选题\n1. 甲（ ）\nA. 一\nB. 二\n2. 乙（ ）\nA. 一\nB. 二\n"
    "二、多选题\n1. 丙（ ）\nA. 一\nB. 二\nC. 三\n2. 丁（ ）\nA. 一\nB. 二\nC. 三\n"
    "三、判断题\n1. 戊（ ）\n2. 己（ ）\n"
)


@pytest.mark.parametrize(
    "table",
    [
        "参考答案\n一、单选题\n1-2 AB\n二、多选题\n1-2 ABC BC\n三、判断题\n1-2 √×",
        "参考答案\n一、单选题：1.A 2.B\n二、多选题：1.ABC 2.BC\n三、判断题：1.√ 2.×",
        "参考答案\n单选题\n1、A 2、B\n多选题\n1、A、B、C 2、B、C\n判断题\n1、对 2、错",
        "参考答案\n二、多选题\n1-2 ABC,BC\n一、单选题\n1-2 AB\n三、判断题\n1-2 正确 错误",
        "参考答案\n1-2 AB\n1-2 ABC BC\n1-2 对错",
    ],
)
def test_an_answer_table_by_section_finds_restarted_numbers(table: str) -> None:
    report = load(f"{SECTIONS}\n{table}")
    assert not report.rejected, [str(fault) for fault in report.rejected]
    assert keys(report) == ["A", "B", "ABC", "BC", "T", "F"]


def test_a_table_that_could_belong_to_several_sections_is_refused_not_guessed() -> None:
    report = load(f"{SECTIONS}\n参考答案\n1-2 AB")
    assert not report.accepted
    codes = [fault.code for fault in report.rejected]
    assert codes.count("ANSWER_TABLE_AMBIGUOUS") == 1
    assert codes.count("ANSWER_UNPLACED") == 6


def test_answers_of_chapters_each_go_to_their_own_chapter() -> None:
    chapter = "一、单选题\n1. {0}甲（ ）\nA. 一\nB. 二\n2. {0}乙（ ）\nA. 一\nB. 二\n参考答案\n1-2 {1}\n"
    report = load(chapter.format("子", "AB") + chapter.format("丑", "BA"))
    assert keys(report) == ["A", "B", "B", "A"]


def test_a_table_with_the_wrong_number_of_answers_is_a_fault_at_its_line() -> None:
    report = load("一、单选题\n1. 甲（ ）\nA. 一\nB. 二\n2. 乙（ ）\nA. 一\nB. 二\n答案\n1-2 ABC")
    told = [(said.code, said.place.line) for said in (*report.rejected, *report.warnings)]
    assert ("ANSWER_TABLE_COUNT", 9) in told
    assert [code for code, _ in told].count("KEY_MISSING") == 2


def test_an_answer_for_a_question_that_is_not_there_is_a_fault() -> None:
    report = load("一、单选题\n1. 甲（ ）\nA. 一\nB. 二\n答案\n1.A 2.B")
    assert [(fault.code, fault.data["number"]) for fault in report.rejected] == [("ANSWER_WITHOUT_QUESTION", 2)]


def test_answers_that_disagree_are_refused() -> None:
    report = load("一、单选题\n1. 甲（A）\nA. 一\nB. 二\n答案：B")
    assert [fault.code for fault in report.rejected] == ["KEY_CONFLICT"]
    assert not load("一、单选题\n1. 甲（A）\nA. 一\nB. 二\n答案：A").rejected


def test_two_brackets_that_read_like_different_answers_are_refused() -> None:
    report = load("一、单选题\n1. 甲（A）和（B）\nA. 一\nB. 二")
    assert [fault.code for fault in report.rejected] == ["KEY_AMBIGUOUS"]


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("2. 没有选项（A）", "OPTIONS_TOO_FEW"),
        ("2. 没有答案（ ）\nA. 一\nB. 二", "KEY_MISSING"),
        ("2. 答案不在选项中（ ）\nA. 一\nB. 二\n答案：D", "KEY_NOT_AN_OPTION"),
        ("2. 选项相同（A）\nA. 一\nB. 一", "OPTIONS_ALIKE"),
        ("2. 选项跳号（A）\nA. 一\nC. 二", "OPTION_LETTERS_BROKEN"),
        ("2. 选项重复（A）\nA. 一\nA. 二\nB. 三", "OPTION_LETTER_REPEATED"),
        ("2. 单选两个答案\nA. 一\nB. 二\n答案：AB", "SINGLE_KEY_SEVERAL"),
        ("2. 答案是字（ ）\nA. 一\nB. 二\n答案：见书", "KEY_UNREADABLE"),
        ("2. 难度（A）\nA. 一\nB. 二\n难度：很高", "DIFFICULTY_BAD"),
        ("2. 层次（A）\nA. 一\nB. 二\n层次：高级", "LEVEL_UNKNOWN"),
        ("2. 字母重复\nA. 一\nB. 二\n答案：AA", "KEY_LETTER_REPEATED"),
        ("2. 九个选项（A）\n" + "\n".join(f"{letter}. 选{letter}项的话" for letter in "ABCDEFGHI"), "OPTIONS_TOO_MANY"),
    ],
)
def test_one_bad_question_is_named_and_the_rest_goes_on(question: str, code: str) -> None:
    report = load(f"一、单选题\n1. 前（A）\nA. 一\nB. 二\n{question}\n3. 后（B）\nA. 一\nB. 二\n")
    assert [item.stem for item in report.items] == ["前（ ）", "后（ ）"]
    assert code in {fault.code for fault in report.rejected}
    assert {(fault.place.line, fault.place.item) for fault in report.rejected} == {(5, "2")}


def test_the_same_question_twice_is_accepted_once() -> None:
    report = load("一、单选题\n1. 甲（A）\nA. 一\nB. 二\n2. 甲(B)\nA. 二\nB. 一")
    assert len(report.accepted) == 1
    assert [fault.code for fault in report.rejected] == ["DUPLICATE_ITEM"]


def test_question_types_that_cannot_be_delivered_are_refused_one_by_one() -> None:
    report = load("四、改错题\n1. 不得少于____人。\n2. 应当____。\n五、判断题\n1. 甲（√）")
    assert [(fault.code, fault.place.line) for fault in report.rejected] == [
        ("TYPE_UNSUPPORTED", 2),
        ("TYPE_UNSUPPORTED", 3),
    ]
    assert len(report.accepted) == 1


def test_text_outside_questions_is_reported_with_its_line() -> None:
    report = load("某市题库\n\n一、单选题\n请认真作答\n1. 甲（A）\nA. 一\nB. 二\n\n第 1 页 共 3 页\n命题人：某某\n")
    stray = [(said.place.line, said.data["text"]) for said in report.warnings if said.code == "STRAY_TEXT"]
    assert stray == [(1, "某市题库"), (4, "请认真作答"), (9, "第 1 页 共 3 页"), (10, "命题人：某某")]


def test_a_gap_in_the_numbers_is_pointed_out() -> None:
    report = load("一、单选题\n1. 甲（A）\nA. 一\nB. 二\n3. 乙（A）\nA. 一\nB. 二")
    assert len(report.accepted) == 2
    runs_on = load("一、单选题\n1. 甲（A）\nA. 一\nB. 二\n二、判断题\n2. 乙（√）\n3. 丙（×）")
    assert "NUMBER_OUT_OF_ORDER" not in {said.code for said in runs_on.warnings}
    assert "NUMBER_OUT_OF_ORDER" in {said.code for said in report.warnings}


def test_questions_that_lost_their_automatic_numbers_are_counted() -> None:
    report = load(
        "一、单选题\n甲的期限是（A）\nA. 一\nB. 二\n乙的期限是（B）\nA. 一\nB. 二\n"
        "二、判断题\n丙可以。（√）\n丁可以。（×）"
    )
    assert keys(report) == ["A", "B", "T", "F"]
    assert all("NUMBER_GIVEN" in {change.code for change in row.changes} for row in report.accepted)


def test_without_headings_the_type_follows_from_the_answer_and_is_reported() -> None:
    report = load("1. 甲（A）\nA. 一\nB. 二\n2. 乙（AB）\nA. 一\nB. 二\n3. 丙（√）\n4.【多选题】丁（AB）\nA. 三\nB. 四")
    assert [item.type for item in report.items] == [
        ItemType.SINGLE,
        ItemType.MULTIPLE,
        ItemType.TRUE_FALSE,
        ItemType.MULTIPLE,
    ]
    assert ["TYPE_INFERRED" in {change.code for change in row.changes} for row in report.accepted] == [
        True,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends_make_no_difference(encoding: str, end: str) -> None:
    if encoding == "utf-16-le" and end == "\r":
        pytest.skip("without mark or line feed nothing tells UTF-16 from a binary file")
    text = f"一、单选题\n{CHOICE}答案：B\n解析：行政机关应当告知当事人。\n".replace("\n", end)
    report = read("题库.txt", text.encode(encoding))
    assert keys(report) == ["B"]
    assert report.accepted[0].place.line == 2
    told = {said.code for said in report.warnings}
    assert ("ENCODING_READ_AS" in told) == (not encoding.startswith("utf-8"))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "FILE_EMPTY"),
        (b" \n ", "FILE_EMPTY"),
        ("題庫：測試問題の選択肢".encode("shift_jis"), "ENCODING_UNKNOWN"),
        (bytes(range(256)) * 4, "FILE_BINARY"),
        (b"\xff\xfe\x00", "ENCODING_UNKNOWN"),
        (("1. " + "甲" * 30_000).encode(), "LINE_TOO_LONG"),
    ],
)
def test_a_file_unusable_as_a_whole_has_a_code(data: bytes, code: str) -> None:
    with pytest.raises(BankError) as caught:
        read("题库.txt", data, "plain_text")
    assert caught.value.code == code
    assert "题库.txt" in str(caught.value)


def test_the_same_file_gives_the_same_items_again() -> None:
    assert load(SECTIONS + "参考答案\n1-2 AB\n1-2 ABC BC\n1-2 对错") == load(
        SECTIONS + "参考答案\n1-2 AB\n1-2 ABC BC\n1-2 对错"
    )


def test_more_questions_than_the_limit_are_refused() -> None:
    with pytest.raises(BankError) as caught:
        load(SECTIONS, limits=Limits(items=3))
    assert caught.value.code == "TOO_MANY_ITEMS"


def test_more_lines_than_the_limit_are_refused() -> None:
    assert len(load("甲\n" * 40, limits=Limits(lines=41)).warnings) > 0
    with pytest.raises(BankError) as caught:
        load("甲\n" * 41, limits=Limits(lines=41))
    assert caught.value.code == "TOO_MANY_LINES"


def test_a_question_with_hundreds_of_options_is_refused_with_their_number_and_the_next_is_read() -> None:
    report = load("1. 甲（A）\n" + "A.一\n" * 500 + "2. 乙（A）\nA. 一\nB. 二\n")
    assert [(fault.code, fault.data["count"]) for fault in report.rejected] == [("OPTIONS_TOO_MANY", 500)]
    assert [item.stem for item in report.items] == ["乙（ ）"]


def _block(kind: str, mark: str, number: int) -> str:
    return {
        "single": f"{number}. 题{mark}干（B）\n续{mark}行\nA. 选{mark}甲\nB. 选{mark}乙\n后半{mark}句\n",
        "explained": f"{number}、题{mark}干（ ）\nA. 甲{mark}\nB. 乙{mark}\n答案：A\n解析：因{mark}为\n\n又{mark}因\n",
        "stray": f"\n闲{mark}话\n",
        "section": f"二、单选题（共{mark}题）\n",
        "remark": f"一、单选题\n请{mark}作答\n",
    }[kind]


@settings(max_examples=60, deadline=2000)
@given(st.lists(st.sampled_from(["single", "explained", "stray", "section", "remark"]), min_size=1, max_size=8))
def test_nothing_is_dropped_in_silence(kinds: list[str]) -> None:
    marks = [f"{index + 101}号" for index in range(len(kinds))]
    blocks, number = [], 0
    for kind, mark in zip(kinds, marks, strict=True):
        number = 0 if kind in ("section", "remark") else number + (kind != "stray")
        blocks.append(_block(kind, mark, number))
    text = "".join(blocks)
    report = load("一、单选题\n" + text)
    told = [said.data.get("text", "") for said in report.warnings]
    read_back = [
        part for item in report.items for part in (item.stem, item.explanation, *(o.text for o in item.options))
    ]
    assert [fault.code for fault in report.rejected if fault.code != "NO_QUESTIONS"] == []
    everything = "\n".join([*map(str, told), *read_back])
    for mark in marks:
        assert everything.count(mark) == text.count(mark), mark


_LONG = 400_000


@thorough
@pytest.mark.parametrize(
    "text",
    [
        "1. 甲（A）\nA. 一\nB. 二\n" * (_LONG // 40),
        "1. " + "A." * 9_000 + "\n",
        ("a" + " " * 19_000 + "b\n") * 20,
        "1. 甲（A）\nA. 一\nB. 二\n" + "续\n" * (_LONG // 6),
        "1. 甲\n" + "5、甲：\n" * (_LONG // 12),
        "1-" + "-" * 19_000 + "x\n",
        "答案\n" + "1A " * 6_000 + "\n" + "1A\n" * 20_000,
        "答案\n" + "一、单选题\n" * 20_000,
        "（" * 19_000 + "\n",
        "1. 甲（A）\nA. 一\nB. 二\n解析：\n" + "2. 乙\n" * (_LONG // 8),
    ],
)
def test_a_hostile_file_ends_in_seconds(text: str) -> None:
    began = time.process_time()
    with contextlib.suppress(BankError):
        read("x.txt", text.encode(), "plain_text")
    assert time.process_time() - began < 4


_PIECES = st.sampled_from(
    [
        *(
            "一、单选题",
            "二、多选题（每题2分）",
            "判断题",
            "参考答案",
            "四、填空题",
            "1-5 ABCDA",
            "1.A 2.B",
            "1.",
            "2、",
            "（3）",
            "第4题",
        ),
        *(
            "A.",
            "B．",
            "（C）",
            "D、",
            "（ ）",
            "（A）",
            "(√)",
            "×",
            "答案：",
            "【答案】",
            "解析：",
            "难度：",
            "法律：",
            "甲乙丙",
            " ",
        ),
        *("\n", "\r\n", "\n\n", "　", "**", "----", "题号", "ABD", "正确", "，", "12", "\u200b", "Ａ", "\ud7ff"),
    ]
)


@settings(max_examples=150, deadline=2000)
@given(st.lists(st.one_of(_PIECES, st.text(max_size=5)), max_size=60).map("".join))
def test_no_text_makes_the_reader_fail_and_every_line_is_accounted_for(text: str) -> None:
    try:
        report = read("x.txt", text.encode("utf-8", "surrogatepass"), "plain_text")
    except BankError as error:
        assert error.zh  # noqa: PT017 - either outcome is right; any other exception fails the test
        return
    for said in (*report.rejected, *report.warnings, *report.changes):
        assert said.zh
        assert said.en
    assert report.accepted or report.rejected


@settings(max_examples=60, deadline=2000)
@given(st.binary(max_size=300), st.sampled_from(["auto", "native", "csv", "xlsx", "plain_text"]))
def test_no_bytes_make_any_reader_raise_anything_but_its_own_error(data: bytes, format_: str) -> None:
    try:
        read("x", data, format_)
    except BankError as error:
        assert error.en  # noqa: PT017 - as above
