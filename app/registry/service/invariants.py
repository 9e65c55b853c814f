"""What must hold among the facts about one person or one unit, however they came to be changed."""

from collections.abc import Hashable, Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.core.errors import N_, Refused
from app.registry import queries
from app.registry.codes import (
    AppointmentRole,
    PersonKind,
    PostingKind,
    PowerStatus,
    RelationKind,
    SeparationReason,
)
from app.registry.models import (
    AgencyPower,
    Appointment,
    Designation,
    Employment,
    Entrustment,
    Establishment,
    Person,
    PersonProfile,
    Posting,
    Relation,
    Separation,
    UnitArea,
    UnitStanding,
)  # fmt: skip
from app.registry.queries.rows import (
    AppointmentFact,
    DesignationFact,
    EmploymentFact,
    EntrustmentFact,
    EstablishmentFact,
    FactRow,
    PostingFact,
    PowerFact,
    ProfileFact,
    RelationFact,
    SeparationFact,
    StandingFact,
    TerritoryFact,
    rows,
)  # fmt: skip

NEVER = date.max
DAY = timedelta(days=1)
STAFF = frozenset({PersonKind.OFFICER, PersonKind.AUXILIARY})
"""Kinds that serve under an employment; others may be posted without one."""
FINAL = frozenset({SeparationReason.RETIRED, SeparationReason.DECEASED})


def overlapping(facts: Iterable[FactRow], key: Any = None) -> FactRow | None:  # noqa: ANN401 - a key function
    """The first fact that begins while another of its key still holds, or None."""
    last: dict[Hashable, date] = {}
    for fact in sorted(facts, key=lambda f: (f.valid_from, f.id)):
        group = key(fact) if key else None
        if group in last and fact.valid_from <= last[group]:
            return fact
        last[group] = fact.valid_to or NEVER
    return None


def covered(first: date, last: date | None, periods: Sequence[FactRow]) -> bool:
    """Whether every day from first to last (None: for ever) lies in one of the periods."""
    need, end = first, last or NEVER
    for period in sorted(periods, key=lambda p: p.valid_from):
        if period.valid_from <= need:
            if (period.valid_to or NEVER) >= end:
                return True
            need = max(need, (period.valid_to or NEVER) + DAY) if period.valid_to else need
    return False


def check_person(session: Session, person_id: int) -> None:
    """Raises as `check_life` does, and Refused `appointment-overlaps`, `office-not-for-kind`, `relations-contradict`,

    `relation-overlaps`.
    """
    check_life(
        session.get_one(Person, person_id).kind,
        rows(session, ProfileFact, PersonProfile.person_id == person_id),
        rows(session, EmploymentFact, Employment.person_id == person_id),
        rows(session, PostingFact, Posting.person_id == person_id),
        rows(session, SeparationFact, Separation.person_id == person_id),
    )
    _check_offices(session, person_id)
    _check_relations(rows(session, RelationFact, Relation.person_id == person_id))


def _check_offices(session: Session, person_id: int) -> None:
    offices = rows(session, AppointmentFact, Appointment.person_id == person_id)
    if overlapping(offices, lambda one: one.role):
        raise Refused(
            "appointment-overlaps", N_("The person holds this office on these days already."), field="valid_from"
        )
    social = session.get_one(Person, person_id).kind == PersonKind.SOCIAL_SUPERVISOR
    if any((one.role == AppointmentRole.SOCIAL_SUPERVISOR) != social for one in offices):
        raise Refused(
            "office-not-for-kind",
            N_("Social supervisors hold that office and no other, and nobody else holds it."),
            field="role",
        )


def _check_relations(relations: Sequence[RelationFact]) -> None:
    none = [one for one in relations if one.kind == RelationKind.NONE_DECLARED]
    ties = [one for one in relations if one.kind != RelationKind.NONE_DECLARED]
    if any(_meet(one, tie) for one in none for tie in ties):
        raise Refused(
            "relations-contradict",
            N_("On these days a relation is declared and also that there is none; let one of them end first."),
            field="valid_from",
        )
    if overlapping(ties, lambda one: (one.party, one.kind)) or overlapping(none):
        raise Refused("relation-overlaps", N_("This is declared for these days already."), field="valid_from")


