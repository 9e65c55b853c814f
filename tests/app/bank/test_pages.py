"""The pages of the question bank."""

import io
import re
from dataclasses import replace
from html import unescape

from app.bank import queries, service
from question_bank.errors import MESSAGES
from question_bank.items import Level
from tests.app.bank.conftest import SINGLE, TEXT
from tests.conftest import START

EVERY_PAGE = [
    "/bank/", "/bank/?rows=law&columns=level&want=5", "/bank/formats", "/bank/items",
    "/bank/items?text=%E5%90%AC%E8%AF%81&status=FINAL&page=x", "/bank/items/Q-1",
    "/bank/items/Q-1?version=1",
]  # fmt: skip
EDITOR_PAGES = [
    "/bank/items/new",
    "/bank/items/new?type=CASE",
    "/bank/items/Q-1/edit",
    "/bank/import",
    "/bank/export",
    "/bank/template.xlsx",
]
REVIEWER_PAGES = ["/bank/review", "/bank/review/Q-1"]


def _entered(**changes):
    fields = {
        "code": "N-1", "paper": "PUBLIC_LAW", "type": "SINGLE", "stem": "新题的题干？",
        "options-0-text": "甲", "options-1-text": "乙", "options-1-right": "y",
        "topic": "行政处罚法", "level": "RECALL", "law": "行政处罚法", "article": "42",
        "edition": "2021-01-22", "tags": "证据，程序", "overlay": "",
    }  # fmt: skip
    return {**fields, **changes}


def test_each_page_opens_for_its_people_and_no_others(session, sign_in, final):
    browser = sign_in("tan")
    for language in ("zh", "en"):
        browser.set_cookie("language", language)
        for path in EVERY_PAGE + EDITOR_PAGES:
            assert browser.get(path).status_code == 200, path
        asked = browser.post("/bank/items/bulk", data={"chosen": ["Q-1:1"], "step": "TAG", "tag": "新"})
        assert asked.status_code == 200
        assert browser.post("/bank/items/bulk", data={"chosen": ["Q-1:1"], "step": "TAG"}).status_code == 422
    for path in REVIEWER_PAGES:
        assert browser.get(path).status_code == 403, path
    browser = sign_in("rui")
    for path in EVERY_PAGE + REVIEWER_PAGES:
        assert browser.get(path).status_code == 200, path
    for path in EDITOR_PAGES:
        assert browser.get(path).status_code == 403, path
    browser = sign_in("ou")
    for path in EVERY_PAGE + EDITOR_PAGES + REVIEWER_PAGES:
        assert browser.get(path).status_code == 403, path


def test_a_question_that_does_not_exist_is_not_found(session, sign_in):
    assert sign_in("tan").get("/bank/items/NONE").status_code == 404
    assert sign_in("tan").get("/bank/imports/0000").status_code == 404
    assert sign_in("rui").get("/bank/review/NONE").status_code == 404


def test_a_preview_shows_the_question_and_saves_nothing(session, sign_in):
    answer = sign_in("tan").post("/bank/items/new", data=_entered(action="preview"))
    assert answer.status_code == 200
    assert "新题的题干？</p>" in answer.text
    assert queries.find(session, queries.ItemFilter()).total == 0


def test_a_new_question_is_saved_as_it_was_entered(session, sign_in):
    told = {"difficulty": "0.65", "seconds": "90", "author_role": "命题", "review": "CHECKED", "options-0-worth": "-25",
            "options-1-worth": "100", "options-0-feedback": "甲不对"}  # fmt: skip
    answer = sign_in("tan").post("/bank/items/new", data=_entered(**told))
    assert answer.headers["Location"] == "/bank/items/N-1"
    content = queries.item_page(session, "N-1").newest.content
    assert (content.key, [option.text for option in content.options]) == (("B",), ["甲", "乙"])
    assert (content.tags, content.difficulty, content.citation.article) == (("证据", "程序"), 0.65, "42")
    assert (content.seconds, content.author_role, content.review) == (90, "命题", "CHECKED")
    assert [(one.feedback, one.worth) for one in content.options] == [("甲不对", -25), ("", 100)]


