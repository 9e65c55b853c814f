"""Tables of papers and of what is written on them; both are only ever added to."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Base
from app.exams.models.marks import Marks


class ExamAssembly(Base):
    """Parallel forms made for a sitting, and what is known of them; the newest by `number` is dealt.

    `objective`, `bound` and `gap` are in per cent (question_bank.assembly.Assembly). `differences` and `beside` are
    lists of {name, amount, percent}: between these forms, and between as many papers drawn by lot, beside which they
    stand; `beside` is empty where none could be drawn. `assumed` counts places without any expected facility.
    """

    __tablename__ = "exam_assembly"
    __table_args__ = (UniqueConstraint("sitting_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("exam_sitting.id"))
    specification_version_id: Mapped[int] = mapped_column(ForeignKey("exam_specification_version.id"))
    number: Mapped[int]
    seed: Mapped[int] = mapped_column(BigInteger)
    method: Mapped[str]
    status: Mapped[str]
    objective: Mapped[float]
    bound: Mapped[float]
    gap: Mapped[float]
    differences: Mapped[list[Any]]
    beside: Mapped[list[Any]]
    assumed: Mapped[int]
    made_at: Mapped[datetime]
    made_by: Mapped[str]


class ExamForm(Base):
    """One of the parallel forms, never changed; `number` counts from 1. Places and digest are as in a paper.

    `expected_score` is the sum of marks × facility by what was known then, None where a facility was not.
    """

    __tablename__ = "exam_form"
    __table_args__ = (UniqueConstraint("assembly_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assembly_id: Mapped[int] = mapped_column(ForeignKey("exam_assembly.id"))
    number: Mapped[int]
    seed: Mapped[int] = mapped_column(BigInteger)
    places: Mapped[list[Any]]
    digest: Mapped[str]
    expected_score: Mapped[Decimal | None] = mapped_column(Marks)


class ExamPaper(Base):
    """One candidate's paper, drawn from a seed and never changed; `number` counts a person's papers in a sitting.

    `form_id` is the form that was dealt, None for a paper drawn by lot.

    `places` is a list of {ref, marks, order, cell, type}: item version id, decimal text, option keys in the order
    shown, cell index; the type only where it is not a plain choice. `digest` is SHA-256 over it.
    """

    __tablename__ = "exam_paper"
    __table_args__ = (UniqueConstraint("sitting_id", "person_id", "number"), Index(None, "person_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("exam_sitting.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    number: Mapped[int]
    seed: Mapped[int] = mapped_column(BigInteger)
    places: Mapped[list[Any]]
    digest: Mapped[str]
    form_id: Mapped[int | None] = mapped_column(ForeignKey("exam_form.id"))
    generated_at: Mapped[datetime]


class Attempt(Base):
    """One writing of one paper. `deadline_at` is the candidate's; the server takes answers through `accepts_until`.

    `device_token` is the device that may write. `last_sequence` is the newest journal number. Closed when `closed_by`
    is set: `submitted_at` is that moment, `receipt` its code.
    """

    __tablename__ = "exam_attempt"
    __table_args__ = (
        UniqueConstraint("paper_id"),
        UniqueConstraint("receipt"),
        Index(None, "sitting_id"),
        Index(None, "person_id"),
        Index(
            "ix_exam_attempt_open",
            "accepts_until",
            sqlite_where=text("closed_by IS NULL"),
            postgresql_where=text("closed_by IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    paper_id: Mapped[int] = mapped_column(ForeignKey("exam_paper.id"))
    sitting_id: Mapped[int] = mapped_column(ForeignKey("exam_sitting.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    started_at: Mapped[datetime]
    sat_on: Mapped[date]
    deadline_at: Mapped[datetime]
    accepts_until: Mapped[datetime]
    extra_percent: Mapped[int] = mapped_column(default=0)
    places: Mapped[int]
    device_token: Mapped[str]
    last_sequence: Mapped[int] = mapped_column(default=0)
    last_saved_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]
    end_reason: Mapped[str] = mapped_column(default="")
    answered: Mapped[int | None]
    receipt: Mapped[str | None]


class AnswerJournal(Base):
    """One answer as it was saved; the newest per position counts.

    `value` is the response as `question_bank.responses` writes it ("B", "ACD", "T", "CAB", a text …), empty where the
    candidate took the answer back. `client_id` is the browser's own name for the save, so that a repeated one is
    recognised.
    """

    __tablename__ = "exam_answer"
    __table_args__ = (UniqueConstraint("attempt_id", "sequence"), UniqueConstraint("attempt_id", "client_id"))

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("exam_attempt.id"))
    sequence: Mapped[int]
    position: Mapped[int]
    value: Mapped[str]
    client_id: Mapped[str]
    client_at: Mapped[datetime | None]
    saved_at: Mapped[datetime]
    late: Mapped[bool] = mapped_column(default=False)


class AttemptEvent(Base):
    """Something the invigilator should know of an attempt; shown, never punished by itself."""

    __tablename__ = "exam_attempt_event"
    __table_args__ = (Index(None, "attempt_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("exam_attempt.id"))
    kind: Mapped[str]
    at: Mapped[datetime]
    client_at: Mapped[datetime | None]
    by: Mapped[str] = mapped_column(default="")
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
