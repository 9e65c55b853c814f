"""Signing in and out, and finding out who asks."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.accounts import passwords
from app.accounts.models import Account, AccountSession
from app.accounts.policy import PROFILES, password_expired, wait_after
from app.accounts.queries import SessionRow, live_session, token_actor
from app.core.errand import Errand, Later
from app.core.errors import N_, Invalid, TooMany
from app.core.permissions import Actor
from app.ledger.service import record

TOUCH_EVERY = timedelta(seconds=60)


@dataclass(frozen=True)
class SignedIn:
    """A live session: its id, whose it is, and whether a password change comes first."""

    session_id: int
    actor: Actor
    must_change: bool
    stale: bool


def sign_in(
    session: Session,
    username: str,
    password: str,
    *,
    address: str,
    agent: str,
    profile: str,
    now: datetime,
    replaces: str | None = None,
) -> str:
    """Check the password and open a session; returns its token, which is kept only as a hash.

    `replaces` is the token of the session that the same browser still holds; it ends.

    Raises Invalid `wrong-sign-in` with the same words whatever was wrong, and TooMany `account-waiting` while the
    account waits after repeated failures. A failure is flushed for the caller to commit.
    """
    account = session.scalar(select(Account).where(Account.username == username.strip().lower()).with_for_update())
    if account and account.locked_until and account.locked_until > now:
        seconds = int((account.locked_until - now).total_seconds()) + 1
        raise TooMany(
            "account-waiting", N_("Too many attempts. Please wait %(retry_after)s seconds."), retry_after=seconds
        )
    usable = account is not None and account.disabled_at is None and not account.is_system
    right = passwords.password_matches(account.password_hash if account and usable else "", password)
    if account is None or not right:
        _note_failure(session, account, address, now)
        raise Invalid("wrong-sign-in", N_("The user name or the password is not right."))
    account.failures, account.locked_until = 0, None
    if password_expired(account.password_changed_at, PROFILES[profile], now):
        account.must_change = True
    if passwords.needs_rehash(account.password_hash):
        account.password_hash = passwords.hash_password(password)
    if replaces:
        sign_out(session, replaces, now)
    return _open(session, account, address, agent, now)


def _note_failure(session: Session, account: Account | None, address: str, now: datetime) -> None:
    if account is None:
        return
    account.failures += 1
    wait = wait_after(account.failures)
    if wait:
        account.locked_until = now + wait
        nobody = Actor(label=account.username, account_id=account.id)
        record(
            session, nobody, "accounts.sign-in.slowed", ("account", account.id), now=now,
            after={"failures": account.failures, "address": address},
        )  # fmt: skip
    session.flush()


def _open(session: Session, account: Account, address: str, agent: str, now: datetime) -> str:
    token = passwords.new_token()
    session.add(
        AccountSession(
            token_hash=passwords.token_hash(token), account_id=account.id, created_at=now, last_seen_at=now,
            address=address[:64], agent=agent[:200],
        )
    )  # fmt: skip
    actor = Actor(label=account.username, account_id=account.id)
    record(session, actor, "accounts.session.opened", ("account", account.id), now=now, after={"address": address[:64]})
    return token


def signed_in_by(errand: Errand, token: str, now: datetime) -> Later[SignedIn | None]:
    """Who a session token stands for; `stale` asks the caller to call `touch` in a transaction of its own."""

    def read(row: SessionRow | None) -> SignedIn | None:
        if row is None:
            return None
        return SignedIn(row.id, row.actor, row.must_change, stale=now - row.last_seen_at > TOUCH_EVERY)

    return live_session(errand, passwords.token_hash(token), now).then(read)


def touch(session: Session, session_id: int, now: datetime) -> None:
    """Note that a session is in use."""
    session.execute(update(AccountSession).where(AccountSession.id == session_id).values(last_seen_at=now))


def sign_out(session: Session, token: str, now: datetime) -> None:
    """End a session; ending it again changes nothing."""
    row = session.execute(
        select(AccountSession, Account.username)
        .join(Account, Account.id == AccountSession.account_id)
        .where(AccountSession.token_hash == passwords.token_hash(token), AccountSession.ended_at.is_(None))
    ).first()
    if row is None:
        return
    found, username = row.AccountSession, row.username
    found.ended_at = now
    actor = Actor(label=username, account_id=found.account_id)
    record(session, actor, "accounts.session.ended", ("account", found.account_id), now=now)


def forget_sessions(session: Session, before: datetime) -> int:
    """Delete sessions last seen before a moment; returns how many."""
    gone = session.execute(
        delete(AccountSession).where(AccountSession.last_seen_at < before).returning(AccountSession.id)
    )
    return len(gone.all())


def bearer(errand: Errand, token: str, now: datetime) -> Later[Actor | None]:
    """The system actor behind an API token, or None."""
    return token_actor(errand, passwords.token_hash(token), now)
