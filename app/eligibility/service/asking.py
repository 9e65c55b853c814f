"""Ask whether people may do an act, and keep the answer with everything it rests on."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.core.errand import Errand
from app.core.errors import N_, DomainError
from app.core.permissions import Actor, P
from app.eligibility.facts import BadQuestion, Question
from app.eligibility.judgement import evaluate
from app.eligibility.queries import find_people, load_for
from app.eligibility.questions import checked
from app.eligibility.service.desk import Reader, takes
from app.eligibility.service.keeping import Answer, Grounds, Judged, keep_all
from app.regimes.loader import DEFAULT_REGIME, load


@dataclass(frozen=True)
class Asked:
    """A question and who asks it."""

    actor: Actor
    question: Question


def check(session: Session, actor: Actor, question: Question, *, today: date, now: datetime) -> Answer:
    """Judge a question about people in the asker's scope and record the decision in the same transaction.

    `today` is the local day on which the scope is read. Raises BadQuestion with the field for whatever cannot be asked;
    a person outside the scope is as unknown as one who does not exist.
    """
    errand = Errand(session)
    [answer] = check_all(errand, [Asked(actor, question)], today=today, now=now)
    errand.run()
    if isinstance(answer, DomainError):
        raise answer
    return answer


def check_all(
    errand: Errand, asked: Iterable[Asked], *, today: date, now: datetime, reader: Reader | None = None
) -> list[Answer | DomainError]:
    """`check` for each, all in one transaction: in order the answer, or why it could not be asked.

    What is recorded last stays on the errand, to be sent with the commit. With a `reader`, facts that were laid out
    before are used again.
    """
    found = [_tried(errand.session, one, today, now, reader) for one in asked]
    kept = iter(keep_all(errand, [one for one in found if isinstance(one, Judged)], now))
    return [next(kept) if isinstance(one, Judged) else one for one in found]


def _tried(session: Session, one: Asked, today: date, now: datetime, reader: Reader | None) -> Judged | DomainError:
    try:
        question = _ready(one.question, now)
        if reader is not None and takes(question):
            return reader.judge(one.actor, question, now)
        people = find_people(session, question.people, today, one.actor.scope(P.ELIGIBILITY_CHECK))
        loaded = load_for(session, question, people, question.known_at)
        decision = evaluate(question, loaded.facts, loaded.regime, asked_at=now)
        return Judged(one.actor, decision, Grounds(loaded))
    except DomainError as refusal:
        return refusal


def _ready(question: Question, now: datetime) -> Question:
    """The question once over before anything is loaded: times, number of people, act. Items are the regime's own."""
    checked(replace(question, item=None), load(DEFAULT_REGIME))
    if question.known_at is not None and question.known_at > now:
        raise BadQuestion(
            "known-later", N_("Nobody knows yet what will be known then; leave it empty for now."), field="known_at"
        )
    return replace(question, people=tuple(dict.fromkeys(question.people)))
