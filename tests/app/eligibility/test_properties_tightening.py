"""A tighter overlay never allows more; what was stored is answered the same; knowing now is knowing everything."""

import json
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.eligibility.decision import Outcome
from app.eligibility.facts import Facts, Question
from app.eligibility.judgement import evaluate
from app.eligibility.service.records import restored, stored
from app.regimes.codes import Act
from app.regimes.overlay import Overlay, overlaid
from app.regimes.policy import Regime

from .cast import at
from .test_properties import BASE, CODES, PLACE, REGIME, contexts, moments, people, questions

SINCE = date(2026, 3, 5)
RANK = {Outcome.ALLOW: 0, Outcome.ALLOW_WITH_WARNINGS: 1, Outcome.DENY: 2}
HARDER = ("R19", "R21", "R23", "R28", "R34", "R37", "R40")
"""Rules that warn in the regime and that a locality may make deny."""
VALUES = {
    "hours.per_year": ("60", "80", "120"),
    "hours.warn_days": ("200", "366"),
    "probation.months": ("24", "60"),
    "auxiliary.alone": ('"DENY"',),
    "recorder.missing": ('"DENY"',),
    "enterprise.missing": ('"DENY"',),
    "night.starts": ('"18:00"', '"21:00"'),
    "night.ends": ('"07:00"', '"10:00"'),
    "presider.card": ("true",),
    "review.years": ("1", "3"),
    "review.void": ("true",),
    "supervisors.together": ("2",),
}
MINIMUMS = ('["PENALTY", "SEIZE"]', '["INSPECT", "DEMOLISH"]')
quiet = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def tightenings(draw: st.DrawFn) -> str:
    """The rows of an overlay that makes some rules and values of a locality tighter and none laxer."""
    rows = [
        f'[[rule]]\nid = "{rule}"\nseverity = "DENY"\nbasis = "local"\nsource = "从严"\n'
        for rule in draw(st.lists(st.sampled_from(HARDER), max_size=3, unique=True))
    ]
    for name in draw(st.lists(st.sampled_from(sorted(VALUES)), min_size=1, max_size=3, unique=True)):
        value = draw(st.sampled_from(VALUES[name]))
        rows.append(f'[[value]]\nname = "{name}"\nvalue = {value}\nbasis = "local"\nsource = "从严"\n')
    if draw(st.booleans()):
        acts = draw(st.sampled_from(MINIMUMS))
        rows.append(f'[[minimum]]\nacts = {acts}\nofficers = 3\nseverity = "DENY"\nbasis = "local"\nsource = "从严"\n')
    return "\n".join(rows)


@cache
def tightened(text: str) -> Regime:
    """The locality with the overlay, through the layers as an adopted change goes."""
    return overlaid("pingliang", [Overlay("tight", "从严", text, SINCE)])[0]


@settings(quiet, max_examples=60)
@given(people(), questions(), tightenings())
def test_a_tighter_overlay_never_allows_more(facts: Facts, question: Question, text: str):
    loose, tight = evaluate(question, facts, REGIME), evaluate(question, facts, tightened(text))
    assert RANK[tight.outcome] >= RANK[loose.outcome]
    for one, other in zip(loose.people, tight.people, strict=True):
        assert RANK[other.outcome] >= RANK[one.outcome]
        assert set(other.permitted_acts) <= set(one.permitted_acts)


@settings(quiet, max_examples=40)
@given(people(), questions(), tightenings())
def test_before_its_first_day_an_overlay_changes_nothing(facts: Facts, question: Question, text: str):
    length = question.end - question.start
    before = replace(question, start=BASE - length - timedelta(days=1), end=BASE - timedelta(days=1))
    loose, tight = evaluate(before, facts, REGIME), evaluate(before, facts, tightened(text))
    assert (loose.intervals, loose.people, loose.reasons) == (tight.intervals, tight.people, tight.reasons)


@settings(quiet, max_examples=60)
@given(people(), questions())
def test_what_was_stored_and_restored_is_answered_the_same(facts: Facts, question: Question):
    kept = json.loads(json.dumps([stored(question), stored(facts)], ensure_ascii=False))
    again, known = restored(Question, kept[0]), restored(Facts, kept[1])
    first, second = evaluate(question, facts, REGIME), evaluate(again, known, REGIME)
    assert known.digest() == facts.digest()
    assert second.to_json() == first.to_json()


@settings(quiet, max_examples=60)
@given(people(), questions(), st.lists(st.tuples(moments, st.booleans()), min_size=3, max_size=3))
def test_knowing_now_is_knowing_everything_recorded_by_now(facts: Facts, question: Question, recorded):
    dated = {}
    for code, (moment, corrected) in zip(CODES, recorded, strict=True):
        person = facts.people[code]
        gone = moment + timedelta(hours=1) if corrected else None
        dated[code] = replace(
            person,
            employments=tuple(replace(one, recorded_at=moment) for one in person.employments),
            certificates=tuple(
                replace(one, states=tuple(replace(s, recorded_at=moment, superseded_at=gone) for s in one.states))
                for one in person.certificates or ()
            ),
        )
    late, now = replace(facts, people=dated), at("2026-12-31 00:00")
    asked_now = evaluate(replace(question, known_at=now), late, REGIME)
    assert asked_now.to_json() == evaluate(question, late, REGIME, asked_at=now).to_json()


@settings(quiet, max_examples=40)
@given(people(), st.integers(0, 30), st.lists(st.sampled_from(CODES), min_size=1, unique=True), contexts)
def test_what_is_open_to_a_patrol_after_midnight_is_not_denied_when_it_is_asked(facts: Facts, day, who, context):
    start = BASE + timedelta(days=day)
    patrol = Question(tuple(who), Act.PATROL, "HOU-2", PLACE, start, start + timedelta(hours=2), context)
    open_acts = {one.person: one.permitted_acts for one in evaluate(patrol, facts, REGIME).people}
    for act in {act for acts in open_acts.values() for act in acts}:
        for one in evaluate(replace(patrol, act=act), facts, REGIME).people:
            if act in open_acts[one.person]:
                assert one.outcome is not Outcome.DENY, (act, one)
                assert act in one.permitted_acts, (act, one)
