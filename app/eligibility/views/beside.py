"""What stands beside a decision on its page: as known now, set aside, attested; in the reader's language."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.core.errors import DomainError
from app.core.http import language
from app.eligibility import queries, service
from app.eligibility.queries import StoredDecision, Titles
from app.eligibility.views.showing import Piece
from app.eligibility.wording.evidence import tell
from app.eligibility.wording.verdict import context_words, verdict_words
from app.extensions import db
from app.regimes.loader import load
from app.regimes.policy import Text

MOST_PEOPLE = 20
"""Up to so many people the answer of now is worked out whenever the page is read."""


@dataclass(frozen=True)
class FactRow:
    """One fact in words with its two times; `link` is its id for tracing."""

    link: str
    about: str
    what: str
    held: str
    recorded_at: datetime | None


@dataclass(frozen=True)
class Change:
    """A fact that differs between then and now; `kind` is LATER, GONE or CHANGED."""

    kind: str
    decisive: bool
    fact: FactRow


@dataclass(frozen=True)
class Reason:
    """A reason in short."""

    rule: str
    severity: str
    message: str


@dataclass(frozen=True)
class Side:
    """One of two answers."""

    outcome: str
    pieces: tuple[Piece, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Beside:
    """Both answers with what makes them differ; `refusal` says why there is none."""

    then: Side | None = None
    now: Side | None = None
    changes: tuple[Change, ...] = ()
    differs: bool = False
    as_recorded: bool = True
    refusal: DomainError | None = None


def sentence(kept: StoredDecision, names: Titles, place: str | None) -> str:
    """The whole answer in one sentence."""
    people = {code: person["name"] for code, person in kept.facts["people"].items()}
    act = names.acts.get(kept.question["act"], Text(kept.question["act"], kept.question["act"]))
    words = verdict_words(kept.answer, people, act, place, load(kept.regime).time_zone)
    return str(getattr(words, language()))


def stated(kept: StoredDecision) -> list[tuple[str, str]]:
    """What the asker stated about the occasion."""
    rows = context_words(kept.question.get("context") or {})
    return [(getattr(label, language()), getattr(value, language())) for label, value in rows]


def fact_rows(kept: StoredDecision, names: Titles) -> list[FactRow]:
    """Every fact the decision rested on, person by person, then agencies and places."""
    about = {
        name: f"{code} {person['name']}".strip()
        for code, person in kept.facts["people"].items()
        for name, _fact in queries.evidence_of(person)
    }
    zone = load(kept.regime).time_zone
    return [_fact(name, about.get(name, ""), fact, names, zone) for name, fact in kept.evidence().items()]


def fact_row(name: str, about: str, fact: Mapping[str, Any] | None, regime: str | None) -> FactRow:
    """One record in words; where no fact is made of it, only its name."""
    if fact is None or regime is None:
        return FactRow(name, about, name, "", None)
    return _fact(name, about, fact, queries.titles(db.session(), regime), load(regime).time_zone)


def _fact(name: str, about: str, fact: Mapping[str, Any], names: Titles, zone: str) -> FactRow:
    told, tongue = tell(fact, names, zone), language()
    link = next(iter(queries.records_of(name)), "")
    return FactRow(link, about, getattr(told.what, tongue), getattr(told.held, tongue), told.recorded_at)


def beside(kept: StoredDecision, names: Titles, *, wanted: bool) -> Beside | None:
    """The answer as known then beside the answer as known now; None where it is long work nobody asked for."""
    if not wanted and len(kept.person_ids) > MOST_PEOPLE:
        return None
    try:
        found = service.compare(db.session(), kept)
    except DomainError as error:
        return Beside(refusal=error)
    changes = tuple(_changes(found.changes, names, load(kept.regime).time_zone)) if found.differs else ()
    return Beside(_side(found.then), _side(found.now), changes, found.differs, found.as_recorded)


def _changes(changes: Iterable[service.FactChange], names: Titles, zone: str) -> Iterable[Change]:
    for one in changes:
        fact = one.then if one.now is None else one.now
        yield Change(one.kind, one.decisive, _fact(one.id, "", fact or {"id": one.id}, names, zone))


def _side(answer: Mapping[str, Any]) -> Side:
    pieces = tuple(
        Piece(
            datetime.fromisoformat(one["start"]), datetime.fromisoformat(one["end"]), one["outcome"],
            tuple(one["reasons"]),
        )
        for one in answer["intervals"]
    )  # fmt: skip
    reasons = tuple(Reason(one["rule"], one["severity"], one["message"][language()]) for one in answer["reasons"])
    return Side(answer["outcome"], pieces, reasons)
