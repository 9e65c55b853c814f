"""The facts as they stood in the records at some moment."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from app.core.errors import N_
from app.eligibility.facts.asking import BadQuestion, Question
from app.eligibility.facts.person import Fact, PersonFacts
from app.eligibility.facts.world import Facts

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
        entrustments=_kept(facts.entrustments, at),
        headcounts=_kept(facts.headcounts, at),
        shifts=_known_or_none(facts.shifts, at),
        covered=facts.covered,
    )


def every_fact(facts: Facts) -> Iterable[Fact]:
    """Each recorded fact once, histories included."""
    yield from facts.agencies
    yield from facts.powers
    for place in facts.places.values():
        yield from place.designations
    yield from facts.entrustments
    yield from facts.headcounts
    yield from facts.shifts or ()
    for person in facts.people.values():
        yield from facts_of(person)


def facts_of(person: PersonFacts) -> Iterable[Fact]:
    """Each recorded fact about one person."""
    yield from person.employments
    for certificate in person.certificates or ():
        yield certificate
        yield from certificate.states
        yield from certificate.reviews
    yield from person.results
    yield from person.qualifications
    if person.entry is not None:
        yield person.entry
    yield from person.hours or ()
    yield from person.tasks
    yield from person.roster or ()
    yield from person.sanctions
    yield from person.relations or ()
    yield from person.appointments
    yield from person.legal_qualifications or ()


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
        certificates = tuple(
            replace(one, states=_kept(one.states, at), reviews=_kept(one.reviews, at))
            for one in _kept(certificates, at)
        )
    return replace(
        person,
        employments=_kept(person.employments, at),
        certificates=certificates,
        results=_kept(person.results, at),
        qualifications=_kept(person.qualifications, at),
        entry=person.entry if person.entry is not None and person.entry.known(at) else None,
        hours=_known_or_none(person.hours, at),
        tasks=_kept(person.tasks, at),
        roster=_known_or_none(person.roster, at),
        sanctions=_kept(person.sanctions, at),
        relations=_known_or_none(person.relations, at),
        appointments=_kept(person.appointments, at),
        legal_qualifications=_known_or_none(person.legal_qualifications, at),
    )


def _known_or_none(facts: tuple[T, ...] | None, at: datetime | None) -> tuple[T, ...] | None:
    return None if facts is None else _kept(facts, at)
