"""Whole files of Moodle XML: categories, cases, what is kept aside, and what goes wrong in them."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from question_bank.errors import BankError
from question_bank.formats import detect, moodle, native, read
from question_bank.items import (
    Blank,
    Item,
    ItemType,
    Opaque,
)
from tests.question_bank.formats.kept import CHARACTERS
from tests.question_bank.formats.moodle_files import again, answer, only, question, quiz, told


def test_categories_become_topic_and_tag() -> None:
    paths = ["$course$/top/公共法律/行政处罚法//修订", "$course$/top", "top/Default for 一班/监察法"]
    found = []
    for path in paths:
        category = f'<question type="category"><category><text>{path}</text></category></question>'
        item = only(category, question("truefalse", "对吗", answer("true", "100"), answer("false", "0")))
        found.append((item.topic, item.tags))
    assert found == [("行政处罚法/修订", ("公共法律",)), ("", ()), ("监察法", ("Default for 一班",))]


def test_a_case_is_a_description_and_the_questions_after_it() -> None:
    parts = (
        Item("C.1", ItemType.TRUE_FALSE, "合法吗", (), ("F",), weight=3),
        Item("C.2", ItemType.NUMERIC, "几日", (), (), blanks=(Blank(("7",), tolerance=Decimal(0)),)),
    )
    item = Item("C", ItemType.CASE, "王某摆摊。", (), (), "总评", topic="处罚法", parts=parts)
    assert again(item) == item
    text = moodle.write([item])[0].decode()
    cut = read("a.xml", text.replace('<question type="numerical">', '<question type="random">').encode())
    assert [fault.code for fault in cut.rejected] == ["TYPE_UNSUPPORTED", "CASE_INCOMPLETE"]


def test_a_description_of_others_is_named() -> None:
    report = told(question("description", "以下为判断题"), question("truefalse", "好", answer("true", "100")))
    assert [(fault.code, fault.data["text"]) for fault in report.warnings[:1]] == [
        ("DESCRIPTION_SKIPPED", "以下为判断题")
    ]
    assert [item.stem for item in report.items] == ["好"]


def test_what_has_no_place_survives_a_journey_through_the_native_format() -> None:
    hint = '<hint format="html"><text>&lt;b&gt;想想&lt;/b&gt;</text><shownumcorrect/></hint>'
    item = only(
        question("multichoice", "谁", answer("甲", "100"), answer("乙", "0"), hint, "<penalty>0.1</penalty>",
                 "<correctfeedback format='html'><text>很好</text></correctfeedback><shownumcorrect/>")
    )  # fmt: skip
    assert [one.name for one in item.opaque] == ["name", "hint", "penalty", "correctfeedback", "shownumcorrect"]
    (back,) = read("a.json", native.write([item])).items
    written = moodle.write([back])[0].decode()
    assert written.count("<penalty>") == 1
    assert "<penalty>0.1</penalty>" in written
    assert "想想" in written
    assert again(back) == item


def test_kept_content_that_is_damaged_is_not_written() -> None:
    kept = (Opaque("moodle", "hint", "<hint><text>"), Opaque("moodle", "x", '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'))
    item = Item("O", ItemType.TRUE_FALSE, "对吗", (), ("T",), opaque=(*kept, Opaque("qti-2.2", "y", "<y/>")))
    written, faults = moodle.write([item])
    assert [fault.code for fault in faults] == ["FIELDS_NOT_CARRIED", "OPAQUE_BAD", "OPAQUE_BAD"]
    assert b"ENTITY" not in written


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (question("coderunner", "坏"), "TYPE_UNSUPPORTED"),
        (question("calculated", "坏", answer("{a}", "100")), "TYPE_UNSUPPORTED"),
        ("<question/>", "TYPE_UNSUPPORTED"),
        (question("multichoice", "坏"), "OPTIONS_TOO_FEW"),
        (question("multichoice", "坏", answer("甲", "0"), answer("乙", "0")), "KEY_MISSING"),
        (question("multichoice", "坏", answer("甲", "x"), answer("乙", "0")), "FRACTION_BAD"),
        (question("multichoice", "坏", answer("甲", "100"), answer("甲", "0")), "OPTIONS_ALIKE"),
        (question("multichoice", "坏", answer("甲", "100"), answer("", "0")), "OPTION_EMPTY"),
        (question("multichoice", "坏", *(answer(str(n), "0" if n else "100") for n in range(40))), "OPTIONS_TOO_MANY"),
        (question("multichoice", "", answer("甲", "100"), answer("乙", "0")), "STEM_EMPTY"),
        (question("truefalse", "坏", answer("true", "100"), answer("maybe", "0")), "TRUE_FALSE_KEY_BAD"),
        (question("truefalse", "坏"), "KEY_MISSING"),
        (question("shortanswer", "坏", answer("*", "100")), "ANSWER_WILDCARD"),
        (question("shortanswer", "坏", answer("甲", "50")), "KEY_MISSING"),
        (question("numerical", "坏", answer("七", "100")), "NUMBER_BAD"),
        (question("numerical", "坏", answer("7", "100", "", "<tolerance>x</tolerance>")), "TOLERANCE_BAD"),
        (question("numerical", "坏", answer("7", "100"), answer("8", "100", "", "<tolerance>1</tolerance>")),
         "TOLERANCES_DIFFER"),
        (question("matching", "坏"), "OPTIONS_TOO_FEW"),
        (question("ordering", "坏", answer("甲", "1")), "OPTIONS_TOO_FEW"),
        (question("essay", "坏"), "RUBRIC_MISSING"),
        (question("cloze", "坏"), "CLOZE_NONE"),
        (question("cloze", "坏{1:MC:=甲~乙"), "CLOZE_BAD"),
        (question("cloze", "坏{1:MULTIRESPONSE:=甲~=乙~丙}"), "TYPE_UNSUPPORTED"),
        (question("cloze", "坏{1:MC:甲~乙}"), "BLANK_ANSWER_MISSING"),
        (question("ddmarker", "坏", "<drag><text>x</text></drag>"), "PICTURE_ABSENT"),
        (question("truefalse", "坏", "<image>a.png</image>"), "PICTURE_ELSEWHERE"),
        (question("truefalse", "坏", answer("true", "100"), "<tags><tag><text>chizheng:paper=X</text></tag></tags>"),
         "PAPER_UNKNOWN"),
    ],
)  # fmt: skip
def test_one_bad_question_is_named_with_its_line_and_the_rest_goes_on(bad: str, code: str) -> None:
    good = question("truefalse", "好", answer("true", "100"), answer("false", "0"))
    report = told(bad, good)
    assert [item.stem for item in report.items] == ["好"]
    assert code in [fault.code for fault in report.rejected]
    assert {fault.place.line for fault in report.rejected} == {3}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<quiz><question type='essay'></quiz>", "XML_BAD"),
        (b"<?xml version='1.0'?><!DOCTYPE quiz [<!ENTITY a 'b'>]><quiz>&a;</quiz>", "XML_ENTITIES"),
        (b"<questions/>", "MOODLE_ROOT"),
        (b"<quiz>" + b"<a>" * 500 + b"</a>" * 500 + b"</quiz>", "XML_DEEP"),
        (b"   ", "FILE_EMPTY"),
    ],
)
def test_a_file_unusable_as_a_whole_has_a_code(data: bytes, code: str) -> None:
    with pytest.raises(BankError) as caught:
        read("a.xml", data, "moodle")
    assert caught.value.code == code


def test_what_stands_outside_questions_is_named() -> None:
    report = told("<extra/>", question("truefalse", "好", answer("true", "100")))
    assert [(fault.code, fault.data["name"]) for fault in report.warnings[:1]] == [("MOODLE_STRAY", "extra")]


def test_moodle_files_are_recognised_in_every_encoding() -> None:
    text = "<?xml version='1.0'?>\n<!-- question: 1 -->\n" + quiz(
        question("truefalse", "好", answer("true", "100"))
    ).decode().split("\n", 1)[1]  # fmt: skip
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "gb18030"):
        assert detect("a.xml", text.encode(encoding)) == "moodle"
        assert len(read("a.xml", text.encode(encoding)).items) == 1


def test_text_that_xml_cannot_hold_is_refused_by_name() -> None:
    _, faults = moodle.write([Item("X", ItemType.TRUE_FALSE, "\x01", (), ("T",))], "\x02")
    assert [fault.code for fault in faults] == ["CHARACTER_REFUSED", "CHARACTER_REFUSED"]


@pytest.mark.parametrize(
    "unit", ["{1:SA:", "{1:MC:=a~b}", "_____", "[[1]]", "<b>", "&amp;", "{1:SA:~", "\\", "%", "~#="]
)
@pytest.mark.parametrize("kind", ["cloze", "shortanswer", "gapselect"])
def test_much_of_anything_is_answered_soon(unit: str, kind: str, clocked: None) -> None:
    text = unit * (CHARACTERS // len(unit))
    read("a.xml", quiz(question(kind, text, answer("甲", "100"))), "moodle")
    if kind == "cloze":
        read("a.xml", quiz(question(kind, "{1:SA:" + text + "}")), "moodle")


_WORDS = st.sampled_from(["<quiz>", "</quiz>", "<question type='cloze'>", "<question type='numerical'>", "</question>",
                          "<questiontext><text>", "</text></questiontext>", "{1:SA:=a}", "<answer fraction='100'>",
                          "<text>", "</text>", "</answer>", "&lt;", "甲", "<file name='a'>", "</file>"])  # fmt: skip


@settings(max_examples=100, deadline=2000)
@given(st.lists(_WORDS, max_size=30).map("".join) | st.binary(max_size=60).map(lambda b: b.decode("latin-1")))
def test_no_bytes_make_the_reader_fall(text: str) -> None:
    for whole in (text, f"<quiz>{text}</quiz>"):
        try:
            report = read("a.xml", whole.encode(), "moodle")
        except BankError:
            continue
        assert report.accepted or report.rejected
