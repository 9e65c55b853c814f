"""The kinds of fact: their tables, what they are about, and how what somebody entered becomes columns."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from app.core.errors import N_, Invalid, NotFound, Refused
from app.regimes.queries import effective
from app.registry import queries
from app.registry.codes import (
    AppointmentRole,
    AuthorityBasis,
    Category,
    Level,
    PersonKind,
    PostingKind,
    PowerStatus,
    RelationKind,
    SanctionKind,
    SeparationReason,
    SupervisorGroup,
)  # fmt: skip
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


@dataclass(frozen=True)
class Kind:
    """One kind of fact. `owner` is the column that names the person or unit; `codes` the columns that hold codes;

    `units` maps what is entered (a unit's code) to the column of its id; `needed` must not be empty; `private` columns
    stay out of the ledger, which others read.
    """

    name: str
    model: Any
    owner: str
    fields: tuple[str, ...]
    codes: Mapping[str, type[StrEnum]]
    units: Mapping[str, str]
    needed: tuple[str, ...] = ()
    private: tuple[str, ...] = ()

    @property
    def of_person(self) -> bool:
        """Whether the fact is about a person rather than a unit."""
        return self.owner == "person_id"


def _kind(
    name: str,
    model: type[Any],
    owner: str,
    fields: str,
    codes: dict[str, type[StrEnum]],
    units: str = "",
    needed: str = "",
    private: str = "",
) -> Kind:
    entered = {one: f"{one}_id" for one in units.split()}
    return Kind(
        name, model, owner, tuple(fields.split()), codes, entered, tuple(needed.split()), tuple(private.split())
    )


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        _kind("profile", PersonProfile, "person_id",
              "name kind phone email legal_qualification on_public_roster first_review_on",
              {"kind": PersonKind}, needed="name kind"),
        _kind("employment", Employment, "person_id",
              "category entry_channel service_start probation_until initial_training_done_on",
              {"category": Category}, "agency", "category agency"),
        _kind("posting", Posting, "person_id", "kind duty_title", {"kind": PostingKind},
              "unit business_unit daily_unit", "kind unit"),
        _kind("sanction", Sanction, "person_id", "kind basis", {"kind": SanctionKind}, needed="kind basis"),
        _kind("separation", Separation, "person_id", "reason", {"reason": SeparationReason}, "agency", "reason agency"),
        _kind("relation", Relation, "person_id", "party kind", {"kind": RelationKind}, needed="kind",
              private="party note"),
        _kind("appointment", Appointment, "person_id", "role card_number supervisor_group",
              {"role": AppointmentRole, "supervisor_group": SupervisorGroup}, needed="role"),
        _kind("standing", UnitStanding, "unit_id", "level enforces authority_basis legal_nature",
              {"authority_basis": AuthorityBasis, "level": Level}, needed="level authority_basis"),
        _kind("establishment", Establishment, "unit_id", "posts", {}),
        _kind("territory", UnitArea, "unit_id", "area_code", {}, needed="area_code"),
        _kind("power", AgencyPower, "unit_id", "item_code status published_on", {"status": PowerStatus},
              needed="item_code status"),
        _kind("designation", Designation, "unit_id", "area_code item_code order_number", {},
              needed="area_code order_number"),
        _kind("entrustment", Entrustment, "unit_id", "items published_on by_entrusted document_number", {}, "body",
              needed="body document_number"),
    )
}  # fmt: skip

MOST_POSTS = 100_000
EARLIEST = date(1949, 10, 1)
LATEST = date(2199, 12, 31)


def kind_of(name: str) -> Kind:
    """The kind of that name; raises NotFound."""
    if name not in KINDS:
        raise NotFound
    return KINDS[name]


def check_days(first: date | None, last: date | None) -> None:
    """Raises Invalid `day-missing`, `day-unlikely` or `ends-before-starts` at the field it belongs to."""
    if first is None:
        raise Invalid("day-missing", N_("Say from which day it holds."), field="valid_from")
    for field, day in (("valid_from", first), ("valid_to", last)):
        if day is not None and not EARLIEST <= day <= LATEST:
            raise Invalid("day-unlikely", N_("This day is not one the registry can keep."), field=field)
    if last is not None and last < first:
        raise Invalid("ends-before-starts", N_("The last day lies before the first."), field="valid_to")


def columns(session: Session, kind: Kind, values: Mapping[str, Any]) -> dict[str, Any]:
    """What was entered, as columns of the kind's table: only the names given.

    Raises Invalid `unknown-code`, `unknown-unit`, `unknown-area`, `field-missing` or `number-unlikely`.
    """
    found: dict[str, Any] = {}
    for name, value in values.items():
        if value in (None, "") and name in kind.needed:
            raise Invalid("field-missing", N_("This must be filled in."), field=name)
        if name in kind.units:
            found[kind.units[name]] = _unit_id(session, name, value)
        elif name in kind.fields:
            found[name] = _checked(kind, name, value)
        elif name in ("valid_from", "valid_to", "note"):
            found[name] = value
    if "area_code" in found and queries.area_by_code(session, found["area_code"]) is None:
        raise Invalid("unknown-area", N_("There is no place with this code."), field="area_code")
    return found


def _checked(kind: Kind, name: str, value: Any) -> Any:  # noqa: ANN401 - a form's value
    if name in ("item_code", "items"):
        return value or None
    if name in kind.codes and not value and name not in kind.needed:
        return ""
    if name in kind.codes:
        try:
            return kind.codes[name](value).value
        except ValueError:
            raise Invalid("unknown-code", N_("This code is not known."), field=name) from None
    if name == "posts" and (value is None or not 0 <= value <= MOST_POSTS):
        raise Invalid("number-unlikely", N_("Enter a number from 0 to %(most)s."), field="posts", most=MOST_POSTS)
    return value


def _unit_id(session: Session, name: str, code: str | None) -> int | None:
    if not code:
        return None
    try:
        return queries.unit_by_code(session, code).id
    except NotFound:
        raise Invalid("unknown-unit", N_("There is no unit with this code."), field=name) from None


def check_item(session: Session, unit_id: int, item_code: str, *, field: str = "item_code") -> None:
    """Raises Refused `no-regime` where nobody said which rules govern; Invalid `unknown-item`."""
    regime = queries.regime_of(session, unit_id)
    if regime is None:
        raise Refused("no-regime", N_("No rules have been named for this agency, so its items are not known."))
    if item_code not in effective(session, regime).items:
        raise Invalid("unknown-item", N_("The rules of this place know no such power item."), field=field)


def check_sense(session: Session, kind: Kind, row: Any) -> None:  # noqa: ANN401 - a fact row
    """What the columns of one fact must say together.

    Raises Invalid `unknown-item`, `party-missing`, `party-not-wanted`, `group-missing`, `group-not-wanted`,
    `entrusts-itself`; Refused `no-regime`.
    """
    if kind.name in ("power", "designation") and row.item_code is not None:
        check_item(session, row.unit_id, row.item_code)
    elif kind.name == "relation":
        _check_party(row)
    elif kind.name == "appointment":
        _check_group(row)
    elif kind.name == "entrustment":
        if row.body_id == row.unit_id:
            raise Invalid("entrusts-itself", N_("An agency cannot entrust itself; name another body."), field="body")
        for item in row.items or ():
            check_item(session, row.unit_id, item, field="items")


def _check_party(row: Relation) -> None:
    declares_none = row.kind == RelationKind.NONE_DECLARED
    if declares_none and row.party:
        raise Invalid(
            "party-not-wanted", N_("Whoever declares that there is no relation names no party."), field="party"
        )
    if not declares_none and not (row.party or "").strip():
        raise Invalid("party-missing", N_("Name the party."), field="party")


def _check_group(row: Appointment) -> None:
    social = row.role == AppointmentRole.SOCIAL_SUPERVISOR
    if social and not row.supervisor_group:
        raise Invalid("group-missing", N_("Say from which group the supervisor was chosen."), field="supervisor_group")
    if not social and row.supervisor_group:
        raise Invalid("group-not-wanted", N_("Only social supervisors come from a group."), field="supervisor_group")
