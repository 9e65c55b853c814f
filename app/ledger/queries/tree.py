"""The tree over the entries: nodes, checkpoints, and proofs for whoever asks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import Session

from app.core.errors import N_, Invalid, NotFound, Refused
from app.ledger.models import LedgerCheckpoint, LedgerEntry, LedgerHead, LedgerNode, LedgerStamp
from certificates.translog.bundle import Proof
from certificates.translog.dump import Line
from certificates.translog.tree import Node, consistency_proof, inclusion_proof

LARGEST = 2**31 - 1


@dataclass(frozen=True)
class CheckpointRow:
    """A checkpoint as it was published: `note` is the signed text, `key` the line of the key that signed it."""

    id: int
    origin: str
    size: int
    root: bytes
    note: str
    key: str
    made_at: datetime
    stamped_at: datetime | None


def content(row: Mapping[str, Any]) -> dict[str, Any]:
    """What of an entry is hashed into its leaf: everything but the salt, under the names of the columns."""
    return {
        "sequence": row["sequence"],
        "recorded_at": row["recorded_at"].astimezone(UTC).isoformat(),
        "actor_account_id": row["actor_account_id"],
        "actor_label": row["actor_label"],
        "event": row["event"],
        "subject_type": row["subject_type"],
        "subject_id": row["subject_id"],
        "unit_id": row["unit_id"],
        "before": row["before"],
        "after": row["after"],
        "reason": row["reason"],
    }


def size(session: Session) -> int:
    """How many entries there are."""
    return session.scalar(select(LedgerHead.size).where(LedgerHead.id == 1)) or 0


def covered(session: Session) -> int:
    """Of how many leaves the complete nodes are kept; an even number."""
    last = session.scalar(select(func.max(LedgerNode.place)).where(LedgerNode.level == 1))
    return 0 if last is None else 2 * (last + 1)


def read_nodes(session: Session, nodes: Sequence[Node]) -> dict[Node, bytes]:
    """The hashes of complete nodes, leaves among them."""
    leaves = [place + 1 for level, place in nodes if level == 0]
    above = [node for node in nodes if node[0]]
    kept = select(LedgerNode.level, LedgerNode.place, LedgerNode.hash)
    kept = kept.where(tuple_(LedgerNode.level, LedgerNode.place).in_(above))
    found = {(level, place): hashed for level, place, hashed in session.execute(kept)} if above else {}
    own = select(LedgerEntry.sequence, LedgerEntry.leaf).where(LedgerEntry.sequence.in_(leaves))
    return found | ({(0, number - 1): leaf for number, leaf in session.execute(own)} if leaves else {})


def _checkpoints() -> Select[LedgerCheckpoint, datetime]:
    return (
        select(LedgerCheckpoint, LedgerStamp.stamped_at)
        .outerjoin(LedgerStamp, LedgerStamp.checkpoint_id == LedgerCheckpoint.id)
        .order_by(LedgerCheckpoint.id.desc())
    )


def _checkpoint(one: LedgerCheckpoint, stamped_at: datetime | None) -> CheckpointRow:
    return CheckpointRow(one.id, one.origin, one.size, one.root, one.note, one.key, one.made_at, stamped_at)


def checkpoint(session: Session, of_size: int | None = None) -> CheckpointRow | None:
    """The newest checkpoint, or the newest of a size; None where there is none."""
    query = _checkpoints() if of_size is None else _checkpoints().where(LedgerCheckpoint.size == of_size)
    found = session.execute(query.limit(1)).first()
    return _checkpoint(*found) if found else None


def checkpoints(session: Session, limit: int = 20, *, stamped: bool = False) -> list[CheckpointRow]:
    """The newest checkpoints, or the newest of those with a time stamp."""
    query = _checkpoints().where(LedgerStamp.id.is_not(None)) if stamped else _checkpoints()
    return [_checkpoint(*row) for row in session.execute(query.limit(limit))]


def last_stamped(session: Session) -> datetime | None:
    """When a checkpoint was last time-stamped."""
    return session.scalar(select(func.max(LedgerStamp.stamped_at)))


def stamp(session: Session, of_size: int) -> bytes:
    """The time-stamp token over the checkpoint of a size. Raises NotFound."""
    found = session.scalar(
        select(LedgerStamp.token)
        .join(LedgerCheckpoint, LedgerCheckpoint.id == LedgerStamp.checkpoint_id)
        .where(LedgerCheckpoint.size == of_size)
        .order_by(LedgerCheckpoint.id.desc())
    )
    if found is None:
        raise NotFound("log-stamp-none", N_("No checkpoint of this size has a time stamp."))
    return found


def log_keys(session: Session) -> list[str]:
    """The lines of the public keys that have signed checkpoints, the newest first; what they say of themselves."""
    newest = func.max(LedgerCheckpoint.id)
    return list(session.scalars(select(LedgerCheckpoint.key).group_by(LedgerCheckpoint.key).order_by(newest.desc())))


def published(session: Session, of_size: int | None) -> CheckpointRow:
    """The checkpoint of a size, or the newest. Raises NotFound."""
    found = checkpoint(session, of_size)
    if found is None:
        raise NotFound(
            "log-checkpoint-none", N_("There is no checkpoint of this size. Ask for the newest one without a size.")
        )
    return found


def _number(name: str, value: int) -> int:
    if value < 1:
        raise Invalid("log-size-zero", N_("Counting begins with 1: nothing can be proved of an empty log."), field=name)
    if value > LARGEST:
        raise Invalid("log-number-unusable", N_("This is not the number of an entry or a size of the log."), field=name)
    return value


def inclusion(session: Session, sequence: int, of_size: int | None = None) -> Proof:
    """The proof, without the entry's content, that an entry is in the log of a checkpoint.

    Raises Invalid for a number below 1, NotFound where no such checkpoint is, Refused `log-not-yet` while no checkpoint
    reaches the entry.
    """
    _number("sequence", sequence)
    told = published(session, of_size if of_size is None else _number("size", of_size))
    leaf = session.scalar(select(LedgerEntry.leaf).where(LedgerEntry.sequence == sequence))
    if leaf is None or sequence > told.size:
        raise Refused(
            "log-not-yet",
            N_("This checkpoint covers %(size)s entries; the one asked for is not among them. Ask again later."),
            size=told.size,
        )
    path = inclusion_proof(sequence - 1, told.size, lambda nodes: read_nodes(session, nodes))
    return Proof(Line(sequence, leaf), path, told.note)


def proof(session: Session, sequence: int) -> Proof:
    """The proof that an entry is in the log of the newest checkpoint, with the entry and its salt. Raises as above.

    Whoever gets it can read the entry: it is for auditors and for those whom the entry is about.
    """
    bare = inclusion(session, sequence)
    one = session.get_one(LedgerEntry, sequence)
    return Proof(
        Line(sequence, bare.line.leaf, content(vars(one)), bytes.fromhex(one.salt)), bare.path, bare.note
    )  # fmt: skip


def proof_if_any(session: Session, sequence: int) -> Proof | None:
    """The same, or None while no checkpoint covers the entry."""
    told = checkpoint(session)
    return proof(session, sequence) if told is not None and sequence <= told.size else None


def proof_of_subject(session: Session, subject_type: str, subject_id: object, event: str) -> Proof | None:
    """The proof of the last entry of this event about a thing; None until a checkpoint covers it."""
    number = session.scalar(
        select(func.max(LedgerEntry.sequence)).where(
            LedgerEntry.subject_type == subject_type,
            LedgerEntry.subject_id == str(subject_id),
            LedgerEntry.event == event,
        )
    )
    return None if number is None else proof_if_any(session, number)


def consistency(
    session: Session, first: int, second: int | None = None
) -> tuple[tuple[bytes, ...], CheckpointRow]:  # fmt: skip
    """The path that proves the log of `second` entries to begin with that of `first`, and the checkpoint of `second`.

    Raises Invalid for a size of 0 or a first size beyond the second, NotFound where no such checkpoint is.
    """
    _number("first", first)
    told = published(session, second if second is None else _number("second", second))
    if first > told.size:
        raise Invalid("log-order", N_("The first size must not be larger than the second."), field="first")
    return consistency_proof(first, told.size, lambda nodes: read_nodes(session, nodes)), told
