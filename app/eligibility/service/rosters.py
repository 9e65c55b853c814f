"""Build rosters: drafts with shifts, copies of weeks, repairs; publish them, which is itself an act that is judged."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.core.clock import day_start, local_day
from app.core.errors import N_, Invalid, NotFound, Refused, Stale
from app.core.permissions import Actor, P
from app.eligibility.facts import Context, Question
from app.eligibility.models import Roster, RosterShift, RosterShiftPerson
from app.eligibility.queries import rosters as queries
from app.eligibility.queries.rosters import LONGEST_ROSTER, LONGEST_SHIFT, RosterRow, RosterState
from app.eligibility.queries.squads import member_ids, regime_for, squads
from app.ledger.service import record
from app.regimes.codes import Act
from app.registry import queries as registry

MOST_SHIFTS = 5000
MOST_PLACES = 200
ACTS = (Act.PENALTY, Act.INSPECT)
LENGTHS = (8, 12)


@dataclass(frozen=True)
class Plan:
    """What a roster is about; `places` are to be covered round the clock, `act` is judged besides patrol."""

    title: str
    first_day: date
    last_day: date
    places: tuple[str, ...]
    act: Act = Act.PENALTY
    item: str | None = None


@dataclass(frozen=True)
class Row:
    """One row: a squad at a place from `start` to `end` (aware), and again on each day after, up to `until`."""

    place: str
    squad_id: int
    start: datetime
    end: datetime
    until: date | None = None


def create(session: Session, actor: Actor, unit_code: str, plan: Plan, *, now: datetime) -> int:
    """A new draft for a unit in scope; returns its id. Raises Invalid with the field for what cannot be planned."""
    unit = registry.unit_by_code(session, unit_code, actor.scope(P.ROSTERS_EDIT))
    _check_plan(session, unit.id, plan)
    made = Roster(
        unit_id=unit.id, title=plan.title, first_day=plan.first_day, last_day=plan.last_day, act=plan.act.value,
        item=plan.item, places=list(plan.places), state=RosterState.DRAFT, created_at=now, created_by=actor.label,
    )  # fmt: skip
    session.add(made)
    session.flush()
    made.series = made.id
    record(
        session, actor, "eligibility.roster.drafted", ("roster", made.id), now=now, unit_id=unit.id,
        after={"title": plan.title, "first_day": plan.first_day, "last_day": plan.last_day, "places": plan.places},
    )  # fmt: skip
    return made.id


def _check_plan(session: Session, unit_id: int, plan: Plan) -> None:
    if plan.last_day < plan.first_day:
        raise Invalid("reversed-days", N_("The last day must not lie before the first."), field="last_day")
    if (plan.last_day - plan.first_day).days >= LONGEST_ROSTER:
        raise Invalid(
            "roster-too-long", N_("A roster spans at most %(days)s days."), field="last_day", days=LONGEST_ROSTER
        )
    if not 2000 <= plan.first_day.year <= 2199:
        raise Invalid("day-out-of-range", N_("The day lies too far from today."), field="first_day")
    if not plan.places:
        raise Invalid("no-places", N_("Choose at least one place to be covered."), field="places")
    if len(plan.places) > MOST_PLACES:
        raise Invalid(
            "too-many-places", N_("At most %(limit)s places fit on one roster."), field="places", limit=MOST_PLACES
        )
    known = {area.code for area in registry.area_rows(session, plan.places)}
    for code in plan.places:
        if code not in known:
            raise Invalid("unknown-place", N_("There is no place with the code %(given)s."), field="places", given=code)
    if plan.act not in ACTS:
        raise Invalid("act-not-rostered", N_("A roster is judged for penalties or for inspections."), field="act")
    if plan.item is not None and plan.item not in regime_for(session, unit_id).items:
        raise Invalid(
            "unknown-item", N_("There is no power item with the code %(given)s here."), field="item", given=plan.item
        )


def add_row(session: Session, actor: Actor, roster_id: int, row: Row, *, zone: ZoneInfo, now: datetime) -> int:
    """Put a squad on duty, on one day or on each up to `until`; returns how many shifts were added."""
    draft = _draft(session, actor, roster_id)
    squad = _squads(session, actor).get(row.squad_id)
    if squad is None:
        raise Invalid("unknown-squad", N_("Choose a squad of your units."), field="squad")
    people = member_ids(session, [row.squad_id])[row.squad_id]
    if not people:
        raise Invalid("empty-squad", N_("This squad has no members yet."), field="squad")
    if row.place not in draft.places:
        raise Invalid("place-not-covered", N_("Choose one of the roster's places."), field="place")
    spans = _spans(draft, row, zone)
    added = _add(session, draft, [(row.squad_id, squad, row.place, start, end, people) for start, end in spans])
    _note(session, actor, draft, "shifts-added", now, {"squad": squad, "place": row.place, "shifts": added})
    return added


def _spans(draft: Roster, row: Row, zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    if row.end <= row.start:
        raise Invalid("reversed-times", N_("The end must lie after the start."), field="end")
    if row.end - row.start > LONGEST_SHIFT:
        raise Invalid("shift-too-long", N_("A shift lasts at most 24 hours."), field="end")
    first = local_day(row.start, zone)
    if not draft.first_day <= first <= draft.last_day:
        raise Invalid("outside-roster", N_("The shift must begin on a day of the roster."), field="start")
    until = min(row.until or first, draft.last_day)
    days = range((until - first).days + 1)
    return [(row.start + timedelta(days=n), row.end + timedelta(days=n)) for n in days]


Wanted = tuple[int | None, str, str, datetime, datetime, Sequence[int]]


def _add(session: Session, draft: Roster, wanted: Iterable[Wanted]) -> int:
    """Add shifts that are not there yet; raises Invalid when the roster would grow too large."""
    there = {(one.squad, one.place, one.starts, one.ends) for one in queries.shifts_of(session, draft.id)}
    made: list[tuple[RosterShift, Sequence[int]]] = []
    for squad_id, squad, place, start, end, people in wanted:
        if (squad, place, start, end) not in there:
            there.add((squad, place, start, end))
            shift = RosterShift(
                roster_id=draft.id, squad_id=squad_id, squad=squad, place=place, starts_at=start, ends_at=end
            )
            made.append((shift, people))
    if len(there) > MOST_SHIFTS:
        raise Invalid("too-many-shifts", N_("A roster holds at most %(limit)s shifts."), limit=MOST_SHIFTS)
    session.add_all(shift for shift, _people in made)
    session.flush()
    session.add_all(
        RosterShiftPerson(shift_id=shift.id, person_id=person, position=position)
        for shift, people in made
        for position, person in enumerate(people)
    )
    session.flush()
    return len(made)


def fill_round(
    session: Session, actor: Actor, roster_id: int, hours: int, first_hour: int, *, zone: ZoneInfo, now: datetime
) -> int:
    """Cover every place round the clock with the squads whose usual place it is, taking turns; returns the shifts.

    `hours` is 8 (three shifts a day) or 12 (two); `first_hour` is the local hour at which the day's first begins.
    The day begins with a shift that started before midnight, so the first of all starts on the roster's first midnight.
    """
    draft = _draft(session, actor, roster_id)
    if hours not in LENGTHS or not 0 <= first_hour < 24:
        raise Invalid("shift-length", N_("Shifts round the clock last 8 or 12 hours."), field="hours")
    usual: dict[str, list[tuple[int, str]]] = {}
    for one in squads(session, actor.scope(P.ROSTERS_EDIT)):
        if one.place in draft.places and one.size:
            usual.setdefault(one.place, []).append((one.id, one.name))
    if not usual:
        raise Refused(
            "no-usual-squads", N_("No squad of your units has one of these places as its usual place; set that first.")
        )
    people = member_ids(session, [squad_id for several in usual.values() for squad_id, _name in several])
    turns = _turns(draft, hours, first_hour, zone)
    wanted: list[Wanted] = []
    for place in draft.places:
        several = usual.get(place, [])
        for index, (start, end) in enumerate(turns if several else ()):
            squad_id, name = several[index % len(several)]
            wanted.append((squad_id, name, place, start, end, people[squad_id]))
    added = _add(session, draft, wanted)
    _note(session, actor, draft, "shifts-added", now, {"round_the_clock": hours, "shifts": added})
    return added


def _turns(draft: Roster, hours: int, first_hour: int, zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    """The turns from the roster's first midnight to its last; the first and the last may be short."""
    start = day_start(draft.first_day, zone)
    end = day_start(draft.last_day + timedelta(days=1), zone)
    step = timedelta(hours=hours)
    edge = datetime.combine(draft.first_day, time(first_hour % hours), zone)
    edges = [start]
    while edge < end:
        if edge > start:
            edges.append(edge)
        edge += step
    return list(zip(edges, [*edges[1:], end], strict=True))


