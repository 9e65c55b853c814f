"""A stored decision in the reader's language: reasons worst first, facts as sentences, acts by name."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext

from app.core.http import language
from app.core.words import moment_text
from app.eligibility.queries import StoredDecision, Titles
from app.eligibility.wording.evidence import tell


def _(msgid: str, **data: object) -> str:
    """The sentence in the reader's language."""
    text: str = gettext(msgid, **data)
    return text


DEFAULT_ZONE = "Asia/Shanghai"
SEVERITIES = ("DENY", "WARN", "OBLIGATION")


@dataclass(frozen=True)
class Piece:
    """A part of the shift with one answer."""

    start: datetime
    end: datetime
    outcome: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Reason:
    """One reason, ready to be read."""

    severity: str
    message: str
    rule: str
    source: str
    source_text: str
    people: tuple[str, ...]
    facts: tuple[str, ...]
    remedy: str


@dataclass(frozen=True)
class Person:
    """One person of the question and the acts still open to them."""

    code: str
    name: str
    outcome: str
    reasons: tuple[str, ...]
    permitted: tuple[str, ...]


@dataclass(frozen=True)
class Shown:
    """The whole answer in words."""

    outcome: str
    changes_at: datetime | None
    start: datetime
    end: datetime
    known_at: datetime | None
    act: str
    item: str | None
    place: str | None
    regime: str
    pieces: tuple[Piece, ...]
    reasons: tuple[Reason, ...]
    people: tuple[Person, ...]
    permitted_to_all: tuple[str, ...]
    obligations: tuple[str, ...]


def shown(kept: StoredDecision, titles: Titles, place: str | None) -> Shown:
    """The record in the reader's language."""
    answer, asked, tongue = kept.answer, kept.question, language()
    item = titles.items.get(asked["item"] or "")
    people = tuple(_person(one, kept, titles) for one in answer["people"])
    return Shown(
        kept.outcome,
        _moment(answer["changes_at"]),
        datetime.fromisoformat(answer["intervals"][0]["start"]),
        datetime.fromisoformat(answer["intervals"][-1]["end"]),
        _moment(asked["known_at"]),
        _title(titles.acts, asked["act"]),
        f"{asked['item']} {getattr(item, tongue)}" if item else asked["item"],
        place,
        getattr(titles.regime, tongue),
        tuple(_piece(one) for one in answer["intervals"]),
        tuple(sorted((_reason(one, kept, titles) for one in answer["reasons"]), key=_worst)),
        people,
        tuple(act for act in people[0].permitted if all(act in one.permitted for one in people)),
        tuple(f"{one['message'][tongue]} ({one['rule']})" for one in answer["obligations"]),
    )


def _worst(reason: Reason) -> tuple[int, str]:
    return SEVERITIES.index(reason.severity), reason.rule


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _title(titles: Mapping[str, Any], code: str) -> str:
    found = titles.get(code)
    return str(getattr(found, language())) if found else code


def _piece(one: Mapping[str, Any]) -> Piece:
    start, end = datetime.fromisoformat(one["start"]), datetime.fromisoformat(one["end"])
    return Piece(start, end, one["outcome"], tuple(one["reasons"]))


def _person(one: Mapping[str, Any], kept: StoredDecision, titles: Titles) -> Person:
    code = one["person"]
    name = kept.facts["people"].get(code, {}).get("name", "")
    acts = tuple(_title(titles.acts, act) for act in one["permitted_acts"])
    return Person(code, name, one["outcome"], tuple(one["reasons"]), acts)


def _reason(one: Mapping[str, Any], kept: StoredDecision, titles: Titles) -> Reason:
    evidence, tongue = kept.evidence(), language()
    names = {code: person["name"] for code, person in kept.facts["people"].items()}
    return Reason(
        one["severity"],
        one["message"][tongue],
        one["rule"],
        one["source"],
        _title(titles.rules, one["rule"]),
        tuple(f"{code} {names.get(code, '')}".strip() for code in one["people"]),
        tuple(fact_text(name, evidence[name], titles) for name in one["facts"] if name in evidence),
        one["remedy"][tongue],
    )


def fact_text(name: str, fact: Mapping[str, Any], titles: Titles, time_zone: str = DEFAULT_ZONE) -> str:
    """One fact as a sentence with its dates, and when it was recorded where that is known."""
    told, tongue = tell({"id": name, **fact}, titles, time_zone), language()
    said = _("%(what)s, %(held)s", what=getattr(told.what, tongue), held=getattr(told.held, tongue))
    recorded = told.recorded_at
    return _("%(fact)s (recorded %(when)s)", fact=said, when=moment_text(recorded)) if recorded else said
