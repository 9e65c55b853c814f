"""Named squads: the list of a scope, one with its members, and what it lacks of its template."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.errors import NotFound
from app.core.permissions import Scope
from app.credentials.models import Certificate
from app.eligibility.models import DutySquad, DutySquadMember
from app.regimes.loader import DEFAULT_REGIME
from app.regimes.policy import Regime, SquadTemplate, Text
from app.regimes.queries import effective
from app.registry import queries as registry
from app.registry.codes import PersonKind
from app.registry.models import Area, Unit


@dataclass(frozen=True)
class SquadRow:
    """A squad in a list; `place` is the code of its usual place."""

    id: int
    name: str
    unit_id: int
    unit_code: str
    unit: str
    place: str | None
    place_name: str | None
    template: str | None
    size: int


@dataclass(frozen=True)
class Part:
    """How many of one kind a squad has and should have; `wanted` None is not part of the template."""

    kind: PersonKind
    have: int
    wanted: int | None

    @property
    def missing(self) -> int:
        """How many are missing; negative for too many."""
        return (self.wanted or 0) - self.have


@dataclass(frozen=True)
class SquadPage:
    """One squad with its members in the order picked and its parts against the template."""

    squad: SquadRow
    members: tuple[registry.PersonRow, ...]
    title: Text | None
    parts: tuple[Part, ...]
    closed_at: datetime | None

    @property
    def complete(self) -> bool:
        """Whether it is made up exactly as its template says."""
        return all(one.missing == 0 for one in self.parts)


def squads(session: Session, scope: Scope, *, unit_path: str = "") -> list[SquadRow]:
    """The open squads of a scope, by unit and name."""
    condition = registry.within(scope, Unit.path, registry.scope_paths(session, scope))
    if unit_path:
        condition &= Unit.path.startswith(unit_path, autoescape=True)
    statement = _statement().where(condition, DutySquad.closed_at.is_(None)).order_by(Unit.path, DutySquad.name)
    return [SquadRow(*row) for row in session.execute(statement)]


def squad_page(session: Session, squad_id: int, day: date, scope: Scope) -> SquadPage:
    """One squad; raises NotFound outside the scope."""
    condition = registry.within(scope, Unit.path, registry.scope_paths(session, scope))
    found = session.execute(_statement().where(DutySquad.id == squad_id, condition)).first()
    if found is None:
        raise NotFound
    row = SquadRow(*found)
    ids = member_ids(session, [squad_id])[squad_id]
    people = {one.id: one for one in registry.people_by_ids(session, ids, day)}
    members = tuple(people[one] for one in ids if one in people)
    template = templates_for(session, row.unit_id).get(row.template or "")
    closed = session.scalar(select(DutySquad.closed_at).where(DutySquad.id == squad_id))
    return SquadPage(row, members, template.title if template else None, parts(members, template), closed)


def member_ids(session: Session, squad_ids: list[int]) -> dict[int, list[int]]:
    """The person ids of each squad, in order, in one query."""
    found: dict[int, list[int]] = {one: [] for one in squad_ids}
    statement = (
        select(DutySquadMember.squad_id, DutySquadMember.person_id)
        .where(DutySquadMember.squad_id.in_(squad_ids))
        .order_by(DutySquadMember.squad_id, DutySquadMember.position)
    )
    for squad_id, person_id in session.execute(statement):
        found[squad_id].append(person_id)
    return found


def parts(members: tuple[registry.PersonRow, ...], template: SquadTemplate | None) -> tuple[Part, ...]:
    """What is there of each kind against what the template wants; without a template only what is there."""
    have = Counter(PersonKind(one.kind) for one in members)
    wanted: Mapping[PersonKind, int] = template.members if template else {}
    kinds = [*wanted, *(kind for kind in PersonKind if kind in have and kind not in wanted)]
    return tuple(
        Part(kind, have.get(kind, 0), wanted.get(kind) if template is None or kind in wanted else 0) for kind in kinds
    )


def regime_for(session: Session, unit_id: int) -> Regime:
    """The regime that governs a unit, with what was adopted for it; the default one where none was named."""
    return effective(session, registry.regime_of(session, unit_id) or DEFAULT_REGIME)


def templates_for(session: Session, unit_id: int) -> Mapping[str, SquadTemplate]:
    """The squad templates of the rules that govern a unit."""
    return regime_for(session, unit_id).templates


def _statement() -> Any:  # noqa: ANN401 - a select of the columns of a row
    size = (
        select(func.count())
        .select_from(DutySquadMember)
        .where(DutySquadMember.squad_id == DutySquad.id)
        .correlate(DutySquad)
        .scalar_subquery()
    )
    return (
        select(
            DutySquad.id, DutySquad.name, Unit.id, Unit.code, Unit.name_zh, DutySquad.place, Area.name_zh,
            DutySquad.template, size,
        )
        .join(Unit, Unit.id == DutySquad.unit_id)
        .outerjoin(Area, Area.code == DutySquad.place)
    )  # fmt: skip


def holders(session: Session, numbers: Collection[str]) -> dict[str, int]:
    """Whose certificates these numbers are: person ids by number, upper case."""
    statement = select(Certificate.number, Certificate.person_id).where(
        func.upper(Certificate.number).in_([number.upper() for number in numbers])
    )
    return {number.upper(): person_id for number, person_id in session.execute(statement)}
