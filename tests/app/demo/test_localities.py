"""Each locality loads at the numbers of its document, its ledger is sound, and it answers its own question of duty."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.accounts import service as accounts
from app.accounts.models import Account
from app.accounts.queries import actor_of
from app.core.errand import Errand
from app.core.permissions import P
from app.credentials import queries as credentials
from app.demo.haikou import people as haikou_people
from app.demo.haikou.places import CITY, FIRST_SQUADS, JINMAO
from app.eligibility.facts import Context, Question
from app.eligibility.models import DutySquadMember, Roster, RosterShift
from app.eligibility.queries import rosters
from app.eligibility.service import check
from app.ledger.service import verify
from app.regimes.codes import Act
from app.registry import queries as registry
from app.registry.models import AgencyPower, Appointment, Area, Person, Posting, Separation, Unit, UnitStanding
from app.training import queries as training
from app.training.models import Attendance, TrainingClass
from tests.app.demo.conftest import Loaded, fresh
from tests.conftest import START, postgresql

pytestmark = pytest.mark.xdist_group("localities")  # a load takes long: one process has it

ASSISTING = {"PUBLICITY", "PATROL", "INFO", "DISSUADE"}
ALLOWING = {"ALLOW", "ALLOW_WITH_WARNINGS"}
EVERYBODY = {"ada", "reg", "tan", "edi", "rui", "ian", "sun", "ou"}


def loading(locality: str) -> Callable[..., Iterator[Loaded]]:
    @pytest.fixture(scope="module", name=locality)
    def load(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
        folder = tmp_path_factory.mktemp(locality)
        yield from fresh(f"sqlite:///{folder / 'demo.sqlite'}", folder, locality=locality)

    return load


haikou, lixia, guangning, rugao = (loading(name) for name in ("haikou", "lixia", "guangning", "rugao"))


@pytest.fixture(params=["haikou", "lixia", "guangning", "rugao"])
def locality(request: pytest.FixtureRequest) -> Loaded:
    """Each of the four in turn."""
    loaded: Loaded = request.getfixturevalue(request.param)
    return loaded


def ask(loaded: Loaded, people: tuple[str, ...], act: Act, item: str | None, place: str | None, start: datetime,
        hours: float = 3, context: Context | None = None) -> dict:  # fmt: skip
    account = loaded.session.scalars(select(Account.id).where(Account.username == "sun")).one()
    question = Question(people, act, item, place, start, start + timedelta(hours=hours), context or Context())
    actor = actor_of(loaded.session, account)
    with loaded.session.begin_nested() as point:
        answer = check(loaded.session, actor, question, today=date(2026, 3, 2), now=START).json
        point.rollback()
    return answer


def local(loaded: Loaded, day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=loaded.settings.zone)


def rules_of(answer: dict) -> set[str]:
    return {reason["rule"] for reason in answer["reasons"]}


# ---- all of them


def test_the_ledger_is_sound_from_the_first_entry_to_the_last(locality):
    sound, broken = verify(locality.session)
    assert broken is None
    assert sound == locality.demonstration.counts["ledger_entries"]


def test_the_whole_cast_can_sign_in_once_and_must_change_its_passwords(locality):
    names = {name for name, _words, _password in locality.demonstration.accounts}
    assert names >= EVERYBODY
    for name, words, password in locality.demonstration.accounts:
        token = accounts.sign_in(locality.session, name, password, address="", agent="", profile="djbh", now=START)
        found = accounts.signed_in_by(Errand(locality.session), token, START).get()
        assert found is not None
        assert found.must_change
        assert " / " in words
    locality.session.rollback()


def test_most_officers_hold_a_certificate_that_is_in_force(locality):
    rows = credentials.certificates(locality.session, None, credentials.Wanted(), START, locality.settings.zone)
    tally = Counter(row.state for row in rows)
    assert tally["ACTIVE"] > locality.demonstration.counts["officers"] * 0.8


def test_nobody_stands_above_the_posts(locality):
    found = registry.strengths(locality.session, date(2026, 3, 2))
    assert {unit.code for unit in registry.units(locality.session) if found[unit.id].over_by} == set()


# ---- Haikou


def test_haikou_has_the_numbers_of_its_document(haikou):
    counts = haikou.demonstration.counts
    assert (counts["towns"], counts["communities"], counts["grids"]) == (26, 191, 123)
    assert counts["officers"] + counts["auxiliaries"] == haikou_people.TRAINED == 3111
    assert counts["dismissed"] == 16
    assert (counts["squads"], counts["squad_members"]) == (52, 468)


def test_all_3111_were_trained_in_closed_camps_and_police_were_not(haikou):
    camp = (
        select(Person.kind, func.count(Attendance.person_id.distinct()))
        .join(Person, Person.id == Attendance.person_id)
        .join(TrainingClass, TrainingClass.id == Attendance.class_id)
        .where(TrainingClass.form == "CLOSED_CAMP", Attendance.status == "ATTENDED")
        .group_by(Person.kind)
    )
    came = dict(haikou.session.execute(camp).all())
    assert came == {"OFFICER": 1623, "AUXILIARY": 1488}


def test_the_sixteen_who_failed_serve_no_longer_and_are_denied(haikou):
    gone = haikou.session.execute(
        select(Person.code, Separation.reason).join(Separation, Separation.person_id == Person.id)
    ).all()
    assert Counter(reason for _code, reason in gone) == {"TRAINING_FAILED": 16}
    rows = registry.people_by_codes(haikou.session, [code for code, _reason in gone], date(2026, 3, 2))
    assert {row.unit_id for row in rows} == {None}
    serving = registry.search_people(haikou.session, "", date(2026, 3, 2), None, limit=None)
    assert len([row for row in serving if row.unit_id and row.kind in ("OFFICER", "AUXILIARY")]) == 3095


def test_every_squad_is_one_police_two_auxiliary_police_two_officers_four_auxiliaries(haikou):
    rows = haikou.session.execute(
        select(DutySquadMember.squad_id, Person.kind).join(Person, Person.id == DutySquadMember.person_id)
    ).all()
    squads: dict[int, Counter[str]] = {}
    for squad, kind in rows:
        squads.setdefault(squad, Counter())[kind] += 1
    assert len(squads) == 52
    assert all(one == {"POLICE": 1, "AUX_POLICE": 2, "OFFICER": 2, "AUXILIARY": 4} for one in squads.values())
    assert Counter(kind for _squad, kind in rows) == {"POLICE": 52, "AUX_POLICE": 104, "OFFICER": 104, "AUXILIARY": 208}


def test_twenty_two_squads_began_in_april_2016_and_four_later(haikou):
    opened = haikou.session.scalars(select(Unit.opened_on).where(Unit.kind == "SQUAD")).all()
    assert Counter(day == date(2016, 4, 1) for day in opened) == {True: FIRST_SQUADS, False: 4}


def test_the_city_does_not_enforce_and_the_districts_hold_every_item(haikou):
    enforcing = dict(haikou.session.execute(
        select(Unit.code, UnitStanding.enforces).join(UnitStanding, UnitStanding.unit_id == Unit.id)
        .where(Unit.is_agency)
    ).all())  # fmt: skip
    assert enforcing == {CITY: False, "HK-XY": True, "HK-LH": True, "HK-QS": True, "HK-ML": True}
    held = Counter(haikou.session.scalars(
        select(Unit.code).join(AgencyPower, AgencyPower.unit_id == Unit.id).where(AgencyPower.status == "HELD")
    ))  # fmt: skip
    assert set(held.values()) == {14}
    assert len(held) == 4


def test_this_week_every_town_is_covered_around_the_clock(haikou):
    roster = haikou.session.scalars(select(Roster)).one()
    version = rosters.roster(haikou.session, roster.id, None)
    start, end = version.span(haikou.settings.zone)
    spans: dict[str, timedelta] = {}
    for shift in haikou.session.scalars(select(RosterShift)):
        spans[shift.place] = spans.get(shift.place, timedelta()) + (shift.ends_at - shift.starts_at)
    assert len(spans) == 26
    assert set(spans.values()) == {end - start} == {timedelta(days=7)}


def test_haikou_answers_s04_denied_from_midnight_because_one_certificate_ends(haikou):
    zone = haikou.settings.zone
    ending = first_of(haikou, JINMAO.squad)
    squad = squad_of(haikou, ending)
    last = START.astimezone(zone).date() + timedelta(days=2)
    answer = ask(
        haikou, squad, Act.PENALTY, "HOU-2", JINMAO.code, local(haikou, last, 22), 8,
        Context(template="HK-1-2-2-4"),
    )  # fmt: skip
    parts = [(one["start"][:16], one["outcome"]) for one in answer["intervals"]]
    assert [moment for moment, _outcome in parts] == ["2026-03-04T22:00", "2026-03-05T00:00"]
    assert parts[0][1] in ALLOWING
    assert parts[1][1] == answer["outcome"] == "DENY"
    assert rules_of(answer) >= {"R03", "R17", "R35"}
    own = {one["person"]: set(one["permitted_acts"]) for one in answer["people"]}
    assert own[ending] >= ASSISTING


def first_of(loaded: Loaded, unit: str) -> str:
    """The officer with the lowest code who serves in a unit."""
    return loaded.session.scalars(
        select(Person.code).join(Posting, Posting.person_id == Person.id).join(Unit, Unit.id == Posting.unit_id)
        .where(Unit.code == unit, Person.kind == "OFFICER").order_by(Person.code).limit(1)
    ).one()  # fmt: skip


def squad_of(loaded: Loaded, code: str) -> tuple[str, ...]:
    squad = loaded.session.scalars(
        select(DutySquadMember.squad_id).join(Person, Person.id == DutySquadMember.person_id).where(Person.code == code)
    ).one()
    return tuple(loaded.session.scalars(
        select(Person.code).join(DutySquadMember, DutySquadMember.person_id == Person.id)
        .where(DutySquadMember.squad_id == squad).order_by(DutySquadMember.position)
    ))  # fmt: skip


# ---- Lixia


def test_lixia_has_eight_forces_and_thirteen_supervisors_of_four_groups(lixia):
    enforcing = lixia.session.scalars(
        select(Unit.code).join(UnitStanding, UnitStanding.unit_id == Unit.id)
        .where(Unit.is_agency, UnitStanding.enforces)
    ).all()  # fmt: skip
    assert len(enforcing) == 8
    rows = lixia.session.execute(
        select(Appointment.supervisor_group, Appointment.valid_from).where(Appointment.role == "SOCIAL_SUPERVISOR")
    ).all()
    assert len(rows) == lixia.demonstration.counts["social_supervisors"] == 13
    assert {group for group, _day in rows} == {"PEOPLES_CONGRESS", "CPPCC", "PARTY_CONGRESS", "MEDIA"}
    assert {day for _group, day in rows} == {date(2018, 4, 19)}


def test_the_market_brigade_begins_in_december_2017_with_its_eight_case_areas(lixia):
    opened = lixia.session.scalars(select(Unit.opened_on).where(Unit.code == "LX-MKT-MSB")).one()
    assert opened == date(2017, 12, 1)
    rows = lixia.session.execute(
        select(AgencyPower.item_code, AgencyPower.valid_from).join(Unit, Unit.id == AgencyPower.unit_id)
        .where(Unit.code == "LX-MKT", AgencyPower.item_code.like("MSB-%"))
    ).all()  # fmt: skip
    assert len(rows) == 8
    assert {day for _item, day in rows} == {date(2017, 12, 1)}


def test_street_squads_answer_to_the_bureau_and_to_the_street(lixia):
    rows = lixia.session.scalars(select(Posting).where(Posting.kind == "DISPATCH")).all()
    codes = {unit.id: unit.code for unit in registry.units(lixia.session)}
    assert len(rows) == 48
    assert {codes[row.business_unit_id] for row in rows} == {"LX-CEB"}
    assert all(codes[row.daily_unit_id].startswith("LX-J") for row in rows)
    assert all(row.valid_from <= date(2017, 12, 31) for row in rows)


def test_lixia_answers_s12_food_hygiene_stays_with_the_food_and_drugs_force(lixia):
    moment = local(lixia, date(2018, 5, 10), 9)
    answer = ask(lixia, ("LX-0013", "LX-0014"), Act.PENALTY, "FDA-0", "37010001", moment)
    assert answer["outcome"] == "DENY"
    said = [one["message"]["zh"] + one["remedy"]["zh"] for one in answer["reasons"] if one["rule"] == "R14"]
    assert said
    assert all("食品药品" in one for one in said)


def test_lixia_answers_s12_trading_in_the_street_is_the_street_squads(lixia):
    moment = local(lixia, date(2018, 5, 10), 9)
    answer = ask(lixia, ("LX-0013", "LX-0014"), Act.PENALTY, "SAP-1", "37010001", moment)
    assert answer["outcome"] == "ALLOW"
    assert "R30" in {one["rule"] for one in answer["obligations"]}


def test_the_food_and_drugs_force_may_do_what_the_bureau_may_not(lixia):
    moment = local(lixia, date(2018, 5, 10), 9)
    assert ask(lixia, ("FDA-0001", "FDA-0002"), Act.PENALTY, "FDA-0", "37010001", moment)["outcome"] == "ALLOW"


def test_lixia_answers_s14_a_social_supervisor_observes_and_inspects_nothing(lixia):
    moment = local(lixia, date(2018, 4, 20), 9)
    answer = ask(lixia, ("LX-S01",), Act.INSPECT, "SAP-1", "37010001", moment)
    assert answer["outcome"] == "DENY"
    assert "R11" in rules_of(answer)
    account = lixia.session.scalars(select(Account.id).where(Account.username == "soc")).one()
    assert set(actor_of(lixia.session, account).grants) == {P.OBSERVATIONS_REPORT}


# ---- Guangning


def test_guangning_holds_housing_and_plans_the_other_five(guangning):
    rows = guangning.session.execute(
        select(AgencyPower.item_code, AgencyPower.status, AgencyPower.valid_from, AgencyPower.published_on)
    ).all()
    held = [row for row in rows if row.status == "HELD"]
    assert {(row.valid_from, row.published_on) for row in held} == {(date(2017, 9, 30), date(2017, 9, 30))}
    assert {row.item_code[:3] for row in held} == {"HOU"}
    assert Counter(row.status for row in rows) == {"HELD": 4, "PLANNED": 18}


def test_guangning_has_its_programme_with_some_who_never_finished(guangning):
    programme = next(one for one in training.programmes(guangning.session) if one.code == "GN-2018")
    assert programme.deadline == date(2018, 6, 30)
    done = training.completion(guangning.session, programme, date(2026, 3, 2))
    assert done.total - done.complete == 5
    assert done.complete == 55


def test_guangning_has_no_more_auxiliaries_than_staff(guangning):
    counts = guangning.demonstration.counts
    assert 0 < counts["auxiliaries"] <= counts["officers"]


def test_guangning_answers_s07_housing_is_taken_over_and_the_river_is_not(guangning):
    moment, pair = local(guangning, date(2017, 12, 20), 9), ("GN-0011", "GN-0012")
    assert ask(guangning, pair, Act.PENALTY, "HOU-1", "44120001", moment)["outcome"] == "ALLOW"
    answer = ask(guangning, pair, Act.PENALTY, "WTR-1", "44120001", moment)
    assert answer["outcome"] == "DENY"
    said = [one["message"]["zh"] + one["remedy"]["zh"] for one in answer["reasons"] if one["rule"] == "R14"]
    assert any("县水务局" in one for one in said)


@pytest.mark.parametrize(
    ("day", "outcome", "rule"),
    [(date(2018, 6, 30), "ALLOW_WITH_WARNINGS", "R39"), (date(2018, 7, 1), "DENY", "R39")],
    ids=["the last day", "the day after"],
)
def test_guangning_answers_s08_an_unfinished_rotation_warns_and_then_denies(guangning, day, outcome, rule):
    answer = ask(guangning, ("GN-0051", "GN-0011"), Act.PENALTY, "HOU-1", "44120001", local(guangning, day, 9))
    own = next(one for one in answer["people"] if one["person"] == "GN-0051")
    assert own["outcome"] == outcome
    assert rule in own["reasons"]


@pytest.mark.slow
def test_guangning_loads_on_postgresql(tmp_path: Path):
    with postgresql(tmp_path) as url:
        for loaded in fresh(url, tmp_path, locality="guangning"):
            assert verify(loaded.session)[1] is None
            assert loaded.demonstration.counts["officers"] == 62


# ---- Rugao


def test_rugao_dispatches_36_by_the_numbers_for_towns_and_streets(rugao):
    rows = rugao.session.execute(
        select(Unit.kind, func.count()).join(Posting, Posting.unit_id == Unit.id)
        .where(Posting.kind == "DISPATCH").group_by(Unit.id, Unit.kind)
    ).all()  # fmt: skip
    assert sum(number for _kind, number in rows) == rugao.demonstration.counts["dispatched"] == 36
    assert {number for kind, number in rows if kind == "TOWN_OFFICE"} == {2, 3}
    assert {number for kind, number in rows if kind == "STREET_OFFICE"} == {3, 4}
    assert len(rows) == len(rugao.session.scalars(select(Area.code).where(Area.kind == "TOWN")).all())


def test_rugao_keeps_its_recruits_at_the_brigade(rugao):
    codes = ["RG-0096", "RG-0097", "RG-0098", "RG-0099"]
    rows = registry.people_by_codes(rugao.session, codes, date(2026, 3, 2))
    brigade = registry.unit_by_code(rugao.session, "RG-D").id
    assert {row.unit_id for row in rows} == {brigade}


def test_rugao_holds_its_powers_from_april_2017_with_the_departments_they_came_from(rugao):
    rows = rugao.session.execute(
        select(AgencyPower.item_code, AgencyPower.valid_from, AgencyPower.note).where(AgencyPower.status == "HELD")
    ).all()
    since = {item: day for item, day, _note in rows}
    assert {since[item] for item in ("HOU-1", "HOU-Q", "CAD-1", "ENV-3")} == {date(2017, 4, 1)}
    assert since["ENV-1"] < date(2017, 4, 1)
    assert {note for item, _day, note in rows if item == "CAD-1"} == {"划转自人防部门"}


@pytest.mark.parametrize(
    ("code", "outcome", "rules"),
    [("RG-0091", "ALLOW", set()), ("RG-0092", "DENY", {"R29"}), ("RG-0093", "DENY", {"R27", "R29"})],
    ids=["a year exactly", "a day short", "a recruit"],
)
def test_rugao_answers_s10_who_may_be_dispatched(rugao, code, outcome, rules):
    moment = local(rugao, date(2018, 4, 16), 9)
    answer = ask(rugao, (code,), Act.DISPATCH, None, None, moment, context=Context(unit="RG-T01"))
    assert answer["outcome"] == outcome
    assert {one["rule"] for one in answer["reasons"] if one["severity"] == "DENY"} == rules


def test_rugao_answers_that_a_full_town_takes_nobody_more(rugao):
    moment = local(rugao, date(2018, 4, 16), 9)
    context = replace(Context(), unit="RG-T09")
    answer = ask(rugao, ("RG-0091",), Act.DISPATCH, None, None, moment, context=context)
    assert answer["outcome"] == "DENY"
    assert rules_of(answer) == {"R29"}
