"""One question whole, and what waits for whom."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.bank.models import Item, ItemRemark, ItemStatus, ItemVersion
from app.bank.policy import Status
from app.bank.queries.rows import (
    ItemPage,
    ItemRow,
    RemarkRow,
    StepRow,
    VersionHistory,
    item_row,
    question_of,
    version_status,
)  # fmt: skip
from app.bank.queries.search import ItemFilter, newest
from app.bank.queries.wording import differences
from app.core.errors import NotFound
from app.core.permissions import Actor


def item_page(session: Session, code: str) -> ItemPage:
    """One question whole. Raises NotFound."""
    item = session.scalar(select(Item).where(Item.code == code))
    if item is None:
        raise NotFound
    versions = list(
        session.scalars(select(ItemVersion).where(ItemVersion.item_id == item.id).order_by(ItemVersion.number.desc()))
    )
    steps = _steps(session, item.id)
    histories = tuple(_histories(item, versions, steps))
    return ItemPage(item_row(item, versions[0]), histories, tuple(steps), tuple(_remarks(session, item.id)))


def _remarks(session: Session, item_id: int) -> Iterator[RemarkRow]:
    statement = (
        select(ItemRemark, ItemVersion.number)
        .join(ItemVersion, ItemVersion.id == ItemRemark.version_id)
        .where(ItemVersion.item_id == item_id)
        .order_by(ItemRemark.id)
    )
    for remark, number in session.execute(statement):
        yield RemarkRow(number, remark.label, remark.text, remark.recorded_at)


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


def _of(actor: Actor) -> ColumnElement[bool]:
    """The condition that a version is of this person's own hand, as `policy.same_person` has it."""
    if actor.account_id is None:
        return ItemVersion.author_account_id.is_(None) & (ItemVersion.author_label == actor.label)
    return ItemVersion.author_account_id.is_not(None) & (ItemVersion.author_account_id == actor.account_id)


def waiting(session: Session, actor: Actor) -> tuple[tuple[ItemRow, ...], tuple[ItemRow, ...]]:
    """Questions under review, by code: those this person may judge, and those of their own hand."""
    statement = newest(ItemFilter(status=Status.REVIEW)).order_by(Item.code)
    rows = [item_row(item, version) for item, version in session.execute(statement)]
    others = tuple(row for row in rows if not row.written_by(actor))
    return others, tuple(row for row in rows if row.written_by(actor))


def next_waiting(session: Session, actor: Actor, after: str = "") -> str | None:
    """The code of the next question to judge after a given one, beginning again at the end; None when none waits."""
    codes = newest(ItemFilter(status=Status.REVIEW)).where(~_of(actor)).with_only_columns(Item.code)
    codes = codes.order_by(Item.code).limit(1)
    return session.scalar(codes.where(Item.code > after)) or session.scalar(codes)


def counts(session: Session, actor: Actor) -> tuple[int, int]:
    """How many questions wait for this person's review, and how many drafts of their own hand stand unsent."""
    review = newest(ItemFilter(status=Status.REVIEW)).where(~_of(actor))
    drafts = newest(ItemFilter(status=Status.DRAFT)).where(_of(actor))
    found = [session.scalar(select(func.count()).select_from(of.subquery())) or 0 for of in (review, drafts)]
    return found[0], found[1]
