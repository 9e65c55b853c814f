"""Scope, refusals, two times, append-only records, replay: what a check keeps and what it refuses."""

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest
from sqlalchemy import event

from app.core.errors import NotFound
from app.core.facts import supersede
from app.core.permissions import Actor, P
from app.eligibility import queries, service
from app.eligibility.facts import BadQuestion, Context, Question
from app.eligibility.models import DecisionRecord
from app.eligibility.service.records import restored, stored
from app.ledger.models import LedgerEntry
from app.regimes.codes import Act
from app.registry.models import Employment, PersonProfile, Sanction
from tests.app.eligibility.rows import PLACE, START, certificate, change

ZONE = timezone(timedelta(hours=8))
TODAY = date(2026, 3, 2)
START_OF_SHIFT = datetime(2026, 3, 10, 9, tzinfo=ZONE)


def asked(*people: str, **changes) -> Question:
    plain = Question(people, Act.PENALTY, "HOU-2", PLACE, START_OF_SHIFT, START_OF_SHIFT + timedelta(hours=3))
    return replace(plain, **changes)


def supervisor(unit: int) -> Actor:
    scope = frozenset({unit})
    return Actor("sun", grants={P.ELIGIBILITY_CHECK: scope, P.ELIGIBILITY_READ: scope})


def rules(answer) -> set[str]:
    return {reason["rule"] for reason in answer.json["reasons"]}


@pytest.fixture
def pair(kt):
    """Two officers whom every rule passes."""
    return kt.officer("KT-0017"), kt.officer("KT-0021")


@pytest.fixture
def check(session, operator):
    """Ask as the operator on the day of START."""

    def ask(question: Question, actor: Actor = operator, now: datetime = START):
        return service.check(session, actor, question, today=TODAY, now=now)

    return ask


def test_two_good_officers_are_allowed_without_any_reason(pair, check):
    answer = check(asked("KT-0017", "KT-0021"))
    assert (answer.json["outcome"], answer.json["reasons"]) == ("ALLOW", [])
    assert answer.json["regime"]["id"] == "pingliang"


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"people": ()}, "no-people", "people"),
        ({"people": ("KT-0017", "NOBODY")}, "unknown-person", "people"),
        ({"people": tuple(f"X{n}" for n in range(201))}, "too-many-people", "people"),
        ({"item": "NO-1"}, "unknown-item", "item"),
        ({"place": "999999"}, "unknown-place", "place"),
        ({"end": START_OF_SHIFT}, "reversed-times", "end"),
        ({"end": START_OF_SHIFT + timedelta(days=32)}, "interval-too-long", "end"),
        ({"start": datetime(2026, 3, 10, 9)}, "naive-time", "start"),  # noqa: DTZ001 - naive is the point
        ({"end": datetime(9999, 12, 31, tzinfo=ZONE)}, "interval-too-long", "end"),
        ({"known_at": START + timedelta(days=1)}, "known-later", "known_at"),
    ],
)
def test_what_cannot_be_asked_is_refused_at_its_field_and_leaves_nothing(session, pair, check, changes, code, field):
    with pytest.raises(BadQuestion) as refusal:
        check(asked("KT-0017", **changes))
    assert (refusal.value.code, refusal.value.field) == (code, field)
    assert session.query(DecisionRecord).count() == 0
    assert session.query(LedgerEntry).filter(LedgerEntry.event == "eligibility.decision.made").count() == 0


def test_a_person_outside_the_scope_is_as_unknown_as_one_who_does_not_exist(session, house, pair, people, check):
    people("JC-0001", agency=house.other_bureau, unit=house.other_bureau)
    for code in ("JC-0001", "ZZ-9999"):
        with pytest.raises(BadQuestion) as refusal:
            check(asked("KT-0017", code), supervisor(house.bureau))
        assert (refusal.value.code, refusal.value.data) == ("unknown-person", {"given": code})
    assert check(asked("KT-0017", "KT-0021"), supervisor(house.squad)).json["outcome"] == "ALLOW"
    with pytest.raises(BadQuestion):
        check(asked("KT-0017"), Actor("nobody"))


