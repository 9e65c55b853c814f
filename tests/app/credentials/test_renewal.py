"""Renewal, transfer, other domains, another name: what they ask for, and that nothing is wiped."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from app.core.errors import Invalid, Refused
from app.credentials import queries, service
from app.credentials.models import Certificate, CertificateApplication, CertificatePeriod, CertificateStateChange
from app.credentials.periods import Action
from app.exams.models import Result
from app.registry.models import Employment, Person, Posting
from app.training.models import Attendance
from tests.app.credentials.conftest import PASSWORD, TODAY, add_powers, add_result, add_sitting
from tests.conftest import START, refused

LAST = date(2031, 3, 1)
EXAM = '[[value]]\nname = "renewal.exam"\nvalue = "DENY"\nbasis = "local"\nsource = "s"\n'
HOURS = '[[value]]\nname = "renewal.hours"\nvalue = "DENY"\nbasis = "local"\nsource = "s"\n'
METHOD = '[[value]]\nname = "period.method"\nvalue = "PREVIOUS_EXPIRY"\nbasis = "local"\nsource = "s"\n'


@pytest.fixture
def person(officer):
    return officer("KT-0017")


@pytest.fixture
def number(issue, person):
    return issue(person).number


@pytest.fixture
def on(clock):
    """Let the clock stand on a day."""

    def stand(day):
        clock.at = START.replace(year=day.year, month=day.month, day=day.day)
        return clock.at

    return stand


@pytest.fixture
def renew(session, operator, site, number, clock):
    def ask():
        return session.get(
            Certificate,
            service.replace_certificate(
                session, operator, number, Action.RENEW, "期满换证", settings=site, now=clock.now()
            ).id,
        )

    return ask


def _pass(session, house, person, day, papers=("PUBLIC_LAW", "PROFESSIONAL")):
    for paper in papers:
        add_result(session, add_sitting(session, house.bureau, paper, day), person, day)


def test_a_renewal_adds_a_period_and_wipes_nothing(session, person, on, number, renew, house):
    tables = (Certificate, CertificatePeriod, CertificateStateChange, Result, Attendance)
    before = {table: session.scalar(select(func.count()).select_from(table)) for table in tables}
    old = session.scalars(select(Certificate)).one()
    kept = (old.valid_from, old.valid_to, old.face, old.domains)
    on(date(2031, 1, 10))
    new = renew()
    assert (new.valid_from, new.valid_to, new.replaces_id) == (date(2031, 1, 10), date(2036, 1, 9), old.id)
    assert (old.valid_from, old.valid_to, old.face, old.domains) == kept
    assert all(session.scalar(select(func.count()).select_from(t)) >= n for t, n in before.items())
    assert [row.cause for row in queries.periods_of(session, old.id)] == ["ISSUE"]
    (period,) = queries.periods_of(session, new.id)
    assert (period.cause, period.method, period.window_start) == ("RENEW", "COMPLETION", date(2035, 7, 13))
    assert period.evidence["warnings"]
    assert {year for year, hours in period.evidence["hours"].items() if hours == "0"} == {
        "2027", "2028", "2029", "2030",
    }  # fmt: skip


def test_by_previous_expiry_renewing_early_costs_nothing(session, on, number, renew, adopt):
    adopt(METHOD)
    on(date(2031, 1, 10))
    assert renew().valid_to == date(2036, 3, 1)


def test_only_passes_inside_the_window_count_and_those_outside_are_named(
    session, person, on, number, renew, adopt, house
):
    adopt(EXAM)
    _pass(session, house, person, date(2030, 9, 1))  # the day before the window opens
    moment = on(date(2031, 1, 10))
    one = session.scalars(select(Certificate.id)).one()
    found = queries.renewals(session, [one], date(2031, 1, 10), moment)[one]
    assert [p.code for p in found.problems] == ["pass-outside-window", "renewal-exam-missing"] * 2
    assert found.problems[0].data["sat_on"] == date(2030, 9, 1)
    with refused(Refused, "pass-outside-window"):
        renew()
    _pass(session, house, person, date(2030, 9, 2))
    new = renew()
    (period,) = queries.periods_of(session, new.id)
    assert {paper["sat_on"] for paper in period.evidence["papers"]} == {"2030-09-02"}
    (held,) = queries.qualification_facts(session, [person])[person]
    assert held.valid_to == new.valid_to


def test_without_a_pass_in_the_window_the_exam_is_missing_and_a_failed_one_is_no_pass(
    session, person, on, number, renew, adopt, house
):
    adopt(EXAM)
    day = date(2030, 12, 1)
    add_result(session, add_sitting(session, house.bureau, "PUBLIC_LAW", day), person, day, 40)
    _pass(session, house, person, day, ("PROFESSIONAL",))
    on(date(2031, 1, 10))
    with refused(Refused, "renewal-exam-missing"):
        renew()


def test_hours_of_full_years_are_a_condition_where_the_rules_say_so(session, person, on, number, renew, adopt):
    adopt(HOURS)
    moment = on(date(2031, 1, 10))
    one = session.scalars(select(Certificate.id)).one()
    found = queries.renewals(session, [one], date(2031, 1, 10), moment)[one]
    assert [(p.code, p.data["year"]) for p in found.problems] == [("hours-short", y) for y in range(2027, 2031)]
    with refused(Refused, "hours-short"):
        renew()


def test_nobody_is_renewed_while_suspended_from_duty_and_a_sanction_in_force_is_weighed(
    session, person, on, number, renew
):
    from app.registry.models import Sanction

    moment, day = on(date(2031, 1, 10)), date(2031, 1, 10)
    one = session.scalars(select(Certificate.id)).one()
    times = {"valid_from": date(2031, 1, 1), "recorded_at": START, "recorded_by": "test"}
    session.add(Sanction(person_id=person, kind="DEMERIT", basis="b", **times))
    session.flush()
    found = queries.renewals(session, [one], day, moment)[one]
    assert "sanction-open" in [p.code for p in found.warnings]
    session.add(Sanction(person_id=person, kind="DUTY_SUSPENSION", basis="b", **times))
    session.flush()
    with refused(Refused, "duty-suspended"):
        renew()


def test_other_domains_need_the_professional_paper_only_and_one_passed_since(
    session, person, operator, site, clock, house, issue
):
    number = issue(person, domains=("HOU",)).number

    def change(*domains):
        return service.replace_certificate(
            session, operator, number, Action.DOMAINS, "调整领域", domains=domains, settings=site, now=clock.now()
        )

    with refused(Refused, "professional-missing"):
        change("HOU", "ENV")
    with refused(Invalid, "domains-same"):
        change("HOU")
    with refused(Invalid, "unknown-domain"):
        change("FD")
    clock.forward(days=20)
    _pass(session, house, person, date(2026, 3, 20), ("PROFESSIONAL",))
    made = change("HOU", "ENV")
    new = session.get(Certificate, made.id)
    assert (new.domains, new.valid_to, new.kind) == (["HOU", "ENV"], LAST, "DOMAINS")
    (period,) = queries.periods_of(session, made.id)
    assert period.evidence["professional"]["sat_on"] == "2026-03-20"


def test_a_reissue_does_not_widen_the_domains(session, person, operator, site, clock, issue):
    number = issue(person, domains=("HOU",)).number
    made = service.replace_certificate(
        session, operator, number, Action.REISSUE, "损坏", settings=site, now=clock.now()
    )
    assert session.get(Certificate, made.id).domains == ["HOU"]


def _move(session, person, unit, day):
    for model in (Employment, Posting):
        for row in session.scalars(select(model).where(model.person_id == person)):
            row.valid_to = day - timedelta(days=1)
            fields = {c.name: getattr(row, c.name) for c in model.__table__.columns if c.name != "id"}
            fields |= {"valid_from": day, "valid_to": None}
            fields["agency_id" if model is Employment else "unit_id"] = unit
            session.add(model(**fields))
    session.flush()


def test_a_transfer_cancels_and_reissues_in_one_act_with_both_linked(
    session, person, number, operator, site, clock, house
):
    add_powers(session, house.other_bureau)
    with refused(Refused, "same-agency"):
        service.replace_certificate(session, operator, number, Action.TRANSFER, "调动", settings=site, now=clock.now())
    clock.forward(days=10)
    _move(session, person, house.other_bureau, date(2026, 3, 10))
    made = service.replace_certificate(
        session, operator, number, Action.TRANSFER, "调入泾川", settings=site, now=clock.now()
    )
    old, new = session.scalars(select(Certificate).order_by(Certificate.id)).all()
    assert (new.id, new.agency_id, new.replaces_id, new.valid_to) == (made.id, house.other_bureau, old.id, LAST)
    facts = queries.certificate_facts(session, [person])[person]
    assert [row.states[-1].state for row in facts] == ["CANCELLED", "ACTIVE"]
    life = queries.life(session, operator, number, clock.now(), site.zone)
    assert life.replaced_by == new.number


def test_a_transfer_into_new_domains_needs_the_professional_paper(session, person, issue, operator, site, clock, house):
    number = issue(person, domains=("HOU",)).number
    add_powers(session, house.other_bureau, ("ENV-3",))
    clock.forward(days=10)
    _move(session, person, house.other_bureau, date(2026, 3, 10))
    with refused(Refused, "professional-missing"):
        service.replace_certificate(session, operator, number, Action.TRANSFER, "调动", settings=site, now=clock.now())
    assert len(session.scalars(select(Certificate)).all()) == 1


def test_another_name_in_the_register_is_an_exception_until_the_certificate_is_replaced(
    session, person, number, operator, site, clock, sign_in
):
    assert queries.renamed(session, None, TODAY, clock.now()) == []
    session.get_one(Person, person).name = "王安宁"
    session.flush()
    (row,) = queries.renamed(session, None, TODAY, clock.now())
    assert (row.number, row.printed, row.name) == (number, "王安", "王安宁")
    browser = sign_in("ian")
    assert "has to be replaced" in browser.get(f"/credentials/certificates/{number}").text
    assert "王安宁" in browser.get("/credentials/due").text
    made = service.replace_certificate(
        session, operator, number, Action.REISSUE, "姓名变更", settings=site, now=clock.now()
    )
    assert session.get(Certificate, made.id).face["holder_name"] == "王安宁"
    assert queries.renamed(session, None, TODAY, clock.now()) == []


def test_days_are_lent_only_where_the_rules_allow_and_a_renewal_is_pending(
    session, person, number, on, cast, site, adopt, operator
):
    moment = on(date(2031, 2, 20))
    wish = service.Wish(Action.RENEW, "期满换证")
    asked = service.propose_about(session, cast["reg"].actor, number, wish, today=date(2031, 2, 20), now=moment)

    def lend(until):
        service.lend_days(session, cast["ian"].actor, asked, until, "复核未结", settings=site, now=moment)

    with refused(Refused, "no-temporary-days"):
        lend(date(2031, 3, 15))
    adopt('[[value]]\nname = "certificate.temporary_days"\nvalue = 30\nbasis = "local"\nsource = "s"\n')
    with refused(Invalid, "temporary-too-long"):
        lend(date(2031, 4, 1))
    lend(date(2031, 3, 15))
    (row,) = queries.certificate_facts(session, [person])[person]
    assert (row.valid_to, row.printed_to) == (date(2031, 3, 15), LAST)


def test_a_renewal_goes_through_application_check_and_decision(session, person, number, on, cast, site, with_password):
    moment, day = on(date(2031, 1, 10)), date(2031, 1, 10)
    wish = service.Wish(Action.RENEW, "期满换证")
    asked = service.propose_about(session, cast["reg"].actor, number, wish, today=day, now=moment)
    service.check(session, cast["sun"].actor, [asked], now=moment)
    (row,) = queries.applications(session, None, day, moment, state="CHECKED")
    assert [p.code for p in row.warnings] == ["hours-short"] * 4
    password = with_password("ian")
    assert password == PASSWORD
    done = service.decide(session, cast["ian"].actor, [asked], settings=site, now=moment, password=password)
    assert session.get_one(CertificateApplication, asked).made_id == done.issued[0].id


def test_reviews_due_are_listed_and_recorded_together(session, officer, issue, operator, site, adopt, clock, sign_in):
    numbers = [issue(officer(code)).number for code in ("KT-0021", "KT-0022")]
    assert queries.reviews_due(session, None, date(2027, 2, 20), clock.now()) == []
    adopt('[[value]]\nname = "review.years"\nvalue = 1\nbasis = "local"\nsource = "s"\n')
    assert queries.reviews_due(session, None, date(2026, 12, 1), clock.now()) == []
    found = queries.reviews_due(session, None, date(2027, 3, 3), clock.now())
    assert [(row.number, row.due, row.overdue) for row in found] == [(n, date(2027, 3, 2), True) for n in numbers]
    review = service.Review(date(2027, 3, 1), "市司法局", "年审表")
    count = service.record_reviews(session, operator, numbers, review, today=date(2027, 3, 3), now=clock.now())
    assert count == 2
    assert queries.reviews_due(session, None, date(2027, 3, 3), clock.now()) == []
    assert sign_in("ian").get("/credentials/due").status_code == 200
