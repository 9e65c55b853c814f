"""What a unit is in law."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from app.core.facts import holds_on
from app.registry.models import UnitStanding
from app.registry.queries.rows import StandingFact, rows


def standing(session: Session, unit_id: int, day: date, known_at: datetime | None = None) -> StandingFact | None:
    """What a unit was in law on a day."""
    condition = (UnitStanding.unit_id == unit_id) & holds_on(UnitStanding, day)
    found = rows(session, StandingFact, condition, known_at)
    return max(found, key=lambda row: row.id, default=None)
