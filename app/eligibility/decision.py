"""The answer as a value, and its public JSON shape."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from app.eligibility.facts import Facts, Question
from app.eligibility.findings import Finding, Findings, order
from app.eligibility.intervals import Interval, merged, zone_of
from app.eligibility.rules.table import SOURCES
from app.eligibility.standing import Member
from app.eligibility.wording import message, remedy
from app.regimes.codes import Act, Severity
from app.regimes.policy import Regime

DENY = Severity.DENY
OBLIGATION = Severity.OBLIGATION


class Outcome(StrEnum):
    """What the answer comes to."""

    ALLOW = "ALLOW"
    ALLOW_WITH_WARNINGS = "ALLOW_WITH_WARNINGS"
    DENY = "DENY"


_RANK = {Outcome.ALLOW: 0, Outcome.ALLOW_WITH_WARNINGS: 1, Outcome.DENY: 2}
STANDING_OBLIGATIONS = frozenset({("R08", "return-card")})
"""Obligations that hold although the act is denied."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found for one piece of time; `findings` decide, `obligations` come with an allow."""

    outcome: Outcome
    findings: Findings
    obligations: Findings
    members: tuple[Member, ...]
    permitted: dict[str, tuple[Act, ...]]

    @property
    def key(self) -> tuple[object, ...]:
        """Equal where the answer is equal; a number of days that merely runs down does not make it another."""
        return (
            self.outcome,
            frozenset(_identity(one) for one in (*self.findings, *self.lasting())),
            tuple(sorted((one.standing.person.code, _own(one)) for one in self.members if one.findings)),
        )

    def lasting(self) -> Iterable[Finding]:
        """The obligations that hold: with a denial only those that do not depend on the act."""
        for one in self.obligations:
            if self.outcome is not Outcome.DENY or (one.rule, one.code) in STANDING_OBLIGATIONS:
                yield one


@dataclass(frozen=True, slots=True)
class Piece:
    """One interval with its verdict."""

    interval: Interval
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class IntervalAnswer:
    """A part of the asked interval with one answer."""

    start: datetime
    end: datetime
    outcome: Outcome
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PersonAnswer:
    """One person's own part of the answer: rules that spoke of them, and the acts open throughout."""

    person: str
    outcome: Outcome
    reasons: tuple[str, ...]
    permitted_acts: tuple[Act, ...]


@dataclass(frozen=True)
class Decision:
    """The whole answer; `reasons` hold every denial and warning, `obligations` what comes with an allow."""

    question: Question
    outcome: Outcome
    changes_at: datetime | None
    intervals: tuple[IntervalAnswer, ...]
    people: tuple[PersonAnswer, ...]
    reasons: Findings
    obligations: Findings
    regime_id: str
    regime_version: str
    time_zone: str
    known_at: datetime | None
    facts: Facts = field(repr=False)

    @cached_property
    def facts_digest(self) -> str:
        """`sha256:` of the facts as known, which a replay compares."""
        return self.facts.digest()

    @property
    def faults(self) -> Findings:
        """Findings that stand for a fault inside a rule; whoever asks should raise the alarm."""
        return tuple(finding for finding in self.reasons if finding.code == "fault")

    def to_json(self, decision_id: str | None = None) -> dict[str, Any]:
        """The public shape; times in the regime's zone with offset."""
        return {
            "decision_id": decision_id,
            "outcome": self.outcome.value,
            "changes_at": self._time(self.changes_at),
            "intervals": [
                {
                    "start": self._time(part.start),
                    "end": self._time(part.end),
                    "outcome": part.outcome.value,
                    "reasons": list(part.reasons),
                }
                for part in self.intervals
            ],
            "people": [
                {
                    "person": one.person,
                    "outcome": one.outcome.value,
                    "reasons": list(one.reasons),
                    "permitted_acts": [act.value for act in one.permitted_acts],
                }
                for one in self.people
            ],
            "reasons": [reason_json(finding) for finding in self.reasons],
            "obligations": [{"rule": one.rule, "message": message(one)} for one in self.obligations],
            "regime": {"id": self.regime_id, "version": self.regime_version},
            "known_at": self._time(self.known_at),
            "facts_digest": self.facts_digest,
        }

    def _time(self, moment: datetime | None) -> str | None:
        return None if moment is None else moment.astimezone(zone_of(self.time_zone)).isoformat()


