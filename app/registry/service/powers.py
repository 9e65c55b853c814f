"""Power items of an agency: planned, taken over, published, given back (行政处罚法 18, 34)."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from app.core.errors import N_, Refused
from app.core.permissions import Actor
from app.ledger.service import record
from app.registry.codes import PowerStatus
from app.registry.models import AgencyPower
from app.registry.service.access import editable_unit
from app.registry.service.facts import add, believed, plain, replace
from app.registry.service.kinds import KINDS, check_days


def plan_power(
    session: Session, actor: Actor, code: str, item_code: str, *, on: date, now: datetime, today: date, note: str = ""
) -> int:
    """Note that an agency is to take over an item from a day. Raises Refused `power-already-held`."""
    return _enter(session, actor, code, item_code, PowerStatus.PLANNED, on, note, now, today)


def hold_power(
    session: Session,
    actor: Actor,
    code: str,
    item_code: str,
    *,
    on: date,
    now: datetime,
    today: date,
    note: str = "",
    published_on: date | None = None,
) -> int:
    """An agency takes over an item from a day; a plan for it ends. Raises Refused `power-already-held`,

    `agency-does-not-enforce`, `not-an-agency`, `no-regime`; Invalid `unknown-item`.
    """
    return _enter(session, actor, code, item_code, PowerStatus.HELD, on, note, now, today, published_on)


def return_power(
    session: Session, actor: Actor, code: str, item_code: str, *, on: date, now: datetime, today: date, note: str = ""
) -> int:
    """An agency gives an item back: `on` is the first day it no longer holds it. Raises Refused `power-not-held`."""
    unit = editable_unit(session, actor, code)
    if _on(session, unit.id, item_code, on, PowerStatus.HELD) is None:
        raise _not_held()
    return _enter(session, actor, code, item_code, PowerStatus.RETURNED, on, note, now, today)


def publish_power(
    session: Session, actor: Actor, code: str, item_code: str, *, on: date, now: datetime, today: date, note: str = ""
) -> int:
    """Note that the taking over of a held item was published on a day (行政处罚法 34). Raises Refused `power-not-held`,

    `power-already-published`.
    """
    unit = editable_unit(session, actor, code)
    check_days(on, None)
    with session.begin_nested():
        old = _on(session, unit.id, item_code, max(on, today), PowerStatus.HELD)
        if old is None:
            raise _not_held()
        if old.published_on is not None:
            raise Refused("power-already-published", N_("The item is published already; correct the day instead."))
        new = replace(session, actor, old, now=now, published_on=on, note=note or old.note)
        record(
            session, actor, "registry.power.published", ("unit", unit.id), now=now, unit_id=unit.id, reason=note,
            before=plain(old), after=plain(new),
        )  # fmt: skip
    return int(new.id)


def _enter(
    session: Session,
    actor: Actor,
    code: str,
    item_code: str,
    status: PowerStatus,
    on: date,
    note: str,
    now: datetime,
    today: date,
    published_on: date | None = None,
) -> int:
    unit = editable_unit(session, actor, code)
    held = _on(session, unit.id, item_code, on, PowerStatus.HELD)
    if held is not None and status != PowerStatus.RETURNED:
        raise Refused("power-already-held", N_("The agency holds this item on that day already."), field="on")
    values = {
        "item_code": item_code, "status": status, "published_on": published_on, "valid_from": on, "valid_to": None,
        "note": note,
    }  # fmt: skip
    follows = {"item_code": item_code}
    return int(add(session, actor, "power", unit.id, values, now=now, today=today, follows=follows).id)


def _on(session: Session, unit_id: int, item_code: str, day: date, status: PowerStatus) -> AgencyPower | None:
    rows: list[AgencyPower] = believed(session, KINDS["power"], unit_id, item_code=item_code, status=status.value)
    return next((r for r in rows if r.valid_from <= day and (r.valid_to is None or r.valid_to >= day)), None)


def _not_held() -> Refused:
    return Refused("power-not-held", N_("The agency does not hold this item on that day."), field="on")
