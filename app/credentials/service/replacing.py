"""A new certificate in the place of an old one: reissue, renewal, transfer to another agency, other domains."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.config import Settings
from app.core.clock import local_day
from app.core.errors import N_, Invalid, NotFound, Refused
from app.core.permissions import Actor, P
from app.credentials.models import Certificate
from app.credentials.periods import Action, Term, days_left, kept_period, last_day, next_period, terms_of
from app.credentials.queries import Problem, ReadyRow, Renewal, last_days, professional_pass, readiness, renewals
from app.credentials.service.changes import Order, apply, locked
from app.credentials.service.face import Issuing, issuing, texts_of
from app.credentials.service.issuing import confirm, rehearse_plan, require_ready, series_for, with_domains
from app.credentials.service.numbering import lock_series
from app.credentials.service.writing import Issued, Plan, write
from app.exams import queries as exams
from app.ledger.service import Deed, record_all
from app.regimes.policy import Regime
from app.regimes.queries import effective
from app.registry import queries as registry

PAPER_PROBLEMS = frozenset({"paper-missing", "paper-failed", "paper-outdated"})
"""A certificate in force rests on its qualification; old results do not stand in the way of replacing it."""

Replacing = Literal[Action.REISSUE, Action.RENEW, Action.TRANSFER, Action.DOMAINS]


@dataclass(frozen=True, slots=True)
class Replacement:
    """How a certificate is replaced: the order, the domains wished for (None: as it is), what is kept as evidence."""

    order: Order
    domains: tuple[str, ...] | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)


def replace_certificate(
    session: Session,
    actor: Actor,
    number: str,
    action: Replacing,
    reason: str,
    *,
    settings: Settings,
    now: datetime,
    domains: tuple[str, ...] | None = None,
    password: str | None = None,
    seen: int | None = None,
) -> Issued:
    """Issue a new certificate with a new number in the place of one; the old one's rows stay, both are linked.

    Photo, name and territory are taken as they are today. There is never more than one in force.

    - REISSUE, for a lost, damaged or outdated one: the last day stays, domains as far as the agency still holds them.
    - RENEW, for a new period by the regime's method. Refused `renewal-not-open` outside the window, `hours-short`,
      `renewal-exam-missing` or `pass-outside-window` where the regime makes them a condition.
    - TRANSFER, from an agency that the holder has left to the one they serve at now; the last day stays. Refused
      `same-agency`, NotFound where the new agency lies out of scope.
    - DOMAINS, for other `domains`. Refused `domains-same`, Invalid `unknown-domain`, `no-domains`.

    Added domains need the professional paper: Refused `professional-missing`. Raises as `issue` and `change` do.
    """
    confirm(session, actor, password)
    what = Replacement(Order(action, reason, seen=seen), domains)
    issued, deeds = replace_one(session, actor, number, what, settings=settings, now=now)
    record_all(session, actor, deeds, now=now)
    return issued


def replace_one(
    session: Session, actor: Actor, number: str, what: Replacement, *, settings: Settings, now: datetime
) -> tuple[Issued, list[Deed]]:
    """Replace a certificate without asking for the password; the caller tells the ledger the deeds returned."""
    today = local_day(now, settings.zone)
    found = session.execute(
        select(Certificate.regime, Certificate.person_id).where(Certificate.number == number.strip())
    ).first()
    if found is None:
        raise NotFound
    moves = what.order.action is Action.TRANSFER
    regime = effective(session, _regime_now(session, found.person_id, actor, today) if moves else found.regime)
    counter = lock_series(session, series_for(regime, today))
    old = locked(session, number, None if moves else actor.scope(P.CREDENTIALS_ISSUE))
    plan = _plan(session, old, what, issuing(settings), (today, now), regime)
    _changed, deeds = apply(session, actor, old, what.order, now=now, zone=settings.zone)
    reason = what.order.reason.strip()
    issued, further = write(session, actor, plan, counter, now=now, reason=reason)
    return issued, [*deeds, *further]


def _regime_now(session: Session, person_id: int, actor: Actor, today: date) -> str:
    """The regime of the agency at which somebody serves, which must lie in scope."""
    found = registry.people_by_ids(session, [person_id], today, actor.scope(P.CREDENTIALS_ISSUE))
    if not found or found[0].agency_id is None:
        raise NotFound
    regime = registry.regime_of(session, found[0].agency_id)
    if regime is None:
        require_ready(None)
    return regime or ""


def _plan(
    session: Session, old: Certificate, what: Replacement, site: Issuing, at: tuple[date, datetime], regime: Regime
) -> Plan:
    today, now = at
    action, last = what.order.action, last_days(session, [old.id])[old.id]
    row = _row(session, old, today, site, action)
    row, professional = _with_domains(session, old, row, what, regime, today)
    renewal = renewals(session, [old.id], today, now)[old.id] if action is Action.RENEW else None
    if renewal is not None:
        row = _renewable(row, renewal)
    if days_left(last, today) < 0:
        raise Refused(
            "expired", N_("The certificate expired with %(day)s; that cannot be done any more."), day=last.isoformat()
        )
    term = _term(old, action, regime, today, last)
    evidence = {**what.evidence, **professional, **_evidence(renewal)}
    plan = Plan(
        row, regime, texts_of(session, row), action, today, term, replaces=old.id, evidence=evidence,
        fresh=renewal is not None and _rests_on_exam(renewal, regime, today),
    )  # fmt: skip
    rehearse_plan(session, site, plan)
    return plan


def _term(old: Certificate, action: Action, regime: Regime, today: date, last: date) -> Term:
    terms = terms_of(regime, today)
    if action is Action.RENEW:
        return next_period(terms, today, last)
    if action is Action.TRANSFER:
        last = min(last, last_day(today, terms.active_months))
    return kept_period(terms, max(today, old.valid_from), last)


def _rests_on_exam(renewal: Renewal, regime: Regime, today: date) -> bool:
    passed = {paper.paper for paper in renewal.papers}
    return regime.number("renewal.exam", today) != "NONE" and passed.issuperset(one.code for one in regime.papers)


def _evidence(renewal: Renewal | None) -> dict[str, Any]:
    if renewal is None:
        return {}
    hours = {str(year): str(sum_) for year, sum_ in renewal.hours.items()}
    return {"window_start": renewal.window_start.isoformat(), "hours": hours,
            "warnings": [problem.code for problem in renewal.warnings]}  # fmt: skip


def _renewable(row: ReadyRow, renewal: Renewal) -> ReadyRow:
    """The row with the passes of the renewal's window; refused by the first thing that forbids it."""
    for problem in renewal.problems:
        if problem.code == "renewal-not-open":
            raise Refused(
                "renewal-not-open", N_("Renewal is open from %(first)s through %(last)s."),
                first=problem.data["first"].isoformat(), last=problem.data["last"].isoformat(),
            )  # fmt: skip
    kept = tuple(one for one in renewal.problems if one.code != "certificate-not-active")
    require_ready(replace(row, problems=kept))  # the other is told with the certificate's state
    return replace(row, papers=renewal.papers or row.papers)


