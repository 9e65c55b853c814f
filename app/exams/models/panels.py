"""Tables of panels that find where a pass mark should lie, and of the marks chosen."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Base


class StandardPanel(Base):
    """A panel that finds where a pass mark should lie; `round` is the one being rated, `closed_at` ends it.

    `items` is a list of {ref, marks, relevance, difficulty}; the last two only where Ebel's grid is used, empty before
    they are placed. `sitting_id` is where borderline candidates sat. `result` is what the method found, once closed.
    """

    __tablename__ = "exam_panel"
    __table_args__ = (Index(None, "specification_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    specification_id: Mapped[int] = mapped_column(ForeignKey("exam_specification.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    sitting_id: Mapped[int | None] = mapped_column(ForeignKey("exam_sitting.id"))
    title: Mapped[str]
    method: Mapped[str]
    items: Mapped[list[Any]]
    round: Mapped[int]
    version: Mapped[int]
    opened_at: Mapped[datetime]
    opened_by: Mapped[str]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str] = mapped_column(default="")
    result: Mapped[dict[str, Any]] = mapped_column(default=dict)


class PanelJudge(Base):
    """An account that rates in a panel."""

    __tablename__ = "exam_panel_judge"
    __table_args__ = (UniqueConstraint("panel_id", "account_id"), Index(None, "account_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    panel_id: Mapped[int] = mapped_column(ForeignKey("exam_panel.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))


class PanelRating(Base):
    """One judge's rating in a round: of a question by its version, a cell of the grid, or a borderline candidate.

    `subject` is "42", "ESSENTIAL|EASY" or a person's id; `chance` is 0..1, and 1 for a borderline candidate.
    """

    __tablename__ = "exam_panel_rating"
    __table_args__ = (Index(None, "panel_id", "round"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    panel_id: Mapped[int] = mapped_column(ForeignKey("exam_panel.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    round: Mapped[int]
    subject: Mapped[str]
    chance: Mapped[float]
    recorded_at: Mapped[datetime]
    superseded_at: Mapped[datetime | None]


class PassMarkChoice(Base):
    """The evidence on which the pass mark of one wording of a specification was chosen; marks in percent."""

    __tablename__ = "exam_pass_mark"
    __table_args__ = (UniqueConstraint("specification_version_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    specification_version_id: Mapped[int] = mapped_column(ForeignKey("exam_specification_version.id"))
    chosen: Mapped[int]
    floor: Mapped[int]
    evidence: Mapped[dict[str, Any]]
    reason: Mapped[str]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
