"""Judge a whole roster in one call: everyone's facts are loaded once, each squad is judged once for its days."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.eligibility.decision import Decision, IntervalAnswer, Outcome
from app.eligibility.facts import Context, Designation, Facts, PlaceFacts, Question
from app.eligibility.judgement import AHEAD, evaluate
from app.eligibility.queries.loading import Loaded, load_people
from app.eligibility.queries.rosters import RosterRow, ShiftRow, beside, shifts_of
from app.eligibility.queries.squads import regime_for
from app.eligibility.wording import message
from app.regimes.codes import Act, Severity
from app.regimes.policy import Regime
from app.registry import queries as registry

WINDOW = timedelta(days=8)
"""Squads are judged for runs of at most so many days at once, well within what one question may span."""


class Duty(StrEnum):
    """What a squad may do in a stretch of its shift: everything asked, that with warnings, patrol only, or nothing."""

    FULL = "FULL"
    WARNED = "WARNED"
    PATROL = "PATROL"
    NONE = "NONE"
    UNKNOWN = "UNKNOWN"


_WORST = {Duty.FULL: 0, Duty.WARNED: 1, Duty.PATROL: 2, Duty.UNKNOWN: 3, Duty.NONE: 4}


@dataclass(frozen=True)
class CheckedPiece:
    """A stretch of a shift with one answer; `rules` and `messages` (zh, en) say why it is not simply allowed."""

    start: datetime
    end: datetime
    duty: Duty
    rules: tuple[str, ...]
    messages: tuple[dict[str, str], ...]


@dataclass(frozen=True)
class CheckedShift:
    """One shift, judged for patrol and for the roster's act, cut at its moments."""

    shift: ShiftRow
    pieces: tuple[CheckedPiece, ...]

    @property
    def worst(self) -> Duty:
        """The worst of its pieces."""
        return max((one.duty for one in self.pieces), key=lambda duty: _WORST[duty])


@dataclass(frozen=True)
class Gap:
    """A place that nobody covers, [start, end)."""

    place: str
    place_name: str
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Clash:
    """Somebody who stands on two shifts at the same time; `elsewhere` says that one is on another roster."""

    code: str
    name: str
    first: ShiftRow
    second: ShiftRow
    elsewhere: bool


@dataclass(frozen=True)
class ShortRest:
    """Somebody with less rest between two shifts than the regime asks for."""

    code: str
    name: str
    first: ShiftRow
    second: ShiftRow
    rest: timedelta
    needed: int


@dataclass(frozen=True)
class RosterCheck:
    """The whole roster judged; places by code, in the order of the roster."""

    roster: RosterRow
    places: tuple[tuple[str, str], ...]
    shifts: tuple[CheckedShift, ...]
    gaps: tuple[Gap, ...]
    clashes: tuple[Clash, ...]
    rests: tuple[ShortRest, ...]

    def having(self, *duties: Duty) -> tuple[CheckedShift, ...]:
        """The shifts whose worst stretch is one of these."""
        return tuple(one for one in self.shifts if one.worst in duties)

    @property
    def sound(self) -> bool:
        """Nothing to mend and nothing to warn of."""
        return not (self.gaps or self.clashes or self.rests) and all(one.worst is Duty.FULL for one in self.shifts)


def check_roster(session: Session, version: RosterRow, zone: ZoneInfo) -> RosterCheck:
    """Every shift judged and the whole looked through for gaps, double bookings and short rests.

    The number of queries does not depend on how many people, shifts or places there are.
    """
    shifts = shifts_of(session, version.id)
    others = beside(session, version, shifts, zone)
    start, end = version.span(zone)
    areas = registry.area_rows(session, {*version.places, *(one.place for one in shifts)})
    names = {area.code: area.name_zh for area in areas}
    regime = regime_for(session, version.unit_id)
    rest = regime.setting("roster.rest_hours", version.first_day)
    return RosterCheck(
        version,
        tuple((code, names.get(code, code)) for code in version.places),
        judge_shifts(session, version, shifts, areas, zone),
        tuple(_gaps(version.places, names, (*shifts, *others), start, end)),
        tuple(_clashes(shifts, others)),
        tuple(_short_rests(shifts, others, rest.value)) if rest is not None and rest.value else (),
    )