def test_a_suspension_recorded_late_shows_only_to_who_asks_after_it_was_recorded(session, house, pair, check):
    number = certificate(session, pair[0], house.bureau, first=date(2019, 1, 1))
    change(session, number, "SUSPENDED", START_OF_SHIFT - timedelta(days=1), recorded=START + timedelta(days=20))
    after = START + timedelta(days=30)
    late = check(asked("KT-0017", "KT-0021"), now=after)
    then = check(asked("KT-0017", "KT-0021", known_at=START + timedelta(days=10)), now=after)
    assert "R05" in rules(late)
    assert late.json["outcome"] == "DENY"
    assert "R05" not in rules(then)
    assert then.json["known_at"] == "2026-03-12T09:00:00+08:00"


def test_a_correction_is_honoured_through_every_loader(session, pair, check):
    old = session.query(Employment).filter_by(person_id=pair[0]).one()
    later = START + timedelta(days=5)
    supersede(session, old, later)
    values = {"agency_id": old.agency_id, "valid_from": old.valid_from, "recorded_at": later}
    session.add(Employment(person_id=pair[0], category="CONTRACT", **values))
    session.flush()
    now = START + timedelta(days=9)
    assert "R09" in rules(check(asked("KT-0017", "KT-0021"), now=now))
    assert rules(check(asked("KT-0017", "KT-0021", known_at=START), now=now)) == set()


def test_missing_facts_never_allow(session, house, people, check):
    people("KT-0300")
    answer = check(asked("KT-0300"))
    assert answer.json["outcome"] == "DENY"
    assert {"R01", "R02"} <= rules(answer)


def test_an_unpublished_power_denies_until_the_day_of_publication(session, house, kt, pair, check):
    from app.registry.models import AgencyPower

    session.add(
        AgencyPower(
            unit_id=house.bureau, item_code="HOU-1", status="HELD", published_on=date(2026, 3, 11),
            valid_from=date(2026, 1, 1), recorded_at=START,
        )
    )  # fmt: skip
    session.flush()
    question = asked("KT-0017", "KT-0021", item="HOU-1", end=START_OF_SHIFT + timedelta(days=1))
    parts = check(question).json["intervals"]
    assert [(one["start"][:10], one["outcome"], one["reasons"]) for one in parts] == [
        ("2026-03-10", "DENY", ["R14", "R17"]),
        ("2026-03-11", "ALLOW", []),
    ]


def test_an_order_that_suspends_from_duty_denies_even_patrol(session, pair, check):
    values = {"valid_from": date(2026, 3, 1), "recorded_at": START}
    session.add(Sanction(person_id=pair[0], kind="DUTY_SUSPENSION", basis="b", **values))
    session.flush()
    answer = check(asked("KT-0017", act=Act.PATROL, item=None))
    assert (answer.json["outcome"], rules(answer)) == ("DENY", {"R33"})


def test_a_person_of_the_city_body_that_only_guides_may_not_enforce(session, house, kt, check):
    kt.officer("PL-0001", agency=house.city, unit=house.city)
    kt.officer("KT-0017")
    assert "R12" in rules(check(asked("PL-0001", "KT-0017")))


def test_whoever_left_is_denied_and_the_card_goes_back(session, pair, check):
    from app.registry.models import Separation

    old = session.query(Employment).filter_by(person_id=pair[0]).one()
    session.add(
        Separation(
            person_id=pair[0], agency_id=old.agency_id, reason="RETIRED", valid_from=date(2026, 3, 10),
            recorded_at=START,
        )
    )  # fmt: skip
    session.flush()
    answer = check(asked("KT-0017", "KT-0021"))
    assert "R08" in rules(answer)
    assert "退休" in next(one["message"]["zh"] for one in answer.json["reasons"] if one["rule"] == "R08")
    assert any(one["rule"] == "R08" for one in answer.json["obligations"])


def test_an_unknown_place_on_the_published_list_only_warns(session, pair, check):
    profile = session.query(PersonProfile).filter_by(person_id=pair[0]).one()
    profile.on_public_roster = None
    session.flush()
    answer = check(asked("KT-0017", "KT-0021"))
    assert (answer.json["outcome"], rules(answer)) == ("ALLOW_WITH_WARNINGS", {"R19"})


