"""Tables of the exams. Papers and answers are only ever added; a result is superseded, never changed."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Dialect, ForeignKey, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from app.core.database import Base


class Marks(TypeDecorator[Decimal]):
    """Marks to 0.01, stored as whole hundredths so that both engines keep them exactly."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - the hook's form
        """To hundredths."""
        return None if value is None else int((value * 100).to_integral_value())

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        """To marks."""
        return None if value is None else Decimal(value) / 100


class ExamSpecification(Base):
    """The blueprint of a paper under a code; what it says stands in its versions, `version` being the newest."""

    __tablename__ = "exam_specification"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    paper: Mapped[str]
    kind: Mapped[str]
    version: Mapped[int]
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class ExamSpecificationVersion(Base):
    """One wording of a blueprint. `pass_percent` is the owner's own pass mark, None where the regime's stands alone.

    `cells` is a list of {topic, type, level, count, marks}; None in the first three means any; marks is decimal text.
    """

    __tablename__ = "exam_specification_version"
    __table_args__ = (UniqueConstraint("specification_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    specification_id: Mapped[int] = mapped_column(ForeignKey("exam_specification.id"))
    version: Mapped[int]
    title: Mapped[str]
    pass_percent: Mapped[int | None]
    duration_minutes: Mapped[int]
    attempts: Mapped[int]
    period_days: Mapped[int]
    wait_days: Mapped[int]
    shuffle_items: Mapped[bool]
    shuffle_options: Mapped[bool]
    scoring: Mapped[str]
    cells: Mapped[list[Any]]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]


class Sitting(Base):
    """One holding of an exam. Its state follows from its moments (app.exams.sitting.state_at).

    `open_practice` admits everybody who serves in the unit or below it. `version` counts edits, for stale forms.
    """

    __tablename__ = "exam_sitting"
    __table_args__ = (Index(None, "unit_id"), Index(None, "closes_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    specification_version_id: Mapped[int] = mapped_column(ForeignKey("exam_specification_version.id"))
    paper: Mapped[str]
    kind: Mapped[str]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    duration_minutes: Mapped[int]
    grace_seconds: Mapped[int]
    show_explanations: Mapped[bool]
    one_at_a_time: Mapped[bool]
    open_practice: Mapped[bool]
    version: Mapped[int]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    announced_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str] = mapped_column(default="")
    released_at: Mapped[datetime | None]
    released_by: Mapped[str] = mapped_column(default="")


class SittingRoom(Base):
    """A place where candidates sit; a remote one has no address."""

    __tablename__ = "exam_room"
    __table_args__ = (UniqueConstraint("sitting_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("exam_sitting.id"))
    name: Mapped[str]
    capacity: Mapped[int]
    address: Mapped[str] = mapped_column(default="")
    remote: Mapped[bool] = mapped_column(default=False)


class Admission(Base):
    """Somebody who may sit. `extra_percent` is the person's own share of time; `granted_minutes` all that was added."""

    __tablename__ = "exam_admission"
    __table_args__ = (UniqueConstraint("sitting_id", "person_id"), Index(None, "person_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("exam_sitting.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    room_id: Mapped[int | None] = mapped_column(ForeignKey("exam_room.id"))
    seat: Mapped[int | None]
    extra_percent: Mapped[int] = mapped_column(default=0)
    granted_minutes: Mapped[int] = mapped_column(default=0)
    admitted_at: Mapped[datetime]
    admitted_by: Mapped[str]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str] = mapped_column(default="")


class Invigilator(Base):
    """An account that invigilates a sitting."""

    __tablename__ = "exam_invigilator"
    __table_args__ = (UniqueConstraint("sitting_id", "account_id"), Index(None, "account_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("exam_sitting.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))


class ExamPaper(Base):
    """One candidate's paper, drawn from a seed and never changed; `number` counts a person's papers in a sitting.

    `places` is a list of {ref, marks, order, cell}: item version id, decimal text, option keys in the order shown, cell
    index. `digest` is SHA-256 over it.
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

    `value` is the chosen option keys, sorted and joined ("B", "ACD", "T"), empty where the candidate took the answer
    back. `client_id` is the browser's own name for the save, so that a repeated one is recognised.
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
