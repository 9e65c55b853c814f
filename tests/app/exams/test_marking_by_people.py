"""Answers that people mark: two markers blind to each other, a third where they are apart, and no release before."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from app.accounts.models import AccountSession
from app.accounts.policy import GRANTS, Role
from app.core.errors import Invalid, NotFound, Refused
from app.core.permissions import P
from app.exams import queries, service
from app.exams.models import Attempt, Marking, MarkingTask, Result
from app.exams.policy import apart, markers_needed, settled
from app.ledger.models import LedgerEntry
from question_bank.specification import Cell
from tests.app.exams import samples
from tests.app.exams.conftest import CLOSES
from tests.conftest import refused

AFTER = CLOSES + timedelta(minutes=5)
TEXT = "应当主动出示执法证件"


@pytest.mark.parametrize(
    ("given", "of", "needed", "came_to"),
    [
        ((), 10, 2, None),
        ((6,), 10, 2, None),
        ((6, 8), 10, 2, 7),
        ((6, "8.01"), 10, 3, None),
        ((2, 8, 7), 10, 3, "7.5"),
        ((8, 2, 3), 10, 3, "2.5"),
        ((2, 8, 5), 10, 3, 5),
        ((0, "0.01"), 1, 2, "0.01"),
        ((3, 3, 9), 10, 2, 3),
    ],
)
def test_marks_are_settled_by_two_or_by_the_third_and_the_nearer(given, of, needed, came_to):
    marks = [Decimal(mark) for mark in given]
    assert markers_needed(marks, Decimal(of)) == needed
    assert settled(marks, Decimal(of)) == (None if came_to is None else Decimal(came_to))


def test_exactly_a_fifth_apart_is_not_apart():
    assert not apart(Decimal(3), Decimal(5), Decimal(10))
    assert apart(Decimal(3), Decimal("5.01"), Decimal(10))


@pytest.fixture
def handed_in(session, people, make_specification, make_sitting, writer):
    """A formal sitting with a short answer (8 marks) and a mixed case (4), handed in: (sitting, attempt)."""
    samples.keep(session, (samples.SHORT, samples.MIXED))
    cells = (Cell(samples.TOPIC, samples.SHORT.type, None, 1, Decimal(8)),
             Cell(samples.TOPIC, samples.MIXED.type, None, 1, Decimal(4)))  # fmt: skip
    made = make_specification(code="PEOPLE", cells=cells)
    sitting = make_sitting("KT-0101" if people("KT-0101", "王隐名") else "", specification=made, show_explanations=True)
    started = writer.start(queries.candidates(session, sitting)[0].person_id, sitting)
    writer.answer(started.attempt_id, 1, TEXT)
    writer.answer(started.attempt_id, 2, '["F", "因为夜间"]')
    writer.submit(started.attempt_id)
    return sitting, started.attempt_id


@pytest.fixture
def give(session, cast, handed_in):
    """Let somebody mark a place of the paper."""

    def mark(name, position, marks, met=(), at=AFTER):
        task = _task(session, handed_in[1], position)
        data = service.MarkData(tuple(met), None if marks is None else Decimal(marks), "")
        return service.give_mark(session, cast[name].actor, handed_in[0], task.id, data, now=at)

    return mark


def _task(session, attempt, position):
    statement = select(MarkingTask).where(MarkingTask.attempt_id == attempt, MarkingTask.position == position)
    return session.scalars(statement.execution_options(populate_existing=True)).one()


def _result(session, attempt):
    statement = select(Result).where(Result.attempt_id == attempt, Result.superseded_at.is_(None))
    return session.scalars(statement).one_or_none()


def test_there_is_no_result_before_every_answer_has_its_markers(session, handed_in, give):
    _sitting, attempt = handed_in
    assert _result(session, attempt) is None
    assert service.unmarked(session) == [], "it waits for people, not for the job"
    assert give("tan", 1, None, (1,)) is False
    assert give("rui", 1, "7") is True
    assert _result(session, attempt) is None
    give("tan", 2, "3")
    assert give("rui", 2, "2.5") is True
    result = _result(session, attempt)
    assert (result.score, result.out_of) == (Decimal("10.25"), 12)  # (6 + 7) / 2, the statement 1, (3 + 2.5) / 2
    assert [place["awarded"] for place in result.places] == ["6.5", "3.75"]


def test_a_release_is_refused_and_says_why_until_all_is_marked(session, tan, handed_in, give):
    sitting, _attempt = handed_in
    give("tan", 1, "8")
    with refused(Refused, "marking-unfinished"):
        service.release_results(session, tan, sitting, 0, now=AFTER)
    for name, position in (("rui", 1), ("tan", 2), ("rui", 2)):
        give(name, position, "3" if position == 2 else "8")
    assert service.release_results(session, tan, sitting, 1, now=AFTER) == 1
    with refused(Refused, "results-made"):
        give("tan", 1, "0")


def test_marks_far_apart_go_to_a_third_person(session, handed_in, give):
    _sitting, attempt = handed_in
    give("tan", 1, "2")
    assert give("rui", 1, "7") is False
    assert _task(session, attempt, 1).needed == 3
    with refused(NotFound, "not-found"):
        give("ada", 1, "6")
    assert give("mar", 1, "6") is True
    assert _task(session, attempt, 1).awarded == Decimal("6.5")


def test_a_fourth_marker_is_not_wanted_and_nobody_marks_twice(session, handed_in, give):
    _sitting, attempt = handed_in
    give("tan", 1, "8")
    give("tan", 1, "6")
    assert _task(session, attempt, 1).given == 1, "a changed mind is no second marker"
    give("rui", 1, "6")
    with refused(Refused, "answer-settled"):
        give("mar", 1, "6")
    rows = session.scalars(select(Marking).order_by(Marking.id)).all()
    assert [(row.marks, row.supersedes) for row in rows] == [(8, None), (6, rows[0].id), (6, None)]


def test_a_changed_mark_settles_anew_while_no_result_rests_on_it(session, handed_in, give):
    _sitting, attempt = handed_in
    give("tan", 1, "8")
    give("rui", 1, "8")
    give("tan", 1, "0")
    task = _task(session, attempt, 1)
    assert (task.settled_at, task.awarded, task.needed) == (None, None, 3)


def test_marks_are_only_ever_added(session, handed_in, give):
    give("tan", 1, "8")
    with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
        session.execute(text("UPDATE exam_marking SET marks = 0"))
    with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
        session.execute(text("DELETE FROM exam_marking"))


BAD_MARKS = (
    (None, (), "marks-missing"),
    ("8.01", (), "marks-out-of-range"),
    ("-1", (), "marks-out-of-range"),
    ("1.005", (), "marks-out-of-range"),
    ("NaN", (), "marks-out-of-range"),
    ("1", (3,), "criteria-unknown"),
)


def test_a_mark_that_cannot_be_is_refused(session, handed_in, give):
    for marks, met, code in BAD_MARKS:
        with refused(Invalid, code):
            give("tan", 1, marks, met)
    assert session.scalars(select(Marking)).all() == []


def test_nobody_marks_their_own_paper_or_one_of_other_units(session, cast, handed_in, give):
    from app.accounts.models import Account
    from app.accounts.queries import actor_of

    sitting, attempt = handed_in
    person = session.get(Attempt, attempt).person_id
    session.get(Account, cast["tan"].account_id).person_id = person
    session.flush()
    object.__setattr__(cast["tan"], "actor", actor_of(session, cast["tan"].account_id))
    with refused(NotFound, "not-found"):
        give("tan", 1, "8")
    assert queries.next_task(session, cast["tan"].actor, sitting) is None
    with refused(NotFound, "not-found"):
        queries.marking_of(session, cast["sun"].actor, sitting)


def test_an_empty_answer_earns_nothing_and_waits_for_nobody(session, people, make_specification, make_sitting, writer):
    samples.keep(session, (samples.SHORT,))
    made = make_specification(code="EMPTY", cells=(Cell(samples.TOPIC, samples.SHORT.type, None, 1, Decimal(8)),))
    started = writer.start(people("KT-0101"), make_sitting("KT-0101", specification=made))
    writer.answer(started.attempt_id, 1, TEXT)
    writer.answer(started.attempt_id, 1, "")
    writer.submit(started.attempt_id)
    assert _result(session, started.attempt_id).score == 0


def test_a_faulty_question_gives_everybody_the_marks_and_nobody_need_mark_it(session, tan, handed_in, give):
    sitting, attempt = handed_in
    give("tan", 2, "3")
    give("rui", 2, "3")
    ref = _task(session, attempt, 1).ref
    with refused(Refused, "key-unsupported"):
        service.correct_key(session, tan, sitting, ref, ["A"], "试", now=AFTER)
    assert service.correct_key(session, tan, sitting, ref, [], "题目有误", now=AFTER) == 1
    assert _result(session, attempt).score == 12
    assert queries.marking_left(session, sitting) == (0, 2)


def test_the_ledger_names_who_marked_what_and_how_it_was_settled(session, handed_in, give):
    give("tan", 1, "8")
    give("rui", 1, "7")
    events = session.scalars(select(LedgerEntry).where(LedgerEntry.event.like("exams.answer.%"))).all()
    assert [entry.event for entry in events] == [
        "exams.answer.marked", "exams.answer.marked", "exams.answer.settled",
    ]  # fmt: skip
    assert events[2].after["awarded"] == "7.50"


def test_who_may_mark(session):
    assert {role for role, granted in GRANTS.items() if P.EXAMS_MARK in granted} == {
        Role.MARKER, Role.TRAINER, Role.REVIEWER,
    }  # fmt: skip


def test_a_marker_goes_from_answer_to_answer_sees_no_name_and_nobody_elses_mark(
    session, sign_in, clock, handed_in, give
):
    sitting, attempt = handed_in
    clock.at = AFTER
    session.execute(update(AccountSession).values(last_seen_at=AFTER))
    give("tan", 1, "7.53")
    client = sign_in("rui")
    assert "2 answers wait for your marks." in client.get("/").text
    assert f"/exams/sittings/{sitting}/marking" in client.get("/exams/marking").text
    here = client.get(f"/exams/sittings/{sitting}/marking/next").headers["Location"]
    page = client.get(here).text
    for words in (TEXT, "评分密一", "范文密", "6 marks", "2 marks"):
        assert words in page
    for hidden in ("王隐名", "KT-0101", "7.53"):
        assert hidden not in page
    assert client.post(here, data={"marks": "9"}).status_code == 422
    second = client.post(here, data={"met": ["1"], "comment": "要点一"}).headers["Location"]
    assert second.endswith("/marking/next")
    case = client.get(second).headers["Location"]
    assert "某店夜间噪声扰民" in client.get(case).text
    assert client.post(case, data={"marks": "3"}).status_code == 302
    done = client.get(f"/exams/sittings/{sitting}/marking/next", follow_redirects=True).text
    assert "nothing more for you to mark" in done
    assert "要点一" in done
    assert _task(session, attempt, 1).awarded == Decimal("6.77")


def test_the_trainer_sees_what_the_results_wait_for_and_the_candidate_what_was_right(
    session, sign_in, clock, handed_in, give, tan
):
    sitting, _attempt = handed_in
    clock.at = AFTER
    session.execute(update(AccountSession).values(last_seen_at=AFTER))
    client = sign_in("tan")
    page = client.get(f"/exams/sittings/{sitting}/results").text
    assert "2 of 2 answers that people mark are not settled yet" in page
    for name, position in (("tan", 1), ("rui", 1), ("tan", 2), ("rui", 2)):
        give(name, position, "3")
    assert "not settled yet" not in client.get(f"/exams/sittings/{sitting}/results").text
    assert client.post(f"/exams/sittings/{sitting}/release", data={"count": "1"}).status_code == 302


def test_only_markers_reach_the_pages(sign_in, handed_in, session):
    sitting, attempt = handed_in
    task = _task(session, attempt, 1).id
    for name in ("ou", "sun", "inv"):
        client = sign_in(name)
        for path in ("marking", f"sittings/{sitting}/marking", f"sittings/{sitting}/marking/{task}"):
            assert client.get(f"/exams/{path}").status_code == 403
    assert sign_in("tan").get(f"/exams/sittings/{sitting + 1}/marking").status_code == 404
