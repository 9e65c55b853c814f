"""Moodle XML: every type that it and we share, what it cannot hold, and what goes wrong in it."""

import base64
from decimal import Decimal
from html import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from question_bank.errors import BankError, ImportReport
from question_bank.formats import Defaults, Limits, detect, moodle, native, read
from question_bank.items import (
    Area,
    Blank,
    Citation,
    Criterion,
    Item,
    ItemType,
    Level,
    Opaque,
    Option,
    Paper,
    Picture,
    Review,
    Shape,
    fingerprint,
)
from tests.question_bank.formats.kept import CHARACTERS, EXAMPLES, kept_by_moodle
from tests.question_bank.sound_items import sound_items

PNG = b"\x89PNG\r\n\x1a\nx"
CODED = base64.b64encode(PNG).decode()


def quiz(*questions: str) -> bytes:
    return ("<?xml version='1.0' encoding='UTF-8'?>\n<quiz>\n" + "\n".join(questions) + "\n</quiz>").encode()


def question(kind: str, text: str, *children: str) -> str:
    body = f'<questiontext format="html"><text>{escape(text)}</text></questiontext>'
    return f'<question type="{kind}"><name><text>题</text></name>{body}{"".join(children)}</question>'


def answer(text: str, worth: str, feedback: str = "", more: str = "") -> str:
    said = f"<feedback format='html'><text>{escape(feedback)}</text></feedback>" if feedback else ""
    return f'<answer fraction="{worth}" format="html"><text>{escape(text)}</text>{more}{said}</answer>'


def told(*questions: str) -> ImportReport:
    return read("a.xml", quiz(*questions))


def only(*questions: str) -> Item:
    report = told(*questions)
    assert not report.rejected, report.rejected
    (item,) = report.items
    return item


def again(item: Item) -> Item:
    report = read("a.xml", moodle.write([item])[0])
    assert not report.rejected, report.rejected
    return report.items[0]


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(sound_items(), max_size=2, unique_by=(lambda item: item.code, fingerprint)),
    st.sampled_from(["", "题库"]),
)
def test_what_moodle_carries_reads_back_equal_and_the_rest_is_named(items: list[Item], title: str) -> None:
    written, faults = moodle.write(items, title)
    report = moodle.read("a.xml", written, Limits(), Defaults())
    expected = [kept_by_moodle(item) for item in items]
    assert list(report.items) == expected
    assert report.title == title
    lossy = {
        item.code for item, kept in zip(items, expected, strict=True)
        if (item.options, item.areas, len(item.pictures)) != (kept.options, kept.areas, len(kept.pictures))
    }  # fmt: skip
    assert lossy <= {fault.place.item for fault in faults if fault.code == "FIELDS_NOT_CARRIED"}
    assert not [fault for fault in faults if fault.code == "ITEM_NOT_CARRIED"]
    assert moodle.write(report.items, report.title)[0] == written
    assert detect("a.xml", written) == "moodle"


def test_every_label_of_ours_travels() -> None:
    item = Item(
        "XF-1", ItemType.SINGLE, "谁？\n  何时？", (Option("A", "甲", "不是"), Option("B", "<乙>")), ("B",), "a<b。",
        Paper.PROFESSIONAL, "处罚/程序", Citation("行政处罚法", "2021-01-22", "42-1"), Level.JUDGEMENT, 0.65,
        ("常考", "a,b", "<x>", "chizheng:level=RECALL"), "平凉", "XF20", seconds=90, author_role="命题",
        review=Review.CHECKED,
    )  # fmt: skip
    written, faults = moodle.write([item], "题库")
    report = read("a.xml", written)
    assert faults == ()
    assert report.items == (item,)
    assert (report.title, report.format, report.warnings) == ("题库", "moodle", ())


