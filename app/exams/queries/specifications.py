"""Read specifications."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.core.errors import NotFound
from app.core.permissions import Scope
from app.exams.models import ExamSpecification, ExamSpecificationVersion
from app.exams.queries.blueprints import Demands, blueprint_of, read_cells, read_demands
from app.registry.models import Unit
from app.registry.queries import scope_paths, within
from question_bank.scoring import ScoringPolicy
from question_bank.specification import Cell, Specification, total_marks


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
    demands: Demands
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
        """The specification as the question bank understands it, its sets naming questions by their codes."""
        return blueprint_of(
            self.cells, self.demands, shuffle_items=self.shuffle_items, shuffle_options=self.shuffle_options,
            scoring=ScoringPolicy(self.scoring),
        )  # fmt: skip


def _row(head: ExamSpecification, said: ExamSpecificationVersion, unit: str) -> SpecificationRow:
    return SpecificationRow(
        head.id, said.id, head.code, said.title, head.unit_id, unit, head.paper, head.kind, said.version, head.version,
        head.retired_at is not None, said.pass_percent, said.duration_minutes, said.attempts, said.period_days,
        said.wait_days, said.shuffle_items, said.shuffle_options, said.scoring, read_cells(said.cells),
        read_demands(said.demands), said.recorded_at, said.recorded_by,
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
