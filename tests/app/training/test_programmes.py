"""Programmes and annual plans."""

from datetime import date

import pytest

from app.core.errors import Invalid, NotFound, Refused
from app.training import queries, service
from app.training.policy import Mark
from tests.app.training.conftest import ZONE, at

TODAY = date(2026, 3, 2)
DONE = date(2026, 3, 1)


def _done(session, actor, programme, codes, task="REGISTER", on=DONE, kind="DOCUMENT", evidence="备案表 7"):
    return service.mark_done(session, actor, programme, codes, task, on, kind, evidence, today=TODAY, now=at(2))


def _completion(session, programme_id):
    return queries.completion(session, queries.programme_by_id(session, programme_id), TODAY)


def test_completion_is_counted_by_unit_and_names_who_is_incomplete(session, tan, people, make_programme, house):
    people("KT-1001", unit=house.brigade)
    people("KT-1002", kind="AUXILIARY")
    programme = make_programme(tasks=("REGISTER",))
    assert _done(session, tan, programme, ["KT-1001"]) == 1
    found = _completion(session, programme)
    assert (found.complete, found.total) == (1, 2)
    assert [(u.unit, u.complete, u.total) for u in found.units] == [("东关中队", 0, 1), ("崆峒区执法大队", 1, 1)]
    assert [one.person.code for one in found.units[0].incomplete] == ["KT-0001"]


def test_the_tasks_of_a_person_carry_deadline_and_day_as_believed_then(session, tan, people, make_programme):
    person, other = people("KT-1001"), people("KT-1002", kind="AUXILIARY")
    programme = make_programme()
    _done(session, tan, programme, ["KT-1001"])
    rows = queries.programme_tasks(session, [person, other])
    assert [(r.programme_code, r.kind, r.deadline, r.done_on) for r in rows[person]] == [
        ("KT-2026", "REGISTER", date(2026, 6, 30), DONE),
        ("KT-2026", "ROTATE", date(2026, 6, 30), None),
        ("KT-2026", "CERTIFY", date(2026, 6, 30), None),
    ]
    assert rows[other] == []
    service.take_back(session, tan, rows[person][0].id, "记错人", today=TODAY, now=at(4))
    assert queries.programme_tasks(session, [person])[person][0].done_on is None
    assert queries.programme_tasks(session, [person], known_at=at(3))[person][0].done_on == DONE
    assert queries.programme_tasks(session, [person], known_at=at(1))[person] == []


UNSOUND = [
    ({"task": "DANCE"}, "unknown-task"),
    ({"on": date(2026, 3, 3)}, "day-to-come"),
    ({"on": date(1, 1, 1)}, "year-out-of-range"),
    ({"kind": "RUMOUR"}, "unknown-evidence"),
    ({"evidence": ""}, "evidence-needed"),
    ({"codes": ["KT-9999"]}, "unknown-codes"),
    ({"codes": []}, "no-codes"),
    ({"codes": ["KT-2001"]}, "not-included"),
    ({"kind": "CLASS", "evidence": "12345678901234567890"}, "not-attended"),
    ({"kind": "CLASS", "evidence": "第一课"}, "not-attended"),
]


def test_a_task_is_noted_only_with_sound_facts(session, tan, people, make_programme):
    people("KT-1001")
    people("KT-2001", kind="AUXILIARY")
    programme = make_programme()
    for changes, code in UNSOUND:
        with pytest.raises(Invalid) as refused:
            _done(session, tan, programme, **{"codes": ["KT-1001"], **changes})
        assert (changes, refused.value.code) == (changes, code)
    assert _completion(session, programme).people[0].done == {}


def test_a_task_is_noted_once(session, tan, people, make_programme):
    people("KT-1001")
    programme = make_programme()
    _done(session, tan, programme, ["KT-1001"])
    with pytest.raises(Refused) as refused:
        _done(session, tan, programme, ["KT-0001", "KT-1001"])
    assert refused.value.data["codes"] == "KT-1001"
    assert next(p for p in _completion(session, programme).people if p.person.code == "KT-0001").done == {}


def test_attending_a_class_of_a_task_finishes_it_and_taking_it_back_reopens_it(
    session, tan, people, make_programme, make_class, attend
):
    person, programme = people("KT-1001"), make_programme()
    class_id = make_class(programme_id=programme, task="ROTATE")
    attend(class_id, ["KT-1001"], [person])
    row = next(r for r in queries.programme_tasks(session, [person])[person] if r.kind == "ROTATE")
    assert (row.done_on, row.evidence_kind, row.evidence) == (date(2026, 3, 10), "CLASS", str(class_id))
    marks = [Mark(person, "EXCUSED", "ATTENDED")]
    service.take_attendance(session, tan, class_id, marks, "请假", zone=ZONE, now=at(12))
    row = next(r for r in queries.programme_tasks(session, [person])[person] if r.kind == "ROTATE")
    assert row.done_on is None


