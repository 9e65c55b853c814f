"""Write a message for every webhook whom a change of somebody's state concerns, in the transaction of the change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.accounts.queries import actor_of
from app.core.permissions import P
from app.eligibility.models import Webhook, WebhookDelivery
from app.eligibility.service.records import new_id
from app.registry.models import Unit
from app.registry.queries import scope_paths


@dataclass(frozen=True, slots=True)
class StateChange:
    """Somebody stands otherwise than before; `moment` is since when, `unit_id` where they serve or served last."""

    person: str
    before: str
    after: str
    rules: tuple[str, ...]
    moment: datetime
    unit_id: int | None


@dataclass(frozen=True, slots=True)
class _Listener:
    """A webhook in use: below which path it listens, and below which paths its system may ask (None: anywhere)."""

    id: int
    path: str
    allowed: tuple[str, ...] | None

    def hears(self, path: str) -> bool:
        """Whether it is told of somebody who serves under a path."""
        inside = self.allowed is None or any(path.startswith(one) for one in self.allowed)
        return inside and path.startswith(self.path)


def announce(session: Session, changes: Sequence[StateChange], *, now: datetime) -> int:
    """Write the messages of some changes; returns how many. A system hears only of people it may ask about itself."""
    listeners = _listeners(session) if changes else []
    if not listeners:
        return 0
    units = {change.unit_id for change in changes if change.unit_id is not None}
    paths: dict[int, str] = dict(session.execute(select(Unit.id, Unit.path).where(Unit.id.in_(units))).all())
    rows = [
        row
        for change in changes
        if change.unit_id in paths
        for row in _messages(change, paths[change.unit_id], listeners, now)
    ]
    session.add_all(rows)
    session.flush()
    return len(rows)


def _messages(change: StateChange, path: str, listeners: list[_Listener], now: datetime) -> list[WebhookDelivery]:
    event = new_id(now)
    return [
        WebhookDelivery(
            webhook_id=one.id, event_id=event, person_code=change.person, from_outcome=change.before,
            to_outcome=change.after, rules=list(change.rules), moment=change.moment, written_at=now, due_at=now,
        )
        for one in listeners
        if one.hears(path)
    ]  # fmt: skip


def _listeners(session: Session) -> list[_Listener]:
    rows = session.execute(
        select(Webhook.id, Webhook.account_id, Unit.path)
        .join(Unit, Unit.id == Webhook.unit_id)
        .join(Account, Account.id == Webhook.account_id)
        .where(Webhook.active.is_(True), Account.disabled_at.is_(None))
    )
    return [_Listener(number, path, allowed_paths(session, account)) for number, account, path in rows]


def allowed_paths(session: Session, account_id: int) -> tuple[str, ...] | None:
    """Below which unit paths an account may ask whether people may act; None means anywhere."""
    scope = actor_of(session, account_id).scope(P.ELIGIBILITY_CHECK)
    return None if scope is None else scope_paths(session, scope)
