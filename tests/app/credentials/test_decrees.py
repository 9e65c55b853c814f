"""Decrees: previewed, approved by another hand, applied as rows, believed from then on, and taken back."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.core.errors import Invalid, Refused, Stale
from app.credentials import queries, service
from app.credentials.models import Certificate, CertificateDecree, CertificatePeriod
from app.credentials.periods import Action
from app.ledger.models import LedgerEntry
from tests.app.credentials.conftest import PASSWORD, add_powers
from tests.conftest import START, refused

LAST, LATER = date(2031, 3, 1), date(2031, 8, 31)


@pytest.fixture
def two(session, cast, with_password):
    """ian proposes; ada, who holds no issuing right, approves."""
    for name in ("ian", "ada"):
        with_password(name)
    return cast["ian"].actor, cast["ada"].actor


@pytest.fixture
def order(house):
    def make(**what):
        reach = {
            "unit_id": house.bureau, "ends_from": date(2031, 1, 1), "ends_to": date(2031, 6, 30), "extend_to": LATER,
        }  # fmt: skip
        return service.DecreeOrder(
            "延期令〔2026〕1号", "应急条例第三条", "机构改革", queries.Reach(**{**reach, **what})
        )

    return make


@pytest.fixture
def issued(officer, issue):
    return [issue(officer(code, name)).number for code, name in (("KT-0017", "王安"), ("KT-0018", "李四"))]


@pytest.fixture
def decree(session, two, order, site, clock):
    """Propose and approve; returns the decree's id."""

    def lay(**what):
        made = service.propose_decree(session, two[0], order(**what), now=clock.now(), zone=site.zone)
        seen = len(queries.preview(session, order(**what).reach, clock.now(), site.zone).targets)
        clock.forward(hours=1)
        service.approve_decree(session, two[1], made, seen=seen, now=clock.now(), zone=site.zone, password=PASSWORD)
        return made

    return lay


def _lasts(session, known_at=None):
    people = session.scalars(select(Certificate.person_id)).all()
    found = queries.certificate_facts(session, people, known_at)
    return {row.number: row.valid_to for rows in found.values() for row in rows}


def test_a_preview_says_who_how_many_of_which_agency_and_from_which_day_to_which(
    session, issued, officer, issue, house, order, site, clock, operator
):
    add_powers(session, house.other_bureau)
    issue(officer("JC-0001", unit=house.other_bureau, agency=house.other_bureau))
    ended = issue(officer("KT-0031")).number
    service.revoke(session, operator, ended, "x", now=clock.now(), zone=site.zone, legal_basis="y")
    found = queries.preview(session, order().reach, clock.now(), site.zone)
    assert [(one.number, one.before, one.after) for one in found.targets] == [(n, LAST, LATER) for n in issued]
    assert found.by_agency == [("崆峒区城市管理行政执法局", 2, LAST, LAST)]
    assert found.left_out == {"ended": 1}
    assert len(queries.preview(session, order(unit_id=house.city).reach, clock.now(), site.zone).targets) == 3
    assert queries.preview(session, order(domain="FD").reach, clock.now(), site.zone).targets == ()
    assert len(queries.preview(session, order(domain="ENV").reach, clock.now(), site.zone).targets) == 2
    assert queries.preview(session, order(regime="hunan").reach, clock.now(), site.zone).targets == ()


def test_an_approved_decree_is_a_row_per_certificate_and_the_paper_stays_as_it_is(session, issued, decree, clock):
    before = clock.now()
    made = decree()
    assert _lasts(session) == dict.fromkeys(issued, LATER)
    assert _lasts(session, before) == dict.fromkeys(issued, LAST)
    assert set(session.scalars(select(Certificate.valid_to))) == {LAST}
    rows = session.scalars(select(CertificatePeriod).where(CertificatePeriod.decree_id == made)).all()
    assert {(row.cause, row.valid_to, row.decided_by) for row in rows} == {("DECREE", LATER, "ada")}
    for person in session.scalars(select(Certificate.person_id)):
        (held,) = queries.qualification_facts(session, [person])[person]
        assert held.valid_to == LATER
    told = session.scalars(select(LedgerEntry.subject_id).where(LedgerEntry.event == "credentials.period.extended"))
    assert set(told) == set(issued)


def test_the_proposer_does_not_approve_and_what_was_seen_is_what_is_done(
    session, two, issued, order, site, clock, officer, issue
):
    made = service.propose_decree(session, two[0], order(), now=clock.now(), zone=site.zone)

    def approve(actor, seen):
        return service.approve_decree(
            session, actor, made, seen=seen, now=clock.now(), zone=site.zone, password=PASSWORD
        )

    with refused(Refused, "same-person"):
        approve(two[0], 2)
    issue(officer("KT-0033"))
    with refused(Stale, "decree-changed"):
        approve(two[1], 2)
    assert _lasts(session) == dict.fromkeys(_lasts(session), LAST)
    assert approve(two[1], 3) == 3
    with refused(Stale, "decree-closed"):
        approve(two[1], 3)


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ({"ends_to": date(2030, 12, 31)}, "days-reversed"),
        ({"extend_to": date(2031, 6, 30)}, "extends-nothing"),
        ({"extend_to": date(2034, 6, 30)}, "extends-too-far"),
        ({"ends_from": date(2025, 1, 1)}, "extends-too-far"),
        ({"regime": "nowhere"}, "unknown-regime"),
    ],
)
def test_days_that_make_no_sense_are_refused(session, two, order, site, issued, what, code):
    with refused(Invalid, code):
        service.propose_decree(session, two[0], order(**what), now=START, zone=site.zone)
    assert session.scalar(select(CertificateDecree.id)) is None


