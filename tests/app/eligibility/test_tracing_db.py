"""From a record to the decisions it bears on; an answer of then beside the one of now."""

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import select

from app.core.errors import NotFound
from app.core.permissions import Actor, P
from app.credentials.models import Certificate, CertificateStateChange
from app.eligibility import queries, service
from app.eligibility.facts import Question
from app.eligibility.models import DecisionRecord, FactSet, FactSetRecord
from app.exams.models import Result
from app.ledger.models import LedgerEntry
from app.regimes.codes import Act
from tests.app.eligibility.rows import LONG_AGO, PLACE, START, change
from tests.conftest import PROJECT

ZONE = ZoneInfo("Asia/Shanghai")
EAST = timezone(timedelta(hours=8))
TODAY = date(2026, 3, 2)
SHIFT = datetime(2026, 3, 10, 9, tzinfo=EAST)


@pytest.fixture
def pair(kt):
    """Two officers whom every rule passes."""
    return kt.officer("KT-0017"), kt.officer("KT-0021")


@pytest.fixture
def ask(session, operator, pair):
    """Ask about a shift of the two; returns the answer."""

    def asked(*people, now=START, start=SHIFT, known_at=None):
        question = Question(
            people or ("KT-0017", "KT-0021"), Act.PENALTY, "HOU-2", PLACE, start, start + timedelta(hours=3),
            known_at=known_at,
        )  # fmt: skip
        return service.check(session, operator, question, today=TODAY, now=now)

    return asked


@pytest.fixture
def traced(session, operator):
    """The decisions a record bears on."""

    def trace(fact_id, actor=operator, *, recompute=True, offset=0):
        return service.trace(
            session, actor, fact_id, recompute=recompute, offset=offset, today=date(2026, 3, 20), zone=ZONE
        )

    return trace


def held(session, person):
    return session.scalars(select(Certificate).where(Certificate.person_id == person)).one()


def suspend(session, person, at, recorded):
    """A suspension recorded at its own time; returns the fact's id."""
    change(session, held(session, person).id, "SUSPENDED", at, recorded=recorded)
    return f"certificate-state:{session.scalars(select(CertificateStateChange.id)).all()[-1]}"


def reader(unit):
    scope = frozenset({unit})
    return Actor("sun", grants={P.ELIGIBILITY_READ: scope, P.ELIGIBILITY_CHECK: scope})


def test_the_records_of_a_fact_are_the_rows_it_is_made_of():
    for fact, records in {
        "result:12": ("result:12",),
        "employment:3/posting:8/dispatch:9": ("employment:3", "posting:8", "posting:9"),
        "standing:1/area:4.5": ("standing:1", "area:4", "area:5"),
        "power:7/unpublished": ("power:7",),
        "attendance:2/LAW": ("attendance:2",),
        "entry:3": ("employment:3",),
        "roster:6": ("profile:6",),
        "nonsense": (),
    }.items():
        assert queries.records_of(fact) == records


def _fact_ids(session, decision_id):
    return session.get(FactSet, session.get(DecisionRecord, decision_id).facts_digest).fact_ids


def test_a_decision_keeps_every_record_it_rested_on_by_an_index(session, ask):
    answer = ask()
    kept = session.get(DecisionRecord, answer.id)
    found = set(session.scalars(select(FactSetRecord.fact_id).where(FactSetRecord.digest == kept.facts_digest)))
    assert found == {
        name for fact in session.get(FactSet, kept.facts_digest).fact_ids for name in queries.records_of(fact)
    }
    assert {name.partition(":")[0] for name in found} >= {"certificate", "result", "employment", "profile", "power"}


def test_the_records_of_a_decision_are_only_ever_added_to(session, ask):
    ask()
    row = session.scalars(select(FactSetRecord)).first()
    row.fact_id = "result:0"
    with pytest.raises(RuntimeError, match="only ever added to"):
        session.flush()


def test_the_migration_finds_the_records_that_the_room_finds(session, ask):
    config = Config()
    config.set_main_option("script_location", str(PROJECT / "migrations"))
    migration = ScriptDirectory.from_config(config).get_revision("0011").module
    facts = _fact_ids(session, ask().id)
    for fact in [
        *facts,
        "standing:1/area:4.5",
        "employment:3/dispatch:9",
        "legal-qualification:3",
        "headcount:A@2026-01-01",
    ]:
        assert tuple(dict.fromkeys(migration._records(fact))) == queries.records_of(fact)


def test_a_suspension_recorded_three_days_late_shows_in_both_times(session, pair, ask, traced):
    """In force from 8 March, recorded on 11 March; the shift of 10 March was asked about on 9 March."""
    between = datetime(2026, 3, 9, 4, tzinfo=EAST)
    recorded = datetime(2026, 3, 11, 9, tzinfo=EAST)
    made = ask(now=between)
    assert made.json["outcome"] == "ALLOW"
    fact = suspend(session, pair[0], datetime(2026, 3, 8, 0, tzinfo=EAST), recorded)
    later = recorded + timedelta(hours=1)
    assert ask(now=later, known_at=between).json["outcome"] == "ALLOW"
    now = ask(now=later)
    assert now.json["outcome"] == "DENY"
    assert {one["rule"] for one in now.json["reasons"]} >= {"R05"}
    found = {one.row.decision.id: one for one in traced(fact).decisions}
    blind = found[made.id]
    assert (blind.row.rested, blind.row.decision.outcome, blind.now, blind.changed) == (False, "ALLOW", "DENY", True)
    assert (found[now.id].row.rested, found[now.id].now, found[now.id].changed) == (True, "DENY", False)


