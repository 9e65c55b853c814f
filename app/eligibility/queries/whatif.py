"""Read trial runs of drafts: whom they concern, how far they are, and what they found within a scope."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from app.core.errors import NotFound
from app.core.facts import known, overlaps
from app.core.permissions import Actor, P, Scope
from app.credentials.models import Certificate
from app.eligibility.models import WhatIf, WhatIfChange
from app.registry import queries as registry
from app.registry.codes import PersonKind
from app.registry.models import Employment, Person, Posting

UNFINISHED = ("QUEUED", "RUNNING")
LISTED = 50


@dataclass(frozen=True, slots=True)
class WhatIfRow:
    """One run; QUEUED, RUNNING, DONE, FAILED or STOPPED. `fault` is a code."""

    id: int
    regime: str
    draft_id: int
    draft_version: int
    title: str
    text: str
    withdraws_id: int | None
    since: date
    first_day: date
    last_day: date
    present_version: str
    state: str
    cursor: int
    total: int
    done: int
    tally: Mapping[str, Mapping[str, int]]
    asked_at: datetime
    asked_by: str
    finished_at: datetime | None
    fault: str

    @property
    def unfinished(self) -> bool:
        """Whether there is more to judge."""
        return self.state in UNFINISHED


@dataclass(frozen=True, slots=True)
class UnitTally:
    """One unit: how many of its officers were judged, and how many went from one outcome to another."""

    unit: registry.UnitRow
    judged: int
    moves: Mapping[tuple[str, str], int]

    @property
    def changed(self) -> int:
        """How many would change."""
        return sum(self.moves.values())


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One person whose outcome would change."""

    person_code: str
    name: str
    unit_id: int
    before: str
    after: str
    reasons: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What a run found in the reader's scope; `whole` says that the scope takes in everybody under the rules."""

    run: WhatIfRow
    units: tuple[UnitTally, ...]
    moves: Mapping[tuple[str, str], int]
    judged: int
    whole: bool

    @property
    def changed(self) -> int:
        """How many would change."""
        return sum(self.moves.values())


def reader_scope(actor: Actor) -> Scope:
    """Where somebody may read trial runs: where they may draft or adopt."""
    scopes = [actor.scope(permission) for permission in (P.REGIMES_EDIT, P.REGIMES_ADOPT)]
    found: set[int] = set()
    for scope in scopes:
        if scope is None:
            return None
        found |= scope
    return frozenset(found)


def units_under(session: Session, regime: str) -> dict[int, registry.UnitRow]:
    """Every unit that the regime governs: its own or the nearest above."""
    rows = registry.units(session)
    own = {row.id: row.regime for row in rows}
    governed = {}
    for row in rows:
        chain = [own.get(int(part)) for part in reversed(row.path.split("/")) if part]
        if next((one for one in chain if one), None) == regime:
            governed[row.id] = row
    return governed


def officers_under(
    session: Session, units: Collection[int], first: date, last: date, *, after: int, limit: int
) -> list[int]:
    """The next officers employed by or serving in some units on a day of the period, by person id."""
    statement = _officers(units, first, last).where(Person.id > after).order_by(Person.id).limit(limit)
    return list(session.scalars(statement))


def count_officers(session: Session, units: Collection[int], first: date, last: date) -> int:
    """How many `officers_under` finds in all."""
    return session.scalar(select(func.count()).select_from(_officers(units, first, last).subquery())) or 0


def issued_under(session: Session, person_ids: Collection[int], regime: str) -> frozenset[str]:
    """The fact ids of the certificates that people got under a regime."""
    held = select(Certificate.id).where(Certificate.person_id.in_(list(person_ids)), Certificate.regime == regime)
    return frozenset(f"certificate:{number}" for number in session.scalars(held))


def what_ifs(session: Session, draft_id: int | None = None) -> tuple[WhatIfRow, ...]:
    """The newest runs, of one draft where it is given."""
    statement = select(WhatIf).order_by(WhatIf.id.desc()).limit(LISTED)
    if draft_id is not None:
        statement = statement.where(WhatIf.draft_id == draft_id)
    return tuple(_row(one) for one in session.scalars(statement))


