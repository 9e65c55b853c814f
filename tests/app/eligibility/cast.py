"""People, an agency and a place for the eligibility tests; `officer` is one whom every rule passes on 2026-03-10."""

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

from app.eligibility.facts import (
    AgencyFacts,
    CertificateFacts,
    Employment,
    ExamResult,
    Facts,
    HoursFact,
    PersonFacts,
    PlaceFacts,
    PowerFacts,
    Question,
    RosterPublication,
    StateChange,
    TaskDone,
)
from app.regimes.codes import Act, CertificateState, Task
from app.registry.codes import AuthorityBasis, Category, PersonKind

ZONE = timezone(timedelta(hours=8))
PLACE = "62080201"


def at(text: str) -> datetime:
    """A moment in Shanghai, from `2026-03-10 09:00`."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)


def officer(code: str, valid_to: date = date(2035, 12, 31), states: tuple[StateChange, ...] = ()) -> PersonFacts:
    """A certified officer of the bureau KT."""
    return PersonFacts(
        code=code,
        kind=PersonKind.OFFICER,
        employments=(
            Employment(id=f"{code}:e", category=Category.CIVIL_SERVANT, agency="KT", starts=date(2015, 1, 1)),
        ),
        certificates=(
            CertificateFacts(
                id=f"{code}:c",
                number=f"{code}-1",
                agency="KT",
                valid_from=date(2018, 1, 1),
                valid_to=valid_to,
                region=("620802",),
                domains=("HOU", "ENV"),
                states=states,
            ),
        ),
        results=tuple(
            ExamResult(id=f"{code}:{paper}", paper=paper, score=Decimal(80), sat_on=date(2017, 11, 1))
            for paper in ("PUBLIC_LAW", "PROFESSIONAL")
        ),
        hours=tuple(
            HoursFact(id=f"{code}:h{year}", year=year, hours=Decimal(60), earned_on=date(year, 5, 1))
            for year in range(2021, 2036)
        ),
        tasks=tuple(
            TaskDone(id=f"{code}:{task}", programme="PL-2017", task=task, done_on=date(2017, 11, 1)) for task in Task
        ),
        roster=(RosterPublication(id=f"{code}:p", starts=date(2018, 1, 1)),),
    )


def auxiliary(code: str) -> PersonFacts:
    """An auxiliary of the bureau KT in a public-welfare post."""
    return PersonFacts(
        code=code,
        kind=PersonKind.AUXILIARY,
        employments=(Employment(id=f"{code}:e", category=Category.WELFARE_POST, agency="KT", starts=date(2020, 1, 1)),),
    )


def suspended(code: str, when: datetime, recorded: datetime | None = None) -> StateChange:
    """A suspension."""
    return StateChange(
        id=f"{code}:s{when.isoformat()}", state=CertificateState.SUSPENDED, at=when, recorded_at=recorded
    )


def with_state(person: PersonFacts, change: StateChange) -> PersonFacts:
    """The person with one more state change on the first certificate."""
    assert person.certificates
    first, *rest = person.certificates
    return replace(person, certificates=(replace(first, states=(*first.states, change)), *rest))


def facts_of(*people: PersonFacts) -> Facts:
    """Facts with the bureau KT, the power HOU-2 and one street."""
    return Facts(
        people={person.code: person for person in people},
        agencies=(AgencyFacts(id="a:KT", code="KT", enforces=True, basis=AuthorityBasis.OWN, territory=("620802",)),),
        powers=(PowerFacts(id="w:1", agency="KT", item="HOU-2", starts=date(2017, 8, 7), published=True),),
        places={PLACE: PlaceFacts(PLACE, (PLACE, "620802", "6208", "62"))},
    )


def asked(
    *people: str, act: Act = Act.PENALTY, start: str = "2026-03-10 09:00", end: str = "2026-03-10 12:00"
) -> Question:
    """A question about the item HOU-2 in the street."""
    return Question(people, act, "HOU-2", PLACE, at(start), at(end))
