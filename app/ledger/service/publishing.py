"""Checkpoints: what the log says of itself, signed, and time-stamped once a day."""

import logging
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from app.core.database import insert_into
from app.core.errors import N_, Refused
from app.ledger.models import LedgerCheckpoint, LedgerStamp
from app.ledger.queries import CheckpointRow, checkpoint, last_stamped, read_nodes
from app.ledger.service.growing import grow
from certificates.translog.note import Checkpoint, Verifier
from certificates.translog.tree import Tree

STAMPED_EVERY = timedelta(days=1)
log = logging.getLogger("chizheng.ledger")


def origin_of(site_url: str) -> str:
    """The name of the site's log: its address without the scheme, and /log."""
    return f"{site_url.partition('://')[2]}/log"


def publish(session: Session, key: Ed25519PrivateKey, origin: str, now: datetime) -> CheckpointRow | None:
    """Sign a checkpoint of the log as it stands; None when nothing was appended since the last, or nothing ever was.

    Raises Refused `log-contradicts` when the log no longer contains what was signed before: such a log signs nothing
    more (C2SP tlog-checkpoint).
    """
    last, tree = checkpoint(session), grow(session)
    if tree.size == 0 or (last and (last.size, last.origin) == (tree.size, origin)):
        return None
    if last is not None:
        _check_contains(session, tree, last)
    told = Checkpoint(origin, tree.size, tree.root())
    values = {
        "origin": origin, "size": told.size, "root": told.root, "note": told.signed(key),
        "key": str(Verifier.of(origin, key.public_key())), "made_at": now,
    }  # fmt: skip
    session.execute(insert_into(session, LedgerCheckpoint).values(**values).on_conflict_do_nothing())
    return checkpoint(session)


def _check_contains(session: Session, tree: Tree, last: CheckpointRow) -> None:
    if last.size > tree.size or _root_at(session, last.size) != last.root:
        raise Refused(
            "log-contradicts",
            N_("The log no longer contains what its last checkpoint says. Nothing was signed; run ledger verify."),
        )


def _root_at(session: Session, size: int) -> bytes:
    return Tree.kept(size, lambda nodes: read_nodes(session, nodes)).root()


def stamp_wanted(session: Session, now: datetime) -> CheckpointRow | None:
    """The newest checkpoint when the last time stamp is a day old and it has none; else None."""
    newest, last = checkpoint(session), last_stamped(session)
    if newest is None or newest.stamped_at is not None or (last is not None and now - last < STAMPED_EVERY):
        return None
    return newest


def take_stamp(session: Session, checkpoint_id: int, token: bytes, now: datetime) -> bool:
    """Keep the time-stamp token over a checkpoint; False when it already has one."""
    row = insert_into(session, LedgerStamp).values(checkpoint_id=checkpoint_id, token=token, stamped_at=now)
    return session.scalar(row.on_conflict_do_nothing().returning(LedgerStamp.id)) is not None
