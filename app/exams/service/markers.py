"""What markers do: give a mark for an answer, blind to the other's, and change their own while nothing rests on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from app.core.errors import N_, Invalid, NotFound, Refused
from app.core.permissions import Actor, P
from app.exams.models import Marking, MarkingTask, Result, Sitting
from app.exams.policy import markers_needed, settled
from app.exams.queries.marking import question_of_task
from app.exams.service.access import owned_sitting
from app.exams.service.marking import mark_if_possible
from app.ledger.service import record
from question_bank.items import Item
from question_bank.scoring import rubric_marks

LONGEST_COMMENT = 2000


@dataclass(frozen=True)
class MarkData:
    """A marker's judgement: the criteria met, numbered from 1, marks of one's own or None to take the rubric's."""

    met: tuple[int, ...]
    marks: Decimal | None
    comment: str = ""


def give_mark(session: Session, actor: Actor, sitting_id: int, task_id: int, data: MarkData, *, now: datetime) -> bool:
    """Mark an answer, or change one's own mark; whether the answer is settled by it. The last one makes the result.

    Raises NotFound outside one's units and for one's own paper, Refused `marker-unknown`, `answer-settled` or
    `results-made`, Invalid `marks-…`, `criteria-unknown` or `comment-long`.
    """
    sitting, task = _task(session, actor, sitting_id, task_id)
    marks = _checked(question_of_task(session, task), data, task.marks)
    present = _present(session, task.id)
    own = present.get(actor.account_id or 0)
    _refuse_late(session, task, sitting, own, len(present))
    mark = Marking(
        task_id=task.id, account_id=actor.account_id, marker=actor.label, marks=marks, met=list(data.met),
        comment=data.comment.strip(), supersedes=own.id if own else None, recorded_at=now,
    )  # fmt: skip
    session.add(mark)
    session.flush()
    event = "exams.answer.changed" if own else "exams.answer.marked"
    record(
        session, actor, event, ("exam_marking_task", task.id), now=now,
        unit_id=sitting.unit_id, before={"marks": own.marks, "met": own.met} if own else None,
        after={"sitting_id": sitting.id, "marks": marks, "of": task.marks, "met": list(data.met)}, reason=mark.comment,
    )  # fmt: skip
    return _settle(session, actor, sitting, task, now)


def _task(session: Session, actor: Actor, sitting_id: int, task_id: int) -> tuple[Sitting, MarkingTask]:
    sitting = owned_sitting(session, actor, sitting_id, P.EXAMS_MARK)
    task = session.scalar(
        select(MarkingTask)
        .where(MarkingTask.id == task_id, MarkingTask.sitting_id == sitting_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if task is None or task.person_id == actor.person_id:
        raise NotFound
    if actor.account_id is None:
        raise Refused("marker-unknown", N_("An answer is marked by a person with an account."))
    return sitting, task


def _refuse_late(session: Session, task: MarkingTask, sitting: Sitting, own: Marking | None, given: int) -> None:
    made = exists().where(Result.attempt_id == task.attempt_id)
    if sitting.released_at is not None or session.scalar(select(made)):
        raise Refused("results-made", N_("The result of this paper has been made; its marks stand."))
    if own is None and (task.settled_at is not None or given >= task.needed):
        raise Refused("answer-settled", N_("Others have marked this answer meanwhile; go on to the next one."))


def _checked(item: Item, data: MarkData, most: Decimal) -> Decimal:
    """The marks given, or those of the criteria met."""
    if len(data.comment) > LONGEST_COMMENT:
        raise Invalid(
            "comment-long", N_("A comment has at most %(most)s characters."), field="comment", most=LONGEST_COMMENT
        )
    if not set(data.met) <= set(range(1, len(item.rubric) + 1)):
        raise Invalid("criteria-unknown", N_("The rubric has no such criterion."), field="met")
    if data.marks is None:
        if not data.met:
            raise Invalid("marks-missing", N_("Tick what the answer says, or write the marks; 0 too."), field="marks")
        return rubric_marks(item, data.met, most)
    if not data.marks.is_finite() or not 0 <= data.marks <= most or data.marks != round(data.marks, 2):
        raise Invalid(
            "marks-out-of-range", N_("Give between 0 and %(most)s marks, to 0.01."), field="marks", most=f"{most:f}"
        )
    return data.marks


def _present(session: Session, task_id: int) -> dict[int, Marking]:
    """Each marker's mark that counts, in the order in which the markers came."""
    rows = session.scalars(select(Marking).where(Marking.task_id == task_id).order_by(Marking.id))
    return {row.account_id: row for row in rows}


def _settle(session: Session, actor: Actor, sitting: Sitting, task: MarkingTask, now: datetime) -> bool:
    given: Sequence[Decimal] = [mark.marks for mark in _present(session, task.id).values()]
    task.given, task.needed = len(given), markers_needed(given, task.marks)
    task.awarded = settled(given, task.marks)
    task.settled_at = None if task.awarded is None else now
    session.flush()
    if task.awarded is None:
        return False
    record(
        session, actor, "exams.answer.settled", ("exam_marking_task", task.id), now=now, unit_id=sitting.unit_id,
        after={"sitting_id": sitting.id, "awarded": task.awarded, "of": task.marks, "markers": len(given)},
    )  # fmt: skip
    other = aliased(MarkingTask)
    left = select(func.count(other.id)).where(other.attempt_id == task.attempt_id, other.settled_at.is_(None))
    if not session.scalar(left):
        mark_if_possible(session, actor, task.attempt_id, now=now)
    return True
