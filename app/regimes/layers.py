"""The shape of one regime file, checked by pydantic; and where in the file a fault stands."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, model_validator

from app.regimes.codes import Act, ActClass, PersonKind, Severity, Task

Code = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9-]{0,19}$")]
LayerId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,29}$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=400, strip_whitespace=True)]
Category = Literal[
    "CIVIL_SERVANT",
    "QUASI_CIVIL_SERVANT",
    "PUBLIC_INSTITUTION",
    "CONTRACT",
    "LABOUR_DISPATCH",
    "SECONDED",
    "WELFARE_POST",
]
Basis = Literal["statute", "national_policy", "provincial", "local", "product"]
NO_COUNTERPART = "NONE"
"""What `national` says of a domain or force that has no counterpart among the six national domains."""
LONGEST_HOLIDAY = 31


class Strict(BaseModel):
    """Unknown keys are refused, values are not bent into shape."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class Title(Strict):
    """A title in both languages."""

    zh: Words
    en: Words


class Dated(Strict):
    """Something with a source that holds for certain days, both inclusive."""

    source: Words
    starts: date | None = Field(default=None, alias="from")
    ends: date | None = Field(default=None, alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> "Dated":
        if self.starts and self.ends and self.ends < self.starts:
            raise ValueError("`to` lies before `from`")
        return self


class Head(Strict):
    """Which layer this is and on which it stands; only a national layer has no parent."""

    id: LayerId
    parent: LayerId | None = None
    level: Literal["national", "calendar", "province", "locality"]
    title: Title
    time_zone: str | None = None
    draft: bool = False
    """The source document was a draft for comment when it was read."""


class DomainCount(Strict):
    """How many domains the source document declares, which may be more than the `enumerated` it names."""

    declared_count: int = Field(ge=1)
    enumerated: int | None = Field(default=None, ge=0)
    source: Words


class DeclaredRow(Dated):
    """A number that the source document states about itself; kept as stated, also where another number differs."""

    code: Code
    title: Title
    count: int = Field(ge=0)
    enumerated: int | None = Field(default=None, ge=0)
    """How many of them the document names one by one; absent where it is a plain count."""

    @model_validator(mode="after")
    def _no_more_than_declared(self) -> "DeclaredRow":
        if self.enumerated is not None and self.enumerated > self.count:
            raise ValueError("more are enumerated than declared")
        return self


class ActRow(Strict):
    """One act."""

    code: Act
    kind: ActClass
    title: Title
    source: Words


class MinimumRow(Dated):
    """How many officers some acts need."""

    acts: tuple[Act, ...] = Field(min_length=1)
    officers: int = Field(ge=1, le=20)
    severity: Literal[Severity.DENY, Severity.WARN]
    basis: Basis


class RuleRow(Dated):
    """How one rule of the catalogue applies."""

    id: Annotated[str, StringConstraints(pattern=r"^R\d{2}$")]
    enabled: bool = True
    severity: Severity
    basis: Basis


class PaperRow(Strict):
    """One paper that a qualification needs."""

    code: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z_]{0,29}$")]
    title: Title
    basis: Basis
    source: Words


class ForceRow(Dated):
    """A specialised force that keeps a field to itself; `part_of` names the force to which a brigade belongs."""

    code: Code
    title: Title
    national: Code
    part_of: Code | None = None


class DomainRow(Dated):
    """One field of penalty power.

    `national` is its counterpart among the six, or NONE. `items` lists exactly which items of upper layers it takes;
    where it is absent, all of the counterpart's. `force` names the specialised force that keeps the whole field.
    """

    code: Code
    national: Code
    scope: Literal["FULL", "PARTIAL", "DECLARED"]
    title: Title
    items: tuple[Code, ...] | None = None
    force: Code | None = None


class ItemRow(Dated):
    """One power item; `force` names the specialised force that exercises it instead of the comprehensive one."""

    code: Code
    domain: Code
    title: Title
    regulator: Title
    force: Code | None = None


class TakeoverRow(Strict):
    """When the comprehensive force is to take over a domain's items (all, or those named); no `by`: step by step."""

    domain: Code
    items: tuple[Code, ...] = ()
    by: date | None = None
    source: Words