WRONG = [
    ({"options-1-right": ""}, "options-0-right", MESSAGES["KEY_MISSING"].en),
    ({"options-0-right": "y"}, "options-0-right", MESSAGES["SINGLE_KEY_SEVERAL"].en.format(key="AB")),
    (
        {"options-1-text": "", "options-1-right": "", "options-0-right": "y"},
        "options-0-text",
        MESSAGES["OPTIONS_TOO_FEW"].en.format(count=1),
    ),
    ({"options-1-text": "甲"}, "options-1-text", MESSAGES["OPTIONS_ALIKE"].en.format(first="A", second="B")),
    ({"options-0-worth": "much"}, "options-0-worth", "Give a number"),
    ({"options-0-worth": "50"}, "options-0-worth", MESSAGES["WORTH_INCOMPLETE"].en.format(count=1, options=2)),
    ({"type": "TRUE_FALSE"}, "truth", MESSAGES["KEY_MISSING"].en),
    ({"type": "RIDDLE"}, "type", "Not a valid choice"),
    ({"seconds": "0"}, "seconds", "between 1 and 14400"),
    ({"review": "REVIEWED"}, "review", "Not a valid choice"),
    ({"law": "", "article": "42"}, "law", MESSAGES["LAW_EMPTY"].en),
    ({"edition": "2021-13-01"}, "edition", "2021-13-01"),
    ({"difficulty": "7"}, "difficulty", "between 0 and 1"),
    ({"difficulty": "nan"}, "difficulty", "between 0 and 1"),
    ({"stem": ""}, "stem", MESSAGES["STEM_EMPTY"].en),
    ({"code": "有空格"}, "code", MESSAGES["CODE_BAD"].en.format(value="有空格")),
    ({"level": "GUESS"}, "level", "Not a valid choice"),
]


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_saved(session, sign_in):
    browser = sign_in("tan")
    for changes, field, said in WRONG:
        answer = browser.post("/bank/items/new", data=_entered(**changes))
        assert answer.status_code == 422, changes
        beside = re.search(rf'id="{field}-error".*?</div>', answer.text, re.DOTALL)
        assert beside is not None, changes
        assert said in unescape(beside[0]), changes
    assert queries.find(session, queries.ItemFilter()).total == 0


def test_a_true_or_false_question_needs_no_options(session, sign_in):
    entered = _entered(type="TRUE_FALSE", truth="F")
    assert sign_in("tan").post("/bank/items/new", data=entered).status_code == 302
    assert queries.item_page(session, "N-1").newest.content.key == ("F",)


def test_the_edit_form_holds_the_question_and_a_stale_one_is_refused(session, sign_in, final):
    browser = sign_in("tan")
    page = browser.get("/bank/items/Q-1/edit").text
    assert SINGLE.stem in page
    assert 'name="version" type="hidden" value="1"' in page
    entered = {**_entered(stem="改过的题干？", version="1"), "options-2-text": "丙"}
    assert browser.post("/bank/items/Q-1/edit", data=entered).headers["Location"] == "/bank/items/Q-1"
    stale = browser.post("/bank/items/Q-1/edit", data={**entered, "stem": "再改？"})
    assert stale.status_code == 422
    assert "newer version" in stale.text
    assert queries.item_page(session, "Q-1").row.latest == 2
    shown = browser.get("/bank/items/Q-1").text
    assert "Version 1 stays in use until version 2 is final." in shown
    assert "<ins>" in shown


def test_the_reviewer_goes_from_one_question_to_the_next(session, cast, sign_in, written):
    service.submit(session, cast["tan"].actor, [(code, 1) for code in written], now=START)
    browser = sign_in("rui")
    assert browser.get("/bank/review/next").headers["Location"] == "/bank/review/Q-1"
    went = browser.post("/bank/review/Q-1", data={"version": "1", "action": "approve"})
    assert went.headers["Location"] == "/bank/review/next?after=Q-1"
    silent = browser.post("/bank/review/Q-2", data={"version": "1", "action": "reject", "comment": ""})
    assert silent.status_code == 422
    assert "Say what should be mended." in silent.text
    browser.post("/bank/review/Q-2", data={"version": "1", "action": "reject", "comment": "太短"})
    assert browser.get("/bank/review/next?after=Q-2").headers["Location"] == "/bank/review/Q-3"
    states = {row.code: row.status for row in queries.find(session, queries.ItemFilter()).rows}
    assert states == {"Q-1": "FINAL", "Q-2": "DRAFT", "Q-3": "REVIEW"}


def test_the_reviewer_sees_what_changed_against_the_version_in_use(session, cast, sign_in, final):
    tan = cast["tan"].actor
    service.edit_item(session, tan, replace(SINGLE, key=("B",)), shown=1, now=START)
    service.edit_item(session, tan, replace(SINGLE, key=("B",), level=Level.JUDGEMENT), shown=2, now=START)
    service.submit(session, tan, [("Q-1", 3)], now=START)
    page = sign_in("rui").get("/bank/review/Q-1").text
    assert "Changed against version 1" in page
    assert "Right answer before" in page
    assert "Cognitive level after" in page


