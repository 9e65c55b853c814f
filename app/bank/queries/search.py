"""Lists of questions: by words, law, labels and figures, sorted and paged."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, cast, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.bank.models import Item, ItemFigures, ItemVersion
from app.bank.policy import Status
from app.bank.queries.figures import FiguresRow
from app.bank.queries.rows import ItemRow, Page, item_row, question_of
from question_bank.items import Item as Question
from question_bank.items import Review

PAGE_SIZE = 50
CHUNK = 500
_SORTS: dict[str, Any] = {
    "code": Item.code, "topic": ItemVersion.topic, "type": ItemVersion.type, "level": ItemVersion.level,
    "status": Item.status, "law": ItemVersion.law, "written": ItemVersion.created_at,
    "difficulty": ItemVersion.difficulty,
}  # fmt: skip


@dataclass(frozen=True)
class ItemFilter:
    """What a list is asked for; an empty text asks for everything.

    `text` is looked for in code, question, options, explanation and whatever else is written in it. `easy_from` and
    `easy_to` bound the share of right answers that was seen, 0..1; `flagged` asks for questions that sittings spoke
    against. `sort` is a name of SORTS, with - before it for the other way round.
    """

    text: str = ""
    paper: str = ""
    topic: str = ""
    type: str = ""
    level: str = ""
    status: str = ""
    law: str = ""
    edition: str = ""
    article: str = ""
    review: str = ""
    tag: str = ""
    easy_from: float | None = None
    easy_to: float | None = None
    flagged: bool = False
    sort: str = ""

    def drafts(self) -> "ItemFilter":
        """The drafts among what is asked for; nothing where another status is asked for."""
        return replace(self, status=Status.DRAFT.value) if self.status in ("", Status.DRAFT) else self


def newest(wanted: ItemFilter) -> Select[Item, ItemVersion]:
    """Items with their newest versions, of those that fit."""
    joined = (ItemVersion.item_id == Item.id) & (ItemVersion.number == Item.latest)
    return select(Item, ItemVersion).join(ItemVersion, joined).where(*_conditions(wanted))


def _conditions(wanted: ItemFilter) -> Iterator[ColumnElement[bool]]:
    for column, value in (
        (Item.paper, wanted.paper), (Item.status, wanted.status), (ItemVersion.topic, wanted.topic),
        (ItemVersion.type, wanted.type), (ItemVersion.level, wanted.level), (ItemVersion.law, wanted.law),
        (ItemVersion.edition, wanted.edition), (ItemVersion.article, wanted.article),
    ):  # fmt: skip
        if value:
            yield column == value
    if wanted.text:
        yield or_(*_with_words(wanted.text))
    if wanted.review:
        mark = ItemVersion.further["review"].as_string()
        yield (
            or_(mark.is_(None), mark == wanted.review) if wanted.review == Review.UNREVIEWED else mark == wanted.review
        )
    if wanted.tag:
        yield _holds(ItemVersion.tags, json.dumps(wanted.tag), json.dumps(wanted.tag, ensure_ascii=False))
    if wanted.easy_from is not None or wanted.easy_to is not None or wanted.flagged:
        yield Item.id.in_(_behaved(wanted))


def _with_words(text: str) -> Iterator[ColumnElement[bool]]:
    for column in (Item.code, ItemVersion.stem, ItemVersion.explanation):
        yield func.lower(column).contains(text.lower(), autoescape=True)
    stored = (json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1])
    yield _holds(ItemVersion.options, *stored)
    if not text.isascii():  # the bytes of pictures are kept as ASCII letters
        yield _holds(ItemVersion.further, *stored)


def _holds(column: InstrumentedAttribute[Any], *texts: str) -> ColumnElement[bool]:
    """Whether a JSON document holds a text, written with or without escapes as the engine keeps it."""
    stored = func.lower(cast(column, Text))
    return or_(*(stored.contains(text.lower(), autoescape=True) for text in dict.fromkeys(texts)))


def _behaved(wanted: ItemFilter) -> Select[int]:
    of_items = select(Item.id).join(ItemVersion, ItemVersion.item_id == Item.id)
    of_items = of_items.join(ItemFigures, ItemFigures.version_id == ItemVersion.id)
    of_items = of_items.where(
        ItemFigures.superseded_at.is_(None), ItemVersion.number == func.coalesce(Item.in_use, Item.latest)
    )
    if wanted.easy_from is not None:
        of_items = of_items.where(ItemFigures.facility >= wanted.easy_from)
    if wanted.easy_to is not None:
        of_items = of_items.where(ItemFigures.facility <= wanted.easy_to)
    return of_items.where(_holds(ItemFigures.flags, '"FLAG"')) if wanted.flagged else of_items


def find(session: Session, wanted: ItemFilter, page: int = 1, size: int = PAGE_SIZE) -> Page:
    """One page of the questions that fit, by code or as asked; a page beyond the last shows the last."""
    total = session.scalar(select(func.count()).select_from(newest(wanted).subquery())) or 0
    pages = max(1, -(-total // size))
    number = min(max(1, page), pages)
    statement = newest(wanted).order_by(*_order(wanted.sort)).offset((number - 1) * size).limit(size)
    rows = tuple(item_row(item, version) for item, version in session.execute(statement))
    return Page(rows, number, pages, total)


def _order(sort: str) -> Iterator[ColumnElement[Any]]:
    column = _SORTS.get(sort.removeprefix("-"))
    if column is not None:
        last = column.is_(None)  # what says nothing stands last, either way
        yield from (last, column.desc() if sort.startswith("-") else column.asc())
    yield Item.code.asc()


def rows_by_code(session: Session, codes: Iterable[str]) -> dict[str, ItemRow]:
    """Questions by code; codes that do not exist are left out."""
    wanted = sorted(set(codes))
    found: dict[str, ItemRow] = {}
    for start in range(0, len(wanted), CHUNK):
        statement = newest(ItemFilter()).where(Item.code.in_(wanted[start : start + CHUNK]))
        found.update({item.code: item_row(item, version) for item, version in session.execute(statement)})
    return found


def questions(session: Session, wanted: ItemFilter) -> list[Question]:
    """The questions that fit, by code, in the words of their newest version."""
    rows = session.execute(newest(wanted).order_by(Item.code))
    return [question_of(item.code, item.paper, version) for item, version in rows]


def topics(session: Session) -> list[str]:
    """Every topic that a newest version names."""
    return _distinct(session, ItemVersion.topic)


def laws(session: Session) -> list[str]:
    """Every law that a newest version cites."""
    return _distinct(session, ItemVersion.law)


def editions(session: Session) -> list[str]:
    """Every edition that a newest version cites, by its day."""
    return _distinct(session, ItemVersion.edition)


def _distinct(session: Session, column: InstrumentedAttribute[Any]) -> list[str]:
    found = newest(ItemFilter()).with_only_columns(column).distinct()
    return sorted(text for text in session.scalars(found) if text)


def tags(session: Session) -> list[str]:
    """Every label that a newest version bears."""
    found = session.scalars(newest(ItemFilter()).with_only_columns(ItemVersion.tags))
    return sorted({tag for bears in found for tag in bears})


def has_figures(session: Session) -> bool:
    """Whether any question was sat in a released sitting, so that figures can be shown and asked for."""
    return session.scalar(select(ItemFigures.id).where(ItemFigures.superseded_at.is_(None)).limit(1)) is not None


def figures_beside(session: Session, rows: Iterable[ItemRow]) -> dict[str, FiguresRow]:
    """The figures of the version in use of each question, or of the newest where none is, by code."""
    statement = (
        select(Item.code, ItemFigures)
        .join(ItemVersion, ItemVersion.item_id == Item.id)
        .join(ItemFigures, ItemFigures.version_id == ItemVersion.id)
        .where(
            Item.id.in_([row.id for row in rows]), ItemFigures.superseded_at.is_(None),
            ItemVersion.number == func.coalesce(Item.in_use, Item.latest),
        )
    )  # fmt: skip
    return {code: FiguresRow.of(one) for code, one in session.execute(statement)}
