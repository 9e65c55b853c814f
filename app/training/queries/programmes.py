"""Programmes: who is included, what is done, and how far each unit is."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.core.errors import NotFound
from app.core.facts import known
from app.core.permissions import Scope
from app.registry.models import Employment, Person, Posting, Unit
from app.registry.queries import PersonRow, people_by_ids, scope_paths
from app.training import rotation
from app.training.models import Programme, TaskDone


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One task that a programme asks of a person; `id` is that of the fact that it is done, None while it is not."""

    programme_code: str
    kind: str
    deadline: date
    done_on: date | None
    id: int | None
    programme_id: int
    title_zh: str
    title_en: str
    evidence_kind: str | None = None
    evidence: str | None = None

    def title(self, language: str) -> str:
        """The programme's title in a language, Chinese where there is no other."""
        return self.title_en or self.title_zh if language == "en" else self.title_zh


@dataclass(frozen=True, slots=True)
class ProgrammeRow:
    """A programme as lists show it; `path` is its unit's."""

    id: int
    code: str
    title_zh: str
    title_en: str
    unit_id: int
    unit: str
    path: str
    starts: date
    deadline: date
    tasks: tuple[str, ...]
    kinds: tuple[str, ...]
    regime: str | None
    source: str
    version: int

    def title(self, language: str) -> str:
        """The title in a language, Chinese where there is no other."""
        return self.title_en or self.title_zh if language == "en" else self.title_zh


@dataclass(frozen=True, slots=True)
class Standing:
    """One person in a programme: the tasks done, by task, and those missing."""

    person: PersonRow
    done: Mapping[str, TaskRow]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnitCompletion:
    """How far one unit is, and who there is incomplete."""

    unit: str
    agency: str
    total: int
    complete: int
    incomplete: tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class Completion:
    """How far a programme is among the people one may see."""

    people: tuple[Standing, ...]
    units: tuple[UnitCompletion, ...]

    @property
    def total(self) -> int:
        """How many people it includes."""
        return len(self.people)

    @property
    def complete(self) -> int:
        """How many of them lack nothing."""
        return sum(not one.missing for one in self.people)


SERVICE: tuple[tuple[Any, Any], ...] = ((Posting, Posting.unit_id), (Employment, Employment.agency_id))
"""What says where somebody serves, and its unit."""


def _row(programme: Programme, unit: Unit) -> ProgrammeRow:
    return ProgrammeRow(
        programme.id, programme.code, programme.title_zh, programme.title_en, unit.id, unit.name_zh, unit.path,
        programme.starts, programme.deadline, tuple(programme.tasks), tuple(programme.kinds), programme.regime,
        programme.source, programme.version,
    )  # fmt: skip


def programmes(session: Session, scope: Scope = None) -> list[ProgrammeRow]:
    """Programmes whose unit lies in the scope or above it, the latest deadline first."""
    statement = select(Programme, Unit).join(Unit, Unit.id == Programme.unit_id)
    rows = [_row(*found) for found in session.execute(statement.order_by(Programme.deadline.desc(), Programme.id))]
    if scope is None:
        return rows
    paths = scope_paths(session, scope)
    return [row for row in rows if any(row.path.startswith(p) or p.startswith(row.path) for p in paths)]


def programme_by_id(session: Session, programme_id: int, scope: Scope = None) -> ProgrammeRow:
    """One programme; raises NotFound when there is none or it touches nobody in the scope."""
    found = next((row for row in programmes(session, scope) if row.id == programme_id), None)
    if found is None:
        raise NotFound
    return found


def hired_on(session: Session, person_ids: Collection[int], known_at: datetime | None = None) -> dict[int, date]:
    """The first day each of these people was employed, for those who ever were."""
    statement: Any = select(Employment.person_id, func.min(Employment.valid_from)).where(
        Employment.person_id.in_(list(person_ids))
    )
    rows = session.execute(known(statement, Employment, known_at).group_by(Employment.person_id))
    return {row[0]: row[1] for row in rows}


def _served(
    session: Session, person_ids: Collection[int], known_at: datetime | None
) -> dict[int, list[rotation.Service]]:
    """Where these people served: their postings, and the agencies that employed them."""
    found: dict[int, list[rotation.Service]] = {person_id: [] for person_id in person_ids}
    for model, unit_id in SERVICE:
        statement: Any = (
            select(model.person_id, Unit.path, model.valid_from, model.valid_to)
            .join(Unit, Unit.id == unit_id)
            .where(model.person_id.in_(list(person_ids)))
        )
        for person_id, path, starts, ends in session.execute(known(statement, model, known_at)):
            found[person_id].append(rotation.Service(path, starts, ends))
    return found


