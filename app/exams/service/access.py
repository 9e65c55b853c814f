"""Load what is acted upon, for those who may act on it; a stranger finds nothing."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import N_, NotFound, Refused, Stale
from app.core.permissions import Actor, P
from app.exams.models import Attempt, ExamSpecification, Sitting
from app.exams.queries.sittings import may_invigilate
from app.exams.queries.sittings import sitting as sitting_row
from app.exams.sitting import State
from app.registry.queries import in_scope


def owned_sitting(
    session: Session, actor: Actor, sitting_id: int, permission: P, *, version: int | None = None
) -> Sitting:
    """The sitting, locked, if its unit lies in the permission's scope; raises NotFound, or Stale for an old version."""
    found = session.scalar(
        select(Sitting).where(Sitting.id == sitting_id).with_for_update().execution_options(populate_existing=True)
    )
    if found is None or not actor.may(permission) or not in_scope(session, actor.scope(permission), found.unit_id):
        raise NotFound
    check_version(version, found.version)
    return found


def owned_specification(
    session: Session, actor: Actor, specification_id: int, *, version: int | None = None
) -> ExamSpecification:
    """The specification, locked, if its unit lies in the actor's scope; raises NotFound or Stale."""
    found = session.scalar(
        select(ExamSpecification)
        .where(ExamSpecification.id == specification_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None or not in_scope(session, actor.scope(P.EXAMS_MANAGE), found.unit_id):
        raise NotFound
    check_version(version, found.version)
    return found


def check_version(shown: int | None, present: int) -> None:
    """Raise Stale when a form was filled in over an older version than the present one."""
    if shown is not None and shown != present:
        raise Stale(
            "stale-form",
            N_("Somebody else has changed this since you opened it. Look at it again, then make your change."),
        )


def owned_unit(session: Session, actor: Actor, unit_id: int) -> None:
    """Raise NotFound unless the actor manages exams at the unit."""
    if not in_scope(session, actor.scope(P.EXAMS_MANAGE), unit_id):
        raise NotFound("unit-unknown", N_("There is no such unit among yours."))


def state_of(session: Session, sitting_id: int, now: datetime) -> State:
    """The sitting's state at a moment."""
    return sitting_row(session, sitting_id, now).state


def refuse_unless(session: Session, sitting_id: int, now: datetime, *allowed: State) -> None:
    """Raise Refused `sitting-state` unless the sitting is in one of the states."""
    state = state_of(session, sitting_id, now)
    if state not in allowed:
        raise Refused(
            "sitting-state",
            N_("This cannot be done with the sitting as it stands now."),
            state=state.value,
        )


def invigilated_sitting(session: Session, actor: Actor, sitting_id: int) -> Sitting:
    """The sitting, if the actor invigilates it; raises NotFound."""
    found = session.get(Sitting, sitting_id)
    if found is None or not may_invigilate(session, actor, sitting_id):
        raise NotFound
    return found


def locked_attempt(session: Session, attempt_id: int) -> Attempt:
    """An attempt, locked; raises NotFound."""
    found = session.scalar(
        select(Attempt).where(Attempt.id == attempt_id).with_for_update().execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


def own_attempt(session: Session, actor: Actor, attempt_id: int) -> Attempt:
    """The actor's own attempt, locked; raises NotFound for anybody else's."""
    found = locked_attempt(session, attempt_id)
    if actor.person_id is None or found.person_id != actor.person_id:
        raise NotFound
    return found
