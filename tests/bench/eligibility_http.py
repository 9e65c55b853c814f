"""Eligibility checks over HTTP: `POST /api/v1/eligibility/check` through the production server, each kept as a record.

First 16 clients ask as fast as they are answered. Then one officer each is asked about at a steady rate: 100, 200 and
300 requests a second over 32 connections, sent when their time has come whether or not others were answered; a time
counts from the moment it was due. The 200 officers come in turn: `fresh` is the median of the first checks, whose
facts had to be loaded, and the steady rates begin when every worker has met every officer, as in the course of a
shift. Each rate is kept up for several windows, since the machine is not equally fast from one to the next: the
p95 of each is told, beside it the percent of the cores' time that the host gave to others meanwhile, and `flush_ms`,
what one small write takes until it lies on the disk, measured just before. The clients run on the same cores.
"""

import json
import statistics
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.accounts import service as accounts
from app.accounts.policy import Role
from app.core.permissions import system_actor
from app.extensions import db
from tests.bench.eligibility_load import NOW, PEOPLE, PLACE, bureau
from tests.bench.yardstick import Stolen, flush_ms
from tests.live import LiveSite, ask_steadily, ask_together, database

CLIENTS = 16
RATES = (100, 200, 300)
WINDOWS = 5
SETTLING = 4  # rounds over new connections, until every worker has met nearly every officer


def run(seconds: float) -> dict[str, object]:
    """Both engines: checks a second, p50 and p95 in milliseconds."""
    return {kind: _engine(kind, seconds) for kind in ("sqlite", "postgresql")}


def _engine(kind: str, seconds: float) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder, database(kind, Path(folder) / "db") as url:
        site = LiveSite(url, Path(folder))
        site.migrate()
        token = _seed(site)
        site.start()
        try:
            requests = [_request(site.settings.port, token, number) for number in range(CLIENTS)]
            ask_together(site.settings.port, requests, min(1.0, seconds))
            times = ask_together(site.settings.port, requests, seconds / 2)
            single = [_request(site.settings.port, token, number, people=1) for number in range(PEOPLE)]
            fresh = ask_steadily(site.settings.port, single, 25, PEOPLE / 25)
            ask_together(site.settings.port, single[:CLIENTS], 1.0)
            for _ in range(SETTLING):
                ask_steadily(site.settings.port, single, 80, 4 * PEOPLE / 80)
            steady = {f"at_{rate}_a_second": _steady(site.settings.port, single, rate, seconds) for rate in RATES}
        finally:
            site.stop()
        return {
            **steady,
            "fresh_median_ms": round(statistics.median(fresh) * 1000, 1),
            "clients": CLIENTS,
            "checks_per_second": round(len(times) / (seconds / 2), 1),
            "p50_ms": round(statistics.median(times) * 1000, 1),
            "p95_ms": round(times[int(len(times) * 0.95)] * 1000, 1),
        }


def _steady(port: int, requests: list[bytes], rate: int, seconds: float) -> dict[str, object]:
    """Of the windows' p50 and p95, in milliseconds, the medians; the best p95, and every one."""
    with tempfile.TemporaryDirectory() as folder:
        flush = flush_ms(Path(folder))
    windows, stolen = [], []
    for _ in range(WINDOWS):
        host = Stolen()
        windows.append(ask_steadily(port, requests, rate, seconds / 2))
        stolen.append(host.percent())
    p50s, p95s = ([round(times[int(len(times) * share)] * 1000, 1) for times in windows] for share in (0.5, 0.95))
    return {
        "answered": sum(map(len, windows)),
        "p50_ms": statistics.median(p50s),
        "p95_ms": statistics.median(p95s),
        "best_p95_ms": min(p95s),
        "p95_ms_of_each_window": p95s,
        "stolen_percent_of_each_window": stolen,
        "flush_ms": flush,
    }


def _seed(site: LiveSite) -> str:
    now, hand = datetime.now(UTC), system_actor("bench")
    with site.app.app_context():
        session = db.session()
        bureau(session)
        account = accounts.create_account(
            session, hand, username="bench", display_name="bench", is_system=True, now=now
        )
        accounts.grant_role(session, hand, account, Role.SYSTEM, None, now=now)
        token = accounts.issue_token(session, hand, account, "bench", expires_at=now + timedelta(days=1), now=now)
        session.commit()
        db.session.remove()
        db.engine.dispose()
    return token


def _request(port: int, token: str, number: int, *, people: int = 2) -> bytes:
    codes = [f"P{(number * people + n) % PEOPLE:04}" for n in range(people)]
    times = {"start": NOW.isoformat(), "end": (NOW + timedelta(hours=8)).isoformat()}
    body = json.dumps({"act": "PENALTY", "item": "HOU-2", "place": PLACE, "people": codes, **times}).encode()
    head = (
        f"POST /api/v1/eligibility/check HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
