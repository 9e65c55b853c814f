"""Certificates in lists, and one certificate's whole life, as the issuer and the holder see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import Session

from app.core.clock import local_day
from app.core.errors import NotFound
from app.core.permissions import Actor, P, Scope
from app.credentials.models import Certificate, CertificateStateChange, IssuedDocument
from app.credentials.periods import FINAL, Validity, days_left, renewal_opens, shown_state, state_at
from app.credentials.queries.facts import ReviewRow, StateRow, review_history, states_of
from app.credentials.queries.validity import PeriodRow, last_day_of, periods_of
from app.regimes.queries import effective
from app.registry.models import Person, Unit
from app.registry.queries import in_scope, scope_paths, within


@dataclass(frozen=True, slots=True)
class LifeRow:
    """A certificate as lists show it; `state` is the code shown for the day, `days` those left after it.

    `valid_to` is the last day in force, `printed_to` the one on the paper; a decree may have made them differ.
    """

    id: int
    number: str
    check_code: str
    kind: str
    person_id: int
    person_code: str
    name: str
    agency_id: int
    agency: str
    issued_on: date
    valid_from: date
    valid_to: date
    state: str
    days: int
    sealed: bool
    face: Mapping[str, Any]
    printed_to: date

    @property
    def in_force(self) -> bool:
        """Whether it can be shown on duty today."""
        return self.state in {"ACTIVE", "EXPIRING"}


@dataclass(frozen=True, slots=True)
class Event:
    """One row of a certificate's history. `planned` has yet to take effect; `superseded` never counted or no longer."""

    id: int
    action: str
    state: str
    effective_at: datetime
    until: date | None
    reason: str
    legal_basis: str
    recorded_at: datetime
    recorded_by: str
    planned: bool
    superseded: bool


@dataclass(frozen=True, slots=True)
class Life:
    """One certificate with all that happened to it; `seen` names the newest row, for stale forms.

    `name_now` is the holder's name in the register; `barred_until` the last day of a bar after a revocation.
    """

    row: LifeRow
    events: tuple[Event, ...]
    seen: int
    replaces: str | None
    replaced_by: str | None
    sha256: str | None
    sealed_at: datetime | None
    renewal_opens: date | None
    reviews: tuple[ReviewRow, ...] = ()
    periods: tuple[PeriodRow, ...] = ()
    name_now: str = ""
    domains: tuple[str, ...] = ()
    barred_until: date | None = None

    @property
    def renamed(self) -> bool:
        """Whether the register names the holder otherwise than the certificate does."""
        return bool(self.name_now) and self.name_now != self.row.name


@dataclass(frozen=True, slots=True)
class Wanted:
    """A filter over certificates; `expiring` counts days from today, 0 is off."""

    text: str = ""
    state: str = ""
    agency_id: int | None = None
    expiring: int = 0


def certificates(
    session: Session, scope: Scope, wanted: Wanted, now: datetime, zone: ZoneInfo, *, warn_days: int = 30
) -> list[LifeRow]:
    """The certificates of agencies in scope that fit the filter, the soonest to end first."""
    today = local_day(now, zone)
    statement = _joined().where(within(scope, Unit.path, scope_paths(session, scope)), _fits(wanted, today))
    found = session.execute(statement.order_by(last_day_of(Certificate), Certificate.id)).all()
    states = states_of(session, [row[0].id for row in found])
    rows = [_life_row(row, states, now, today, warn_days) for row in found]
    return [row for row in rows if not wanted.state or row.state == wanted.state]


def _joined() -> Any:  # noqa: ANN401 - a select of six columns
    return (
        select(
            Certificate,
            Person.code,
            Unit.name_zh,
            IssuedDocument.id,
            last_day_of(Certificate).label("last_day"),
            Person.name,
        )
        .join(Person, Person.id == Certificate.person_id)
        .join(Unit, Unit.id == Certificate.agency_id)
        .outerjoin(IssuedDocument, IssuedDocument.certificate_id == Certificate.id)
    )


def _fits(wanted: Wanted, today: date) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = true()
    if wanted.text:
        text = wanted.text.upper()
        condition = or_(
            func.upper(Certificate.number).contains(text, autoescape=True),
            Person.code.startswith(text, autoescape=True),
            Person.name.contains(wanted.text, autoescape=True),
        )
    if wanted.agency_id is not None:
        condition &= Certificate.agency_id == wanted.agency_id
    if wanted.expiring:
        condition &= last_day_of(Certificate).between(today, today + timedelta(days=wanted.expiring))
    return condition


