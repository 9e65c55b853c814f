"""Tables of the regimes: drafts, what was adopted, and every version that a decision ever rested on."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, event
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from app.core.database import Base, Json


class RegimeDraft(Base):
    """A proposed overlay on a locality, in the form of a regime file without its head.

    `withdraws_id` names an adoption that is to end when this is adopted. `writers` holds the account ids of everybody
    who wrote on it: none of them may adopt it. `version` counts the changes.
    """

    __tablename__ = "regime_draft"
    __table_args__ = (Index(None, "regime"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    regime: Mapped[str]
    title: Mapped[str]
    text: Mapped[str]
    withdraws_id: Mapped[int | None]
    writers: Mapped[list[int]] = mapped_column(Json)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str]
    dropped_at: Mapped[datetime | None]


class RegimeAdoption(Base):
    """An overlay that holds from a day on; only ever added to. `number` counts the adoptions of a regime from 1.

    `withdraws_id` is an earlier adoption that ends the day before. `counts` says whom the trial run found to change.
    """

    __tablename__ = "regime_adoption"
    __table_args__ = (UniqueConstraint("regime", "number"), UniqueConstraint("draft_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    regime: Mapped[str]
    number: Mapped[int]
    draft_id: Mapped[int] = mapped_column(ForeignKey("regime_draft.id"))
    title: Mapped[str]
    text: Mapped[str]
    sha256: Mapped[str]
    effective_from: Mapped[date]
    withdraws_id: Mapped[int | None] = mapped_column(ForeignKey("regime_adoption.id"))
    adopted_at: Mapped[datetime]
    adopted_by: Mapped[str]
    adopted_by_account_id: Mapped[int | None]
    reason: Mapped[str]
    version_before: Mapped[str]
    counts: Mapped[dict[str, Any]]


class RegimeText(Base):
    """One layer's content as canonical JSON, under its own SHA-256; only ever added to."""

    __tablename__ = "regime_text"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    layer: Mapped[str]
    text: Mapped[str]


class RegimeVersion(Base):
    """A version of a regime and the digests of its layers, national floor first; only ever added to."""

    __tablename__ = "regime_version"
    __table_args__ = (Index(None, "regime"),)

    version: Mapped[str] = mapped_column(primary_key=True)
    regime: Mapped[str]
    layers: Mapped[list[str]] = mapped_column(Json)
    kept_at: Mapped[datetime]


def _refuse(_mapper: Mapper[Any], _connection: object, target: object) -> None:
    raise RuntimeError(f"{type(target).__name__} is only ever added to")


for _model in (RegimeAdoption, RegimeText, RegimeVersion):
    event.listen(_model, "before_update", _refuse)
    event.listen(_model, "before_delete", _refuse)
