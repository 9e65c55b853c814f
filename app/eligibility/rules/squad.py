"""R17 and R19: two officers, who show their certificates."""

from app.eligibility.facts import Question
from app.eligibility.findings import NOTHING, Finding, Findings
from app.eligibility.intervals import Interval
from app.eligibility.rules.saying import said
from app.eligibility.standing import Squad, Standing
from app.regimes.codes import Severity
from app.regimes.policy import RegimeDay

DENY = Severity.DENY
OBLIGATION = Severity.OBLIGATION


def r17(squad: Squad, _question: Question, regime: RegimeDay, _interval: Interval) -> Findings:
    """Fewer officers of one authority than the act needs that day (处罚法42 since 2021-07-15, before it the older law).

    Only officers who pass individually count; police and auxiliary police never do.
    """
    present = squad.largest_authority()
    findings: list[Finding] = []
    for minimum in regime.minimums.get(squad.act, ()):
        if present < minimum.officers:
            findings += said(
                regime,
                "R17",
                "too-few" if minimum.severity is DENY else "older-law",
                squad.people,
                severity=minimum.severity,
                source=minimum.source,
                present=present,
                needed=minimum.officers,
            )
    return tuple(findings)


def r19(one: Standing, _question: Question, regime: RegimeDay, interval: Interval) -> Findings:
    """Certificates are shown unasked (处罚法52, 55), and the officer stands on the published list (118号(四))."""
    if not one.certified:
        return NOTHING
    show = said(regime, "R19", "show", one.people, severity=OBLIGATION)
    if regime.rules["R19"].severity is OBLIGATION:
        return show
    if one.person.roster is None:
        return show + said(regime, "R19", "roster-unknown", one.people)
    for entry in one.person.roster:
        if entry.starts <= interval.day and (entry.ends is None or interval.day <= entry.ends):
            return show
    return show + said(regime, "R19", "not-published", one.people)
