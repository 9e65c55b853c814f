"""Decrees that lengthen many certificates at once: whom they touch, from which day to which, and what they did."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from app.core.clock import local_day
from app.core.errors import NotFound
from app.core.permissions import Actor, P, Scope
from app.credentials.models import Certificate, CertificateDecree, CertificatePeriod
from app.credentials.periods import FINAL, state_at
from app.credentials.queries.facts import states_of
from app.credentials.queries.validity import last_day_of
from app.registry.models import Person, Unit
from app.registry.queries import in_scope, scope_paths, unit_by_id, within


@dataclass(frozen=True, slots=True)
class Reach:
    """Which certificates a decree touches: of a unit and below, of a regime, in a domain, ending in a span of days.

    Empty texts leave a part open; days are inclusive. `reverses` is the decree that is taken back, None to lengthen.
    """

    unit_id: int
    ends_from: date
    ends_to: date
    extend_to: date
    regime: str = ""
    domain: str = ""
    reverses: int | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """A certificate that a decree touches: its last day now, and the one to come."""

    certificate_id: int
    number: str
    person_id: int
    code: str
    name: str
    agency_id: int
    agency: str
    regime: str
    valid_from: date
    before: date
    after: date


@dataclass(frozen=True, slots=True)
class Preview:
    """What a decree would do: the certificates, how many of each agency, and who is left out with the reason's code.

    Codes: `ended` revoked, cancelled or replaced; `later` holds longer already; `changed` decided upon since.
    """

    targets: tuple[Target, ...]
    left_out: dict[str, int] = field(default_factory=dict)

    @property
    def by_agency(self) -> list[tuple[str, int, date, date]]:
        """Each agency with how many, and the first and last of their present last days."""
        days: dict[str, list[date]] = {}
        for one in self.targets:
            days.setdefault(one.agency, []).append(one.before)
        return [(name, len(several), min(several), max(several)) for name, several in sorted(days.items())]

    def counted(self) -> dict[str, Any]:
        """The preview in numbers, as it is kept."""
        return {
            "certificates": len(self.targets), "left_out": self.left_out,
            "agencies": {name: number for name, number, _first, _last in self.by_agency},
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class DecreeRow:
    """One decree. `state` is PROPOSED, APPROVED, DROPPED or REVERSED; `reversed_by` the decree that took it back."""

    id: int
    title: str
    legal_basis: str
    reason: str
    unit_id: int
    unit: str
    regime: str
    domain: str
    ends_from: date
    ends_to: date
    extend_to: date
    reverses_id: int | None
    preview: dict[str, Any]
    proposed_at: datetime
    proposed_by: str
    proposer_id: int | None
    approved_at: datetime | None
    approved_by: str
    dropped_at: datetime | None
    dropped_by: str
    result: dict[str, Any]
    reversed_by: int | None
    reversed_at: datetime | None

    @property
    def state(self) -> str:
        """Where it stands."""
        if self.dropped_at is not None:
            return "DROPPED"
        if self.approved_at is None:
            return "PROPOSED"
        return "REVERSED" if self.reversed_at is not None else "APPROVED"

    @property
    def reach(self) -> Reach:
        """Which certificates it touches."""
        return Reach(
            self.unit_id, self.ends_from, self.ends_to, self.extend_to, self.regime, self.domain, self.reverses_id
        )


_FIELDS = tuple(name for name in DecreeRow.__dataclass_fields__ if name not in {"unit", "reversed_by", "reversed_at"})
_BACK = aliased(CertificateDecree)


def decrees(session: Session, scope: Scope) -> list[DecreeRow]:
    """The decrees over units in scope, newest first."""
    return _decrees(session, within(scope, Unit.path, scope_paths(session, scope)))


def decree(session: Session, actor: Actor, number: int) -> DecreeRow:
    """One decree over a unit in the actor's scope. Raises NotFound."""
    found = _decrees(session, CertificateDecree.id == number)
    if not found or not in_scope(session, actor.scope(P.CREDENTIALS_DECREE), found[0].unit_id):
        raise NotFound
    return found[0]


def _decrees(session: Session, condition: Any) -> list[DecreeRow]:  # noqa: ANN401 - an SQL condition
    one = CertificateDecree
    statement = (
        select(
            *(getattr(one, name) for name in _FIELDS), Unit.name_zh.label("unit"), _BACK.id.label("reversed_by"),
            _BACK.approved_at.label("reversed_at"),
        )
        .join(Unit, Unit.id == one.unit_id)
        .outerjoin(_BACK, (_BACK.reverses_id == one.id) & _BACK.dropped_at.is_(None))
        .where(condition)
        .order_by(one.id.desc())
    )  # fmt: skip
    return [DecreeRow(**row) for row in session.execute(statement).mappings()]


def preview(session: Session, reach: Reach, now: datetime, zone: ZoneInfo) -> Preview:
    """Whom a decree touches, who is left out, and from which day to which; the soonest to end first."""
    if reach.reverses is not None:
        return _reversal(session, reach, local_day(now, zone))
    last = last_day_of(Certificate)
    path = unit_by_id(session, reach.unit_id).path
    statement = _found(last).where(
        Unit.path.startswith(path, autoescape=True), last.between(reach.ends_from, reach.ends_to)
    )
    if reach.regime:
        statement = statement.where(Certificate.regime == reach.regime)
    found = [row for row in session.execute(statement) if not reach.domain or reach.domain in row.domains]
    states = states_of(session, [row.id for row in found])
    alive = [row for row in found if state_at(states.get(row.id, ()), now) not in FINAL]
    touched = [_target(row, row.last_day, reach.extend_to) for row in alive if row.last_day < reach.extend_to]
    return _told(touched, ended=len(found) - len(alive), later=len(alive) - len(touched))


def _found(last: Any) -> Any:  # noqa: ANN401 - a column, a select
    one = Certificate
    return (
        select(
            one.id, one.number, one.person_id, Person.code, Person.name, one.agency_id, Unit.name_zh, one.regime,
            one.domains, one.valid_from, one.valid_to, last.label("last_day"),
        )
        .join(Person, Person.id == one.person_id)
        .join(Unit, Unit.id == one.agency_id)
        .order_by(last, one.id)
    )  # fmt: skip


def _target(row: Any, before: date, after: date) -> Target:  # noqa: ANN401 - a row of _found
    return Target(
        row.id, row.number, row.person_id, row.code, row.name, row.agency_id, row.name_zh, row.regime, row.valid_from,
        before, after,
    )  # fmt: skip


def _told(targets: Sequence[Target], **left_out: int) -> Preview:
    return Preview(tuple(targets), {code: number for code, number in left_out.items() if number})


def _reversal(session: Session, reach: Reach, today: date) -> Preview:
    """Back to the last day before the decree, for those on which nothing was decided since; never into the past.

    What held through the day on which a decree is taken back has held.
    """
    period, other = CertificatePeriod, aliased(CertificatePeriod)
    newest = (
        select(func.max(other.id))
        .where(other.certificate_id == period.certificate_id, other.superseded_at.is_(None))
        .scalar_subquery()
    )
    statement = select(period.certificate_id, period.evidence, newest == period.id).where(
        period.decree_id == reach.reverses, period.cause == "DECREE"
    )
    lengthened = session.execute(statement).all()
    back = {number: date.fromisoformat(told["before"]) for number, told, is_newest in lengthened if is_newest}
    rows = session.execute(_found(last_day_of(Certificate)).where(Certificate.id.in_(list(back))))
    touched = [_target(row, row.last_day, max(back[row.id], min(today, row.last_day))) for row in rows]
    return _told(touched, changed=len(lengthened) - len(touched))
