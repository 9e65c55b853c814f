"""QTI packages: round trips of every type, what is kept whole, and files that are broken or meant to harm."""

import io
import stat
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from question_bank.errors import BankError, Place
from question_bank.formats import Defaults, Limits, qti, read
from question_bank.formats.picturing import UNDESCRIBED
from question_bank.formats.xml import parse_xml
from question_bank.items import Citation, Item, ItemType, Level, Opaque, Option, Paper, Picture
from tests.conftest import THOROUGH, thorough
from tests.question_bank.formats.kept import kept_by_qti
from tests.question_bank.formats.qti_files import PNG, codes, declared, item, manifested, modern, package
from tests.question_bank.sound_items import sound_items

CHOICE = (
    '<choiceInteraction responseIdentifier="RESPONSE" maxChoices="1"><prompt>谁？</prompt>'
    '<simpleChoice identifier="a">甲</simpleChoice><simpleChoice identifier="b">乙</simpleChoice></choiceInteraction>'
)
ITEM = item(CHOICE, declared("a"))


@settings(max_examples=1000 if THOROUGH else 40, deadline=None, suppress_health_check=list(HealthCheck))
@given(sound_items())
def test_what_is_written_reads_back_with_every_field(sound: Item) -> None:
    report = read("bank.zip", qti.write([sound], "题库"))
    assert report.rejected == ()
    assert kept_by_qti(report.items[0]) == kept_by_qti(sound)
    assert (report.format, report.title) == ("qti", "题库")
    assert {warning.code for warning in report.warnings} <= {"EDITION_NONE"}


def test_explanations_and_feedback_show_only_once_the_answer_is_in() -> None:
    options = (Option("A", "甲", "对"), Option("B", "乙"))
    part = Item("C1.1", ItemType.SINGLE, "谁？", options, ("A",), "见法条")
    case = Item("C1", ItemType.CASE, "某日。", (), (), parts=(part,))
    plain = replace(part, code="P1", options=(Option("A", "甲"), Option("B", "乙")), explanation="")
    with zipfile.ZipFile(io.BytesIO(qti.write([case, plain]))) as archive:
        written = parse_xml(archive.read("items/0001.xml"), Place(), Limits())
        simple = parse_xml(archive.read("items/0002.xml"), Place(), Limits())
    defaults = written.findall("{*}outcomeDeclaration/{*}defaultValue/..")
    assert [outcome.get("identifier") for outcome in defaults] == ["SCORE"]
    told = {rule.get("identifier") for rule in written.findall("{*}responseProcessing/{*}setOutcomeValue")}
    assert told == {"EXPLANATION", "FEEDBACK_1"}
    assert simple.find("{*}responseProcessing").get("template", "").endswith("/match_correct")


def test_the_same_items_give_the_same_bytes() -> None:
    found = read("a.xml", ITEM.encode()).items
    assert qti.write(found, "题") == qti.write(found, "题")


def test_what_a_package_loses_is_named_with_a_sentence() -> None:
    assert all(loss.field and loss.zh and loss.en for loss in qti.LOSES)
    sound = Item("A1", ItemType.SINGLE, "  谁  ", (Option("A", "甲"), Option("B", "乙\u00a0丙")), ("A",))
    again = read("b.zip", qti.write([sound])).items[0]
    assert (again.stem, again.options[1].text) == ("谁", "乙 丙")


def test_thousands_commas_are_lost_and_the_number_kept() -> None:
    text = '<p>罚款<textEntryInteraction responseIdentifier="RESPONSE"/>元。</p>'
    found = read("a.xml", item(text, declared("1000", base="float")).encode()).items[0]
    spelled = replace(found, blanks=(replace(found.blanks[0], accepted=("１,000",)),))
    assert read("b.zip", qti.write([spelled])).items == (found,)


ODD = (
    '<p>看图 <img src="../media/街 1.png" alt="街道"/></p><associateInteraction responseIdentifier="RESPONSE">'
    '<prompt>配对</prompt><simpleAssociableChoice identifier="x" matchMax="1">甲</simpleAssociableChoice>'
    '<simpleAssociableChoice identifier="y" matchMax="1">乙</simpleAssociableChoice></associateInteraction>'
)


