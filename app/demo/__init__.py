"""Demonstration localities: fictional people in a real organisation, made through the rooms' own services."""

import importlib
import json
from dataclasses import dataclass
from datetime import datetime
from types import ModuleType

import click
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from app.accounts.queries import exists
from app.config import Settings
from app.core import http
from app.core.errors import N_, NotFound, Refused
from app.extensions import db

LOCALITIES = ("pingliang", "haikou", "lixia", "guangning", "rugao")


@dataclass(frozen=True)
class Demonstration:
    """What was loaded: counts by kind of thing, and the accounts as (user name, role in words, one-time password)."""

    locality: str
    counts: dict[str, int]
    accounts: tuple[tuple[str, str, str], ...]


def is_empty(session: Session) -> bool:
    """Whether nobody has an account yet."""
    return not exists(session)


def load(session: Session, locality: str, settings: Settings, now: datetime) -> Demonstration:
    """Load a locality into an empty database. Raises NotFound for an unknown one, Refused when data is there."""
    if locality not in LOCALITIES:
        raise NotFound("locality-unknown", N_("There is no demonstration of %(locality)s."), locality=locality)
    if not is_empty(session):
        raise Refused(
            "database-not-empty", N_("The database already holds data; the demonstration wants an empty one.")
        )
    module: ModuleType = importlib.import_module(f"app.demo.{locality}")
    loaded: Demonstration = module.load(session, settings, now)
    return loaded


def announce(loaded: Demonstration) -> str:
    """The accounts to try, one a line, in words; passwords are shown this once."""
    width = max(len(name) for name, _role, _password in loaded.accounts)
    lines = [f"  {name:<{width}}  {password}   {role}" for name, role, password in loaded.accounts]
    return "\n".join(["Demonstration accounts (one-time passwords, shown once):", *lines])


@click.group("demo")
def group() -> None:
    """Demonstration localities."""


@group.command("load")
@click.argument("locality", type=click.Choice(LOCALITIES))
@click.option("--json", "as_json", is_flag=True)
@with_appcontext
def load_locality(locality: str, *, as_json: bool) -> None:
    """Load a demonstration locality into an empty database and print its accounts."""
    loaded = load(db.session(), locality, http.settings(), http.now())
    db.session.commit()
    click.echo(json.dumps(vars(loaded), ensure_ascii=False) if as_json else announce(loaded))
