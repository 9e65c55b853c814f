"""R12 for supervisors, R24 and R25: who may supervise enforcement, preside over a hearing, review a penalty."""

from datetime import date

from app.eligibility.facts import Appointment, Question
from app.eligibility.findings import NOTHING, Findings
from app.eligibility.intervals import Interval
from app.eligibility.rules.saying import binding, said
from app.eligibility.standing import Squad, Standing
from app.regimes.codes import Act
from app.regimes.policy import RegimeDay
from app.registry.codes import PersonKind

OFFICER = PersonKind.OFFICER
SUPERVISOR = "ENFORCEMENT_SUPERVISOR"
PRESIDER = "HEARING_PRESIDER"
QUALIFICATION_SINCE = date(2018, 1, 1)
"""From here on whoever reviews a penalty for the first time needs the qualification (2017年修正, 行政处罚法58)."""


def r12_supervisor(one: Standing, question: Question, regime: RegimeDay, interval: Interval) -> Findings:
    """Supervising enforcement is for appointed supervisors; a body that does not enforce may well supervise (PL-11)."""
    if question.act is not Act.SUPERVISE or one.person.kind != OFFICER or _held(one, SUPERVISOR, interval.day):
        return NOTHING
    past = tuple(fact.id for fact in one.person.appointments if fact.role == SUPERVISOR)
    source = regime.acts[Act.SUPERVISE].source
    return said(regime, "R12", "not-appointed", one.people, facts=past, source=source)


def r12_together(squad: Squad, _question: Question, regime: RegimeDay, interval: Interval) -> Findings:
    """Fewer appointed supervisors than the regime wants at once."""
    if squad.act is not Act.SUPERVISE:
        return NOTHING
    needed = int(regime.values["supervisors.together"])
    present = sum(member.counts for member in squad.members)
    if present >= needed:
        return NOTHING
    return said(
        regime,
        "R12",
        "supervisors-few",
        squad.people,
        source=regime.acts[Act.SUPERVISE].source,
        binding=binding(regime, "supervisors.together", interval.day),
        present=present,
        needed=needed,
    )


def r24(one: Standing, question: Question, regime: RegimeDay, interval: Interval) -> Findings:
    """Whoever presides over a hearing did not investigate the case (处罚法64(四)); some regimes also ask for a card."""
    if question.act is not Act.HEARING or one.person.kind != OFFICER:
        return NOTHING
    investigators = question.context.investigators
    findings: Findings = NOTHING
    if investigators is None:
        findings = said(regime, "R24", "unknown", one.people)
    elif one.person.code in investigators:
        findings = said(regime, "R24", "investigated", one.people)
    cards = [fact for fact in _held(one, PRESIDER, interval.day) if fact.number]
    if regime.values["presider.card"] and not cards:
        bound = binding(regime, "presider.card", interval.day)
        findings += said(regime, "R24", "no-card", one.people, binding=bound)
    return findings


def r25(one: Standing, question: Question, regime: RegimeDay, interval: Interval) -> Findings:
    """Who first reviews penalties since 2018 holds the legal profession qualification (处罚法58; 公务员法25)."""
    if question.act is not Act.LEGAL_REVIEW or one.person.kind != OFFICER:
        return NOTHING
    first, held = one.person.first_review_on, one.person.legal_qualifications
    if first is not None and first < QUALIFICATION_SINCE:
        return NOTHING
    evidence = tuple(fact.id for fact in held or ())
    if held is None:
        return said(regime, "R25", "unknown", one.people)
    if any(fact.since is not None and fact.since <= interval.day for fact in held):
        return NOTHING
    code = "undated" if any(fact.since is None for fact in held) else "none"
    return said(regime, "R25", code, one.people, facts=evidence)


def _held(one: Standing, role: str, day: date) -> list[Appointment]:
    return [
        fact
        for fact in one.person.appointments
        if fact.role == role and fact.starts <= day and (fact.ends is None or day <= fact.ends)
    ]
