"""What a question of each type is written with, whether it stands alone or in a case."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import FieldList, FormField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, NumberRange, Optional

from app.bank.forms.choices import choices
from app.bank.forms.rows import (
    LONGEST_LIST,
    WHOLE,
    AreaRow,
    BlankRow,
    OptionRow,
    PictureDesk,
    PictureRow,
    PromptRow,
    Row,
    coordinates,
    decimal_of,
    lines_of,
)
from app.bank.policy import TYPE_TITLES
from app.core.errors import DomainError
from question_bank import items
from question_bank.items import Area, Blank, Criterion, ItemType, Option, Picture, Shape
from question_bank.items import Item as Question

CHOSEN = frozenset({ItemType.SINGLE, ItemType.MULTIPLE})
WITH_OPTIONS = CHOSEN | {ItemType.ORDERING, ItemType.MATCHING}
WITH_BLANKS = frozenset({ItemType.FILL, ItemType.NUMERIC, ItemType.CLOZE})
_LEAST = {
    ItemType.SINGLE: {"options": 4}, ItemType.MULTIPLE: {"options": 4}, ItemType.ORDERING: {"options": 4},
    ItemType.MATCHING: {"options": 4, "prompts": 3}, ItemType.FILL: {"blanks": 1}, ItemType.NUMERIC: {"blanks": 1},
    ItemType.CLOZE: {"blanks": 2}, ItemType.HOTSPOT: {"areas": 2},
}  # fmt: skip
"""How many rows stand ready, beside what there is."""
_MORE = 2
_CRITERION = re.compile(r"\s*(\d{1,4})\s*[|｜]\s*(.*)", re.ASCII)
_PART_TITLES = {name: title for name, title in TYPE_TITLES.items() if name != ItemType.CASE}
_UNNAMED = re.compile(r"[^\w.-]+")


def _rows(kind: type[Row], label: Any, most: int) -> FieldList:  # noqa: ANN401 - a lazy text
    return FieldList(FormField(kind), label, max_entries=most)


class TypedFields:
    """The fields that differ by type; a page shows those of the type at hand."""

    stem = TextAreaField(_l("Question"), [Length(max=items.STEM_CHARACTERS)])
    options = _rows(OptionRow, _l("Options"), len(items.LETTERS))
    truth = RadioField(
        _l("Is the statement true?"),
        choices=[SelectChoice(items.TRUE, _l("True")), SelectChoice(items.FALSE, _l("False"))],
        validators=[Optional()],
    )
    order = StringField(
        _l("Right order"),
        [Length(max=60)],
        description=_l("The letters one after another, such as CAB; empty where the options stand in the right order."),
    )
    prompts = _rows(PromptRow, _l("To be matched"), 20)
    blanks = _rows(BlankRow, _l("Blanks"), 20)
    areas = _rows(AreaRow, _l("Areas of the picture"), len(items.LETTERS))
    rubric = TextAreaField(
        _l("Rubric"),
        [Length(max=LONGEST_LIST)],
        description=_l("One point a line, its weight first: 2 | names the legal basis."),
    )
    model_answer = TextAreaField(
        _l("Model answer"), [Length(max=items.EXPLANATION_CHARACTERS)], description=_l("For the marker.")
    )
    explanation = TextAreaField(
        _l("Explanation"),
        [Length(max=items.EXPLANATION_CHARACTERS)],
        description=_l("Shown to the candidate after release, where the sitting allows it."),
    )
    pictures = _rows(PictureRow, _l("Pictures"), 11)


class TypedForm(TypedFields):
    """What the form of a question and that of a part of a case can do."""

    type: Any

    @property
    def kind(self) -> ItemType:
        """The type at hand; single choice where none is known."""
        return ItemType(self.type.data) if self.type.data in set(ItemType) else ItemType.SINGLE

    def take_uploads(self, desk: PictureDesk) -> None:
        """Keep every file that came along, so that nobody has to choose it again; faults stand at the file."""
        for row in self.pictures:
            row.source.data = "" if desk.open(row.source.data or "") is None else row.source.data
            if row.file.data:
                self._keep(row, desk)

    def _keep(self, row: Any, desk: PictureDesk) -> None:  # noqa: ANN401 - a field that stands for its form
        try:
            row.source.data = desk.keep(row.file.data.filename or "", row.file.data.read())
        except DomainError as error:
            row.form.refused = gettext(error.msgid, **error.data)
        else:
            row.title.data = row.file.data.filename or ""

    def refusals(self) -> Iterator[tuple[Any, str]]:
        """The files that could not be kept, each with its sentence."""
        for row in self.pictures:
            if refused := getattr(row.form, "refused", ""):
                yield row.file, refused

    def pad(self, *, more: bool = False) -> None:
        """Let enough empty rows stand ready; `more` adds some to each."""
        wanted = _LEAST.get(self.kind, {})
        for name in ("options", "prompts", "blanks", "areas"):
            rows = getattr(self, name)
            count = max(wanted.get(name, 0), len(rows.entries) + _MORE * more) if name in wanted else 0
            if name == "blanks" and self.kind is ItemType.NUMERIC:
                count = 1
            while len(rows.entries) < min(count, rows.max_entries):
                rows.append_entry()
        if self.pictures.entries and self.pictures.entries[-1].source.data in ("", None):
            return
        if len(self.pictures.entries) < self.pictures.max_entries:
            self.pictures.append_entry()

    def typed(self, base: Question, desk: PictureDesk) -> Question:
        """The base with what was entered for this type, and nothing of other types."""
        return replace(
            base, type=self.kind, stem=self.stem.data or "", options=tuple(self._options()), key=tuple(self._key()),
            explanation=self.explanation.data or "", prompts=tuple(self._prompts()), blanks=tuple(self._blanks()),
            areas=tuple(self._areas()), rubric=tuple(self._rubric()), model_answer=self._model_answer(),
            pictures=tuple(self._pictures(desk)),
        )  # fmt: skip

    def _options(self) -> Iterator[Option]:
        if self.kind not in WITH_OPTIONS:
            return
        for letter, row in zip(items.LETTERS, _filled(self.options, _says_option), strict=False):
            weighed = self.kind in CHOSEN
            worth = _number(row.worth.data) if weighed else None
            yield Option(letter, row.text.data or "", (row.feedback.data or "") if weighed else "", worth)

    def _key(self) -> Iterator[str]:
        if self.kind in CHOSEN:
            yield from (one for one, row in zip(items.LETTERS, self.options, strict=False) if row.right.data)
        elif self.kind is ItemType.TRUE_FALSE and self.truth.data:
            yield self.truth.data
        elif self.kind is ItemType.ORDERING:
            written = [char for char in (self.order.data or "").upper() if char.isalnum()]
            yield from written or [option.key for option in self._options()]
        elif self.kind is ItemType.MATCHING:
            rows = _filled(self.prompts, _says_prompt)
            yield from (f"{number}{row.match.data}" for number, row in enumerate(rows, 1) if row.match.data)
        elif self.kind is ItemType.HOTSPOT:
            rows = _filled(self.areas, _says_area)
            yield from (one for one, row in zip(items.LETTERS, rows, strict=False) if row.right.data)

    def _prompts(self) -> Iterator[str]:
        if self.kind is ItemType.MATCHING:
            yield from (row.text.data or "" for row in _filled(self.prompts, _says_prompt))

    def _blanks(self) -> Iterator[Blank]:
        if self.kind not in WITH_BLANKS:
            return
        gaps = max((int(found[1]) for found in items.GAP.finditer(self.stem.data or "")), default=0)
        count = max(gaps, len(_filled(self.blanks, _says_blank)))
        for row in self.blanks.entries[:count]:
            offered = lines_of(row.options.data) if self.kind is ItemType.CLOZE else []
            options = tuple(Option(_letter(place), text) for place, text in enumerate(offered))
            letters = {option.text: option.key for option in options}
            accepted = tuple(letters.get(text, text) for text in lines_of(row.accepted.data))
            tolerance = _number(row.tolerance.data)
            if tolerance is None and self.kind is ItemType.NUMERIC:
                tolerance = Decimal(0)
            yield Blank(accepted, tolerance, options, row.weight.data or 1)

    def _areas(self) -> Iterator[Area]:
        if self.kind is ItemType.HOTSPOT:
            for letter, row in zip(items.LETTERS, _filled(self.areas, _says_area), strict=False):
                shape = Shape(row.shape.data) if row.shape.data in set(Shape) else Shape.RECTANGLE
                yield Area(letter, shape, coordinates(row.coords.data) or ())

    def _rubric(self) -> Iterator[Criterion]:
        for line in lines_of(self.rubric.data) if self.kind in items.MARKED_BY_PEOPLE else ():
            weighed = _CRITERION.fullmatch(line)
            yield Criterion(weighed[2], int(weighed[1])) if weighed else Criterion(line)

    def _model_answer(self) -> str:
        return (self.model_answer.data or "") if self.kind in items.MARKED_BY_PEOPLE else ""

    def _pictures(self, desk: PictureDesk) -> Iterator[Picture]:
        for row, name in self.named_pictures():
            found = desk.open(row.source.data)
            if found is not None:
                yield replace(found, name=name, alt=row.alt.data or "", at=row.at.data or "")

    def typed_blanks(self) -> list[Blank]:
        """The blanks as entered."""
        return list(self._blanks())

    def named_pictures(self) -> Iterator[tuple[Any, str]]:
        """The rows of pictures with the names that their pictures get."""
        taken: set[str] = set()
        for row in self.kept_pictures():
            name = _unused(row.title.data or "picture", taken)
            taken.add(name)
            yield row, name

    def kept_pictures(self) -> list[Any]:
        """The rows of pictures that are there and not to be removed."""
        return [row for row in self.pictures if row.source.data and not row.remove.data]


def _letter(place: int) -> str:
    return items.LETTERS[place] if place < len(items.LETTERS) else "?"


def _number(text: str | None) -> Decimal | None:
    try:
        return decimal_of(text)
    except ArithmeticError:
        return None


def _unused(name: str, taken: set[str]) -> str:
    plain = _UNNAMED.sub("-", name).strip("-")[-90:] or "picture"
    found, number = plain, 1
    while found in taken:
        number += 1
        found = f"{number}-{plain}"
    return found


def _filled(rows: Any, says: Callable[[Any], bool]) -> list[Any]:  # noqa: ANN401 - a FieldList
    """The rows up to the last that says something."""
    found = list(rows)
    while found and not says(found[-1]):
        found.pop()
    return found


def _says_option(row: Any) -> bool:  # noqa: ANN401 - a field that stands for its form
    return bool(row.text.data or row.right.data or row.feedback.data or row.worth.data)


def _says_prompt(row: Any) -> bool:  # noqa: ANN401 - a field that stands for its form
    return bool(row.text.data or row.match.data)


def _says_blank(row: Any) -> bool:  # noqa: ANN401 - a field that stands for its form
    return bool(row.accepted.data or row.tolerance.data or row.options.data)


def _says_area(row: Any) -> bool:  # noqa: ANN401 - a field that stands for its form
    return bool((row.coords.data or "").strip() or row.right.data)


class PartForm(TypedForm, Row):
    """One question of a case."""

    type = SelectField(_l("Question type"), choices=lambda: choices(_PART_TITLES), default=ItemType.SINGLE.value)
    weight = IntegerField(
        _l("Share of the marks"), [Optional(), NumberRange(1, 100, WHOLE)],
        description=_l("Against the other questions of the case; 1 where nothing is said."),
    )  # fmt: skip

    @property
    def says_something(self) -> bool:
        """Whether anything was entered."""
        return bool(
            self.stem.data
            or self.explanation.data
            or _filled(self.options, _says_option)
            or _filled(self.prompts, _says_prompt)
            or _filled(self.blanks, _says_blank)
            or _filled(self.areas, _says_area)
            or self.rubric.data
            or self.model_answer.data
            or self.kept_pictures()
        )


def typed_data(question: Question, sources: list[str]) -> dict[str, Any]:
    """The data of the fields of one question; `sources` of its pictures, in order."""
    ordered = question.type is ItemType.ORDERING
    return {
        "type": question.type.value, "stem": question.stem, "explanation": question.explanation,
        "options": [
            {"text": one.text, "right": not ordered and one.key in question.key, "feedback": one.feedback,
             "worth": "" if one.worth is None else f"{one.worth:f}"}
            for one in question.options
        ],
        "truth": question.key[0] if question.type is ItemType.TRUE_FALSE and question.key else None,
        "order": "".join(question.key) if ordered else "",
        "prompts": [{"text": said, "match": _match_of(question, place)} for place, said in enumerate(question.prompts)],
        "blanks": [_blank_data(blank) for blank in question.blanks],
        "areas": [
            {"shape": area.shape.value, "coords": ", ".join(map(str, area.coords)), "right": area.key in question.key}
            for area in question.areas
        ],
        "rubric": "\n".join(f"{one.weight} | {' '.join(one.text.split())}" for one in question.rubric),
        "model_answer": question.model_answer,
        "pictures": [
            {"source": source, "title": one.name, "alt": one.alt, "at": one.at}
            for source, one in zip(sources, question.pictures, strict=True)
        ],
    }  # fmt: skip


def _match_of(question: Question, place: int) -> str:
    return next((pair[-1] for pair in question.key if pair[:-1] == str(place + 1)), "")


def _blank_data(blank: Blank) -> dict[str, Any]:
    return {
        "accepted": "\n".join(map(_one_line, blank.accepted)), "weight": blank.weight,
        "tolerance": "" if blank.tolerance is None else f"{blank.tolerance:f}",
        "options": "\n".join(_one_line(option.text) for option in blank.options),
    }  # fmt: skip


def _one_line(text: str) -> str:
    return " ".join(text.split())
