"""Read what social supervisors reported: their own, and an agency's."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.core.permissions import Scope
from app.eligibility.models import Observation
from app.registry.models import Unit
from app.registry.queries import scope_paths, within


@dataclass(frozen=True)
class ObservationRow:
    """One report; `read_at` is when the agency closed it, None while it waits."""

    id: int
    agency: str
    who: str
    seen_at: datetime
    place: str
    certificate_number: str
    text: str
    recorded_at: datetime
    read_at: datetime | None
    read_by: str


def observations(
    session: Session, scope: Scope, *, waiting: bool = False, offset: int = 0, limit: int = 50
) -> list[ObservationRow]:
    """Reports about the agencies of a scope, newest first; with `waiting` only those nobody has read."""
    return _rows(session, _about(session, scope, waiting=waiting), offset, limit)


def count_observations(session: Session, scope: Scope, *, waiting: bool = False) -> int:
    """How many reports `observations` finds in all."""
    conditions = _about(session, scope, waiting=waiting)
    statement = select(func.count()).select_from(Observation).join(Unit, Unit.id == Observation.agency_id)
    return session.scalar(statement.where(*conditions)) or 0


def own_observations(session: Session, account_id: int, *, limit: int = 20) -> list[ObservationRow]:
    """What an account reported itself, newest first."""
    return _rows(session, [Observation.account_id == account_id], 0, limit)


def _about(session: Session, scope: Scope, *, waiting: bool) -> list[ColumnElement[bool]]:
    conditions = [within(scope, Unit.path, scope_paths(session, scope))]
    return [*conditions, Observation.read_at.is_(None)] if waiting else conditions


def _rows(session: Session, conditions: list[ColumnElement[bool]], offset: int, limit: int) -> list[ObservationRow]:
    statement = (
        select(Observation, Unit.name_zh, Account.display_name)
        .join(Unit, Unit.id == Observation.agency_id)
        .join(Account, Account.id == Observation.account_id)
        .where(*conditions)
        .order_by(Observation.recorded_at.desc(), Observation.id.desc())
        .offset(offset)
        .limit(limit)
    )
    return [
        ObservationRow(
            one.id, agency, who, one.seen_at, one.place, one.certificate_number, one.text, one.recorded_at,
            one.read_at, one.read_by,
        )
        for one, agency, who in session.execute(statement)
    ]  # fmt: skip