class SupervisionRow(Strict):
    """Somebody who supervises and never enforces, and what they may do."""

    code: Code
    title: Title
    may: tuple[Literal["GUIDE", "SUPERVISE", "ASSESS", "OBSERVE", "VERIFY", "REPORT"], ...] = Field(min_length=1)
    source: Words


class ProgrammeRow(Strict):
    """One campaign with a deadline."""

    code: Code
    title: Title
    starts: date
    deadline: date
    tasks: tuple[Task, ...] = Field(min_length=1)
    before: Literal[Severity.WARN, Severity.OBLIGATION]
    after: Literal[Severity.DENY, Severity.WARN]
    source: Words

    @model_validator(mode="after")
    def _in_order(self) -> "ProgrammeRow":
        if self.deadline < self.starts:
            raise ValueError("the deadline lies before the start")
        return self


class TemplateRow(Dated):
    """What a squad is made of: how many of each kind of person, and how many such squads a town has in principle."""

    code: Code
    title: Title
    members: dict[PersonKind, Annotated[int, Field(ge=1, le=100)]] = Field(min_length=1)
    per_town: int = Field(default=1, ge=1, le=20)


class HolidayRow(Strict):
    """One run of days off and the statutory days within it (全国年节及纪念日放假办法); both ends inclusive."""

    title: Title
    starts: date = Field(alias="from")
    ends: date = Field(alias="to")
    statutory: tuple[date, ...] = ()
    source: Words

    @model_validator(mode="after")
    def _in_order(self) -> "HolidayRow":
        if not 0 <= (self.ends - self.starts).days < LONGEST_HOLIDAY:
            raise ValueError(f"a holiday lasts 1 to {LONGEST_HOLIDAY} days")
        if any(not self.starts <= day <= self.ends for day in self.statutory):
            raise ValueError("a statutory day lies outside the holiday")
        return self


Percent = Annotated[int, Field(ge=1, le=100)]
Count = Annotated[int, Field(ge=0, le=10_000)]
Positive = Annotated[int, Field(ge=1, le=10_000)]
Years = Annotated[int, Field(ge=1, le=30)]
Clock = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]

