"""May these people do this act, here, throughout this interval: a pure function of question, facts and regime."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.eligibility.decision import Decision, Outcome, Piece, Verdict, decide
from app.eligibility.facts import Facts, Override, Question, as_known, require_known_people
from app.eligibility.findings import Finding, Findings
from app.eligibility.intervals import Interval, changes, cut, resting_times
from app.eligibility.overriding import require_effect, set_aside
from app.eligibility.questions import checked, require_template
from app.eligibility.rules.compulsion import EXECUTING, unapproved
from app.eligibility.rules.squad import template_of
from app.eligibility.rules.table import COMPANY_RULES, PERSON_RULES, PersonCheck, SquadCheck
from app.eligibility.standing import Member, Squad, Standing, member, standing
from app.regimes.codes import ACTS_OF_CLASS, Act, ActClass, Severity
from app.regimes.policy import Regime, RegimeDay
from app.registry.codes import PersonKind

OFFICER = PersonKind.OFFICER
DENY = Severity.DENY
OBLIGATION = Severity.OBLIGATION

AHEAD = timedelta(days=366)
BYSTANDING = frozenset({"R13", "R14", "R15", "R17", "R20", "R21"})
"""Rules that need an item, a place or company: left out when only a person's own standing is asked."""

STREET_CLASSES = (ActClass.ASSIST, ActClass.ENFORCE, ActClass.COMPEL)
ENFORCING = (ActClass.ENFORCE, ActClass.COMPEL)
STAFFING_OF_SQUADS = frozenset({"R17", "R35"})
"""Rules of the squad that say whether enough officers carry the act out."""

AUTHORITY = frozenset({"R13", "R14", "R15"})
"""Rules that ask whether an officer of this authority may act on this item in this place."""

NONE_LEFT_OUT: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Case:
    """One question with everything that stays the same over its pieces."""

    question: Question
    facts: Facts
    regime: Regime
    without: frozenset[str]
    variants: dict[ActClass, Question]

    def variant(self, kind: ActClass) -> Question:
        """The same question about an act of another class."""
        if kind not in self.variants:
            asked, act = self.question, ACTS_OF_CLASS[kind][0]
            self.variants[kind] = Question(
                asked.people, act, asked.item, asked.place, asked.start, asked.end, asked.context, asked.known_at
            )
        return self.variants[kind]


def evaluate(question: Question, facts: Facts, regime: Regime, *, asked_at: datetime | None = None) -> Decision:
    """Judge the question; raises BadQuestion for one that cannot be asked.

    `asked_at` (aware) is only reported, as what the answer was known at where the question names no moment.
    """
    return _evaluate(question, facts, regime, asked_at, NONE_LEFT_OUT)


def own_standing(
    code: str,
    facts: Facts,
    regime: Regime,
    start: datetime,
    end: datetime,
    *,
    asked_at: datetime | None = None,
    permitted: bool = True,
) -> Decision:
    """Whether one person could enforce at all through [start, end), apart from item, place and company.

    For boards and lists; it is no permission to act. Without `permitted` the acts open to them are not worked out.
    """
    question = Question((code,), Act.INSPECT, None, None, start, end)
    return _evaluate(question, facts, regime, asked_at, BYSTANDING, permitted=permitted)


def personal_pieces(
    code: str,
    question: Question,
    facts: Facts,
    regime: Regime,
    *,
    without: frozenset[str] = NONE_LEFT_OUT,
    moments: Iterable[datetime] | None = None,
) -> tuple[tuple[Interval, Member], ...]:
    """One person's own verdict in each piece of the question's interval, however long that is.

    No company, no look-ahead. The facts are taken as they are, so what is hidden or superseded must be gone from them.
    `moments` are those at which something changes, where the caller knows them already.
    """
    alone = replace(question, people=(code,))
    if moments is None:
        moments = changes(facts, (code,), regime, question.start, question.end)
    case, found = Case(alone, facts, regime, without, {}), []
    for interval in cut(moments, question.start, question.end, regime.time_zone):
        day = regime.on(interval.day)
        one = standing(facts.people[code], alone, facts, day, interval)
        found.append((interval, _members(case, [one], alone, day, interval)[0]))
    return tuple(found)


