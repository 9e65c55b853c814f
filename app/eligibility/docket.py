"""The facts of some people laid out for many questions: what one answer worked out, the next one finds.

A docket gives exactly the answers of `judgement.evaluate`. Between two moments at which a fact or rule changes nothing
that the rules read changes, but for the number of days that run down; so a verdict is worked out once for each such
piece and local day, and kept as long as the docket.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from app.eligibility.decision import Decision, IntervalAnswer, Piece, Verdict, decide
from app.eligibility.facts import Facts, Question, as_known, require_known_people
from app.eligibility.intervals import Interval, changes, cut, local_day
from app.eligibility.judgement import AHEAD, NONE_LEFT_OUT, Case, evaluate, verdict
from app.eligibility.questions import checked, require_template
from app.eligibility.rules.compulsion import EXECUTING, unapproved
from app.regimes.codes import CLASS_OF_ACT, ActClass
from app.regimes.policy import Regime

BEFORE = timedelta(days=2)
SPAN = timedelta(days=800)


@dataclass(slots=True)
class _Course:
    """One question apart from its times: its moments of change between `first` and `last`, and what holds there."""

    case: Case
    first: datetime
    last: datetime
    moments: Sequence[datetime]
    verdicts: dict[tuple[int, date], Verdict] = field(default_factory=dict)
    keys: dict[int, tuple[object, ...]] = field(default_factory=dict)
    answers: dict[tuple[int, date], Decision] = field(default_factory=dict)
    turns: dict[int, datetime | None] = field(default_factory=dict)

    def verdict(self, index: int, start: datetime, end: datetime, day: date) -> Verdict:
        """The verdict of the piece before moment number `index`, on a day within it."""
        found = self.verdicts.get((index, day))
        if found is None:
            found = verdict(self.case, Interval(start, end, day), permitted=True)
            self.verdicts[index, day] = found
        return found

    def turn(self, index: int) -> datetime | None:
        """The first moment at or after number `index` from which the answer is another one, as far as looked."""
        if index not in self.turns:
            first = self._key(index)
            later = (at for at in range(index + 1, len(self.moments) + 1) if self._key(at) != first)
            found = next(later, None)
            self.turns[index] = self.moments[found - 1] if found is not None else None
        return self.turns[index]

    def _key(self, index: int) -> tuple[object, ...]:
        if index not in self.keys:
            start = self.moments[index - 1] if index else self.first
            end = self.moments[index] if index < len(self.moments) else self.last
            day = local_day(start, self.case.regime.time_zone)
            self.keys[index] = verdict(self.case, Interval(start, end, day), permitted=False).key
        return self.keys[index]


class Docket:
    """Facts and a regime, ready for questions. Not to be shared between threads; the facts must not change."""

    def __init__(self, facts: Facts, regime: Regime) -> None:
        self.facts = facts
        self.regime = regime
        self._known = as_known(facts, None)
        self._courses: dict[tuple[object, ...], _Course] = {}

    def check(self, question: Question, *, asked_at: datetime | None = None) -> Decision:
        """The answer that `evaluate` gives; raises BadQuestion for a question that cannot be asked."""
        if _apart(question):
            return evaluate(question, self.facts, self.regime, asked_at=asked_at)
        question = checked(question, self.regime)
        course = self._course(question)
        index = bisect_right(course.moments, question.start)
        if index < len(course.moments) and course.moments[index] < question.end:
            return self._over_several(course, question, index, asked_at)
        return self._within_one(course, question, index, asked_at)

    def _course(self, question: Question) -> _Course:
        key = (question.people, question.act, question.item, question.place, question.context)
        course = self._courses.get(key)
        if course is None or not (course.first <= question.start and question.start + AHEAD <= course.last):
            require_known_people(self._known, question)
            require_template(question, self.regime)
            first, last = question.start - BEFORE, question.start + SPAN
            moments = sorted(changes(self._known, question.people, self.regime, first, last))
            case = Case(question, self._known, self.regime, NONE_LEFT_OUT, {})
            course = self._courses[key] = _Course(case, first, last, moments)
        return course

    def _within_one(self, course: _Course, question: Question, index: int, asked_at: datetime | None) -> Decision:
        """Nothing changes between start and end: the answer of that piece and day, with the times asked about."""
        day = local_day(question.start, self.regime.time_zone)
        known = course.answers.get((index, day))
        if known is None:
            piece = Piece(
                Interval(question.start, question.end, day), course.verdict(index, question.start, question.end, day)
            )
            turn = course.turn(index)
            known = course.answers[index, day] = decide(question, self._known, self.regime, [piece], turn, None)
        only = known.intervals[0]
        times = IntervalAnswer(question.start, question.end, only.outcome, only.reasons)
        turn = known.changes_at if known.changes_at is None or known.changes_at < question.start + AHEAD else None
        return Decision(
            question,
            known.outcome,
            turn,
            (times,),
            known.people,
            known.reasons,
            known.obligations,
            known.regime_id,
            known.regime_version,
            known.time_zone,
            asked_at,
            self._known,
        )

    def _over_several(self, course: _Course, question: Question, index: int, asked_at: datetime | None) -> Decision:
        moments = course.moments[index : bisect_left(course.moments, question.end)]
        inside = cut(moments, question.start, question.end, self.regime.time_zone)
        pieces = [
            Piece(one, course.verdict(index + number, one.start, one.end, one.day)) for number, one in enumerate(inside)
        ]
        turn = course.turn(index)
        turn = turn if turn is None or turn < max(question.end, question.start + AHEAD) else None
        return decide(question, self._known, self.regime, pieces, turn, asked_at)


def _apart(question: Question) -> bool:
    """Whether more than the piece of time decides: a moment of knowing, a roster, the night, an override."""
    return (
        question.known_at is not None
        or bool(question.overrides)
        or question.act in EXECUTING
        or CLASS_OF_ACT.get(question.act) is ActClass.STAFFING
        or not unapproved(question.context)
    )
