"""Finding questions, the overview, and what people say beside a question."""

from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest

from app.bank import queries, service
from app.core.errors import Invalid, NotFound
from app.ledger.queries import about
from question_bank.items import ItemType, Review
from tests.app.bank.conftest import SINGLE
from tests.app.bank.every_type import every
from tests.conftest import START


@pytest.fixture
def bank(session, cast, final):
    """The three final questions and a draft of each type."""
    for item in every():
        service.create_item(session, cast["tan"].actor, item, now=START)
    marked = replace(SINGLE, code="Q-8", stem="核对过的题？", tags=('引"号', "听证%"), review=Review.CHECKED)
    service.create_item(session, cast["tan"].actor, marked, now=START)


def _codes(session, **wanted):
    return [row.code for row in queries.find(session, queries.ItemFilter(**wanted)).rows]


def test_words_are_found_wherever_they_are_written(session, bank):
    assert _codes(session, text="放弃听证权利") == ["Q-1", "Q-8"]
    assert _codes(session, text="逾期即视为") == ["Q-1", "Q-2", "Q-3", "Q-8"]
    assert _codes(session, text="拒不改正") == ["N-CASE"]
    assert _codes(session, text="扣押人身") == ["N-CASE"]
    assert _codes(session, text="直接利害关系") == ["N-SHORT_ANSWER"]
    assert _codes(session, text="占道的摊位") == ["N-HOTSPOT"]
    assert _codes(session, text="iVBOR") == []
    assert _codes(session, text="%") == []


def test_each_label_is_a_filter(session, bank):
    assert _codes(session, article="42") == sorted(f"N-{type_}" for type_ in ItemType)
    assert _codes(session, edition="2021-01-22", article="64", type="MULTIPLE") == ["Q-3"]
    assert _codes(session, edition="2017-09-01") == []
    assert _codes(session, review="CHECKED") == ["Q-8"]
    assert len(_codes(session, review="UNREVIEWED")) == 15
    assert _codes(session, review="REVIEWED") == []
    assert _codes(session, tag="听证") == ["Q-1", "Q-3"]
    assert _codes(session, tag="听") == []
    assert _codes(session, tag='引"号') == _codes(session, tag="听证%") == ["Q-8"]


def test_a_list_is_sorted_either_way_and_what_says_nothing_stands_last(session, bank):
    assert _codes(session, sort="-code", status="FINAL") == ["Q-3", "Q-2", "Q-1"]
    easy = _codes(session, sort="difficulty")
    assert easy[:4] == ["Q-1", "Q-2", "Q-3", "Q-8"]
    assert _codes(session, sort="-difficulty")[:4] == easy[:4]
    assert _codes(session, sort="DROP TABLE") == _codes(session)
    assert _codes(session, sort="type", status="FINAL") == ["Q-3", "Q-1", "Q-2"]


def test_the_list_page_takes_every_filter_in_both_languages(session, sign_in, bank):
    browser = sign_in("tan")
    address = "/bank/items?text=%E5%90%AC%E8%AF%81&law=x&edition=2021-01-22&article=1&review=CHECKED&tag=a&sort=-topic"
    for language in ("en", "zh"):
        browser.set_cookie("language", language)
        assert browser.get(address).status_code == 200
        assert browser.get("/bank/items?easy_from=x&easy_to=900&page=99999999").status_code == 200
    browser.set_cookie("language", "en")
    assert "Right answers from" not in browser.get("/bank/items").text


