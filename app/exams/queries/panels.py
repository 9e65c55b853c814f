"""Read panels: what is rated, by whom, what a round came to, and what a pass mark rests on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.bank import queries as bank
from app.bank.queries.figures import figures_of
from app.core.errors import NotFound
from app.core.permissions import Scope
from app.exams.models import (
    ExamSpecification,
    ExamSpecificationVersion,
    PanelJudge,
    PassMarkChoice,
    Result,
    StandardPanel,
)
from app.exams.queries.figures import Figure, figure
from app.exams.queries.panel_outcomes import (
    DIFFICULTIES,
    RELEVANCES,
    PanelMethod,
    RoundRow,
    grid_of,
    judges_of,
    rounds_of,
    standing_ratings,
)
from app.registry.models import Person, Unit
from app.registry.queries import scope_paths, within


@dataclass(frozen=True)
class PanelRow:
    """A panel as lists show it; `cut` is in percent once it is closed."""

    id: int
    title: str
    method: str
    specification_id: int
    specification: str
    unit: str
    sitting_id: int | None
    round: int
    version: int
    opened_at: datetime
    opened_by: str
    closed_at: datetime | None
    closed_by: str
    questions: int
    cut: Figure


@dataclass(frozen=True)
class JudgeRow:
    """A judge and how far they are in this round."""

    account_id: int
    username: str
    name: str
    given: int
    wanted: int


@dataclass(frozen=True)
class PanelItem:
    """A question to be rated, with what the round before said of it."""

    ref: int
    code: str
    stem: str
    options: tuple[tuple[str, str], ...]
    key: tuple[str, ...]
    marks: str
    relevance: str
    difficulty: str
    mean: float | None
    low: float | None
    high: float | None
    facility: float | None


@dataclass(frozen=True)
class PanelPage:
    """A panel whole. `rounds` are those that can be shown to the chair: every judge's ratings complete."""

    row: PanelRow
    judges: tuple[JudgeRow, ...]
    items: tuple[PanelItem, ...]
    rounds: tuple[RoundRow, ...]
    cells: tuple[tuple[str, str, int, float | None], ...]


@dataclass(frozen=True)
class Desk:
    """What one judge rates: questions, cells with their questions' codes, or candidates; and the ratings given."""

    row: PanelRow
    items: tuple[PanelItem, ...]
    cells: tuple[tuple[str, str, tuple[str, ...]], ...]
    candidates: tuple[tuple[int, str, str], ...]
    given: Mapping[str, float]
    before: Mapping[str, float]
    wanted: int


@dataclass(frozen=True)
class ChoiceRow:
    """A pass mark that was chosen from evidence."""

    version: int
    chosen: int
    floor: int
    evidence: tuple[tuple[str, str, Figure], ...]
    supported: tuple[str, ...]
    passing: Figure
    reason: str
    recorded_at: datetime
    recorded_by: str


def _rows(session: Session, condition: ColumnElement[bool]) -> list[tuple[PanelRow, StandardPanel]]:
    statement = (
        select(StandardPanel, ExamSpecification.code, Unit.name_zh)
        .join(ExamSpecification, ExamSpecification.id == StandardPanel.specification_id)
        .join(Unit, Unit.id == StandardPanel.unit_id)
        .where(condition)
        .order_by(StandardPanel.opened_at.desc(), StandardPanel.id.desc())
    )
    return [(_row(panel, code, unit), panel) for panel, code, unit in session.execute(statement)]


def _row(p: StandardPanel, code: str, unit: str) -> PanelRow:
    return PanelRow(
        p.id, p.title, p.method, p.specification_id, code, unit, p.sitting_id, p.round, p.version, p.opened_at,
        p.opened_by, p.closed_at, p.closed_by, len(p.items), figure(p.result.get("cut")),
    )  # fmt: skip


def panels(session: Session, scope: Scope, *, specification_id: int | None = None) -> list[PanelRow]:
    """The panels of units in the scope, the latest first; optionally of one specification."""
    condition = within(scope, Unit.path, scope_paths(session, scope))
    if specification_id is not None:
        condition &= StandardPanel.specification_id == specification_id
    return [row for row, _ in _rows(session, condition)]


def panels_to_rate(session: Session, account_id: int | None) -> list[PanelRow]:
    """The open panels in which an account is a judge and has not rated everything of the round."""
    named = select(PanelJudge.panel_id).where(PanelJudge.account_id == account_id)
    found = _rows(session, StandardPanel.id.in_(named) & StandardPanel.closed_at.is_(None))
    return [row for row, panel in found if _open_for(session, panel, account_id)]


def _open_for(session: Session, panel: StandardPanel, account_id: int | None) -> bool:
    given = standing_ratings(session, panel.id, panel.round).get(account_id or 0, {})
    if panel.method == PanelMethod.BORDERLINE:
        return not given
    return len(given) < len(subjects_of(session, panel))


