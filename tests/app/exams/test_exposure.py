"""How worn questions are, for the assembly of the next paper."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from app.bank.models import ItemVersion
from app.exams.models import Sitting
from app.exams.queries.exposure import exposure
from app.exams.sitting import Kind
from tests.app.exams.conftest import OPENS, TODAY, ZONE, add_items
from tests.app.exams.hall_of_sixty import write_paper

NEXT = TODAY + timedelta(days=60)


@pytest.fixture
def refs(session) -> list[int]:
    """Four single choice questions."""
    return add_items(session, "PUBLIC_LAW", "曝光", "SINGLE", 4)


@pytest.fixture
def sat(session, make_sitting):
    """A sitting so many days after the first in which these people wrote papers with these questions."""

    def make(days: int, people, refs, **changes) -> int:
        sitting = make_sitting(**changes)
        session.get(Sitting, sitting).opens_at = OPENS + timedelta(days=days)
        for person in people:
            write_paper(session, sitting, person, tuple(refs), ["B"] * len(refs))
        session.flush()
        return sitting

    return make


def worn(session, house, last=None, on=NEXT, **changes):
    values = {"paper": "PUBLIC_LAW", "zone": ZONE, **changes}
    return exposure(session, house.bureau, on, last, **values)


def test_uses_count_the_sittings_before_within_the_last_n(session, house, people, sat, refs):
    one = people("KT-0501")
    sat(0, [one], refs[:2])
    sat(10, [one], refs[1:3])
    sat(20, [one], refs[1:2])
    assert dict(worn(session, house).uses) == {refs[0]: 1, refs[1]: 3, refs[2]: 1}
    assert dict(worn(session, house, 3).uses) == {refs[1]: 2, refs[2]: 1}
    assert dict(worn(session, house, 1).uses) == {}
    assert refs[3] not in worn(session, house).seen


def test_a_sitting_of_the_same_day_counts_and_the_one_being_set_does_not(session, house, people, sat, refs):
    morning = sat(0, [people("KT-0501")], refs[:1])
    own = sat(0, [people("KT-0502")], refs[:2])
    assert dict(worn(session, house, on=TODAY, but=own).uses) == {refs[0]: 1}
    assert dict(worn(session, house, on=TODAY).uses) == {refs[0]: 2, refs[1]: 1}
    assert dict(worn(session, house, on=TODAY - timedelta(days=1)).uses) == {}
    assert morning != own


def test_practice_cancelled_sittings_other_papers_and_other_agencies_do_not_wear(session, house, people, sat, refs):
    one = people("KT-0501")
    sat(0, [one], refs[:1], kind=Kind.PRACTICE)
    cancelled = sat(1, [one], refs[1:2])
    session.get(Sitting, cancelled).cancelled_at = OPENS
    elsewhere = sat(2, [one], refs[2:3])
    session.get(Sitting, elsewhere).unit_id = house.other_bureau
    other = sat(3, [one], refs[3:])
    session.get(Sitting, other).paper = "PROFESSIONAL"
    session.flush()
    assert dict(worn(session, house).uses) == {}
    assert set(worn(session, house, paper=None).uses) == {refs[3]}
    assert set(worn(session, house).seen) == {refs[1], refs[2]} - {refs[1]}


def test_seen_is_the_largest_share_of_an_agencys_candidates_still_employed(session, house, people, sat, refs):
    here = [people(f"KT-050{number}") for number in range(1, 5)]
    sat(0, here[:1], refs[:1])
    sat(5, here[1:], refs[1:])
    found = worn(session, house).seen
    assert (found[refs[0]], found[refs[1]]) == (Decimal("0.2500"), Decimal("0.7500"))
    assert worn(session, house, on=date(2019, 1, 1)).seen == {}


def test_a_new_version_of_a_question_is_as_worn_as_the_one_before(session, house, people, sat, refs):
    sat(0, [people("KT-0501")], refs[:1])
    old = session.get(ItemVersion, refs[0])
    copied = {column.key: getattr(old, column.key) for column in ItemVersion.__table__.columns if column.key != "id"}
    newer = ItemVersion(**{**copied, "number": 2})
    session.add(newer)
    session.flush()
    found = worn(session, house)
    assert found.uses[newer.id] == found.uses[refs[0]] == 1
    assert found.seen[newer.id] == 1


def test_a_paper_that_was_drawn_but_never_begun_was_used_but_not_seen(
    session, house, people, make_sitting, writer, bank
):
    from app.exams import service
    from app.exams.models import ExamPaper
    from tests.conftest import START

    people("KT-0501")
    sitting = make_sitting("KT-0501")
    from app.core.permissions import system_actor

    service.generate_papers(session, system_actor("test"), sitting, now=START, zone=ZONE)
    places = session.query(ExamPaper.places).filter_by(sitting_id=sitting).scalar()
    found = worn(session, house)
    assert set(found.uses) == {place["ref"] for place in places}
    assert found.seen == {}
