"""The table of answers at the end of a file, and which question each answer belongs to."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from question_bank.faults import Fault, Place, fault, shown
from question_bank.formats import fields
from question_bank.formats.plain_text import lines
from question_bank.formats.plain_text.lines import Heading, Line
from question_bank.formats.written import WRITTEN
from question_bank.items import ItemType

_ENTRY = re.compile(
    rf"(?:第\s*)?(?P<number>\d{{1,4}})\s*题?\s*[.．、:：)）]?\s*(?:[【\[]?(?:参考|正确)?答案[】\]]?\s*[:：]?)?\s*[（(]?\s*"
    rf"(?P<key>{lines.KEY_TOKEN.pattern})\s*[)）]?\s*[,，;；。.、]*\s*",
    re.IGNORECASE,
)
_TOKENS = re.compile(r"[\s,，、;；/|]+")
_NUMBER_INSIDE = re.compile(r"(?:^|(?<=\s)|(?<=[;；。]))(\d{1,4})\s*[.．、:：)）](?!\d)")
_JUDGEMENT_RUN = re.compile(r"正确|错误|不对|对|错|是|否|√|✓|✔|×|✗|✘|✕|[TFYNX]", re.IGNORECASE)


@dataclass(slots=True)
class Entry:
    """One answer of the table."""

    number: int
    key: str
    line: int
    explanation: list[str] = field(default_factory=list)
    further: list[str] = field(default_factory=list)  # lines of a written answer after its first

    labels: dict[str, str] = field(default_factory=dict)

    @property
    def whole(self) -> str:
        """The answer with all its lines."""
        return "\n".join([self.key, *self.further])


@dataclass(slots=True)
class TableSection:
    """Answers under one heading; `kind` is the label of the heading, None where there is none."""

    kind: str | None
    type: ItemType | None
    line: int
    entries: list[Entry] = field(default_factory=list)


class AnswerTable:
    """Reads the lines of a table one by one; what is not an answer comes back as a fault."""

    def __init__(self, place: Callable[[int], Place], type_: ItemType | None = None) -> None:
        self._place = place
        self._type = type_  # of every question above, where they are answered with texts
        self._numbers: list[int] = []  # a row of numbers waiting for its row of answers
        self.sections: list[TableSection] = []

    def open(self, found: Heading, line: int) -> None:
        """Begin the answers of the section with this heading."""
        self.sections.append(TableSection(found.label, found.type, line))

    def feed(self, line: Line) -> list[Fault]:
        """Read one line."""
        text = line.text.strip("|*")
        if text.startswith("题号"):
            self._numbers = [int(token) for token in re.findall(r"\d{1,4}", text)]
            return []
        if self._numbers and (row := re.match(r"(?:参考|正确)?答案\s*[:：|]?\s*", text)):
            numbers, self._numbers = self._numbers, []
            return self._run(numbers, text[row.end() :], line)
        if explained := lines.explanation(text):
            return self._explain(explained, line)
        if (labelled := lines.label(text)) and self.sections and self.sections[-1].entries:
            labels, (name, value) = self.sections[-1].entries[-1].labels, labelled
            labels[name] = f"{labels[name]}\n{value}" if name in labels else value
            return []
        if (self.sections[-1].type if self.sections else self._type) in WRITTEN:
            return self._texts(line.text, line)
        return self._ranges(text, line) if lines.RANGE.search(text) else self._singles(text, line)

    def _section(self, line: Line, number: int) -> TableSection:
        current = self.sections[-1] if self.sections else None
        restarts = (
            current is not None and current.kind is None and current.entries and number <= current.entries[-1].number
        )
        if current is None or restarts:
            self.sections.append(TableSection(None, None, line.number))
        return self.sections[-1]

    def _put(self, number: int, key: str, line: Line) -> Entry:
        entry = Entry(number, key, line.number)
        self._section(line, number).entries.append(entry)
        return entry

    def _ranges(self, text: str, line: Line) -> list[Fault]:
        found: list[Fault] = []
        matches = list(lines.RANGE.finditer(text))
        if stray := text[: matches[0].start()].strip(" :："):
            found.append(fault("STRAY_TEXT", self._place(line.number), text=shown(stray)))
        ends = [*(match.start() for match in matches[1:]), len(text)]
        for match, end in zip(matches, ends, strict=True):
            first, last = int(match[1]), int(match[2])
            keys = text[match.end() : end]
            if not 0 <= last - first < 1000:
                found.append(fault("ANSWER_TABLE_RANGE", self._place(line.number), first=first, last=last))
            else:
                found.extend(self._run(list(range(first, last + 1)), keys, line))
        return found

    def _run(self, numbers: Sequence[int], raw: str, line: Line) -> list[Fault]:
        keys = _split_keys(raw, len(numbers))
        if keys is None or not numbers:
            place = self._place(line.number)
            return [fault("ANSWER_TABLE_COUNT", place, numbers=len(numbers), text=shown(raw.strip()))]
        for number, key in zip(numbers, keys, strict=True):
            self._put(number, key, line)
        return []

    def _singles(self, text: str, line: Line) -> list[Fault]:
        position, found = 0, []
        while match := _ENTRY.match(text, position):
            entry = self._put(int(match["number"]), match["key"], line)
            position = match.end()
            if explained := lines.explanation(text[position:]):
                entry.explanation.append(explained)
                return []
        if rest := text[position:].strip():
            found.append(fault("STRAY_TEXT", self._place(line.number), text=shown(rest)))
        return found

    def _texts(self, text: str, line: Line) -> list[Fault]:
        """Answers that are texts: 1. 两 2. 七日, or one that goes on over several lines."""
        if not self.sections:
            self.sections.append(TableSection(None, self._type, line.number))
        entries = self.sections[-1].entries
        for part in _numbered_parts(text, entries[-1].number + 1 if entries else None):
            number = lines.numbered(part)
            if number is not None and (not entries or number.number == entries[-1].number + 1):
                answer, explained = lines.split_explanation(lines.answer(number.rest) or number.rest)
                entries.append(Entry(number.number, answer.strip(), line.number, list(filter(None, [explained]))))
            elif entries:
                entries[-1].further.append(part)
            else:
                return [fault("STRAY_TEXT", self._place(line.number), text=shown(text))]
        return []

    def _explain(self, text: str, line: Line) -> list[Fault]:
        if not self.sections or not self.sections[-1].entries:
            return [fault("STRAY_TEXT", self._place(line.number), text=shown(text))]
        self.sections[-1].entries[-1].explanation.append(text)
        return []


def _numbered_parts(text: str, expected: int | None) -> list[str]:
    """The pieces of a line at the numbers that follow on from the last answer."""
    starts = []
    for found in _NUMBER_INSIDE.finditer(text):
        if expected is None or int(found[1]) == expected:
            starts.append(found.start())
            expected = int(found[1]) + 1
    if not starts or text[: starts[0]].strip():
        starts.insert(0, 0)
    return [text[start:end].strip() for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]


def _split_keys(raw: str, count: int) -> list[str] | None:
    """The keys of a run: so many words apart, or so many letters or marks together; None if neither fits."""
    text = raw.strip().strip("。.;；,，、|")
    tokens = [token for token in _TOKENS.split(text) if token]
    if len(tokens) == count and all(lines.KEY_TOKEN.fullmatch(token) for token in tokens):
        return tokens
    together = "".join(tokens)
    if len(together) == count and all(lines.KEY_TOKEN.fullmatch(char) for char in together):
        return list(together)
    words = _JUDGEMENT_RUN.findall(together)
    if len(words) == count and "".join(words) == together and all(fields.read_judgement(word) for word in words):
        return words
    return None