def copy_days(
    session: Session, actor: Actor, roster_id: int, source: date, target: date, *, zone: ZoneInfo, now: datetime
) -> int:
    """Copy the week that begins on `source` to the one that begins on `target`, as far as the roster reaches."""
    draft = _draft(session, actor, roster_id)
    for field, day in (("source", source), ("target", target)):
        if not draft.first_day <= day <= draft.last_day:
            raise Invalid("outside-roster", N_("Choose days of the roster."), field=field)
    if abs((target - source).days) < 7:
        raise Invalid("weeks-overlap", N_("The two weeks must not overlap."), field="target")
    apart = target - source
    wanted = [
        (one.squad_id, one.squad, one.place, one.starts + apart, one.ends + apart, [person.id for person in one.people])
        for one in queries.shifts_of(session, draft.id)
        if source <= local_day(one.starts, zone) < source + timedelta(days=7)
        and local_day(one.starts + apart, zone) <= draft.last_day
    ]
    if not wanted:
        raise Refused("nothing-to-copy", N_("There is no shift in that week that fits into the roster."))
    added = _add(session, draft, wanted)
    _note(session, actor, draft, "week-copied", now, {"source": source, "target": target, "shifts": added})
    return added


def remove_shift(session: Session, actor: Actor, shift_id: int, *, now: datetime) -> int:
    """Take a shift off a draft; returns the roster's id."""
    version, row = queries.shift(session, shift_id, actor.scope(P.ROSTERS_EDIT))
    draft = _draft(session, actor, version.id)
    session.execute(delete(RosterShiftPerson).where(RosterShiftPerson.shift_id == shift_id))
    session.execute(delete(RosterShift).where(RosterShift.id == shift_id))
    _note(
        session, actor, draft, "shift-removed", now,
        {"squad": row.squad, "place": row.place, "starts": row.starts, "people": row.codes},
    )  # fmt: skip
    return version.id


