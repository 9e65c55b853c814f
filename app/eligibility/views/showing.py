"""A stored decision in the reader's language: reasons worst first, facts as sentences, acts by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext

from app.core.http import day_text, language, moment_text
from app.eligibility.queries import StoredDecision, Titles
from app.registry.codes import Category, PowerStatus, SanctionKind, title


def _(msgid: str, **data: object) -> str:
    """The sentence in the reader's language."""
    text: str = gettext(msgid, **data)
    return text


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


def fact_text(name: str, fact: Mapping[str, Any], titles: Titles) -> str:
    """One fact as a sentence with its dates, and when it was recorded where that is known."""
    said = _SAYING[name.partition(":")[0]](fact, titles)
    recorded = _moment(fact.get("recorded_at"))
    return _("%(fact)s (recorded %(when)s)", fact=said, when=moment_text(recorded)) if recorded else said


def _days(fact: Mapping[str, Any], first: str = "starts", last: str = "ends") -> str:
    begins, ends = (date.fromisoformat(fact[key]) if fact[key] else None for key in (first, last))
    if ends is None:
        return _("from %(first)s on", first=day_text(begins))
    return _("%(first)s through %(last)s", first=day_text(begins), last=day_text(ends))


def _day(text: str) -> str:
    return day_text(date.fromisoformat(text))


def _employment(fact: Mapping[str, Any], _titles: Titles) -> str:
    category = title(Category, fact["category"], language())
    days = _days(fact)
    return _("Employed by %(agency)s, %(category)s, %(days)s", agency=fact["agency"], category=category, days=days)


def _certificate(fact: Mapping[str, Any], _titles: Titles) -> str:
    return _("Certificate %(number)s, %(days)s", number=fact["number"], days=_days(fact, "valid_from", "valid_to"))


def _state(fact: Mapping[str, Any], _titles: Titles) -> str:
    states = {
        "ACTIVE": _("In force"), "SUSPENDED": _("Suspended"), "REVOKED": _("Revoked"), "LOST": _("Reported lost"),
        "CANCELLED": _("Cancelled (certificate)"), "SUPERSEDED": _("Replaced"),
    }  # fmt: skip
    return _("%(state)s since %(when)s", state=states[fact["state"]], when=moment_text(_moment(fact["at"])))


def _result(fact: Mapping[str, Any], titles: Titles) -> str:
    return _(
        "%(paper)s: %(score)s of %(out_of)s on %(day)s", paper=_title(titles.papers, fact["paper"]),
        score=fact["score"], out_of=fact["out_of"], day=_day(fact["sat_on"]),
    )  # fmt: skip


def _qualification(fact: Mapping[str, Any], titles: Titles) -> str:
    papers = "、".join(_title(titles.papers, paper) for paper in fact["papers"])
    return _("Qualification (%(papers)s), %(days)s", papers=papers, days=_days(fact))


def _entry(fact: Mapping[str, Any], _titles: Titles) -> str:
    return _("Came onto the establishment on %(day)s", day=_day(fact["hired_on"]))


def _hours(fact: Mapping[str, Any], _titles: Titles) -> str:
    return _("%(hours)s training hours on %(day)s", hours=fact["hours"], day=_day(fact["earned_on"]))


def _task(fact: Mapping[str, Any], _titles: Titles) -> str:
    tasks = {"REGISTER": _("Registration"), "ROTATE": _("Rotation training"), "CERTIFY": _("Certification")}
    return _(
        "%(task)s of %(programme)s done on %(day)s", task=tasks[fact["task"]], programme=fact["programme"],
        day=_day(fact["done_on"]),
    )  # fmt: skip


def _roster(fact: Mapping[str, Any], _titles: Titles) -> str:
    return _("On the published list of officers, %(days)s", days=_days(fact))


def _sanction(fact: Mapping[str, Any], _titles: Titles) -> str:
    return _("%(kind)s, %(days)s", kind=title(SanctionKind, fact["kind"], language()), days=_days(fact))


def _body(fact: Mapping[str, Any], _titles: Titles) -> str:
    enforces = _("enforces") if fact["enforces"] else _("does not enforce")
    return _("%(name)s %(enforces)s, %(days)s", name=fact["name"], enforces=enforces, days=_days(fact))


def _power(fact: Mapping[str, Any], titles: Titles) -> str:
    item = f"{fact['item']} {_title(titles.items, fact['item'])}"
    status = title(PowerStatus, fact["status"], language())
    published = _("published") if fact["published"] else _("not published")
    return _(
        "%(agency)s, %(item)s: %(status)s, %(published)s, %(days)s", agency=fact["agency"], item=item, status=status,
        published=published, days=_days(fact),
    )  # fmt: skip


_SAYING: dict[str, Callable[[Mapping[str, Any], Titles], str]] = {
    "employment": _employment,
    "certificate": _certificate,
    "certificate-state": _state,
    "result": _result,
    "qualification": _qualification,
    "entry": _entry,
    "attendance": _hours,
    "task": _task,
    "roster": _roster,
    "sanction": _sanction,
    "standing": _body,
    "power": _power,
}
