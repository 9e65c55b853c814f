"""Facts a judgement rests on, as compact values; the loader builds them, the rules read them.

Every fact carries the `id` that appears as evidence in an answer and two times: when it held (days, last day
inclusive, or an aware instant) and when it was recorded (`recorded_at`, and `superseded_at` once a correction took
its place). None as a whole tuple means "nobody knows", an empty tuple means "known to be none".
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from app.core.errors import N_, DomainError
from app.regimes.codes import Act, CertificateState, Task
from app.registry.codes import AuthorityBasis, Category, PersonKind


class BadQuestion(DomainError):
    """The question or its facts cannot be judged as asked; the code says why."""

    status = 422


@dataclass(frozen=True, slots=True)
class Context:
    """What the asker adds about the occasion; None is not stated."""

    approval: str | None = None
    emergency: bool = False
    recorder: bool | None = None
    case_parties: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """May these people (codes) do this act on this item at this place through [start, end); aware times.

    `known_at` asks as of what was recorded by that moment; None is everything recorded so far.
    """

    people: tuple[str, ...]
    act: Act
    item: str | None
    place: str | None
    start: datetime
    end: datetime
    context: Context = Context()
    known_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What every recorded fact carries."""

    id: str
    recorded_at: datetime | None = None
    superseded_at: datetime | None = None

    def known(self, at: datetime | None) -> bool:
        """Whether the fact stood in the records at that moment; None is now and drops only what was superseded."""
        if at is None:
            return self.superseded_at is None
        return (self.recorded_at is None or self.recorded_at <= at) and (
            self.superseded_at is None or self.superseded_at > at
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Employment(Fact):
    """Service at one agency and unit (codes), first through last day; `ended_for` e.g. RETIRED, RESIGNED."""

    category: Category
    agency: str
    starts: date
    ends: date | None = None
    unit: str | None = None
    ended_for: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StateChange(Fact):
    """From `at` (aware) the certificate is in this state, until a later change."""

    state: CertificateState
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFacts(Fact):
    """One certificate with its whole history. None for dates, region or domains is unknown, and so denies.

    `region` holds area codes, `domains` domain codes of the regime; a certificate without any state change is active.
    """

    number: str
    agency: str | None
    valid_from: date | None
    valid_to: date | None
    region: tuple[str, ...] | None
    domains: tuple[str, ...] | None
    states: tuple[StateChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExamResult(Fact):
    """A released result of one paper; it counts from the day of the sitting."""

    paper: str
    score: Decimal
    sat_on: date
    out_of: Decimal = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class QualificationFacts(Fact):
    """A qualification in force, with the papers it rests on, passed or lawfully waived."""

    papers: tuple[str, ...]
    starts: date
    ends: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Fact):
    """How a person came in. `probation_to` None is reckoned by the regime.

    `initial_training` is DONE (with its day), OPEN, or None for unknown.
    """

    hired_on: date
    probation_to: date | None = None
    initial_training: str | None = None
    initial_training_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursFact(Fact):
    """Hours (学时) earned on a day, credited to a calendar year: an earlier one where they make up a shortfall."""

    year: int
    hours: Decimal
    earned_on: date
    category: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDone(Fact):
    """One task of a programme (code), finished on that day."""

    programme: str
    task: Task
    done_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterPublication(Fact):
    """The person stands on the published list of officers through these days."""

    starts: date
    ends: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SanctionFacts(Fact):
    """A sanction or an order suspending from duties."""

    kind: str
    starts: date
    ends: date | None = None
    suspends_duties: bool = False


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """Everything the rules may read about one person."""

    code: str
    kind: PersonKind
    name: str = ""
    employments: tuple[Employment, ...] = ()
    certificates: tuple[CertificateFacts, ...] | None = ()
    results: tuple[ExamResult, ...] = ()
    qualifications: tuple[QualificationFacts, ...] = ()
    entry: Entry | None = None
    hours: tuple[HoursFact, ...] | None = ()
    tasks: tuple[TaskDone, ...] = ()
    roster: tuple[RosterPublication, ...] | None = ()
    sanctions: tuple[SanctionFacts, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyFacts(Fact):
    """An agency or one of its units, in force from the first through the last day. `enforces` None is unknown.

    `territory` holds area codes (not read for units). `basis` None is unknown, and so denies.
    Several versions of one code may stand side by side with different days.
    """

    code: str
    enforces: bool | None
    name: str = ""
    basis: AuthorityBasis | None = None
    territory: tuple[str, ...] = ()
    starts: date | None = None
    ends: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Designation(Fact):
    """A written order that gives an agency a case or place outside its territory; `item` None is every item."""

    agency: str
    starts: date
    ends: date | None = None
    item: str | None = None


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """A place: `path` holds area codes from the place itself upward to the province."""

    code: str
    path: tuple[str, ...]
    name: str = ""
    designations: tuple[Designation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerFacts(Fact):
    """Agency and item, with the days it holds the power.

    `status` is HELD, PLANNED or RETURNED; `holder` names the agency that has it instead, where known.
    """

    agency: str
    item: str
    starts: date | None
    ends: date | None = None
    published: bool | None = None
    status: str = "HELD"
    holder: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """All facts of one question. `agencies` and `powers` may hold several versions of one code."""

    people: Mapping[str, PersonFacts]
    agencies: tuple[AgencyFacts, ...] = ()
    powers: tuple[PowerFacts, ...] = ()
    places: Mapping[str, PlaceFacts] = field(default_factory=dict)

    def digest(self) -> str:
        """`sha256:` over the canonical content; the order in which facts were loaded does not matter."""
        text = json.dumps(plain(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


T = TypeVar("T", bound=Fact)


def as_known(facts: Facts, at: datetime | None) -> Facts:
    """The facts as they stood in the records at that moment (None: now); the same object where nothing is hidden."""
    if not _hides(facts, at):
        return facts
    return Facts(
        people={code: _person_as_known(person, at) for code, person in facts.people.items()},
        agencies=_kept(facts.agencies, at),
        powers=_kept(facts.powers, at),
        places={
            code: replace(place, designations=_kept(place.designations, at)) for code, place in facts.places.items()
        },
    )


def every_fact(facts: Facts) -> Iterable[Fact]:
    """Each recorded fact once, histories included."""
    yield from facts.agencies
    yield from facts.powers
    for place in facts.places.values():
        yield from place.designations
    for person in facts.people.values():
        yield from facts_of(person)


def facts_of(person: PersonFacts) -> Iterable[Fact]:
    """Each recorded fact about one person."""
    yield from person.employments
    for certificate in person.certificates or ():
        yield certificate
        yield from certificate.states
    yield from person.results
    yield from person.qualifications
    if person.entry is not None:
        yield person.entry
    yield from person.hours or ()
    yield from person.tasks
    yield from person.roster or ()
    yield from person.sanctions


def plain(value: Any) -> Any:  # noqa: ANN401 - walks any value of this module
    """The value as JSON types: dataclasses as objects, times as ISO text, facts in order of their ids."""
    if is_dataclass(value):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list | frozenset):
        items = [plain(item) for item in value]
        return sorted(items, key=lambda item: json.dumps(item, sort_keys=True, ensure_ascii=False))
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value


def require_known_people(facts: Facts, question: Question) -> None:
    """Refuse a question about people or a place that the facts do not hold."""
    missing = sorted(set(question.people) - set(facts.people))
    if missing:
        raise BadQuestion(
            "unknown-person", N_("There is no person with the code %(given)s."), field="people", given=missing[0]
        )
    if question.place is not None and question.place not in facts.places:
        raise BadQuestion(
            "unknown-place", N_("There is no place with the code %(given)s."), field="place", given=question.place
        )


def _hides(facts: Facts, at: datetime | None) -> bool:
    if at is None:
        return any(fact.superseded_at is not None for fact in every_fact(facts))
    return any(not fact.known(at) for fact in every_fact(facts))


def _kept(facts: tuple[T, ...], at: datetime | None) -> tuple[T, ...]:
    return tuple(fact for fact in facts if fact.known(at))


def _person_as_known(person: PersonFacts, at: datetime | None) -> PersonFacts:
    certificates = person.certificates
    if certificates is not None:
        certificates = tuple(replace(one, states=_kept(one.states, at)) for one in _kept(certificates, at))
    return replace(
        person,
        employments=_kept(person.employments, at),
        certificates=certificates,
        results=_kept(person.results, at),
        qualifications=_kept(person.qualifications, at),
        entry=person.entry if person.entry is not None and person.entry.known(at) else None,
        hours=None if person.hours is None else _kept(person.hours, at),
        tasks=_kept(person.tasks, at),
        roster=None if person.roster is None else _kept(person.roster, at),
        sanctions=_kept(person.sanctions, at),
    )
