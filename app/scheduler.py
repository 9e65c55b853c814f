"""Switchboard of the jobs: every sweep with its interval, run by a process of its own under a lease.

What needs a private key is not here but in `app/sealer.py`, which runs the same class in another process. Sweeps are
idempotent and claim one due thing at a time, so a job that runs twice, late or not at all does no harm.
"""

import logging
import os
import secrets
import signal
import socket
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from types import FrameType

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from flask import Flask

from app.accounts import jobs as accounts
from app.bank import jobs as bank
from app.core.clock import Clock
from app.core.lease import acquire, release
from app.credentials import jobs as credentials
from app.eligibility import jobs as eligibility
from app.exams import jobs as exams
from app.extensions import db
from app.training import jobs as training

LEASE = "scheduler"
LEASE_SECONDS = 45
BEAT_SECONDS = 15

# (name, what it does: returns how many things it finished, every so many seconds)
Job = tuple[str, Callable[[datetime], int], int]

JOBS: list[Job] = [
    ("outbox", accounts.send_outbox, 10),
    ("sessions", accounts.forget_sessions, 3600),
    ("qualifications", credentials.recognise, 900),
    ("statutes", bank.begin_statutes, 900),
    ("reminders", training.remind_deadlines, 3600),
    ("renewals", credentials.remind_holders, 3600),
    ("papers", exams.generate_due_papers, 60),
    ("overdue", exams.close_overdue, 5),
    ("figures", exams.compute_figures, 60),
    ("everyone", eligibility.look_at_everyone, 900),
    ("standing", eligibility.look_at_due, 300),
    ("webhooks", eligibility.send_webhooks, 10),
    ("webhooks-forgotten", eligibility.forget_webhooks, 3600),
    ("what-ifs", eligibility.run_what_ifs, 10),
]

log = logging.getLogger("chizheng.scheduler")


class Scheduler:
    """Runs the sweeps while this process holds the lease; another process waits until it lapses."""

    def __init__(self, app: Flask, lease: str = LEASE, jobs: Sequence[Job] = tuple(JOBS)) -> None:
        self._app = app
        self._lease = lease
        self._jobs = jobs
        self._holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._held_until: datetime | None = None
        self._stop = threading.Event()
        zone = app.config["SETTINGS"].zone
        self._timer = BackgroundScheduler(
            timezone=zone, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )

    def run(self) -> None:
        """Beat and sweep until told to stop by SIGTERM or SIGINT."""
        signal.signal(signal.SIGTERM, self._told_to_stop)
        signal.signal(signal.SIGINT, self._told_to_stop)
        self._beat()
        self._timer.add_job(self._beat, IntervalTrigger(seconds=BEAT_SECONDS), id="heartbeat")
        for name, sweep, seconds in self._jobs:
            self._timer.add_job(
                self._sweep, IntervalTrigger(seconds=seconds), args=[name, sweep], id=name, next_run_time=self._now()
            )
        self._timer.start()
        self._stop.wait()
        self._timer.shutdown(wait=True)
        self._give_up()

    def _told_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stop.set()

    def _now(self) -> datetime:
        clock: Clock = self._app.extensions["clock"]
        return clock.now()

    def _beat(self) -> None:
        with self._app.app_context():
            try:
                now = self._now()
                held = acquire(db.session(), self._lease, self._holder, now, LEASE_SECONDS)
                db.session.commit()
                if held and self._held_until is None:
                    log.info("lease taken", extra={"lease": self._lease, "holder": self._holder})
                self._held_until = now + timedelta(seconds=LEASE_SECONDS) if held else None
            except Exception:
                log.exception("heartbeat failed")

    def _sweep(self, name: str, sweep: Callable[[datetime], int]) -> None:
        if self._held_until is None or self._now() >= self._held_until:
            return
        with self._app.app_context():
            try:
                done = sweep(self._now())
            except Exception:
                log.exception("job failed", extra={"job": name})
            else:
                if done:
                    log.info("job done", extra={"job": name, "done": done})

    def _give_up(self) -> None:
        self._held_until = None
        with self._app.app_context():
            release(db.session(), self._lease, self._holder, self._now())
            db.session.commit()
