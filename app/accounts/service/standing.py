"""What an administrator does to an account: take a role back, close, reopen, sign out, let it try again."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.models import Account, AccountSession, RoleGrant
from app.accounts.policy import Role
from app.accounts.service.invitations import revoke_invitations
from app.core.errors import N_, NotFound, Refused
from app.core.permissions import Actor
from app.ledger.service import record


def _account(session: Session, account_id: int) -> Account:
    account = session.scalar(
        select(Account).where(Account.id == account_id).with_for_update().execution_options(populate_existing=True)
    )
    if account is None:
        raise NotFound
    return account


def _administrators(session: Session) -> list[RoleGrant]:
    """The grants by which anybody who can sign in is an administrator, locked so that two cannot unseat each other."""
    return list(
        session.scalars(
            select(RoleGrant)
            .join(Account, Account.id == RoleGrant.account_id)
            .where(
                RoleGrant.role == Role.ADMINISTRATOR.value,
                RoleGrant.revoked_at.is_(None),
                Account.disabled_at.is_(None),
            )
            .order_by(RoleGrant.id)
            .with_for_update()
        )
    )


def revoke_role(session: Session, actor: Actor, grant_id: int, *, reason: str, now: datetime) -> None:
    """Take a role back. Raises NotFound, Refused `role-gone` when it was taken back before, and Refused

    `last-administrator` when it is the actor's own last administrator role or the last one of the site.
    """
    seats = _administrators(session)
    grant = session.scalar(
        select(RoleGrant).where(RoleGrant.id == grant_id).execution_options(populate_existing=True).with_for_update()
    )
    if grant is None:
        raise NotFound
    if grant.revoked_at is not None:
        raise Refused("role-gone", N_("This role has already been taken back."))
    if grant.role == Role.ADMINISTRATOR:
        left = [seat for seat in seats if seat.id != grant.id]
        own = [seat for seat in left if seat.account_id == actor.account_id]
        if not left or (grant.account_id == actor.account_id and not own):
            raise Refused("last-administrator", N_("You cannot take away the last administrator role you hold."))
    grant.revoked_at = now
    record(
        session, actor, "accounts.role.revoked", ("account", grant.account_id), now=now, reason=reason,
        before={"role": grant.role, "unit_id": grant.unit_id},
    )  # fmt: skip


def end_sessions(session: Session, actor: Actor, account_id: int, *, reason: str, now: datetime) -> int:
    """Sign an account out everywhere; returns how many sessions ended."""
    ended = session.execute(
        update(AccountSession)
        .where(AccountSession.account_id == account_id, AccountSession.ended_at.is_(None))
        .values(ended_at=now)
        .returning(AccountSession.id)
    )
    count = len(ended.all())
    record(
        session, actor, "accounts.sessions.ended", ("account", account_id), now=now, reason=reason,
        after={"sessions": count},
    )  # fmt: skip
    return count


def disable(session: Session, actor: Actor, account_id: int, *, reason: str, now: datetime) -> None:
    """Close an account: its sessions end, its tokens and invitations stop working; what it did stays.

    Raises NotFound, Refused `own-account` for oneself, `already-disabled`, `last-administrator`.
    """
    if account_id == actor.account_id:
        raise Refused("own-account", N_("You cannot disable the account you are using."))
    seats = _administrators(session)
    account = _account(session, account_id)
    if account.disabled_at is not None:
        raise Refused("already-disabled", N_("This account is already disabled."))
    if seats and all(seat.account_id == account_id for seat in seats):
        raise Refused("last-administrator", N_("This account is the last administrator; the site would have none."))
    account.disabled_at = now
    revoke_invitations(session, account_id, now)
    record(session, actor, "accounts.account.disabled", ("account", account_id), now=now, reason=reason)
    end_sessions(session, actor, account_id, reason=reason, now=now)


def enable(session: Session, actor: Actor, account_id: int, *, reason: str, now: datetime) -> None:
    """Reopen an account, with the password and roles it had. Raises NotFound, Refused `not-disabled`."""
    account = _account(session, account_id)
    if account.disabled_at is None:
        raise Refused("not-disabled", N_("This account is not disabled."))
    account.disabled_at = None
    record(session, actor, "accounts.account.enabled", ("account", account_id), now=now, reason=reason)


def unlock(session: Session, actor: Actor, account_id: int, *, reason: str, now: datetime) -> None:
    """Let an account that waits after failed attempts try again at once; the count of failures starts anew."""
    account = _account(session, account_id)
    before = {"failures": account.failures, "locked_until": account.locked_until}
    account.failures, account.locked_until = 0, None
    record(session, actor, "accounts.account.unlocked", ("account", account_id), now=now, reason=reason, before=before)
