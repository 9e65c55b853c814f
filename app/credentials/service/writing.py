"""Writing certificates: number, period, first state and qualification in a few statements, however many they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.core.permissions import Actor
from app.credentials.models import (
    Certificate,
    CertificateCounter,
    CertificatePeriod,
    CertificateStateChange,
    Qualification,
)
from app.credentials.periods import Action, Term
from app.credentials.queries import ReadyRow
from app.credentials.service.entries import draw_entries
from app.credentials.service.numbering import new_check_code, take_number
from app.ledger.service import Deed
from app.regimes.codes import CertificateState
from app.regimes.policy import Regime


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate that was issued."""

    id: int
    number: str
    person_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Plan:
    """One certificate before it has a number: who, what is printed, from when through when (inclusive).

    `fresh` says that its qualification rests on the papers of the row, not on those of the one before. `evidence` is
    kept with the period.
    """

    row: ReadyRow
    regime: Regime
    texts: dict[str, Any]
    kind: Action
    issued_on: date
    term: Term
    replaces: int | None = None
    fresh: bool = False
    evidence: Mapping[str, Any] = field(default_factory=dict)

    @property
    def valid_from(self) -> date:
        """The first day."""
        return self.term.valid_from

    @property
    def valid_to(self) -> date:
        """The last day, inclusive."""
        return self.term.valid_to


def write(
    session: Session, actor: Actor, plan: Plan, counter: CertificateCounter, *, now: datetime, reason: str = ""
) -> tuple[Issued, list[Deed]]:
    """Write one certificate; returns it and what the ledger must be told."""
    made, deeds = write_all(session, actor, [(plan, counter)], now=now, reason=reason)
    return made[0], deeds


def write_all(
    session: Session,
    actor: Actor,
    plans: Sequence[tuple[Plan, CertificateCounter]],
    *,
    now: datetime,
    reason: str = "",
) -> tuple[list[Issued], list[Deed]]:
    """Take the numbers in order and write certificates, periods, first states and qualifications.

    Returns what was issued and what the ledger must be told.
    """
    qualified = _qualify(session, actor, [plan for plan, _counter in plans], now)
    deeds = [deed for _row, several in qualified for deed in several]
    entries = draw_entries(session, len(plans))
    rows = [
        _certificate(plan, take_number(counter), held.id, entry, actor, now)
        for (plan, counter), (held, _deeds), entry in zip(plans, qualified, entries, strict=True)
    ]
    session.add_all(rows)
    session.flush()
    beside: list[CertificatePeriod | CertificateStateChange] = []
    for one, (plan, _counter) in zip(rows, plans, strict=True):
        beside += [_period(one, plan, actor, now), _state(one, plan, actor, reason, now)]
        deeds.append(_told(one, plan, reason))
    session.add_all(beside)
    session.flush()
    names = [plan.row.name for plan, _counter in plans]
    return [Issued(one.id, one.number, one.person_id, name) for one, name in zip(rows, names, strict=True)], deeds


def _certificate(
    plan: Plan, number: str, qualification_id: int, entry: int, actor: Actor, now: datetime
) -> Certificate:
    row = plan.row
    return Certificate(
        number=number, check_code=new_check_code(), kind=plan.kind.value, person_id=row.person_id,
        agency_id=row.agency_id or 0, qualification_id=qualification_id, replaces_id=plan.replaces,
        regime=plan.regime.id, region=list(row.region), domains=list(row.domains),
        authority_source=row.authority_source or "", photo_sha256=row.photo_sha256 or "", issued_on=plan.issued_on,
        valid_from=plan.valid_from, valid_to=plan.valid_to, face=plan.texts, status_index=entry,
        recorded_at=now, recorded_by=actor.label,
    )  # fmt: skip


def _period(one: Certificate, plan: Plan, actor: Actor, now: datetime) -> CertificatePeriod:
    term = plan.term
    return CertificatePeriod(
        certificate_id=one.id, cause=plan.kind.value, method=term.method.value, minimum_months=term.minimum_months,
        window_start=term.window_start, due=term.due, window_end=term.window_end, valid_from=term.valid_from,
        valid_to=term.valid_to, evidence={"papers": papers_of(plan.row), **plan.evidence}, decided_by=actor.label,
        recorded_at=now, recorded_by=actor.label,
    )  # fmt: skip


def _state(one: Certificate, plan: Plan, actor: Actor, reason: str, now: datetime) -> CertificateStateChange:
    return CertificateStateChange(
        certificate_id=one.id, action=plan.kind.value, state=CertificateState.ACTIVE.value, effective_at=now,
        until=None, reason=reason, recorded_at=now, recorded_by=actor.label,
    )  # fmt: skip


