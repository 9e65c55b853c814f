"""Issuing: everything is checked before a number is taken; number, certificate, state and ledger are one commit."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.service import confirm_password
from app.config import Settings
from app.core.clock import local_day
from app.core.errors import N_, Invalid, NotFound, Refused
from app.core.permissions import Actor, P
from app.credentials.models import CertificateCounter
from app.credentials.periods import Action, next_period, terms_of
from app.credentials.queries import ReadyRow, authors_of, readiness
from app.credentials.service.face import Issuing, face_of, issuing, photo_of, rehearse, texts_of
from app.credentials.service.numbering import lock_series, series_of
from app.credentials.service.writing import Issued, Plan, write_all
from app.ledger.service import Deed, record_all
from app.regimes.policy import Regime
from app.regimes.queries import effective
from app.registry import queries as registry

MOST_AT_ONCE = 5000
LATEST_START = timedelta(days=90)


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
    made, deeds = issue_ready(
        session, actor, person_ids, settings=settings, now=now, valid_from=valid_from, domains=domains, reason=reason
    )
    record_all(session, actor, deeds, now=now)
    return made


def issue_ready(
    session: Session,
    actor: Actor,
    person_ids: Sequence[int],
    *,
    settings: Settings,
    now: datetime,
    valid_from: date | None = None,
    domains: tuple[str, ...] | None = None,
    reason: str = "",
    evidence: Mapping[int, Mapping[str, Any]] | None = None,
) -> tuple[list[Issued], list[Deed]]:
    """Issue as `issue` does, without asking for the password; the caller tells the ledger the deeds returned.

    `evidence` is kept with each person's period.
    """
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
    told = evidence or {}
    printed: dict[tuple[Any, ...], dict[str, Any]] = {}
    plans = [_plan(session, site, row, (today, first), domains, printed) for row in rows]
    plans = [replace(plan, evidence=told.get(plan.row.person_id, {})) for plan in plans]
    return write_all(session, actor, [(plan, counters[plan.regime.id]) for plan in plans], now=now, reason=reason)


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
    session: Session,
    site: Issuing,
    row: ReadyRow,
    days: tuple[date, date],
    domains: tuple[str, ...] | None,
    printed: dict[tuple[Any, ...], dict[str, Any]],
) -> Plan:
    """`days` are today and the first day; `printed` remembers the texts that a whole agency shares."""
    today, first = days
    regime = effective(session, row.regime or "")
    row = with_domains(row, domains, regime)
    shared = (row.agency_id, row.regime, row.region, row.domains, row.authority_source)
    if shared not in printed:
        printed[shared] = texts_of(session, row)
    texts = {**printed[shared], "holder_name": row.name, "holder_id_masked": row.id_masked or row.code}
    plan = Plan(row, regime, texts, Action.ISSUE, today, next_period(terms_of(regime, first), first))
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
