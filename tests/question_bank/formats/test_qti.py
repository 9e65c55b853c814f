"""QTI items of versions 2.1, 2.2 and 3.0: each interaction, each way of scoring, feedback and rubrics."""

from decimal import Decimal

import pytest

from question_bank.formats import detect
from question_bank.items import Blank, Criterion, ItemType, Option
from tests.question_bank.formats.qti_files import MAPPED, MATCH, codes, declared, item, load, modern, only, package

CHOICES = (
    '<simpleChoice identifier="c1">一名</simpleChoice><simpleChoice identifier="c2">两名'
    '<feedbackInline outcomeIdentifier="FB" identifier="c2" showHide="show">依法</feedbackInline></simpleChoice>'
    '<simpleChoice identifier="c3">三名</simpleChoice>'
)


def choice(maximum: str = "1", choices: str = CHOICES) -> str:
    return (
        f'<p>执法人员不得少于几名？</p><choiceInteraction responseIdentifier="RESPONSE" shuffle="true" '
        f'maxChoices="{maximum}"><prompt>请选择。</prompt>{choices}</choiceInteraction>'
    )


@pytest.mark.parametrize("version", ["2.1", "2.2"])
def test_a_single_choice_is_read_with_prompt_feedback_and_key(version: str) -> None:
    found = only(load(item(choice(), declared("c2"), version=version)))
    assert (found.code, found.type, found.key) == ("Q1", ItemType.SINGLE, ("B",))
    assert found.stem == "执法人员不得少于几名？\n请选择。"
    assert found.options == (Option("A", "一名"), Option("B", "两名", "依法"), Option("C", "三名"))
    assert found.opaque == ()


def test_version_3_says_the_same_in_other_names() -> None:
    body = (
        '<p>几名？</p><qti-choice-interaction response-identifier="RESPONSE" max-choices="1">'
        '<qti-simple-choice identifier="a">一名</qti-simple-choice>'
        '<qti-simple-choice identifier="b">两名</qti-simple-choice></qti-choice-interaction>'
    )
    response = (
        '<qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="identifier">'
        "<qti-correct-response><qti-value>b</qti-value></qti-correct-response></qti-response-declaration>"
    )
    processing = (
        '<qti-response-processing template="https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml"/>'
    )
    found = only(load(modern(body, response, processing=processing)))
    assert (found.stem, found.key, found.opaque) == ("几名？", ("B",), ())


def test_a_mapping_becomes_the_worth_of_the_options() -> None:
    mapping = (
        '<mapping defaultValue="-0.5" upperBound="2"><mapEntry mapKey="c1" mappedValue="1"/>'
        '<mapEntry mapKey="c2" mappedValue="1"/></mapping>'
    )
    found = only(load(item(choice("0"), declared(cardinality="multiple", mapping=mapping), processing=MAPPED)))
    assert (found.type, found.key) == (ItemType.MULTIPLE, ("A", "B"))
    assert [option.worth for option in found.options] == [Decimal(50), Decimal(50), Decimal(-25)]


def test_several_right_options_without_mapping_have_no_worth() -> None:
    found = only(load(item(choice("3"), declared("c3", "c1", cardinality="multiple"))))
    assert (found.type, found.key, found.options[0].worth) == (ItemType.MULTIPLE, ("A", "C"), None)


def test_a_multiple_choice_with_one_right_option_is_marked_as_open_in_number() -> None:
    found = only(load(item(choice("0"), declared("c3", cardinality="multiple"))))
    assert (found.type, found.key, found.tags) == (ItemType.MULTIPLE, ("C",), ("不定项",))


@pytest.mark.parametrize(("true", "false", "key"), [("正确", "错误", "F"), ("对", "错", "F"), ("True", "False", "F")])
def test_two_options_that_say_true_and_false_are_a_statement(true: str, false: str, key: str) -> None:
    choices = f'<simpleChoice identifier="t">{true}</simpleChoice><simpleChoice identifier="f">{false}</simpleChoice>'
    found = only(load(item(choice(choices=choices), declared("f"))))
    assert (found.type, found.key, found.options) == (ItemType.TRUE_FALSE, (key,), ())


