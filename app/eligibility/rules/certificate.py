"""R01, R03 to R07: the certificate itself. Only officers need one; R09 keeps everyone else from enforcing."""

from app.eligibility.facts import Question
from app.eligibility.findings import NOTHING, Findings
from app.eligibility.intervals import Interval
from app.eligibility.rules.saying import said
from app.eligibility.standing import Standing
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
    last = held.facts.valid_to
    day = last.isoformat() if last else ""
    return said(regime, "R03", "expired", one.people, facts=held.evidence, number=held.facts.number, valid_to=day)


def r04(one: Standing, _question: Question, regime: RegimeDay, _interval: Interval) -> Findings:
    """Not yet effective."""
    held = one.held
    if held is None or held.started or one.person.kind != OFFICER:
        return NOTHING
    first = held.facts.valid_from
    day = first.isoformat() if first else ""
    return said(regime, "R04", "early", one.people, facts=held.evidence, number=held.facts.number, valid_from=day)


def r05(one: Standing, _question: Question, regime: RegimeDay, _interval: Interval) -> Findings:
    """Suspended (暂扣)."""
    return _state(one, regime, "R05", "suspended", (CertificateState.SUSPENDED,))


def r06(one: Standing, _question: Question, regime: RegimeDay, _interval: Interval) -> Findings:
    """Revoked, withdrawn or cancelled."""
    return _state(one, regime, "R06", "ended", (CertificateState.REVOKED, CertificateState.CANCELLED))


def r07(one: Standing, _question: Question, regime: RegimeDay, _interval: Interval) -> Findings:
    """Reported lost and not reissued: it cannot be shown, so nothing that needs showing it (处罚法55)."""
    return _state(one, regime, "R07", "lost", (CertificateState.LOST,))


def _state(one: Standing, regime: RegimeDay, rule: str, code: str, states: tuple[CertificateState, ...]) -> Findings:
    held = one.held
    if held is None or held.state not in states or one.person.kind != OFFICER:
        return NOTHING
    return said(regime, rule, code, one.people, facts=held.evidence, number=held.facts.number)
