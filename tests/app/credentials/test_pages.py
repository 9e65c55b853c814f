"""The issuer's and the holder's pages."""

from datetime import date

import pytest
from sqlalchemy import select

from app.credentials import service
from app.credentials.models import Certificate, CertificateStateChange
from tests.app.credentials.conftest import add_photo, add_result
from tests.conftest import START


@pytest.fixture
def issuer(sign_in, with_password):
    with_password("ian")
    return sign_in("ian")


@pytest.fixture
def held(session, cast, sittings, issue):
    """ou's certificate."""
    person = cast["ou"].actor.person_id
    for sitting in sittings.values():
        add_result(session, sitting, person, date(2026, 2, 20))
    add_photo(session, person)
    return issue(person).number


def test_the_ready_list_shows_exceptions_first_and_why(issuer, officer):
    officer("KT-0017", "王安")
    officer("KT-0099", "李四", photo=False)
    page = issuer.get("/credentials/").text
    assert page.index("李四") < page.index("王安")
    assert "there is no photo" in page
    assert "1 person is ready" in page
    assert "没有照片" not in page


def test_one_certificates_page_shows_its_life_and_a_suspension_goes_through_the_form(issuer, session, officer, issue):
    number = issue(officer("KT-0017", "王安")).number
    page = issuer.get(f"/credentials/certificates/{number}/suspend")
    assert page.status_code == 200
    answer = issuer.post(
        f"/credentials/certificates/{number}/suspend",
        data={"reason": "涉嫌违纪", "legal_basis": "第三十九条", "until": "2026-03-31"},
    )
    assert answer.status_code == 302
    life = issuer.get(f"/credentials/certificates/{number}").text
    assert "涉嫌违纪" in life
    assert "2026-03-31" in life
    assert "planned" in life
    assert [s.state for s in session.scalars(select(CertificateStateChange))] == ["ACTIVE", "SUSPENDED", "ACTIVE"]


def test_a_refused_act_keeps_the_form_with_the_reason_why(issuer, session, officer, issue):
    number = issue(officer("KT-0017")).number
    answer = issuer.post(f"/credentials/certificates/{number}/reinstate", data={"reason": "x"})
    assert answer.status_code == 422
    assert "in its present state" in answer.text
    assert issuer.post(f"/credentials/certificates/{number}/apply/revoke", data={"reason": ""}).status_code == 422
    assert len(session.scalars(select(CertificateStateChange)).all()) == 1


def test_the_list_is_filtered_by_the_address(issuer, officer, issue, clock):
    number = issue(officer("KT-0017", "王安")).number
    assert number in issuer.get("/credentials/certificates?state=ACTIVE&q=王安").text
    assert number not in issuer.get("/credentials/certificates?state=REVOKED").text
    assert number not in issuer.get("/credentials/certificates?expiring=30").text
    assert issuer.get("/credentials/certificates?agency=zzz&expiring=x").status_code == 200


def test_the_keys_page_names_each_key_with_its_dates(issuer, session, operator, site):
    service.init_keys(session, operator, site, now=START)
    session.commit()
    page = issuer.get("/credentials/keys").text
    assert "5 keys" in page
    assert "2031-03-01" in page


def test_the_holder_sees_the_card_the_code_and_the_document_and_the_home_card(sign_in, held, session):
    browser = sign_in("ou")
    assert held in browser.get("/credentials/mine").text
    code = browser.get(f"/credentials/mine/{held}/code").text
    assert session.scalar(select(Certificate.check_code)) in code
    assert "<path d=" in code
    assert browser.get(f"/credentials/certificates/{held}.pdf").status_code == 404
    assert held in browser.get("/").text


def test_nobody_elses_certificate_code_or_document_is_found(sign_in, held, session, cast, officer, issue):
    other = issue(officer("KT-0050")).number
    browser = sign_in("ou")
    assert browser.get(f"/credentials/mine/{other}/code").status_code == 404
    assert browser.get(f"/credentials/certificates/{other}.pdf").status_code == 404
    assert browser.get(f"/credentials/certificates/{other}").status_code == 403


@pytest.mark.parametrize("name", ["tan", "ou", "inv"])
def test_only_issuers_issue(sign_in, name):
    assert sign_in(name).get("/credentials/").status_code == 403


def test_a_supervisor_reads_and_does_not_change(sign_in, officer, issue):
    number = issue(officer("KT-0017")).number
    browser = sign_in("sun")
    assert browser.get(f"/credentials/certificates/{number}").status_code == 200
    assert browser.post(f"/credentials/certificates/{number}/cancel", data={"reason": "x"}).status_code == 403


def test_an_expired_one_is_shown_as_not_in_force(sign_in, held, clock, session):
    from app.accounts.models import AccountSession

    clock.at = START.replace(year=2031, month=3, day=2)
    for row in session.scalars(select(AccountSession)):
        row.created_at = row.last_seen_at = clock.at
    page = sign_in("ou").get("/credentials/mine").text
    assert "Expired" in page
    assert "you may not enforce" in page
