"""Read accounts: who is behind a session or a token, and the lists of the administrator."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Account, AccountSession, ApiToken, RoleGrant
from app.accounts.policy import GRANTS, IDLE_LIMIT, SESSION_LIMIT, Role
from app.core.permissions import Actor, P, Scope


@dataclass(frozen=True)
class SessionRow:
    """A live session and its account."""

    id: int
    account_id: int
    last_seen_at: datetime
    must_change: bool


@dataclass(frozen=True)
class AccountRow:
    """An account as the administrator's list shows it."""

    id: int
    username: str
    display_name: str
    email: str
    person_id: int | None
    is_system: bool
    disabled: bool
    locked_until: datetime | None
    grants: tuple[tuple[str, int | None], ...]


def live_session(session: Session, token_hash: str, now: datetime) -> SessionRow | None:
    """The session of a token, unless it has ended, idled out or grown too old, or its account is disabled."""
    row = session.execute(
        select(AccountSession.id, AccountSession.account_id, AccountSession.last_seen_at, Account.must_change)
        .join(Account, Account.id == AccountSession.account_id)
        .where(
            AccountSession.token_hash == token_hash,
            AccountSession.ended_at.is_(None),
            AccountSession.last_seen_at > now - IDLE_LIMIT,
            AccountSession.created_at > now - SESSION_LIMIT,
            Account.disabled_at.is_(None),
        )
    ).first()
    return SessionRow(*row) if row else None


def actor_of(session: Session, account_id: int) -> Actor:
    """The actor an account is: its permissions with their scopes, joined over its roles."""
    account = session.get_one(Account, account_id)
    held = session.execute(
        select(RoleGrant.role, RoleGrant.unit_id).where(
            RoleGrant.account_id == account_id, RoleGrant.revoked_at.is_(None)
        )
    ).all()
    grants: dict[P, Scope] = {}
    for role, unit_id in held:
        for permission in GRANTS[Role(role)]:
            grants[permission] = _joined(grants.get(permission, frozenset()), unit_id)
    return Actor(
        label=account.username,
        account_id=account.id,
        person_id=account.person_id,
        display_name=account.display_name,
        roles=tuple(dict.fromkeys(role for role, _ in held)),
        grants=grants,
    )


def _joined(scope: Scope, unit_id: int | None) -> Scope:
    return None if scope is None or unit_id is None else scope | {unit_id}


def token_account(session: Session, token_hash: str, now: datetime) -> int | None:
    """The account of a bearer token that is neither revoked nor expired, on an account that is not disabled."""
    return session.scalar(
        select(ApiToken.account_id)
        .join(Account, Account.id == ApiToken.account_id)
        .where(
            ApiToken.token_hash == token_hash,
            ApiToken.revoked_at.is_(None),
            (ApiToken.expires_at.is_(None)) | (ApiToken.expires_at > now),
            Account.disabled_at.is_(None),
        )
    )


def accounts(session: Session) -> list[AccountRow]:
    """Every account with the roles it holds, by user name."""
    held: dict[int, list[tuple[str, int | None]]] = {}
    for grant in session.scalars(select(RoleGrant).where(RoleGrant.revoked_at.is_(None)).order_by(RoleGrant.id)):
        held.setdefault(grant.account_id, []).append((grant.role, grant.unit_id))
    return [
        AccountRow(
            a.id, a.username, a.display_name, a.email, a.person_id, a.is_system, a.disabled_at is not None,
            a.locked_until, tuple(held.get(a.id, ())),
        )
        for a in session.scalars(select(Account).order_by(Account.username))
    ]  # fmt: skip