def test_a_choice_of_one() -> None:
    report = told(
        question("multichoice", "<p>谁&nbsp;决定？</p>", "<single>true</single>", answer("<p>甲</p>", "0", "不是"),
                 answer("<p>乙</p>", "100", "正是"), "<generalfeedback><text>见第四十二条</text></generalfeedback>",
                 "<penalty>0.3333333</penalty><defaultgrade>1</defaultgrade><shuffleanswers>1</shuffleanswers>",
                 "<idnumber>XF-1</idnumber><tags><tag><text>常考</text></tag></tags>"),
    )  # fmt: skip
    (item,) = report.items
    assert (item.code, item.type, item.stem, item.key) == ("XF-1", ItemType.SINGLE, "谁 决定？", ("B",))
    assert item.options == (Option("A", "甲", "不是"), Option("B", "乙", "正是"))
    assert (item.explanation, item.tags) == ("见第四十二条", ("常考",))
    assert item.opaque == (Opaque("moodle", "name", "题"),)
    assert report.accepted[0].place.line == 3
    assert "FOREIGN_KEPT" in {change.code for change in report.changes}


@pytest.mark.parametrize(
    ("worths", "key", "stated"),
    [
        (("50", "50", "0"), ("A", "B"), False),
        (("50", "50", "-50"), ("A", "B"), False),
        (("33.33333", "33.33333", "33.33333"), ("A", "B", "C"), False),
        (("50", "50", "-100"), ("A", "B"), True),
        (("80", "20", "0"), ("A", "B"), True),
    ],
)
def test_fractions_become_worth_only_where_the_key_does_not_say_them(
    worths: tuple[str, ...], key: tuple[str, ...], stated: bool
) -> None:
    texts = zip("甲乙丙", worths, strict=True)
    item = only(question("multichoice", "选", "<single>false</single>", *(answer(*pair) for pair in texts)))
    assert (item.type, item.key) == (ItemType.MULTIPLE, key)
    assert [option.worth for option in item.options] == ([Decimal(worth) for worth in worths] if stated else [None] * 3)
    assert again(item) == item


def test_a_fraction_that_moodle_does_not_list_is_named() -> None:
    options = (Option("A", "甲", worth=Decimal(37)), Option("B", "乙", worth=Decimal("66.66667")))
    item = Item("W", ItemType.SINGLE, "谁", options, ("B",))
    _, faults = moodle.write([item])
    assert [(fault.code, dict(fault.data)) for fault in faults] == [
        ("FRACTION_UNLISTED", {"letter": "A", "worth": "37"})
    ]
    assert again(item) == item


def test_a_statement_with_feedback() -> None:
    item = only(question("truefalse", "对吗", answer("true", "0", "不对"), answer("false", "100", "对")))
    assert (item.type, item.key) == (ItemType.TRUE_FALSE, ("F",))
    assert Opaque("moodle", "feedback:wrong", "不对") in item.opaque
    assert again(item) == item


def test_a_short_answer_with_its_line_patterns_and_part_right_answers() -> None:
    report = told(
        question("shortanswer", "不少于_____人", "<usecase>1</usecase>", answer("两", "100", "对"), answer("2", "100"),
                 answer("二*", "100"), answer("三", "50"), answer("*", "0", "再想想"), answer("\\*号", "100"))
    )  # fmt: skip
    (item,) = report.items
    assert (item.type, item.stem) == (ItemType.FILL, "不少于{{1}}人")
    assert item.blanks == (Blank(("两", "2", "*号")),)
    named = [fault.code for fault in report.warnings if fault.place.line]
    assert named == ["ANSWERS_CASED", "ANSWER_ASIDE", "ANSWER_ASIDE", "ANSWER_ASIDE"]
    assert again(item) == item
    written = moodle.write([item])[0].decode()
    assert "<usecase>1</usecase>" in written
    assert "再想想" in written
    assert only(question("shortanswer", "几人", answer("两", "100"))).stem == "几人 {{1}}"


def test_a_number_with_tolerance_units_and_several_answers() -> None:
    report = told(
        question("numerical", "多少", answer("15", "100", "", "<tolerance>0.5</tolerance>"),
                 answer("16", "100", "", "<tolerance>0.50</tolerance>"), answer("*", "0"),
                 "<units><unit><multiplier>1</multiplier><unit_name>米</unit_name></unit></units>")
    )  # fmt: skip
    (item,) = report.items
    assert item.blanks == (Blank(("15", "16"), tolerance=Decimal("0.5")),)
    assert {fault.code for fault in report.warnings} >= {"UNITS_UNSUPPORTED", "ANSWER_ASIDE"}
    assert again(item) == item
    assert "unit_name" in moodle.write([item])[0].decode()


