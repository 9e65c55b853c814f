"""What an administrator does about access, within the units they administer: the registry knows units and people."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.policy import Role
from app.core.errors import N_, Forbidden, Invalid, NotFound, Refused
from app.core.permissions import Actor, P
from app.registry.queries import people_by_codes, unit_by_code
from app.registry.queries.access import AccessRow, access_row

USERNAME = re.compile(r"[a-z][a-z0-9._-]{1,39}")
MAIL = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+\.[^@\s<>,;\".]+")


@dataclass(frozen=True)
class Invited:
    """Somebody to invite; `person_code` may be empty, `unit_code` empty means everywhere."""

    username: str
    display_name: str
    email: str
    person_code: str
    role: Role
    unit_code: str


def _usable_name(username: str) -> str:
    name = username.strip().lower()
    if not USERNAME.fullmatch(name):
        raise Invalid(
            "username-form",
            N_("A user name has 2 to 40 of: small letters, digits, dot, hyphen, underscore; it begins with a letter."),
            field="username",
        )
    return name


def _usable_mail(email: str) -> str:
    mail = email.strip()
    if not MAIL.fullmatch(mail) or len(mail) > 254:
        raise Invalid("mail-form", N_("This is not a mail address."), field="email")
    return mail


def _unit_id(session: Session, actor: Actor, unit_code: str) -> int | None:
    """The unit a role is to hold over; only those who administer everywhere may say everywhere."""
    scope = actor.scope(P.ACCOUNTS_MANAGE)
    if not unit_code:
        if scope is not None:
            raise Invalid("beyond-scope", N_("Choose one of the units you administer."), field="unit")
        return None
    try:
        return unit_by_code(session, unit_code, scope).id
    except NotFound as error:
        raise Invalid("unit-unknown", N_("There is no such unit among those you administer."), field="unit") from error


def _person_id(session: Session, actor: Actor, code: str, today: date) -> int | None:
    if not code:
        return None
    found = people_by_codes(session, [code.strip().upper()], today, actor.scope(P.ACCOUNTS_MANAGE))
    if not found:
        raise Invalid(
            "person-unknown", N_("There is nobody with this code in the units you administer."), field="person"
        )
    return found[0].id


def _whole(session: Session, actor: Actor, username: str, now: datetime, today: date) -> AccessRow:
    """An account that lies within the actor's administration with every role it holds.

    Raises NotFound when it is none of the actor's business, Forbidden `beyond-scope` when it reaches beyond.
    """
    row = access_row(session, username, now, today, actor.scope(P.ACCOUNTS_MANAGE))
    if not row.all_mine:
        raise Forbidden("beyond-scope", N_("This account holds roles beyond the units you administer."))
    return row


def invite_person(session: Session, actor: Actor, wanted: Invited, *, site_url: str, now: datetime, today: date) -> int:
    """Make an account with a first role and write its owner a letter; returns the account's id.

    Raises Invalid `username-form`, `mail-form`, `person-unknown`, `unit-unknown`, `beyond-scope`, `role-for-systems`,
    Refused `username-taken`, `person-has-account`.
    """
    if wanted.role is Role.SYSTEM:
        raise Invalid("role-for-systems", N_("This role is for connected systems only."), field="role")
    unit_id = _unit_id(session, actor, wanted.unit_code)
    account_id = accounts.create_account(
        session, actor, username=_usable_name(wanted.username), display_name=wanted.display_name,
        email=_usable_mail(wanted.email), person_id=_person_id(session, actor, wanted.person_code, today), now=now,
    )  # fmt: skip
    accounts.grant_role(session, actor, account_id, wanted.role, unit_id, now=now)
    accounts.invite(session, actor, account_id, site_url, now)
    return account_id


def connect_system(
    session: Session, actor: Actor, username: str, display_name: str, unit_code: str, *, now: datetime
) -> int:
    """Make the account of a connected system over a unit; it enters by tokens. Returns its id; raises as above."""
    unit_id = _unit_id(session, actor, unit_code)
    account_id = accounts.create_account(
        session, actor, username=_usable_name(username), display_name=display_name, is_system=True, now=now
    )
    accounts.grant_role(session, actor, account_id, Role.SYSTEM, unit_id, now=now)
    return account_id


def grant(
    session: Session,
    actor: Actor,
    username: str,
    role: Role,
    unit_code: str,
    *,
    reason: str,
    now: datetime,
    today: date,
) -> None:
    """Give a role over a unit of the actor's own administration.

    Raises NotFound, Invalid `unit-unknown` or `beyond-scope`, Refused `role-for-systems` or `role-for-people`.
    """
    account = access_row(session, username, now, today, actor.scope(P.ACCOUNTS_MANAGE)).account
    if role is Role.SYSTEM and not account.is_system:
        raise Refused("role-for-systems", N_("This role is for connected systems only."), field="role")
    if account.is_system and role is not Role.SYSTEM:
        raise Refused("role-for-people", N_("A connected system cannot hold this role."), field="role")
    unit_id = _unit_id(session, actor, unit_code)
    accounts.grant_role(session, actor, account.id, role, unit_id, now=now, reason=reason)


def revoke(
    session: Session, actor: Actor, username: str, grant_id: int, *, reason: str, now: datetime, today: date
) -> None:
    """Take a role back that lies within the actor's administration.

    Raises NotFound, Forbidden `beyond-scope`, Refused `last-administrator` or `role-gone`.
    """
    row = access_row(session, username, now, today, actor.scope(P.ACCOUNTS_MANAGE))
    held = next((role for role in row.roles if role.grant.id == grant_id), None)
    if held is None:
        raise NotFound
    if not held.mine:
        raise Forbidden("beyond-scope", N_("This role reaches beyond the units you administer."))
    accounts.revoke_role(session, actor, grant_id, reason=reason, now=now)


ACTS: dict[str, Callable[..., object]] = {
    "disable": accounts.disable,
    "enable": accounts.enable,
    "unlock": accounts.unlock,
    "sign-out": accounts.end_sessions,
}


def act(session: Session, actor: Actor, username: str, deed: str, *, reason: str, now: datetime, today: date) -> None:
    """Disable, enable, unlock or sign out everywhere (`ACTS`) an account that lies wholly within one's administration.

    Raises NotFound, Forbidden `beyond-scope`, and what the deed itself raises.
    """
    row = _whole(session, actor, username, now, today)
    ACTS[deed](session, actor, row.account.id, reason=reason, now=now)


def invite_again(session: Session, actor: Actor, username: str, *, site_url: str, now: datetime, today: date) -> None:
    """Write a new letter with a new link; the earlier ones stop working. Raises as `act` and `accounts.invite` do."""
    accounts.invite(session, actor, _whole(session, actor, username, now, today).account.id, site_url, now)


def issue_token(
    session: Session, actor: Actor, username: str, title: str, *, days: int, now: datetime, today: date
) -> str:
    """Make a token of a connected system that lapses after some days; returns it, to be shown once."""
    account_id = _whole(session, actor, username, now, today).account.id
    return accounts.issue_token(session, actor, account_id, title, expires_at=now + timedelta(days=days), now=now)


def revoke_token(
    session: Session, actor: Actor, username: str, token_id: int, *, reason: str, now: datetime, today: date
) -> None:
    """Make a token worthless at once. Raises NotFound, Forbidden `beyond-scope`, Refused `token-gone`."""
    account_id = _whole(session, actor, username, now, today).account.id
    accounts.revoke_token(session, actor, account_id, token_id, reason=reason, now=now)
