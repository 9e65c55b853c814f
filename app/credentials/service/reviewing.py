"""Annual reviews and registrations (年审, 注册) of certificates: recorded with evidence, withdrawn with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.core.errors import N_, Invalid, NotFound, Refused, Stale
from app.core.permissions import Actor, P
from app.credentials.models import CertificateReview
from app.credentials.queries import last_days, reviews_of
from app.credentials.service.changes import locked
from app.ledger.service import record


@dataclass(frozen=True, slots=True)
class Review:
    """A passed review: on which day, by which body, shown by what document."""

    reviewed_on: date
    reviewed_by: str
    evidence: str


def record_review(session: Session, actor: Actor, number: str, review: Review, *, today: date, now: datetime) -> int:
    """Record that a certificate passed its review; returns the row's id.

    Raises NotFound out of scope; Invalid `field-missing`, `review-in-future`, `review-outside-validity`; Refused
    `review-recorded` for the same day twice, `own-certificate`.
    """
    one = locked(session, number, actor.scope(P.CREDENTIALS_CHANGE))
    for field in ("reviewed_by", "evidence"):
        if not getattr(review, field).strip():
            raise Invalid("field-missing", N_("This must be filled in."), field=field)
    if review.reviewed_on > today:
        raise Invalid("review-in-future", N_("A review is recorded once it was passed."), field="reviewed_on")
    if not one.valid_from <= review.reviewed_on <= last_days(session, [one.id])[one.id]:
        raise Invalid("review-outside-validity", N_("The certificate was not valid on that day."), field="reviewed_on")
    if actor.account_id is not None and actor.person_id == one.person_id:
        raise Refused("own-certificate", N_("Nobody issues or restores a certificate of their own."))
    if any(row.reviewed_on == review.reviewed_on for row in reviews_of(session, [one.id]).get(one.id, ())):
        raise Refused("review-recorded", N_("A review of that day is recorded already."), field="reviewed_on")
    row = CertificateReview(
        certificate_id=one.id, reviewed_on=review.reviewed_on, reviewed_by=review.reviewed_by.strip(),
        evidence=review.evidence.strip(), recorded_at=now, recorded_by=actor.label,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(
        session, actor, "credentials.review.recorded", ("certificate", one.number), now=now, unit_id=one.agency_id,
        after={"review": row.id, "reviewed_on": row.reviewed_on, "by": row.reviewed_by, "evidence": row.evidence},
    )  # fmt: skip
    return row.id


def record_reviews(
    session: Session, actor: Actor, numbers: Sequence[str], review: Review, *, today: date, now: datetime
) -> int:
    """Record that several certificates passed their review together, all or none; returns how many."""
    if not numbers:
        raise Invalid("nobody-chosen", N_("Choose at least one person."), field="chosen")
    for number in dict.fromkeys(numbers):
        record_review(session, actor, number, review, today=today, now=now)
    return len(set(numbers))


def withdraw_review(session: Session, actor: Actor, number: str, review_id: int, *, reason: str, now: datetime) -> None:
    """Take back a review that was not passed; the row stays, superseded.

    Raises NotFound, Stale `review-withdrawn`, Invalid `reason-needed`.
    """
    one = locked(session, number, actor.scope(P.CREDENTIALS_CHANGE))
    row = session.get(CertificateReview, review_id)
    if row is None or row.certificate_id != one.id:
        raise NotFound
    if row.superseded_at is not None:
        raise Stale("review-withdrawn", N_("Somebody has withdrawn this review already."))
    if not reason.strip():
        raise Invalid("reason-needed", N_("State the reason."), field="reason")
    row.superseded_at, row.superseded_by, row.superseded_why = now, actor.label, reason.strip()
    session.flush()
    record(
        session, actor, "credentials.review.withdrawn", ("certificate", one.number), now=now, unit_id=one.agency_id,
        before={"review": row.id, "reviewed_on": row.reviewed_on}, reason=reason.strip(),
    )  # fmt: skip
