"""R26 and R29 to R32: how many people a bureau has, whom it takes on, and whom it sends where."""

from datetime import date

from app.eligibility.facts import AgencyFacts, Facts, Headcount, Question
from app.eligibility.findings import NOTHING, Finding, Findings
from app.eligibility.intervals import Interval, add_months
from app.eligibility.rules.saying import said
from app.eligibility.standing import Squad, Standing
from app.regimes.codes import Act, ActClass, Severity
from app.regimes.policy import RegimeDay

WARN = Severity.WARN
OBLIGATION = Severity.OBLIGATION
YEAR = 12
"""Months."""

LIMITS = {
    "TOWN_OFFICE": ("dispatch.town_least", "dispatch.town_most"),
    "STREET_OFFICE": ("dispatch.street_least", "dispatch.street_most"),
}
"""Per kind of unit the values that say how many are dispatched to it (RG-01)."""


def r26(squad: Squad, _question: Question, regime: RegimeDay, interval: Interval) -> Findings:
    """Legal reviewers are in principle no fewer than a share of the officers, rounded up (118号(十一))."""
    if squad.act is not Act.LEGAL_REVIEW:
        return NOTHING
    findings: list[Finding] = []
    for agency in _agencies(squad):
        facts = _facts(squad)
        name, now = _name(facts, agency, interval.day), _headcount(facts, agency, interval.day)
        if now is None or now.reviewers is None or now.officers is None:
            evidence = (now.id,) if now else ()
            findings += said(regime, "R26", "unknown", squad.people, facts=evidence, severity=WARN, agency=name)
            continue
        percent = int(regime.values["reviewers.percent"])
        needed = -(-now.officers * percent // 100)
        if now.reviewers < needed:
            findings += said(
                regime,
                "R26",
                "too-few",
                squad.people,
                facts=(now.id,),
                agency=name,
                reviewers=now.reviewers,
                officers=now.officers,
                percent=percent,
                needed=needed,
            )
    return tuple(findings)


def r29(one: Standing, question: Question, regime: RegimeDay, interval: Interval) -> Findings:
    """Service before dispatch (RG-01): a year is complete on its anniversary (以上 includes the number, 民法典1259)."""
    months = regime.values.get("dispatch.service_months")
    if question.act is not Act.DISPATCH or months is None:
        return NOTHING
    if one.entry is None:
        return said(regime, "R29", "service-unknown", one.people, months=int(months))
    since = one.entry.service_from or one.entry.hired_on
    served = add_months(since, int(months))
    if served <= interval.day:
        return NOTHING
    return said(
        regime,
        "R29",
        "too-new",
        one.people,
        facts=(one.entry.id,),
        since=since.isoformat(),
        months=int(months),
        served=served.isoformat(),
    )


def r29_unit(squad: Squad, question: Question, regime: RegimeDay, interval: Interval) -> Findings:
    """How many a town or street takes: above the most denies, below the least obliges to send more (RG-01)."""
    if squad.act is not Act.DISPATCH or not any(name in regime.values for pair in LIMITS.values() for name in pair):
        return NOTHING
    code, facts = question.context.unit, _facts(squad)
    if not code:
        return said(regime, "R29", "unit-unstated", squad.people)
    unit = _body(facts, code, interval.day)
    if unit is None or unit.kind is None:
        return said(regime, "R29", "unit-unknown", squad.people, unit=code)
    if unit.kind not in LIMITS:
        return said(regime, "R29", "unit-kind", squad.people, facts=(unit.id,), unit=unit.name or code)
    return _dispatched(squad, unit, LIMITS[unit.kind], _headcount(facts, code, interval.day), regime)


def _dispatched(
    squad: Squad, unit: AgencyFacts, limits: tuple[str, str], now: Headcount | None, regime: RegimeDay
) -> Findings:
    name, people = unit.name or unit.code, squad.people
    if now is None or now.dispatched is None:
        evidence = (unit.id, now.id) if now else (unit.id,)
        return said(regime, "R29", "number-unknown", people, facts=evidence, unit=name)
    after = now.dispatched + sum(not _serves_at(member.standing, unit.code) for member in squad.members)
    least, most = (regime.values.get(limit) for limit in limits)
    evidence = (unit.id, now.id)
    if most is not None and after > most:
        return said(regime, "R29", "too-many", people, facts=evidence, unit=name, after=after, most=int(most))
    if least is None or after >= least:
        return NOTHING
    return said(
        regime, "R29", "too-few", people, facts=evidence, severity=OBLIGATION, unit=name, after=after, least=int(least)
    )


def r30(one: Standing, question: Question, regime: RegimeDay, _interval: Interval) -> Findings:
    """Whoever serves at a street or town under its daily management enforces in the bureau's name (2015意见(八))."""
    employment = one.employment
    enforcing = regime.acts[question.act].kind in (ActClass.ENFORCE, ActClass.COMPEL)
    if not enforcing or employment is None or not employment.dispatched:
        return NOTHING
    body = one.agency.name if one.agency and one.agency.name else employment.agency
    return said(regime, "R30", "own-name", one.people, facts=(employment.id,), severity=OBLIGATION, agency=body)


def r30_unit(squad: Squad, question: Question, regime: RegimeDay, interval: Interval) -> Findings:
    """Two lines of command, and a new leader only after asking the local Party committee (GN-20; LX-06)."""
    if squad.act is Act.DISPATCH:
        return said(regime, "R30", "two-lines", squad.people, severity=OBLIGATION)
    if squad.act is not Act.APPOINT_LEADER:
        return NOTHING
    unit = question.context.unit
    if not unit:
        return said(regime, "R30", "unit-unstated", squad.people)
    if not (question.context.consultation or "").strip():
        return said(regime, "R30", "not-consulted", squad.people, unit=_name(_facts(squad), unit, interval.day))
    return NOTHING


def r31(squad: Squad, question: Question, regime: RegimeDay, interval: Interval) -> Findings:
    """Auxiliaries do not outnumber those on the establishment, agency-wide; as many is allowed (GN-04)."""
    if squad.act is not Act.HIRE_AUX:
        return NOTHING
    count = question.context.count
    if count is None or count < 1:
        return said(regime, "R31", "unstated", squad.people)
    agencies = _agencies(squad)
    if not agencies:
        return said(regime, "R31", "no-agency", squad.people)
    return tuple(finding for agency in agencies for finding in _cap(squad, agency, count, regime, interval.day))


def _cap(squad: Squad, agency: str, count: int, regime: RegimeDay, day: date) -> Findings:
    name, now = _name(_facts(squad), agency, day), _headcount(_facts(squad), agency, day)
    if now is None or now.auxiliaries is None or now.established is None:
        evidence = (now.id,) if now else ()
        return said(regime, "R31", "unknown", squad.people, facts=evidence, agency=name)
    percent = int(regime.values["auxiliary.cap_percent"])
    most = now.established * percent // 100
    after, evidence = now.auxiliaries + count, (now.id,)
    findings: Findings = NOTHING
    if after > most:
        findings = said(
            regime,
            "R31",
            "above",
            squad.people,
            facts=evidence,
            agency=name,
            auxiliaries=now.auxiliaries,
            most=most,
            count=count,
            after=after,
        )
    if now.auxiliaries > most:
        findings += said(
            regime,
            "R31",
            "breach",
            squad.people,
            facts=evidence,
            severity=WARN,
            agency=name,
            auxiliaries=now.auxiliaries,
            most=most,
        )
    return findings


def r32(squad: Squad, question: Question, regime: RegimeDay, interval: Interval) -> Findings:
    """Auxiliaries fall, officers grow, most serve at the base, nobody beyond the establishment (GN-04, GN-25, HK-11).

    Numbers a year ago are those of the last count at least twelve months old; none, or an unknown one, is told as a
    warning. Numbers beyond the establishment warn only where they are known.
    """
    if squad.act not in (Act.HIRE_AUX, Act.DISPATCH):
        return NOTHING
    findings: list[Finding] = []
    for agency in _agencies(squad):
        now = _headcount(_facts(squad), agency, interval.day)
        findings += _establishment(squad, agency, now, regime, interval.day)
        if squad.act is Act.HIRE_AUX:
            before = _headcount(_facts(squad), agency, interval.day, months=YEAR)
            name = _name(_facts(squad), agency, interval.day)
            findings += _fall(squad, name, now, before, question.context.count or 0, regime)
            findings += _growth(squad, name, now, before, regime)
            findings += _base(squad, name, now, regime)
    return tuple(findings)


def _establishment(squad: Squad, agency: str, now: Headcount | None, regime: RegimeDay, day: date) -> Findings:
    if now is None or now.posts is None or now.established is None or now.established <= now.posts:
        return NOTHING
    return said(
        regime,
        "R32",
        "over-establishment",
        squad.people,
        facts=(now.id,),
        severity=WARN,
        agency=_name(_facts(squad), agency, day),
        established=now.established,
        posts=now.posts,
    )


def _fall(
    squad: Squad, agency: str, now: Headcount | None, before: Headcount | None, count: int, regime: RegimeDay
) -> Findings:
    if not regime.values.get("auxiliary.falls"):
        return NOTHING
    evidence = tuple(one.id for one in (before, now) if one)
    was, number = before.auxiliaries if before else None, now.auxiliaries if now else None
    if was is None or number is None:
        return said(regime, "R32", "fall-unknown", squad.people, facts=evidence, severity=WARN, agency=agency)
    if number + count <= was:
        return NOTHING
    return said(
        regime,
        "R32",
        "rises",
        squad.people,
        facts=evidence,
        severity=WARN,
        agency=agency,
        was=was,
        after=number + count,
    )


def _growth(squad: Squad, agency: str, now: Headcount | None, before: Headcount | None, regime: RegimeDay) -> Findings:
    if not regime.values.get("officers.grow"):
        return NOTHING
    evidence = tuple(one.id for one in (before, now) if one)
    was, number = before.officers if before else None, now.officers if now else None
    if was is None or number is None:
        return said(regime, "R32", "growth-unknown", squad.people, facts=evidence, severity=WARN, agency=agency)
    if number > was:
        return NOTHING
    return said(
        regime, "R32", "not-growing", squad.people, facts=evidence, severity=WARN, agency=agency, was=was, now=number
    )


def _base(squad: Squad, agency: str, now: Headcount | None, regime: RegimeDay) -> Findings:
    """More than the share serves at the base: 超过 leaves the number itself out (HK-11; 民法典1259)."""
    percent = regime.values.get("grassroots.percent")
    if percent is None:
        return NOTHING
    if now is None or now.grassroots is None or now.officers is None:
        evidence = (now.id,) if now else ()
        return said(regime, "R32", "base-unknown", squad.people, facts=evidence, severity=WARN, agency=agency)
    if now.grassroots * 100 > now.officers * int(percent):
        return NOTHING
    return said(
        regime,
        "R32",
        "base-low",
        squad.people,
        facts=(now.id,),
        severity=WARN,
        agency=agency,
        grassroots=now.grassroots,
        officers=now.officers,
        percent=int(percent),
    )


def _facts(squad: Squad) -> Facts:
    return squad.members[0].standing.facts


def _agencies(squad: Squad) -> tuple[str, ...]:
    """Each agency that somebody named serves; the order in which they were named means nothing."""
    found = {one.standing.employment.agency for one in squad.members if one.standing.employment is not None}
    return tuple(sorted(found))


def _headcount(facts: Facts, agency: str, day: date, months: int = 0) -> Headcount | None:
    """The newest count that is at least so many months old on that day."""
    counts = [one for one in facts.headcounts if one.agency == agency and add_months(one.on, months) <= day]
    return max(counts, key=lambda one: (one.on, one.id), default=None)


def _serves_at(one: Standing, unit: str) -> bool:
    return one.employment is not None and one.employment.dispatched and one.employment.unit == unit


def _body(facts: Facts, code: str, day: date) -> AgencyFacts | None:
    for one in facts.agencies:
        if one.code == code and (one.starts is None or one.starts <= day) and (one.ends is None or day <= one.ends):
            return one
    return None


def _name(facts: Facts, code: str, day: date) -> str:
    body = _body(facts, code, day)
    return body.name if body is not None and body.name else code