def test_figures_of_sittings_stand_beside_questions_and_are_asked_for(session, sign_in, bank):
    version = queries.item_page(session, "Q-1").newest.id
    other = queries.item_page(session, "Q-2").newest.id
    flag = queries.figures.FlagRow("ITEM_NEGATIVE", "FLAG", "Q-1", "", 60, -0.5, -0.1)
    rows = [
        queries.FiguresRow(version, 60, 0.31, (0.2, 0.45), -0.3, (-0.5, -0.1), 2, 60, (flag,)),
        queries.FiguresRow(other, 60, 0.9, (0.8, 0.95), 0.2, (0.1, 0.3), 2, 60, ()),
    ]
    service.keep_figures(session, rows, now=START)
    assert _codes(session, easy_to=0.5) == ["Q-1"]
    assert _codes(session, easy_from=0.5) == ["Q-2"]
    assert _codes(session, flagged=True) == ["Q-1"]
    browser = sign_in("tan")
    page = browser.get("/bank/items?easy_from=20%25&easy_to=0.5").text
    assert "0.31" in page
    assert "Q-2" not in page
    assert "Look at it" in page
    for language in ("zh", "en"):
        browser.set_cookie("language", language)
        whole, home = browser.get("/bank/items/Q-1").text, browser.get("/bank/").text
        assert "0.31" in whole
        assert getattr(flag, language) in unescape(whole)
        assert "/bank/items/Q-1#figures" in home
    assert "60 candidates in 2 sittings" in whole


def test_the_overview_says_in_words_what_is_enough_thin_and_empty(session, sign_in, final):
    browser = sign_in("tan")
    page = browser.get("/bank/?want=1").text
    assert "3 cells have enough, 0 are thin, 0 are empty." in page
    page = browser.get("/bank/?rows=law&columns=level&want=5").text
    assert "0 cells have enough, 1 are thin, 2 are empty." in page
    assert "Not held against the statute" in page
    browser.set_cookie("language", "zh")
    assert browser.get("/bank/?want=9999999999").status_code == 200


def test_coverage_counts_only_what_may_be_drawn(session, cast, final):
    service.create_item(session, cast["tan"].actor, replace(SINGLE, code="Q-7", stem="草稿？"), now=START)
    [table] = queries.coverage(session, "law", "type", 2)
    assert table.columns == ("SINGLE", "MULTIPLE", "TRUE_FALSE")
    assert [(row.name, row.total) for row in table.rows] == [("行政处罚法", 3)]
    assert table.states == {"ENOUGH": 0, "THIN": 3, "EMPTY": 0}
    assert queries.review_counts(session) == {"PUBLIC_LAW": {"UNREVIEWED": 4, "CHECKED": 0, "REVIEWED": 0}}


def test_people_talk_about_a_version_and_the_ledger_keeps_it(session, cast, sign_in, written):
    browser = sign_in("tan")
    said = browser.post("/bank/items/Q-1/remarks", data={"about": "1", "text": "选项C太弱"})
    assert said.headers["Location"].startswith("/bank/items/Q-1?version=1")
    service.add_remark(session, cast["rui"].actor, "Q-1", 1, text="同意", now=START + timedelta(hours=1))
    shown = browser.get("/bank/items/Q-1").text
    assert shown.index("选项C太弱") < shown.index("同意")
    empty = browser.post("/bank/items/Q-1/remarks", data={"about": "1", "text": " "})
    assert empty.status_code == 422
    assert "Write the comment." in unescape(empty.text)
    assert browser.post("/bank/items/Q-1/remarks", data={"about": "7", "text": "x"}).status_code == 404
    assert browser.post("/bank/items/NONE/remarks", data={"about": "1", "text": "x"}).status_code == 404
    assert sign_in("ou").post("/bank/items/Q-1/remarks", data={"about": "1", "text": "x"}).status_code == 403
    assert [entry.event for entry in about(session, "item", "Q-1")][:2] == ["bank.item.commented"] * 2
    assert [one.text for one in queries.item_page(session, "Q-1").remarks] == ["选项C太弱", "同意"]


def test_a_remark_that_says_nothing_or_too_much_is_refused(session, cast, written):
    tan = cast["tan"].actor
    for text in ("  ", "x" * 2001):
        with pytest.raises(Invalid):
            service.add_remark(session, tan, "Q-1", 1, text=text, now=START)
    with pytest.raises(NotFound):
        service.add_remark(session, tan, "Q-1", 2, text="x", now=START)
