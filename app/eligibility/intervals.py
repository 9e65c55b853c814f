"""Cutting time where facts or rules change. Times are aware; days are local, the last one inclusive."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from app.eligibility.facts import CertificateFacts, Facts, PersonFacts
from app.regimes.policy import Regime

DAY = timedelta(days=1)


class _Dated(Protocol):
    @property
    def starts(self) -> date: ...

    @property
    def ends(self) -> date | None: ...


@dataclass(frozen=True, slots=True)
class Interval:
    """[start, end) in which nothing that the rules read changes; `day` is the local day of the start."""

    start: datetime
    end: datetime
    day: date


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo:
    """The zone, kept."""
    return ZoneInfo(name)


@lru_cache(maxsize=65_536)
def midnight(day: date, zone: str) -> datetime:
    """The first moment of a local day, in UTC."""
    return datetime.combine(day, time.min, zone_of(zone)).astimezone(UTC)


def local_day(moment: datetime, zone: str) -> date:
    """The local day of an aware moment."""
    return moment.astimezone(zone_of(zone)).date()


def add_months(day: date, months: int) -> date:
    """The same day some months later, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise ValueError(day)


def night_of(regime: Regime, day: date) -> tuple[datetime, datetime] | None:
    """The night that begins on a local day, by the regime's hours; None where it has no length.

    Raises LookupError where the regime does not say when night is.
    """
    starts = time.fromisoformat(regime.number("night.starts", day))
    ends = time.fromisoformat(regime.number("night.ends", day))
    if starts == ends:
        return None
    zone, morning = zone_of(regime.time_zone), day if starts < ends else day + DAY
    first, last = datetime.combine(day, starts, zone), datetime.combine(morning, ends, zone)
    return first.astimezone(UTC), last.astimezone(UTC)


def resting_times(regime: Regime, start: datetime, end: datetime, nights_until: datetime) -> set[datetime]:
    """Every moment in (start, end) at which a statutory holiday begins or has ended, and every one of a night.

    Nights are told only until `nights_until`, as the first one after a moment already is a change.
    """
    zone = regime.time_zone
    moments: set[datetime] = set()
    for holiday in regime.holidays:
        for day in holiday.statutory:
            moments |= {midnight(day, zone), midnight(day + DAY, zone)}
    day, last = local_day(start, zone) - DAY, local_day(nights_until, zone)
    while day <= last and regime.setting("night.starts", day) and regime.setting("night.ends", day):
        moments.update(night_of(regime, day) or ())
        day += DAY
    return {moment for moment in moments if start < moment < end}


def cut(moments: Iterable[datetime], start: datetime, end: datetime, zone: str) -> list[Interval]:
    """[start, end) cut at every moment strictly inside; each piece carries its first local day."""
    edges = [start, *sorted({moment for moment in moments if start < moment < end}), end]
    return [Interval(first, last, local_day(first, zone)) for first, last in pairwise(edges)]


def changes(facts: Facts, people: Sequence[str], regime: Regime, start: datetime, end: datetime) -> set[datetime]:
    """Every moment in (start, end) at which a fact of these people, or a rule, starts or ceases to hold."""
    zone = regime.time_zone
    first, last = local_day(start, zone), local_day(end, zone)
    days = {day for day in regime.turning_days if first < day <= last}
    days.update(_shared_days(facts, first, last))
    warn_days = regime.setting("hours.warn_days", first)
    for year in range(first.year, last.year + 1):
        days.add(date(year + 1, 1, 1))
        if warn_days is not None:
            days.add(date(year, 12, 31) - timedelta(days=max(warn_days.value - 1, 0)))
    moments: set[datetime] = set()
    for code in people:
        person = facts.people[code]
        _person_days(person, regime, first, last, days)
        for certificate in person.certificates or ():
            moments.update(change.at for change in certificate.states if start < change.at < end)
    moments.update(midnight(day, zone) for day in days if first < day <= last)
    return moments


E = TypeVar("E")


