"""R17, R19 to R21 and R35: two officers, who show their certificates, in uniform, on record, in the squad's make-up."""

from datetime import date

from app.eligibility.facts import Question
from app.eligibility.findings import NOTHING, Finding, Findings
from app.eligibility.intervals import Interval
from app.eligibility.rules.saying import by_value, said
from app.eligibility.standing import Squad, Standing
from app.regimes.codes import ActClass, Severity
from app.regimes.policy import RegimeDay, SquadTemplate
from app.registry.codes import TITLES, PersonKind

DENY = Severity.DENY
OBLIGATION = Severity.OBLIGATION
OFFICER = PersonKind.OFFICER
POLICE = frozenset({PersonKind.POLICE, PersonKind.AUX_POLICE})
LEAST = 2
"""No template goes below the officers whom the law asks for (处罚法42)."""


def r17(squad: Squad, _question: Question, regime: RegimeDay, _interval: Interval) -> Findings:
    """Fewer officers of one authority than the act needs that day (处罚法42 since 2021-07-15, before it the older law).

    Only officers who pass individually count; police and auxiliary police never do.
    """
    present = squad.largest_authority()
    findings: list[Finding] = []
    for minimum in regime.minimums[squad.act]:
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


def r20(one: Standing, question: Question, regime: RegimeDay, _interval: Interval) -> Findings:
    """Nobody but an officer wears the officers' uniform (住建令55 第11条; GN-27)."""
    if one.person.kind == OFFICER or one.person.code not in (question.context.in_uniform or ()):
        return NOTHING
    return said(regime, "R20", "not-officer", one.people, kind=one.person.kind)


def r20_company(squad: Squad, _question: Question, regime: RegimeDay, _interval: Interval) -> Findings:
    """Officers wear the uniform and its marks as prescribed (住建令55 第11条)."""
    officers = _officers(squad)
    return said(regime, "R20", "uniform", officers, severity=OBLIGATION) if officers else NOTHING


def r21(squad: Squad, question: Question, regime: RegimeDay, interval: Interval) -> Findings:
    """The whole process is recorded (处罚法47); compulsory acts by sound and image throughout (118号(八))."""
    officers = _officers(squad)
    if not officers:
        return NOTHING
    if regime.acts[squad.act].kind is not ActClass.COMPEL or question.context.recorder:
        return said(regime, "R21", "record", officers, severity=OBLIGATION)
    code = "recorder-unknown" if question.context.recorder is None else "no-recorder"
    return by_value(regime, "R21", code, officers, "recorder.missing", interval.day)


def _officers(squad: Squad) -> tuple[str, ...]:
    members = (one.standing.person for one in squad.members)
    return tuple(sorted(person.code for person in members if person.kind == OFFICER))


def template_of(squad: Squad, question: Question, regime: RegimeDay, day: date) -> SquadTemplate | None:
    """The template that a squad is measured by: the one named, or for a squad with police the only one there is."""
    if question.context.template is not None:
        named = regime.regime.templates.get(question.context.template)
        return named if named is not None and named.period.covers(day) else None
    templates = regime.regime.templates
    if not templates or not any(one.standing.person.kind in POLICE for one in squad.members):
        return None
    in_force = [template for template in templates.values() if template.period.covers(day)]
    return in_force[0] if len(in_force) == 1 else None


def r35(squad: Squad, question: Question, regime: RegimeDay, interval: Interval) -> Findings:
    """The make-up of a joint patrol squad (HK-05): "in principle", so a deviation warns; too few officers deny."""
    template = template_of(squad, question, regime, interval.day)
    if template is None:
        if question.context.template is None:
            return NOTHING
        named = question.context.template
        return said(regime, "R35", "not-in-force", squad.people, severity=Severity.WARN, template=named)
    return _too_few(squad, template, regime) + _deviations(squad, template, regime)


def _too_few(squad: Squad, template: SquadTemplate, regime: RegimeDay) -> Findings:
    present, needed = sum(one.counts for one in squad.members), max(template.members.get(OFFICER, LEAST), LEAST)
    if regime.acts[squad.act].kind is ActClass.ASSIST or present >= needed:
        return NOTHING
    return said(
        regime,
        "R35",
        "too-few",
        squad.people,
        source=template.source,
        present=present,
        needed=needed,
        template_zh=template.title.zh,
        template_en=template.title.en,
    )


def _deviations(squad: Squad, template: SquadTemplate, regime: RegimeDay) -> Findings:
    findings: Findings = NOTHING
    kinds = [one.standing.person.kind for one in squad.members]
    for kind in PersonKind:
        have, want = kinds.count(kind), template.members.get(kind, 0)
        if have == want:
            continue
        zh, en = TITLES[PersonKind][kind]
        findings += said(
            regime,
            "R35",
            "deviates",
            squad.people,
            severity=Severity.WARN,
            source=template.source,
            who_zh=zh,
            who_en=en,
            have=have,
            want=want,
            template_zh=template.title.zh,
            template_en=template.title.en,
        )
    return findings
