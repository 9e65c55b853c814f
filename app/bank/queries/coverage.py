"""How the bank stands: what is final where, where it is thin, and what was held against the statutes."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.bank.models import Item, ItemVersion
from app.bank.policy import LEVEL_TITLES, WANTED_PER_CELL, Status
from question_bank.items import ItemType, Paper, Review

ROWS: dict[str, Any] = {"topic": ItemVersion.topic, "law": ItemVersion.law}
COLUMNS: dict[str, Any] = {"type": ItemVersion.type, "level": ItemVersion.level}
ENOUGH, THIN, EMPTY = "ENOUGH", "THIN", "EMPTY"


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


@dataclass(frozen=True)
class Cell:
    """How many final questions stand in a cell, how many should, and what that makes of it."""

    column: str
    have: int
    want: int

    @property
    def state(self) -> str:
        """ENOUGH, THIN or EMPTY."""
        return ENOUGH if self.have >= self.want else THIN if self.have else EMPTY


@dataclass(frozen=True)
class CoverageRow:
    """One topic or law with its cells."""

    name: str
    cells: tuple[Cell, ...]

    @property
    def total(self) -> int:
        """Final questions of the row."""
        return sum(cell.have for cell in self.cells)


@dataclass(frozen=True)
class Coverage:
    """One paper as a table: rows of topics or laws, columns of types or levels."""

    paper: str
    columns: tuple[str, ...]
    rows: tuple[CoverageRow, ...]

    @property
    def states(self) -> dict[str, int]:
        """How many cells are ENOUGH, THIN and EMPTY."""
        found = dict.fromkeys((ENOUGH, THIN, EMPTY), 0)
        for row in self.rows:
            for cell in row.cells:
                found[cell.state] += 1
        return found


def health(session: Session) -> Health:
    """How the bank stands now. A type is thin in a topic only in papers that use the type at all."""
    by_status = {known.value: 0 for known in Status}
    by_status.update(
        (row[0], row[1]) for row in session.execute(select(Item.status, func.count()).group_by(Item.status))
    )
    counted = _counted(session, "topic", "type")
    heat = tuple(
        HeatRow(paper, topic, tuple(types.get(type_.value, 0) for type_ in ItemType))
        for paper, topics in counted.items()
        for topic, types in topics.items()
    )
    thin = [
        ThinCell(table.paper, row.name, cell.column, cell.have, cell.want)
        for table in _tables(counted, "type", WANTED_PER_CELL)
        for row in table.rows
        for cell in row.cells
        if cell.have < cell.want
    ]
    return Health(by_status, heat, tuple(sorted(thin, key=lambda cell: cell.have)))


def coverage(session: Session, rows: str, columns: str, want: int) -> tuple[Coverage, ...]:
    """Final questions of each paper by topic or law (`rows`) and by type or level (`columns`), `want` a cell.

    Levels are all there; of types, those that the paper uses.
    """
    return tuple(_tables(_counted(session, rows, columns), columns, want))


def _counted(session: Session, rows: str, columns: str) -> dict[str, dict[str, dict[str, int]]]:
    """Final questions by paper, row and column, in the order of papers and by name."""
    by_row, by_column = ROWS[rows], COLUMNS[columns]
    statement = (
        select(Item.paper, by_row, by_column, func.count())
        .join(ItemVersion, (ItemVersion.item_id == Item.id) & (ItemVersion.number == Item.in_use))
        .group_by(Item.paper, by_row, by_column)
    )
    found = sorted((paper, row or "", column, count) for paper, row, column, count in session.execute(statement))
    counted: dict[str, dict[str, dict[str, int]]] = {
        paper.value: {} for paper in Paper if any(one[0] == paper for one in found)
    }
    for paper, row, column, count in found:
        counted[paper].setdefault(row, {})[column] = count
    return counted


def _tables(counted: dict[str, dict[str, dict[str, int]]], columns: str, want: int) -> list[Coverage]:
    found = []
    for paper, names in counted.items():
        used = {column for counts in names.values() for column in counts}
        shown = tuple(LEVEL_TITLES) if columns == "level" else tuple(one.value for one in ItemType if one in used)
        rows = tuple(
            CoverageRow(name, tuple(Cell(column, counts.get(column, 0), want) for column in shown))
            for name, counts in names.items()
        )
        found.append(Coverage(paper, shown, rows))
    return found


def review_counts(session: Session) -> dict[str, dict[str, int]]:
    """Questions that are not retired, by paper and by whether anybody held them against the statute."""
    mark = ItemVersion.further["review"].as_string()
    statement = (
        select(Item.paper, mark, func.count())
        .join(ItemVersion, (ItemVersion.item_id == Item.id) & (ItemVersion.number == Item.latest))
        .where(Item.status != Status.RETIRED)
        .group_by(Item.paper, mark)
    )
    found: dict[str, dict[str, int]] = {}
    for paper, said, count in session.execute(statement):
        counts = found.setdefault(paper, {one.value: 0 for one in Review})
        counts[said or Review.UNREVIEWED.value] += count
    return {paper.value: found[paper.value] for paper in Paper if paper.value in found}