def test_matching_with_an_option_left_over() -> None:
    pairs = [("立案", "七日"), ("听证", "五日"), ("", "三日")]
    subs = [f"<subquestion><text>{p}</text><answer><text>{a}</text></answer></subquestion>" for p, a in pairs]
    item = only(question("matching", "配对", *subs))
    assert (item.prompts, item.key) == (("立案", "听证"), ("1A", "2B"))
    assert [option.text for option in item.options] == ["七日", "五日", "三日"]
    assert again(item) == item


def test_ordering_does_not_show_its_answer_by_its_letters() -> None:
    texts = ["立案", "调查", "告知", "决定", "送达"]
    answers = [answer(text, str(number)) for number, text in enumerate(texts, 1)]
    report = told(question("ordering", "排序", *reversed(answers), "<gradingtype>ALL_OR_NOTHING</gradingtype>"))
    (item,) = report.items
    named = {option.key: option.text for option in item.options}
    assert [named[key] for key in item.key] == texts
    assert item.key != tuple("ABCDE")
    assert "ORDER_LETTERED" in {change.code for change in report.changes}
    assert again(item) == item
    assert b"ALL_OR_NOTHING" in moodle.write([item])[0]


def test_an_essay_with_notes_for_graders_or_with_feedback_only() -> None:
    notes = "<graderinfo format='html'><text>&lt;p&gt;先立案&lt;/p&gt;</text></graderinfo>"
    item = only(question("essay", "说明", notes, "<attachments>2</attachments>"))
    assert (item.type, item.model_answer) == (ItemType.SHORT_ANSWER, "先立案")
    assert b"<attachments>2</attachments>" in moodle.write([item])[0]
    report = told(question("essay", "说明", "<generalfeedback><text>先立案</text></generalfeedback>"))
    assert (report.items[0].model_answer, report.items[0].explanation) == ("先立案", "")
    assert "MODEL_ANSWER_FROM_FEEDBACK" in {change.code for change in report.changes}


def test_a_rubric_survives_beside_the_model_answer() -> None:
    rubric = (Criterion("说出立案\n七日内", 2), Criterion("评分要点：", 1))
    item = Item("E", ItemType.CASE_ANALYSIS, "分析", (), (), rubric=rubric, model_answer="一。\n评分要点：\n[1] 二")
    assert again(item) == item


def test_cloze_gaps_of_every_kind() -> None:
    stem = (
        "<p>{1:MULTICHOICE:=应当~可以#不对~%50%宜}出示{2:SHORTANSWER:=证件~=执法证&#125;~%50%证}，{:NM:=2:0.5}人，"
        "{1:MCV:一\\~二~=三\\}四}</p>"
    )
    report = told(question("cloze", stem))
    (item,) = report.items
    assert item.type is ItemType.CLOZE
    assert item.stem == "{{1}}出示{{2}}，{{3}}人，{{4}}"
    choices = (Option("A", "应当"), Option("B", "可以"), Option("C", "宜"))
    last = (Option("A", "一~二"), Option("B", "三}四"))
    assert item.blanks == (
        Blank(("A",), options=choices),
        Blank(("证件", "执法证}"), weight=2),
        Blank(("2",), tolerance=Decimal("0.5")),
        Blank(("B",), options=last),
    )
    dropped = [fault.data["blank"] for fault in report.warnings if fault.code == "ANSWER_FEEDBACK_DROPPED"]
    assert dropped == [1, 1, 2]
    assert again(item) == item


def test_gaps_chosen_or_dragged_become_cloze() -> None:
    for kind, tag in (("gapselect", "selectoption"), ("ddwtos", "dragbox")):
        choices = [("应当", 1), ("两", 2), ("可以", 1), ("三", 2)]
        boxes = [f"<{tag}><text>{text}</text><group>{group}</group></{tag}>" for text, group in choices]
        item = only(question(kind, "[[1]]由[[2]]人实施", *boxes))
        assert item.stem == "{{1}}由{{2}}人实施"
        assert [blank.accepted for blank in item.blanks] == [("A",), ("A",)]
        assert [option.text for option in item.blanks[1].options] == ["两", "三"]
        assert [fault.code for fault in told(question(kind, "[[9]]人", *boxes)).rejected] == ["GAP_CHOICE_BAD"]


