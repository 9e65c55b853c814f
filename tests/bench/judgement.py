"""Eligibility checks a second on one core, in this process: one person, and a squad of nine, with every rule.

`docket` is how a roster, a board or a dispatch system asks: the facts of 200 officers lie there, and shifts at random
moments of thirty days are asked about, with different acts; `first` is the first pass over a new docket, in which most
questions meet a piece of time never judged before, `single` a later pass. The others judge each question from the bare
facts. Every reason, obligation, permitted act and the moment of change within a year are kept in all of them.
"""

import json
import random
import statistics
import time
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

from app.eligibility.docket import Docket
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
    TaskDone,
)
from app.eligibility.judgement import evaluate
from app.regimes.codes import Act, Task
from app.regimes.loader import load
from app.registry.codes import AuthorityBasis, Category, PersonKind

ZONE = timezone(timedelta(hours=8))
PLACE = "62080201"


def run(seconds: float) -> dict[str, object]:
    """Judge for about that many seconds; every reason and the look-ahead of a year are kept."""
    people = {f"P{number}": _officer(f"P{number}") for number in range(200)}
    facts = [
        Facts({code: person}, _AGENCIES, _POWERS, {PLACE: _STREET})
        for code, person in people.items()
    ]  # fmt: skip
    start = datetime(2026, 5, 6, 8, tzinfo=ZONE)
    singles = [
        (Question((code,), Act.PENALTY, "HOU-2", PLACE, start, start + timedelta(hours=8)), one)
        for code, one in zip(people, facts, strict=True)
    ]
    nine = tuple(list(people)[:9])
    squad = Facts({code: people[code] for code in nine}, _AGENCIES, _POWERS, {PLACE: _STREET})
    patrol = Question(nine, Act.PENALTY, "HOU-2", PLACE, start, start + timedelta(hours=8))
    return {
        **_docket(people, seconds / 3),
        "single_checks_per_second": _rate(singles, seconds / 3),
        "squad_of_nine_checks_per_second": _rate([(patrol, squad)], seconds / 3),
        "rules": len(load("pingliang").rules),
    }


def _docket(people: dict[str, PersonFacts], seconds: float) -> dict[str, float]:
    chance = random.Random(7)  # noqa: S311 - the same shifts every time
    first, acts = datetime(2026, 5, 6, 8, tzinfo=ZONE), (Act.PENALTY, Act.INSPECT, Act.PATROL)
    codes = sorted(people)
    questions = []
    for _ in range(20_000):
        start = first + timedelta(minutes=chance.randrange(30 * 24 * 60))
        who, act = (chance.choice(codes),), chance.choice(acts)
        questions.append(Question(who, act, "HOU-2", PLACE, start, start + timedelta(hours=8)))
    docket = Docket(Facts(people, _AGENCIES, _POWERS, {PLACE: _STREET}), load("pingliang"))
    rates = []
    end = time.perf_counter() + seconds
    while len(rates) < 3 or time.perf_counter() < end:
        begin = time.perf_counter()
        for question in questions:
            docket.check(question)
        rates.append(len(questions) / (time.perf_counter() - begin))
    return {
        "docket_first_checks_per_second": round(rates[0], 1),
        "docket_single_checks_per_second": round(statistics.median(rates[2:]), 1),
    }


def _rate(cases: list[tuple[Question, Facts]], seconds: float) -> float:
    regime = load("pingliang")
    count, begin = 0, time.perf_counter()
    while time.perf_counter() - begin < seconds:
        for question, facts in cases:
            evaluate(question, facts, regime)
        count += len(cases)
    return round(count / (time.perf_counter() - begin), 1)


def _officer(code: str) -> PersonFacts:
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
                valid_from=date(2024, 1, 1),
                valid_to=date(2028, 12, 31),
                region=("620802",),
                domains=("HOU", "ENV"),
            ),
        ),
        results=tuple(
            ExamResult(id=f"{code}:{paper}", paper=paper, score=Decimal(80), sat_on=date(2023, 11, 1))
            for paper in ("PUBLIC_LAW", "PROFESSIONAL")
        ),
        hours=tuple(
            HoursFact(id=f"{code}:h{year}", year=year, hours=Decimal(60), earned_on=date(year, 4, 1))
            for year in (2025, 2026)
        ),
        tasks=tuple(
            TaskDone(id=f"{code}:{task}", programme="PL-2017", task=task, done_on=date(2017, 11, 1)) for task in Task
        ),
        roster=(RosterPublication(id=f"{code}:p", starts=date(2024, 1, 1)),),
    )


_AGENCIES = (AgencyFacts(id="a:KT", code="KT", enforces=True, basis=AuthorityBasis.OWN, territory=("620802",)),)
_POWERS = (PowerFacts(id="w:1", agency="KT", item="HOU-2", starts=date(2017, 8, 7), published=True),)
_STREET = PlaceFacts(PLACE, (PLACE, "620802", "6208", "62"))


if __name__ == "__main__":
    print(json.dumps(run(2.0), indent=2))
