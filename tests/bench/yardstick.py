"""A yardstick for the machine: the smallest Flask and SQLAlchemy application that writes a row and commits.

It has no session, no form token, no checks and no journal, and it does not flush at commit (synchronous=NORMAL). The
same program served 1,516 to 1,894 requests a second on the machine on which other exam systems were measured, so
that figures of one machine can be read on the other.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

from flask import Flask
from sqlalchemy import create_engine, event, text

from tests.conftest import PROJECT
from tests.live import ask_together, free_port

CLIENTS = 64
UPSERT = text("INSERT INTO mark (id, value) VALUES (:id, 1) ON CONFLICT (id) DO UPDATE SET value = mark.value + 1")


def create() -> Flask:
    """The application; its database is named by YARDSTICK."""
    app = Flask("yardstick")
    engine = create_engine(f"sqlite:///{os.environ['YARDSTICK']}")

    @event.listens_for(engine, "connect")
    def _connect(connection, _record):
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "busy_timeout = 15000"):
            connection.execute(f"PRAGMA {pragma}")

    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS mark (id INTEGER PRIMARY KEY, value INTEGER NOT NULL)"))

    @app.post("/<int:number>")
    def write(number: int) -> dict[str, int]:
        with engine.begin() as connection:
            connection.execute(UPSERT, {"id": number})
        return {"written": number}

    return app


def rate(folder: Path, seconds: float) -> float:
    """Upserts a second with 64 clients through the same server, two workers of one thread."""
    port = free_port()
    environment = {**os.environ, "YARDSTICK": str(folder / "yardstick.sqlite")}
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "tests.bench.yardstick:create", "--port",
        str(port), "--workers", "2", "--blocking-threads", "1", "--backlog", "2048", "--no-ws", "--log-level", "error",
    ]  # fmt: skip
    server = subprocess.Popen(command, cwd=PROJECT, env=environment, start_new_session=True)
    try:
        time.sleep(4)
        requests = [
            f"POST /{n} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 0\r\n\r\n".encode()
            for n in range(CLIENTS)
        ]
        ask_together(port, requests, 1.0)
        return round(len(ask_together(port, requests, seconds)) / seconds, 1)
    finally:
        server.terminate()
        server.wait(10)


def flush_ms(folder: Path, times: int = 200) -> dict[str, float]:
    """Milliseconds until one page of 8 kB, as a database writes it, lies on the disk of the folder: p50 and p95."""
    taken = []
    with (folder / "flush").open("wb", buffering=0) as file:
        file.write(bytes(16 << 20))
        file.seek(0)
        os.fsync(file.fileno())
        for _ in range(times):
            file.write(bytes(8192))
            begun = time.perf_counter()
            os.fdatasync(file.fileno())
            taken.append((time.perf_counter() - begun) * 1000)
            time.sleep(0.002)
    taken.sort()
    return {"p50": round(taken[times // 2], 2), "p95": round(taken[int(times * 0.95)], 2)}


class Stolen:
    """How much of its cores' time a virtual machine wanted and its host gave to others, since this was made."""

    def __init__(self) -> None:
        self._before = self._counts()

    def percent(self) -> float | None:
        """Percent of the cores' time; None where the system does not tell."""
        told = [after - before for before, after in zip(self._before, self._counts(), strict=True)]
        return round(told[7] / sum(told) * 100, 1) if any(told) else None

    @staticmethod
    def _counts() -> list[int]:
        stat = Path("/proc/stat")
        return [int(one) for one in stat.read_text().split("\n", 1)[0].split()[1:9]] if stat.exists() else [0] * 8
