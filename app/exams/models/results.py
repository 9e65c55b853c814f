"""Tables of marking; a result is superseded, never changed."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Base
from app.exams.models.marks import Marks


class KeyCorrection(Base):
    """For one sitting, another key for an item than its version holds; an empty key gives every candidate the marks."""

    __tablename__ = "exam_key_correction"
    __table_args__ = (Index(None, "sitting_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("exam_sitting.id"))
    ref: Mapped[int]
    key: Mapped[str]
    reason: Mapped[str]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    superseded_at: Mapped[datetime | None]


class Result(Base):
    """What an attempt came to in one marking. `pass_mark` is in marks; `pass_percent` is what it was made from.

    `places` is a list of {position, ref, answer, marks, awarded, topic}; marks are decimal text.
    """

    __tablename__ = "exam_result"
    __table_args__ = (
        UniqueConstraint("attempt_id", "marking"),
        Index(None, "sitting_id"),
        Index(None, "person_id"),
        Index(None, "recorded_at"),
        Index(None, "superseded_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("exam_attempt.id"))
    sitting_id: Mapped[int] = mapped_column(ForeignKey("exam_sitting.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    marking: Mapped[int]
    score: Mapped[Decimal] = mapped_column(Marks)
    out_of: Mapped[Decimal] = mapped_column(Marks)
    pass_percent: Mapped[int]
    pass_mark: Mapped[Decimal] = mapped_column(Marks)
    passed: Mapped[bool]
    places: Mapped[list[Any]]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    superseded_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")


class MarkingTask(Base):
    """An answer that people must mark: a place of a closed attempt, or part `part` of a case (0: the whole question).

    `needed` is how many different people must mark it, `given` how many have. Settled, `awarded` is what it earned.
    """

    __tablename__ = "exam_marking_task"
    __table_args__ = (
        UniqueConstraint("attempt_id", "position", "part"),
        Index(None, "sitting_id", "ref"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("exam_sitting.id"))
    attempt_id: Mapped[int] = mapped_column(ForeignKey("exam_attempt.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    position: Mapped[int]
    part: Mapped[int]
    ref: Mapped[int]
    marks: Mapped[Decimal] = mapped_column(Marks)
    needed: Mapped[int]
    given: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    awarded: Mapped[Decimal | None] = mapped_column(Marks)


class Marking(Base):
    """One marker's mark for an answer, only ever added; a changed mind is a row that `supersedes` the marker's own.

    `met` numbers the criteria of the rubric from 1.
    """

    __tablename__ = "exam_marking"
    __table_args__ = (UniqueConstraint("supersedes"), Index(None, "task_id"), Index(None, "account_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("exam_marking_task.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    marker: Mapped[str]
    marks: Mapped[Decimal] = mapped_column(Marks)
    met: Mapped[list[Any]]
    comment: Mapped[str]
    supersedes: Mapped[int | None] = mapped_column(ForeignKey("exam_marking.id"))
    recorded_at: Mapped[datetime]
