"""The scheduler process: of two, one works; told to stop, it gives the lease up. Health as others see it."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from app.accounts import service
from app.accounts.models import OutboxMail
from app.core.lease import Lease, acquire
from app.extensions import db
from app.operation import health
from tests.app.accounts.postbox import Postbox
from tests.conftest import PROJECT, START

PATIENCE_SECONDS = 30


def _until(done, processes=()):
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        assert all(process.poll() is None for process in processes), "a scheduler ended by itself"
        if found := done():
            return found
        time.sleep(0.1)
    raise AssertionError("it did not happen")


def _holder(site):
    with site.app_context():
        lease = db.session.scalar(select(Lease).where(Lease.name == "scheduler"))
        return lease and (int(lease.holder.split(":")[1]), lease.expires_at)


def test_of_two_scheduler_processes_exactly_one_works_and_sigterm_gives_the_lease_up(own_url, build_site, tmp_path):
    url = own_url()
    site = build_site(url)
    with Postbox() as postbox, site.app_context():
        for number in range(5):
            service.write_mail(
                db.session(), key=f"k{number}", recipient="li@example.cn", subject="s", body="b", now=START
            )
        db.session.commit()
        environ = os.environ | {
            "DATABASE_URL": url, "INSTANCE_PATH": str(tmp_path / "run"), "SMTP_URL": postbox.url,
            "IDENTITY_KEY": "ab" * 32, "SECRET_KEY": "s" * 40,
        }  # fmt: skip
        command = [sys.executable, "-m", "app", "scheduler", "run"]
        logs = [(tmp_path / f"log-{n}").open("wb") for n in range(2)]
        processes = [subprocess.Popen(command, cwd=PROJECT, env=environ, stderr=log) for log in logs]
        try:
            _until(lambda: len(postbox.letters) >= 5, processes)
            pid, expires = _holder(site)
            worker = next(process for process in processes if process.pid == pid)
            assert expires > datetime.now(UTC)
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(PATIENCE_SECONDS) == 0
            moment = datetime.now(UTC)
            assert _holder(site)[0] != pid or _holder(site)[1] <= moment
            assert _holder(site)[0] != pid or acquire(db.session(), "scheduler", "next", moment, 1)
        finally:
            for process, log in zip(processes, logs, strict=True):
                process.kill()
                process.wait()
                log.close()
        db.session.rollback()
        assert len(postbox.letters) == 5
        assert db.session.scalars(select(OutboxMail.attempts)).all() == [1] * 5
        taken = [(tmp_path / f"log-{n}").read_text().count("lease taken") for n in range(2)]
        assert max(taken) == 1


@pytest.fixture
def scripts(tmp_path):
    """A folder of migrations whose newest is 0001."""
    folder = tmp_path / "migrations"
    (folder / "versions").mkdir(parents=True)
    (folder / "versions" / "0001_first.py").write_text('revision = "0001"\ndown_revision = None\n')
    return str(folder)


def _stamp(session, revision):
    session.execute(text("CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    session.execute(text("DELETE FROM alembic_version"))
    session.execute(text("INSERT INTO alembic_version VALUES (:r)"), {"r": revision})


def test_readiness_says_which_part_is_not_as_it_should_be(own_site, scripts):
    with own_site.app_context():
        session = db.session()
        found = health.readiness(session, scripts, START)
        assert (found.migrations, found.scheduler, found.is_ready) == ("pending", "silent", False)
        _stamp(session, "0000")
        acquire(session, "scheduler", "a", START, 45)
        assert health.readiness(session, scripts, START).migrations == "pending"
        _stamp(session, "0001")
        found = health.readiness(session, scripts, START + timedelta(seconds=45))
        assert (found.scheduler, found.sealer, found.is_ready) == ("ok", "silent", False)
        acquire(session, "sealer", "b", START, 45)
        assert health.readiness(session, scripts, START + timedelta(seconds=45)).is_ready
        assert health.readiness(session, scripts, START + timedelta(seconds=46)).scheduler == "silent"


def test_a_database_that_cannot_be_reached_is_said_not_raised(tmp_path, scripts):
    from app import create_app
    from tests.conftest import settings_for

    site = create_app(settings_for("postgresql+psycopg://nobody@127.0.0.1:1/none", tmp_path))
    with site.app_context():
        assert health.readiness(db.session(), scripts, START) == health.Readiness(
            "unreachable", "unknown", "unknown", "unknown"
        )
        assert site.test_client().get("/readyz").status_code == 503
        assert site.test_client().get("/healthz").json == {"status": "alive"}
