"""What judgements are loaded from: the facts of duty, in a number of queries that does not grow with the people."""

import json
from dataclasses import fields, replace
from datetime import date, timedelta

import pytest
from sqlalchemy import event

from app.core.errors import Invalid
from app.core.facts import supersede
from app.credentials import service as credentials
from app.credentials.models import CertificateReview
from app.eligibility import queries, service
from app.eligibility.api.bodies import ContextBody, question_of
from app.eligibility.facts import BadQuestion, Context, Facts, Override, Question, digest_of
from app.eligibility.models import DecisionRecord
from app.eligibility.service.records import restored, stored
from app.eligibility.service.replaying import _as_kept, _facts
from app.regimes.codes import Act
from app.registry import service as registry
from app.registry.models import Employment, PersonProfile, Posting, Relation, Unit, UnitStanding
from tests.app.eligibility.rows import LONG_AGO, START, certificate, change
from tests.app.eligibility.test_asking_db import START_OF_SHIFT, TODAY, asked

WHEN = {"today": TODAY, "now": START}
EVERYTHING = Context(
    approval="批〔2026〕3号", emergency=True, recorder=False, case_parties=("甲公司", "李四"), in_uniform=("KT-0017",),
    recusal_asked=("KT-0021",), investigators=("KT-0017",), template="JOINT", enterprise=True, notice="检〔2026〕9号",
    inspections=1, inspection_cap=2, cuts_utilities=False, unit="PL-KT-D1", consultation="征〔2026〕1号", count=4,
)  # fmt: skip
OF_ROSTERS = {"roster"}
"""Set by the roster's own pages and never taken from outside."""


def _load(session, question, *people, known_at=None):
    return queries.load_for(session, question, people, known_at).facts


def _statements(session, ask):
    seen = []

    def note(conn, cursor, statement, *rest):
        seen.append(statement)

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", note)
    ask()
    event.remove(connection, "before_cursor_execute", note)
    return len(seen)


@pytest.mark.parametrize("act", [Act.PENALTY, Act.HIRE_AUX, Act.LEGAL_REVIEW])
def test_the_number_of_queries_is_the_same_for_one_ten_and_two_hundred_people(session, kt, people, act):
    ids = [kt.officer("KT-0100"), kt.officer("KT-0101")]
    ids += [people(f"KT-2{n:03}") for n in range(198)]
    question = asked("KT-0100", act=act, item="HOU-2" if act is Act.PENALTY else None)
    counts = {
        _statements(session, lambda n=n: queries.load_for(session, question, ids[:n], None)) for n in (1, 10, 200)
    }
    assert len(counts) == 1
    assert counts.pop() <= 25


def test_appointments_come_with_their_days_and_cards(session, kt, operator):
    person = kt.officer("KT-0100")
    registry.appoint(
        session,
        operator,
        "KT-0100",
        role="HEARING_PRESIDER",
        card_number="鲁听001",
        valid_from=date(2026, 1, 1),
        **WHEN,
    )
    (office,) = _load(session, asked("KT-0100"), person).people["KT-0100"].appointments
    assert (office.role, office.number, office.starts, office.ends) == (
        "HEARING_PRESIDER", "鲁听001", date(2026, 1, 1), None,
    )  # fmt: skip


def test_relations_are_unknown_until_declared_and_only_those_with_a_party_of_the_case_are_read(session, kt, operator):
    person = kt.officer("KT-0100")
    question = asked("KT-0100", context=Context(case_parties=("甲 公司",)))
    assert _load(session, question, person).people["KT-0100"].relations is None
    for party in ("甲公司", "乙公司"):
        registry.declare_relation(
            session, operator, "KT-0100", kind="INTEREST", party=party, valid_from=date(2026, 1, 1), **WHEN
        )
    assert [one.party for one in _load(session, question, person).people["KT-0100"].relations] == ["甲公司"]
    assert _load(session, asked("KT-0100"), person).people["KT-0100"].relations == ()


