"""The outbox: letters written with the deed they tell of, sent afterwards, one at a time, each once.

A letter is claimed and the claim committed before anything goes over the network, so that a slow mail server never
holds the database. A process that dies in between leaves the claim to lapse; the letter then goes out again under the
same Message-ID.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts.models import OutboxMail
from app.accounts.policy import CLAIM_LIMIT, MOST_ATTEMPTS
from app.core.errors import N_, NotFound, Refused
from app.core.permissions import Actor
from app.ledger.service import record


@dataclass(frozen=True)
class Letter:
    """One letter that has been claimed for sending."""

    id: int
    key: str
    recipient: str
    subject: str
    body: str


def write_mail(
    session: Session,
    *,
    key: str,
    recipient: str,
    subject: str,
    body: str,
    now: datetime,
    due_at: datetime | None = None,
    secret: bool = False,
) -> bool:
    """Put a letter into the outbox; False, and nothing written, when one with the same key ever was or nobody is named.

    The text of a `secret` letter is forgotten as soon as it has left.
    """
    if not recipient or session.scalar(select(OutboxMail.id).where(OutboxMail.key == key)) is not None:
        return False
    session.add(
        OutboxMail(
            key=key,
            recipient=recipient,
            subject=subject,
            body=body,
            written_at=now,
            due_at=due_at or now,
            secret=secret,
        )
    )
    session.flush()
    return True


def claim_letter(session: Session, now: datetime) -> Letter | None:
    """Claim the letter that has been due longest, for five minutes; None when none is. Commit before sending it."""
    mail = session.scalar(
        select(OutboxMail)
        .where(OutboxMail.sent_at.is_(None), OutboxMail.due_at <= now, OutboxMail.attempts < MOST_ATTEMPTS)
        .order_by(OutboxMail.due_at, OutboxMail.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if mail is None:
        return None
    mail.attempts += 1
    mail.due_at = now + CLAIM_LIMIT
    session.flush()
    return Letter(mail.id, mail.key, mail.recipient, mail.subject, mail.body)


def note_delivery(session: Session, letter_id: int, failure: str, now: datetime) -> None:
    """Note that a claimed letter left (`failure` empty), or why not: it is put off, doubling from a minute."""
    mail = session.scalar(select(OutboxMail).where(OutboxMail.id == letter_id).with_for_update())
    if mail is None:
        return
    mail.failure = failure[:500]
    if failure:
        mail.due_at = now + timedelta(minutes=2 ** (mail.attempts - 1))
    else:
        mail.sent_at = now
    if mail.secret and (not failure or mail.attempts >= MOST_ATTEMPTS):
        mail.body = ""
    session.flush()


def withdraw_letter(session: Session, key: str) -> None:
    """Take a letter that has not left out of the outbox."""
    session.execute(delete(OutboxMail).where(OutboxMail.key == key, OutboxMail.sent_at.is_(None)))


def send_again(session: Session, actor: Actor, letter_id: int, now: datetime) -> None:
    """Let a letter that could not be delivered be tried afresh.

    Raises NotFound, or Refused `letter-gone` when it has left meanwhile or its text was forgotten.
    """
    mail = session.scalar(select(OutboxMail).where(OutboxMail.id == letter_id).with_for_update())
    if mail is None:
        raise NotFound
    if mail.sent_at is not None or not mail.body:
        raise Refused("letter-gone", N_("This letter has left meanwhile, or has to be written anew."))
    mail.attempts, mail.due_at = 0, now
    record(session, actor, "accounts.letter.retried", ("letter", mail.id), now=now)