def _told(one: Certificate, plan: Plan, reason: str) -> Deed:
    after = {
        "number": one.number, "person_id": one.person_id, "valid_from": one.valid_from, "valid_to": one.valid_to,
        "domains": one.domains, "region": one.region, "replaces": plan.replaces, "method": plan.term.method,
        **plan.evidence,
    }  # fmt: skip
    event, subject = "credentials.certificate.issued", ("certificate", one.number)
    return Deed(event, subject, after=after, reason=reason, unit_id=one.agency_id)


def _qualify(
    session: Session, actor: Actor, plans: Sequence[Plan], now: datetime
) -> list[tuple[Qualification, list[Deed]]]:
    """Let each qualification hold as long as the certificate that rests on it."""
    current = _current(session, plans)
    made: list[tuple[Qualification, list[Deed]]] = []
    waiting: list[tuple[int, Qualification | None, Qualification]] = []
    for place, plan in enumerate(plans):
        held = current.get((plan.row.person_id, plan.regime.id))
        lasts = held is not None and held.valid_to is not None and held.valid_to >= plan.valid_to
        if held is not None and lasts and not plan.fresh:
            made.append((held, []))
            continue
        papers = held.papers if held is not None and not plan.fresh else papers_of(plan.row)
        first = held.valid_from if held is not None else plan.issued_on
        if held is not None:
            held.superseded_at = now
        added = Qualification(
            person_id=plan.row.person_id, agency_id=plan.row.agency_id or 0, regime=plan.regime.id, papers=papers,
            valid_from=first, valid_to=plan.valid_to, recorded_at=now, recorded_by=actor.label, note="",
        )  # fmt: skip
        waiting.append((place, held, added))
        made.append((added, []))
    session.add_all(added for _place, _held, added in waiting)
    session.flush()
    for place, held, added in waiting:
        made[place] = (added, [_qualified(held, added, "")])
    return made


def _current(session: Session, plans: Sequence[Plan]) -> dict[tuple[int, str], Qualification]:
    """The qualification in force of each person under the regime of the plan."""
    day = min((plan.issued_on for plan in plans), default=date.max)
    row = Qualification
    statement = (
        select(row)
        .where(row.person_id.in_([plan.row.person_id for plan in plans]), row.superseded_at.is_(None))
        .where(row.valid_from <= day, or_(row.valid_to.is_(None), row.valid_to >= day))
        .order_by(row.id)
    )
    return {(one.person_id, one.regime): one for one in session.scalars(statement)}


def papers_of(row: ReadyRow) -> list[dict[str, Any]]:
    """The results a qualification rests on, as they are kept."""
    return [
        {
            "paper": paper.paper, "result_id": paper.result_id, "sat_on": paper.sat_on.isoformat(),
            "valid_to": paper.valid_to.isoformat(),
        }
        for paper in row.papers
    ]  # fmt: skip


def current_qualification(session: Session, person_id: int, regime: str, day: date) -> Qualification | None:
    """The qualification in force on a day, as believed now."""
    return session.scalar(
        select(Qualification)
        .where(Qualification.person_id == person_id, Qualification.regime == regime)
        .where(Qualification.superseded_at.is_(None), Qualification.valid_from <= day)
        .where(Qualification.valid_to.is_(None) | (Qualification.valid_to >= day))
        .order_by(Qualification.id.desc())
        .limit(1)
    )


def put_qualification(
    session: Session,
    actor: Actor,
    current: Qualification | None,
    *,
    person_id: int,
    agency_id: int,
    regime: str,
    papers: list[Any],
    days: tuple[date, date],
    now: datetime,
    reason: str = "",
) -> tuple[Qualification, list[Deed]]:
    """Add a qualification, in place of the present one if there is one; nothing is overwritten."""
    if current is not None:
        current.superseded_at = now
    added = Qualification(
        person_id=person_id, agency_id=agency_id, regime=regime, papers=papers, valid_from=days[0], valid_to=days[1],
        recorded_at=now, recorded_by=actor.label, note=reason,
    )  # fmt: skip
    session.add(added)
    session.flush()
    return added, [_qualified(current, added, reason)]


def _qualified(before: Qualification | None, added: Qualification, reason: str) -> Deed:
    event = "credentials.qualification.made" if before is None else "credentials.qualification.changed"
    then = {"valid_from": before.valid_from, "valid_to": before.valid_to} if before is not None else None
    after = {
        "valid_from": added.valid_from, "valid_to": added.valid_to, "regime": added.regime, "papers": added.papers,
    }  # fmt: skip
    return Deed(event, ("person", added.person_id), before=then, after=after, reason=reason, unit_id=added.agency_id)
