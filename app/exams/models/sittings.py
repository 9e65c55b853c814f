"""Tables of specifications and sittings: what is asked, when and where it is sat, and by whom."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Base


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

    `cells` is a list of {topic, type, level, count, marks, law}; None in topic, type and level and a missing law mean
    any; marks is decimal text. `demands` is what else a paper must keep (app.exams.queries.blueprints), {} nothing.
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
    demands: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]


class Sitting(Base):
    """One holding of an exam. Its state follows from its moments (app.exams.sitting.state_at).

    `open_practice` admits everybody who serves in the unit or below it. `version` counts edits, for stale forms.
    `repeats_id` is the sitting that a make-up sitting is held for.
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
    repeats_id: Mapped[int | None] = mapped_column(ForeignKey("exam_sitting.id"))
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
