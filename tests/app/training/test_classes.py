"""Classes, enrolment and attendance."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from app.core.errors import Invalid, NotFound, Refused, Stale, TooMany
from app.ledger.models import LedgerEntry
from app.registry.models import Employment
from app.training import policy, queries, service
from app.training.models import Attendance, Enrolment, TrainingClass
from app.training.policy import Mark
from tests.app.training.conftest import ZONE, at, draft

TODAY = date(2026, 3, 2)


def _enrol(session, actor, class_id, *codes, now=None):
    return service.enrol_people(session, actor, class_id, codes, today=TODAY, now=now or at(2))


def _take(session, actor, class_id, marks, reason="", now=None):
    return service.take_attendance(session, actor, class_id, marks, reason, zone=ZONE, now=now or at(10, 13))


def test_a_full_class_refuses_and_enrols_nobody(session, tan, people, make_class):
    for number in range(1, 5):
        people(f"KT-100{number}")
    class_id = make_class()
    _enrol(session, tan, class_id, "KT-1001", "KT-1002")
    with pytest.raises(Refused) as refused:
        _enrol(session, tan, class_id, "KT-1003", "KT-1004")
    assert refused.value.code == "class-full"
    assert refused.value.data == {"free": 1, "wanted": 2}
    assert queries.class_by_id(session, class_id).enrolled == 2


def test_unknown_and_foreign_codes_are_named_and_nobody_is_enrolled(session, tan, people, make_class, house):
    people("KT-1001")
    people("JC-0001", unit=house.other_bureau, agency=house.other_bureau)
    class_id = make_class()
    with pytest.raises(Invalid) as refused:
        _enrol(session, tan, class_id, "KT-1001", "JC-0001", "XX-9")
    assert (refused.value.code, refused.value.data["codes"]) == ("unknown-codes", "JC-0001, XX-9")
    assert session.scalar(select(func.count()).select_from(Enrolment)) == 0


def test_enrolling_twice_is_refused_and_so_is_a_class_at_the_same_time(session, tan, people, make_class):
    people("KT-1001")
    first, second = make_class(), make_class(starts_at=at(10, 11), ends_at=at(10, 14))
    third = make_class(starts_at=at(10, 12), ends_at=at(10, 14))
    _enrol(session, tan, first, "KT-1001")
    with pytest.raises(Refused, match="Already enrolled: KT-1001"):
        _enrol(session, tan, first, "KT-1001")
    with pytest.raises(Refused) as refused:
        _enrol(session, tan, second, "KT-1001")
    assert refused.value.code == "classes-overlap"
    assert _enrol(session, tan, third, "KT-1001") == 1


def test_a_whole_unit_is_enrolled_once(session, tan, people, make_class):
    people("KT-1001")
    people("KT-1002")
    people("KT-1003", kind="AUXILIARY")
    class_id = make_class(capacity=10)
    made = service.enrol_unit(session, tan, class_id, "PL-KT-D", "OFFICER", today=TODAY, now=at(2))
    codes = [one.person.code for one in queries.attendees(session, class_id, TODAY)]
    assert (made, codes) == (3, ["KT-0001", "KT-1001", "KT-1002"])
    with pytest.raises(Refused) as refused:
        service.enrol_unit(session, tan, class_id, "PL-KT-D", "OFFICER", today=TODAY, now=at(2))
    assert refused.value.code == "nobody-to-enrol"


def test_a_stranger_to_the_unit_finds_no_class(session, cast, make_class, operator):
    class_id = make_class(unit="PL-JC", actor=operator)
    with pytest.raises(NotFound):
        service.cancel_class(session, cast["tan"].actor, class_id, "x", now=at(2))
    with pytest.raises(Invalid) as refused:
        make_class(unit="PL-JC")
    assert refused.value.code == "unknown-unit"


def test_an_officer_takes_a_place_where_the_class_is_open_and_gives_it_up(session, cast, make_class):
    ou = cast["ou"].actor
    open_id, closed_id = make_class(self_enrolment=True), make_class(starts_at=at(11), ends_at=at(11, 12))
    service.enrol_self(session, ou, open_id, today=TODAY, now=at(2))
    with pytest.raises(NotFound):
        service.enrol_self(session, ou, closed_id, today=TODAY, now=at(2))
    with pytest.raises(Refused) as refused:
        service.enrol_self(session, ou, open_id, today=TODAY, now=at(2))
    assert refused.value.code == "already-enrolled-self"
    with pytest.raises(Refused) as refused:
        service.withdraw_self(session, ou, open_id, now=at(10, 9))
    assert refused.value.code == "class-begun"
    service.withdraw_self(session, ou, open_id, now=at(9))
    assert queries.class_by_id(session, open_id).enrolled == 0


def test_attendance_before_the_class_began_is_refused(session, tan, people, make_class):
    person = people("KT-1001")
    class_id = make_class()
    _enrol(session, tan, class_id, "KT-1001")
    with pytest.raises(Refused) as refused:
        _take(session, tan, class_id, [Mark(person, "ATTENDED")], now=at(10, 8, 59))
    assert refused.value.code == "class-not-begun"
    assert _take(session, tan, class_id, [Mark(person, "ATTENDED")], now=at(10, 9)) == 1


def test_a_camp_of_several_days_is_marked_when_it_is_over(session, tan, people, make_class):
    person = people("KT-1001")
    class_id = make_class(form="CLOSED_CAMP", ends_at=at(14, 12))
    _enrol(session, tan, class_id, "KT-1001")
    with pytest.raises(Refused) as refused:
        _take(session, tan, class_id, [Mark(person, "ATTENDED")], now=at(12))
    assert refused.value.code == "class-goes-on"
    assert _take(session, tan, class_id, [Mark(person, "ATTENDED")], now=at(14, 12)) == 1
    fact = session.scalars(select(Attendance)).one()
    assert (fact.valid_from, fact.valid_to) == (date(2026, 3, 10), date(2026, 3, 14))


def test_only_enrolled_people_are_marked_and_all_or_none(session, tan, people, make_class):
    inside, outside = people("KT-1001"), people("KT-1002")
    class_id = make_class()
    _enrol(session, tan, class_id, "KT-1001")
    with pytest.raises(Invalid) as refused:
        _take(session, tan, class_id, [Mark(inside, "ATTENDED"), Mark(outside, "ATTENDED")])
    assert refused.value.code == "not-enrolled"
    assert session.scalar(select(func.count()).select_from(Attendance)) == 0


def test_a_correction_supersedes_wants_a_reason_and_the_past_belief_stays(session, tan, people, make_class, attend):
    person = people("KT-1001")
    class_id = make_class()
    attend(class_id, ["KT-1001"], [person])
    with pytest.raises(Invalid) as refused:
        _take(session, tan, class_id, [Mark(person, "ABSENT", "ATTENDED")], now=at(11))
    assert refused.value.code == "reason-needed"
    _take(session, tan, class_id, [Mark(person, "ABSENT", "ATTENDED")], "走错教室", now=at(12))
    assert queries.hours(session, [person], 2026)[person].total == 0
    assert queries.hours(session, [person], 2026, known_at=at(11))[person].total == 4
    assert [f.status for f in session.scalars(select(Attendance).order_by(Attendance.id))] == ["ATTENDED", "ABSENT"]
    told = session.scalars(select(LedgerEntry).where(LedgerEntry.event == "training.attendance.corrected")).one()
    assert (told.before["status"], told.after["status"], told.reason) == ("ATTENDED", "ABSENT", "走错教室")


def test_a_list_opened_before_somebody_else_marked_is_stale(session, tan, people, make_class, attend):
    person = people("KT-1001")
    class_id = make_class()
    attend(class_id, ["KT-1001"], [person])
    with pytest.raises(Stale) as refused:
        _take(session, tan, class_id, [Mark(person, "EXCUSED", None)], "x")
    assert refused.value.data["person"] == "KT-1001"


def test_after_attendance_hours_stay_but_the_title_may_change(session, tan, people, make_class, attend):
    person = people("KT-1001")
    class_id = make_class()
    attend(class_id, ["KT-1001"], [person])
    with pytest.raises(Refused) as refused:
        service.change_class(session, tan, class_id, draft(hours={"LAW": Decimal(9)}), version=1, zone=ZONE, now=at(11))
    assert refused.value.code == "attendance-taken"
    service.change_class(session, tan, class_id, draft(title="新题"), version=1, zone=ZONE, now=at(11))
    assert queries.class_by_id(session, class_id).title == "新题"
    with pytest.raises(Refused):
        service.cancel_class(session, tan, class_id, "雨", now=at(11))


def test_a_stale_class_form_and_a_capacity_below_the_enrolled_are_refused(session, tan, people, make_class):
    people("KT-1001")
    people("KT-1002")
    class_id = make_class()
    _enrol(session, tan, class_id, "KT-1001", "KT-1002")
    with pytest.raises(Stale):
        service.change_class(session, tan, class_id, draft(), version=7, zone=ZONE, now=at(2))
    with pytest.raises(Refused) as refused:
        service.change_class(session, tan, class_id, draft(capacity=1), version=1, zone=ZONE, now=at(2))
    assert (refused.value.code, refused.value.field) == ("capacity-below-enrolled", "capacity")


def test_a_cancelled_class_takes_nobody_and_says_so(session, tan, people, make_class):
    people("KT-1001")
    class_id = make_class()
    service.cancel_class(session, tan, class_id, "停电", now=at(3))
    with pytest.raises(Refused) as refused:
        _enrol(session, tan, class_id, "KT-1001")
    assert refused.value.code == "class-cancelled"


def test_more_than_24_hours_on_one_day_are_refused(session, tan, people, make_class, attend):
    person = people("KT-1001")
    first = make_class(form="ONLINE", hours={"LAW": Decimal(20)})
    second = make_class(form="ONLINE", hours={"LAW": Decimal(5)})
    attend(first, ["KT-1001"], [person])
    with pytest.raises(Refused) as refused:
        attend(second, ["KT-1001"], [person])
    assert (refused.value.code, refused.value.data["hours"]) == ("hours-per-day-person", "25")


def _code(session, class_id, now):
    return policy.room_code(session.get(TrainingClass, class_id).room_secret, policy.minute_of(now))


def test_the_code_in_the_room_notes_attendance_once_and_only_for_the_enrolled(session, cast, make_class):
    tan, ou = cast["tan"].actor, cast["ou"].actor
    class_id = make_class()
    shown, left = service.shown_code(session, tan, class_id, zone=ZONE, now=at(10, 9, 30))
    assert (shown, left) == (_code(session, class_id, at(10, 9, 30)), 60)
    with pytest.raises(NotFound):
        service.enter_code(session, ou, class_id, shown, zone=ZONE, now=at(10, 9, 30))
    _enrol(session, tan, class_id, "KT-0001")
    with pytest.raises(Refused) as early:
        service.enter_code(session, ou, class_id, _code(session, class_id, at(10, 8)), zone=ZONE, now=at(10, 8))
    service.enter_code(session, ou, class_id, shown, zone=ZONE, now=at(10, 9, 31))
    with pytest.raises(Refused) as twice:
        service.enter_code(session, ou, class_id, shown, zone=ZONE, now=at(10, 9, 31))
    assert (early.value.code, twice.value.code) == ("class-not-begun", "already-marked")
    assert [one.method for one in queries.attendees(session, class_id, TODAY)] == ["CODE"]


def test_guessing_codes_is_stopped_for_ten_minutes_even_for_the_right_one(session, cast, make_class):
    ou, class_id = cast["ou"].actor, make_class()
    _enrol(session, cast["tan"].actor, class_id, "KT-0001")
    for _ in range(policy.FREE_GUESSES):
        with pytest.raises(Invalid, match="not the code"):
            service.enter_code(session, ou, class_id, "nope", zone=ZONE, now=at(10, 9, 30))
    with pytest.raises(TooMany) as refused:
        service.enter_code(session, ou, class_id, _code(session, class_id, at(10, 9, 31)), zone=ZONE, now=at(10, 9, 31))
    assert refused.value.data["retry_after"] == 9 * 60 + 1
    late = at(10, 9, 40) + timedelta(seconds=1)
    service.enter_code(session, ou, class_id, _code(session, class_id, late), zone=ZONE, now=late)


def test_the_initial_course_ends_a_recruits_training_until_corrected(session, tan, people, make_class, attend):
    recruit = people("KT-1001", hired=date(2026, 1, 5), initial_training=None)
    class_id = make_class(course="INITIAL")
    attend(class_id, ["KT-1001"], [recruit])
    standing = select(Employment).where(Employment.person_id == recruit, Employment.superseded_at.is_(None))
    assert session.scalars(standing).one().initial_training_done_on == date(2026, 3, 10)
    _take(session, tan, class_id, [Mark(recruit, "ABSENT", "ATTENDED")], "代签", now=at(12))
    assert session.scalars(standing).one().initial_training_done_on is None
    assert session.scalar(select(func.count()).select_from(Employment).where(Employment.person_id == recruit)) == 3


def test_the_initial_course_leaves_an_earlier_date_alone(session, tan, people, make_class, attend):
    officer = people("KT-1001")
    class_id = make_class(course="INITIAL")
    attend(class_id, ["KT-1001"], [officer])
    _take(session, tan, class_id, [Mark(officer, "ABSENT", "ATTENDED")], "代签", now=at(12))
    facts = session.scalars(select(Employment).where(Employment.person_id == officer)).all()
    assert [fact.initial_training_done_on for fact in facts] == [date(2019, 8, 30)]
