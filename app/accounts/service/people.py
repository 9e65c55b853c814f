"""Accounts and their roles."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts import passwords
from app.accounts.models import Account, AccountSession, RoleGrant
from app.accounts.policy import PROFILES, Role, password_faults
from app.core.errors import N_, Invalid, Refused
from app.core.permissions import Actor
from app.ledger.service import record

FAULT_WORDS = {
    "too-short": N_("The password is too short; use at least %(shortest)s characters."),
    "too-long": N_("The password is too long; use at most %(longest)s characters."),
    "too-plain": N_(
        "Mix at least %(kinds)s of: small letters, capitals, digits, signs; and do not repeat a few characters."
    ),
    "guessable": N_("The password contains a word that is guessed first."),
    "has-name": N_("The password contains the user name."),
}


def create_account(
    session: Session,
    actor: Actor,
    *,
    username: str,
    display_name: str,
    now: datetime,
    email: str = "",
    person_id: int | None = None,
    is_system: bool = False,
    one_time_password: str | None = None,
) -> int:
    """Make an account; without a one-time password it can only be entered by invitation. Returns its id.

    Raises Refused `username-taken` or `person-has-account`.
    """
    username = username.strip().lower()
    if session.scalar(select(Account.id).where(Account.username == username)) is not None:
        raise Refused("username-taken", N_("There is already an account with this user name."), field="username")
    if person_id is not None and session.scalar(select(Account.id).where(Account.person_id == person_id)) is not None:
        raise Refused("person-has-account", N_("This person already has an account."), field="person")
    account = Account(
        username=username, display_name=display_name, email=email, person_id=person_id, is_system=is_system,
        password_hash=passwords.hash_password(one_time_password) if one_time_password else "",
        password_changed_at=now, must_change=True, created_at=now,
    )  # fmt: skip
    session.add(account)
    session.flush()
    record(
        session, actor, "accounts.account.created", ("account", account.id), now=now,
        after={"username": username, "person_id": person_id, "is_system": is_system},
    )  # fmt: skip
    return account.id


def grant_role(
    session: Session, actor: Actor, account_id: int, role: Role, unit_id: int | None, *, now: datetime, reason: str = ""
) -> None:
    """Give an account a role over a unit and all below it, or everywhere; giving it twice changes nothing."""
    unit_matches = RoleGrant.unit_id.is_(None) if unit_id is None else RoleGrant.unit_id == unit_id
    held = session.scalar(
        select(RoleGrant.id).where(
            RoleGrant.account_id == account_id,
            RoleGrant.role == role.value,
            unit_matches,
            RoleGrant.revoked_at.is_(None),
        )
    )
    if held is not None:
        return
    session.add(
        RoleGrant(account_id=account_id, role=role.value, unit_id=unit_id, granted_at=now, granted_by=actor.label)
    )
    record(
        session, actor, "accounts.role.granted", ("account", account_id), now=now, reason=reason,
        after={"role": role, "unit_id": unit_id},
    )  # fmt: skip


def set_password(
    session: Session,
    actor: Actor,
    account_id: int,
    password: str,
    *,
    profile: str,
    now: datetime,
    keep_session: int | None = None,
) -> None:
    """Replace a password and end every other session of the account. Raises Invalid naming the first fault."""
    account = session.get_one(Account, account_id)
    rules = PROFILES[profile]
    faults = password_faults(password, account.username, rules)
    if faults:
        raise Invalid(
            f"password-{faults[0]}", FAULT_WORDS[faults[0]], field="password",
            shortest=rules.shortest, longest=rules.longest, kinds=rules.kinds,
        )  # fmt: skip
    if account.password_hash and passwords.password_matches(account.password_hash, password):
        raise Invalid("password-same", N_("Choose a password other than the present one."), field="password")
    account.password_hash, account.password_changed_at, account.must_change = (
        passwords.hash_password(password),
        now,
        False,
    )
    ended = update(AccountSession).where(AccountSession.account_id == account_id, AccountSession.ended_at.is_(None))
    if keep_session is not None:
        ended = ended.where(AccountSession.id != keep_session)
    session.execute(ended.values(ended_at=now))
    record(session, actor, "accounts.password.changed", ("account", account_id), now=now)


def change_password(
    session: Session,
    actor: Actor,
    current: str,
    password: str,
    *,
    profile: str,
    now: datetime,
    keep_session: int | None,
) -> None:
    """Replace one's own password, knowing the present one. Raises Invalid `password-wrong`, or a fault of the new."""
    confirm_password(session, actor, current)
    set_password(session, actor, actor.account_id or 0, password, profile=profile, now=now, keep_session=keep_session)


def confirm_password(session: Session, actor: Actor, password: str) -> None:
    """Make sure that whoever acts still knows the password, before a grave act. Raises Invalid `password-wrong`."""
    account = session.get(Account, actor.account_id) if actor.account_id else None
    if account is None or not passwords.password_matches(account.password_hash, password):
        raise Invalid("password-wrong", N_("The password is not right."), field="current")
