"""How questions behaved where they were sat: what stands beside a question, and what assembly may rest on."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bank.models import Item, ItemFigures, ItemVersion
from question_bank.messages import sentence
from question_bank.statistics import MINIMUM_N

CHUNK = 500
Range = tuple[float, float]


@dataclass(frozen=True)
class FlagRow:
    """One thing to look at, found in one sitting; `weight` is FLAG (probably bad) or NOTICE (worth knowing).

    `item` is the question's code; `on` the day of the sitting as text, `sitting` its title.
    """

    code: str
    weight: str
    item: str
    option: str
    n: int
    low: float
    high: float
    sitting: str = ""
    on: str = ""

    @property
    def zh(self) -> str:
        """The sentence in Chinese."""
        return sentence(self.code, "zh", self._data())

    @property
    def en(self) -> str:
        """The sentence in English."""
        return sentence(self.code, "en", self._data())

    @property
    def stored(self) -> dict[str, Any]:
        """As it is kept."""
        return dict(vars(self))

    def _data(self) -> dict[str, object]:
        return {
            "item": self.item, "option": self.option, "n": self.n, "low": f"{self.low:.2f}", "high": f"{self.high:.2f}",
        }  # fmt: skip


@dataclass(frozen=True)
class FiguresRow:
    """One version over all released formal sittings; a figure that is None has too little behind it.

    `facility` is the mean share of the marks, 0..1, `discrimination` the corrected point-biserial, each with its 95 %
    interval; `n` is what they rest on. `candidates` met it in `sittings`.
    """

    version_id: int
    n: int
    facility: float | None
    facility_interval: Range | None
    discrimination: float | None
    discrimination_interval: Range | None
    sittings: int
    candidates: int
    flags: tuple[FlagRow, ...]
    id: int = field(default=0, compare=False)

    @property
    def enough(self) -> bool:
        """Whether the facility rests on enough candidates to be used in the place of an expected one."""
        return self.facility is not None

    @property
    def needed(self) -> int:
        """The least n of a figure."""
        return MINIMUM_N

    @property
    def suspect(self) -> bool:
        """Whether anything says that the question is probably bad."""
        return any(flag.weight == "FLAG" for flag in self.flags)

    @classmethod
    def of(cls, stored: ItemFigures) -> "FiguresRow":
        """The row of stored figures."""
        return cls(
            stored.version_id, stored.n, stored.facility, _range(stored.facility_low, stored.facility_high),
            stored.discrimination, _range(stored.discrimination_low, stored.discrimination_high), stored.sittings,
            stored.candidates, tuple(FlagRow(**flag) for flag in stored.flags), stored.id,
        )  # fmt: skip


def figures_of(session: Session, version_ids: Iterable[int]) -> dict[int, FiguresRow]:
    """The figures that stand, by version; versions that no released formal sitting used are left out."""
    wanted = sorted(set(version_ids))
    found: dict[int, FiguresRow] = {}
    for start in range(0, len(wanted), CHUNK):
        statement = select(ItemFigures).where(
            ItemFigures.version_id.in_(wanted[start : start + CHUNK]), ItemFigures.superseded_at.is_(None)
        )
        found.update({one.version_id: FiguresRow.of(one) for one in session.scalars(statement)})
    return found


def figures_of_item(session: Session, code: str) -> dict[int, FiguresRow]:
    """The figures of every version of one question, by the version's number."""
    statement = (
        select(ItemVersion.number, ItemFigures)
        .join(Item, Item.id == ItemVersion.item_id)
        .join(ItemFigures, ItemFigures.version_id == ItemVersion.id)
        .where(Item.code == code, ItemFigures.superseded_at.is_(None))
        .order_by(ItemVersion.number.desc())
    )
    return {number: FiguresRow.of(one) for number, one in session.execute(statement)}


def suspects(session: Session) -> dict[str, FiguresRow]:
    """Questions whose version in use is probably bad, by code: what an editor should look at first."""
    statement = (
        select(Item.code, ItemFigures)
        .join(ItemVersion, (ItemVersion.item_id == Item.id) & (ItemVersion.number == Item.in_use))
        .join(ItemFigures, ItemFigures.version_id == ItemVersion.id)
        .where(ItemFigures.superseded_at.is_(None))
        .order_by(Item.code)
    )
    rows = ((code, FiguresRow.of(one)) for code, one in session.execute(statement))
    return {code: row for code, row in rows if row.suspect}


def _range(low: float | None, high: float | None) -> Range | None:
    return None if low is None or high is None else (low, high)