def odd() -> Item:
    text = item(ODD, declared("x y", cardinality="multiple", base="pair"), identifier="ODD")
    report = read("p.zip", package({"items/odd.xml": text, "media/街 1.png": PNG}))
    assert {warning.code for warning in report.warnings} >= {"QTI_KEPT"}
    return report.items[0]


def test_what_has_no_place_survives_an_export_word_for_word() -> None:
    data = qti.write([odd()])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        written = archive.read("items/0001.xml").decode()
        assert archive.read("media/0001/街_1.png") == PNG
    assert "associateInteraction" in written
    assert "simpleAssociableChoice" in written
    again = read("q.zip", data).items[0]
    assert replace(again, opaque=()) == replace(odd(), opaque=())
    assert read("r.zip", qti.write([again])).items == (again,)


def test_a_question_changed_since_is_written_as_it_is_now_and_the_old_item_goes_along() -> None:
    changed = replace(odd(), stem="换一个问法")
    again = read("q.zip", qti.write([changed])).items[0]
    assert again == changed
    assert "associateInteraction" in again.opaque[0].text


def test_opaque_parts_of_other_formats_travel_too() -> None:
    found = replace(read("a.xml", ITEM.encode()).items[0], opaque=(Opaque("moodle", "penalty", "<p>0.5</p>\n"),))
    assert read("b.zip", qti.write([found])).items == (found,)


def test_keywords_of_others_become_tags_and_what_is_not_said_is_counted() -> None:
    lom = (
        '<metadata><l:lom xmlns:l="http://ltsc.ieee.org/xsd/LOM"><l:general><l:keyword><l:string>处罚</l:string>'
        "</l:keyword><l:keyword><l:string>程序</l:string></l:keyword></l:general></l:lom></metadata>"
    )
    listed = f'<resource identifier="R" type="imsqti_item_xmlv2p1" href="a.xml">{lom}<file href="a.xml"/></resource>'
    report = read("p.zip", package({"a.xml": ITEM}, manifested(listed)), defaults=Defaults(Paper.AUXILIARY))
    assert (report.items[0].tags, report.items[0].paper) == (("处罚", "程序"), Paper.AUXILIARY)
    assert [warning.code for warning in report.warnings] == ["PAPER_ASSUMED", "LEVEL_ASSUMED", "TOPIC_NONE"]


@pytest.mark.parametrize(
    "namespace", ["http://www.imsglobal.org/xsd/imscp_v1p1", "http://www.imsglobal.org/xsd/imscp_v1p2",
                  "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"]
)  # fmt: skip
def test_manifests_of_every_version_and_in_a_folder_are_read(namespace: str) -> None:
    kind = "imsqti_item_xmlv3p0" if "3p0" in namespace else "imsqti_item_xmlv2p2"
    listed = f'<resource identifier="R" type="{kind}" href="a%20b.xml" xml:base="items/"/>'
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("export/imsmanifest.xml", manifested(listed, namespace))
        archive.writestr("export/items/a b.xml", ITEM)
    assert [found.code for found in read("p.zip", buffer.getvalue()).items] == ["Q1"]


def test_a_text_shared_by_items_of_version_3_stands_before_the_question() -> None:
    body = (
        '<qti-extended-text-interaction response-identifier="RESPONSE"><qti-prompt>为什么？</qti-prompt>'
        '</qti-extended-text-interaction><qti-rubric-block view="scorer"><p>说理</p></qti-rubric-block>'
    )
    response = '<qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="string"/>'
    reference = '<qti-assessment-stimulus-ref identifier="S" href="../s/story.xml"/>'
    stimulus = (
        '<qti-assessment-stimulus xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="S" title="t">'
        "<qti-stimulus-body><p>甲占道经营。</p></qti-stimulus-body></qti-assessment-stimulus>"
    )
    listed = '<resource identifier="R" type="imsqti_item_xmlv3p0" href="i/q.xml"/>'
    files = {"i/q.xml": modern(body, response, extra=reference), "s/story.xml": stimulus}
    found = read("p.zip", package(files, manifested(listed))).items[0]
    assert found.stem == "甲占道经营。\n为什么？"


