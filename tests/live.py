"""A real site for journeys, trials and benchmarks: the production server as processes, over a database of its own."""

import asyncio
import json
import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask
from flask_wtf.csrf import generate_csrf

from app import create_app
from app.config import Settings
from app.operation.run import web_command
from tests.conftest import PROJECT, postgresql, settings_for


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """An empty database of a kind (sqlite or postgresql) under a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'live.sqlite'}"
        return
    with postgresql(folder) as url:
        yield url


@dataclass
class LiveSite:
    """The site as processes. `app` is the same site in this process, to seed and to look into the database."""

    url: str
    folder: Path
    workers: int = 2
    changes: dict[str, Any] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        port = free_port()
        self.settings: Settings = settings_for(
            self.url, self.folder / "instance", port=port, workers=self.workers, site_url=f"http://127.0.0.1:{port}",
            testing=False, **self.changes,
        )  # fmt: skip
        self.app: Flask = create_app(self.settings)

    @property
    def environment(self) -> dict[str, str]:
        """What the processes read their settings from."""
        s = self.settings
        return {
            **os.environ, "DATABASE_URL": s.database_url, "SECRET_KEY": s.secret_key,
            "IDENTITY_KEY": s.identity_key.hex(),
            "INSTANCE_PATH": str(s.instance), "SITE_URL": s.site_url, "PORT": str(s.port), "WORKERS": str(s.workers),
        }  # fmt: skip

    def migrate(self) -> None:
        """Build the tables by the migrations."""
        from app.operation.run import migrate

        migrate(self.app)

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self.launch()
        self.wait()

    def launch(self) -> None:
        """Start the server."""
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                web_command(self.settings, "127.0.0.1"), cwd=PROJECT, env=self.environment, start_new_session=True,
                stdout=subprocess.DEVNULL, stderr=log,
            )  # fmt: skip

    def wait(self, seconds: float = 120) -> None:
        """Wait until every worker answers; raises TimeoutError."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                with socket.create_connection(("127.0.0.1", self.settings.port), 0.5) as connection:
                    connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                    if b"200" in connection.recv(64):
                        return
            except OSError:
                time.sleep(0.05)
        raise TimeoutError((self.folder / "server.log").read_text(errors="replace")[-2000:])

    def kill(self) -> None:
        """End every process of the server at once, as a power cut would."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def stop(self) -> None:
        """Let the server end by itself, then make sure."""
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.kill()
            self.process = None

    def cookie(self, token: str, **more: Any) -> tuple[str, str]:
        """A signed session cookie for an account session's token, and the form token that belongs to it."""
        with self.app.test_request_context():
            from flask import session

            form_token = generate_csrf()
            values = {"csrf_token": session["csrf_token"], "_user_id": token, "_fresh": True, **more}
            serializer = self.app.session_interface.get_signing_serializer(self.app)
            return f"session={serializer.dumps(values)}", form_token


@dataclass
class Candidate:
    """One browser that writes a paper: its request head, and what the server acknowledged to it."""

    attempt: int
    cookie: str
    token: str
    places: int
    sent: int = 0
    acknowledged: list[tuple[str, int]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    def request(self, host: str) -> tuple[str, bytes]:
        """The next save as bytes, and the answer's own id."""
        self.sent += 1
        name = f"{self.attempt}-{self.sent}-{secrets.token_hex(4)}"
        answer = {"id": name, "position": self.sent % self.places + 1, "value": "ABCD"[self.sent % 4], "at": None}
        body = json.dumps({"answers": [answer]}).encode()
        head = (
            f"POST /exams/papers/{self.attempt}/answers HTTP/1.1\r\nHost: {host}\r\nCookie: {self.cookie}\r\n"
            f"X-CSRFToken: {self.token}\r\nAccept: application/json\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return name, head.encode() + body


def run_async(work: Coroutine[Any, Any, None]) -> None:
    """Run it to its end on a loop of its own, in a thread: the caller's may be held by a browser."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()  # noqa: TID251  the one place


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n")[1:]:
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    return int(head[9:12]), await reader.readexactly(length)


async def ask_on(port: int, request: bytes, until: float, times: list[float]) -> None:
    """Send the same request again and again over one connection until a moment; every answer must be 200."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.perf_counter() < until:
        begun = time.perf_counter()
        writer.write(request)
        status, body = await _answer(reader)
        times.append(time.perf_counter() - begun)
        if status != 200:
            raise AssertionError((status, body))
    await _close(writer)


def ask_together(port: int, requests: list[bytes], seconds: float) -> list[float]:
    """One client for each request, all at once for so many seconds; returns how long each answer took, sorted."""
    times: list[float] = []

    async def everybody() -> None:
        until = time.perf_counter() + seconds
        await asyncio.gather(*(ask_on(port, request, until, times) for request in requests))

    run_async(everybody())
    return sorted(times)


def ask_steadily(port: int, requests: list[bytes], rate: float, seconds: float, lines: int = 32) -> list[float]:
    """Send the requests in turn at a steady rate over so many connections; times count from when each was due, sorted.

    Every answer must be 200. A request whose connection is still waiting is sent as soon as it is free.
    """
    times: list[float] = []

    async def line(first: int, begun: float) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number in range(first, int(rate * seconds), lines):
            due = begun + number / rate
            await asyncio.sleep(max(due - time.perf_counter(), 0))
            writer.write(requests[number % len(requests)])
            status, body = await _answer(reader)
            times.append(time.perf_counter() - due)
            if status != 200:
                raise AssertionError((status, body))
        await _close(writer)

    async def everybody() -> None:
        begun = time.perf_counter() + 0.2
        await asyncio.gather(*(line(first, begun) for first in range(lines)))

    run_async(everybody())
    return sorted(times)


async def write_on(candidate: Candidate, port: int, until: float) -> None:
    """Save one answer after the other, as fast as they are acknowledged, until a moment or until the line breaks."""
    host = f"127.0.0.1:{port}"
    with suppress(OSError, asyncio.IncompleteReadError):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            while time.perf_counter() < until:
                name, request = candidate.request(host)
                begun = time.perf_counter()
                writer.write(request)
                status, body = await _answer(reader)
                candidate.times.append(time.perf_counter() - begun)
                if status != 200:
                    raise AssertionError((status, body))
                candidate.acknowledged.append((name, json.loads(body)["saved"][0]["sequence"]))
        finally:
            await _close(writer)


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


def write_together(candidates: list[Candidate], port: int, seconds: float) -> None:
    """Let all candidates write at once for so many seconds."""

    async def everybody() -> None:
        until = time.perf_counter() + seconds
        await asyncio.gather(*(write_on(candidate, port, until) for candidate in candidates))

    run_async(everybody())


def seed_hall(site: LiveSite, count: int) -> list[Candidate]:
    """A bureau, a bank, a sitting, and so many candidates in the middle of their papers, committed."""
    from tests.hall import seed

    with site.app.app_context():
        begun = list(seed(site.app, count, datetime.now(UTC)))
    candidates = []
    for token, attempt, device, places in begun:
        cookie, form_token = site.cookie(token, device=device, devices={str(attempt): device})
        candidates.append(Candidate(attempt, cookie, form_token, places))
    return candidates