def test_a_class_attended_is_evidence_that_is_checked(session, tan, people, make_programme, make_class, attend):
    person, programme, class_id = people("KT-1001"), make_programme(), make_class()
    attend(class_id, ["KT-1001"], [person])
    assert _done(session, tan, programme, ["KT-1001"], task="ROTATE", kind="CLASS", evidence=str(class_id)) == 1


def test_a_room_above_notes_a_certificate_in_every_programme_that_asks_for_it(
    session, operator, people, make_programme
):
    person = people("KT-1001")
    make_programme()
    make_programme(code="KT-2", tasks=("REGISTER",))
    noted = service.note_evidence(session, operator, person, "CERTIFY", DONE, "CERTIFICATE", "PL20260001", now=at(2))
    again = service.note_evidence(session, operator, person, "CERTIFY", DONE, "CERTIFICATE", "PL20260001", now=at(2))
    assert (noted, again) == (1, 0)


def test_the_programme_of_the_rules_is_taken_over_once_with_its_deadline_and_tasks(session, tan, house):
    programme = service.adopt_programme(session, tan, "PL-KT", "PL-2017", at(2))
    row = queries.programme_by_id(session, programme)
    assert (row.deadline, row.tasks, row.regime) == (date(2017, 12, 31), ("REGISTER", "ROTATE", "CERTIFY"), "pingliang")
    with pytest.raises(Invalid) as refused:
        service.adopt_programme(session, tan, "PL-KT", "PL-2017", at(2))
    assert refused.value.code == "unknown-programme"
    with pytest.raises(Refused) as refused:
        service.move_deadline(session, tan, programme, date(2018, 1, 1), "x", version=1, now=at(2))
    assert refused.value.code == "deadline-of-the-rules"


IMPOSSIBLE = [
    ({"deadline": date(2025, 12, 31)}, "ends-before-starts"),
    ({"tasks": ()}, "no-tasks"),
    ({"tasks": ("SING",)}, "no-tasks"),
    ({"kinds": ()}, "no-kinds"),
    ({"code": "有 空格"}, "bad-code"),
    ({"unit": "PL-JC"}, "unknown-unit"),
]


def test_a_programme_that_cannot_be_is_refused(session, make_programme):
    for changes, code in IMPOSSIBLE:
        with pytest.raises(Invalid) as refused:
            make_programme(**changes)
        assert (changes, refused.value.code) == (changes, code)
    assert queries.programmes(session) == []


def test_a_trainer_of_another_bureau_does_not_find_the_programme(session, cast, make_programme, house):
    programme = make_programme()
    assert queries.programmes(session, frozenset({house.other_bureau})) == []
    with pytest.raises(NotFound):
        queries.programme_by_id(session, programme, frozenset({house.other_bureau}))
    assert [r.id for r in queries.programmes(session, frozenset({house.squad}))] == [programme]


def test_a_plan_names_the_years_hires_who_lack_the_course(session, tan, people, make_class, attend):
    people("KT-1001", hired=date(2026, 1, 5))
    trained = people("KT-1002", hired=date(2026, 2, 1))
    people("KT-1003", hired=date(2025, 12, 31))
    plan = service.create_plan(session, tan, "PL-KT", 2026, "新进人员培训", date(2026, 11, 30), at(2))
    class_id = make_class(plan_id=plan)
    attend(class_id, ["KT-1002"], [trained])
    hires = queries.plan_hires(session, queries.plan_by_id(session, plan), TODAY)
    assert [(h.person.code, h.trained_on) for h in hires] == [("KT-1001", None), ("KT-1002", date(2026, 3, 10))]
    assert [h.person.code for h in queries.lacking_course(session, 2026, TODAY)] == ["KT-1001"]
    with pytest.raises(Refused) as refused:
        service.create_plan(session, tan, "PL-KT", 2026, "再一次", date(2026, 11, 30), at(2))
    assert refused.value.code == "plan-exists"
    with pytest.raises(Invalid) as refused:
        service.create_plan(session, tan, "PL-KT", 2027, "越年", date(2026, 11, 30), at(2))
    assert refused.value.code == "deadline-outside-year"
