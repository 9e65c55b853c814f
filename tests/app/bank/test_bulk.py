"""One act on many questions: asked first, with numbers and exceptions, then done as agreed."""

import re
from dataclasses import replace
from html import unescape

import pytest

from app.bank import queries, service
from app.bank.policy import Bulk
from app.core.errors import Forbidden, Invalid, Stale
from app.ledger.queries import about
from app.ledger.service import verify
from question_bank.items import Level
from tests.app.bank.conftest import SINGLE
from tests.conftest import START

ALL = [("Q-1", 1), ("Q-2", 1), ("Q-3", 1)]


def _states(session):
    return {row.code: row.status for row in queries.find(session, queries.ItemFilter()).rows}


def _hidden(page):
    form = page[page.index('name="sure"') - 400 :]
    pairs = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form)
    found = {}
    for name, value in pairs:
        found.setdefault(name, []).append(unescape(value))
    return found


def test_drafts_go_before_the_reviewer_after_the_count_was_named(session, sign_in, written):
    browser = sign_in("tan")
    asked = browser.post("/bank/items/bulk", data={"all": "1", "step": "SUBMIT"})
    assert "Put 3 questions before the reviewer?" in asked.text
    assert re.findall(r'name="chosen" value="([^"]+)"', asked.text) == ["Q-1:1", "Q-2:1", "Q-3:1"]
    assert set(_states(session).values()) == {"DRAFT"}
    done = browser.post("/bank/items/bulk", data=_hidden(asked.text))
    assert done.status_code == 302
    assert set(_states(session).values()) == {"REVIEW"}


def test_approval_leaves_ones_own_alone_and_says_so(session, cast, sign_in, written):
    own = replace(SINGLE, code="Q-9", stem="自己写的题？")
    service.create_item(session, cast["rui"].actor, own, now=START, submit=True)
    service.submit(session, cast["tan"].actor, ALL[:2], now=START)
    browser = sign_in("rui")
    asked = browser.post("/bank/items/bulk", data={"all": "1", "step": "APPROVE"})
    assert "Approve 2 questions?" in asked.text
    assert "2 questions are left alone" in asked.text
    assert "written by yourself: 1" in asked.text
    assert "not under review: 1" in asked.text
    wrong = browser.post("/bank/items/bulk", data={**_hidden(asked.text), "sure": "3"})
    assert wrong.status_code == 422
    assert "Meanwhile something changed" in wrong.text
    assert "FINAL" not in _states(session).values()
    assert browser.post("/bank/items/bulk", data=_hidden(asked.text)).headers["Location"] == "/bank/review"
    assert _states(session) == {"Q-1": "FINAL", "Q-2": "FINAL", "Q-3": "DRAFT", "Q-9": "REVIEW"}


def test_the_review_queue_approves_all_that_wait_by_the_same_page(session, cast, sign_in, written):
    service.submit(session, cast["tan"].actor, ALL, now=START)
    browser = sign_in("rui")
    assert "Approve all 3 that wait" in browser.get("/bank/review").text
    asked = browser.post("/bank/items/bulk?status=REVIEW", data={"all": "1", "step": "APPROVE"})
    assert "Approve 3 questions" in asked.text
    browser.post("/bank/items/bulk", data=_hidden(asked.text))
    assert set(_states(session).values()) == {"FINAL"}


WRITING = [
    ({"step": "TAG", "tag": "重点"}, "重点", "tags"),
    ({"step": "UNTAG", "tag": "听证"}, "", "tags"),
    ({"step": "LEVEL", "level": "JUDGEMENT"}, Level.JUDGEMENT, "level"),
    ({"step": "TOPIC", "topic": "证据"}, "证据", "topic"),
]