def test_only_the_author_finds_no_judgement_to_give(session, cast, sign_in):
    service.create_item(session, cast["rui"].actor, SINGLE, now=START, submit=True)
    browser = sign_in("rui")
    assert "somebody else must review it" in browser.get("/bank/review/Q-1").text
    answer = browser.post("/bank/review/Q-1", data={"version": "1", "action": "approve"})
    assert answer.status_code == 422
    assert queries.item_page(session, "Q-1").row.status == "REVIEW"


def test_a_single_draft_goes_to_review_and_a_final_question_retires_with_a_reason(session, cast, sign_in, written):
    assert sign_in("tan").post("/bank/items/Q-1/submit", data={"version": "1"}).status_code == 302
    service.approve(session, cast["rui"].actor, [("Q-1", 1)], now=START)
    browser = sign_in("rui")
    assert browser.post("/bank/items/Q-1/retire", data={"version": "1", "comment": ""}).status_code == 422
    assert browser.post("/bank/items/Q-1/retire", data={"version": "1", "comment": "过时"}).status_code == 302
    assert queries.item_page(session, "Q-1").row.status == "RETIRED"


def test_an_upload_leads_to_its_report_and_is_taken_over_from_there(session, sign_in, application):
    browser = sign_in("tan")
    sent = {
        "file": (io.BytesIO(TEXT.encode()), "培训题.txt"), "format": "auto", "paper": "PROFESSIONAL",
        "submit_for_review": "y",
    }  # fmt: skip
    answer = browser.post("/bank/import", data=sent, content_type="multipart/form-data")
    address = answer.headers["Location"]
    page = browser.get(address).text
    assert "Take over 2 questions" in page
    assert "KEY_MISSING" in page
    assert "line 8" in page
    assert queries.find(session, queries.ItemFilter()).total == 0
    browser.set_cookie("language", "zh")
    chinese = browser.get(address + "?outcome=REJECTED").text
    assert MESSAGES["KEY_MISSING"].zh in chinese
    assert browser.post(address + "/take-over").status_code == 302
    rows = queries.find(session, queries.ItemFilter()).rows
    assert {(row.paper, row.status) for row in rows} == {("PROFESSIONAL", "REVIEW")}
    assert browser.post(address + "/take-over").headers["Location"] == address
    assert len(queries.find(session, queries.ItemFilter()).rows) == 2
    assert "培训题.txt" in browser.get("/bank/import").text


def test_a_strangers_import_is_not_taken_over(session, cast, sign_in, application):
    folder = application.config["SETTINGS"].instance / "bank-imports"
    token = service.check_upload(session, cast["ada"].actor, folder, "题.txt", TEXT.encode(), now=START)
    browser = sign_in("tan")
    assert "Take over" not in browser.get(f"/bank/imports/{token}").text
    for step in ("take-over", "check-again", "discard"):
        assert browser.post(f"/bank/imports/{token}/{step}").status_code == 404
    assert queries.find(session, queries.ItemFilter()).total == 0


def test_an_upload_without_a_file_says_so(session, sign_in):
    answer = sign_in("tan").post("/bank/import", data={"format": "auto", "paper": "PUBLIC_LAW"})
    assert answer.status_code == 422
    assert "Choose a file." in answer.text


def test_an_export_is_a_file_and_an_empty_one_says_so(session, sign_in, final):
    browser = sign_in("tan")
    answer = browser.post("/bank/export", data={"format": "native", "paper": "", "status": "FINAL"})
    assert answer.headers["Content-Disposition"] == 'attachment; filename="question-bank.json"'
    assert [item["code"] for item in answer.get_json()["items"]] == ["Q-1", "Q-2", "Q-3"]
    empty = browser.post("/bank/export", data={"format": "native", "paper": "AUXILIARY", "status": ""})
    assert empty.status_code == 422
    assert "nothing to export" in empty.text


def test_home_tells_the_reviewer_what_waits_and_the_author_of_drafts(session, cast, sign_in, written):
    assert "3 drafts of yours" in sign_in("tan").get("/").text
    service.submit(session, cast["tan"].actor, [("Q-1", 1)], now=START)
    assert "1 question waits for your review" in sign_in("rui").get("/").text
