"""Answers that are written, put in order or matched, as people write them in one field: into the parts of an item."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from question_bank.faults import Fault, Place, fault, shown
from question_bank.formats import fields
from question_bank.items import GAP, LETTERS, MARKED_BY_PEOPLE, Blank, Criterion, Item, ItemType, Option, as_number

WRITTEN = frozenset({ItemType.FILL, ItemType.CLOZE, ItemType.NUMERIC}) | MARKED_BY_PEOPLE
"""Types whose answer is a text, not letters."""
_PLACE = re.compile(r"_{2,}|\{\{[1-9][0-9]?\}\}|[（(\[【]\s*[)）\]】]")  # where something is to be written in
_BETWEEN_BLANKS = (r"\n+", r"[;；]", r"\|\|", r"、", r"[,，]", r"\s+")  # the first that gives as many parts as blanks
_COUNTED = re.compile(
    r"[（(]\s{0,3}(\d{1,2})\s{0,3}[)）]|(?:^|(?<=[\s;；,，、。]))"
    r"(?:(\d{1,2})\s{0,3}[)）.．、:：](?!\d)|第\s{0,3}(\d{1,2})\s{0,3}空[:：]?)"
)
_PLUS_MINUS = re.compile(r"±|\+/?-")
_RANGE = re.compile(r"([+\-−]?\d[\d.,]*)\s{0,3}(?:~|～|至|—|–)\s{0,3}([+\-−]?\d[\d.,]*)")
_MARKS = re.compile(r"[（(]\s{0,3}(\d{1,3})\s{0,3}分\s{0,3}[)）][。;；]?$")
_LIST_MARK = re.compile(r"^\s*(?:[（(]\s*\d{1,2}\s*[)）]|\d{1,2}\s*[.．、)）:：]|[①-⑳])\s*")
_PAIR = re.compile(r"(\d{1,2})\s{0,3}[-—–→=:：.．、)）]{0,3}\s{0,3}([A-Za-z])(?![A-Za-z])")
_ENCLOSED = {chr(0x2460 + number): LETTERS[number] for number in range(20)}  # ① ② … as names of options
_ARROWS = re.compile(r"[\s,，、;；→>\-—–]+")


@dataclass(slots=True)
class Written:
    """What of a question its raw answer gives."""

    stem: str
    options: tuple[Option, ...] = ()
    key: tuple[str, ...] = ()
    blanks: tuple[Blank, ...] = ()
    prompts: tuple[str, ...] = ()
    rubric: tuple[Criterion, ...] = ()
    model_answer: str = ""
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Raw:
    """One question as written: stem and options tidied, the answer and labels (rubric, prompts …) as they stand."""

    type: ItemType
    stem: str
    options: tuple[Option, ...]
    answer: str
    labels: Mapping[str, str]
    place: Place


def read_written(raw: Raw) -> Written | None:
    """The parts of a question of a further type; None for the types that are ticked."""
    reader = _READERS.get(raw.type)
    return reader(raw) if reader else None


def number_places(stem: str) -> tuple[str, int]:
    """The stem with its blanks written {{1}}, {{2}} …, and how many there are."""
    if GAP.search(stem):
        return stem, len(GAP.findall(stem))
    count = 0

    def place(_found: re.Match[str]) -> str:
        nonlocal count
        count += 1
        return f"{{{{{count}}}}}"

    return _PLACE.sub(place, stem), count


def _missing(raw: Raw) -> list[Fault]:
    return [] if raw.answer.strip() else [fault("KEY_MISSING", raw.place)]


def _blanks(raw: Raw) -> Written:
    stem, count = number_places(raw.stem)
    found = Written(stem, raw.options, faults=_missing(raw))
    if count == 0:
        found.faults.append(fault("BLANK_NONE", raw.place))
    if found.faults:
        return found
    answers = split_answers(raw.answer, count)
    if answers is None:
        found.faults.append(fault("BLANK_ANSWERS_COUNT", raw.place, count=count, text=shown(raw.answer.strip())))
        return found
    found.blanks = tuple(Blank(accepted) for accepted in map(split_accepted, answers))
    return found


def split_answers(raw: str, count: int) -> list[str] | None:
    """The answer of each blank: so many numbered ones, or so many between line ends, semicolons, commas or spaces."""
    text = raw.strip()
    counted = list(_COUNTED.finditer(text))
    if (
        counted
        and counted[0].start() == 0
        and [int(one[1] or one[2] or one[3]) for one in counted] == [*range(1, count + 1)]
    ):
        ends = [*(one.start() for one in counted[1:]), len(text)]
        return [text[one.end() : end].strip().rstrip(";；,，、。") for one, end in zip(counted, ends, strict=True)]
    if count == 1:
        return [text.rstrip("。;；")] if text.rstrip("。;；") else [text]
    for mark in _BETWEEN_BLANKS:
        parts = [part.strip() for part in re.split(mark, text.strip().rstrip("。;；")) if part.strip()]
        if len(parts) == count:
            return parts
    return None


def split_accepted(raw: str) -> tuple[str, ...]:
    """The answers that one blank accepts: 两|二|2, or 两/二 where that is no fraction."""
    mark = "|" if "|" in raw else "/"
    if mark == "/" and re.fullmatch(r"\s*\d+\s*/\s*\d+\s*", raw):
        return (raw.strip(),)
    parts = [part.strip() for part in raw.split(mark) if part.strip()]
    return tuple(dict.fromkeys(parts)) or (raw.strip(),)


def _number(raw: Raw) -> Written:
    stem, count = number_places(raw.stem)
    found = Written(stem if count == 1 else raw.stem, raw.options, faults=_missing(raw))
    if found.faults:
        return found
    texts, told = _tolerance(raw.answer.strip().rstrip("。;；"))
    label = raw.labels.get("tolerance", "").strip().lstrip("±")
    tolerance = _decimal(label) if label else told
    if (label and tolerance is None) or (label and told is not None and told != tolerance):
        found.faults.append(fault("TOLERANCE_BAD", raw.place, blank=1, value=shown(label)))
        return found
    found.blanks = (Blank(texts, Decimal(0) if tolerance is None else tolerance),)
    return found


def _tolerance(text: str) -> tuple[tuple[str, ...], Decimal | None]:
    """Numbers, and the tolerance written with them: 15±0.5, or 14.5~15.5."""
    if span := _RANGE.fullmatch(text):
        low, high = as_number(span[1]), as_number(span[2])
        if low is not None and high is not None and low <= high:
            return (f"{(low + high) / 2:f}",), (high - low) / 2
    parts = _PLUS_MINUS.split(text, maxsplit=1)
    told = _decimal(parts[1]) if len(parts) == 2 else None
    return (split_accepted(parts[0]), told) if told is not None else (split_accepted(text), None)


def _decimal(text: str) -> Decimal | None:
    try:
        found = Decimal(text.strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() and found >= 0 and abs(found.adjusted()) <= 30 else None


def _order(raw: Raw) -> Written:
    letters = "".join(_ENCLOSED.get(char, char) for char in _ARROWS.sub("", raw.answer)).upper().rstrip("。.")
    found = Written(raw.stem, raw.options, tuple(letters), faults=_missing(raw))
    if letters and not re.fullmatch(f"[{LETTERS}]+", letters):
        found.faults.append(fault("KEY_UNREADABLE", raw.place, value=shown(raw.answer)))
    return found


def _match(raw: Raw) -> Written:
    prompts = tuple(
        _LIST_MARK.sub("", line).strip() for line in raw.labels.get("prompts", "").splitlines() if line.strip()
    )
    found = Written(raw.stem, raw.options, prompts=prompts, faults=_missing(raw))
    if found.faults:
        return found
    pairs = [(int(one[1]), one[2].upper()) for one in _PAIR.finditer(raw.answer)]
    letters = fields.read_letters(_ARROWS.sub("", raw.answer))
    if not pairs and letters and len(letters) == len(prompts):  # letters in the order of the prompts
        pairs = list(enumerate(letters, 1))
    if not pairs:
        found.faults.append(fault("KEY_UNREADABLE", raw.place, value=shown(raw.answer)))
    found.key = tuple(f"{number}{letter}" for number, letter in sorted(pairs))
    return found


def _told(raw: Raw) -> Written:
    rubric = tuple(read_criterion(line) for line in raw.labels.get("rubric", "").splitlines() if line.strip())
    found = Written(raw.stem, raw.options, rubric=rubric, model_answer=fields.squeeze(raw.answer))
    if not rubric and not raw.answer.strip():
        found.faults.append(fault("KEY_MISSING", raw.place))
    return found


def read_criterion(line: str) -> Criterion:
    """One point of a rubric with its marks: 说出应当出示证件（2分）; without them it weighs 1."""
    text = _LIST_MARK.sub("", line).strip()
    marks = _MARKS.search(text)
    if marks is None or not text[: marks.start()].strip():
        return Criterion(text)
    return Criterion(text[: marks.start()].strip(), int(marks[1]))


_READERS: Mapping[ItemType, Callable[[Raw], Written]] = {
    ItemType.FILL: _blanks,
    ItemType.CLOZE: _blanks,
    ItemType.NUMERIC: _number,
    ItemType.ORDERING: _order,
    ItemType.MATCHING: _match,
    ItemType.SHORT_ANSWER: _told,
    ItemType.CASE_ANALYSIS: _told,
}


def answer_cell(item: Item) -> str:
    """The answer as `read_written` takes it apart again."""
    if item.type is ItemType.MATCHING:
        return " ".join(item.key)
    if item.type in MARKED_BY_PEOPLE:
        return item.model_answer
    if item.type is ItemType.NUMERIC:
        return _accepted_cell(item.blanks[0])
    return "\n".join(map(_accepted_cell, item.blanks)) if item.blanks else "".join(item.key)


def _accepted_cell(blank: Blank) -> str:
    text = "|".join(blank.accepted)
    return text if len(blank.accepted) > 1 or "/" not in text else text + "|"


def rubric_cell(item: Item) -> str:
    """The rubric, a point a line, each with its marks."""
    return "\n".join(f"{criterion.text}（{criterion.weight}分）" for criterion in item.rubric)
