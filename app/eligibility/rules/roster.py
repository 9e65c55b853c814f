"""R38: a roster leaves no place uncovered and puts nobody in two shifts at once (HK-07)."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import chain

from app.eligibility.facts import Question, Shift
from app.eligibility.findings import NOTHING, Findings
from app.eligibility.intervals import Interval, zone_of
from app.eligibility.rules.saying import said
from app.eligibility.standing import Squad
from app.regimes.codes import Act, Severity
from app.regimes.policy import RegimeDay

MOST = 50
"""Findings told one by one; of further ones only the number."""

Pair = tuple[Shift, Shift]
Gap = tuple[str, datetime, datetime]
Faults = tuple[tuple[Shift, ...], tuple[tuple[Pair, tuple[str, ...]], ...], tuple[tuple[Pair, tuple[str, ...]], ...]]


def r38(squad: Squad, question: Question, regime: RegimeDay, _interval: Interval) -> Findings:
    """Nobody double-booked, rest between shifts, and no gap in the places to be covered, over the asked interval.

    The whole roster is judged in every piece of time, as it is published at once. A shift without people covers
    nothing. O(n log n) in the number of people's shifts.
    """
    if squad.act is not Act.PUBLISH_ROSTER:
        return NOTHING
    facts = squad.members[0].standing.facts
    if facts.shifts is None:
        return said(regime, "R38", "unstated", squad.people)
    start, end = question.start, question.end
    reversed_shifts, booked, tired = _faults(facts.shifts, start, end, int(regime.values["roster.rest_hours"]))
    every = chain(
        (_reversed(regime, squad, shift) for shift in reversed_shifts),
        (_pair(regime, "double-booked", pair, people) for pair, people in booked),
        (_pair(regime, "rest", pair, people) for pair, people in tired),
        (_gap(regime, squad, gap) for gap in _gaps(facts.shifts, facts.covered, start, end)),
    )
    told: Findings = NOTHING
    more = 0
    for finding in every:
        if len(told) < MOST:
            told += finding
        else:
            more += 1
    if more:
        told += said(regime, "R38", "more", squad.people, severity=Severity.WARN, shown=MOST, more=more)
    return told


@lru_cache(maxsize=4)
def _faults(shifts: tuple[Shift, ...], start: datetime, end: datetime, rest_hours: int) -> Faults:
    """What `_searched` found; kept, because every piece of time asks the same of one roster."""
    return _searched(shifts, start, end, rest_hours)


def _searched(shifts: tuple[Shift, ...], start: datetime, end: datetime, rest_hours: int) -> Faults:
    """Shifts that end before they start, overlaps and short rests with the people concerned; each in time order."""
    backward = tuple(sorted((one for one in shifts if one.ends <= one.starts), key=_order))
    turns: dict[str, list[Shift]] = {}
    for shift in sorted((one for one in shifts if one.starts < one.ends), key=_order):
        for code in dict.fromkeys(shift.people):
            turns.setdefault(code, []).append(shift)
    rest = timedelta(hours=rest_hours)
    booked: dict[tuple[str, str], tuple[Pair, list[str]]] = {}
    tired: dict[tuple[str, str], tuple[Pair, list[str]]] = {}
    for code in sorted(turns):
        last = turns[code][0]
        for shift in turns[code][1:]:
            pause = shift.starts - last.ends
            if pause < rest and (_touches(last, start, end) or _touches(shift, start, end)):
                kept = booked if pause < timedelta(0) else tired
                kept.setdefault((last.id, shift.id), ((last, shift), []))[1].append(code)
            if shift.ends > last.ends:
                last = shift
    return backward, _listed(booked), _listed(tired)


def _listed(found: dict[tuple[str, str], tuple[Pair, list[str]]]) -> tuple[tuple[Pair, tuple[str, ...]], ...]:
    rows = sorted(found.values(), key=lambda row: (_order(row[0][1]), _order(row[0][0])))
    return tuple((pair, tuple(people)) for pair, people in rows)


def _order(shift: Shift) -> tuple[datetime, datetime, str]:
    return shift.starts, shift.ends, shift.id


def _touches(shift: Shift, start: datetime, end: datetime) -> bool:
    return shift.starts < end and shift.ends > start


def _gaps(shifts: Iterable[Shift], covered: tuple[str, ...], start: datetime, end: datetime) -> Iterator[Gap]:
    """Per place, in order of the places, each time within [start, end) in which nobody is on duty."""
    duty: dict[str, list[tuple[datetime, datetime]]] = {place: [] for place in covered}
    for shift in shifts:
        if shift.place in duty and shift.people and _touches(shift, start, end):
            duty[shift.place].append((shift.starts, shift.ends))
    for place in sorted(duty):
        reached = start
        for first, last in sorted(duty[place]):
            if first > reached:
                yield place, reached, first
            reached = max(reached, last)
        if reached < end:
            yield place, reached, end


def _pair(regime: RegimeDay, code: str, pair: Pair, people: tuple[str, ...]) -> Findings:
    first, second = pair
    double = code == "double-booked"
    hours = int(regime.values["roster.rest_hours"])
    return said(
        regime,
        "R38",
        code,
        people,
        facts=(first.id, second.id),
        severity=None if double else Severity.WARN,
        names="、".join(people),
        first=_shift(first, regime),
        second=_shift(second, regime),
        hours=hours,
    )


def _reversed(regime: RegimeDay, squad: Squad, shift: Shift) -> Findings:
    return said(regime, "R38", "reversed", squad.people, facts=(shift.id,), shift=_shift(shift, regime))


def _gap(regime: RegimeDay, squad: Squad, gap: Gap) -> Findings:
    place, first, last = gap
    named = squad.members[0].standing.facts.places.get(place)
    name = named.name if named is not None and named.name else place
    return said(
        regime,
        "R38",
        "gap",
        squad.people,
        severity=Severity.WARN,
        place=name,
        starts=_clock(first, regime),
        ends=_clock(last, regime),
    )


def _shift(shift: Shift, regime: RegimeDay) -> str:
    return f"{shift.squad} {_clock(shift.starts, regime)}—{_clock(shift.ends, regime)}"


def _clock(moment: datetime, regime: RegimeDay) -> str:
    return moment.astimezone(zone_of(regime.zone)).strftime("%Y-%m-%d %H:%M")
