"""Everybody judged afresh: the nightly job over 100,000 officers, and one check in registries of growing size.

The job is the scheduler's own (`everyone`): groups of 500 with their facts loaded together by a process for each core,
written and committed by one; the peak memory of the largest of them is told beside that of a tenth of the people. One
check is facts loaded from the database and judged, the same few people asked about, in registries of 10,000, 100,000
and 1,000,000 people, each beside one of 1,000 in the same minute. BENCH_PEOPLE sets the largest size.
"""

import os
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
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
SMALL = 1_000
ASKED = 40
ROUNDS = 9


def run(seconds: float) -> dict[str, object]:
    """Per engine: seconds and people a second of the nightly job, megabytes; milliseconds of one check, by size."""
    return {kind: _engine(kind) for kind in ("sqlite", "postgresql")}


def _engine(kind: str) -> dict[str, object]:
    with (
        tempfile.TemporaryDirectory() as folder,
        _registry(kind, Path(folder) / "small", SMALL) as (small, _),
        _registry(kind, Path(folder) / "large", SMALL) as (large, template),
    ):
        return _sizes(small, large, template)


@contextmanager
def _registry(kind: str, folder: Path, size: int) -> Iterator[tuple[Flask, int]]:
    """A site over a database with so many officers, and one of them."""
    with database(kind, folder) as url:
        site = LiveSite(url, folder)
        site.migrate()
        with site.app.app_context():
            template = min(bureau(db.session()).values())
            db.session.commit()
            grow(db.session(), template, FIRST, size)
            analyse(db.session())
            db.session.remove()
            try:
                yield site.app, template
            finally:
                db.session.remove()
                db.engine.dispose()


def _sizes(small: Flask, large: Flask, template: int) -> dict[str, object]:
    found: dict[str, object] = {}
    there, checks = SMALL, {}
    for size in (10_000, 100_000, 1_000_000):
        if size > LARGEST:
            break
        with large.app_context():
            grow(db.session(), template, FIRST + there, size - there)
            analyse(db.session())
        there = size
        checks[size] = _beside(small, large)
        if size < 1_000_000:
            found[f"nightly_{size}"] = _night(large, size)
    return {**found, "check": checks}


def _beside(small: Flask, large: Flask) -> dict[str, float]:
    """One check there and one among 1,000 people in turn, since the machine is not equally fast from minute to minute.

    Milliseconds of the median round of forty each, and the median of the rounds' ratios.
    """
    rounds = [(_check(small, number), _check(large, number)) for number in range(ROUNDS)]
    here, there = (statistics.median(times) for times in zip(*rounds, strict=True))
    ratio = statistics.median(large / small for small, large in rounds)
    return {f"ms_of_{SMALL}": round(here, 2), "ms": round(there, 2), "ratio": round(ratio, 2)}


def analyse(session: Session) -> None:
    """Let the engine learn how the tables are filled, as PostgreSQL does by itself after a while."""
    session.connection().exec_driver_sql("ANALYZE")
    session.commit()


def _check(app: Flask, round_: int) -> float:
    """Milliseconds of one of forty checks of different people."""
    with app.app_context():
        begun = time.perf_counter()
        for number in range(ASKED):
            person = FIRST + number * 7 + round_
            question = Question((f"C{person}",), Act.PENALTY, "HOU-2", PLACE, NOW, NOW + timedelta(hours=8))
            with reading_only():
                loaded = queries.load_for(db.session(), question, [person], None)
                evaluate(question, loaded.facts, loaded.regime, asked_at=NOW)
            db.session.rollback()
        return (time.perf_counter() - begun) / ASKED * 1000


def _night(app: Flask, size: int) -> dict[str, object]:
    begun = time.perf_counter()
    with app.app_context():
        written = jobs.look_at_everyone(datetime.now(UTC) + timedelta(days=size // 10_000))
    took = time.perf_counter() - begun
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
    return {
        "seconds": round(took, 1), "people_per_second": round(size / took), "written": written, "peak_mb": round(peak),
    }  # fmt: skip