def test_one_bad_item_is_named_and_the_others_are_read() -> None:
    files = {
        "1.xml": ITEM,
        "2.xml": item('<p><img src="none.png" alt="无"/></p>' + CHOICE, declared("a"), identifier="Q2"),
        "3.xml": "<assessmentItem><broken></assessmentItem>",
        "4.xml": item("<p>另</p>" + CHOICE, declared("b")),
        "5.xml": item('<p><img src="http://x.cn/a.png" alt="远"/></p>' + CHOICE, declared("a"), identifier="Q5"),
        "6.xml": item('<p><img src="../../etc/passwd" alt="外"/></p>' + CHOICE, declared("a"), identifier="Q6"),
        "7.xml": item('<p><img src="d.svg" alt="图"/></p>' + CHOICE, declared("a"), identifier="Q7"),
        "8.xml": item('<p><img src="e.png" alt=""/></p>' + CHOICE, declared("a"), identifier="Q8"),
        "9.xml": "<quiz/>",
    }
    report = read("p.zip", package({**files, "d.svg": b"<svg/>", "e.png": PNG}))
    assert [found.code for found in report.items] == ["Q1", "Q8"]
    assert report.items[1].pictures[0].alt == UNDESCRIBED
    assert [told.place.item for told in report.warnings if told.code == "PICTURE_UNDESCRIBED"] == ["Q8"]
    assert codes(report) == [
        "QTI_IMAGE_MISSING", "XML_BAD", "CODE_REPEATED", "QTI_IMAGE_REMOTE", "QTI_IMAGE_MISSING", "PICTURE_TYPE_BAD",
        "QTI_ITEM_EXPECTED",
    ]  # fmt: skip
    assert [found.place.item for found in report.rejected][:3] == ["Q2", "3.xml", "Q1"]


def test_a_file_that_the_manifest_names_and_the_package_lacks_is_named() -> None:
    listed = (
        '<resource identifier="R" type="imsqti_item_xmlv2p1" href="gone.xml"/>'
        '<resource identifier="R" type="imsqti_item_xmlv2p1" href="../out.xml"/>'
    )
    report = read("p.zip", package({}, manifested(listed)))
    assert codes(report) == ["QTI_FILE_MISSING", "QTI_FILE_MISSING"]
    assert [warning.code for warning in report.warnings] == ["QTI_RESOURCE_REPEATED"]


def refused(data: bytes, name: str = "p.zip", limits: Limits | None = None) -> str:
    with pytest.raises(BankError) as caught:
        qti.read(name, data, limits or Limits(), Defaults())
    assert caught.value.zh
    assert caught.value.en
    return caught.value.code


BILLION = "<!DOCTYPE a [<!ENTITY l0 'ha'>" + "".join(
    f"<!ENTITY l{n} '&l{n - 1};&l{n - 1};&l{n - 1};&l{n - 1};'>" for n in range(1, 12)
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (BILLION + "]><assessmentItem>&l11;</assessmentItem>", "XML_ENTITIES"),
        ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><assessmentItem>&x;</assessmentItem>', "XML_ENTITIES"),
        ('<!DOCTYPE a SYSTEM "http://example.cn/a.dtd"><assessmentItem/>', "XML_DOCTYPE"),
        ("<?xml version='1.0'?><!-- x -->\n<!doctype a><assessmentItem/>", "XML_DOCTYPE"),
        ("<assessmentItem>&nbsp;</assessmentItem>", "XML_BAD"),
        ("<assessmentItem><p></assessmentItem>", "XML_BAD"),
        ("<p>" * 150 + "</p>" * 150, "XML_DEEP"),
        ("<p>" * 5000, "XML_DEEP"),
        ("<manifest/>", "QTI_ITEM_EXPECTED"),
    ],
)
def test_xml_that_is_broken_or_meant_to_harm_is_refused_by_code(text: str, code: str) -> None:
    assert refused(text.encode(), "a.xml") == code


def test_more_elements_than_a_file_may_hold_are_refused() -> None:
    text = "<assessmentItem>" + "<p/>" * 200 + "</assessmentItem>"
    assert refused(text.encode(), "a.xml", Limits(xml_elements=100)) == "XML_LARGE"


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_items_in_other_encodings_are_read(encoding: str) -> None:
    text = ITEM.replace("UTF-8", "UTF-16" if "16" in encoding else "GB18030" if "gb" in encoding else "UTF-8")
    found = qti.read("a.xml", text.encode(encoding), Limits(), Defaults()).items[0]
    assert found.options[1].text == "乙"


