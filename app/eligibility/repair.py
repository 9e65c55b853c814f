"""The cheapest repair of a squad that is denied: whom to swap, add or take off, or how long it works as it is.

An integer programme (HiGHS) chooses the people: fewest changes first, then least disturbance, then least load, then the
codes. Nothing is offered that the judgement itself does not allow.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import zip_longest
from typing import Any

from app.eligibility.decision import Decision, Outcome
from app.eligibility.facts import BadQuestion, Facts, Question, as_known, require_known_people
from app.eligibility.intervals import local_day, zone_of
from app.eligibility.judgement import AUTHORITY, evaluate, personal_pieces
from app.eligibility.rules.squad import template_of
from app.eligibility.standing import Member, Squad
from app.regimes.codes import Act, ActClass, PersonKind, Severity
from app.regimes.policy import Regime, Text

OFFICER = PersonKind.OFFICER
DENY = Severity.DENY
ENFORCING = (ActClass.ENFORCE, ActClass.COMPEL)
TRIES = 24
"""Choices that the judgement may refuse before the search is given up."""

SLACK = 1e-6


class ChangeKind(StrEnum):
    """What is done to the squad."""

    SWAP = "SWAP"
    ADD = "ADD"
    REMOVE = "REMOVE"
    UNTIL = "UNTIL"


@dataclass(frozen=True, slots=True)
class Change:
    """One change; `leaves` and `joins` are codes. UNTIL names nobody."""

    kind: ChangeKind
    leaves: str | None = None
    joins: str | None = None


@dataclass(frozen=True, slots=True)
class Repair:
    """A squad that is allowed: `people` after the changes, `load` that of those who join (in the unit it was given).

    `until` (aware) is the moment until which the present squad works, None where it never does. An UNTIL repair leaves
    the squad as it is and holds only so long; `outcome` is then that of this time.
    """

    changes: tuple[Change, ...]
    people: tuple[str, ...]
    load: float
    until: datetime | None
    outcome: Outcome
    summary: Text

    @property
    def number(self) -> int:
        """How many changes; one person in another's place is one."""
        return sum(change.kind is not ChangeKind.UNTIL for change in self.changes)


def repair(
    question: Question,
    facts: Facts,
    regime: Regime,
    candidates: Sequence[str],
    load: Mapping[str, float],
    *,
    most: int = 3,
) -> tuple[Repair, ...]:
    """Up to `most` repairs, the cheapest first; empty where the squad is allowed or nothing helps.

    `candidates` are codes of people who are free throughout; `load` is what each already carries, 0 where not told.
    Staffing acts are not repaired by other people. Raises BadQuestion as `evaluate` does, and for unknown candidates.
    """
    decision = evaluate(question, facts, regime)
    if decision.outcome is not Outcome.DENY:
        return ()
    question, facts = decision.question, as_known(facts, question.known_at)
    free = tuple(sorted(set(candidates) - set(question.people)))
    require_known_people(facts, replace(question, people=(*question.people, *free)))
    until = _until(decision)
    found: tuple[Repair, ...] = ()
    if regime.acts[question.act].kind is not ActClass.STAFFING:
        found = _search(_Case(question, facts, regime, free, load, until), decision, most)
    return found or _as_it_is(decision, until, regime)


@dataclass(frozen=True, slots=True)
class _Case:
    question: Question
    facts: Facts
    regime: Regime
    free: tuple[str, ...]
    load: Mapping[str, float]
    until: datetime | None

    @property
    def present(self) -> tuple[str, ...]:
        return tuple(sorted(self.question.people))


@dataclass(slots=True)
class _Pool:
    """Who may be chosen: `authority` per officer who counts, `usable` everyone who need not leave, `kinds` of all."""

    authority: dict[str, str]
    usable: set[str]
    kinds: dict[str, PersonKind]
    wanted: Mapping[PersonKind, int]
    needed: int
    tried: list[tuple[frozenset[str], frozenset[str]]]


def _search(case: _Case, decision: Decision, most: int) -> tuple[Repair, ...]:
    """Choose, let the judgement speak, and shut out what was tried or refused; a template is kept where it can be."""
    pool = _pool(case, decision)
    found: list[Repair] = []
    for _ in range(TRIES):
        chosen = _choose(case, pool, exact=True) if pool.wanted else None
        chosen = chosen or _choose(case, pool, exact=False)
        if chosen is None:
            break
        leaves = frozenset(case.question.people) - chosen
        joins = chosen - frozenset(case.question.people)
        pool.tried.append((leaves, joins))
        answer = _judged(case, tuple(sorted(chosen)))
        if answer is not None and answer.outcome is not Outcome.DENY:
            found.append(_repair(case, pool, leaves, joins, answer))
            if len(found) == most:
                break
        elif answer is not None:
            pool.usable -= _refused(answer)
    return tuple(found)


