"""How many people agencies have on a day and a year before, for acts of staffing: one aggregated query."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Date, Select, and_, bindparam, exists, func, literal, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from app.core.clock import day_end
from app.core.database import UtcDateTime
from app.core.facts import known
from app.core.prepared import KNOWN_AT, Prepared, among
from app.credentials.models import Certificate, CertificateStateChange
from app.credentials.queries import last_day_of
from app.eligibility.facts import Headcount
from app.regimes.codes import CertificateState
from app.registry import queries as registry
from app.registry.codes import ESTABLISHED, AppointmentRole, PersonKind, PostingKind, UnitKind
from app.registry.models import Appointment, Employment, Establishment, PersonProfile, Posting, Unit

GRASSROOTS = (UnitKind.SQUAD.value, UnitKind.TOWN_OFFICE.value, UnitKind.STREET_OFFICE.value)
_DAYS = (
    select(bindparam("on", type_=Date()).label("on"), bindparam("until", type_=UtcDateTime()).label("until"))
    .union_all(select(bindparam("before", type_=Date()), bindparam("until_before", type_=UtcDateTime())))
    .cte("days")
)


def _on(fact: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a table of facts
    """The fact holds on the day counted."""
    return and_(fact.valid_from <= _DAYS.c.on, or_(fact.valid_to.is_(None), fact.valid_to >= _DAYS.c.on))


class _Parts:
    """The parts of the query, as believed now or at KNOWN_AT."""

    def __init__(self, known_at: Any) -> None:  # noqa: ANN401 - None or the bind parameter
        self.known_at = known_at

    def believed(self, statement: Any, *facts: Any) -> Any:  # noqa: ANN401 - a select
        """With each of the facts as believed."""
        for fact in facts:
            statement = known(statement, fact, self.known_at)
        return statement

    def employed(self, what: str) -> Any:  # noqa: ANN401 - a select
        """People employed by each agency on each day, to be narrowed."""
        people = func.count(Employment.person_id.distinct())
        statement = (
            select(Employment.agency_id, _DAYS.c.on, literal(what), people)
            .join(_DAYS, _on(Employment))
            .where(among(Employment.agency_id, "agencies"))
            .group_by(Employment.agency_id, _DAYS.c.on)
        )
        return self.believed(statement, Employment)

    def established(self) -> Any:  # noqa: ANN401 - a select
        """Those on the establishment (在编)."""
        categories = sorted(one.value for one in ESTABLISHED)
        return self.employed("established").where(or_(*(Employment.category == one for one in categories)))

    def auxiliaries(self) -> Any:  # noqa: ANN401 - a select
        """Auxiliaries by their profile on that day."""
        same = and_(PersonProfile.person_id == Employment.person_id, _on(PersonProfile))
        statement = self.employed("auxiliaries").join(PersonProfile, same)
        return self.believed(statement.where(PersonProfile.kind == PersonKind.AUXILIARY.value), PersonProfile)

    def officers(self, what: str = "officers") -> Any:  # noqa: ANN401 - a select
        """Those who hold a certificate of the agency that is in force at the end of that day."""
        one = Certificate
        theirs = and_(
            one.person_id == Employment.person_id, one.agency_id == Employment.agency_id,
            one.valid_from <= _DAYS.c.on, last_day_of(one, self.known_at) >= _DAYS.c.on,
        )  # fmt: skip
        statement = self.employed(what).join(one, theirs).where(~self._barred(one))
        return statement if self.known_at is None else statement.where(one.recorded_at <= self.known_at)

    def _barred(self, one: type[Certificate]) -> ColumnElement[bool]:
        """A state other than active took effect and no later one restored the certificate."""
        state, later = aliased(CertificateStateChange), aliased(CertificateStateChange)
        active = CertificateState.ACTIVE.value
        restored = select(later.id).where(
            later.certificate_id == one.id, later.state == active, later.effective_at > state.effective_at,
            later.effective_at < _DAYS.c.until,
        )  # fmt: skip
        barred = select(state.id).where(
            state.certificate_id == one.id, state.state != active, state.effective_at < _DAYS.c.until,
            ~exists(self.believed(restored, later)),
        )  # fmt: skip
        return exists(self.believed(barred, state))

    def grassroots(self) -> Any:  # noqa: ANN401 - a select
        """Officers who serve in a squad, a town or a street."""
        served = and_(Posting.person_id == Employment.person_id, _on(Posting))
        statement = self.officers("grassroots").join(Posting, served).join(Unit, Unit.id == Posting.unit_id)
        return self.believed(statement.where(or_(*(Unit.kind == one for one in GRASSROOTS))), Posting)

    def reviewers(self) -> Any:  # noqa: ANN401 - a select
        """Those appointed to review the law of decisions."""
        office = and_(Appointment.person_id == Employment.person_id, _on(Appointment))
        statement = self.employed("reviewers").join(Appointment, office)
        return self.believed(statement.where(Appointment.role == AppointmentRole.LEGAL_REVIEWER.value), Appointment)

    def posts(self) -> Any:  # noqa: ANN401 - a select
        """Posts of the units themselves."""
        own = (
            select(Establishment.unit_id, _DAYS.c.on, literal("posts"), func.sum(Establishment.posts))
            .join(_DAYS, _on(Establishment))
            .where(among(Establishment.unit_id, "units"))
            .group_by(Establishment.unit_id, _DAYS.c.on)
        )
        return self.believed(own, Establishment)

    def posts_below(self) -> Any:  # noqa: ANN401 - a select
        """Posts of the units right below."""
        below = (
            select(Unit.parent_id, _DAYS.c.on, literal("posts_below"), func.sum(Establishment.posts))
            .join(Establishment, Establishment.unit_id == Unit.id)
            .join(_DAYS, _on(Establishment))
            .where(among(Unit.parent_id, "units"))
            .group_by(Unit.parent_id, _DAYS.c.on)
        )
        return self.believed(below, Establishment)

    def dispatched(self) -> Any:  # noqa: ANN401 - a select
        """People dispatched to the unit asked about."""
        people = func.count(Posting.person_id.distinct())
        statement: Select[Any] = (
            select(Posting.unit_id, _DAYS.c.on, literal("dispatched"), people)
            .join(_DAYS, _on(Posting))
            .where(Posting.unit_id == bindparam("unit"), Posting.kind == PostingKind.DISPATCH.value)
            .group_by(Posting.unit_id, _DAYS.c.on)
        )
        return self.believed(statement, Posting)

    def all(self) -> Any:  # noqa: ANN401 - a compound select
        """Every part as rows of unit, day, what is counted and how many."""
        return union_all(
            self.employed("employed"), self.established(), self.auxiliaries(), self.officers(), self.grassroots(),
            self.reviewers(), self.posts(), self.posts_below(), self.dispatched(),
        )  # fmt: skip


_COUNTS = Prepared(_Parts(None).all(), _Parts(KNOWN_AT).all())


def headcounts(
    session: Session,
    agencies: Collection[registry.UnitRow],
    unit: registry.UnitRow | None,
    day: date,
    time_zone: str,
    known_at: datetime | None = None,
) -> tuple[Headcount, ...]:
    """Each agency on that day and a year before, and the unit that is asked about with those dispatched to it.

    Where the records know nobody in an agency on a day, its numbers are unknown, not zero.
    """
    before = year_before(day)
    zone = ZoneInfo(time_zone)
    shown = {one.id: one for one in [*agencies, *((unit,) if unit else ())]}
    found = _COUNTS.rows(
        session, known_at, agencies=[one.id for one in shown.values() if one.is_agency], units=list(shown),
        unit=unit.id if unit else 0, on=day, until=day_end(day, zone), before=before,
        until_before=day_end(before, zone),
    )  # fmt: skip
    numbers: dict[tuple[int, date], dict[str, int]] = {}
    for unit_id, on, what, number in found:
        numbers.setdefault((unit_id, on), {})[what] = int(number)
    return tuple(_headcounts(shown.values(), unit, (day, before), numbers))


def year_before(day: date) -> date:
    """The same day a year before; 28 February for a leap day."""
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _headcounts(
    shown: Iterable[registry.UnitRow],
    unit: registry.UnitRow | None,
    days: tuple[date, date],
    numbers: dict[tuple[int, date], dict[str, int]],
) -> Iterable[Headcount]:
    for one in shown:
        for day in days:
            counted = numbers.get((one.id, day), {})
            staff = {what: counted.get(what, 0) if "employed" in counted else None for what in _OF_STAFF}
            yield Headcount(
                id=f"headcount:{one.code}@{day.isoformat()}",
                agency=one.code,
                on=day,
                posts=counted.get("posts", counted.get("posts_below")),
                dispatched=counted.get("dispatched", 0) if unit is not None and one.id == unit.id else None,
                established=staff["established"],
                auxiliaries=staff["auxiliaries"],
                officers=staff["officers"],
                reviewers=staff["reviewers"],
                grassroots=staff["grassroots"],
            )


_OF_STAFF = ("established", "auxiliaries", "officers", "reviewers", "grassroots")
