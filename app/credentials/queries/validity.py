"""From when through when certificates hold: the newest period that stands, which a decree may have lengthened."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.core.prepared import KNOWN_AT, Prepared, among
from app.credentials.models import Certificate, CertificateDecree, CertificatePeriod

LENGTHENED = ("DECREE", "REVERSAL", "TEMPORARY")
"""Causes of periods that change the last day of a certificate after its issue."""


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """One decision on the days of a certificate; `decree` is the title of the order it rests on, or empty."""

    id: int
    certificate_id: int
    cause: str
    method: str
    minimum_months: int | None
    window_start: date | None
    due: date | None
    window_end: date | None
    valid_from: date
    valid_to: date
    temporary_to: date | None
    decree_id: int | None
    evidence: Any
    decided_by: str
    recorded_at: datetime
    recorded_by: str
    superseded_at: datetime | None
    decree: str = ""
    legal_basis: str = ""

    @property
    def last_day(self) -> date:
        """The last day on which the certificate holds by this decision."""
        return self.temporary_to or self.valid_to


_COLUMNS = tuple(name for name in PeriodRow.__dataclass_fields__ if name not in ("decree", "legal_basis"))


def _standing(period: Any, known_at: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a table, a moment or its hole
    if known_at is None:
        found: ColumnElement[bool] = period.superseded_at.is_(None)
        return found
    return and_(period.recorded_at <= known_at, or_(period.superseded_at.is_(None), period.superseded_at > known_at))


def deciding(one: Any, period: Any, known_at: Any = None) -> ColumnElement[bool]:  # noqa: ANN401 - tables
    """The condition that a period is the newest that stands for a certificate; for an outer join."""
    other = aliased(CertificatePeriod)
    newest = select(func.max(other.id)).where(other.certificate_id == one.id, _standing(other, known_at))
    condition: ColumnElement[bool] = period.id == newest.correlate(one).scalar_subquery()
    return condition


def last_day_of(one: Any, known_at: Any = None) -> ColumnElement[date]:  # noqa: ANN401 - a table, a moment or its hole
    """The last day on which a certificate holds, as believed now or at a moment; to select and compare by."""
    period = aliased(CertificatePeriod)
    newest = (
        select(func.coalesce(period.temporary_to, period.valid_to))
        .where(period.certificate_id == one.id, _standing(period, known_at))
        .order_by(period.id.desc())
        .limit(1)
        .correlate(one)
        .scalar_subquery()
    )
    return func.coalesce(newest, one.valid_to)


def _last_days() -> Prepared:
    def at(known_at: Any) -> Select[Any]:  # noqa: ANN401
        wanted = among(Certificate.id, "ids")
        columns: tuple[Any, ...] = (Certificate.id, last_day_of(Certificate, known_at).label("last_day"))
        return select(*columns).where(wanted)

    return Prepared(at(None), at(KNOWN_AT))


_LAST_DAYS = _last_days()


def last_days(session: Session, certificate_ids: Collection[int], known_at: datetime | None = None) -> dict[int, date]:
    """The last day on which each certificate holds, inclusive, as believed now or at a moment."""
    return {row[0]: row[1] for row in _LAST_DAYS.rows(session, known_at, ids=list(certificate_ids))}


def periods_of(session: Session, certificate_id: int) -> tuple[PeriodRow, ...]:
    """Every decision on the days of a certificate, superseded ones included, newest first."""
    period = CertificatePeriod
    statement: Select[Any] = (
        select(
            *(getattr(period, name) for name in _COLUMNS),
            func.coalesce(CertificateDecree.title, ""), func.coalesce(CertificateDecree.legal_basis, ""),
        )
        .outerjoin(CertificateDecree, CertificateDecree.id == period.decree_id)
        .where(period.certificate_id == certificate_id)
        .order_by(period.id.desc())
    )  # fmt: skip
    return tuple(PeriodRow(*row) for row in session.execute(statement))
