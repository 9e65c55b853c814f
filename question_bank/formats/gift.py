"""GIFT, the text format of Moodle: reading. Writing is in `gift_writing`.

Grammar after Moodle's own documentation: `::title:: stem { answers } rest`, questions apart by a blank line; `//`
begins a comment line; `\\` escapes `~ = # { } : \\` and makes `\\n` a line end; `[html]` and its like name the format
of a text; `%50%` is the percentage an answer earns, `#` begins its feedback and `####` the general one.
"""

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

from question_bank.errors import ImportReport
from question_bank.faults import BankError, Place, change, fault, refusal, shown
from question_bank.formats import labels as labelling
from question_bank.formats.drafts import MOST_OPTIONS, Defaults, Gathering
from question_bank.formats.encoding import decode
from question_bank.formats.gift_blocks import Block, blocks
from question_bank.formats.gift_writing import LOSES, write
from question_bank.formats.intake import (
    Answer,
    Intake,
    Sketch,
    decimal_text,
    filled,
    fraction,
    keep_feedback,
    labelled_choice,
    matched,
    measured,
)
from question_bank.formats.limits import Limits
from question_bank.formats.markup import read_markup
from question_bank.formats.moodle.categories import read_category
from question_bank.items import FALSE, OPTION_KEYS, TRUE, Criterion, Item, ItemType, Opaque, as_number

__all__ = ["LOSES", "looks_like_gift", "read", "write"]

NAME = "gift"
_HELD = 0xE000  # escaped characters are held here while the text is taken apart
_ESCAPED = re.compile(r"\\([\\:#={}~n])")
_PRIVATE = re.compile(r"[\ue000-\ue0ff]")
_FORMAT = re.compile(r"\[(html|moodle|plain|markdown)\]", re.IGNORECASE)
_MARKED = re.compile(
    r"</?(?:p|br|b|i|u|em|strong|span|div|sub|sup|ul|ol|li|img|a|h[1-6]|code|pre|table)\b[^<>]{0,2000}>|&(?:[a-z]{2,8}|#\d{1,7});",
    re.IGNORECASE,
)
_ID = re.compile(r"\[id:((?:[^\[\]\\]|\\.)+)\]")
_TAG = re.compile(r"\[tag:((?:[^\[\]\\]|\\.)+)\]")
_LONG_LABEL = re.compile(r"//\s*chizheng:([a-z_]{1,40})=(.*)")
_TOLD = {"criterion", "model_answer", "explanation"}  # comments that are texts of their own
_WEIGHT = re.compile(r"%([^%]{0,40})%")
_JUDGED = re.compile(r"\s*(T|TRUE|F|FALSE)\s*(?:#|$)", re.IGNORECASE)
_PLACE_FOR_ANSWER = "_____"


@dataclass(frozen=True, slots=True)
class _Pieces:
    """A question taken apart: `answers` is None for a description."""

    title: str
    before: str
    answers: str | None
    after: str
    feedback: str


def looks_like_gift(text: str) -> bool:
    """Whether a text has the marks of GIFT that plain questions do not have."""
    if re.search(r"^[ \t]*\$CATEGORY:", text, re.MULTILINE):
        return True
    if re.search(r"^::[^\n]{0,500}?::", text, re.MULTILINE) and "{" in text:
        return True
    return re.search(r"\{\s*(?:[=~#]|(?:T|F|TRUE|FALSE)\s*[#}])", text) is not None


def read(name: str, data: bytes, limits: Limits, defaults: Defaults) -> ImportReport:
    """Read a GIFT file. Raises BankError for a file unusable as a whole."""
    text, notes = decode(Place(name), data)
    gathering = Gathering(name, limits, defaults)
    gathering.warn(*notes)
    intake = Intake(gathering)
    title = ""
    for number, block in enumerate(blocks(text.removeprefix("\ufeff")), 1):
        title = _read_block(intake, block, number) or title
    intake.close()
    return gathering.report(NAME, title)


def _read_block(intake: Intake, block: Block, number: int) -> str:
    """Read one block; the title of the file where a comment states it."""
    place = intake.gathering.place(line=block.line, item=str(number))
    sketch = Sketch(Item("", ItemType.SINGLE, "", (), ()), place)
    text = "\n".join(block.lines)
    try:
        if block.comments:
            _read_comments(sketch, block)
        if text.startswith("$CATEGORY:"):
            intake.close()
            intake.path, intake.topic = read_category(_plain(_hold(text[10:])).strip())
        elif text:
            _read_question(sketch, text)
            _pass_on(intake, sketch)
    except BankError as error:
        intake.refuse(error)
    return sketch.labels.get("title", "")


def _pass_on(intake: Intake, sketch: Sketch) -> None:
    if sketch.item.type is ItemType.CASE and "case" not in sketch.labels:
        intake.close()
        intake.gathering.warn(fault("DESCRIPTION_SKIPPED", sketch.place, text=shown(sketch.item.stem)))
    else:
        intake.take(sketch)


