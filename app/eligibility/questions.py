"""What cannot be asked, refused with a code and the field before anything is judged."""

from dataclasses import replace
from datetime import timedelta

from app.core.errors import N_
from app.eligibility.facts import BadQuestion, Question
from app.eligibility.overriding import require_sound
from app.eligibility.rules.table import IDS
from app.regimes.policy import Regime

MAX_SPAN = timedelta(days=31)
MAX_PEOPLE = 200


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
    require_sound(question.overrides)
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


def require_template(question: Question, regime: Regime) -> None:
    """Refuse a squad template that the regime does not have; raises BadQuestion `unknown-template`."""
    named = question.context.template
    if named is not None and named not in regime.templates:
        raise BadQuestion(
            "unknown-template",
            N_("There is no squad template with the code %(given)s here."),
            field="context.template",
            given=named,
        )