def _queries(session, ask) -> int:
    seen: list[str] = []

    def note(conn, cursor, statement, *rest):
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            seen.append(statement)

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", note)
    ask()
    event.remove(connection, "before_cursor_execute", note)
    return len(seen)


def test_the_facts_of_many_people_take_as_many_queries_as_those_of_one(session, kt):
    one = [kt.officer("KT-0100")]
    many = one + [kt.officer(f"KT-01{n:02}") for n in range(1, 12)]
    question = asked("KT-0100")
    counts = [_queries(session, lambda ids=ids: queries.load_for(session, question, ids, None)) for ids in (one, many)]
    assert counts[0] == counts[1]
    assert counts[0] <= 25


def test_a_record_cannot_be_changed(session, pair, check):
    session.get(DecisionRecord, check(asked("KT-0017")).id).outcome = "ALLOW"
    with pytest.raises(RuntimeError, match="only ever added"):
        session.flush()
    session.rollback()


def test_a_record_cannot_be_deleted(session, pair, check):
    session.delete(session.get(DecisionRecord, check(asked("KT-0017")).id))
    with pytest.raises(RuntimeError, match="only ever added"):
        session.flush()
    session.rollback()


def test_a_decision_replays_to_the_same_answer_after_the_facts_changed(session, house, pair, check, operator):
    answer = check(asked("KT-0017", "KT-0021"))
    later = START + timedelta(days=2)
    change(session, certificate(session, pair[0], house.bureau, recorded=later), "REVOKED", later, recorded=later)
    old = session.query(Employment).filter_by(person_id=pair[0]).one()
    supersede(session, old, later)
    session.flush()
    found = service.replay(session, operator, answer.id, now=later + timedelta(days=1))
    assert found.agrees
    assert found.to_json()["facts_known_then"]["facts_digest"] == answer.json["facts_digest"]
    assert check(asked("KT-0017", "KT-0021"), now=later).json["outcome"] == "DENY"


def test_a_fact_that_was_rewritten_behind_the_record_is_named_exactly(session, pair, check, operator):
    answer = check(asked("KT-0017", "KT-0021"))
    session.query(Employment).filter_by(person_id=pair[0]).one().category = "CONTRACT"
    session.flush()
    found = service.replay(session, operator, answer.id, now=START + timedelta(days=1))
    assert not found.agrees
    assert found.answer == ()
    assert [(one.at.split(".")[-1], one.recorded, one.recomputed) for one in found.facts] == [
        ("category", "CIVIL_SERVANT", "CONTRACT")
    ]
    assert ("outcome", "ALLOW", "DENY") in [(one.at, one.recorded, one.recomputed) for one in found.known_then]


def test_a_record_is_read_only_where_all_its_people_are_in_scope(session, house, pair, check, people):
    number = check(asked("KT-0017", "KT-0021")).id
    assert queries.decision(session, number, frozenset({house.bureau})).outcome == "ALLOW"
    for scope in (frozenset({house.other_bureau}), frozenset()):
        with pytest.raises(NotFound):
            queries.decision(session, number, scope)
    people("JC-0001", agency=house.other_bureau, unit=house.other_bureau)
    mixed = check(asked("KT-0017", "JC-0001")).id
    with pytest.raises(NotFound):
        queries.decision(session, mixed, frozenset({house.bureau}))
    assert queries.decision(session, mixed, frozenset({house.city})).id == mixed


def test_question_and_facts_come_back_from_their_stored_form_as_they_were(session, pair):
    context = Context("沪批1", True, None, ("某某",))
    question = asked("KT-0017", context=context, known_at=START)
    assert restored(Question, stored(question)) == question
    facts = queries.load_for(session, question, list(pair), None).facts
    again = restored(type(facts), stored(facts))
    assert again == facts
    assert again.digest() == facts.digest()


def test_numbers_of_decisions_sort_by_time_and_are_26_characters(pair, check):
    first = check(asked("KT-0017"), now=START - timedelta(seconds=1)).id
    second = check(asked("KT-0017"), now=START).id
    assert first < second
    assert {len(first), len(second)} == {26}
