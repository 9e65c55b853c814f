"""Issue and revocation by one hand: the operator's command line, for when the second cannot be had. Told as such."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.config import Settings
from app.core.permissions import Actor
from app.credentials.service.changes import Changed, Order, change
from app.credentials.service.issuing import issue
from app.credentials.service.writing import Issued
from app.ledger.service import record


def issue_alone(
    session: Session,
    actor: Actor,
    person_ids: Sequence[int],
    *,
    settings: Settings,
    now: datetime,
    valid_from: date | None = None,
    domains: tuple[str, ...] | None = None,
    reason: str = "",
) -> list[Issued]:
    """Issue as `issue` does, without application and check; a ledger entry of its own says that one hand did it."""
    made = issue(
        session, actor, person_ids, settings=settings, now=now, valid_from=valid_from, domains=domains, reason=reason
    )
    _tell(session, actor, "issue", [one.number for one in made], reason, now)
    return made


def revoke_alone(
    session: Session, actor: Actor, number: str, order: Order, *, now: datetime, zone: ZoneInfo
) -> Changed:
    """Revoke as `change` does, without an application; a ledger entry of its own says that one hand did it."""
    done = change(session, actor, number, order, now=now, zone=zone)
    _tell(session, actor, "revoke", [done.number], order.reason, now)
    return done


def _tell(session: Session, actor: Actor, act: str, numbers: list[str], reason: str, now: datetime) -> None:
    record(
        session, actor, "credentials.break-glass.used", ("certificate", numbers[0]), now=now,
        after={"act": act, "certificates": numbers, "second_person": None}, reason=reason,
    )  # fmt: skip
