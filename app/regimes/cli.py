"""`regimes list / show ID / check FILE`: rule profiles on the operator's command line."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from app.regimes.queries import regime_detail, regime_file_faults, regimes


@click.group("regimes")
def group() -> None:
    """Rule profiles: the national floor, provinces and localities."""


@group.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_command(*, as_json: bool) -> None:
    """List every regime with its layers and version."""
    rows = regimes()
    if as_json:
        _print([asdict(row) for row in rows])
        return
    for row in rows:
        click.echo(f"{row.id}\t{row.title.zh} {row.title.en}\t{' > '.join(row.layers)}\t{row.version[:19]}")


@group.command("show")
@click.argument("regime_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show_command(regime_id: str, *, as_json: bool) -> None:
    """Show what a regime says, each value with its source; a product default is labelled."""
    detail = regime_detail(regime_id)
    if as_json:
        _print(detail)
        return
    click.echo(f"{detail['id']}\t{detail['title']['zh']} {detail['title']['en']}\t{detail['version']}")
    for value in detail["values"]:
        label = " [product default, not law]" if value["unknown"] or value["basis"] == "product" else ""
        click.echo(f"{value['name']}\t{value['value']}\t{value['layer']}\t{value['source']}{label}")
    for rule in detail["rules"]:
        click.echo(f"{rule['rule']}\t{rule['severity']}\t{rule['layer']}\t{rule['source']}")


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
            click.echo(f"{fault.file}:{fault.line or 1}: {fault.code}: {fault.zh} {fault.en}")
    context.exit(1 if faults else 0)


def _print(value: Any) -> None:  # noqa: ANN401 - anything JSON can hold
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))
