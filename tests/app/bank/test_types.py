"""Each type of question through the browser: written, seen, edited, compared, judged, and what is wrong in it."""

import re
from dataclasses import replace
from html import unescape
from io import BytesIO

import pytest

from app.bank import queries, service
from question_bank.errors import MESSAGES
from question_bank.items import check_item
from tests.app.bank import every_type
from tests.app.bank.every_type import SENT, code, every, held, sent
from tests.conftest import START

NEW = "/bank/items/new"


def _inputs(page):
    """What the form of a page would send as it stands."""
    form = page[page.index('<form method="post" enctype') :]
    form = form[: form.index("</form>")]
    found = {}
    for tag in re.findall(r"<input[^>]*>", form):
        said = dict(re.findall(r'(\S+?)="([^"]*)"', tag))
        ticked = said.get("type") not in ("checkbox", "radio") or " checked" in tag
        if ticked and said.get("type") not in ("file", "submit") and "name" in said:
            found[unescape(said["name"])] = unescape(said.get("value", ""))
    for name, text in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>\r?\n?(.*?)</textarea>', form, re.DOTALL):
        found[unescape(name)] = unescape(text)
    for name, inside in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option selected value="([^"]*)"', inside)
        found[name] = unescape(chosen[1]) if chosen else ""
    return found


def _beside(page, field):
    found = re.search(rf'id="{re.escape(field)}-error".*?</div>', page, re.DOTALL)
    return unescape(found[0]) if found else ""


@pytest.mark.parametrize("type_", SENT)
def test_a_question_of_each_type_is_written_seen_and_edited_without_losing_anything(session, sign_in, type_):
    browser = sign_in("tan")
    answer = browser.post(NEW, data=sent(type_), content_type="multipart/form-data")
    assert answer.headers.get("Location") == f"/bank/items/{code(type_)}", _beside(answer.text, "stem")
    content = queries.item_page(session, code(type_)).newest.content
    assert replace(content, pictures=()) == held(type_)
    assert check_item(content) == []
    for path in (f"/bank/items/{code(type_)}", f"/bank/items/{code(type_)}?version=1"):
        for language in ("en", "zh"):
            browser.set_cookie("language", language)
            assert browser.get(path).status_code == 200
    browser.set_cookie("language", "en")
    form = _inputs(browser.get(f"/bank/items/{code(type_)}/edit").text)
    same = browser.post(f"/bank/items/{code(type_)}/edit", data={**form, "action": "save"})
    assert same.status_code == 422
    assert "Nothing was changed, so there is no new version." in same.text
    changed = {**form, "stem": form["stem"].replace("。", "！").replace("？", "！"), "action": "save"}
    assert browser.post(f"/bank/items/{code(type_)}/edit", data=changed).status_code == 302
    page = queries.item_page(session, code(type_))
    assert replace(page.newest.content, stem="") == replace(content, stem="")
    assert [name for name, _before, _after in page.changes] == ["stem"]


@pytest.mark.parametrize("type_", SENT)
def test_a_reviewer_sees_the_truth_of_each_type_and_approves_it(session, cast, sign_in, type_):
    [item] = [one for one in every() if one.type == type_]
    service.create_item(session, cast["tan"].actor, item, now=START, submit=True)
    browser = sign_in("rui")
    for language in ("zh", "en"):
        browser.set_cookie("language", language)
        page = browser.get(f"/bank/review/{item.code}")
        assert page.status_code == 200
    shown = unescape(page.text)
    for blank in item.blanks:
        for text in blank.accepted if not blank.options else ():
            assert f"<strong>{text}</strong>" in shown
    for one in item.rubric:
        assert one.text in shown
    if item.model_answer:
        assert item.model_answer in shown
    assert browser.post(f"/bank/review/{item.code}", data={"version": "1", "action": "approve"}).status_code == 302
    assert queries.item_page(session, item.code).row.status == "FINAL"


def test_the_candidates_view_keeps_the_truth_to_itself(session, sign_in):
    browser = sign_in("tan")
    for type_ in SENT:
        answer = browser.post(NEW, data=sent(type_, action="preview"), content_type="multipart/form-data")
        assert answer.status_code == 200, type_
        view = re.search(r'<section class="candidate".*?</section>\s*(?=</section>|<h3>|$)', answer.text, re.DOTALL)[0]
        for told in ("model_answer", "2 | 说出", "说明告知", "data-hotspot", " checked"):
            assert told not in view, type_
    assert queries.find(session, queries.ItemFilter()).total == 0