VALUE_TYPES: dict[str, tuple[Any, int]] = {
    "establishment.categories": (tuple[Category, ...], -1),
    "hours.per_year": (Positive, +1),
    "hours.warn_days": (Annotated[int, Field(ge=0, le=366)], +1),
    "probation.months": (Annotated[int, Field(ge=1, le=60)], +1),
    "auxiliary.alone": (Literal["WARN", "DENY"], +1),
    "pass_mark.PUBLIC_LAW": (Percent, +1),
    "pass_mark.PROFESSIONAL": (Percent, +1),
    "exam.attempts": (Positive, -1),
    "exam.wait_days": (Count, +1),
    "exam.result_validity_months": (Positive, -1),
    "certificate.validity_years": (Years, -1),
    "certificate.grace_days": (Literal[0], -1),
    "certificate.temporary_days": (Count, -1),
    "period.method": (Literal["COMPLETION", "PREVIOUS_EXPIRY", "FIXED_DATE"], 0),
    "period.minimum_months": (Annotated[int, Field(ge=1, le=240)], 0),
    "period.fixed_day": (Annotated[str, StringConstraints(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")], 0),
    "renewal.window_days": (Count, 0),
    "renewal.due_days": (Count, 0),
    "renewal.hours": (Literal["NONE", "WARN", "DENY"], +1),
    "renewal.exam": (Literal["NONE", "WARN", "DENY"], +1),
    "reminders.days": (tuple[Positive, ...], 0),
    "exemption.legal_qualification": (bool, -1),
    "hours.public_law": (Count, +1),
    "hours.professional": (Count, +1),
    "exam.on_fail": (Literal["NO_QUALIFICATION", "DISMISSAL", "SUSPEND_RETRAIN_REVOKE"], 0),
    "certificate.electronic": (bool, -1),
    "certificate.bar_months": (Count, +1),
    "review.years": (Count, 0),
    "review.void": (bool, +1),
    "recorder.missing": (Literal["WARN", "DENY"], +1),
    "enterprise.missing": (Literal["WARN", "DENY"], +1),
    "night.starts": (Clock, -1),
    "night.ends": (Clock, +1),
    "presider.card": (bool, +1),
    "supervisors.together": (Positive, +1),
    "reviewers.percent": (Percent, +1),
    "auxiliary.cap_percent": (Percent, -1),
    "auxiliary.falls": (bool, +1),
    "officers.grow": (bool, +1),
    "grassroots.percent": (Percent, +1),
    "dispatch.service_months": (Count, +1),
    "dispatch.town_least": (Positive, +1),
    "dispatch.town_most": (Positive, -1),
    "dispatch.street_least": (Positive, +1),
    "dispatch.street_most": (Positive, -1),
    "dispatch.daily_line": (Literal["BUREAU", "TOWN"], 0),
    "dispatch.consult": (bool, +1),
    "roster.rest_hours": (Count, +1),
    "roster.around_the_clock": (bool, +1),
    "numbering.template": (Annotated[str, StringConstraints(pattern=r"^[^{}]*(\{[a-z]+(:\d+d)?\}[^{}]*)+$")], 0),
    "numbering.check": (Literal["ISO7064-MOD-11-10"], 0),
}
"""Every value a regime can give: its type, and whether a higher (+1) or lower (-1) one is the tighter, 0 neither.

Clock times of the night count from noon to noon, so that 22:00 lies before 06:00.
"""
GUARDS_A_STATUTE: dict[str, str] = {
    "night.starts": "行政强制法43",
    "night.ends": "行政强制法43",
    "certificate.grace_days": "行政处罚法42、55",
}
"""Values that say how far a statute's prohibition reaches: a lower layer may only widen it, whatever their basis."""


class ValueRow(Dated):
    """One value; `unknown` says that no source gives a number and this is the product's default."""

    name: Literal[tuple(VALUE_TYPES)]  # type: ignore[valid-type]
    value: Any
    unknown: bool = False
    basis: Basis

    @model_validator(mode="after")
    def _default_is_labelled(self) -> "ValueRow":
        if self.unknown and self.basis != "product":
            raise ValueError("an unknown value must stand on the basis `product`")
        return self


class Layer(Strict):
    """One regime file."""

    regime: Head
    sources: dict[str, Words] = Field(default_factory=dict)
    domains: DomainCount | None = None
    act: tuple[ActRow, ...] = ()
    minimum: tuple[MinimumRow, ...] = ()
    rule: tuple[RuleRow, ...] = ()
    value: tuple[ValueRow, ...] = ()
    paper: tuple[PaperRow, ...] = ()
    declared: tuple[DeclaredRow, ...] = ()
    force: tuple[ForceRow, ...] = ()
    domain: tuple[DomainRow, ...] = ()
    item: tuple[ItemRow, ...] = ()
    takeover: tuple[TakeoverRow, ...] = ()
    supervision: tuple[SupervisionRow, ...] = ()
    programme: tuple[ProgrammeRow, ...] = ()
    template: tuple[TemplateRow, ...] = ()
    holiday: tuple[HolidayRow, ...] = ()


def layer_schema() -> dict[str, Any]:
    """The JSON Schema of a regime file, with the type of each value by its name."""
    schema = Layer.model_json_schema(by_alias=True)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Regime file"
    schema["$defs"]["ValueRow"]["allOf"] = [
        {
            "if": {"properties": {"name": {"const": name}}},
            "then": {"properties": {"value": TypeAdapter(kind).json_schema()}},
        }
        for name, (kind, _direction) in VALUE_TYPES.items()
    ]
    return schema


def line_of(text: str, path: tuple[str | int, ...]) -> int | None:
    """The line (from 1) that a path such as ("value", 3, "from") names, or the nearest one known."""
    if not path:
        return None
    table = str(path[0])
    index = path[1] if len(path) > 1 and isinstance(path[1], int) else None
    keys = [part for part in path[1:] if isinstance(part, str)]
    headers, seen, found = {f"[[{table}]]"} | ({f"[{table}]"} if index is None else set()), -1, None
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if bare.split("#")[0].rstrip() in headers:
            seen += 1
            if seen == (index or 0):
                found = number
        elif found is not None and bare.startswith("["):
            break
        elif _key(bare) == (keys[0] if found is not None and keys else table if not found and index is None else None):
            return number
    return found


def _key(line: str) -> str:
    return line.split("=", maxsplit=1)[0].strip().strip('"')
