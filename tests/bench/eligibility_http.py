"""Eligibility checks a second over HTTP: `POST /api/v1/eligibility/check` through the production server, 16 clients.

Each check loads the facts, judges a squad of two with every reason and the look-ahead of a year, and keeps the record.
The
clients run on the same cores.
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
from tests.live import LiveSite, ask_together, database

CLIENTS = 16


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
            times = ask_together(site.settings.port, requests, seconds)
        finally:
            site.stop()
        return {
            "clients": CLIENTS,
            "checks_per_second": round(len(times) / seconds, 1),
            "p50_ms": round(statistics.median(times) * 1000, 1),
            "p95_ms": round(times[int(len(times) * 0.95)] * 1000, 1),
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


def _request(port: int, token: str, number: int) -> bytes:
    people = [f"P{(number * 2 + n) % PEOPLE:04}" for n in range(2)]
    times = {"start": NOW.isoformat(), "end": (NOW + timedelta(hours=8)).isoformat()}
    body = json.dumps({"act": "PENALTY", "item": "HOU-2", "place": PLACE, "people": people, **times}).encode()
    head = (
        f"POST /api/v1/eligibility/check HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
