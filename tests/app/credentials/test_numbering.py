"""Numbers: their form, their check digit, and that none is given twice or skipped."""

import threading
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, create_engine, event, select
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from app.core.database import Base, prepare_engine
from app.core.errors import Refused
from app.core.permissions import system_actor
from app.credentials import service
from app.credentials.models import Certificate, CertificateCounter
from app.credentials.service.numbering import check_digit, new_check_code, number_of, series_of
from tests.app.credentials.conftest import add_photo, add_powers, add_result, add_sitting
from tests.conftest import START, settings_for

THREADS = 64
SAT = date(2026, 2, 20)


@pytest.mark.parametrize(("digits", "check"), [("0794", "5"), ("8609574271", "9"), ("4703689281", "6")])
def test_the_check_digit_is_that_of_iso_7064_mod_11_10(digits, check):
    assert check_digit(digits) == check


def test_every_single_wrong_digit_shows():
    right = "2026000123"
    wrong = {right[:i] + d + right[i + 1 :] for i in range(len(right)) for d in "0123456789"} - {right}
    assert all(check_digit(one) != check_digit(right) for one in wrong)


def test_a_series_is_the_template_with_its_year_and_a_number_fills_the_rest():
    series = series_of("PL-{year}-{serial:06d}-{check}", date(2026, 12, 31))
    assert series == "PL-2026-{serial:06d}-{check}"
    assert number_of(series, 17) == f"PL-2026-000017-{check_digit('2026000017')}"
    assert number_of("甘{serial}", 5) == "甘5"


@pytest.mark.parametrize("template", ["PL-{year}-{check}", "PL-{serial}-{place}"])
def test_a_template_without_a_serial_or_with_an_unknown_field_is_refused(template):
    with pytest.raises(Refused) as caught:
        series_of(template, SAT)
    assert caught.value.code == "numbering-template"


def test_check_codes_differ_and_have_no_letters_that_are_mistaken():
    codes = {new_check_code() for _ in range(500)}
    assert len(codes) == 500
    assert not set("".join(codes)) & set("01OIL")


def _patient(connection, _record) -> None:
    """Wait longer for the write lock than in earnest: the machine that runs the tests may be busy with others."""
    connection.execute("PRAGMA busy_timeout = 60000")


@pytest.fixture
def committed(database_url, application, tmp_path) -> Iterator[Engine]:
    """A database of its own beside the suite's, where commits are real."""
    if database_url.startswith("sqlite"):
        engine = create_engine(f"sqlite:///{tmp_path / 'numbers.sqlite'}", pool_size=THREADS)
        prepare_engine(engine)
        event.listen(engine, "connect", _patient)
        Base.metadata.create_all(engine)
        yield engine
        engine.dispose()
        return
    keeper = create_engine(database_url, isolation_level="AUTOCOMMIT")
    with keeper.connect() as connection:
        connection.exec_driver_sql("CREATE DATABASE numbers")
    engine = create_engine(make_url(database_url).set(database="numbers"), pool_size=THREADS)
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()
    with keeper.connect() as connection:
        connection.exec_driver_sql("DROP DATABASE numbers")
    keeper.dispose()


def _bureau_with_officers(engine: Engine, count: int) -> list[int]:
    from app.registry.models import Area, Employment, Person, PersonProfile, Posting, Unit, UnitArea, UnitStanding

    times = {"valid_from": date(2016, 1, 1), "recorded_at": START, "recorded_by": "test"}
    with Session(engine) as session:
        session.add(Area(code="620802", name_zh="崆峒区", kind="COUNTY", parent_code=None, path="/620802/"))
        unit = Unit(code="KT", name_zh="崆峒区执法局", kind="BUREAU", is_agency=True, regime="pingliang")
        session.add(unit)
        session.flush()
        unit.path, unit.agency_id = f"/{unit.id}/", unit.id
        session.add(UnitStanding(unit_id=unit.id, level="COUNTY", enforces=True, authority_basis="OWN", **times))
        session.add(UnitArea(unit_id=unit.id, area_code="620802", **times))
        add_powers(session, unit.id)
        sittings = [add_sitting(session, unit.id, paper, SAT) for paper in ("PUBLIC_LAW", "PROFESSIONAL")]
        made = []
        for number in range(count):
            person = Person(code=f"KT-{number:04d}", name="王安", kind="OFFICER", created_at=START)
            session.add(person)
            session.flush()
            session.add(PersonProfile(person_id=person.id, name="王安", kind="OFFICER", **times))
            session.add(Employment(person_id=person.id, agency_id=unit.id, category="CIVIL_SERVANT", **times))
            session.add(Posting(person_id=person.id, unit_id=unit.id, kind="HOME", **times))
            for sitting in sittings:
                add_result(session, sitting, person.id, SAT)
            add_photo(session, person.id)
            made.append(person.id)
        session.commit()
        return made


def _at_once(engine: Engine, jobs: list) -> tuple[list[str], list[Exception]]:
    numbers: list[str] = []
    faults: list[Exception] = []
    gate = threading.Barrier(len(jobs))

    def work(job) -> None:
        with Session(engine) as session:
            gate.wait()
            try:
                issued = job(session)
                session.commit()
                numbers.extend(one.number for one in issued)
            except Exception as fault:  # noqa: BLE001 - told to the test
                session.rollback()
                faults.append(fault)

    threads = [threading.Thread(target=work, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=50)
    return numbers, faults


def test_sixty_four_threads_issuing_at_once_give_sixty_four_different_unbroken_numbers(committed, tmp_path):
    people = _bureau_with_officers(committed, THREADS)
    settings = settings_for(str(committed.url), tmp_path)

    def job(person):
        return lambda session: service.issue(session, system_actor("test"), [person], settings=settings, now=START)

    numbers, faults = _at_once(committed, [job(person) for person in people])
    assert faults == []
    series = "PL-2026-{serial:06d}-{check}"
    assert sorted(numbers) == sorted(number_of(series, serial) for serial in range(1, THREADS + 1))
    with Session(committed) as session:
        assert session.scalars(select(CertificateCounter.value)).all() == [THREADS]
        assert sorted(session.scalars(select(Certificate.number))) == sorted(numbers)


def test_an_issue_that_is_rolled_back_leaves_no_gap_and_a_person_gets_one_of_eight_at_once(committed, tmp_path):
    (person, other) = _bureau_with_officers(committed, 2)
    settings = settings_for(str(committed.url), tmp_path)
    with Session(committed) as session:
        service.issue(session, system_actor("test"), [person], settings=settings, now=START)
        session.rollback()

    def job(session):
        return service.issue(session, system_actor("test"), [person], settings=settings, now=START)

    numbers, faults = _at_once(committed, [job] * 8)
    assert numbers == [number_of("PL-2026-{serial:06d}-{check}", 1)]
    assert {getattr(fault, "code", str(fault)) for fault in faults} == {"already-certified"}
    with Session(committed) as session:
        later = service.issue(
            session, system_actor("test"), [other], settings=settings, now=START + timedelta(minutes=1)
        )
        assert later[0].number == number_of("PL-2026-{serial:06d}-{check}", 2)
        session.rollback()
