"""What an attestation says, as plain data: one recorded answer with everything it rested on, for a case file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from typing import Any, Literal

from certificates.errors import FaceInvalid

Outcome = Literal["ALLOW", "ALLOW_WITH_WARNINGS", "DENY"]
REQUIRED = ("number", "decision", "case_reference", "issuer", "issued_at", "facts_digest")


@dataclass(frozen=True, slots=True)
class Words:
    """A text in Chinese with its English twin; an empty twin is left out."""

    zh: str
    en: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A label and what stands beside it."""

    label: Words
    value: Words


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the asked time with one answer; `reasons` are codes of rules. Times are local text."""

    start: str
    end: str
    outcome: Outcome
    share: float
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ground:
    """One reason or obligation in words. `weight` is DENY, WARN or OBLIGATION; `facts` name entries of the facts."""

    weight: Literal["DENY", "WARN", "OBLIGATION"]
    rule: str
    message: Words
    source: str
    people: tuple[str, ...] = ()
    remedy: Words = Words("")
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Subject:
    """One person asked about, with their own part of the answer and the acts left open to them."""

    code: str
    name: str
    outcome: Outcome
    open_acts: Words
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """One fact the answer rested on: about whom, what it says, when it held, when it was recorded (local text)."""

    number: str
    about: Words
    says: Words
    held: Words
    recorded: str


@dataclass(frozen=True, slots=True)
class RuleVersion:
    """A rule with the digest of the version that was applied."""

    rule: str
    title: Words
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """One attestation; `question` and `record` are rows in the order in which they are printed.

    `issued_at` is local text with its offset, `issued_on` the local day. Raises FaceInvalid for an empty required
    field, no person, or a control character anywhere.
    """

    number: str
    decision: str
    case_reference: str
    purpose: str
    issuer: Words
    issued_by: str
    issued_at: str
    issued_on: date
    outcome: Outcome
    verdict: Words
    question: tuple[Row, ...]
    parts: tuple[Part, ...]
    people: tuple[Subject, ...]
    grounds: tuple[Ground, ...]
    facts: tuple[Evidence, ...]
    record: tuple[Row, ...]
    rules: tuple[RuleVersion, ...]
    facts_digest: str

    def __post_init__(self) -> None:
        for name in REQUIRED:
            value = getattr(self, name)
            if not (value.zh if isinstance(value, Words) else value).strip():
                raise FaceInvalid(
                    "FACE_FIELD_EMPTY", f"证明字段“{name}”为空。", f"The field {name} is empty.", {"field": name}
                )
        if not self.people or not self.parts:
            raise FaceInvalid(
                "FACE_NO_ANSWER",
                "证明没有人员或没有结论。",
                "There is nobody, or no answer, to attest.",
                {"field": "people"},
            )
        for text in self.texts():
            if any(ord(character) < 32 or 127 <= ord(character) < 160 for character in text):
                raise FaceInvalid(
                    "FACE_CONTROL_CHARACTER",
                    "证明内容含有控制字符。",
                    "A text holds a control character.",
                    {"text": text},
                )

    def texts(self) -> Iterator[str]:
        """Every printed text."""
        yield from _texts(self)


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - walks the dataclasses of this module
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _texts(getattr(value, field.name))