def personal(code: str, question: Question, facts: Facts, regime: Regime) -> bool:
    """Whether no personal rule denies the person throughout the question's interval; company is left aside."""
    return all(one.passes for _, one in personal_pieces(code, question, facts, regime))


def _evaluate(
    question: Question,
    facts: Facts,
    regime: Regime,
    asked_at: datetime | None,
    without: frozenset[str],
    *,
    permitted: bool = True,
) -> Decision:
    question = checked(question, regime)
    facts = as_known(facts, question.known_at)
    require_known_people(facts, question)
    require_template(question, regime)
    case = Case(question, facts, regime, without, {})
    horizon = max(question.end, question.start + AHEAD)
    moments = sorted(_moments(question, facts, regime, horizon))
    inside = cut(moments, question.start, question.end, regime.time_zone)
    pieces = [Piece(interval, verdict(case, interval, permitted=permitted)) for interval in inside]
    require_effect(question.overrides, [piece.verdict for piece in pieces])
    changes_at = _next_change(case, pieces, [moment for moment in moments if moment >= question.end], horizon)
    return decide(question, facts, regime, pieces, changes_at, question.known_at or asked_at)


def _moments(question: Question, facts: Facts, regime: Regime, horizon: datetime) -> set[datetime]:
    moments = changes(facts, question.people, regime, question.start, horizon)
    if question.act in EXECUTING and not question.context.emergency:
        tonight = min(horizon, question.end + timedelta(days=1))
        moments |= resting_times(regime, question.start, horizon, tonight)
    return moments


def _next_change(case: Case, pieces: Sequence[Piece], later: Sequence[datetime], horizon: datetime) -> datetime | None:
    """The first moment after the start at which the answer differs, if nothing new is recorded."""
    first = pieces[0].verdict.key
    for piece in pieces[1:]:
        if piece.verdict.key != first:
            return piece.interval.start
    for index, moment in enumerate(later):
        end = later[index + 1] if index + 1 < len(later) else horizon
        if end > moment:
            interval = cut((), moment, end, case.regime.time_zone)[0]
            if verdict(case, interval, permitted=False).key != first:
                return moment
    return None


def verdict(case: Case, interval: Interval, *, permitted: bool) -> Verdict:
    """Everyone's personal verdict and the squad's, for one piece."""
    question, regime = case.question, case.regime.on(interval.day)
    standings = [standing(case.facts.people[code], question, case.facts, regime, interval) for code in question.people]
    members = _members(case, standings, question, regime, interval)
    squad = Squad(members, question.act)
    kind = regime.acts[question.act].kind
    company = _company(case, squad, kind, regime, interval, question.overrides)
    findings, bound = _weigh(case, squad, company, kind, regime, interval)
    denied = any(finding.severity is DENY for finding in findings)
    warned = any(finding.severity is Severity.WARN for finding in findings)
    outcome = Outcome.DENY if denied else Outcome.ALLOW_WITH_WARNINGS if warned else Outcome.ALLOW
    acts = _permitted(case, standings, members, kind, regime, interval) if permitted else {}
    return Verdict(outcome, findings, bound, members, acts)


def _members(
    case: Case, standings: Sequence[Standing], question: Question, regime: RegimeDay, interval: Interval
) -> tuple[Member, ...]:
    active = _plan(regime, regime.acts[question.act].kind, case.without)
    members = []
    for one in standings:
        found: list[Finding] = []
        for rule, check in active:
            try:
                found += check(one, question, regime, interval)
            except Exception as fault:  # noqa: BLE001 - whatever goes wrong in a rule must end in a denial
                found.append(_fault(rule, one.people, fault))
        members.append(member(one, set_aside(found, question.overrides) if question.overrides else found))
    return tuple(members)


