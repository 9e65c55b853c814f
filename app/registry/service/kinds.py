"""The kinds of fact: their tables, what they are about, and how what somebody entered becomes columns."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from app.core.errors import N_, Invalid, NotFound, Refused
from app.regimes.loader import load
from app.registry import queries
from app.registry.codes import (
    AuthorityBasis,
    Category,
    Level,
    PersonKind,
    PostingKind,
    PowerStatus,
    SanctionKind,
    SeparationReason,
)  # fmt: skip
from app.registry.models import (
    AgencyPower,
    Employment,
    Establishment,
    PersonProfile,
    Posting,
    Sanction,
    Separation,
    UnitArea,
    UnitStanding,
)  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """One kind of fact. `owner` is the column that names the person or unit; `codes` the columns that hold codes;

    `units` maps what is entered (a unit's code) to the column of its id; `needed` must not be empty.
    """

    name: str
    model: Any
    owner: str
    fields: tuple[str, ...]
    codes: Mapping[str, type[StrEnum]]
    units: Mapping[str, str]
    needed: tuple[str, ...] = ()

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
) -> Kind:
    entered = {one: f"{one}_id" for one in units.split()}
    return Kind(name, model, owner, tuple(fields.split()), codes, entered, tuple(needed.split()))


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        _kind("profile", PersonProfile, "person_id", "name kind phone email legal_qualification on_public_roster",
              {"kind": PersonKind}, needed="name kind"),
        _kind("employment", Employment, "person_id",
              "category entry_channel service_start probation_until initial_training_done_on",
              {"category": Category}, "agency", "category agency"),
        _kind("posting", Posting, "person_id", "kind duty_title", {"kind": PostingKind},
              "unit business_unit daily_unit", "kind unit"),
        _kind("sanction", Sanction, "person_id", "kind basis", {"kind": SanctionKind}, needed="kind basis"),
        _kind("separation", Separation, "person_id", "reason", {"reason": SeparationReason}, "agency", "reason agency"),
        _kind("standing", UnitStanding, "unit_id", "level enforces authority_basis legal_nature",
              {"authority_basis": AuthorityBasis, "level": Level}, needed="level authority_basis"),
        _kind("establishment", Establishment, "unit_id", "posts", {}),
        _kind("territory", UnitArea, "unit_id", "area_code", {}, needed="area_code"),
        _kind("power", AgencyPower, "unit_id", "item_code status published_on", {"status": PowerStatus},
              needed="item_code status"),
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


def check_item(session: Session, unit_id: int, item_code: str) -> None:
    """Raises Refused `no-regime` where nobody said which rules govern; Invalid `unknown-item`."""
    regime = queries.regime_of(session, unit_id)
    if regime is None:
        raise Refused("no-regime", N_("No rules have been named for this agency, so its items are not known."))
    if item_code not in load(regime).items:
        raise Invalid("unknown-item", N_("The rules of this place know no such power item."), field="item_code")
