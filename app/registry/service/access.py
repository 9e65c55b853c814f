"""Load what somebody may edit; a stranger learns that there is nothing."""

from datetime import date

from sqlalchemy.orm import Session

from app.core.permissions import Actor, P
from app.registry import queries
from app.registry.queries import PersonRow, UnitRow


def editable_unit(session: Session, actor: Actor, code: str) -> UnitRow:
    """The unit, if the actor may edit it; raises NotFound."""
    return queries.unit_by_code(session, code, actor.scope(P.REGISTRY_EDIT))


def editable_person(session: Session, actor: Actor, code: str, today: date) -> PersonRow:
    """The person, if the actor may edit them; raises NotFound."""
    return queries.person_by_code(session, code, today, actor.scope(P.REGISTRY_EDIT))
