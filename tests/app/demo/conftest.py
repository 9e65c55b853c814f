"""The demonstration of Pingliang, loaded once for all tests of this folder."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from app import demo
from app.config import Settings
from app.core.database import Base, prepare_engine
from tests.conftest import START, settings_for


@dataclass(frozen=True)
class Loaded:
    """A loaded database: what was announced, a session to look into it, and the settings it was loaded with."""

    demonstration: demo.Demonstration
    session: Session
    settings: Settings


def fresh(url: str, folder: Path, now: datetime = START, locality: str = "pingliang") -> Iterator[Loaded]:
    """Load into an empty database in one transaction."""
    settings = settings_for(url, folder / "instance")
    engine = create_engine(url)
    prepare_engine(engine)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        loaded = demo.load(session, locality, settings, now)
        session.commit()
        yield Loaded(loaded, session, settings)
    engine.dispose()


@pytest.fixture(scope="session")
def pingliang_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    """Pingliang on SQLite as of START."""
    folder = tmp_path_factory.mktemp("pingliang")
    yield from fresh(f"sqlite:///{folder / 'demo.sqlite'}", folder)


@pytest.fixture
def pingliang(pingliang_once: Loaded) -> Iterator[Loaded]:
    """The loaded database; what a test changes is undone."""
    yield pingliang_once
    pingliang_once.session.rollback()
