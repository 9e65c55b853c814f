"""Statistics of released sittings: gathered, computed once, kept, shown, and told to the bank."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.bank.models import ItemFigures
from app.bank.queries.figures import figures_of, figures_of_item, suspects
from app.exams import jobs, service
from app.exams.models import SittingFigures, SittingItemFigures
from app.exams.queries.figures import copying_of, statistics_of
from app.exams.service.figures import due_figures, keep_sitting_figures, material_of
from app.ledger.models import LedgerEntry
from question_bank.statistics.plain import compute
from tests.app.exams.conftest import ZONE, add_items
from tests.app.exams.hall_of_sixty import AFTER, SECONDS, fill, release

LATER = AFTER + timedelta(days=1)


@pytest.fixture
def refs(session) -> list[int]:
    """Twenty-four single choice questions whose key is B."""
    return add_items(session, "PUBLIC_LAW", "统计", "SINGLE", 24)


@pytest.fixture
def crowd(people):
    """Make so many officers; returns their ids."""

    def make(count: int, first: int = 1) -> list[int]:
        return [people(f"KT-8{number:03d}", f"考生{number}") for number in range(first, first + count)]

    return make


def computed(session, operator, sitting_id, now=LATER):
    """What the job does, in this process."""
    return keep_sitting_figures(
        session, operator, sitting_id, compute(material_of(session, sitting_id)), now=now, zone=ZONE
    )


def test_a_sitting_is_due_once_it_is_released_and_only_once(session, tan, operator, make_sitting, refs, crowd):
    hall = fill(session, tan, make_sitting(), refs, crowd(5))
    assert due_figures(session) is None
    release(session, tan, hall)
    assert due_figures(session) == hall.sitting_id
    computed(session, operator, hall.sitting_id)
    assert due_figures(session) is None


def test_practice_is_never_counted(session, tan, operator, make_sitting, refs, crowd):
    from app.exams.sitting import Kind

    fill(session, tan, make_sitting(kind=Kind.PRACTICE), refs, crowd(3))
    assert due_figures(session) is None


def test_five_people_give_no_figures_and_say_why(session, tan, operator, make_sitting, refs, crowd):
    hall = fill(session, tan, make_sitting(), refs, crowd(5))
    release(session, tan, hall)
    computed(session, operator, hall.sitting_id)
    found = statistics_of(session, hall.sitting_id)
    assert found.n == 5
    assert (found.coefficient.value, found.coefficient.en) == (None, "Not enough data: 5 where at least 20 are needed.")
    assert {one.facility.value for one in found.items} == {None}
    assert found.items[0].facility.zh == "数据不足：有5份，至少需要20份。"
    assert all(one.flags == () for one in found.items)
    assert copying_of(session, hall.sitting_id).pairs == ()
    told = figures_of(session, refs)[refs[0]]
    assert (told.n, told.facility, told.discrimination, told.enough) == (5, None, None, False)
    assert (told.sittings, told.candidates) == (1, 5)


def test_a_planted_bad_question_among_sixty_candidates_is_flagged_and_stands_first(
    session, tan, operator, make_sitting, refs, crowd
):
    hall = fill(session, tan, make_sitting(), refs, crowd(60), bad=refs[5])
    release(session, tan, hall)
    computed(session, operator, hall.sitting_id)
    found = statistics_of(session, hall.sitting_id)
    assert found.items[0].ref == refs[5]
    codes = {flag.code for flag in found.items[0].flags}
    assert {"ITEM_NEGATIVE", "DISTRACTOR_STRONGER"} <= codes
    assert found.items[0].corrected.high < 0
    sound = [one for one in found.items[1:] if one.suspect]
    assert len(sound) <= 4
    key = next(option for option in found.items[0].options if option.right)
    assert (key.option, key.upper < key.lower) == ("B", True)
    assert found.coefficient.low < found.coefficient.value < found.coefficient.high
    told = figures_of(session, refs)
    assert told[refs[5]].suspect
    assert told[refs[5]].flags[0].sitting == "三月考试"
    assert told[refs[0]].facility == pytest.approx(
        next(one.facility.value for one in found.items if one.ref == refs[0])
    )
    assert f"PUB-统计-SINGLE-{refs.index(refs[5])}" in suspects(session)


def test_times_are_those_between_the_saves(session, tan, operator, make_sitting, refs, crowd):
    hall = fill(session, tan, make_sitting(), refs, crowd(8))
    sheets = material_of(session, hall.sitting_id).sheets
    assert {answer.seconds for answer in sheets[0].answers} == {float(SECONDS)}


def test_a_corrected_key_makes_the_figures_anew_and_keeps_the_old_ones(
    session, tan, operator, make_sitting, refs, crowd
):
    hall = fill(session, tan, make_sitting(), refs, crowd(21), bad=refs[5])
    release(session, tan, hall)
    first = computed(session, operator, hall.sitting_id)
    service.correct_key(session, tan, hall.sitting_id, refs[5], [], "题目有误", now=LATER + timedelta(hours=1))
    assert due_figures(session) == hall.sitting_id
    second = computed(session, operator, hall.sitting_id, LATER + timedelta(hours=2))
    assert session.get(SittingFigures, first).superseded_at == LATER + timedelta(hours=2)
    assert refs[5] not in [one.ref for one in statistics_of(session, hall.sitting_id).items]
    rows = session.scalars(select(SittingItemFigures).where(SittingItemFigures.figures_id == second)).all()
    void = next(one for one in rows if one.version_id == refs[5])
    assert (void.met, void.sums) == (21, {})
    told = figures_of(session, [refs[5]])[refs[5]]
    assert (told.n, told.facility, told.candidates) == (0, None, 21)
    assert session.scalars(select(ItemFigures).where(ItemFigures.version_id == refs[5])).all()[0].superseded_at
    events = session.scalars(select(LedgerEntry.after).where(LedgerEntry.event == "exams.figures.computed")).all()
    assert [one["candidates"] for one in events] == [21, 21]


def test_figures_of_a_question_grow_over_sittings(session, tan, operator, make_sitting, refs, crowd):
    halls = [
        fill(session, tan, make_sitting(title=title), refs, crowd(12, first), seed=first)
        for title, first in (("一月", 1), ("二月", 101))
    ]
    for hall in halls:
        release(session, tan, hall)
        computed(session, operator, hall.sitting_id)
    for hall in halls:
        assert {one.facility.value for one in statistics_of(session, hall.sitting_id).items} == {None}
    told = figures_of(session, refs)[refs[3]]
    assert (told.n, told.sittings, told.candidates) == (24, 2, 24)
    assert told.facility_interval[0] < told.facility < told.facility_interval[1]
    assert figures_of_item(session, "PUB-统计-SINGLE-3") == {1: told}


def test_two_who_copied_are_shown_with_seats_and_the_rate_of_false_alarms(
    session, tan, operator, make_sitting, refs, crowd
):
    from app.exams.models import Admission, SittingRoom

    people = crowd(28)
    sitting = make_sitting()
    room = session.scalars(select(SittingRoom.id).where(SittingRoom.sitting_id == sitting)).one()
    for seat, person in enumerate(people, 1):
        session.add(
            Admission(
                sitting_id=sitting, person_id=person, room_id=room, seat=seat, admitted_at=AFTER, admitted_by="test"
            )
        )
    hall = fill(session, tan, sitting, refs, people)
    from tests.app.exams.hall_of_sixty import write_paper

    wrong = ["A"] * 12 + ["D"] * 6 + ["B"] * 6
    for seat, number in ((29, 901), (30, 902)):
        person = crowd(1, number)[0]
        session.add(
            Admission(
                sitting_id=sitting, person_id=person, room_id=room, seat=seat, admitted_at=AFTER, admitted_by="test"
            )
        )
        service.mark_attempt(session, tan, write_paper(session, sitting, person, tuple(refs), wrong), now=AFTER)
    release(session, tan, type(hall)(sitting, hall.refs, (*people, 901, 902)))
    computed(session, operator, sitting)
    told = copying_of(session, sitting)
    pair = told.pairs[0]
    assert {pair.first, pair.second} == {"KT-8901", "KT-8902"}
    assert (pair.identical, pair.distance, pair.first_seat) == (18, 1.0, "一教室 29")
    assert pair.corrected <= 0.05
    assert told.tested == 30 * 29 // 2
    assert told.false_positives.n == 100
    assert told.false_positives.value <= 0.15


def test_a_later_sitting_is_put_on_the_scale_of_an_earlier_one_by_common_questions(
    session, tan, operator, make_sitting, refs, crowd
):
    from tests.app.exams.conftest import OPENS

    first = fill(session, tan, make_sitting(title="一月"), refs[:14], crowd(36))
    later = make_sitting(title="二月", opens_at=OPENS + timedelta(minutes=5))
    second = fill(session, tan, later, refs[4:18], crowd(36, 301), seed=11)
    for hall in (first, second):
        release(session, tan, hall, AFTER + timedelta(hours=1))
        computed(session, operator, hall.sitting_id)
    assert statistics_of(session, first.sitting_id).links == ()
    link = statistics_of(session, second.sitting_id).links[0]
    assert (link.title, link.common, link.method, link.slope.value) == ("一月", 10, "mean-mean", 1.0)
    assert link.intercept.low < link.intercept.value < link.intercept.high
    assert len(link.scores) > 10
    assert [right for right, _ in link.scores] == sorted(right for right, _ in link.scores)


def test_the_job_computes_in_another_process_and_leaves_nothing_due(
    session, tan, make_sitting, refs, crowd, application
):
    hall = fill(session, tan, make_sitting(), refs, crowd(6))
    release(session, tan, hall)
    session.commit()
    with application.app_context():
        assert jobs.compute_figures(LATER) == 1
        assert jobs.compute_figures(LATER) == 0
    assert statistics_of(session, hall.sitting_id).n == 6


def test_a_sitting_without_any_answers_says_so_and_is_not_asked_again(session, tan, operator, make_sitting):
    from app.exams.models import Sitting

    sitting = make_sitting()
    session.get(Sitting, sitting).released_at = AFTER
    session.flush()
    computed(session, operator, sitting)
    assert due_figures(session) is None
    assert statistics_of(session, sitting).failure_en == "There are no answers to count."


def test_part_marks_and_lost_marks_stay_within_nothing_and_everything(session, tan, make_sitting, refs, crowd):
    from app.exams.models import Result

    hall = fill(session, tan, make_sitting(), refs, crowd(3))
    result = session.scalars(select(Result).where(Result.sitting_id == hall.sitting_id)).first()
    places = [dict(place) for place in result.places]
    places[0]["awarded"], places[0]["answer"] = "-1", "A"
    result.places = places
    session.flush()
    sheets = material_of(session, hall.sitting_id).sheets
    shares = [answer.share for sheet in sheets for answer in sheet.answers]
    assert min(shares) == 0.0
    assert Decimal(str(max(shares))) <= 1
