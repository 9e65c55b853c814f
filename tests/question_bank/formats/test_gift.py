"""GIFT: every type of its documentation, what it cannot hold, and what goes wrong in it."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from question_bank.errors import BankError, ImportReport
from question_bank.formats import Defaults, Limits, detect, gift, native, read
from question_bank.items import Blank, Criterion, Item, ItemType, Opaque, Option, Picture, fingerprint
from tests.question_bank.formats.kept import CHARACTERS, EXAMPLES, kept_by_gift
from tests.question_bank.sound_items import sound_items

PNG = b"\x89PNG\r\n\x1a\nx"


def told(text: str) -> ImportReport:
    return read("a.gift", text.encode(), "gift")


def only(text: str) -> Item:
    report = told(text)
    assert not report.rejected, report.rejected
    (item,) = report.items
    return item


def test_a_question_with_hundreds_of_answers_is_refused_with_their_number() -> None:
    (fault,) = told("甲 {=一" + " ~二" * 300 + "}").rejected
    assert (fault.code, fault.data["count"]) == ("OPTIONS_TOO_MANY", 301)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(sound_items(), max_size=2, unique_by=(lambda item: item.code, fingerprint)),
    st.sampled_from(["", "题库"]),
)
def test_what_gift_carries_reads_back_equal_and_the_rest_is_named(items: list[Item], title: str) -> None:
    written, faults = gift.write(items, title)
    if not written.strip():
        return
    refused = {fault.place.item for fault in faults if fault.code == "ITEM_NOT_CARRIED"}
    sound = [item for item in items if item.code not in refused]
    expected = [kept_by_gift(item) for item in sound]
    report = gift.read("a.gift", written, Limits(), Defaults())
    assert list(report.items) == expected
    lossy = {item.code for item, kept in zip(sound, expected, strict=True) if item.options != kept.options}
    assert lossy <= {fault.place.item for fault in faults if fault.code == "FIELDS_NOT_CARRIED"}
    if expected:
        assert report.title == title
        assert gift.write(report.items, title)[0] == written
        assert detect("a.txt", written) == "gift"


def test_a_statement_with_feedback_for_wrong_and_right() -> None:
    item = only("::Q1::地球是平的。{FALSE#想想卫星照片#对####见课本}")
    assert (item.type, item.key, item.explanation) == (ItemType.TRUE_FALSE, ("F",), "见课本")
    assert item.opaque == (
        Opaque("gift", "title", "Q1"),
        Opaque("gift", "feedback:wrong", "想想卫星照片"),
        Opaque("gift", "feedback:right", "对"),
    )
    assert b"{F#" in gift.write([item])[0]
    assert only(gift.write([item])[0].decode()) == item


@pytest.mark.parametrize("mark", ["T", "TRUE", "true", " True "])
def test_true_is_written_in_several_ways(mark: str) -> None:
    assert only(f"罚款应当有依据 {{{mark}}}").key == ("T",)


def test_a_choice_with_feedback_and_a_blank_line_inside_the_braces() -> None:
    item = only("谁决定？ {\n~甲#不是\n\n=乙#正是\n// 备注\n~丙\n}")
    assert item.type is ItemType.SINGLE
    assert item.options == (Option("A", "甲", "不是"), Option("B", "乙", "正是"), Option("C", "丙"))
    assert item.key == ("B",)
    assert item.stem == "谁决定？"


def test_weights_of_several_right_answers_become_worth_only_where_the_key_does_not_say_them() -> None:
    plain = only("选两项 {~%50%甲 ~%50%乙 ~%-50%丙}")
    assert (plain.type, plain.key) == (ItemType.MULTIPLE, ("A", "B"))
    assert [option.worth for option in plain.options] == [None, None, None]
    thirds = only("选三项 {~%33.33333%甲 ~%33.333%乙 ~%33.33333%丙 ~丁}")
    assert [option.worth for option in thirds.options] == [None] * 4
    stated = only("选两项 {~%80%甲 ~%20%乙 ~%-100%丙}")
    assert [option.worth for option in stated.options] == [Decimal(80), Decimal(20), Decimal(-100)]
    partly = only("谁 {=甲 ~%50%乙 ~丙}")
    assert (partly.type, partly.key) == (ItemType.SINGLE, ("A",))
    assert [option.worth for option in partly.options] == [Decimal(100), Decimal(50), Decimal(0)]


def test_one_right_answer_among_several_that_may_be_ticked_is_tagged() -> None:
    report = told("可选几项 {~%100%甲 ~乙}")
    assert report.items[0].tags == ("不定项",)
    assert "OPEN_COUNT_TAGGED" in {change.code for change in report.changes}


def test_a_missing_word_of_a_choice_and_of_a_short_answer() -> None:
    choice = only("执法时不得少于{=两 ~三 ~四}人。")
    assert choice.stem == "执法时不得少于_____人。"
    fill = only("执法时不得少于{=两 =2}人。")
    assert fill.stem == "执法时不得少于{{1}}人。"
    assert fill.blanks == (Blank(("两", "2")),)


def test_a_short_answer_at_the_end_keeps_part_right_answers_and_feedback_for_an_export() -> None:
    report = told("首都是 {=北京#对 =%50%燕京#古称 =北\\~京}")
    (item,) = report.items
    assert item.blanks == (Blank(("北京", "北~京")),)
    assert item.stem == "首都是 {{1}}"
    assert [fault.code for fault in report.warnings if fault.place.line] == ["ANSWER_ASIDE"]
    again = only(gift.write([item])[0].decode())
    assert again == item
    assert "%50%燕京#古称" in gift.write([item])[0].decode()


def test_patterns_are_not_answers() -> None:
    assert only(r"几颗星 {=*级 =三\*级}").blanks == (Blank(("三*级",)),)
    assert [fault.code for fault in told("谁 {=*局}").rejected] == ["ANSWER_WILDCARD"]


@pytest.mark.parametrize(
    ("answers", "number", "tolerance"),
    [
        ("#15", "15", "0"),
        ("#3.14:0.005", "3.14", "0.005"),
        ("#3.141..3.142", "3.1415", "0.0005"),
        ("#=1822:0#对", "1822", "0"),
        ("#-5..5", "0", "5"),
    ],
)
def test_numbers_with_tolerance_and_ranges(answers: str, number: str, tolerance: str) -> None:
    item = only(f"多少 {{{answers}}}")
    assert item.type is ItemType.NUMERIC
    assert item.blanks == (Blank((number,), tolerance=Decimal(tolerance)),)


def test_several_numbers_and_feedback_for_all_others() -> None:
    item = only("哪年 {#=1822:0 =1823:0 =%50%1822:2 ~#查一查}")
    assert item.blanks == (Blank(("1822", "1823"), tolerance=Decimal(0)),)
    assert Opaque("gift", "feedback:wrong", "查一查") in item.opaque
    assert only(gift.write([item])[0].decode()) == item
    assert [fault.code for fault in told("哪年 {#=1822:0 =1824:1}").rejected] == ["TOLERANCES_DIFFER"]


def test_matching_with_an_option_left_over() -> None:
    item = only("配对 {\n=立案 -> 七日\n=听证 -> 五日\n=送达 -> 七日\n= -> 三日\n}")
    assert item.prompts == ("立案", "听证", "送达")
    assert [option.text for option in item.options] == ["七日", "五日", "三日"]
    assert item.key == ("1A", "2B", "3A")


def test_letters_of_a_matching_question_survive() -> None:
    options = tuple(Option(letter, text) for letter, text in zip("ABCD", "甲乙丙丁", strict=True))
    item = Item("M-1", ItemType.MATCHING, "配对", options, ("1D", "2B"), prompts=("一", "二"))
    assert only(gift.write([item])[0].decode()) == item


def test_an_essay_takes_its_model_answer_from_the_feedback_or_from_our_comments() -> None:
    report = told("说明程序。{####先立案，后调查。}")
    assert report.items[0].model_answer == "先立案，后调查。"
    assert "MODEL_ANSWER_FROM_FEEDBACK" in {change.code for change in report.changes}
    item = Item(
        "E-1",
        ItemType.CASE_ANALYSIS,
        "分析。",
        (),
        (),
        "因为。",
        rubric=(Criterion("立案\n七日", 2),),
        model_answer="答",
    )
    assert only(gift.write([item])[0].decode()) == item
    assert [fault.code for fault in told("说明程序。{}").rejected] == ["RUBRIC_MISSING"]


def test_a_description_is_named_and_not_imported() -> None:
    report = told("下面是关于处罚的题目。\n\n对吗 {T}")
    assert [(fault.code, fault.place.line) for fault in report.warnings[:1]] == [("DESCRIPTION_SKIPPED", 1)]
    assert len(report.items) == 1


def test_a_case_keeps_its_parts() -> None:
    parts = (
        Item("C.1", ItemType.TRUE_FALSE, "合法吗", (), ("F",), weight=3),
        Item("C.2", ItemType.SHORT_ANSWER, "为什么", (), (), model_answer="无依据"),
    )
    item = Item("C", ItemType.CASE, "王某摆摊。", (), (), parts=parts)
    written, faults = gift.write([item])
    assert faults == ()
    assert only(written.decode()) == item
    cut = told(written.decode().split("// [id:C.2]")[0])
    assert [(fault.code, fault.data["found"], fault.data["count"]) for fault in cut.rejected] == [
        ("CASE_INCOMPLETE", 1, 2)
    ]
    alone = told("// [id:C.1] [tag:chizheng:part=C]\n合法吗 {F}")
    assert [fault.code for fault in alone.rejected] == ["PART_WITHOUT_CASE"]


def test_categories_become_topic_and_tag_and_ids_become_codes() -> None:
    report = told(
        "$CATEGORY: $course$/top/公共法律/行政处罚法//修订\n\n// [id:XF-1] [tag:常考] [tag:a\\]b]\n对吗 {T}\n\n"
        "$CATEGORY: $course$/top\n\n错吗 {F}"
    )
    first, second = report.items
    assert (first.topic, first.code) == ("行政处罚法/修订", "XF-1")
    assert first.tags == ("常考", "a]b", "公共法律")
    assert (second.topic, second.tags) == ("", ())
    assert second.code.startswith("T-")
    bad = told("// [id:第 1 题]\n对吗 {T}")
    assert [fault.code for fault in bad.warnings][:1] == ["CODE_UNUSABLE"]
    assert bad.items[0].code.startswith("T-")


def test_escapes_stand_for_themselves() -> None:
    item = only(r"::a\:b::设 \{x \= 1\} 与 c\:\\d\n则 { =\~\#\= ~\\n ~\{\} }")
    assert item.stem == "设 {x = 1} 与 c:\\d\n则"
    assert [option.text for option in item.options] == ["~#=", "\\n", "{}"]
    assert item.opaque[0] == Opaque("gift", "title", "a:b")


def test_formats_of_texts() -> None:
    html = only("[html]<p>谁&amp;何时<br>决定<script>x</script></p>{=<b>甲</b>#<i>好</i> ~[plain]<乙>}")
    assert html.stem == "谁&何时\n决定"
    assert html.options == (Option("A", "甲", "好"), Option("B", "<乙>"))
    report = told("[markdown]**谁** {=甲 ~乙}")
    assert report.items[0].stem == "**谁**"
    assert "MARKDOWN_KEPT" in {change.code for change in report.changes}
    assert only("1 < 2 且 3 > 2 {T}").stem == "1 < 2 且 3 > 2"
    assert only("[plain]a < b<br> {T}").stem == "a < b<br>"
    assert only("谁<b>何时</b> {T}").stem == "谁何时"


def test_pictures_are_not_fetched() -> None:
    report = told('[html]看图<img src="http://x.example/a.png" alt="图"> {T}')
    assert [fault.code for fault in report.rejected] == ["PICTURE_ABSENT"]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("好 {T}\n\n::坏 {T}", "GIFT_TITLE", 3),
        ("好 {T}\n\n坏 {=甲 ~乙", "GIFT_BRACES", 3),
        ("坏 =甲 ~乙}\n\n好 {T}", "GIFT_BRACES", 1),
        ("坏 {=甲 ~{乙}}\n\n好 {T}", "GIFT_BRACES", 1),
        ("坏 {=甲 ~乙} 和 {=丙}\n\n好 {T}", "GIFT_BRACES", 1),
        ("坏 {甲}\n\n好 {T}", "GIFT_ANSWERS", 1),
        ("坏 {甲 ~乙}\n\n好 {T}", "GIFT_ANSWERS", 1),
        ("坏 {=甲 ~%x%乙}\n\n好 {T}", "FRACTION_BAD", 1),
        ("坏 {=甲 ~%50乙}\n\n好 {T}", "FRACTION_BAD", 1),
        ("坏 {=甲 ~%999%乙}\n\n好 {T}", "WORTH_BAD", 1),
        ("坏 {#十五}\n\n好 {T}", "GIFT_NUMBER", 1),
        ("坏 {#5..1}\n\n好 {T}", "GIFT_NUMBER", 1),
        ("坏 {#}\n\n好 {T}", "KEY_MISSING", 1),
        ("坏 {~甲 ~乙}\n\n好 {T}", "KEY_MISSING", 1),
        ("坏 {=甲 ~甲}\n\n好 {T}", "OPTIONS_ALIKE", 1),
        ("坏 {=甲 =乙 ~丙}\n\n好 {T}", "SINGLE_KEY_SEVERAL", 1),
        ("{=甲 ~乙}\n\n好 {T}", "STEM_EMPTY", 1),
        ("坏 {>ALL 甲 乙}\n\n好 {T}", "TYPE_UNSUPPORTED", 1),
        ("坏\ue07e {T}\n\n好 {T}", "CHARACTER_REFUSED", 1),
        ("坏 {=" + " ~".join(str(n) for n in range(40)) + "}\n\n好 {T}", "OPTIONS_TOO_MANY", 1),
        ("// [tag:chizheng:level=HARD]\n坏 {T}\n\n好 {T}", "LEVEL_UNKNOWN", 2),
        ("// [tag:chizheng:seconds=soon]\n坏 {T}\n\n好 {T}", "LABEL_BAD", 2),
        ("// [tag:chizheng:review=SURE]\n坏 {T}\n\n好 {T}", "LABEL_BAD", 2),
        ("// [tag:chizheng:article=3]\n坏 {T}\n\n好 {T}", "LAW_EMPTY", 2),
        ("// [tag:chizheng:type=OPEN]\n坏 {=甲 ~乙}\n\n好 {T}", "TYPE_UNKNOWN", 2),
        ("// chizheng:criterion=x y\n坏 {}\n\n好 {T}", "LABEL_BAD", 2),
    ],
)
def test_one_bad_question_is_named_with_its_line_and_the_rest_goes_on(text: str, code: str, line: int) -> None:
    report = told(text)
    assert [item.stem for item in report.items] == ["好"]
    assert code in [fault.code for fault in report.rejected]
    assert {fault.place.line for fault in report.rejected} == {line}


def test_the_missing_brace_of_one_question_does_not_swallow_the_next() -> None:
    report = told("一 {=甲\n~乙\n\n::二:: 二 {=丙 ~丁}")
    assert [item.stem for item in report.items] == ["二"]
    assert [(fault.code, fault.place.line) for fault in report.rejected] == [("GIFT_BRACES", 1)]


def test_what_gift_cannot_hold_is_refused_by_name() -> None:
    blank = Blank(("甲",))
    items = [
        Item("A", ItemType.ORDERING, "排", tuple(Option(k, k) for k in "ABC"), ("C", "A", "B")),
        Item("B", ItemType.FILL, "{{1}}和{{2}}", (), (), blanks=(blank, blank)),
        Item("C", ItemType.TRUE_FALSE, "看图", (), ("T",), pictures=(Picture("a.png", "image/png", PNG, "图"),)),
        Item("D", ItemType.FILL, "{{1}}", (), (), blanks=(Blank(("a->b",)),)),
    ]
    written, faults = gift.write(items)
    assert [(fault.code, fault.place.item) for fault in faults] == [("ITEM_NOT_CARRIED", code) for code in "ABCD"]
    assert all(fault.zh and fault.en for fault in faults)
    assert b"[id:" not in written


def test_kept_answers_that_would_break_the_file_are_not_written() -> None:
    kept = (Opaque("gift", "answer", "%50%x} {"), Opaque("gift", "answer", "%50%好\\}\\*"), Opaque("qti-2.2", "y", "z"))
    item = Item("O", ItemType.FILL, "谁{{1}}", (), (), blanks=(Blank(("甲",)),), opaque=kept)
    written, faults = gift.write([item])
    assert [fault.code for fault in faults] == ["OPAQUE_BAD", "FIELDS_NOT_CARRIED"]
    assert only(written.decode()).opaque == (kept[1],)


@pytest.mark.parametrize(
    "text", ["单选题\n1. 谁决定（ B ）\nA. 甲\nB. 乙\n", "1. 集合{1,2}的元素数是（A）\nA. 2\nB. 3\n"]
)
def test_plain_questions_are_not_taken_for_gift(text: str) -> None:
    assert detect("a.txt", text.encode()) == "plain_text"


def test_gift_is_recognised_by_its_content() -> None:
    assert detect("a.txt", "::Q1:: 谁 {=甲 ~乙}".encode()) == "gift"
    assert detect("a.txt", "// 题\n谁 {\n=甲\n~乙\n}".encode()) == "gift"
    assert detect("a.txt", "地球是圆的 {T}".encode("gb18030")) == "gift"


@pytest.mark.parametrize(
    "unit",
    ["{", "}", "=", "~", "#", "::", "[id:", "[tag:", "\\", "\n", "{=a\n\n", "<", "&#", "%", "-> ", "//\n", "{#..",
             "$CATEGORY:\n", "x {T}\n\n", "[html]<b>"],
)  # fmt: skip
def test_much_of_anything_is_answered_soon(unit: str, clocked: None) -> None:
    many = CHARACTERS // len(unit)
    for text in (unit * many, "// " + unit.replace("\n", "") * many + "\nx {=a ~b}"):
        try:
            read("a.txt", text.encode(), "gift")
            detect("a.txt", text.encode())
        except BankError:
            pass


@settings(max_examples=150, deadline=2000)
@given(st.text(st.sampled_from("{}=~#:\\n%T[]/-> \n甲.1*<&;$_")))
def test_no_text_makes_the_reader_fall(text: str) -> None:
    try:
        report = read("a.gift", text.encode(), "gift")
    except BankError:
        return
    assert report.accepted or report.rejected


def test_gift_converts_to_the_native_format_and_back() -> None:
    item = only("首都是{=北京 =%50%燕京}市。")
    report = read("a.json", native.write([item]))
    assert gift.write(report.items) == gift.write([item])
