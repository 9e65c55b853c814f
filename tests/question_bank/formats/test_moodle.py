"""Moodle XML: every type that it and we share, what it cannot hold, and what goes wrong in it."""

from decimal import Decimal
from html import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from question_bank.formats import Defaults, Limits, detect, moodle, read
from question_bank.formats.moodle.kinds import KINDS
from question_bank.formats.moodle.standard import STANDARD
from question_bank.formats.picturing import UNDESCRIBED
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
from tests.question_bank.formats.kept import EXAMPLES, kept_by_moodle
from tests.question_bank.formats.moodle_files import CODED, PNG, again, answer, only, question, told
from tests.question_bank.sound_items import sound_items


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


def test_a_picture_without_words_says_so_and_asks_for_them() -> None:
    file = f'<file name="..a.png">{CODED}</file>'
    drop = "<drop><shape>circle</shape><coords>10,20;5</coords></drop>"
    report = told(question("ddmarker", "标出来", file, "<drag><text>车</text></drag>", drop))
    (item,) = report.items
    assert item.pictures == (Picture("a.png", "image/png", PNG, UNDESCRIBED),)
    assert [warning.code for warning in report.warnings][:1] == ["PICTURE_UNDESCRIBED"]


def test_an_option_that_is_only_a_picture_without_words_goes_by_its_letter() -> None:
    picture = '<img src="data:image/png;base64,' + CODED + '" alt="">'
    item = only(question("multichoice", "选图", answer(picture, "100"), answer("乙", "0")))
    assert [option.text for option in item.options] == ["（图A）", "乙"]
    assert again(item) == item


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_type_that_is_read_has_its_standard_words(kind: str) -> None:
    assert kind in STANDARD


def test_a_gap_for_a_number_with_a_tolerance_that_is_none_is_no_gap_for_a_text() -> None:
    report = told(question("cloze", "{1:NM:=x:y}"))
    assert [fault.code for fault in report.rejected] == ["TOLERANCE_BAD"]


def test_a_weight_belongs_to_a_question_of_a_case_and_to_no_other() -> None:
    tags = "<tags><tag><text>chizheng:weight=7</text></tag></tags>"
    report = told(question("truefalse", "对", answer("true", "100"), answer("false", "0"), tags))
    assert [item.weight for item in report.items] == [1]
    assert "FIELD_UNKNOWN" in {warning.code for warning in report.warnings}


def test_moodle_s_own_names_of_types_are_read() -> None:
    gaps = only(question("cloze", "由{1:MC:=两名~一名}实施", "<penalty>0.3333333</penalty>"))
    assert (gaps.type, gaps.opaque) == (ItemType.CLOZE, (Opaque("moodle", "name", "题"),))
    pairs = "".join(f"<subquestion><text>{n}</text><answer><text>答{n}</text></answer></subquestion>" for n in "12")
    assert only(question("match", "配", pairs)).type is ItemType.MATCHING


@pytest.mark.parametrize("worth", ["33." + "3" * 35, "0." + "1" * 40])
def test_a_percentage_of_more_digits_than_are_kept_rejects_its_question(worth: str) -> None:
    report = told(question("multichoice", "选", answer("甲", "100"), answer("乙", worth)))
    assert [fault.code for fault in report.rejected] == ["WORTH_BAD"]


def test_an_embedded_picture_is_read() -> None:
    item = only(question("truefalse", f'看<img src="data:image/png;base64,{CODED}" alt="图">', answer("true", "100")))
    assert item.pictures == (Picture("picture", "image/png", PNG, "图"),)
