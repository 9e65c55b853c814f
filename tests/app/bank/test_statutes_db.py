"""Statutes in the bank: a new edition is previewed, taken up from a day on, and taken back; nothing ended is drawn."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.bank import queries, service
from app.bank.models import BankStatute, BankStatuteReview
from app.bank.service.writing import add_items
from app.core.errors import Invalid, Refused
from app.ledger.queries import about
from question_bank.items import Citation
from question_bank.statutes import Fate
from tests.app.bank.conftest import SINGLE
from tests.app.bank.night_market import (
    AFTER,
    BEFORE,
    BEGINS,
    FILES,
    LATER,
    LAW,
    NEW,
    OLD,
    drawn,
    events,
    load,
    question,
    statuses,
)  # fmt: skip
from tests.conftest import PASSWORD, START, refused
from tests.question_bank.statistics.sittings import say
from tests.question_bank.statutes.pairs import PAIRS, citing, compared


def test_a_dry_run_tells_what_would_change_and_writes_nothing(session, operator, cited):
    load(session, operator, BEFORE, OLD)
    kept = session.scalar(select(func.count()).select_from(BankStatute))
    told = load(session, operator, AFTER, NEW, dry_run=True)
    assert told.counts == {"UNCHANGED": 1, "CHANGED": 1, "MOVED": 2, "GONE": 1, "NEW": 1}
    assert told.citing == (
        ("N-1", "SAME", "1", "1"), ("N-2", "SAME", "2", "3"), ("N-3", "MOVED", "3", "4"), ("N-4", "GONE", "4", None),
    )  # fmt: skip
    assert (told.before, told.valid_from) == (f"{LAW} {BEFORE}", BEGINS)
    assert session.scalar(select(func.count()).select_from(BankStatute)) == kept
    assert set(statuses(session).values()) == {"FINAL"}


def test_questions_of_an_ended_edition_are_drawn_to_its_last_day_and_never_after(session, cited, both):
    assert drawn(session, BEGINS - timedelta(days=1)) == cited
    assert drawn(session, BEGINS) == []
    assert drawn(session, date(2027, 1, 1)) == []


def test_a_question_of_the_new_edition_is_drawn_from_its_first_day(session, cast, both):
    service.create_item(session, cast["tan"].actor, question("N-9", "4", AFTER), now=START, submit=True)
    service.approve(session, cast["rui"].actor, [("N-9", 1)], now=START)
    assert "N-9" not in drawn(session, BEGINS - timedelta(days=1))
    assert drawn(session, BEGINS) == ["N-9"]


def test_changed_moved_and_gone_articles_put_their_questions_under_review_on_the_first_day(session, operator, both):
    assert set(statuses(session).values()) == {"FINAL"}
    assert service.begin_reviews(session, operator, now=LATER - timedelta(days=1)) == 0
    assert service.begin_reviews(session, operator, now=LATER) == 2
    assert service.begin_reviews(session, operator, now=LATER) == 0
    assert statuses(session) == {"N-1": "FINAL", "N-2": "FINAL", "N-3": "REVIEW", "N-4": "REVIEW"}
    assert "bank.item.reopened" in events(session, "N-3")
    assert "bank.item.reopened" not in events(session, "N-1")
    step = queries.item_page(session, "N-3").steps[0]
    assert (step.status, step.comment) == ("REVIEW", f"《{LAW}》（{AFTER}） 3 → 4")


def test_an_edition_that_has_begun_already_acts_at_once(session, operator, cited):
    load(session, operator, BEFORE, OLD)
    told = load(session, operator, AFTER, NEW, now=LATER)
    assert told.under_review == 2
    assert statuses(session)["N-4"] == "REVIEW"


def test_a_version_that_cites_an_ended_edition_cannot_be_approved_and_the_next_one_can(session, cast, operator, both):
    service.begin_reviews(session, operator, now=LATER)
    with refused(Refused, "edition-ended"):
        service.approve(session, cast["rui"].actor, [("N-3", 1)], now=LATER)
    service.edit_item(session, cast["tan"].actor, question("N-3", "4", AFTER), shown=1, now=LATER)
    service.submit(session, cast["tan"].actor, [("N-3", 2)], now=LATER)
    service.approve(session, cast["rui"].actor, [("N-3", 2)], now=LATER)
    assert drawn(session, BEGINS) == ["N-3"]


def test_questions_whose_article_says_the_same_are_carried_over_into_review(session, cast, operator, both):
    assert service.carry_over(session, cast["tan"].actor, both, now=LATER) == 2
    page = queries.item_page(session, "N-2")
    assert (page.row.status, page.row.latest, page.row.in_use) == ("REVIEW", 2, 1)
    assert page.newest.content.citation == Citation(LAW, AFTER, "3")
    assert [name for name, _before, _after in page.newest.changes] == ["citation"]
    with refused(Refused, "nothing-to-carry"):
        service.carry_over(session, cast["tan"].actor, both, now=LATER)
    with refused(Refused, "edition-not-begun"):
        service.approve(session, cast["rui"].actor, [("N-1", 2)], now=START)
    assert "N-1" in drawn(session, BEGINS - timedelta(days=1))
    service.approve(session, cast["rui"].actor, [("N-1", 2), ("N-2", 2)], now=LATER)
    assert drawn(session, BEGINS) == ["N-1", "N-2"]


def test_taking_an_edition_back_restores_what_was_before(session, cast, judge, operator, both):
    service.begin_reviews(session, operator, now=LATER)
    with refused(Invalid, "password-wrong"):
        service.withdraw(session, judge, both, reason="误录", password="wrong", now=LATER)
    assert service.withdraw(session, judge, both, reason="误录", password=PASSWORD, now=LATER) == (2, 0)
    assert set(statuses(session).values()) == {"FINAL"}
    assert drawn(session, BEGINS) == ["N-1", "N-2", "N-3", "N-4"]
    assert next(entry.event for entry in about(session, "statute", both)) == "bank.statute.withdrawn"
    assert events(session, "N-3")[0] == "bank.item.restored"
    with refused(Refused, "edition-closed"):
        service.withdraw(session, judge, both, reason="又一次", password=PASSWORD, now=LATER)
    told = load(session, operator, AFTER, NEW, now=LATER)
    assert (told.state, told.under_review) == ("ADOPTED", 2)


def test_taking_back_leaves_alone_what_somebody_has_worked_on_since(session, cast, operator, both):
    service.begin_reviews(session, operator, now=LATER)
    service.edit_item(session, cast["tan"].actor, question("N-3", "4", AFTER), shown=1, now=LATER)
    done = service.withdraw_edition(session, operator, LAW, AFTER, reason="误录", now=LATER)
    assert done == (1, 1)
    assert statuses(session) == {"N-1": "FINAL", "N-2": "FINAL", "N-3": "DRAFT", "N-4": "FINAL"}


def test_taking_back_undoes_what_was_carried_over_approved_or_not(session, cast, operator, both):
    service.carry_over(session, cast["tan"].actor, both, now=LATER)
    service.approve(session, cast["rui"].actor, [("N-1", 2)], now=LATER)
    assert drawn(session, BEGINS) == ["N-1"]
    assert service.withdraw_edition(session, operator, LAW, AFTER, reason="误录", now=LATER) == (2, 0)
    assert drawn(session, BEGINS) == ["N-1", "N-2", "N-3", "N-4"]
    for code in ("N-1", "N-2"):
        page = queries.item_page(session, code)
        assert (page.row.status, page.row.latest, page.row.in_use) == ("DRAFT", 2, 1)
        assert events(session, code)[0] == "bank.item.restored"
    service.submit(session, cast["tan"].actor, [("N-2", 2)], now=LATER)
    with refused(Refused, "edition-withdrawn"):
        service.approve(session, cast["rui"].actor, [("N-2", 2)], now=LATER)
    load(session, operator, AFTER, NEW, now=LATER)
    service.approve(session, cast["rui"].actor, [("N-2", 2)], now=LATER)
    assert drawn(session, BEGINS) == ["N-2"]


def test_a_question_written_for_an_edition_that_is_taken_back_is_not_drawn(session, cast, operator, both):
    service.create_item(session, cast["tan"].actor, question("N-9", "4", AFTER), now=START, submit=True)
    service.approve(session, cast["rui"].actor, [("N-9", 1)], now=START)
    assert service.withdraw_edition(session, operator, LAW, AFTER, reason="误录", now=LATER) == (0, 1)
    assert statuses(session)["N-9"] == "FINAL"
    assert drawn(session, BEGINS) == ["N-1", "N-2", "N-3", "N-4"]


def test_taking_back_puts_nothing_in_use_that_a_reviewer_has_sent_back(session, cast, operator, both):
    service.begin_reviews(session, operator, now=LATER)
    service.reject(session, cast["rui"].actor, [("N-3", 1)], comment="罚款幅度变了", now=LATER)
    service.submit(session, cast["tan"].actor, [("N-3", 1)], now=LATER)
    assert service.withdraw_edition(session, operator, LAW, AFTER, reason="误录", now=LATER) == (1, 1)
    assert statuses(session)["N-3"] == "REVIEW"


def test_taking_one_of_two_editions_back_leaves_under_review_what_the_other_asks_for(session, operator, both):
    third = NEW.replace("2026年4月1日", "2026年4月2日").replace("五百元", "六百元")
    later = LATER + timedelta(days=1)
    service.begin_reviews(session, operator, now=LATER)
    [told] = service.load_files(session, operator, [(f"{LAW}(2026-01-06).md", third.encode())], now=later)
    assert told.under_review == 2  # N-1 and N-2 cite the edition before last, of which that cannot be told
    assert service.withdraw_edition(session, operator, LAW, AFTER, reason="误录", now=later) == (0, 2)
    assert set(statuses(session).values()) == {"REVIEW"}
    assert drawn(session, BEGINS + timedelta(days=1)) == []
    assert events(session, "N-3")[:2] == ["bank.item.reopened", "bank.item.restored"]


def test_an_edition_begins_with_the_day_in_beijing_wherever_the_site_stands(session, operator, cited):
    load(session, operator, BEFORE, OLD)
    midnight = datetime.fromisoformat("2026-04-01T00:00+08:00")
    told = load(session, operator, AFTER, NEW, now=midnight - timedelta(seconds=1))
    assert told.under_review == 0
    assert service.begin_reviews(session, operator, now=midnight - timedelta(seconds=1)) == 0
    assert service.begin_reviews(session, operator, now=midnight) == 2


def test_one_edition_read_twice_is_taken_up_once(session, judge, cited):
    file = (FILES[AFTER], NEW.encode())
    first, second = (service.propose(session, judge, *file, now=START) for _ in range(2))
    said = {"valid_from": None, "reason": "", "password": PASSWORD, "now": START}
    service.adopt(session, judge, first, **said)
    with refused(Refused, "edition-known"):
        service.adopt(session, judge, second, **said)
    with refused(Refused, "edition-closed"):
        service.adopt(session, judge, first, **said)


def test_a_question_edited_between_the_preview_and_the_taking_up_is_judged_as_it_stands(session, cast, judge, cited):
    load(session, judge, BEFORE, OLD)
    number = service.propose(session, judge, FILES[AFTER], NEW.encode(), now=LATER)
    assert [row.code for row in queries.statute_page(session, number).to_review] == ["N-3", "N-4"]
    service.edit_item(session, cast["tan"].actor, question("N-3", "2"), shown=1, now=LATER)
    service.submit(session, cast["tan"].actor, [("N-3", 2)], now=LATER)
    service.approve(session, cast["rui"].actor, [("N-3", 2)], now=LATER)
    done = service.adopt(session, judge, number, valid_from=None, reason="", password=PASSWORD, now=LATER)
    assert done == 1
    assert statuses(session) == {"N-1": "FINAL", "N-2": "FINAL", "N-3": "FINAL", "N-4": "REVIEW"}


def test_a_question_without_an_edition_means_the_one_in_force_when_it_was_written(session, cast, operator, both):
    service.create_item(session, cast["tan"].actor, question("N-8", "3", ""), now=START, submit=True)
    service.approve(session, cast["rui"].actor, [("N-8", 1)], now=START)
    service.create_item(session, cast["tan"].actor, question("N-7", "4", ""), now=LATER, submit=True)
    service.approve(session, cast["rui"].actor, [("N-7", 1)], now=LATER)
    assert "N-8" in drawn(session, BEGINS - timedelta(days=1))
    assert drawn(session, BEGINS) == ["N-7"]
    assert service.begin_reviews(session, operator, now=LATER) == 3
    assert statuses(session)["N-8"] == "REVIEW"
    assert statuses(session)["N-7"] == "FINAL"


def test_a_law_under_a_new_name_ends_the_old_one(session, cast, operator, cited):
    load(session, operator, BEFORE, OLD)
    renamed = NEW.replace("# 夜市管理法", "# 夜间经济促进法")
    files = [(f"夜间经济促进法({AFTER}).md", renamed.encode())]
    given = service.Given(follows=f"中华人民共和国{LAW}")
    [told] = service.load_files(session, operator, files, now=LATER, given=given)
    assert (told.law, told.before, told.under_review) == ("夜间经济促进法", f"{LAW} {BEFORE}", 2)
    assert drawn(session, BEGINS) == []
    row = next(row for row in queries.statutes(session) if (row.law, row.edition) == (LAW, BEFORE))
    assert row.ends == BEGINS - timedelta(days=1)


def test_an_edition_whose_first_day_nobody_states_is_not_taken_up_over_another(session, operator, cited):
    load(session, operator, BEFORE, OLD)
    silent = NEW.replace("自2026年4月1日起施行", "自公布之日起施行")
    with refused(Invalid, "commencement-unknown"):
        load(session, operator, AFTER, silent)
    assert session.scalar(select(func.count()).select_from(BankStatute)) == 1
    assert load(session, operator, AFTER, silent, valid_from=BEGINS).valid_from == BEGINS


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"valid_from": date(2026, 1, 4)}, "days-out-of-order"),
        ({"valid_to": date(2026, 3, 31)}, "days-out-of-order"),
        ({"follows": LAW}, "follows-itself"),
    ],
)
def test_days_and_names_that_cannot_be_are_refused(session, operator, given, code):
    with refused(Invalid, code):
        load(session, operator, AFTER, NEW, **given)
    assert session.scalar(select(func.count()).select_from(BankStatute)) == 0


def test_the_same_file_again_changes_nothing_and_another_text_of_it_is_refused(session, operator, both):
    assert load(session, operator, AFTER, NEW).state == "UNCHANGED"
    with refused(Refused, "edition-known"):
        load(session, operator, AFTER, NEW.replace("五百元", "六百元"))


def test_several_files_are_taken_up_oldest_first_all_or_none(session, operator, cited):
    files = [(FILES[AFTER], NEW.encode()), (FILES[BEFORE], OLD.encode())]
    done = service.load_files(session, operator, files, now=START)
    assert [one.edition for one in done] == [BEFORE, AFTER]
    with refused(Invalid, "one-file-only"):
        service.load_files(session, operator, files, now=START, given=service.Given(valid_to=BEGINS))
    kept = session.scalar(select(func.count()).select_from(BankStatute))
    with refused(Invalid, "statute-unreadable"):
        more = [("早市法(2020-01-01).md", OLD.replace("夜市管理法", "早市法").encode()), ("x.md", b"nothing")]
        service.load_files(session, operator, more, now=START)
    assert session.scalar(select(func.count()).select_from(BankStatute)) == kept


WRITTEN = datetime.fromisoformat("2023-10-01T01:00+00:00")


def test_the_index_of_the_package_ends_editions_without_any_file(session, cast):
    """The reconsideration law of 2017 ended when the one of 2023 began."""
    for code, edition, article in (("F-1", "2017-09-01", "9"), ("F-2", "2023-09-01", "20")):
        cited = replace(SINGLE, code=code, stem=f"{code}？", citation=Citation("行政复议法", edition, article))
        service.create_item(session, cast["tan"].actor, cited, now=WRITTEN)
        service.submit(session, cast["tan"].actor, [(code, 1)], now=WRITTEN)
        service.approve(session, cast["rui"].actor, [(code, 1)], now=WRITTEN)
    assert drawn(session, date(2023, 12, 31)) == ["F-1"]
    assert drawn(session, date(2024, 1, 1)) == ["F-2"]


REAL = {
    "行政复议法": (
        {}, {"UNCHANGED": 0, "CHANGED": 2, "MOVED": 27, "GONE": 14, "NEW": 61},
        {"GONE": 14, "MOVED": 13, "CHANGED": 2},
    ),
    "噪声污染防治法": (
        {"follows": "环境噪声污染防治法"}, {"UNCHANGED": 0, "CHANGED": 3, "MOVED": 17, "GONE": 44, "NEW": 70},
        {"GONE": 44, "MOVED": 4, "CHANGED": 3},
    ),
    "监察法": (
        {"valid_from": date(2025, 6, 1)}, {"UNCHANGED": 14, "CHANGED": 6, "MOVED": 49, "GONE": 0, "NEW": 9},
        {"SAME": 2, "CHANGED": 6},
    ),
}  # fmt: skip


@pytest.mark.parametrize("law", REAL)
def test_the_three_real_pairs_of_editions_are_told_and_put_their_questions_under_review(
    session, cast, operator, shared, law
):
    """A bank of the older edition: bundled questions whose article stood there, one for each that changed or went."""
    given, articles, effects = REAL[law]
    found = compared(shared, law)
    cited = [(item.code, change.before) for item, change in citing(found) if change.before]
    lost = [change for change in found.changes if change.fate in {Fate.GONE, Fate.CHANGED}]
    cited += [(f"{change.fate}-{change.before}", change.before) for change in lost]
    written = datetime.fromisoformat("2019-06-01T01:00+00:00")
    asked = [question(code, article, found.edition_before, found.law_before) for code, article in cited]
    pairs = add_items(session, cast["tan"].actor, asked, now=written, submit=True)
    service.approve(session, cast["rui"].actor, [(item.code, 1) for item, _version in pairs], now=written)
    older, newer = ((name, (shared / "laws" / name).read_bytes()) for name in PAIRS[law])
    service.load_files(session, operator, [older], now=START)
    [told] = service.load_files(session, operator, [newer], now=START, given=service.Given(**given))
    say(f"{told.before} -> {told.law} {told.edition}, from {told.valid_from}: articles {told.counts}")
    say(f"  questions: {dict(Counter(effect for _code, effect, *_rest in told.citing))}, {told.under_review} to review")
    assert told.counts == articles
    assert Counter(effect for _code, effect, *_rest in told.citing) == effects
    assert told.under_review == len(cited) - effects.get("SAME", 0)
    marks = select(BankStatuteReview.effect)
    assert Counter(session.scalars(marks)) == Counter({key: n for key, n in effects.items() if key != "SAME"})
    assert drawn(session, told.valid_from) == []
    assert drawn(session, told.valid_from - timedelta(days=1)) == sorted(code for code, _article in cited)
