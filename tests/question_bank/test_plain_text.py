"""The plain text of trainers: what is read, what is made uniform, what is refused and where."""

import pytest

from question_bank.errors import ImportReport
from question_bank.formats import read
from question_bank.items import ItemType, Level, Paper


def load(text: str, **kwargs) -> ImportReport:
    return read("题库.txt", text.encode("utf-8"), "plain_text", **kwargs)


def only(text: str):
    report = load(text)
    assert not report.rejected, [str(fault) for fault in report.rejected]
    assert len(report.accepted) == 1
    return report.accepted[0].item


def keys(report: ImportReport) -> list[str]:
    return ["".join(item.key) for item in report.items]


CHOICE = "1. 罚款由谁决定（ ）。\nA. 甲\nB. 乙\nC. 丙\nD. 丁\n"


@pytest.mark.parametrize(
    "heading",
    [
        "单选题",
        "一、单选题",
        "一、单选题：",
        "一、单选题（每题1分，共40分）",
        "一、单项选择题（共40题，每题1分。每题只有一个正确答案）",
        "（一）单项选择题",
        "第一部分 单选题",
        "【单选题】",
        "# 单选题",
        "一．单选题 共40题",
        "1、单选题",
        "Ⅰ、单选题",
        "一、单项选择题:每题的备选项中只有一个正确答案",
        "**一、单选题**",
    ],
)
def test_a_single_choice_heading_is_known_in_its_usual_forms(heading: str) -> None:
    item = only(f"{heading}\n{CHOICE}答案：B")
    assert (item.type, item.key, item.stem) == (ItemType.SINGLE, ("B",), "罚款由谁决定（ ）。")


@pytest.mark.parametrize(
    ("heading", "type_"),
    [
        ("二、多选题", ItemType.MULTIPLE),
        ("多项选择题（每题2分）", ItemType.MULTIPLE),
        ("不定项选择题", ItemType.MULTIPLE),
    ],
)
def test_several_right_options_under_a_multiple_choice_heading(heading: str, type_: ItemType) -> None:
    assert only(f"{heading}\n{CHOICE}答案：ABD").type is type_


def test_one_right_option_is_allowed_only_where_the_heading_leaves_the_number_open() -> None:
    assert only(f"三、不定项选择题\n{CHOICE}答案：B").tags == ("不定项",)
    report = load(f"二、多选题\n{CHOICE}答案：B")
    assert [(fault.code, fault.place.line, fault.place.item) for fault in report.rejected] == [
        ("MULTIPLE_KEY_ONE", 2, "1")
    ]


@pytest.mark.parametrize(
    "options",
    [
        "A. 警告\nB. 罚款\nC. 拘留",
        "A．警告\nB．罚款\nC．拘留",
        "A、警告\nB、罚款\nC、拘留",
        "（A）警告\n（B）罚款\n（C）拘留",
        "(A)警告 (B)罚款 (C)拘留",
        "A)警告\nB)罚款\nC)拘留",
        "A: 警告\nB: 罚款\nC: 拘留",
        "A. 警告  B. 罚款  C. 拘留",
        "A.警告 B.罚款\nC.拘留",
        "A.警告B.罚款C.拘留",
        "A、警告；B、罚款；C、拘留",
        "Ａ．警告　Ｂ．罚款　Ｃ．拘留",
        "a. 警告\nb. 罚款\nc. 拘留",
        "A 警告\nB 罚款\nC 拘留",
        "A警告\nB罚款\nC拘留",
        "A. 警告\n\nB. 罚款\n\nC. 拘留",
    ],
)
def test_options_are_read_on_one_line_or_several_in_every_usual_mark(options: str) -> None:
    item = only(f"一、单选题\n1、处罚的种类是（ ）\n{options}\n答案：B")
    assert [(option.key, option.text) for option in item.options] == [("A", "警告"), ("B", "罚款"), ("C", "拘留")]


def test_options_on_the_line_of_the_stem() -> None:
    item = only("一、单选题\n1. 处罚的种类是（B）。A.警告 B.罚款 C.拘留")
    assert item.stem == "处罚的种类是（ ）。"
    assert [option.text for option in item.options] == ["警告", "罚款", "拘留"]


