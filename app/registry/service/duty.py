"""Relations and offices of people; designations and entrustments of agencies; the end of any of them."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.core.errors import N_, Invalid, NotFound
from app.core.permissions import Actor
from app.registry.service.access import editable_person, editable_unit
from app.registry.service.facts import add, correct

ENDABLE = frozenset({"relation", "appointment", "designation", "entrustment"})
"""Kinds of fact that end by an act of their own."""


def declare_relation(
    session: Session, actor: Actor, code: str, *, kind: str, valid_from: date, today: date, now: datetime,
    party: str = "", valid_to: date | None = None, note: str = "",
) -> int:  # fmt: skip
    """Record a tie to a party, or that the person declares none (行政处罚法43); returns the fact's id.

    The ledger says that it was done and names no party. Raises Invalid `party-missing`, `party-not-wanted`; Refused
    `relations-contradict`, `relation-overlaps`.
    """
    person = editable_person(session, actor, code, today)
    values = {"kind": kind, "party": party.strip(), "valid_from": valid_from, "valid_to": valid_to, "note": note}
    return int(add(session, actor, "relation", person.id, values, now=now, today=today).id)


def appoint(
    session: Session, actor: Actor, code: str, *, role: str, valid_from: date, today: date, now: datetime,
    card_number: str = "", supervisor_group: str = "", valid_to: date | None = None, note: str = "",
) -> int:  # fmt: skip
    """Record an office held besides the post, with its card (处罚法58, 64; LX-13, LX-17); returns the fact's id.

    Raises Invalid `unknown-code`, `group-missing`, `group-not-wanted`; Refused `appointment-overlaps`,
    `office-not-for-kind`.
    """
    person = editable_person(session, actor, code, today)
    values = {
        "role": role, "card_number": card_number, "supervisor_group": supervisor_group, "valid_from": valid_from,
        "valid_to": valid_to, "note": note,
    }  # fmt: skip
    return int(add(session, actor, "appointment", person.id, values, now=now, today=today).id)


def designate(
    session: Session, actor: Actor, code: str, *, area_code: str, order_number: str, valid_from: date, now: datetime,
    today: date, item_code: str | None = None, valid_to: date | None = None, note: str = "",
) -> int:  # fmt: skip
    """Record the order that gives an agency an area, or one item in it (行政处罚法25); returns the fact's id.

    Raises Invalid `unknown-area`, `unknown-item`, `field-missing`; Refused `orders-not-agency`, `designation-overlaps`.
    """
    unit = editable_unit(session, actor, code)
    values = {
        "area_code": area_code, "item_code": item_code, "order_number": order_number, "valid_from": valid_from,
        "valid_to": valid_to, "note": note,
    }  # fmt: skip
    return int(add(session, actor, "designation", unit.id, values, now=now, today=today).id)


def entrust(
    session: Session, actor: Actor, code: str, *, body: str, document_number: str, valid_from: date, now: datetime,
    today: date, items: Sequence[str] | None = None, published_on: date | None = None, by_entrusted: bool = False,
    valid_to: date | None = None, note: str = "",
) -> int:  # fmt: skip
    """Record a written entrustment by an agency to a body (行政处罚法20, 21); returns the fact's id.

    `items` empty is not recorded, and then covers nothing. Raises Invalid `unknown-unit`, `unknown-item`,
    `entrusts-itself`, `field-missing`; Refused `orders-not-agency`, `entrustment-overlaps`.
    """
    unit = editable_unit(session, actor, code)
    values = {
        "body": body, "items": list(items or ()), "published_on": published_on, "by_entrusted": by_entrusted,
        "document_number": document_number, "valid_from": valid_from, "valid_to": valid_to, "note": note,
    }  # fmt: skip
    return int(add(session, actor, "entrustment", unit.id, values, now=now, today=today).id)


def end_fact(
    session: Session, actor: Actor, kind: str, fact_id: int, *, last: date, reason: str, today: date, now: datetime
) -> int:
    """Let a relation, office, designation or entrustment end with a day, inclusive; returns the new row's id.

    Raises NotFound, Stale `fact-superseded`, Invalid `day-missing`, `ends-before-starts`, `reason-missing`.
    """
    if kind not in ENDABLE:
        raise NotFound
    if last is None:
        raise Invalid("day-missing", N_("Say from which day it holds."), field="last")
    return correct(session, actor, kind, fact_id, {"valid_to": last}, reason=reason, today=today, now=now)
