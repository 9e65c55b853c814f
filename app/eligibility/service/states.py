"""Look at how people stand, in groups, from where the last look stopped; tell webhooks of whom it changed for."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from app.core.clock import local_day
from app.core.database import engine_of, reading_only
from app.eligibility.models import PersonState, StateSweep
from app.eligibility.queries.states import (
    KeptState,
    State,
    due_after,
    everyone_after,
    kept_states,
    people_count,
    states_of,
)
from app.eligibility.service.announcing import StateChange, announce
from app.regimes.loader import keep_calendars_in

OVERLAP = timedelta(minutes=5)
"""What was recorded shortly before a look began may have been committed only afterwards; it is looked at again."""

MANY = 5_000
"""People from whom on other processes are worth their start, which takes some seconds."""


class Sweep(StrEnum):
    """Everyone once a day, or those about whom something is due or new."""

    EVERYONE = "EVERYONE"
    DUE = "DUE"


def begin(session: Session, kind: Sweep, *, now: datetime, zone: ZoneInfo) -> bool:
    """Go on with a look that was broken off, or start one; False when everyone has been looked at today."""
    progress = session.get(StateSweep, kind.value, with_for_update=True)
    if progress is None:
        session.add(StateSweep(kind=kind.value, started_at=now, since=now - OVERLAP))
    elif progress.finished_at is not None:
        if kind is Sweep.EVERYONE and local_day(progress.started_at, zone) >= local_day(now, zone):
            return False
        progress.since, progress.started_at, progress.finished_at = progress.started_at - OVERLAP, now, None
        progress.after_id, progress.seen, progress.changed = 0, 0, 0
    session.flush()
    return True


def hands_for(session: Session, kind: Sweep) -> int:
    """How many processes look: at everyone, where that is many, one for each core, else only this one."""
    with reading_only():
        many = kind is Sweep.EVERYONE and people_count(session) >= MANY
    session.rollback()
    return (os.cpu_count() or 1) if many else 1


def groups(session: Session, kind: Sweep, *, now: datetime) -> Iterator[list[int]]:
    """The ids of who is left to be looked at, group by group; each reading ends in a rollback."""
    with reading_only():
        progress = session.get_one(StateSweep, kind.value)
        after, since = progress.after_id, progress.since
    while True:
        with reading_only():
            due = kind is Sweep.DUE
            ids = due_after(session, after, since, now) if due else everyone_after(session, after)
        session.rollback()
        if not ids:
            return
        after = ids[-1]
        yield ids


def judged(session: Session, ids: Sequence[int], *, now: datetime, zone: ZoneInfo) -> tuple[State, ...]:
    """How they stand now, as far as they are still known. Only reads, and ends in a rollback."""
    with reading_only():
        found = tuple(states_of(session, ids, now, local_day(now, zone)))
    session.rollback()
    return found


@dataclass(frozen=True)
class Aside:
    """What a process beside the scheduler's needs to judge people for it."""

    database_url: str = field(repr=False)
    calendars: Path
    zone: ZoneInfo
    now: datetime


def stand_aside(aside: Aside) -> None:
    """Make such a process ready: it knows the site's calendars, and gives way to whatever is waited for."""
    os.nice(10)
    keep_calendars_in(aside.calendars)


def judged_aside(aside: Aside, ids: Sequence[int]) -> tuple[State, ...]:
    """`judged` in such a process."""
    with Session(engine_of(aside.database_url)) as session:
        return judged(session, ids, now=aside.now, zone=aside.zone)


def keep(session: Session, kind: Sweep, last_id: int, looked: Sequence[State], *, now: datetime) -> int:
    """Write the states of a group that are other than before, with a message for each webhook concerned.

    `looked` are the states found, `last_id` is the last of the group; returns how many rows were written.
    """
    before = kept_states(session, [one.person_id for one in looked])
    met = [(before.get(state.person_id), state) for state in looked]
    changes = [_change(old, state, now) for old, state in met if old is not None and _told(old, state)]
    added = [_row(state, now) for old, state in met if old is None]
    moved = [_row(state, now) for old, state in met if old is not None and not _same(old, state)]
    if added:
        session.execute(insert(PersonState), added)
    if moved:
        session.execute(update(PersonState), moved)
    announce(session, changes, now=now)
    progress = session.get_one(StateSweep, kind.value)
    progress.after_id = last_id
    progress.seen += len(looked)
    progress.changed += len(changes)
    session.flush()
    return len(added) + len(moved)


def finish(session: Session, kind: Sweep, *, now: datetime) -> None:
    """Note that nobody is left to look at."""
    session.get_one(StateSweep, kind.value).finished_at = now
    session.flush()


def _told(old: KeptState, state: State) -> bool:
    return (old.outcome, list(old.reasons)) != (state.outcome, list(state.reasons))


def _change(old: KeptState, state: State, now: datetime) -> StateChange:
    """When the change was foreseen, it took effect at that moment; otherwise it counts from now."""
    foreseen = old.next_change_at
    moment = foreseen if foreseen is not None and foreseen <= now else now
    unit = state.unit_id if state.unit_id is not None else old.unit_id
    return StateChange(state.code, old.outcome, state.outcome, state.reasons, moment, unit)


def _row(state: State, now: datetime) -> dict[str, Any]:
    return {
        "person_id": state.person_id, "outcome": state.outcome, "reasons": list(state.reasons),
        "unit_id": state.unit_id, "next_change_at": state.next_change_at, "computed_at": now,
    }  # fmt: skip


def _same(old: KeptState, state: State) -> bool:
    then = (old.outcome, tuple(old.reasons), old.unit_id, old.next_change_at)
    return then == (state.outcome, state.reasons, state.unit_id, state.next_change_at)
