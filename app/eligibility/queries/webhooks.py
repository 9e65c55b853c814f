"""Read webhooks and their messages, for who administers them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.core.errors import NotFound
from app.core.permissions import Scope
from app.eligibility.models import Webhook, WebhookDelivery
from app.registry.models import Unit
from app.registry.queries import scope_paths, within


@dataclass(frozen=True)
class WebhookRow:
    """A webhook without its secret; `waiting` and `given_up` count its messages."""

    id: int
    title: str
    url: str
    system: str
    unit: str
    active: bool
    created_at: datetime
    created_by: str
    waiting: int
    given_up: int


@dataclass(frozen=True)
class DeliveryRow:
    """One message; `state` is WAITING, SENT or GIVEN_UP."""

    event_id: str
    person_code: str
    from_outcome: str
    to_outcome: str
    rules: tuple[str, ...]
    moment: datetime
    attempts: int
    due_at: datetime
    state: str
    failure: str
    finished_at: datetime | None


def webhooks(session: Session, scope: Scope) -> list[WebhookRow]:
    """The webhooks of the units in a scope, newest first."""
    condition = within(scope, Unit.path, scope_paths(session, scope))
    rows = session.execute(_statement().where(condition).order_by(Webhook.id.desc())).all()
    counts = _counts(session, [row[0].id for row in rows])
    return [_row(hook, system, unit, counts) for hook, system, unit in rows]


def webhook(session: Session, webhook_id: int, scope: Scope) -> WebhookRow:
    """One webhook; raises NotFound when there is none or its unit lies outside the scope."""
    condition = within(scope, Unit.path, scope_paths(session, scope))
    found = session.execute(_statement().where(condition, Webhook.id == webhook_id)).first()
    if found is None:
        raise NotFound
    hook, system, unit = found
    return _row(hook, system, unit, _counts(session, [webhook_id]))


def deliveries(session: Session, webhook_id: int, *, limit: int = 50) -> list[DeliveryRow]:
    """The newest messages of a webhook."""
    statement = (
        select(WebhookDelivery)
        .where(WebhookDelivery.webhook_id == webhook_id)
        .order_by(WebhookDelivery.id.desc())
        .limit(limit)
    )
    return [
        DeliveryRow(
            one.event_id, one.person_code, one.from_outcome, one.to_outcome, tuple(one.rules), one.moment,
            one.attempts, one.due_at, one.state, one.failure, one.finished_at,
        )
        for one in session.scalars(statement)
    ]  # fmt: skip


def _statement() -> Select[Webhook, str, str]:
    return (
        select(Webhook, Account.display_name, Unit.name_zh)
        .join(Account, Account.id == Webhook.account_id)
        .join(Unit, Unit.id == Webhook.unit_id)
    )


def _counts(session: Session, ids: list[int]) -> dict[tuple[int, str], int]:
    statement = (
        select(WebhookDelivery.webhook_id, WebhookDelivery.state, func.count())
        .where(WebhookDelivery.webhook_id.in_(ids))
        .group_by(WebhookDelivery.webhook_id, WebhookDelivery.state)
    )
    return {(number, state): count for number, state, count in session.execute(statement)}


def _row(one: Webhook, system: str, unit: str, counts: dict[tuple[int, str], int]) -> WebhookRow:
    return WebhookRow(
        one.id, one.title, one.url, system, unit, one.active, one.created_at, one.created_by,
        counts.get((one.id, "WAITING"), 0), counts.get((one.id, "GIVEN_UP"), 0),
    )  # fmt: skip
