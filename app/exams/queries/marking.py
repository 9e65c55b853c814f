"""Read what people have to mark: per sitting how far it is, the next answer for a marker, one answer with its rubric.

A marker is shown a number in the place of the candidate, and never another marker's mark.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import ColumnElement, Select, case, exists, func, select
from sqlalchemy.orm import Session, aliased

from app.bank import queries as bank
from app.core.errors import NotFound
from app.core.permissions import Actor, P
from app.exams.models import AnswerJournal, Marking, MarkingTask, Result, Sitting
from app.exams.policy import MARKERS
from app.registry.models import Unit
from app.registry.queries import scope_paths, within
from question_bank.items import GAP, Item
from question_bank.responses import read_response


@dataclass(frozen=True)
class MarkingRow:
    """How far the marking of a sitting is. `third` waits for a third marker; `mine` the asker has marked.

    `left` is what the asker could mark now.
    """

    sitting_id: int
    title: str
    closes_at: datetime
    released: bool
    answers: int
    settled: int
    third: int
    mine: int
    left: int

    @property
    def waiting(self) -> int:
        """Answers that markers are still wanted for."""
        return self.answers - self.settled


@dataclass(frozen=True)
class Scored:
    """A criterion of the rubric: its number from 1, its words, and the marks it is worth here."""

    number: int
    text: str
    marks: Decimal


@dataclass(frozen=True)
class OwnMark:
    """A mark the asker gave."""

    task_id: int
    item_code: str
    marks: Decimal
    of: Decimal
    met: tuple[int, ...]
    comment: str
    recorded_at: datetime
    changeable: bool


@dataclass(frozen=True)
class TaskPage:
    """One answer to mark, under its number. `stem` begins with the story where the question is part of a case."""

    number: int
    sitting_id: int
    stem: tuple[str, ...]
    answer: str
    marks: Decimal
    rubric: tuple[Scored, ...]
    model_answer: str
    explanation: str
    citation: str
    pictures: tuple[str, ...]
    own: OwnMark | None


def sittings_to_mark(session: Session, actor: Actor) -> list[MarkingRow]:
    """The sittings of one's units in which people mark answers: the unreleased first, then the latest."""
    scope = actor.scope(P.EXAMS_MARK)
    statement = (
        select(Sitting.id)
        .join(Unit, Unit.id == Sitting.unit_id)
        .where(
            within(scope, Unit.path, scope_paths(session, scope)),
            exists().where(MarkingTask.sitting_id == Sitting.id),
        )
    )
    return _rows(session, actor, session.scalars(statement).all())


def marking_of(session: Session, actor: Actor, sitting_id: int) -> MarkingRow:
    """How far one sitting is. Raises NotFound outside one's units, or where people mark nothing of it."""
    found = next((row for row in sittings_to_mark(session, actor) if row.sitting_id == sitting_id), None)
    if found is None:
        raise NotFound
    return found


def marking_left(session: Session, sitting_id: int) -> tuple[int, int]:
    """Of a sitting: answers that wait for markers, and answers that people mark in all."""
    waits = case((MarkingTask.settled_at.is_(None), 1), else_=0)
    counted = select(func.coalesce(func.sum(waits), 0), func.count()).where(MarkingTask.sitting_id == sitting_id)
    waiting, answers = session.execute(counted).one()
    return int(waiting), int(answers)


def _rows(session: Session, actor: Actor, ids: Iterable[int]) -> list[MarkingRow]:
    mine = exists().where(Marking.task_id == MarkingTask.id, Marking.account_id == actor.account_id)
    not_settled = MarkingTask.settled_at.is_(None)
    free = not_settled & (MarkingTask.given < MarkingTask.needed) & (MarkingTask.person_id != (actor.person_id or 0))

    statement = (
        select(
            Sitting, func.count(), _many(MarkingTask.settled_at.is_not(None)),
            _many(not_settled & (MarkingTask.needed > MARKERS)), _many(mine), _many(free & ~mine),
        )
        .join(MarkingTask, MarkingTask.sitting_id == Sitting.id)
        .where(Sitting.id.in_(list(ids)))
        .group_by(Sitting.id)
        .order_by(Sitting.released_at.is_not(None), Sitting.closes_at.desc())
    )  # fmt: skip
    return [
        MarkingRow(s.id, s.title, s.closes_at, s.released_at is not None, *map(int, counts))
        for s, *counts in session.execute(statement)
    ]