def change_people(
    session: Session, actor: Actor, shift_id: int, out: Sequence[str], put: Sequence[str], *, today: date, now: datetime
) -> int:
    """Swap, add or take people (codes) on one shift of a draft; somebody added leaves every shift at the same time.

    Returns the roster's id. Raises Invalid for who is not there, is there already, or lies outside the scope.
    """
    version, row = queries.shift(session, shift_id, actor.scope(P.ROSTERS_EDIT))
    draft = _draft(session, actor, version.id)
    missing = [code for code in out if code not in row.codes]
    if missing:
        raise Stale("not-on-shift", N_("%(given)s is not on this shift."), given=missing[0])
    known = {one.code: one for one in registry.people_by_codes(session, put, today, actor.scope(P.ROSTERS_EDIT))}
    for code in put:
        if code not in known:
            raise Invalid(
                "unknown-person", N_("There is no person with the code %(given)s."), field="people", given=code
            )
        if code in row.codes:
            raise Stale("on-shift-already", N_("%(given)s is on this shift already."), given=code)
    kept = [one.id for one in row.people if one.code not in out] + [known[code].id for code in put]
    if not kept:
        raise Refused("shift-empty", N_("Nobody would be left; remove the shift instead."))
    _leave(session, draft.id, [known[code].id for code in put], row)
    session.execute(delete(RosterShiftPerson).where(RosterShiftPerson.shift_id == shift_id))
    session.add_all(
        RosterShiftPerson(shift_id=shift_id, person_id=person, position=position)
        for position, person in enumerate(kept)
    )
    session.flush()
    _note(session, actor, draft, "people-changed", now, {"shift": shift_id, "out": list(out), "in": list(put)})
    return version.id