def test_a_decision_about_another_time_or_another_person_is_not_named(session, pair, ask, traced):
    before = ask("KT-0017", now=START, start=datetime(2026, 3, 6, 9, tzinfo=EAST))
    other = ask("KT-0021", now=START)
    last = ask("KT-0017", now=START, start=datetime(2026, 3, 7, 20, 59, tzinfo=EAST))
    first = ask("KT-0017", now=START, start=datetime(2026, 3, 7, 21, 1, tzinfo=EAST))
    fact = suspend(session, pair[0], datetime(2026, 3, 8, tzinfo=EAST), datetime(2026, 3, 11, tzinfo=EAST))
    found = {one.row.decision.id for one in traced(fact, recompute=False).decisions}
    assert found == {first.id}
    assert not found & {before.id, other.id, last.id}


def test_a_decision_that_rested_on_a_result_is_found_when_the_result_is_regraded(session, operator, pair, ask, traced):
    made = ask()
    old = session.scalars(select(Result).where(Result.person_id == pair[0]).order_by(Result.id)).first()
    regraded = START + timedelta(days=2)
    old.superseded_at = regraded
    session.flush()
    new = Result(
        attempt_id=old.attempt_id, sitting_id=old.sitting_id, person_id=old.person_id, marking=2, score=Decimal(40),
        out_of=old.out_of, pass_percent=60, pass_mark=Decimal(60), passed=False, places=[], recorded_at=regraded,
        recorded_by="t", reason="key fixed",
    )  # fmt: skip
    session.add(new)
    session.flush()
    rested = traced(f"result:{old.id}")
    assert [(one.row.decision.id, one.row.rested, one.now) for one in rested.decisions] == [(made.id, True, "DENY")]
    assert rested.fact.superseded_at == regraded
    assert rested.says["score"] == "80"
    blind = traced(f"result:{new.id}")
    assert [(one.row.decision.id, one.row.rested) for one in blind.decisions] == [(made.id, False)]
    assert [row.id for row in queries.decisions_resting_on(session, [f"result:{old.id}"])] == [made.id]
    assert queries.decisions_resting_on(session, [f"result:{new.id}"]) == []


def test_nothing_is_recomputed_unless_asked_for_and_one_page_at_a_time(session, pair, ask, traced):
    for minute in range(service.MOST_AT_ONCE + 2):
        ask("KT-0017", now=START + timedelta(minutes=minute))
    fact = f"certificate:{held(session, pair[0]).id}"
    first = traced(fact, recompute=False)
    assert (len(first.decisions), first.total) == (service.MOST_AT_ONCE, service.MOST_AT_ONCE + 2)
    assert {one.now for one in first.decisions} == {None}
    rest = traced(fact, offset=service.MOST_AT_ONCE)
    assert len(rest.decisions) == 2
    assert {one.now for one in rest.decisions} == {rest.decisions[0].row.decision.outcome}


@pytest.mark.parametrize(
    "fact", ["certificate-state:999999", "certificate-state:x", "nothing:1", "", "unit", "result:-1"]
)
def test_a_record_that_is_not_there_is_not_found(pair, traced, fact):
    with pytest.raises(NotFound):
        traced(fact)


def test_a_stranger_learns_nothing_of_a_record(session, house, pair, ask, traced):
    ask()
    fact = f"certificate:{held(session, pair[0]).id}"
    assert traced(fact, reader(house.bureau)).total == 1
    with pytest.raises(NotFound):
        traced(fact, reader(house.other_bureau))


def test_a_power_of_the_agency_leads_to_the_decisions_about_its_people(session, house, ask, traced):
    made = ask()
    power = next(one for one in _fact_ids(session, made.id) if one.startswith("power:"))
    found = traced(power, reader(house.bureau))
    assert [one.row.decision.id for one in found.decisions] == [made.id]
    assert found.says["item"] in {"HOU-2", "TRF-2"}


def test_then_and_now_stand_side_by_side_with_the_fact_that_made_the_difference(session, operator, pair, ask):
    made = ask(now=START)
    fact = suspend(session, pair[0], datetime(2026, 3, 8, tzinfo=EAST), datetime(2026, 3, 11, 9, tzinfo=EAST))
    ledger = session.query(LedgerEntry).count()
    kept = queries.decision(session, made.id, None)
    found = service.compare(session, kept)
    assert (found.then["outcome"], found.now["outcome"]) == ("ALLOW", "DENY")
    assert (found.differs, found.as_recorded) == (True, True)
    changed = {one.id: one for one in found.changes}
    assert (changed[fact].kind, changed[fact].decisive, changed[fact].then) == ("LATER", True, None)
    assert session.query(LedgerEntry).count() == ledger


def test_a_superseded_fact_is_gone_now_and_still_there_then(session, pair, ask):
    early = START - timedelta(days=2)
    fact = suspend(session, pair[0], early, early)
    made = ask(now=START)
    session.get(CertificateStateChange, int(fact.partition(":")[2])).superseded_at = START + timedelta(days=1)
    session.flush()
    found = service.compare(session, queries.decision(session, made.id, None))
    assert (found.then["outcome"], found.now["outcome"]) == ("DENY", "ALLOW")
    assert [(one.id, one.kind) for one in found.changes if one.decisive] == [(fact, "GONE")]


def test_where_nothing_was_recorded_since_then_and_now_agree(session, ask):
    found = service.compare(session, queries.decision(session, ask().id, None))
    assert (found.differs, found.changes, found.as_recorded) == (False, (), True)
    assert LONG_AGO < START
