"""Who is ready, who is not and why, and issuing."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.core.errors import DomainError, Invalid, NotFound, Refused
from app.credentials import queries, service
from app.credentials.models import Certificate, CertificateCounter, Qualification
from app.ledger.models import LedgerEntry
from certificates.fonts import find_font
from tests.app.credentials.conftest import TODAY, add_result, add_sitting
from tests.conftest import START


def _codes(session, person_id, **what):
    rows = queries.ready_to_issue(session, None, TODAY, **what)
    return next(([p.code for p in row.problems] for row in rows if row.person_id == person_id), None)


def test_whoever_passed_both_papers_and_has_a_photo_is_ready(session, officer):
    person = officer("KT-0017")
    row = next(r for r in queries.ready_to_issue(session, None, TODAY) if r.person_id == person)
    assert row.ready
    assert row.valid_to == date(2028, 2, 19)
    assert row.region == ("620802",)
    assert row.domains == ("HOU", "ENV")
    assert row.authority_source == "OWN"


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ({"photo": False}, "no-photo"),
        ({"kind": "AUXILIARY"}, "not-officer"),
        ({"category": "CONTRACT"}, "not-established"),
        ({"category": "LABOUR_DISPATCH"}, "not-established"),
    ],
)
def test_what_is_missing_is_named_and_the_exceptions_come_first(session, officer, what, code):
    officer("KT-0001")
    lacking = officer("KT-0099", "李四", **what)
    rows = queries.ready_to_issue(session, None, TODAY)
    assert rows[0].person_id == lacking
    assert [p.code for p in rows[0].problems] == [code]
    assert [row.ready for row in rows] == [False, True]


def test_an_officer_of_a_body_that_only_supervises_is_an_exception(session, officer, house):
    person = officer("PL-0001", unit=house.city, agency=house.city)
    assert _codes(session, person) == ["agency-not-enforcing", "no-domains"]


def test_a_failed_paper_is_no_business_of_the_issuer_but_shows_in_the_cohort_of_the_other(session, officer, sittings):
    person = officer("KT-0002", scores=(57, 71))
    assert _codes(session, person) is None
    assert _codes(session, person, sitting_id=sittings["PROFESSIONAL"]) == ["paper-failed"]
    assert _codes(session, person, sitting_id=sittings["PUBLIC_LAW"]) is None


def test_a_result_can_be_used_through_its_last_day_and_not_after(session, people, house, officer):
    from tests.app.credentials.conftest import add_photo

    person = people("KT-0003")
    add_photo(session, person)
    for paper in ("PUBLIC_LAW", "PROFESSIONAL"):
        sitting = add_sitting(session, house.bureau, paper, date(2024, 3, 3))
        add_result(session, sitting, person, date(2024, 3, 3))
    assert _codes(session, person) == []
    later = queries.ready_to_issue(session, None, TODAY + timedelta(days=1))
    assert [p.code for row in later if row.person_id == person for p in row.problems] == ["paper-outdated"] * 2


def test_somebody_who_serves_nowhere_today_is_an_exception(session, officer):
    from app.registry.models import Employment, Posting

    person = officer("KT-0004")
    for model in (Employment, Posting):
        for row in session.scalars(select(model).where(model.person_id == person)):
            row.valid_to = TODAY - timedelta(days=1)
    session.flush()
    assert "not-employed" in _codes(session, person)


def test_a_name_that_the_font_cannot_print_is_refused_with_the_character_and_no_number_is_taken(
    session, officer, issue
):
    person = officer("KT-0005", "王\U0003106c")
    assert _codes(session, person, font=find_font()) == ["glyph-missing"]
    with pytest.raises(Refused) as caught:
        issue(person)
    assert caught.value.code == "glyph-missing"
    assert caught.value.data["character"] == "\U0003106c"
    assert session.scalar(select(Certificate.id)) is None
    assert session.scalar(select(CertificateCounter.value)) in (None, 0)


def test_a_certificate_gets_number_code_dates_state_and_qualification_in_one_go(session, officer, issue):
    person = officer("KT-0017", "王安")
    made = issue(person)
    assert made.number == "PL-2026-000001-7"
    one = session.scalars(select(Certificate)).one()
    assert (one.valid_from, one.valid_to) == (TODAY, date(2031, 3, 1))
    assert len(one.check_code) == 8
    assert not set(one.check_code) & set("01OIL")
    assert one.face["region"] == "平凉市崆峒区"
    (row,) = queries.certificate_facts(session, [person])[person]
    assert [s.state for s in row.states] == ["ACTIVE"]
    (qualification,) = queries.qualification_facts(session, [person])[person]
    assert set(qualification.papers) == {"PUBLIC_LAW", "PROFESSIONAL"}
    assert qualification.valid_to == one.valid_to
    events = set(session.scalars(select(LedgerEntry.event)))
    assert {"credentials.certificate.issued", "credentials.qualification.made"} <= events


def test_facts_of_a_time_before_the_issue_know_nothing_of_it(session, officer, issue):
    person = officer("KT-0017")
    issue(person)
    assert queries.certificate_facts(session, [person], START - timedelta(seconds=1)) == {person: []}
    assert len(queries.certificate_facts(session, [person], START)[person]) == 1


def test_nobody_gets_a_second_one(session, officer, issue):
    person = officer("KT-0017")
    number = issue(person).number
    with pytest.raises(Refused) as caught:
        issue(person)
    assert caught.value.code == "already-certified"
    assert caught.value.data["number"] == number


def test_a_cohort_is_issued_wholly_or_not_at_all(session, officer, site, operator, clock):
    good, bad = officer("KT-0001"), officer("KT-0002", photo=False)
    with pytest.raises(Refused) as caught:
        service.issue(session, operator, [good, bad], settings=site, now=clock.now())
    assert caught.value.code == "no-photo"
    assert session.scalar(select(Certificate.id)) is None
    third = officer("KT-0003")
    made = service.issue(session, operator, [third, good], settings=site, now=clock.now())
    assert [m.number for m in made] == ["PL-2026-000001-7", "PL-2026-000002-5"]
    assert [m.person_id for m in made] == [third, good]


def test_the_issuer_re_enters_the_password(session, officer, site, cast, clock, with_password):
    person, actor = officer("KT-0017"), cast["ian"].actor
    with_password("ian")
    with pytest.raises(Invalid) as caught:
        service.issue(session, actor, [person], settings=site, now=clock.now(), password="wrong")
    assert caught.value.code == "password-wrong"
    made = service.issue(session, actor, [person], settings=site, now=clock.now(), password=with_password("ian"))
    assert len(made) == 1


def test_whoever_wrote_the_paper_does_not_issue_on_its_strength(session, officer, site, cast, clock, with_password):
    from app.accounts.policy import Role
    from app.accounts.queries import actor_of
    from app.accounts.service import grant_role
    from app.core.permissions import system_actor

    grant_role(session, system_actor("test"), cast["tan"].account_id, Role.ISSUER, None, now=START)
    session.flush()
    tan = actor_of(session, cast["tan"].account_id)
    with pytest.raises(Refused) as caught:
        service.issue(session, tan, [officer("KT-0017")], settings=site, now=clock.now(), password=with_password("tan"))
    assert caught.value.code == "same-person"


def test_somebody_out_of_scope_is_not_found(session, officer, site, cast, clock, house, with_password):
    person = officer("JC-0001", unit=house.other_bureau, agency=house.other_bureau)
    password = with_password("ian")
    with pytest.raises(NotFound):
        service.issue(session, cast["ian"].actor, [person], settings=site, now=clock.now(), password=password)


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ({"valid_from": TODAY - timedelta(days=1)}, "starts-in-past"),
        ({"valid_from": TODAY + timedelta(days=91)}, "starts-too-late"),
        ({"domains": ("FD",)}, "unknown-domain"),
        ({"domains": ()}, "no-domains"),
    ],
)
def test_bad_dates_and_domains_change_nothing(session, officer, issue, what, code):
    with pytest.raises(DomainError) as caught:
        issue(officer("KT-0017"), **what)
    assert caught.value.code == code
    assert session.scalar(select(Certificate.id)) is None


def test_a_certificate_may_be_limited_to_some_domains_and_begin_later(session, officer, issue):
    made = issue(officer("KT-0017"), domains=("ENV",), valid_from=date(2026, 3, 31))
    one = session.get(Certificate, made.id)
    assert one.domains == ["ENV"]
    assert (one.valid_from, one.valid_to) == (date(2026, 3, 31), date(2031, 3, 30))


def test_qualifications_are_made_once_for_everybody_who_qualifies_photo_or_not(session, officer, operator):
    officer("KT-0001")
    officer("KT-0002", photo=False)
    officer("KT-0003", category="CONTRACT")
    assert service.recognise(session, operator, TODAY, now=START) == 2
    assert service.recognise(session, operator, TODAY, now=START) == 0
    rows = session.scalars(select(Qualification)).all()
    assert {row.valid_to for row in rows} == {date(2028, 2, 19)}


def test_issuing_lengthens_the_qualification_by_a_row_in_its_place(session, officer, operator, issue):
    person = officer("KT-0001")
    service.recognise(session, operator, TODAY, now=START - timedelta(hours=1))
    issue(person)
    rows = session.scalars(select(Qualification).order_by(Qualification.id)).all()
    assert [row.valid_to for row in rows] == [date(2028, 2, 19), date(2031, 3, 1)]
    assert [row.superseded_at is None for row in rows] == [False, True]
    before = queries.qualification_facts(session, [person], START - timedelta(minutes=1))[person]
    assert [row.valid_to for row in before] == [date(2028, 2, 19)]
