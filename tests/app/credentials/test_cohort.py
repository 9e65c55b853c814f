"""A cohort from one sitting in one act, and the exceptions that come first."""

import pytest
from sqlalchemy import func, select

from app.core.errors import Refused
from app.credentials import queries, service
from app.credentials.models import Certificate, CertificateApplication, CertificatePeriod, Qualification
from tests.app.credentials.conftest import TODAY
from tests.conftest import START, refused

COHORT = 40


@pytest.fixture
def cohort(officer):
    return [officer(f"KT-{number:04d}", "王安") for number in range(101, COHORT + 101)]


def test_a_cohort_of_a_sitting_is_applied_for_checked_and_issued_in_one_act_each(
    session, cohort, officer, sittings, cast, with_password, site
):
    sitting = sittings["PUBLIC_LAW"]
    officer("KT-0999", "缺照片", photo=False)
    rows = queries.ready_to_issue(session, None, TODAY, sitting_id=sitting)
    assert [row.name for row in rows if not row.ready] == ["缺照片"]
    assert not rows[0].ready
    ready = [row.person_id for row in rows if row.ready]
    asked = service.propose(
        session, cast["reg"].actor, service.Cohort(ready, "首批", sitting_id=sitting), today=TODAY, now=START
    )
    assert asked == COHORT
    ids = session.scalars(select(CertificateApplication.id)).all()
    service.check(session, cast["sun"].actor, ids, now=START)
    waiting = queries.applications(session, None, TODAY, START, state="CHECKED", sitting_id=sitting)
    assert len(waiting) == COHORT
    assert all(row.ready for row in waiting)
    done = service.decide(
        session, cast["ian"].actor, ids, settings=site, now=START, password=with_password("ian"), title="首批"
    )
    assert len(done.issued) == COHORT
    serials = [int(one.number.split("-")[2]) for one in done.issued]
    assert serials == list(range(1, COHORT + 1))
    for table in (Certificate, CertificatePeriod, Qualification):
        assert session.scalar(select(func.count()).select_from(table)) == COHORT
    made = {row.made_id for row in session.scalars(select(CertificateApplication))}
    assert made == {one.id for one in done.issued}


def test_who_fell_out_since_the_application_comes_first_and_holds_up_only_their_own(
    session, cohort, cast, with_password, site, operator
):
    service.propose(session, cast["reg"].actor, service.Cohort(cohort[:3]), today=TODAY, now=START)
    ids = session.scalars(select(CertificateApplication.id).order_by(CertificateApplication.id)).all()
    service.check(session, cast["sun"].actor, ids, now=START)
    service.issue(session, operator, [cohort[1]], settings=site, now=START)
    waiting = queries.applications(session, None, TODAY, START, state="CHECKED")
    assert [row.ready for row in waiting] == [False, True, True]
    assert [p.code for p in waiting[0].problems] == ["already-certified"]
    password = with_password("ian")
    with refused(Refused, "already-certified"):
        service.decide(session, cast["ian"].actor, ids, settings=site, now=START, password=password)
    session.expire_all()
    ready = [row.id for row in waiting if row.ready]
    done = service.decide(session, cast["ian"].actor, ready, settings=site, now=START, password=password)
    assert len(done.issued) == 2


def test_each_further_certificate_of_a_cohort_takes_a_few_statements(session, cohort, site, operator):
    from sqlalchemy import event

    def counted(people):
        told = []
        listen = lambda *args: told.append(args[2])  # noqa: E731 - a listener of one line
        event.listen(session.get_bind(), "before_cursor_execute", listen)
        service.issue(session, operator, people, settings=site, now=START)
        event.remove(session.get_bind(), "before_cursor_execute", listen)
        return len(told)

    one, many = counted(cohort[:1]), counted(cohort[1:21])
    assert many <= one + 19 * 6  # SQLite writes the rows of a table one by one; nothing is read for each but the photo