def test_an_encoding_that_is_not_read_is_refused() -> None:
    text = '<?xml version="1.0" encoding="iso-8859-1"?><assessmentItem title="é"/>'
    assert refused(text.encode("latin-1"), "a.xml") == "ENCODING_UNKNOWN"


def zipped(change: Callable[[zipfile.ZipFile], None]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("imsmanifest.xml", manifested(""))
        change(archive)
    return buffer.getvalue()


def link(archive: zipfile.ZipFile) -> None:
    member = zipfile.ZipInfo("a.png")
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive.writestr(member, "/etc/passwd")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda archive: archive.writestr("../evil.xml", "x"), "ARCHIVE_PATH"),
        (lambda archive: archive.writestr("/etc/evil.xml", "x"), "ARCHIVE_PATH"),
        (lambda archive: archive.writestr("a\\..\\..\\evil.xml", "x"), "ARCHIVE_PATH"),
        (link, "ARCHIVE_LINK"),
        (lambda archive: archive.writestr("m/vbaProject.bin", "x"), "MACROS"),
        (lambda archive: archive.writestr("a.bin", bytes(3_000_000), zipfile.ZIP_DEFLATED), "ARCHIVE_RATIO"),
        (lambda archive: archive.writestr("a.bin", b"x", zipfile.ZIP_LZMA), "ARCHIVE_BAD"),
    ],
)
def test_archives_meant_to_harm_are_refused_by_code(change: Callable[[zipfile.ZipFile], None], code: str) -> None:
    assert refused(zipped(change)) == code


def test_a_package_may_hold_a_file_for_each_question_but_not_without_end() -> None:
    data = zipped(lambda archive: [archive.writestr(f"{n}.txt", "") for n in range(600)])
    assert codes(qti.read("p.zip", data, Limits(), Defaults())) == ["NO_QUESTIONS"]
    assert refused(data, limits=Limits(package_members=500)) == "ARCHIVE_TOO_LARGE"


def test_more_elements_than_a_package_of_its_size_can_mean_are_refused() -> None:
    files = {f"{n}.xml": item(CHOICE + "<p/>" * 4000, declared("a"), identifier=f"Q{n}") for n in range(8)}
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package(files))) as loose, zipfile.ZipFile(buffer, "w", 8) as packed:
        for name in loose.namelist():
            packed.writestr(name, loose.read(name))
    assert refused(buffer.getvalue()) == "XML_LARGE"


def test_an_archive_whose_members_are_encrypted_or_cut_off_is_refused() -> None:
    data = bytearray(package({"a.xml": ITEM}))
    assert refused(bytes(data[:-30])) == "ARCHIVE_BAD"
    for mark, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = data.find(mark)
        data[at + offset] |= 1
    assert refused(bytes(data)) == "ARCHIVE_ENCRYPTED"


@pytest.mark.parametrize(
    ("manifest", "code"),
    [
        ("<manifest>", "XML_BAD"),
        ("<other/>", "QTI_MANIFEST_BAD"),
        ('<!DOCTYPE m [<!ENTITY a "b">]><manifest/>', "XML_ENTITIES"),
        (manifested('<resource identifier="R" type="imsqti_xmlv1p2" href="a.xml"/>'), "QTI_VERSION_OLD"),
    ],
)
def test_a_bad_manifest_is_refused_by_code(manifest: str, code: str) -> None:
    assert refused(package({"a.xml": ITEM}, manifest)) == code


def test_items_of_an_old_version_beside_readable_ones_are_reported() -> None:
    listed = '<resource identifier="O" type="imsqti_xmlv1p2" href="o.xml"/>'
    listed += '<resource identifier="R" type="imsqti_item_xmlv2p1" href="a.xml"/>'
    report = read("p.zip", package({"a.xml": ITEM}, manifested(listed)))
    assert (len(report.items), report.warnings[0].code) == (1, "QTI_VERSION_OLD")


def test_an_archive_without_manifest_is_no_package() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.xml", ITEM)
    assert refused(buffer.getvalue()) == "QTI_MANIFEST_MISSING"


