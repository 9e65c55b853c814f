"""The facts that judgements rest on."""

from datetime import date, timedelta

from sqlalchemy import event

from app.core.facts import supersede
from app.registry import queries
from app.registry.models import AgencyPower, Employment
from tests.conftest import START

DAY = date(2026, 3, 2)


def _count(session, ids):
    seen = []

    def note(conn, cursor, statement, *rest):
        seen.append(statement)

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", note)
    found = queries.facts_for(session, ids, DAY, DAY)
    event.remove(connection, "before_cursor_execute", note)
    return found, len(seen)


def test_the_number_of_queries_does_not_grow_with_the_number_of_people(session, house, people):
    one = people("KT-0001")
    many = [one] + [people(f"KT-1{n:03}") for n in range(30)]
    assert _count(session, [one])[1] == _count(session, many)[1] == 12


def test_the_facts_of_a_person_come_with_their_agency_its_powers_and_the_regime_above(session, house, people):
    person = people("KT-0001", "欧阳平")
    times = {"valid_from": date(2020, 1, 1), "recorded_at": START, "recorded_by": "t"}
    session.add(AgencyPower(unit_id=house.bureau, item_code="HOU-001", status="HELD", **times))
    session.flush()
    found = queries.facts_for(session, [person], DAY, DAY)
    assert found.people[person].code == "KT-0001"
    assert found.employments[person][0].agency_id == house.bureau
    assert found.postings[person][0].unit_id == house.squad
    assert found.powers[house.bureau][0].item_code == "HOU-001"
    assert found.standings[house.squad][0].enforces is True
    assert found.regime_of(house.squad) == "pingliang"
    assert found.area_paths["620802"] == "/6208/620802/"


def test_agency_facts_outside_the_window_are_left_out(session, house, people):
    person = people("KT-0001")
    ended = {"valid_from": date(2020, 1, 1), "valid_to": date(2026, 3, 1), "recorded_at": START}
    session.add(AgencyPower(unit_id=house.bureau, item_code="HOU-001", status="HELD", **ended))
    session.flush()
    assert house.bureau not in queries.facts_for(session, [person], DAY, DAY).powers


def test_a_corrected_fact_is_seen_as_it_was_known_then(session, house, people):
    person = people("KT-0001")
    old = session.query(Employment).filter_by(person_id=person).one()
    later = START + timedelta(days=10)
    supersede(session, old, later)
    session.add(
        Employment(
            person_id=person, agency_id=house.bureau, category="CONTRACT", valid_from=old.valid_from, recorded_at=later
        )
    )
    session.flush()
    now = queries.facts_for(session, [person], DAY, DAY)
    then = queries.facts_for(session, [person], DAY, DAY, known_at=START + timedelta(days=1))
    assert [e.category for e in now.employments[person]] == ["CONTRACT"]
    assert [e.category for e in then.employments[person]] == ["CIVIL_SERVANT"]


def test_a_person_who_left_is_still_kept_by_the_bureau_they_left_and_by_no_other(session, house, people):
    people("KT-0001")
    employment = session.query(Employment).one()
    employment.valid_to = date(2025, 12, 31)
    session.query(queries.people.Posting).one().valid_to = date(2025, 12, 31)
    session.flush()
    own, other = frozenset({house.bureau}), frozenset({house.other_bureau})
    assert queries.people_by_codes(session, ["KT-0001"], DAY, own)[0].unit is None
    assert queries.people_by_codes(session, ["KT-0001"], DAY, other) == []
    assert queries.search_people(session, "", DAY, own, unit_path=queries.unit_by_id(session, house.bureau).path) == []