def condition(test: str, gain: str = "1") -> str:
    return (
        f"<responseProcessing><responseCondition><responseIf>{test}"
        f'<setOutcomeValue identifier="SCORE"><baseValue baseType="float">{gain}</baseValue></setOutcomeValue>'
        '</responseIf><responseElse><setOutcomeValue identifier="SCORE"><baseValue baseType="float">0</baseValue>'
        "</setOutcomeValue></responseElse></responseCondition></responseProcessing>"
    )


VARIABLE = '<variable identifier="RESPONSE"/>'
CORRECT = '<correct identifier="RESPONSE"/>'


def test_a_match_written_out_scores_like_the_template() -> None:
    found = only(load(item(choice(), declared("c2"), processing=condition(f"<match>{VARIABLE}{CORRECT}</match>"))))
    assert (found.key, found.opaque, found.options[1].worth) == (("B",), (), None)


def test_a_key_that_stands_only_in_the_processing_is_taken_from_there() -> None:
    test = f'<match>{VARIABLE}<baseValue baseType="identifier">c3</baseValue></match>'
    assert only(load(item(choice(), declared(), processing=condition(test)))).key == ("C",)


def test_partly_right_options_of_written_out_conditions_have_a_worth() -> None:
    branches = "".join(
        f'<{tag}><match>{VARIABLE}<baseValue baseType="identifier">{value}</baseValue></match>'
        f'<setOutcomeValue identifier="SCORE"><baseValue baseType="float">{gain}</baseValue></setOutcomeValue></{tag}>'
        for tag, value, gain in (("responseIf", "c2", "2"), ("responseElseIf", "c3", "1"))
    )
    processing = f"<responseProcessing><responseCondition>{branches}</responseCondition></responseProcessing>"
    found = only(load(item(choice(), declared("c2"), processing=processing)))
    assert [option.worth for option in found.options] == [0, 100, 50]


def test_scoring_that_is_not_known_is_kept_word_for_word_and_reported() -> None:
    processing = condition(f"<customOperator>{VARIABLE}</customOperator>")
    report = load(item(choice(), declared("c2"), processing=processing))
    found = only(report)
    assert found.key == ("B",)
    assert [(one.format, one.name) for one in found.opaque] == [("qti", "item")]
    assert "customOperator" in found.opaque[0].text
    assert [(warning.code, warning.data["names"]) for warning in report.warnings if warning.code == "QTI_KEPT"] == [
        ("QTI_KEPT", "customOperator")
    ]


def test_marks_taken_away_for_a_wrong_answer_are_reported_as_kept() -> None:
    processing = condition(f"<match>{VARIABLE}{CORRECT}</match>").replace(">0<", ">-1<")
    assert "responseElse" in processing
    found = only(load(item(choice(), declared("c2"), processing=processing)))
    assert (found.key, found.opaque[0].name) == (("B",), "item")


def test_a_worth_beyond_all_measure_rejects_the_item() -> None:
    mapping = mapped({"c1": "1e25", "c2": "1"}).replace("<mapping", '<mapping upperBound="1"')
    assert codes(load(item(choice("0"), declared(cardinality="multiple", mapping=mapping), processing=MAPPED))) == [
        "WORTH_BAD"
    ]


def test_without_any_key_the_item_is_rejected() -> None:
    assert codes(load(item(choice(), declared()))) == ["KEY_MISSING"]


def test_a_key_that_names_no_option_is_rejected() -> None:
    assert codes(load(item(choice(), declared("c9")))) == ["KEY_NOT_AN_OPTION"]


def test_forty_options_are_rejected() -> None:
    many = "".join(f'<simpleChoice identifier="o{n}">第{n}项</simpleChoice>' for n in range(40))
    assert "OPTIONS_TOO_MANY" in codes(load(item(choice(choices=many), declared("o1"))))


def mapped(worth: dict[str, str]) -> str:
    entries = "".join(f'<mapEntry mapKey="{key}" mappedValue="{value}"/>' for key, value in worth.items())
    return f'<mapping defaultValue="0">{entries}</mapping>'


TEXT = '<p>处罚应由<textEntryInteraction responseIdentifier="RESPONSE"/>以上实施。</p>'


