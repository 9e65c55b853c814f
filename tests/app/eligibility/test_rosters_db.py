"""Squads and rosters: built, judged in one call, repaired, published as an act, changed by new versions."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, select

from app.core.errors import Invalid, NotFound, Refused, Stale
from app.core.permissions import Actor, P
from app.eligibility.models import DecisionRecord, FactSet
from app.eligibility.queries import coverage, repairs
from app.eligibility.queries import rosters as queries
from app.eligibility.queries import squads as squad_queries
from app.eligibility.queries.coverage import Duty
from app.eligibility.queries.rosters import RosterState
from app.eligibility.service import publishing, rosters, squads
from app.eligibility.service.rosters import Plan, Row
from app.eligibility.service.squads import SquadPlan
from app.ledger.queries import about
from app.regimes.codes import Act
from tests.app.eligibility.rows import START
from tests.conftest import refused

ZONE = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 3, 2)
TOWN = "620802001"
FIRST, LAST = date(2026, 4, 27), date(2026, 5, 3)


def local(text):
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)


@pytest.fixture
def actor(kt, cast, session):
    """The supervisor, tied to an officer of the registry."""
    person = kt.officer("KT-0100")
    return Actor("sun", 1, person, "Sun", ("SUPERVISOR",), {
        P.ELIGIBILITY_CHECK: frozenset({kt.house.bureau}), P.ROSTERS_EDIT: frozenset({kt.house.bureau}),
    })  # fmt: skip


@pytest.fixture
def squad(kt, actor, session):
    """A squad of two officers; KT-0017's certificate ends on 2026-04-30."""
    kt.officer("KT-0017", last=date(2026, 4, 30))
    kt.officer("KT-0021")
    number = squads.create_squad(session, actor, "PL-KT-D1", SquadPlan("一分队", place=TOWN), now=START)
    squads.add_members(session, actor, number, "KT-0017 KT-0021", today=TODAY, now=START)
    return number


@pytest.fixture
def draft(actor, squad, session):
    return rosters.create(session, actor, "PL-KT", Plan("五一", FIRST, LAST, (TOWN,), Act.PENALTY, "HOU-2"), now=START)


def put(session, actor, draft, squad, start, end, until=None):
    row = Row(TOWN, squad, local(start), local(end), until)
    return rosters.add_row(session, actor, draft, row, zone=ZONE, now=START)


def checked(session, draft):
    return coverage.check_roster(session, queries.roster(session, draft, None), ZONE)


def publish(session, actor, draft, *, confirmed=True, edits=None):
    version = queries.roster(session, draft, None)
    return publishing.publish(
        session, actor, draft, edits=version.edits if edits is None else edits, confirmed=confirmed, zone=ZONE,
        today=TODAY, now=START,
    )  # fmt: skip


def test_a_squad_is_put_together_from_codes_certificate_numbers_and_scanned_addresses(session, actor, squad, kt):
    kt.officer("KT-0033")
    kt.officer("KT-0034")
    number = {
        code: session.scalar(select(squad_queries.Certificate.number).where(squad_queries.Certificate.person_id == one))
        for code, one in (
            (c, squads.registry.people_by_codes(session, [c], TODAY)[0].id) for c in ("KT-0033", "KT-0034")
        )
    }
    text = f"http://localhost/verify/{number['KT-0033']}?code=abc\n{number['KT-0034'].lower()}，ｋｔ-0100 KT-0021"
    assert squads.add_members(session, actor, squad, text, today=TODAY, now=START) == ("KT-0033", "KT-0034", "KT-0100")
    page = squad_queries.squad_page(session, squad, TODAY, None)
    assert [one.code for one in page.members] == ["KT-0017", "KT-0021", "KT-0033", "KT-0034", "KT-0100"]


def test_an_unknown_code_adds_nobody(session, actor, squad, kt):
    kt.officer("KT-0033")
    with pytest.raises(Invalid) as refusal:
        squads.add_members(session, actor, squad, "KT-0033 NO-1", today=TODAY, now=START)
    assert (refusal.value.code, refusal.value.data["given"]) == ("unknown-people", "NO-1")
    assert squad_queries.squad_page(session, squad, TODAY, None).squad.size == 2


