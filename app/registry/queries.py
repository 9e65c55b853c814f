"""Read the registry: units, people and their facts, within what the asker may see."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, false, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from app.core.errors import NotFound
from app.core.facts import holds_on, known
from app.core.permissions import Scope
from app.registry.identity import masked
from app.registry.models import Area, Employment, Person, PersonPhoto, Posting, Unit, UnitStanding


@dataclass(frozen=True)
class UnitRow:
    """A unit as other rooms see it."""

    id: int
    code: str
    name_zh: str
    name_en: str
    kind: str
    parent_id: int | None
    path: str
    is_agency: bool
    agency_id: int | None
    regime: str | None

    @property
    def depth(self) -> int:
        """How far below the root, which is 0."""
        return self.path.count("/") - 1

    def name(self, language: str) -> str:
        """The name in a language, Chinese where there is no other."""
        return self.name_en or self.name_zh if language == "en" else self.name_zh


@dataclass(frozen=True)
class PersonRow:
    """A person as lists show them, on a day: where they serve and who employs them."""

    id: int
    code: str
    name: str
    kind: str
    id_masked: str
    category: str | None
    agency_id: int | None
    agency: str | None
    unit_id: int | None
    unit: str | None
    unit_path: str | None
    extra_time_percent: int


def _unit_row(unit: Unit) -> UnitRow:
    return UnitRow(
        unit.id, unit.code, unit.name_zh, unit.name_en, unit.kind, unit.parent_id, unit.path, unit.is_agency,
        unit.agency_id, unit.regime,
    )  # fmt: skip


def within(scope: Scope, path: Any, paths: Sequence[str]) -> ColumnElement[bool]:  # noqa: ANN401 - a column
    """The condition that a unit path lies in a scope whose root paths are given."""
    if scope is None:
        return true()
    return or_(*(path.startswith(p, autoescape=True) for p in paths)) if paths else false()


def scope_paths(session: Session, scope: Scope) -> tuple[str, ...]:
    """The paths of a scope's root units; empty for everywhere and for nowhere alike."""
    if not scope:
        return ()
    return tuple(session.scalars(select(Unit.path).where(Unit.id.in_(scope))))


def units(session: Session, scope: Scope = None) -> list[UnitRow]:
    """Units within a scope, parents before children."""
    condition = within(scope, Unit.path, scope_paths(session, scope))
    return [_unit_row(u) for u in session.scalars(select(Unit).where(condition).order_by(Unit.path))]


def unit_by_id(session: Session, unit_id: int, scope: Scope = None) -> UnitRow:
    """One unit; raises NotFound when there is none or it lies outside the scope."""
    condition = within(scope, Unit.path, scope_paths(session, scope))
    unit = session.scalar(select(Unit).where(Unit.id == unit_id, condition))
    if unit is None:
        raise NotFound
    return _unit_row(unit)


def unit_by_code(session: Session, code: str, scope: Scope = None) -> UnitRow:
    """One unit; raises NotFound when there is none or it lies outside the scope."""
    condition = within(scope, Unit.path, scope_paths(session, scope))
    unit = session.scalar(select(Unit).where(Unit.code == code, condition))
    if unit is None:
        raise NotFound
    return _unit_row(unit)


def regime_of(session: Session, unit_id: int) -> str | None:
    """The id of the regime that governs a unit: its own, or the nearest above."""
    path = session.scalar(select(Unit.path).where(Unit.id == unit_id)) or ""
    ids = [int(part) for part in path.split("/") if part]
    found = session.execute(select(Unit.id, Unit.regime).where(Unit.id.in_(ids), Unit.regime.is_not(None))).all()
    by_id: dict[int, str | None] = {row.id: row.regime for row in found}
    return next((by_id[i] for i in reversed(ids) if i in by_id), None)


def area_by_code(session: Session, code: str) -> Area | None:
    """A place, or None."""
    return session.get(Area, code)


def areas(session: Session) -> list[tuple[str, str, str, int]]:
    """Every place as (code, Chinese name, kind, depth), parents before children."""
    rows = session.execute(select(Area.code, Area.name_zh, Area.kind, Area.path).order_by(Area.path))
    return [(r.code, r.name_zh, r.kind, r.path.count("/") - 1) for r in rows]


