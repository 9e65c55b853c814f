"""A live site with its scheduler and its sealing process, and the machine's own Chromium."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from app.operation.run import scheduler_command, sealer_command
from tests.conftest import PROJECT, thorough
from tests.journeys import haikou as districts
from tests.journeys.browser import installed, launch
from tests.journeys.bureau import Town, finish, settle
from tests.live import LiveSite, database


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all journeys; each visitor has a context of their own."""
    if installed() is None:
        pytest.skip("Chromium is not installed: browser journeys left out")
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


@contextmanager
def running(kind: str, folder: Path, settle: Callable[[LiveSite], Town] = settle) -> Iterator[Town]:
    """The bureau (or what `settle` enters) on a server of its own, with scheduler and sealer beside it."""
    with database(kind, folder / "db") as url:
        site = LiveSite(url, folder, workers=1)
        site.migrate()
        town = settle(site)
        with (folder / "scheduler.log").open("ab") as log:
            beside = [
                subprocess.Popen(command, cwd=PROJECT, env=site.environment, stdout=subprocess.DEVNULL, stderr=log)
                for command in (scheduler_command(), sealer_command())
            ]
        try:
            site.start()
            yield town
        finally:
            site.stop()
            for process in beside:
                process.terminate()
            for process in beside:
                process.wait(90)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=thorough)])
def bureau(request: pytest.FixtureRequest, browser: Browser, tmp_path: Path) -> Iterator[Town]:
    """A fresh bureau; on PostgreSQL too where thoroughness is asked for, as the trials run there always."""
    with running(request.param, tmp_path) as town:
        yield town


@pytest.fixture(scope="session")
def settled(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A bureau in which everything has happened once: exams sat, certificates issued and sealed."""
    with running("sqlite", tmp_path_factory.mktemp("settled")) as town:
        finish(town)
        yield town


@pytest.fixture
def haikou(request: pytest.FixtureRequest, browser: Browser, tmp_path: Path) -> Iterator[Town]:
    """A fresh district of Haikou, on SQLite unless the test names its engine."""
    with running(getattr(request, "param", "sqlite"), tmp_path, districts.settle) as town:
        yield town


@pytest.fixture(scope="session")
def district(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A district of Haikou that several tests look at."""
    with running("sqlite", tmp_path_factory.mktemp("district"), districts.settle) as town:
        yield town