def _row(session: Session, old: Certificate, today: date, site: Issuing, action: Action) -> ReadyRow:
    """How the holder stands today, papers aside, at the agency of the certificate or, to transfer, at another."""
    found = readiness(session, [old.person_id], today, font=site.font, ignore_certificate=old.id)
    if not found:
        raise Refused("no-result", N_("No released result is known of one of the people chosen. Nothing was issued."))
    kept = tuple(problem for problem in found[0].problems if problem.code not in PAPER_PROBLEMS)
    same = found[0].agency_id == old.agency_id
    if action is Action.TRANSFER and same:
        kept = (Problem("same-agency"), *kept)
    elif action is not Action.TRANSFER and not same:
        kept = (Problem("not-employed"), *kept)
    row = replace(found[0], problems=kept)
    require_ready(row)
    return row


def _with_domains(
    session: Session, old: Certificate, row: ReadyRow, what: Replacement, regime: Regime, today: date
) -> tuple[ReadyRow, dict[str, Any]]:
    """The row with its domains, and the pass on which added ones rest.

    Whoever asks for none keeps those that the certificate has and the agency still holds; a transfer takes those of the
    new agency.
    """
    wished = what.domains
    if wished is None and what.order.action is not Action.TRANSFER:
        wished = tuple(code for code in row.domains if code in old.domains) or None
    row = with_domains(row, wished, regime)
    added = [code for code in row.domains if code not in old.domains]
    if what.order.action is Action.DOMAINS and set(row.domains) == set(old.domains):
        raise Invalid("domains-same", N_("The certificate names these domains already."), field="domains")
    if not added:
        return row, {}
    results = exams.passes(session, [old.person_id])[old.person_id]
    passed = professional_pass(results, old.issued_on, regime, today)
    if passed is None:
        names = "、".join(regime.domains[code].title.zh for code in added)
        problem = Problem("professional-missing", {"since": old.issued_on, "domains": names})
        require_ready(replace(row, problems=(problem,)))
        return row, {}
    return row, {"professional": {"result_id": passed.id, "sat_on": passed.sat_on.isoformat()}}
