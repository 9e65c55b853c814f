"""R22, R23 and R37: the case and the enterprise that the act concerns."""

from app.eligibility.facts import Question
from app.eligibility.findings import NOTHING, Finding, Findings
from app.eligibility.intervals import Interval
from app.eligibility.rules.saying import by_value, said
from app.eligibility.standing import Squad, Standing
from app.regimes.codes import Act, Severity
from app.regimes.policy import RegimeDay
from app.registry.codes import PersonKind

OFFICER = PersonKind.OFFICER


def r22(one: Standing, question: Question, regime: RegimeDay, _interval: Interval) -> Findings:
    """An interest in the case or kinship with a party: that officer is out (处罚法43; 公务员法74, 76)."""
    parties = {_plain(party): party for party in question.context.case_parties}
    if one.person.kind != OFFICER or not parties:
        return NOTHING
    if one.person.relations is None:
        return said(regime, "R22", "unknown", one.people, severity=Severity.WARN)
    findings: list[Finding] = []
    for relation in one.person.relations:
        party = parties.get(_plain(relation.party))
        if party is not None:
            findings += said(regime, "R22", "related", one.people, facts=(relation.id,), party=party)
    return tuple(findings)


def _plain(name: str) -> str:
    return "".join(name.split()).casefold()


def r23(one: Standing, question: Question, regime: RegimeDay, _interval: Interval) -> Findings:
    """Recusal was asked for and is not decided: the investigation goes on, and that is flagged (处罚法43(3))."""
    if one.person.code not in question.context.recusal_asked:
        return NOTHING
    return said(regime, "R23", "asked", one.people, severity=Severity.WARN)


def r37(squad: Squad, question: Question, regime: RegimeDay, interval: Interval) -> Findings:
    """Inspecting an enterprise: approved, with notice, within the published yearly number; results on site (54号)."""
    context = question.context
    if squad.act is not Act.INSPECT or not context.enterprise:
        return NOTHING
    findings = said(regime, "R37", "results", squad.people, severity=Severity.OBLIGATION)
    for code, stated in (("no-approval", context.approval), ("no-notice", context.notice)):
        if not stated:
            findings += by_value(regime, "R37", code, squad.people, "enterprise.missing", interval.day)
    if context.inspection_cap is None:
        findings += said(regime, "R37", "cap-unknown", squad.people, severity=Severity.WARN)
    elif context.inspections is None:
        findings += said(
            regime, "R37", "count-unknown", squad.people, severity=Severity.WARN, cap=context.inspection_cap
        )
    elif context.inspections >= context.inspection_cap:
        findings += by_value(
            regime,
            "R37",
            "too-many",
            squad.people,
            "enterprise.missing",
            interval.day,
            done=context.inspections,
            cap=context.inspection_cap,
        )
    return findings
