"""Read accounts: who is behind a session or a token, and the lists of the administrator."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, false, func, not_, or_, select, true
from sqlalchemy.orm import Session

from app.accounts.models import Account, AccountSession, ApiToken, Invitation, OutboxMail, RoleGrant
from app.accounts.passwords import token_hash
from app.accounts.policy import (
    GRANTS,
    IDLE_LIMIT,
    MOST_ATTEMPTS,
    SESSION_LIMIT,
    AccountState,
    Role,
    account_state,
)  # fmt: skip
from app.core.errand import Errand, Later
from app.core.permissions import Actor, P, Scope
from app.core.prepared import DriverSql


@dataclass(frozen=True)
class SessionRow:
    """A live session and who is behind it."""

    id: int
    last_seen_at: datetime
    must_change: bool
    actor: Actor


@dataclass(frozen=True)
class GrantRow:
    """A role held, over a unit and all below it; `unit_id` None means everywhere."""

    id: int
    role: str
    unit_id: int | None
    granted_at: datetime
    granted_by: str


@dataclass(frozen=True)
class AccountRow:
    """An account as the administrator's list shows it; `state` is an AccountState."""

    id: int
    username: str
    display_name: str
    email: str
    person_id: int | None
    is_system: bool
    state: AccountState
    locked_until: datetime | None
    created_at: datetime
    grants: tuple[GrantRow, ...]


@dataclass(frozen=True)
class InvitationRow:
    """An invitation that still works, as the invited person sees it."""

    username: str
    display_name: str
    expires_at: datetime


@dataclass(frozen=True)
class OpenSession:
    """A browser that is signed in."""

    id: int
    created_at: datetime
    last_seen_at: datetime
    address: str
    agent: str


@dataclass(frozen=True)
class TokenRow:
    """A bearer token without its secret; `works` says whether it opens anything now."""

    id: int
    title: str
    prefix: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    works: bool


@dataclass(frozen=True)
class LetterRow:
    """A letter that could not be delivered; `due_at` None means that no more attempts are made."""

    id: int
    recipient: str
    subject: str
    written_at: datetime
    attempts: int
    due_at: datetime | None
    failure: str
    can_retry: bool


_WHO = (Account.id, Account.username, Account.display_name, Account.person_id, RoleGrant.role, RoleGrant.unit_id)
_HELD = (RoleGrant.account_id == Account.id) & RoleGrant.revoked_at.is_(None)


_LIVE = DriverSql(
    "SELECT s.id, s.last_seen_at, a.must_change, a.id, a.username, a.display_name, a.person_id, g.role, g.unit_id"
    " FROM account_session s JOIN account a ON a.id = s.account_id"
    " LEFT JOIN role_grant g ON g.account_id = a.id AND g.revoked_at IS NULL"
    " WHERE s.token_hash = :token AND s.ended_at IS NULL AND s.last_seen_at > :idle AND s.created_at > :old"
    " AND a.disabled_at IS NULL ORDER BY g.id",
    moments=(1,),
)


def live_session(errand: Errand, hashed: str, now: datetime) -> Later[SessionRow | None]:
    """The session of a token, unless it has ended, idled out or grown too old, or its account is disabled.

    One query, written out, since every request of a signed-in person asks it.
    """
    moments = {"token": hashed, "idle": now - IDLE_LIMIT, "old": now - SESSION_LIMIT}
    return _LIVE.put(errand, **moments).then(_session_row)


def _session_row(rows: Sequence[tuple[Any, ...]]) -> SessionRow | None:
    if not rows:
        return None
    session_id, last_seen_at, must_change = rows[0][:3]
    return SessionRow(session_id, last_seen_at, bool(must_change), _actor([row[3:] for row in rows]))


_BEARER = DriverSql(
    "SELECT a.id, a.username, a.display_name, a.person_id, g.role, g.unit_id"
    " FROM api_token t JOIN account a ON a.id = t.account_id"
    " LEFT JOIN role_grant g ON g.account_id = a.id AND g.revoked_at IS NULL"
    " WHERE t.token_hash = :token AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > :now)"
    " AND a.disabled_at IS NULL ORDER BY g.id"
)


def token_actor(errand: Errand, hashed: str, now: datetime) -> Later[Actor | None]:
    """Who a bearer token stands for, unless it is revoked or expired, or its account is disabled; one query."""
    return _BEARER.put(errand, token=hashed, now=now).then(lambda rows: _actor(rows) if rows else None)


def actor_of(session: Session, account_id: int) -> Actor:
    """The actor an account is: its permissions with their scopes, joined over its roles."""
    rows = session.execute(
        select(*_WHO).outerjoin(RoleGrant, _HELD).where(Account.id == account_id).order_by(RoleGrant.id)
    )
    return _actor([tuple(row) for row in rows])


def _actor(rows: Sequence[tuple[Any, ...]]) -> Actor:
    account_id, username, display_name, person_id = rows[0][:4]
    grants: dict[P, Scope] = {}
    for *_who, role, unit_id in rows:
        for permission in GRANTS[Role(role)] if role else ():
            if permission is P.SELF and person_id is None:
                continue  # there is nobody in the registry whose own things these would be
            grants[permission] = _joined(grants.get(permission, frozenset()), unit_id)
    roles = tuple(dict.fromkeys(row[4] for row in rows if row[4]))
    return Actor(username, account_id, person_id, display_name, roles, grants)


def _joined(scope: Scope, unit_id: int | None) -> Scope:
    return None if scope is None or unit_id is None else scope | {unit_id}


OPEN_INVITATION = (Invitation.used_at.is_(None), Invitation.revoked_at.is_(None), Account.disabled_at.is_(None))


