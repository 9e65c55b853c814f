"""What happens to a certificate after issue: each change is a row with reason, legal basis, actor and two times."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.clock import day_end, day_start, local_day
from app.core.errors import N_, Invalid, NotFound, Refused, Stale
from app.core.permissions import Actor, P, Scope
from app.credentials.models import Certificate, CertificateStateChange
from app.credentials.periods import ENDING, FROM, REPLACING, RESULT, Action, barred_until, days_left, state_at
from app.credentials.queries import last_days
from app.credentials.service.writing import current_qualification, put_qualification
from app.ledger.service import Deed, record_all
from app.regimes.codes import CertificateState as State
from app.regimes.queries import effective
from app.registry.queries import in_scope

NEEDS_BASIS = frozenset({Action.SUSPEND, Action.REVOKE})
AFTER_EXPIRY = frozenset({Action.REVOKE, Action.CANCEL})
EVENTS = {
    Action.SUSPEND: "credentials.certificate.suspended",
    Action.REINSTATE: "credentials.certificate.reinstated",
    Action.REVOKE: "credentials.certificate.revoked",
    Action.CANCEL: "credentials.certificate.cancelled",
    Action.REPORT_LOST: "credentials.certificate.reported-lost",
    Action.REISSUE: "credentials.certificate.superseded",
    Action.RENEW: "credentials.certificate.superseded",
    Action.TRANSFER: "credentials.certificate.cancelled",
    Action.DOMAINS: "credentials.certificate.superseded",
}


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done to a certificate, and why.

    `effective_on` None is now; a later day begins at its first moment. `until` is the last day of a suspension, None
    until further notice. `seen` is the newest state row the asker saw.
    """

    action: Action
    reason: str
    legal_basis: str = ""
    effective_on: date | None = None
    until: date | None = None
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """The state a certificate came to, and from when."""

    number: str
    state: str
    effective_at: datetime


def change(session: Session, actor: Actor, number: str, order: Order, *, now: datetime, zone: ZoneInfo) -> Changed:
    """Suspend, reinstate, revoke, cancel or report lost. Reissue and renewal have functions of their own.

    Raises NotFound out of scope, Invalid for a missing reason or wrong days, Stale when somebody else was faster,
    Refused `transition-refused`, `expired`, `change-planned`, `effective-before-last-change`, `own-certificate`.
    """
    one = locked(session, number, actor.scope(P.CREDENTIALS_CHANGE))
    made, deeds = apply(session, actor, one, order, now=now, zone=zone)
    record_all(session, actor, deeds, now=now)
    return Changed(one.number, made.state, made.effective_at)


def suspend(
    session: Session, actor: Actor, number: str, reason: str, *, now: datetime, zone: ZoneInfo, legal_basis: str,
    effective_on: date | None = None, until: date | None = None, seen: int | None = None,
) -> Changed:  # fmt: skip
    """Suspend from a day through a day, or until further notice."""
    order = Order(Action.SUSPEND, reason, legal_basis, effective_on, until, seen)
    return change(session, actor, number, order, now=now, zone=zone)


def reinstate(session: Session, actor: Actor, number: str, reason: str, *, now: datetime, zone: ZoneInfo) -> Changed:
    """End a suspension or a loss, or take back a planned suspension."""
    return change(session, actor, number, Order(Action.REINSTATE, reason), now=now, zone=zone)


def revoke(
    session: Session, actor: Actor, number: str, reason: str, *, now: datetime, zone: ZoneInfo, legal_basis: str
) -> Changed:
    """Revoke for good; the qualification ends with the day, so the papers have to be passed again.

    The regime's `certificate.bar_months` says until when the person may not apply.
    """
    return change(session, actor, number, Order(Action.REVOKE, reason, legal_basis), now=now, zone=zone)


def locked(session: Session, number: str, scope: Scope) -> Certificate:
    """A certificate in scope, its row locked until the transaction ends. Raises NotFound."""
    statement = select(Certificate).where(Certificate.number == number.strip()).with_for_update()
    one = session.scalar(statement.execution_options(populate_existing=True))
    if one is None or not in_scope(session, scope, one.agency_id):
        raise NotFound
    return one


def apply(
    session: Session, actor: Actor, one: Certificate, order: Order, *, now: datetime, zone: ZoneInfo
) -> tuple[CertificateStateChange, list[Deed]]:
    """Check the order against the certificate's history and write it; returns the row and what the ledger is told."""
    history = _history(session, one.id)
    _check_words(order)
    effective_at = _effective(order, history, now, zone)
    _check_seen(order, history)
    planned = [row for row in history if row.effective_at > effective_at]
    before = state_at(history, effective_at)
    last = last_days(session, [one.id])[one.id]
    _check_transition(last, order, before, planned, local_day(effective_at, zone))
    _check_hand(actor, one, order)
    for row in planned:
        row.superseded_at = now
    made = _add(session, actor, one, order, RESULT[order.action], effective_at, now)
    if order.action is Action.REVOKE:
        made.barred_until = _bar(session, one, local_day(effective_at, zone))
    if order.action is Action.SUSPEND and order.until is not None:
        _add(session, actor, one, order, State.ACTIVE, day_end(order.until, zone), now)
    deeds = [_deed(one, order, before, made, len(planned))]
    if order.action is Action.REVOKE:
        deeds += _end_qualification(session, actor, one, order, local_day(effective_at, zone), now)
    return made, deeds


