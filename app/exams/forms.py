"""Forms of the exams, and the words for their codes."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DecimalField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    SubmitField,
    TextAreaField,
)
from wtforms import Form as PlainForm
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.core.forms import REASON, Form, MomentField, tidy
from app.exams.queries import RoomRow, SittingRow, SpecificationRow
from app.exams.queries.rules import DEFAULT_ATTEMPTS, DEFAULT_WAIT_DAYS, PERIOD_DAYS
from app.exams.service import RoomData, SittingData, SpecificationData
from app.exams.sitting import Kind, Refusal
from question_bank.items import ItemType, Level, Paper
from question_bank.scoring import ScoringPolicy
from question_bank.specification import Cell

SPARE_ROWS = 3
NUMBER = NumberRange(min=0, max=100000, message=_l("Give a whole number."))
NEEDED = InputRequired(_l("This is needed."))

PAPERS = {
    Paper.PUBLIC_LAW.value: _l("Public law"),
    Paper.PROFESSIONAL.value: _l("Professional law"),
    Paper.AUXILIARY.value: _l("Auxiliary staff"),
}
KINDS = {Kind.FORMAL.value: _l("Formal exam"), Kind.PRACTICE.value: _l("Practice")}
TYPES = {
    ItemType.SINGLE.value: _l("Single choice"),
    ItemType.MULTIPLE.value: _l("Multiple choice"),
    ItemType.TRUE_FALSE.value: _l("True or false"),
    ItemType.FILL.value: _l("Fill in the blank"),
    ItemType.NUMERIC.value: _l("A number"),
    ItemType.MATCHING.value: _l("Matching"),
    ItemType.ORDERING.value: _l("Putting in order"),
    ItemType.CLOZE.value: _l("Cloze"),
    ItemType.HOTSPOT.value: _l("Pointing at a picture"),
    ItemType.CASE.value: _l("Case with several questions"),
    ItemType.SHORT_ANSWER.value: _l("Short answer"),
    ItemType.CASE_ANALYSIS.value: _l("Case analysis"),
}
LEVELS = {
    Level.RECALL.value: _l("Recall"),
    Level.APPLICATION.value: _l("Application"),
    Level.JUDGEMENT.value: _l("Judgement"),
}
SCORING = {
    ScoringPolicy.ALL_OR_NOTHING.value: _l("All or nothing"),
    ScoringPolicy.PARTIAL.value: _l("Partial credit, wrong choices taken off"),
}
REFUSALS = {
    Refusal.UNKNOWN_CODE: _l("There is nobody with this code among your units."),
    Refusal.REPEATED: _l("The code is given more than once."),
    Refusal.ALREADY_ADMITTED: _l("Already admitted to this sitting."),
    Refusal.WRONG_KIND: _l("This paper is not for people of this kind."),
    Refusal.ATTEMPTS_USED: _l("All attempts that the rules allow have been used."),
    Refusal.MUST_WAIT: _l("The waiting time after the last attempt has not passed."),
    Refusal.RESULT_PENDING: _l("The result of an earlier attempt has not been released yet."),
    Refusal.ADMITTED_ELSEWHERE: _l("Already admitted to another sitting of the same paper."),
    Refusal.NOT_EMPLOYED: _l("Not employed by any agency on the day of the sitting."),
}
WORDS: dict[str, dict[Any, Any]] = {
    "paper": PAPERS, "kind": KINDS, "type": TYPES, "level": LEVELS, "scoring": SCORING, "refusal": REFUSALS,
}  # fmt: skip

Units = Sequence[tuple[int, str]]


def _choices(words: dict[str, Any], any_word: Any = None) -> list[SelectChoice]:  # noqa: ANN401 - a lazy text
    blank = [SelectChoice("", any_word)] if any_word is not None else []
    return [*blank, *(SelectChoice(code, word) for code, word in words.items())]


def unit_choices(units: Units) -> list[SelectChoice]:
    """Units as the choices of a list."""
    return [SelectChoice(unit_id, name) for unit_id, name in units]


class CellForm(PlainForm):  # type: ignore[misc]
    """One row of a specification; a row without a count is no row."""

    topic = StringField(_l("Topic"), [Length(max=100)], filters=[tidy])
    item_type = SelectField(_l("Type"), choices=_choices(TYPES, _l("any")), default="")
    level = SelectField(_l("Level"), choices=_choices(LEVELS, _l("any")), default="")
    count = IntegerField(_l("Number of questions"), [Optional(), NumberRange(min=1, max=1000)])
    marks = DecimalField(_l("Marks each"), [Optional(), NumberRange(min=Decimal("0.01"), max=1000)], places=None)


class SpecificationForm(Form):
    """The blueprint of a paper."""

    code = StringField(_l("Code"), [NEEDED, Length(max=40)])
    unit_id = SelectField(_l("Owned by"), coerce=int)
    paper = SelectField(_l("Paper"), choices=_choices(PAPERS))
    kind = SelectField(_l("Kind"), choices=_choices(KINDS))
    title = StringField(_l("Title"), [NEEDED])
    pass_percent = IntegerField(
        _l("Own pass mark in percent"),
        [Optional(), NUMBER],
        description=_l("Leave empty to take the regime's. An own one may be higher, never lower."),
    )
    duration_minutes = IntegerField(_l("Minutes for writing"), [NEEDED, NUMBER], default=90)
    attempts = IntegerField(_l("Attempts allowed"), [NEEDED, NUMBER], default=DEFAULT_ATTEMPTS)
    period_days = IntegerField(_l("within how many days"), [NEEDED, NUMBER], default=PERIOD_DAYS)
    wait_days = IntegerField(_l("Days to wait after failing"), [InputRequired(), NUMBER], default=DEFAULT_WAIT_DAYS)
    shuffle_items = BooleanField(_l("Shuffle questions within their type"), default=True)
    shuffle_options = BooleanField(_l("Shuffle options"), default=True)
    scoring = SelectField(_l("Marking of multiple choice"), choices=_choices(SCORING))
    cells = FieldList(FormField(CellForm), _l("Cells"), min_entries=SPARE_ROWS, max_entries=200)
    version = HiddenField()
    check = SubmitField(_l("Check against the bank"))
    submit = SubmitField(_l("Save"))

    def cell_rows(self) -> tuple[Cell, ...]:
        """The rows that have a count; marks default to one."""
        return tuple(
            Cell(
                row.topic.data or None,
                ItemType(row.item_type.data) if row.item_type.data else None,
                Level(row.level.data) if row.level.data else None,
                row.count.data,
                Decimal(1) if row.marks.data is None else row.marks.data,
            )
            for row in self.cells
            if row.count.data
        )

    def data_given(self) -> SpecificationData:
        """What the form says."""
        return SpecificationData(
            self.title.data, self.pass_percent.data, self.duration_minutes.data, self.attempts.data,
            self.period_days.data, self.wait_days.data, self.shuffle_items.data, self.shuffle_options.data,
            ScoringPolicy(self.scoring.data), self.cell_rows(),
        )  # fmt: skip

    def spare(self) -> None:
        """Leave empty rows at the end to write in."""
        filled = max((i + 1 for i, row in enumerate(self.cells) if row.count.data or row.topic.data), default=0)
        while len(self.cells) < min(filled + SPARE_ROWS, 200):
            self.cells.append_entry()


def specification_form(units: Units, row: SpecificationRow | None = None) -> SpecificationForm:
    """The form, filled from a specification when one is edited; code, owner, paper and kind then stand."""
    form = SpecificationForm(data=_of_specification(row) if row else None)
    form.unit_id.choices = unit_choices(units if row is None else [(row.unit_id, row.unit)])
    if row is not None:
        form.paper.choices = [SelectChoice(row.paper, PAPERS[row.paper])]
        form.kind.choices = [SelectChoice(row.kind, KINDS[row.kind])]
        form.code.data = row.code
    form.spare()
    return form


def _of_specification(row: SpecificationRow) -> dict[str, Any]:
    names = (
        "code", "unit_id", "paper", "kind", "title", "pass_percent", "duration_minutes", "attempts", "period_days",
        "wait_days", "shuffle_items", "shuffle_options", "scoring",
    )  # fmt: skip
    cells = [
        {
            "topic": cell.topic or "", "item_type": cell.type.value if cell.type else "",
            "level": cell.level.value if cell.level else "", "count": cell.count, "marks": cell.marks,
        }
        for cell in row.cells
    ]  # fmt: skip
    return {**{name: getattr(row, name) for name in names}, "version": str(row.version), "cells": cells}


class RoomForm(PlainForm):  # type: ignore[misc]
    """One room; a row without a name is no room."""

    room = StringField(_l("Room"), [Length(max=80)], filters=[tidy])
    capacity = IntegerField(_l("Places"), [Optional(), NumberRange(min=1, max=10000)])
    address = StringField(_l("Address"), [Length(max=200)], filters=[tidy])
    remote = BooleanField(_l("Remote"))


class SittingForm(Form):
    """One holding of an exam."""

    unit_id = SelectField(_l("Held by"), coerce=int)
    specification_id = SelectField(_l("Specification"), coerce=int)
    title = StringField(_l("Title"), [NEEDED])
    opens_at = MomentField(_l("Opens"), [NEEDED])
    closes_at = MomentField(_l("Closes"), [NEEDED], description=_l("Nobody may begin from this moment on."))
    duration_minutes = IntegerField(_l("Minutes for writing"), [NEEDED, NUMBER], default=90)
    grace_seconds = IntegerField(
        _l("Grace in seconds"),
        [InputRequired(), NUMBER],
        default=60,
        description=_l("How long after a candidate's time the server still takes answers that were on their way."),
    )
    show_explanations = BooleanField(_l("Show questions with explanations after release"))
    one_at_a_time = BooleanField(_l("One question at a time"))
    open_practice = BooleanField(_l("Open to everybody of the unit (practice only)"))
    rooms = FieldList(FormField(RoomForm), _l("Rooms"), min_entries=2, max_entries=60)
    invigilators = StringField(
        _l("Invigilators"), [Length(max=2000)], description=_l("User names, separated by spaces or commas.")
    )
    version = HiddenField()
    submit = SubmitField(_l("Save"))

    def data_given(self) -> SittingData:
        """What the form says, once it is valid."""
        opens_at, closes_at = self.opens_at.data, self.closes_at.data
        if opens_at is None or closes_at is None:
            raise ValueError("the form has not been validated")
        rooms = tuple(
            RoomData(row.room.data, row.capacity.data or 0, row.address.data or "", bool(row.remote.data))
            for row in self.rooms
            if row.room.data
        )
        return SittingData(
            self.title.data, self.specification_id.data, opens_at, closes_at,
            self.duration_minutes.data, self.grace_seconds.data, self.show_explanations.data, self.one_at_a_time.data,
            self.open_practice.data, rooms, split_codes(self.invigilators.data),
        )  # fmt: skip


def sitting_form(
    units: Units,
    specifications: Sequence[SpecificationRow],
    row: SittingRow | None = None,
    rooms: Sequence[RoomRow] = (),
    invigilators: Sequence[tuple[int, str, str]] = (),
) -> SittingForm:
    """The form, filled from a sitting when one is edited."""
    form = SittingForm(data=_of_sitting(row, rooms, invigilators) if row else None)
    form.unit_id.choices = unit_choices(units if row is None else [(row.unit_id, row.unit)])
    form.specification_id.choices = [SelectChoice(one.id, f"{one.code} · {one.title}") for one in specifications]
    if row is not None and all(one.id != row.specification_id for one in specifications):
        form.specification_id.choices.append(SelectChoice(row.specification_id, row.specification))
    while len(form.rooms) < min(len(rooms) + 2, 60):
        form.rooms.append_entry()
    return form


def _of_sitting(
    row: SittingRow, rooms: Sequence[RoomRow], invigilators: Sequence[tuple[int, str, str]]
) -> dict[str, Any]:
    names = (
        "unit_id", "specification_id", "title", "opens_at", "closes_at", "duration_minutes", "grace_seconds",
        "show_explanations", "one_at_a_time", "open_practice",
    )  # fmt: skip
    return {
        **{name: getattr(row, name) for name in names},
        "version": str(row.version),
        "rooms": [{"room": r.name, "capacity": r.capacity, "address": r.address, "remote": r.remote} for r in rooms],
        "invigilators": " ".join(username for _id, username, _name in invigilators),
    }


class CodesForm(Form):
    """People to admit, by code."""

    codes = TextAreaField(
        _l("Codes"), [NEEDED, Length(max=40000)], description=_l("One a line, or separated by spaces or commas.")
    )
    submit = SubmitField(_l("Admit"))


class UnitForm(Form):
    """A unit whose people to admit."""

    unit_id = SelectField(_l("Unit with all below it"), coerce=int)
    submit = SubmitField(_l("Admit everybody"))


class ReasonForm(Form):
    """A reason, and nothing else."""

    reason = TextAreaField(_l("Reason"), [NEEDED, Length(max=500)], description=REASON)
    submit = SubmitField(_l("Confirm"))


class ReleaseForm(Form):
    """How many results are released, written by hand."""

    count = IntegerField(_l("Number of results"), [InputRequired(_l("This is needed.")), NUMBER])
    submit = SubmitField(_l("Release the results"))


class KeyForm(Form):
    """Another key for a question in one sitting."""

    key = StringField(
        _l("New key"), [Length(max=20)], description=_l("Letters of the bank's options, such as B or ACD; T or F.")
    )
    everybody = BooleanField(_l("The question is faulty: give everybody its marks"))
    reason = TextAreaField(_l("Reason"), [NEEDED, Length(max=500)], description=REASON)
    submit = SubmitField(_l("Correct and mark again"))

    def letters(self) -> list[str]:
        """The letters of the new key; none gives everybody the marks."""
        return [] if self.everybody.data else [c for c in (self.key.data or "").upper() if c.isalnum()]

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - as in WTForms
        """Either a key or the mark for everybody, not both and not neither."""
        sound = bool(super().validate(extra_validators))
        if bool(self.everybody.data) == bool((self.key.data or "").strip()):
            self.key.errors = [*self.key.errors, _l("Give a new key, or give everybody the marks: one of the two.")]
            return False
        return sound


def split_codes(text: str | None) -> tuple[str, ...]:
    """Codes separated by spaces, lines, commas or semicolons, Chinese ones too."""
    for mark in ",，;；、":
        text = (text or "").replace(mark, " ")
    return tuple((text or "").split())


def whole(text: str | None) -> int:
    """A whole number from a hidden field; 0 for anything else, which no stored version has."""
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0
