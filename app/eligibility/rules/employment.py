"""R08 to R11, R33 and R34: who belongs to the bureau, in what capacity, and what bars them from duty."""

from app.eligibility.facts import Question
from app.eligibility.findings import NOTHING, Finding, Findings
from app.eligibility.intervals import Interval
from app.eligibility.rules.saying import binding, said
from app.eligibility.standing import Squad, Standing
from app.regimes.codes import ActClass, Severity
from app.regimes.policy import RegimeDay
from app.registry.codes import TITLES, PersonKind, SanctionKind

OFFICER = PersonKind.OFFICER
OBLIGATION = Severity.OBLIGATION
AUXILIARY = PersonKind.AUXILIARY

OWN_PEOPLE = (OFFICER, AUXILIARY)
ENFORCING = (ActClass.ENFORCE, ActClass.COMPEL)
OUTSIDE = frozenset(
    {
        PersonKind.SOCIAL_SUPERVISOR,
        PersonKind.GRID_WORKER,
        PersonKind.VOLUNTEER,
        PersonKind.SANITATION,
        PersonKind.THIRD_PARTY,
        PersonKind.TEMPORARY,
    }
)
"""Who helps in the management of a city without belonging to the force (HK-15, HK-20, LX-13)."""


def r08(one: Standing, question: Question, regime: RegimeDay, _interval: Interval) -> Findings:
    """Left the service, or the certificate names another agency: out, and the card goes back."""
    if one.employment is None:
        return _departed(one, regime)
    if one.held is not None and regime.acts[question.act].kind in ENFORCING and one.person.kind == OFFICER:
        named = one.held.facts.agency
        if named != one.employment.agency:
            evidence: tuple[str, ...] = (one.held.facts.id, one.employment.id)
            code = "agency-unknown" if named is None else "agency-differs"
            number, now = one.held.facts.number, one.employment.agency
            return said(regime, "R08", code, one.people, facts=evidence, number=number, named=named or "", agency=now)
    foreign = [other for other in one.others if other.agency != one.employment.agency]
    if foreign:
        evidence = tuple(fact.id for fact in (one.employment, *foreign))
        return said(regime, "R08", "overlap", one.people, facts=evidence, severity=Severity.WARN)
    return NOTHING


def _departed(one: Standing, regime: RegimeDay) -> Findings:
    if not one.person.employments and one.person.kind not in OWN_PEOPLE:
        return NOTHING
    past = {(fact.ends, fact.id): fact for fact in one.person.employments if fact.ends is not None}
    if not past:
        return said(regime, "R08", "unknown", one.people)
    ended, number = max(past)
    evidence, reason = (number,), past[ended, number].ended_for or ""
    out = said(regime, "R08", "departed", one.people, facts=evidence, ended=ended.isoformat(), reason=reason)
    if one.held is None or not one.held.in_force:
        return out
    return out + said(
        regime,
        "R08",
        "return-card",
        one.people,
        facts=(one.held.facts.id,),
        severity=OBLIGATION,
        number=one.held.facts.number,
    )


def r09(one: Standing, _question: Question, regime: RegimeDay, _interval: Interval) -> Findings:
    """Only officers on the establishment enforce (强制法17(3); 2015意见(十二)); of outsiders R11 speaks."""
    if one.person.kind in OUTSIDE and _enabled(regime, "R11"):
        return NOTHING
    if one.person.kind != OFFICER:
        return said(regime, "R09", "kind", one.people, kind=one.person.kind)
    if one.employment is None or one.employment.category in regime.values["establishment.categories"]:
        return NOTHING
    evidence = (one.employment.id,)
    return said(regime, "R09", "category", one.people, facts=evidence, category=one.employment.category)


def _enabled(regime: RegimeDay, rule: str) -> bool:
    switch = regime.rules.get(rule)
    return switch is not None and switch.enabled


def r10(one: Standing, question: Question, regime: RegimeDay, _interval: Interval) -> Findings:
    """Auxiliaries do the four assist acts and no other (PL-07)."""
    if one.person.kind != AUXILIARY:
        return NOTHING
    act = regime.acts[question.act].title
    return said(regime, "R10", "beyond", one.people, act_zh=act.zh, act_en=act.en)


def r10_company(squad: Squad, _question: Question, regime: RegimeDay, interval: Interval) -> Findings:
    """Auxiliaries assist together with a certified officer; alone is what the regime says of it."""
    auxiliaries = [one for one in squad.members if one.standing.person.kind == AUXILIARY]
    alone = tuple(sorted(one.standing.person.code for one in auxiliaries))
    if not alone or any(member.standing.certified and member.passes for member in squad.members):
        return NOTHING
    severity = Severity(regime.values["auxiliary.alone"])
    bound = binding(regime, "auxiliary.alone", interval.day)
    return said(regime, "R10", "alone", alone, severity=severity, binding=bound)


def r11(one: Standing, _question: Question, regime: RegimeDay, _interval: Interval) -> Findings:
    """Volunteers, grid workers, social supervisors and the like neither inspect nor enforce nor decide (54号; HK-15).

    What assists and observes stays open to them.
    """
    if one.person.kind not in OUTSIDE:
        return NOTHING
    return said(regime, "R11", "kind", one.people, kind=one.person.kind)


def r33(one: Standing, _question: Question, regime: RegimeDay, interval: Interval) -> Findings:
    """Suspended from duties during a formal investigation (政务处分法52): no duty of any kind."""
    findings: list[Finding] = []
    for sanction in one.person.sanctions:
        lasting = sanction.starts <= interval.day and (sanction.ends is None or interval.day <= sanction.ends)
        if sanction.suspends_duties and lasting:
            findings += said(
                regime, "R33", "suspended", one.people, facts=(sanction.id,), starts=sanction.starts.isoformat()
            )
    return tuple(findings)


def r34(one: Standing, _question: Question, regime: RegimeDay, interval: Interval) -> Findings:
    """In the period of a disciplinary sanction (公务员法64; 政务处分法8): a warning for duty."""
    if one.person.kind != OFFICER:
        return NOTHING
    findings: list[Finding] = []
    for sanction in one.person.sanctions:
        lasting = sanction.starts <= interval.day and (sanction.ends is None or interval.day <= sanction.ends)
        if lasting and not sanction.suspends_duties:
            zh, en = TITLES[SanctionKind].get(sanction.kind, (sanction.kind, sanction.kind))
            findings += said(
                regime,
                "R34",
                "period" if sanction.ends is not None else "open",
                one.people,
                facts=(sanction.id,),
                severity=Severity.WARN,
                sanction_zh=zh,
                sanction_en=en,
                starts=sanction.starts.isoformat(),
                ends=sanction.ends.isoformat() if sanction.ends is not None else "",
            )
    return tuple(findings)
