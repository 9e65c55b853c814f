"""Commands of the registry: import a list, list people, list units."""

import json
import sys
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from app.core.http import now, settings, today
from app.core.permissions import system_actor
from app.extensions import db
from app.registry import queries, service
from app.registry.identity import Vault


@click.group("registry")
def group() -> None:
    """Units and people."""


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--kind", type=click.Choice(["people", "units"]), help="What it lists; told by its headings otherwise.")
@click.option("--dry-run", is_flag=True, help="Say what would happen; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@with_appcontext
def import_file(file: Path, kind: str | None, *, dry_run: bool, as_json: bool) -> None:
    """Import people or units from a .csv or .xlsx; exit 1 when rows were rejected."""
    around = service.Surroundings(settings().instance, Vault(settings().identity_key), today(), now())
    outcome = service.import_file(
        db.session(), system_actor("command line"), file.name, file.read_bytes(), around=around, kind=kind or "",
        dry_run=dry_run,
    )  # fmt: skip
    if not dry_run:
        db.session.commit()
    _say(_as_data(outcome, dry_run=dry_run), _lines(outcome, dry_run=dry_run), as_json=as_json)
    sys.exit(1 if outcome.rejected else 0)


def _as_data(outcome: service.Outcome, *, dry_run: bool) -> dict[str, Any]:
    return {"kind": outcome.kind, "dry_run": dry_run, "counts": outcome.counts, "rows": outcome.report}


def _lines(outcome: service.Outcome, *, dry_run: bool) -> list[str]:
    lines = [
        f"row {line['row']}: {line['code']}: {message['code']}: {message['en']} {message['zh']}"
        for line in outcome.report
        for message in [*line["messages"], *line["notes"]]
    ]
    figures = ", ".join(
        f"{name.lower()} {outcome.counts[name]}" for name in ("ADDED", "CHANGED", "UNCHANGED", "REJECTED")
    )
    return [*lines, f"{'dry run' if dry_run else 'written'}: {figures}"]


def _say(data: Any, lines: list[str], *, as_json: bool) -> None:  # noqa: ANN401 - any JSON
    click.echo(json.dumps(data, ensure_ascii=False, default=str) if as_json else "\n".join(lines))


@group.command("people")
@click.option("--unit", default="", help="Code of a unit: those who serve in it or below.")
@click.option("--kind", default="", help="Code of a kind of person.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_appcontext
def people(unit: str, kind: str, *, as_json: bool) -> None:
    """List people as of today."""
    path = queries.unit_by_code(db.session(), unit).path if unit else ""
    rows = queries.search_people(db.session(), "", today(), unit_path=path, kind=kind, limit=None)
    data = [
        {"code": p.code, "name": p.name, "kind": p.kind, "category": p.category, "agency": p.agency, "unit": p.unit}
        for p in rows
    ]
    _say(data, [f"{p.code}\t{p.name}\t{p.kind}\t{p.unit or '-'}" for p in rows], as_json=as_json)


@group.command("units")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_appcontext
def units(*, as_json: bool) -> None:
    """List units, parents before children, with posts against people."""
    rows = queries.unit_tree(db.session(), today())
    data = [
        {"code": r.unit.code, "name_zh": r.unit.name_zh, "name_en": r.unit.name_en, "kind": r.unit.kind,
         "depth": r.unit.depth, "is_agency": r.unit.is_agency, "enforces": r.enforces, "posts": r.strength.posts,
         "people": r.strength.people}
        for r in rows
    ]  # fmt: skip
    _say(data, [f"{'  ' * r.unit.depth}{r.unit.code}\t{r.unit.name_zh}" for r in rows], as_json=as_json)
