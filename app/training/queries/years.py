"""The year's hours of many people against what their places ask for, and what a person finds waiting."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.core.facts import known
from app.core.permissions import Scope
from app.regimes.queries import effective
from app.registry.models import PersonProfile
from app.registry.queries import PersonRow, people_by_ids, regime_of, search_people
from app.training.models import Notice
from app.training.queries.hours import HoursRow, hours
from app.training.queries.programmes import hired_on
from app.training.rotation import YearHours, year_hours


@dataclass(frozen=True, slots=True)
class YearRow:
    """One person's year: the hours by category and where they stand."""

    person: PersonRow
    hours: HoursRow
    year: YearHours


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A notice in one language."""

    id: int
    kind: str
    due: date
    subject: str
    body: str
    written_at: datetime
    read_at: datetime | None


def regimes_of(session: Session, unit_ids: Iterable[int | None]) -> dict[int, str | None]:
    """The regime that governs each of these units."""
    return {unit_id: regime_of(session, unit_id) for unit_id in {i for i in unit_ids if i is not None}}


def required_hours(session: Session, regime: str | None, year: int) -> Decimal | None:
    """The hours a regime asks for in a calendar year, by its value on 1 January; None where it is silent or unknown."""
    value = effective(session, regime).setting("hours.per_year", date(year, 1, 1)) if regime else None
    return None if value is None else Decimal(value.value)


def years(session: Session, people: Collection[PersonRow], year: int, today: date) -> list[YearRow]:
    """The year's hours of these people, in the order given."""
    ids = [person.id for person in people]
    done, hired = hours(session, ids, year), hired_on(session, ids)
    places = regimes_of(session, (person.unit_id for person in people))
    asked = {regime: required_hours(session, regime, year) for regime in {None, *places.values()}}
    return [
        YearRow(
            one,
            done[one.id],
            year_hours(
                done[one.id].total,
                asked[places[one.unit_id] if one.unit_id is not None else None],
                hired.get(one.id),
                year,
                today,
            ),
        )
        for one in people
    ]


def unit_years(session: Session, year: int, today: date, scope: Scope, unit_path: str = "") -> list[YearRow]:
    """The officers who serve today in the scope and below the unit, the largest shortfall first."""
    people = [
        person
        for person in search_people(session, "", today, scope, unit_path=unit_path, kind="OFFICER", limit=None)
        if person.unit_id is not None
    ]
    rows = years(session, people, year, today)
    return sorted(rows, key=lambda row: (-row.year.shortfall, row.person.unit_path or "", row.person.code))


def year_of(session: Session, person_id: int, year: int, today: date) -> YearRow | None:
    """One person's year, or None for somebody the registry does not know."""
    people = people_by_ids(session, [person_id], today)
    return years(session, people, year, today)[0] if people else None


def addresses(session: Session, person_ids: Collection[int]) -> dict[int, str]:
    """Where to write to each of these people: their account's address, else that of their profile."""
    ids = list(person_ids)
    found: dict[int, str] = {}
    profiles = known(select(PersonProfile).where(PersonProfile.person_id.in_(ids)), PersonProfile)
    for profile in session.scalars(profiles.order_by(PersonProfile.valid_from, PersonProfile.id)):
        found[profile.person_id] = profile.email
    accounts = select(Account).where(Account.person_id.in_(ids), Account.disabled_at.is_(None))
    for account in session.scalars(accounts):
        if account.person_id is not None and account.email:
            found[account.person_id] = account.email
    return {person_id: address for person_id, address in found.items() if address}


def notices(
    session: Session, person_id: int, language: str, *, unread: bool = False, limit: int = 50
) -> list[NoticeRow]:
    """What a person was told, the newest first, in a language."""
    statement = select(Notice).where(Notice.person_id == person_id).order_by(Notice.id.desc()).limit(limit)
    if unread:
        statement = statement.where(Notice.read_at.is_(None))
    english = language == "en"
    return [
        NoticeRow(
            one.id, one.kind, one.due, one.subject_en if english else one.subject_zh,
            one.body_en if english else one.body_zh, one.written_at, one.read_at,
        )
        for one in session.scalars(statement)
    ]  # fmt: skip
