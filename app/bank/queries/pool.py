"""What other rooms take from the bank: questions that may be drawn, and the words of versions."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.bank.models import Item, ItemVersion
from app.bank.queries.rows import VersionRow, question_of
from app.bank.queries.statutes import validity
from app.bank.queries.wording import citation_text
from question_bank.assembly import PoolItem
from question_bank.items import ItemType, Level

CHUNK = 500


def pool(session: Session, paper: str, on: date, regime: str | None) -> list[PoolItem]:
    """The questions a paper may draw on a day: versions in use, for every place or for this regime, by code.

    `ref` is the id of the version. A question is left out on days when the edition it cites is not in force: not yet
    passed or begun, or ended because the next edition has begun.
    """
    statement = (
        select(ItemVersion)
        .join(Item, (Item.id == ItemVersion.item_id) & (Item.in_use == ItemVersion.number))
        .where(
            Item.paper == paper,
            or_(ItemVersion.overlay.is_(None), ItemVersion.overlay == regime),
            or_(ItemVersion.edition.is_(None), ItemVersion.edition == "", ItemVersion.edition <= on.isoformat()),
        )
        .order_by(Item.code)
    )
    known = validity(session)
    return [_pool_item(version) for version in session.scalars(statement) if known.holds(version, on)]


def _pool_item(version: ItemVersion) -> PoolItem:
    letters = tuple(key for key, _text in version.options)
    return PoolItem(
        version.id, version.topic, ItemType(version.type), Level(version.level), letters,
        tuple(version.anchored), law=version.law or "", difficulty=version.difficulty,
        seconds=version.further.get("seconds"), tags=tuple(version.tags),
    )  # fmt: skip


def versions(session: Session, ids: Iterable[int]) -> dict[int, VersionRow]:
    """The words of versions by id, of whatever status; ids that do not exist are left out."""
    wanted = sorted(set(ids))
    found: dict[int, VersionRow] = {}
    for start in range(0, len(wanted), CHUNK):
        statement = (
            select(ItemVersion, Item.code, Item.paper)
            .join(Item, Item.id == ItemVersion.item_id)
            .where(ItemVersion.id.in_(wanted[start : start + CHUNK]))
        )
        for version, code, paper in session.execute(statement):
            found[version.id] = version_row(version, code, paper)
    return found


def version_row(version: ItemVersion, code: str, paper: str) -> VersionRow:
    """One version as papers show it."""
    return VersionRow(
        version.id, code, version.type, version.stem, tuple((key, text) for key, text in version.options),
        tuple(version.key), version.explanation, version.topic, version.level,
        citation_text(version.law, version.edition, version.article), question_of(code, paper, version),
    )  # fmt: skip