def test_a_declaration_of_none_is_known_to_be_none(session, kt, operator):
    person = kt.officer("KT-0100")
    registry.declare_relation(session, operator, "KT-0100", kind="NONE_DECLARED", valid_from=date(2026, 1, 1), **WHEN)
    assert _load(session, asked("KT-0100"), person).people["KT-0100"].relations == ()


def test_the_legal_qualification_holds_from_the_profile_that_names_it(session, kt):
    person = kt.officer("KT-0100")
    assert _load(session, asked("KT-0100"), person).people["KT-0100"].legal_qualifications == ()
    old = session.query(PersonProfile).filter_by(person_id=person).one()
    old.valid_to = date(2023, 12, 31)
    session.add(
        PersonProfile(
            person_id=person, name=old.name, kind=old.kind, legal_qualification=True, on_public_roster=True,
            first_review_on=date(2024, 5, 6), valid_from=date(2024, 1, 1), recorded_at=LONG_AGO,
        )
    )  # fmt: skip
    facts = _load(session, asked("KT-0100"), person).people["KT-0100"]
    assert [one.since for one in facts.legal_qualifications] == [date(2024, 1, 1)]
    assert facts.first_review_on == date(2024, 5, 6)


def test_reviews_of_a_certificate_are_read_as_they_were_known(session, kt, operator):
    person = kt.officer("KT-0100")
    number = queries.load_for(session, asked("KT-0100"), [person], None).facts.people["KT-0100"].certificates[0].number
    review = credentials.Review(date(2026, 1, 5), "司法局", "年审表1")
    made = credentials.record_review(session, operator, number, review, **WHEN)

    def days(known_at=None):
        found = _load(session, asked("KT-0100"), person, known_at=known_at).people["KT-0100"].certificates[0]
        return [one.reviewed_on for one in found.reviews]

    assert days() == [date(2026, 1, 5)]
    assert days(START - timedelta(days=1)) == []
    later = START + timedelta(days=2)
    credentials.withdraw_review(session, operator, number, made, reason="误录", now=later)
    assert days() == []
    assert days(START + timedelta(days=1)) == [date(2026, 1, 5)]
    assert session.get(CertificateReview, made).superseded_why == "误录"


def test_service_counts_from_where_it_began_and_is_silent_where_that_is_the_hiring(session, kt):
    person = kt.officer("KT-0100")
    assert _load(session, asked("KT-0100"), person).people["KT-0100"].entry.service_from is None
    session.query(Employment).filter_by(person_id=person).one().service_start = date(2010, 7, 1)
    assert _load(session, asked("KT-0100"), person).people["KT-0100"].entry.service_from == date(2010, 7, 1)


def test_a_dispatch_marks_the_days_it_lasts_and_leaves_the_home_unit(session, house, kt):
    person = kt.officer("KT-0100")
    session.add(
        Posting(
            person_id=person, unit_id=house.other_bureau, kind="DISPATCH", valid_from=date(2026, 3, 1),
            valid_to=date(2026, 3, 31), recorded_at=LONG_AGO,
        )
    )  # fmt: skip
    spans = _load(session, asked("KT-0100"), person).people["KT-0100"].employments
    assert [(one.starts, one.unit, one.dispatched) for one in spans][1:] == [
        (date(2026, 3, 1), "PL-KT-D1", True), (date(2026, 4, 1), "PL-KT-D1", False),
    ]  # fmt: skip
    assert len({one.id for one in spans}) == 3


def test_designations_reach_the_place_from_the_areas_around_it(session, kt, operator):
    person = kt.officer("KT-0100")
    registry.designate(
        session, operator, "PL-KT", area_code="620802001", order_number="指〔2026〕1号", item_code="HOU-2",
        valid_from=date(2026, 3, 1), valid_to=date(2026, 3, 31), **WHEN,
    )  # fmt: skip
    registry.designate(
        session,
        operator,
        "PL-KT",
        area_code="620821",
        order_number="指〔2026〕2号",
        valid_from=date(2026, 3, 1),
        **WHEN,
    )
    (order,) = _load(session, asked("KT-0100"), person).places["62080200101"].designations
    assert (order.agency, order.item, order.ends) == ("PL-KT", "HOU-2", date(2026, 3, 31))
    later = asked("KT-0100", start=START_OF_SHIFT + timedelta(days=30), end=START_OF_SHIFT + timedelta(days=31))
    assert _load(session, later, person).places["62080200101"].designations == ()


