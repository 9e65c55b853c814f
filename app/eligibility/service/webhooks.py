"""Webhooks: who is told, with what secret; their messages, claimed one at a time, signed, retried, given up."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.accounts.service import write_mail
from app.core.errors import N_, Invalid, NotFound, Refused
from app.core.permissions import Actor, P, system_actor
from app.eligibility.models import Webhook, WebhookDelivery
from app.eligibility.service.announcing import allowed_paths
from app.ledger.service import record
from app.registry.queries import in_scope, unit_by_code

EVENT = "person.state-changed"
MOST_ATTEMPTS = 12
LONGEST_WAIT = timedelta(hours=6)
CLAIM = timedelta(minutes=2)
KEPT = timedelta(days=30)
LONGEST_URL = 500


@dataclass(frozen=True)
class Parcel:
    """One message claimed for sending: exact bytes, and the headers that go with them."""

    id: int
    webhook_id: int
    url: str
    body: bytes
    headers: dict[str, str]


def add_webhook(
    session: Session, actor: Actor, *, system: str, unit: str, title: str, url: str, key: bytes, now: datetime
) -> str:
    """Let a connected system be told about the people of a unit and below; returns the secret, readable only now.

    Raises Invalid for an address that is no https address (field url), Refused `no-such-system` (field system) where
    the system is none or may not ask about that unit itself, NotFound for a unit outside the actor's scope.
    """
    place = unit_by_code(session, unit, actor.scope(P.ACCOUNTS_MANAGE))
    account = session.scalar(select(Account).where(Account.username == system.strip().lower()))
    allowed = allowed_paths(session, account.id) if account else ()
    may = allowed is None or any(place.path.startswith(path) for path in allowed)
    if account is None or not account.is_system or account.disabled_at is not None or not may:
        raise Refused(
            "no-such-system", N_("There is no connected system of this name that may ask about this unit."),
            field="system",
        )  # fmt: skip
    secret = "whsec_" + secrets.token_urlsafe(32)
    row = Webhook(
        account_id=account.id, owner_id=actor.account_id, unit_id=place.id, title=title, url=usable_url(url),
        secret_sealed=_seal(key, secret), created_at=now, created_by=actor.label,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(
        session, actor, "eligibility.webhook.added", ("webhook", row.id), now=now, unit_id=place.id,
        after={"system": account.username, "url": row.url, "title": title},
    )  # fmt: skip
    return secret


def usable_url(url: str) -> str:
    """The address as kept; raises Invalid `webhook-url`. Plain http is for this very machine only."""
    wrong = Invalid(
        "webhook-url", N_("Give a full https address without user name and fragment, of at most 500 characters."),
        field="url",
    )  # fmt: skip
    try:
        parts = urlsplit(url.strip())
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise wrong from None
    plain = parts.scheme == "http" and host in {"localhost", "127.0.0.1", "::1"}
    fits = len(url.strip()) <= LONGEST_URL and url.strip().isascii() and url.strip().isprintable()
    if not (parts.scheme == "https" or plain) or not host or not fits or " " in url.strip():
        raise wrong
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise wrong
    return url.strip()


def switch(session: Session, actor: Actor, webhook_id: int, *, active: bool, reason: str, now: datetime) -> None:
    """Stop a webhook, whose waiting messages are then given up, or let it be told again. Raises NotFound."""
    row = session.scalar(select(Webhook).where(Webhook.id == webhook_id).with_for_update())
    if row is None or not in_scope(session, actor.scope(P.ACCOUNTS_MANAGE), row.unit_id):
        raise NotFound
    if row.active == active:
        return
    row.active = active
    if not active:
        waiting = (WebhookDelivery.webhook_id == row.id, WebhookDelivery.state == "WAITING")
        session.execute(
            update(WebhookDelivery).where(*waiting).values(state="GIVEN_UP", failure="stopped", finished_at=now)
        )
    event = "eligibility.webhook.started" if active else "eligibility.webhook.stopped"
    record(session, actor, event, ("webhook", row.id), now=now, reason=reason, unit_id=row.unit_id)


def claim_delivery(session: Session, key: bytes, now: datetime, *, without: Collection[int] = ()) -> Parcel | None:
    """Claim the message that has been due longest, for two minutes; None when none is. Commit before sending it.

    `without` are webhooks that just failed: one that does not answer must not hold up the others.
    """
    found = session.execute(
        select(WebhookDelivery, Webhook)
        .join(Webhook, Webhook.id == WebhookDelivery.webhook_id)
        .join(Account, Account.id == Webhook.account_id)
        .where(
            WebhookDelivery.state == "WAITING",
            WebhookDelivery.due_at <= now,
            Webhook.active.is_(True),
            Account.disabled_at.is_(None),
            Webhook.id.not_in(list(without)),
        )
        .order_by(WebhookDelivery.due_at, WebhookDelivery.id)
        .limit(1)
        .with_for_update(of=WebhookDelivery, skip_locked=True)
    ).first()
    if found is None:
        return None
    row, hook = found
    row.attempts += 1
    row.due_at = now + CLAIM
    session.flush()
    body = _body(row)
    return Parcel(row.id, hook.id, hook.url, body, _headers(row, body, _open(key, hook.secret_sealed), now))


def note_delivery(session: Session, delivery_id: int, failure: str, now: datetime) -> None:
    """Note that a claimed message arrived (`failure` empty), or why not: put off, doubling from a minute to six hours.

    After the twelfth attempt, some twenty hours, it is given up and the owner is told, once a day.
    """
    row = session.scalar(select(WebhookDelivery).where(WebhookDelivery.id == delivery_id).with_for_update())
    if row is None or row.state != "WAITING":
        return
    row.failure = failure[:500]
    if not failure:
        row.state, row.finished_at = "SENT", now
    elif row.attempts < MOST_ATTEMPTS:
        row.due_at = now + min(timedelta(minutes=2 ** (row.attempts - 1)), LONGEST_WAIT)
    else:
        row.state, row.finished_at = "GIVEN_UP", now
        _tell_owner(session, row, now)
    session.flush()


def forget_deliveries(session: Session, now: datetime) -> int:
    """Delete messages that came to an end more than 30 days ago; returns how many."""
    gone = delete(WebhookDelivery).where(WebhookDelivery.finished_at < now - KEPT).returning(WebhookDelivery.id)
    return len(session.scalars(gone).all())


def sign(secret: str, moment: int, body: bytes) -> str:
    """The value of the header Chizheng-Signature: HMAC-SHA256 over the moment (seconds since 1970), a dot, the body."""
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


def _tell_owner(session: Session, row: WebhookDelivery, now: datetime) -> None:
    hook = session.get_one(Webhook, row.webhook_id)
    owner = session.get(Account, hook.owner_id) if hook.owner_id is not None else None
    record(
        session, system_actor("webhooks"), "eligibility.webhook.given-up", ("webhook", hook.id), now=now,
        unit_id=hook.unit_id, after={"event": row.event_id, "failure": row.failure},
    )  # fmt: skip
    write_mail(
        session,
        key=f"webhook-given-up:{hook.id}:{now.astimezone(UTC).date().isoformat()}",
        recipient=owner.email if owner and owner.disabled_at is None else "",
        subject=f"持证：推送失败 Chizheng: webhook not delivered ({hook.title})",
        body=_LETTER.format(
            title=hook.title, host=urlsplit(hook.url).hostname, failure=row.failure, tries=row.attempts
        ),
        now=now,
    )


_LETTER = """推送“{title}”（{host}）在 {tries} 次尝试后仍未送达，已放弃该条消息。最后一次失败：{failure}
请检查接收方，并在“推送”页面查看未送达的消息。今天不再另行通知。

The webhook "{title}" ({host}) could not be delivered in {tries} attempts; the message was given up.
Last failure: {failure}
Please check the receiver and look at the page of webhooks. There will be no further letter today.
"""


def _body(row: WebhookDelivery) -> bytes:
    content = {
        "id": row.event_id,
        "type": EVENT,
        "person": row.person_code,
        "from": row.from_outcome,
        "to": row.to_outcome,
        "rules": list(row.rules),
        "moment": row.moment.astimezone(UTC).isoformat(),
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _headers(row: WebhookDelivery, body: bytes, secret: str, now: datetime) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "User-Agent": "Chizheng-Webhook/1",
        "Chizheng-Event": row.event_id,
        "Chizheng-Attempt": str(row.attempts),
        "Chizheng-Signature": sign(secret, int(now.timestamp()), body),
    }


def _cipher(key: bytes) -> AESGCM:
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=None, info=b"webhook secret").derive(key))


def _seal(key: bytes, secret: str) -> bytes:
    nonce = secrets.token_bytes(12)
    return nonce + _cipher(key).encrypt(nonce, secret.encode(), None)


def _open(key: bytes, sealed: bytes) -> str:
    return _cipher(key).decrypt(sealed[:12], sealed[12:], None).decode()