def _many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """How many tasks of a sitting are so."""
    return func.sum(case((condition, 1), else_=0))


def next_task(session: Session, actor: Actor, sitting_id: int) -> int | None:
    """The next answer that the actor can mark, question by question; None where there is none."""
    mine = exists().where(Marking.task_id == MarkingTask.id, Marking.account_id == actor.account_id)
    return session.scalar(
        select(MarkingTask.id)
        .where(
            MarkingTask.sitting_id == sitting_id, MarkingTask.settled_at.is_(None),
            MarkingTask.given < MarkingTask.needed, MarkingTask.person_id != (actor.person_id or 0), ~mine,
        )
        .order_by(MarkingTask.ref, MarkingTask.part, MarkingTask.id)
        .limit(1)
    )  # fmt: skip


def question_of_task(session: Session, task: MarkingTask) -> Item:
    """The question, or the part of a case, that a task is about."""
    item = bank.versions(session, [task.ref])[task.ref].question
    return item.parts[task.part - 1] if task.part else item


def task_page(session: Session, actor: Actor, sitting_id: int, task_id: int) -> TaskPage:
    """One answer as its marker sees it. Raises NotFound for another sitting's and for one's own."""
    task = _task(session, actor, sitting_id, task_id)
    row = bank.versions(session, [task.ref])[task.ref]
    whole, item = row.question, question_of_task(session, task)
    stems = [GAP.sub("____", one.stem) for one in ([whole, item] if task.part else [whole])]
    pictures = (*whole.pictures, *(picture for part in whole.parts for picture in part.pictures))
    weights = sum(criterion.weight for criterion in item.rubric)
    rubric = (
        Scored(n, one.text, (task.marks * one.weight / weights).quantize(Decimal("0.01"), ROUND_HALF_UP))
        for n, one in enumerate(item.rubric, 1)
    )
    own = next((mark for mark in own_marks(session, actor, sitting_id) if mark.task_id == task_id), None)
    return TaskPage(
        task.id, sitting_id, tuple(stems), _answer(session, whole, task), task.marks, tuple(rubric),
        item.model_answer, item.explanation, row.citation, tuple(picture.alt for picture in pictures), own,
    )  # fmt: skip


def ref_of_task(session: Session, actor: Actor, sitting_id: int, task_id: int) -> int:
    """The version of the question of a task. Raises NotFound."""
    return _task(session, actor, sitting_id, task_id).ref


def _task(session: Session, actor: Actor, sitting_id: int, task_id: int) -> MarkingTask:
    marking_of(session, actor, sitting_id)
    task = session.get(MarkingTask, task_id)
    if task is None or task.sitting_id != sitting_id or task.person_id == actor.person_id:
        raise NotFound
    return task


def _answer(session: Session, whole: Item, task: MarkingTask) -> str:
    said = session.scalar(
        select(AnswerJournal.value)
        .where(AnswerJournal.attempt_id == task.attempt_id, AnswerJournal.position == task.position)
        .order_by(AnswerJournal.sequence.desc())
        .limit(1)
    )
    return read_response(whole, said or "")[task.part - 1] if task.part else said or ""


def _counting() -> Select[Marking, MarkingTask]:
    """Marks that no later one of the same marker has replaced, with their tasks."""
    later = aliased(Marking)
    replaced = exists().where(later.supersedes == Marking.id)
    return select(Marking, MarkingTask).join(MarkingTask, MarkingTask.id == Marking.task_id).where(~replaced)


def own_marks(session: Session, actor: Actor, sitting_id: int) -> list[OwnMark]:
    """The marks that the actor gave in a sitting, the newest first."""
    made = exists().where(Result.attempt_id == MarkingTask.attempt_id)
    statement = (
        _counting()
        .add_columns(made)
        .where(MarkingTask.sitting_id == sitting_id, Marking.account_id == actor.account_id)
        .order_by(Marking.id.desc())
    )
    found = session.execute(statement).all()
    items = bank.versions(session, [task.ref for _mark, task, _made in found])
    return [
        OwnMark(
            task.id, items[task.ref].item_code, mark.marks, task.marks, tuple(mark.met), mark.comment, mark.recorded_at,
            not made_already,
        )
        for mark, task, made_already in found
    ]  # fmt: skip
