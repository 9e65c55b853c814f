"""From rows to facts: everything the rules may read about some people, in a fixed number of queries."""

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.core.errors import N_
from app.core.permissions import Scope
from app.credentials import queries as credentials
from app.eligibility.facts import (
    AgencyFacts,
    BadQuestion,
    Designation,
    Facts,
    Headcount,
    PersonFacts,
    PlaceFacts,
    Question,
)  # fmt: skip
from app.eligibility.intervals import local_day
from app.eligibility.judgement import AHEAD
from app.eligibility.queries.agencies import agency_facts, entrustment_facts, power_facts, unit_asked
from app.eligibility.queries.headcounts import headcounts
from app.eligibility.queries.persons import Rows, home_unit, person_facts
from app.eligibility.queries.rosters import with_roster
from app.eligibility.queries.tasks import tasks_done
from app.exams import queries as exams
from app.regimes.codes import ACTS_OF_CLASS, Act, ActClass
from app.regimes.loader import DEFAULT_REGIME, default_zone
from app.regimes.policy import Regime
from app.regimes.queries import effective
from app.registry import queries as registry
from app.training import queries as training

COUNTED = frozenset({*ACTS_OF_CLASS[ActClass.STAFFING], Act.LEGAL_REVIEW}) - {Act.PUBLISH_ROSTER}
"""Acts whose answer turns on how many people an agency has."""


@dataclass(frozen=True)
class Loaded:
    """Facts for a judgement, under one regime. `ids` and `homes` give each code's person id and unit id."""

    facts: Facts
    regime: Regime
    ids: Mapping[str, int]
    homes: Mapping[str, int | None]


def find_people(session: Session, codes: Sequence[str], today: date, scope: Scope) -> list[int]:
    """The ids of the people named, in order; raises BadQuestion for one who is unknown or outside the scope."""
    found = registry.ids_in_scope(session, codes, today, scope)
    for code in codes:
        if code not in found:
            raise BadQuestion(
                "unknown-person", N_("There is no person with the code %(given)s."), field="people", given=code
            )
    return [found[code] for code in codes]


def load_for(session: Session, question: Question, person_ids: Collection[int], known_at: datetime | None) -> Loaded:
    """The facts of one question as believed at `known_at` (None: now), with a look ahead of a year.

    Raises BadQuestion `several-regimes` where the people come under different rules, `unknown-unit` for a unit of the
    context that is not on the books.
    """
    zone = default_zone()
    first = local_day(question.start, zone)
    last = local_day(max(question.end, question.start + AHEAD), zone)
    book = _book(session, person_ids, first, last, known_at, unit=_unit(session, question))
    parts = _parts(session, book, (first, local_day(question.end, zone)), known_at)
    if len(parts) > 1:
        raise BadQuestion(
            "several-regimes",
            N_("These people come under different local rules; ask about them separately."),
            field="people",
        )
    loaded = parts[0]
    facts = replace(
        loaded.facts,
        people={code: _about(person, question) for code, person in loaded.facts.people.items()},
        places=_places(session, question.place, first, last, known_at) if question.place is not None else {},
        headcounts=_headcounts(session, book, question, first, known_at),
    )
    if question.context.roster is not None:
        facts = with_roster(session, facts, question.context.roster, ZoneInfo(zone), known_at)
    return replace(loaded, facts=facts)


def load_people(
    session: Session,
    person_ids: Collection[int],
    first: date,
    last: date,
    known_at: datetime | None = None,
    *,
    decisive: date | None = None,
) -> list[Loaded]:
    """Facts about people for the days `first` to `last`, one value per regime that governs some of them.

    `decisive` is the last day whose answer counts; what lies beyond only tells when the answer changes.
    """
    return _parts(session, _book(session, person_ids, first, last, known_at), (first, decisive or last), known_at)


@dataclass(frozen=True)
class _Book:
    """Everything read about some people; `unit` is the id of the unit that the question names."""

    ids: Sequence[int]
    rows: Rows
    entrustments: Sequence[registry.EntrustmentFact]
    unit: int | None


def _book(
    session: Session,
    person_ids: Collection[int],
    first: date,
    last: date,
    known_at: datetime | None,
    *,
    unit: int | None = None,
) -> _Book:
    ids = list(dict.fromkeys(person_ids))
    certificates = credentials.certificate_facts(session, ids, known_at)
    entrustments = registry.entrustments_of(session, ids, first, last, known_at)
    wanted = {one.agency_id for several in certificates.values() for one in several}
    wanted |= {one.unit_id for one in entrustments} | {one.body_id for one in entrustments}
    if unit is not None:
        wanted.add(unit)
    rows = Rows(
        registry.facts_for(session, ids, first, last, known_at, unit_ids=wanted),
        certificates,
        credentials.reviews_of(session, [one.id for several in certificates.values() for one in several], known_at),
        credentials.qualification_facts(session, ids, known_at),
        exams.passes(session, ids, known_at),
        training.hours_facts(session, ids, known_at),
        tasks_done(session, ids, known_at),
    )
    return _Book(ids, rows, entrustments, unit)


