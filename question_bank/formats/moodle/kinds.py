"""One question of Moodle XML, by its type."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal

from question_bank.faults import change, fault, refusal, shown
from question_bank.formats import labels as labelling
from question_bank.formats.intake import (
    Answer,
    Sketch,
    filled,
    fraction,
    keep_feedback,
    labelled_choice,
    letter,
    matched,
    measured,
)
from question_bank.formats.markup import read_markup
from question_bank.formats.moodle.cloze import read_cloze
from question_bank.formats.moodle.markers import read_markers
from question_bank.formats.moodle.standard import is_standard
from question_bank.formats.moodle.texts import Pictures, raw_text, reading_of, take_pictures, text_of, verbatim
from question_bank.formats.picturing import words_of
from question_bank.formats.xml import Element
from question_bank.items import FALSE, TRUE, Blank, Criterion, Item, ItemType, Opaque, Option, as_number

NAME = "moodle"
RUBRIC = "评分要点："
_LINE = re.compile(r"_{5,}")  # where Moodle shows the box of a short answer
_GAP = re.compile(r"\[\[(\d{1,3})\]\]")
_POINT = re.compile(r"\[([0-9]{1,3})\] ?(.*)", re.DOTALL)


class Question:
    """One question on its way into its sketch; `used` are the children that were understood."""

    def __init__(self, kind: str, element: Element, sketch: Sketch) -> None:
        self.kind = kind
        self.element = element
        self.sketch = sketch
        self.pictures = Pictures()
        self.used = {"name", "questiontext", "generalfeedback", "idnumber", "tags"}

    def use(self, name: str) -> Element | None:
        """The child of this name, which is understood."""
        self.used.add(name)
        return self.element.find(name)

    def finish(self, type_: ItemType, **parts: object) -> None:
        """Set type, stem and explanation, and whatever else is known."""
        stem = self.element.find("questiontext")
        reading = reading_of(stem, self.sketch)
        take_pictures(stem, reading, self.pictures, "", self.sketch)
        explanation = text_of(self.element.find("generalfeedback"), self.sketch, "generalfeedback")
        item = replace(self.sketch.item, type=type_, stem=reading.text, explanation=explanation)
        self.sketch.item = replace(item, **parts)  # type: ignore[arg-type]

    def answers(self, *, shown_as_options: bool) -> list[Answer]:
        """The answers; what they show as options may hold pictures."""
        self.used.add("answer")
        return [
            self._answer(element, letter(index) if shown_as_options else None)
            for index, element in enumerate(self.element.findall("answer"))
        ]

    def _answer(self, element: Element, at: str | None) -> Answer:
        raw = verbatim(element)
        worth = fraction(element.get("fraction") or "0", self.sketch.place)
        feedback = text_of(element.find("feedback"), self.sketch, "feedback")
        if at is None:
            return Answer(raw_text(element).strip(), worth, feedback, raw)
        reading = reading_of(element, self.sketch)
        take_pictures(element, reading, self.pictures, at, self.sketch)
        said = reading.text or words_of(reading.images, at)
        return Answer(said, worth, feedback, raw)

    def keep_the_rest(self) -> None:
        """Keep every child that has no place here and says something of its own."""
        sketch = self.sketch
        name = " ".join(raw_text(self.element.find("name")).split())
        if name and name != sketch.item.code:
            sketch.opaque.append(Opaque(NAME, "name", name))
        for child in self.element:
            if str(child.tag) not in self.used and not is_standard(self.kind, child):
                sketch.opaque.append(Opaque(NAME, str(child.tag), verbatim(child)))
        sketch.item = replace(sketch.item, pictures=tuple(self.pictures.found))


def read_kind(kind: str, element: Element, sketch: Sketch) -> None:
    """Fill the sketch. Raises BankError for a question that cannot be read."""
    if image := (element.findtext("image") or "").strip():
        raise refusal("PICTURE_ELSEWHERE", sketch.place, name=shown(image))
    question = Question(kind, element, sketch)
    KINDS[kind](question)
    question.keep_the_rest()


def _choice(question: Question) -> None:
    single = question.use("single")
    question.finish(ItemType.SINGLE)
    answers = question.answers(shown_as_options=True)
    is_single = single is None or (single.text or "").strip().lower() in {"true", "1", ""}
    question.sketch.item = labelled_choice(question.sketch, answers, single=is_single)


def _judgement(question: Question) -> None:
    question.finish(ItemType.TRUE_FALSE)
    answers = question.answers(shown_as_options=False)
    said = {answer.text.lower(): answer for answer in answers}
    right = [TRUE if text == "true" else FALSE for text, answer in said.items() if answer.worth == 100]
    if said.keys() - {"true", "false"} or len(right) > 1:
        raise refusal("TRUE_FALSE_KEY_BAD", question.sketch.place, key=shown(" ".join(said)))
    for answer in answers:
        keep_feedback(question.sketch, NAME, "right" if answer.worth == 100 else "wrong", answer.feedback)
    question.sketch.item = replace(question.sketch.item, key=tuple(right))


def _fill(question: Question) -> None:
    cased = question.element.findtext("usecase") or ""
    if cased.strip() in {"1", "true"}:
        question.sketch.warnings.append(fault("ANSWERS_CASED", question.sketch.place))
    question.finish(ItemType.FILL)
    sketch = question.sketch
    stem, found = _LINE.subn("{{1}}", sketch.item.stem, count=1)
    if not found:
        stem = f"{stem} {{{{1}}}}"
    blank = filled(sketch, NAME, question.answers(shown_as_options=False))
    sketch.item = replace(sketch.item, stem=stem, blanks=(blank,))


def _numeric(question: Question) -> None:
    question.finish(ItemType.NUMERIC)
    sketch = question.sketch
    if sketch.labels.get("gap") != "none":
        sketch.item = replace(sketch.item, stem=_LINE.sub("{{1}}", sketch.item.stem, count=1))
    if question.element.find("units/unit") is not None:
        sketch.warnings.append(fault("UNITS_UNSUPPORTED", sketch.place))
    tolerances = [_tolerance(question, answer) for answer in question.element.findall("answer")]
    answers = zip(question.answers(shown_as_options=False), tolerances, strict=True)
    sketch.item = replace(sketch.item, blanks=(measured(sketch, NAME, answers),))


def _tolerance(question: Question, answer: Element) -> Decimal:
    raw = (answer.findtext("tolerance") or "").strip()
    if (found := as_number(raw or "0")) is None:
        raise refusal("TOLERANCE_BAD", question.sketch.place, blank=1, value=shown(raw))
    return found


def _matching(question: Question) -> None:
    question.used.add("subquestion")
    question.finish(ItemType.MATCHING)
    pairs = [
        (text_of(element, question.sketch, "subquestion"), raw_text(element.find("answer")).strip())
        for element in question.element.findall("subquestion")
    ]
    question.sketch.item = matched(question.sketch, pairs)


def _ordering(question: Question) -> None:
    question.finish(ItemType.ORDERING)
    sketch = question.sketch
    answers = question.answers(shown_as_options=True)
    order = sorted(range(len(answers)), key=lambda index: answers[index].worth)
    right = [answers[index] for index in order]
    stated = sketch.labels.get("key", "")
    if sorted(stated) != [letter(index) for index in range(len(right))]:
        stated = _scrambled(right)
        sketch.changes.append(change("ORDER_LETTERED", sketch.place))
    letters = dict(zip(order, stated, strict=False))
    moved = {letter(index): letters.get(index, "") for index in order}
    question.pictures.found = [replace(one, at=moved.get(one.at, "")) for one in question.pictures.found]
    options = (Option(key, answer.text, answer.feedback) for key, answer in zip(stated, right, strict=False))
    sketch.item = replace(sketch.item, options=tuple(sorted(options, key=lambda o: o.key)), key=tuple(stated))


def _scrambled(answers: list[Answer]) -> str:
    """Letters for options that are listed in the right order, by a digest of their texts."""
    prints = [hashlib.sha256(answer.text.encode("utf-8", "replace")).digest() for answer in answers]
    ranks = {index: rank for rank, index in enumerate(sorted(range(len(prints)), key=lambda i: (prints[i], i)))}
    return "".join(chr(ord("A") + ranks[index]) for index in range(len(prints)))


def _essay(question: Question) -> None:
    question.finish(ItemType.SHORT_ANSWER)
    sketch, item = question.sketch, question.sketch.item
    notes = text_of(question.use("graderinfo"), sketch, "graderinfo")
    count = labelling.number(sketch.labels, "rubric", sketch.place) if "rubric" in sketch.labels else 0
    answer, rubric = _grader_notes(notes, count)
    type_ = labelling.kind(sketch.labels, ItemType.SHORT_ANSWER, sketch.place)
    sketch.item = replace(item, type=type_, rubric=rubric, model_answer=answer)
    if not (answer or rubric) and item.explanation:
        sketch.item = replace(sketch.item, model_answer=item.explanation, explanation="")
        sketch.changes.append(change("MODEL_ANSWER_FROM_FEEDBACK", sketch.place))


def _grader_notes(notes: str, count: int) -> tuple[str, tuple[Criterion, ...]]:
    """Model answer and rubric, which stands below its heading, one point a line where the label says how many."""
    lines = notes.split("\n")
    heads = [index for index, line in enumerate(lines) if line == RUBRIC]
    if not count or not heads:
        return notes, ()
    points: list[str] = []
    for line in lines[heads[-1] + 1 :]:
        if line.startswith("    ") and points:
            points[-1] += "\n" + line[4:]
        else:
            points.append(line)
    found = [match for match in map(_POINT.fullmatch, points) if match]
    if len(found) != len(points) or len(points) != count:
        return notes, ()
    return "\n".join(lines[: heads[-1]]).strip(), tuple(Criterion(match[2], int(match[1])) for match in found)


def _description(question: Question) -> None:
    question.finish(ItemType.CASE)


def _cloze(question: Question) -> None:
    element, sketch = question.element.find("questiontext"), question.sketch
    stem, blanks = read_cloze(raw_text(element), sketch)
    otherwise = ItemType.CLOZE if any(blank.options for blank in blanks) else ItemType.FILL
    _gapped(question, stem, blanks, labelling.kind(sketch.labels, otherwise, sketch.place))


def _gapped(question: Question, stem: str, blanks: tuple[Blank, ...], type_: ItemType) -> None:
    element, sketch = question.element.find("questiontext"), question.sketch
    reading = read_markup(stem, sketch.place)
    take_pictures(element, reading, question.pictures, "", sketch)
    explanation = text_of(question.element.find("generalfeedback"), sketch, "generalfeedback")
    item: Item = replace(sketch.item, type=type_, stem=reading.text, explanation=explanation, blanks=blanks)
    sketch.item = item


def _selected(question: Question) -> None:
    """Gaps [[1]], [[2]] …, each the number of the choice that is right there; choices of one group stand together."""
    tag = "selectoption" if question.kind == "gapselect" else "dragbox"
    question.used.add(tag)
    choices = [
        ((element.findtext("text") or "").strip(), (element.findtext("group") or "1").strip())
        for element in question.element.findall(tag)
    ]
    blanks: list[Blank] = []

    def numbered(found: re.Match[str]) -> str:
        blanks.append(_selection(question, choices, int(found[1])))
        return f"{{{{{len(blanks)}}}}}"

    stem = _GAP.sub(numbered, raw_text(question.element.find("questiontext")))
    _gapped(question, stem, tuple(blanks), ItemType.CLOZE)


def _selection(question: Question, choices: list[tuple[str, str]], number: int) -> Blank:
    if not 1 <= number <= len(choices):
        raise refusal("GAP_CHOICE_BAD", question.sketch.place, gap=f"[[{number}]]")
    right, group = choices[number - 1]
    texts = list(dict.fromkeys(text for text, of in choices if of == group))
    options = tuple(Option(letter(index), text) for index, text in enumerate(texts))
    return Blank((letter(texts.index(right)),), options=options)


def _hotspot(question: Question) -> None:
    found = read_markers(question.element, question.sketch)
    question.used |= {"file", "drop"} | ({"drag"} if found.marker_is_ours else set())
    question.pictures.add(found.name, found.data, question.sketch.labels.pop("alt", ""), "", question.sketch)
    question.finish(ItemType.HOTSPOT, areas=found.areas, key=tuple(area.key for area in found.areas))


KINDS: Mapping[str, Callable[[Question], None]] = {
    "multichoice": _choice,
    "truefalse": _judgement,
    "shortanswer": _fill,
    "numerical": _numeric,
    "matching": _matching,
    "match": _matching,
    "essay": _essay,
    "description": _description,
    "multianswer": _cloze,
    "cloze": _cloze,
    "gapselect": _selected,
    "ddwtos": _selected,
    "ordering": _ordering,
    "ddmarker": _hotspot,
}
