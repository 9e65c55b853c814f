"""Aiken, the plainest text format of Moodle: a question, its options, and `ANSWER: B`.

Moodle asks for capital letters, `A.` or `A)`, one line each. What people type besides is read too: small and full-width
letters, `、` and `：`, several lines, blank lines, `答案：B`, several letters.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from question_bank.errors import ImportReport
from question_bank.faults import Fault, Place, change, fault
from question_bank.formats import fields
from question_bank.formats.drafts import Defaults, Draft, Gathering
from question_bank.formats.encoding import decode
from question_bank.formats.labels import Loss, in_utf8, item_not_carried, not_carried
from question_bank.formats.limits import Limits
from question_bank.items import TRUE, Item, ItemType, Level, Paper, Review

NAME = "aiken"
LOSES = (
    Loss("type", "只有单选题和判断题能写出。", "Only single choice and true/false questions are written."),
    Loss("code", "没有编号的位置，读回时按内容编号。", "There is no place for the code; it is derived when read back."),
    Loss(
        "labels",
        "只保留题干、选项和答案，其余字段都不写出。",
        "Only stem, options and key are kept; every other field is left out.",
    ),
    Loss("lines", "题干和选项中的换行改为空格。", "Line ends inside stem and options become spaces."),
)
_OPTION = re.compile(r"\s{0,20}([A-Za-zＡ-Ｚａ-ｚ])\s{0,3}[.．)）、:：]\s*(.*)")
_ANSWER = re.compile(r"\s{0,20}(?:ANSWER|ANS|(?:正确|参考|标准)?答案)\s{0,3}[:：]\s*(.*)", re.IGNORECASE)
_MARK = re.compile(r"^ANSWER: {0,3}[A-Z][ \t]*\r?$", re.MULTILINE)
_FIRST = re.compile(r"^[A-Z][.)] ?\S", re.MULTILINE)
_NUMBERED = re.compile(r"\s{0,20}(\d{1,4})\s{0,3}(?:[.．](?!\d)|[、)）])\s*(\S.*)")


@dataclass(slots=True)
class _Waiting:
    """The question being read."""

    line: int = 0
    stem: list[str] = field(default_factory=list)
    options: list[tuple[str, str]] = field(default_factory=list)
    gap: bool = False  # a blank line since the last text
    number: str = ""  # its own number in the file


def looks_like_aiken(text: str) -> bool:
    """Whether a text is in Aiken as Moodle has it: options `A.` or `A)`, and lines `ANSWER: B`."""
    return _MARK.search(text) is not None and _FIRST.search(text) is not None


def read(name: str, data: bytes, limits: Limits, defaults: Defaults) -> ImportReport:
    """Read an Aiken file. Raises BankError for a file unusable as a whole."""
    text, notes = decode(Place(name), data)
    gathering = Gathering(name, limits, defaults)
    gathering.warn(*notes)
    reader = _Reader(gathering)
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        reader.line(number, line)
    reader.end()
    return gathering.report(NAME)


class _Reader:
    """Takes a file line by line."""

    def __init__(self, gathering: Gathering) -> None:
        self.gathering = gathering
        self.waiting = _Waiting()
        self.count = 0

    def line(self, number: int, line: str) -> None:
        """Take one line; a line above the limit is refused and left out."""
        if len(line) > self.gathering.limits.line_characters:
            limit = self.gathering.limits.line_characters
            self.gathering.reject(fault("LINE_TOO_LONG", self._place(number), length=len(line), limit=limit))
        elif not line.strip():
            self.waiting.gap = True
        elif found := _ANSWER.fullmatch(line):
            self._answer(number, found[1])
        elif (found := _OPTION.fullmatch(line)) and self._goes_on(found[1]):
            self.waiting.options.append((fields.narrow(found[1]).upper(), found[2].strip()))
            self.waiting.gap = False
        else:
            self._text(number, line.strip())

    def end(self) -> None:
        """Whatever waits for its answer at the end of the file, or of its question, waits in vain."""
        waiting, self.waiting = self.waiting, _Waiting()
        if waiting.stem or waiting.options:
            code = "AIKEN_ANSWER_MISSING" if waiting.options else "AIKEN_OPTIONS_MISSING"
            self.count += 1
            self.gathering.reject(fault(code, self._place(waiting.line, waiting)))

    def _goes_on(self, raw: str) -> bool:
        """Whether a lettered line is an option: the first is A, and any letter may follow, for the report to judge."""
        return bool(self.waiting.options) or fields.narrow(raw).upper() == "A"

    def _place(self, line: int, waiting: _Waiting | None = None) -> Place:
        return self.gathering.place(line=line, item=str(self.count) if waiting else None)

    def _text(self, number: int, text: str) -> None:
        waiting = self.waiting
        if waiting.options and not waiting.gap:  # an option that runs over its line
            key, said = waiting.options[-1]
            waiting.options[-1] = (key, f"{said} {text}")
            return
        if waiting.gap and (waiting.options or waiting.stem):
            self.end()
        found = _NUMBERED.fullmatch(text)
        if found and self.waiting.stem:
            self.end()
        waiting = self.waiting
        waiting.number = found[1] if found else waiting.number
        waiting.line = waiting.line or number
        waiting.stem.append(found[2] if found else text)
        waiting.gap = False

    def _answer(self, number: int, raw: str) -> None:
        waiting = self.waiting
        if not (waiting.stem and waiting.options):
            self.waiting = _Waiting()
            self.count += bool(waiting.stem)
            code = "AIKEN_OPTIONS_MISSING" if waiting.stem else "AIKEN_ANSWER_ALONE"
            self.gathering.reject(fault(code, self._place(waiting.line or number)))
            return
        self.count += 1
        self.waiting = _Waiting()
        place = self._place(waiting.line, waiting)
        key = fields.narrow(raw).strip()
        draft = Draft(place, stem="\n".join(waiting.stem), options=waiting.options, key=key)
        if waiting.number:
            draft.changes.append(change("AIKEN_NUMBER_LEFT_OUT", place, number=waiting.number))
        if len(waiting.stem) > 1:
            draft.changes.append(change("AIKEN_LINES_JOINED", place, count=len(waiting.stem)))
        self.gathering.add_draft(draft)


def write(items: Iterable[Item], title: str = "") -> tuple[bytes, tuple[Fault, ...]]:  # noqa: ARG001 - Aiken has no title
    """UTF-8 Aiken, and a fault for every question or field that it cannot hold."""
    blocks: list[str] = []
    faults: list[Fault] = []
    for item in items:
        lines = _lines(item)
        if lines is None:
            zh, en = "只能写出单选题和判断题，", "It holds single choice and true/false questions only."
            faults.append(item_not_carried(item, "Aiken", zh, en))
        elif any(form.match(lines[0]) for form in (_OPTION, _ANSWER, _NUMBERED)):
            zh, en = "题干像选项、答案或题号，", "The stem reads like an option, an answer or a number."
            faults.append(item_not_carried(item, "Aiken", zh, en))
        else:
            blocks.append("\n".join(lines))
            faults.extend(not_carried(item, "Aiken", _lost(item)))
    return in_utf8("\n\n".join(blocks) + "\n"), tuple(faults)


def _lines(item: Item) -> list[str] | None:
    stem = _one_line(item.stem)
    if item.type is ItemType.TRUE_FALSE:
        return [stem, "A. 正确", "B. 错误", f"ANSWER: {'A' if item.key == (TRUE,) else 'B'}"]
    if item.type is not ItemType.SINGLE or item.pictures:
        return None
    return [stem, *(f"{o.key}. {_one_line(o.text)}" for o in item.options), f"ANSWER: {item.key[0]}"]


def _one_line(text: str) -> str:
    return " ".join(part.strip() for part in text.split("\n")).strip()


def _lost(item: Item) -> list[str]:
    said = {
        "explanation": item.explanation,
        "paper": item.paper is not Paper.PUBLIC_LAW,
        "topic": item.topic,
        "citation": item.citation,
        "level": item.level is not Level.RECALL,
        "difficulty": item.difficulty is not None,
        "tags": item.tags,
        "overlay": item.overlay is not None,
        "source_fact": item.source_fact is not None,
        "options.feedback": any(option.feedback for option in item.options),
        "options.worth": any(option.worth is not None for option in item.options),
        "seconds": item.seconds is not None,
        "author_role": item.author_role,
        "review": item.review is not Review.UNREVIEWED,
        "opaque": item.opaque,
    }
    return [name for name, stated in said.items() if stated]
