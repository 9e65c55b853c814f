"""Looking at evidence of copying: for those who release results, and never unnoticed."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.core.permissions import Actor, P
from app.exams.queries.figures import CopyingRow, copying_of
from app.exams.service.access import owned_sitting
from app.ledger.service import record


def look_at_copying(session: Session, actor: Actor, sitting_id: int, *, now: datetime) -> CopyingRow | None:
    """The evidence, with an entry in the ledger that it was looked at; None, and no entry, where there is none.

    Raises NotFound for those who may not release results at the sitting's unit.
    """
    found = owned_sitting(session, actor, sitting_id, P.EXAMS_RELEASE)
    told = copying_of(session, sitting_id)
    if told is not None:
        record(
            session, actor, "exams.copying.looked-at", ("exam_sitting", sitting_id), now=now, unit_id=found.unit_id,
            after={"pairs": len(told.pairs)},
        )  # fmt: skip
    return told
