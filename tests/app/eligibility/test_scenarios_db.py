"""The scenarios of the catalogue through rows, loader, judgement and record, on both engines."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

import pytest

from app.eligibility import queries, service
from app.eligibility.facts import Question
from app.ledger.queries import about
from app.regimes.codes import Act
from tests.app.eligibility.rows import PLACE, START

ZONE = timezone(timedelta(hours=8))


def at(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)


@dataclass(frozen=True)
class Case:
    name: str
    people: tuple[str, ...]
    act: Act
    item: str | None
    start: str
    end: str
    outcome: str
    reasons: tuple[str, ...]
    own: dict[str, tuple[str, tuple[str, ...]]]
    words: tuple[str, ...] = ()
    obligations: tuple[str, ...] | None = None


ASSIST = ("PUBLICITY", "PATROL", "INFO", "DISSUADE")
CASES = (
    Case("S01 a recruit who failed a paper is asked to inspect", ("JIA",), Act.INSPECT, "HOU-2", "2026-03-10 09:00",
         "2026-03-10 12:00", "DENY", ("R01", "R02", "R17", "R27"), {"JIA": ("DENY", ("R01", "R02", "R27"))},
         ("57", "60", "2025-09-01", "2026-03-22")),
    Case("S03a an auxiliary with a certified officer dissuades", ("BING", "DING"), Act.DISSUADE, None,
         "2026-04-08 09:00", "2026-04-08 12:00", "ALLOW", (), {"BING": ("ALLOW", ())}),
    Case("S03b the same two take a statement", ("BING", "DING"), Act.INVESTIGATE, "HOU-2", "2026-04-08 09:00",
         "2026-04-08 12:00", "DENY", ("R09", "R10", "R17"), {"BING": ("DENY", ("R09", "R10")), "DING": ("ALLOW", ())}),
    Case("S16a one officer fines on the spot in 2020", ("DING",), Act.SPOT_PENALTY, "TRF-2", "2020-05-01 09:00",
         "2020-05-01 10:00", "ALLOW_WITH_WARNINGS", ("R17",), {}, (), ("R19", "R20", "R21")),
    Case("S16b the same in 2026", ("DING",), Act.SPOT_PENALTY, "TRF-2", "2026-05-06 09:00", "2026-05-06 10:00", "DENY",
         ("R17",), {"DING": ("ALLOW", ())}, (), ()),
    Case("S18a forty-four hours of sixty in November", ("DING", "WU"), Act.PENALTY, "HOU-2", "2026-11-21 09:00",
         "2026-11-21 12:00", "ALLOW_WITH_WARNINGS", ("R28",), {"DING": ("ALLOW_WITH_WARNINGS", ("R28",))},
         ("16", "40")),
    Case("S18b the shortfall is carried into the new year", ("DING", "WU"), Act.PENALTY, "HOU-2", "2027-01-01 00:00",
         "2027-01-01 12:00", "ALLOW_WITH_WARNINGS", ("R28",), {}, ("未补",)),
)  # fmt: skip


@pytest.fixture
def street(kt):
    """Jia the recruit, Bing the auxiliary, Ding with 44 hours, Wu with 60."""
    kt.recruit("JIA")
    kt.auxiliary("BING")
    kt.officer("DING", hours_2026=44)
    kt.officer("WU")
    return kt


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_scenario_gives_its_answer_through_the_database(session, street, operator, case):
    question = Question(case.people, case.act, case.item, PLACE, at(case.start), at(case.end))
    answer = service.check(session, operator, question, today=date(2026, 3, 2), now=START)
    given = answer.json
    assert given["outcome"] == case.outcome
    assert tuple(sorted({reason["rule"] for reason in given["reasons"]})) == case.reasons
    own = {one["person"]: (one["outcome"], tuple(one["reasons"])) for one in given["people"]}
    assert {code: own[code] for code in case.own} == case.own
    said = " ".join(reason["message"]["zh"] + reason["remedy"]["zh"] for reason in given["reasons"])
    assert [word for word in case.words if word not in said] == []
    if case.obligations is not None:
        assert tuple(sorted({one["rule"] for one in given["obligations"]})) == case.obligations
    assert service.replay(session, operator, answer.id, now=START + timedelta(days=1)).agrees


def test_a_recruit_may_still_assist(session, street, operator):
    question = Question(("JIA",), Act.INSPECT, "HOU-2", PLACE, at("2026-03-10 09:00"), at("2026-03-10 12:00"))
    given = service.check(session, operator, question, today=date(2026, 3, 2), now=START).json
    assert tuple(given["people"][0]["permitted_acts"]) == ASSIST


def test_a_shift_past_the_expiry_is_allowed_then_denied_from_midnight(session, kt, operator):
    kt.officer("KT-0017", last=date(2026, 4, 30))
    kt.officer("KT-0021")
    question = Question(
        ("KT-0017", "KT-0021"), Act.PENALTY, "HOU-2", PLACE, at("2026-04-30 22:00"), at("2026-05-01 06:00")
    )
    given = service.check(session, operator, question, today=date(2026, 3, 2), now=START).json
    assert given["outcome"] == "DENY"
    assert given["changes_at"] == "2026-05-01T00:00:00+08:00"
    parts = [(one["start"][:16], one["outcome"], one["reasons"]) for one in given["intervals"]]
    assert parts == [("2026-04-30T22:00", "ALLOW", []), ("2026-05-01T00:00", "DENY", ["R03", "R17"])]
    assert {one["person"]: one["outcome"] for one in given["people"]} == {"KT-0017": "DENY", "KT-0021": "ALLOW"}


def test_a_decision_and_its_ledger_entry_are_written_together(session, street, operator):
    question = Question(("DING", "WU"), Act.PENALTY, "HOU-2", PLACE, at("2026-03-10 09:00"), at("2026-03-10 12:00"))
    answer = service.check(session, operator, question, today=date(2026, 3, 2), now=START)
    kept = queries.decision(session, answer.id, None)
    assert (kept.outcome, kept.answer, kept.facts_digest) == ("ALLOW", answer.json, answer.json["facts_digest"])
    assert kept.rule_versions.keys() >= {"R01", "R17"}
    assert any(name.startswith("certificate:") for name in kept.fact_ids)
    entry = about(session, "decision", answer.id)[0]
    assert (entry.event, entry.after["outcome"]) == ("eligibility.decision.made", "ALLOW")