def _read_comments(sketch: Sketch, block: Block) -> None:
    """Code, tags and labels that the comments state, and what is there for those who mark."""
    tags: list[str] = []
    long: list[tuple[str, str]] = []
    code = ""
    for line in block.comments:
        if found := _LONG_LABEL.fullmatch(line):
            long.append((found[1], unquote(found[2])))
            continue
        tags += [found[1].replace("\\]", "]").strip() for found in _TAG.finditer(line)]
        code = next((found[1].replace("\\]", "]").strip() for found in _ID.finditer(line)), code)
    if code:
        sketch.place = replace(sketch.place, item=shown(code))
    own, labels = labelling.split_tags(tags)
    sketch.labels = {name: said for name, said in long if name not in _TOLD} | labels
    rubric = tuple(_criterion(said, sketch.place) for name, said in long if name == "criterion")
    answer = next((said for name, said in long if name == "model_answer"), "")
    explanation = next((said for name, said in long if name == "explanation"), "")
    item = replace(sketch.item, code=code, tags=own, rubric=rubric)
    sketch.item = replace(item, model_answer=answer, explanation=explanation)


def _criterion(said: str, place: Place) -> Criterion:
    weight, _, text = said.partition(" ")
    return Criterion(text, labelling.number({"criterion": weight}, "criterion", place))


def _hold(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(_HELD + ord("\n" if found[1] == "n" else found[1])), text)


def _as_written(found: re.Match[str]) -> str:
    char = chr(ord(found[0]) - _HELD)
    return "\\n" if char == "\n" else "\\" + char


def _plain(text: str) -> str:
    return _PRIVATE.sub(lambda found: chr(ord(found[0]) - _HELD), text)


def _read_question(sketch: Sketch, text: str) -> None:
    """Fill the sketch. Raises BankError for a question that cannot be read."""
    if strange := _PRIVATE.search(text):
        raise refusal("CHARACTER_REFUSED", sketch.place, field=NAME, character=f"U+{ord(strange[0]):04X}")
    pieces = _pieces(_hold(text), sketch.place)
    title = _plain(pieces.title).strip()
    if title and not sketch.item.code:
        sketch.place = replace(sketch.place, item=shown(title))
    if title and title != sketch.item.code:
        sketch.opaque.append(Opaque(NAME, "title", title))
    _Question(sketch, pieces).read()


def _pieces(text: str, place: Place) -> _Pieces:
    title = ""
    if text.startswith("::"):
        end = text.find("::", 2)
        if end < 0:
            raise refusal("GIFT_TITLE", place)
        title, text = text[2:end], text[end + 2 :]
    start, finish = text.find("{"), text.find("}")
    if start < 0 and finish < 0:
        return _Pieces(title, text, None, "", "")
    after = text[finish + 1 :]
    if start < 0 or finish < start or "{" in text[start + 1 : finish] or "{" in after or "}" in after:
        raise refusal("GIFT_BRACES", place)
    answers, _, feedback = text[start + 1 : finish].partition("####")
    return _Pieces(title, text[:start], answers.strip(), after.rstrip(), feedback)