def _life_row(
    found: Any,  # noqa: ANN401 - a row of _joined
    states: Mapping[int, Sequence[StateRow]],
    now: datetime,
    today: date,
    warn_days: int,
) -> LifeRow:
    one: Certificate = found[0]
    state, last = state_at(states.get(one.id, ()), now), found[4]
    return LifeRow(
        one.id, one.number, one.check_code, one.kind, one.person_id, found[1], str(one.face["holder_name"]),
        one.agency_id, found[2], one.issued_on, one.valid_from, last,
        shown_state(state, Validity(one.valid_from, last), today, warn_days),
        days_left(last, today), found[3] is not None, one.face, one.valid_to,
    )  # fmt: skip


def certificates_of(session: Session, person_id: int, now: datetime, zone: ZoneInfo) -> list[LifeRow]:
    """A person's certificates, those still alive first, then the newest."""
    today = local_day(now, zone)
    found = session.execute(_joined().where(Certificate.person_id == person_id).order_by(Certificate.id.desc())).all()
    states = states_of(session, [row[0].id for row in found])
    windows = {regime: _window(session, regime, today) for regime in {row[0].regime for row in found}}
    rows = [_life_row(row, states, now, today, windows[row[0].regime]) for row in found]
    return sorted(rows, key=lambda row: row.state in {*(s.value for s in FINAL), "EXPIRED"})


def _window(session: Session, regime: str, day: date) -> int:
    return int(effective(session, regime).number("renewal.window_days", day))


def life(session: Session, actor: Actor, number: str, now: datetime, zone: ZoneInfo) -> Life:
    """One certificate that the actor may see: of an agency in their scope, or their own. Raises NotFound."""
    found = session.execute(_joined().where(Certificate.number == number)).first()
    if found is None or not may_see(session, actor, found[0].person_id, found[0].agency_id):
        raise NotFound
    one: Certificate = found[0]
    today = local_day(now, zone)
    document = session.execute(
        select(IssuedDocument.sha256, IssuedDocument.sealed_at).where(IssuedDocument.certificate_id == one.id)
    ).first()
    events = _events(session, one.id, now)
    window = _window(session, one.regime, today)
    states = states_of(session, [one.id]).get(one.id, ())
    return Life(
        row=_life_row(found, {one.id: states}, now, today, window),
        events=events,
        seen=max((event.id for event in events), default=0),
        replaces=session.scalar(select(Certificate.number).where(Certificate.id == one.replaces_id)),
        replaced_by=session.scalar(select(Certificate.number).where(Certificate.replaces_id == one.id)),
        sha256=document.sha256 if document else None,
        sealed_at=document.sealed_at if document else None,
        renewal_opens=renewal_opens(found[4], window),
        reviews=review_history(session, one.id),
        periods=periods_of(session, one.id),
        name_now=found[5],
        domains=tuple(one.domains),
        barred_until=max((row.barred_until for row in states if row.barred_until), default=None),
    )


def domains_of(session: Session, certificate_id: int, today: date) -> list[tuple[str, str]]:
    """The domains that the rules of a certificate know, as (code, Chinese title)."""
    regime = session.scalars(select(Certificate.regime).where(Certificate.id == certificate_id)).one()
    found = effective(session, regime).domains
    return [(code, domain.title.zh) for code, domain in found.items() if domain.period.covers(today)]


def may_see(session: Session, actor: Actor, person_id: int, agency_id: int) -> bool:
    """Whether somebody may see a certificate in full: its holder, and whoever reads credentials of the agency."""
    if actor.person_id is not None and actor.person_id == person_id and actor.may(P.SELF):
        return True
    return in_scope(session, actor.scope(P.CREDENTIALS_READ), agency_id)


def _events(session: Session, certificate_id: int, now: datetime) -> tuple[Event, ...]:
    change = CertificateStateChange
    rows = session.scalars(
        select(change).where(change.certificate_id == certificate_id).order_by(change.effective_at, change.id)
    )
    return tuple(
        Event(
            row.id, row.action, row.state, row.effective_at, row.until, row.reason, row.legal_basis, row.recorded_at,
            row.recorded_by, row.effective_at > now, row.superseded_at is not None,
        )
        for row in rows
    )  # fmt: skip


def document(session: Session, actor: Actor, number: str) -> bytes:
    """The sealed PDF, byte for byte as it was stored. Raises NotFound, also while it is not yet sealed."""
    found = session.execute(
        select(Certificate.person_id, Certificate.agency_id, IssuedDocument.content)
        .join(IssuedDocument, IssuedDocument.certificate_id == Certificate.id)
        .where(Certificate.number == number)
    ).first()
    if found is None or not may_see(session, actor, found.person_id, found.agency_id):
        raise NotFound
    return bytes(found.content)


def unsealed(session: Session) -> int:
    """How many certificates still wait for their sealed PDF."""
    statement = (
        select(func.count())
        .select_from(Certificate)
        .outerjoin(IssuedDocument, IssuedDocument.certificate_id == Certificate.id)
        .where(IssuedDocument.id.is_(None))
    )
    return session.scalar(statement) or 0
