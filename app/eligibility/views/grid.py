"""A checked roster as a grid: places down, days across, what stands in each day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from app.core.clock import day_end, day_start, local_day
from app.eligibility.queries.coverage import CheckedShift, Clash, Duty, Gap, RosterCheck, ShortRest

WEEK = timedelta(days=7)
TONES = {Duty.FULL: "ok", Duty.WARNED: "warn", Duty.PATROL: "neutral", Duty.UNKNOWN: "neutral", Duty.NONE: "deny"}


@dataclass(frozen=True)
class Stretch:
    """A part of a day's bar in percent; `duty` None is a gap."""

    left: float
    width: float
    duty: Duty | None

    @property
    def tone(self) -> str:
        """The pattern it is drawn with."""
        return TONES[self.duty] if self.duty else "gap"


@dataclass(frozen=True)
class Cell:
    """One place on one day: its bar, the shifts that begin that day, and the gaps of that day."""

    day: date
    bar: tuple[Stretch, ...]
    shifts: tuple[CheckedShift, ...]
    gaps: tuple[tuple[datetime, datetime], ...]


@dataclass(frozen=True)
class Line:
    """One place with its days."""

    place: str
    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Grid:
    """At most a week of a roster; `before` and `after` are the first days of the neighbouring weeks."""

    days: tuple[date, ...]
    lines: tuple[Line, ...]
    before: date | None
    after: date | None


Conflict = TypeVar("Conflict", Clash, ShortRest)


def together(rows: Sequence[Conflict]) -> list[tuple[Conflict, tuple[str, ...]]]:
    """Conflicts of the same two shifts as one, with everybody concerned."""
    found: dict[tuple[int, int], list[Conflict]] = {}
    for one in rows:
        found.setdefault((one.first.id, one.second.id), []).append(one)
    return [(several[0], tuple(f"{one.code} {one.name}" for one in several)) for several in found.values()]


def grid(check: RosterCheck, first: date | None, zone: ZoneInfo) -> Grid:
    """The week that begins on `first`, or the roster's first week."""
    roster = check.roster
    begin = first if first in roster.days else roster.first_day
    days = tuple(day for day in roster.days if begin <= day < begin + WEEK)
    before = max(begin - WEEK, roster.first_day) if begin > roster.first_day else None
    after = begin + WEEK if begin + WEEK <= roster.last_day else None
    lines = []
    for code, name in check.places:
        shifts = [one for one in check.shifts if one.shift.place == code]
        gaps = [one for one in check.gaps if one.place == code]
        lines.append(Line(code, name, tuple(_cell(day, shifts, gaps, zone) for day in days)))
    return Grid(days, tuple(lines), before, after)


def _cell(day: date, shifts: Sequence[CheckedShift], gaps: Sequence[Gap], zone: ZoneInfo) -> Cell:
    start, end = day_start(day, zone), day_end(day, zone)
    holes = [(max(one.start, start), min(one.end, end)) for one in gaps if one.start < end and one.end > start]
    bar = [
        _stretch(piece.start, piece.end, start, end, piece.duty)
        for one in shifts
        if one.shift.starts < end and one.shift.ends > start
        for piece in one.pieces
        if piece.start < end and piece.end > start
    ]
    bar += [_stretch(first, last, start, end, None) for first, last in holes]
    return Cell(
        day, tuple(sorted(bar, key=lambda one: one.left)),
        tuple(one for one in shifts if local_day(one.shift.starts, zone) == day), tuple(holes),
    )  # fmt: skip


def _stretch(first: datetime, last: datetime, start: datetime, end: datetime, duty: Duty | None) -> Stretch:
    whole = (end - start).total_seconds()
    left = (max(first, start) - start).total_seconds()
    right = (min(last, end) - start).total_seconds()
    return Stretch(round(100 * left / whole, 3), round(100 * (right - left) / whole, 3), duty)
