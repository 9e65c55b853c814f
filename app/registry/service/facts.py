"""Add, correct and withdraw dated facts: the one path by which any of them changes."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import N_, Invalid, NotFound, Refused, Stale
from app.core.facts import supersede
from app.core.permissions import Actor, P
from app.ledger.service import record
from app.registry import queries
from app.registry.models import Person, PersonProfile, Unit
from app.registry.service.invariants import check_person, check_unit
from app.registry.service.kinds import Kind, check_days, check_sense, columns, kind_of

DAY = timedelta(days=1)
Row = Any
"""A row of one of the fact tables, or None."""
WITHHELD = "***"
KEPT_APART = ("id", "recorded_at", "recorded_by", "superseded_at")


def plain(row: Any) -> dict[str, Any]:  # noqa: ANN401 - a fact row
    """The content of a fact row, as the ledger keeps it."""
    return {c.key: getattr(row, c.key) for c in type(row).__table__.columns if c.key not in KEPT_APART}


def _told(kind: Kind, row: Row) -> dict[str, Any]:
    """What the ledger is told of a row: of private columns only that they are filled."""
    return {key: WITHHELD if key in kind.private and value else value for key, value in plain(row).items()}


def successor(old: Any, actor: Actor, now: datetime, **changes: Any) -> Any:  # noqa: ANN401 - a fact row
    """A row like the old one but for the changes, recorded now."""
    return type(old)(**{**plain(old), **changes}, recorded_at=now, recorded_by=actor.label)


def replace(session: Session, actor: Actor, old: Any, *, now: datetime, **changes: Any) -> Any:  # noqa: ANN401
    """Supersede a row by one with changes; returns the new row, flushed."""
    supersede(session, old, now)
    new = successor(old, actor, now, **changes)
    session.add(new)
    session.flush()
    return new


def believed(session: Session, kind: Kind, owner_id: int, /, **equal: Any) -> list[Any]:  # noqa: ANN401 - column values
    """The facts of a kind about one person or unit that are believed now, in order of their first day."""
    model = kind.model
    statement = select(model).where(getattr(model, kind.owner) == owner_id, model.superseded_at.is_(None))
    for name, value in equal.items():
        statement = statement.where(getattr(model, name) == value)
    return list(session.scalars(statement.order_by(model.valid_from, model.id)))


def end_before(session: Session, actor: Actor, rows: list[Any], day: date, last: date | None, *, now: datetime) -> int:
    """Let the rows that began before `day` end the day before it, and go on after `last` where they reached further."""
    ended = 0
    for old in rows:
        if old.valid_from < day and (old.valid_to is None or old.valid_to >= day):
            until = old.valid_to
            replace(session, actor, old, now=now, valid_to=day - DAY)
            if last is not None and (until is None or until > last):
                session.add(successor(old, actor, now, valid_from=last + DAY, valid_to=until))
            ended += 1
    session.flush()
    return ended


def add(
    session: Session,
    actor: Actor,
    name: str,
    owner_id: int,
    values: Mapping[str, Any],
    *,
    now: datetime,
    today: date,
    follows: Mapping[str, Any] | None = None,
    reason: str = "",
) -> Any:  # noqa: ANN401 - a fact row
    """Record a fact about a person or unit; returns its row. Nothing is kept when a check fails.

    With `follows`, the facts of this kind that match it and reach into the new one's days end the day before.
    Raises Invalid and Refused as the checks of its kind say; Refused `already-recorded` for the same fact twice.
    """
    kind = kind_of(name)
    with session.begin_nested():
        lock(session, kind, owner_id)
        found = columns(session, kind, values)
        check_days(found.get("valid_from"), found.get("valid_to"))
        row = kind.model(**{kind.owner: owner_id}, **found, recorded_at=now, recorded_by=actor.label)
        check_sense(session, kind, row)
        _not_twice(session, kind, owner_id, found)
        if follows is not None:
            end_before(
                session, actor, believed(session, kind, owner_id, **follows), row.valid_from, row.valid_to, now=now
            )
        session.add(row)
        session.flush()
        settle(session, kind, owner_id, today)
        _note(session, actor, kind, "recorded", row, None, reason or row.note or "", now)
    return row


def _not_twice(session: Session, kind: Kind, owner_id: int, found: Mapping[str, Any]) -> None:
    for row in believed(session, kind, owner_id, valid_from=found["valid_from"]):
        if all(getattr(row, key) == value for key, value in found.items() if key != "note"):
            raise Refused("already-recorded", N_("Exactly this is already recorded; nothing was added."))


def lock(session: Session, kind: Kind, owner_id: int) -> None:
    """Let nobody else change facts about the same person or unit at the same time."""
    owner = Person if kind.of_person else Unit
    session.execute(select(owner.id).where(owner.id == owner_id).with_for_update())


def settle(session: Session, kind: Kind, owner_id: int, today: date) -> None:
    """Check that the facts about a person or unit agree with one another, and repeat the profile for search."""
    if not kind.of_person:
        check_unit(session, owner_id)
        return
    check_person(session, owner_id)
    if kind.name == "profile":
        _repeat_profile(session, owner_id, today)


def _repeat_profile(session: Session, person_id: int, today: date) -> None:
    profiles = list(
        session.scalars(
            select(PersonProfile)
            .where(PersonProfile.person_id == person_id, PersonProfile.superseded_at.is_(None))
            .order_by(PersonProfile.valid_from)
        )
    )
    if not profiles:
        raise Refused("profile-needed", N_("A person must keep one profile; correct it instead."))
    shown = next((p for p in reversed(profiles) if p.valid_from <= today), profiles[0])
    person = session.get_one(Person, person_id)
    person.name, person.kind = shown.name, shown.kind
    session.flush()


def _note(
    session: Session, actor: Actor, kind: Kind, deed: str, after: Row, before: Row, reason: str, now: datetime
) -> None:
    row = after if after is not None else before
    record(
        session, actor, f"registry.{kind.name}.{deed}",
        ("person" if kind.of_person else "unit", getattr(row, kind.owner)), now=now,
        before=None if before is None else {"fact": before.id, **_told(kind, before)},
        after=None if after is None else {"fact": after.id, **_told(kind, after)},
        reason="" if "note" in kind.private else reason, unit_id=_unit_of(row),
    )  # fmt: skip


def _unit_of(row: Row) -> int | None:
    unit: int | None = getattr(row, "unit_id", None) or getattr(row, "agency_id", None)
    return unit


def load_fact(session: Session, actor: Actor, name: str, fact_id: int, today: date) -> Any:  # noqa: ANN401
    """The row of a fact that this actor may edit; raises NotFound, or Stale `fact-superseded` when it was corrected."""
    kind = kind_of(name)
    row = session.get(kind.model, fact_id)
    if row is None:
        raise NotFound
    scope = actor.scope(P.REGISTRY_EDIT)
    if kind.of_person:
        queries.person_by_id(session, row.person_id, today, scope)
    else:
        queries.unit_by_id(session, row.unit_id, scope)
    if row.superseded_at is not None:
        raise Stale("fact-superseded", N_("Somebody has corrected this since; look at it again before you change it."))
    return row


def correct(
    session: Session,
    actor: Actor,
    name: str,
    fact_id: int,
    values: Mapping[str, Any],
    *,
    reason: str,
    today: date,
    now: datetime,
) -> int:
    """Supersede a fact by a corrected one; returns the new id. The old row stays and keeps both its times.

    Raises NotFound, Stale `fact-superseded`, Invalid `reason-missing` or `nothing-changed`, and what the kind's checks
    say.
    """
    kind = kind_of(name)
    _reasoned(reason)
    with session.begin_nested():
        old = load_fact(session, actor, name, fact_id, today)
        lock(session, kind, getattr(old, kind.owner))
        found = columns(session, kind, values)
        changed = {key: value for key, value in found.items() if key != "note" and getattr(old, key) != value}
        if not changed:
            raise Invalid("nothing-changed", N_("Nothing differs from what is recorded."))
        check_days(changed.get("valid_from", old.valid_from), changed.get("valid_to", old.valid_to))
        new = replace(session, actor, old, now=now, **changed, note=reason)
        check_sense(session, kind, new)
        settle(session, kind, getattr(new, kind.owner), today)
        _note(session, actor, kind, "corrected", new, old, reason, now)
    return int(new.id)


def withdraw(
    session: Session, actor: Actor, name: str, fact_id: int, *, reason: str, today: date, now: datetime
) -> None:
    """Take a fact back that was never so; the row stays, superseded by nothing. Raises as `correct` does."""
    kind = kind_of(name)
    _reasoned(reason)
    with session.begin_nested():
        old = load_fact(session, actor, name, fact_id, today)
        lock(session, kind, getattr(old, kind.owner))
        supersede(session, old, now)
        settle(session, kind, getattr(old, kind.owner), today)
        _note(session, actor, kind, "withdrawn", None, old, reason, now)


def _reasoned(reason: str) -> None:
    if not reason.strip():
        raise Invalid("reason-missing", N_("State the reason; it is kept in the ledger."), field="why")
