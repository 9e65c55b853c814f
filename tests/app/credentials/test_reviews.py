"""Annual reviews of certificates."""

from datetime import date, timedelta

import pytest

from app.core.errors import DomainError, NotFound
from app.core.permissions import Actor, P
from app.credentials import queries, service
from app.credentials.models import Certificate, CertificateReview
from app.ledger.models import LedgerEntry
from tests.app.credentials.conftest import TODAY
from tests.conftest import START

NOW = {"today": TODAY + timedelta(days=5), "now": START + timedelta(days=5)}


@pytest.fixture
def number(officer, issue):
    return issue(officer("KT-0017", "王安")).number


def review(**changes):
    return service.Review(**{"reviewed_on": TODAY, "reviewed_by": "市司法局", "evidence": "年审表2026-1", **changes})


def test_a_review_is_kept_with_its_evidence_and_noted(session, operator, number):
    made = service.record_review(session, operator, number, review(), **NOW)
    row = session.get(CertificateReview, made)
    assert (row.reviewed_on, row.reviewed_by, row.evidence) == (TODAY, "市司法局", "年审表2026-1")
    entry = session.query(LedgerEntry).filter_by(event="credentials.review.recorded").one()
    assert entry.after["evidence"] == "年审表2026-1"


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"evidence": " "}, "field-missing", "evidence"),
        ({"reviewed_by": ""}, "field-missing", "reviewed_by"),
        ({"reviewed_on": TODAY + timedelta(days=6)}, "review-in-future", "reviewed_on"),
        ({"reviewed_on": date(2020, 1, 1)}, "review-outside-validity", "reviewed_on"),
    ],
)
def test_a_review_that_cannot_be_is_refused_at_its_field(session, operator, number, changes, code, field):
    with pytest.raises(DomainError) as refusal:
        service.record_review(session, operator, number, review(**changes), **NOW)
    assert (refusal.value.code, refusal.value.field) == (code, field)
    assert session.query(CertificateReview).count() == 0


def test_the_same_day_is_recorded_once_until_it_is_taken_back(session, operator, number):
    made = service.record_review(session, operator, number, review(), **NOW)
    with pytest.raises(DomainError, match="recorded already"):
        service.record_review(session, operator, number, review(), **NOW)
    later = NOW["now"] + timedelta(hours=1)
    service.withdraw_review(session, operator, number, made, reason="误录", now=later)
    with pytest.raises(DomainError, match="withdrawn this review already"):
        service.withdraw_review(session, operator, number, made, reason="误录", now=later)
    service.record_review(session, operator, number, review(), **NOW)
    one = session.query(Certificate).one()
    assert [row.evidence for row in queries.reviews_of(session, [one.id])[one.id]] == ["年审表2026-1"]
    assert len(queries.review_history(session, one.id)) == 2


def test_reviews_are_recorded_within_the_scope_only(session, house, number):
    stranger = Actor("i", grants={P.CREDENTIALS_CHANGE: frozenset({house.other_bureau})})
    with pytest.raises(NotFound):
        service.record_review(session, stranger, number, review(), **NOW)


def test_the_issuer_records_and_takes_back_a_review_on_the_pages(sign_in, session, number):
    browser, address = sign_in("ian"), f"/credentials/certificates/{number}"
    sent = browser.post(
        f"{address}/reviews/new",
        data={"reviewed_on": TODAY.isoformat(), "reviewed_by": "市司法局", "evidence": "年审表2026-1"},
    )
    assert sent.status_code == 302
    made = session.query(CertificateReview).one()
    assert "Passed the review: 年审表2026-1" in browser.get(address).text
    assert browser.get(f"{address}/reviews/{made.id + 1}/withdraw").status_code == 404
    assert browser.post(f"{address}/reviews/{made.id}/withdraw", data={"reason": ""}).status_code == 422
    assert browser.post(f"{address}/reviews/{made.id}/withdraw", data={"reason": "误录"}).status_code == 302
    assert "误录" in browser.get(address).text
