"""Imports that were checked or written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import NotFound
from app.core.permissions import Actor, P
from app.registry.models import ImportRun

PER_PAGE = 100


@dataclass(frozen=True)
class RunRow:
    """One import, without its rows."""

    id: int
    kind: str
    file_name: str
    sha256: str
    state: str
    started_at: datetime
    started_by: str
    finished_at: datetime | None
    effective_on: date
    counts: Mapping[str, Any]

    @property
    def to_write(self) -> int:
        """How many rows would be written, or were."""
        return int(self.counts["ADDED"] + self.counts["CHANGED"])


@dataclass(frozen=True)
class RunPage:
    """One import with one page of its rows."""

    run: RunRow
    rows: tuple[Mapping[str, Any], ...]
    number: int
    pages: int
    total: int


_COLUMNS = (
    ImportRun.id, ImportRun.kind, ImportRun.file_name, ImportRun.sha256, ImportRun.state, ImportRun.started_at,
    ImportRun.started_by, ImportRun.finished_at, ImportRun.effective_on, ImportRun.counts,
)  # fmt: skip


def import_runs(session: Session, actor: Actor, limit: int = 50) -> list[RunRow]:
    """The newest imports: one's own, or everybody's for those who may import everywhere."""
    statement = select(*_COLUMNS).order_by(ImportRun.id.desc()).limit(limit)
    if actor.scope(P.REGISTRY_IMPORT) is not None:
        statement = statement.where(ImportRun.account_id == actor.account_id)
    return [RunRow(*row) for row in session.execute(statement)]


def import_run(session: Session, actor: Actor, run_id: int, outcome: str = "", page: int = 1) -> RunPage:
    """One import with its rows, optionally those of one outcome or TIDIED; raises NotFound for somebody else's."""
    statement = select(*_COLUMNS, ImportRun.report).where(ImportRun.id == run_id)
    if actor.scope(P.REGISTRY_IMPORT) is not None:
        statement = statement.where(ImportRun.account_id == actor.account_id)
    found = session.execute(statement).first()
    if found is None:
        raise NotFound
    *columns, report = found
    chosen = [line for line in report if _wanted(line, outcome)]
    pages = max(1, -(-len(chosen) // PER_PAGE))
    number = min(max(page, 1), pages)
    shown = tuple(chosen[(number - 1) * PER_PAGE : number * PER_PAGE])
    return RunPage(RunRow(*columns), shown, number, pages, len(chosen))


def _wanted(line: Mapping[str, Any], outcome: str) -> bool:
    if outcome == "TIDIED":
        return bool(line["notes"])
    return not outcome or line["outcome"] == outcome