def test_a_text_entry_is_a_blank_with_every_answer_that_earns_all() -> None:
    mapping = mapped({"两名": "1", "2名": "1"})
    found = only(load(item(TEXT, declared("两名", base="string", mapping=mapping), processing=MAPPED)))
    assert (found.type, found.stem) == (ItemType.FILL, "处罚应由{{1}}以上实施。")
    assert found.blanks == (Blank(("两名", "2名")),)


def test_an_answer_that_earns_a_part_is_not_accepted_and_the_item_kept() -> None:
    mapping = mapped({"两名": "1", "二": "0.5"})
    found = only(load(item(TEXT, declared("两名", base="string", mapping=mapping), processing=MAPPED)))
    assert found.blanks == (Blank(("两名",)),)
    assert found.opaque


def test_a_number_within_a_tolerance_is_numeric() -> None:
    near = f'<equal toleranceMode="absolute" tolerance="0.5 0.5">{VARIABLE}{CORRECT}</equal>'
    found = only(load(item(TEXT, declared("15", base="float"), processing=condition(near))))
    assert (found.type, found.blanks) == (ItemType.NUMERIC, (Blank(("15",), Decimal("0.5")),))


def test_a_whole_number_without_tolerance_is_exact() -> None:
    found = only(load(item(TEXT, declared("15", base="integer"))))
    assert found.blanks == (Blank(("15",), Decimal(0)),)


def test_choices_inside_a_text_are_a_cloze_with_the_gaps_weighted() -> None:
    body = (
        '<p>行政机关<inlineChoiceInteraction responseIdentifier="R1"><inlineChoice identifier="a">应当</inlineChoice>'
        '<inlineChoice identifier="b">可以</inlineChoice></inlineChoiceInteraction>在'
        '<textEntryInteraction responseIdentifier="R2"/>日内送达。</p>'
    )
    gains = "".join(
        f'<responseCondition><responseIf><match><variable identifier="{name}"/><correct identifier="{name}"/></match>'
        '<setOutcomeValue identifier="SCORE"><sum><variable identifier="SCORE"/>'
        f'<baseValue baseType="float">{gain}</baseValue></sum></setOutcomeValue></responseIf></responseCondition>'
        for name, gain in (("R1", "2"), ("R2", "1"))
    )
    responses = declared("a", name="R1"), declared("7", base="string", name="R2")
    found = only(load(item(body, *responses, processing=f"<responseProcessing>{gains}</responseProcessing>")))
    offered = (Option("A", "应当"), Option("B", "可以"))
    assert (found.type, found.stem) == (ItemType.CLOZE, "行政机关{{1}}在{{2}}日内送达。")
    assert found.blanks == (Blank(("A",), options=offered, weight=2), Blank(("7",), weight=1))


def test_an_essay_takes_rubric_and_model_answer() -> None:
    body = (
        '<extendedTextInteraction responseIdentifier="RESPONSE"><prompt>简述听证程序。</prompt>'
        "</extendedTextInteraction>"
        '<rubricBlock view="scorer"><ol><li>告知权利</li><li class="weight-2">通知时间</li></ol></rubricBlock>'
    )
    found = only(load(item(body, declared("先告知，后听证。", base="string"), processing="")))
    assert (found.type, found.stem, found.model_answer) == (ItemType.SHORT_ANSWER, "简述听证程序。", "先告知，后听证。")
    assert found.rubric == (Criterion("告知权利"), Criterion("通知时间", 2))


def test_an_essay_with_nothing_to_mark_by_is_rejected() -> None:
    body = '<p>论述。</p><extendedTextInteraction responseIdentifier="RESPONSE"/>'
    assert codes(load(item(body, declared(base="string"), processing=""))) == ["RUBRIC_MISSING"]


def test_feedback_shown_at_the_end_goes_to_its_option_or_to_the_explanation() -> None:
    shown = "".join(
        f'<modalFeedback outcomeIdentifier="FB" identifier="{key}" showHide="show"><p>{text}</p></modalFeedback>'
        for key, text in (("c1", "一名不够"), ("general", "见处罚法"))
    )
    found = only(load(item(choice(), declared("c2"), after=shown)))
    assert (found.options[0].feedback, found.explanation) == ("一名不够", "见处罚法")


