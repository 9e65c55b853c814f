"""Posts against people."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app.core.facts import holds_on, known
from app.core.permissions import Scope
from app.registry.codes import ESTABLISHED
from app.registry.models import Employment, Establishment, Posting, Unit
from app.registry.queries.units import units


@dataclass(frozen=True)
class Strength:
    """A unit on a day, all below it included: posts (None where nobody said), established people, everyone."""

    posts: int | None
    established: int
    people: int

    @property
    def over_by(self) -> int:
        """By how many established people the posts are exceeded."""
        return max(0, self.established - self.posts) if self.posts is not None else 0


def strengths(session: Session, day: date, scope: Scope = None) -> dict[int, Strength]:
    """Posts and people of every unit in a scope; a unit without a number of its own has the sum of those below it."""
    found = units(session, scope)
    statement = known(select(Establishment.unit_id, Establishment.posts), Establishment)
    posts = {row.unit_id: row.posts for row in session.execute(statement.where(holds_on(Establishment, day)))}
    established: Counter[int] = Counter()
    people: Counter[int] = Counter()
    for path, category in _serving(session, day):
        for unit_id in (int(part) for part in path.split("/") if part):
            people[unit_id] += 1
            established[unit_id] += category in ESTABLISHED
    totals = {unit.id: posts.get(unit.id) for unit in found}
    below: dict[int, list[int]] = {}
    for unit in reversed(found):
        if totals[unit.id] is None and unit.id in below:
            totals[unit.id] = sum(below[unit.id])
        own = totals[unit.id]
        if unit.parent_id is not None and own is not None:
            below.setdefault(unit.parent_id, []).append(own)
    return {unit.id: Strength(totals[unit.id], established[unit.id], people[unit.id]) for unit in found}


def _serving(session: Session, day: date) -> list[tuple[str, str]]:
    """The home path and category of everyone employed on a day, each once."""
    home, agency = aliased(Unit), aliased(Unit)
    posted = known(select(Posting.person_id, Posting.unit_id), Posting).where(
        holds_on(Posting, day), Posting.kind == "HOME"
    )
    homes = posted.subquery()
    statement = (
        known(select(home.path, agency.path, Employment.category), Employment)
        .where(holds_on(Employment, day))
        .join(agency, agency.id == Employment.agency_id)
        .outerjoin(homes, homes.c.person_id == Employment.person_id)
        .outerjoin(home, home.id == homes.c.unit_id)
    )
    return [(own or above, category) for own, above, category in session.execute(statement)]


def over_establishment(session: Session, agency_id: int, day: date) -> int:
    """By how many established people an agency exceeds its posts on a day; 0 where it does not or nobody set them."""
    found = strengths(session, day, frozenset({agency_id}))
    return found[agency_id].over_by if agency_id in found else 0