def invitation(session: Session, token: str, now: datetime) -> InvitationRow | None:
    """The invitation behind a link, if it still works."""
    row = session.execute(
        select(Account.username, Account.display_name, Invitation.expires_at)
        .join(Account, Account.id == Invitation.account_id)
        .where(Invitation.token_hash == token_hash(token), Invitation.expires_at > now, *OPEN_INVITATION)
    ).first()
    return InvitationRow(row.username, row.display_name, row.expires_at) if row else None


def _in_state(state: str, now: datetime) -> ColumnElement[bool]:
    """The condition that `account_state` gives this state."""
    disabled, locked = Account.disabled_at.is_not(None), func.coalesce(Account.locked_until > now, false())
    waiting = (Account.password_hash == "") & Account.is_system.is_(False)
    conditions = {
        AccountState.DISABLED: disabled,
        AccountState.LOCKED: not_(disabled) & locked,
        AccountState.WAITING: not_(disabled) & not_(locked) & waiting,
        AccountState.ACTIVE: not_(disabled) & not_(locked) & not_(waiting),
    }
    return conditions[AccountState(state)] if state in set(AccountState) else true()


def _matching(text: str, state: str, now: datetime) -> ColumnElement[bool]:
    condition = _in_state(state, now)
    if not text:
        return condition
    names = (Account.username, Account.display_name, Account.email)
    return condition & or_(*(func.lower(name).contains(text.lower(), autoescape=True) for name in names))


def count_accounts(session: Session, text: str, state: str, now: datetime, among: ColumnElement[bool]) -> int:
    """How many accounts `search_accounts` finds in all."""
    statement = select(func.count()).select_from(Account).where(_matching(text, state, now), among)
    return session.scalar(statement) or 0


def search_accounts(
    session: Session,
    text: str,
    state: str,
    now: datetime,
    among: ColumnElement[bool],
    *,
    offset: int = 0,
    limit: int | None = None,
) -> list[AccountRow]:
    """Accounts whose user name, name or mail contains the text, in a state or in any, by user name.

    `among` is a further condition on the account, such as what the asker may see.
    """
    found = session.scalars(
        select(Account).where(_matching(text, state, now), among).order_by(Account.username).offset(offset).limit(limit)
    ).all()
    held: dict[int, list[GrantRow]] = {}
    grants = select(RoleGrant).where(RoleGrant.revoked_at.is_(None), RoleGrant.account_id.in_([a.id for a in found]))
    for grant in session.scalars(grants.order_by(RoleGrant.id)):
        row = GrantRow(grant.id, grant.role, grant.unit_id, grant.granted_at, grant.granted_by)
        held.setdefault(grant.account_id, []).append(row)
    return [_account_row(account, tuple(held.get(account.id, ())), now) for account in found]


def _account_row(account: Account, grants: tuple[GrantRow, ...], now: datetime) -> AccountRow:
    state = account_state(
        disabled=account.disabled_at is not None,
        locked_until=account.locked_until,
        waiting=not account.password_hash and not account.is_system,
        now=now,
    )
    return AccountRow(
        account.id, account.username, account.display_name, account.email, account.person_id, account.is_system,
        state, account.locked_until, account.created_at, grants,
    )  # fmt: skip


def accounts(session: Session, now: datetime) -> list[AccountRow]:
    """Every account with the roles it holds, by user name."""
    return search_accounts(session, "", "", now, true())


def exists(session: Session) -> bool:
    """Whether anybody has an account yet."""
    return session.scalar(select(Account.id).limit(1)) is not None


def sessions_of(session: Session, account_id: int, now: datetime) -> list[OpenSession]:
    """Where an account is signed in, the last used first."""
    rows = session.scalars(
        select(AccountSession)
        .where(
            AccountSession.account_id == account_id,
            AccountSession.ended_at.is_(None),
            AccountSession.last_seen_at > now - IDLE_LIMIT,
            AccountSession.created_at > now - SESSION_LIMIT,
        )
        .order_by(AccountSession.last_seen_at.desc())
    )
    return [OpenSession(row.id, row.created_at, row.last_seen_at, row.address, row.agent) for row in rows]


def tokens_of(session: Session, account_id: int, now: datetime) -> list[TokenRow]:
    """The tokens of an account, newest first."""
    rows = session.scalars(select(ApiToken).where(ApiToken.account_id == account_id).order_by(ApiToken.id.desc()))
    return [
        TokenRow(
            row.id, row.title, row.prefix, row.created_at, row.expires_at, row.revoked_at,
            row.revoked_at is None and (row.expires_at is None or row.expires_at > now),
        )
        for row in rows
    ]  # fmt: skip


def invited_until(session: Session, account_id: int) -> datetime | None:
    """Until when the open invitation of an account works, or did; None when there is none."""
    return session.scalar(
        select(func.max(Invitation.expires_at)).where(
            Invitation.account_id == account_id, Invitation.used_at.is_(None), Invitation.revoked_at.is_(None)
        )
    )


_STUCK = (OutboxMail.sent_at.is_(None), OutboxMail.failure != "")


def count_stuck_letters(session: Session) -> int:
    """How many letters could not be delivered so far."""
    return session.scalar(select(func.count()).select_from(OutboxMail).where(*_STUCK)) or 0


def stuck_letters(session: Session, limit: int = 200) -> list[LetterRow]:
    """Letters that could not be delivered so far, the oldest first."""
    rows = session.scalars(select(OutboxMail).where(*_STUCK).order_by(OutboxMail.id).limit(limit))
    return [
        LetterRow(
            row.id, row.recipient, row.subject, row.written_at, row.attempts,
            row.due_at if row.attempts < MOST_ATTEMPTS else None, row.failure, bool(row.body),
        )
        for row in rows
    ]  # fmt: skip
