"""Tables of training. Attendance and finished tasks are facts, dated twice; their rows are added and superseded."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Base
from app.core.facts import Fact

STANDING = text("superseded_at IS NULL")
ENROLLED = text("withdrawn_at IS NULL")


class Programme(Base):
    """A campaign with a deadline (last good day) and tasks for each person of some kinds in a unit and below (PL-03).

    `tasks` is a list of REGISTER, ROTATE, CERTIFY; `kinds` a list of kinds of person; `regime` names the regime the
    programme was taken from, None for one of the trainer's own. `source` is the paper it rests on.
    """

    __tablename__ = "training_programme"
    __table_args__ = (
        UniqueConstraint("code", "unit_id"),
        CheckConstraint("deadline >= starts", name="in_order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str]
    title_zh: Mapped[str]
    title_en: Mapped[str] = mapped_column(default="")
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    starts: Mapped[date]
    deadline: Mapped[date]
    tasks: Mapped[list[Any]]
    kinds: Mapped[list[Any]]
    regime: Mapped[str | None]
    source: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    created_by: Mapped[str]


class TaskDone(Fact, Base):
    """A person finished one task of a programme; `valid_from` is the day. `evidence_kind` says what proves it.

    CLASS: `evidence` is the class id; EXAM, CERTIFICATE, DOCUMENT: a number or description of the paper.
    """

    __tablename__ = "training_task_done"
    __table_args__ = (
        Index(
            "uq_training_task_done_standing", "programme_id", "person_id", "task",
            unique=True, sqlite_where=STANDING, postgresql_where=STANDING,
        ),
        Index(None, "person_id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("training_programme.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    task: Mapped[str]
    evidence_kind: Mapped[str]
    evidence: Mapped[str]


class AnnualPlan(Base):
    """The year's course for those hired in it, in a unit and below (PL-04); classes carry it out."""

    __tablename__ = "training_plan"
    __table_args__ = (UniqueConstraint("unit_id", "year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    year: Mapped[int]
    title: Mapped[str]
    deadline: Mapped[date]
    created_at: Mapped[datetime]
    created_by: Mapped[str]


class TrainingClass(Base):
    """One class: its form, place, time and capacity, and what attending it brings.

    `course` is INITIAL for the initial training of recruits, else empty. With `programme_id` and `task`, attending
    finishes that task; with `plan_id` it is a course of that annual plan. `credit_year` is the calendar year whose
    hours it feeds. `room_secret` keys the codes shown in the room. Once attendance was taken, only title, place and
    capacity may change.
    """

    __tablename__ = "training_class"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="in_order"),
        CheckConstraint("capacity > 0", name="has_room"),
        Index(None, "unit_id", "starts_at"),
        Index(None, "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    form: Mapped[str]
    place: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    last_day: Mapped[date]
    capacity: Mapped[int]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    self_enrolment: Mapped[bool] = mapped_column(default=False)
    course: Mapped[str] = mapped_column(default="")
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("training_programme.id"), index=True)
    task: Mapped[str | None]
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("training_plan.id"), index=True)
    credit_year: Mapped[int]
    room_secret: Mapped[str]
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    created_by: Mapped[str]


class ClassHours(Base):
    """Hours (学时) of one category that a class gives, in tenths of an hour."""

    __tablename__ = "training_class_hours"
    __table_args__ = (CheckConstraint("tenths > 0", name="some"),)

    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"), primary_key=True)
    category: Mapped[str] = mapped_column(primary_key=True)
    tenths: Mapped[int]


class Enrolment(Base):
    """A person's place in a class, kept until withdrawn."""

    __tablename__ = "training_enrolment"
    __table_args__ = (
        Index(
            "uq_training_enrolment_standing", "class_id", "person_id",
            unique=True, sqlite_where=ENROLLED, postgresql_where=ENROLLED,
        ),
        Index(None, "person_id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    enrolled_at: Mapped[datetime]
    enrolled_by: Mapped[str]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str] = mapped_column(default="")


class Attendance(Fact, Base):
    """Whether a person came: ATTENDED, ABSENT or EXCUSED, taken by LIST or by CODE.

    `valid_from` and `valid_to` are the class's first and last local day; hours count from the last.
    """

    __tablename__ = "training_attendance"
    __table_args__ = (
        Index(
            "uq_training_attendance_standing", "class_id", "person_id",
            unique=True, sqlite_where=STANDING, postgresql_where=STANDING,
        ),
        Index(None, "person_id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    status: Mapped[str]
    method: Mapped[str]


class CodeAttempt(Base):
    """One wrong room code, so that an account cannot go on guessing."""

    __tablename__ = "training_code_attempt"
    __table_args__ = (Index(None, "account_id", "tried_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"))
    tried_at: Mapped[datetime]


class Reminder(Base):
    """That a person was reminded of one kind of thing, in one period, at one threshold, of one date.

    The row is the key; `due` is the date last told of and `times` how often, so that a date that moves is told again.
    """

    __tablename__ = "training_reminder"
    __table_args__ = (UniqueConstraint("person_id", "kind", "period_key", "threshold_days"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str]
    period_key: Mapped[str]
    threshold_days: Mapped[int]
    due: Mapped[date]
    times: Mapped[int] = mapped_column(default=1)
    reminded_at: Mapped[datetime]


class Notice(Base):
    """What a person finds on the home page until they have read it, in both languages."""

    __tablename__ = "training_notice"
    __table_args__ = (Index(None, "person_id", "read_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str]
    due: Mapped[date]
    subject_zh: Mapped[str]
    subject_en: Mapped[str]
    body_zh: Mapped[str]
    body_en: Mapped[str]
    written_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
