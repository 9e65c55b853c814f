"""R12 to R15: may this agency, with this certificate, act on this item in this place."""

from app.eligibility.facts import PowerFacts, Question
from app.eligibility.findings import NOTHING, Finding, Findings
from app.eligibility.intervals import Interval
from app.eligibility.rules.saying import said
from app.eligibility.standing import Standing
from app.regimes.policy import RegimeDay
from app.registry.codes import AuthorityBasis, PersonKind, PowerStatus

OFFICER = PersonKind.OFFICER


def r12(one: Standing, _question: Question, regime: RegimeDay, _interval: Interval) -> Findings:
    """Supervising bodies and management teams do not enforce (PL-11, PL-16); an institution needs a basis (PL-20)."""
    if one.person.kind != OFFICER or one.employment is None:
        return NOTHING
    if one.agency is None:
        return said(regime, "R12", "unknown", one.people, agency=one.employment.agency)
    for body in (one.agency, one.unit):
        if body is not None and not body.enforces:
            code = "unknown" if body.enforces is None else "guides"
            return said(regime, "R12", code, one.people, facts=(body.id,), agency=body.name or body.code)
    if one.agency.basis in (None, AuthorityBasis.NONE):
        code = "no-basis"
    elif one.agency.basis == AuthorityBasis.ENTRUSTED:
        code = "entrusted"
    else:
        return NOTHING
    return said(regime, "R12", code, one.people, facts=(one.agency.id,), agency=one.agency.name or one.agency.code)


def r13(one: Standing, question: Question, regime: RegimeDay, _interval: Interval) -> Findings:
    """The item lies outside the domains on the certificate; a certificate that names none is unknown."""
    if one.person.kind != OFFICER or one.held is None or one.item is None:
        return NOTHING
    domains = one.held.facts.domains
    if domains is not None and one.item.domain in domains:
        return NOTHING
    domain = regime.regime.domains[one.item.domain].title
    return said(
        regime,
        "R13",
        "unknown" if domains is None else "outside",
        one.people,
        facts=(one.held.facts.id,),
        number=one.held.facts.number,
        item=question.item or "",
        domain_zh=domain.zh,
        domain_en=domain.en,
    )


def r14(one: Standing, question: Question, regime: RegimeDay, interval: Interval) -> Findings:
    """The agency holds the item's power on that day, and has published that it does (处罚法17, 18; LX-10, GN-18)."""
    if one.person.kind != OFFICER or one.employment is None:
        return NOTHING
    if question.item is None:
        return said(regime, "R14", "unstated", one.people)
    if one.item is None:
        return said(regime, "R14", "not-in-force", one.people, item=question.item)
    agency, day = one.employment.agency, interval.day
    best: PowerFacts | None = None
    for power in one.facts.powers:
        if power.agency != agency or power.item != question.item:
            continue
        if (power.starts is None or power.starts <= day) and (power.ends is None or day <= power.ends):
            if power.status == PowerStatus.HELD and power.starts is not None and power.published:
                return NOTHING
            best = power
        elif best is None:
            best = power
    title, body = one.item.title, one.agency.name if one.agency and one.agency.name else agency
    evidence, code = ((best.id,), _why(best)) if best is not None else ((), "not-held")
    regulator = one.item.regulator
    return said(
        regime,
        "R14",
        code,
        one.people,
        facts=evidence,
        item=question.item,
        item_zh=title.zh,
        item_en=title.en,
        agency=body,
        regulator_zh=regulator.zh,
        regulator_en=regulator.en,
    )


def _why(power: PowerFacts) -> str:
    if power.status == PowerStatus.PLANNED:
        return "planned"
    if power.status == PowerStatus.RETURNED:
        return "returned"
    if power.status == PowerStatus.HELD and power.starts is not None and not power.published:
        return "unpublished"
    return "not-held"


def r15(one: Standing, question: Question, regime: RegimeDay, interval: Interval) -> Findings:
    """The place lies in the certificate's region and in the agency's territory, unless the agency was designated."""
    if one.person.kind != OFFICER or one.employment is None:
        return NOTHING
    if one.place is None:
        return said(regime, "R15", "unstated", one.people)
    if _designated(one, question, interval):
        return NOTHING
    place = one.place.name or one.place.code
    findings: list[Finding] = []
    if one.held is not None:
        region = one.held.facts.region
        if region is None or not _within(one.place.path, region):
            code = "region-unknown" if region is None else "outside-region"
            evidence = (one.held.facts.id,)
            findings += said(regime, "R15", code, one.people, facts=evidence, number=one.held.facts.number, place=place)
    if one.agency is not None and not _within(one.place.path, one.agency.territory):
        body = one.agency.name or one.agency.code
        findings += said(
            regime, "R15", "outside-territory", one.people, facts=(one.agency.id,), place=place, agency=body
        )
    return tuple(findings)


def _within(path: tuple[str, ...], areas: tuple[str, ...]) -> bool:
    return any(area in areas for area in path)


def _designated(one: Standing, question: Question, interval: Interval) -> bool:
    if one.place is None or one.employment is None:
        return False
    return any(
        order.agency == one.employment.agency
        and order.starts <= interval.day
        and (order.ends is None or interval.day <= order.ends)
        and order.item in (None, question.item)
        for order in one.place.designations
    )
