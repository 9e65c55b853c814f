"""Keep decisions with everything that they rest on; facts and rules that several rest on are kept once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.core.permissions import Actor
from app.core.prepared import DriverSql, Prepared, PreparedWrite, insert_row
from app.eligibility.decision import Decision
from app.eligibility.facts import every_fact
from app.eligibility.models import DecisionPerson, DecisionRecord, FactSet
from app.eligibility.queries import Loaded, records_of
from app.eligibility.service.records import new_id, rule_versions, stored
from app.ledger.service import Deed, record_all
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


@dataclass
class Grounds:
    """The facts and the rules that a judgement read; `kept` once they were found among those of earlier decisions."""

    loaded: Loaded
    kept: bool = False


@dataclass(frozen=True)
class Judged:
    """A decision that is not recorded yet, and for whom it was made."""

    actor: Actor
    decision: Decision
    grounds: Grounds


def keep(session: Session, actor: Actor, decision: Decision, loaded: Loaded, now: datetime) -> Answer:
    """Record one decision with everything it rests on, and note it in the ledger."""
    return keep_all(session, [Judged(actor, decision, Grounds(loaded))], now)[0]


def keep_all(session: Session, judged: Sequence[Judged], now: datetime) -> list[Answer]:
    """Record decisions with everything they rest on, and note them in the ledger; the answers in the same order."""
    _keep_grounds(session, judged, now)
    made = [(one, _answer(one.decision, now)) for one in judged]
    people = [_people(one, answer) for one, answer in made]
    rows = [{**_row(one, answer, now), **first} for (one, answer), (first, *_) in zip(made, people, strict=True)]
    _RECORD.run_all(session, rows)
    _PERSON.run_all(session, [other for _first, *others in people for other in others])
    _note(session, made, now)
    return [answer for _one, answer in made]


def _keep_grounds(session: Session, judged: Iterable[Judged], now: datetime) -> None:
    """In one order everywhere, or two transactions that keep the same would wait for each other."""
    waiting = {(one.decision.regime_version, one.decision.facts_digest): one for one in judged if not one.grounds.kept}
    for _key, one in sorted(waiting.items()):
        new_rules = keep_version(session, one.grounds.loaded.regime, now=now)
        new_facts = _keep_facts(session, one.decision)
        one.grounds.kept = not (new_rules or new_facts)  # what is new here may still be undone


def _keep_facts(session: Session, decision: Decision) -> bool:
    """Keep the facts of a decision unless they are kept; returns whether they were new. Two may do it at once."""
    digest = decision.facts_digest
    if _KEPT.rows(session, digest=digest):
        return False
    found = list(every_fact(decision.facts))
    content, fact_ids = stored(decision.facts), sorted({fact.id for fact in found})
    _FACTS.run(session, digest=digest, content=content, fact_ids=fact_ids)
    names = sorted({name for fact in found for name in records_of(fact.id)})
    _NAMES.run(session.connection(), {"names": names, "digest": digest})
    return True


def _answer(decision: Decision, now: datetime) -> Answer:
    number = new_id(now)
    return Answer(number, decision, decision.to_json(number), stored(decision.question))


def _row(one: Judged, answer: Answer, now: datetime) -> dict[str, Any]:
    actor, decision, question, loaded = one.actor, one.decision, one.decision.question, one.grounds.loaded
    return {
        "id": answer.id, "asked_at": now, "asked_by": actor.label, "asked_by_name": actor.display_name,
        "asked_by_account_id": actor.account_id, "question": answer.question, "act": question.act.value,
        "item": question.item, "place": question.place, "starts_at": question.start, "ends_at": question.end,
        "facts_digest": decision.facts_digest, "regime": decision.regime_id, "regime_version": decision.regime_version,
        "rule_versions": rule_versions(loaded.regime), "answer": answer.json, "outcome": decision.outcome.value,
        "unit_id": _home(one),
    }  # fmt: skip


def _people(one: Judged, answer: Answer) -> list[dict[str, Any]]:
    loaded = one.grounds.loaded
    return [
        {"person_decision_id": answer.id, "person_position": position, "person_person_id": loaded.ids[given.person],
         "person_code": given.person, "person_outcome": given.outcome.value,
         "person_unit_id": loaded.homes[given.person]}
        for position, given in enumerate(one.decision.people)
    ]  # fmt: skip


def _home(one: Judged) -> int | None:
    """The unit of the first person named."""
    return one.grounds.loaded.homes[one.decision.question.people[0]]


def _note(session: Session, made: Iterable[tuple[Judged, Answer]], now: datetime) -> None:
    deeds: dict[tuple[int | None, str], tuple[Actor, list[Deed]]] = {}
    for one, answer in made:
        decision, asker = one.decision, (one.actor.account_id, one.actor.label)
        question = decision.question
        told = {"outcome": decision.outcome, "act": question.act, "people": question.people}
        deed = Deed(
            "eligibility.decision.made", ("decision", answer.id), unit_id=_home(one),
            after={**told, "facts_digest": decision.facts_digest},
        )  # fmt: skip
        deeds.setdefault(asker, (one.actor, []))[1].append(deed)
    for actor, done in deeds.values():
        record_all(session, actor, done, now=now)