def _people(
    session: Session,
    condition: ColumnElement[bool],
    day: date,
    scope: Scope,
    known_at: datetime | None,
    offset: int = 0,
    limit: int | None = None,
) -> list[PersonRow]:
    agency, home = aliased(Unit), aliased(Unit)
    now_employed = known(select(func.max(Employment.id)), Employment, known_at).where(
        Employment.person_id == Person.id, holds_on(Employment, day)
    )
    now_posted = known(select(func.max(Posting.id)), Posting, known_at).where(
        Posting.person_id == Person.id, holds_on(Posting, day), Posting.kind != "SECONDARY"
    )
    statement = (
        select(Person, Employment.category, agency, home)
        .outerjoin(Employment, Employment.id == now_employed.correlate(Person).scalar_subquery())
        .outerjoin(Posting, Posting.id == now_posted.correlate(Person).scalar_subquery())
        .outerjoin(agency, agency.id == Employment.agency_id)
        .outerjoin(home, home.id == func.coalesce(Posting.unit_id, Employment.agency_id))
        .where(condition)
        .order_by(Person.code)
        .offset(offset)
        .limit(limit)
    )
    if scope is not None:
        statement = statement.where(within(scope, home.path, scope_paths(session, scope)))
    return [_person_row(*row) for row in session.execute(statement)]


def _person_row(person: Person, category: str | None, agency: Unit | None, home: Unit | None) -> PersonRow:
    return PersonRow(
        person.id, person.code, person.name, person.kind, masked(person.id_last4), category,
        agency.id if agency else None, agency.name_zh if agency else None,
        home.id if home else None, home.name_zh if home else None, home.path if home else None,
        person.extra_time_percent,
    )  # fmt: skip


def people_by_codes(
    session: Session, codes: Iterable[str], day: date, scope: Scope = None, known_at: datetime | None = None
) -> list[PersonRow]:
    """The people with these codes that lie in the scope; fewer than asked when some do not."""
    return _people(session, Person.code.in_(list(codes)), day, scope, known_at)


def people_by_ids(session: Session, ids: Iterable[int], day: date, scope: Scope = None) -> list[PersonRow]:
    """The people with these ids that lie in the scope."""
    return _people(session, Person.id.in_(list(ids)), day, scope, None)


def person_by_code(session: Session, code: str, day: date, scope: Scope = None) -> PersonRow:
    """One person; raises NotFound when there is none or they lie outside the scope."""
    found = people_by_codes(session, [code], day, scope)
    if not found:
        raise NotFound
    return found[0]


def search_people(
    session: Session,
    text: str,
    day: date,
    scope: Scope = None,
    *,
    unit_path: str = "",
    kind: str = "",
    offset: int = 0,
    limit: int = 50,
) -> list[PersonRow]:
    """People whose code begins with, or whose name contains, the text; optionally of one kind; in code order.

    With `unit_path`, only those who serve in that unit or below it.
    """
    condition: ColumnElement[bool] = true()
    if text:
        condition = or_(
            Person.code.startswith(text.upper(), autoescape=True), Person.name.contains(text, autoescape=True)
        )
    if kind:
        condition &= Person.kind == kind
    if unit_path:
        unit_id = int(unit_path.rstrip("/").rsplit("/", 1)[-1])
        scope = frozenset({unit_id}) if scope is None or _covers(session, scope, unit_path) else frozenset()
    return _people(session, condition, day, scope, None, offset, limit)


def _covers(session: Session, scope: Scope, path: str) -> bool:
    return scope is None or any(path.startswith(p) for p in scope_paths(session, scope))


def in_scope(session: Session, scope: Scope, unit_id: int) -> bool:
    """Whether a unit lies in a scope."""
    path = session.scalar(select(Unit.path).where(Unit.id == unit_id))
    return path is not None and _covers(session, scope, path)


def photo(session: Session, person_id: int) -> tuple[bytes, str] | None:
    """A person's newest photo and its media type."""
    row = session.execute(
        select(PersonPhoto.content, PersonPhoto.media_type)
        .where(PersonPhoto.person_id == person_id)
        .order_by(PersonPhoto.id.desc())
        .limit(1)
    ).first()
    return (row.content, row.media_type) if row else None


def standing(session: Session, unit_id: int, day: date, known_at: datetime | None = None) -> UnitStanding | None:
    """What a unit was in law on a day."""
    statement = known(select(UnitStanding), UnitStanding, known_at)
    return session.scalar(
        statement.where(UnitStanding.unit_id == unit_id, holds_on(UnitStanding, day))
        .order_by(UnitStanding.id.desc())
        .limit(1)
    )
