"""Who is admitted, who is not and why; seats; changing and calling off."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.core.errors import Invalid, NotFound, Refused
from app.exams import queries, service
from app.exams.models import ExamSpecification
from app.exams.sitting import Kind, Refusal, State
from tests.app.exams.conftest import CLOSES, OPENS, ZONE, plan
from tests.conftest import START


def _refusals(report):
    return {one.code: one.refusal for one in report.refused}


def test_each_code_is_admitted_or_refused_with_its_reason(session, tan, house, people, make_sitting):
    people("KT-0101")
    people("KT-0102", kind="AUXILIARY")
    people("JC-0001", unit=house.other_bureau, agency=house.other_bureau)
    sitting = make_sitting()
    codes = ["kt-0101", "KT-0101", "KT-0102", "JC-0001", "KT-9999"]
    report = service.admit_codes(session, tan, sitting, codes, now=START, zone=ZONE)
    assert report.admitted == ("KT-0101",)
    assert [one.refusal for one in report.refused if one.code == "KT-0101"] == [Refusal.REPEATED]
    assert _refusals(report) | {"KT-0101": None} == {
        "KT-0101": None,
        "KT-0102": Refusal.WRONG_KIND,
        "JC-0001": Refusal.UNKNOWN_CODE,
        "KT-9999": Refusal.UNKNOWN_CODE,
    }
    again = service.admit_codes(session, tan, sitting, ["KT-0101"], now=START, zone=ZONE)
    assert _refusals(again) == {"KT-0101": Refusal.ALREADY_ADMITTED}


def test_no_codes_or_too_many_change_nothing(session, tan, make_sitting):
    sitting = make_sitting()
    for codes in ([" "], ["X"] * 2001):
        with pytest.raises(Invalid):
            service.admit_codes(session, tan, sitting, codes, now=START, zone=ZONE)
    assert queries.candidates(session, sitting) == []


def test_a_unit_is_admitted_with_all_below_it(session, tan, house, people, make_sitting):
    people("KT-0101")
    people("KT-0102", unit=house.brigade)
    sitting = make_sitting()
    report = service.admit_unit(session, tan, sitting, house.bureau, now=START, zone=ZONE)
    assert set(report.admitted) >= {"KT-0101", "KT-0102"}
    with pytest.raises(NotFound):
        service.admit_unit(session, tan, sitting, house.other_bureau, now=START, zone=ZONE)


def test_whoever_failed_waits_and_is_told_until_when(session, tan, people, make_sitting, writer):
    person = people("KT-0101")
    first = make_sitting("KT-0101")
    writer.sit(person, first, 1)
    soon = {"opens_at": START + timedelta(days=10), "closes_at": START + timedelta(days=10, hours=3)}
    second = make_sitting(**soon)
    pending = service.admit_codes(session, tan, second, ["KT-0101"], now=CLOSES, zone=ZONE)
    assert _refusals(pending) == {"KT-0101": Refusal.RESULT_PENDING}
    service.release_results(session, tan, first, 1, now=CLOSES)
    waiting = service.admit_codes(session, tan, second, ["KT-0101"], now=CLOSES, zone=ZONE)
    assert [(one.refusal, str(one.next_on)) for one in waiting.refused] == [(Refusal.MUST_WAIT, "2026-04-01")]
    late = {"opens_at": START + timedelta(days=30), "closes_at": START + timedelta(days=30, hours=3)}
    third = make_sitting(**late)
    assert service.admit_codes(session, tan, third, ["KT-0101"], now=CLOSES, zone=ZONE).admitted == ("KT-0101",)


def test_nobody_is_admitted_to_two_open_sittings_of_one_paper(session, tan, people, make_sitting):
    people("KT-0101")
    make_sitting("KT-0101")
    report = service.admit_codes(session, tan, make_sitting(), ["KT-0101"], now=START, zone=ZONE)
    assert _refusals(report) == {"KT-0101": Refusal.ADMITTED_ELSEWHERE}


def test_a_sitting_may_not_move_to_a_day_on_which_an_admitted_person_may_not_sit(
    session, tan, people, make_sitting, writer
):
    person = people("KT-0101")
    first = make_sitting("KT-0101")
    writer.sit(person, first, 1)
    service.release_results(session, tan, first, 1, now=CLOSES)
    late = {"opens_at": START + timedelta(days=30), "closes_at": START + timedelta(days=30, hours=3)}
    second = make_sitting(**late, announced=False)
    service.admit_codes(session, tan, second, ["KT-0101"], now=CLOSES, zone=ZONE)
    row = queries.sitting(session, second, CLOSES)
    soon = {"opens_at": START + timedelta(days=29), "closes_at": START + timedelta(days=29, hours=3)}
    with pytest.raises(Refused, match="KT-0101 is admitted but may not sit"):
        service.change_sitting(
            session, tan, second, row.version, plan(row.specification_id, **soon), now=CLOSES, zone=ZONE
        )


def test_seats_follow_the_codes_and_fill_room_after_room(session, tan, people, make_sitting):
    codes = [f"KT-01{n:02}" for n in range(5)]
    for code in reversed(codes):
        people(code)
    rooms = (
        service.RoomData("甲", 2, "一楼"),
        service.RoomData("线上", 2, remote=True),
        service.RoomData("乙", 2, "二楼"),
    )
    sitting = make_sitting(*codes, rooms=rooms)
    assert service.assign_seats(session, tan, sitting, now=START) == 5
    assert service.assign_seats(session, tan, sitting, now=START) == 0
    placed = {row.code: (row.room, row.seat) for row in queries.candidates(session, sitting)}
    assert [placed[code] for code in codes] == [("甲", 1), ("甲", 2), ("乙", 1), ("乙", 2), ("线上", None)]


def test_rooms_too_small_seat_nobody(session, tan, people, make_sitting):
    for code in ("KT-0101", "KT-0102"):
        people(code)
    sitting = make_sitting("KT-0101", "KT-0102", rooms=(service.RoomData("甲", 1, "一楼"),))
    with pytest.raises(Refused, match="2 people need a place and the rooms have 1"):
        service.assign_seats(session, tan, sitting, now=START)
    assert {row.room for row in queries.candidates(session, sitting)} == {None}


def test_a_sitting_that_somebody_has_begun_is_not_called_off_nor_changed(session, tan, people, make_sitting, writer):
    person = people("KT-0101")
    sitting = make_sitting("KT-0101")
    writer.start(person, sitting)
    with pytest.raises(Refused):
        service.cancel_sitting(session, tan, sitting, "停水", now=OPENS)
    with pytest.raises(Refused):
        service.withdraw(session, tan, sitting, person, "调离", now=OPENS)
    specification = session.scalars(select(ExamSpecification.id)).one()
    with pytest.raises(Refused):
        service.change_sitting(session, tan, sitting, 2, plan(specification), now=OPENS, zone=ZONE)


def test_a_cancelled_sitting_admits_nobody_and_cannot_be_begun(session, tan, people, make_sitting, writer):
    person = people("KT-0101")
    sitting = make_sitting("KT-0101")
    service.cancel_sitting(session, tan, sitting, "停水", now=START)
    assert queries.sitting(session, sitting, START).state is State.CANCELLED
    with pytest.raises(Refused):
        service.admit_codes(session, tan, sitting, ["KT-0001"], now=START, zone=ZONE)
    with pytest.raises(NotFound):
        writer.start(person, sitting)


def test_practice_admits_people_of_any_kind(session, tan, people, make_sitting):
    people("KT-0102", kind="VOLUNTEER")
    sitting = make_sitting(kind=Kind.PRACTICE)
    assert service.admit_codes(session, tan, sitting, ["KT-0102"], now=START, zone=ZONE).admitted == ("KT-0102",)


def test_who_is_named_invigilates_and_nobody_else(session, cast, make_sitting):
    sitting = make_sitting()
    other = make_sitting(invigilators=())
    assert queries.may_invigilate(session, cast["inv"].actor, sitting)
    assert not queries.may_invigilate(session, cast["inv"].actor, other)
    assert queries.may_invigilate(session, cast["tan"].actor, other)
    assert not queries.may_invigilate(session, cast["sun"].actor, sitting)
    assert [row.id for row in queries.invigilated(session, cast["inv"].account_id, START)] == [sitting]
