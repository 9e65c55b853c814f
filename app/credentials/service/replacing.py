"""A new certificate in the place of an old one: reissue keeps the days, renewal begins a new period."""

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.config import Settings
from app.core.clock import local_day
from app.core.errors import N_, NotFound, Refused
from app.core.permissions import Actor, P
from app.credentials.models import Certificate
from app.credentials.periods import Action, days_left, last_day_of_years, may_renew, renewal_opens
from app.credentials.queries import Problem, ReadyRow, readiness
from app.credentials.service.changes import Order, apply, locked
from app.credentials.service.face import issuing, texts_of
from app.credentials.service.issuing import Issued, Plan, confirm, rehearse_plan, require_ready, series_for, write
from app.credentials.service.numbering import lock_series
from app.ledger.service import record_all
from app.regimes.queries import effective
from certificates.fonts import Font

PAPER_PROBLEMS = frozenset({"paper-missing", "paper-failed", "paper-outdated"})
"""A certificate in force rests on its qualification; old results do not stand in the way of replacing it."""


def reissue(
    session: Session,
    actor: Actor,
    number: str,
    reason: str,
    *,
    settings: Settings,
    now: datetime,
    password: str | None = None,
    seen: int | None = None,
) -> Issued:
    """Issue a new certificate with a new number for a lost, damaged or outdated one; the last day stays.

    Photo, name, agency's powers and territory are taken as they are today. Raises as `issue` and `change` do.
    """
    order = Order(Action.REISSUE, reason, seen=seen)
    return _replace(session, actor, number, order, settings=settings, now=now, password=password)


def renew(
    session: Session,
    actor: Actor,
    number: str,
    reason: str,
    *,
    settings: Settings,
    now: datetime,
    password: str | None = None,
    seen: int | None = None,
) -> Issued:
    """Issue a certificate for a new period, which begins today; the old one is superseded at once.

    So there is never more than one in force, and none longer than the regime allows. Raises Refused `renewal-not-open`
    outside the window, and as `issue` and `change` do.
    """
    order = Order(Action.RENEW, reason, seen=seen)
    return _replace(session, actor, number, order, settings=settings, now=now, password=password)


def _replace(
    session: Session,
    actor: Actor,
    number: str,
    order: Order,
    *,
    settings: Settings,
    now: datetime,
    password: str | None,
) -> Issued:
    confirm(session, actor, password)
    today = local_day(now, settings.zone)
    regime_code = session.scalar(select(Certificate.regime).where(Certificate.number == number.strip()))
    if regime_code is None:
        raise NotFound
    counter = lock_series(session, series_for(effective(session, regime_code), today))
    old = locked(session, number, actor.scope(P.CREDENTIALS_ISSUE))
    plan = _plan(session, old, order, settings, today)
    _changed, deeds = apply(session, actor, old, order, now=now, zone=settings.zone)
    issued, further = write(session, actor, plan, counter, now=now, reason=order.reason.strip())
    record_all(session, actor, [*deeds, *further], now=now)
    return issued


def _plan(session: Session, old: Certificate, order: Order, settings: Settings, today: date) -> Plan:
    site = issuing(settings)
    row = _row(session, old, today, site.font)
    regime = effective(session, old.regime)
    if order.action is Action.RENEW:
        _check_window(old, int(regime.number("renewal.window_days", today)), today)
    years = int(regime.number("certificate.validity_years", today))
    last = last_day_of_years(today, years) if order.action is Action.RENEW else old.valid_to
    if days_left(old.valid_to, today) < 0:
        raise Refused(
            "expired", N_("The certificate expired with %(day)s; that cannot be done any more."),
            day=old.valid_to.isoformat(),
        )  # fmt: skip
    first = max(today, old.valid_from) if order.action is Action.REISSUE else today
    plan = Plan(row, regime, texts_of(session, row), order.action, today, first, last, replaces=old.id)
    rehearse_plan(session, site, plan)
    return plan


def _check_window(old: Certificate, window: int, today: date) -> None:
    if not may_renew(old.valid_to, window, today):
        raise Refused(
            "renewal-not-open", N_("Renewal is open from %(first)s through %(last)s."),
            first=renewal_opens(old.valid_to, window).isoformat(), last=old.valid_to.isoformat(),
        )  # fmt: skip


def _row(session: Session, old: Certificate, today: date, font: Font) -> ReadyRow:
    """How the holder stands today, papers aside; they must still serve at the agency of the certificate."""
    found = readiness(session, [old.person_id], today, font=font, ignore_certificate=old.id)
    if not found:
        raise Refused("no-result", N_("No released result is known of one of the people chosen. Nothing was issued."))
    kept = tuple(problem for problem in found[0].problems if problem.code not in PAPER_PROBLEMS)
    if found[0].agency_id != old.agency_id:
        kept = (Problem("not-employed"), *kept)
    row = replace(found[0], problems=kept)
    require_ready(row)
    return row
