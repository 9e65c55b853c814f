"""Gather people by code, by name, by unit or by the codes on their certificates; keep named squads of them."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import unquote

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.core.errors import N_, Invalid, NotFound, Refused
from app.core.permissions import Actor, P
from app.eligibility.models import DutySquad, DutySquadMember
from app.eligibility.queries import squads as queries
from app.ledger.service import record
from app.registry import queries as registry

MOST_FOUND = 30
MOST_MEMBERS = 200
_ADDRESS = re.compile(r"\S*/verify/([^/?#\s]+)\S*", re.IGNORECASE)


@dataclass(frozen=True)
class Picked:
    """`chosen` are in the asker's scope; `unknown` are codes that are not; `found` came up and may be chosen."""

    chosen: tuple[registry.PersonRow, ...]
    unknown: tuple[str, ...]
    found: tuple[registry.PersonRow, ...]
    found_in_all: int
    unit: registry.UnitRow | None


def codes_in(text: str) -> tuple[str, ...]:
    """Person codes from what was typed: full-width letters, any separator, any case; each once, in order."""
    plain = unicodedata.normalize("NFKC", text).upper()
    for separator in ",;、，；\n\t":
        plain = plain.replace(separator, " ")
    return tuple(dict.fromkeys(plain.split()))


def pick(
    session: Session, actor: Actor, codes: Iterable[str], *, search: str, unit: str, take: bool, today: date
) -> Picked:
    """The people named so far, whom a search or a unit brings up, and, with `take`, all of that unit."""
    scope = actor.scope(P.ELIGIBILITY_CHECK)
    wanted = list(dict.fromkeys(codes))
    squad = _unit(session, unit, scope)
    path = squad.path if squad else ""
    found, in_all = [], 0
    if search or squad:
        found = registry.search_people(
            session, search, today, scope, unit_path=path, limit=None if take else MOST_FOUND
        )
        in_all = registry.count_people(session, search, today, scope, unit_path=path)
    if take and squad:
        wanted = list(dict.fromkeys([*wanted, *(row.code for row in found)]))
    known = {row.code: row for row in registry.people_by_codes(session, wanted, today, scope)} if wanted else {}
    return Picked(
        tuple(known[code] for code in wanted if code in known),
        tuple(code for code in wanted if code not in known),
        tuple(row for row in found if row.code not in known),
        in_all,
        squad,
    )


def _unit(session: Session, code: str, scope: frozenset[int] | None) -> registry.UnitRow | None:
    if not code:
        return None
    try:
        return registry.unit_by_code(session, code, scope)
    except NotFound:
        return None


@dataclass(frozen=True)
class SquadPlan:
    """What a squad is called, the template it follows and its usual place (codes, None for neither)."""

    name: str
    template: str | None = None
    place: str | None = None


def create_squad(session: Session, actor: Actor, unit_code: str, plan: SquadPlan, *, now: datetime) -> int:
    """A new squad of a unit in scope; returns its id. Raises Invalid with the field."""
    unit = registry.unit_by_code(session, unit_code, actor.scope(P.ROSTERS_EDIT))
    _check_plan(session, unit.id, plan, None)
    made = DutySquad(
        unit_id=unit.id, name=plan.name, template=plan.template, place=plan.place, created_at=now,
        created_by=actor.label,
    )  # fmt: skip
    session.add(made)
    session.flush()
    record(
        session, actor, "eligibility.squad.formed", ("squad", made.id), now=now, unit_id=unit.id,
        after={"name": plan.name, "template": plan.template, "place": plan.place},
    )  # fmt: skip
    return made.id


def change_squad(session: Session, actor: Actor, squad_id: int, plan: SquadPlan, *, now: datetime) -> None:
    """Another name, template or usual place; rosters keep the name under which a shift was added."""
    squad = _squad(session, actor, squad_id)
    _check_plan(session, squad.unit_id, plan, squad_id)
    before = {"name": squad.name, "template": squad.template, "place": squad.place}
    squad.name, squad.template, squad.place = plan.name, plan.template, plan.place
    record(
        session, actor, "eligibility.squad.changed", ("squad", squad_id), now=now, unit_id=squad.unit_id,
        before=before, after={"name": plan.name, "template": plan.template, "place": plan.place},
    )  # fmt: skip


