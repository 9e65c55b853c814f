"""Sites over databases of their own, for tests that commit for real or run several processes."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, make_url, text

from app import create_app
from tests.conftest import settings_for

_numbers = itertools.count(1)


@pytest.fixture
def own_url(database_url: str, tmp_path: Path) -> Iterator[Callable[[], str]]:
    """Make an empty database on the engine of the test; call it for each. They go when the test ends."""
    made: list[str] = []
    admin = create_engine(database_url, isolation_level="AUTOCOMMIT") if database_url.startswith("postgresql") else None

    def make() -> str:
        name = f"own_{next(_numbers)}"
        if admin is None:
            return f"sqlite:///{tmp_path / name}.sqlite"
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        made.append(name)
        return make_url(database_url).set(database=name).render_as_string(hide_password=False)

    yield make
    if admin is not None:
        with admin.connect() as connection:
            for name in made:
                connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


@pytest.fixture
def build_site(application: Flask, tmp_path: Path) -> Iterator[Callable[..., Flask]]:
    """Build a site with every table over a database; keywords change its settings."""
    from app.extensions import db
    from app.operation.run import migrate

    engines = []

    def build(url: str, **changes: object) -> Flask:
        site = create_app(settings_for(url, tmp_path / f"instance-{len(engines)}", **changes))
        migrate(site)
        with site.app_context():
            engines.append(db.engine)
        return site

    yield build
    for engine in engines:
        engine.dispose()


@pytest.fixture
def own_site(own_url: Callable[[], str], build_site: Callable[..., Flask]) -> Flask:
    """One site over one database of its own."""
    return build_site(own_url())