def _leave(session: Session, roster_id: int, people: Sequence[int], row: queries.ShiftRow) -> None:
    """Take people off the shifts of the draft that run at the same time as this one: nobody is in two places."""
    meanwhile = select(RosterShift.id).where(
        RosterShift.roster_id == roster_id, RosterShift.id != row.id, RosterShift.starts_at < row.ends,
        RosterShift.ends_at > row.starts,
    )  # fmt: skip
    session.execute(
        delete(RosterShiftPerson).where(
            RosterShiftPerson.shift_id.in_(meanwhile), RosterShiftPerson.person_id.in_(list(people))
        )
    )


def new_version(session: Session, actor: Actor, roster_id: int, *, now: datetime) -> int:
    """A draft with everything of a published version, to change and publish in its place; returns its id."""
    old = _version(session, actor, roster_id)
    if old.state != RosterState.PUBLISHED:
        raise Refused("roster-not-published", N_("Only the version in force can be changed by a new one."))
    waiting = session.scalar(select(Roster.id).where(Roster.series == old.series, Roster.state == RosterState.DRAFT))
    if waiting is not None:
        return waiting
    made = Roster(
        series=old.series, number=old.number + 1, unit_id=old.unit_id, title=old.title, first_day=old.first_day,
        last_day=old.last_day, act=old.act, item=old.item, places=list(old.places), state=RosterState.DRAFT,
        created_at=now, created_by=actor.label,
    )  # fmt: skip
    session.add(made)
    session.flush()
    rows = queries.shifts_of(session, old.id)
    _add(session, made, [(r.squad_id, r.squad, r.place, r.starts, r.ends, [p.id for p in r.people]) for r in rows])
    record(
        session, actor, "eligibility.roster.reopened", ("roster", made.id), now=now, unit_id=made.unit_id,
        before={"roster": old.id, "number": old.number}, after={"number": made.number},
    )  # fmt: skip
    return made.id


def discard(session: Session, actor: Actor, roster_id: int, *, now: datetime) -> None:
    """Give a draft up; it stays on record and is no longer listed."""
    draft = _draft(session, actor, roster_id)
    draft.state = RosterState.DISCARDED
    record(session, actor, "eligibility.roster.discarded", ("roster", draft.id), now=now, unit_id=draft.unit_id)


def question_to_publish(version: RosterRow, code: str, zone: ZoneInfo) -> Question:
    """The question whether somebody (code) may publish this version."""
    start, end = version.span(zone)
    context = Context(roster=version.id)
    return Question((code,), Act.PUBLISH_ROSTER, None, None, start, end, context)


def _version(session: Session, actor: Actor, roster_id: int) -> Roster:
    row = queries.roster(session, roster_id, actor.scope(P.ROSTERS_EDIT))
    found = session.get(Roster, row.id)
    if found is None:
        raise NotFound
    return found


def _draft(session: Session, actor: Actor, roster_id: int) -> Roster:
    found = _version(session, actor, roster_id)
    if found.state != RosterState.DRAFT:
        raise Refused("roster-not-draft", N_("This version is no draft; change a published roster by a new version."))
    return found


def _squads(session: Session, actor: Actor) -> dict[int, str]:
    return {one.id: one.name for one in squads(session, actor.scope(P.ROSTERS_EDIT))}


def _note(session: Session, actor: Actor, draft: Roster, event: str, now: datetime, after: dict[str, object]) -> None:
    draft.edits += 1
    record(
        session, actor, f"eligibility.roster.{event}", ("roster", draft.id), now=now, unit_id=draft.unit_id, after=after
    )