def test_the_structure_of_a_test_is_reported_as_left_out() -> None:
    listed = (
        '<resource identifier="T" type="imsqti_test_xmlv2p1" href="t.xml"/>'
        '<resource identifier="R" type="imsqti_item_xmlv2p1" href="a.xml"/>'
    )
    report = read("p.zip", package({"a.xml": ITEM, "t.xml": "<assessmentTest/>"}, manifested(listed)))
    assert len(report.items) == 1
    assert "QTI_TEST_LEFT" in [warning.code for warning in report.warnings]


def test_a_file_name_written_by_chinese_windows_is_found() -> None:
    listed = '<resource identifier="R" type="imsqti_item_xmlv2p1" href="题目.xml"/>'
    data = package({"xxxx.xml": ITEM}, manifested(listed)).replace(b"xxxx.xml", "题目".encode("gb18030") + b".xml")
    assert len(read("p.zip", data).items) == 1


_FRAGMENTS = st.sampled_from(
    ["<p>", "</p>", "<choiceInteraction responseIdentifier='RESPONSE'>", "</choiceInteraction>", "<simpleChoice>",
     "</simpleChoice>", "<textEntryInteraction/>", "<gap/>", "<img src='a'/>", "<prompt/>", "<object/>", "{{1}}", "甲",
     "<hotspotChoice coords='1,x'/>", "<matchInteraction/>", "<rubricBlock view='scorer'/>", "&#65;", "<div>", "</div>",
     "<inlineChoiceInteraction/>", "<orderInteraction/>", "<sliderInteraction/>", "<feedbackBlock/>", "<table><tr/>",
     "</table>", "<responseProcessing/>", "<gapMatchInteraction/>", "<hottextInteraction/>",
     "<selectPointInteraction/>"]
)  # fmt: skip


@settings(max_examples=2000 if THOROUGH else 150, deadline=None)
@given(st.lists(_FRAGMENTS, max_size=25).map("".join))
def test_whatever_stands_in_a_body_nothing_but_a_refusal_is_raised(body: str) -> None:
    try:
        report = qti.read("a.xml", item(body, declared("a")).encode(), Limits(), Defaults())
    except BankError as error:
        assert error.en  # noqa: PT017 - the sentence must exist, too
    else:
        assert all(found.zh and found.en for found in (*report.rejected, *report.warnings))


@settings(max_examples=500 if THOROUGH else 60, deadline=None)
@given(st.data())
def test_a_package_with_damaged_bytes_raises_nothing_but_a_refusal(data: st.DataObject) -> None:
    whole = bytearray(package({"a.xml": ITEM, "b.xml": item(CHOICE, declared("b"), identifier="Q2")}))
    for _ in range(data.draw(st.integers(1, 8))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        qti.read("p.zip", bytes(whole), Limits(), Defaults())
    except BankError as error:
        assert error.en  # noqa: PT017 - as above


@thorough
@pytest.mark.parametrize(
    "body",
    ["<p/>" * 240_000, "<choiceInteraction>" + "<simpleChoice/>" * 60_000 + "</choiceInteraction>",
     "<textEntryInteraction/>" * 40_000, "<p>&#65;</p>" * 80_000, "<div><choiceInteraction/></div>" * 30_000,
     "<p><textEntryInteraction/></p><p>x</p>" * 25_000, "<rubricBlock view='scorer'/>" * 35_000]
)  # fmt: skip
def test_a_megabyte_takes_no_longer_than_two_seconds(body: str) -> None:
    data = item(body, declared("a")).encode()
    started = time.process_time()
    with suppress(BankError):
        qti.read("a.xml", data, Limits(), Defaults())
    assert time.process_time() - started < 2


def test_every_label_travels_in_the_block_of_the_manifest() -> None:
    sound = Item(
        "XF.1", ItemType.TRUE_FALSE, "应当出示证件", (), ("T",), "见法条", Paper.PROFESSIONAL, "程序",
        Citation("行政处罚法", "2021-01-22", "55"), Level.JUDGEMENT, 0.45, ("证件",), "成都", "XF20", seconds=40,
        author_role="命题", pictures=(Picture("证 件.png".replace(" ", "_"), "image/png", PNG, "证件样式"),),
    )  # fmt: skip
    assert read("a.zip", qti.write([sound])).items == (sound,)
