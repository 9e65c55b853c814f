"""QTI interactions beyond choices and blanks: matching, order, gaps, pictures, sliders, and what no type asks."""

from decimal import Decimal

import pytest

from question_bank.formats import read
from question_bank.items import Area, Blank, Criterion, ItemType, Shape
from tests.question_bank.formats.qti_files import MAPPED, PNG, codes, declared, item, load, only, package


def matching(pairs: tuple[str, ...]) -> str:
    rows = "".join(
        f'<simpleAssociableChoice identifier="{key}" matchMax="1">{text}</simpleAssociableChoice>'
        for key, text in (("r1", "警告"), ("r2", "拘留"))
    )
    columns = "".join(
        f'<simpleAssociableChoice identifier="{key}" matchMax="4">{text}</simpleAssociableChoice>'
        for key, text in (("k1", "城管部门"), ("k2", "公安机关"), ("k3", "法院"))
    )
    body = (
        '<matchInteraction responseIdentifier="RESPONSE" maxAssociations="0"><prompt>由谁决定？</prompt>'
        f"<simpleMatchSet>{rows}</simpleMatchSet><simpleMatchSet>{columns}</simpleMatchSet></matchInteraction>"
    )
    return item(body, declared(*pairs, cardinality="multiple", base="directedPair"))


@pytest.mark.parametrize("pairs", [("r2 k2", "r1 k1"), ("k2 r2", "k1 r1")])
def test_a_match_of_one_option_to_each_row_is_matching(pairs: tuple[str, ...]) -> None:
    found = only(load(matching(pairs)))
    assert (found.type, found.prompts, found.key) == (ItemType.MATCHING, ("警告", "拘留"), ("1A", "2B"))
    assert (found.stem, len(found.options)) == ("由谁决定？", 3)


def test_a_match_of_several_to_a_row_is_marked_by_people_and_kept() -> None:
    found = only(load(matching(("r1 k1", "r1 k2", "r2 k2"))))
    assert found.type is ItemType.SHORT_ANSWER
    assert found.model_answer == "警告 – 城管部门\n警告 – 公安机关\n拘留 – 公安机关"
    assert found.stem.splitlines() == ["由谁决定？", "警告", "拘留", "城管部门", "公安机关", "法院"]
    assert "simpleMatchSet" in found.opaque[0].text


def test_an_association_is_marked_by_people_and_kept() -> None:
    choices = "".join(
        f'<simpleAssociableChoice identifier="{key}" matchMax="1">{key}</simpleAssociableChoice>' for key in "甲乙丙丁"
    )
    body = (
        f'<associateInteraction responseIdentifier="RESPONSE"><prompt>配对。</prompt>{choices}</associateInteraction>'
    )
    found = only(load(item(body, declared("甲 丙", "乙 丁", cardinality="multiple", base="pair"))))
    assert (found.type, found.model_answer) == (ItemType.SHORT_ANSWER, "甲 – 丙\n乙 – 丁")
    assert found.opaque


def test_an_order_is_read_with_its_key() -> None:
    choices = "".join(
        f'<simpleChoice identifier="s{n}">{text}</simpleChoice>' for n, text in enumerate(["告知", "立案", "送达"])
    )
    body = f'<orderInteraction responseIdentifier="RESPONSE"><prompt>排序。</prompt>{choices}</orderInteraction>'
    found = only(load(item(body, declared("s1", "s0", "s2", cardinality="ordered"))))
    assert (found.type, found.key, found.stem) == (ItemType.ORDERING, ("B", "A", "C"), "排序。")


def test_gaps_that_words_are_put_into_are_a_cloze() -> None:
    body = (
        '<gapMatchInteraction responseIdentifier="RESPONSE">'
        '<gapText identifier="w1" matchMax="1">责令改正</gapText>'
        '<gapText identifier="w2" matchMax="1">罚款</gapText>'
        '<p>先<gap identifier="g1"/>，再<gap identifier="g2"/>。</p>'
        "</gapMatchInteraction>"
    )
    found = only(load(item(body, declared("w1 g1", "w2 g2", cardinality="multiple", base="directedPair"))))
    assert (found.type, found.stem) == (ItemType.CLOZE, "先{{1}}，再{{2}}。")
    assert [(blank.accepted, len(blank.options)) for blank in found.blanks] == [(("A",), 2), (("B",), 2)]


