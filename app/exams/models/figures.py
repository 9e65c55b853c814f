"""Tables of the statistics of sittings; superseded, never changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Base

STANDING = text("superseded_at IS NULL")


class SittingFigures(Base):
    """The statistics of a released sitting as computed once, `method` being the version of the computation.

    `figures` and `copying` are what question_bank.statistics.plain gives; `failure` is a code where it could not.
    """

    __tablename__ = "exam_sitting_figures"
    __table_args__ = (
        Index(
            "uq_exam_sitting_figures_standing", "sitting_id", unique=True, sqlite_where=STANDING,
            postgresql_where=STANDING,
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("exam_sitting.id"))
    method: Mapped[str]
    n: Mapped[int]
    figures: Mapped[dict[str, Any]]
    copying: Mapped[dict[str, Any]]
    failure: Mapped[str] = mapped_column(default="")
    computed_at: Mapped[datetime]
    superseded_at: Mapped[datetime | None]


class SittingItemFigures(Base):
    """What one sitting leaves behind for the figures of a question over all sittings: sums and flags.

    `met` counts the candidates who had it on their paper, also where everybody got its marks and nothing is counted.
    """

    __tablename__ = "exam_item_figures"
    __table_args__ = (UniqueConstraint("figures_id", "version_id"), Index(None, "version_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    figures_id: Mapped[int] = mapped_column(ForeignKey("exam_sitting_figures.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("bank_item_version.id"))
    met: Mapped[int]
    sums: Mapped[dict[str, Any]]
    flags: Mapped[list[Any]]
