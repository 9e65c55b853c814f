"""Application, check in the agency, decision: three hands, none of whom is exempt."""

from datetime import date

import pytest
from sqlalchemy import select

from app.accounts.policy import Role
from app.accounts.queries import actor_of
from app.accounts.service import grant_role
from app.core.errors import Invalid, NotFound, Refused, Stale
from app.core.permissions import P, system_actor
from app.credentials import queries, service
from app.credentials.models import Certificate, CertificateApplication, CertificatePeriod
from app.credentials.periods import Action
from app.ledger.models import LedgerEntry
from tests.app.credentials.conftest import PASSWORD, TODAY, add_photo, add_result
from tests.conftest import START, refused


@pytest.fixture
def hands(cast, with_password):
    """reg proposes, sun checks, ian decides and has a password."""
    with_password("ian")
    return {name: cast[name].actor for name in ("reg", "sun", "ian", "ada", "ou")}


@pytest.fixture
def propose(session, hands):
    def ask(*people, who="reg", **what):
        service.propose(session, hands[who], service.Cohort(people, **what), today=TODAY, now=START)
        return session.scalars(select(CertificateApplication.id).order_by(CertificateApplication.id)).all()

    return ask


@pytest.fixture
def decide(session, hands, site):
    def grant(ids, who="ian", password=PASSWORD):
        return service.decide(session, hands[who], ids, settings=site, now=START, password=password)

    return grant


def _as(session, cast, name, role):
    """One of the cast with a further role everywhere."""
    grant_role(session, system_actor("test"), cast[name].account_id, role, None, now=START)
    session.flush()
    return actor_of(session, cast[name].account_id)


def test_a_certificate_is_issued_after_proposal_check_and_decision_by_three_people(
    session, hands, officer, propose, decide
):
    person = officer("KT-0017")
    ids = propose(person, reason="首次申领")
    assert [row.state for row in queries.applications_of(session, person)] == ["PROPOSED"]
    with refused(Refused, "not-checked"):
        decide(ids)
    assert service.check(session, hands["sun"], ids, now=START) == 1
    assert [row.state for row in queries.applications_of(session, person)] == ["CHECKED"]
    done = decide(ids)
    (row,) = queries.applications_of(session, person)
    assert (row.state, row.made, row.decided_by) == ("GRANTED", done.issued[0].number, "ian")
    assert done.batch_id is not None
    period = session.scalars(select(CertificatePeriod)).one()
    assert (period.cause, period.decided_by, period.evidence["application"]) == ("ISSUE", "ian", ids[0])
    told = session.scalars(select(LedgerEntry.event).where(LedgerEntry.subject_type == "certificate_application"))
    assert [event.rpartition(".")[2] for event in told] == ["proposed", "checked", "granted"]


def test_whoever_proposed_or_checked_cannot_take_the_next_step_whatever_their_role(
    session, cast, hands, officer, propose, with_password, site
):
    (one,) = propose(officer("KT-0017"))
    with refused(Refused, "same-person"):
        service.check(session, hands["reg"], [one], now=START)
    service.check(session, hands["sun"], [one], now=START)
    for name in ("reg", "sun"):
        both = _as(session, cast, name, Role.ISSUER)
        _as(session, cast, name, Role.ADMINISTRATOR)
        with refused(Refused, "same-person"):
            service.decide(session, both, [one], settings=site, now=START, password=with_password(name))
    assert session.scalar(select(Certificate.id)) is None


def test_a_program_without_a_name_is_bound_too(session, officer, site, operator):
    person = officer("KT-0017")
    service.propose(session, operator, service.Cohort([person]), today=TODAY, now=START)
    one = session.scalars(select(CertificateApplication.id)).one()
    with refused(Refused, "same-person"):
        service.check(session, operator, [one], now=START)


def test_nobody_is_asked_for_twice_and_who_is_not_ready_not_at_all(session, officer, propose, house, people):
    person = officer("KT-0017")
    propose(person)
    with refused(Refused, "asked-already"):
        propose(person)
    with refused(Refused, "no-photo"):
        propose(officer("KT-0018", photo=False))
    with refused(NotFound, "not-found"):
        propose(officer("JC-0001", unit=house.other_bureau, agency=house.other_bureau))
    with refused(Invalid, "nobody-chosen"):
        propose()
    assert len(session.scalars(select(CertificateApplication)).all()) == 1


def test_what_was_refused_returned_or_withdrawn_is_closed_with_a_reason(session, hands, officer, propose, decide):
    refuse, sent_back, taken = propose(officer("KT-0011"), officer("KT-0012"), officer("KT-0013"))
    with refused(Invalid, "reason-needed"):
        service.close(session, hands["sun"], [sent_back], "RETURNED", " ", now=START)
    service.close(session, hands["sun"], [sent_back], "RETURNED", "照片过旧", now=START)
    with refused(Refused, "not-yours"):
        service.close(session, hands["sun"], [taken], "WITHDRAWN", "误报", now=START)
    service.close(session, hands["reg"], [taken], "WITHDRAWN", "误报", now=START)
    service.close(session, hands["ian"], [refuse], "REFUSED", "材料不实", now=START)
    for one in (refuse, sent_back, taken):
        with refused(Stale, "application-closed"):
            decide([one])
    assert {row.outcome for row in session.scalars(select(CertificateApplication))} == {
        "REFUSED", "RETURNED", "WITHDRAWN",
    }  # fmt: skip