def test_words_to_be_pointed_at_are_options() -> None:
    body = (
        '<hottextInteraction responseIdentifier="RESPONSE" maxChoices="1"><prompt>哪里有误？</prompt><p>执法时'
        '<hottext identifier="h1">一人</hottext>即可，<hottext identifier="h2">出示证件</hottext>。</p>'
        "</hottextInteraction>"
    )
    found = only(load(item(body, declared("h1"))))
    assert (found.type, found.key) == (ItemType.SINGLE, ("A",))
    assert found.stem == "哪里有误？\n执法时一人即可，出示证件。"
    assert [option.text for option in found.options] == ["一人", "出示证件"]


def test_a_slider_is_a_number_without_tolerance() -> None:
    body = (
        '<sliderInteraction responseIdentifier="RESPONSE" lowerBound="0" upperBound="30" step="1">'
        "<prompt>几日内？</prompt></sliderInteraction>"
    )
    found = only(load(item(body, declared("15", base="integer"))))
    assert (found.type, found.blanks) == (ItemType.NUMERIC, (Blank(("15",), Decimal(0)),))
    assert found.stem == "几日内？（0–30）"


HOTSPOT = (
    '<hotspotInteraction responseIdentifier="RESPONSE" maxChoices="1"><prompt>指出违章处。</prompt>'
    '<object data="images/street%201.png" type="image/png" width="90" height="60">街道</object>'
    '<hotspotChoice identifier="h1" shape="rect" coords="0,0,10,20"/>'
    '<hotspotChoice identifier="h2" shape="circle" coords="50,30,5"/></hotspotInteraction>'
)


def test_a_hotspot_takes_its_picture_from_the_package() -> None:
    files = {"item.xml": item(HOTSPOT, declared("h2")), "images/street 1.png": PNG}
    found = only(read("p.zip", package(files)))
    assert found.type is ItemType.HOTSPOT
    assert found.areas == (Area("A", Shape.RECTANGLE, (0, 0, 10, 20)), Area("B", Shape.CIRCLE, (50, 30, 5)))
    assert (found.key, found.stem) == (("B",), "指出违章处。")
    assert [(p.name, p.media_type, p.data, p.alt) for p in found.pictures] == [
        ("street_1.png", "image/png", PNG, "街道")
    ]


def test_pictures_of_one_name_on_both_sides_of_a_match_are_told_apart() -> None:
    text = matching(("r1 k1", "r2 k2"))
    text = text.replace("警告<", '警告<img src="a/1.png" alt="一"/><').replace(
        "法院<", '法院<img src="b/1.png" alt="二"/><'
    )
    found = only(read("p.zip", package({"i.xml": text, "a/1.png": PNG, "b/1.png": PNG + b"2"})))
    assert [(p.name, p.at, p.alt) for p in found.pictures] == [("1.png", "", "一"), ("1-2.png", "C", "二")]


def test_points_of_an_area_mapping_are_areas() -> None:
    entry = '<areaMapEntry shape="poly" coords="0,0,10,0,10,10" mappedValue="1"/>'
    mapping = f'<areaMapping defaultValue="0">{entry}</areaMapping>'
    body = (
        '<p>指出入口。</p><selectPointInteraction responseIdentifier="RESPONSE" maxChoices="1">'
        '<object data="data:image/png;base64,iVBORw0KGgpzaWdu" type="image/png">平面图</object>'
        "</selectPointInteraction>"
    )
    processing = MAPPED.replace("map_response", "map_response_point")
    found = only(load(item(body, declared(base="point", mapping=mapping), processing=processing)))
    assert (found.areas, found.key) == ((Area("A", Shape.POLYGON, (0, 0, 10, 0, 10, 10)),), ("A",))
    assert found.pictures[0].data == PNG


def test_an_upload_is_kept_where_people_can_mark_it_and_rejected_where_not() -> None:
    body = '<uploadInteraction responseIdentifier="RESPONSE"><prompt>上传文书。</prompt></uploadInteraction>'
    rubric = '<rubricBlock view="scorer"><p>要素齐全</p></rubricBlock>'
    found = only(load(item(body + rubric, declared(base="file"), processing="")))
    assert (found.type, found.rubric) == (ItemType.SHORT_ANSWER, (Criterion("要素齐全"),))
    assert "uploadInteraction" in found.opaque[0].text
    assert codes(load(item(body, declared(base="file"), processing=""))) == ["QTI_INTERACTION_UNSUPPORTED"]
