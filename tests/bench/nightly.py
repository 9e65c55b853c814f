"""Everybody judged afresh: the nightly job over 100,000 officers, and one check in registries of growing size.

The job is the scheduler's own (`everyone`), groups of 500 with their facts loaded together, written and committed; its
peak memory is told beside that of a tenth of the people. One check is facts loaded from the database and judged, the
same few people asked about, in registries of 1,000, 100,000 and 1,000,000 people. BENCH_PEOPLE sets the largest size.
"""

import os
import resource
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy.orm import Session

from app.core.database import reading_only
from app.eligibility import jobs, queries
from app.eligibility.facts import Question
from app.eligibility.judgement import evaluate
from app.extensions import db
from app.regimes.codes import Act
from tests.bench.crowd import grow
from tests.bench.eligibility_load import NOW, PLACE, bureau
from tests.live import LiveSite, database

LARGEST = int(os.environ.get("BENCH_PEOPLE", "1000000"))
FIRST = 1_000_000
ASKED = 40
ROUNDS = 5


def run(seconds: float) -> dict[str, object]:
    """Per engine: seconds and people a second of the nightly job, megabytes, and milliseconds of one check by size."""
    return {kind: _engine(kind) for kind in ("sqlite", "postgresql")}


def _engine(kind: str) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder, database(kind, Path(folder) / "db") as url:
        site = LiveSite(url, Path(folder))
        site.migrate()
        with site.app.app_context():
            template = min(bureau(db.session()).values())
            db.session.commit()
            found = _sizes(site.app, template)
            db.session.remove()
            db.engine.dispose()
    return found


def _sizes(app: Flask, template: int) -> dict[str, object]:
    found: dict[str, object] = {}
    there, checks = 0, {}
    for size in (1_000, 10_000, 100_000, 1_000_000):
        if size > LARGEST:
            break
        grow(db.session(), template, FIRST + there, size - there)
        there = size
        analyse(db.session())
        if size != 10_000:
            checks[size] = _check(db.session())
        if size in {10_000, 100_000}:
            found[f"nightly_{size}"] = _night(app, size)
    largest, smallest = max(checks), min(checks)
    return {**found, "check_ms": checks, "largest_by_smallest": round(checks[largest] / checks[smallest], 2)}


def analyse(session: Session) -> None:
    """Let the engine learn how the tables are filled, as PostgreSQL does by itself after a while."""
    session.connection().exec_driver_sql("ANALYZE")
    session.commit()


def _check(session: Session) -> float:
    """Milliseconds of the median round of forty checks of different people."""
    times = []
    for round_ in range(ROUNDS):
        begun = time.perf_counter()
        for number in range(ASKED):
            code, person = f"C{FIRST + number * 7 + round_}", FIRST + number * 7 + round_
            question = Question((code,), Act.PENALTY, "HOU-2", PLACE, NOW, NOW + timedelta(hours=8))
            with reading_only():
                loaded = queries.load_for(session, question, [person], None)
                evaluate(question, loaded.facts, loaded.regime, asked_at=NOW)
            session.rollback()
        times.append((time.perf_counter() - begun) / ASKED * 1000)
    return round(statistics.median(times), 2)


def _night(app: Flask, size: int) -> dict[str, object]:
    begun = time.perf_counter()
    with app.app_context():
        written = jobs.look_at_everyone(datetime.now(UTC) + timedelta(days=size // 10_000))
    took = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "seconds": round(took, 1), "people_per_second": round(size / took), "written": written, "peak_mb": round(peak),
    }  # fmt: skip
