"""The outbox: letters written with the deed they tell of, sent afterwards, one at a time, each once."""

from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import OutboxMail

MOST_ATTEMPTS = 8


class Postman(Protocol):
    """What carries a letter out of the site; raises OSError (which smtplib's errors are) when it cannot."""

    def deliver(self, recipient: str, subject: str, body: str, key: str) -> None:
        """Hand one letter over."""
        ...


def write_mail(
    session: Session,
    *,
    key: str,
    recipient: str,
    subject: str,
    body: str,
    now: datetime,
    due_at: datetime | None = None,
) -> bool:
    """Put a letter into the outbox unless one with the same key was ever written; False then. `recipient` may not be empty."""
    if not recipient or session.scalar(select(OutboxMail.id).where(OutboxMail.key == key)) is not None:
        return False
    session.add(
        OutboxMail(
            key=key, recipient=recipient, subject=subject, body=body, written_at=now, due_at=due_at or now, headers={}
        )
    )
    session.flush()
    return True


def send_due(session: Session, postman: Postman, now: datetime) -> bool:
    """Send one letter that is due, and note it; False when none is. A failure is put off, doubling from a minute."""
    mail = session.scalar(
        select(OutboxMail)
        .where(OutboxMail.sent_at.is_(None), OutboxMail.due_at <= now, OutboxMail.attempts < MOST_ATTEMPTS)
        .order_by(OutboxMail.due_at, OutboxMail.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if mail is None:
        return False
    mail.attempts += 1
    try:
        postman.deliver(mail.recipient, mail.subject, mail.body, mail.key)
    except OSError as error:
        mail.failure, mail.due_at = str(error)[:500], now + timedelta(minutes=2 ** (mail.attempts - 1))
    else:
        mail.sent_at, mail.failure = now, ""
    session.flush()
    return True