def panel_page(session: Session, panel_id: int, scope: Scope) -> PanelPage:
    """One panel for its chair; raises NotFound outside the scope."""
    found = _rows(session, (StandardPanel.id == panel_id) & within(scope, Unit.path, scope_paths(session, scope)))
    if not found:
        raise NotFound
    row, panel = found[0]
    wanted, given = len(subjects_of(session, panel)), standing_ratings(session, panel.id, panel.round)
    judges = tuple(
        JudgeRow(account_id, username, name, len(given.get(account_id, {})), wanted)
        for account_id, username, name in judges_of(session, panel.id)
    )
    rounds = rounds_of(session, panel)
    return PanelPage(row, judges, _items(session, panel, panel.round), rounds, grid_of(session, panel))


def desk(session: Session, panel_id: int, account_id: int | None) -> Desk:
    """What a judge of an open panel sees; raises NotFound for anybody else, and after it is closed."""
    named = select(PanelJudge.panel_id).where(PanelJudge.account_id == account_id)
    found = _rows(
        session, (StandardPanel.id == panel_id) & StandardPanel.id.in_(named) & StandardPanel.closed_at.is_(None)
    )
    if not found:
        raise NotFound
    row, panel = found[0]
    who = account_id or 0
    given = standing_ratings(session, panel.id, panel.round).get(who, {})
    before = standing_ratings(session, panel.id, panel.round - 1).get(who, {})
    items = _items(session, panel, panel.round)
    people = _candidates(session, panel) if panel.method == PanelMethod.BORDERLINE else ()
    return Desk(row, items, _cells(items), people, given, before, len(subjects_of(session, panel)))


def subjects_of(session: Session, panel: StandardPanel) -> frozenset[str]:
    """What a judge may rate: questions, the cells of the grid in use, or candidates of the sitting."""
    if panel.method == PanelMethod.ANGOFF:
        return frozenset(str(item["ref"]) for item in panel.items)
    if panel.method == PanelMethod.EBEL:
        return frozenset(
            f"{item['relevance']}|{item['difficulty']}" for item in panel.items if item["relevance"]
        )  # fmt: skip
    return frozenset(str(person_id) for person_id, _code, _name in _candidates(session, panel))


def _candidates(session: Session, panel: StandardPanel) -> tuple[tuple[int, str, str], ...]:
    """Those with a result in the sitting, by code; their scores are not shown to a judge."""
    statement = (
        select(Person.id, Person.code, Person.name)
        .join(Result, Result.person_id == Person.id)
        .where(Result.sitting_id == panel.sitting_id, Result.superseded_at.is_(None))
        .order_by(Person.code)
    )
    return tuple(dict.fromkeys((person_id, code, name) for person_id, code, name in session.execute(statement)))


def _items(session: Session, panel: StandardPanel, round_: int) -> tuple[PanelItem, ...]:
    """The questions with what the round before said; nothing of that in the first round."""
    if panel.method == PanelMethod.BORDERLINE:
        return ()
    versions = bank.versions(session, [item["ref"] for item in panel.items])
    known = figures_of(session, versions)
    earlier = list(standing_ratings(session, panel.id, round_ - 1).values())
    rows = []
    for item in panel.items:
        ref = item["ref"]
        said = [given[str(ref)] for given in earlier if str(ref) in given]
        told = known.get(ref)
        rows.append(
            PanelItem(
                ref, versions[ref].item_code, versions[ref].stem, versions[ref].options, versions[ref].key,
                item["marks"], item["relevance"], item["difficulty"], sum(said) / len(said) if said else None,
                min(said, default=None), max(said, default=None),
                told.facility if told is not None and said else None,
            )
        )  # fmt: skip
    return tuple(rows)


def _cells(items: tuple[PanelItem, ...]) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """The cells of the grid in use with the codes of their questions."""
    found: dict[tuple[str, str], list[str]] = {}
    for item in items:
        if item.relevance:
            found.setdefault((item.relevance, item.difficulty), []).append(item.code)
    order = [(relevance, difficulty) for relevance in RELEVANCES for difficulty in DIFFICULTIES]
    return tuple((*cell, tuple(found[cell])) for cell in order if cell in found)


def choices_of(session: Session, specification_id: int) -> list[ChoiceRow]:
    """The pass marks of a specification that were chosen from evidence, newest first."""
    statement = (
        select(PassMarkChoice, ExamSpecificationVersion.version)
        .join(ExamSpecificationVersion, ExamSpecificationVersion.id == PassMarkChoice.specification_version_id)
        .where(ExamSpecificationVersion.specification_id == specification_id)
        .order_by(ExamSpecificationVersion.version.desc())
    )
    return [_choice(choice, version) for choice, version in session.execute(statement)]


def _choice(choice: PassMarkChoice, version: int) -> ChoiceRow:
    told = choice.evidence
    return ChoiceRow(
        version, choice.chosen, choice.floor,
        tuple((one["panel"], one["method"], figure(one["cut"])) for one in told["panels"]),
        tuple(told["supported"]), figure(told["passing"]), choice.reason, choice.recorded_at, choice.recorded_by,
    )  # fmt: skip