def _plan(regime: RegimeDay, kind: ActClass, without: frozenset[str]) -> tuple[tuple[str, PersonCheck], ...]:
    """The personal rules in force for a class of acts on that day, worked out once."""
    found: tuple[tuple[str, PersonCheck], ...] | None = regime.plans.get((kind, without))
    if found is None:
        found = regime.plans[kind, without] = tuple(
            (rule.id, rule.person)
            for rule in PERSON_RULES[kind]
            if rule.person and rule.id not in without and _in_force(regime, rule.id)
        )
    return found


def _company_plan(regime: RegimeDay, kind: ActClass, without: frozenset[str]) -> tuple[tuple[str, SquadCheck], ...]:
    """The rules of the squad in force for a class of acts on that day, worked out once."""
    found: tuple[tuple[str, SquadCheck], ...] | None = regime.plans.get(("company", kind, without))
    if found is None:
        found = regime.plans["company", kind, without] = tuple(
            (rule.id, rule.company)
            for rule in COMPANY_RULES[kind]
            if rule.company and rule.id not in without and _in_force(regime, rule.id)
        )
    return found


def _in_force(regime: RegimeDay, rule: str) -> bool:
    switch = regime.rules.get(rule)
    return switch is not None and switch.enabled


def _fault(rule: str, people: tuple[str, ...], fault: Exception) -> Finding:
    """A fault inside a rule denies and says that the matter could not be established."""
    return Finding(rule, "fault", DENY, people, (("fault", type(fault).__name__),))


def _company(
    case: Case,
    squad: Squad,
    kind: ActClass,
    regime: RegimeDay,
    interval: Interval,
    overrides: tuple[Override, ...] = (),
) -> Findings:
    found: list[Finding] = []
    for rule, check in _company_plan(regime, kind, case.without):
        try:
            found += check(squad, case.question, regime, interval)
        except Exception as fault:  # noqa: BLE001 - as for personal rules
            found.append(_fault(rule, squad.people, fault))
    return tuple(set_aside(found, overrides) if overrides else found)


def _weigh(
    case: Case, squad: Squad, company: Findings, kind: ActClass, regime: RegimeDay, interval: Interval
) -> tuple[Findings, Findings]:
    """The findings that decide, and the obligations.

    Those who are no officers may accompany an act of enforcement that sufficient officers carry out: they then assist
    only, and their own bar from enforcing becomes an obligation; so it does for kinds that the squad's template
    foresees. In a joint operation an officer whose own authority has nothing to say here attends in the same way
    (HK-15). Any other officer who is put forward and fails denies.
    """
    findings: list[Finding] = list(company)
    helping, attending, put_forward = _parted(case, squad, company, kind, regime, interval)
    for one in put_forward:
        findings += one.findings
    present = [one.standing for one in (*helping, *attending)]
    if present:
        for helper in _members(case, present, case.variant(ActClass.ASSIST), regime, interval):
            findings += helper.findings
    for rule, code, several in (("R10", "assist-only", helping), ("R14", "attends", attending)):
        if several:
            people = tuple(sorted(one.standing.person.code for one in several))
            findings.append(Finding(rule, code, OBLIGATION, people, source=regime.rules[rule].source))
    decisive = tuple(finding for finding in findings if finding.severity is not OBLIGATION)
    return decisive, tuple(finding for finding in findings if finding.severity is OBLIGATION)


Members = list[Member]


