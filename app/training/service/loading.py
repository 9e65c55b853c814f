"""Load what somebody may manage, locked for the change; a stranger learns that there is nothing."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import N_, Invalid, NotFound, Refused
from app.core.permissions import Actor, P
from app.registry import queries as registry
from app.registry.queries import PersonRow
from app.training.models import TrainingClass
from app.training.policy import MOST_CODES


def locked_class(session: Session, class_id: int) -> TrainingClass:
    """The class, with its row locked until the transaction ends; raises NotFound."""
    statement = select(TrainingClass).where(TrainingClass.id == class_id).with_for_update()
    found = session.scalar(statement.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


def managed_class(session: Session, actor: Actor, class_id: int) -> TrainingClass:
    """The class, locked, if the actor manages training where it belongs; raises NotFound."""
    found = locked_class(session, class_id)
    if not registry.in_scope(session, actor.scope(P.TRAINING_MANAGE), found.unit_id):
        raise NotFound
    return found


def standing_class(session: Session, actor: Actor, class_id: int) -> TrainingClass:
    """As managed_class, and not called off; raises Refused `class-cancelled`."""
    found = managed_class(session, actor, class_id)
    refuse_cancelled(found)
    return found


def refuse_cancelled(found: TrainingClass) -> None:
    """Raise Refused `class-cancelled` for a class that was called off."""
    if found.cancelled_at is not None:
        raise Refused("class-cancelled", N_("This class was called off."))


def people(session: Session, actor: Actor, codes: Sequence[str], today: date) -> list[PersonRow]:
    """The people with these codes whom the actor trains and who serve today; raises Invalid naming the others."""
    if not codes:
        raise Invalid("no-codes", N_("Enter at least one personal code."), field="codes")
    if len(codes) > MOST_CODES:
        raise Invalid("too-many-codes", N_("Enter at most %(most)s codes at once."), field="codes", most=MOST_CODES)
    found = registry.people_by_codes(session, codes, today, actor.scope(P.TRAINING_MANAGE))
    unknown = [one for one in codes if one not in {person.code for person in found}]
    if unknown:
        raise Invalid(
            "unknown-codes", N_("Nobody you train has these codes: %(codes)s."), field="codes", codes=listed(unknown)
        )
    gone = [person.code for person in found if person.unit_id is None]
    if gone:
        raise Invalid(
            "not-serving", N_("These people do not serve today: %(codes)s."), field="codes", codes=listed(gone)
        )
    return found


def listed(codes: Sequence[str]) -> str:
    """The first twenty of a list, each cut to a readable length, and how many there are in all."""
    shown = ", ".join(code[:40] for code in codes[:20])
    return shown if len(codes) <= 20 else f"{shown} … ({len(codes)})"
