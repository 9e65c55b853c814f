"""Decrees: one person proposes what they saw previewed, another approves; it is applied, and taken back, as rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.clock import local_day
from app.core.errors import N_, Invalid, NotFound, Refused, Stale
from app.core.permissions import Actor, P
from app.credentials.models import CertificateDecree, CertificatePeriod, Qualification
from app.credentials.periods import kept_period, terms_of
from app.credentials.queries.decrees import Preview, Reach, Target, preview
from app.credentials.service.issuing import confirm
from app.ledger.service import Deed, record, record_all
from app.regimes.loader import available
from app.regimes.queries import effective
from app.registry.queries import in_scope

FURTHEST = timedelta(days=731)
LAPSED_SINCE = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Order:
    """What a decree orders: its title, the law it rests on, why, and whom it touches."""

    title: str
    legal_basis: str
    reason: str
    reach: Reach


def propose_decree(session: Session, actor: Actor, order: Order, *, now: datetime, zone: ZoneInfo) -> int:
    """Propose to lengthen certificates; returns the decree's id.

    Raises NotFound out of scope, Invalid `field-missing`, `days-reversed`, `extends-nothing`, `extends-too-far`,
    `unknown-regime`, Refused `nobody-touched`.
    """
    if not in_scope(session, actor.scope(P.CREDENTIALS_DECREE), order.reach.unit_id):
        raise NotFound
    check_reach(order.reach, local_day(now, zone))
    return _propose(session, actor, order, now, zone)


def propose_reversal(
    session: Session, actor: Actor, decree_id: int, reason: str, legal_basis: str, *, now: datetime, zone: ZoneInfo
) -> int:
    """Propose to take a decree back; returns the reversal's id. Raises NotFound, Refused `not-reversible`."""
    one = _locked(session, actor, decree_id)
    reversal = select(CertificateDecree.id).where(
        CertificateDecree.reverses_id == one.id, CertificateDecree.dropped_at.is_(None)
    )
    if one.approved_at is None or one.reverses_id is not None or session.scalar(reversal) is not None:
        raise Refused("not-reversible", N_("Only a decree in force that nobody has taken back can be taken back."))
    reach = Reach(one.unit_id, one.ends_from, one.ends_to, one.extend_to, one.regime, one.domain, one.id)
    return _propose(session, actor, Order(one.title, legal_basis, reason, reach), now, zone)


def check_reach(reach: Reach, today: date) -> None:
    """Refuse days that make no sense, and a regime that is none."""
    if reach.ends_to < reach.ends_from:
        raise Invalid("days-reversed", N_("The last day lies before the first."), field="ends_to")
    if reach.extend_to <= reach.ends_to or reach.extend_to <= today:
        words = N_("The new last day must lie after the days in which the certificates end, and after today.")
        raise Invalid("extends-nothing", words, field="extend_to")
    if reach.extend_to > max(reach.ends_to, today) + FURTHEST or reach.ends_from < today - LAPSED_SINCE:
        words = N_("A decree reaches one year back at most, and lengthens by two years at most.")
        raise Invalid("extends-too-far", words, field="extend_to")
    if reach.regime and reach.regime not in available():
        raise Invalid("unknown-regime", N_("There is no regime with the code %(given)s."), field="regime",
                      given=reach.regime)  # fmt: skip


def _propose(session: Session, actor: Actor, order: Order, now: datetime, zone: ZoneInfo) -> int:
    for name in ("title", "legal_basis", "reason"):
        if not getattr(order, name).strip():
            raise Invalid("field-missing", N_("This must be filled in."), field=name)
    reach = order.reach
    found = preview(session, reach, now, zone)
    if not found.targets:
        raise Refused("nobody-touched", N_("No certificate in force is touched by this."))
    one = CertificateDecree(
        title=order.title.strip(), legal_basis=order.legal_basis.strip(), reason=order.reason.strip(),
        unit_id=reach.unit_id, regime=reach.regime, domain=reach.domain, ends_from=reach.ends_from,
        ends_to=reach.ends_to, extend_to=reach.extend_to, reverses_id=reach.reverses, preview=found.counted(),
        proposed_at=now, proposed_by=actor.label, proposer_id=actor.account_id, result={},
    )  # fmt: skip
    session.add(one)
    session.flush()
    _record(session, actor, one, "proposed", now, {"preview": one.preview})
    return one.id


def approve_decree(
    session: Session,
    actor: Actor,
    decree_id: int,
    *,
    seen: int,
    now: datetime,
    zone: ZoneInfo,
    password: str | None = None,
) -> int:
    """Approve and apply a decree or a reversal that somebody else proposed; returns how many certificates it touched.

    `seen` is the number of certificates on the page: where it has changed, nothing is done (Stale). Raises NotFound,
    Invalid `password-wrong`, Refused `same-person`, Stale `decree-closed`, `decree-changed`.
    """
    confirm(session, actor, password)
    one = _locked(session, actor, decree_id)
    _open(one)
    _other_hand(actor, one)
    reach = Reach(one.unit_id, one.ends_from, one.ends_to, one.extend_to, one.regime, one.domain, one.reverses_id)
    found = preview(session, reach, now, zone)
    if len(found.targets) != seen:
        raise Stale(
            "decree-changed",
            N_("It touches %(found)s certificates now, not %(seen)s. Nothing was done; look at the preview again."),
            found=len(found.targets), seen=seen,
        )  # fmt: skip
    one.approved_at, one.approved_by, one.approver_id = now, actor.label, actor.account_id
    one.result = found.counted()
    deeds = _apply(session, actor, one, found, local_day(now, zone), now)
    session.flush()
    record_all(session, actor, deeds, now=now)
    _record(session, actor, one, "approved", now, {"result": one.result})
    return len(found.targets)


