"""Answer saves a second through the production server, with 64 clients, on SQLite and on PostgreSQL.

Every save passes the session, the form token, the checks of attempt, device and options, the journal and a flushed
commit (synchronous=FULL; PostgreSQL with its own fsync). The clients run on the same cores. What was acknowledged is
counted again in the journal afterwards.
"""

import statistics
import tempfile
from pathlib import Path

from sqlalchemy import func, select

from app.exams.models import AnswerJournal
from app.extensions import db
from tests.bench.yardstick import rate
from tests.live import LiveSite, database, seed_hall, write_together

CLIENTS = 64


def run(seconds: float) -> dict[str, object]:
    """Both engines: saves a second, p50 and p95 in milliseconds, and whether every acknowledged save was kept.

    Beside them the yardstick, and each engine's share of it.
    """
    found: dict[str, dict[str, object]] = {kind: _engine(kind, seconds) for kind in ("sqlite", "postgresql")}
    with tempfile.TemporaryDirectory() as folder:
        yardstick = rate(Path(folder), seconds)
    shares = {kind: round(float(str(one["saves_per_second"])) / yardstick, 2) for kind, one in found.items()}
    return {**found, "yardstick_upserts_per_second": yardstick, "share_of_yardstick": shares}


def _engine(kind: str, seconds: float) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder, database(kind, Path(folder) / "db") as url:
        site = LiveSite(url, Path(folder))
        site.migrate()
        candidates = seed_hall(site, CLIENTS)
        site.start()
        try:
            write_together(candidates, site.settings.port, min(2.0, seconds / 2))
            for candidate in candidates:
                candidate.times.clear()
            write_together(candidates, site.settings.port, seconds)
        finally:
            site.stop()
        times = sorted(t for c in candidates for t in c.times)
        acknowledged = sum(len(c.acknowledged) for c in candidates)
        with site.app.app_context():
            kept = db.session.scalar(select(func.count()).select_from(AnswerJournal))
            db.session.remove()
            db.engine.dispose()
        return {
            "clients": CLIENTS,
            "saves_per_second": round(len(times) / seconds, 1),
            "p50_ms": round(statistics.median(times) * 1000, 1),
            "p95_ms": round(times[int(len(times) * 0.95)] * 1000, 1),
            "acknowledged": acknowledged,
            "in_journal": kept,
            "all_kept": (kept or 0) >= acknowledged,
        }