def _check_plan(session: Session, unit_id: int, plan: SquadPlan, squad_id: int | None) -> None:
    unit = registry.unit_by_id(session, unit_id)
    for one in queries.squads(session, None, unit_path=unit.path):
        if one.unit_id == unit_id and one.name == plan.name and one.id != squad_id:
            raise Invalid("squad-name-taken", N_("The unit has a squad of this name already."), field="name")
    if plan.template is not None and plan.template not in queries.templates_for(session, unit_id):
        raise Invalid("unknown-template", N_("The rules of this unit know no such squad template."), field="template")
    if plan.place is not None and registry.area_by_code(session, plan.place) is None:
        raise Invalid(
            "unknown-place", N_("There is no place with the code %(given)s."), field="place", given=plan.place
        )


def add_members(
    session: Session, actor: Actor, squad_id: int, given: str | Sequence[str], *, today: date, now: datetime
) -> tuple[str, ...]:
    """Add people by code, certificate number or scanned address; returns the codes that were added.

    Raises Invalid naming what is unknown or outside the scope; then nobody is added.
    """
    squad = _squad(session, actor, squad_id)
    codes = read_codes(session, given if isinstance(given, str) else " ".join(given))
    if not codes:
        raise Invalid("no-people", N_("Name at least one person."), field="people")
    known = {one.code: one for one in registry.people_by_codes(session, codes, today, actor.scope(P.ELIGIBILITY_CHECK))}
    unknown = [code for code in codes if code not in known]
    if unknown:
        raise Invalid(
            "unknown-people", N_("No person of your units has the code or certificate %(given)s."), field="people",
            given="、".join(unknown[:5]),
        )  # fmt: skip
    there = queries.member_ids(session, [squad_id])[squad_id]
    added = [known[code] for code in codes if known[code].id not in there]
    if len(there) + len(added) > MOST_MEMBERS:
        raise Invalid(
            "squad-too-large", N_("A squad has at most %(limit)s people."), field="people", limit=MOST_MEMBERS
        )
    _write(session, squad_id, [*there, *(one.id for one in added)])
    if added:
        _note(session, actor, squad, "members-added", now, [one.code for one in added])
    return tuple(one.code for one in added)


def remove_member(session: Session, actor: Actor, squad_id: int, code: str, *, today: date, now: datetime) -> None:
    """Take somebody out of a squad; shifts already on rosters stay as they are."""
    squad = _squad(session, actor, squad_id)
    there = queries.member_ids(session, [squad_id])[squad_id]
    gone = [one.id for one in registry.people_by_codes(session, [code], today) if one.id in there]
    if not gone:
        raise NotFound
    _write(session, squad_id, [one for one in there if one not in gone])
    _note(session, actor, squad, "member-removed", now, [code])


def close_squad(session: Session, actor: Actor, squad_id: int, *, now: datetime) -> None:
    """The squad is no longer offered; rosters that name it keep it."""
    squad = _squad(session, actor, squad_id)
    squad.closed_at = now
    record(session, actor, "eligibility.squad.closed", ("squad", squad_id), now=now, unit_id=squad.unit_id)


def read_codes(session: Session, text: str) -> tuple[str, ...]:
    """Person codes from typed codes, certificate numbers and scanned addresses; what is unknown stays as it is."""
    bare = codes_in(_ADDRESS.sub(lambda found: f" {unquote(found[1])} ", unicodedata.normalize("NFKC", text)))
    holders = queries.holders(session, bare) if bare else {}
    codes = {number: registry.person_code(session, person_id) for number, person_id in holders.items()}
    return tuple(dict.fromkeys(codes.get(one) or one for one in bare))


def _squad(session: Session, actor: Actor, squad_id: int) -> DutySquad:
    found = session.get(DutySquad, squad_id)
    if found is None or not registry.in_scope(session, actor.scope(P.ROSTERS_EDIT), found.unit_id):
        raise NotFound
    if found.closed_at is not None:
        raise Refused("squad-closed", N_("This squad was closed."))
    return found


def _write(session: Session, squad_id: int, people: Sequence[int]) -> None:
    session.execute(delete(DutySquadMember).where(DutySquadMember.squad_id == squad_id))
    session.add_all(
        DutySquadMember(squad_id=squad_id, person_id=person, position=position)
        for position, person in enumerate(people)
    )
    session.flush()


def _note(session: Session, actor: Actor, squad: DutySquad, event: str, now: datetime, codes: Sequence[str]) -> None:
    record(
        session, actor, f"eligibility.squad.{event}", ("squad", squad.id), now=now, unit_id=squad.unit_id,
        after={"people": list(codes)},
    )  # fmt: skip
