"""Ask whether people may do an act, and keep the answer with everything it rests on."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.core.errors import N_
from app.core.permissions import Actor, P
from app.core.prepared import DriverSql, Prepared, PreparedWrite, insert_row
from app.eligibility.decision import Decision
from app.eligibility.facts import BadQuestion, Question, every_fact
from app.eligibility.judgement import evaluate
from app.eligibility.models import DecisionPerson, DecisionRecord, FactSet
from app.eligibility.queries import Loaded, find_people, load_for, records_of
from app.eligibility.questions import checked
from app.eligibility.service.desk import Desk, takes
from app.eligibility.service.records import new_id, rule_versions, stored
from app.ledger.service import record
from app.regimes.loader import DEFAULT_REGIME, load
from app.regimes.service import keep_version

_KEPT = Prepared(select(FactSet.digest).where(FactSet.digest == bindparam("digest")))
_FACTS = PreparedWrite(insert_row(FactSet, once=True))
_NAMES = DriverSql(
    "INSERT INTO fact_set_record (fact_id, digest) SELECT value, :digest FROM json_each(:names) WHERE true"
    " ON CONFLICT DO NOTHING",
    postgresql="INSERT INTO fact_set_record (fact_id, digest) SELECT unnest(CAST(:names AS varchar[])), :digest"
    " ON CONFLICT DO NOTHING",
)
_PERSON = PreparedWrite(insert_row(DecisionPerson, "person_"))
_RECORD = PreparedWrite(insert_row(DecisionRecord), insert_row(DecisionPerson, "person_"))


@dataclass(frozen=True)
class Answer:
    """A decision, the number of its record, the answer in its public shape, and the question as it is kept."""

    id: str
    decision: Decision
    json: dict[str, Any]
    question: dict[str, Any]


def check(
    session: Session, actor: Actor, question: Question, *, today: date, now: datetime, desk: Desk | None = None
) -> Answer:
    """Judge a question about people in the asker's scope and record the decision in the same transaction.

    `today` is the local day on which the scope is read; `desk` holds facts that were laid out before. Raises
    BadQuestion with the field for whatever cannot be asked; a person outside the scope is as unknown as one who does
    not exist.
    """
    question = _asked(question, now)
    if desk is not None and takes(question):
        decision, laid = desk.judge(session, actor, question, today=today, now=now)
        laid.is_kept = laid.is_kept or not keep_grounds(session, decision, laid.loaded, now)
        return keep(session, actor, decision, laid.loaded, now, grounds=False)
    people = find_people(session, question.people, today, actor.scope(P.ELIGIBILITY_CHECK))
    loaded = load_for(session, question, people, question.known_at)
    decision = evaluate(question, loaded.facts, loaded.regime, asked_at=now)
    return keep(session, actor, decision, loaded, now)


def _asked(question: Question, now: datetime) -> Question:
    """The question once over before anything is loaded: times, number of people, act. Items are the regime's own."""
    checked(replace(question, item=None), load(DEFAULT_REGIME))
    if question.known_at is not None and question.known_at > now:
        raise BadQuestion(
            "known-later", N_("Nobody knows yet what will be known then; leave it empty for now."), field="known_at"
        )
    return replace(question, people=tuple(dict.fromkeys(question.people)))


def keep_grounds(session: Session, decision: Decision, loaded: Loaded, now: datetime) -> bool:
    """Keep the rules and the facts that a decision rests on, once; returns whether any of it was new."""
    new_rules = keep_version(session, loaded.regime, now=now)
    return _keep_facts(session, decision) or new_rules


def _keep_facts(session: Session, decision: Decision) -> bool:
    """Two askers may keep the same facts at once."""
    digest = decision.facts_digest
    if _KEPT.rows(session, digest=digest):
        return False
    found = list(every_fact(decision.facts))
    content, fact_ids = stored(decision.facts), sorted({fact.id for fact in found})
    _FACTS.run(session, digest=digest, content=content, fact_ids=fact_ids)
    names = sorted({name for fact in found for name in records_of(fact.id)})
    _NAMES.run(session.connection(), {"names": names, "digest": digest})
    return True


def keep(
    session: Session, actor: Actor, decision: Decision, loaded: Loaded, now: datetime, *, grounds: bool = True
) -> Answer:
    """Record a decision, and with `grounds` everything it rests on, and note it in the ledger."""
    question, number = decision.question, new_id(now)
    answer = decision.to_json(number)
    homes = [loaded.homes[code] for code in question.people]
    if grounds:
        keep_grounds(session, decision, loaded, now)
    row = {
        "id": number, "asked_at": now, "asked_by": actor.label, "asked_by_name": actor.display_name,
        "asked_by_account_id": actor.account_id, "question": stored(question), "act": question.act.value,
        "item": question.item, "place": question.place, "starts_at": question.start, "ends_at": question.end,
        "facts_digest": decision.facts_digest, "regime": decision.regime_id, "regime_version": decision.regime_version,
        "rule_versions": rule_versions(loaded.regime), "answer": answer, "outcome": decision.outcome.value,
        "unit_id": homes[0],
    }  # fmt: skip
    first, *others = [
        {"person_decision_id": number, "person_position": position, "person_person_id": loaded.ids[one.person],
         "person_code": one.person, "person_outcome": one.outcome.value, "person_unit_id": homes[position]}
        for position, one in enumerate(decision.people)
    ]  # fmt: skip
    _RECORD.run(session, **row, **first)
    for person in others:
        _PERSON.run(session, **person)
    told = {"outcome": decision.outcome, "act": question.act, "people": question.people}
    record(
        session, actor, "eligibility.decision.made", ("decision", number), now=now, unit_id=homes[0],
        after={**told, "facts_digest": decision.facts_digest},
    )  # fmt: skip
    return Answer(number, decision, answer, row["question"])
