"""Facts in two times: when a thing held, and when it was recorded. Nothing is overwritten; a correction supersedes."""

from datetime import date, datetime
from typing import Any, Protocol, TypeVar

from sqlalchemy import Select, and_, or_
from sqlalchemy.orm import Mapped, Session, mapped_column


class Fact:
    """Columns of a fact row.

    `valid_from` and `valid_to` are local days, both inclusive; `valid_to` None means until further notice.
    `recorded_at` is when the site learned it; `superseded_at` is when a correction took its place.
    """

    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    recorded_at: Mapped[datetime] = mapped_column(index=True)
    recorded_by: Mapped[str] = mapped_column(default="")
    superseded_at: Mapped[datetime | None] = mapped_column(index=True)
    note: Mapped[str] = mapped_column(default="")


class _FactRow(Protocol):
    valid_from: Any
    valid_to: Any
    recorded_at: Any
    superseded_at: Any


F = TypeVar("F", bound=_FactRow)
S = TypeVar("S", bound=Select[*tuple[Any, ...]])


def known(statement: S, fact: type[F], known_at: datetime | None = None) -> S:
    """Keep the rows of `fact` that were believed at `known_at`, or are believed now."""
    if known_at is None:
        return statement.where(fact.superseded_at.is_(None))
    return statement.where(
        fact.recorded_at <= known_at, or_(fact.superseded_at.is_(None), fact.superseded_at > known_at)
    )


def holds_on(fact: type[F], day: date) -> Any:  # noqa: ANN401 - an SQL condition
    """The condition that a fact holds on a local day."""
    return and_(fact.valid_from <= day, or_(fact.valid_to.is_(None), fact.valid_to >= day))


def overlaps(fact: type[F], first: date, last: date) -> Any:  # noqa: ANN401 - an SQL condition
    """The condition that a fact holds on some day from `first` to `last`, both inclusive."""
    return and_(fact.valid_from <= last, or_(fact.valid_to.is_(None), fact.valid_to >= first))


def supersede(session: Session, old: _FactRow, now: datetime) -> None:
    """Close the old row's recorded time; the caller adds the row that takes its place, if one does."""
    old.superseded_at = now
    session.flush()