def _history(session: Session, certificate_id: int) -> list[CertificateStateChange]:
    row = CertificateStateChange
    statement = select(row).where(row.certificate_id == certificate_id, row.superseded_at.is_(None))
    return list(session.scalars(statement.order_by(row.effective_at, row.id)))


def _check_words(order: Order) -> None:
    if not order.reason.strip():
        raise Invalid("reason-needed", N_("State the reason."), field="reason")
    if order.action in NEEDS_BASIS and not order.legal_basis.strip():
        raise Invalid("legal-basis-needed", N_("Name the legal basis."), field="legal_basis")
    if order.until is not None and order.action is not Action.SUSPEND:
        raise Invalid("until-not-for-this", N_("Only a suspension has a last day."), field="until")


def _effective(order: Order, history: list[CertificateStateChange], now: datetime, zone: ZoneInfo) -> datetime:
    today = local_day(now, zone)
    day = order.effective_on or today
    if order.until is not None and order.until < max(day, today):
        raise Invalid("ends-before-start", N_("The last day lies before the first, or has passed."), field="until")
    moment = now if day == today else day_start(day, zone)
    last = max(row.effective_at for row in history if row.effective_at <= now)
    if moment < last:
        raise Invalid(
            "effective-before-last-change",
            N_("Something else took effect on %(day)s already; name that day or a later one."),
            field="effective_on", day=local_day(last, zone).isoformat(),
        )  # fmt: skip
    return moment


def _check_seen(order: Order, history: list[CertificateStateChange]) -> None:
    if order.seen is not None and any(row.id > order.seen for row in history):
        raise Stale(
            "certificate-changed",
            N_("Somebody else changed this certificate since you opened the page. Nothing was changed; look again."),
        )


def _check_transition(
    last: date, order: Order, before: State | None, planned: list[CertificateStateChange], day: date
) -> None:
    action = order.action
    withdrawing = action is Action.REINSTATE and any(row.state != State.ACTIVE for row in planned)
    if (before is None or before not in FROM[action]) and not withdrawing:
        raise Refused(
            "transition-refused",
            N_("That cannot be done to a certificate in its present state."),
            state=before.value if before else "NOT_YET", wanted=RESULT[action].value, action=action.value,
        )  # fmt: skip
    if days_left(last, day) < 0 and action not in AFTER_EXPIRY:
        raise Refused(
            "expired", N_("The certificate expired with %(day)s; that cannot be done any more."),
            day=last.isoformat(),
        )  # fmt: skip
    if action in ENDING or action is Action.REINSTATE:
        return
    if any(row.state != State.ACTIVE for row in planned):
        raise Refused("change-planned", N_("Another change is planned already; take it back by reinstating first."))


def _check_hand(actor: Actor, one: Certificate, order: Order) -> None:
    favourable = order.action in REPLACING | {Action.REINSTATE}
    if favourable and actor.account_id is not None and actor.person_id == one.person_id:
        raise Refused("own-certificate", N_("Nobody issues or restores a certificate of their own."))


def _add(
    session: Session, actor: Actor, one: Certificate, order: Order, state: State, at: datetime, now: datetime
) -> CertificateStateChange:
    is_end = order.action is Action.SUSPEND and state is State.ACTIVE
    row = CertificateStateChange(
        certificate_id=one.id, action=Action.REINSTATE.value if is_end else order.action.value, state=state.value,
        effective_at=at, until=None if is_end else order.until, reason=order.reason.strip(),
        legal_basis=order.legal_basis.strip(), recorded_at=now, recorded_by=actor.label,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def _bar(session: Session, one: Certificate, day: date) -> date | None:
    """Until when the person may not apply again, by the regime on the day; None where it sets no bar."""
    return barred_until(day, int(effective(session, one.regime).number("certificate.bar_months", day)))


def _deed(one: Certificate, order: Order, before: State | None, made: CertificateStateChange, withdrawn: int) -> Deed:
    after = {
        "state": made.state, "effective_at": made.effective_at, "until": order.until,
        "legal_basis": order.legal_basis.strip(), "withdrawn": withdrawn, "barred_until": made.barred_until,
    }  # fmt: skip
    return Deed(
        EVENTS[order.action], ("certificate", one.number), before={"state": before}, after=after,
        reason=order.reason.strip(), unit_id=one.agency_id,
    )  # fmt: skip


def _end_qualification(
    session: Session, actor: Actor, one: Certificate, order: Order, day: date, now: datetime
) -> list[Deed]:
    current = current_qualification(session, one.person_id, one.regime, day)
    if current is None:
        return []
    _row, deeds = put_qualification(
        session, actor, current, person_id=current.person_id, agency_id=current.agency_id, regime=current.regime,
        papers=current.papers, days=(current.valid_from, day), now=now, reason=order.reason.strip(),
    )  # fmt: skip
    return deeds