def test_the_areas_of_a_picture_are_drawn_over_it_for_the_reviewer(session, cast, sign_in):
    [item] = [one for one in every() if one.type == "HOTSPOT"]
    service.create_item(session, cast["tan"].actor, item, now=START, submit=True)
    page = sign_in("rui").get(f"/bank/review/{item.code}").text
    truth = page[page.index("data-hotspot") :]
    assert '<rect x="10" y="10" width="50" height="30"/>' in truth
    assert '<circle cx="90" cy="60" r="10"/>' in truth
    assert ">A ✓</text>" in truth
    assert ">B</text>" in truth
    assert 'viewBox="0 0 120 80"' in page
    assert 'aria-label="一个路口"' in page


WRONG = [
    ("FILL", {"blanks-1-accepted": ""}, "blanks-1-accepted", MESSAGES["BLANK_ANSWER_MISSING"].en.format(blank=2)),
    ("FILL", {"stem": "只有{{1}}。"}, "stem", MESSAGES["GAPS_BROKEN"].en.format(gaps="1", count=2)),
    ("NUMERIC", {"blanks-0-accepted": "七"}, "blanks-0-accepted",
     MESSAGES["NUMBER_BAD"].en.format(blank=1, value="七")),
    ("NUMERIC", {"blanks-0-tolerance": "-1"}, "blanks-0-tolerance", "-1"),
    ("NUMERIC", {"blanks-0-tolerance": "wenig"}, "blanks-0-tolerance", "Give a number"),
    ("MATCHING", {"prompts-1-match": ""}, "prompts-0-match", MESSAGES["MATCH_KEY_BAD"].en.format(key="1A", count=2)),
    ("MATCHING", {"prompts-1-text": "立案"}, "prompts-0-text", MESSAGES["PROMPTS_ALIKE"].en),
    ("ORDERING", {"order": "AB"}, "order", MESSAGES["ORDER_KEY_BAD"].en.format(key="AB")),
    ("CLOZE", {"blanks-0-accepted": "必须"}, "blanks-0-accepted",
     MESSAGES["BLANK_KEY_BAD"].en.format(blank=1, key="必须")),
    ("CLOZE", {"blanks-0-options": "应当"}, "blanks-0-options", MESSAGES["OPTIONS_TOO_FEW"].en.format(count=1)),
    ("HOTSPOT", {"areas-0-coords": "60, 10, 10, 40"}, "areas-0-coords", MESSAGES["AREA_BAD"].en.format(letter="A")),
    ("HOTSPOT", {"areas-1-coords": "ninety"}, "areas-1-coords", "Give whole numbers"),
    ("HOTSPOT", {"areas-0-right": ""}, "areas-0-coords", MESSAGES["AREA_KEY_BAD"].en.format(key="")),
    ("HOTSPOT", {"pictures-0-alt": ""}, "pictures-0-alt", "路口.png"),
    ("CASE", {"parts-1-blanks-0-accepted": ""}, "stem", ""),
    ("CASE", {"parts-0-options-1-text": "责令改正"}, "parts-0-options-1-text",
     MESSAGES["OPTIONS_ALIKE"].en.format(first="A", second="B")),
    ("CASE", {"parts-0-weight": "900"}, "parts-0-weight", "whole number from 1 to 100"),
    ("SHORT_ANSWER", {"rubric": "", "model_answer": ""}, "rubric", MESSAGES["RUBRIC_MISSING"].en),
    ("SHORT_ANSWER", {"rubric": "900 | zu viel"}, "rubric", MESSAGES["WEIGHT_BAD"].en.format(weight=900, limit=100)),
]  # fmt: skip


@pytest.mark.parametrize(("type_", "changes", "field", "said"), WRONG)
def test_a_fault_stands_at_its_field_and_everything_typed_is_kept(session, sign_in, type_, changes, field, said):
    browser = sign_in("tan")
    data = sent(type_, **changes)
    answer = browser.post(NEW, data=data, content_type="multipart/form-data")
    assert answer.status_code == 422
    if said:
        assert said in _beside(answer.text, field)
    kept = _inputs(answer.text)
    for name, value in data.items():
        if isinstance(value, str) and value and name not in ("action",):
            assert kept.get(name, "").replace("\r\n", "\n") == value, name
    assert queries.find(session, queries.ItemFilter()).total == 0


