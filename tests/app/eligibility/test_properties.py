"""What must hold for any people and any times."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from app.eligibility.decision import Decision, Outcome
from app.eligibility.facts import Context, Facts, Question, SanctionFacts
from app.eligibility.judgement import evaluate
from app.regimes.codes import Act, CertificateState
from app.regimes.loader import load

from .cast import PLACE, StateChange, at, auxiliary, facts_of, officer, suspended, with_state

REGIME = load("pingliang")
BASE = at("2026-03-01 00:00")
CODES = ("A", "B", "C")
moments = st.integers(0, 31 * 24).map(lambda hours: BASE + timedelta(hours=hours))
acts = st.sampled_from([Act.PATROL, Act.INSPECT, Act.PENALTY, Act.SEIZE, Act.DEMOLISH, Act.HEARING, Act.LEGAL_REVIEW])
contexts = st.builds(
    Context,
    approval=st.sampled_from([None, "A-1"]),
    emergency=st.booleans(),
    recorder=st.sampled_from([None, True]),
    case_parties=st.sampled_from([(), ("P",)]),
    investigators=st.sampled_from([None, (), ("A",)]),
    in_uniform=st.sampled_from([None, ("A", "B", "C")]),
    enterprise=st.booleans(),
    cuts_utilities=st.sampled_from([None, False, True]),
)
states = st.lists(st.tuples(st.sampled_from(list(CertificateState)), moments), max_size=3)


@st.composite
def people(draw: st.DrawFn) -> Facts:
    """Three people with certificates in any state, some of them auxiliaries."""
    found = []
    for code in CODES:
        if draw(st.integers(0, 4)) == 0:
            found.append(auxiliary(code))
            continue
        person = officer(code, draw(st.sampled_from([date(2026, 3, 12), date(2026, 3, 20), date(2035, 12, 31)])))
        for number, (state, when) in enumerate(draw(states)):
            person = with_state(person, StateChange(id=f"{code}:{number}", state=state, at=when))
        found.append(person)
    return facts_of(*found)


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """Any of them, any act, up to thirty hours."""
    start = draw(moments)
    length = draw(st.integers(1, 30))
    who = draw(st.lists(st.sampled_from(CODES), min_size=1, max_size=3, unique=True))
    end = start + timedelta(hours=length)
    return Question(tuple(who), draw(acts), "HOU-2", PLACE, start, end, draw(contexts))


def _same(one: Decision, other: Decision) -> bool:
    first, second = one.to_json(), other.to_json()
    for answer in (first, second):
        answer["people"] = sorted(answer["people"], key=lambda part: part["person"])
    return first == second


@settings(max_examples=120, deadline=None)
@given(people(), questions(), moments, st.sampled_from(CODES))
def test_adding_a_suspension_never_turns_a_denial_into_leave(facts: Facts, question: Question, when, code):
    before = evaluate(question, facts, REGIME)
    person = facts.people[code]
    if person.certificates:
        harder = facts_of(
            *[with_state(one, suspended(code, when)) if one.code == code else one for one in facts.people.values()]
        )
        if not any(
            change.at > when and change.state is not CertificateState.ACTIVE for change in person.certificates[0].states
        ):
            after = evaluate(question, harder, REGIME)
            assert not (before.outcome is Outcome.DENY and after.outcome is not Outcome.DENY)


@settings(max_examples=100, deadline=None)
@given(people(), questions())
def test_the_order_of_people_does_not_matter(facts: Facts, question: Question):
    turned = replace(question, people=question.people[::-1])
    assert _same(evaluate(question, facts, REGIME), evaluate(turned, facts, REGIME))


@settings(max_examples=100, deadline=None)
@given(people(), questions(), st.floats(0.01, 0.99))
def test_splitting_an_interval_and_joining_the_answers_gives_the_same(facts: Facts, question: Question, share: float):
    middle = question.start + (question.end - question.start) * share
    first, second = replace(question, end=middle), replace(question, start=middle)
    whole = evaluate(question, facts, REGIME)
    parts = (*evaluate(first, facts, REGIME).intervals, *evaluate(second, facts, REGIME).intervals)

    def answer_at(intervals, moment):
        return next((one.outcome, one.reasons) for one in intervals if one.start <= moment < one.end)

    edges = sorted({one.start for one in (*parts, *whole.intervals)})
    assert [answer_at(whole.intervals, edge) for edge in edges] == [answer_at(parts, edge) for edge in edges]


@settings(max_examples=100, deadline=None)
@given(people(), questions())
def test_the_pieces_cover_the_question_without_gap_and_neighbours_differ(facts: Facts, question: Question):
    intervals = evaluate(question, facts, REGIME).intervals
    assert (intervals[0].start, intervals[-1].end) == (question.start, question.end)
    assert all(one.end == other.start for one, other in pairwise(intervals))


@settings(max_examples=100, deadline=None)
@given(people(), questions())
def test_nobody_who_is_denied_may_do_the_act(facts: Facts, question: Question):
    for one in evaluate(question, facts, REGIME).people:
        if one.outcome is Outcome.DENY:
            assert question.act not in one.permitted_acts


@settings(max_examples=100, deadline=None)
@given(people(), questions(), moments, st.sampled_from(CODES))
def test_adding_a_suspension_from_duties_never_turns_a_denial_into_leave(facts: Facts, question: Question, when, code):
    barred = SanctionFacts(id="d", kind="DUTY_SUSPENSION", starts=when.date(), suspends_duties=True)
    harder = facts_of(
        *[replace(one, sanctions=(barred,)) if one.code == code else one for one in facts.people.values()]
    )
    before, after = evaluate(question, facts, REGIME), evaluate(question, harder, REGIME)
    assert not (before.outcome is Outcome.DENY and after.outcome is not Outcome.DENY)


@settings(max_examples=100, deadline=None)
@given(people(), questions())
def test_known_now_is_the_same_as_no_moment_of_knowledge(facts: Facts, question: Question):
    now = at("2026-12-31 00:00")
    asked_then = evaluate(replace(question, known_at=now), facts, REGIME)
    assert asked_then.to_json() == evaluate(question, facts, REGIME, asked_at=now).to_json()


@settings(max_examples=100, deadline=None)
@given(people(), questions())
def test_whoever_may_do_an_act_throughout_is_not_denied_it_when_it_is_asked(facts: Facts, question: Question):
    for act in (Act.PATROL, Act.INSPECT, Act.PENALTY, Act.SEIZE, Act.DEMOLISH):
        answer = evaluate(replace(question, act=act), facts, REGIME)
        for one in evaluate(question, facts, REGIME).people:
            if act in one.permitted_acts:
                own = next(own for own in answer.people if own.person == one.person)
                assert own.outcome is not Outcome.DENY, (act, one, own)


@settings(max_examples=60, deadline=None)
@given(people(), questions(), st.integers(0, 48))
def test_nothing_differs_before_the_moment_of_change(facts: Facts, question: Question, hours: int):
    answer = evaluate(question, facts, REGIME)
    later = question.end + timedelta(hours=hours)
    if answer.changes_at is None or answer.changes_at >= later + timedelta(minutes=1):
        moved = evaluate(replace(question, start=later, end=later + timedelta(minutes=1)), facts, REGIME)
        assert moved.intervals[0].outcome is answer.intervals[0].outcome
        assert moved.intervals[0].reasons == answer.intervals[0].reasons