def reason_json(finding: Finding) -> dict[str, Any]:
    """One reason in its public shape, in both languages."""
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "people": list(finding.people),
        "message": message(finding),
        "source": finding.source or SOURCES.get(finding.rule, ""),
        "facts": list(finding.facts),
        "remedy": remedy(finding),
        "overridable": finding.overridable,
    }


def decide(
    question: Question,
    facts: Facts,
    regime: Regime,
    pieces: Sequence[Piece],
    changes_at: datetime | None,
    known_at: datetime | None,
) -> Decision:
    """Join the pieces of time to one answer: the worst outcome counts, every reason is kept."""
    joined = merged([(piece.interval, piece.verdict) for piece in pieces], [piece.verdict.key for piece in pieces])
    verdicts = [verdict for _, verdict in joined]
    every = [piece.verdict for piece in pieces]  # equal answers may still leave other acts open
    return Decision(
        question=question,
        outcome=max((verdict.outcome for verdict in verdicts), key=_RANK.__getitem__),
        changes_at=changes_at,
        intervals=tuple(_part(interval, verdict) for interval, verdict in joined),
        people=tuple(_person(code, every) for code in question.people),
        reasons=_gathered(finding for verdict in verdicts for finding in verdict.findings),
        obligations=_gathered(finding for verdict in verdicts for finding in verdict.lasting()),
        regime_id=regime.id,
        regime_version=regime.version,
        time_zone=regime.time_zone,
        known_at=known_at,
        facts=facts,
    )


def _part(interval: Interval, verdict: Verdict) -> IntervalAnswer:
    rules = tuple(sorted({finding.rule for finding in verdict.findings}))
    return IntervalAnswer(interval.start, interval.end, verdict.outcome, rules)


def _person(code: str, verdicts: Sequence[Verdict]) -> PersonAnswer:
    outcome, rules, acts = Outcome.ALLOW, set[str](), None
    for verdict in verdicts:
        member = next(one for one in verdict.members if one.standing.person.code == code)
        for finding in member.findings:
            if finding.severity is not OBLIGATION:
                rules.add(finding.rule)
                found = Outcome.DENY if finding.severity is DENY else Outcome.ALLOW_WITH_WARNINGS
                outcome = max(outcome, found, key=_RANK.__getitem__)
        open_now = verdict.permitted.get(code, ())
        acts = open_now if acts is None else tuple(act for act in acts if act in open_now)
    return PersonAnswer(code, outcome, tuple(sorted(rules)), acts or ())


def _own(member: Member) -> tuple[tuple[object, ...], ...]:
    return tuple(sorted((one.rule, one.code, one.severity.value) for one in member.findings))


def _identity(finding: Finding) -> tuple[object, ...]:
    stable = tuple(datum for datum in finding.data if datum[0] != "left") if finding.data else ()
    return finding.rule, finding.code, finding.severity, finding.people, stable


def _gathered(findings: Iterable[Finding]) -> Findings:
    """Equal findings about several people as one, in the order of the rules."""
    together: dict[tuple[object, ...], Finding] = {}
    for finding in findings:
        stable = tuple(datum for datum in finding.data if datum[0] != "left")
        key = (finding.rule, finding.code, finding.severity, finding.source, stable)
        known = together.get(key)
        if known is None:
            together[key] = finding
        elif not set(finding.people) <= set(known.people) or not set(finding.facts) <= set(known.facts):
            together[key] = Finding(
                finding.rule,
                finding.code,
                finding.severity,
                tuple(sorted({*known.people, *finding.people})),
                known.data,
                tuple(sorted({*known.facts, *finding.facts})),
                known.source,
                overridable=known.overridable and finding.overridable,
            )
    return tuple(sorted(together.values(), key=order))
