"""Give a recorded decision again, from the facts it kept and from the facts as known then."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, is_dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.core.permissions import Actor, P
from app.eligibility.facts import Facts, Question, digest_of, in_order, plain
from app.eligibility.judgement import evaluate
from app.eligibility.queries import StoredDecision, decision, load_for
from app.eligibility.service.records import restored, stored
from app.ledger.service import record
from app.regimes.policy import Regime
from app.regimes.queries import at_version, effective


@dataclass(frozen=True)
class Difference:
    """Where two answers, or two facts, are not the same; `at` is the place, None is absent."""

    at: str
    recorded: Any
    recomputed: Any


@dataclass(frozen=True)
class Replayed:
    """What came of asking again.

    `answer` compares with the answer from the stored facts, `known_then` with that from the facts as the records know
    them for that moment, `facts` names each fact that is not as it was stored, `sound` says that the stored facts still
    have the digest they were given.
    """

    decision_id: str
    sound: bool
    answer: tuple[Difference, ...]
    known_then: tuple[Difference, ...]
    facts: tuple[Difference, ...]
    facts_digest: str
    regime: str
    version_then: str
    version_now: str

    @property
    def agrees(self) -> bool:
        """Nothing differs anywhere."""
        return self.sound and not (self.answer or self.known_then or self.facts)

    @property
    def rules_changed(self) -> bool:
        """The regime is another version than then."""
        return self.version_then != self.version_now

    def to_json(self) -> dict[str, Any]:
        """The public shape."""
        return {
            "decision_id": self.decision_id,
            "agrees": self.agrees,
            "stored_facts": {"sound": self.sound, "agrees": not self.answer, "differences": _shown(self.answer)},
            "facts_known_then": {
                "agrees": not (self.known_then or self.facts),
                "facts_digest": self.facts_digest,
                "differences": _shown(self.known_then),
                "facts": _shown(self.facts),
            },
            "regime": {
                "id": self.regime, "version_then": self.version_then, "version_now": self.version_now,
                "changed": self.rules_changed,
            },
        }  # fmt: skip


def replay(session: Session, actor: Actor, decision_id: str, *, now: datetime) -> Replayed:
    """Recompute a decision; noted in the ledger. Raises NotFound outside the actor's scope for reading."""
    kept = decision(session, decision_id, actor.scope(P.ELIGIBILITY_READ))
    question, facts = restored(Question, kept.question), restored(Facts, kept.facts)
    present = effective(session, kept.regime)
    regime = at_version(session, kept.regime_version) or present
    loaded = load_for(session, question, list(kept.person_ids.values()), question.known_at or kept.asked_at)
    found = Replayed(
        kept.id,
        digest_of(_as_kept(facts, kept.facts)) == kept.facts_digest,
        tuple(_answers(kept, question, facts, regime)),
        tuple(_answers(kept, question, loaded.facts, regime)),
        tuple(_facts(kept.facts, stored(loaded.facts))),
        loaded.facts.digest(),
        kept.regime,
        kept.regime_version,
        present.version,
    )
    record(
        session, actor, "eligibility.decision.replayed", ("decision", kept.id), now=now, unit_id=kept.unit_id,
        after={"agrees": found.agrees},
    )  # fmt: skip
    return found


def _answers(kept: StoredDecision, question: Question, facts: Facts, regime: Regime) -> Iterable[Difference]:
    again = evaluate(question, facts, regime, asked_at=kept.asked_at).to_json(kept.id)
    return _differences("", kept.answer, again)


def _differences(at: str, then: Any, now: Any) -> Iterable[Difference]:  # noqa: ANN401 - JSON
    if isinstance(then, Mapping) and isinstance(now, Mapping):
        for key in [*then, *(key for key in now if key not in then)]:
            yield from _differences(f"{at}.{key}" if at else key, then.get(key), now.get(key))
    elif isinstance(then, list) and isinstance(now, list):
        for index in range(max(len(then), len(now))):
            yield from _differences(f"{at}[{index}]", _nth(then, index), _nth(now, index))
    elif then != now:
        yield Difference(at, then, now)


def _nth(values: list[Any], index: int) -> Any:  # noqa: ANN401 - JSON
    return values[index] if index < len(values) else None


def _facts(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterable[Difference]:
    """Each fact, by its id, that was there and is not, is there and was not, or says something else.

    A field that facts did not have yet when the decision was recorded is not compared.
    """
    before = {name: (one, had) for name, one, had in _named(then)}
    after = {name: one for name, one, _had in _named(now)}
    for name in [*before, *(name for name in after if name not in before)]:
        if name not in before or name not in after:
            yield Difference(name, before[name][0] if name in before else None, after.get(name))
        else:
            one, had = before[name]
            yield from _differences(name, one, {key: value for key, value in after[name].items() if key in had})


def _named(value: Any, name: str = "") -> Iterable[tuple[str, dict[str, Any], frozenset[str]]]:  # noqa: ANN401 - JSON
    """Every fact with an id, and the plain part of every person and place; and the names of all its fields."""
    if isinstance(value, list):
        for one in value:
            yield from _named(one)
    elif isinstance(value, Mapping):
        inner = {key: one for key, one in value.items() if not isinstance(one, Mapping | list) or _texts(one)}
        if "id" in value:
            yield str(value["id"]), inner, frozenset(value)
        elif name:
            yield name, inner, frozenset(value)
        for key, one in value.items():
            if key not in inner:
                yield from _named(one, key if isinstance(one, Mapping) and "code" in one else "")


def _as_kept(value: Any, kept: Any) -> Any:  # noqa: ANN401 - a fact and its JSON
    """A fact's plain content with only the fields it was stored with: what its digest was taken over."""
    if is_dataclass(value):
        return {name: _as_kept(getattr(value, name), one) for name, one in kept.items()}
    if isinstance(value, Mapping):
        return {str(key): _as_kept(one, kept[key]) for key, one in value.items()}
    if isinstance(value, tuple):
        return in_order([_as_kept(one, raw) for one, raw in zip(value, kept, strict=True)])
    return plain(value)


def _texts(value: Any) -> bool:  # noqa: ANN401 - JSON
    return isinstance(value, list) and all(isinstance(one, str) for one in value) and bool(value)


def _shown(found: Iterable[Difference]) -> list[dict[str, Any]]:
    return [{"at": one.at, "recorded": one.recorded, "recomputed": one.recomputed} for one in found]
