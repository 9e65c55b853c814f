"""How one person, or several, stand throughout one interval: facts resolved once, read by every rule."""

from dataclasses import dataclass
from datetime import date, datetime

from app.eligibility.facts import (
    AgencyFacts,
    CertificateFacts,
    Employment,
    Entry,
    Facts,
    PersonFacts,
    PlaceFacts,
    Question,
)
from app.eligibility.findings import Finding
from app.eligibility.intervals import DAY, Interval, add_months
from app.regimes.codes import Act, CertificateState, Severity
from app.regimes.policy import PowerItem, RegimeDay
from app.registry.codes import PersonKind

OFFICER = PersonKind.OFFICER
DENY = Severity.DENY

_WORST = {
    CertificateState.ACTIVE: 0,
    CertificateState.LOST: 1,
    CertificateState.SUSPENDED: 2,
    CertificateState.SUPERSEDED: 3,
    CertificateState.CANCELLED: 4,
    CertificateState.REVOKED: 5,
}


@dataclass(frozen=True, slots=True)
class Held:
    """One certificate on one day: the state it is in and the evidence for it."""

    facts: CertificateFacts
    state: CertificateState
    since: datetime | None
    evidence: tuple[str, ...]
    started: bool
    ended: bool
    dated: bool

    @property
    def in_force(self) -> bool:
        """Active, and the day lies within its validity."""
        return self.state is CertificateState.ACTIVE and self.dated and self.started and not self.ended


@dataclass(frozen=True, slots=True)
class Standing:
    """One person throughout one interval."""

    person: PersonFacts
    facts: Facts
    entry: Entry | None
    employment: Employment | None
    others: tuple[Employment, ...]
    held: Held | None
    twins: tuple[Held, ...]
    agency: AgencyFacts | None
    unit: AgencyFacts | None
    item: PowerItem | None
    place: PlaceFacts | None

    @property
    def people(self) -> tuple[str, ...]:
        """The person's code, as findings carry it."""
        return (self.person.code,)

    @property
    def certified(self) -> bool:
        """An officer in post with a certificate in force."""
        return (
            self.person.kind == OFFICER and self.employment is not None and self.held is not None and self.held.in_force
        )


@dataclass(frozen=True, slots=True)
class Member:
    """One person of the question with the verdict of the personal rules."""

    standing: Standing
    findings: tuple[Finding, ...]
    passes: bool
    """No personal rule denies."""

    @property
    def counts(self) -> bool:
        """Whether the person counts toward a minimum of officers: police and auxiliaries never do."""
        return self.passes and self.standing.person.kind == OFFICER


def member(standing: Standing, findings: list[Finding]) -> Member:
    """The person with the verdict that the findings amount to."""
    return Member(standing, tuple(findings), not findings or all(one.severity is not DENY for one in findings))


@dataclass(frozen=True, slots=True)
class Squad:
    """All people of the question throughout one interval."""

    members: tuple[Member, ...]
    act: Act

    @property
    def people(self) -> tuple[str, ...]:
        """Everyone's code, sorted: the order in which people were named means nothing."""
        return tuple(sorted(member.standing.person.code for member in self.members))

    def largest_authority(self) -> int:
        """The greatest number of counting officers that one authority brings."""
        return max(self.authorities().values(), default=0)

    def authorities(self) -> dict[str, int]:
        """How many counting officers each authority brings."""
        tally: dict[str, int] = {}
        for member in self.members:
            employment = member.standing.employment
            if member.counts and employment is not None:
                tally[employment.agency] = tally.get(employment.agency, 0) + 1
        return tally


def standing(person: PersonFacts, question: Question, facts: Facts, regime: RegimeDay, interval: Interval) -> Standing:
    """Resolve what holds for one person; sound for the whole interval, as time is cut wherever a fact changes."""
    day = interval.day
    current = [one for one in person.employments if one.starts <= day and (one.ends is None or day <= one.ends)]
    employment = current[0] if current else None
    held, twins = _certificate(person, employment.agency if employment else None, day, interval.start)
    return Standing(
        person=person,
        facts=facts,
        entry=entry_of(person),
        employment=employment,
        others=tuple(current[1:]),
        held=held,
        twins=twins,
        agency=_version(facts, employment.agency, day) if employment else None,
        unit=_version(facts, employment.unit, day) if employment and employment.unit else None,
        item=regime.items.get(question.item) if question.item else None,
        place=facts.places.get(question.place) if question.place else None,
    )


def entry_of(person: PersonFacts) -> Entry | None:
    """How the person came in; without an own record the first employment tells the day."""
    if person.entry is not None or not person.employments:
        return person.entry
    first = person.employments[0]
    for other in person.employments[1:]:
        first = min(first, other, key=lambda one: (one.starts, one.id))
    return Entry(id=first.id, hired_on=first.starts)


def probation_last_day(entry: Entry, regime: RegimeDay) -> date:
    """The last day of probation (公务员法34)."""
    if entry.probation_to is not None:
        return entry.probation_to
    return add_months(entry.hired_on, int(regime.values.get("probation.months", 12))) - DAY


def _version(facts: Facts, code: str, day: date) -> AgencyFacts | None:
    for one in facts.agencies:
        if one.code == code and (one.starts is None or one.starts <= day) and (one.ends is None or day <= one.ends):
            return one
    return None


def _certificate(
    person: PersonFacts, agency: str | None, day: date, moment: datetime
) -> tuple[Held | None, tuple[Held, ...]]:
    """The certificate that decides, and further ones in force for the same agency.

    A suspension of any certificate still within its dates decides first: it concerns the person. Then one in force, of
    the present agency if there is one; then the newest of the rest. Superseded ones are no certificate.
    """
    all_held = [held for one in person.certificates or () if (held := _hold(one, day, moment)) is not None]
    if not all_held:
        return None, ()
    if len(all_held) == 1:
        return all_held[0], ()
    chosen = max(all_held, key=lambda held: _preference(held, agency))
    twins = [one for one in all_held if one is not chosen and one.in_force and one.facts.agency == chosen.facts.agency]
    return chosen, tuple(twins) if chosen.in_force else ()


def _preference(held: Held, agency: str | None) -> tuple[bool, bool, bool, date, str]:
    suspended = held.state is CertificateState.SUSPENDED and held.started and not held.ended
    return (
        suspended,
        held.in_force,
        held.facts.agency == agency,
        held.facts.valid_to or date.min,
        held.facts.number,
    )


def _hold(certificate: CertificateFacts, day: date, moment: datetime) -> Held | None:
    state, since = CertificateState.ACTIVE, None
    evidence: tuple[str, ...] = (certificate.id,)
    for change in certificate.states:
        if change.at > moment:
            continue
        if since is None or change.at > since or (change.at == since and _WORST[change.state] > _WORST[state]):
            state, since, evidence = change.state, change.at, (certificate.id, change.id)
    if state is CertificateState.SUPERSEDED:
        return None
    starts, ends = certificate.valid_from, certificate.valid_to
    return Held(
        facts=certificate,
        state=state,
        since=since,
        evidence=evidence,
        started=starts is None or starts <= day,
        ended=ends is not None and day > ends,
        dated=starts is not None and ends is not None,
    )
