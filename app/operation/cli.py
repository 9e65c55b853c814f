"""Commands of the operator: run, migrate, scheduler, sealer, keys, backup, restore, ledger."""

import json
import sys
from pathlib import Path
from typing import Any, TextIO

import click
from flask import current_app
from flask.cli import with_appcontext

from app import demo
from app.core import http, logs
from app.extensions import db
from app.ledger import service as ledger
from app.operation import auditing, backup, health, keys, run
from app.scheduler import Scheduler
from app.sealer import JOBS, LEASE


def say(data: dict[str, Any], words: str, *, as_json: bool) -> None:
    """Print data for programs or a sentence for people."""
    click.echo(json.dumps(data, ensure_ascii=False, default=str) if as_json else words)


@click.command("run")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--no-demo", is_flag=True, help="Leave an empty database empty.")
@with_appcontext
def run_site(host: str, *, no_demo: bool) -> None:
    """Migrate, load the demonstration if the database is empty, start site, scheduler and sealer; Ctrl-C stops all."""
    settings = http.settings()
    run.migrate(current_app)
    if not no_demo and demo.is_empty(db.session()):
        click.echo("Loading the demonstration locality …")
        loaded = demo.load(db.session(), "pingliang", settings, http.now())
        db.session.commit()
        click.echo(demo.announce(loaded))
    db.session.remove()
    click.echo(f"Chizheng is at {settings.site_url}  (Ctrl-C stops it)")
    sys.exit(run.keep([run.web_command(settings, host), run.scheduler_command(), run.sealer_command()]))


@click.command("migrate")
@with_appcontext
def migrate() -> None:
    """Bring the database to the newest migration."""
    run.migrate(current_app)


@click.command("health")
@click.option("--json", "as_json", is_flag=True)
@with_appcontext
def show_health(*, as_json: bool) -> None:
    """Say whether database, migrations, scheduler and sealer are as they should be; exit 1 when not."""
    found = health.readiness(db.session(), current_app.extensions["migrate"].directory, http.now())
    say(vars(found), "\n".join(f"{key}: {value}" for key, value in vars(found).items()), as_json=as_json)
    sys.exit(0 if found.is_ready else 1)


@click.group("scheduler")
def scheduler() -> None:
    """The process that runs the jobs."""


@scheduler.command("run")
@with_appcontext
def run_scheduler() -> None:
    """Run the jobs until stopped; of several such processes one works and the others wait."""
    logs.configure()
    Scheduler(current_app._get_current_object()).run()  # type: ignore[attr-defined]  # noqa: SLF001 - the documented way to leave the proxy


@click.group("sealer")
def sealer() -> None:
    """The process that holds the private keys and signs."""


@sealer.command("run")
@with_appcontext
def run_sealer() -> None:
    """Sign what waits until stopped; of several such processes one works and the others wait."""
    logs.configure()
    Scheduler(current_app._get_current_object(), LEASE, JOBS).run()  # type: ignore[attr-defined]  # noqa: SLF001 - as above


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True)
@with_appcontext
def write_backup(file: Path, *, as_json: bool) -> None:
    """Write every table, as of this moment, into FILE."""
    rows = backup.write_backup(db.engine, file, http.now())
    say(rows, f"{sum(rows.values())} rows of {len(rows)} tables written", as_json=as_json)


NOTES = click.Path(exists=True, dir_okay=False, path_type=Path)
checkpoint = click.option(
    "--checkpoint", "notes", multiple=True, type=NOTES, help="A published checkpoint kept elsewhere; repeatable."
)


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@checkpoint
@click.option("--even-if-altered", is_flag=True, help="Restore although the ledger is not as it was written.")
@click.option("--json", "as_json", is_flag=True)
@with_appcontext
def restore_backup(file: Path, notes: tuple[Path, ...], *, even_if_altered: bool, as_json: bool) -> None:
    """Read a backup into an empty database, migrated first, and check its ledger; exit 1 when that was altered."""
    run.migrate(current_app)
    rows, seen = auditing.restore(db.engine, file, http.settings(), notes, even_if_altered=even_if_altered)
    words = f"{sum(rows.values())} rows of {len(rows)} tables restored\n{seen.words()}"
    say({"rows": rows, "ledger": seen.as_dict()}, words, as_json=as_json)
    sys.exit(1 if seen.found.fault else 0)


@click.group("ledger")
def ledger_group() -> None:
    """The ledger and the transparency log over it."""


@ledger_group.command("verify")
@checkpoint
@click.option("--json", "as_json", is_flag=True)
@with_appcontext
def verify_ledger(notes: tuple[Path, ...], *, as_json: bool) -> None:
    """Check entries, leaves, tree and checkpoints; exit 1 and name the first thing that is not as it was."""
    seen = auditing.audit_ledger(db.session(), http.settings(), notes)
    say(seen.as_dict(), seen.words(), as_json=as_json)
    sys.exit(1 if seen.found.fault else 0)


@ledger_group.command("dump")
@click.argument("file", type=click.File("w", encoding="utf-8", lazy=False, atomic=True))
@click.option("--leaves-only", is_flag=True, help="Withhold what the entries say: nothing about anybody leaves.")
@with_appcontext
def dump_ledger(file: TextIO, *, leaves_only: bool) -> None:
    """Write the whole log into FILE (- for the standard output), a line an entry, for an auditor elsewhere."""
    file.writelines(ledger.dump(db.session(), bare=leaves_only))


COMMANDS: list[click.Command] = [
    run_site,
    migrate,
    show_health,
    scheduler,
    sealer,
    keys.group,
    write_backup,
    restore_backup,
    ledger_group,
    demo.group,
]
