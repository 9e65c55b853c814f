"""May these people do this act, here, throughout this interval: a pure function of question, facts and regime."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.core.errors import N_
from app.eligibility.decision import Decision, Outcome, Piece, Verdict, decide
from app.eligibility.facts import BadQuestion, Facts, Question, as_known, require_known_people
from app.eligibility.findings import Finding, Findings
from app.eligibility.intervals import Interval, changes, cut
from app.eligibility.rules.table import AWAITED, COMPANY_RULES, IDS, PERSON_RULES, PersonCheck
from app.eligibility.standing import Member, Squad, Standing, member, standing
from app.regimes.codes import ACTS_OF_CLASS, Act, ActClass, Severity
from app.regimes.policy import MinimumOfficers, Regime, RegimeDay
from app.registry.codes import PersonKind

OFFICER = PersonKind.OFFICER
DENY = Severity.DENY
OBLIGATION = Severity.OBLIGATION

MAX_SPAN = timedelta(days=31)
MAX_PEOPLE = 200
AHEAD = timedelta(days=366)
BYSTANDING = frozenset({"R13", "R14", "R15", "R17"})
"""Rules that need an item, a place or company: left out when only a person's own standing is asked."""

STREET_CLASSES = (ActClass.ASSIST, ActClass.ENFORCE, ActClass.COMPEL)
NONE_LEFT_OUT: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Case:
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
    code: str, facts: Facts, regime: Regime, start: datetime, end: datetime, *, asked_at: datetime | None = None
) -> Decision:
    """Whether one person could enforce at all through [start, end), apart from item, place and company.

    For boards and lists; it is no permission to act.
    """
    question = Question((code,), Act.INSPECT, None, None, start, end)
    return _evaluate(question, facts, regime, asked_at, BYSTANDING)


def _evaluate(
    question: Question, facts: Facts, regime: Regime, asked_at: datetime | None, without: frozenset[str]
) -> Decision:
    question = checked(question, regime)
    facts = as_known(facts, question.known_at)
    require_known_people(facts, question)
    case = _Case(question, facts, regime, without, {})
    horizon = max(question.end, question.start + AHEAD)
    moments = sorted(changes(facts, question.people, regime, question.start, horizon))
    inside = cut(moments, question.start, question.end, regime.time_zone)
    pieces = [Piece(interval, _verdict(case, interval, permitted=True)) for interval in inside]
    changes_at = _next_change(case, pieces, [moment for moment in moments if moment >= question.end], horizon)
    return decide(question, facts, regime, pieces, changes_at, question.known_at or asked_at)


def _next_change(case: _Case, pieces: Sequence[Piece], later: Sequence[datetime], horizon: datetime) -> datetime | None:
    """The first moment after the start at which the answer differs, if nothing new is recorded."""
    first = pieces[0].verdict.key
    for piece in pieces[1:]:
        if piece.verdict.key != first:
            return piece.interval.start
    for index, moment in enumerate(later):
        end = later[index + 1] if index + 1 < len(later) else horizon
        if end > moment:
            interval = cut((), moment, end, case.regime.time_zone)[0]
            if _verdict(case, interval, permitted=False).key != first:
                return moment
    return None


def _verdict(case: _Case, interval: Interval, *, permitted: bool) -> Verdict:
    """Everyone's personal verdict and the squad's, for one piece."""
    question, regime = case.question, case.regime.on(interval.day)
    standings = [standing(case.facts.people[code], question, case.facts, regime, interval) for code in question.people]
    members = _members(case, standings, question, regime, interval)
    squad = Squad(members, question.act)
    kind = regime.acts[question.act].kind
    company = _company(case, squad, kind, regime, interval)
    findings, bound = _weigh(case, squad, company, kind, regime, interval)
    denied = any(finding.severity is DENY for finding in findings)
    warned = any(finding.severity is Severity.WARN for finding in findings)
    outcome = Outcome.DENY if denied else Outcome.ALLOW_WITH_WARNINGS if warned else Outcome.ALLOW
    acts = _permitted(case, standings, members, kind, regime, interval) if permitted else {}
    return Verdict(outcome, findings, bound, members, acts)