def judge_shifts(
    session: Session,
    version: RosterRow,
    shifts: Sequence[ShiftRow],
    areas: Sequence[registry.AreaRow],
    zone: ZoneInfo,
) -> tuple[CheckedShift, ...]:
    """Each shift's verdicts: the same people at one place are judged once for a run of days, then cut to shifts."""
    if not shifts:
        return ()
    parts = load_for_shifts(session, shifts, zone)
    begins, ends = min(one.starts for one in shifts), max(one.ends for one in shifts)
    places = places_of(session, areas, begins.astimezone(zone).date(), ends.astimezone(zone).date() + AHEAD)
    groups: dict[tuple[tuple[str, ...], str, str | None, int], list[ShiftRow]] = {}
    for one in shifts:
        key = (tuple(sorted(one.codes)), one.place, one.template, (one.starts - begins) // WINDOW)
        groups.setdefault(key, []).append(one)
    found: dict[int, CheckedShift] = {}
    for (codes, place, template, _window), several in groups.items():
        for checked in _judged(_questions(version, codes, place, template, several), places[place], parts, several):
            found[checked.shift.id] = checked
    return tuple(found[one.id] for one in shifts)


def load_for_shifts(
    session: Session, shifts: Sequence[ShiftRow], zone: ZoneInfo, more: Iterable[int] = ()
) -> list[Loaded]:
    """The facts of everyone on some shifts, and of further people (ids), for the days of the shifts."""
    ids = dict.fromkeys(one.id for row in shifts for one in row.people) | dict.fromkeys(more)
    first = min(one.starts for one in shifts).astimezone(zone).date()
    last = max(one.ends for one in shifts).astimezone(zone).date()
    return load_people(session, list(ids), first, last + AHEAD, decisive=last) if ids else []


def places_of(session: Session, areas: Iterable[registry.AreaRow], first: date, last: date) -> dict[str, PlaceFacts]:
    """Places with the areas above them and the orders that designate an agency there, in one query."""
    upward = {area.code: tuple(part for part in reversed(area.path.split("/")) if part) for area in areas}
    names = {area.code: area.name_zh for area in areas}
    orders = registry.designations_at(session, {code for path in upward.values() for code in path}, first, last)
    return {
        code: PlaceFacts(code, path, names[code], tuple(_order(*one) for one in orders if one[0].area_code in path))
        for code, path in upward.items()
    }


def _order(one: registry.DesignationFact, agency: str) -> Designation:
    return Designation(
        id=f"designation:{one.id}", recorded_at=one.recorded_at, agency=agency, starts=one.valid_from,
        ends=one.valid_to, item=one.item_code,
    )  # fmt: skip


def share(parts: Iterable[Loaded], codes: Sequence[str], place: PlaceFacts) -> tuple[Facts, Regime] | None:
    """These people's share of what was loaded and the rules they come under; None where those differ or lack."""
    for part in parts:
        if all(code in part.facts.people for code in codes):
            facts = part.facts
            people = {code: facts.people[code] for code in codes}
            served = [job for one in people.values() for job in one.employments]
            issuers = {card.agency for one in people.values() for card in one.certificates or ()}
            bodies = {job.agency for job in served} | {job.unit for job in served} | issuers
            bodies |= {one.giver for one in facts.entrustments if one.body in bodies}
            narrowed = replace(
                facts,
                people=people,
                agencies=tuple(one for one in facts.agencies if one.code in bodies),
                powers=tuple(one for one in facts.powers if one.agency in bodies),
                places={place.code: place},
            )
            return narrowed, part.regime
    return None


def questions(version: RosterRow, row: ShiftRow) -> tuple[Question, Question]:
    """What a shift is judged by: patrol, and the roster's act."""
    return _questions(version, row.codes, row.place, row.template, [row])


def _questions(
    version: RosterRow, codes: tuple[str, ...], place: str, template: str | None, shifts: Sequence[ShiftRow]
) -> tuple[Question, Question]:
    start, end = min(one.starts for one in shifts), max(one.ends for one in shifts)
    asked = Question(codes, Act(version.act), version.item, place, start, end, Context(template=template))
    return replace(asked, act=Act.PATROL, item=None), asked


def _judged(
    asked: tuple[Question, Question], place: PlaceFacts, parts: list[Loaded], shifts: Sequence[ShiftRow]
) -> Iterator[CheckedShift]:
    codes = asked[0].people
    mine = share(parts, codes, place) if codes else None
    if mine is None:
        for one in shifts:
            yield CheckedShift(one, (CheckedPiece(one.starts, one.ends, Duty.UNKNOWN, (), ()),))
        return
    on_patrol, on_act = (evaluate(question, *mine) for question in asked)
    for one in shifts:
        yield CheckedShift(one, tuple(_pieces(one, on_patrol, on_act)))


def _pieces(shift: ShiftRow, patrol: Decision, asked: Decision) -> Iterator[CheckedPiece]:
    """The shift cut wherever either answer changes."""
    edges = {shift.starts, shift.ends}
    for decision in (patrol, asked):
        edges |= {one.start for one in decision.intervals if shift.starts < one.start < shift.ends}
    pending: CheckedPiece | None = None
    for start, end in pairwise(sorted(edges)):
        piece = _piece(start, end, patrol, asked)
        if pending and (pending.duty, pending.rules, pending.messages) == (piece.duty, piece.rules, piece.messages):
            pending = CheckedPiece(pending.start, end, piece.duty, piece.rules, piece.messages)
            continue
        if pending:
            yield pending
        pending = piece
    if pending:
        yield pending


_DUTY = {Outcome.ALLOW: Duty.FULL, Outcome.ALLOW_WITH_WARNINGS: Duty.WARNED, Outcome.DENY: Duty.PATROL}


def _piece(start: datetime, end: datetime, patrol: Decision, asked: Decision) -> CheckedPiece:
    on_patrol, on_act = _at(patrol, start), _at(asked, start)
    barred = on_patrol.outcome is Outcome.DENY
    part, decision = (on_patrol, patrol) if barred else (on_act, asked)
    shown = [
        one
        for one in decision.reasons
        if one.rule in part.reasons and (part.outcome is not Outcome.DENY or one.severity is Severity.DENY)
    ]
    duty = Duty.NONE if barred else _DUTY[on_act.outcome]
    rules = tuple(dict.fromkeys(one.rule for one in shown))
    return CheckedPiece(start, end, duty, rules, tuple(message(one) for one in shown))


def _at(decision: Decision, moment: datetime) -> IntervalAnswer:
    return next(one for one in decision.intervals if one.start <= moment < one.end)


def _gaps(
    places: Iterable[str], names: dict[str, str], shifts: Sequence[ShiftRow], start: datetime, end: datetime
) -> Iterator[Gap]:
    for place in places:
        covered = start
        for one in sorted((one for one in shifts if one.place == place and one.people), key=lambda row: row.starts):
            if one.starts > covered:
                yield Gap(place, names.get(place, place), covered, min(one.starts, end))
            covered = max(covered, one.ends)
            if covered >= end:
                break
        if covered < end:
            yield Gap(place, names.get(place, place), covered, end)


def _by_person(shifts: Sequence[ShiftRow], others: Sequence[ShiftRow]) -> Iterator[tuple[str, str, ShiftRow, ShiftRow]]:
    """Each person's shifts, pair by pair in the order of time, wherever one of the two is on this roster."""
    own = {one.id for one in shifts}
    stands: dict[tuple[str, str], list[ShiftRow]] = {}
    for row in sorted((*shifts, *others), key=lambda one: (one.starts, one.id)):
        for person in row.people:
            stands.setdefault((person.code, person.name), []).append(row)
    for (code, name), rows in sorted(stands.items()):
        for index, first in enumerate(rows):
            for second in rows[index + 1 :]:
                if first.id in own or second.id in own:
                    yield code, name, first, second
                if second.starts >= first.ends:
                    break


def _clashes(shifts: Sequence[ShiftRow], others: Sequence[ShiftRow]) -> Iterator[Clash]:
    own = {one.id for one in shifts}
    for code, name, first, second in _by_person(shifts, others):
        if second.starts < first.ends:
            yield Clash(code, name, first, second, elsewhere=not {first.id, second.id} <= own)


def _short_rests(shifts: Sequence[ShiftRow], others: Sequence[ShiftRow], needed: int) -> Iterator[ShortRest]:
    for code, name, first, second in _by_person(shifts, others):
        rest = second.starts - first.ends
        if timedelta(0) <= rest < timedelta(hours=needed):
            yield ShortRest(code, name, first, second, rest, needed)
