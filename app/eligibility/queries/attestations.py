"""Read what was drawn up about a decision: attestations, and which denials were set aside."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.core.errors import N_, NotFound
from app.core.permissions import Scope
from app.eligibility.models import Attestation, DecisionOverride, DecisionRecord
from app.eligibility.queries.decisions import visible


@dataclass(frozen=True)
class AttestationRow:
    """One attestation without its bytes."""

    number: str
    decision_id: str
    case_reference: str
    reason: str
    issued_at: datetime
    issued_by: str
    sha256: str


@dataclass(frozen=True)
class OverrideRow:
    """A rule set aside: `decision_id` is the new answer, `overridden_id` the denial."""

    decision_id: str
    overridden_id: str
    rule: str
    reason: str
    approved_at: datetime
    approved_by: str


def attestations_of(session: Session, decision_id: str) -> list[AttestationRow]:
    """The attestations of a decision, newest first; the caller has made sure that the decision may be seen."""
    kind = Attestation
    columns = (kind.number, kind.decision_id, kind.case_reference, kind.reason, kind.issued_at, kind.issued_by_name,
               kind.sha256)  # fmt: skip
    statement = select(*columns).where(kind.decision_id == decision_id).order_by(kind.id.desc())
    return [AttestationRow(*row) for row in session.execute(statement)]


def count_attestations(session: Session, decision_id: str) -> int:
    """How many attestations a decision has."""
    statement = select(func.count()).select_from(Attestation).where(Attestation.decision_id == decision_id)
    return session.scalar(statement) or 0


def attestation_document(session: Session, number: str, scope: Scope) -> bytes:
    """The sealed bytes as issued; raises NotFound where there are none or the decision lies outside the scope."""
    statement = (
        select(Attestation.content)
        .join(DecisionRecord, DecisionRecord.id == Attestation.decision_id)
        .where(Attestation.number == number, visible(session, scope))
    )
    found = session.scalar(statement)
    if found is None:
        raise NotFound("unknown-attestation", N_("There is no attestation with this number."))
    return found


def overrides_of(session: Session, decision_id: str) -> list[OverrideRow]:
    """The rules set aside by this decision or of this decision by another, oldest first."""
    kind = DecisionOverride
    columns = (kind.decision_id, kind.overridden_id, kind.rule, kind.reason, kind.approved_at, kind.approved_by)
    statement = (
        select(*columns)
        .where(or_(kind.decision_id == decision_id, kind.overridden_id == decision_id))
        .order_by(kind.approved_at, kind.decision_id, kind.rule)
    )
    return [OverrideRow(*row) for row in session.execute(statement)]
