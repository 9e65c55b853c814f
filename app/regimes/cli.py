"""`regimes list / show / check / schema / calendar`: rule profiles on the operator's command line."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from app.core.http import now, settings
from app.core.permissions import system_actor
from app.extensions import db
from app.regimes.calendars import Run
from app.regimes.queries import (
    RegimeRow,
    calendars,
    regime_detail,
    regime_file_faults,
    regime_schema,
    regimes,
)
from app.regimes.service.calendars import CalendarPlan, keep_calendar, plan_calendar

DEFAULT_LABEL = " [product default, not law]"
CODED_TABLES = ("papers", "domains", "items", "forces", "declared", "programmes", "templates", "supervision")


@click.group("regimes")
def group() -> None:
    """Rule profiles: the national floor, provinces and localities."""


@group.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_appcontext
def list_command(*, as_json: bool) -> None:
    """List every regime as a tree with its counts and version; a calendar that cannot be used is told, exit 1."""
    rows, faults = regimes(), calendars()
    if as_json:
        _print([asdict(row) for row in rows])
    else:
        click.echo("\n".join(_tree(rows)))
    for fault in faults:
        click.echo(f"{fault.at}: {fault.code}: {fault.zh} {fault.en}", err=True)
    click.get_current_context().exit(1 if faults else 0)


def _tree(rows: tuple[RegimeRow, ...]) -> list[str]:
    return [
        f"{'  ' * (len(row.layers) - 1)}{row.id}\t{row.title.zh} {row.title.en}{' [draft]' if row.draft else ''}\t"
        f"{row.domains} domains, {row.items} items, {row.forces} forces, {row.programmes} programmes, "
        f"{row.unknown} unknown\t{row.version[:19]}"
        for row in sorted(rows, key=lambda row: row.layers)
    ]


@group.command("show")
@click.argument("regime_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_appcontext
def show_command(regime_id: str, *, as_json: bool) -> None:
    """Show what a regime says, each value with its source; a product default is labelled."""
    detail = regime_detail(regime_id)
    if as_json:
        _print(detail)
        return
    draft = " [draft]" if detail["draft"] else ""
    click.echo(f"{detail['id']}\t{detail['title']['zh']} {detail['title']['en']}{draft}\t{detail['version']}")
    click.echo("\n".join(_lines(detail)))


def _lines(detail: dict[str, Any]) -> list[str]:
    """One line for each thing a regime says: what it is, what it says, the layer where known, the source."""
    return [
        *(f"layer\t{one['id']}\t{name}\t{text}" for one in detail["layers"] for name, text in one["sources"]),
        *map(_value_line, detail["values"]),
        *map(_rule_line, detail["rules"]),
        *(_coded_line(table, one) for table in CODED_TABLES for one in detail[table]),
        *(f"takeover\t{one['domain']}\t{one['by'] or 'step by step'}\t{one['source']}" for one in detail["takeovers"]),
        *map(_holiday_line, detail["holidays"]),
    ]


def _value_line(value: dict[str, Any]) -> str:
    label = DEFAULT_LABEL if value["unknown"] or value["basis"] == "product" else ""
    said = f"{'unknown, stands in: ' if value['unknown'] else ''}{value['value']}"
    return f"{value['name']}\t{said}\t{_period(value)}\t{value['layer']}\t{value['source']}{label}"


def _rule_line(rule: dict[str, Any]) -> str:
    state = rule["severity"] if rule["enabled"] else "off"
    return f"{rule['rule']}\t{state}\t{_period(rule)}\t{rule['layer']}\t{rule['source']}"


def _coded_line(table: str, one: dict[str, Any]) -> str:
    return f"{table}\t{one['code']}\t{one['title']['zh']} {one['title']['en']}\t{_extra(one)}\t{one['source']}"


def _holiday_line(one: dict[str, Any]) -> str:
    days = f"{one['starts']}–{one['ends']}"
    return f"holiday\t{one['title']['zh']}\t{days}\t{' '.join(one['statutory'])}\t{one['source']}"


def _period(row: dict[str, Any]) -> str:
    """The days a row holds, both inclusive; nothing where it always does."""
    starts, ends = row["period"]["starts"], row["period"]["ends"]
    return f"{starts or ''}–{ends or ''}" if starts or ends else ""


def _extra(row: dict[str, Any]) -> str:
    """What distinguishes a coded row beside its title: its scope, force, count, deadline, members or rights."""
    if "count" in row:
        return str(row["count"]) if row["enumerated"] is None else f"{row['count']}, {row['enumerated']} enumerated"
    known = ("scope", "domain", "national", "force", "part_of", "deadline", "members", "may")
    return " ".join(f"{key}={row[key]}" for key in known if row.get(key))


@group.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def check_command(context: click.Context, file: Path, *, as_json: bool) -> None:
    """Check a regime file with the layers it stands on: exit 0 usable, 1 with faults, each at file and line."""
    faults = regime_file_faults(file)
    if as_json:
        _print([fault.to_json() for fault in faults])
    else:
        for fault in faults:
            click.echo(f"{fault.at}: {fault.code}: {fault.zh} {fault.en}")
        if not faults:
            click.echo(f"{file.name}: ok")
    context.exit(1 if faults else 0)


@group.command("schema")
def schema_command() -> None:
    """Print the JSON Schema of a regime file, for editors and other programs."""
    _print(regime_schema())


@group.command("calendar")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", default="", help="The announcement, for entries that name none: document and number.")
@click.option("--every-day", is_flag=True, help="Count all days of a run as statutory where the file marks none.")
@click.option("--write", is_flag=True, help="Keep the holidays for every regime of the site.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_appcontext
def calendar_command(file: Path, source: str, *, every_day: bool, write: bool, as_json: bool) -> None:
    """Preview the holidays of an .ics or .csv file, and keep them with --write; exit 1 with faults."""
    plan = plan_calendar(file.name, _bounded(file), source=source, every_day=every_day)
    _show_plan(plan, as_json=as_json)
    if write and not plan.faults:
        folder = settings().calendars
        written = keep_calendar(db.session(), system_actor("command line"), plan, folder, now=now())
        db.session.commit()
        click.echo("\n".join(f"written: {path.name}" for path in written), err=as_json)
    click.get_current_context().exit(1 if plan.faults else 0)


def _bounded(file: Path) -> bytes:
    """The file's content, and never much more of it than is allowed."""
    with file.open("rb") as stream:
        return stream.read(1_000_000)


def _show_plan(plan: CalendarPlan, *, as_json: bool) -> None:
    if as_json:
        years = {str(year): [asdict(run) for run in found] for year, found, _text in plan.years}
        faults = [fault.to_json() for fault in plan.faults]
        _print({"years": years, "left_out": plan.left_out, "faults": faults})
        return
    for line in _plan_lines(plan):
        click.echo(line)


def _plan_lines(plan: CalendarPlan) -> list[str]:
    return [
        *(f"{year}\t{_run_line(run)}" for year, found, _text in plan.years for run in found),
        *(f"left out, a working day: {text}" for text in plan.left_out),
        *(f"{fault.at}: {fault.code}: {fault.zh} {fault.en}" for fault in plan.faults),
    ]


def _run_line(run: Run) -> str:
    statutory = " ".join(day.isoformat() for day in run.statutory)
    return f"{run.starts}–{run.ends}\t{run.zh} {run.en}\t{statutory}\t{run.source}"


def _print(value: Any) -> None:  # noqa: ANN401 - anything JSON can hold
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))
