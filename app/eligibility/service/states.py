"""Look at how people stand, in groups, from where the last look stopped; tell webhooks of whom it changed for."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from app.core.clock import local_day
from app.eligibility.models import PersonState, StateSweep
from app.eligibility.queries.states import KeptState, State, due_after, everyone_after, kept_states, states_of
from app.eligibility.service.announcing import StateChange, announce

OVERLAP = timedelta(minutes=5)
"""What was recorded shortly before a look began may have been committed only afterwards; it is looked at again."""


class Sweep(StrEnum):
    """Everyone once a day, or those about whom something is due or new."""

    EVERYONE = "EVERYONE"
    DUE = "DUE"


@dataclass(frozen=True)
class Group:
    """Some people as they stand now; `last_id` is the last of them."""

    kind: Sweep
    last_id: int
    states: tuple[State, ...]


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


def look(session: Session, kind: Sweep, *, now: datetime, zone: ZoneInfo) -> Group | None:
    """Judge the next group; None when nobody is left. Only reads."""
    progress = session.get_one(StateSweep, kind.value)
    if kind is Sweep.EVERYONE:
        ids = everyone_after(session, progress.after_id)
    else:
        ids = due_after(session, progress.after_id, progress.since, now)
    if not ids:
        return None
    return Group(kind, ids[-1], tuple(states_of(session, ids, now, local_day(now, zone))))


def keep(session: Session, group: Group, *, now: datetime) -> int:
    """Write the states that are other than before, with a message for each webhook concerned; returns how many."""
    before = kept_states(session, [one.person_id for one in group.states])
    met = [(before.get(state.person_id), state) for state in group.states]
    changes = [_change(old, state, now) for old, state in met if old is not None and _told(old, state)]
    added = [_row(state, now) for old, state in met if old is None]
    moved = [_row(state, now) for old, state in met if old is not None and not _same(old, state)]
    if added:
        session.execute(insert(PersonState), added)
    if moved:
        session.execute(update(PersonState), moved)
    announce(session, changes, now=now)
    progress = session.get_one(StateSweep, group.kind.value)
    progress.after_id = group.last_id
    progress.seen += len(group.states)
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