@pytest.mark.parametrize(
    ("answer", "key"),
    [
        ("答案：B", "B"),
        ("答案:B", "B"),
        ("答案 B", "B"),
        ("【答案】B", "B"),
        ("【答案】：B", "B"),
        ("[答案]B", "B"),
        ("参考答案：B", "B"),
        ("正确答案是：B", "B"),
        ("标准答案：B。", "B"),
        ("答：B", "B"),
        ("答案：Ｂ", "B"),
        ("答案：b", "B"),
        ("答案：（B）", "B"),
        ("答案：\nB", "B"),
        ("答案：B 解析：见第二条", "B"),
        ("【答案】B【解析】见第二条", "B"),
    ],
)
def test_an_answer_is_read_after_every_usual_word(answer: str, key: str) -> None:
    assert only(f"一、单选题\n{CHOICE}{answer}").key == (key,)


@pytest.mark.parametrize(
    "written", ["ABD", "A,B,D", "A、B、D", "A B D", "A，B，D", "ＡＢＤ", "DBA", "A/B/D", "abd", "A;B;D", "A和B、D"]
)
def test_keys_of_several_letters_are_put_in_one_form(written: str) -> None:
    report = load(f"二、多选题\n{CHOICE}参考答案：{written}")
    assert keys(report) == ["ABD"]
    changed = {change.code for change in report.changes}
    assert (written == "ABD") == ("KEY_NORMALISED" not in changed and "WIDTH_NORMALISED" not in changed)


@pytest.mark.parametrize("bracket", ["（B）", "( B )", "（ B ）", "(B)", "（　Ｂ　）", "【B】", "（b）"])
def test_an_answer_in_the_stems_brackets_is_taken_out(bracket: str) -> None:
    report = load(f"一、单选题\n1. 罚款由{bracket}决定。\nA. 甲\nB. 乙\n")
    assert report.items[0].stem == "罚款由（ ）决定。"
    assert keys(report) == ["B"]
    assert "KEY_TAKEN_FROM_STEM" in {change.code for change in report.changes}


@pytest.mark.parametrize("bracket", ["（ABD）", "（ A、B、D ）", "（A B D）", "(A,B,D)"])
def test_several_letters_in_the_stems_brackets(bracket: str) -> None:
    assert keys(load(f"二、多选题\n1. 罚款由{bracket}决定。\nA. 甲\nB. 乙\nC. 丙\nD. 丁\n")) == ["ABD"]


@pytest.mark.parametrize(
    ("tail", "key"),
    [
        *[(f"（{word}）", "T") for word in ("√", "对", "正确", "T", "✓", "是", "Y", " √ ")],
        *[(f"（{word}）", "F") for word in ("×", "错", "错误", "F", "✗", "否", "X", "N", " × ")],
        *[(f"\n答案：{word}", "T") for word in ("正确", "对", "√", "T", "Y", "true")],
        *[(f"\n【答案】{word}", "F") for word in ("错误", "错", "×", "F", "不正确", "False")],
        (" √", "T"),
        ("  对", "T"),
        (" 错误", "F"),
        (" ×", "F"),
        ("（ ）\n答案：错误，应为十五日。", "F"),
    ],
)
def test_judgements_are_read_in_words_letters_and_marks(tail: str, key: str) -> None:
    item = only(f"三、判断题\n1. 听证由当事人申请。{tail}")
    assert (item.type, item.key, item.options) == (ItemType.TRUE_FALSE, (key,), ())


def test_a_judgement_written_before_the_number_belongs_to_its_question() -> None:
    report = load("三、判断题\n（√）1. 甲可以。\n（ × ）2、乙可以。\n(  )3. 丙可以。\n答案：对")
    assert keys(report) == ["T", "F", "T"]
    assert [item.stem for item in report.items] == ["甲可以。（ ）", "乙可以。（ ）", "丙可以。（ ）"]


def test_a_true_false_question_with_two_options_becomes_a_judgement() -> None:
    report = load("三、判断题\n1. 听证由当事人申请（ ）\nA. 正确\nB. 错误\n答案：B")
    assert (report.items[0].key, report.items[0].options) == (("F",), ())
    assert "OPTIONS_FOLDED" in {change.code for change in report.changes}


def test_a_true_false_question_with_three_options_is_refused() -> None:
    report = load("三、判断题\n1. 听证（ ）\nA. 正确\nB. 错误\nC. 不知道\n答案：正确")
    assert "TRUE_FALSE_OPTIONS" in {fault.code for fault in report.rejected}