def test_an_entrustment_brings_the_giver_and_its_powers_and_counts_as_published_from_its_day(
    session, house, kt, operator
):
    person = kt.people("JC-0001", agency=house.other_bureau, unit=house.other_bureau)
    registry.entrust(
        session, operator, "PL-KT", body="PL-JC", document_number="委〔2026〕1号", items=["HOU-2"],
        published_on=date(2026, 2, 1), valid_from=date(2026, 1, 1), **WHEN,
    )  # fmt: skip
    facts = _load(session, asked("JC-0001"), person)
    first, last = sorted(facts.entrustments, key=lambda one: one.starts)
    assert [(one.starts, one.ends, one.published) for one in (first, last)] == [
        (date(2026, 1, 1), date(2026, 1, 31), False), (date(2026, 2, 1), None, True),
    ]  # fmt: skip
    assert (last.giver, last.body, last.items, last.by_entrusted) == ("PL-KT", "PL-JC", ("HOU-2",), False)
    assert {"PL-KT", "PL-JC"} <= {one.code for one in facts.agencies}
    assert "HOU-2" in {one.item for one in facts.powers if one.agency == "PL-KT"}
    assert _load(session, asked("JC-0001"), person, known_at=START - timedelta(days=1)).entrustments == ()


def test_the_unit_asked_about_is_among_the_agencies_with_its_kind(session, house, kt):
    person = kt.officer("KT-0100")
    bare = Unit(code="KT-TOWN", name_zh="某镇政府", kind="TOWN_OFFICE", is_agency=False, agency_id=house.city, path="")
    session.add(bare)
    session.flush()
    bare.parent_id, bare.path = house.city, f"/{house.city}/{bare.id}/"
    session.flush()
    question = asked("KT-0100", act=Act.DISPATCH, item=None, context=Context(unit="KT-TOWN"))
    (unit,) = [one for one in _load(session, question, person).agencies if one.code == "KT-TOWN"]
    assert (unit.kind, unit.enforces, unit.basis) == ("TOWN_OFFICE", None, None)


def test_a_unit_that_is_not_on_the_books_is_refused_at_its_field(session, kt, operator):
    kt.officer("KT-0100")
    question = asked("KT-0100", act=Act.DISPATCH, item=None, context=Context(unit="NOWHERE"))
    with pytest.raises(BadQuestion) as refusal:
        service.check(session, operator, question, today=TODAY, now=START)
    assert (refusal.value.code, refusal.value.field) == ("unknown-unit", "context.unit")
    assert session.query(DecisionRecord).count() == 0


def _counted(session, *people, unit=None, **changes):
    question = asked("KT-0100", act=Act.HIRE_AUX, item=None, context=Context(unit=unit), **changes)
    return {(one.agency, one.on): one for one in _load(session, question, *people).headcounts}


def test_headcounts_are_those_of_the_day_and_of_a_year_before(session, house, kt, operator):
    officer, recruit = kt.officer("KT-0100"), kt.recruit("KT-0300")
    kt.auxiliary("KT-0400")
    kt.people("KT-0401", kind="AUXILIARY", category="CONTRACT", hired=date(2025, 9, 1))
    suspended = kt.officer("KT-0101")
    held = certificate(session, suspended, house.bureau, first=date(2019, 1, 1))
    assert held
    for one in queries.load_for(session, asked("KT-0101"), [suspended], None).facts.people["KT-0101"].certificates:
        change(
            session, int(one.id.removeprefix("certificate:")), "SUSPENDED", START - timedelta(days=5), recorded=LONG_AGO
        )
    registry.record_establishment(session, operator, "PL-KT", posts=40, valid_from=date(2025, 6, 1), **WHEN)
    registry.appoint(session, operator, "KT-0300", role="LEGAL_REVIEWER", valid_from=date(2026, 1, 1), **WHEN)
    found = _counted(session, officer, recruit)
    now, before = found["PL-KT", date(2026, 3, 10)], found["PL-KT", date(2025, 3, 10)]
    assert (now.posts, now.established, now.auxiliaries, now.officers, now.reviewers) == (40, 3, 2, 1, 1)
    assert (now.grassroots, now.dispatched) == (1, None)
    assert (before.posts, before.established, before.auxiliaries, before.officers, before.reviewers) == (
        None, 2, 1, 2, 0,
    )  # fmt: skip


