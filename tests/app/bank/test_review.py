"""The life of a question: versions, two people, and what may be drawn."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from app.bank import queries, service
from app.bank.models import Item, ItemStatus, ItemVersion
from app.core.errors import Invalid, NotFound, Refused, Stale
from app.core.permissions import system_actor
from app.ledger.queries import about
from question_bank.items import ItemType, Level
from tests.app.bank.conftest import JUDGED, SEVERAL, SINGLE
from tests.conftest import START

DAY = date(2026, 3, 2)


def _drawn(session):
    return [item.ref for item in queries.pool(session, "PUBLIC_LAW", DAY, None)]


def test_a_question_is_drawn_only_after_somebody_else_approved_it(session, cast, written):
    assert _drawn(session) == []
    service.submit(session, cast["tan"].actor, [("Q-1", 1)], now=START)
    assert _drawn(session) == []
    assert service.approve(session, cast["rui"].actor, [("Q-1", 1)], now=START) == 1
    [ref] = _drawn(session)
    row = queries.versions(session, [ref])[ref]
    assert (row.item_code, row.stem, row.key) == ("Q-1", SINGLE.stem, ("A",))
    assert row.options[0] == ("A", "放弃听证权利")
    assert row.citation == "《行政处罚法》（2021-01-22）第64条"


def test_the_author_of_a_version_cannot_approve_or_send_it_back(session, cast, written):
    service.submit(session, cast["tan"].actor, [("Q-1", 1)], now=START)
    for step in (service.approve, service.reject):
        with pytest.raises(Refused) as refused:
            step(session, cast["tan"].actor, [("Q-1", 1)], comment="自审", now=START)
        assert refused.value.code == "same-person"
    assert session.scalars(select(Item).where(Item.code == "Q-1")).one().status == "REVIEW"


def test_a_system_author_and_a_system_reviewer_are_told_apart_by_name(session):
    one, other = system_actor("one"), system_actor("other")
    service.create_item(session, one, SINGLE, now=START, submit=True)
    with pytest.raises(Refused) as refused:
        service.approve(session, system_actor("one"), [("Q-1", 1)], now=START)
    assert refused.value.code == "same-person"
    assert service.approve(session, other, [("Q-1", 1)], now=START) == 1


def test_a_bulk_approval_with_one_own_question_changes_nothing(session, cast, written):
    service.create_item(
        session, cast["rui"].actor, replace(SINGLE, code="Q-9", stem="另一题？"), now=START, submit=True
    )
    service.submit(session, cast["tan"].actor, [("Q-1", 1)], now=START)
    with pytest.raises(Refused) as refused:
        service.approve(session, cast["rui"].actor, [("Q-1", 1), ("Q-9", 1)], now=START)
    assert (refused.value.code, refused.value.data) == ("same-person", {"item": "Q-9"})
    assert _drawn(session) == []


def test_editing_makes_a_draft_and_the_final_version_stays_in_use_until_the_next_is_final(session, cast, final):
    first = queries.item_page(session, "Q-1").newest.id
    edited = replace(SINGLE, stem="逾期不申请听证的后果是什么？")
    assert service.edit_item(session, cast["tan"].actor, edited, shown=1, now=START) == 2
    page = queries.item_page(session, "Q-1")
    assert (page.row.status, page.row.latest, page.row.in_use) == ("DRAFT", 2, 1)
    assert [version.status for version in page.versions] == ["DRAFT", "FINAL"]
    assert [name for name, _before, _after in page.newest.changes] == ["stem"]
    assert first in _drawn(session)
    service.submit(session, cast["tan"].actor, [("Q-1", 2)], now=START)
    service.approve(session, cast["rui"].actor, [("Q-1", 2)], now=START)
    assert first not in _drawn(session)
    assert queries.item_page(session, "Q-1").newest.id in _drawn(session)
    assert [version.status for version in queries.item_page(session, "Q-1").versions] == ["FINAL", "RETIRED"]
    assert queries.versions(session, [first])[first].stem == SINGLE.stem


def test_a_stale_edit_is_refused_and_adds_no_version(session, cast, written):
    service.edit_item(session, cast["tan"].actor, replace(SINGLE, stem="先改的？"), shown=1, now=START)
    with pytest.raises(Stale) as stale:
        service.edit_item(session, cast["tan"].actor, replace(SINGLE, stem="后改的？"), shown=1, now=START)
    assert stale.value.code == "version-moved"
    assert queries.item_page(session, "Q-1").newest.content.stem == "先改的？"


def test_approving_a_version_that_was_edited_meanwhile_is_refused(session, cast, written):
    service.submit(session, cast["tan"].actor, [("Q-1", 1)], now=START)
    service.edit_item(session, cast["tan"].actor, replace(SINGLE, stem="又改了？"), shown=1, now=START)
    with pytest.raises(Stale):
        service.approve(session, cast["rui"].actor, [("Q-1", 1)], now=START)


def test_sending_back_needs_a_comment_and_returns_the_question_to_draft(session, cast, written):
    service.submit(session, cast["tan"].actor, [("Q-1", 1)], now=START)
    with pytest.raises(Invalid) as missing:
        service.reject(session, cast["rui"].actor, [("Q-1", 1)], comment="  ", now=START)
    assert missing.value.field == "comment"
    service.reject(session, cast["rui"].actor, [("Q-1", 1)], comment="选项C含糊", now=START)
    page = queries.item_page(session, "Q-1")
    assert page.row.status == "DRAFT"
    assert (page.steps[0].rejected, page.steps[0].comment, page.steps[0].by) == (True, "选项C含糊", "rui")


def test_a_retired_question_is_never_drawn_even_with_a_newer_draft(session, cast, final):
    service.edit_item(session, cast["tan"].actor, replace(SINGLE, stem="新稿？"), shown=1, now=START)
    with pytest.raises(Invalid):
        service.retire(session, cast["rui"].actor, "Q-1", 2, reason="", now=START)
    service.retire(session, cast["rui"].actor, "Q-1", 2, reason="法律已修改", now=START)
    page = queries.item_page(session, "Q-1")
    assert (page.row.status, page.row.in_use) == ("RETIRED", None)
    assert {version.status for version in page.versions} == {"RETIRED"}
    assert len(_drawn(session)) == 2
    with pytest.raises(Refused):
        service.retire(session, cast["rui"].actor, "Q-1", 2, reason="再来", now=START)


def test_the_pool_knows_overlay_edition_and_options_that_keep_their_place(session, cast, final):
    local = replace(SINGLE, code="Q-4", stem="平凉专题？", overlay="pingliang")
    future = replace(SINGLE, code="Q-5", stem="新法专题？", citation=replace(SINGLE.citation, edition="2027-01-01"))
    for question in (local, future):
        service.create_item(session, cast["tan"].actor, question, now=START, submit=True)
        service.approve(session, cast["rui"].actor, [(question.code, 1)], now=START)
    assert len(queries.pool(session, "PUBLIC_LAW", DAY, None)) == 3
    assert len(queries.pool(session, "PUBLIC_LAW", DAY, "haikou")) == 3
    assert len(queries.pool(session, "PUBLIC_LAW", DAY, "pingliang")) == 4
    assert len(queries.pool(session, "PUBLIC_LAW", date(2027, 1, 1), "pingliang")) == 5
    assert queries.pool(session, "PROFESSIONAL", DAY, None) == []
    single, judged, several = queries.pool(session, "PUBLIC_LAW", DAY, None)
    assert (single.topic, single.type, single.level) == ("行政处罚法", ItemType.SINGLE, Level.APPLICATION)
    assert (judged.option_keys, several.option_keys, several.anchored) == ((), ("A", "B", "C", "D"), ("D",))


def test_an_unsound_question_or_a_second_copy_is_refused(session, cast, written):
    with pytest.raises(Invalid) as unsound:
        service.create_item(session, cast["tan"].actor, replace(SINGLE, code="Q-8", key=("Z",)), now=START)
    assert unsound.value.code == "question-unsound"
    with pytest.raises(Refused) as copy:
        service.create_item(session, cast["tan"].actor, replace(SINGLE, code="Q-8"), now=START)
    assert (copy.value.code, copy.value.data) == ("duplicate-question", {"item": "Q-1"})
    with pytest.raises(Refused) as taken:
        service.create_item(session, cast["tan"].actor, replace(SINGLE, stem="别的题？"), now=START)
    assert taken.value.code == "code-taken"
    assert len(list(session.scalars(select(ItemVersion)))) == 3


def test_an_edit_that_changes_nothing_makes_no_version(session, cast, written):
    with pytest.raises(Refused) as refused:
        service.edit_item(session, cast["tan"].actor, JUDGED, shown=1, now=START)
    assert refused.value.code == "nothing-changed"
    with pytest.raises(Refused) as fixed:
        service.edit_item(session, cast["tan"].actor, replace(JUDGED, paper="PROFESSIONAL"), shown=1, now=START)
    assert fixed.value.code == "paper-fixed"


def test_steps_on_unknown_wrong_or_no_questions_are_refused(session, cast, written):
    with pytest.raises(NotFound):
        service.submit(session, cast["tan"].actor, [("NO-1", 1)], now=START)
    with pytest.raises(Invalid):
        service.submit(session, cast["tan"].actor, [], now=START)
    with pytest.raises(Refused) as early:
        service.approve(session, cast["rui"].actor, [("Q-1", 1)], now=START)
    assert early.value.code == "not-under-review"
    service.submit(session, cast["tan"].actor, [("Q-1", 1)], now=START)
    with pytest.raises(Refused) as twice:
        service.submit(session, cast["tan"].actor, [("Q-1", 1)], now=START)
    assert twice.value.code == "not-a-draft"


def test_each_step_stands_in_the_ledger_with_who_and_why(session, cast, final):
    service.retire(session, cast["rui"].actor, "Q-1", 1, reason="过时", now=START)
    entries = about(session, "item", "Q-1")
    assert [entry.event for entry in entries] == [
        "bank.item.retired", "bank.item.approved", "bank.item.submitted", "bank.item.created",
    ]  # fmt: skip
    assert (entries[0].actor, entries[0].reason) == ("rui", "过时")
    assert entries[1].before == {"status": "REVIEW", "in_use": None}
    assert len(list(session.scalars(select(ItemStatus)))) == 10


def test_health_counts_final_questions_and_names_thin_spots(session, cast, final):
    service.create_item(session, cast["tan"].actor, replace(SINGLE, code="Q-7", stem="草稿？"), now=START)
    health = queries.health(session)
    assert health.by_status == {"DRAFT": 1, "REVIEW": 0, "FINAL": 3, "RETIRED": 0}
    [row] = health.heat
    assert (row.paper, row.topic, row.total) == ("PUBLIC_LAW", "行政处罚法", 3)
    counts = dict(zip(ItemType, row.counts, strict=True))
    assert {type_ for type_, count in counts.items() if count} == {"SINGLE", "MULTIPLE", "TRUE_FALSE"}
    assert {(cell.type, cell.have) for cell in health.thin} == {("SINGLE", 1), ("MULTIPLE", 1), ("TRUE_FALSE", 1)}


def test_the_queue_leaves_out_ones_own_and_goes_round(session, cast, written):
    service.submit(session, cast["tan"].actor, [(code, 1) for code in written], now=START)
    others, own = queries.waiting(session, cast["rui"].actor)
    assert ([row.code for row in others], own) == (["Q-1", "Q-2", "Q-3"], ())
    assert queries.waiting(session, cast["tan"].actor)[0] == ()
    assert queries.next_waiting(session, cast["rui"].actor, "Q-1") == "Q-2"
    assert queries.next_waiting(session, cast["rui"].actor, "Q-3") == "Q-1"
    assert queries.next_waiting(session, cast["tan"].actor) is None


def test_a_list_finds_by_words_code_and_each_filter(session, cast, final):
    def codes(**wanted):
        return [row.code for row in queries.find(session, queries.ItemFilter(**wanted)).rows]

    assert codes(text="听证") == ["Q-1"]
    assert codes(text="q-2") == ["Q-2"]
    assert codes(text="%") == []
    assert codes(type="MULTIPLE", law="行政处罚法", level="APPLICATION", topic="行政处罚法", paper="PUBLIC_LAW") == [
        "Q-3"
    ]
    assert codes(status="DRAFT") == []
    page = queries.find(session, queries.ItemFilter(), page=9, size=2)
    assert (page.number, page.pages, page.total, [row.code for row in page.rows]) == (2, 2, 3, [SEVERAL.code])
