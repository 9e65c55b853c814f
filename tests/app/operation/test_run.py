"""Keeping site and scheduler running: when it is told to stop, nothing of them is left, workers included."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

WORKER = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
PARENT = f"""
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "{WORKER}"])
time.sleep(60)
"""
KEEPER = "import sys; from app.operation.run import keep; sys.exit(keep([[sys.executable, '-c', sys.argv[1]]]))"


def _of_group(keeper: int) -> list[int]:
    """Every process below the keeper, by its own group: the child leads one, its worker is in it."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid=,pgid="], capture_output=True, text=True, check=True).stdout
    rows = [tuple(map(int, line.split())) for line in listed.splitlines()]
    groups = {pgid for _pid, ppid, pgid in rows if ppid == keeper}
    return [pid for pid, _ppid, pgid in rows if pgid in groups]


def test_a_worker_that_ignores_the_signal_does_not_outlive_the_site():
    keeper = subprocess.Popen([sys.executable, "-c", KEEPER, PARENT], cwd=Path(__file__).parents[3])
    end = time.monotonic() + 20
    while len(below := _of_group(keeper.pid)) < 2 and time.monotonic() < end:
        time.sleep(0.1)
    assert len(below) == 2
    time.sleep(0.5)
    keeper.send_signal(signal.SIGINT)
    assert keeper.wait(30) == 0
    end = time.monotonic() + 10  # killed at once, but a busy machine takes its time to clear up
    while any(_alive(pid) for pid in below) and time.monotonic() < end:
        time.sleep(0.05)
    assert [pid for pid in below if _alive(pid)] == []


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return str(pid) not in _defunct()


def _defunct() -> set[str]:
    listed = subprocess.run(["ps", "-eo", "pid=,stat="], capture_output=True, text=True, check=True).stdout
    return {line.split()[0] for line in listed.splitlines() if line.split()[1].startswith("Z")}
