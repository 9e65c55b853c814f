"""Keep decisions with everything that they rest on; facts and rules that several rest on are kept once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.core.errand import Errand
from app.core.permissions import Actor
from app.core.prepared import DriverSql, Prepared, PreparedWrite, insert_row
from app.eligibility.decision import Decision
from app.eligibility.facts import every_fact
from app.eligibility.models import DecisionPerson, DecisionRecord, FactSet
from app.eligibility.queries import Loaded, records_of
from app.eligibility.service.records import new_id, rule_versions, stored
from app.ledger.service import Deed, append
from app.regimes.service import keep_version

_KEPT = Prepared(select(FactSet.digest).where(FactSet.digest == bindparam("digest")))
_FACTS = PreparedWrite(insert_row(FactSet, once=True))
_NAMES = DriverSql(
    "INSERT INTO fact_set_record (fact_id, digest) SELECT value, :digest FROM json_each(:names) WHERE true"
    " ON CONFLICT DO NOTHING",
    postgresql="INSERT INTO fact_set_record (fact_id, digest) SELECT unnest(CAST(:names AS varchar[])), :digest"
    " ON CONFLICT DO NOTHING",
)
_RECORD = PreparedWrite(insert_row(DecisionRecord))
_PERSON = PreparedWrite(insert_row(DecisionPerson))


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
    errand = Errand(session)
    [answer] = keep_all(errand, [Judged(actor, decision, Grounds(loaded))], now)
    errand.run()
    return answer


def keep_all(errand: Errand, judged: Sequence[Judged], now: datetime) -> list[Answer]:
    """Record decisions with everything they rest on, and note them in the ledger; the answers in the same order.

    The ledger's entries stay on the errand, to be sent with the commit.
    """
    _keep_grounds(errand, judged, now)
    made = [(one, _answer(one.decision, now)) for one in judged]
    _RECORD.put(errand, [_row(one, answer, now) for one, answer in made])
    _PERSON.put(errand, [person for one, answer in made for person in _people(one, answer)])
    if made:
        append(errand, [(one.actor, _deed(one, answer)) for one, answer in made], now=now)
    return [answer for _one, answer in made]


def _keep_grounds(errand: Errand, judged: Iterable[Judged], now: datetime) -> None:
    """In one order everywhere, or two transactions that keep the same would wait for each other."""
    waiting = {(one.decision.regime_version, one.decision.facts_digest): one for one in judged if not one.grounds.kept}
    for _key, one in sorted(waiting.items()):
        new_rules = keep_version(errand.session, one.grounds.loaded.regime, now=now)
        new_facts = _keep_facts(errand, one.decision)
        one.grounds.kept = not (new_rules or new_facts)  # what is new here may still be undone


def _keep_facts(errand: Errand, decision: Decision) -> bool:
    """Keep the facts of a decision unless they are kept; returns whether they were new. Two may do it at once."""
    digest = decision.facts_digest
    if _KEPT.put(errand, digest=digest).get():
        return False
    found = list(every_fact(decision.facts))
    content, fact_ids = stored(decision.facts), sorted({fact.id for fact in found})
    _FACTS.put(errand, [{"digest": digest, "content": content, "fact_ids": fact_ids}])
    _NAMES.put(errand, names=sorted({name for fact in found for name in records_of(fact.id)}), digest=digest)
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
        {"decision_id": answer.id, "position": position, "person_id": loaded.ids[given.person], "code": given.person,
         "outcome": given.outcome.value, "unit_id": loaded.homes[given.person]}
        for position, given in enumerate(one.decision.people)
    ]  # fmt: skip


def _home(one: Judged) -> int | None:
    """The unit of the first person named."""
    return one.grounds.loaded.homes[one.decision.question.people[0]]


def _deed(one: Judged, answer: Answer) -> Deed:
    decision, question = one.decision, one.decision.question
    told = {"outcome": decision.outcome, "act": question.act, "people": question.people}
    return Deed(
        "eligibility.decision.made", ("decision", answer.id), unit_id=_home(one),
        after={**told, "facts_digest": decision.facts_digest},
    )  # fmt: skip
