"""A bureau with checked applications and many issuers, and the processes around them that can be killed."""

import asyncio
import os
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlencode

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.models import Account, AccountSession
from app.accounts.passwords import hash_password, token_hash
from app.accounts.policy import Role
from app.accounts.queries import actor_of
from app.accounts.service import grant_role
from app.core.clock import local_day
from app.core.database import reading_only
from app.core.lease import Lease
from app.core.permissions import system_actor
from app.credentials import queries, service
from app.credentials.models import CertificateApplication
from app.extensions import db
from app.operation.run import sealer_command
from app.registry.models import Unit
from app.sealer import LEASE
from tests.bench.cohort import gather
from tests.conftest import PROJECT
from tests.live import LiveSite, run_async

PASSWORD = "Harbour-Lantern-58"
ALREADY = b"Somebody has decided or withdrawn this application already."
ANSWER_SECONDS = 60
PATIENCE = 120.0
T = TypeVar("T")


@dataclass
class Issuer:
    """One who decides: the account's label, and the browser's cookie and form token."""

    label: str
    cookie: str
    token: str

    def request(self, host: str, application: int) -> bytes:
        """The decision to issue, as the page's form sends it."""
        fields = {"csrf_token": self.token, "chosen": application, "act": "decide", "current": PASSWORD}
        body = urlencode(fields).encode()
        return (
            f"POST /credentials/applications HTTP/1.1\r\nHost: {host}\r\nCookie: {self.cookie}\r\n"
            f"Accept-Language: en\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode() + body


@dataclass
class Desk:
    """The applications that wait, and what came of them: who was told that which is granted, and what was cut off."""

    waiting: deque[int]
    granted: dict[int, str] = field(default_factory=dict)
    told_already: int = 0
    cut: int = 0
    stopped: bool = False
    strange: list[tuple[int, bytes]] = field(default_factory=list)

    async def work(self, issuer: Issuer, port: int) -> None:
        """Take one application after the other; ask again until the site says that it is decided."""
        while self.waiting and not self.stopped:
            application = self.waiting.popleft()
            while application not in self.granted and not self.stopped:
                await self._try(issuer, port, application)

    async def _try(self, issuer: Issuer, port: int, application: int) -> None:
        try:
            status, body = await asyncio.wait_for(_ask(port, issuer, application), ANSWER_SECONDS)
        except (OSError, EOFError, TimeoutError) as broken:
            self.cut += not isinstance(broken, ConnectionRefusedError)
            await asyncio.sleep(0.5)
            return
        if status == 302 or (status == 422 and ALREADY in body):
            self.granted[application] = issuer.label
            self.told_already += status == 422
        else:
            self.strange.append((status, body))
            self.stopped = True

    def issue(self, issuers: list[Issuer], port: int, seconds: float) -> None:
        """All issuers at once, until nothing waits; raises TimeoutError after so many seconds."""

        async def everybody() -> None:
            async with asyncio.timeout(seconds):
                await asyncio.gather(*(self.work(issuer, port) for issuer in issuers))

        run_async(everybody())


async def _ask(port: int, issuer: Issuer, application: int) -> tuple[int, bytes]:
    """Status and body of an answer; raises EOFError for one that is not whole."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(issuer.request(f"127.0.0.1:{port}", application))
        head, _gap, body = (await reader.read(-1)).partition(b"\r\n\r\n")
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
    lengths = [line[15:] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    if not lengths or int(lengths[0]) != len(body):
        raise EOFError
    return int(head[9:12]), body


def seed(site: LiveSite, count: int, issuers: int) -> tuple[list[int], list[Issuer]]:
    """Commit a bureau with so many applications that two others proposed and checked; returns them, and who decides."""
    with site.app.app_context():
        session, now = db.session(), datetime.now(UTC)
        people = gather(session, count, (now - timedelta(days=60)).date())
        unit = session.scalars(select(Unit.id)).one()
        kept = hash_password(PASSWORD)
        hands = [
            _account(session, unit, name, role, kept, now)
            for name, role in (
                ("reg", Role.REGISTRAR), ("sun", Role.SUPERVISOR),
                *((f"issuer-{number:02}", Role.ISSUER) for number in range(issuers)),
            )
        ]  # fmt: skip
        proposer, checker = (actor_of(session, one) for one in hands[:2])
        cohort, today = service.Cohort(people, "首次申领"), local_day(now, site.settings.zone)
        service.propose(session, proposer, cohort, today=today, now=now)
        ids = list(session.scalars(select(CertificateApplication.id).order_by(CertificateApplication.id)))
        service.check(session, checker, ids, now=now)
        session.commit()
        db.session.remove()
        db.engine.dispose()
    names = [f"issuer-{number:02}" for number in range(issuers)]
    return ids, [Issuer(name, *site.cookie(f"token-{name}")) for name in names]


def _account(session: Session, unit: int, name: str, role: Role, kept: str, now: datetime) -> int:
    one = Account(
        username=name, display_name=name, email=f"{name}@example.cn", password_hash=kept, password_changed_at=now,
        created_at=now,
    )  # fmt: skip
    session.add(one)
    session.flush()
    grant_role(session, system_actor("trial"), one.id, role, unit, now=now)
    session.add(
        AccountSession(
            token_hash=token_hash(f"token-{name}"), account_id=one.id, created_at=now, last_seen_at=now, address="",
            agent="",
        )
    )  # fmt: skip
    session.flush()
    return one.id


def look(site: LiveSite, work: Callable[[Session], T]) -> T:
    """Read something of the site's database."""
    with site.app.app_context(), reading_only():
        try:
            return work(db.session())
        finally:
            db.session.remove()


def until(met: Callable[[], bool], seconds: float = PATIENCE, every: float = 0.02) -> bool:
    """Wait until it is so; False when it never was."""
    end = time.monotonic() + seconds
    while not (found := met()) and time.monotonic() < end:
        time.sleep(every)
    return found


def unsealed(site: LiveSite) -> int:
    """How many certificates have no document."""
    return look(site, queries.unsealed)


@dataclass
class Sealer:
    """The sealing process of a site."""

    site: LiveSite
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it holds its lease."""
        begun = datetime.now(UTC)
        with (self.site.folder / "sealer.log").open("ab") as log:
            self.process = subprocess.Popen(
                sealer_command(), cwd=PROJECT, env=self.site.environment, start_new_session=True, stdout=log,
                stderr=log,
            )  # fmt: skip
        taken = until(lambda: (beat := look(self.site, _beat)) is not None and beat >= begun, every=0.1)
        assert taken, (self.site.folder / "sealer.log").read_text(errors="replace")[-2000:]

    def kill(self, *, helpers: bool = True) -> None:
        """End it at once; `helpers`: with every process it started, else those have to notice by themselves.

        Its lease is ended too: the next process would wait three quarters of a minute for that, and take it then.
        """
        if self.process is None:
            return
        os.kill(self.process.pid, signal.SIGKILL)
        if helpers:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None
        with self.site.app.app_context():
            past = datetime.now(UTC) - timedelta(seconds=1)
            db.session.execute(update(Lease).where(Lease.name == LEASE).values(expires_at=past, beat_at=past))
            db.session.commit()
            db.session.remove()

    def stop(self) -> None:
        """Let it end by itself; it gives up its lease."""
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()
            self.process = None


def _beat(session: Session) -> datetime | None:
    return session.scalar(select(Lease.beat_at).where(Lease.name == LEASE))


def workers(site: LiveSite) -> list[int]:
    """The web workers of a running site: the processes that its server has started."""
    assert site.process is not None
    found = []
    for folder in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == site.process.pid and b"worker" in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
    return found