def merged(pieces: Sequence[tuple[Interval, E]], same: Iterable[object]) -> list[tuple[Interval, E]]:
    """Neighbours whose keys are equal joined to one; the first one's value is kept."""
    result: list[tuple[Interval, E]] = []
    previous: object = None
    for (interval, value), key in zip(pieces, same, strict=True):
        if result and key == previous:
            joined = Interval(result[-1][0].start, interval.end, result[-1][0].day)
            result[-1] = (joined, result[-1][1])
        else:
            result.append((interval, value))
        previous = key
    return result


def _shared_days(facts: Facts, first: date, last: date) -> Iterable[date]:
    for agency in facts.agencies:
        yield from _edges(agency.starts, agency.ends, first, last)
    for power in facts.powers:
        yield from _edges(power.starts, power.ends, first, last)
    for place in facts.places.values():
        for designation in place.designations:
            yield from _edges(designation.starts, designation.ends, first, last)
    for given in facts.entrustments:
        yield from _edges(given.starts, given.ends, first, last)
    for count in facts.headcounts:
        yield count.on
        yield add_months(count.on, 12)


def _person_days(person: PersonFacts, regime: Regime, first: date, last: date, days: set[date]) -> None:
    dated: tuple[_Dated, ...] = (
        *person.employments,
        *person.qualifications,
        *(person.roster or ()),
        *person.sanctions,
        *person.appointments,
    )
    for fact in dated:
        days.update(_edges(fact.starts, fact.ends, first, last))
    for certificate in person.certificates or ():
        days.update(_certificate_days(certificate, regime, first, last))
    days.update(result.sat_on for result in person.results if first < result.sat_on <= last)
    days.update(hours.earned_on for hours in person.hours or () if first < hours.earned_on <= last)
    days.update(done.done_on for done in person.tasks if first < done.done_on <= last)
    for held in person.legal_qualifications or ():
        if held.since is not None:
            days.add(held.since)
    days.update(_service_days(person, regime))
    entry = person.entry
    if entry is not None:
        days.update(day for day in (entry.hired_on, entry.initial_training_on) if day is not None)
        days.add(probation_end(entry.hired_on, entry.probation_to, regime, first) + DAY)


def _service_days(person: PersonFacts, regime: Regime) -> Iterable[date]:
    """When enough service for a dispatch is complete (R29); without an own record the first employment tells."""
    entry = person.entry
    since = entry.service_from or entry.hired_on if entry is not None else None
    if since is None:
        since = min((one.starts for one in person.employments), default=None)
    if since is not None:
        for months in regime.values.get("dispatch.service_months", ()):
            yield add_months(since, months.value)
        if entry is None:
            yield probation_end(since, None, regime, since) + DAY


def probation_end(hired_on: date, probation_to: date | None, regime: Regime, day: date) -> date:
    """The last day of probation: as recorded, or the regime's months from the day of hiring (公务员法34)."""
    if probation_to is not None:
        return probation_to
    months = regime.setting("probation.months", day)
    return add_months(hired_on, months.value if months is not None else 12) - DAY


def _certificate_days(certificate: CertificateFacts, regime: Regime, first: date, last: date) -> Iterable[date]:
    """The edges of validity, the opening of the renewal window, and the day after a review fell due (R40)."""
    yield from _edges(certificate.valid_from, certificate.valid_to, first, last)
    if certificate.valid_to is not None:
        for window in regime.values.get("renewal.window_days", ()):
            yield certificate.valid_to - timedelta(days=window.value)
    reviewed = [review.reviewed_on for review in certificate.reviews]
    yield from reviewed
    for interval in regime.values.get("review.years", ()):
        if interval.value and certificate.valid_from is not None:
            for day in (certificate.valid_from, *reviewed):
                yield add_months(day, 12 * interval.value) + DAY


def _edges(starts: date | None, ends: date | None, first: date, last: date) -> Iterable[date]:
    if starts is not None and first < starts <= last:
        yield starts
    if ends is not None and first <= ends < last:
        yield ends + DAY
