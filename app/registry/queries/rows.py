"""One dated fact of each sort as a frozen row, and how the rows of a sort are read."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.core.facts import known
from app.registry.models import (
    AgencyPower,
    Appointment,
    Designation,
    Employment,
    Entrustment,
    Establishment,
    PersonProfile,
    Posting,
    Relation,
    Sanction,
    Separation,
    UnitArea,
    UnitStanding,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class FactRow:
    """One dated fact. `valid_from` and `valid_to` are inclusive local days, `valid_to` None is until further notice;

    `recorded_at` and `superseded_at` say when the registry believed it.
    """

    id: int
    valid_from: date
    valid_to: date | None
    recorded_at: datetime
    superseded_at: datetime | None
    recorded_by: str
    note: str

    def holds(self, day: date) -> bool:
        """Whether the fact holds on a local day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileFact(FactRow):
    """What a person was called and what kind they were; None for `on_public_roster` is unknown."""

    person_id: int
    name: str
    kind: str
    phone: str
    email: str
    legal_qualification: bool
    on_public_roster: bool | None
    first_review_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EmploymentFact(FactRow):
    """Who employed a person, in what category."""

    person_id: int
    agency_id: int
    category: str
    entry_channel: str
    service_start: date | None
    probation_until: date | None
    initial_training_done_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingFact(FactRow):
    """Where a person served, and by whose business and daily lines."""

    person_id: int
    unit_id: int
    kind: str
    duty_title: str
    business_unit_id: int | None
    daily_unit_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SanctionFact(FactRow):
    """A sanction or an order that suspends somebody from duty."""

    person_id: int
    kind: str
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeparationFact(FactRow):
    """A person left an agency; `valid_from` is the first day they no longer served."""

    person_id: int
    agency_id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingFact(FactRow):
    """What a unit was in law."""

    unit_id: int
    level: str
    enforces: bool
    authority_basis: str
    legal_nature: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TerritoryFact(FactRow):
    """A unit's territory: an area with all that lies in it."""

    unit_id: int
    area_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerFact(FactRow):
    """An agency and a power item: PLANNED, HELD or RETURNED, and since when published."""

    unit_id: int
    item_code: str
    status: str
    published_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EstablishmentFact(FactRow):
    """How many posts (编制) a unit had."""

    unit_id: int
    posts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationFact(FactRow):
    """An interest in, or kinship with, a party; NONE_DECLARED says that the person declared there is none."""

    person_id: int
    party: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentFact(FactRow):
    """An office held besides the post, with its card and, for social supervisors, the group they come from."""

    person_id: int
    role: str
    card_number: str
    supervisor_group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignationFact(FactRow):
    """An agency was given an area, or one item in it (None: every item), by a written order (处罚法25)."""

    unit_id: int
    area_code: str
    item_code: str | None
    order_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntrustmentFact(FactRow):
    """An agency entrusted a body with power items, None where nobody recorded which (处罚法20, 21)."""

    unit_id: int
    body_id: int
    items: list[str] | None
    published_on: date | None
    by_entrusted: bool
    document_number: str


R = TypeVar("R", bound=FactRow)

MODELS: dict[type[FactRow], Any] = {
    ProfileFact: PersonProfile,
    EmploymentFact: Employment,
    PostingFact: Posting,
    SanctionFact: Sanction,
    SeparationFact: Separation,
    RelationFact: Relation,
    AppointmentFact: Appointment,
    StandingFact: UnitStanding,
    TerritoryFact: UnitArea,
    PowerFact: AgencyPower,
    EstablishmentFact: Establishment,
    DesignationFact: Designation,
    EntrustmentFact: Entrustment,
}
FIELDS = {row: tuple(f.name for f in fields(row)) for row in MODELS}
COLUMNS = {row: tuple(getattr(model, name) for name in FIELDS[row]) for row, model in MODELS.items()}


def rows(
    session: Session,
    row: type[R],
    condition: ColumnElement[bool],
    known_at: datetime | None = None,
    *,
    superseded: bool = False,
) -> list[R]:
    """The facts of one sort that meet a condition, oldest valid time first.

    Those believed now or at `known_at`; with `superseded`, every one ever recorded.
    """
    model = MODELS[row]
    statement = select(*COLUMNS[row]).where(condition).order_by(model.valid_from, model.id)
    if not superseded:
        statement = known(statement, model, known_at)
    names = FIELDS[row]
    return [row(**dict(zip(names, values, strict=True))) for values in session.execute(statement)]
