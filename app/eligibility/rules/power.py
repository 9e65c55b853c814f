"""R12 to R16: may this agency, with this certificate, act on this item in this place."""

from datetime import date

from app.eligibility.facts import Entrustment, PlaceFacts, PowerFacts, Question
from app.eligibility.findings import NOTHING, Findings
from app.eligibility.intervals import Interval
from app.eligibility.rules.saying import said
from app.eligibility.standing import Standing
from app.regimes.codes import Act, ActClass
from app.regimes.policy import PowerItem, RegimeDay, Text
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
    if one.agency.basis not in (None, AuthorityBasis.NONE):
        return NOTHING
    return said(
        regime, "R12", "no-basis", one.people, facts=(one.agency.id,), agency=one.agency.name or one.agency.code
    )


def r13(one: Standing, _question: Question, regime: RegimeDay, _interval: Interval) -> Findings:
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
        item=one.item.code,
        domain_zh=domain.zh,
        domain_en=domain.en,
    )


def r14(one: Standing, question: Question, regime: RegimeDay, interval: Interval) -> Findings:
    """The agency holds the item's power on that day, and has published that it does (处罚法17, 18; LX-10, GN-18).

    A body that acts by entrustment needs the power of the agency that gave it (处罚法20). What a specialised force has
    kept is the matter of a joint operation, each act by its own force (LX-04, LX-07).
    """
    if one.person.kind != OFFICER or one.employment is None:
        return NOTHING
    if regime.acts[question.act].kind is ActClass.DECIDE and question.act is not Act.LICENCE_CHECK:
        return NOTHING
    if question.item is None:
        return said(regime, "R14", "unstated", one.people)
    if one.item is None:
        return said(regime, "R14", "not-in-force", one.people, item=question.item)
    agency, day = _holder(one, one.employment.agency, question, interval.day), interval.day
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
    own = one.agency if one.agency and one.agency.code == agency else None
    title, body = one.item.title, own.name if own and own.name else agency
    evidence, code = ((best.id,), _why(best)) if best is not None else ((), "not-held")
    code, regulator = _referred(code, one.item, regime)
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


def _referred(code: str, item: PowerItem, regime: RegimeDay) -> tuple[str, Text]:
    """To whom the matter goes: the specialised force that kept the item, or the regulator."""
    force = regime.regime.force_of(item.code)
    if force is not None and code == "not-held":
        return "retained", force.title
    return code, item.regulator


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
    if _designated(one.place, one.employment.agency, question, interval):
        return NOTHING
    place = one.place.name or one.place.code
    findings: Findings = NOTHING
    if one.held is not None:
        region = one.held.facts.region
        if region is None or not _within(one.place.path, region):
            code = "region-unknown" if region is None else "outside-region"
            evidence = (one.held.facts.id,)
            findings = said(regime, "R15", code, one.people, facts=evidence, number=one.held.facts.number, place=place)
    if one.agency is not None and not _within(one.place.path, one.agency.territory):
        body = one.agency.name or one.agency.code
        findings += said(
            regime, "R15", "outside-territory", one.people, facts=(one.agency.id,), place=place, agency=body
        )
    return findings


def _within(path: tuple[str, ...], areas: tuple[str, ...]) -> bool:
    return any(area in areas for area in path)


def _designated(place: PlaceFacts, agency: str, question: Question, interval: Interval) -> bool:
    return any(
        order.agency == agency
        and order.starts <= interval.day
        and (order.ends is None or interval.day <= order.ends)
        and order.item in (None, question.item)
        for order in place.designations
    )


def r16(one: Standing, question: Question, regime: RegimeDay, interval: Interval) -> Findings:
    """A body that acts by entrustment: written, published, for the item, in its period, not passed on (处罚法20, 21).

    Compulsory measures are never entrusted (强制法17).
    """
    if one.person.kind != OFFICER or one.agency is None or not _by_entrustment(one):
        return NOTHING
    body = one.agency.name or one.agency.code
    if regime.acts[question.act].kind is ActClass.COMPEL:
        return said(regime, "R16", "compel", one.people, facts=(one.agency.id,), agency=body)
    faults: list[tuple[str, str]] = []
    for given in _entrustments(one):
        fault = _lacking(given, question, interval.day)
        if fault is None:
            return NOTHING
        faults.append((fault, given.id))
    code = "none"
    evidence: tuple[str, ...] = (one.agency.id,)
    if faults:
        code, closest = max(faults, key=lambda found: (_SERIOUS.index(found[0]), found[1]))
        evidence += (closest,)
    return said(regime, "R16", code, one.people, facts=evidence, agency=body, item=question.item or "")


_SERIOUS = ("ended", "item", "items-unknown", "unpublished", "passed-on")
"""What an entrustment lacks; where several fail, the one that comes closest is told."""


def _lacking(given: Entrustment, question: Question, day: date) -> str | None:
    if given.starts > day or (given.ends is not None and given.ends < day):
        return "ended"
    if given.items is None:
        return "items-unknown"
    if question.item is not None and question.item not in given.items:
        return "item"
    if not given.published:
        return "unpublished"
    return "passed-on" if given.by_entrusted else None


def _by_entrustment(one: Standing) -> bool:
    return any(body is not None and body.basis == AuthorityBasis.ENTRUSTED for body in (one.agency, one.unit))


def _entrustments(one: Standing) -> list[Entrustment]:
    bodies = [body.code for body in (one.agency, one.unit) if body is not None]
    return [given for given in one.facts.entrustments if given.body in bodies]


def _holder(one: Standing, agency: str, question: Question, day: date) -> str:
    """Whose power it is: the agency's own, or that of the giver where a sound entrustment covers the item."""
    if _by_entrustment(one):
        for given in _entrustments(one):
            if _lacking(given, question, day) is None:
                return given.giver
    return agency