def test_a_stranger_neither_sees_nor_changes_a_squad(session, squad, house):
    stranger = Actor("x", 2, None, "", (), {P.ROSTERS_EDIT: frozenset({house.other_bureau})})
    with pytest.raises(NotFound):
        squads.add_members(session, stranger, squad, "KT-0021", today=TODAY, now=START)
    with pytest.raises(NotFound):
        squad_queries.squad_page(session, squad, TODAY, frozenset({house.other_bureau}))


def test_a_squad_name_is_taken_once_in_a_unit(session, actor, squad):
    with refused(Invalid, "squad-name-taken"):
        squads.create_squad(session, actor, "PL-KT-D1", SquadPlan("一分队"), now=START)


@pytest.mark.parametrize(
    ("plan", "code"),
    [
        (Plan("t", LAST, FIRST, (TOWN,)), "reversed-days"),
        (Plan("t", FIRST, FIRST + timedelta(days=31), (TOWN,)), "roster-too-long"),
        (Plan("t", FIRST, LAST, ()), "no-places"),
        (Plan("t", FIRST, LAST, ("1",)), "unknown-place"),
        (Plan("t", FIRST, LAST, (TOWN,), Act.SEIZE), "act-not-rostered"),
        (Plan("t", FIRST, LAST, (TOWN,), Act.PENALTY, "NO-1"), "unknown-item"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_at_its_field(session, actor, plan, code):
    with pytest.raises(Invalid) as refusal:
        rosters.create(session, actor, "PL-KT", plan, now=START)
    assert refusal.value.code == code
    assert refusal.value.field


def test_thirty_one_days_are_not_too_long(session, actor):
    plan = Plan("t", FIRST, FIRST + timedelta(days=30), (TOWN,))
    assert len(queries.roster(session, rosters.create(session, actor, "PL-KT", plan, now=START), None).days) == 31


def test_a_row_repeats_every_day_and_a_second_time_adds_nothing(session, actor, draft, squad):
    assert put(session, actor, draft, squad, "2026-04-27 08:00", "2026-04-27 16:00", date(2026, 4, 29)) == 3
    assert put(session, actor, draft, squad, "2026-04-27 08:00", "2026-04-27 16:00", date(2026, 4, 30)) == 1
    starts = [one.starts.astimezone(ZONE).day for one in queries.shifts_of(session, draft)]
    assert starts == [27, 28, 29, 30]


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [
        ("2026-04-27 08:00", "2026-04-27 08:00", "reversed-times"),
        ("2026-04-27 08:00", "2026-04-28 08:01", "shift-too-long"),
        ("2026-04-26 23:59", "2026-04-27 08:00", "outside-roster"),
        ("2026-05-04 00:00", "2026-05-04 08:00", "outside-roster"),
    ],
)
def test_a_row_that_does_not_fit_is_refused(session, actor, draft, squad, start, end, code):
    with refused(Invalid, code):
        put(session, actor, draft, squad, start, end)
    assert queries.shifts_of(session, draft) == ()


def test_a_shift_is_cut_at_midnight_when_a_certificate_ends(session, actor, draft, squad):
    put(session, actor, draft, squad, "2026-04-30 22:00", "2026-05-01 06:00")
    (one,) = checked(session, draft).shifts
    assert [(piece.start.astimezone(ZONE).hour, piece.duty) for piece in one.pieces] == [
        (22, Duty.FULL), (0, Duty.PATROL),
    ]  # fmt: skip
    assert {"R03", "R17"} <= set(one.pieces[1].rules)
    assert all(said["zh"] and said["en"] for said in one.pieces[1].messages)
    assert one.worst is Duty.PATROL


def test_the_whole_roster_gives_the_same_answer_as_each_shift_alone(session, actor, draft, squad):
    put(session, actor, draft, squad, "2026-04-27 22:00", "2026-04-28 06:00", LAST)
    for one in checked(session, draft).shifts:
        alone = repairs.shift_page(session, one.shift.id, None, ZONE)
        cut = [(part.start, part.outcome.value) for part in alone.asked.intervals]
        outcomes = {Duty.FULL: "ALLOW", Duty.WARNED: "ALLOW_WITH_WARNINGS", Duty.PATROL: "DENY"}
        assert [(piece.start, outcomes[piece.duty]) for piece in one.pieces] == cut


def test_gaps_lie_where_nobody_covers_a_place(session, actor, draft, squad):
    put(session, actor, draft, squad, "2026-04-27 08:00", "2026-04-28 08:00", LAST)
    (gap,) = checked(session, draft).gaps
    assert (gap.start, gap.end) == (local("2026-04-27 00:00"), local("2026-04-27 08:00"))


def test_nobody_is_on_two_shifts_at_once_and_everybody_rests(session, actor, draft, squad, kt):
    kt.officer("KT-0022")
    other = squads.create_squad(session, actor, "PL-KT-D1", SquadPlan("二分队"), now=START)
    squads.add_members(session, actor, other, "KT-0021 KT-0022", today=TODAY, now=START)
    put(session, actor, draft, squad, "2026-04-27 08:00", "2026-04-27 16:00")
    put(session, actor, draft, other, "2026-04-27 15:59", "2026-04-27 20:00")
    (clash,) = checked(session, draft).clashes
    assert (clash.code, clash.elsewhere) == ("KT-0021", False)


def test_shifts_that_touch_do_not_clash(session, actor, draft, squad):
    put(session, actor, draft, squad, "2026-04-27 08:00", "2026-04-27 16:00")
    put(session, actor, draft, squad, "2026-04-27 16:00", "2026-04-27 20:00")
    assert checked(session, draft).clashes == ()


def test_round_the_clock_leaves_no_gap_and_takes_turns(session, actor, draft, squad, kt):
    kt.officer("KT-0022")
    other = squads.create_squad(session, actor, "PL-KT-D1", SquadPlan("二分队", place=TOWN), now=START)
    squads.add_members(session, actor, other, "KT-0100 KT-0022", today=TODAY, now=START)
    assert rosters.fill_round(session, actor, draft, 12, 8, zone=ZONE, now=START) == 15
    found = checked(session, draft)
    assert found.gaps == ()
    assert found.clashes == ()
    names = [one.shift.squad for one in found.shifts]
    assert all(first != second for first, second in pairwise(names))


def test_a_week_is_copied_as_far_as_the_roster_reaches(session, actor, squad):
    plan = Plan("长", FIRST, FIRST + timedelta(days=9), (TOWN,))
    draft = rosters.create(session, actor, "PL-KT", plan, now=START)
    put(session, actor, draft, squad, "2026-04-27 08:00", "2026-04-27 16:00", FIRST + timedelta(days=6))
    copied = rosters.copy_days(session, actor, draft, FIRST, FIRST + timedelta(days=7), zone=ZONE, now=START)
    assert copied == 3
    with refused(Invalid, "weeks-overlap"):
        rosters.copy_days(session, actor, draft, FIRST, FIRST + timedelta(days=6), zone=ZONE, now=START)


def test_the_check_takes_the_same_number_of_queries_however_many_people_there_are(session, actor, draft, squad, kt):
    def queries_of_check():
        seen = []
        session.expire_all()
        listen = lambda *_: seen.append(1)  # noqa: E731
        event.listen(session.connection(), "before_cursor_execute", listen)
        checked(session, draft)
        event.remove(session.connection(), "before_cursor_execute", listen)
        return len(seen)

    put(session, actor, draft, squad, "2026-04-27 08:00", "2026-04-27 16:00")
    few = queries_of_check()
    for number in range(40, 52):
        kt.officer(f"KT-00{number}")
        other = squads.create_squad(session, actor, "PL-KT-D1", SquadPlan(f"{number}"), now=START)
        squads.add_members(session, actor, other, f"KT-00{number} KT-0022"[:7], today=TODAY, now=START)
        put(session, actor, draft, other, "2026-04-27 08:00", "2026-04-27 16:00", LAST)
    assert queries_of_check() == few


def test_a_swap_mends_the_night_shift_and_the_ledger_knows(session, actor, draft, squad, kt):
    kt.officer("KT-0022")
    put(session, actor, draft, squad, "2026-04-30 22:00", "2026-05-01 06:00")
    shift = queries.shifts_of(session, draft)[0]
    page = repairs.shift_page(session, shift.id, None, ZONE)
    assert page.works_until == local("2026-05-01 00:00")
    assert "KT-0022" in {one.row.code for one in page.free}
    assert "KT-0021" not in {one.row.code for one in page.free}
    (swap, *_more) = page.repairs[0].changes
    assert (swap.leaves, swap.joins in {"KT-0022", "KT-0100"}) == ("KT-0017", True)
    rosters.change_people(session, actor, shift.id, ["KT-0017"], ["KT-0022"], today=TODAY, now=START)
    assert [one.worst for one in checked(session, draft).shifts] == [Duty.FULL]
    assert about(session, "roster", draft)[0].after["out"] == ["KT-0017"]
    with refused(Stale, "not-on-shift"):
        rosters.change_people(session, actor, shift.id, ["KT-0017"], [], today=TODAY, now=START)


def test_publishing_is_an_act_with_a_decision_and_a_new_version_takes_its_place(session, actor, draft, squad):
    put(session, actor, draft, squad, "2026-04-27 00:00", "2026-04-28 00:00", date(2026, 4, 29))
    with refused(Refused, "warnings-unconfirmed"):
        publish(session, actor, draft, confirmed=False)
    assert session.query(DecisionRecord).count() == 0
    done = publish(session, actor, draft)
    assert done.published
    kept = session.get(DecisionRecord, done.answer.id)
    assert (kept.act, kept.question["context"]["roster"]) == ("PUBLISH_ROSTER", draft)
    assert len(session.get(FactSet, kept.facts_digest).content["shifts"]) == 3
    assert queries.roster(session, draft, None).state is RosterState.PUBLISHED
    with refused(Refused, "roster-not-draft"):
        put(session, actor, draft, squad, "2026-04-30 08:00", "2026-04-30 16:00")
    second = rosters.new_version(session, actor, draft, now=START)
    assert rosters.new_version(session, actor, draft, now=START) == second
    assert len(queries.shifts_of(session, second)) == 3
    assert publish(session, actor, second).published
    states = {one.number: one.state for one in queries.versions(session, draft)}
    assert states == {1: RosterState.REPLACED, 2: RosterState.PUBLISHED}


def test_publishing_is_refused_for_what_was_changed_since_it_was_looked_at(session, actor, draft, squad):
    put(session, actor, draft, squad, "2026-04-27 08:00", "2026-04-27 16:00")
    with refused(Stale, "roster-changed"):
        publish(session, actor, draft, edits=0)


def test_a_double_booking_across_rosters_stops_publication_and_the_denial_is_recorded(session, actor, draft, squad):
    put(session, actor, draft, squad, "2026-04-27 00:00", "2026-04-28 00:00", date(2026, 4, 29))
    publish(session, actor, draft)
    second = rosters.create(session, actor, "PL-KT", Plan("另", FIRST, FIRST, (TOWN,)), now=START)
    put(session, actor, second, squad, "2026-04-27 12:00", "2026-04-27 13:00")
    assert {(one.code, one.elsewhere) for one in checked(session, second).clashes} == {
        ("KT-0017", True), ("KT-0021", True),
    }  # fmt: skip
    done = publish(session, actor, second)
    assert not done.published
    assert done.answer.json["outcome"] == "DENY"
    assert "R38" in {one["rule"] for one in done.answer.json["reasons"]}
    assert queries.roster(session, second, None).state is RosterState.DRAFT


def test_somebody_without_a_person_cannot_publish(session, actor, draft, squad):
    put(session, actor, draft, squad, "2026-04-27 08:00", "2026-04-27 16:00")
    nobody = Actor("ops", 1, None, "", (), actor.grants)
    with refused(Refused, "publisher-no-person"):
        publish(session, nobody, draft)


def test_a_published_roster_says_who_is_on_duty(session, actor, draft, squad):
    put(session, actor, draft, squad, "2026-04-27 08:00", "2026-04-27 16:00")
    moment = datetime(2026, 4, 27, 2, tzinfo=UTC)
    assert queries.published_shifts(session, moment, moment + timedelta(minutes=1)) == ()
    publish(session, actor, draft)
    (one,) = queries.published_shifts(session, moment, moment + timedelta(minutes=1))
    assert one.codes == ("KT-0017", "KT-0021")
    assert queries.published_shifts(session, moment, moment + timedelta(minutes=1), person_ids=[-1]) == ()
