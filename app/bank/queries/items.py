"""Lists of questions, one question whole, and how the bank stands."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from app.bank.models import Item, ItemStatus, ItemVersion
from app.bank.policy import WANTED_PER_CELL, Status
from app.bank.queries.rows import (
    ItemPage,
    ItemRow,
    Page,
    StepRow,
    VersionHistory,
    differences,
    item_row,
    question_of,
    version_status,
)  # fmt: skip
from app.core.errors import NotFound
from app.core.permissions import Actor
from question_bank.items import Item as Question
from question_bank.items import ItemType, Paper

PAGE_SIZE = 50


@dataclass(frozen=True)
class ItemFilter:
    """What a list is asked for; an empty text asks for everything. `text` is looked for in code and stem."""

    text: str = ""
    paper: str = ""
    topic: str = ""
    type: str = ""
    level: str = ""
    status: str = ""
    law: str = ""

    def drafts(self) -> "ItemFilter":
        """The drafts among what is asked for; nothing where another status is asked for."""
        return replace(self, status=Status.DRAFT.value) if self.status in ("", Status.DRAFT) else self


@dataclass(frozen=True)
class HeatRow:
    """One topic of a paper: final questions by type, in the order of ItemType."""

    paper: str
    topic: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """Final questions of the topic."""
        return sum(self.counts)


@dataclass(frozen=True)
class ThinCell:
    """A topic and type with too few final questions, and how many stand in it."""

    paper: str
    topic: str
    type: str
    have: int
    want: int


@dataclass(frozen=True)
class Health:
    """How the bank stands: questions by status, final ones by paper, topic and type, and where it is thin."""

    by_status: dict[str, int]
    heat: tuple[HeatRow, ...]
    thin: tuple[ThinCell, ...]

    @property
    def total(self) -> int:
        """All questions, retired ones included."""
        return sum(self.by_status.values())

    def rows_of(self, paper: str) -> tuple[HeatRow, ...]:
        """The topics of one paper."""
        return tuple(row for row in self.heat if row.paper == paper)


def _newest(wanted: ItemFilter) -> Select[Item, ItemVersion]:
    joined = (ItemVersion.item_id == Item.id) & (ItemVersion.number == Item.latest)
    return select(Item, ItemVersion).join(ItemVersion, joined).where(*_conditions(wanted))


def _conditions(wanted: ItemFilter) -> Iterator[ColumnElement[bool]]:
    for column, value in (
        (Item.paper, wanted.paper),
        (Item.status, wanted.status),
        (ItemVersion.topic, wanted.topic),
        (ItemVersion.type, wanted.type),
        (ItemVersion.level, wanted.level),
        (ItemVersion.law, wanted.law),
    ):
        if value:
            yield column == value
    if wanted.text:
        text = wanted.text.lower()
        yield or_(
            func.lower(Item.code).contains(text, autoescape=True),
            func.lower(ItemVersion.stem).contains(text, autoescape=True),
        )


def find(session: Session, wanted: ItemFilter, page: int = 1, size: int = PAGE_SIZE) -> Page:
    """One page of the questions that fit, by code; a page beyond the last shows the last."""
    total = session.scalar(select(func.count()).select_from(_newest(wanted).subquery())) or 0
    pages = max(1, -(-total // size))
    number = min(max(1, page), pages)
    statement = _newest(wanted).order_by(Item.code).offset((number - 1) * size).limit(size)
    rows = tuple(item_row(item, version) for item, version in session.execute(statement))
    return Page(rows, number, pages, total)


def rows_by_code(session: Session, codes: Iterable[str]) -> dict[str, ItemRow]:
    """Questions by code; codes that do not exist are left out."""
    statement = _newest(ItemFilter()).where(Item.code.in_(set(codes)))
    return {item.code: item_row(item, version) for item, version in session.execute(statement)}


def questions(session: Session, wanted: ItemFilter) -> list[Question]:
    """The questions that fit, by code, in the words of their newest version."""
    rows = session.execute(_newest(wanted).order_by(Item.code))
    return [question_of(item.code, item.paper, version) for item, version in rows]


def item_page(session: Session, code: str) -> ItemPage:
    """One question whole. Raises NotFound."""
    item = session.scalar(select(Item).where(Item.code == code))
    if item is None:
        raise NotFound
    versions = list(
        session.scalars(select(ItemVersion).where(ItemVersion.item_id == item.id).order_by(ItemVersion.number.desc()))
    )
    steps = _steps(session, item.id)
    return ItemPage(item_row(item, versions[0]), tuple(_histories(item, versions, steps)), tuple(steps))


def _steps(session: Session, item_id: int) -> list[StepRow]:
    statement = (
        select(ItemStatus, ItemVersion.number)
        .join(ItemVersion, ItemVersion.id == ItemStatus.version_id)
        .where(ItemVersion.item_id == item_id)
        .order_by(ItemStatus.id.desc())
    )
    return [
        StepRow(number, step.status, step.rejected, step.label, step.comment, step.recorded_at)
        for step, number in session.execute(statement)
    ]


def _histories(item: Item, versions: list[ItemVersion], steps: list[StepRow]) -> Iterator[VersionHistory]:
    contents = [question_of(item.code, item.paper, version) for version in versions]
    for index, version in enumerate(versions):
        before = contents[index + 1] if index + 1 < len(contents) else None
        changes = differences(before, contents[index]) if before else ()
        yield VersionHistory(
            version.id, version.number, contents[index], version.author_label, version.created_at,
            version_status(item, version.number, steps), version.number == item.in_use, changes,
        )  # fmt: skip


def health(session: Session) -> Health:
    """How the bank stands now."""
    by_status = {known.value: 0 for known in Status}
    by_status.update(
        (row[0], row[1]) for row in session.execute(select(Item.status, func.count()).group_by(Item.status))
    )
    counted: dict[tuple[str, str], dict[str, int]] = {}
    statement = (
        select(Item.paper, ItemVersion.topic, ItemVersion.type, func.count())
        .join(ItemVersion, (ItemVersion.item_id == Item.id) & (ItemVersion.number == Item.in_use))
        .group_by(Item.paper, ItemVersion.topic, ItemVersion.type)
    )
    for paper, topic, type_, count in session.execute(statement):
        counted.setdefault((paper, topic), {})[type_] = count
    order = {paper.value: place for place, paper in enumerate(Paper)}
    heat = tuple(
        HeatRow(paper, topic, tuple(types.get(type_.value, 0) for type_ in ItemType))
        for (paper, topic), types in sorted(counted.items(), key=lambda entry: (order[entry[0][0]], entry[0][1]))
    )
    return Health(by_status, heat, tuple(_thin(heat)))


def _thin(heat: tuple[HeatRow, ...]) -> list[ThinCell]:
    cells = [
        ThinCell(row.paper, row.topic, type_.value, have, WANTED_PER_CELL)
        for row in heat
        for type_, have in zip(ItemType, row.counts, strict=True)
        if have < WANTED_PER_CELL
    ]
    return sorted(cells, key=lambda cell: cell.have)


def topics(session: Session) -> list[str]:
    """Every topic that a newest version names."""
    found = _newest(ItemFilter()).with_only_columns(ItemVersion.topic).distinct()
    return sorted(topic for topic in session.scalars(found) if topic)


def laws(session: Session) -> list[str]:
    """Every law that a newest version cites."""
    found = _newest(ItemFilter()).with_only_columns(ItemVersion.law).distinct()
    return sorted(law for law in session.scalars(found) if law)


def _of(actor: Actor) -> ColumnElement[bool]:
    """The condition that a version is of this person's own hand, as `policy.same_person` has it."""
    if actor.account_id is None:
        return ItemVersion.author_account_id.is_(None) & (ItemVersion.author_label == actor.label)
    return ItemVersion.author_account_id.is_not(None) & (ItemVersion.author_account_id == actor.account_id)


