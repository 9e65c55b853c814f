"""Hold the ledger against the log's keys and against checkpoints kept elsewhere, on demand and after a restore."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.config import Settings
from app.core.errors import N_, Invalid, Refused
from app.credentials.service import log_public_keys
from app.ledger import queries
from app.ledger.service import Examined, examine
from app.operation import backup
from certificates.translog.errors import LogInvalid
from certificates.translog.note import NOTE_LIMIT, Checkpoint, Verifier, as_saved


@dataclass(frozen=True)
class Audited:
    """What was found of the ledger, and size and root (base64) of its newest checkpoint, 0 and empty for none."""

    found: Examined
    size: int
    root: str

    def as_dict(self) -> dict[str, object]:
        """The same as plain data; `broken` is the place of the first fault, or None."""
        found = self.found
        return {
            "sound": found.sound, "broken": found.place if found.fault else None, "fault": found.fault,
            "checkpoints": found.checkpoints, "signatures": found.signatures, "size": self.size, "root": self.root,
        }  # fmt: skip

    def words(self) -> str:
        """The same in English, a line each."""
        found = self.found
        if found.fault:
            return f"{found.words()} {found.sound} entries before it are sound."
        lines = [f"{found.sound} entries, all sound; {found.checkpoints} checkpoints agree"]
        if self.size:
            lines.append(f"newest checkpoint: {self.size} entries, root {self.root}: compare it with the one published")
        if not found.signatures:
            lines.append("no public key of the log is known here: signatures of checkpoints were not checked")
        return "\n".join(lines)


def audit_ledger(session: Session, settings: Settings, notes: Sequence[Path] = ()) -> Audited:
    """Examine entries, leaves, tree, stored checkpoints, and checkpoints in files.

    Raises Invalid for a file that is no checkpoint signed by a key of this site's log.
    """
    keys = log_public_keys(session, settings)
    examined = examine(session, keys or None, [_opened(path, keys) for path in notes])
    newest = queries.checkpoint(session)
    return Audited(examined, newest.size if newest else 0, base64.b64encode(newest.root).decode() if newest else "")


def _opened(path: Path, keys: Sequence[bytes]) -> Checkpoint:
    with path.open("rb") as file:
        note = as_saved(file.read(NOTE_LIMIT + 1))
    try:
        claimed = Checkpoint.claimed(note)
        return Checkpoint.opened(note, [Verifier(claimed.origin, key) for key in keys])
    except LogInvalid as fault:
        raise Invalid(
            "checkpoint-unusable",
            N_("%(path)s is not a checkpoint that a key of this site's log has signed: %(why)s"),
            path=str(path), why=fault.en,
        ) from fault  # fmt: skip


def restore(
    engine: Engine, path: Path, settings: Settings, notes: Sequence[Path] = (), *, even_if_altered: bool = False
) -> tuple[dict[str, int], Audited]:
    """Restore a backup if its ledger is the one that was written and published; rows per table, and what was found.

    Raises Refused `backup-altered`, nothing restored, for another ledger, unless it is wanted even so.
    """
    seen: list[Audited] = []

    def look(session: Session) -> None:
        seen.append(audit_ledger(session, settings, notes))
        if seen[0].found.fault and not even_if_altered:
            raise Refused(
                "backup-altered",
                N_(
                    "The ledger in this backup is not the one that was written: %(fault)s Nothing was restored; "
                    "--even-if-altered restores it all the same."
                ),
                fault=seen[0].found.words(),
            )

    rows = backup.restore_backup(engine, path, look)
    return rows, seen[0]