def _pool(case: _Case, decision: Decision) -> _Pool:
    first_day = local_day(case.question.start, case.regime.time_zone)
    kinds = {code: case.facts.people[code].kind for code in (*case.present, *case.free)}
    authority: dict[str, str] = {}
    usable: set[str] = set()
    first: dict[str, Member] = {}
    enforcing = case.regime.acts[case.question.act].kind in ENFORCING
    for code, kind in kinds.items():
        escort = enforcing and kind != OFFICER
        asked = replace(case.question, act=Act.PATROL, overrides=()) if escort else case.question
        pieces = personal_pieces(code, asked, case.facts, case.regime)
        first[code] = pieces[0][1]
        if all(one.passes for _, one in pieces):
            usable.add(code)
            agencies = {one.standing.employment.agency for _, one in pieces if one.standing.employment is not None}
            if kind == OFFICER and len(agencies) == 1:
                authority[code] = agencies.pop()
        elif enforcing and code in case.question.people and all(_only_visits(one) for _, one in pieces):
            usable.add(code)
    squad = Squad(tuple(first[code] for code in case.present), case.question.act)
    template = template_of(squad, case.question, case.regime.on(first_day), first_day)
    return _Pool(authority, usable, kinds, template.members if template else {}, _needed(case, decision), [])


def _only_visits(one: Member) -> bool:
    """Whether nothing but the reach of the own authority stands against an officer, who may then still attend."""
    return all(finding.rule in AUTHORITY for finding in one.findings if finding.severity is DENY)


def _needed(case: _Case, decision: Decision) -> int:
    """The most officers of one authority that the act needs on any day of the interval."""
    zone = zone_of(case.regime.time_zone)
    days = {part.start.astimezone(zone).date() for part in decision.intervals}
    needs = [
        minimum.officers
        for day in days
        for minimum in case.regime.minimum_officers(case.question.act, day)
        if minimum.severity is DENY
    ]
    alone = any(one.rule == "R10" and one.code == "alone" and one.severity is DENY for one in decision.reasons)
    return max(needs, default=1 if alone else 0)


def _choose(case: _Case, pool: _Pool, *, exact: bool) -> frozenset[str] | None:
    """The cheapest choice not yet tried, or None; `exact` asks for the numbers of the template."""
    import highspy  # kept out of start-up

    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.silent()
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("random_seed", 0)
    codes = (*case.present, *case.free)
    taken = {
        code: solver.addVariable(0, int(code in pool.usable), type=highspy.HighsVarType.kInteger) for code in codes
    }
    outs = len(case.present) - solver.qsum([taken[code] for code in case.present])
    ins = solver.qsum([taken[code] for code in case.free]) if case.free else 0
    changes = solver.addVariable(0, len(codes))
    solver.addConstr(changes - outs >= 0)
    if case.free:
        solver.addConstr(changes - ins >= 0)
    solver.addConstr(outs + ins >= 1)
    solver.addConstr(solver.qsum(list(taken.values())) >= 1)
    _officers(solver, highspy, pool, taken)
    if pool.wanted:
        _template(solver, pool, taken, exact=exact)
    for leaves, joins in pool.tried:
        kept = [1 - taken[code] for code in sorted(leaves)] + [1 * taken[code] for code in sorted(joins)]
        solver.addConstr(solver.qsum(kept) <= len(kept) - 1)
    goals = [1 * changes, outs + ins]
    loads = {code: float(case.load.get(code, 0.0)) for code in case.free}
    ranks = {code: float(place) for place, code in enumerate(case.free, 1)}
    for weights in (loads, ranks):
        heavy = [weight * taken[code] for code, weight in weights.items() if weight]
        goals += [solver.qsum(heavy)] if heavy else []
    for goal in goals:
        solver.minimize(goal)
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        solver.addConstr(goal <= solver.getObjectiveValue() + SLACK)
    return frozenset(code for code in codes if solver.val(taken[code]) > 0.5)


