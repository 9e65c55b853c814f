"""Plain text with questions that are answered in words: blanks, short answers, cases, orders."""

import contextlib
import time

import pytest

from question_bank.errors import BankError, ImportReport
from question_bank.formats import read
from question_bank.items import ItemType
from tests.conftest import thorough


def load(text: str) -> ImportReport:
    return read("题库.txt", text.encode("utf-8"), "plain_text")


def only(text: str):
    report = load(text)
    assert not report.rejected, [str(fault) for fault in report.rejected]
    assert len(report.accepted) == 1
    return report.items[0]


@pytest.mark.parametrize(
    ("question", "stem", "accepted"),
    [
        ("1. 应由____名人员。\n答案：两", "应由{{1}}名人员。", [("两",)]),
        ("1. 应由（ ）名人员。答案：两/二", "应由{{1}}名人员。", [("两", "二")]),
        ("1、应由______名人员在____日内。\n【答案】两；七", "应由{{1}}名人员在{{2}}日内。", [("两",), ("七",)]),
        ("1. 应由____名人员在____日内。\n参考答案：（1）两（2）七", "应由{{1}}名人员在{{2}}日内。", [("两",), ("七",)]),
        ("1. 应由____名人员在____日内。\n答案：\n两\n七", "应由{{1}}名人员在{{2}}日内。", [("两",), ("七",)]),
        (
            "1. 应由____名人员在____日内。\n答案：第1空：两 第2空：七",
            "应由{{1}}名人员在{{2}}日内。",
            [("两",), ("七",)],
        ),
        ("1. 罚款的____倍。\n答案：1.5", "罚款的{{1}}倍。", [("1.5",)]),
        ("应由____名人员。\n答案：两", "应由{{1}}名人员。", [("两",)]),
    ],
)
def test_blanks_and_their_answers_in_their_usual_forms(question: str, stem: str, accepted: list) -> None:
    item = only(f"一、填空题（每空1分）\n{question}")
    assert (item.type, item.stem, [blank.accepted for blank in item.blanks]) == (ItemType.FILL, stem, accepted)


@pytest.mark.parametrize("heading", ["二、简答题", "问答题", "论述题（共2题）", "三、名词解释", "【简答题】"])
def test_short_answers_run_on_until_the_explanation_or_the_next_question(heading: str) -> None:
    report = load(
        f"{heading}\n1. 简述听证程序。\n答案：\n1. 告知。\n2. 举行。\n解析：见第六十三条。\n"
        "2. 什么是回避？\n答：有利害关系的人\n应当退出。\n评分要点：\n1. 利害关系（2分）\n2. 退出（3分）\n"
        "3. 简述告知。\n参考答案：处罚前告知。"
    )
    assert not report.rejected, [str(fault) for fault in report.rejected]
    assert [item.model_answer for item in report.items] == [
        "1. 告知。\n2. 举行。",
        "有利害关系的人\n应当退出。",
        "处罚前告知。",
    ]
    assert report.items[0].explanation == "见第六十三条。"
    assert [(point.text, point.weight) for point in report.items[1].rubric] == [("利害关系", 2), ("退出", 3)]
    assert {item.type for item in report.items} == {ItemType.SHORT_ANSWER}


def test_a_point_of_an_answer_that_could_be_the_next_question_is_pointed_out() -> None:
    report = load("一、简答题\n1. 简述。\n答案：\n1. 其一\n2. 其二")
    assert [said.place.line for said in report.warnings if said.code == "NUMBERED_IN_ANSWER"] == [5]
    assert report.items[0].model_answer == "1. 其一\n2. 其二"


def test_a_case_keeps_its_questions_in_the_stem() -> None:
    item = only(
        "五、案例分析题\n1. 甲在路边摆摊。\n（1）如何处罚？\n（2）依据是什么？\n参考答案：（1）责令改正；\n（2）条例第十条。"  # noqa: E501
    )
    assert item.type is ItemType.CASE_ANALYSIS
    assert item.stem == "甲在路边摆摊。\n（1）如何处罚？\n（2）依据是什么？"
    assert item.model_answer == "（1）责令改正；\n（2）条例第十条。"


