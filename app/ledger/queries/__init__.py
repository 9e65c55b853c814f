"""What others ask the ledger and its tree for."""

from app.ledger.queries.entries import (
    EntryRow,
    Filter,
    about,
    changes,
    count,
    done_by,
    entries,
    entry,
    events,
)
from app.ledger.queries.tree import (
    CheckpointRow,
    checkpoint,
    checkpoints,
    consistency,
    content,
    covered,
    inclusion,
    last_stamped,
    log_keys,
    proof,
    proof_if_any,
    proof_of_subject,
    published,
    read_nodes,
    size,
    stamp,
)

__all__ = [
    "CheckpointRow", "EntryRow", "Filter", "about", "changes", "checkpoint", "checkpoints", "consistency", "content",
    "count", "covered", "done_by", "entries", "entry", "events", "inclusion", "last_stamped", "log_keys", "proof",
    "proof_if_any", "proof_of_subject", "published", "read_nodes", "size", "stamp",
]  # fmt: skip
