"""From rows to facts: everything the rules may read about some people, in a fixed number of queries."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.core.errors import N_
from app.core.permissions import Scope
from app.credentials import queries as credentials
from app.eligibility.facts import BadQuestion, Facts, PlaceFacts, Question
from app.eligibility.intervals import local_day
from app.eligibility.judgement import AHEAD
from app.eligibility.queries.agencies import agency_facts, power_facts
from app.eligibility.queries.persons import Rows, home_unit, person_facts
from app.eligibility.queries.tasks import tasks_done
from app.exams import queries as exams
from app.regimes.loader import DEFAULT_REGIME, load
from app.regimes.policy import Regime
from app.registry import queries as registry
from app.training import queries as training


@dataclass(frozen=True)
class Loaded:
    """Facts for a judgement, under one regime. `ids` and `homes` give each code's person id and unit id."""

    facts: Facts
    regime: Regime
    ids: Mapping[str, int]
    homes: Mapping[str, int | None]


def find_people(session: Session, codes: Sequence[str], today: date, scope: Scope) -> list[registry.PersonRow]:
    """The people named, in the order named; raises BadQuestion for one who is unknown or outside the scope."""
    found = {row.code: row for row in registry.people_by_codes(session, codes, today, scope)}
    for code in codes:
        if code not in found:
            raise BadQuestion(
                "unknown-person", N_("There is no person with the code %(given)s."), field="people", given=code
            )
    return [found[code] for code in codes]


def load_for(session: Session, question: Question, person_ids: Collection[int], known_at: datetime | None) -> Loaded:
    """The facts of one question as believed at `known_at` (None: now), with a look ahead of a year.

    Raises BadQuestion `several-regimes` where the people come under different rules.
    """
    zone = load(DEFAULT_REGIME).time_zone
    first = local_day(question.start, zone)
    last = local_day(max(question.end, question.start + AHEAD), zone)
    parts = load_people(session, person_ids, first, last, known_at, decisive=local_day(question.end, zone))
    if len(parts) > 1:
        raise BadQuestion(
            "several-regimes",
            N_("These people come under different local rules; ask about them separately."),
            field="people",
        )
    loaded = parts[0]
    facts = loaded.facts
    if question.place is not None:
        facts = Facts(facts.people, facts.agencies, facts.powers, _places(session, question.place))
    return Loaded(facts, loaded.regime, loaded.ids, loaded.homes)


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
    ids = list(dict.fromkeys(person_ids))
    certificates = credentials.certificate_facts(session, ids, known_at)
    issuers = {one.agency_id for several in certificates.values() for one in several}
    book = registry.facts_for(session, ids, first, last, known_at, unit_ids=issuers)
    rows = Rows(
        book,
        certificates,
        credentials.qualification_facts(session, ids, known_at),
        exams.passes(session, ids, known_at),
        training.hours_facts(session, ids, known_at),
        tasks_done(session, ids, known_at),
    )
    window = (first, decisive or last)
    return [_part(rows, own, regime, window) for regime, own in _by_regime(book, ids, window[0]).items()]


def _part(rows: Rows, ids: Sequence[int], regime_id: str, window: tuple[date, date]) -> Loaded:
    regime = load(regime_id)
    book = rows.book
    people = {}
    for person_id in ids:
        one = person_facts(rows, person_id, regime, window)
        people[one.code] = one
    codes = {employment.agency for one in people.values() for employment in one.employments}
    used = codes | {employment.unit for one in people.values() for employment in one.employments if employment.unit}
    return Loaded(
        Facts(people, agency_facts(book, used), power_facts(book, codes), {}),
        regime,
        {book.people[person_id].code: person_id for person_id in ids},
        {book.people[person_id].code: home_unit(book, person_id, window[0]) for person_id in ids},
    )


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


def _places(session: Session, code: str) -> dict[str, PlaceFacts]:
    area = registry.area_by_code(session, code)
    if area is None:
        return {}
    upward = tuple(part for part in reversed(area.path.split("/")) if part)
    return {code: PlaceFacts(code, upward, area.name_zh)}
