"""`run`: migrate, load the demonstration into an empty database, then keep site, scheduler and sealer running."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from types import FrameType

import flask_migrate
from flask import Flask

from app.config import Settings

GRACE_SECONDS = 10
THREADS = 4
"""Of each web worker; more share Python's lock and lengthen the tail (docs/decisions/0015)."""


def migrate(app: Flask) -> None:
    """Bring the database to the newest migration."""
    with app.app_context():
        flask_migrate.upgrade()


def web_command(settings: Settings, host: str) -> list[str]:
    """The production server: few threads a worker, so that what comes at once shares a transaction."""
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "app:create_app", "--host", host,
        "--port", str(settings.port), "--workers", str(settings.workers), "--blocking-threads", str(THREADS),
        "--backlog", "2048", "--respawn-failed-workers", "--no-ws", "--log-level", "warning",
    ]  # fmt: skip


def scheduler_command() -> list[str]:
    """The scheduler process."""
    return [sys.executable, "-m", "app", "scheduler", "run"]


def sealer_command() -> list[str]:
    """The sealing process."""
    return [sys.executable, "-m", "app", "sealer", "run"]


def keep(commands: Sequence[Sequence[str]]) -> int:
    """Run the commands until one ends or a signal asks to stop; then stop the rest. Returns an exit code."""
    stopping = False

    def told(_number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, told)
    signal.signal(signal.SIGINT, told)
    children = [subprocess.Popen(command, env=os.environ.copy(), start_new_session=True) for command in commands]  # noqa: S603
    while not stopping and all(child.poll() is None for child in children):
        time.sleep(0.2)
    ended = [child.returncode for child in children if child.poll() is not None]
    for child in children:
        if child.poll() is None:
            child.terminate()
    for child in children:
        with suppress(subprocess.TimeoutExpired):
            child.wait(GRACE_SECONDS)
        _sweep(child)
    return 0 if stopping else next((code for code in ended if code), 1)


def _sweep(child: subprocess.Popen[bytes]) -> None:
    """End whatever is left of a child and of the workers it started; each child leads a group of its own."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
