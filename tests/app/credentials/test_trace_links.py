"""Where a record is shown, whoever may read decisions is led on to those it bears on, and nobody else."""

import pytest
from sqlalchemy import select

from app.credentials.models import CertificateReview, CertificateStateChange
from app.exams.models import Result, Sitting
from app.registry.models import Employment, UnitStanding
from tests.conftest import START


def link(kind, number):
    return f'href="/duty/facts/{kind}:{number}"'


@pytest.mark.parametrize(("name", "may"), [("sun", True), ("reg", False)])
def test_a_persons_and_a_units_history_lead_on(session, sign_in, people, house, name, may):
    person = people("KT-0101")
    employment = session.scalar(select(Employment.id).where(Employment.person_id == person))
    standing = session.scalar(select(UnitStanding.id).where(UnitStanding.unit_id == house.bureau))
    browser = sign_in(name)
    page = browser.get("/registry/people/KT-0101")
    assert (page.status_code, link("employment", employment) in page.text) == (200, may)
    page = browser.get("/registry/units/PL-KT")
    assert (page.status_code, link("standing", standing) in page.text) == (200, may)
    assert ("/duty/facts/area:" in page.text) is may
    assert "/duty/facts/territory:" not in page.text
    if may:
        assert browser.get(f"/duty/facts/employment:{employment}").status_code == 200


@pytest.mark.parametrize(("name", "may"), [("sun", True), ("ian", False)])
def test_the_life_of_a_certificate_leads_on(session, sign_in, officer, issue, name, may):
    made = issue(officer("KT-0101"))
    session.add(
        CertificateReview(
            certificate_id=made.id, reviewed_on=START.date(), reviewed_by="市司法局", evidence="年审1号",
            recorded_at=START, recorded_by="test",
        )
    )  # fmt: skip
    session.flush()
    state = session.scalar(
        select(CertificateStateChange.id).where(CertificateStateChange.certificate_id == made.id).limit(1)
    )
    review = session.scalar(select(CertificateReview.id))
    page = sign_in(name).get(f"/credentials/certificates/{made.number}")
    assert page.status_code == 200
    assert (link("certificate-state", state) in page.text) is may
    assert (link("certificate-review", review) in page.text) is may


@pytest.mark.parametrize(("name", "may"), [("ada", True), ("tan", False)])
def test_a_released_result_leads_on(session, sign_in, officer, sittings, name, may):
    officer("KT-0101")
    sitting = sittings["PUBLIC_LAW"]
    result = session.scalar(select(Result.id).where(Result.sitting_id == sitting))
    browser = sign_in(name)
    page = browser.get(f"/exams/sittings/{sitting}/results")
    assert (page.status_code, link("result", result) in page.text) == (200, may)
    if may:
        assert browser.get(f"/duty/facts/result:{result}").status_code == 200
    session.get(Sitting, sitting).released_at = None
    session.flush()
    assert "/duty/facts/" not in browser.get(f"/exams/sittings/{sitting}/results").text
