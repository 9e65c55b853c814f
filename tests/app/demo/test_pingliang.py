"""The demonstration is whole, agrees with its document, and lives at whatever moment it is loaded."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app import demo
from app.accounts import service as accounts
from app.accounts.models import Account
from app.accounts.queries import actor_of
from app.bank.models import Item, ItemStatus
from app.core.errand import Errand
from app.core.errors import Refused
from app.core.permissions import Actor, P, system_actor
from app.credentials import queries as credentials
from app.credentials.models import IssuedDocument
from app.eligibility.decision import Outcome
from app.eligibility.facts import Question
from app.eligibility.service import check
from app.exams import service as exams
from app.exams.models import AnswerJournal, Attempt, Result, Sitting
from app.exams.queries import passes
from app.exams.service.attempts import receipt_code
from app.exams.service.marking import final_answers, mark_attempt
from app.ledger.service import verify
from app.regimes.codes import Act, CertificateState
from app.registry import identity
from app.registry import queries as registry
from app.registry.models import AgencyPower, Employment, Person, Posting, Sanction, Separation, Unit, UnitStanding
from app.training import queries as training
from certificates.verify import verify_pdf
from tests.app.demo.conftest import Loaded, fresh
from tests.conftest import START, postgresql, thorough

pytestmark = pytest.mark.xdist_group("pingliang")  # a load takes long: one process has it

TODAY = date(2026, 3, 2)
COUNTIES = ("KT", "JC", "LT", "CX", "HT", "ZL", "JN")


def actor(loaded: Loaded, name: str) -> Actor:
    account = loaded.session.scalars(select(Account.id).where(Account.username == name)).one()
    return actor_of(loaded.session, account)


def person(loaded: Loaded, code: str) -> int:
    return loaded.session.scalars(select(Person.id).where(Person.code == code)).one()


def posts(loaded: Loaded, code: str, day: date) -> int | None:
    unit = registry.unit_by_code(loaded.session, code)
    return registry.strengths(loaded.session, day)[unit.id].posts


def test_posts_add_up_as_the_document_says(pingliang):
    counties = [f"PL-{short}" for short in COUNTIES]
    before = sum(posts(pingliang, code, date(2016, 6, 1)) for code in counties)
    after = sum(posts(pingliang, code, TODAY) for code in counties)
    city = posts(pingliang, "PL-CITY-S", TODAY)
    assert (before, after - before, city) == (516, 109, 5)
    assert before + city + (after - before) == posts(pingliang, "PL-CITY", TODAY) == 630
    assert (posts(pingliang, "PL-CX", date(2016, 6, 1)), posts(pingliang, "PL-CX", TODAY)) == (15, 67)


def test_nobody_stands_above_the_posts(pingliang):
    found = registry.strengths(pingliang.session, TODAY)
    over = {unit.code for unit in registry.units(pingliang.session) if found[unit.id].over_by}
    assert over == set()


def test_seven_bureaus_enforce_and_the_city_body_does_not(pingliang):
    rows = pingliang.session.execute(
        select(Unit.code, UnitStanding.enforces)
        .join(UnitStanding, UnitStanding.unit_id == Unit.id)
        .where(Unit.kind.in_(("BUREAU", "SUPERVISION_BODY")), UnitStanding.superseded_at.is_(None))
    ).all()
    assert {code for code, enforces in rows if enforces} == {f"PL-{short}" for short in COUNTIES}
    assert {code for code, enforces in rows if not enforces} == {"PL-CITY", "PL-CITY-S"}


def test_sixteen_squads_became_internal_bodies_of_their_brigades(pingliang):
    squads = pingliang.session.scalars(
        select(Unit.id).where(Unit.kind == "SQUAD", Unit.code.like("PL-KT-%") | Unit.code.like("PL-ZL-%"))
    ).all()
    natures = pingliang.session.execute(
        select(UnitStanding.unit_id, UnitStanding.legal_nature, UnitStanding.valid_from)
        .where(UnitStanding.unit_id.in_(squads), UnitStanding.superseded_at.is_(None))
        .order_by(UnitStanding.unit_id, UnitStanding.valid_from)
    ).all()
    assert len(squads) == 16
    assert [nature for _unit, nature, _day in natures] == ["事业单位", "执法大队内设机构"] * 16


def test_powers_are_held_planned_and_some_not_yet_published(pingliang):
    rows = pingliang.session.execute(
        select(AgencyPower.status, AgencyPower.published_on).where(AgencyPower.superseded_at.is_(None))
    ).all()
    tally = Counter((status, published is not None) for status, published in rows)
    assert tally["HELD", True] > 100
    assert tally["HELD", False] == 7
    assert tally["PLANNED", False] == 18


def test_people_are_of_both_kinds_and_at_every_stage_of_service(pingliang):
    counts = pingliang.demonstration.counts
    assert (counts["officers"], counts["auxiliaries"]) == (520, 260)
    session = pingliang.session
    assert session.scalar(select(func.count(Employment.id)).where(Employment.probation_until >= TODAY)) > 10
    assert set(session.scalars(select(Separation.reason))) == {"RETIRED", "RESIGNED", "TRANSFERRED"}
    assert "DUTY_SUSPENSION" in set(session.scalars(select(Sanction.kind)))
    dispatched = session.scalars(select(Posting).where(Posting.kind == "DISPATCH")).all()
    assert len(dispatched) > 30
    assert all(one.business_unit_id and one.daily_unit_id == one.unit_id for one in dispatched)


def test_identity_numbers_are_sound_sealed_and_all_different(pingliang):
    vault = identity.Vault(pingliang.settings.identity_key)
    rows = pingliang.session.execute(select(Person.id_sealed, Person.id_index)).all()
    numbers = [vault.open(sealed) for sealed, _index in rows]
    assert len(set(numbers)) == len({index for _sealed, index in rows}) == len(rows) == 780
    assert {identity.fault(number) for number in numbers} == {None}
    assert {number[:4] for number in numbers} == {"6299"}


def test_the_bank_is_final_and_nobody_reviewed_their_own(pingliang):
    session = pingliang.session
    assert set(session.scalars(select(Item.status))) == {"FINAL"}
    steps = session.execute(select(ItemStatus.status, ItemStatus.label).distinct()).all()
    assert set(steps) == {("DRAFT", "edi"), ("REVIEW", "edi"), ("FINAL", "rui")}


def test_certificates_are_in_every_state(pingliang):
    rows = credentials.certificates(pingliang.session, None, credentials.Wanted(), START, pingliang.settings.zone)
    tally = Counter(row.state for row in rows)
    assert tally.keys() >= {state.value for state in CertificateState} | {"EXPIRED", "EXPIRING"}
    assert tally["ACTIVE"] > 400
    assert sum(row.sealed for row in rows) == 6


def test_somebody_is_ready_for_the_issuer_and_somebody_lacks_only_a_photo(pingliang):
    ian = actor(pingliang, "ian")
    rows = credentials.ready_to_issue(pingliang.session, ian.scope(P.CREDENTIALS_ISSUE), TODAY)
    assert sum(row.ready for row in rows) >= 5
    assert any([problem.code for problem in row.problems] == ["no-photo"] for row in rows)


def test_sealed_documents_verify_against_the_root_of_the_site(pingliang):
    (root,) = (path.read_bytes() for path in (pingliang.settings.instance / "pki").glob("root-*.crt"))
    pdf = pingliang.session.scalars(select(IssuedDocument.content)).first()
    assert verify_pdf(pdf, [root], START).outcome.value == "GENUINE"


def test_the_spring_sitting_is_released_with_passes_and_failures_and_one_with_57(pingliang):
    rows = pingliang.session.execute(
        select(Result.score, Result.passed)
        .join(Sitting, Sitting.id == Result.sitting_id)
        .where(Sitting.title == "崆峒区公共法律知识资格考试", Sitting.released_at.is_not(None))
    ).all()
    assert len(rows) == 24
    assert {passed for _score, passed in rows} == {True, False}
    assert (57, False) in {(int(score), passed) for score, passed in rows}
    assert (60, True) in {(int(score), passed) for score, passed in rows}


def test_results_of_former_years_are_those_the_exam_room_would_give(pingliang):
    """Marking a paper again from its journal and its keys changes nothing."""
    session = pingliang.session
    old = session.scalars(
        select(Result).join(Sitting, Sitting.id == Result.sitting_id).where(Sitting.title.contains("全员")).limit(20)
    ).all()
    for one in old:
        before = (one.score, one.out_of, one.pass_percent, one.pass_mark, one.passed, one.places)
        again = session.get_one(Result, mark_attempt(session, system_actor("test"), one.attempt_id, now=START))
        assert (again.score, again.out_of, again.pass_percent, again.pass_mark, again.passed, again.places) == before
        receipt = exams.receipt_of(session.get_one(Attempt, one.attempt_id))
        assert receipt.code == receipt_code(
            one.attempt_id, receipt.submitted_at, final_answers(session, one.attempt_id)
        )


def test_answers_of_the_spring_sitting_stand_in_a_journal_of_several_saves(pingliang):
    moments = pingliang.session.scalar(select(func.count(AnswerJournal.saved_at.distinct())))
    assert moments > 3 * 48


def test_the_recruit_can_practise_at_once_and_sit_nothing_formal(pingliang):
    xin, session = actor(pingliang, "xin"), pingliang.session
    practice = session.scalars(select(Sitting.id).where(Sitting.open_practice.is_(True))).first()
    started = exams.start_attempt(session, xin, practice, "device", now=START, zone=pingliang.settings.zone)
    assert started.fresh
    assert passes(session, [xin.person_id])[xin.person_id] == []
    assert credentials.certificate_facts(session, [xin.person_id])[xin.person_id] == []


def test_a_formal_sitting_with_candidates_and_an_invigilator_is_planned_for_next_week(pingliang):
    session = pingliang.session
    coming = session.scalars(select(Sitting).where(Sitting.kind == "FORMAL", Sitting.opens_at > START)).all()
    assert {one.paper for one in coming} == {"PUBLIC_LAW", "PROFESSIONAL"}
    for one in coming:
        assert START < one.opens_at < START + timedelta(days=8)
        made = exams.generate_papers(session, actor(pingliang, "tan"), one.id, now=START, zone=pingliang.settings.zone)
        assert made.made > 5
        assert made.waiting == 0


def test_most_have_their_sixty_hours_of_last_year_and_some_do_not(pingliang):
    session = pingliang.session
    ids = session.scalars(select(Person.id).where(Person.kind == "OFFICER", Person.code.like("KT-%"))).all()
    totals = [row.total for row in training.hours(session, ids, 2025).values()]
    assert sum(total >= 60 for total in totals) > len(totals) / 2
    assert sum(0 < total < 60 for total in totals) > 5


def test_the_programme_of_2017_is_done_by_nearly_all_who_were_in_post(pingliang):
    session = pingliang.session
    programmes = {one.code: one for one in training.programmes(session)}
    old = training.completion(session, programmes["PL-2017"], TODAY)
    assert 0 < old.total - old.complete < 10
    assert old.total > 250
    new = training.completion(session, programmes["PL-2026-UP"], TODAY)
    assert programmes["PL-2026-UP"].deadline == TODAY + timedelta(days=60)
    assert 0 < new.complete < new.total


def test_two_officers_of_kongtong_may_impose_a_penalty_tonight(pingliang):
    outcome = ask(pingliang, ("KT-0023", "KT-0032"), "ENV-3", "62080001")
    assert outcome in (Outcome.ALLOW, Outcome.ALLOW_WITH_WARNINGS)


@pytest.mark.parametrize(
    ("people", "item", "place"),
    [
        (("KT-0023", "KT-0150"), "ENV-3", "62080001"),
        (("KT-0023", "KT-0035"), "ENV-3", "62080001"),
        (("KT-0023",), "ENV-3", "62080001"),
        (("KT-0023", "KT-X001"), "ENV-3", "62080001"),
        (("KT-0023", "KT-0032"), "FD-3", "62080001"),
        (("KT-0023", "KT-0032"), "ENV-3", "62080005"),
    ],
    ids=[
        "with a recruit",
        "with somebody suspended",
        "alone",
        "with an auxiliary",
        "unpublished item",
        "another county",
    ],
)
def test_the_supervisor_also_meets_denials(pingliang, people, item, place):
    assert ask(pingliang, people, item, place) == Outcome.DENY


def ask(loaded: Loaded, people: tuple[str, ...], item: str, place: str) -> Outcome:
    start = START + timedelta(hours=1)
    question = Question(people, Act.PENALTY, item, place, start, start + timedelta(hours=8))
    return check(loaded.session, actor(loaded, "sun"), question, today=TODAY, now=START).decision.outcome


def test_one_time_passwords_sign_in_and_must_be_changed(pingliang):
    assert len(pingliang.demonstration.accounts) == 12
    for name, words, password in pingliang.demonstration.accounts:
        token = accounts.sign_in(pingliang.session, name, password, address="", agent="", profile="djbh", now=START)
        found = accounts.signed_in_by(Errand(pingliang.session), token, START).get()
        assert found is not None
        assert found.must_change
        assert " / " in words


def test_passwords_differ_between_accounts_and_are_not_kept(pingliang):
    passwords = [password for _name, _words, password in pingliang.demonstration.accounts]
    kept = pingliang.session.scalars(select(Account.password_hash)).all()
    assert len(set(passwords)) == 12
    assert all(one.startswith("$argon2id$") for one in kept)


def test_the_ledger_is_sound_from_the_first_entry_to_the_last(pingliang):
    sound, broken = verify(pingliang.session)
    assert broken is None
    assert sound == pingliang.demonstration.counts["ledger_entries"]


def test_a_database_that_holds_data_is_left_alone(pingliang):
    with pytest.raises(Refused, match="wants an empty one"):
        demo.load(pingliang.session, "pingliang", pingliang.settings, START)


@pytest.mark.slow
@pytest.mark.parametrize(
    "now",
    [
        pytest.param(datetime(2028, 2, 29, 15, 40, tzinfo=UTC), id="before midnight on a leap day"),
        pytest.param(datetime(2027, 1, 1, 0, 20, tzinfo=UTC), id="on the morning of New Year's Day", marks=thorough),
    ],
)
def test_it_loads_on_awkward_days(tmp_path: Path, now: datetime):
    for loaded in fresh(f"sqlite:///{tmp_path / 'demo.sqlite'}", tmp_path, now):
        rows = credentials.certificates(loaded.session, None, credentials.Wanted(), now, loaded.settings.zone)
        assert {row.state for row in rows} >= {state.value for state in CertificateState} | {"EXPIRED", "EXPIRING"}


@pytest.mark.slow
@thorough
def test_it_loads_on_postgresql(tmp_path: Path):
    with postgresql(tmp_path) as url:
        for loaded in fresh(url, tmp_path):
            assert verify(loaded.session)[1] is None
            assert loaded.demonstration.counts["officers"] == 520