def check_life(
    kind: str,
    profiles: Sequence[ProfileFact],
    employments: Sequence[EmploymentFact],
    postings: Sequence[PostingFact],
    separations: Sequence[SeparationFact],
) -> None:
    """Raises Refused `profile-overlaps`, `employment-overlaps`, `home-posting-overlaps`, `posting-outside-employment`,

    `person-retired`.
    """
    if overlapping(profiles):
        raise Refused(
            "profile-overlaps", N_("Another profile holds on these days; correct that one."), field="valid_from"
        )
    _nothing_after_the_end([*employments, *postings], separations)
    if overlapping(employments):
        raise Refused(
            "employment-overlaps",
            N_("The person is employed elsewhere on these days; let that employment end first."),
            field="valid_from",
        )
    if overlapping([p for p in postings if p.kind == PostingKind.HOME]):
        raise Refused(
            "home-posting-overlaps", N_("The person has another home unit on these days."), field="valid_from"
        )
    _postings_in_employment(kind, profiles, employments, postings)


def _nothing_after_the_end(served: Iterable[FactRow], separations: Iterable[SeparationFact]) -> None:
    ends = [s.valid_from for s in separations if s.reason in FINAL]
    if ends and any((fact.valid_to or NEVER) >= min(ends) for fact in served):
        raise Refused(
            "person-retired",
            N_("The person has retired or died: nobody can be employed or posted from that day."),
            field="valid_from",
        )


def _postings_in_employment(
    kind: str, profiles: Sequence[ProfileFact], employments: Sequence[EmploymentFact], postings: Sequence[PostingFact]
) -> None:
    staff = kind in STAFF or any(p.kind in STAFF for p in profiles)
    if not staff and not employments:
        return
    for posting in postings:
        if not covered(posting.valid_from, posting.valid_to, employments):
            raise Refused(
                "posting-outside-employment",
                N_("A posting must lie within the person's employment, from its first day to its last."),
                field="valid_from",
            )


def check_unit(session: Session, unit_id: int) -> None:
    """Raises Refused `standing-overlaps`, `establishment-overlaps`, `territory-overlaps`, `power-overlaps`,

    `not-an-agency`, `agency-does-not-enforce`, `orders-not-agency`, `designation-overlaps`, `entrustment-overlaps`.
    """
    standings = rows(session, StandingFact, UnitStanding.unit_id == unit_id)
    if overlapping(standings):
        raise Refused(
            "standing-overlaps", N_("Another standing holds on these days; correct that one."), field="valid_from"
        )
    if overlapping(rows(session, EstablishmentFact, Establishment.unit_id == unit_id)):
        raise Refused(
            "establishment-overlaps", N_("Another number of posts holds on these days; correct that one."),
            field="valid_from",
        )  # fmt: skip
    if overlapping(rows(session, TerritoryFact, UnitArea.unit_id == unit_id), lambda t: t.area_code):
        raise Refused("territory-overlaps", N_("The unit has this area on these days already."), field="area_code")
    _check_powers(session, unit_id, standings)
    _check_orders(session, unit_id)


def _check_orders(session: Session, unit_id: int) -> None:
    designations = rows(session, DesignationFact, Designation.unit_id == unit_id)
    entrustments = rows(session, EntrustmentFact, Entrustment.unit_id == unit_id)
    if not designations and not entrustments:
        return
    if not queries.unit_by_id(session, unit_id).is_agency:
        raise Refused("orders-not-agency", N_("Only an agency that acts in its own name is designated or entrusts."))
    if overlapping(designations, lambda one: (one.area_code, one.item_code, one.order_number)):
        raise Refused("designation-overlaps", N_("This order is recorded for these days already."), field="valid_from")
    if overlapping(entrustments, lambda one: (one.body_id, one.document_number)):
        raise Refused(
            "entrustment-overlaps", N_("This document is recorded for these days already."), field="valid_from"
        )


def _check_powers(session: Session, unit_id: int, standings: Sequence[StandingFact]) -> None:
    powers = rows(session, PowerFact, AgencyPower.unit_id == unit_id)
    if not powers:
        return
    if not queries.unit_by_id(session, unit_id).is_agency:
        raise Refused("not-an-agency", N_("Only an agency that acts in its own name can hold powers."))
    if overlapping(powers, lambda p: p.item_code):
        raise Refused(
            "power-overlaps", N_("The item has another state on these days; correct that one."), field="valid_from"
        )
    for power in powers:
        idle = [s for s in standings if not s.enforces and _meet(s, power)]
        if power.status == PowerStatus.HELD and idle:
            raise Refused(
                "agency-does-not-enforce",
                N_("This agency does not enforce on these days, so it cannot hold a power."),
                field="valid_from",
            )


def _meet(one: FactRow, other: FactRow) -> bool:
    return one.valid_from <= (other.valid_to or NEVER) and other.valid_from <= (one.valid_to or NEVER)
