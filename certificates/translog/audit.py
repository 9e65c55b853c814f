"""Hold a dump of the log against checkpoints that were published earlier."""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from certificates.translog.dump import Line
from certificates.translog.errors import LogInvalid
from certificates.translog.note import Checkpoint
from certificates.translog.tree import EMPTY_ROOT, Tree


@dataclass(frozen=True, slots=True)
class Report:
    """What an audit found: the first thing that is not as it was, if any, and the tree of what was read.

    `unreadable` says that the dump could not be judged to its end; otherwise a fault is a contradiction.
    """

    entries: int
    withheld: int
    root: bytes
    fault: LogInvalid | None = None
    unreadable: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The report as plain data."""
        fault = self.fault and {
            "code": self.fault.code, "zh": self.fault.zh, "en": self.fault.en, **self.fault.data,
        }  # fmt: skip
        outcome = "CONSISTENT" if fault is None else "UNDETERMINED" if self.unreadable else "NOT_CONSISTENT"
        return {
            "outcome": outcome, "entries": self.entries, "withheld": self.withheld,
            "root": base64.b64encode(self.root).decode(),
            "fault": fault,
        }  # fmt: skip


def audit(lines: Iterable[bytes], checkpoints: Sequence[Checkpoint]) -> Report:
    """Read a dump from its first entry on and find the first thing that contradicts itself or a checkpoint.

    Every line must follow the one before, have the content its leaf was made of, and at the size of each checkpoint the
    root must be the one that was published. Entries after the last checkpoint are checked against their own leaves.
    """
    tree, withheld = Tree(), 0
    wanted = sorted(checkpoints, key=lambda one: one.size)
    while wanted and wanted[0].size == 0:
        wanted.pop(0)  # nothing can contradict an empty log; its root was checked when it was read
    for place, text in enumerate(lines, 1):
        try:
            line = Line.read(text)
        except LogInvalid as fault:
            return Report(tree.size, withheld, tree.root(), _at(fault, place), unreadable=True)
        try:
            _check_place(line, place)
            line.check()
            tree.append(line.leaf)
            while wanted and wanted[0].size == place:
                check_root(wanted.pop(0), tree.root())
        except LogInvalid as fault:
            return Report(place - 1, withheld, tree.root(), fault)
        withheld += line.entry is None
    missing = _shorter(tree.size, wanted[0]) if wanted else None
    return Report(tree.size, withheld, tree.root() if tree.size else EMPTY_ROOT, missing)


def _at(fault: LogInvalid, place: int) -> LogInvalid:
    return LogInvalid(
        fault.code, f"第 {place} 行：{fault.zh}", f"Line {place}: {fault.en}", {"sequence": str(place)}
    )  # fmt: skip


def _check_place(line: Line, place: int) -> None:
    if line.sequence != place:
        raise LogInvalid(
            "SEQUENCE_BROKEN",
            f"应为第 {place} 条，实为第 {line.sequence} 条：有条目被删除、插入或调换。",
            f"Entry {place} is expected here, and this is {line.sequence}: one was removed, put in or moved.",
            {"sequence": str(place)},
        )


def check_root(published: Checkpoint, root: bytes) -> None:
    """Raise LogInvalid when the tree of the published size does not have the published root."""
    if published.root != root:
        raise LogInvalid(
            "ROOT_DIFFERS",
            f"前 {published.size} 条算出的根与已公布的不同：其中至少一条在公布之后被改写。",
            f"The first {published.size} entries do not give the root that was published: at least one of them was"
            " rewritten afterwards.",
            {"size": str(published.size)},
        )


def _shorter(size: int, published: Checkpoint) -> LogInvalid:
    return LogInvalid(
        "LOG_SHORTER",
        f"只有 {size} 条，而已公布的日志有 {published.size} 条：末尾的条目不见了。",
        f"There are {size} entries, but the log that was published has {published.size}: the last ones are gone.",
        {"size": str(published.size)},
    )
