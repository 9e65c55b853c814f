"""The proof that one entry is in the log, as a file that goes with a document: entry, path and signed checkpoint."""

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from certificates.translog.dump import Line, json_object
from certificates.translog.errors import LogInvalid, proof_wrong
from certificates.translog.note import Checkpoint, Verifier
from certificates.translog.tree import LONGEST_PATH, check_inclusion

FORMAT = "chizheng-log-proof/1"
BUNDLE_LIMIT = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Proof:
    """That an entry is in the log of a checkpoint: the path runs from the leaf upwards, `note` is as it published."""

    line: Line
    path: tuple[bytes, ...]
    note: str

    @property
    def checkpoint(self) -> Checkpoint:
        """What the note says; nobody has checked its signature by this."""
        return Checkpoint.claimed(self.note.encode())

    def as_dict(self) -> dict[str, Any]:
        """The proof as plain data, in the form that `read` takes."""
        return {
            "format": FORMAT, **self.line.as_dict(), "index": self.line.sequence - 1, "size": self.checkpoint.size,
            "path": [base64.b64encode(one).decode() for one in self.path], "checkpoint": self.note,
        }  # fmt: skip

    @classmethod
    def read(cls, data: bytes) -> "Proof":
        """The proof in a file. Raises LogInvalid PROOF_MALFORMED or LINE_UNREADABLE."""
        if len(data) > BUNDLE_LIMIT:
            raise proof_wrong("PROOF_MALFORMED")
        told = json_object(data)
        note = told.get("checkpoint")
        if told.get("format") != FORMAT or not isinstance(note, str):
            raise proof_wrong("PROOF_MALFORMED")
        return cls(Line.of(told), _path(told), note)

    def check(self, verifiers: Iterable[Verifier]) -> Checkpoint:
        """The checkpoint whose log holds the entry. Raises LogInvalid when signature, path or content do not hold."""
        found = Checkpoint.opened(self.note.encode(errors="replace"), verifiers)
        check_inclusion(self.line.leaf, self.line.sequence - 1, found.size, self.path, found.root)
        self.line.check()
        return found


def _path(told: Mapping[str, Any]) -> tuple[bytes, ...]:
    listed = told.get("path")
    if not isinstance(listed, list) or len(listed) > LONGEST_PATH:
        raise proof_wrong("PROOF_MALFORMED")
    try:
        return tuple(base64.b64decode(one, validate=True) for one in listed)
    except (TypeError, ValueError, binascii.Error) as fault:
        raise proof_wrong("PROOF_MALFORMED") from fault


def document_fault(proof: Proof, sha256: str) -> LogInvalid | None:
    """Why the proof does not speak of the document with this digest (hexadecimal), or None when it does."""
    after = (proof.line.entry or {}).get("after")
    if isinstance(after, Mapping) and after.get("sha256") == sha256:
        return None
    return LogInvalid(
        "PROOF_OTHER_DOCUMENT", "该证明不是这份文件的。", "The proof is that of another document.", {"sha256": sha256}
    )
