"""What is laid out on a desk answers like a fresh look, and gives way to whatever is recorded."""

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest
from sqlalchemy import event

from app.core.errand import Errand
from app.core.permissions import Actor, P
from app.eligibility import service
from app.eligibility.facts import BadQuestion, Context, Question
from app.eligibility.service.desk import Desk, takes
from app.ledger.queries import changes
from app.ledger.service import record
from app.regimes.codes import Act
from app.registry import service as registry
from tests.app.eligibility.rows import PLACE, START

ZONE = timezone(timedelta(hours=8))
TODAY = date(2026, 3, 2)
SHIFT = datetime(2026, 3, 10, 9, tzinfo=ZONE)
QUESTION = Question(("KT-0017", "KT-0021"), Act.PENALTY, "HOU-2", PLACE, SHIFT, SHIFT + timedelta(hours=3))


@pytest.fixture
def pair(kt):
    return kt.officer("KT-0017"), kt.officer("KT-0021")


@pytest.fixture
def desk():
    return Desk(most=3)


@pytest.fixture
def ask(session, operator, desk, pair):
    def asked(question=QUESTION, actor=operator, at=desk):
        errand = Errand(session)
        reader = None if at is None else service.Reader(at, errand, TODAY)
        [answer] = service.check_all(errand, [service.Asked(actor, question)], today=TODAY, now=START, reader=reader)
        errand.run()
        if isinstance(answer, Exception):
            raise answer
        return answer.json

    return asked


def _apart(answer):
    return {key: value for key, value in answer.items() if key != "decision_id"}


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"act": Act.PATROL},
        {"act": Act.SEIZE},
        {"people": ("KT-0017",)},
        {"place": None},
        {"start": SHIFT + timedelta(days=200), "end": SHIFT + timedelta(days=201)},
        {"context": Context(case_parties=("某店",))},
    ],
)
def test_a_desk_answers_as_if_there_were_none(ask, change):
    question = replace(QUESTION, **change)
    assert _apart(ask(question)) == _apart(ask(question)) == _apart(ask(question, at=None))


def test_an_answer_from_the_desk_loads_no_facts_again(session, ask):
    ask()
    ask()
    seen = []
    event.listen(session.connection(), "before_cursor_execute", lambda *given: seen.append(given[2]))
    ask(replace(QUESTION, start=SHIFT + timedelta(hours=1)))
    assert [text for text in seen if "employment" in text or "certificate" in text] == []
    assert any("ledger_head" in text for text in seen)


def test_a_suspension_from_duty_recorded_since_is_in_the_next_answer(session, operator, ask):
    assert ask()["outcome"] == "ALLOW"
    registry.sanction(
        session, operator, "KT-0021", kind="DUTY_SUSPENSION", basis="决定(示例)", valid_from=TODAY, valid_to=None,
        today=TODAY, now=START,
    )  # fmt: skip
    answer = ask()
    assert answer["outcome"] == "DENY"
    assert {"R33", "R17"} <= {one["rule"] for one in answer["reasons"]}


def test_only_deeds_that_may_change_facts_move_the_count(session, operator, ask):
    before = changes(Errand(session)).get()
    ask()
    record(session, operator, "accounts.session.opened", ("account", 1), now=START)
    assert changes(Errand(session)).get() == before
    record(session, operator, "registry.photo.kept", ("person", 1), now=START)
    assert changes(Errand(session)).get() == before + 1


def test_what_one_asker_laid_out_is_not_shown_to_another_who_may_not_see_it(house, ask):
    ask()
    stranger = Actor("elsewhere", grants={P.ELIGIBILITY_CHECK: frozenset({house.other_bureau})})
    with pytest.raises(BadQuestion) as refused:
        ask(actor=stranger)
    assert refused.value.code == "unknown-person"


def test_the_least_used_is_thrown_away(ask, desk):
    for days in range(5):
        ask(replace(QUESTION, start=SHIFT + timedelta(days=days), end=SHIFT + timedelta(days=days, hours=3)))
    assert len(desk) == 3


@pytest.mark.parametrize(
    "change",
    [
        {"known_at": START},
        {"act": Act.DISPATCH},
        {"act": Act.LEGAL_REVIEW},
        {"context": Context(unit="KT-T1")},
        {"context": Context(case_parties=("某店",))},
    ],
)
def test_questions_whose_facts_hang_on_more_are_asked_without_a_desk(change):
    assert not takes(replace(QUESTION, **change))


def test_facts_and_people_of_a_decision_are_kept_once(session, ask):
    from app.eligibility.models import DecisionPerson, DecisionRecord, FactSet

    first, second = ask(), ask(at=None)
    assert first["facts_digest"] == second["facts_digest"]
    assert [session.query(model).count() for model in (FactSet, DecisionRecord, DecisionPerson)] == [1, 2, 4]
