"""Many certificates at once: sealed by several processes, each once, watched on a page, fetched in one file."""

import io
import multiprocessing
import os
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from app.config import SettingsError, load_settings
from app.core.errors import Invalid, NotFound
from app.credentials import jobs, queries, service
from app.credentials.models import IssuedDocument
from app.credentials.service import pressing
from app.credentials.service.batches import archive
from app.ledger.models import LedgerEntry
from certificates.fast.hands import seal_faces
from certificates.sign import Level
from certificates.verify import verify_pdf
from tests.conftest import START, refused, settings_for

ZONE = ZoneInfo("Asia/Shanghai")
one_engine = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def cohort(session, officer, operator, site, clock) -> list[service.Issued]:
    """Five certificates issued in one act."""
    ids = [officer(f"KT-00{index}", f"王{name}") for index, name in enumerate("安平宁和顺", 30)]
    made = service.issue(session, operator, ids, settings=site, now=clock.now())
    session.commit()
    return made


@pytest.fixture
def batch(session, cohort, operator, clock) -> int:
    found = service.open_batch(session, operator, [one.id for one in cohort], "二月考试发证", clock.now())
    session.commit()
    return found


@pytest.fixture
def sweep(session, site, clock) -> pressing.Sweep:
    return pressing.begin(session, site, clock.now())


def documents(session, sweep: pressing.Sweep, start: int = 0, end: int = 50) -> list[pressing.Pressed]:
    """Sealed documents of those that wait, not kept yet."""
    waiting = pressing.unsealed_after(session, sweep.settings, 0, 50)[start:end]
    return list(pressing._kept(sweep, waiting, seal_faces(sweep.order, [one.face for one in waiting])))


def kept(session) -> dict[str, int]:
    told = session.scalars(
        select(LedgerEntry.subject_id).where(LedgerEntry.event == "credentials.document.sealed")
    ).all()
    return {number: told.count(number) for number in told}


def test_a_batch_is_watched_while_it_is_sealed_and_then_fetched_in_one_file(
    application, session, batch, cohort, sign_in, clock
):
    ian = sign_in("ian")
    waiting = ian.get(f"/credentials/batches/{batch}").text
    assert "二月考试发证" in waiting
    assert "0 of 5" in waiting
    assert "refresh" in waiting
    assert "Sealing 0 of 5 documents" in ian.get("/").text
    with application.test_request_context():
        assert jobs.seal_issued(clock.now()) == 5
    done = ian.get(f"/credentials/batches/{batch}").text
    assert "5 of 5" in done
    assert 'http-equiv="refresh"' not in done
    assert "Sealing" not in ian.get("/").text
    answer = ian.post(f"/credentials/batches/{batch}.zip")
    assert answer.content_type == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as fetched:
        assert fetched.testzip() is None
        held = {name: fetched.read(name) for name in fetched.namelist()}
    stored = {one.number: queries.document(session, ian_actor(session), one.number) for one in cohort}
    assert held == {f"{number}.pdf": content for number, content in stored.items()}
    last = session.scalars(select(LedgerEntry).order_by(LedgerEntry.sequence.desc()).limit(1)).one()
    assert (last.event, last.after["documents"]) == ("credentials.batch.fetched", 5)


def ian_actor(session):
    from app.accounts.models import Account
    from app.accounts.queries import actor_of

    return actor_of(session, session.scalars(select(Account.id).where(Account.username == "ian")).one())


@one_engine
def test_batches_are_listed_and_those_of_other_agencies_do_not_exist(session, batch, sign_in, cast, house):
    from app.accounts import service as accounts
    from app.accounts.policy import Role
    from app.core.permissions import system_actor

    assert "二月考试发证" in sign_in("ian").get("/credentials/batches").text
    accounts.grant_role(
        session, system_actor("test"), cast["stranger"].account_id, Role("ISSUER"), house.other_bureau, now=START
    )
    elsewhere = sign_in("stranger")
    assert "二月考试发证" not in elsewhere.get("/credentials/batches").text
    assert elsewhere.get(f"/credentials/batches/{batch}").status_code == 404
    assert elsewhere.post(f"/credentials/batches/{batch}.zip").status_code == 404
    assert sign_in("tan").get(f"/credentials/batches/{batch}").status_code == 403


@one_engine
def test_a_batch_without_certificates_or_title_or_with_strange_ones_is_refused(session, cohort, operator, clock):
    with refused(Invalid, "nobody-chosen"):
        service.open_batch(session, operator, [], "空", clock.now())
    for title in (" ", "长" * 201):
        with refused(Invalid, "batch-title"):
            service.open_batch(session, operator, [cohort[0].id], title, clock.now())
    with pytest.raises(NotFound):
        service.open_batch(session, operator, [cohort[0].id, 987654], "别人的", clock.now())