def _officers(solver: Any, highspy: Any, pool: _Pool, taken: Mapping[str, Any]) -> None:  # noqa: ANN401 - no stubs
    """One authority at least brings enough officers who pass."""
    if not pool.needed:
        return
    carries = []
    for agency in sorted(set(pool.authority.values())):
        own = [taken[code] for code in sorted(pool.authority) if pool.authority[code] == agency]
        carrier = solver.addVariable(0, 1, type=highspy.HighsVarType.kInteger)
        solver.addConstr(solver.qsum(own) - pool.needed * carrier >= 0)
        carries.append(carrier)
    if carries:
        solver.addConstr(solver.qsum(carries) >= 1)
    else:
        solver.addConstr(1 * next(iter(taken.values())) >= 2)


def _template(solver: Any, pool: _Pool, taken: Mapping[str, Any], *, exact: bool) -> None:  # noqa: ANN401 - no stubs
    """As many of each kind as the template says, or at least its officers."""
    for kind in PersonKind:
        own = [taken[code] for code in sorted(pool.kinds) if pool.kinds[code] == kind]
        want = pool.wanted.get(kind, 0)
        if own and exact:
            solver.addConstr(solver.qsum(own) == want)
        elif own and kind == OFFICER:
            solver.addConstr(solver.qsum(own) >= want)


def _judged(case: _Case, people: tuple[str, ...]) -> Decision | None:
    """What the judgement says of the squad; an override that no longer does anything is left away."""
    for overrides in dict.fromkeys((case.question.overrides, ())):
        try:
            return evaluate(replace(case.question, people=people, overrides=overrides), case.facts, case.regime)
        except BadQuestion:
            continue
    return None


def _refused(answer: Decision) -> set[str]:
    """Those whom a denial singles out of the squad."""
    everyone = set(answer.question.people)
    return {
        code
        for finding in answer.reasons
        if finding.severity is DENY and set(finding.people) < everyone
        for code in finding.people
    }


def _repair(case: _Case, pool: _Pool, leaves: frozenset[str], joins: frozenset[str], answer: Decision) -> Repair:
    changes = tuple(_changes(pool.kinds, leaves, joins))
    weight = sum(float(case.load.get(code, 0.0)) for code in joins)
    told = [_told(change) for change in changes]
    summary = Text("；".join(zh for zh, _ in told), "; ".join(en for _, en in told))
    return Repair(changes, answer.question.people, weight, case.until, answer.outcome, summary)


def _changes(kinds: Mapping[str, PersonKind], leaves: Iterable[str], joins: Iterable[str]) -> Iterable[Change]:
    """Who leaves beside who joins, the same kind first; what is left over is added or taken off."""
    out, into = sorted(leaves), sorted(joins)
    for code in tuple(out):
        same = next((one for one in into if kinds[one] == kinds[code]), None)
        if same is not None:
            yield Change(ChangeKind.SWAP, code, same)
            out.remove(code)
            into.remove(same)
    for left, joined in zip_longest(out, into):
        kind = ChangeKind.ADD if left is None else ChangeKind.REMOVE if joined is None else ChangeKind.SWAP
        yield Change(kind, left, joined)


def _told(change: Change) -> tuple[str, str]:
    if change.kind is ChangeKind.SWAP:
        return f"由 {change.joins} 替换 {change.leaves}", f"{change.joins} in place of {change.leaves}"
    if change.kind is ChangeKind.ADD:
        return f"增加 {change.joins}", f"add {change.joins}"
    return f"撤下 {change.leaves}", f"take {change.leaves} off"


def _until(decision: Decision) -> datetime | None:
    """The moment until which the squad works as it is; None where it is denied from the start."""
    until = None
    for part in decision.intervals:
        if part.outcome is Outcome.DENY:
            break
        until = part.end
    return until


def _as_it_is(decision: Decision, until: datetime | None, regime: Regime) -> tuple[Repair, ...]:
    if until is None:
        return ()
    clock = until.astimezone(zone_of(regime.time_zone)).strftime("%Y-%m-%d %H:%M")
    summary = Text(f"现有人员可以执行至 {clock}", f"the squad works as it is until {clock}")
    parts = [part.outcome for part in decision.intervals if part.end <= until]
    warned = Outcome.ALLOW_WITH_WARNINGS in parts
    outcome = Outcome.ALLOW_WITH_WARNINGS if warned else Outcome.ALLOW
    return (Repair((Change(ChangeKind.UNTIL),), decision.question.people, 0.0, until, outcome, summary),)
