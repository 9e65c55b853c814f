"""Answers of a paper that people mark: what waits for markers, and what their marks came to.

An empty answer earns nothing and waits for nobody. In practice nobody marks: what people would mark is left out of the
score, and the model answer is shown beside it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.exams.models import Attempt, MarkingTask
from app.exams.policy import CENT, MARKERS
from question_bank.items import MARKED_BY_PEOPLE, Item
from question_bank.responses import read_response
from question_bank.scoring import ScoringPolicy, share


@dataclass
class PeopleMarks:
    """The marking of one attempt by people; `waiting` turns true when an answer of it is not settled."""

    session: Session
    attempt: Attempt
    tasks: dict[tuple[int, int], MarkingTask]
    practice: bool
    now: datetime
    waiting: bool = False

    def earned(
        self, item: Item, answer: str, marks: Decimal, policy: ScoringPolicy, position: int, ref: int
    ) -> tuple[Decimal, Decimal]:
        """The marks that could be had for a place that people mark, wholly or in parts, and those it earned."""
        could, has = _by_machine(item, answer, marks, policy)
        if self.practice:
            return could, has
        for part, worth, text in units(item, answer, marks):
            if text.strip():
                has += self._awarded(position, part, ref, worth)
        return marks, min(marks, has)

    def _awarded(self, position: int, part: int, ref: int, marks: Decimal) -> Decimal:
        task = self.tasks.get((position, part))
        if task is None:
            task = MarkingTask(
                sitting_id=self.attempt.sitting_id, attempt_id=self.attempt.id, person_id=self.attempt.person_id,
                position=position, part=part, ref=ref, marks=marks, needed=MARKERS, given=0, created_at=self.now,
            )  # fmt: skip
            self.session.add(task)
            self.session.flush()
        self.waiting = self.waiting or task.settled_at is None
        return task.awarded or Decimal(0)


def people_marks(session: Session, attempt: Attempt, *, practice: bool, now: datetime) -> PeopleMarks:
    """The marking of an attempt by people, with what there is of it so far."""
    found = session.scalars(select(MarkingTask).where(MarkingTask.attempt_id == attempt.id))
    return PeopleMarks(session, attempt, {(task.position, task.part): task for task in found}, practice, now)


def units(item: Item, answer: str, marks: Decimal) -> Iterator[tuple[int, Decimal, str]]:
    """What people mark in a question: part (0: the whole), the marks it is worth, and the text of the answer."""
    if item.type in MARKED_BY_PEOPLE:
        yield 0, marks, answer
        return
    whole = sum(part.weight for part in item.parts)
    for number, (part, text) in enumerate(zip(item.parts, read_response(item, answer), strict=True), 1):
        if part.type in MARKED_BY_PEOPLE:
            yield number, (marks * part.weight / whole).quantize(CENT, ROUND_HALF_UP), text


def _by_machine(item: Item, answer: str, marks: Decimal, policy: ScoringPolicy) -> tuple[Decimal, Decimal]:
    """Of a case with parts that people mark: what its other parts are worth, and what they earned."""
    whole = sum(part.weight for part in item.parts)
    could = has = Decimal(0)
    for part, said in zip(item.parts, read_response(item, answer) if item.parts else (), strict=True):
        if part.type not in MARKED_BY_PEOPLE:
            could += marks * part.weight / whole
            has += marks * part.weight / whole * share(part, said, policy)
    return could.quantize(CENT, ROUND_HALF_UP), has.quantize(CENT, ROUND_HALF_UP)


def drop_tasks(session: Session, sitting_id: int, ref: int, now: datetime) -> None:
    """Nobody need mark this question any more, because everybody gets its marks."""
    open_tasks = select(MarkingTask).where(
        MarkingTask.sitting_id == sitting_id, MarkingTask.ref == ref, MarkingTask.settled_at.is_(None)
    )
    for task in session.scalars(open_tasks):
        task.settled_at, task.awarded = now, task.marks
    session.flush()
