"""Marking, releasing, correcting keys, and what other rooms are told."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from app.core.errors import NotFound, Refused, Stale
from app.exams import queries, service
from app.exams.models import Result
from app.exams.sitting import Kind, State
from app.ledger.models import LedgerEntry
from question_bank.scoring import ScoringPolicy
from tests.app.exams.conftest import CLOSES, OPENS, TODAY

AFTER = CLOSES + timedelta(minutes=5)


def _result(session, attempt):
    return session.scalars(select(Result).where(Result.attempt_id == attempt, Result.superseded_at.is_(None))).one()


@pytest.mark.parametrize(("right", "score", "passed"), [(2, 4, False), (3, 6, True), (5, 10, True)])
def test_a_paper_is_marked_when_it_is_handed_in(session, people, make_sitting, writer, right, score, passed):
    attempt = writer.sit(people("KT-0101"), make_sitting("KT-0101"), right)
    result = _result(session, attempt)
    assert (result.score, result.out_of, result.pass_mark, result.passed) == (score, 10, 6, passed)
    assert (result.pass_percent, result.marking) == (60, 1)


def test_an_own_higher_pass_mark_counts(session, people, make_specification, make_sitting, writer):
    made = make_specification(code="GG-80", pass_percent=80)
    attempt = writer.sit(people("KT-0101"), make_sitting("KT-0101", specification=made), 3)
    result = _result(session, attempt)
    assert (result.pass_mark, result.passed) == (8, False)


def test_partial_credit_is_given_where_the_specification_says_so(
    session, people, make_specification, make_sitting, writer
):
    made = make_specification(code="GG-P", scoring=ScoringPolicy.PARTIAL)
    started = writer.start(people("KT-0101"), make_sitting("KT-0101", specification=made))
    writer.answer(started.attempt_id, 5, "AB")
    writer.submit(started.attempt_id)
    assert _result(session, started.attempt_id).score == Decimal("1.33")


def test_the_last_saved_answer_counts(session, people, make_sitting, writer):
    started = writer.start(people("KT-0101"), make_sitting("KT-0101"))
    writer.answer_rightly(started.attempt_id, 5)
    writer.answer(started.attempt_id, 1, "C")
    writer.submit(started.attempt_id)
    assert _result(session, started.attempt_id).score == 8


def test_results_are_released_once_with_the_number_confirmed(session, tan, people, make_sitting, writer):
    person = people("KT-0101")
    sitting = make_sitting("KT-0101")
    writer.sit(person, sitting, 5)
    with pytest.raises(Refused):
        service.release_results(session, tan, sitting, 1, now=OPENS + timedelta(hours=1))
    with pytest.raises(Stale):
        service.release_results(session, tan, sitting, 2, now=AFTER)
    assert queries.passes(session, [person])[person] == []
    assert service.release_results(session, tan, sitting, 1, now=AFTER) == 1
    assert service.release_results(session, tan, sitting, 1, now=AFTER + timedelta(days=1)) == 1
    row = queries.sitting(session, sitting, AFTER)
    assert (row.state, row.released_at) == (State.RELEASED, AFTER)
    entry = session.scalars(select(LedgerEntry).where(LedgerEntry.event == "exams.results.released")).one()
    assert entry.after == {"results": 1, "passed": 1}


def test_only_the_trainer_in_charge_releases(session, cast, people, make_sitting, writer):
    person = people("KT-0101")
    sitting = make_sitting("KT-0101")
    writer.sit(person, sitting, 5)
    for name in ("inv", "ian", "sun"):
        with pytest.raises(NotFound):
            service.release_results(session, cast[name].actor, sitting, 1, now=AFTER)


def test_other_rooms_are_told_released_formal_results_newest_first(session, tan, people, make_sitting, writer):
    person, nobody = people("KT-0101"), people("KT-0102")
    practice = make_sitting(kind=Kind.PRACTICE, open_practice=True)
    writer.sit(person, practice, 5)
    first = make_sitting("KT-0101")
    writer.sit(person, first, 1)
    service.release_results(session, tan, first, 1, now=AFTER)
    late = OPENS + timedelta(days=40)
    second = make_sitting("KT-0101", at=AFTER, opens_at=late, closes_at=late + timedelta(hours=3))
    writer.sit(person, second, 5, late)
    service.release_results(session, tan, second, 1, now=late + timedelta(hours=4))
    found = queries.passes(session, [person, nobody])
    assert found[nobody] == []
    assert [(one.sitting_id, one.passed, one.paper) for one in found[person]] == [
        (second, True, "PUBLIC_LAW"),
        (first, False, "PUBLIC_LAW"),
    ]
    one = found[person][1]
    assert (one.score, one.out_of, one.pass_mark, one.sat_on, one.released_at) == (2, 10, 6, TODAY, AFTER)
    assert queries.passes(session, [person], known_at=AFTER - timedelta(seconds=1))[person] == []
    assert len(queries.passes(session, [person], known_at=AFTER)[person]) == 1


def test_a_corrected_key_makes_a_new_marking_and_keeps_the_old(session, tan, people, make_sitting, writer):
    person = people("KT-0101")
    sitting = make_sitting("KT-0101")
    attempt = writer.sit(person, sitting, 2)
    service.release_results(session, tan, sitting, 1, now=AFTER)
    wrong = next(place for place in _result(session, attempt).places if place["awarded"] == "0")
    later = AFTER + timedelta(days=2)
    assert service.correct_key(session, tan, sitting, wrong["ref"], ["C"], "答案有误", now=later) == 1
    new = _result(session, attempt)
    assert (new.marking, new.score, new.passed, new.reason) == (2, 6, True, "答案有误")
    then = queries.passes(session, [person], known_at=later - timedelta(seconds=1))[person]
    since = queries.passes(session, [person])[person]
    assert ([r.passed for r in then], [r.passed for r in since]) == ([False], [True])
    assert since[0].released_at == later
    assert session.scalar(select(func.count(Result.id))) == 2


def test_taking_a_correction_back_marks_by_the_newest(session, tan, people, make_sitting, writer):
    person = people("KT-0101")
    sitting = make_sitting("KT-0101")
    attempt = writer.sit(person, sitting, 5)
    ref = _result(session, attempt).places[0]["ref"]
    service.correct_key(session, tan, sitting, ref, ["C"], "一", now=AFTER)
    assert _result(session, attempt).score == 8
    service.correct_key(session, tan, sitting, ref, ["B"], "二", now=AFTER)
    assert (_result(session, attempt).score, _result(session, attempt).marking) == (10, 3)


def test_practice_results_are_known_at_once_and_never_count(session, people, make_sitting, writer, tan):
    person = people("KT-0101")
    sitting = make_sitting(kind=Kind.PRACTICE, open_practice=True, show_explanations=True)
    attempt = writer.sit(person, sitting, 1)
    own = queries.own_result(session, person, attempt, TODAY)
    assert (own.score, own.passed, own.next_on) == (2, False, None)
    assert own.items[0].explanation.startswith("解析")
    assert queries.passes(session, [person])[person] == []
    with pytest.raises(Refused):
        service.release_results(session, tan, sitting, 1, now=AFTER)


def test_the_own_result_shows_topics_and_the_next_day(session, tan, people, make_sitting, writer):
    person = people("KT-0101")
    sitting = make_sitting("KT-0101")
    attempt = writer.sit(person, sitting, 2)
    with pytest.raises(NotFound):
        queries.own_result(session, person, attempt, TODAY)
    service.release_results(session, tan, sitting, 1, now=AFTER)
    own = queries.own_result(session, person, attempt, TODAY)
    assert [(t.topic, t.score, t.out_of) for t in own.topics] == [("行政处罚法", 4, 8), ("行政强制法", 0, 2)]
    assert (str(own.next_on), own.attempts_left, own.items) == ("2026-04-01", 2, ())
    with pytest.raises(NotFound):
        queries.own_result(session, person + 1, attempt, TODAY)


def test_item_figures_are_withheld_below_twenty_candidates_and_given_from_twenty(
    session, tan, people, make_sitting, writer
):
    codes = [f"KT-1{n:03}" for n in range(20)]
    persons = [people(code) for code in codes]
    sitting = make_sitting(*codes, show_explanations=False)
    for index, person in enumerate(persons[:-1]):
        writer.sit(person, sitting, 5 if index % 2 else 1)
    rows = queries.item_rows(session, sitting)
    assert all(row.facility is None and row.n < 20 for row in rows)
    assert sum(row.n for row in rows) == 19 * 5
    writer.sit(persons[-1], sitting, 5)
    assert len(queries.results(session, sitting)) == 20
