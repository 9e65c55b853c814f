"""From rows to facts: what agencies and units are, and which powers they hold."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from itertools import pairwise

from app.eligibility.facts import AgencyFacts, Entrustment, PowerFacts
from app.registry import queries as registry
from app.registry.codes import AuthorityBasis

DAY = timedelta(days=1)


def agency_facts(book: registry.RegistryFacts, codes: Collection[str]) -> tuple[AgencyFacts, ...]:
    """One value per unit and span of days in which standing and territory stay the same."""
    found: list[AgencyFacts] = []
    for unit_id in sorted(book.units):
        unit = book.units[unit_id]
        if unit.code in codes:
            for standing in book.standings.get(unit_id, ()):
                found += _versions(unit, standing, book.territories.get(unit_id, ()))
    return tuple(found)


def unit_asked(book: registry.RegistryFacts, unit_id: int) -> AgencyFacts:
    """A unit whose standing in law nobody recorded: what it is called and what kind it is, and nothing more."""
    unit = book.units[unit_id]
    return AgencyFacts(id=f"unit:{unit_id}", code=unit.code, enforces=None, name=unit.name_zh, kind=unit.kind)


def _versions(
    unit: registry.UnitRow, standing: registry.StandingFact, territories: tuple[registry.TerritoryFact, ...]
) -> Iterable[AgencyFacts]:
    for first, last in _spans(standing, territories):
        areas = [one for one in territories if one.holds(first)]
        suffix = "/area:" + ".".join(str(one.id) for one in areas) if areas else ""
        yield AgencyFacts(
            id=f"standing:{standing.id}{suffix}",
            recorded_at=max([standing.recorded_at, *(one.recorded_at for one in areas)]),
            code=unit.code,
            enforces=standing.enforces,
            name=unit.name_zh,
            basis=_basis(standing.authority_basis),
            territory=tuple(one.area_code for one in areas),
            starts=first,
            ends=last,
            kind=unit.kind,
        )


def _spans(
    standing: registry.StandingFact, territories: tuple[registry.TerritoryFact, ...]
) -> Iterable[tuple[date, date | None]]:
    """The standing's days, cut where a territory begins or has ended."""
    edges = {standing.valid_from}
    for one in territories:
        edges |= {one.valid_from} | ({one.valid_to + DAY} if one.valid_to else set())
    inside = sorted(
        day for day in edges if standing.valid_from <= day and (standing.valid_to is None or day <= standing.valid_to)
    )
    for first, following in pairwise([*inside, None]):
        if first is not None:
            yield first, following - DAY if following else standing.valid_to


def _basis(code: str) -> AuthorityBasis | None:
    return AuthorityBasis(code) if code in AuthorityBasis.__members__ else None


def entrustment_facts(
    book: registry.RegistryFacts, rows: Collection[registry.EntrustmentFact]
) -> tuple[Entrustment, ...]:
    """What bodies were entrusted with; one published later than it was given stands as two spans of days."""
    found: list[Entrustment] = []
    for row in rows:
        giver, body = book.units.get(row.unit_id), book.units.get(row.body_id)
        if giver is not None and body is not None:
            found += _entrusted(giver.code, body.code, row)
    return tuple(found)


def _entrusted(giver: str, body: str, row: registry.EntrustmentFact) -> Iterable[Entrustment]:
    for first, last, published in _published_spans(row.valid_from, row.valid_to, row.published_on):
        yield Entrustment(
            id=f"entrustment:{row.id}" + ("" if published else "/unpublished"),
            recorded_at=row.recorded_at,
            giver=giver,
            body=body,
            items=None if row.items is None else tuple(row.items),
            starts=first,
            ends=last,
            published=published,
            by_entrusted=row.by_entrusted,
        )


def power_facts(book: registry.RegistryFacts, codes: Collection[str]) -> tuple[PowerFacts, ...]:
    """The power items of these agencies; one taken over before it was published stands as two spans of days."""
    found: list[PowerFacts] = []
    for unit_id in sorted(book.units):
        unit = book.units[unit_id]
        if unit.code in codes:
            for row in book.powers.get(unit_id, ()):
                found += _powers(unit.code, row)
    return tuple(found)


def _powers(agency: str, row: registry.PowerFact) -> Iterable[PowerFacts]:
    for first, last, published in _published_spans(row.valid_from, row.valid_to, row.published_on):
        yield _power(agency, row, first, last, published=published)


def _published_spans(
    first: date, last: date | None, published: date | None
) -> Iterable[tuple[date, date | None, bool]]:
    """The days cut where the publication falls within them, each span with whether it was published."""
    if published is None or (last is not None and published > last):
        yield first, last, False
    elif published <= first:
        yield first, last, True
    else:
        yield first, published - DAY, False
        yield published, last, True


def _power(agency: str, row: registry.PowerFact, first: date, last: date | None, *, published: bool) -> PowerFacts:
    return PowerFacts(
        id=f"power:{row.id}" + ("" if published else "/unpublished"),
        recorded_at=row.recorded_at,
        agency=agency,
        item=row.item_code,
        starts=first,
        ends=last,
        published=published,
        status=row.status,
    )
