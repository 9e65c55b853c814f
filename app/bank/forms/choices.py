"""What the forms of the room share: tables of titles as choices, and questions chosen in a list."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext
from wtforms.fields.choices import SelectChoice

from app.core.errors import N_, Invalid

BULK = 500
"""How many questions one step takes at most."""

FORMAT_TITLES = {
    "auto": N_("Recognise it"),
    "native": N_("Chizheng JSON"),
    "plain_text": N_("Plain text"),
    "csv": N_("CSV table"),
    "xlsx": N_("Excel workbook"),
    "docx": N_("Word document"),
    "moodle": N_("Moodle XML"),
    "gift": N_("GIFT"),
    "aiken": N_("Aiken"),
    "qti": N_("QTI item or package"),
    "mixed": N_("Archive or folder of files"),
    "pdf": N_("PDF to print"),
}


def choices(titles: Mapping[Any, str]) -> list[SelectChoice]:
    """A table of titles as the choices of a list, in the reader's language."""
    return [SelectChoice(str(key), gettext(title)) for key, title in titles.items()]


def any_or(titles: Mapping[Any, str]) -> list[SelectChoice]:
    """The same with a first choice of all."""
    return [SelectChoice("", gettext("All")), *choices(titles)]


def whole_number(text: str | None) -> int:
    """The text as a whole number below a thousand million; 0 where it is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


def chosen_pairs(values: Iterable[str]) -> list[tuple[str, int]]:
    """Questions chosen in a list, each sent as CODE:VERSION. Raises Invalid `choice-unreadable` or `too-many`."""
    pairs: list[tuple[str, int]] = []
    for value in values:
        code, _sep, number = value.rpartition(":")
        if not code or not whole_number(number):
            raise Invalid("choice-unreadable", N_("The choice of questions could not be read. Nothing was changed."))
        pairs.append((code, int(number)))
    if len(pairs) > BULK:
        raise Invalid("too-many", N_("Choose at most %(limit)s questions at a time."), limit=BULK)
    return pairs
