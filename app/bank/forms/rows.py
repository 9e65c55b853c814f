"""Rows that a question's form repeats: options, prompts, blanks, areas, pictures; and what a text in them must be."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, IntegerField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, NumberRange, Optional

from app.bank.forms.choices import choices
from app.bank.policy import SHAPE_TITLES
from app.core.forms import Form
from question_bank import items
from question_bank.items import Picture

LONGEST_LIST = 8000
WHOLE = _l("Give a whole number from 1 to 100.")


class PictureDesk(Protocol):
    """Where pictures lie while a question is being written."""

    def keep(self, name: str, data: bytes) -> str:
        """Keep an uploaded picture until the question is saved; returns its source. Raises Invalid."""

    def open(self, source: str) -> Picture | None:
        """The picture of a source, with neither name nor description of its own; None where there is none."""

    def url(self, source: str) -> str:
        """The address of a source."""


def decimal_of(text: str | None) -> Decimal | None:
    """The number in a text, of either width; None for an empty text. Raises InvalidOperation."""
    plain = (text or "").strip().rstrip("%％")
    if not plain:
        return None
    if "_" in plain or len(plain) > 30:
        raise InvalidOperation
    found = Decimal(plain)
    if not found.is_finite():
        raise InvalidOperation
    return found


def a_number(_form: Any, field: Any) -> None:  # noqa: ANN401 - a validator's own signature
    """The field is empty or states a number."""
    try:
        decimal_of(field.data)
    except InvalidOperation:
        raise ValidationError(_l("Give a number, such as 0.5.")) from None


def coordinates(text: str | None) -> tuple[int, ...] | None:
    """Whole numbers parted by commas or spaces; None where the text holds anything else."""
    parts = [part for part in re.split(r"[\s,，、;；]+", (text or "").strip()) if part]
    if not all(re.fullmatch(r"[0-9]{1,5}", part, re.ASCII) for part in parts):
        return None
    return tuple(map(int, parts))


def are_coordinates(_form: Any, field: Any) -> None:  # noqa: ANN401 - a validator's own signature
    """The field holds whole numbers."""
    if coordinates(field.data) is None:
        raise ValidationError(_l("Give whole numbers, such as 10, 10, 90, 60."))


class Row(Form):
    """A part of a form, without a token of its own."""

    class Meta(Form.Meta):
        """The token stands in the form around it."""

        csrf = False


class OptionRow(Row):
    """One option; `worth` is a percentage of the marks."""

    text = TextAreaField(_l("Option"), [Length(max=items.OPTION_CHARACTERS)])
    right = BooleanField(_l("Right"))
    feedback = StringField(_l("Feedback"), [Length(max=items.OPTION_CHARACTERS)])
    worth = StringField(_l("Worth, percent"), [Length(max=12), a_number])


class PromptRow(Row):
    """One thing to be matched, and the letter of its option."""

    text = TextAreaField(_l("To be matched"), [Length(max=items.OPTION_CHARACTERS)])
    match = SelectField(
        _l("Its option"),
        choices=lambda: [SelectChoice("", "—"), *(SelectChoice(one) for one in items.LETTERS)],
        default="",
    )


class BlankRow(Row):
    """One blank: what is accepted, one a line; a number's tolerance; what may be chosen, one a line."""

    accepted = TextAreaField(_l("Accepted answers"), [Length(max=LONGEST_LIST)])
    tolerance = StringField(_l("Tolerance"), [Length(max=20), a_number])
    options = TextAreaField(_l("To choose from"), [Length(max=LONGEST_LIST)])
    weight = IntegerField(_l("Weight"), [Optional(), NumberRange(1, 100, WHOLE)])


class AreaRow(Row):
    """One area of the picture, in its pixels."""

    shape = SelectField(_l("Shape"), choices=lambda: choices(SHAPE_TITLES), default="RECTANGLE")
    coords = StringField(_l("Coordinates"), [Length(max=1200), are_coordinates])
    right = BooleanField(_l("Right"))


class PictureRow(Row):
    """One picture: a new file, or the `source` and `title` of one that is kept; the words for who cannot see it."""

    source = HiddenField()
    title = HiddenField()
    file = FileField(_l("Picture file"))
    alt = StringField(_l("What the picture shows"), [Length(max=500)])
    at = SelectField(
        _l("Place"),
        choices=lambda: [
            SelectChoice("", str(_l("Beneath the question"))),
            *(SelectChoice(one, str(_l("At option %(letter)s", letter=one))) for one in items.OPTION_KEYS),
        ],
        default="",
    )
    remove = BooleanField(_l("Remove"))


def lines_of(text: str | None) -> list[str]:
    """The lines of a text that say something, trimmed."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]
