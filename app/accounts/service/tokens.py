"""Bearer tokens of connected systems: shown once, kept as a hash, lapsing on a day."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import passwords
from app.accounts.models import Account, ApiToken
from app.core.errors import N_, Invalid, NotFound, Refused
from app.core.permissions import Actor
from app.ledger.service import record

MARK = "cz_"
SHOWN = 10


def issue_token(
    session: Session, actor: Actor, account_id: int, title: str, *, expires_at: datetime | None, now: datetime
) -> str:
    """Make a token for a connected system and return it: the only time it can be read.

    Raises NotFound, Refused `not-a-system` or `account-disabled`, Invalid `token-lapsed` (field days).
    """
    account = session.get(Account, account_id)
    if account is None:
        raise NotFound
    if not account.is_system:
        raise Refused("not-a-system", N_("Only a connected system has tokens; people sign in."))
    if account.disabled_at is not None:
        raise Refused("account-disabled", N_("This account is disabled; enable it first."))
    if expires_at is not None and expires_at <= now:
        raise Invalid("token-lapsed", N_("The token would have lapsed already."), field="days")
    token = MARK + passwords.new_token()
    row = ApiToken(
        account_id=account_id, token_hash=passwords.token_hash(token), prefix=token[:SHOWN], title=title,
        created_at=now, expires_at=expires_at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(
        session, actor, "accounts.token.issued", ("account", account_id), now=now,
        after={"token": row.id, "title": title, "expires_at": expires_at},
    )  # fmt: skip
    return token


def revoke_token(session: Session, actor: Actor, account_id: int, token_id: int, *, reason: str, now: datetime) -> None:
    """Make a token of an account worthless at once. Raises NotFound, Refused `token-gone` when it already is."""
    row = session.scalar(
        select(ApiToken).where(ApiToken.id == token_id, ApiToken.account_id == account_id).with_for_update()
    )
    if row is None:
        raise NotFound
    if row.revoked_at is not None:
        raise Refused("token-gone", N_("This token has already been revoked."))
    row.revoked_at = now
    record(
        session, actor, "accounts.token.revoked", ("account", account_id), now=now, reason=reason,
        before={"token": row.id, "title": row.title},
    )  # fmt: skip
