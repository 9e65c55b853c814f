"""Tables of the registry. A class that carries Fact is dated twice: rows are added and superseded, never changed."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.database import Base
from app.core.facts import Fact


class Area(Base):
    """A place: province, prefecture, county, town or street, community, grid.

    `path` is the chain of codes, each closed by /.
    """

    __tablename__ = "area"

    code: Mapped[str] = mapped_column(primary_key=True)
    name_zh: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="")
    kind: Mapped[str]
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("area.code"), index=True)
    path: Mapped[str] = mapped_column(index=True)


class Unit(Base):
    """A node of the organisation. An agency acts in its own name; a unit below it acts in the agency's.

    `path` is the chain of ids from the root, each closed by /; `agency_id` is the nearest agency at or above.
    `regime` names the rules of the place and is inherited from the nearest unit above that has one.
    """

    __tablename__ = "unit"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name_zh: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="")
    kind: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    path: Mapped[str] = mapped_column(default="", index=True)
    is_agency: Mapped[bool] = mapped_column(default=False)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    regime: Mapped[str | None]
    opened_on: Mapped[date | None]
    closed_on: Mapped[date | None]


class UnitStanding(Fact, Base):
    """What a unit was in law at a time: its level, whether it enforces, by what right, and its legal nature."""

    __tablename__ = "unit_standing"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    level: Mapped[str]
    enforces: Mapped[bool]
    authority_basis: Mapped[str]
    legal_nature: Mapped[str] = mapped_column(default="")


class Establishment(Fact, Base):
    """How many posts (编制) a unit had."""

    __tablename__ = "establishment"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    posts: Mapped[int]


class UnitArea(Fact, Base):
    """A unit's territory: an area with all that lies in it."""

    __tablename__ = "unit_area"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"), index=True)


class AgencyPower(Fact, Base):
    """An agency and a power item of its regime: planned, held or returned; since when published (处罚法 34, GN-18)."""

    __tablename__ = "agency_power"
    __table_args__ = (Index(None, "unit_id", "item_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    item_code: Mapped[str]
    status: Mapped[str]
    published_on: Mapped[date | None]


class Person(Base):
    """Somebody the registry knows. `code` never changes; name and kind repeat the current profile for search."""

    __tablename__ = "person"
    __table_args__ = (Index(None, "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str]
    id_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    id_index: Mapped[str | None] = mapped_column(unique=True)
    id_last4: Mapped[str] = mapped_column(default="")
    extra_time_percent: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]


class PersonPhoto(Base):
    """A person's photo, JPEG or PNG; the newest is the one in use."""

    __tablename__ = "person_photo"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    media_type: Mapped[str]
    sha256: Mapped[str]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]


class PersonProfile(Fact, Base):
    """What a person is called and what kind they are; contact; whether they hold the legal profession qualification.

    `first_review_on` is the day on which they first reviewed a penalty decision (行政处罚法58).
    """

    __tablename__ = "person_profile"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str]
    kind: Mapped[str]
    phone: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    legal_qualification: Mapped[bool] = mapped_column(default=False)
    on_public_roster: Mapped[bool | None]
    first_review_on: Mapped[date | None]


class Employment(Fact, Base):
    """Who employs a person, in what category; `valid_from` is the day of hire. Probation per 公务员法 34."""

    __tablename__ = "employment"
    __table_args__ = (Index(None, "person_id"), Index(None, "agency_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    category: Mapped[str]
    entry_channel: Mapped[str] = mapped_column(default="")
    service_start: Mapped[date | None]
    probation_until: Mapped[date | None]
    initial_training_done_on: Mapped[date | None]


class Posting(Fact, Base):
    """Where a person serves. Business comes from one line, daily management from another (GN-20, LX-06)."""

    __tablename__ = "posting"
    __table_args__ = (Index(None, "person_id"), Index(None, "unit_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    kind: Mapped[str]
    duty_title: Mapped[str] = mapped_column(default="")
    business_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    daily_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    unit: Mapped[Unit] = relationship(foreign_keys=[unit_id], lazy="raise")


class Sanction(Fact, Base):
    """A sanction, or an order that suspends somebody from duty, with its basis."""

    __tablename__ = "sanction"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str]
    basis: Mapped[str]


class Separation(Fact, Base):
    """A person left an agency; `valid_from` is the first day they no longer served."""

    __tablename__ = "separation"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    reason: Mapped[str]


class Relation(Fact, Base):
    """An interest in, or kinship with, a party, or the declaration of none (行政处罚法43; 公务员法74, 76)."""

    __tablename__ = "relation"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    party: Mapped[str] = mapped_column(default="")
    kind: Mapped[str]


class Appointment(Fact, Base):
    """An office held besides the post: legal reviewer, hearing presider, supervisor; for LX-13 also the group."""

    __tablename__ = "appointment"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str]
    card_number: Mapped[str] = mapped_column(default="")
    supervisor_group: Mapped[str] = mapped_column(default="")


class Designation(Fact, Base):
    """A written order that gives an agency an area outside its territory; no item means every item (行政处罚法25)."""

    __tablename__ = "designation"
    __table_args__ = (Index(None, "unit_id"), Index(None, "area_code"))

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"))
    item_code: Mapped[str | None]
    order_number: Mapped[str]


class Entrustment(Fact, Base):
    """An agency (`unit_id`) entrusts a body with power items in writing (行政处罚法20, 21); no items: not recorded.

    `by_entrusted` says that the giver itself holds them by entrustment only, which it may not pass on.
    """

    __tablename__ = "entrustment"
    __table_args__ = (Index(None, "unit_id"), Index(None, "body_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    body_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    items: Mapped[list[Any] | None]
    published_on: Mapped[date | None]
    by_entrusted: Mapped[bool] = mapped_column(default=False)
    document_number: Mapped[str]


class ImportRun(Base):
    """One import of a file: what was asked, what came of it, row by row.

    `state` is CHECKED after the dry run and DONE once written. `token` names the sealed copy of the file that waits
    for the decision in the instance folder; changes hold from `effective_on`.
    """

    __tablename__ = "import_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    file_name: Mapped[str]
    sha256: Mapped[str]
    started_at: Mapped[datetime]
    started_by: Mapped[str]
    finished_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(default="CHECKED")
    account_id: Mapped[int | None] = mapped_column(index=True)
    effective_on: Mapped[date]
    token: Mapped[str] = mapped_column(default="")
    counts: Mapped[dict[str, Any]]
    report: Mapped[list[Any]]
