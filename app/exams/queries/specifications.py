"""Read specifications, and how far the bank can fill them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.bank import queries as bank
from app.core.errors import NotFound
from app.core.permissions import Scope
from app.exams.models import ExamSpecification, ExamSpecificationVersion
from app.registry.models import Unit
from app.registry.queries import scope_paths, within
from question_bank.items import ItemType, Level
from question_bank.scoring import ScoringPolicy
from question_bank.specification import Cell, PoolItem, Specification, shortfalls, total_marks


@dataclass(frozen=True)
class SpecificationRow:
    """A specification in its newest wording, or in the wording a sitting holds to."""

    id: int
    version_id: int
    code: str
    title: str
    unit_id: int
    unit: str
    paper: str
    kind: str
    version: int
    newest: int
    retired: bool
    pass_percent: int | None
    duration_minutes: int
    attempts: int
    period_days: int
    wait_days: int
    shuffle_items: bool
    shuffle_options: bool
    scoring: str
    cells: tuple[Cell, ...]
    recorded_at: datetime
    recorded_by: str

    @property
    def items(self) -> int:
        """How many questions a paper has."""
        return sum(cell.count for cell in self.cells)

    @property
    def marks(self) -> Decimal:
        """The marks of a complete answer."""
        return total_marks(self.blueprint)

    @property
    def blueprint(self) -> Specification:
        """The specification as the question bank understands it."""
        return Specification(self.cells, self.shuffle_items, self.shuffle_options, ScoringPolicy(self.scoring))


@dataclass(frozen=True)
class CellFit:
    """A cell and what the bank has for it; `available` counts questions some of which other cells may want too."""

    number: int
    cell: Cell
    available: int
    missing: int


def read_cells(cells: Sequence[dict[str, Any]]) -> tuple[Cell, ...]:
    """Cells from their stored form."""
    return tuple(
        Cell(
            str(cell["topic"]) if cell["topic"] else None,
            ItemType(cell["type"]) if cell["type"] else None,
            Level(cell["level"]) if cell["level"] else None,
            int(cell["count"]),
            Decimal(str(cell["marks"])),
        )
        for cell in cells
    )


def _row(head: ExamSpecification, said: ExamSpecificationVersion, unit: str) -> SpecificationRow:
    return SpecificationRow(
        head.id, said.id, head.code, said.title, head.unit_id, unit, head.paper, head.kind, said.version, head.version,
        head.retired_at is not None, said.pass_percent, said.duration_minutes, said.attempts, said.period_days,
        said.wait_days, said.shuffle_items, said.shuffle_options, said.scoring, read_cells(said.cells),
        said.recorded_at, said.recorded_by,
    )  # fmt: skip


def _newest(session: Session, scope: Scope) -> Select[ExamSpecification, ExamSpecificationVersion, str]:
    return (
        select(ExamSpecification, ExamSpecificationVersion, Unit.name_zh)
        .join(
            ExamSpecificationVersion,
            (ExamSpecificationVersion.specification_id == ExamSpecification.id)
            & (ExamSpecificationVersion.version == ExamSpecification.version),
        )
        .join(Unit, Unit.id == ExamSpecification.unit_id)
        .where(within(scope, Unit.path, scope_paths(session, scope)))
        .order_by(ExamSpecification.code)
    )


def specifications(session: Session, scope: Scope = None, *, retired: bool = False) -> list[SpecificationRow]:
    """The specifications owned by units in the scope, by code; the retired ones only when asked for."""
    statement = _newest(session, scope)
    if not retired:
        statement = statement.where(ExamSpecification.retired_at.is_(None))
    return [_row(*row) for row in session.execute(statement)]


def specification(session: Session, specification_id: int, scope: Scope = None) -> SpecificationRow:
    """One specification in its newest wording; raises NotFound outside the scope."""
    found = session.execute(_newest(session, scope).where(ExamSpecification.id == specification_id)).first()
    if found is None:
        raise NotFound
    return _row(*found)


def specification_version(session: Session, version_id: int) -> SpecificationRow:
    """One wording, by its own id; raises NotFound."""
    found = session.execute(
        select(ExamSpecification, ExamSpecificationVersion, Unit.name_zh)
        .join(ExamSpecificationVersion, ExamSpecificationVersion.specification_id == ExamSpecification.id)
        .join(Unit, Unit.id == ExamSpecification.unit_id)
        .where(ExamSpecificationVersion.id == version_id)
    ).first()
    if found is None:
        raise NotFound
    return _row(*found)


def versions_of(session: Session, specification_id: int) -> list[tuple[int, datetime, str]]:
    """Number, moment and author of each wording, newest first."""
    return list(
        session.execute(
            select(
                ExamSpecificationVersion.version,
                ExamSpecificationVersion.recorded_at,
                ExamSpecificationVersion.recorded_by,
            )
            .where(ExamSpecificationVersion.specification_id == specification_id)
            .order_by(ExamSpecificationVersion.version.desc())
        )
    )


def feasibility(
    session: Session, paper: str, regime: str | None, day: date, cells: Sequence[Cell]
) -> tuple[CellFit, ...]:
    """What each cell needs, the final questions of its kind, and how many are missing when all are filled."""
    pool = bank.pool(session, paper, day, regime)
    return fits(cells, pool)


def fits(cells: Sequence[Cell], pool: Sequence[PoolItem]) -> tuple[CellFit, ...]:
    """The same for a pool at hand."""
    short = {found.cell_index: found.missing for found in shortfalls(Specification(tuple(cells)), pool)}
    return tuple(
        CellFit(
            index + 1,
            cell,
            sum(cell.admits(item.topic, item.type, item.level) for item in pool),
            short.get(index, 0),
        )
        for index, cell in enumerate(cells)
    )


def topics(session: Session, paper: str, regime: str | None, day: date) -> list[str]:
    """The topics that final questions of a paper have, in order."""
    return sorted({item.topic for item in bank.pool(session, paper, day, regime) if item.topic})