def test_numbers_of_an_agency_in_which_nobody_is_known_are_unknown(session, house, kt):
    person = kt.officer("KT-0100")
    found = _counted(session, person, unit="PL-JC")["PL-JC", date(2026, 3, 10)]
    assert (found.established, found.officers, found.dispatched) == (None, None, 0)


def test_those_dispatched_to_the_unit_asked_about_are_counted_once(session, house, kt):
    person = kt.officer("KT-0100")
    for kind in ("DISPATCH", "SECONDARY"):
        session.add(
            Posting(
                person_id=person, unit_id=house.other_bureau, kind=kind, valid_from=date(2026, 1, 1),
                recorded_at=LONG_AGO,
            )
        )  # fmt: skip
    assert _counted(session, person, unit="PL-JC")["PL-JC", date(2026, 3, 10)].dispatched == 1


def test_acts_that_do_not_turn_on_numbers_load_none(session, kt):
    assert _load(session, asked("KT-0100"), kt.officer("KT-0100")).headcounts == ()


def test_headcounts_are_as_known_then(session, house, kt, operator):
    person = kt.officer("KT-0100")
    row = session.query(Employment).filter_by(person_id=person).one()
    supersede(session, row, START + timedelta(days=1))
    question = asked("KT-0100", act=Act.HIRE_AUX, item=None)
    then = _load(session, question, person, known_at=START)
    assert [one.established for one in then.headcounts] == [1, 1]
    assert _load(session, question, person).headcounts == ()


def test_the_context_of_the_interface_has_every_field_that_rules_may_read():
    assert set(ContextBody.model_fields) == {one.name for one in fields(Context)} - OF_ROSTERS


def test_every_field_of_a_question_comes_back_from_its_record(session, kt):
    override = Override("R28", "周局长", "灾后应急", START)
    known = START - timedelta(hours=1)
    question = replace(asked("KT-0100"), context=EVERYTHING, known_at=known, overrides=(override,))
    for one in fields(Context):
        if one.name not in OF_ROSTERS:
            assert getattr(EVERYTHING, one.name) != getattr(Context(), one.name), one.name
    assert restored(Question, stored(question)) == question


def test_a_question_by_the_interface_carries_every_circumstance():
    given = {name: one for name, one in stored(EVERYTHING).items() if name not in OF_ROSTERS}
    body = {
        "act": "PENALTY", "people": ["KT-0017"], "start": "2026-03-10T09:00:00+08:00",
        "end": "2026-03-10T12:00:00+08:00", "context": given,
    }  # fmt: skip
    assert question_of(json.dumps(body).encode()).context == EVERYTHING


@pytest.mark.parametrize(
    ("field", "value"),
    [("count", -1), ("count", 100_001), ("notice", "x" * 201), ("in_uniform", ["x"] * 201), ("unit", ""), ("no", 1)],
)
def test_a_circumstance_beyond_its_bounds_is_refused_at_its_field(field, value):
    body = {
        "act": "PENALTY", "people": ["KT-0017"], "start": "2026-03-10T09:00:00+08:00",
        "end": "2026-03-10T12:00:00+08:00", "context": {field: value},
    }  # fmt: skip
    with pytest.raises(Invalid) as refusal:
        question_of(json.dumps(body).encode())
    assert refusal.value.field.startswith(f"context.{field}")


