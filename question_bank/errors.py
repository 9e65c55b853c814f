"""Faults, errors and the report of an import; what users of the package import."""

from dataclasses import dataclass

from question_bank.faults import BankError, Change, Fault, Place
from question_bank.items import Item
from question_bank.messages import MESSAGES, Sentence

__all__ = ["MESSAGES", "AcceptedRow", "BankError", "Change", "Fault", "ImportReport", "Place", "Sentence"]


@dataclass(frozen=True, slots=True)
class AcceptedRow:
    """An item that was read whole, where it stood, and what was made uniform in it."""

    item: Item
    place: Place
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportReport:
    """All that a reader says about one file: every line of it is in one of the three lists or is blank."""

    accepted: tuple[AcceptedRow, ...]
    rejected: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()
    format: str = ""
    title: str = ""

    @property
    def items(self) -> tuple[Item, ...]:
        """The accepted items, in the order of the file."""
        return tuple(row.item for row in self.accepted)

    @property
    def changes(self) -> tuple[Change, ...]:
        """Every change of every accepted item."""
        return tuple(change for row in self.accepted for change in row.changes)
