"""What can be said about a file or an item: a code, a place and the data of the sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from question_bank.messages import sentence

Datum = str | int | float
SHOWN_CHARACTERS = 80  # a report quotes a line, it does not repeat a 20 MB one


def shown(text: str) -> str:
    """The text as a report quotes it: one line, shortened, with nothing unprintable."""
    head = text[: SHOWN_CHARACTERS + 1]
    clean = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in head)
    return clean if len(clean) <= SHOWN_CHARACTERS else clean[:SHOWN_CHARACTERS] + "…"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file. `line` and `row` count from 1; `item` is the number or code as written."""

    file: str = ""
    line: int | None = None
    row: int | None = None
    item: str | None = None
    sheet: str | None = None

    @property
    def zh(self) -> str:
        """The place as a Chinese reader names it."""
        parts = [
            self.file,
            f"工作表“{self.sheet}”" if self.sheet else "",
            f"第{self.line}行" if self.line else "",
            f"第{self.row}行" if self.row else "",
            f"第{self.item}题" if self.item else "",
        ]
        return " ".join(part for part in parts if part)

    @property
    def en(self) -> str:
        """The place as an English reader names it."""
        parts = [
            self.file,
            f"sheet “{self.sheet}”" if self.sheet else "",
            f"line {self.line}" if self.line else "",
            f"row {self.row}" if self.row else "",
            f"question {self.item}" if self.item else "",
        ]
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to say about a place; the sentences come from the table of messages."""

    code: str
    place: Place
    data: Mapping[str, Datum] = field(default_factory=dict, hash=False)

    @property
    def zh(self) -> str:
        """The sentence in Chinese."""
        return sentence(self.code, "zh", self.data)

    @property
    def en(self) -> str:
        """The sentence in English."""
        return sentence(self.code, "en", self.data)


class Fault(Remark):
    """One thing that is wrong, or worth knowing."""

    __slots__ = ()


class Change(Remark):
    """One thing a reader made uniform while reading, and harmless."""

    __slots__ = ()


class BankError(Exception):
    """A file or a request that cannot be used at all; carries code, place and data like a fault."""

    def __init__(self, code: str, place: Place | None = None, data: Mapping[str, Datum] | None = None) -> None:
        self.code = code
        self.place = place or Place()
        self.data: Mapping[str, Datum] = dict(data or {})
        super().__init__(code)

    @property
    def fault(self) -> Fault:
        """The same as a value."""
        return Fault(self.code, self.place, self.data)

    @property
    def zh(self) -> str:
        """The sentence in Chinese."""
        return self.fault.zh

    @property
    def en(self) -> str:
        """The sentence in English."""
        return self.fault.en

    def __str__(self) -> str:
        where = self.place.en
        return f"{where}: {self.en}" if where else self.en


def fault(code: str, place: Place, /, **data: Datum) -> Fault:
    """A fault with its data by name."""
    return Fault(code, place, data)


def change(code: str, place: Place, /, **data: Datum) -> Change:
    """A change with its data by name."""
    return Change(code, place, data)


def refusal(code: str, place: Place | None = None, /, **data: Datum) -> BankError:
    """An error to raise, with its data by name."""
    return BankError(code, place, data)
