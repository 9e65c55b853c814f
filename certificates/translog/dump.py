"""A dump of the log: one JSON object a line, in order, an entry with its salt or, where withheld, its leaf alone.

`{"sequence": 1, "leaf": "…", "salt": "…", "entry": {…}}`; a line without `salt` and `entry` keeps its entry to itself
and still has its place in the tree.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from certificates.translog.entries import entry_leaf
from certificates.translog.errors import LogInvalid
from certificates.translog.tree import HASH_BYTES

LINE_LIMIT = 16 * 1024 * 1024
LONGEST_SALT = 64


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of a dump: its place from 1, its leaf, and its content and salt unless they were withheld."""

    sequence: int
    leaf: bytes
    entry: Mapping[str, Any] | None = None
    salt: bytes = b""

    def as_dict(self) -> dict[str, Any]:
        """The entry as plain data."""
        held = {} if self.entry is None else {"salt": self.salt.hex(), "entry": dict(self.entry)}
        return {"sequence": self.sequence, "leaf": self.leaf.hex(), **held}

    def text(self) -> str:
        """The line, with its newline."""
        return json.dumps(self.as_dict(), ensure_ascii=False, separators=(",", ":")) + "\n"

    @classmethod
    def read(cls, line: bytes) -> "Line":
        """The entry of a line. Raises LogInvalid LINE_UNREADABLE."""
        if len(line) > LINE_LIMIT:
            raise _unreadable()
        return cls.of(json_object(line))

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Line":
        """The entry that plain data tells. Raises LogInvalid LINE_UNREADABLE."""
        sequence, entry = told.get("sequence"), told.get("entry")
        if type(sequence) is not int or sequence < 1 or not (entry is None or isinstance(entry, dict)):
            raise _unreadable()
        salt = b"" if entry is None else _bytes(told.get("salt"))
        leaf = _bytes(told.get("leaf"))
        if len(leaf) != HASH_BYTES or len(salt) > LONGEST_SALT:
            raise _unreadable()
        return cls(sequence, leaf, entry, salt)

    def check(self) -> None:
        """Raise LogInvalid when what the entry says is not what its leaf was made of."""
        if self.entry is None:
            return
        if self.entry.get("sequence") != self.sequence or entry_leaf(self.entry, self.salt) != self.leaf:
            raise LogInvalid(
                "ENTRY_CHANGED",
                f"第 {self.sequence} 条的内容与其叶子不符，内容被改动。",
                f"Entry {self.sequence} does not have the content from which its leaf was made: it was changed.",
                {"sequence": str(self.sequence)},
            )


def _bytes(text: object) -> bytes:
    try:
        return bytes.fromhex(text) if isinstance(text, str) else _none()
    except ValueError as fault:
        raise _unreadable() from fault


def _none() -> bytes:
    raise _unreadable()


def _unreadable() -> LogInvalid:
    return LogInvalid("LINE_UNREADABLE", "无法读取该条目。", "The entry cannot be read.")


def json_object(data: bytes) -> dict[str, Any]:
    """One JSON object in which no name stands twice. Raises LogInvalid LINE_UNREADABLE."""
    try:
        found = json.loads(data, object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError) as fault:
        raise _unreadable() from fault
    if not isinstance(found, dict):
        raise _unreadable()
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")
