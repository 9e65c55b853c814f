"""Units and areas: founding, renaming, closing; standing, establishment and territory by date."""

import re
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import N_, Forbidden, Invalid, NotFound, Refused
from app.core.permissions import Actor, P
from app.ledger.service import record
from app.regimes.loader import available
from app.registry import queries
from app.registry.codes import AreaKind, UnitKind
from app.registry.models import Area, Unit
from app.registry.service.access import editable_unit
from app.registry.service.facts import add

CODE = re.compile(r"[A-Z0-9][A-Z0-9_.\-]{0,39}")
AREA_ORDER = tuple(AreaKind)


def checked_code(code: str) -> str:
    """A code in capitals; raises Invalid `code-shape`."""
    code = code.strip().upper()
    if not CODE.fullmatch(code):
        raise Invalid(
            "code-shape", N_("A code has up to 40 letters A–Z, digits, hyphens, dots or underscores."), field="code"
        )
    return code


def _checked_regime(regime: str | None) -> str | None:
    if regime and regime not in available():
        raise Invalid("unknown-regime", N_("There are no rules with this name."), field="regime")
    return regime or None


def create_unit(
    session: Session,
    actor: Actor,
    *,
    code: str,
    name_zh: str,
    kind: str,
    now: datetime,
    name_en: str = "",
    parent_code: str = "",
    is_agency: bool = False,
    regime: str | None = None,
    opened_on: date | None = None,
) -> int:
    """Found a unit below one that the actor may edit; returns its id. A root needs the right everywhere.

    Raises Invalid `code-shape`, `field-missing`, `unknown-code`, `unknown-unit`, `unknown-regime`, `root-not-agency`;
    Refused `unit-code-taken`; Forbidden.
    """
    code = checked_code(code)
    if not name_zh.strip():
        raise Invalid("field-missing", N_("This must be filled in."), field="name_zh")
    if kind not in set(UnitKind):
        raise Invalid("unknown-code", N_("This code is not known."), field="kind")
    parent = _parent(session, actor, parent_code)
    if parent is None and not is_agency:
        raise Invalid("root-not-agency", N_("The topmost unit must be an agency."), field="is_agency")
    if session.scalar(select(Unit.id).where(Unit.code == code)) is not None:
        raise Refused("unit-code-taken", N_("There is already a unit with this code."), field="code")
    unit = Unit(
        code=code, name_zh=name_zh.strip(), name_en=name_en.strip(), kind=kind, is_agency=is_agency,
        regime=_checked_regime(regime), opened_on=opened_on, parent_id=parent.id if parent else None,
    )  # fmt: skip
    session.add(unit)
    session.flush()
    unit.path = f"{parent.path if parent else '/'}{unit.id}/"
    unit.agency_id = unit.id if is_agency or parent is None else parent.agency_id
    session.flush()
    record(
        session, actor, "registry.unit.founded", ("unit", unit.id), now=now, unit_id=unit.id,
        after={"code": code, "name_zh": unit.name_zh, "name_en": unit.name_en, "kind": kind, "is_agency": is_agency,
               "regime": unit.regime, "parent": parent.code if parent else None, "opened_on": opened_on},
    )  # fmt: skip
    return unit.id


def _parent(session: Session, actor: Actor, code: str) -> queries.UnitRow | None:
    if not code:
        if actor.scope(P.REGISTRY_EDIT) is not None:
            raise Forbidden("root-forbidden", N_("Only somebody with rights everywhere can found a topmost unit."))
        return None
    try:
        return editable_unit(session, actor, code)
    except NotFound:
        raise Invalid("unknown-unit", N_("There is no unit with this code."), field="parent_code") from None


