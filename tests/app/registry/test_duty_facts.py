"""Relations, offices, designations and entrustments: entered, ended and corrected by the registrar of the agency."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.core.errors import DomainError, NotFound
from app.core.permissions import Actor, P
from app.ledger.models import LedgerEntry
from app.registry import queries, service
from app.registry.models import Appointment, Designation, Entrustment, Relation
from tests.conftest import START

DAY = date(2026, 3, 2)
WHEN = {"today": DAY, "now": START}
LATER = {"today": DAY, "now": START + timedelta(hours=1)}


@pytest.fixture
def officer(people):
    return people("KT-0100", "陈立")


def item(session, house):
    return queries.items_of(session, house.bureau)[0].code


def refuses(code, field, do):
    with pytest.raises(DomainError) as refusal:
        do()
    assert (refusal.value.code, refusal.value.field) == (code, field)


def entries(session, event):
    return list(session.scalars(select(LedgerEntry).where(LedgerEntry.event == event)))


def declare(session, actor, **changes):
    values = {"kind": "SPOUSE", "party": "甲公司", "valid_from": date(2026, 1, 1), **WHEN, **changes}
    return service.declare_relation(session, actor, "KT-0100", **values)


def appoint(session, actor, code="KT-0100", **changes):
    values = {"role": "LEGAL_REVIEWER", "valid_from": date(2026, 1, 1), **WHEN, **changes}
    return service.appoint(session, actor, code, **values)


def entrust(session, actor, code="PL-KT", **changes):
    values = {"body": "PL-JC", "document_number": "委1", "valid_from": date(2026, 1, 1), **WHEN, **changes}
    return service.entrust(session, actor, code, **values)


def designate(session, actor, code="PL-KT", **changes):
    values = {"area_code": "620821", "order_number": "指1", "valid_from": date(2026, 1, 1), **WHEN, **changes}
    return service.designate(session, actor, code, **values)


def test_a_relation_is_kept_and_the_ledger_names_neither_party_nor_note(session, operator, officer):
    made = declare(session, operator, note="配偶王某任职")
    assert session.get(Relation, made).party == "甲公司"
    (entry,) = entries(session, "registry.relation.recorded")
    assert (entry.after["party"], entry.after["note"], entry.reason) == ("***", "***", "")
    assert entry.after["kind"] == "SPOUSE"


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"party": ""}, "party-missing", "party"),
        ({"kind": "NONE_DECLARED"}, "party-not-wanted", "party"),
        ({"kind": "FRIEND"}, "unknown-code", "kind"),
        ({"valid_to": date(2025, 1, 1)}, "ends-before-starts", "valid_to"),
    ],
)
def test_a_relation_that_makes_no_sense_is_refused_at_its_field(session, operator, officer, changes, code, field):
    refuses(code, field, lambda: declare(session, operator, **changes))
    assert session.query(Relation).count() == 0


def test_nobody_declares_a_tie_and_none_for_the_same_days(session, operator, officer):
    declare(session, operator)
    nothing = {"kind": "NONE_DECLARED", "party": ""}
    refuses("relations-contradict", "valid_from", lambda: declare(session, operator, **nothing))
    declare(session, operator, **nothing, valid_from=date(2025, 1, 1), valid_to=date(2025, 12, 31))
    assert session.query(Relation).count() == 2


def test_an_office_ends_with_a_day_and_the_old_row_stays(session, operator, officer):
    made = appoint(session, operator, card_number="法审7")
    ended = service.end_fact(session, operator, "appointment", made, last=date(2026, 6, 30), reason="轮岗", **LATER)
    assert session.get(Appointment, made).superseded_at == LATER["now"]
    row = session.get(Appointment, ended)
    assert (row.valid_to, row.card_number, row.note) == (date(2026, 6, 30), "法审7", "轮岗")
    assert [one.reason for one in entries(session, "registry.appointment.corrected")] == ["轮岗"]


def test_what_is_no_fact_of_duty_does_not_end_this_way(session, operator, officer):
    with pytest.raises(NotFound):
        service.end_fact(session, operator, "employment", 1, last=DAY, reason="x", **WHEN)


def test_an_office_is_held_once_at_a_time(session, operator, officer):
    appoint(session, operator)
    refuses("appointment-overlaps", "valid_from", lambda: appoint(session, operator, valid_from=date(2026, 2, 1)))


def test_social_supervisors_come_from_a_group_and_hold_no_other_office(session, operator, officer, people):
    people("KT-0900", "林代表", kind="SOCIAL_SUPERVISOR")
    office = {"role": "SOCIAL_SUPERVISOR"}
    refuses("group-missing", "supervisor_group", lambda: appoint(session, operator, "KT-0900", **office))
    refuses(
        "office-not-for-kind", "role",
        lambda: appoint(session, operator, **office, supervisor_group="MEDIA"),
    )  # fmt: skip
    refuses("office-not-for-kind", "role", lambda: appoint(session, operator, "KT-0900"))
    refuses("group-not-wanted", "supervisor_group", lambda: appoint(session, operator, supervisor_group="MEDIA"))
    made = appoint(session, operator, "KT-0900", **office, supervisor_group="MEDIA")
    assert session.get(Appointment, made).supervisor_group == "MEDIA"


def test_a_designation_is_for_an_agency_an_area_and_an_item_of_its_rules(session, house, operator):
    made = designate(session, operator, item_code=item(session, house))
    assert session.get(Designation, made).item_code == item(session, house)
    refuses("orders-not-agency", None, lambda: designate(session, operator, "PL-KT-D1"))
    refuses("unknown-area", "area_code", lambda: designate(session, operator, area_code="999"))
    refuses("unknown-item", "item_code", lambda: designate(session, operator, item_code="NO-1"))
    refuses("field-missing", "order_number", lambda: designate(session, operator, order_number=""))
    refuses(
        "designation-overlaps", "valid_from",
        lambda: designate(session, operator, item_code=item(session, house), valid_from=date(2026, 2, 1)),
    )  # fmt: skip
    assert session.query(Designation).count() == 1


def test_an_entrustment_names_another_body_and_items_of_the_giver(session, house, operator):
    made = session.get(Entrustment, entrust(session, operator, items=[item(session, house)]))
    assert (made.unit_id, made.body_id, made.items) == (house.bureau, house.other_bureau, [item(session, house)])
    assert session.get(Entrustment, entrust(session, operator, document_number="委2")).items is None
    refuses("entrusts-itself", "body", lambda: entrust(session, operator, body="PL-KT", document_number="委3"))
    refuses("unknown-unit", "body", lambda: entrust(session, operator, body="NO"))
    refuses("unknown-item", "items", lambda: entrust(session, operator, items=["NO-1"], document_number="委4"))
    refuses("entrustment-overlaps", "valid_from", lambda: entrust(session, operator, valid_from=date(2026, 2, 1)))


def test_facts_of_duty_belong_to_the_registrar_of_the_agency(session, house, officer):
    stranger = Actor("r", grants={P.REGISTRY_EDIT: frozenset({house.other_bureau})})
    for do in (declare, appoint, entrust, designate):
        with pytest.raises(NotFound):
            do(session, stranger)
    assert entries(session, "registry.relation.recorded") == []


def test_the_party_is_shown_to_the_registrar_and_to_the_person_and_to_nobody_else(session, house, operator, officer):
    declare(session, operator, note="配偶任职")

    def shown(edit, **how):
        page = queries.person_page(session, "KT-0100", DAY, None, edit, **how)
        return next((row.values["party"], row.note) for row in page.facts if row.kind == "relation")

    assert shown(frozenset({house.bureau})) == ("甲公司", "配偶任职")
    assert shown(frozenset(), own=True) == ("甲公司", "配偶任职")
    assert shown(frozenset({house.other_bureau})) == ("", "")


def test_the_registrar_enters_ends_and_sees_facts_of_duty_on_the_pages(sign_in, session, house, officer):
    browser = sign_in("reg")
    sent = browser.post(
        "/registry/people/KT-0100/appointment",
        data={"role": "HEARING_PRESIDER", "card_number": "听7", "valid_from": "2026-01-01"},
    )
    assert sent.status_code == 302
    made = session.query(Appointment).one()
    assert "Hearing presider · 听7" in browser.get("/registry/people/KT-0100").text
    ended = browser.post(f"/registry/facts/appointment/{made.id}/end", data={"last": "2026-06-30", "why": "轮岗"})
    assert ended.status_code == 302
    assert session.query(Appointment).filter_by(superseded_at=None).one().valid_to == date(2026, 6, 30)
    refused = browser.post(
        "/registry/people/KT-0100/relation", data={"kind": "SPOUSE", "party": "", "valid_from": "2026-01-01"}
    )
    assert refused.status_code == 422
    assert "Name the party." in refused.text


def test_the_pages_of_giver_and_body_show_an_entrustment_and_it_can_be_corrected(sign_in, session, house):
    browser = sign_in("reg")
    sent = browser.post(
        "/registry/units/PL-KT/entrustment",
        data={
            "body": "PL-JC", "items": [item(session, house)], "document_number": "委〔2026〕1号",
            "valid_from": "2026-01-01",
        },
    )  # fmt: skip
    assert sent.status_code == 302
    made = session.query(Entrustment).one()
    assert "委〔2026〕1号" in browser.get("/registry/units/PL-KT").text
    form = browser.get(f"/registry/facts/entrustment/{made.id}").text
    assert '<option selected value="PL-JC">' in form
    given = {
        "body": "PL-JC", "items": [item(session, house)], "document_number": "委〔2026〕2号",
        "valid_from": "2026-01-01", "why": "文号有误",
    }  # fmt: skip
    assert browser.post(f"/registry/facts/entrustment/{made.id}", data=given).status_code == 302
    assert session.query(Entrustment).filter_by(superseded_at=None).one().document_number == "委〔2026〕2号"
    sent = browser.post(
        "/registry/units/PL-KT/designation",
        data={"area_code": "620821", "order_number": "指1", "valid_from": "2026-01-01"},
    )
    assert sent.status_code == 302
    assert session.query(Designation).one().item_code is None
    assert [row.values["document_number"] for row in queries.unit_page(session, "PL-JC", DAY, None, None).received] == [
        "委〔2026〕2号", "委〔2026〕1号",
    ]  # fmt: skip


def test_the_day_of_the_first_review_stands_in_the_profile(sign_in, session, officer):
    browser = sign_in("reg")
    sent = browser.post(
        "/registry/people/KT-0100/profile",
        data={
            "name": "陈立", "kind": "OFFICER", "legal_qualification": "y", "first_review_on": "2019-07-01",
            "valid_from": "2026-03-01",
        },
    )  # fmt: skip
    assert sent.status_code == 302
    assert "First reviewed a penalty decision 2019-07-01" in browser.get("/registry/people/KT-0100").text
