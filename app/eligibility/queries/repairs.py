"""One shift in full: both answers with their reasons, who is free, and what would mend a denial."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.core.permissions import Scope
from app.eligibility.decision import Decision, Outcome
from app.eligibility.facts import PlaceFacts
from app.eligibility.judgement import AHEAD, evaluate
from app.eligibility.models import DutySquad
from app.eligibility.queries.coverage import load_for_shifts, places_of, questions, share
from app.eligibility.queries.rosters import (
    LONGEST_SHIFT,
    RosterRow,
    ShiftRow,
    published_shifts,
    shift,
    shifts_of,
)
from app.eligibility.queries.squads import regime_for
from app.eligibility.repair import Repair, repair
from app.eligibility.wording import message, remedy
from app.registry import queries as registry

MOST_CANDIDATES = 120


@dataclass(frozen=True)
class Spoken:
    """One reason in both languages."""

    severity: str
    rule: str
    source: str
    message: Mapping[str, str]
    remedy: Mapping[str, str]
    people: tuple[str, ...]


@dataclass(frozen=True)
class Candidate:
    """Somebody of the unit who is free then; `load` is how many shifts they have on the roster."""

    row: registry.PersonRow
    load: int


@dataclass(frozen=True)
class ShiftPage:
    """One shift judged for patrol and for the roster's act; None where it could not be judged."""

    roster: RosterRow
    shift: ShiftRow
    patrol: Decision | None
    asked: Decision | None
    reasons: tuple[Spoken, ...]
    free: tuple[Candidate, ...]
    repairs: tuple[Repair, ...]

    @property
    def denied(self) -> bool:
        """Whether any stretch of either answer is a denial."""
        return any(one is None or one.outcome is Outcome.DENY for one in (self.patrol, self.asked))

    @property
    def works_until(self) -> datetime | None:
        """The moment at which an answer that begins well turns into a denial."""
        parts = self.asked.intervals if self.asked else ()
        if not parts or parts[0].outcome is Outcome.DENY:
            return None
        return next((one.start for one in parts if one.outcome is Outcome.DENY), None)


def shift_page(session: Session, shift_id: int, scope: Scope, zone: ZoneInfo) -> ShiftPage:
    """A shift with everything somebody needs to mend it; raises NotFound outside the scope."""
    version, row = shift(session, shift_id, scope)
    free = free_people(session, version, row, scope, zone)
    parts = load_for_shifts(session, [row], zone)
    first, last = row.starts.astimezone(zone).date(), row.ends.astimezone(zone).date()
    place = places_of(session, registry.area_rows(session, [row.place]), first, last + AHEAD)[row.place]
    mine = share(parts, row.codes, place) if row.people else None
    if mine is None:
        return ShiftPage(version, row, None, None, (), free, ())
    patrol, asked = (evaluate(question, *mine) for question in questions(version, row))
    page = ShiftPage(version, row, patrol, asked, spoken(asked, patrol), free, ())
    return replace(page, repairs=_mended(session, page, place, zone)) if page.denied else page


def _mended(session: Session, page: ShiftPage, place: PlaceFacts, zone: ZoneInfo) -> tuple[Repair, ...]:
    """The cheapest repairs of whichever answer is a denial, with those who are free and come under the same rules."""
    denied = next((one for one in (page.asked, page.patrol) if one and one.outcome is Outcome.DENY), None)
    parts = load_for_shifts(session, [page.shift], zone, [one.row.id for one in page.free])
    mine = next((part for part in parts if all(code in part.facts.people for code in page.shift.codes)), None)
    if denied is None or mine is None:
        return ()
    candidates = [one.row.code for one in page.free if one.row.code in mine.facts.people]
    shared = share([mine], (*page.shift.codes, *candidates), place)
    load = {one.row.code: float(one.load) for one in page.free}
    return repair(denied.question, *shared, candidates, load) if shared else ()


def free_people(
    session: Session, version: RosterRow, row: ShiftRow, scope: Scope, zone: ZoneInfo
) -> tuple[Candidate, ...]:
    """Who serves in the squad's unit (or the roster's) and has no other shift then or within the rest around it.

    At most MOST_CANDIDATES, those with the fewest shifts first.
    """
    day = row.starts.astimezone(zone).date()
    squad = session.get(DutySquad, row.squad_id) if row.squad_id else None
    unit = registry.unit_by_id(session, squad.unit_id) if squad else None
    own = shifts_of(session, version.id)
    rest = regime_for(session, version.unit_id).setting("roster.rest_hours", day)
    margin = timedelta(hours=rest.value if rest is not None else 0)
    start, end = row.starts - margin, row.ends + margin
    others = published_shifts(session, start - LONGEST_SHIFT, end + LONGEST_SHIFT, without_series=version.series)
    busy = {person.code for one in (*own, *others) if one.starts < end and one.ends > start for person in one.people}
    loads = Counter(person.code for one in own for person in one.people)
    path = unit.path if unit else version.unit_path
    serving = registry.search_people(session, "", day, scope, unit_path=path, limit=None)
    found = [Candidate(one, loads[one.code]) for one in serving if one.code not in busy]
    return tuple(sorted(found, key=lambda one: (one.load, one.row.kind != "OFFICER", one.row.code))[:MOST_CANDIDATES])


def spoken(*decisions: Decision) -> tuple[Spoken, ...]:
    """Every reason of some decisions once, denials first."""
    found: dict[tuple[str, str, tuple[str, ...]], Spoken] = {}
    for decision in decisions:
        for one in decision.reasons:
            said = Spoken(one.severity.value, one.rule, one.source, message(one), remedy(one), one.people)
            found.setdefault((one.rule, said.message["en"], one.people), said)
    return tuple(sorted(found.values(), key=lambda one: (one.severity != "DENY", one.rule)))