def drop_decree(session: Session, actor: Actor, decree_id: int, *, now: datetime) -> None:
    """Give up a proposal that was not approved. Raises NotFound, Stale `decree-closed`."""
    one = _locked(session, actor, decree_id)
    _open(one)
    one.dropped_at, one.dropped_by, one.reverses_id = now, actor.label, None
    session.flush()
    _record(session, actor, one, "dropped", now, {})


def _locked(session: Session, actor: Actor, decree_id: int) -> CertificateDecree:
    statement = select(CertificateDecree).where(CertificateDecree.id == decree_id).with_for_update()
    one = session.scalar(statement.execution_options(populate_existing=True))
    if one is None or not in_scope(session, actor.scope(P.CREDENTIALS_DECREE), one.unit_id):
        raise NotFound
    return one


def _open(one: CertificateDecree) -> None:
    if one.approved_at is not None or one.dropped_at is not None:
        raise Stale("decree-closed", N_("Somebody has approved or given up this decree already."))


def _other_hand(actor: Actor, one: CertificateDecree) -> None:
    same = actor.account_id is not None and actor.account_id == one.proposer_id
    if same or actor.label == one.proposed_by:
        raise Refused("same-person", N_("You proposed this decree; somebody else has to approve it."))


def _apply(
    session: Session, actor: Actor, one: CertificateDecree, found: Preview, today: date, now: datetime
) -> list[Deed]:
    """Add a period to each certificate and let the qualification follow; returns what the ledger is told."""
    held = _qualifications(session, found.targets)
    before = _before(session, one.reverses_id)
    cause = "DECREE" if one.reverses_id is None else "REVERSAL"
    rules = {regime: terms_of(effective(session, regime), today) for regime in {row.regime for row in found.targets}}
    deeds: list[Deed] = []
    for row in found.targets:
        term = kept_period(rules[row.regime], row.valid_from, row.after)
        told: dict[str, Any] = {"before": row.before.isoformat(), "after": row.after.isoformat()}
        qualification = held.get((row.person_id, row.regime))
        wanted = _wanted(row, qualification, before.get(row.certificate_id))
        if qualification is not None and wanted is not None and wanted != qualification.valid_to:
            told["qualification"] = str(qualification.valid_to)
            session.add(_follow(qualification, wanted, actor, one.title, now))
        session.add(
            CertificatePeriod(
                certificate_id=row.certificate_id, cause=cause, method=term.method.value,
                minimum_months=term.minimum_months, window_start=term.window_start, due=term.due,
                window_end=term.window_end, valid_from=term.valid_from, valid_to=term.valid_to, decree_id=one.id,
                evidence=told, decided_by=actor.label, recorded_at=now, recorded_by=actor.label,
            )
        )  # fmt: skip
        deeds.append(_deed(row, one, cause))
    return deeds


def _qualifications(session: Session, targets: Sequence[Target]) -> dict[tuple[int, str], Qualification]:
    """The newest qualification of each person under each regime."""
    people = list({row.person_id for row in targets})
    statement = (
        select(Qualification)
        .where(Qualification.person_id.in_(people), Qualification.superseded_at.is_(None))
        .order_by(Qualification.id)
    )
    return {(one.person_id, one.regime): one for one in session.scalars(statement)}


def _before(session: Session, decree_id: int | None) -> Mapping[int, Mapping[str, str]]:
    """What the decree that is taken back noted of each certificate."""
    period = CertificatePeriod
    statement = select(period.certificate_id, period.evidence).where(period.decree_id == decree_id)
    return dict(session.execute(statement).all()) if decree_id is not None else {}


def _wanted(row: Target, held: Qualification | None, noted: Mapping[str, str] | None) -> date | None:
    """The last day of the qualification: with the certificate's, or back to what it was before the decree."""
    if held is None or held.valid_to is None:
        return None
    if noted is None:
        return max(held.valid_to, row.after)
    was = date.fromisoformat(noted["qualification"]) if "qualification" in noted else held.valid_to
    return max(was, row.after) if held.valid_to == row.before else held.valid_to


def _follow(held: Qualification, last: date, actor: Actor, title: str, now: datetime) -> Qualification:
    held.superseded_at = now
    return Qualification(
        person_id=held.person_id, agency_id=held.agency_id, regime=held.regime, papers=held.papers,
        valid_from=held.valid_from, valid_to=last, recorded_at=now, recorded_by=actor.label, note=title,
    )  # fmt: skip


def _deed(row: Target, one: CertificateDecree, cause: str) -> Deed:
    event = "credentials.period.extended" if cause == "DECREE" else "credentials.period.restored"
    return Deed(
        event, ("certificate", row.number), before={"valid_to": row.before},
        after={"valid_to": row.after, "decree": one.id}, reason=one.reason, unit_id=row.agency_id,
    )  # fmt: skip


def _record(
    session: Session, actor: Actor, one: CertificateDecree, what: str, now: datetime, after: Mapping[str, Any]
) -> None:
    shown = {
        "title": one.title, "ends_from": one.ends_from, "ends_to": one.ends_to, "extend_to": one.extend_to,
        "regime": one.regime, "domain": one.domain, "reverses": one.reverses_id, **after,
    }  # fmt: skip
    record(
        session, actor, f"credentials.decree.{what}", ("certificate_decree", one.id), now=now, after=shown,
        reason=one.reason, unit_id=one.unit_id,
    )  # fmt: skip