def test_a_revocation_takes_two_people_and_bars_by_the_regime(session, hands, officer, issue, decide, site, adopt):
    adopt('[[value]]\nname = "certificate.bar_months"\nvalue = 24\nbasis = "local"\nsource = "市局〔2026〕9号"\n')
    person = officer("KT-0017")
    number = issue(person).number
    wish = service.Wish(Action.REVOKE, "出借证件", "省条例第三十九条")
    asked = service.propose_about(session, hands["ian"], number, wish, today=TODAY, now=START)
    with refused(Refused, "same-person"):
        decide([asked])
    service.close(session, hands["ian"], [asked], "WITHDRAWN", "换人提出", now=START)
    asked = service.propose_about(session, hands["sun"], number, wish, today=TODAY, now=START)
    assert decide([asked]).revoked == (number,)
    (row,) = queries.certificate_facts(session, [person])[person]
    assert (row.states[-1].state, row.states[-1].barred_until) == ("REVOKED", date(2028, 3, 1))
    codes = [p.code for one in queries.readiness(session, [person], TODAY) for p in one.problems]
    assert "barred" in codes
    later = [p.code for one in queries.readiness(session, [person], date(2028, 3, 2)) for p in one.problems]
    assert "barred" not in later


def test_without_a_bar_in_law_none_is_set_and_the_value_is_labelled(session, officer, issue, operator, site, clock):
    from app.regimes.queries import effective

    person = officer("KT-0017")
    service.revoke(
        session, operator, issue(person).number, "出借", now=clock.now(), zone=site.zone, legal_basis="第三十九条"
    )
    (row,) = queries.certificate_facts(session, [person])[person]
    assert row.states[-1].barred_until is None
    assert effective(session, "pingliang").setting("certificate.bar_months", TODAY).product_default


def test_the_pages_take_an_application_from_the_agency_to_the_certificate(
    sign_in, session, officer, hands, sittings, cast
):
    first, second = officer("KT-0017", "王安"), officer("KT-0018", "李四")
    officer("KT-0099", "赵缺", photo=False)
    where = f"?sitting={sittings['PUBLIC_LAW']}"
    page = sign_in("reg").get("/credentials/" + where).text
    assert page.index("赵缺") < page.index("王安")
    assert sign_in("reg").post("/credentials/" + where, data={"people": [first, second]}).status_code == 302
    ids = session.scalars(select(CertificateApplication.id)).all()
    assert "Waits for the check" in sign_in("sun").get("/credentials/applications").text
    browser = sign_in("reg")
    assert browser.post("/credentials/applications", data={"act": "check", "chosen": ids}).status_code == 422
    assert sign_in("sun").post("/credentials/applications", data={"act": "check", "chosen": ids}).status_code == 302
    browser, data = sign_in("ian"), {"act": "decide", "chosen": ids}
    assert "王安" in browser.get("/credentials/applications").text
    wrong = browser.post("/credentials/applications?state=CHECKED", data={**data, "current": "wrong"})
    assert (wrong.status_code, "password is not right" in wrong.text) == (422, True)
    assert wrong.text.count(" checked>") == 2
    assert browser.post("/credentials/applications", data={**data, "current": PASSWORD}).status_code == 302
    numbers = session.scalars(select(Certificate.number).order_by(Certificate.id)).all()
    assert len(numbers) == 2
    listing = browser.get("/credentials/applications?state=DECIDED").text
    assert all(number in listing for number in numbers)
    assert "Periods" in browser.get(f"/credentials/certificates/{numbers[0]}").text


def test_a_wish_about_one_certificate_goes_through_its_page(sign_in, session, officer, issue, hands):
    number = issue(officer("KT-0017", "王安")).number
    browser, address = sign_in("reg"), f"/credentials/certificates/{number}/apply"
    for kind in ("reissue", "renew", "domains", "revoke"):
        assert browser.get(f"{address}/{kind}").status_code == 200
    assert browser.get(f"/credentials/transfer?number={number}").status_code == 200
    assert browser.post(f"{address}/reissue", data={"reason": ""}).status_code == 422
    made = browser.post(f"{address}/reissue", data={"reason": "损坏", "number": number}, follow_redirects=True)
    assert "Waits for the check in the agency" in made.text
    again = browser.post(f"{address}/reissue", data={"reason": "损坏", "number": number})
    assert (again.status_code, "waits already" in again.text) == (422, True)
    (row,) = session.scalars(select(CertificateApplication))
    assert (row.kind, row.reason) == ("REISSUE", "损坏")
    assert sign_in("ian").get(f"/credentials/applications/{row.id}").status_code == 200
    assert sign_in("ou").get(f"/credentials/applications/{row.id}").status_code == 403


def test_an_officer_sees_what_was_asked_for_them(sign_in, session, cast, sittings, hands, propose):
    person = cast["ou"].actor.person_id
    for sitting in sittings.values():
        add_result(session, sitting, person, date(2026, 2, 20))
    add_photo(session, person)
    propose(person)
    page = sign_in("ou").get("/credentials/mine").text
    assert "What was asked for me" in page
    assert "Waits for the check in the agency" in page


@pytest.mark.parametrize("permission", [P.CREDENTIALS_APPLY, P.CREDENTIALS_CHECK])
def test_the_issuer_neither_applies_nor_checks(permission, cast):
    assert not cast["ian"].actor.may(permission)
    assert not cast["ada"].actor.may(P.CREDENTIALS_ISSUE)