def test_a_reversal_gives_the_former_day_back_and_leaves_alone_what_was_decided_since(
    session, two, issued, decree, site, clock, operator
):
    made = decree()
    clock.at = START.replace(year=2031, month=4)
    service.replace_certificate(session, operator, issued[0], Action.RENEW, "换证", settings=site, now=clock.now())
    service.propose_reversal(session, two[0], made, "误发", "法", now=clock.now(), zone=site.zone)
    with refused(Refused, "not-reversible"):
        service.propose_reversal(session, two[0], made, "误发", "法", now=clock.now(), zone=site.zone)
    back = session.scalars(select(CertificateDecree.id).where(CertificateDecree.reverses_id == made)).one()
    found = queries.preview(session, queries.decree(session, two[0], back).reach, clock.now(), site.zone)
    service.approve_decree(
        session, two[1], back, seen=len(found.targets), now=clock.now(), zone=site.zone, password=PASSWORD
    )
    assert _lasts(session)[issued[1]] == date(2031, 4, 2)
    assert queries.decree(session, two[0], made).state == "REVERSED"


def test_what_held_through_the_day_of_a_reversal_has_held(session, two, issued, decree, site, clock):
    made = decree()
    clock.at = START.replace(year=2031, month=5, day=10)
    back = service.propose_reversal(session, two[0], made, "误发", "法", now=clock.now(), zone=site.zone)
    clock.forward(hours=1)
    service.approve_decree(session, two[1], back, seen=2, now=clock.now(), zone=site.zone, password=PASSWORD)
    assert _lasts(session) == dict.fromkeys(issued, date(2031, 5, 10))
    assert _lasts(session, clock.now() - timedelta(minutes=1)) == dict.fromkeys(issued, LATER)


def test_duty_after_the_printed_last_day_is_allowed_only_under_the_decree(
    session, officer, issue, decree, house, clock, site
):
    from app.eligibility.queries.states import states_of

    person = officer("KT-0017")
    issue(person)
    clock.at = START.replace(year=2031, month=4, day=1)
    day = date(2031, 4, 1)
    (before,) = states_of(session, [person], clock.now(), day)
    assert (before.outcome, "R03" in before.reasons) == ("DENY", True)
    clock.at = START
    decree()
    clock.at = START.replace(year=2031, month=4, day=1)
    (after,) = states_of(session, [person], clock.now(), day)
    assert not {"R03", "R17"} & set(after.reasons)


def test_a_decree_is_proposed_previewed_and_approved_on_the_pages_and_strangers_are_told(
    sign_in, session, issued, house, two
):
    browser = sign_in("ian")
    data = {
        "title": "延期令〔2026〕1号", "legal_basis": "应急条例第三条", "reason": "机构改革", "unit_id": house.bureau,
        "regime": "", "domain": "", "ends_from": "2031-01-01", "ends_to": "2031-06-30", "extend_to": "2031-08-31",
    }  # fmt: skip
    assert browser.get("/credentials/decrees/new").status_code == 200
    page = browser.post("/credentials/decrees/new", data={**data, "preview": "yes"}).text
    assert "2 certificates are touched" in page
    assert session.scalar(select(CertificateDecree.id)) is None
    assert browser.post("/credentials/decrees/new", data={**data, "extend_to": "2031-02-01"}).status_code == 422
    assert browser.post("/credentials/decrees/new", data=data).status_code == 302
    made = session.scalars(select(CertificateDecree.id)).one()
    address = f"/credentials/decrees/{made}"
    assert browser.post(address, data={"seen": 2, "current": PASSWORD}).status_code == 422
    browser = sign_in("ada")
    assert "This decree waits for approval." in browser.get("/").text
    assert "2 certificates are touched" in browser.get(address).text
    assert browser.post(address, data={"seen": 2, "current": PASSWORD}).status_code == 302
    assert browser.get("/credentials/decrees").status_code == 200
    assert browser.get(f"{address}/reverse").status_code == 200
    page = sign_in("ian").get(f"/credentials/certificates/{issued[0]}").text
    assert "Lengthened by decree" in page
    assert "2031-08-31" in page
    code = session.scalars(select(Certificate.check_code).where(Certificate.number == issued[0])).one()
    told = sign_in("ou").get(f"/verify/{issued[0]}?code={code}").text
    assert "延期令〔2026〕1号" in told
    assert "2031-03-01" in told
    assert sign_in("sun").get(address).status_code == 403


def test_a_proposal_can_be_given_up_and_proposed_again(sign_in, session, two, issued, order, site, clock):
    made = service.propose_decree(session, two[0], order(), now=clock.now(), zone=site.zone)
    assert sign_in("ian").post(f"/credentials/decrees/{made}", data={"act": "drop"}).status_code == 302
    assert queries.decree(session, two[0], made).state == "DROPPED"
    assert service.propose_decree(session, two[0], order(), now=clock.now(), zone=site.zone) > made
