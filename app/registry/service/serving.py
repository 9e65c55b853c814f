"""Employment, posting, sanctions and separation."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.core.errors import N_, Invalid, NotFound, Refused
from app.core.facts import supersede
from app.core.permissions import Actor
from app.ledger.service import record
from app.registry import queries
from app.registry.codes import PostingKind
from app.registry.models import Employment, Posting
from app.registry.queries.establishment import over_establishment
from app.registry.service.access import editable_person, editable_unit
from app.registry.service.facts import DAY, add, believed, lock, replace, settle
from app.registry.service.kinds import KINDS, check_days


@dataclass(frozen=True)
class Employed:
    """The new fact, and by how many people the agency now exceeds its posts (0 where it does not)."""

    fact_id: int
    over_by: int


def _theirs(session: Session, actor: Actor, code: str, field: str) -> queries.UnitRow:
    try:
        return editable_unit(session, actor, code)
    except NotFound:
        raise Invalid("unknown-unit", N_("There is no unit with this code."), field=field) from None


def employ(session: Session, actor: Actor, code: str, *, today: date, now: datetime, **values: Any) -> Employed:  # noqa: ANN401
    """Record an employment of a person from `valid_from` on; see `employ_person`."""
    person = editable_person(session, actor, code, today)
    values["agency_code"] = values.pop("agency", None) or values.pop("agency_code", "")
    return employ_person(session, actor, person.id, today=today, now=now, **values)


def employ_person(
    session: Session,
    actor: Actor,
    person_id: int,
    *,
    agency_code: str,
    category: str,
    valid_from: date,
    today: date,
    now: datetime,
    valid_to: date | None = None,
    entry_channel: str = "",
    service_start: date | None = None,
    probation_until: date | None = None,
    initial_training_done_on: date | None = None,
    note: str = "",
) -> Employed:
    """Record an employment; one with the same agency before it ends the day before (a change of category).

    Exceeding the establishment is noted, not refused. Raises Refused `employment-overlaps`, `person-retired`; Invalid
    `unknown-unit`, `unknown-code`, `ends-before-starts`, `not-an-agency`.
    """
    agency = _theirs(session, actor, agency_code, "agency")
    if not agency.is_agency:
        raise Invalid("not-an-agency", N_("Only an agency employs; name the agency above this unit."), field="agency")
    values = {
        "agency": agency_code, "category": category, "entry_channel": entry_channel, "service_start": service_start,
        "probation_until": probation_until, "initial_training_done_on": initial_training_done_on,
        "valid_from": valid_from, "valid_to": valid_to, "note": note,
    }  # fmt: skip
    row = add(session, actor, "employment", person_id, values, now=now, today=today, follows={"agency_id": agency.id})
    return Employed(row.id, over_establishment(session, agency.id, max(today, valid_from)))


def post(session: Session, actor: Actor, code: str, *, today: date, now: datetime, **values: Any) -> int:  # noqa: ANN401
    """Record where a person serves from `valid_from` on; see `post_person`."""
    person = editable_person(session, actor, code, today)
    for name in ("unit", "business_unit", "daily_unit"):
        if name in values:
            values[f"{name}_code"] = values.pop(name) or ""
    return post_person(session, actor, person.id, today=today, now=now, **values)


def post_person(
    session: Session,
    actor: Actor,
    person_id: int,
    *,
    unit_code: str,
    kind: str,
    valid_from: date,
    today: date,
    now: datetime,
    valid_to: date | None = None,
    duty_title: str = "",
    business_unit_code: str = "",
    daily_unit_code: str = "",
    ends_present: bool = False,
    note: str = "",
) -> int:
    """Record a posting with its two lines (GN-20, LX-06); returns the fact's id.

    `ends_present` lets the present home posting end the day before. A home unit must be one the actor may edit; people
    are dispatched to any unit. Raises Refused `home-posting-overlaps`, `posting-outside-employment`, `person-retired`.
    """
    if kind == PostingKind.HOME:
        _theirs(session, actor, unit_code, "unit")
    values = {
        "unit": unit_code, "kind": kind, "duty_title": duty_title, "business_unit": business_unit_code,
        "daily_unit": daily_unit_code, "valid_from": valid_from, "valid_to": valid_to, "note": note,
    }  # fmt: skip
    follows = {"kind": PostingKind.HOME.value} if ends_present and kind == PostingKind.HOME else None
    return int(add(session, actor, "posting", person_id, values, now=now, today=today, follows=follows).id)


def sanction(
    session: Session,
    actor: Actor,
    code: str,
    *,
    kind: str,
    basis: str,
    valid_from: date,
    today: date,
    now: datetime,
    valid_to: date | None = None,
    note: str = "",
) -> int:
    """Record a sanction or a suspension from duty with its basis; returns the fact's id (公务员法 62, 政务处分法 7)."""
    person = editable_person(session, actor, code, today)
    values = {"kind": kind, "basis": basis, "valid_from": valid_from, "valid_to": valid_to, "note": note}
    return int(add(session, actor, "sanction", person.id, values, now=now, today=today).id)


@dataclass(frozen=True)
class Separated:
    """The new fact, and how many employments and postings it closed."""

    fact_id: int
    employments: int
    postings: int


def separate(
    session: Session, actor: Actor, code: str, *, reason: str, valid_from: date, today: date, now: datetime,
    note: str = "",
) -> Separated:  # fmt: skip
    """A person leaves: `valid_from` is the first day they no longer serve. Employment and postings end the day before.

    Raises Refused `not-employed` where nobody employs them the day before.
    """
    person = editable_person(session, actor, code, today)
    check_days(valid_from, None)
    with session.begin_nested():
        lock(session, KINDS["separation"], person.id)
        employments: list[Employment] = believed(session, KINDS["employment"], person.id)
        held = [
            e
            for e in employments
            if e.valid_from < valid_from and (e.valid_to is None or e.valid_to >= valid_from - DAY)
        ]
        if not held:
            raise Refused("not-employed", N_("Nobody employs this person the day before."), field="valid_from")
        postings: list[Posting] = believed(session, KINDS["posting"], person.id)
        closed = (
            _close(session, actor, employments, valid_from, now), _close(session, actor, postings, valid_from, now)
        )  # fmt: skip
        agency = queries.unit_by_id(session, held[-1].agency_id).code
        values = {"agency": agency, "reason": reason, "valid_from": valid_from, "valid_to": None, "note": note}
        row = add(session, actor, "separation", person.id, values, now=now, today=today, reason=note)
        settle(session, KINDS["separation"], person.id, today)
        record(
            session, actor, "registry.person.separated", ("person", person.id), now=now, unit_id=held[-1].agency_id,
            after={"reason": reason, "from": valid_from, "employments": closed[0], "postings": closed[1]}, reason=note,
        )  # fmt: skip
    return Separated(row.id, *closed)


def _close(session: Session, actor: Actor, rows: list[Any], day: date, now: datetime) -> int:
    """End at the day before what then still runs; what had yet to begin is taken back."""
    closed = 0
    for row in rows:
        if row.valid_from >= day:
            supersede(session, row, now)
        elif row.valid_to is None or row.valid_to >= day:
            replace(session, actor, row, now=now, valid_to=day - DAY)
        else:
            continue
        closed += 1
    return closed
