"""The coverage forecast of a scope: which places or units fall below a lawful squad in the coming year."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from app.core.permissions import Scope
from app.eligibility.forecast import WEEK, WEEKS, Coverage, Post, Renewal, Row, forecast
from app.eligibility.queries.loading import Loaded, load_people
from app.eligibility.queries.squads import SquadRow, member_ids, squads
from app.registry import queries as registry
from app.registry.codes import PersonKind

MOST_TOGETHER = 400
"""People whose facts are held at once; posts are worked off in groups of about so many."""


class By(StrEnum):
    """What a line of the forecast is: a place with the squads whose usual place it is, or a unit with its officers."""

    PLACE = "PLACE"
    UNIT = "UNIT"


@dataclass(frozen=True)
class Line:
    """One place or unit through the weeks."""

    code: str
    name: str
    row: Row

    @property
    def short(self) -> int:
        """In how many weeks it lacks a lawful squad."""
        return sum(cell.state is not Coverage.LAWFUL for cell in self.row.cells)


@dataclass(frozen=True)
class Outlook:
    """The whole forecast; `people` names everyone by code, `renewals` stand in the order in which they help."""

    first: date
    by: By
    weeks: tuple[date, ...]
    lines: tuple[Line, ...]
    renewals: tuple[Renewal, ...]
    people: dict[str, str]

    @property
    def names(self) -> dict[str, str]:
        """What the lines are called, by code."""
        return {line.code: line.name for line in self.lines}


@dataclass(frozen=True)
class _Place:
    code: str
    name: str
    people: tuple[registry.PersonRow, ...]


def outlook(session: Session, first: date, scope: Scope, *, unit_path: str = "", by: By | None = None) -> Outlook:
    """52 weeks from a local day; by places where squads have usual places, else by units, unless `by` says which.

    Facts are loaded for some posts at a time, so memory does not grow with the registry.
    """
    rows = [one for one in squads(session, scope, unit_path=unit_path) if one.place]
    by = by or (By.PLACE if rows else By.UNIT)
    posts = _by_place(session, rows, first) if by is By.PLACE else _by_unit(session, first, scope, unit_path)
    lines: list[Line] = []
    renewals: list[Renewal] = []
    for group in _groups(posts):
        found, mending = _judged(session, group, first)
        lines += found
        renewals += mending
    weeks = tuple(first + WEEK * number for number in range(WEEKS))
    names = {one.code: one.name for post in posts for one in post.people}
    ordered = sorted(renewals, key=lambda one: (-one.weeks, one.by, one.person))
    return Outlook(first, by, weeks, tuple(sorted(lines, key=lambda one: one.code)), tuple(ordered), names)


def _by_place(session: Session, rows: Sequence[SquadRow], day: date) -> list[_Place]:
    members = member_ids(session, [one.id for one in rows])
    ids = {person for several in members.values() for person in several}
    known = {one.id: one for one in registry.people_by_ids(session, ids, day)}
    found: dict[str, tuple[str, dict[int, registry.PersonRow]]] = {}
    for row in rows:
        _name, people = found.setdefault(row.place or "", (row.place_name or "", {}))
        people.update({one: known[one] for one in members[row.id] if one in known})
    return [_Place(code, name, tuple(people.values())) for code, (name, people) in found.items()]


def _by_unit(session: Session, day: date, scope: Scope, unit_path: str) -> list[_Place]:
    units = {one.id: one for one in registry.units(session, scope)}
    people: dict[int, list[registry.PersonRow]] = {}
    officers = registry.search_people(
        session, "", day, scope, unit_path=unit_path, kind=PersonKind.OFFICER.value, limit=None
    )
    for one in officers:
        if one.unit_id in units:
            people.setdefault(one.unit_id, []).append(one)
    return [_Place(units[one].code, units[one].name_zh, tuple(rows)) for one, rows in people.items()]


def _groups(posts: Sequence[_Place]) -> Iterator[list[_Place]]:
    group: list[_Place] = []
    size = 0
    for post in posts:
        if group and size + len(post.people) > MOST_TOGETHER:
            yield group
            group, size = [], 0
        group.append(post)
        size += len(post.people)
    if group:
        yield group


def _judged(session: Session, posts: list[_Place], first: date) -> tuple[list[Line], list[Renewal]]:
    """Each post under the rules of most of its people; the others are left out, as they cannot act together."""
    ids = {one.id for post in posts for one in post.people}
    if not ids:
        return [], []
    last = first + timedelta(weeks=WEEKS + 1)
    lines: list[Line] = []
    renewals: list[Renewal] = []
    parts = load_people(session, list(ids), first, last, decisive=first)
    homes = {post.code: _home(post, parts) for post in posts}
    for part in parts:
        own = [post for post in posts if homes[post.code] is part]
        names = {post.code: post.name for post in own}
        wanted = [
            Post(post.code, tuple(one.code for one in post.people if one.code in part.facts.people)) for post in own
        ]
        found = forecast(wanted, part.facts, part.regime, first)
        lines += [Line(row.post.code, names[row.post.code], row) for row in found.rows]
        renewals += found.renewals
    return lines, renewals


def _home(post: _Place, parts: Sequence[Loaded]) -> Loaded:
    """The part that holds most of the post's people."""
    return max(parts, key=lambda part: sum(one.code in part.facts.people for one in post.people))