class _Question:
    """One question on its way into its sketch."""

    def __init__(self, sketch: Sketch, pieces: _Pieces) -> None:
        self.sketch = sketch
        self.pieces = pieces
        found = _FORMAT.match(pieces.before.lstrip())
        self.format = found[1].lower() if found else "moodle"
        self.before = pieces.before.lstrip()[found.end() :] if found else pieces.before

    def read(self) -> None:
        """Read stem, answers and feedback by the kind of answers."""
        answers = self.pieces.answers
        if answers is None:
            self._finish(ItemType.CASE, self.before)
        elif not answers:
            self._essay()
        elif answers.startswith("#"):
            self._numeric(answers[1:])
        elif answers.startswith(">"):
            raise refusal("TYPE_UNSUPPORTED", self.sketch.place, type="ordering")
        elif "~" in answers:
            self._choice(answers)
        elif _JUDGED.match(answers):
            self._judgement(answers)
        elif all("->" in entry for _, entry in self._entries(answers)):
            self._matching(answers)
        else:
            self._fill(answers)

    def _finish(self, type_: ItemType, stem: str, **parts: Any) -> None:  # noqa: ANN401 - fields of an item
        sketch = self.sketch
        said = self._text(stem, self.format)
        explanation = self._text(self.pieces.feedback) or sketch.item.explanation
        sketch.item = replace(sketch.item, type=type_, stem=said, explanation=explanation, **parts)

    def _stem(self) -> str:
        """The stem, with a line to write on where the answers stood in the midst of it."""
        before = self.before.rstrip()
        return f"{self.before}{_PLACE_FOR_ANSWER}{self.pieces.after}" if self.pieces.after.strip() else before

    def _gapped(self) -> str:
        before = self.before.rstrip()
        gap = " " if "\n" in self.before[len(before) :] else self.before[len(before) :]
        return f"{before}{gap}{{{{1}}}}{self.pieces.after}"

    def _text(self, raw: str, format_name: str | None = None) -> str:
        """A text in its format, or in that of the question. Raises BankError PICTURE_ABSENT, MARKUP_REFUSED."""
        raw = raw.strip()
        if format_name is None and (found := _FORMAT.match(raw)):
            format_name, raw = found[1].lower(), raw[found.end() :]
        format_name = format_name or self.format
        lines = "\n".join(line.strip() for line in raw.split("\n"))
        plain = _plain(lines)
        if format_name == "html" or (format_name == "moodle" and _MARKED.search(plain)):
            reading = read_markup(plain, self.sketch.place)
            if reading.images:
                raise refusal("PICTURE_ABSENT", self.sketch.place, name=shown(reading.images[0].source))
            return reading.text
        if format_name == "markdown" and plain and not any(c.code == "MARKDOWN_KEPT" for c in self.sketch.changes):
            self.sketch.changes.append(change("MARKDOWN_KEPT", self.sketch.place))
        return plain.strip()

    def _refuse(self, code: str, raw: str) -> BankError:
        return refusal(code, self.sketch.place, text=shown(_plain(raw)))

    def _entries(self, answers: str) -> list[tuple[str, str]]:
        """(mark, text) of each answer, marks being = and ~."""
        if answers[0] not in "=~":
            raise self._refuse("GIFT_ANSWERS", answers)
        count = len(re.findall(r"[=~]", answers))
        if count > MOST_OPTIONS:
            raise refusal("OPTIONS_TOO_MANY", self.sketch.place, count=count, limit=len(OPTION_KEYS))
        return [(found[0][0], found[0][1:].strip()) for found in re.finditer(r"[=~][^=~]*", answers)]

    def _answer(self, entry: str, worth: Decimal) -> Answer:
        """The answer with the percentage that it states, or the one given."""
        raw = _PRIVATE.sub(_as_written, entry)
        if found := _WEIGHT.match(entry):
            worth, entry = fraction(found[1], self.sketch.place), entry[found.end() :]
        elif entry.startswith("%"):
            raise refusal("FRACTION_BAD", self.sketch.place, value=shown(_plain(entry)))
        text, _, feedback = entry.partition("#")
        return Answer(self._text(text), worth, self._text(feedback), raw)

    def _choice(self, answers: str) -> None:
        self._finish(ItemType.SINGLE, self._stem())
        entries = self._entries(answers)
        found = [self._answer(entry, Decimal(100 if mark == "=" else 0)) for mark, entry in entries]
        self.sketch.item = labelled_choice(self.sketch, found, single=any(mark == "=" for mark, _ in entries))

    def _judgement(self, answers: str) -> None:
        said, *feedback = answers.split("#", 2)
        key = (TRUE if said.strip().upper().startswith("T") else FALSE,)
        self._finish(ItemType.TRUE_FALSE, self._stem(), key=key)
        for about, text in zip(("wrong", "right"), feedback, strict=False):
            keep_feedback(self.sketch, NAME, about, self._text(text))

    def _matching(self, answers: str) -> None:
        self._finish(ItemType.MATCHING, self._stem())
        pairs = []
        for _, entry in self._entries(answers):
            prompt, _, option = entry.partition("->")
            pairs.append((self._text(prompt), _plain(option.strip()).strip()))
        self.sketch.item = matched(self.sketch, pairs)

    def _fill(self, answers: str) -> None:
        found = [self._answer(entry, Decimal(100)) for _, entry in self._entries(answers)]
        self._finish(ItemType.FILL, self._gapped(), blanks=(filled(self.sketch, NAME, found),))

    def _numeric(self, answers: str) -> None:
        in_midst = self.pieces.after.strip() or self.sketch.labels.get("gap") == "end"
        entries, _, wrong = answers.partition("~")
        if wrong.strip():
            keep_feedback(self.sketch, NAME, "wrong", self._text(wrong.strip().removeprefix("#")))
        found = [self._number(entry.strip()) for entry in entries.split("=") if entry.strip()]
        stem = self._gapped() if in_midst else self.before.rstrip()
        self._finish(ItemType.NUMERIC, stem, blanks=(measured(self.sketch, NAME, found),))

    def _number(self, entry: str) -> tuple[Answer, Decimal]:
        """A number with its tolerance: 15, 15:0.5 or 14.5..15.5."""
        answer = self._answer(entry, Decimal(100))
        low, is_range, high = answer.text.partition("..")
        said, _, tolerance = (low, "", "0") if is_range else answer.text.partition(":")
        first, last = as_number(said), as_number(high if is_range else tolerance or "0")
        if answer.text == "*":
            return answer, Decimal(0)
        if first is None or last is None or (is_range and last < first):
            raise self._refuse("GIFT_NUMBER", entry)
        if not is_range:
            return replace(answer, text=said.strip()), last
        return replace(answer, text=decimal_text((first + last) / 2)), (last - first) / 2

    def _essay(self) -> None:
        self._finish(ItemType.SHORT_ANSWER, self._stem())
        sketch, item = self.sketch, self.sketch.item
        type_ = labelling.kind(sketch.labels, ItemType.SHORT_ANSWER, sketch.place)
        sketch.item = replace(item, type=type_)
        if not (item.rubric or item.model_answer) and item.explanation:
            sketch.item = replace(sketch.item, model_answer=item.explanation, explanation="")
            sketch.changes.append(change("MODEL_ANSWER_FROM_FEEDBACK", sketch.place))
