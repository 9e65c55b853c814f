"""The incident log of a sitting: what the invigilator writes down, kept in the ledger."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.core.errors import N_, Invalid
from app.core.permissions import Actor
from app.exams.service.access import invigilated_sitting
from app.ledger.service import record

LONGEST_INCIDENT = 2000


def note_incident(session: Session, actor: Actor, sitting_id: int, text: str, *, now: datetime) -> None:
    """Write something into the log. Raises Invalid when it is empty or too long, NotFound for strangers."""
    sitting = invigilated_sitting(session, actor, sitting_id)
    words = text.strip()
    if not 1 <= len(words) <= LONGEST_INCIDENT:
        raise Invalid(
            "incident-text", N_("Write between 1 and %(most)s characters."), field="text", most=LONGEST_INCIDENT
        )
    record(
        session, actor, "exams.incident.noted", ("exam_sitting", sitting_id), now=now, unit_id=sitting.unit_id,
        reason=words,
    )  # fmt: skip
