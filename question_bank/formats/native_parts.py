"""The parts of the native format that only some questions have; each stands in the file only where it is not empty."""

import base64
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, ValidationError

from question_bank.faults import Place, refusal, shown
from question_bank.items import (
    NUMBER_DIGITS,
    Area,
    Blank,
    Criterion,
    Item,
    ItemType,
    Opaque,
    Option,
    Picture,
    Review,
    Shape,
)

Number = Annotated[
    Decimal, Field(allow_inf_nan=False, max_digits=NUMBER_DIGITS), PlainSerializer(lambda value: f"{value:f}", str)
]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Blank(_Part):
    accepted: list[str]
    tolerance: Number | None = None
    options: dict[str, str] = {}
    weight: int = 1


class _Area(_Part):
    key: str
    shape: Shape
    coords: list[int]


class _Picture(_Part):
    name: str
    type: str
    alt: str
    at: str = ""
    data: str


class _Criterion(_Part):
    text: str
    weight: int = 1


class _Opaque(_Part):
    format: str
    name: str
    text: str


class _Inner(_Part):
    """What is right in a question, whether it stands alone or in a case."""

    feedback: dict[str, str] = {}
    worth: dict[str, Number] = {}
    prompts: list[str] = []
    blanks: list[_Blank] = []
    areas: list[_Area] = []
    rubric: list[_Criterion] = []
    model_answer: str = ""
    pictures: list[_Picture] = []


class _CasePart(_Inner):
    type: ItemType
    stem: str
    options: dict[str, str] = {}
    key: list[str] = []
    explanation: str = ""
    weight: int = 1


class _Further(_Inner):
    parts: list[_CasePart] = []
    seconds: int | None = None
    author_role: str = ""
    review: Review = Review.UNREVIEWED
    opaque: list[_Opaque] = []


FIELDS = frozenset(_Further.model_fields)


def as_json(item: Item) -> dict[str, Any]:
    """The fields of a question that say something, ready for json."""
    found = _Further(
        **_inner(item), parts=[_case_part(part) for part in item.parts], seconds=item.seconds,
        author_role=item.author_role, review=item.review,
        opaque=[_Opaque(format=one.format, name=one.name, text=one.text) for one in item.opaque],
    )  # fmt: skip
    return found.model_dump(mode="json", exclude_defaults=True)


def _inner(item: Item) -> dict[str, Any]:
    return {
        "feedback": {option.key: option.feedback for option in item.options if option.feedback},
        "worth": {option.key: option.worth for option in item.options if option.worth is not None},
        "prompts": list(item.prompts),
        "blanks": [_blank(blank) for blank in item.blanks],
        "areas": [_Area(key=area.key, shape=area.shape, coords=list(area.coords)) for area in item.areas],
        "rubric": [_Criterion(text=criterion.text, weight=criterion.weight) for criterion in item.rubric],
        "model_answer": item.model_answer,
        "pictures": [_picture(picture) for picture in item.pictures],
    }


def _blank(blank: Blank) -> _Blank:
    options = {option.key: option.text for option in blank.options}
    return _Blank(accepted=list(blank.accepted), tolerance=blank.tolerance, options=options, weight=blank.weight)


def _picture(picture: Picture) -> _Picture:
    data = base64.b64encode(picture.data).decode("ascii")
    return _Picture(name=picture.name, type=picture.media_type, alt=picture.alt, at=picture.at, data=data)


def _case_part(part: Item) -> _CasePart:
    return _CasePart(
        **_inner(part), type=part.type, stem=part.stem, explanation=part.explanation, weight=part.weight,
        options={option.key: option.text for option in part.options}, key=list(part.key),
    )  # fmt: skip


def completed(item: Item, entry: Mapping[str, Any], place: Place) -> Item:
    """The item with the further parts that the entry states. Raises BankError FIELD_TYPE, _MISSING or _UNKNOWN."""
    stated = {name: value for name, value in entry.items() if name in FIELDS and value is not None}
    if not stated:
        return item
    try:
        found = _Further.model_validate(stated)
    except ValidationError as error:
        raise _refusal(error, place) from None
    parts = tuple(_part_item(item.code, number, part, place) for number, part in enumerate(found.parts, 1))
    return replace(
        _with_inner(item, found, place), parts=parts, seconds=found.seconds, author_role=found.author_role,
        review=found.review, opaque=tuple(Opaque(one.format, one.name, one.text) for one in found.opaque),
    )  # fmt: skip


def _refusal(error: ValidationError, place: Place) -> Exception:
    first = error.errors(include_url=False, include_input=False)[0]
    field = ".".join(str(step) for step in first["loc"])
    code = {"missing": "FIELD_MISSING", "extra_forbidden": "FIELD_UNKNOWN"}.get(first["type"], "FIELD_TYPE")
    return refusal(code, place, field=shown(field))


def _part_item(code: str, number: int, part: _CasePart, place: Place) -> Item:
    options = tuple(Option(letter, text) for letter, text in part.options.items())
    item = Item(
        f"{code}.{number}", part.type, part.stem, options, tuple(part.key), part.explanation, weight=part.weight
    )
    return _with_inner(item, part, place)


def _with_inner(item: Item, said: _Inner, place: Place) -> Item:
    options = tuple(
        replace(option, feedback=said.feedback.get(option.key, ""), worth=said.worth.get(option.key))
        for option in item.options
    )
    known = {option.key for option in options}
    if strange := (said.feedback.keys() | said.worth.keys()) - known:
        raise refusal("FIELD_UNKNOWN", place, field=shown(min(strange)))
    return replace(
        item, options=options, prompts=tuple(said.prompts), model_answer=said.model_answer,
        blanks=tuple(_blank_of(blank) for blank in said.blanks),
        areas=tuple(Area(area.key, area.shape, tuple(area.coords)) for area in said.areas),
        rubric=tuple(Criterion(criterion.text, criterion.weight) for criterion in said.rubric),
        pictures=tuple(_picture_of(picture, place) for picture in said.pictures),
    )  # fmt: skip


def _blank_of(blank: _Blank) -> Blank:
    options = tuple(Option(letter, text) for letter, text in blank.options.items())
    return Blank(tuple(blank.accepted), blank.tolerance, options, blank.weight)


def _picture_of(picture: _Picture, place: Place) -> Picture:
    try:
        data = base64.b64decode(picture.data, validate=True)
    except ValueError:
        raise refusal("FIELD_TYPE", place, field=f"pictures.{shown(picture.name)}.data") from None
    return Picture(picture.name, picture.type, data, picture.alt, picture.at)