def test_markers_become_places_on_a_picture() -> None:
    areas = (
        Area("A", Shape.CIRCLE, (10, 20, 5)),
        Area("B", Shape.RECTANGLE, (1, 2, 30, 40)),
        Area("C", Shape.POLYGON, (0, 0, 9, 0, 9, 9)),
    )
    picture = Picture("街.png", "image/png", PNG, "一条街，有三处摊位")
    item = Item("H", ItemType.HOTSPOT, "指出违法之处", (), ("A", "B", "C"), areas=areas, pictures=(picture,))
    assert again(item) == item
    wrong, faults = moodle.write([Item("H", ItemType.HOTSPOT, "指", (), ("B",), areas=areas, pictures=(picture,))])
    assert [(fault.code, fault.data["fields"]) for fault in faults] == [("FIELDS_NOT_CARRIED", "areas")]
    assert read("a.xml", wrong).items[0].areas == (Area("A", Shape.RECTANGLE, (1, 2, 30, 40)),)
    two = "<drag><no>1</no><text>x</text></drag><drag><no>2</no><text>y</text></drag>"
    assert [fault.code for fault in told(question("ddmarker", "指", two)).rejected] == ["MARKER_UNSUPPORTED"]


def test_pictures_come_with_their_words() -> None:
    image = '看<img src="@@PLUGINFILE@@/my%20sign.png" alt="禁止停车标志">图'
    file = f'<file name="my sign.png" path="/" encoding="base64">{CODED}</file><file name="法.pdf">{CODED}</file>'
    text = f'<questiontext format="html"><text>{escape(image)}</text>{file}</questiontext>'
    option = f'<answer fraction="0" format="html"><text>{escape(image)}</text>{file}</answer>'
    report = told(f'<question type="multichoice">{text}{answer("甲", "100")}{option}</question>')
    (item,) = report.items
    assert item.pictures == (
        Picture("my_sign.png", "image/png", PNG, "禁止停车标志"),
        Picture("2-my_sign.png", "image/png", PNG, "禁止停车标志", "B"),
    )
    assert [fault.data["name"] for fault in report.warnings if fault.code == "FILE_UNUSED"] == ["法.pdf", "法.pdf"]
    assert again(item) == item


@pytest.mark.parametrize(
    ("image", "file", "code"),
    [
        ('<img src="@@PLUGINFILE@@/a.png" alt="图">', "", "PICTURE_ABSENT"),
        ('<img src="https://x.example/a.png" alt="图">', "", "PICTURE_ELSEWHERE"),
        ('<img src="@@PLUGINFILE@@/a.png" alt="图">', '<file name="a.png">%%%</file>', "PICTURE_DATA_BAD"),
        ('<img src="@@PLUGINFILE@@/a.png" alt="图">', '<file name="a.png">AAAA</file>', "PICTURE_TYPE_BAD"),
        ('<img src="@@PLUGINFILE@@/a.png">', f'<file name="a.png">{CODED}</file>', "PICTURE_ALT_MISSING"),
        ('<img src="data:image/png;base64,!!" alt="图">', "", "PICTURE_DATA_BAD"),
        ("<svg><script>1</script></svg>", "", "MARKUP_REFUSED"),
    ],
)
def test_a_picture_that_cannot_be_had_keeps_its_question_out(image: str, file: str, code: str) -> None:
    text = f'<questiontext format="html"><text>看图 {escape(image)}</text>{file}</questiontext>'
    bad = f'<question type="truefalse">{text}{answer("true", "100")}{answer("false", "0")}</question>'
    report = told(bad, question("truefalse", "好", answer("true", "100"), answer("false", "0")))
    assert [item.stem for item in report.items] == ["好"]
    assert [(fault.code, fault.place.line) for fault in report.rejected] == [(code, 3)]


def test_an_embedded_picture_is_read() -> None:
    item = only(question("truefalse", f'看<img src="data:image/png;base64,{CODED}" alt="图">', answer("true", "100")))
    assert item.pictures == (Picture("picture", "image/png", PNG, "图"),)


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


def test_every_loss_is_told_in_both_languages() -> None:
    assert len({loss.field for loss in moodle.LOSES}) == len(moodle.LOSES)
    assert all(loss.zh.endswith("。") and loss.en.endswith(".") for loss in moodle.LOSES)


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
