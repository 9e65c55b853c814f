"""From rows to facts: what agencies and units are, and which powers they hold."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from itertools import pairwise

from app.eligibility.facts import AgencyFacts, PowerFacts
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
    published = row.published_on
    if published is None or (row.valid_to is not None and published > row.valid_to):
        yield _power(agency, row, row.valid_from, row.valid_to, published=False)
    elif published <= row.valid_from:
        yield _power(agency, row, row.valid_from, row.valid_to, published=True)
    else:
        yield _power(agency, row, row.valid_from, published - DAY, published=False)
        yield _power(agency, row, published, row.valid_to, published=True)


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
