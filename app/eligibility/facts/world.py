"""Facts about agencies, powers, places, numbers and rosters; and all facts of one question together."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache, cached_property
from typing import Any

from app.eligibility.facts.person import Fact, PersonFacts
from app.registry.codes import AuthorityBasis


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyFacts(Fact):
    """An agency or one of its units, in force from the first through the last day. `enforces` None is unknown.

    `territory` holds area codes (not read for units). `basis` None is unknown, and so denies.
    Several versions of one code may stand side by side with different days.
    """

    code: str
    enforces: bool | None
    name: str = ""
    basis: AuthorityBasis | None = None
    territory: tuple[str, ...] = ()
    starts: date | None = None
    ends: date | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrustment(Fact):
    """A written entrustment of an agency's powers to a body (处罚法20, 21). `items` None is unknown.

    `by_entrusted` says that the giver itself only holds them by entrustment, which it may not pass on.
    """

    giver: str
    body: str
    items: tuple[str, ...] | None
    starts: date
    ends: date | None = None
    published: bool | None = None
    by_entrusted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Headcount(Fact):
    """How many people an agency (or unit) has on a day; None is unknown.

    `posts` is the establishment (编制), `established` those on it, `officers` those who hold a certificate in force,
    `grassroots` officers at squads, streets and towns, `dispatched` those dispatched to this unit.
    """

    agency: str
    on: date
    posts: int | None = None
    established: int | None = None
    auxiliaries: int | None = None
    officers: int | None = None
    reviewers: int | None = None
    grassroots: int | None = None
    dispatched: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift(Fact):
    """One squad's turn on a roster: aware [starts, ends), the place it covers, the people's codes."""

    squad: str
    place: str
    starts: datetime
    ends: datetime
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Designation(Fact):
    """A written order that gives an agency a case or place outside its territory; `item` None is every item."""

    agency: str
    starts: date
    ends: date | None = None
    item: str | None = None


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """A place: `path` holds area codes from the place itself upward to the province."""

    code: str
    path: tuple[str, ...]
    name: str = ""
    designations: tuple[Designation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerFacts(Fact):
    """Agency and item, with the days it holds the power.

    `status` is HELD, PLANNED or RETURNED; `holder` names the agency that has it instead, where known.
    """

    agency: str
    item: str
    starts: date | None
    ends: date | None = None
    published: bool | None = None
    status: str = "HELD"
    holder: str | None = None


@dataclass(frozen=True)
class Facts:
    """All facts of one question. `agencies` and `powers` may hold several versions of one code.

    `shifts` is the roster that is asked about (None: none is), `covered` the places that it must cover without a gap.
    """

    people: Mapping[str, PersonFacts]
    agencies: tuple[AgencyFacts, ...] = ()
    powers: tuple[PowerFacts, ...] = ()
    places: Mapping[str, PlaceFacts] = field(default_factory=dict)
    entrustments: tuple[Entrustment, ...] = ()
    headcounts: tuple[Headcount, ...] = ()
    shifts: tuple[Shift, ...] | None = None
    covered: tuple[str, ...] = ()

    def about(self, person: PersonFacts) -> "Facts":
        """What a judgement of this person's own standing reads: judging each against everyone's would cost the square.

        Powers, headcounts and rosters are left out; `person` may be other than the one held here, as a supposition.
        """
        bodies = {one.agency for one in person.employments} | {one.unit for one in person.employments}
        return replace(
            self,
            people={person.code: person},
            agencies=tuple(one for one in self.agencies if one.code in bodies),
            powers=(),
            headcounts=(),
            shifts=None,
        )

    def digest(self) -> str:
        """`sha256:` over the canonical content; the order in which facts were loaded does not matter."""
        return self._digest

    @cached_property
    def _digest(self) -> str:
        return digest_of(plain(self))


def digest_of(content: Any) -> str:  # noqa: ANN401 - what `plain` gives
    """`sha256:` over plain content."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def in_order(items: list[Any]) -> list[Any]:
    """Plain items in the order of their text, however they were loaded."""
    return sorted(items, key=lambda item: json.dumps(item, sort_keys=True, ensure_ascii=False))


@cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind))


def plain(value: Any) -> Any:  # noqa: ANN401 - walks any value of this module
    """The value as JSON types: dataclasses as objects, times as ISO text, facts in order of their ids."""
    if is_dataclass(value) and not isinstance(value, type):
        return {name: plain(getattr(value, name)) for name in _names(type(value))}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list | frozenset):
        return in_order([plain(item) for item in value])
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value