def test_an_order_is_read_as_written_not_sorted() -> None:
    item = only("四、排序题\n1. 排列普通程序\nA. 立案\nB. 决定\nC. 调查\n答案：A、C、B")
    assert (item.type, item.key) == (ItemType.ORDERING, ("A", "C", "B"))


@pytest.mark.parametrize(
    "table",
    [
        "参考答案\n一、填空题\n1. 两  2. 七；审批\n二、简答题\n1. 先告知，\n再听证。\n2. 退出。 解析：见法条",
        "参考答案\n一、填空题\n1、两\n2、七、审批\n二、简答题\n1、先告知，\n再听证。\n2、退出。\n解析：见法条",
    ],
)
def test_a_table_at_the_end_gives_written_answers(table: str) -> None:
    report = load(
        "一、填空题\n1. 应由____名人员。\n2. 在____日内完成____。\n二、简答题\n1. 简述听证。\n2. 简述回避。\n" + table
    )
    assert not report.rejected, [str(fault) for fault in report.rejected]
    assert [[blank.accepted for blank in item.blanks] for item in report.items[:2]] == [[("两",)], [("七",), ("审批",)]]
    assert [item.model_answer for item in report.items[2:]] == ["先告知，\n再听证。", "退出。"]
    assert report.items[3].explanation == "见法条"


def test_a_table_of_blanks_without_headings_is_read_too() -> None:
    report = load("填空题\n1. 应由____名人员。\n2. 在____日内。\n参考答案\n1. 两\n2. 七")
    assert [item.blanks[0].accepted for item in report.items] == [("两",), ("七",)]


def test_labels_in_a_table_of_answers_belong_to_the_answer_above() -> None:
    report = load(
        "一、单选题\n1. 甲（ ）\nA. 一\nB. 二\n参考答案\n一、单选题\n1. B\n解析：因为。\n法律：行政处罚法（2021-01-22）第42条"  # noqa: E501
    )
    item = report.items[0]
    assert item.citation is not None
    assert (item.key, item.explanation, item.citation.article) == (("B",), "因为。", "42")


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("2. 没有空。\n答案：两", "BLANK_NONE"),
        ("2. 有____和____两个空。\n答案：两", "BLANK_ANSWERS_COUNT"),
        ("2. 有____但没有答案", "KEY_MISSING"),
        ("2. 填____\nA. 甲\nB. 乙\n答案：两", "PART_OUT_OF_PLACE"),
    ],
)
def test_one_bad_question_is_named_and_the_rest_goes_on(question: str, code: str) -> None:
    report = load(f"一、填空题\n1. 前____\n答案：一\n{question}\n3. 后____\n答案：三")
    assert [item.stem for item in report.items] == ["前{{1}}", "后{{1}}"]
    assert code in {fault.code for fault in report.rejected}
    assert {fault.place.item for fault in report.rejected} == {"2"}


_LONG = 300_000


@thorough
@pytest.mark.parametrize(
    "text",
    [
        "一、简答题\n1. 简述\n答案：\n" + "又一行\n" * (_LONG // 10),
        "一、简答题\n1. 简述\n评分要点：\n" + "又一行\n" * (_LONG // 10),
        "一、填空题\n" + "1. 甲____\n答案：乙\n" * (_LONG // 30),
        "一、填空题\n1. 甲" + "____ " * 3000 + "\n答案：" + "乙 " * 9000,
        "一、填空题\n1. 甲____\n答案：" + " " * 19_000 + "x" + "（1） " * 10,
        "一、填空题\n1. 甲____\n参考答案\n一、填空题\n" + "1. 乙 " * 3000 + "\n" + "1. 乙\n" * (_LONG // 10),
        "一、简答题\n1. 简述\n答案：\n" + "2. 又\n" * (_LONG // 10),
    ],
)
def test_a_hostile_file_ends_in_seconds(text: str) -> None:
    began = time.process_time()
    with contextlib.suppress(BankError):
        load(text)
    assert time.process_time() - began < 4