def test_feedback_deep_inside_an_option_never_shows_in_its_text() -> None:
    told = '<feedbackInline outcomeIdentifier="FB" identifier="c1" showHide="show">选对了</feedbackInline>'
    choices = (
        f'<simpleChoice identifier="c1"><p>甲{told}</p></simpleChoice><simpleChoice identifier="c2">乙</simpleChoice>'
    )
    found = only(load(item(choice(choices=choices), declared("c1"))))
    assert found.options == (Option("A", "甲", "选对了"), Option("B", "乙"))


def test_a_story_with_several_questions_is_a_case() -> None:
    body = (
        "<p>某日，甲在街上摆摊。</p><p>执法人员到场。</p>"
        '<choiceInteraction responseIdentifier="R1" maxChoices="1"><prompt>应先做什么？</prompt>'
        '<simpleChoice identifier="a">出示证件</simpleChoice><simpleChoice identifier="b">扣押</simpleChoice>'
        '</choiceInteraction><p>期限为<textEntryInteraction responseIdentifier="R2"/>日。</p>'
    )
    gains = "".join(
        f'<responseCondition><responseIf><match><variable identifier="{name}"/><correct identifier="{name}"/></match>'
        '<setOutcomeValue identifier="SCORE"><sum><variable identifier="SCORE"/>'
        f'<baseValue baseType="float">{gain}</baseValue></sum></setOutcomeValue></responseIf></responseCondition>'
        for name, gain in (("R1", "3"), ("R2", "1"))
    )
    responses = declared("a", name="R1"), declared("30", base="integer", name="R2")
    found = only(load(item(body, *responses, processing=f"<responseProcessing>{gains}</responseProcessing>")))
    assert (found.type, found.stem) == (ItemType.CASE, "某日，甲在街上摆摊。\n执法人员到场。")
    assert [(part.code, part.type, part.stem, part.weight) for part in found.parts] == [
        ("Q1.1", ItemType.SINGLE, "应先做什么？", 3),
        ("Q1.2", ItemType.NUMERIC, "期限为{{1}}日。", 1),
    ]


def test_an_item_whose_text_is_drawn_at_random_is_rejected() -> None:
    body = f'<p>每日<printedVariable identifier="N"/>元。</p>{choice()}'
    assert codes(load(item(body, declared("c2")))) == ["QTI_VARIABLES"]


def test_an_item_with_nothing_to_answer_is_rejected() -> None:
    assert codes(load(item("<p>阅读材料。</p>"))) == ["QTI_NOT_A_QUESTION"]


def test_an_adaptive_item_is_kept_whole() -> None:
    text = item(choice(), declared("c2")).replace('adaptive="false"', 'adaptive="true"')
    assert only(load(text)).opaque[0].name == "item"


def test_an_identifier_that_cannot_be_a_code_gives_way_to_one_from_the_content() -> None:
    report = load(item(choice(), declared("c2"), identifier="题目 一"))
    assert only(report).code.startswith("Q-")
    assert [change.code for change in report.changes] == ["CODE_DERIVED"]


def test_qti_is_known_by_its_content() -> None:
    text = item(choice(), declared("c2"))
    assert detect("a.txt", text.encode()) == "qti"
    assert detect("a.bin", package({"i.xml": text})) == "qti"
    assert detect("a.xml", modern("<p/>").encode()) == "qti"


def test_mathematics_and_drawings_in_a_text_reject_the_item_by_name() -> None:
    for element in ("svg", "math"):
        found = load(item(f'<{element} xmlns="urn:x"><a/></{element}>' + choice(), declared("c2")))
        assert [(one.code, one.data["element"]) for one in found.rejected] == [("MARKUP_REFUSED", element)]


def test_the_templates_of_match_correct_are_known_in_every_version() -> None:
    for template in ("http://www.imsglobal.org/question/qti_v2p2/rptemplates/match_correct", "CC2_match.xml"):
        processing = MATCH.replace("http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct", template)
        assert only(load(item(choice(), declared("c2"), processing=processing))).opaque == ()
