"""Beginning, handing in, closing what is overdue, more time."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.core.errors import Invalid, NotFound, Refused
from app.core.permissions import system_actor
from app.exams import jobs, queries, service
from app.exams.models import Attempt, AttemptEvent, ExamPaper, Result
from app.exams.sitting import ClosedBy, Kind
from app.ledger.models import LedgerEntry
from app.registry.models import Person
from tests.app.exams.conftest import CLOSES, OPENS, ZONE, candidate
from tests.conftest import START


def _events(session, attempt_id):
    return list(session.scalars(select(AttemptEvent.kind).where(AttemptEvent.attempt_id == attempt_id)))


def test_a_paper_cannot_be_begun_before_the_opening_nor_from_the_closing_on(session, people, make_sitting, writer):
    person = people("KT-0101")
    sitting = make_sitting("KT-0101")
    for moment in (OPENS - timedelta(seconds=1), CLOSES, CLOSES + timedelta(hours=1)):
        with pytest.raises(Refused, match="while the sitting is open"):
            writer.start(person, sitting, moment)
    assert session.scalar(select(func.count(Attempt.id))) == 0
    assert writer.start(person, sitting, CLOSES - timedelta(seconds=1)).fresh


def test_a_stranger_finds_no_sitting(session, people, make_sitting, writer):
    sitting = make_sitting()
    with pytest.raises(NotFound):
        writer.start(people("KT-0102"), sitting)


def test_starting_again_comes_back_to_the_same_paper_and_notes_a_new_device(session, people, make_sitting, writer):
    person = people("KT-0101")
    sitting = make_sitting("KT-0101")
    first = writer.start(person, sitting, device="d1")
    again = writer.start(person, sitting, OPENS + timedelta(minutes=1), device="d2")
    assert again.attempt_id == first.attempt_id
    assert again.deadline_at == first.deadline_at
    assert again.device_changed
    assert _events(session, first.attempt_id) == ["STARTED", "NEW_DEVICE"]
    assert session.get(Attempt, first.attempt_id).device_token == "d2"


def test_handing_in_twice_gives_the_same_receipt(session, people, make_sitting, writer):
    person = people("KT-0101")
    started = writer.start(person, make_sitting("KT-0101"))
    writer.answer_rightly(started.attempt_id, 2)
    writer.answer(started.attempt_id, 1, "")
    first = writer.submit(started.attempt_id)
    second = writer.submit(started.attempt_id, OPENS + timedelta(minutes=45))
    assert first == second
    assert (first.answered, first.places, first.closed_by) == (4, 5, ClosedBy.SELF)
    assert first.submitted_at == OPENS + timedelta(minutes=30)
    assert len(first.code) == 14
    closings = select(func.count()).where(LedgerEntry.event == "exams.attempt.closed")
    assert session.scalar(closings) == 1


def test_nobody_hands_in_another_persons_paper(session, people, make_sitting, writer):
    started = writer.start(people("KT-0101"), make_sitting("KT-0101"))
    with pytest.raises(NotFound):
        service.submit(session, candidate(people("KT-0102")), started.attempt_id, now=OPENS)
    assert session.get(Attempt, started.attempt_id).closed_by is None


def test_a_formal_paper_is_not_begun_twice(people, make_sitting, writer):
    person = people("KT-0101")
    sitting = make_sitting("KT-0101")
    writer.sit(person, sitting, 5)
    with pytest.raises(Refused, match="handed in"):
        writer.start(person, sitting, OPENS + timedelta(hours=1))


def test_an_overdue_paper_is_closed_after_the_grace_with_what_was_saved(session, people, make_sitting, writer):
    person = people("KT-0101")
    started = writer.start(person, make_sitting("KT-0101"))
    writer.answer_rightly(started.attempt_id, 5)
    last = started.deadline_at + timedelta(seconds=60)
    assert jobs.close_overdue(last) == 0
    assert jobs.close_overdue(last + timedelta(seconds=1)) == 1
    assert jobs.close_overdue(last + timedelta(seconds=2)) == 0
    attempt = session.get(Attempt, started.attempt_id)
    assert (attempt.closed_by, attempt.submitted_at, attempt.answered) == ("OVERDUE", last, 5)
    assert session.scalars(select(Result)).one().score == 10


def test_handing_in_after_the_grace_counts_as_overdue(people, make_sitting, writer):
    started = writer.start(people("KT-0101"), make_sitting("KT-0101"))
    receipt = writer.submit(started.attempt_id, started.deadline_at + timedelta(seconds=61))
    assert receipt.closed_by is ClosedBy.OVERDUE
    assert receipt.submitted_at == started.deadline_at + timedelta(seconds=60)


def test_handing_in_within_the_grace_is_the_candidates_own(people, make_sitting, writer):
    started = writer.start(people("KT-0101"), make_sitting("KT-0101"))
    receipt = writer.submit(started.attempt_id, started.deadline_at + timedelta(seconds=60))
    assert receipt.closed_by is ClosedBy.SELF


def test_the_window_ends_a_paper_begun_late_but_not_the_extra_time(session, people, make_sitting, writer):
    person = people("KT-0101")
    session.get(Person, person).extra_time_percent = 25
    session.flush()
    started = writer.start(person, make_sitting("KT-0101"), CLOSES - timedelta(minutes=10))
    assert started.deadline_at == CLOSES + timedelta(minutes=15)


def test_time_granted_during_the_sitting_moves_the_deadline_and_is_noted(session, cast, people, make_sitting, writer):
    person = people("KT-0101")
    sitting = make_sitting("KT-0101")
    started = writer.start(person, sitting)
    inv = cast["inv"].actor
    until = service.grant_time(session, inv, sitting, person, 10, "停电", now=OPENS + timedelta(minutes=5))
    assert until == started.deadline_at + timedelta(minutes=10)
    assert _events(session, started.attempt_id) == ["STARTED", "EXTRA_TIME"]
    entry = session.scalars(select(LedgerEntry).where(LedgerEntry.event == "exams.time.granted")).one()
    assert entry.reason == "停电"


def test_time_granted_before_the_start_counts_from_the_start(session, cast, people, make_sitting, writer):
    person = people("KT-0101")
    sitting = make_sitting("KT-0101")
    assert service.grant_time(session, cast["inv"].actor, sitting, person, 10, "视力", now=START) is None
    assert writer.start(person, sitting).deadline_at == OPENS + timedelta(minutes=70)


@pytest.mark.parametrize(("minutes", "reason"), [(0, "x"), (241, "x"), (5, " ")])
def test_a_grant_without_sense_changes_nothing(session, cast, people, make_sitting, minutes, reason):
    person = people("KT-0101")
    sitting = make_sitting("KT-0101")
    with pytest.raises(Invalid):
        service.grant_time(session, cast["inv"].actor, sitting, person, minutes, reason, now=OPENS)
    assert queries.candidates(session, sitting)[0].granted_minutes == 0


def test_time_is_not_granted_for_a_closed_paper(session, cast, people, make_sitting, writer):
    person = people("KT-0101")
    sitting = make_sitting("KT-0101")
    writer.sit(person, sitting, 5)
    with pytest.raises(Refused, match="closed"):
        service.grant_time(session, cast["inv"].actor, sitting, person, 5, "x", now=OPENS + timedelta(minutes=40))


def test_extra_time_given_to_the_person_while_writing_reaches_the_paper_by_the_job(
    session, people, make_sitting, writer
):
    person = people("KT-0101")
    started = writer.start(person, make_sitting("KT-0101"))
    session.get(Person, person).extra_time_percent = 50
    session.flush()
    jobs.close_overdue(started.deadline_at + timedelta(seconds=61))
    attempt = session.get(Attempt, started.attempt_id)
    assert attempt.closed_by is None
    assert attempt.deadline_at == started.deadline_at + timedelta(minutes=30)


def test_only_who_invigilates_may_end_a_paper_and_only_with_a_reason(session, cast, people, make_sitting, writer):
    person = people("KT-0101")
    started = writer.start(person, make_sitting("KT-0101"))
    with pytest.raises(NotFound):
        service.end_attempt(session, cast["sun"].actor, started.attempt_id, "作弊", now=OPENS)
    with pytest.raises(Invalid):
        service.end_attempt(session, cast["inv"].actor, started.attempt_id, " ", now=OPENS)
    receipt = service.end_attempt(session, cast["inv"].actor, started.attempt_id, "替考", now=OPENS)
    assert receipt.closed_by is ClosedBy.INVIGILATOR
    assert session.get(Attempt, started.attempt_id).end_reason == "替考"


def test_practice_may_be_repeated_each_time_with_a_new_paper(session, people, make_sitting, writer):
    person = people("KT-0101")
    sitting = make_sitting(kind=Kind.PRACTICE, open_practice=True)
    first, second = (writer.sit(person, sitting, 5, OPENS + timedelta(hours=n)) for n in (0, 1))
    assert first != second
    papers = session.scalars(select(ExamPaper).where(ExamPaper.person_id == person).order_by(ExamPaper.number)).all()
    assert [paper.number for paper in papers] == [1, 2]


def test_an_open_practice_sitting_is_open_to_the_unit_and_to_nobody_else(people, house, make_sitting, writer):
    sitting = make_sitting(kind=Kind.PRACTICE, open_practice=True)
    with pytest.raises(NotFound):
        writer.start(people("JC-0001", unit=house.other_bureau, agency=house.other_bureau), sitting)
    assert writer.start(people("KT-0101"), sitting).fresh


def test_a_question_that_cannot_be_marked_does_not_undo_the_handing_in(session, bank, people, make_sitting, writer):
    from app.bank.models import ItemVersion

    started = writer.start(people("KT-0101"), make_sitting("KT-0101"))
    keys = {version.id: version.key for version in session.scalars(select(ItemVersion))}
    for version in session.scalars(select(ItemVersion)):
        version.key = []
    session.flush()
    assert writer.submit(started.attempt_id).closed_by is ClosedBy.SELF
    assert service.unmarked(session) == [started.attempt_id]
    for version in session.scalars(select(ItemVersion)):
        version.key = keys[version.id]
    session.flush()
    jobs.close_overdue(OPENS + timedelta(hours=1))
    assert service.unmarked(session) == []


def test_the_system_actor_of_the_job_stands_in_the_ledger(session, people, make_sitting, writer):
    writer.start(people("KT-0101"), make_sitting("KT-0101"))
    service.close_next_overdue(session, system_actor("exams-job"), now=CLOSES)
    entry = session.scalars(select(LedgerEntry).where(LedgerEntry.event == "exams.attempt.closed")).one()
    assert (entry.actor_label, entry.after["closed_by"]) == ("exams-job", "OVERDUE")


def test_a_withdrawn_person_may_not_begin(session, tan, people, make_sitting, writer):
    person = people("KT-0101")
    sitting = make_sitting("KT-0101")
    service.withdraw(session, tan, sitting, person, "调离", now=START)
    with pytest.raises(NotFound):
        writer.start(person, sitting)
    assert service.admit_codes(session, tan, sitting, ["KT-0101"], now=START, zone=ZONE).admitted == ("KT-0101",)
    assert writer.start(person, sitting).fresh