def _parted(
    case: Case, squad: Squad, company: Findings, kind: ActClass, regime: RegimeDay, interval: Interval
) -> tuple[Members, Members, Members]:
    """Who only helps, which officers only attend, and who is put forward to do the act."""
    if kind not in ENFORCING:
        return [], [], list(squad.members)
    carried = _carried(squad, company)
    template = template_of(squad, case.question, regime, interval.day)
    foreseen = template.members if template is not None else {}
    carriers = _carriers(squad, regime) if carried else frozenset()
    helping: Members = []
    attending: Members = []
    put_forward: Members = []
    for one in squad.members:
        if one.standing.person.kind != OFFICER:
            (helping if carried or one.standing.person.kind in foreseen else put_forward).append(one)
        else:
            (attending if _attends(one, carriers) else put_forward).append(one)
    return helping, attending, put_forward


def _carried(squad: Squad, company: Findings) -> bool:
    """Whether enough officers pass to carry the act out with others in attendance."""
    lacking = any(finding.severity is DENY and finding.rule in STAFFING_OF_SQUADS for finding in company)
    return not lacking and any(one.counts for one in squad.members)


def _carriers(squad: Squad, regime: RegimeDay) -> frozenset[str]:
    """The authorities that bring enough officers by themselves."""
    needs = (minimum.officers for minimum in regime.minimums.get(squad.act, ()) if minimum.severity is DENY)
    needed = max(needs, default=1)
    return frozenset(agency for agency, officers in squad.authorities().items() if officers >= needed)


def _attends(one: Member, carriers: frozenset[str]) -> bool:
    """Whether an officer fails for nothing but the own authority's reach, while another authority carries the act."""
    employment = one.standing.employment
    if one.passes or employment is None or not carriers or employment.agency in carriers:
        return False
    return all(finding.rule in AUTHORITY for finding in one.findings if finding.severity is DENY)


def _permitted(
    case: Case,
    standings: Sequence[Standing],
    members: tuple[Member, ...],
    asked: ActClass,
    regime: RegimeDay,
    interval: Interval,
) -> dict[str, tuple[Act, ...]]:
    """For each person the acts open to them in this company, at this item and place.

    An override speaks only for the act that was asked.
    """
    question = case.question
    allowed: dict[str, list[Act]] = {one.person.code: [] for one in standings}
    for kind in STREET_CLASSES:
        acts = [act for act in ACTS_OF_CLASS[kind] if act in regime.acts]
        if not acts or (kind is ActClass.COMPEL and unapproved(question.context) and _in_force(regime, "R18")):
            continue
        plain = kind is asked and not question.overrides
        judged = members if plain else _members(case, standings, case.variant(kind), regime, interval)
        passing = [one.standing.person.code for one in judged if one.passes]
        barred: dict[object, set[str]] = {}
        for act in acts if passing else ():
            needs = regime.minimums[act], act if _apart(act, question) else None
            if needs not in barred:
                barred[needs] = _barred(_company(case, Squad(judged, act), kind, regime, interval))
            for code in passing:
                if code not in barred[needs]:
                    allowed[code].append(act)
    if asked is ActClass.DECIDE or question.overrides:
        _add_asked(case, members, asked, regime, interval, allowed)
    return {code: tuple(acts) for code, acts in allowed.items()}


def _apart(act: Act, question: Question) -> bool:
    """Whether a rule of the squad treats this act otherwise than others of its class."""
    return act in EXECUTING or (act is Act.INSPECT and question.context.enterprise)


def _barred(company: Findings) -> set[str]:
    return {code for one in company if one.severity is DENY for code in one.people}


def _add_asked(
    case: Case,
    members: tuple[Member, ...],
    asked: ActClass,
    regime: RegimeDay,
    interval: Interval,
    allowed: dict[str, list[Act]],
) -> None:
    """The asked act itself, where it is an act of deciding or an override opens it."""
    act, overrides = case.question.act, case.question.overrides
    if asked is ActClass.STAFFING:
        return
    barred = _barred(_company(case, Squad(members, act), asked, regime, interval, overrides))
    for one in members:
        code = one.standing.person.code
        if one.passes and code not in barred and act not in allowed[code]:
            allowed[code] = sorted((*allowed[code], act), key=_ORDER.__getitem__)


_ORDER = {act: place for place, act in enumerate(Act)}