def waiting(session: Session, actor: Actor) -> tuple[tuple[ItemRow, ...], tuple[ItemRow, ...]]:
    """Questions under review, by code: those this person may judge, and those of their own hand."""
    statement = _newest(ItemFilter(status=Status.REVIEW)).order_by(Item.code)
    rows = [item_row(item, version) for item, version in session.execute(statement)]
    others = tuple(row for row in rows if not row.written_by(actor))
    return others, tuple(row for row in rows if row.written_by(actor))


def next_waiting(session: Session, actor: Actor, after: str = "") -> str | None:
    """The code of the next question to judge after a given one, beginning again at the end; None when none waits."""
    codes = _newest(ItemFilter(status=Status.REVIEW)).where(~_of(actor)).with_only_columns(Item.code)
    codes = codes.order_by(Item.code).limit(1)
    return session.scalar(codes.where(Item.code > after)) or session.scalar(codes)


def counts(session: Session, actor: Actor) -> tuple[int, int]:
    """How many questions wait for this person's review, and how many drafts of their own hand stand unsent."""
    review = _newest(ItemFilter(status=Status.REVIEW)).where(~_of(actor))
    drafts = _newest(ItemFilter(status=Status.DRAFT)).where(_of(actor))
    found = [session.scalar(select(func.count()).select_from(of.subquery())) or 0 for of in (review, drafts)]
    return found[0], found[1]
