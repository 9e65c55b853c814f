"""Aiken: what Moodle takes, what people type besides, and what goes wrong in it."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from question_bank.errors import BankError, ImportReport
from question_bank.formats import Defaults, Limits, aiken, detect, read
from question_bank.items import Item, ItemType, Option, fingerprint, normalise_text
from tests.question_bank.formats.kept import CHARACTERS, EXAMPLES
from tests.question_bank.sound_items import sound_items

MODEL = "谁决定处罚？\nA. 甲\nB. 乙\nC. 丙\nANSWER: B\n\n几人执法？\nA) 一\nB) 两\nANSWER: B\n"


def told(text: str) -> ImportReport:
    return read("a.txt", text.encode(), "aiken")


def test_the_documented_form_is_read() -> None:
    report = told(MODEL)
    assert [(item.stem, item.key) for item in report.items] == [("谁决定处罚？", ("B",)), ("几人执法？", ("B",))]
    assert [option.text for option in report.items[0].options] == ["甲", "乙", "丙"]
    assert {item.type for item in report.items} == {ItemType.SINGLE}
    assert [row.place.line for row in report.accepted] == [1, 7]
    assert report.rejected == ()


@pytest.mark.parametrize(
    "text",
    [
        "谁？\na. 甲\nb. 乙\nanswer: b",
        "谁？\nA． 甲\nＢ、乙\n答案：B",
        "谁？\n\nA) 甲\n\nB) 乙\n\nANSWER:B",
        "谁？\r\nA: 甲\r\nB: 乙\r\nAnswer : b.",
        "\ufeff谁？\nA.甲\nB.乙\n正确答案：Ｂ",
    ],
)
def test_what_people_type_besides_is_read_too(text: str) -> None:
    (item,) = told(text).items
    assert (item.stem, [option.text for option in item.options], item.key) == ("谁？", ["甲", "乙"], ("B",))


def test_lines_that_run_on_are_joined_and_named() -> None:
    report = told("某局接到举报，\n应当先做什么？\nA. 立案\n并通知\nB. 处罚\nANSWER: A")
    (item,) = report.items
    assert item.stem == "某局接到举报，\n应当先做什么？"
    assert item.options[0].text == "立案 并通知"
    assert "AIKEN_LINES_JOINED" in {change.code for change in report.changes}


def test_several_letters_make_a_multiple_choice_and_judgements_are_folded() -> None:
    first, second = told("选。\nA. 甲\nB. 乙\nC. 丙\nANSWER: A, C\n\n对吗？\nA. 正确\nB. 错误\nANSWER: B").items
    assert (first.type, first.key) == (ItemType.MULTIPLE, ("A", "C"))
    assert (second.type, second.key, second.options) == (ItemType.TRUE_FALSE, ("F",), ())


@pytest.mark.parametrize(
    ("bad", "code", "line"),
    [
        ("谁？\nA. 甲\nB. 乙\n", "AIKEN_ANSWER_MISSING", 6),
        ("谁？\n", "AIKEN_OPTIONS_MISSING", 6),
        ("谁？\nANSWER: A\n", "AIKEN_OPTIONS_MISSING", 6),
        ("ANSWER: A\n", "AIKEN_ANSWER_ALONE", 6),
        ("谁？\nA. 甲\nB. 乙\nANSWER:\n", "KEY_MISSING", 6),
        ("谁？\nA. 甲\nB. 乙\nANSWER: C\n", "KEY_NOT_AN_OPTION", 6),
        ("谁？\nA. 甲\nB. 乙\nANSWER: 乙\n", "KEY_UNREADABLE", 6),
        ("谁？\nA. 甲\nANSWER: A\n", "OPTIONS_TOO_FEW", 6),
        ("谁？\nA. 甲\nC. 乙\nANSWER: A\n", "OPTION_LETTERS_BROKEN", 6),
        ("谁？\nA. 甲\nA. 乙\nANSWER: A\n", "OPTION_LETTER_REPEATED", 6),
        ("谁？\nA. 甲\nB. 甲\nANSWER: A\n", "OPTIONS_ALIKE", 6),
        ("谁？\nA. 甲\nB.\nANSWER: A\n", "OPTION_EMPTY", 6),
        ("长" * 30_000 + "\n", "LINE_TOO_LONG", 6),
    ],
)
def test_a_bad_question_is_named_with_its_line_and_the_rest_goes_on(bad: str, code: str, line: int) -> None:
    report = told(f"好？\nA. 甲\nB. 乙\nANSWER: A\n\n{bad}\n末？\nA. 子\nB. 丑\nANSWER: B\n")
    assert {item.stem for item in report.items} >= {"好？"}
    assert (code, line) in [(fault.code, fault.place.line) for fault in report.rejected]


def test_the_question_after_one_without_an_answer_is_still_read() -> None:
    report = told("谁？\nA. 甲\nB. 乙\n\n几人？\nA. 一\nB. 两\nANSWER: B")
    assert [item.stem for item in report.items] == ["几人？"]
    assert [(fault.code, fault.place.line) for fault in report.rejected] == [("AIKEN_ANSWER_MISSING", 1)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_aiken_is_recognised_in_every_encoding(encoding: str) -> None:
    assert detect("a.txt", MODEL.encode(encoding)) == "aiken"
    assert len(read("a.txt", MODEL.encode(encoding)).items) == 2


def test_plain_questions_are_not_taken_for_aiken() -> None:
    assert detect("a.txt", "1. 谁？\nA. 甲\nB. 乙\n答案：B\n".encode()) == "plain_text"


def test_numbers_of_questions_are_left_out_and_a_heading_is_named() -> None:
    text = (
        "单选题\n1. 谁？\nA. 甲\nB. 乙\nANSWER: B\n3. 几？\nA. 一\nB. 两\nANSWER: A\n\n4、3.5米可以吗\nA. 可\nB. 否\n"
        "ANSWER: A\n\n3.5米呢\nA. 可\nB. 否\nANSWER: B\n"
    )
    report = read("a.txt", text.encode())
    assert report.format == "aiken"
    assert [(fault.code, fault.place.line) for fault in report.rejected] == [("AIKEN_OPTIONS_MISSING", 1)]
    assert [item.stem for item in report.items] == ["谁？", "几？", "3.5米可以吗", "3.5米呢"]


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(sound_items([ItemType.SINGLE, ItemType.TRUE_FALSE]), max_size=2, unique_by=(lambda i: i.code, fingerprint))
)
def test_stem_options_and_key_survive_and_the_rest_is_named(items: list[Item]) -> None:
    written, faults = aiken.write(items)
    refused = {fault.place.item for fault in faults if fault.code == "ITEM_NOT_CARRIED"}
    lossy = {fault.place.item for fault in faults if fault.code == "FIELDS_NOT_CARRIED"}
    sound = [item for item in items if item.code not in refused]
    assert {item.code for item in sound if item.explanation or item.tags or item.citation} <= lossy
    if not sound:
        return
    report = aiken.read("a.txt", written, Limits(), Defaults())
    folded = {"DUPLICATE_ITEM", "TRUE_FALSE_KEY_BAD"}
    assert {fault.code for fault in report.rejected} <= folded
    if report.rejected:
        return
    for item, again in zip(sound, report.items, strict=True):
        assert normalise_text(again.stem) == normalise_text(item.stem)
        assert [normalise_text(o.text) for o in again.options] == [normalise_text(o.text) for o in item.options]
        assert again.key == item.key


def test_what_aiken_cannot_hold_is_refused_by_name() -> None:
    options = (Option("A", "甲"), Option("B", "乙"))
    items = [
        Item("M", ItemType.MULTIPLE, "选", options, ("A", "B")),
        Item("L", ItemType.SINGLE, "A. 谁", options, ("A",)),
        Item("S", ItemType.SINGLE, "谁", options, ("A",), explanation="因为"),
    ]
    written, faults = aiken.write(items)
    assert written.decode() == "谁\nA. 甲\nB. 乙\nANSWER: A\n"
    assert [(fault.code, fault.place.item) for fault in faults] == [
        ("ITEM_NOT_CARRIED", "M"),
        ("ITEM_NOT_CARRIED", "L"),
        ("FIELDS_NOT_CARRIED", "S"),
    ]
    assert faults[2].data["fields"] == "explanation"


@pytest.mark.parametrize(
    "unit", ["A", "A.", "ANSWER", "ANSWER: A\n", "\n", " ", "A. x\n", "谁\nA. 甲\n\n", "答案", "1."]
)
def test_much_of_anything_is_answered_soon(unit: str, clocked: None) -> None:
    text = (unit * (CHARACTERS // len(unit))).encode()
    try:
        read("a.txt", text, "aiken")
        detect("a.txt", text)
    except BankError:
        pass


@settings(max_examples=100, deadline=2000)
@given(st.text(st.sampled_from("AB.):ANSWER \n甲、：答案")))
def test_no_text_makes_the_reader_fall(text: str) -> None:
    try:
        report = read("a.txt", text.encode(), "aiken")
    except BankError:
        return
    assert report.accepted or report.rejected