@pytest.mark.parametrize(("said", "value", "field"), WRITING)
def test_labels_of_many_are_set_by_new_versions_that_somebody_reviews(session, sign_in, final, said, value, field):
    browser = sign_in("tan")
    asked = browser.post("/bank/items/bulk", data={"chosen": ["Q-1:1"], "submit_for_review": "y", **said})
    assert asked.status_code == 200
    assert "goes before the reviewer" in asked.text
    assert browser.post("/bank/items/bulk", data=_hidden(asked.text)).status_code == 302
    page = queries.item_page(session, "Q-1")
    assert (page.row.status, page.row.latest, page.row.in_use) == ("REVIEW", 2, 1)
    held = getattr(page.newest.content, field)
    assert (value in held if value else held == ()) if field == "tags" else held == value
    entry = about(session, "item", "Q-1")[0]
    assert (entry.event, entry.after["fields"]) == ("bank.item.edited", [field])
    assert verify(session)[1] is None
    again = browser.post("/bank/items/bulk", data={"chosen": ["Q-1:2"], **said})
    assert "nothing would change: 1" in again.text
    assert 'name="sure"' not in again.text


def test_retiring_many_needs_a_reason_and_a_reviewer(session, sign_in, final):
    browser = sign_in("rui")
    silent = browser.post("/bank/items/bulk", data={"chosen": ["Q-1:1"], "step": "RETIRE"})
    assert silent.status_code == 422
    assert "State the reason" in silent.text
    assert 'name="chosen" value="Q-1:1"' in silent.text
    asked = browser.post("/bank/items/bulk", data={"chosen": ["Q-1:1", "Q-2:1"], "step": "RETIRE", "reason": "过时"})
    browser.post("/bank/items/bulk", data=_hidden(asked.text))
    assert _states(session) == {"Q-1": "RETIRED", "Q-2": "RETIRED", "Q-3": "FINAL"}
    assert about(session, "item", "Q-2")[0].reason == "过时"
    refused = sign_in("tan").post("/bank/items/bulk", data={"chosen": ["Q-3:1"], "step": "RETIRE", "reason": "x"})
    assert refused.status_code == 422
    assert "Your role does not allow this." in refused.text
    assert sign_in("ou").post("/bank/items/bulk", data={"step": "RETIRE"}).status_code == 403


BAD = [
    ({"step": "TAG"}, "Name the tag."),
    ({"step": "TOPIC"}, "Name the topic"),
    ({"step": "LEVEL"}, "Choose the level."),
    ({"step": "BURN"}, "Not a valid choice"),
    ({"step": "SUBMIT", "chosen": []}, "Choose at least one question."),
    ({"step": "TAG", "tag": "x" * 300}, "Field cannot be longer than 200 characters"),
]


@pytest.mark.parametrize(("said", "sentence"), BAD)
def test_an_act_that_lacks_something_says_what(session, sign_in, written, said, sentence):
    answer = sign_in("tan").post("/bank/items/bulk", data={"chosen": ["Q-1:1"], **said})
    assert answer.status_code == 422
    assert sentence in unescape(answer.text)
    assert queries.item_page(session, "Q-1").row.latest == 1


def test_an_unreadable_choice_or_one_of_too_many_is_refused(session, sign_in, written):
    browser = sign_in("tan")
    for chosen in (["Q-1"], ["Q-1:²"], [f"Q-{number}:1" for number in range(501)]):
        answer = browser.post("/bank/items/bulk", data={"chosen": chosen, "step": "SUBMIT"})
        assert answer.status_code == 422
    assert set(_states(session).values()) == {"DRAFT"}


def test_what_moved_since_it_was_shown_is_an_exception_and_stale_when_agreed_to(session, cast, written):
    tan = cast["tan"].actor
    act = service.Act(Bulk.TAG, tag="新")
    service.edit_item(session, tan, replace(SINGLE, stem="改了？"), shown=1, now=START)
    plan = service.plan_bulk(session, tan, act, [*ALL, ("NONE", 1)], now=START)
    assert plan.doing == (("Q-2", 1), ("Q-3", 1))
    assert dict(plan.exceptions) == {"Q-1": "version-moved", "NONE": "item-unknown"}
    with pytest.raises(Stale):
        service.do_bulk(session, tan, act, ALL, sure=3, now=START)
    with pytest.raises(Forbidden):
        service.do_bulk(session, cast["rui"].actor, act, ALL, sure=2, now=START)
    with pytest.raises(Invalid):
        service.plan_bulk(session, tan, service.Act(Bulk.TAG, tag="x" * 201), ALL, now=START)
    assert service.do_bulk(session, tan, act, ALL, sure=2, now=START) == 2
