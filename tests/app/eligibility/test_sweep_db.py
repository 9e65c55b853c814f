"""The five-minute look finds everybody about whom something that a judgement reads was recorded or superseded."""

from datetime import date, timedelta

import pytest
from sqlalchemy import inspect, select, text

from app.core.database import Base
from app.core.facts import supersede
from app.credentials.models import Certificate, CertificateReview
from app.eligibility.queries.states import DATED_TWICE, due_after
from app.eligibility.queries.tracing import _LOOKING
from app.exams.models import Sitting
from app.registry.models import Appointment, Relation
from tests.app.credentials.conftest import add_result, add_sitting
from tests.conftest import START

BEGINS = date(2026, 3, 2)
SINCE = START + timedelta(hours=1)
NOW = SINCE + timedelta(minutes=5)


def found(session):
    return due_after(session, 0, SINCE, NOW)


@pytest.mark.parametrize(
    ("model", "what"),
    [(Relation, {"kind": "KIN", "party": "某店"}), (Appointment, {"role": "LEGAL_REVIEWER"})],
)
def test_a_relation_or_an_office_recorded_or_superseded_since_is_found(session, people, model, what):
    person = people("KT-0101")
    row = model(person_id=person, valid_from=BEGINS, recorded_at=START, recorded_by="test", **what)
    session.add(row)
    session.flush()
    assert found(session) == []
    supersede(session, row, NOW)
    assert found(session) == [person]
    row.recorded_at, row.superseded_at = NOW, None
    session.flush()
    assert found(session) == [person]


def test_a_review_of_a_certificate_recorded_since_is_found(session, kt):
    kt.officer("KT-0017")
    certificate = session.scalars(select(Certificate)).one()
    assert certificate.person_id not in found(session)
    review = CertificateReview(
        certificate_id=certificate.id, reviewed_on=BEGINS, reviewed_by="市司法局", evidence="年审〔2026〕1号",
        recorded_at=NOW, recorded_by="test",
    )  # fmt: skip
    session.add(review)
    session.flush()
    assert found(session) == [certificate.person_id]


def test_a_result_counts_as_new_when_it_is_released(session, people, house):
    person = people("KT-0101")
    sitting = add_sitting(session, house.bureau, "PUBLIC_LAW", date(2026, 2, 20))
    add_result(session, sitting, person, date(2026, 2, 20))
    assert found(session) == []
    session.get(Sitting, sitting).released_at = NOW
    session.flush()
    assert found(session) == [person]


def test_every_table_of_a_person_that_a_decision_can_be_traced_to_is_looked_at():
    mapped = {mapper.class_ for mapper in Base.registry.mappers}
    own = {one for one in mapped if {"person_id", "recorded_at", "superseded_at"} <= set(inspect(one).columns.keys())}
    assert own == set(DATED_TWICE)
    assert {"relation", "appointment", "result", "certificate-review"} <= set(_LOOKING)


def test_what_the_look_asks_of_each_table_has_an_index(session):
    looked_at = [model.__tablename__ for model in DATED_TWICE]
    looked_at += ["certificate_state", "certificate_review", "unit_standing"]
    inspector = inspect(session.connection())
    for table in looked_at:
        first = {one["column_names"][0] for one in inspector.get_indexes(table)}
        assert {"recorded_at", "superseded_at"} <= first, table
    assert "recorded_at" in {one["column_names"][0] for one in inspector.get_indexes("certificate")}


def test_sqlite_reads_no_whole_table_for_it(session):
    if session.get_bind().dialect.name != "sqlite":
        pytest.skip("the plan of an almost empty PostgreSQL table is always a scan")
    asked = "SELECT person_id FROM posting WHERE recorded_at >= '2026' OR superseded_at >= '2026'"
    plan = [row[-1] for row in session.execute(text(f"EXPLAIN QUERY PLAN {asked}"))]
    assert plan
    assert not [step for step in plan if step.startswith("SCAN")]
