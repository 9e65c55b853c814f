"""What a decision would be now, beside what it was then; and every decision that a record bears on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.core.errors import DomainError
from app.core.permissions import Actor, P
from app.eligibility.facts import Question, every_fact
from app.eligibility.judgement import evaluate
from app.eligibility.queries import (
    AffectedRow,
    StoredDecision,
    TracedFact,
    affected,
    count_affected,
    load_for,
    load_people,
    records_of,
    stored_decisions,
    traced_fact,
)
from app.eligibility.service.records import restored, stored

MOST_AT_ONCE = 20
"""Decisions that are recomputed for one page."""
DAY = timedelta(days=1)


@dataclass(frozen=True)
class FactChange:
    """A fact that is not the same in the two answers.

    `kind` is LATER (recorded since), GONE (superseded since) or CHANGED; `decisive` says that a reason in which the two
    answers differ names it. `then` and `now` are as stored.
    """

    id: str
    kind: str
    decisive: bool
    then: Mapping[str, Any] | None
    now: Mapping[str, Any] | None


@dataclass(frozen=True)
class Compared:
    """One question answered twice: from what was known then and from what is known now, under today's rules.

    `then` and `now` are public answers. `as_recorded` says that the answer of then is the one given; if not, the rules
    have become others or the record does not replay.
    """

    then: dict[str, Any]
    now: dict[str, Any]
    changes: tuple[FactChange, ...]
    as_recorded: bool

    @property
    def differs(self) -> bool:
        """Whether the two answers differ in outcome, times or reasons."""
        return _core(self.then) != _core(self.now)


@dataclass(frozen=True)
class Traced:
    """A decision that a record bears on, with the answer of now where it was asked for; None could not be told."""

    row: AffectedRow
    now: str | None
    recomputed: bool

    @property
    def changed(self) -> bool:
        """Whether the answer of now is another."""
        return self.now is not None and self.now != self.row.decision.outcome


@dataclass(frozen=True)
class Trace:
    """A record with the decisions it bears on; `says` is the fact as stored, where one is made of this record."""

    fact: TracedFact
    says: Mapping[str, Any] | None
    regime: str | None
    decisions: tuple[Traced, ...]
    total: int


def compare(session: Session, kept: StoredDecision) -> Compared:
    """Answer a kept question from the facts as known then and from those known now; writes nothing.

    Raises BadQuestion where it can no longer be asked.
    """
    question = restored(Question, kept.question)
    then, facts_then = _again(session, kept, question, question.known_at or kept.asked_at)
    now, facts_now = _again(session, kept, replace(question, known_at=None), None)
    return Compared(then, now, tuple(_changes(facts_then, facts_now, then, now)), _core(then) == _core(kept.answer))


def _again(
    session: Session, kept: StoredDecision, question: Question, known_at: datetime | None
) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    loaded = load_for(session, question, list(kept.person_ids.values()), known_at)
    answer = evaluate(question, loaded.facts, loaded.regime, asked_at=kept.asked_at).to_json(kept.id)
    return answer, {fact.id: _alone(stored(fact)) for fact in every_fact(loaded.facts)}


def _alone(fact: dict[str, Any]) -> dict[str, Any]:
    """A certificate without its history, whose changes and reviews are facts of their own."""
    return {name: [] if name in {"states", "reviews"} else value for name, value in fact.items()}


def _core(answer: Mapping[str, Any]) -> tuple[object, ...]:
    """What two answers must share to be the same: outcome, times and reasons."""
    return (
        answer["outcome"],
        [(part["start"], part["end"], part["outcome"], part["reasons"]) for part in answer["intervals"]],
        [_reason(one) for one in answer["reasons"]],
    )


def _reason(one: Mapping[str, Any]) -> tuple[object, ...]:
    return one["rule"], one["severity"], tuple(one["people"]), one["message"]["zh"]


def _changes(
    then: Mapping[str, dict[str, Any]],
    now: Mapping[str, dict[str, Any]],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> Iterable[FactChange]:
    """Facts that differ, those named by a differing reason first."""
    same = {_reason(one) for one in before["reasons"]} & {_reason(one) for one in after["reasons"]}
    differing = [one for answer in (before, after) for one in answer["reasons"] if _reason(one) not in same]
    named = {name for one in differing for name in one["facts"]}
    found = [
        FactChange(name, _kind(then.get(name), now.get(name)), name in named, then.get(name), now.get(name))
        for name in dict.fromkeys([*then, *now])
        if then.get(name) != now.get(name)
    ]
    return sorted(found, key=lambda one: (not one.decisive, one.id))


def _kind(then: object, now: object) -> str:
    return "LATER" if then is None else "GONE" if now is None else "CHANGED"


def trace(
    session: Session,
    actor: Actor,
    fact_id: str,
    *,
    recompute: bool,
    offset: int,
    today: date,
    zone: ZoneInfo,
) -> Trace:
    """The decisions that a record bears on, one page of them; with `recompute` each is answered again as known now.

    Raises NotFound for a record that is unknown or outside the actor's scope for reading.
    """
    scope = actor.scope(P.ELIGIBILITY_READ)
    fact = traced_fact(session, fact_id, scope, today, zone)
    rows = affected(session, fact, scope, offset=offset, limit=MOST_AT_ONCE)
    kept = stored_decisions(session, [row.decision.id for row in rows])
    says, regime = _says(session, fact, [kept[row.decision.id] for row in rows if row.rested])
    decisions = tuple(
        Traced(row, _outcome_now(session, kept[row.decision.id]) if recompute else None, recompute) for row in rows
    )
    return Trace(fact, says, regime, decisions, count_affected(session, fact, scope))


def _outcome_now(session: Session, kept: StoredDecision) -> str | None:
    """The outcome as known now; None where the question can no longer be asked."""
    question = replace(restored(Question, kept.question), known_at=None)
    try:
        return str(_again(session, kept, question, None)[0]["outcome"])
    except DomainError:
        return None


def _says(
    session: Session, fact: TracedFact, resting: Iterable[StoredDecision]
) -> tuple[Mapping[str, Any] | None, str | None]:
    """The fact as stored with a decision, or as it was when it was recorded; and the regime that names its codes."""
    for kept in resting:
        for name, found in kept.evidence().items():
            if fact.id in records_of(name):
                return found, kept.regime
    if fact.person_id is None:
        return None, None
    for part in load_people(session, [fact.person_id], fact.first_day, fact.first_day + DAY, fact.recorded_at):
        for one in every_fact(part.facts):
            if fact.id in records_of(one.id):
                return stored(one), part.regime.id
    return None, None
