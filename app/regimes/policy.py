"""What a regime says, as frozen values: the pure side of the layers in `data/`."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.regimes.codes import Act, ActClass, PersonKind, Severity, Task


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `starts` through `ends`, both inclusive; None is open."""

    starts: date | None = None
    ends: date | None = None

    def covers(self, day: date) -> bool:
        """Whether the day lies inside."""
        return (self.starts is None or self.starts <= day) and (self.ends is None or day <= self.ends)


ALWAYS = Period()


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence or title in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Value:
    """One setting with where it comes from.

    `unknown` says that no source gives a number; `value` is then the labelled product default, which is no law.
    `basis` is statute, national_policy, provincial, local or product; `layer` the regime file that gave it.
    """

    name: str
    value: Any
    unknown: bool
    basis: str
    source: str
    layer: str
    period: Period = ALWAYS

    @property
    def product_default(self) -> bool:
        """Whether the number is the product's and not the law's."""
        return self.unknown or self.basis == "product"


@dataclass(frozen=True, slots=True)
class Domain:
    """One field of penalty power.

    `national` names its counterpart among the six national ones, or is NONE. `force` is the specialised force that
    keeps the whole field; None where it belongs to the comprehensive force.
    """

    code: str
    title: Text
    scope: str
    national: str
    source: str
    period: Period = ALWAYS
    force: str | None = None


@dataclass(frozen=True, slots=True)
class PowerItem:
    """One power to penalise; `regulator` stays in charge of supervision (PL-26).

    `force` is the code of the specialised force that exercises it (LX-04, LX-12); None for all others.
    """

    code: str
    domain: str
    title: Text
    regulator: Text
    source: str
    period: Period = ALWAYS
    force: str | None = None


@dataclass(frozen=True, slots=True)
class Force:
    """A specialised force beside the comprehensive one; `part_of` is the force to which a brigade belongs."""

    code: str
    title: Text
    national: str
    part_of: str | None
    source: str
    period: Period = ALWAYS


@dataclass(frozen=True, slots=True)
class DeclaredCount:
    """A number that a source document states; `enumerated` of them are named in it, None for a plain count."""

    code: str
    title: Text
    count: int
    enumerated: int | None
    source: str
    period: Period = ALWAYS


@dataclass(frozen=True, slots=True)
class Takeover:
    """The planned take-over of items by the comprehensive force; `by` is the last day of the plan, None: no day said.

    What was taken over in fact is registered with the agency, item by item (GN-18).
    """

    domain: str
    items: tuple[str, ...]
    by: date | None
    source: str


@dataclass(frozen=True, slots=True)
class Supervision:
    """A role that supervises and never enforces; `may` lists GUIDE, SUPERVISE, ASSESS, OBSERVE, VERIFY, REPORT."""

    code: str
    title: Text
    may: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class ActRule:
    """One act, its class, and its name."""

    code: Act
    kind: ActClass
    title: Text
    source: str


@dataclass(frozen=True, slots=True)
class Paper:
    """One examination paper that a qualification needs; `code` as in the question bank."""

    code: str
    title: Text
    source: str


@dataclass(frozen=True, slots=True)
class Programme:
    """A campaign with a deadline (last good day, inclusive) and tasks for everyone in post by then."""

    code: str
    title: Text
    starts: date
    deadline: date
    tasks: tuple[Task, ...]
    before: Severity
    after: Severity
    source: str


@dataclass(frozen=True, slots=True)
class MinimumOfficers:
    """How many qualified officers of one authority these acts need while the period lasts."""

    acts: frozenset[Act]
    officers: int
    severity: Severity
    basis: str
    source: str
    period: Period


@dataclass(frozen=True, slots=True)
class RuleSwitch:
    """How this regime applies one rule of the catalogue, in one period.

    `statute` denials (statute or national policy) are never overridable. `severity` is that of the main finding; a
    rule's lesser findings keep their own.
    """

    rule: str
    enabled: bool
    severity: Severity
    statute: bool
    source: str
    layer: str
    period: Period = ALWAYS


@dataclass(frozen=True, slots=True)
class SquadTemplate:
    """What a squad is made of in principle, and how many such squads a town has (HK-05)."""

    code: str
    title: Text
    members: Mapping[PersonKind, int]
    per_town: int
    source: str
    period: Period = ALWAYS


@dataclass(frozen=True, slots=True)
class Holiday:
    """A run of days off, first through last, and the statutory days within it (全国年节及纪念日放假办法).

    `national` says that the State Council announced it; a place's own holiday does not make the year's calendar known.
    """

    title: Text
    starts: date
    ends: date
    statutory: tuple[date, ...]
    source: str
    national: bool = True


