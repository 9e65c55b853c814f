"""The life of a certificate after issue."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from app.core.errors import DomainError, Invalid, NotFound, Refused, Stale
from app.credentials import queries, service
from app.credentials.models import Certificate
from app.credentials.periods import Action, state_at
from app.credentials.service import Order
from app.ledger.models import LedgerEntry
from tests.app.credentials.conftest import TODAY, add_photo, picture
from tests.conftest import START

ZONE = ZoneInfo("Asia/Shanghai")
BASIS = "行政执法证管理办法第三十九条"


@pytest.fixture
def number(officer, issue):
    return issue(officer("KT-0017", "王安")).number


@pytest.fixture
def act(session, operator, clock, number):
    def do(action, reason="调查需要", **what):
        clock.forward(minutes=1)
        basis = what.pop("legal_basis", BASIS)
        order = Order(Action(action), reason, basis, **what)
        return service.change(session, operator, number, order, now=clock.now(), zone=ZONE)

    return do


def _states(session, number):
    one = session.scalars(select(Certificate).where(Certificate.number == number)).one()
    return queries.states_of(session, [one.id])[one.id]


def _on(session, number, day, zone=ZONE):
    from app.core.clock import day_end

    return state_at(_states(session, number), day_end(day, zone) - timedelta(microseconds=1))


def test_a_suspension_holds_from_its_first_day_through_its_last_and_then_ends_by_itself(session, act, number):
    act("SUSPEND", effective_on=date(2026, 3, 10), until=date(2026, 3, 31))
    assert _on(session, number, date(2026, 3, 9)) == "ACTIVE"
    assert _on(session, number, date(2026, 3, 10)) == "SUSPENDED"
    assert _on(session, number, date(2026, 3, 31)) == "SUSPENDED"
    assert _on(session, number, date(2026, 4, 1)) == "ACTIVE"


def test_reinstating_early_ends_a_suspension_and_withdraws_its_planned_end(session, act, number, clock):
    act("SUSPEND", until=date(2026, 3, 31))
    clock.forward(days=2)
    act("REINSTATE", "查无此事")
    states = _states(session, number)
    assert [s.state for s in states] == ["ACTIVE", "SUSPENDED", "ACTIVE"]
    assert states[-1].effective_at == clock.now()


def test_a_revocation_during_a_suspension_stays_when_the_suspension_would_have_ended(session, act, number):
    act("SUSPEND", until=date(2026, 3, 31))
    act("REVOKE")
    assert _on(session, number, date(2026, 12, 31)) == "REVOKED"


def test_what_was_believed_before_a_change_can_still_be_asked(session, act, number, clock):
    act("SUSPEND", until=date(2026, 3, 31))
    believed = clock.now()
    clock.forward(days=1)
    act("REVOKE")
    one = session.scalars(select(Certificate)).one()
    then = queries.certificate_facts(session, [one.person_id], believed)[one.person_id][0].states
    assert [s.state for s in then] == ["ACTIVE", "SUSPENDED", "ACTIVE"]
    assert [s.state for s in _states(session, number)] == ["ACTIVE", "SUSPENDED", "REVOKED"]


@pytest.mark.parametrize("final", ["REVOKE", "CANCEL"])
@pytest.mark.parametrize("action", ["SUSPEND", "REINSTATE", "REVOKE", "CANCEL", "REPORT_LOST"])
def test_nothing_leads_out_of_a_revoked_or_cancelled_certificate(session, act, number, final, action):
    act(final)
    with pytest.raises(Refused) as caught:
        act(action)
    assert caught.value.code == "transition-refused"
    assert len(_states(session, number)) == 2


def test_reinstating_what_is_not_suspended_is_refused(act):
    with pytest.raises(Refused) as caught:
        act("REINSTATE")
    assert caught.value.code == "transition-refused"


def test_a_planned_suspension_blocks_other_plans_until_it_is_taken_back(session, act, number):
    act("SUSPEND", effective_on=date(2026, 4, 1))
    for action in ("SUSPEND", "REPORT_LOST"):
        with pytest.raises(Refused) as caught:
            act(action)
        assert caught.value.code == "change-planned"
    act("REINSTATE", "撤回")
    assert _on(session, number, date(2026, 4, 2)) == "ACTIVE"


@pytest.mark.parametrize(
    ("what", "code", "field"),
    [
        ({"reason": "  "}, "reason-needed", "reason"),
        ({"legal_basis": ""}, "legal-basis-needed", "legal_basis"),
        ({"effective_on": TODAY - timedelta(days=1)}, "effective-before-last-change", "effective_on"),
        ({"effective_on": date(2026, 4, 2), "until": date(2026, 4, 1)}, "ends-before-start", "until"),
        ({"until": TODAY - timedelta(days=1)}, "ends-before-start", "until"),
    ],
)
def test_bad_words_and_days_are_named_at_their_field_and_change_nothing(session, act, number, what, code, field):
    with pytest.raises(Invalid) as caught:
        act("SUSPEND", **what)
    assert (caught.value.code, caught.value.field) == (code, field)
    assert len(_states(session, number)) == 1


def test_a_stale_form_changes_nothing(session, act, number):
    seen = _states(session, number)[-1].id
    act("SUSPEND", seen=seen)
    with pytest.raises(Stale):
        act("REVOKE", seen=seen)
    assert _states(session, number)[-1].state == "SUSPENDED"


def test_an_expired_certificate_can_be_revoked_but_not_suspended(act, clock):
    clock.at = START.replace(year=2032)
    with pytest.raises(Refused) as caught:
        act("SUSPEND")
    assert caught.value.code == "expired"
    assert act("REVOKE").state == "REVOKED"


def test_revoking_ends_the_qualification_so_that_the_papers_have_to_be_passed_again(session, act, number, clock):
    act("REVOKE")
    person = session.scalars(select(Certificate.person_id)).one()
    assert [q.valid_to for q in queries.qualification_facts(session, [person])[person]] == [TODAY]
    rows = queries.ready_to_issue(session, None, TODAY + timedelta(days=1))
    assert rows == []


def test_every_change_stands_in_the_ledger_with_its_reason(session, act, number):
    act("SUSPEND", "涉嫌违纪")
    entry = session.scalars(select(LedgerEntry).where(LedgerEntry.event == "credentials.certificate.suspended")).one()
    assert entry.subject_id == number
    assert entry.reason == "涉嫌违纪"
    assert entry.before == {"state": "ACTIVE"}
    assert entry.after["legal_basis"] == BASIS


def test_another_bureaus_issuer_does_not_find_it(session, cast, officer, issue, house, clock):
    from app.registry.models import UnitArea
    from tests.app.credentials.conftest import add_powers

    add_powers(session, house.other_bureau)
    assert session.scalar(select(UnitArea.id).where(UnitArea.unit_id == house.other_bureau))
    number = issue(officer("JC-0001", unit=house.other_bureau, agency=house.other_bureau)).number
    with pytest.raises(NotFound):
        service.suspend(session, cast["ian"].actor, number, "x", now=clock.now(), zone=ZONE, legal_basis=BASIS)


def test_a_lost_one_is_reissued_under_a_new_number_with_the_same_last_day(session, act, number, operator, site, clock):
    act("REPORT_LOST")
    clock.forward(days=3)
    made = service.replace_certificate(
        session, operator, number, Action.REISSUE, "遗失补发", settings=site, now=clock.now()
    )
    old, new = session.scalars(select(Certificate).order_by(Certificate.id)).all()
    assert new.number == made.number != number
    assert (new.valid_from, new.valid_to) == (date(2026, 3, 5), old.valid_to)
    assert new.replaces_id == old.id
    assert _states(session, number)[-1].state == "SUPERSEDED"
    assert _states(session, new.number)[-1].state == "ACTIVE"
    assert old.check_code != new.check_code


def test_a_reissue_takes_the_newest_photo_and_the_old_one_keeps_its_own(session, number, operator, site, clock):
    old = session.scalars(select(Certificate)).one()
    sha256 = add_photo(session, old.person_id, picture(10))
    clock.forward(days=1)
    made = service.replace_certificate(
        session, operator, number, Action.REISSUE, "照片变更", settings=site, now=clock.now()
    )
    assert session.get(Certificate, made.id).photo_sha256 == sha256 != old.photo_sha256


def test_a_suspended_one_is_not_replaced(session, act, number, operator, site, clock):
    act("SUSPEND")
    for action in (Action.REISSUE, Action.RENEW):
        with pytest.raises(DomainError) as caught:
            service.replace_certificate(session, operator, number, action, "x", settings=site, now=clock.now())
        assert caught.value.code in {"transition-refused", "renewal-not-open"}
    assert session.scalars(select(Certificate.number)).all() == [number]


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2030, 9, 1), "renewal-not-open"),
        (date(2030, 9, 2), None),
        (date(2031, 3, 1), None),
        (date(2031, 3, 2), "renewal-not-open"),
    ],
)
def test_renewal_is_taken_in_its_window_and_begins_a_new_period_at_once(
    session, number, operator, site, clock, day, code
):
    clock.at = START.replace(year=day.year, month=day.month, day=day.day)
    if code:
        with pytest.raises(Refused) as caught:
            service.replace_certificate(
                session, operator, number, Action.RENEW, "期满换证", settings=site, now=clock.now()
            )
        assert caught.value.code == code
        return
    made = service.replace_certificate(
        session, operator, number, Action.RENEW, "期满换证", settings=site, now=clock.now()
    )
    new = session.get(Certificate, made.id)
    assert new.valid_from == day
    assert (new.valid_to.year, new.kind) == (day.year + 5, "RENEW")
    assert _states(session, number)[-1].state == "SUPERSEDED"
    (qualification,) = queries.qualification_facts(session, [new.person_id])[new.person_id]
    assert qualification.valid_to == new.valid_to


def test_nobody_renews_for_somebody_who_left_the_agency(session, number, operator, site, clock):
    from app.registry.models import Employment

    clock.at = START.replace(year=2031, month=1)
    for row in session.scalars(select(Employment)):
        row.valid_to = date(2030, 12, 31)
    session.flush()
    with pytest.raises(Refused) as caught:
        service.replace_certificate(session, operator, number, Action.RENEW, "期满换证", settings=site, now=clock.now())
    assert caught.value.code == "not-employed"
