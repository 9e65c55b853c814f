"""Check that nobody has rewritten the ledger: entries, leaves, tree, and every checkpoint that was signed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import N_
from app.ledger.models import LedgerCheckpoint, LedgerEntry, LedgerNode
from app.ledger.queries import content, size
from certificates.translog.entries import entry_leaf
from certificates.translog.errors import LogInvalid
from certificates.translog.note import Checkpoint, Verifier
from certificates.translog.tree import Tree

AT_ONCE = 500
FAULTS = {
    "ledger-entry": N_("Entry %(place)s is not as it was written, or is not there."),
    "ledger-head": N_("The count of entries does not fit the entries: %(place)s is the first that is not right."),
    "ledger-node": N_("The tree's nodes do not follow from the entries, first at entry %(place)s."),
    "ledger-root": N_("The first %(place)s entries do not give the root that was signed in a checkpoint."),
    "ledger-shorter": N_("The log was published with %(place)s entries, and there are fewer: the last ones are gone."),
    "ledger-signature": N_("The checkpoint of %(place)s entries does not carry the log's own signature."),
}


@dataclass(frozen=True)
class Examined:
    """What was found: entries sound from the first on, checkpoints that agree, and the first fault, by code.

    `place` is the entry or the size at which the fault lies. `signatures` says whether they could be checked.
    """

    sound: int
    checkpoints: int
    signatures: bool
    fault: str = ""
    place: int = 0

    def words(self) -> str:
        """The fault as a sentence, in English."""
        return FAULTS[self.fault] % {"place": self.place} if self.fault else ""


class _Fault(Exception):
    def __init__(self, code: str, place: int) -> None:
        super().__init__(code)
        self.code, self.place = code, place


@dataclass
class _Examination:
    """One walk over the entries, with the nodes and the checkpoints beside them in the order in which they fall due."""

    nodes: Iterator[Any]
    published: list[tuple[int, bytes]]
    tree: Tree = field(default_factory=Tree)
    agreed: int = 0
    all_nodes: bool = True

    def take(self, row: Any) -> None:  # noqa: ANN401 - a row of the entries
        """One entry: its place, its leaf, the nodes it completes, the checkpoints of its size. Raises _Fault."""
        place = self.tree.size + 1
        if row.sequence != place or entry_leaf(content(row._asdict()), bytes.fromhex(row.salt)) != row.leaf:
            raise _Fault("ledger-entry", place)
        for completed in self.tree.append(row.leaf):
            kept = next(self.nodes, None)
            self.all_nodes = self.all_nodes and kept is not None
            if kept is not None and tuple(kept) != completed:
                raise _Fault("ledger-node", place)
        while self.published and self.published[0][0] == place:
            self._agree(place)

    def _agree(self, place: int) -> None:
        if self.published.pop(0)[1] != self.tree.root():
            raise _Fault("ledger-root", place)
        if not self.all_nodes:
            raise _Fault("ledger-node", place)
        self.agreed += 1

    def end(self) -> None:
        """Nothing may be left over. Raises _Fault."""
        if self.published:
            raise _Fault("ledger-shorter", self.published[0][0])
        if next(self.nodes, None) is not None:
            raise _Fault("ledger-node", self.tree.size + 1)


def examine(
    session: Session, keys: Sequence[bytes] | None = None, published: Sequence[Checkpoint] = ()
) -> Examined:  # fmt: skip
    """Walk over all entries and find the first thing that is not as it was written or published.

    `keys` are the log's public keys (32 bytes each), by which every stored checkpoint must be signed; None leaves the
    signatures unchecked. `published` are checkpoints kept elsewhere, signatures already checked. Sound while others
    write: what was counted first must be met on the way.
    """
    promised = size(session)
    try:
        stored = _stored(session, keys)
    except _Fault as fault:
        return Examined(0, 0, signatures=True, fault=fault.code, place=fault.place)
    told = sorted([*stored, *((one.size, one.root) for one in published if one.size)])
    with _nodes(session) as nodes:
        walk = _Examination(iter(nodes), told)
        try:
            _walk(session, walk, promised)
        except _Fault as fault:
            sound = fault.place - 1 if fault.code == "ledger-entry" else walk.tree.size
            return Examined(sound, walk.agreed, keys is not None, fault.code, fault.place)
    return Examined(walk.tree.size, walk.agreed, keys is not None)


def _walk(session: Session, walk: _Examination, promised: int) -> None:
    in_order = select(LedgerEntry.__table__).order_by(LedgerEntry.sequence).execution_options(yield_per=AT_ONCE)
    with session.execute(in_order) as rows:
        for row in rows:
            walk.take(row)
    if promised > walk.tree.size:
        raise _Fault("ledger-entry", walk.tree.size + 1)
    walk.end()
    if size(session) < walk.tree.size:
        raise _Fault("ledger-head", walk.tree.size + 1)


def _nodes(session: Session) -> Any:  # noqa: ANN401 - a result of (level, place, hash)
    """The kept nodes in the order in which growing completes them."""
    completed_at = (LedgerNode.place + 1).bitwise_lshift(LedgerNode.level)
    query = select(LedgerNode.level, LedgerNode.place, LedgerNode.hash).order_by(completed_at, LedgerNode.level)
    return session.execute(query.execution_options(yield_per=AT_ONCE))


def _stored(session: Session, keys: Sequence[bytes] | None) -> list[tuple[int, bytes]]:
    """Size and root of every stored checkpoint, its note checked. Raises _Fault."""
    query = select(LedgerCheckpoint.size, LedgerCheckpoint.root, LedgerCheckpoint.note, LedgerCheckpoint.origin)
    found = []
    for count, root, note, origin in session.execute(query.order_by(LedgerCheckpoint.size)):
        if _said(note, origin, keys) != Checkpoint(origin, count, root):
            raise _Fault("ledger-signature", count)
        found.append((count, root))
    return found


def _said(note: str, origin: str, keys: Sequence[bytes] | None) -> Checkpoint | None:
    try:
        if keys is None:
            return Checkpoint.claimed(note.encode())
        return Checkpoint.opened(note.encode(), [Verifier(origin, key) for key in keys])
    except LogInvalid:
        return None


def verify(session: Session) -> tuple[int, int | None]:
    """Entries found sound from the first on, and the place of the first fault or None; signatures are not looked at."""
    found = examine(session)
    return found.sound, found.place if found.fault else None