def what_if(session: Session, what_if_id: int) -> WhatIfRow:
    """One run; raises NotFound."""
    found = session.get(WhatIf, what_if_id, populate_existing=True)
    if found is None:
        raise NotFound
    return _row(found)


def next_what_if(session: Session) -> WhatIfRow | None:
    """The oldest run with more to judge."""
    found = session.scalar(select(WhatIf).where(WhatIf.state.in_(UNFINISHED)).order_by(WhatIf.id).limit(1))
    return _row(found) if found else None


def report(session: Session, what_if_id: int, scope: Scope) -> Report:
    """What a run found so far, by unit, within a scope; raises NotFound."""
    run = what_if(session, what_if_id)
    seen = {row.id: row for row in registry.units(session, scope)}
    units = tuple(_unit_tally(row, run.tally[str(number)]) for number, row in seen.items() if str(number) in run.tally)
    moves: Counter[tuple[str, str]] = Counter()
    for unit in units:
        moves.update(unit.moves)
    whole = scope is None or set(units_under(session, run.regime)) <= set(seen)
    return Report(run, units, dict(sorted(moves.items())), sum(unit.judged for unit in units), whole)


def count_changes(
    session: Session, what_if_id: int, scope: Scope, *, unit: str = "", move: tuple[str, str] | None = None
) -> int:
    """How many `changes_found` finds in all."""
    statement = _changes(session, what_if_id, scope, unit, move)
    return session.scalar(select(func.count()).select_from(statement.subquery())) or 0


def changes_found(
    session: Session,
    what_if_id: int,
    scope: Scope,
    *,
    unit: str = "",
    move: tuple[str, str] | None = None,
    offset: int = 0,
    limit: int | None = 50,
) -> tuple[ChangeRow, ...]:
    """Whose outcome would change, in code order: of a unit (code) and those below it, of one move."""
    statement = _changes(session, what_if_id, scope, unit, move).order_by(Person.code).offset(offset).limit(limit)
    return tuple(
        ChangeRow(code, name, unit_id, before, after, tuple(reasons))
        for code, name, unit_id, before, after, reasons in session.execute(statement)
    )


def _changes(
    session: Session, what_if_id: int, scope: Scope, unit: str, move: tuple[str, str] | None
) -> Select[str, str, int, str, str, list[Any]]:
    rows: Sequence[registry.UnitRow] = registry.units(session, scope)
    if unit:
        above = registry.unit_by_code(session, unit, scope)
        rows = [row for row in rows if row.path.startswith(above.path)]
    one = WhatIfChange
    statement = (
        select(Person.code, Person.name, one.unit_id, one.before, one.after, one.reasons)
        .join(Person, Person.id == one.person_id)
        .where(one.what_if_id == what_if_id)
    )
    if scope is not None or unit:
        statement = statement.where(one.unit_id.in_([row.id for row in rows]))
    return statement if move is None else statement.where(one.before == move[0], one.after == move[1])


def _officers(units: Collection[int], first: date, last: date) -> Select[int]:
    ids = list(units)
    employed = select(Employment.id).where(
        Employment.person_id == Person.id, Employment.agency_id.in_(ids), overlaps(Employment, first, last)
    )
    serving = select(Posting.id).where(
        Posting.person_id == Person.id, Posting.unit_id.in_(ids), overlaps(Posting, first, last)
    )
    return select(Person.id).where(
        Person.kind == PersonKind.OFFICER,
        or_(known(employed, Employment).exists(), known(serving, Posting).exists()),
    )


def _unit_tally(unit: registry.UnitRow, counted: Mapping[str, int]) -> UnitTally:
    moves = {(key.split(">")[0], key.split(">")[1]): number for key, number in counted.items()}
    changed = {move: number for move, number in sorted(moves.items()) if move[0] != move[1]}
    return UnitTally(unit, sum(moves.values()), changed)


def _row(run: WhatIf) -> WhatIfRow:
    return WhatIfRow(**{name: getattr(run, name) for name in WhatIfRow.__slots__})
