"""Switchboard of the operator's command line: every command group, and how a domain error leaves it."""

import os
import sys
from typing import Any

import click
from flask.cli import FlaskGroup

from app.bank import cli as bank
from app.config import SettingsError
from app.core.errors import DomainError
from app.credentials import cli as credentials
from app.eligibility import cli as eligibility
from app.operation.cli import COMMANDS
from app.regimes import cli as regimes
from app.registry import cli as registry

GROUPS: list[click.Command] = [
    *COMMANDS, regimes.group, registry.group, bank.group, credentials.group, eligibility.group,
]  # fmt: skip


def _make_app() -> Any:  # noqa: ANN401 - a Flask application
    from app import create_app

    return create_app()


group = FlaskGroup(name="chizheng", create_app=_make_app, add_default_commands=False, add_version_option=False)
group.help = "Chizheng: the registry that decides who may enforce."
for command in GROUPS:
    group.add_command(command)


def main() -> None:
    """Run a command: exit 0 done, 1 a negative answer, 2 wrong usage, 3 could not tell; errors are one line."""
    os.environ.setdefault("FLASK_SKIP_DOTENV", "1")
    try:
        group.main(args=sys.argv[1:], prog_name="python -m app")
    except (SettingsError, DomainError) as error:
        click.echo(f"{getattr(error, 'code', 'settings')}: {error}", err=True)
        sys.exit(2)
