"""Facts about one person, each dated twice."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from app.regimes.codes import CertificateState, Task
from app.registry.codes import Category, PersonKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What every recorded fact carries."""

    id: str
    recorded_at: datetime | None = None
    superseded_at: datetime | None = None

    def known(self, at: datetime | None) -> bool:
        """Whether the fact stood in the records at that moment; None is now and drops only what was superseded."""
        if at is None:
            return self.superseded_at is None
        return (self.recorded_at is None or self.recorded_at <= at) and (
            self.superseded_at is None or self.superseded_at > at
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Employment(Fact):
    """Service at one agency and unit (codes), first through last day; `ended_for` e.g. RETIRED, RESIGNED.

    `dispatched` says that the unit serves at a street or town under its daily management (GN-20).
    """

    category: Category
    agency: str
    starts: date
    ends: date | None = None
    unit: str | None = None
    ended_for: str | None = None
    dispatched: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StateChange(Fact):
    """From `at` (aware) the certificate is in this state, until a later change."""

    state: CertificateState
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFact(Fact):
    """A passed annual review or registration (年审, 注册) of a certificate, on that day."""

    reviewed_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFacts(Fact):
    """One certificate with its whole history. None for dates, region or domains is unknown, and so denies.

    `region` holds area codes, `domains` domain codes of the regime; a certificate without any state change is active.
    """

    number: str
    agency: str | None
    valid_from: date | None
    valid_to: date | None
    region: tuple[str, ...] | None
    domains: tuple[str, ...] | None
    states: tuple[StateChange, ...] = ()
    reviews: tuple[ReviewFact, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExamResult(Fact):
    """A released result of one paper; it counts from the day of the sitting."""

    paper: str
    score: Decimal
    sat_on: date
    out_of: Decimal = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class QualificationFacts(Fact):
    """A qualification in force, with the papers it rests on, passed or lawfully waived."""

    papers: tuple[str, ...]
    starts: date
    ends: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Fact):
    """How a person came in. `probation_to` None is reckoned by the regime.

    `initial_training` is DONE (with its day), OPEN, or None for unknown. `service_from` is the first day of service in
    enforcement where it differs from the day of hiring.
    """

    hired_on: date
    probation_to: date | None = None
    initial_training: str | None = None
    initial_training_on: date | None = None
    service_from: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursFact(Fact):
    """Hours (学时) earned on a day, credited to a calendar year: an earlier one where they make up a shortfall."""

    year: int
    hours: Decimal
    earned_on: date
    category: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDone(Fact):
    """One task of a programme (code), finished on that day."""

    programme: str
    task: Task
    done_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterPublication(Fact):
    """The person stands on the published list of officers through these days."""

    starts: date
    ends: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SanctionFacts(Fact):
    """A sanction or an order suspending from duties."""

    kind: str
    starts: date
    ends: date | None = None
    suspends_duties: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation(Fact):
    """A declared interest in, or kinship with, a party (行政处罚法43; 公务员法74, 76)."""

    party: str
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment(Fact):
    """An office held besides the post, e.g. ENFORCEMENT_SUPERVISOR, LEGAL_REVIEWER, HEARING_PRESIDER (with a card)."""

    role: str
    starts: date
    ends: date | None = None
    number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalQualification(Fact):
    """The national legal profession qualification (法律职业资格), since that day; None is a day unknown."""

    since: date | None


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """Everything the rules may read about one person; `first_review_on` is when they first reviewed a penalty."""

    code: str
    kind: PersonKind
    name: str = ""
    employments: tuple[Employment, ...] = ()
    certificates: tuple[CertificateFacts, ...] | None = ()
    results: tuple[ExamResult, ...] = ()
    qualifications: tuple[QualificationFacts, ...] = ()
    entry: Entry | None = None
    hours: tuple[HoursFact, ...] | None = ()
    tasks: tuple[TaskDone, ...] = ()
    roster: tuple[RosterPublication, ...] | None = ()
    sanctions: tuple[SanctionFacts, ...] = ()
    relations: tuple[Relation, ...] | None = None
    appointments: tuple[Appointment, ...] = ()
    legal_qualifications: tuple[LegalQualification, ...] | None = None
    first_review_on: date | None = None
