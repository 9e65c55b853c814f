"""A temporary last day while a renewal that was asked for in time is pending, where the regime lends one."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.config import Settings
from app.core.clock import local_day
from app.core.errors import N_, Invalid, NotFound, Refused
from app.core.permissions import Actor, P
from app.credentials.models import Certificate, CertificateApplication, CertificatePeriod
from app.credentials.periods import Action, state_at, temporary_end, terms_of
from app.credentials.queries import last_days, states_of
from app.ledger.service import record
from app.regimes.codes import CertificateState
from app.regimes.queries import effective
from app.registry.queries import in_scope


def lend_days(
    session: Session, actor: Actor, application_id: int, until: date, reason: str, *, settings: Settings, now: datetime
) -> None:
    """Let a certificate hold through a later day while its renewal is decided; only before it has lapsed.

    Raises NotFound, Refused `no-temporary-days`, `expired`, `transition-refused`, `own-certificate`, Invalid
    `temporary-too-long`, `reason-needed`.
    """
    asked = session.get(CertificateApplication, application_id)
    if asked is None or asked.kind != Action.RENEW or asked.outcome or asked.certificate_id is None:
        raise NotFound
    one = session.scalars(select(Certificate).where(Certificate.id == asked.certificate_id).with_for_update()).one()
    if not in_scope(session, actor.scope(P.CREDENTIALS_ISSUE), one.agency_id):
        raise NotFound
    _own(actor, one)
    today, terms = (
        local_day(now, settings.zone),
        terms_of(effective(session, one.regime), local_day(now, settings.zone)),
    )
    period = session.scalars(
        select(CertificatePeriod)
        .where(CertificatePeriod.certificate_id == one.id, CertificatePeriod.superseded_at.is_(None))
        .order_by(CertificatePeriod.id.desc())
    ).first()
    _holds(session, one, today, now)
    furthest = temporary_end(period.valid_to if period else one.valid_to, terms)
    if furthest is None or period is None:
        raise Refused("no-temporary-days", N_("The rules of this place lend no temporary days."))
    if not today <= until <= furthest or until <= period.valid_to:
        words = N_("Temporary days end between %(first)s and %(last)s.")
        raise Invalid("temporary-too-long", words, field="until", first=period.valid_to.isoformat(),
                      last=furthest.isoformat())  # fmt: skip
    if not reason.strip():
        raise Invalid("reason-needed", N_("State the reason."), field="reason")
    session.add(_lent(period, until, asked, actor, now))
    session.flush()
    record(
        session, actor, "credentials.period.lent", ("certificate", one.number), now=now, unit_id=one.agency_id,
        before={"valid_to": period.valid_to}, after={"temporary_to": until, "application": asked.id},
        reason=reason.strip(),
    )  # fmt: skip


def _own(actor: Actor, one: Certificate) -> None:
    if actor.account_id is not None and actor.person_id == one.person_id:
        raise Refused("own-certificate", N_("Nobody issues or restores a certificate of their own."))


def _holds(session: Session, one: Certificate, today: date, now: datetime) -> None:
    last = last_days(session, [one.id])[one.id]
    if last < today:
        words = N_("The certificate expired with %(day)s; that cannot be done any more.")
        raise Refused("expired", words, day=last.isoformat())
    if state_at(states_of(session, [one.id]).get(one.id, ()), now) is not CertificateState.ACTIVE:
        raise Refused("transition-refused", N_("That cannot be done to a certificate in its present state."))


def _lent(
    period: CertificatePeriod, until: date, asked: CertificateApplication, actor: Actor, now: datetime
) -> CertificatePeriod:
    return CertificatePeriod(
        certificate_id=period.certificate_id, cause="TEMPORARY", method=period.method,
        minimum_months=period.minimum_months, window_start=period.window_start, due=period.due,
        window_end=period.window_end, valid_from=period.valid_from, valid_to=period.valid_to, temporary_to=until,
        evidence={"application": asked.id}, decided_by=actor.label, recorded_at=now, recorded_by=actor.label,
    )  # fmt: skip