def _members(
    case: _Case, standings: Sequence[Standing], question: Question, regime: RegimeDay, interval: Interval
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
        members.append(member(one, found))
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


def _in_force(regime: RegimeDay, rule: str) -> bool:
    switch = regime.rules.get(rule)
    return switch is not None and switch.enabled


def _fault(rule: str, people: tuple[str, ...], fault: Exception) -> Finding:
    """A fault inside a rule denies and says that the matter could not be established."""
    return Finding(rule, "fault", DENY, people, (("fault", type(fault).__name__),))


def _company(case: _Case, squad: Squad, kind: ActClass, regime: RegimeDay, interval: Interval) -> Findings:
    found: list[Finding] = []
    for rule in COMPANY_RULES[kind]:
        if rule.company and rule.id not in case.without and _in_force(regime, rule.id):
            try:
                found += rule.company(squad, case.question, regime, interval)
            except Exception as fault:  # noqa: BLE001 - as for personal rules
                found.append(_fault(rule.id, squad.people, fault))
    for awaited in AWAITED.get(squad.act, ()):
        found.append(Finding(awaited, "awaited", DENY, squad.people))
    if case.question.context.case_parties and kind in (ActClass.ENFORCE, ActClass.COMPEL):
        found.append(Finding("R22", "unexamined", Severity.WARN, squad.people))
    return tuple(found)


def _weigh(
    case: _Case, squad: Squad, company: Findings, kind: ActClass, regime: RegimeDay, interval: Interval
) -> tuple[Findings, Findings]:
    """The findings that decide, and the obligations.

    Those who are no officers may accompany an act of enforcement that sufficient officers carry out: they then assist
    only, and their own bar from enforcing becomes an obligation. An officer who is put forward and fails denies.
    """
    findings: list[Finding] = list(company)
    escorted = kind in (ActClass.ENFORCE, ActClass.COMPEL) and _carried(squad, company)
    assisting: list[Standing] = []
    for one in squad.members:
        if escorted and one.standing.person.kind != OFFICER:
            assisting.append(one.standing)
        else:
            findings += one.findings
    if assisting:
        for helper in _members(case, assisting, case.variant(ActClass.ASSIST), regime, interval):
            findings += helper.findings
        people = tuple(sorted(helper.person.code for helper in assisting))
        source = regime.rules["R10"].source
        findings.append(Finding("R10", "assist-only", OBLIGATION, people, source=source))
    decisive = tuple(finding for finding in findings if finding.severity is not OBLIGATION)
    return decisive, tuple(finding for finding in findings if finding.severity is OBLIGATION)


def _carried(squad: Squad, company: Findings) -> bool:
    """Whether enough officers pass to carry the act out with others in attendance."""
    enough = all(finding.severity is not DENY for finding in company)
    return enough and any(one.counts for one in squad.members)


def _permitted(
    case: _Case,
    standings: Sequence[Standing],
    members: tuple[Member, ...],
    asked: ActClass,
    regime: RegimeDay,
    interval: Interval,
) -> dict[str, tuple[Act, ...]]:
    """For each person the acts open to them in this company, at this item and place."""
    allowed: dict[str, list[Act]] = {one.person.code: [] for one in standings}
    for kind in STREET_CLASSES:
        acts = [act for act in ACTS_OF_CLASS[kind] if act in regime.acts and act not in AWAITED]
        if not acts:
            continue
        judged = members if kind is asked else _members(case, standings, case.variant(kind), regime, interval)
        passing = [one.standing.person.code for one in judged if one.passes]
        barred: dict[tuple[MinimumOfficers, ...], set[str]] = {}
        for act in acts if passing else ():
            needs = regime.minimums[act]
            if needs not in barred:
                company = _company(case, Squad(judged, act), kind, regime, interval)
                barred[needs] = {code for one in company if one.severity is DENY for code in one.people}
            for code in passing:
                if code not in barred[needs]:
                    allowed[code].append(act)
    return {code: tuple(acts) for code, acts in allowed.items()}


def checked(question: Question, regime: Regime) -> Question:
    """The question with every person once; refuses what cannot be asked, with a code and the field."""
    _check_times(question)
    people = tuple(dict.fromkeys(question.people))
    if not people:
        raise BadQuestion("no-people", N_("Name at least one person."), field="people")
    if len(people) > MAX_PEOPLE:
        raise BadQuestion(
            "too-many-people",
            N_("At most %(limit)s people can be asked about at once."),
            field="people",
            limit=MAX_PEOPLE,
        )
    if question.act not in regime.acts:
        raise BadQuestion(
            "unknown-act", N_("There is no act with the code %(given)s."), field="act", given=question.act
        )
    if question.item is not None and question.item not in regime.items:
        raise BadQuestion(
            "unknown-item",
            N_("There is no power item with the code %(given)s here."),
            field="item",
            given=question.item,
        )
    lacking = IDS - regime.rules.keys()
    if lacking:
        raise BadQuestion(
            "regime-incomplete", N_("The regime does not say how the rule %(rule)s applies."), rule=min(lacking)
        )
    return question if people == question.people else replace(question, people=people)


def _check_times(question: Question) -> None:
    named = (("start", question.start), ("end", question.end), ("known_at", question.known_at))
    for field, moment in named:
        if moment is not None and moment.utcoffset() is None:
            raise BadQuestion("naive-time", N_("The time needs an offset, such as +08:00."), field=field)
    if question.end <= question.start:
        raise BadQuestion("reversed-times", N_("The end must lie after the start."), field="end")
    if question.end - question.start > MAX_SPAN:
        raise BadQuestion(
            "interval-too-long",
            N_("At most %(days)s days can be asked about at once."),
            field="end",
            days=MAX_SPAN.days,
        )
    if not 1950 <= question.start.year <= 2200:
        raise BadQuestion("time-out-of-range", N_("The time lies too far from today."), field="start")