def test_a_decision_with_circumstances_is_kept_and_replays_the_same(session, house, kt, operator):
    kt.officer("KT-0017")
    kt.officer("KT-0021")
    registry.declare_relation(
        session, operator, "KT-0021", kind="INTEREST", party="甲公司", valid_from=date(2026, 1, 1), **WHEN
    )
    question = asked("KT-0017", "KT-0021", context=replace(EVERYTHING, template=None))
    answer = service.check(session, operator, question, today=TODAY, now=START)
    kept = session.get(DecisionRecord, answer.id)
    assert restored(Question, kept.question).context == replace(EVERYTHING, template=None)
    assert service.replay(session, operator, answer.id, now=START + timedelta(days=1)).agrees


def test_a_record_from_before_a_fact_had_all_its_fields_is_still_sound(session, kt, operator):
    kt.officer("KT-0017")
    answer = service.check(session, operator, asked("KT-0017"), today=TODAY, now=START)
    kept = queries.decision(session, answer.id, None)
    older = {key: one for key, one in kept.facts.items() if key not in ("headcounts", "shifts", "covered")}
    for agency in older["agencies"]:
        del agency["kind"]
    facts = restored(Facts, older)
    assert digest_of(_as_kept(facts, older)) != facts.digest()
    assert list(_facts(older, stored(answer.decision.facts))) == []
    older["agencies"][0]["name"] = "另一个"
    assert [one.at for one in _facts(older, stored(answer.decision.facts))] != []


def test_a_tie_recorded_later_is_not_known_before(session, kt, operator):
    person = kt.officer("KT-0100")
    session.add(
        Relation(
            person_id=person, party="甲公司", kind="SPOUSE", valid_from=date(2026, 1, 1),
            recorded_at=START + timedelta(days=3),
        )
    )  # fmt: skip
    question = asked("KT-0100", context=Context(case_parties=("甲公司",)))
    assert _load(session, question, person, known_at=START).people["KT-0100"].relations is None
    assert len(_load(session, question, person).people["KT-0100"].relations) == 1


def test_a_standing_names_the_kind_of_its_unit(session, house, kt):
    assert session.query(UnitStanding).filter_by(unit_id=house.bureau).count() == 1
    facts = _load(session, asked("KT-0100"), kt.officer("KT-0100"))
    assert {one.code: one.kind for one in facts.agencies} == {"PL-KT": "BUREAU", "PL-KT-D1": "SQUAD"}


def test_circumstances_given_on_the_page_reach_the_record(sign_in, session, kt):
    kt.officer("KT-0017")
    page = sign_in("sun").post(
        "/duty/check",
        data={
            "people": "KT-0017", "act": "INSPECT", "item": "HOU-2", "place": "62080200101", "start": "2026-03-10T09:00",
            "end": "2026-03-10T12:00", "approval": "批1", "emergency": "y", "recorder": "no", "enterprise": "y",
            "case_parties": "甲公司\n\n李四", "notice": "检9", "inspections": "1", "inspection_cap": "2",
            "cuts_utilities": "no", "recusal_asked": "kt-0021", "count": "4", "consultation": "征1",
        },
    )  # fmt: skip
    assert page.status_code == 302
    context = restored(Question, session.query(DecisionRecord).one().question).context
    assert context == Context(
        approval="批1", emergency=True, recorder=False, case_parties=("甲公司", "李四"), recusal_asked=("KT-0021",),
        enterprise=True, notice="检9", inspections=1, inspection_cap=2, cuts_utilities=False, consultation="征1",
        count=4,
    )  # fmt: skip


def test_an_unknown_receiving_unit_is_refused_beside_its_field_with_the_fold_open(sign_in, session, kt):
    kt.officer("KT-0017")
    page = sign_in("sun").post(
        "/duty/check",
        data={
            "people": "KT-0017", "act": "DISPATCH", "start": "2026-03-10T09:00", "end": "2026-03-10T12:00",
            "at_unit": "NOWHERE",
        },
    )  # fmt: skip
    assert page.status_code == 422
    assert "There is no unit with the code NOWHERE." in page.text
    assert '<details class="field" id="circumstances" open>' in page.text
    assert session.query(DecisionRecord).count() == 0