def test_a_sweep_that_broke_off_is_taken_up_where_it_stopped_and_no_document_is_made_twice(
    application, session, cohort, operator, site, clock, sweep
):
    assert service.keep_documents(session, operator, documents(session, sweep, 0, 2), now=clock.now()) == 2
    session.commit()
    first = {row.certificate_id: row.sha256 for row in session.scalars(select(IssuedDocument))}
    with application.test_request_context():
        assert jobs.seal_issued(clock.now()) == 3
        assert jobs.seal_issued(clock.now()) == 0
    after = {row.certificate_id: row.sha256 for row in session.scalars(select(IssuedDocument))}
    assert len(after) == 5
    assert after.items() >= first.items()
    assert kept(session) == {one.number: 1 for one in cohort}


def test_of_two_sweeps_over_the_same_certificates_each_document_is_kept_once(
    session, cohort, operator, site, clock, sweep
):
    ours, theirs = documents(session, sweep), documents(session, sweep, 1, 4)
    assert service.keep_documents(session, operator, theirs, now=clock.now()) == 3
    assert service.keep_documents(session, operator, ours, now=clock.now()) == 2
    assert kept(session) == {one.number: 1 for one in cohort}
    assert session.scalar(select(func.count()).select_from(IssuedDocument)) == 5


@one_engine
@pytest.mark.slow
def test_two_processes_seal_in_order(session, cohort, operator, site, clock, sweep):
    root, numbers = service.seal_keys(site, clock.now()).root_pem, []
    for made in pressing.sweep_over(session, sweep, 1, 2):
        [one] = made
        assert one.sealed.level == Level.B_B
        numbers.append(verify_pdf(one.sealed.pdf, [root]).certificate_number)
    assert numbers == [one.number for one in cohort]


@one_engine
@pytest.mark.slow
def test_when_a_helper_is_killed_the_sealing_process_makes_the_rest_itself(
    session, cohort, operator, site, clock, sweep
):
    done = 0
    for made in pressing.sweep_over(session, sweep, 1, 2):
        done += service.keep_documents(session, operator, made, now=clock.now())
        session.commit()
        if done == 1:
            for helper in multiprocessing.active_children():
                helper.kill()
    assert done == 5
    assert kept(session) == {one.number: 1 for one in cohort}


@one_engine
def test_without_a_time_stamp_authority_that_answers_nothing_is_kept_and_the_rest_is_not_tried(
    session, cohort, tmp_path, clock, site
):
    away = settings_for(site.database_url, site.instance, tsa_url="http://127.0.0.1:9/tsa")
    sweep, waiting = pressing.begin(session, away, clock.now()), queries.unsealed(session)
    faces = [one.face for one in pressing.unsealed_after(session, away, 0, 50)]
    made = seal_faces(sweep.order, faces)
    assert (waiting, len(faces)) == (5, 5)
    assert [one.code for one in made] == ["TSA_UNAVAILABLE"] * 2
    assert list(pressing.sweep_over(session, sweep, 5, 1)) == [()]


def test_an_archive_of_any_size_is_written_through_a_small_buffer():
    size, count, largest, whole = 100_000, 300, 0, io.BytesIO()

    def files() -> Iterator[tuple[str, datetime, bytes]]:
        for index in range(count):
            yield f"平执证〔2026〕{index:06d}.pdf", datetime(2026, 5, 1, 9, tzinfo=ZONE), bytes([index % 256]) * size

    for piece in archive(files()):
        largest = max(largest, len(piece))
        whole.write(piece)
    assert largest < size * 1.5
    with zipfile.ZipFile(whole) as made:
        assert made.testzip() is None
        assert len(made.namelist()) == count
        first = made.infolist()[0]
        assert (first.filename, first.date_time) == ("平执证〔2026〕000000.pdf", (2026, 5, 1, 9, 0, 0))
        assert made.read(made.namelist()[7]) == bytes([7]) * size


@one_engine
def test_documents_are_read_one_at_a_time_for_the_archive(session, cohort, operator, site, clock, sweep):
    made = documents(session, sweep)
    service.keep_documents(session, operator, made, now=clock.now())
    found = service.open_batch(session, operator, [one.id for one in cohort], "一次", clock.now())
    pieces = service.fetch_batch(session, operator, found, ZONE, datetime(2026, 5, 1, tzinfo=UTC))
    session.commit()
    largest = max(len(one.sealed.pdf) for one in made)
    assert all(len(piece) < largest + 2000 for piece in pieces)


def test_the_number_of_sealing_processes_is_a_setting(tmp_path):
    environ = {"INSTANCE_PATH": str(tmp_path)}
    assert load_settings(environ).seal_workers == (os.cpu_count() or 1)
    assert load_settings({**environ, "SEAL_WORKERS": "1"}).seal_workers == 1
    with pytest.raises(SettingsError, match="SEAL_WORKERS"):
        load_settings({**environ, "SEAL_WORKERS": "0"})
