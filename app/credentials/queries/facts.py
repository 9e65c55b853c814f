"""What other rooms read: certificates and qualifications with their histories, as believed at a moment."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.facts import known
from app.credentials.models import Certificate, CertificateStateChange, Qualification


@dataclass(frozen=True, slots=True)
class StateRow:
    """From `effective_at` the certificate is in `state`, until a later row; of two at once the graver counts."""

    state: str
    effective_at: datetime
    recorded_at: datetime
    reason: str
    id: int


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """A certificate as issued, with the changes of state believed at the moment asked for, in order of effect.

    `region` holds area codes, `domains` domain codes of the regime; both days are inclusive. `authority_source` is
    OWN, AUTHORISED or ENTRUSTED. Expiry is a matter of date and no state.
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


def certificate_facts(
    session: Session, person_ids: Collection[int], known_at: datetime | None = None
) -> dict[int, list[CertificateRow]]:
    """The certificates of each person, oldest first; every id asked for is a key. `known_at` None is now."""
    found: dict[int, list[CertificateRow]] = {person_id: [] for person_id in person_ids}
    statement = select(Certificate).where(Certificate.person_id.in_(list(found))).order_by(Certificate.id)
    if known_at is not None:
        statement = statement.where(Certificate.recorded_at <= known_at)
    certificates = list(session.scalars(statement))
    states = states_of(session, [one.id for one in certificates], known_at)
    for one in certificates:
        found[one.person_id].append(certificate_row(one, states.get(one.id, ())))
    return found


def certificate_row(one: Certificate, states: tuple[StateRow, ...]) -> CertificateRow:
    """The row of a certificate with its changes of state."""
    return CertificateRow(
        one.id, one.number, one.person_id, one.agency_id, tuple(one.region), tuple(one.domains), one.authority_source,
        one.issued_on, one.valid_from, one.valid_to, states, one.recorded_at,
    )  # fmt: skip


def states_of(
    session: Session, certificate_ids: Collection[int], known_at: datetime | None = None
) -> dict[int, tuple[StateRow, ...]]:
    """The changes of state of each certificate as believed, in order of effect."""
    change = CertificateStateChange
    statement = select(change).where(change.certificate_id.in_(list(certificate_ids)))
    if known_at is None:
        statement = statement.where(change.superseded_at.is_(None))
    else:
        statement = statement.where(
            change.recorded_at <= known_at, change.superseded_at.is_(None) | (change.superseded_at > known_at)
        )
    found: dict[int, list[StateRow]] = {}
    for row in session.scalars(statement.order_by(change.effective_at, change.id)):
        state = StateRow(row.state, row.effective_at, row.recorded_at, row.reason, row.id)
        found.setdefault(row.certificate_id, []).append(state)
    return {certificate_id: tuple(rows) for certificate_id, rows in found.items()}


def qualification_facts(
    session: Session, person_ids: Collection[int], known_at: datetime | None = None
) -> dict[int, list[QualificationRow]]:
    """The qualifications of each person, oldest first; every id asked for is a key."""
    found: dict[int, list[QualificationRow]] = {person_id: [] for person_id in person_ids}
    statement = known(select(Qualification), Qualification, known_at).where(Qualification.person_id.in_(list(found)))
    for row in session.scalars(statement.order_by(Qualification.valid_from, Qualification.id)):
        papers = tuple(str(paper["paper"]) for paper in row.papers)
        found[row.person_id].append(
            QualificationRow(
                row.id, row.person_id, row.agency_id, row.regime, papers, row.valid_from, row.valid_to, row.recorded_at
            )
        )
    return found
