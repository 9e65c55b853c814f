"""What other rooms read: certificates and qualifications with their histories, as believed at a moment."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from app.core.facts import known
from app.core.prepared import KNOWN_AT, Prepared, among
from app.credentials.models import (
    Certificate,
    CertificatePeriod,
    CertificateReview,
    CertificateStateChange,
    Qualification,
)
from app.credentials.queries.validity import LENGTHENED, deciding


@dataclass(frozen=True, slots=True)
class StateRow:
    """From `effective_at` the certificate is in `state`, until a later row; of two at once the graver counts."""

    state: str
    effective_at: datetime
    recorded_at: datetime
    reason: str
    id: int
    barred_until: date | None = None


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """A certificate as issued, with the changes of state believed at the moment asked for, in order of effect.

    `region` holds area codes, `domains` domain codes of the regime; both days are inclusive. `authority_source` is
    OWN, AUTHORISED or ENTRUSTED. Expiry is a matter of date and no state. `valid_to` is the last day in force by the
    newest period believed, `printed_to` the one on the paper; `period_id` names the period where a decree or a
    temporary day made them differ.
    """

    id: int
    number: str
    person_id: int
    agency_id: int
    region: tuple[str, ...]
    domains: tuple[str, ...]
    authority_source: str
    issued_on: date
    valid_from: date
    valid_to: date
    states: tuple[StateRow, ...]
    recorded_at: datetime
    printed_to: date
    period_id: int | None


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A passed annual review or registration of a certificate: on which day, by whom, shown by what."""

    id: int
    certificate_id: int
    reviewed_on: date
    reviewed_by: str
    evidence: str
    recorded_at: datetime
    recorded_by: str
    superseded_at: datetime | None
    superseded_by: str
    superseded_why: str


@dataclass(frozen=True, slots=True)
class QualificationRow:
    """A qualification and the codes of the papers it rests on; in force from the first through the last day."""

    id: int
    person_id: int
    agency_id: int
    regime: str
    papers: tuple[str, ...]
    valid_from: date
    valid_to: date | None
    recorded_at: datetime


def _certificates() -> Prepared:
    one, period = Certificate, CertificatePeriod

    def at(known_at: Any) -> Select[Any]:  # noqa: ANN401 - None or the hole of a moment
        return (
            select(
                one.id, one.number, one.person_id, one.agency_id, one.region, one.domains, one.authority_source,
                one.issued_on, one.valid_from, one.valid_to, one.recorded_at, period.id.label("period_id"),
                period.cause, period.valid_to.label("held_to"), period.temporary_to,
            )
            .outerjoin(period, deciding(one, period, known_at))
            .where(among(one.person_id, "ids"))
            .order_by(one.id)
        )  # fmt: skip

    return Prepared(at(None), at(KNOWN_AT).where(one.recorded_at <= KNOWN_AT))


def _states() -> Prepared:
    change = CertificateStateChange
    statement = (
        select(
            change.certificate_id,
            change.state,
            change.effective_at,
            change.recorded_at,
            change.reason,
            change.id,
            change.barred_until,
        )
        .where(among(change.certificate_id, "ids"))
        .order_by(change.effective_at, change.id)
    )
    return _believed(statement, change)


def _reviews() -> Prepared:
    review = CertificateReview
    statement = (
        select(*(getattr(review, one.name) for one in fields(ReviewRow)))
        .where(among(review.certificate_id, "ids"))
        .order_by(review.reviewed_on, review.id)
    )
    return _believed(statement, review)


def _believed(statement: Any, row: type[CertificateStateChange | CertificateReview]) -> Prepared:  # noqa: ANN401
    then = statement.where(row.recorded_at <= KNOWN_AT, or_(row.superseded_at.is_(None), row.superseded_at > KNOWN_AT))
    return Prepared(statement.where(row.superseded_at.is_(None)), then)


def _qualifications() -> Prepared:
    one = Qualification
    statement = (
        select(
            one.id, one.person_id, one.agency_id, one.regime, one.papers, one.valid_from, one.valid_to, one.recorded_at
        )
        .where(among(one.person_id, "ids"))
        .order_by(one.valid_from, one.id)
    )
    return Prepared(known(statement, one), known(statement, one, KNOWN_AT))


_CERTIFICATES, _STATES, _REVIEWS, _QUALIFICATIONS = _certificates(), _states(), _reviews(), _qualifications()


def certificate_facts(
    session: Session, person_ids: Collection[int], known_at: datetime | None = None
) -> dict[int, list[CertificateRow]]:
    """The certificates of each person, oldest first; every id asked for is a key. `known_at` None is now."""
    found: dict[int, list[CertificateRow]] = {person_id: [] for person_id in person_ids}
    certificates = _CERTIFICATES.rows(session, known_at, ids=list(found))
    states = states_of(session, [one[0] for one in certificates], known_at)
    for row in certificates:
        one = _certificate_row(row, states.get(row[0], ()))
        found[one.person_id].append(one)
    return found


def _certificate_row(row: tuple[Any, ...], states: tuple[StateRow, ...]) -> CertificateRow:
    number, name, person_id, agency_id, region, domains, source, issued, first, printed, recorded, *period = row
    period_id, cause, held_to, temporary_to = period
    return CertificateRow(
        number, name, person_id, agency_id, tuple(region), tuple(domains), source, issued, first,
        temporary_to or held_to or printed, states, recorded, printed, period_id if cause in LENGTHENED else None,
    )  # fmt: skip


def states_of(
    session: Session, certificate_ids: Collection[int], known_at: datetime | None = None
) -> dict[int, tuple[StateRow, ...]]:
    """The changes of state of each certificate as believed, in order of effect."""
    found: dict[int, list[StateRow]] = {}
    for certificate_id, *values in _STATES.rows(session, known_at, ids=list(certificate_ids)):
        found.setdefault(certificate_id, []).append(StateRow(*values))
    return {certificate_id: tuple(rows) for certificate_id, rows in found.items()}


def reviews_of(
    session: Session, certificate_ids: Collection[int], known_at: datetime | None = None
) -> dict[int, tuple[ReviewRow, ...]]:
    """The annual reviews of each certificate as believed, oldest first; a certificate without any has no key."""
    found: dict[int, list[ReviewRow]] = {}
    for values in _REVIEWS.rows(session, known_at, ids=list(certificate_ids)):
        row = ReviewRow(*values)
        found.setdefault(row.certificate_id, []).append(row)
    return {certificate_id: tuple(rows) for certificate_id, rows in found.items()}


def review_history(session: Session, certificate_id: int) -> tuple[ReviewRow, ...]:
    """Every review of one certificate ever recorded, withdrawn ones included, newest first."""
    review = CertificateReview
    statement = (
        select(*(getattr(review, one.name) for one in fields(ReviewRow)))
        .where(review.certificate_id == certificate_id)
        .order_by(review.reviewed_on.desc(), review.id.desc())
    )
    return tuple(ReviewRow(*row) for row in session.execute(statement))


def qualification_facts(
    session: Session, person_ids: Collection[int], known_at: datetime | None = None
) -> dict[int, list[QualificationRow]]:
    """The qualifications of each person, oldest first; every id asked for is a key."""
    found: dict[int, list[QualificationRow]] = {person_id: [] for person_id in person_ids}
    for number, person_id, agency_id, regime, papers, first, last, recorded in _QUALIFICATIONS.rows(
        session, known_at, ids=list(found)
    ):
        names = tuple(str(paper["paper"]) for paper in papers)
        found[person_id].append(QualificationRow(number, person_id, agency_id, regime, names, first, last, recorded))
    return found
