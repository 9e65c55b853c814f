"""A key revoked: a row of the register with the moment and the reason. Opens no private key, so the web may do it.

The sealing process publishes the lists that tell strangers within seconds.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.core.errors import N_, Forbidden, Invalid, Refused
from app.core.permissions import Actor, P
from app.credentials.models import KeyRevocation
from app.credentials.queries.register import KeyRow, key_of
from app.credentials.service.issuing import confirm
from app.ledger.service import record
from certificates.crl import Reason

REASONS = (
    Reason.KEY_COMPROMISE, Reason.CA_COMPROMISE, Reason.SUPERSEDED, Reason.CESSATION_OF_OPERATION,
    Reason.AFFILIATION_CHANGED, Reason.UNSPECIFIED,
)  # fmt: skip
LONGEST = 500


@dataclass(frozen=True, slots=True)
class KeyOrder:
    """Why a key is revoked: a reason of RFC 5280, 5.3.1, words, and since when it is known or feared to be in other
    hands (aware; None: since now).
    """

    reason: Reason
    words: str
    since: datetime | None = None


def may_revoke(actor: Actor) -> bool:
    """Whether somebody may revoke a key of the whole site: an administrator, or who issues everywhere."""
    return actor.may(P.ACCOUNTS_MANAGE) or actor.scope(P.CREDENTIALS_ISSUE) is None


def revoke_key(
    session: Session, actor: Actor, serial: str, order: KeyOrder, *, password: str | None = None, now: datetime
) -> KeyRow:
    """Revoke a key for good. What a time stamp places before `order.since` stays good, everything else falls.

    Raises NotFound `unknown-key`, Forbidden, Invalid `password-wrong`, `reason-missing` or `since-future`, Refused
    `key-revoked` or `key-root`.
    """
    if not may_revoke(actor):
        raise Forbidden
    confirm(session, actor, password)
    row, words = key_of(session, serial), " ".join(order.words.split())
    _require(row, order, words, now)
    session.add(
        KeyRevocation(
            key_id=row.id, revoked_at=now, compromised_since=order.since, reason=order.reason.value, words=words,
            recorded_at=now, recorded_by=actor.label,
        )
    )  # fmt: skip
    session.flush()
    record(
        session, actor, "credentials.key.revoked", ("key", row.serial), now=now, reason=words,
        after={
            "purpose": row.purpose, "reason": order.reason.value,
            "compromised_since": order.since.isoformat() if order.since else None,
        },
    )  # fmt: skip
    return key_of(session, serial)


def _require(row: KeyRow, order: KeyOrder, words: str, now: datetime) -> None:
    if row.revoked_at is not None:
        raise Refused("key-revoked", N_("This key is revoked already; a revocation stands for good."))
    if row.purpose == "root":
        raise Refused(
            "key-root", N_("No list can revoke a root: tell everybody who trusts it, and begin again with new keys.")
        )
    if not 0 < len(words) <= LONGEST:
        raise Invalid("reason-missing", N_("State the reason."), field="words")
    if order.since is not None and order.since > now:
        raise Invalid("since-future", N_("This moment lies in the future."), field="since")
