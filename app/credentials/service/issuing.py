"""Issuing: everything is checked before a number is taken; number, certificate, state and ledger are one commit."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.service import confirm_password
from app.config import Settings
from app.core.clock import local_day
from app.core.errors import N_, Invalid, NotFound, Refused
from app.core.permissions import Actor, P
from app.credentials.models import Certificate, CertificateCounter, CertificateStateChange, Qualification
from app.credentials.periods import Action, last_day_of_years
from app.credentials.queries import ReadyRow, authors_of, readiness
from app.credentials.service.face import Issuing, face_of, issuing, photo_of, rehearse, texts_of
from app.credentials.service.numbering import lock_series, new_check_code, next_number, series_of
from app.ledger.service import Deed, record_all
from app.regimes.codes import CertificateState
from app.regimes.policy import Regime
from app.regimes.queries import effective
from app.registry import queries as registry

MOST_AT_ONCE = 200
LATEST_START = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate that was issued."""

    id: int
    number: str
    person_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Plan:
    """One certificate before it has a number: who, what is printed, from when through when (inclusive)."""

    row: ReadyRow
    regime: Regime
    texts: dict[str, Any]
    kind: Action
    issued_on: date
    valid_from: date
    valid_to: date
    replaces: int | None = None


def issue(
    session: Session,
    actor: Actor,
    person_ids: Sequence[int],
    *,
    settings: Settings,
    now: datetime,
    password: str | None = None,
    valid_from: date | None = None,
    domains: tuple[str, ...] | None = None,
    reason: str = "",
) -> list[Issued]:
    """Issue a certificate to each of these people, all or none, in the order of the list.

    A person who acts re-enters the password (Invalid `password-wrong`); the operator's command line has none. `domains`
    None takes every domain in which the agency holds a power. Raises NotFound for somebody out of scope, Refused
    `same-person`, `own-certificate`, or the code of the problem of whoever is not ready (see queries.PROBLEMS), Invalid
    for dates and domains.
    """
    confirm(session, actor, password)
    if not person_ids:
        raise Invalid("nobody-chosen", N_("Choose at least one person."), field="people")
    if len(person_ids) > MOST_AT_ONCE:
        words = N_("At most %(most)s certificates are issued at once.")
        raise Invalid("too-many-chosen", words, field="people", most=MOST_AT_ONCE)
    ids = list(dict.fromkeys(person_ids))
    today = local_day(now, settings.zone)
    first = _start(valid_from, today)
    site = issuing(settings)
    agencies = _agencies(session, actor, ids, today)
    counters = _lock(session, agencies, today)
    rows = _ready(session, ids, today, site)
    require_other_hand(session, actor, rows)
    plans = [_plan(session, site, row, today, first, domains) for row in rows]
    made = [write(session, actor, plan, counters[plan.regime.id], now=now, reason=reason) for plan in plans]
    record_all(session, actor, [deed for _issued, deeds in made for deed in deeds], now=now)
    return [issued for issued, _deeds in made]


def confirm(session: Session, actor: Actor, password: str | None) -> None:
    """A person re-enters the password; a job or the operator has none."""
    if actor.account_id is not None:
        confirm_password(session, actor, password or "")


def _start(valid_from: date | None, today: date) -> date:
    if valid_from is None:
        return today
    if valid_from < today:
        raise Invalid("starts-in-past", N_("A certificate cannot begin before it is issued."), field="valid_from")
    if valid_from > today + LATEST_START:
        raise Invalid(
            "starts-too-late", N_("A certificate begins at most %(days)s days after it is issued."),
            field="valid_from", days=LATEST_START.days,
        )  # fmt: skip
    return valid_from


def _agencies(session: Session, actor: Actor, ids: Sequence[int], today: date) -> set[int]:
    """The agencies at which these people serve. Raises NotFound when one of them lies out of scope."""
    found = registry.people_by_ids(session, ids, today, actor.scope(P.CREDENTIALS_ISSUE))
    if not {person.id for person in found}.issuperset(ids):
        raise NotFound
    return {person.agency_id for person in found if person.agency_id is not None}


def _lock(session: Session, agencies: set[int], today: date) -> dict[str, CertificateCounter]:
    """The counters of every regime touched, locked in one order; what is read after this nobody else changes."""
    regimes = {code for agency in agencies if (code := registry.regime_of(session, agency)) is not None}
    series = {code: series_for(effective(session, code), today) for code in regimes}
    locked = {name: lock_series(session, name) for name in sorted(set(series.values()))}
    return {code: locked[name] for code, name in series.items()}


def series_for(regime: Regime, day: date) -> str:
    """The series of numbers of a regime on a day."""
    return series_of(str(regime.number("numbering.template", day)), day)


def _ready(session: Session, ids: Sequence[int], today: date, site: Issuing) -> list[ReadyRow]:
    found = {row.person_id: row for row in readiness(session, ids, today, font=site.font)}
    for person_id in ids:
        require_ready(found.get(person_id))
    return [found[person_id] for person_id in ids]


def require_ready(row: ReadyRow | None) -> None:
    """Refuse somebody with a problem, by the problem's own code; `no-result` where nothing was ever released."""
    if row is None:
        raise Refused("no-result", N_("No released result is known of one of the people chosen. Nothing was issued."))
    if row.problems:
        first = row.problems[0]
        raise Refused(first.code, first.msgid, name=row.name, person=row.code, **first.data)


