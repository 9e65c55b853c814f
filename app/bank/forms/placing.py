"""Where a fault of a question stands in its form."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from app.bank.forms.typed import TypedForm
from question_bank import items
from question_bank.errors import Fault, Place
from question_bank.items.choices import option_faults

Places = Callable[[Any, Fault], Iterator[Any]]
_PART = re.compile(r"\((\d{1,2})\)$")
_TEXTS = {"topic", "overlay", "source_fact", "author_role", "law", "stem", "explanation", "model_answer", "rubric"}


def place_fault(form: Any, fault: Fault) -> Any | None:  # noqa: ANN401 - a field of WTForms
    """The field that a fault belongs to, of the form or of one of its parts; None where it belongs to the whole."""
    part = _PART.search(fault.place.item or "")
    if part is not None and getattr(form, "parts", None) is not None:
        index = int(part[1]) - 1
        rows = form.part_rows
        inner: TypedForm | None = rows[index].form if index < len(rows) else None
        return _field(inner, fault) if inner is not None else None
    return _field(form, fault)


def _field(form: Any, fault: Fault) -> Any | None:  # noqa: ANN401 - a field of WTForms
    for found in _candidates(form, fault):
        if found is not None:
            return found
    return None


def _candidates(form: Any, fault: Fault) -> Iterator[Any]:  # noqa: ANN401 - a field of WTForms
    for start, places in _PLACES:
        if fault.code.startswith(start):
            yield from places(form, fault)


def _inner(rows: Any, index: int, name: str) -> Any | None:  # noqa: ANN401 - a FieldList
    entries = rows.entries
    if not entries:
        return None
    row = entries[index] if 0 <= index < len(entries) else entries[0]
    return row.form[name]


def _letter_index(letter: object) -> int:
    return items.LETTERS.find(str(letter)) if letter else 0


def _of_options(form: Any, fault: Fault) -> Iterator[Any]:  # noqa: ANN401 - a field of WTForms
    if form.kind is items.ItemType.CLOZE:
        blanks = list(form.typed_blanks())
        bad = (
            place for place, one in enumerate(blanks)
            if one.options and any(found.code == fault.code for found in option_faults(one.options, Place()))
        )  # fmt: skip
        yield _inner(form.blanks, next(bad, 0), "options")
    yield _inner(form.options, _letter_index(fault.data.get("letter") or fault.data.get("second")), "text")


def _of_weight(form: Any) -> Iterator[Any]:  # noqa: ANN401 - a field of WTForms
    yield form.rubric if form.kind in items.MARKED_BY_PEOPLE else getattr(form, "weight", None)


def _of_picture(form: Any, fault: Fault) -> Iterator[Any]:  # noqa: ANN401 - a field of WTForms
    inside = {"PICTURE_ALT_MISSING": "alt", "PICTURE_OUT_OF_PLACE": "at"}.get(fault.code)
    if inside:
        for row, name in form.named_pictures():
            if name == fault.data.get("name"):
                yield row.form[inside]
    yield _inner(form.pictures, len(form.pictures.entries) - 1, "file")


def _said_field(form: Any, said: str) -> Any | None:  # noqa: ANN401 - a field of WTForms
    kind, _space, rest = said.partition(" ")
    if kind in ("option", "feedback"):
        return _inner(form.options, _letter_index(rest), "text" if kind == "option" else "feedback")
    if kind == "blank":
        return _inner(form.blanks, int(rest) - 1 if rest.isdigit() else 0, "accepted")
    if kind == "prompt":
        return _inner(form.prompts, 0, "text")
    return getattr(form, "tags" if kind == "tag" else kind, None) if kind in _TEXTS | {"tag"} else None


def _of_text(form: Any, fault: Fault) -> Iterator[Any]:  # noqa: ANN401 - a field of WTForms
    yield _said_field(form, str(fault.data.get("field", "")))


def _of_blank(form: Any, fault: Fault) -> Iterator[Any]:  # noqa: ANN401 - a field of WTForms
    name = "tolerance" if fault.code.startswith("TOLERANCE") else "accepted"
    yield _inner(form.blanks, int(fault.data.get("blank", 1)) - 1, name)


def _of_key(form: Any, _fault: Fault) -> Iterator[Any]:  # noqa: ANN401 - a field of WTForms
    yield form.truth if form.kind is items.ItemType.TRUE_FALSE else _inner(form.options, 0, "right")


def _by_letter(rows: str, name: str) -> Places:
    def places(form: Any, fault: Fault) -> Iterator[Any]:  # noqa: ANN401 - a field of WTForms
        yield _inner(getattr(form, rows), _letter_index(fault.data.get("letter")), name)

    return places


def _named(name: str) -> Places:
    def places(form: Any, _fault: Fault) -> Iterator[Any]:  # noqa: ANN401 - a field of WTForms
        yield getattr(form, name, None)

    return places


def _weight(form: Any, _fault: Fault) -> Iterator[Any]:  # noqa: ANN401 - a field of WTForms
    yield from _of_weight(form)


_PLACES: tuple[tuple[tuple[str, ...], Places], ...] = (
    (("TEXT_TOO_LONG", "CHARACTER_REFUSED"), _of_text),
    (("STEM", "GAPS"), _named("stem")),
    (("TRUE_FALSE",), _named("truth")),
    (("WORTH",), _by_letter("options", "worth")),
    (("OPTION",), _of_options),
    (("ORDER",), _named("order")),
    (("RUBRIC", "CRITERION"), _named("rubric")),
    (("WEIGHT",), _weight),
    (("BLANK_", "NUMBER", "TOLERANCE"), _of_blank),
    (("BLANKS",), _by_letter("blanks", "accepted")),
    (("AREA",), _by_letter("areas", "coords")),
    (("PICTURE", "HOTSPOT_PICTURE"), _of_picture),
    (("KEY", "SINGLE_KEY", "MULTIPLE_KEY"), _of_key),
    (("PROMPTS",), _by_letter("prompts", "text")),
    (("MATCH",), _by_letter("prompts", "match")),
    (("LAW",), _named("law")),
    (("EDITION",), _named("edition")),
    (("ARTICLE",), _named("article")),
    (("CODE",), _named("code")),
    (("TAGS",), _named("tags")),
    (("DIFFICULTY",), _named("difficulty")),
    (("SECONDS",), _named("seconds")),
    (("PARTS",), _named("stem")),
)
"""How the codes begin, and where their faults stand; the first place that the form has is taken."""