def test_a_picture_that_came_with_a_faulty_form_need_not_be_chosen_again(session, sign_in):
    browser = sign_in("tan")
    first = browser.post(NEW, data=sent("HOTSPOT", **{"pictures-0-alt": ""}), content_type="multipart/form-data")
    kept = _inputs(first.text)
    assert re.fullmatch("[0-9a-f]{32}", kept["pictures-0-source"])
    assert browser.get(f"/bank/pictures/kept/{kept['pictures-0-source']}").mimetype == "image/png"
    saved = browser.post(NEW, data={**kept, "pictures-0-alt": "一个路口", "action": "save"})
    assert saved.headers["Location"] == f"/bank/items/{code('HOTSPOT')}"
    [one] = queries.item_page(session, code("HOTSPOT")).newest.content.pictures
    assert (one.name, one.alt, one.media_type) == ("路口.png", "一个路口", "image/png")


def test_more_rows_and_another_type_keep_what_was_typed_and_save_nothing(session, sign_in):
    browser = sign_in("tan")
    more = browser.post(NEW, data=sent("SINGLE", action="more"))
    assert more.status_code == 200
    assert 'name="options-3-text"' in more.text
    other = browser.post(NEW, data=sent("SINGLE", type="MATCHING", action="retype"))
    assert 'name="prompts-2-match"' in other.text
    assert "两名以上" in other.text
    assert 'name="options-0-right"' not in other.text
    assert queries.find(session, queries.ItemFilter()).total == 0


def test_a_new_question_begins_with_the_choice_of_its_type(session, sign_in):
    browser = sign_in("tan")
    page = browser.get(f"{NEW}?topic=%E8%AF%81%E6%8D%AE").text
    for type_ in SENT:
        assert f"type={type_}" in page
        assert browser.get(f"{NEW}?type={type_}").status_code == 200
    assert "topic=%E8%AF%81%E6%8D%AE" in page


def test_rows_of_impossible_numbers_are_no_rows(session, sign_in):
    strange = {"options-99999999999999999999-text": "x", "options-²-text": "y", f"options-{'9' * 5000}-text": "z"}
    assert sign_in("tan").post(NEW, data=sent("SINGLE", **strange)).status_code == 302
    assert len(queries.item_page(session, code("SINGLE")).newest.content.options) == 2


def test_a_mark_of_a_second_person_does_not_outlive_a_change(session, cast, sign_in):
    [item] = [one for one in every() if one.type == "SINGLE"]
    service.create_item(session, cast["tan"].actor, replace(item, review="REVIEWED"), now=START)
    browser = sign_in("tan")
    form = _inputs(browser.get(f"/bank/items/{item.code}/edit").text)
    assert form["review"] == "REVIEWED"
    refused = browser.post(f"/bank/items/{item.code}/edit", data={**form, "options-0-text": "三名", "action": "save"})
    assert "a second person checked it" in _beside(refused.text, "review")
    kept = browser.post(f"/bank/items/{item.code}/edit", data={**form, "difficulty": "0.5", "action": "save"})
    assert kept.status_code == 302
    assert queries.item_page(session, item.code).newest.content.review == "REVIEWED"


def test_what_a_form_does_not_show_stays(session, cast, sign_in):
    from question_bank.items import Opaque

    [item] = [one for one in every() if one.type == "TRUE_FALSE"]
    kept = (Opaque("moodle", "idnumber", "77"),)
    service.create_item(session, cast["tan"].actor, replace(item, opaque=kept), now=START)
    browser = sign_in("tan")
    form = _inputs(browser.get(f"/bank/items/{item.code}/edit").text)
    browser.post(f"/bank/items/{item.code}/edit", data={**form, "seconds": "40", "action": "save"})
    assert queries.item_page(session, item.code).newest.content == replace(item, opaque=kept, seconds=40)


def test_every_difference_of_the_further_parts_is_told_in_words(session, cast, sign_in):
    tan = cast["tan"].actor
    [case] = [one for one in every() if one.type == "CASE"]
    service.create_item(session, tan, case, now=START)
    part = replace(case.parts[0], stem="应当怎样处理？", weight=3)
    service.edit_item(session, tan, replace(case, parts=(part, case.parts[1])), shown=1, now=START)
    page = sign_in("tan").get(f"/bank/items/{case.code}").text
    assert "Questions of the case before" in page
    assert "<del>如何</del>" in page
    assert "<ins>怎样</ins>" in page
    assert "×<ins>3</ins>" in page


def test_uploaded_files_that_are_no_pictures_are_refused_at_their_field(session, sign_in):
    browser = sign_in("tan")
    for data, said in ((b"<svg onload='x'/>", "not a PNG"), (every_type.picture()[:60], "cannot be read")):
        form = sent("SINGLE", **{"pictures-0-file": (BytesIO(data), "x.png"), "pictures-0-alt": "x"})
        answer = browser.post(NEW, data=form, content_type="multipart/form-data")
        assert answer.status_code == 422
        assert said in _beside(answer.text, "pictures-0-file")