@pytest.mark.parametrize(
    "number",
    ["1.", "1．", "1、", "1)", "1）", "（1）", "(1)", "１、", "第1题", "第1题：", "1 ", "1: ", "【1】", "1题、"],
)
def test_question_numbers_in_every_usual_mark(number: str) -> None:
    item = only(f"一、单选题\n{number}罚款由谁决定（ ）。\nA. 甲\nB. 乙\n答案：B")
    assert item.stem == "罚款由谁决定（ ）。"


def test_a_year_after_the_number_stays_in_the_stem() -> None:
    report = load("一、单选题\n1.2021年修订的法律是（B）\nA.甲 B.乙\n2.2023年修订的法律是（A）\nA.甲 B.乙")
    assert [item.stem for item in report.items] == ["2021年修订的法律是（ ）", "2023年修订的法律是（ ）"]


def test_a_stem_over_several_lines_is_joined_and_its_list_keeps_its_lines() -> None:
    item = only("一、单选题\n1. 下列说法\n正确的有几项：\n①甲。\n②乙。\n2.5倍以下不算。（ ）\nA. 一\nB. 二\n答案：B")
    assert item.stem == "下列说法正确的有几项：\n①甲。\n②乙。\n2.5倍以下不算。（ ）"


def test_an_option_over_two_lines_is_joined_and_reported() -> None:
    report = load("一、单选题\n1. 甲（B）\nA. 一\nB. 二\n的后半\n2. 乙（A）\nA. 三\nB. 四")
    assert [option.text for option in report.items[0].options] == ["一", "二的后半"]
    assert "OPTION_JOINED" in {change.code for change in report.accepted[0].changes}


@pytest.mark.parametrize("mark", ["解析：", "【解析】", "答案解析：", "【答案解析】：", "解析: ", "[解析]"])
def test_an_explanation_runs_on_until_the_next_question(mark: str) -> None:
    report = load(f"一、单选题\n{CHOICE}答案：B\n{mark}第一行，\n第二行。\n2. 乙（A）\nA. 三\nB. 四")
    assert [item.explanation for item in report.items] == ["第一行，第二行。", ""]


def test_a_numbered_list_in_an_explanation_is_kept_there_and_pointed_out() -> None:
    report = load(f"一、单选题\n{CHOICE}答案：B\n解析：理由：\n1. 其一\n2. 其二\n2. 乙（A）\nA. 三\nB. 四")
    assert [item.explanation for item in report.items] == ["理由：\n1. 其一\n2. 其二", ""]
    assert [warning.place.line for warning in report.warnings if warning.code == "NUMBERED_IN_EXPLANATION"] == [9, 10]


def test_labels_beside_a_question() -> None:
    item = only(
        f"一、单选题\n{CHOICE}答案：B\n解析：因为。\n法律：《中华人民共和国行政处罚法》（2021-01-22）第四十二条\n难度：0.7\n"
        "知识点：听证\n层次：应用\n试卷：专业法律知识\n标签：常考，易错\n编号：XF-001\n事实编号：XF20"
    )
    assert item.citation is not None
    assert (item.citation.law, item.citation.edition, item.citation.article) == ("行政处罚法", "2021-01-22", "42")
    assert (item.difficulty, item.topic, item.level, item.paper) == (0.7, "听证", Level.APPLICATION, Paper.PROFESSIONAL)
    assert (item.tags, item.code, item.source_fact) == (("常考", "易错"), "XF-001", "XF20")


@pytest.mark.parametrize(
    ("written", "law", "article"),
    [
        ("行政处罚法 第42条", "行政处罚法", "42"),
        ("《行政处罚法》第四十二条", "行政处罚法", "42"),
        ("行政处罚法第一百零二条之一", "行政处罚法", "102-1"),
        ("行政处罚法", "行政处罚法", ""),
    ],
)
def test_a_citation_in_its_usual_forms(written: str, law: str, article: str) -> None:
    cited = only(f"一、单选题\n{CHOICE}答案：B\n法律：{written}").citation
    assert cited is not None
    assert (cited.law, cited.article) == (law, article)


def test_labels_before_the_questions_hold_for_all_of_their_section() -> None:
    report = load(
        "试卷：专业\n一、单选题\n知识点：听证\n1. 甲（A）\nA. 一\nB. 二\n2. 乙（B）\nA. 三\nB. 四\n"
        "二、判断题\n1. 丙（√）"
    )
    assert [item.topic for item in report.items] == ["听证", "听证", ""]
    assert {item.paper for item in report.items} == {Paper.PROFESSIONAL}
