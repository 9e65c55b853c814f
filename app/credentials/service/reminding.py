"""Reminders of certificates that are about to lapse, and the word that one has."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.credentials.models import Certificate
from app.credentials.periods import days_left, state_at
from app.credentials.queries import last_day_of, states_of
from app.regimes.codes import CertificateState as State
from app.regimes.policy import Text
from app.regimes.queries import effective
from app.training.rotation import threshold_due
from app.training.service import remind

RENEWAL, EXPIRED = "RENEWAL", "EXPIRED"
TOLD_FOR = 30
"""For so many days after its last day a certificate's lapse is still told, should the sweep have stood still."""


def remind_holders(session: Session, today: date, *, now: datetime, most: int = 100) -> int:
    """Write the reminders that are due and not yet written, at most so many; returns how many, 0 when all are.

    The days before the end come from the certificate's regime (`reminders.days`). Suspended ones are told too, since
    a suspension does not stop the clock; revoked, cancelled and superseded ones are not.
    """
    written = 0
    for one, last, threshold in _due(session, today, now):
        subject, body = _words(one, last, days_left(last, today))
        kind = EXPIRED if last < today else RENEWAL
        written += remind(session, one.person_id, kind, one.number, last, threshold, subject, body, now)
        if written >= most:
            break
    return written


def _due(session: Session, today: date, now: datetime) -> Iterator[tuple[Certificate, date, int]]:
    warned = {regime: _thresholds(session, regime, today) for regime in _regimes(session)}
    furthest = max((days for several in warned.values() for days in several), default=0)
    last_day = last_day_of(Certificate)
    between = last_day.between(today - timedelta(days=TOLD_FOR), today + timedelta(days=furthest))
    found = session.execute(select(Certificate, last_day).where(between).order_by(last_day, Certificate.id)).all()
    states = states_of(session, [one.id for one, _last in found])
    for one, last in found:
        if state_at(states.get(one.id, ()), now) not in {State.ACTIVE, State.SUSPENDED}:
            continue
        threshold = 0 if last < today else threshold_due(last, today, warned[one.regime])
        if threshold is not None:
            yield one, last, threshold


def _regimes(session: Session) -> list[str]:
    return list(session.scalars(select(Certificate.regime).distinct()))


def _thresholds(session: Session, regime: str, today: date) -> tuple[int, ...]:
    value = effective(session, regime).setting("reminders.days", today)
    return tuple(value.value) if value is not None else ()


def _words(one: Certificate, last_day: date, left: int) -> tuple[Text, Text]:
    last = last_day.isoformat()
    if left < 0:
        return (
            Text(f"证件 {one.number} 已过有效期", f"Certificate {one.number} has expired"),
            Text(
                f"证件 {one.number} 的有效期已于 {last} 届满。换发之前不得从事行政执法活动。",
                f"Certificate {one.number} was valid through {last}. Until it is replaced you may not enforce.",
            ),
        )
    return (
        Text(f"证件 {one.number} 还有 {left} 天到期", f"Certificate {one.number} lapses in {left} days"),
        Text(
            f"证件 {one.number} 有效期至 {last}（含当日）。请及时办理换发，到期后不得从事行政执法活动。",
            f"Certificate {one.number} is valid through {last}. Please renew it in time: you may not enforce after it.",
        ),
    )