def require_other_hand(session: Session, actor: Actor, rows: Sequence[ReadyRow]) -> None:
    """Nobody issues on the strength of a paper they wrote themselves, nor to themselves.

    The operator's command line is nobody's hand in particular and is bound by neither.
    """
    if actor.account_id is None:
        return
    if any(row.person_id == actor.person_id for row in rows):
        raise Refused("own-certificate", N_("Nobody issues or restores a certificate of their own."))
    authors = authors_of(session, {paper.sitting_id for row in rows for paper in row.papers})
    if any(actor.label in names for names in authors.values()):
        raise Refused(
            "same-person",
            N_("You wrote the specification of a paper these results rest on; somebody else has to issue."),
        )


def _plan(
    session: Session, site: Issuing, row: ReadyRow, today: date, first: date, domains: tuple[str, ...] | None
) -> Plan:
    regime = effective(session, row.regime or "")
    row = with_domains(row, domains, regime)
    years = int(regime.number("certificate.validity_years", first))
    plan = Plan(row, regime, texts_of(session, row), Action.ISSUE, today, first, last_day_of_years(first, years))
    rehearse_plan(session, site, plan)
    return plan


def with_domains(row: ReadyRow, domains: tuple[str, ...] | None, regime: Regime) -> ReadyRow:
    """The row limited to chosen domains among those the agency holds. Raises Invalid `unknown-domain`, `no-domains`."""
    if domains is None:
        return row
    for code in domains:
        if code not in row.domains:
            words = N_("The agency holds no power in the domain %(domain)s.")
            raise Invalid("unknown-domain", words, field="domains", domain=code)
    if not domains:
        raise Invalid("no-domains", N_("Choose at least one domain."), field="domains")
    return replace(row, domains=tuple(code for code in regime.domains if code in domains))


def rehearse_plan(session: Session, site: Issuing, plan: Plan) -> None:
    """Make sure that the certificate can be printed, before its number is taken."""
    picture = photo_of(session, plan.row.person_id, plan.row.photo_sha256 or "")
    days = (plan.issued_on, plan.valid_from, plan.valid_to)
    address = f"{site.settings.site_url}/verify/"
    rehearse(face_of(plan.texts, "0", "0", days, picture, address), site.font)


def write(
    session: Session, actor: Actor, plan: Plan, counter: CertificateCounter, *, now: datetime, reason: str = ""
) -> tuple[Issued, list[Deed]]:
    """Take the number and write certificate, first state and qualification; returns what the ledger must be told."""
    row = plan.row
    qualification, deeds = qualify(session, actor, plan, now)
    one = Certificate(
        number=next_number(session, counter), check_code=new_check_code(), kind=plan.kind.value,
        person_id=row.person_id, agency_id=row.agency_id or 0, qualification_id=qualification.id,
        replaces_id=plan.replaces, regime=plan.regime.id, region=list(row.region), domains=list(row.domains),
        authority_source=row.authority_source or "", photo_sha256=row.photo_sha256 or "", issued_on=plan.issued_on,
        valid_from=plan.valid_from, valid_to=plan.valid_to, face=plan.texts, recorded_at=now, recorded_by=actor.label,
    )  # fmt: skip
    session.add(one)
    session.flush()
    session.add(
        CertificateStateChange(
            certificate_id=one.id, action=plan.kind.value, state=CertificateState.ACTIVE.value, effective_at=now,
            until=None, reason=reason, recorded_at=now, recorded_by=actor.label,
        )
    )  # fmt: skip
    session.flush()
    after = {
        "number": one.number, "person_id": one.person_id, "valid_from": one.valid_from, "valid_to": one.valid_to,
        "domains": one.domains, "region": one.region, "replaces": plan.replaces,
    }  # fmt: skip
    told = Deed(
        "credentials.certificate.issued", ("certificate", one.number), after=after, reason=reason, unit_id=one.agency_id
    )
    return Issued(one.id, one.number, one.person_id, row.name), [*deeds, told]


def qualify(session: Session, actor: Actor, plan: Plan, now: datetime) -> tuple[Qualification, list[Deed]]:
    """Let the qualification hold as long as the certificate that rests on it."""
    current = current_qualification(session, plan.row.person_id, plan.regime.id, plan.issued_on)
    if current is not None and current.valid_to is not None and current.valid_to >= plan.valid_to:
        return current, []
    first = current.valid_from if current else plan.issued_on
    papers = current.papers if current else papers_of(plan.row)
    return put_qualification(
        session, actor, current, person_id=plan.row.person_id, agency_id=plan.row.agency_id or 0,
        regime=plan.regime.id, papers=papers, days=(first, plan.valid_to), now=now,
    )  # fmt: skip


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
    before = None
    if current is not None:
        before = {"valid_from": current.valid_from, "valid_to": current.valid_to}
        current.superseded_at = now
    added = Qualification(
        person_id=person_id, agency_id=agency_id, regime=regime, papers=papers, valid_from=days[0], valid_to=days[1],
        recorded_at=now, recorded_by=actor.label, note=reason,
    )  # fmt: skip
    session.add(added)
    session.flush()
    event = "credentials.qualification.made" if current is None else "credentials.qualification.changed"
    after = {"valid_from": days[0], "valid_to": days[1], "regime": regime, "papers": papers}
    return added, [Deed(event, ("person", person_id), before=before, after=after, reason=reason, unit_id=agency_id)]
