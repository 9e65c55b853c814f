"""The same question again within a minute: nothing new is recorded where neither facts nor rules have changed.

The facts are loaded afresh every time, so that an answer is never older than the records it rests on.
"""

import hashlib
import json
import re
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.permissions import Actor, P
from app.eligibility.facts import BadQuestion, Question, as_known
from app.eligibility.models import DecisionRecord
from app.eligibility.queries import find_people, load_for
from app.eligibility.service.keeping import Answer
from app.eligibility.service.records import rule_versions, stored

FRESH = timedelta(seconds=60)
TAG = re.compile(r"([0-9A-HJKMNP-TV-Z]{26})\.[0-9a-f]{32}")


def tag_of(answer: Answer) -> str:
    """The entity tag of an answer: the number of its record, and a digest of question, facts and rules."""
    made = answer.decision
    return _tag(answer.id, answer.question, made.facts_digest, made.regime_version)


def _tag(number: str, question: object, facts_digest: str, regime_version: str) -> str:
    content = json.dumps([question, facts_digest, regime_version], ensure_ascii=False, sort_keys=True)
    return f"{number}.{hashlib.sha256(content.encode()).hexdigest()[:32]}"


def unchanged(
    session: Session, actor: Actor, question: Question, given: str, *, today: date, now: datetime
) -> int | None:
    """The age in seconds of the actor's own answer with the tag `given`, if asking again would give the same.

    None, so that the question has to be judged anew, unless the tag is that of an answer to the very same question
    asked by the same account less than 60 seconds ago, from the same facts, under the same version of the rules.
    """
    found = TAG.fullmatch(given)
    one = session.scalar(select(DecisionRecord).where(DecisionRecord.id == found.group(1))) if found else None
    asked = replace(question, people=tuple(dict.fromkeys(question.people)))
    if one is None or actor.account_id is None or one.asked_by_account_id != actor.account_id:
        return None
    if not timedelta(0) <= now - one.asked_at < FRESH or one.question != stored(asked):
        return None
    if given != _tag(one.id, one.question, one.facts_digest, one.regime_version):
        return None
    return int((now - one.asked_at).total_seconds()) if _rests_on(session, actor, asked, one, today) else None


def _rests_on(session: Session, actor: Actor, asked: Question, one: DecisionRecord, today: date) -> bool:
    """Whether the facts that a judgement would read now, and the rules it would go by, are those of the record."""
    try:
        people = find_people(session, asked.people, today, actor.scope(P.ELIGIBILITY_CHECK))
        loaded = load_for(session, asked, people, asked.known_at)
    except BadQuestion:
        return False
    regime = loaded.regime
    if (one.regime_version, one.rule_versions) != (regime.version, rule_versions(regime)):
        return False
    return as_known(loaded.facts, asked.known_at).digest() == one.facts_digest
