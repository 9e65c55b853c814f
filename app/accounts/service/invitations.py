"""Ways in: a link by mail with which somebody chooses their own password, once, within seven days."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import passwords
from app.accounts.models import Account, Invitation
from app.accounts.policy import INVITATION_LIMIT
from app.accounts.queries import OPEN_INVITATION
from app.accounts.service.mail import withdraw_letter, write_mail
from app.accounts.service.people import set_password
from app.core.errors import N_, Invalid, NotFound, Refused
from app.core.permissions import Actor
from app.ledger.service import record

SUBJECT = "持证：请设置登录密码 / Chizheng: choose your password"
LETTER = """{display_name}：

您在“持证”行政执法资格登记系统的账户已经开通，用户名：{username}。
请在七天内打开下面的链接，设置您自己的密码：

{link}

链接只能使用一次。如您不知道此事，请不要打开，并告知本单位的系统管理员。

----

Dear {display_name},

your account in Chizheng, the registry of administrative enforcement qualifications, is ready. User name: {username}.
Please open this link within seven days and choose your own password:

{link}

The link works once. If you do not know what this is about, leave it and tell the administrator of your agency.
"""


def _letter_key(invitation: Invitation) -> str:
    return f"invitation:{invitation.id}"


def revoke_invitations(session: Session, account_id: int, now: datetime) -> int:
    """Make every open invitation of an account worthless and take its letter back; returns how many there were."""
    held = session.scalars(
        select(Invitation).where(
            Invitation.account_id == account_id, Invitation.used_at.is_(None), Invitation.revoked_at.is_(None)
        )
    ).all()
    for invitation in held:
        invitation.revoked_at = now
        withdraw_letter(session, _letter_key(invitation))
    session.flush()
    return len(held)


def invite(session: Session, actor: Actor, account_id: int, site_url: str, now: datetime) -> str:
    """Write somebody a letter with a link to choose a password; earlier links stop working. Returns the link's token.

    Only the token's hash is kept, and the letter's text only until it has left. Raises Refused `system-account` or
    `account-disabled`, Invalid `mail-missing` (field email).
    """
    account = session.get(Account, account_id)
    if account is None:
        raise NotFound
    if account.is_system:
        raise Refused("system-account", N_("A connected system signs in by token, not by password."))
    if account.disabled_at is not None:
        raise Refused("account-disabled", N_("This account is disabled; enable it first."))
    if not account.email:
        raise Invalid("mail-missing", N_("This account has no mail address to write to."), field="email")
    revoke_invitations(session, account_id, now)
    token = passwords.new_token()
    invitation = Invitation(
        account_id=account_id, token_hash=passwords.token_hash(token), created_at=now, expires_at=now + INVITATION_LIMIT
    )
    session.add(invitation)
    session.flush()
    body = LETTER.format(
        display_name=account.display_name, username=account.username, link=f"{site_url}/invitation/{token}"
    )
    write_mail(
        session, key=_letter_key(invitation), recipient=account.email, subject=SUBJECT, body=body, now=now, secret=True
    )
    after = {"expires_at": invitation.expires_at}
    record(session, actor, "accounts.invitation.sent", ("account", account_id), now=now, after=after)
    return token


def accept(session: Session, token: str, password: str, profile: str, now: datetime) -> str:
    """Choose the password that an invitation asks for; the invitation is used up. Returns the user name.

    Raises NotFound `invitation-void` when the token is unknown, used, revoked or lapsed or its account disabled, and
    Invalid with a fault of the password, which leaves the invitation open.
    """
    row = session.execute(
        select(Invitation, Account)
        .join(Account, Account.id == Invitation.account_id)
        .where(Invitation.token_hash == passwords.token_hash(token), Invitation.expires_at > now, *OPEN_INVITATION)
        .with_for_update()
    ).first()
    if row is None:
        raise void()
    invitation, account = row.Invitation, row.Account
    who = Actor(label=account.username, account_id=account.id)
    set_password(session, who, account.id, password, profile=profile, now=now)
    invitation.used_at, account.failures, account.locked_until = now, 0, None
    record(session, who, "accounts.invitation.accepted", ("account", account.id), now=now)
    username: str = account.username
    return username


def void() -> NotFound:
    """What is said of every invitation that does not work, whatever the cause."""
    return NotFound(
        "invitation-void",
        N_(
            "This invitation does not work: it was used, has lapsed or was replaced. "
            "Ask your administrator for a new one."
        ),
    )
