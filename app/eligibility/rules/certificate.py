"""R01, R03 to R07, R40: the certificate itself. Only officers need one; R09 keeps everyone else from enforcing."""

from datetime import date, timedelta

from app.eligibility.facts import Question
from app.eligibility.findings import NOTHING, Findings
from app.eligibility.intervals import Interval, add_months
from app.eligibility.rules.saying import binding, said
from app.eligibility.standing import Held, Standing
from app.regimes.codes import CertificateState, Severity
from app.regimes.policy import RegimeDay
from app.registry.codes import PersonKind

OFFICER = PersonKind.OFFICER


def r01(one: Standing, _question: Question, regime: RegimeDay, _interval: Interval) -> Findings:
    """No valid certificate, no act of enforcement (处罚法42, 76(5)). Unknown data denies."""
    if one.person.kind != OFFICER:
        return NOTHING
    if one.held is None:
        return said(regime, "R01", "unknown" if one.person.certificates is None else "none", one.people)
    if not one.held.dated:
        return said(regime, "R01", "undated", one.people, facts=one.held.evidence, number=one.held.facts.number)
    if one.twins:
        numbers = "、".join(sorted(held.facts.number for held in (one.held, *one.twins)))
        evidence = tuple(sorted(held.facts.id for held in (one.held, *one.twins)))
        return said(regime, "R01", "several", one.people, facts=evidence, severity=Severity.WARN, numbers=numbers)
    return NOTHING


def r03(one: Standing, _question: Question, regime: RegimeDay, _interval: Interval) -> Findings:
    """Expired: the day after `valid_to` is the first that does not count."""
    held = one.held
    if held is None or not held.ended or one.person.kind != OFFICER:
        return NOTHING
    last = str(held.facts.valid_to)
    return said(regime, "R03", "expired", one.people, facts=held.evidence, number=held.facts.number, valid_to=last)


def r04(one: Standing, _question: Question, regime: RegimeDay, _interval: Interval) -> Findings:
    """Not yet effective."""
    held = one.held
    if held is None or held.started or one.person.kind != OFFICER:
        return NOTHING
    first = str(held.facts.valid_from)
    return said(regime, "R04", "early", one.people, facts=held.evidence, number=held.facts.number, valid_from=first)


def r05(one: Standing, _question: Question, regime: RegimeDay, _interval: Interval) -> Findings:
    """Suspended (暂扣)."""
    return _state(one, regime, "R05", "suspended", (CertificateState.SUSPENDED,))


def r06(one: Standing, _question: Question, regime: RegimeDay, _interval: Interval) -> Findings:
    """Revoked, withdrawn or cancelled."""
    return _state(one, regime, "R06", "ended", (CertificateState.REVOKED, CertificateState.CANCELLED))


def r07(one: Standing, _question: Question, regime: RegimeDay, _interval: Interval) -> Findings:
    """Reported lost and not reissued: it cannot be shown, so nothing that needs showing it (处罚法55).

    Where the regime takes the electronic credential in its place, a warning.
    """
    if regime.values["certificate.electronic"]:
        return _state(one, regime, "R07", "electronic", (CertificateState.LOST,), Severity.WARN)
    return _state(one, regime, "R07", "lost", (CertificateState.LOST,))


def r40(one: Standing, _question: Question, regime: RegimeDay, interval: Interval) -> Findings:
    """The renewal window is open, or an annual review (年审, 注册) is missing; both are the localities' rules.

    A window that is only the product's default obliges to renew and warns of nothing.
    """
    if one.person.kind != OFFICER or one.held is None or not one.held.in_force:
        return NOTHING
    first, last = one.held.facts.valid_from, one.held.facts.valid_to
    if first is None or last is None:
        return NOTHING
    return _renewal(one, one.held, last, regime, interval.day) + _review(one, one.held, first, regime, interval.day)


def _renewal(one: Standing, held: Held, last: date, regime: RegimeDay, day: date) -> Findings:
    window = regime.regime.setting("renewal.window_days", day)
    if window is None or window.value == 0 or day < last - timedelta(days=window.value):
        return NOTHING
    return said(
        regime,
        "R40",
        "renew",
        one.people,
        facts=held.evidence,
        severity=Severity.OBLIGATION if window.product_default else None,
        source=window.source,
        number=held.facts.number,
        valid_to=last.isoformat(),
    )


def _review(one: Standing, held: Held, first: date, regime: RegimeDay, day: date) -> Findings:
    years = int(regime.values["review.years"])
    if years == 0:
        return NOTHING
    done = [review for review in held.facts.reviews if review.reviewed_on <= day]
    latest = max([first, *(review.reviewed_on for review in done)])
    due = add_months(latest, 12 * years)
    if day <= due:
        return NOTHING
    void = bool(regime.values["review.void"])
    return said(
        regime,
        "R40",
        "void" if void else "unreviewed",
        one.people,
        facts=(*held.evidence, *(review.id for review in done)),
        severity=Severity.DENY if void else Severity.WARN,
        binding=binding(regime, "review.void", day),
        number=held.facts.number,
        due=due.isoformat(),
        years=years,
    )


def _state(
    one: Standing,
    regime: RegimeDay,
    rule: str,
    code: str,
    states: tuple[CertificateState, ...],
    severity: Severity | None = None,
) -> Findings:
    held = one.held
    if held is None or held.state not in states or one.person.kind != OFFICER:
        return NOTHING
    return said(regime, rule, code, one.people, facts=held.evidence, severity=severity, number=held.facts.number)