def change_unit(
    session: Session,
    actor: Actor,
    code: str,
    *,
    name_zh: str,
    name_en: str,
    regime: str | None,
    opened_on: date | None,
    closed_on: date | None,
    reason: str,
    now: datetime,
) -> None:
    """Rename a unit, name its rules, or say when it opened and closed; the ledger keeps what it was.

    Raises NotFound, Invalid `field-missing`, `unknown-regime`, `ends-before-starts`, `reason-missing`.
    """
    unit = session.get_one(Unit, editable_unit(session, actor, code).id)
    if not name_zh.strip():
        raise Invalid("field-missing", N_("This must be filled in."), field="name_zh")
    if not reason.strip():
        raise Invalid("reason-missing", N_("State the reason; it is kept in the ledger."), field="reason")
    if opened_on and closed_on and closed_on < opened_on:
        raise Invalid("ends-before-starts", N_("The last day lies before the first."), field="closed_on")
    after = {
        "name_zh": name_zh.strip(), "name_en": name_en.strip(), "regime": _checked_regime(regime),
        "opened_on": opened_on, "closed_on": closed_on,
    }  # fmt: skip
    before = {name: getattr(unit, name) for name in after}
    for name, value in after.items():
        setattr(unit, name, value)
    session.flush()
    record(
        session, actor, "registry.unit.changed", ("unit", unit.id), now=now, unit_id=unit.id, reason=reason,
        before=before, after=after,
    )  # fmt: skip


def add_area(
    session: Session, actor: Actor, *, code: str, name_zh: str, kind: str, now: datetime, name_en: str = "",
    parent_code: str = "",
) -> str:  # fmt: skip
    """Add a place below another, or a province or prefecture at the top; returns its code.

    Raises Invalid `code-shape`, `field-missing`, `unknown-code`, `unknown-area`, `area-order`; Refused
    `area-code-taken`.
    """
    code = checked_code(code)
    if not name_zh.strip():
        raise Invalid("field-missing", N_("This must be filled in."), field="name_zh")
    if kind not in set(AreaKind):
        raise Invalid("unknown-code", N_("This code is not known."), field="kind")
    parent = queries.area_by_code(session, parent_code) if parent_code else None
    if parent_code and parent is None:
        raise Invalid("unknown-area", N_("There is no place with this code."), field="parent_code")
    if parent and AREA_ORDER.index(AreaKind(parent.kind)) >= AREA_ORDER.index(AreaKind(kind)):
        raise Invalid("area-order", N_("A place must lie in a larger kind of place."), field="parent_code")
    if queries.area_by_code(session, code) is not None:
        raise Refused("area-code-taken", N_("There is already a place with this code."), field="code")
    session.add(
        Area(
            code=code, name_zh=name_zh.strip(), name_en=name_en.strip(), kind=kind, parent_code=parent_code or None,
            path=f"{parent.path if parent else '/'}{code}/",
        )
    )  # fmt: skip
    session.flush()
    record(
        session, actor, "registry.area.added", ("area", code), now=now,
        after={"name_zh": name_zh, "kind": kind, "parent": parent_code},
    )  # fmt: skip
    return code


def record_standing(
    session: Session,
    actor: Actor,
    code: str,
    *,
    level: str,
    enforces: bool,
    authority_basis: str,
    valid_from: date,
    now: datetime,
    today: date,
    legal_nature: str = "",
    valid_to: date | None = None,
    note: str = "",
) -> int:
    """Say what a unit is in law from a day on; what held before ends the day before. Returns the fact's id."""
    unit = editable_unit(session, actor, code)
    values = {
        "level": level, "enforces": enforces, "authority_basis": authority_basis, "legal_nature": legal_nature,
        "valid_from": valid_from, "valid_to": valid_to, "note": note,
    }  # fmt: skip
    return int(add(session, actor, "standing", unit.id, values, now=now, today=today, follows={}).id)


def record_establishment(
    session: Session, actor: Actor, code: str, *, posts: int, valid_from: date, now: datetime, today: date,
    valid_to: date | None = None, note: str = "",
) -> int:  # fmt: skip
    """Say how many posts a unit has from a day on; the number before ends the day before. Returns the fact's id."""
    unit = editable_unit(session, actor, code)
    values = {"posts": posts, "valid_from": valid_from, "valid_to": valid_to, "note": note}
    return int(add(session, actor, "establishment", unit.id, values, now=now, today=today, follows={}).id)


def assign_territory(
    session: Session, actor: Actor, code: str, *, area_code: str, valid_from: date, now: datetime, today: date,
    valid_to: date | None = None, note: str = "",
) -> int:  # fmt: skip
    """Give a unit an area, with all that lies in it, from a day on. Returns the fact's id."""
    unit = editable_unit(session, actor, code)
    values = {"area_code": area_code, "valid_from": valid_from, "valid_to": valid_to, "note": note}
    return int(add(session, actor, "territory", unit.id, values, now=now, today=today).id)