@dataclass(frozen=True, slots=True)
class LayerInfo:
    """One file of the stack, top to bottom."""

    id: str
    level: str
    title: Text
    sha256: str
    sources: tuple[tuple[str, str], ...]
    draft: bool = False


@dataclass(frozen=True)
class Regime:
    """The rules of one place, merged from its layers; equal versions mean equal content."""

    id: str
    version: str
    title: Text
    level: str
    time_zone: str
    layers: tuple[LayerInfo, ...]
    domains: Mapping[str, Domain]
    items: Mapping[str, PowerItem]
    acts: Mapping[Act, ActRule]
    papers: tuple[Paper, ...]
    programmes: tuple[Programme, ...]
    minimums: tuple[MinimumOfficers, ...]
    rules: Mapping[str, tuple[RuleSwitch, ...]]
    values: Mapping[str, tuple[Value, ...]]
    templates: Mapping[str, SquadTemplate] = field(default_factory=dict)
    holidays: tuple[Holiday, ...] = ()
    forces: Mapping[str, Force] = field(default_factory=dict)
    declared: Mapping[str, DeclaredCount] = field(default_factory=dict)
    takeovers: tuple[Takeover, ...] = ()
    supervision: tuple[Supervision, ...] = ()
    draft: bool = False
    turning_days: tuple[date, ...] = field(default=(), repr=False)
    """Every first day on which some part of the regime starts to hold or has ceased to; sorted."""
    _days: dict[int, "RegimeDay"] = field(default_factory=dict, repr=False, compare=False)

    def setting(self, name: str, day: date) -> Value | None:
        """The value with its source on that day, or None where the regime is silent."""
        for value in self.values.get(name, ()):
            if value.period.covers(day):
                return value
        return None

    def number(self, name: str, day: date) -> Any:  # noqa: ANN401 - each value has its own type
        """The bare value on that day; raises LookupError where the regime is silent, never guesses."""
        value = self.setting(name, day)
        if value is None:
            raise LookupError(f"{self.id}: no value {name} on {day.isoformat()}")
        return value.value

    def switch(self, rule: str, day: date) -> RuleSwitch | None:
        """How the rule applies on that day (enabled or not), or None where it does not hold."""
        return next((one for one in self.rules.get(rule, ()) if one.period.covers(day)), None)

    def pass_mark(self, paper: str, day: date) -> int:
        """The pass mark of a paper in percent."""
        return int(self.number(f"pass_mark.{paper}", day))

    def minimum_officers(self, act: Act, day: date) -> tuple[MinimumOfficers, ...]:
        """Every minimum that the act must meet on that day."""
        return tuple(rule for rule in self.minimums if act in rule.acts and rule.period.covers(day))

    def calendar_known(self, year: int) -> bool:
        """Whether the State Council's holidays of a year were loaded; they are announced in the autumn before.

        A run over New Year belongs to the year in which it ends.
        """
        return any(year == one.ends.year for one in self.holidays if one.national)

    def statutory_holiday(self, day: date) -> Holiday | None:
        """The holiday of which the day is a statutory day, if it is one."""
        return next((one for one in self.holidays if day in one.statutory), None)

    def force_of(self, item: str) -> Force | None:
        """The specialised force that exercises an item in place of the comprehensive one, if one does."""
        found = self.items.get(item)
        return self.forces.get(found.force) if found is not None and found.force else None

    def on(self, day: date) -> "RegimeDay":
        """The regime as it stands on that day, resolved once for all days between two turning days."""
        segment = bisect_right(self.turning_days, day)
        found = self._days.get(segment)
        if found is None:
            found = self._days[segment] = RegimeDay(
                regime=self,
                values={name: value.value for name in self.values if (value := self.setting(name, day))},
                rules={rule: switch for rule in self.rules if (switch := self.switch(rule, day))},
                minimums={act: self.minimum_officers(act, day) for act in self.acts},
                items={code: item for code, item in self.items.items() if item.period.covers(day)},
                papers=self.papers,
                pass_marks={paper.code: self.pass_mark(paper.code, day) for paper in self.papers},
                programmes=tuple(one for one in self.programmes if one.starts <= day),
                acts=self.acts,
                zone=self.time_zone,
            )
        return found


@dataclass(frozen=True, slots=True)
class RegimeDay:
    """A regime on one day: what the rules read."""

    regime: Regime = field(repr=False)
    values: Mapping[str, Any]
    rules: Mapping[str, RuleSwitch]
    minimums: Mapping[Act, tuple[MinimumOfficers, ...]]
    items: Mapping[str, PowerItem]
    papers: tuple[Paper, ...]
    pass_marks: Mapping[str, int]
    programmes: tuple[Programme, ...]
    acts: Mapping[Act, ActRule]
    zone: str
    plans: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)
    """Room for what judgements work out once per regime and day, such as which rules are switched on."""
