"""Read what was drawn up about a decision: attestations, and which denials were set aside."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select, union
from sqlalchemy.orm import Session

from app.core.errors import N_, NotFound
from app.core.permissions import Scope
from app.eligibility.models import Attestation, AttestationRequest, DecisionOverride, DecisionRecord
from app.eligibility.queries.decisions import visible


@dataclass(frozen=True)
class AttestationRow:
    """One attestation without its bytes, sealed or asked for.

    `sha256` is empty while it waits for the seal; `failure` says why it can never be drawn.
    """

    number: str
    decision_id: str
    case_reference: str
    reason: str
    issued_at: datetime
    issued_by: str
    sha256: str = ""
    failure: str = ""

    @property
    def waiting(self) -> bool:
        """Whether the sealing process has yet to make it."""
        return not self.sha256 and not self.failure


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
    """The attestations of a decision and those asked for, newest first; the caller has made sure that the decision may
    be seen.
    """
    kind = Attestation
    columns = (kind.number, kind.decision_id, kind.case_reference, kind.reason, kind.issued_at, kind.issued_by_name,
               kind.sha256)  # fmt: skip
    statement = select(*columns).where(kind.decision_id == decision_id).order_by(kind.id.desc())
    sealed = [AttestationRow(*row) for row in session.execute(statement)]
    asked = unsealed_requests().where(AttestationRequest.decision_id == decision_id)
    waiting = [_asked(one) for one in session.scalars(asked.order_by(AttestationRequest.id.desc()))]
    return [*waiting, *sealed]


def _asked(one: AttestationRequest) -> AttestationRow:
    return AttestationRow(
        one.number, one.decision_id, one.case_reference, one.reason, one.requested_at, one.requested_by_name,
        failure=one.failure,
    )  # fmt: skip


def unsealed_requests() -> Select[AttestationRequest]:
    """Attestations asked for that are not sealed, failed ones too."""
    return (
        select(AttestationRequest)
        .outerjoin(Attestation, Attestation.number == AttestationRequest.number)
        .where(Attestation.id.is_(None))
    )


def waiting_requests() -> Select[AttestationRequest]:
    """Attestations that wait for the sealing process, the oldest first."""
    return unsealed_requests().where(AttestationRequest.failure == "").order_by(AttestationRequest.id)


def count_attestations(session: Session, decision_id: str) -> int:
    """How many attestations a decision has or was asked for; the next number is one more."""
    asked = select(AttestationRequest.number).where(AttestationRequest.decision_id == decision_id)
    sealed = select(Attestation.number).where(Attestation.decision_id == decision_id)
    return session.scalar(select(func.count()).select_from(union(asked, sealed).subquery())) or 0


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
