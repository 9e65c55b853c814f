"""One question while its lines are being gathered, and how its parts become a draft."""

import re
from dataclasses import dataclass, field

from question_bank.faults import Change, Fault, Place, change, fault, shown
from question_bank.formats import fields
from question_bank.formats.drafts import Draft
from question_bank.formats.plain_text import lines
from question_bank.formats.plain_text.options import split_stem
from question_bank.formats.written import WRITTEN
from question_bank.items import ItemType

_LIST_MARK = re.compile(r"[①-⑳]|[（(]\s*[\d一二三四五六七八九十]{1,3}\s*[)）]|\d{1,3}\s*[.．、)）]")


@dataclass(slots=True)
class Section:
    """A part of the file under one heading."""

    index: int
    kind: str | None = None
    type: ItemType | None = None
    open_count: bool = False
    handled: bool = True
    labels: dict[str, str] = field(default_factory=dict)  # said once for all questions of the part


@dataclass(slots=True)
class Question:
    """The parts of a question as they were found; `answers` are (key as written, line)."""

    place: Place
    number: int
    style: str
    section: Section
    type: ItemType | None = None
    open_count: bool = False
    stem: list[str] = field(default_factory=list)
    options: list[tuple[str, str]] = field(default_factory=list)
    answers: list[tuple[str, int]] = field(default_factory=list)
    explanation: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)  # further lines of a written answer
    rubric: list[str] = field(default_factory=list)
    states: dict[int, str] = field(default_factory=dict)  # its lines, and what part of it each belongs to
    labels: dict[str, str] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def judged(self) -> bool:
        """Whether it is known to be a true/false question."""
        return self.type is ItemType.TRUE_FALSE

    @property
    def written(self) -> bool:
        """Whether it is answered with a text."""
        return self.type in WRITTEN

    def note(self, made: Change) -> None:
        """Note a change, each kind once."""
        if made.code not in {known.code for known in self.changes}:
            self.changes.append(made)

    def draft(self) -> Draft:
        """The question with its stem, options and key brought together."""
        stem = joined(self.stem)
        if self.written:
            stem = self._take_written(stem)
        else:
            if not self.options and not self.judged:
                stem, self.options = split_stem(stem)
            self._take_inner_answer()
            stem = self._take_stem_key(stem)
        if self.rubric:
            self.labels["rubric"] = "\n".join(self.rubric)
        return Draft(
            place=self.place,
            type=self.type,
            open_count=self.open_count,
            stem=stem,
            options=self.options,
            key=self._key(),
            explanation=joined(self.explanation),
            labels={**self.section.labels, **self.labels},
            changes=self.changes,
            faults=self.faults,
        )

    def _take_written(self, stem: str) -> str:
        """Lift an answer that stands on the line of the stem, and join an answer of several lines."""
        if inner := lines.inner_text(stem):
            stem = inner[0]
            self.take_answer(inner[1], self.place.line or 0)
        if self.told and self.answers:
            text, line = self.answers[-1]
            self.answers[-1] = ("\n".join([text, *self.told] if text else self.told), line)
        return stem

    def _take_inner_answer(self) -> None:
        if self.options and (found := lines.inner_answer(self.options[-1][1])):
            letter, (text, rest) = self.options[-1][0], found
            self.options[-1] = (letter, text)
            self.take_answer(rest, self.place.line or 0)

    def take_answer(self, text: str, line: int) -> None:
        """Keep the key that a text begins with, and what follows it as explanation."""
        text, explained = lines.split_explanation(text)
        if self.written:
            self.answers.append((text.strip(), line))
            self.explanation.extend(filter(None, [explained]))
            return
        match = lines.KEY_TOKEN.match(text.lstrip("（(【[ "))
        opening = len(text) - len(text.lstrip("（(【[ "))
        rest = text[opening + match.end() :].strip().strip("）)】]。.;；，,、:： ") if match else ""
        if match is None or (rest and text[opening + match.end() :][:1] not in " 。.;；，,、:：（()）】]"):
            self.answers.append((text.strip(), line))
        else:
            self.answers.append((match.group(), line))
            if rest:
                self.note(change("EXPLANATION_UNMARKED", self.place, text=shown(rest)))
                self.explanation.append(rest)
        if explained:
            self.explanation.append(explained)

    def _take_stem_key(self, stem: str) -> str:
        """Lift the key out of the stem's brackets and leave a blank there."""
        keyed = [match for match in lines.STEM_KEY.finditer(stem) if self._is_key(match, stem)]
        if keyed and fields.BLANK.search(stem) and self.answers:
            return stem
        keys = {fields.read_letters(match["key"]) or match["key"] for match in keyed}
        if len(keys) > 1:
            self.faults.append(fault("KEY_AMBIGUOUS", self.place, text="、".join(shown(m.group()) for m in keyed)))
            return stem
        if keyed:
            self.answers.append((keyed[-1]["key"].strip(), self.place.line or 0))
            self.note(change("KEY_TAKEN_FROM_STEM", self.place, key=shown(keyed[-1]["key"].strip())))
            return stem[: keyed[-1].start()] + "（ ）" + stem[keyed[-1].end() :]
        mark = lines.TRAILING_MARK.search(stem)
        if mark and not self.options and self.type in (None, ItemType.TRUE_FALSE):
            self.answers.append((mark.group().strip(), self.place.line or 0))
            self.note(change("KEY_TAKEN_FROM_STEM", self.place, key=mark.group().strip()))
            return stem[: mark.start()].rstrip()
        return stem

    def _is_key(self, match: re.Match[str], stem: str) -> bool:
        """A judgement counts only in a judgement and at the end of the stem; letters only where there are options."""
        if self.options:
            letters = fields.read_letters(match["key"])
            return letters is not None and {*letters} <= {letter for letter, _ in self.options}
        tail = stem[match.end() :].strip("。.；;！!？? ")
        return fields.read_judgement(match["key"]) is not None and not tail

    def _key(self) -> str | None:
        """The one key, when all places that give one agree."""
        given = [(text, line) for text, line in self.answers if text]
        readings = {_comparable(text) for text, _ in given}
        if len(readings) > 1:
            said = "、".join(shown(text) for text, _ in given)
            self.faults.append(fault("KEY_CONFLICT", self.place, text=said))
            return None
        return given[0][0] if given else None


def _comparable(text: str) -> tuple[str, ...]:
    letters = fields.read_letters(text)
    return tuple(sorted(letters)) if letters else (fields.read_judgement(text) or text,)


def joined(parts: list[str]) -> str:
    """Lines of one field as one text: lists keep their lines, Chinese is joined without a space."""
    text = ""
    for part in parts:
        if not text or not part:
            text += part
        elif _LIST_MARK.match(part):
            text += "\n" + part
        else:
            both_latin = text[-1].isascii() and part[0].isascii() and text[-1].isalnum() and part[0].isalnum()
            text += (" " if both_latin else "") + part
    return text
