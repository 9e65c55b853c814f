"""What is due: reviews by the period of each regime, and certificates that print another name than the register."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.permissions import Scope
from app.credentials.models import Certificate
from app.credentials.periods import FINAL, anniversary, state_at
from app.credentials.queries.facts import reviews_of, states_of
from app.credentials.queries.validity import last_day_of
from app.regimes.queries import effective
from app.registry.models import Person, Unit
from app.registry.queries import scope_paths, within

SOON = 60
"""So many days before a review falls due it is listed."""


@dataclass(frozen=True, slots=True)
class DueReview:
    """A certificate whose review falls due on a day; `overdue` after that day, `void` where the rules say so."""

    number: str
    code: str
    name: str
    agency: str
    latest: date
    due: date
    overdue: bool
    void: bool


@dataclass(frozen=True, slots=True)
class Renamed:
    """A certificate in force whose holder's name has changed in the register: it has to be replaced."""

    number: str
    code: str
    printed: str
    name: str
    agency: str


def reviews_due(session: Session, scope: Scope, today: date, now: datetime) -> list[DueReview]:
    """The certificates in scope whose review falls due within 60 days or is overdue, the most urgent first."""
    found = _alive(session, scope, today, now)
    done = reviews_of(session, [row[0].id for row in found])
    rows = []
    for one, code, name, agency in found:
        regime = effective(session, one.regime)
        years = int(regime.number("review.years", today))
        latest = max([one.valid_from, *(row.reviewed_on for row in done.get(one.id, ()))])
        due = anniversary(latest, 12 * years)
        if years and (due - today).days <= SOON:
            void = due < today and bool(regime.number("review.void", today))
            rows.append(DueReview(one.number, code, name, agency, latest, due, due < today, void))
    return sorted(rows, key=lambda row: (row.due, row.number))


def renamed(session: Session, scope: Scope, today: date, now: datetime) -> list[Renamed]:
    """The certificates in force in scope that print another name than the register holds."""
    return [
        Renamed(one.number, code, str(one.face["holder_name"]), name, agency)
        for one, code, name, agency in _alive(session, scope, today, now)
        if one.face["holder_name"] != name
    ]


def _alive(session: Session, scope: Scope, today: date, now: datetime) -> list[tuple[Certificate, str, str, str]]:
    """Certificates in scope that have not ended, with code and name of the holder, and the agency."""
    last = last_day_of(Certificate)
    statement = (
        select(Certificate, Person.code, Person.name, Unit.name_zh)
        .join(Person, Person.id == Certificate.person_id)
        .join(Unit, Unit.id == Certificate.agency_id)
        .where(within(scope, Unit.path, scope_paths(session, scope)), last >= today)
        .order_by(Certificate.number)
    )
    found = session.execute(statement).all()
    states = states_of(session, [row[0].id for row in found])
    alive = [row for row in found if state_at(states.get(row[0].id, ()), now) not in FINAL]
    return [(one, code, name, agency) for one, code, name, agency in alive]
