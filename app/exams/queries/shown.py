"""A paper as its candidate may see it: stems, options, blanks, prompts and pictures; nothing of what is right."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from PIL import Image, UnidentifiedImageError
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bank import queries as bank
from app.core.errors import NotFound
from app.exams.models import Attempt, ExamPaper, ExamSpecificationVersion, Sitting
from app.exams.queries.asked import CHOICES, JUDGEMENT, Asked, asked, by_lot
from app.exams.sitting import Kind
from question_bank.items import GAP, LETTERS, Item, ItemType, Picture, anchored_options
from question_bank.responses import BLANK_CHARACTERS, POINTS, TEXT_CHARACTERS

FEW_POINTS = 8
PART_TEXT_CHARACTERS = 4000
"""The longest text in a part of a case: its parts travel as one value, whose length is bounded too."""


@dataclass(frozen=True)
class ShownOption:
    """A choice on the paper: the letter it is shown under, the key an answer names it by, and its words."""

    letter: str
    key: str
    text: str
    picture: "ShownPicture | None" = None


@dataclass(frozen=True)
class ShownPicture:
    """A picture: its number in the question (its parts' pictures counted on), what it shows, its size in pixels."""

    number: int
    alt: str
    width: int
    height: int


@dataclass(frozen=True)
class ShownBlank:
    """A blank or gap, from 1; with options it is chosen, otherwise written; `numeric` where a number is asked for."""

    number: int
    options: tuple[ShownOption, ...]
    numeric: bool


@dataclass(frozen=True)
class ShownPlace:
    """One question on the paper, from position 1, or a part of a case, numbered within it.

    `pieces` are the stem cut at its blanks: a text and the number of the blank after it, 0 after the last. `points` is
    how many places on the picture can be named, `longest` how many characters a text may have.
    """

    position: int
    type: str
    stem: str
    options: tuple[ShownOption, ...]
    marks: Decimal
    prompts: tuple[str, ...] = ()
    blanks: tuple[ShownBlank, ...] = ()
    pieces: tuple[tuple[str, int], ...] = ()
    parts: tuple["ShownPlace", ...] = ()
    pictures: tuple[ShownPicture, ...] = ()
    points: int = 0
    longest: int = TEXT_CHARACTERS
    longest_blank: int = BLANK_CHARACTERS


def shown_places(session: Session, paper_id: int) -> list[ShownPlace]:
    """The questions of a paper in their order, options in theirs; true/false has the options T and F without words."""
    paper = session.get_one(ExamPaper, paper_id)
    items = bank.versions(session, [place["ref"] for place in paper.places])
    shuffled = any("type" in place for place in paper.places) and _shuffles(session, paper)
    shown = []
    for position, place in enumerate(paper.places, 1):
        item, marks = items[place["ref"]].question, Decimal(place["marks"])
        order = tuple(place["order"])
        found = asked(item, place, paper.seed) if "type" in place else Asked(item, order)
        lots = f"{paper.seed}:{place['ref']}" if shuffled else ""
        shown.append(_place(found, item, position, marks, lots, 0, TEXT_CHARACTERS))
    return shown


def _shuffles(session: Session, paper: ExamPaper) -> bool:
    said = Sitting.specification_version_id == ExamSpecificationVersion.id
    statement = select(ExamSpecificationVersion.shuffle_options).join(Sitting, said)
    return bool(session.scalar(statement.where(Sitting.id == paper.sitting_id)))


def _place(found: Asked, item: Item, position: int, marks: Decimal, lots: str, before: int, longest: int) -> ShownPlace:
    """`item` is the question with its pictures; `before` counts the pictures of the case that come earlier."""
    pictures = {p.name: _picture(before + n, p) for n, p in enumerate(item.pictures, 1)}
    at = {p.at: pictures[p.name] for p in item.pictures if p.at}
    return ShownPlace(
        position, item.type, item.stem, tuple(_options(found, item, at)), marks, item.prompts,
        tuple(_blanks(item, lots)), _pieces(item), tuple(_parts(found, item, marks, lots)),
        tuple(pictures[p.name] for p in item.pictures if not p.at), _points(item), longest,
    )  # fmt: skip


def _options(found: Asked, item: Item, at: dict[str, ShownPicture]) -> Iterator[ShownOption]:
    texts = {option.key: option.text for option in item.options}
    if item.type is ItemType.TRUE_FALSE:
        texts = dict.fromkeys(JUDGEMENT, "")
    order = found.order or tuple(texts)
    for letter, key in zip(texts if item.type is ItemType.TRUE_FALSE else LETTERS, order, strict=False):
        yield ShownOption(letter, found.shown_as.get(key, key), texts[key], at.get(key))


def _blanks(item: Item, lots: str) -> Iterator[ShownBlank]:
    for number, blank in enumerate(item.blanks, 1):
        texts = {option.key: option.text for option in blank.options}
        order = by_lot(texts, f"{lots}:{number}") if lots else tuple(texts)
        options = tuple(ShownOption(letter, key, texts[key]) for letter, key in zip(LETTERS, order, strict=False))
        yield ShownBlank(number, options, blank.tolerance is not None)


def _pieces(item: Item) -> tuple[tuple[str, int], ...]:
    if not item.blanks:
        return ()
    cut = GAP.split(item.stem)  # text, number, text, number, …, text
    numbers = [*map(int, cut[1::2]), 0]
    return ((item.stem, 1), ("", 0)) if numbers == [0] else tuple(zip(cut[::2], numbers, strict=True))


def _parts(found: Asked, item: Item, marks: Decimal, lots: str) -> Iterator[ShownPlace]:
    whole = sum(part.weight for part in item.parts)
    before = len(item.pictures)
    for number, (inner, part) in enumerate(zip(found.parts, item.parts, strict=True), 1):
        own = (marks * part.weight / whole).quantize(Decimal("0.01")).normalize()
        ordered = _shuffled(inner, part, f"{lots}:{number}") if lots else inner
        longest = PART_TEXT_CHARACTERS
        yield _place(ordered, part, number, Decimal(f"{own:f}"), f"{lots}:{number}" if lots else "", before, longest)
        before += len(part.pictures)


def _shuffled(inner: Asked, part: Item, lots: str) -> Asked:
    """The choices of a part of a case in the order of their lots; an option such as “all of these” keeps its place."""
    if part.type not in CHOICES:
        return inner
    letters = tuple(option.key for option in part.options)
    fixed = set(anchored_options(part))
    drawn = iter(by_lot([letter for letter in letters if letter not in fixed], lots))
    return Asked(inner.item, tuple(letter if letter in fixed else next(drawn) for letter in letters), inner.parts)


def _points(item: Item) -> int:
    """Several places on a picture are offered more fields than have to be right, so that their number tells nothing."""
    if item.type is not ItemType.HOTSPOT:
        return 0
    return 1 if len(item.key) == 1 else FEW_POINTS if len(item.key) < FEW_POINTS else POINTS


def _picture(number: int, picture: Picture) -> ShownPicture:
    try:
        with Image.open(io.BytesIO(picture.data)) as opened:
            width, height = opened.size
    except (UnidentifiedImageError, OSError, ValueError):
        width, height = 0, 0
    return ShownPicture(number, picture.alt, width, height)


def picture(session: Session, person_id: int | None, attempt_id: int, position: int, number: int) -> Picture:
    """A picture of one's own paper while it may be seen: being written, or shown with its result. Raises NotFound."""
    row = session.execute(
        select(Attempt, Sitting).join(Sitting, Sitting.id == Attempt.sitting_id).where(Attempt.id == attempt_id)
    ).first()
    if row is None or person_id is None or row[0].person_id != person_id:
        raise NotFound
    attempt, sitting = row
    known = sitting.show_explanations and (sitting.kind == Kind.PRACTICE or sitting.released_at is not None)
    if attempt.closed_by is not None and not known:
        raise NotFound
    places: list[Any] = session.get_one(ExamPaper, attempt.paper_id).places
    if not 1 <= position <= len(places):
        raise NotFound
    return picture_of(session, places[position - 1]["ref"], number)


def picture_of(session: Session, ref: int, number: int) -> Picture:
    """The n-th picture of a question, counted from 1 through its own and then its parts'. Raises NotFound."""
    item = bank.versions(session, [ref])[ref].question
    pictures = [*item.pictures, *(one for part in item.parts for one in part.pictures)]
    if not 1 <= number <= len(pictures):
        raise NotFound
    return pictures[number - 1]
