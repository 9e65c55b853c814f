"""The duty board: how everyone of some units stands today, judged in one load; who is on duty by what was published."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from app.core.permissions import Scope
from app.eligibility.decision import Decision, Outcome
from app.eligibility.facts import PersonFacts
from app.eligibility.intervals import DAY, midnight
from app.eligibility.judgement import own_standing
from app.eligibility.queries.loading import load_people
from app.eligibility.queries.rosters import ShiftRow, published_shifts
from app.eligibility.wording import message
from app.regimes.codes import Act, CertificateState
from app.regimes.loader import default_zone
from app.registry import queries as registry
from app.registry.codes import PersonKind

SOON = timedelta(days=30)
NEXT = timedelta(hours=12)


class Fitness(StrEnum):
    """How somebody stands for acts of enforcement today."""

    FIT = "FIT"
    WARNINGS = "WARNINGS"
    UNFIT = "UNFIT"
    ASSISTS = "ASSISTS"


_FITNESS = {
    Outcome.ALLOW: Fitness.FIT,
    Outcome.ALLOW_WITH_WARNINGS: Fitness.WARNINGS,
    Outcome.DENY: Fitness.UNFIT,
}


@dataclass(frozen=True)
class BoardRow:
    """One person today. `reasons` are the answer's public reasons, worst first; `lapses_on` is the last good day of a

    certificate in force that ends within 30 days. ASSISTS is who is no officer and is not expected to enforce.
    """

    person: registry.PersonRow
    fitness: Fitness
    reasons: tuple[str, ...]
    messages: tuple[Mapping[str, str], ...]
    permitted: tuple[Act, ...]
    lapses_on: date | None
    changes_at: datetime | None


@dataclass(frozen=True)
class Board:
    """Everyone of the units asked for, the unfit first; `lapsing` by the day."""

    day: date
    rows: tuple[BoardRow, ...]
    lapsing: tuple[BoardRow, ...]
    counts: Mapping[Fitness, int]

    @property
    def total(self) -> int:
        """How many people."""
        return len(self.rows)


@dataclass(frozen=True)
class AtRisk:
    """Somebody whose certificate ends within 30 days, with the first published shift that reaches beyond."""

    row: BoardRow
    shift: ShiftRow | None


@dataclass(frozen=True)
class DutyNow:
    """What published rosters say: who is on duty, what begins within 12 hours, how many shifts in 30 days."""

    at: datetime
    running: tuple[ShiftRow, ...]
    coming: tuple[ShiftRow, ...]
    ahead: int
    at_risk: tuple[AtRisk, ...]


def duty_now(session: Session, found: Board, now: datetime, scope: Scope, *, unit_path: str = "") -> DutyNow:
    """Who is on duty now and next in the scope, and which of the lapsing stand on shifts after their last day."""
    shifts = published_shifts(session, now, now + SOON, scope=scope, unit_path=unit_path)
    lapsing = [row.person.id for row in found.lapsing]
    own = published_shifts(session, now, now + SOON, person_ids=lapsing) if lapsing else ()
    return DutyNow(
        now,
        tuple(one for one in shifts if one.starts <= now < one.ends),
        tuple(one for one in shifts if now < one.starts <= now + NEXT),
        len(shifts),
        tuple(AtRisk(row, _beyond(row, own)) for row in found.lapsing),
    )


def _beyond(row: BoardRow, shifts: tuple[ShiftRow, ...]) -> ShiftRow | None:
    """The first of the person's shifts that is not over when the last good day is."""
    if row.lapses_on is None:
        return None
    over = midnight(row.lapses_on + DAY, default_zone())
    return next((one for one in shifts if one.ends > over and row.person.code in one.codes), None)


def board(session: Session, day: date, scope: Scope, *, unit_path: str = "") -> Board:
    """Everyone who serves in the scope (and below `unit_path`) on a local day."""
    serving = [
        row
        for row in registry.search_people(session, "", day, scope, unit_path=unit_path, limit=None)
        if row.unit_id is not None
    ]
    standing = _standings(session, [row.id for row in serving], day)
    rows = tuple(sorted((_row(row, *standing[row.code], day) for row in serving), key=_order))
    lapsing = sorted((row for row in rows if row.lapses_on), key=lambda row: (row.lapses_on or day, row.person.code))
    counts = Counter(row.fitness for row in rows)
    return Board(day, rows, tuple(lapsing), {one: counts.get(one, 0) for one in Fitness})


def _standings(session: Session, ids: list[int], day: date) -> dict[str, tuple[PersonFacts, Decision]]:
    found: dict[str, tuple[PersonFacts, Decision]] = {}
    if not ids:
        return found
    for loaded in load_people(session, ids, day, day + timedelta(days=366), decisive=day):
        zone = loaded.regime.time_zone
        start, end = midnight(day, zone), midnight(day + DAY, zone)
        for code, person in loaded.facts.people.items():
            found[code] = (person, own_standing(code, loaded.facts.about(person), loaded.regime, start, end))
    return found


def _row(row: registry.PersonRow, person: PersonFacts, decision: Decision, day: date) -> BoardRow:
    officer = person.kind == PersonKind.OFFICER
    own = decision.people[0]
    return BoardRow(
        row,
        _FITNESS[decision.outcome] if officer else Fitness.ASSISTS,
        own.reasons if officer else (),
        tuple(message(finding) for finding in decision.reasons) if officer else (),
        own.permitted_acts,
        _lapses_on(person, day),
        decision.changes_at,
    )


def _lapses_on(person: PersonFacts, day: date) -> date | None:
    """The last day of the certificate that lasts longest, where that is near."""
    ends = [
        one.valid_to
        for one in person.certificates or ()
        if one.valid_to is not None
        and one.valid_to >= day
        and (not one.states or one.states[-1].state is CertificateState.ACTIVE)
    ]
    last = max(ends, default=None)
    return last if last is not None and last <= day + SOON else None


_WORST = {Fitness.UNFIT: 0, Fitness.WARNINGS: 1, Fitness.FIT: 2, Fitness.ASSISTS: 3}


def _order(row: BoardRow) -> tuple[int, str]:
    return _WORST[row.fitness], row.person.code