def _parts(session: Session, book: _Book, window: tuple[date, date], known_at: datetime | None) -> list[Loaded]:
    found = _by_regime(book.rows.book, book.ids, window[0])
    return [_part(book, own, effective(session, regime, known_at), window) for regime, own in found.items()]


def _part(book: _Book, ids: Sequence[int], regime: Regime, window: tuple[date, date]) -> Loaded:
    rows = book.rows
    people = {}
    for person_id in ids:
        one = person_facts(rows, person_id, regime, window)
        people[one.code] = one
    agencies = {employment.agency for one in people.values() for employment in one.employments}
    used = agencies | {employment.unit for one in people.values() for employment in one.employments if employment.unit}
    entrustments = tuple(one for one in entrustment_facts(rows.book, book.entrustments) if one.body in used)
    agencies |= {one.giver for one in entrustments}
    used |= agencies | ({rows.book.units[book.unit].code} if book.unit is not None else set())
    return Loaded(
        Facts(
            people,
            _bodies(book, used),
            power_facts(rows.book, agencies),
            {},
            entrustments=entrustments,
        ),
        regime,
        {rows.book.people[person_id].code: person_id for person_id in ids},
        {rows.book.people[person_id].code: home_unit(rows.book, person_id, window[0]) for person_id in ids},
    )


def _bodies(book: _Book, codes: Collection[str]) -> tuple[AgencyFacts, ...]:
    registered = book.rows.book
    found = agency_facts(registered, codes)
    if book.unit is None or any(one.code == registered.units[book.unit].code for one in found):
        return found
    return (*found, unit_asked(registered, book.unit))


def _unit(session: Session, question: Question) -> int | None:
    """The unit that the context names; raises BadQuestion `unknown-unit`."""
    code = question.context.unit
    if code is None:
        return None
    found = registry.unit_id(session, code)
    if found is None:
        raise BadQuestion(
            "unknown-unit", N_("There is no unit with the code %(given)s."), field="context.unit", given=code
        )
    return found


def _about(person: PersonFacts, question: Question) -> PersonFacts:
    """The person with only those relations that touch a party of the case: the others are nobody's business here."""
    if not person.relations:
        return person
    parties = [_spelled(one) for one in question.context.case_parties]
    kept = tuple(
        one
        for one in person.relations
        if any(party and (party in _spelled(one.party) or _spelled(one.party) in party) for party in parties)
    )
    return replace(person, relations=kept)


def _spelled(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def _headcounts(
    session: Session, book: _Book, question: Question, day: date, known_at: datetime | None
) -> tuple[Headcount, ...]:
    """Numbers of the people's agencies and of the unit asked about, for acts that turn on them only."""
    if question.act not in COUNTED:
        return ()
    registered = book.rows.book
    agencies = {one.agency_id for several in registered.employments.values() for one in several if one.holds(day)}
    unit = registered.units[book.unit] if book.unit is not None else None
    if unit is not None and unit.agency_id is not None:
        agencies.add(unit.agency_id)
    rows = [registered.units[one] for one in sorted(agencies) if one in registered.units]
    return headcounts(session, rows, unit, day, default_zone(), known_at)


def _by_regime(book: registry.RegistryFacts, ids: Sequence[int], day: date) -> dict[str, list[int]]:
    """The people under each regime; who serves nowhere goes with the others, alone under the default."""
    found: dict[str, list[int]] = {}
    nowhere: list[int] = []
    for person_id in ids:
        unit = home_unit(book, person_id, day)
        regime = book.regime_of(unit) if unit is not None else None
        if regime is None:
            nowhere.append(person_id)
        else:
            found.setdefault(regime, []).append(person_id)
    if nowhere:
        found.setdefault(next(iter(found), DEFAULT_REGIME), []).extend(nowhere)
    return found


def _places(session: Session, code: str, first: date, last: date, known_at: datetime | None) -> dict[str, PlaceFacts]:
    """The place with the orders that designate an agency for it or for an area around it."""
    found = registry.area_upward(session, code)
    if found is None:
        return {}
    upward, name = found
    orders = tuple(
        Designation(
            id=f"designation:{one.id}",
            recorded_at=one.recorded_at,
            agency=agency,
            starts=one.valid_from,
            ends=one.valid_to,
            item=one.item_code,
        )
        for one, agency in registry.designations_at(session, upward, first, last, known_at)
    )
    return {code: PlaceFacts(code, upward, name, orders)}
