"""The published list of an agency's officers: what an officer shows anyway, for everybody (处罚法 55, 118号文 (四))."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from app.core.clock import local_day
from app.core.errors import N_, NotFound
from app.core.facts import holds_on, known
from app.core.permissions import Scope
from app.credentials.models import Certificate
from app.credentials.periods import Validity, shown_state, state_at
from app.credentials.queries import last_days, states_of
from app.registry.codes import PersonKind
from app.registry.models import Employment, PersonProfile, Posting, Unit
from app.registry.queries import UnitRow, scope_paths, unit_by_code, units, within

LONGEST_NUMBER = 64
_SUCCESSOR = aliased(Certificate)
_AGENCY = aliased(Unit)


@dataclass(frozen=True)
class OfficerRow:
    """An officer as published: no identity number, no contact. `domains` are (Chinese, English) titles.

    `state` is the code that pages show for a certificate on that day.
    """

    name: str
    number: str
    unit: str
    domains: tuple[tuple[str, str], ...]
    valid_from: date
    valid_to: date
    state: str


@dataclass(frozen=True)
class OfficerList:
    """One page of an agency's published officers on a day."""

    agency: UnitRow
    day: date
    rows: tuple[OfficerRow, ...]
    total: int


def agency_by_code(session: Session, code: str, scope: Scope = None) -> UnitRow:
    """An agency; raises NotFound for whatever is none or lies outside the scope."""
    found = unit_by_code(session, code, scope)
    if not found.is_agency:
        raise NotFound("unknown-agency", N_("There is no agency with this code."))
    return found


def agencies(session: Session, scope: Scope) -> list[UnitRow]:
    """The agencies of a scope."""
    return [unit for unit in units(session, scope) if unit.is_agency]


def count_officers(session: Session, agency_id: int, day: date) -> int:
    """How many certificates the published list of an agency holds on a day."""
    listed = _published(day).where(Employment.agency_id == agency_id)
    return session.scalar(listed.with_only_columns(func.count(Certificate.id))) or 0


def officers(
    session: Session, agency: UnitRow, now: datetime, zone: ZoneInfo, *, offset: int = 0, limit: int = 100
) -> OfficerList:
    """The published officers of an agency today by name; those whose certificate has been succeeded stand once."""
    day = local_day(now, zone)
    statement = _published(day).where(Employment.agency_id == agency.id)
    ordered = statement.order_by(PersonProfile.name, Certificate.number).offset(offset).limit(limit)
    return OfficerList(agency, day, _rows(session, ordered, now, day), count_officers(session, agency.id, day))


def officer_by_number(session: Session, number: str, scope: Scope, now: datetime, zone: ZoneInfo) -> OfficerRow | None:
    """A published officer of one of the agencies of a scope by certificate number, whatever its state, or None."""
    day = local_day(now, zone)
    statement = (
        _published(day)
        .join(_AGENCY, _AGENCY.id == Employment.agency_id)
        .where(
            Certificate.number == number.strip()[:LONGEST_NUMBER],
            within(scope, _AGENCY.path, scope_paths(session, scope)),
        )
    )
    return next(iter(_rows(session, statement, now, day)), None)


def _published(day: date) -> Select[str, Certificate, str]:
    """Name, certificate and unit of everybody who is an officer, employed on the day, and on the published roster."""
    statement = (
        select(PersonProfile.name, Certificate, Unit.name_zh)
        .join(Employment, Employment.person_id == PersonProfile.person_id)
        .join(
            Certificate,
            (Certificate.person_id == PersonProfile.person_id) & (Certificate.agency_id == Employment.agency_id),
        )
        .outerjoin(
            Posting,
            (Posting.person_id == PersonProfile.person_id)
            & (Posting.kind != "SECONDARY")
            & Posting.superseded_at.is_(None)
            & holds_on(Posting, day),
        )
        .join(Unit, Unit.id == func.coalesce(Posting.unit_id, Employment.agency_id))
        .where(
            PersonProfile.on_public_roster.is_(True),
            PersonProfile.kind == PersonKind.OFFICER.value,
            holds_on(PersonProfile, day),
            holds_on(Employment, day),
            Certificate.id.not_in(select(_SUCCESSOR.replaces_id).where(_SUCCESSOR.replaces_id.is_not(None))),
        )
    )
    believed: Select[str, Certificate, str] = known(known(statement, PersonProfile), Employment)
    return believed


def _rows(
    session: Session, statement: Select[str, Certificate, str], now: datetime, day: date
) -> tuple[OfficerRow, ...]:
    found = session.execute(statement).all()
    ids = [one.id for _name, one, _unit in found]
    states, lasts = states_of(session, ids), last_days(session, ids)
    rows: dict[str, OfficerRow] = {}
    for name, one, unit in found:
        validity = Validity(one.valid_from, lasts[one.id])
        state = shown_state(state_at(states.get(one.id, ()), now), validity, day)
        rows[one.number] = OfficerRow(
            name, one.number, unit, _domains(one), one.valid_from, validity.last, state
        )  # fmt: skip
    return tuple(rows.values())


def _domains(one: Certificate) -> tuple[tuple[str, str], ...]:
    titles, english = one.face.get("domains", one.domains), one.face.get("domains_en", ())
    return tuple((title, english[place] if place < len(english) else title) for place, title in enumerate(titles))