def included(
    session: Session, rows: Iterable[ProgrammeRow], person_ids: Collection[int], known_at: datetime | None = None
) -> dict[int, list[ProgrammeRow]]:
    """Which of these programmes include each of these people."""
    ids = list(person_ids)
    kinds = {row.id: row.kind for row in session.execute(select(Person.id, Person.kind).where(Person.id.in_(ids)))}
    hired, served, wanted = hired_on(session, ids, known_at), _served(session, ids, known_at), list(rows)
    return {
        person_id: [
            row
            for row in wanted
            if rotation.included(
                kinds.get(person_id, ""), hired.get(person_id), served[person_id],
                kinds=row.kinds, path=row.path, starts=row.starts, deadline=row.deadline,
            )
        ]
        for person_id in ids
    }  # fmt: skip


def _done(
    session: Session, person_ids: Collection[int], known_at: datetime | None
) -> dict[int, dict[tuple[int, str], TaskDone]]:
    found: dict[int, dict[tuple[int, str], TaskDone]] = {}
    statement = known(select(TaskDone).where(TaskDone.person_id.in_(list(person_ids))), TaskDone, known_at)
    for fact in session.scalars(statement.order_by(TaskDone.id)):
        found.setdefault(fact.person_id, {})[fact.programme_id, fact.task] = fact
    return found


def _task_row(programme: ProgrammeRow, task: str, fact: TaskDone | None) -> TaskRow:
    return TaskRow(
        programme.code, task, programme.deadline, fact.valid_from if fact else None, fact.id if fact else None,
        programme.id, programme.title_zh, programme.title_en, fact.evidence_kind if fact else None,
        fact.evidence if fact else None,
    )  # fmt: skip


def programme_tasks(
    session: Session, person_ids: Collection[int], known_at: datetime | None = None
) -> dict[int, list[TaskRow]]:
    """Every task of every programme that includes each of these people, done or not, as believed now or at `known_at`.

    A programme that was finished in part by somebody it no longer includes is told too, with what was done.
    """
    statement = select(Programme, Unit).join(Unit, Unit.id == Programme.unit_id).order_by(Programme.deadline)
    if known_at is not None:
        statement = statement.where(Programme.created_at <= known_at)
    rows = [_row(*found) for found in session.execute(statement)]
    inside, done = included(session, rows, person_ids, known_at), _done(session, person_ids, known_at)
    found: dict[int, list[TaskRow]] = {}
    for person_id in person_ids:
        facts, own = done.get(person_id, {}), {row.id for row in inside[person_id]}
        found[person_id] = [
            _task_row(row, task, facts.get((row.id, task)))
            for row in rows
            for task in dict.fromkeys([*row.tasks, *(t for p, t in facts if p == row.id)])
            if row.id in own or (row.id, task) in facts
        ]
    return found


def serving_below(session: Session, path: str, day: date) -> list[int]:
    """The ids of everyone who serves in a unit or below it on a day, as posted or as employed."""
    ids: set[int] = set()
    for model, unit_id in SERVICE:
        statement: Any = (
            select(model.person_id)
            .join(Unit, Unit.id == unit_id)
            .where(
                Unit.path.startswith(path, autoescape=True),
                model.valid_from <= day,
                or_(model.valid_to.is_(None), model.valid_to >= day),
            )
        )
        ids.update(session.scalars(known(statement, model)))
    return sorted(ids)


def completion(session: Session, programme: ProgrammeRow, day: date, scope: Scope = None) -> Completion:
    """How far a programme is on a day, among those who serve then and lie in the scope; the incomplete units first."""
    ids = serving_below(session, programme.path, day)
    inside, done = included(session, [programme], ids), _done(session, ids, None)
    people = [row for row in people_by_ids(session, [i for i in ids if inside[i]], day, scope) if row.unit_id]
    standings = tuple(_standing(programme, person, done.get(person.id, {})) for person in people)
    return Completion(standings, _by_unit(standings))


def _standing(programme: ProgrammeRow, person: PersonRow, facts: Mapping[tuple[int, str], TaskDone]) -> Standing:
    done = {t: _task_row(programme, t, facts[programme.id, t]) for t in programme.tasks if (programme.id, t) in facts}
    return Standing(person, done, tuple(t for t in programme.tasks if t not in done))


def _by_unit(standings: Iterable[Standing]) -> tuple[UnitCompletion, ...]:
    groups: dict[str, list[Standing]] = {}
    for one in standings:
        groups.setdefault(one.person.unit_path or "", []).append(one)
    units = [
        UnitCompletion(
            rows[0].person.unit or "", rows[0].person.agency or "", len(rows), sum(not r.missing for r in rows),
            tuple(r for r in rows if r.missing),
        )
        for _path, rows in sorted(groups.items())
    ]  # fmt: skip
    return tuple(sorted(units, key=lambda unit: unit.complete / unit.total))
