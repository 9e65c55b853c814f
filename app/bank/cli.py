"""Commands of the question bank: import, export, load the bundled banks, take up editions of statutes."""

import json
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from app.accounts import queries as accounts
from app.bank import queries, service
from app.bank.policy import EXPORT_FORMATS, Outcome
from app.core.http import now
from app.core.permissions import Actor, system_actor
from app.extensions import db
from question_bank.formats import Limits
from question_bank.items import Paper

OPERATOR = "operator"
FILES = 500
"""Files of a folder at most."""


@click.group("bank")
def group() -> None:
    """Questions: import, export, load the bundled banks; the statutes behind them."""


@group.command("import")
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option("--format", "format_", type=click.Choice(service.FORMATS), default="auto", show_default=True)
@click.option(
    "--paper", type=click.Choice(list(Paper)), default=Paper.PUBLIC_LAW.value, help="Where the file is silent."
)
@click.option("--topic", default="", help="For questions that name neither topic nor law.")
@click.option("--submit", is_flag=True, help="Put the questions before the reviewer at once.")
@click.option("--dry-run", is_flag=True, help="Say what would be done; write nothing.")
@click.option("--json", "as_json", is_flag=True)
@with_appcontext
def import_questions(
    file: Path, format_: str, paper: str, topic: str, *, submit: bool, dry_run: bool, as_json: bool
) -> None:
    """Read questions from FILE, an archive or a folder of files, as drafts; exit 1 when questions were rejected."""
    result = service.import_files(
        db.session(), system_actor(OPERATOR), file.name, _files(file), now=now(), format=format_, paper=paper,
        topic=topic, submit=submit, dry_run=dry_run,
    )  # fmt: skip
    db.session.commit()
    click.echo(json.dumps(result.as_data(), ensure_ascii=False, indent=1) if as_json else _in_words(result))
    sys.exit(1 if result.rejected else 0)


def _files(path: Path) -> list[tuple[str, bytes]]:
    """The file, or those of a folder by their paths in it; links are not followed, nothing is read past the limit."""
    if not path.is_dir():
        return [(path.name, _read(path))]
    walked = (Path(folder) / name for folder, _below, names in os.walk(path) for name in names)
    inside = sorted(one for one in walked if one.is_file() and not one.is_symlink())
    if len(inside) > FILES:
        raise click.UsageError(f"{path.name} holds {len(inside)} files; at most {FILES} are read at a time")
    return [(str(one.relative_to(path)), _read(one)) for one in inside]


def _read(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(Limits().file_bytes + 1)


def _in_words(result: service.ImportResult) -> str:
    told = (Outcome.REJECTED, Outcome.CHANGED)
    lines = [f"{row.outcome} {row.where} {row.code}: {row.zh} {row.en}" for row in result.rows if row.outcome in told]
    counts = [f"{name} {getattr(result, name)}" for name in ("added", "changed", "unchanged", "rejected")]
    lines.append(("dry run, nothing written: " if result.dry_run else "") + ", ".join(counts))
    return "\n".join(lines)


@group.command("export")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--format", "format_", type=click.Choice(EXPORT_FORMATS), default="native", show_default=True)
@click.option("--paper", type=click.Choice(list(Paper)), default=None)
@click.option("--topic", default="")
@click.option("--tag", default="")
@click.option("--json", "as_json", is_flag=True)
@with_appcontext
def export_questions(file: Path, format_: str, paper: str | None, topic: str, tag: str, *, as_json: bool) -> None:
    """Write the newest versions of questions to FILE; say what the format cannot hold, exit 1 when there is any."""
    wanted = queries.ItemFilter(paper=paper or "", topic=topic, tag=tag)
    made = service.export(db.session(), system_actor(OPERATOR), wanted, format_, now=now())
    file.write_bytes(made.content)
    db.session.commit()
    click.echo(json.dumps(_export_data(file, format_, made), ensure_ascii=False) if as_json else _exported(file, made))
    sys.exit(1 if made.lost else 0)


def _export_data(file: Path, format_: str, made: service.Exported) -> dict[str, Any]:
    lost = [{"item": one.place.item, "code": one.code, "zh": one.zh, "en": one.en} for one in made.lost]
    return {"file": str(file), "format": format_, "count": made.count, "lost": lost}


def _exported(file: Path, made: service.Exported) -> str:
    lines = [f"{one.place.item}: {one.zh} {one.en}" for one in made.lost]
    return "\n".join([*lines, f"{made.count} questions in {file}"])


@group.command("load-bundled")
@click.option("--author", required=True, help="User name of the account that stands as author.")
@click.option("--reviewer", required=True, help="User name of another account, which approves.")
@click.option("--json", "as_json", is_flag=True)
@with_appcontext
def load_bundled(author: str, reviewer: str, *, as_json: bool) -> None:
    """Load the bundled banks as final questions, for demonstration; a second load adds nothing."""
    count = service.load_bundled(db.session(), _account(author), _account(reviewer), now())
    db.session.commit()
    click.echo(json.dumps({"added": count}) if as_json else f"{count} questions added")


def _account(username: str) -> Actor:
    found = queries.account_id(db.session(), username)
    if found is None:
        raise click.UsageError(f"there is no account {username}")
    return accounts.actor_of(db.session(), found)


DAY = click.DateTime(["%Y-%m-%d"])


@group.group("statutes")
def statutes() -> None:
    """Editions of the laws that questions cite."""


@statutes.command("load")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--edition", default="", help="The day it was passed, where the file name is silent.")
@click.option("--from", "first", type=DAY, help="The first day in force, where the text is silent.")
@click.option("--until", "last", type=DAY, help="The last day in force, of a law that ends without a next edition.")
@click.option("--follows", default="", help="The former name of a law that replaces another.")
@click.option("--dry-run", is_flag=True, help="Say what would change; write nothing.")
@click.option("--json", "as_json", is_flag=True)
@with_appcontext
def load_statutes(
    files: tuple[Path, ...], edition: str, first: datetime | None, last: datetime | None, follows: str, *,
    dry_run: bool, as_json: bool,
) -> None:  # fmt: skip
    """Read FILES as editions of laws and take them up, oldest first; say what changes and which questions cite it."""
    given = service.Given(edition, first.date() if first else None, last.date() if last else None, follows)
    read = [(file.name, file.read_bytes()) for file in files]
    done = service.load_files(db.session(), system_actor(OPERATOR), read, now=now(), given=given, dry_run=dry_run)
    db.session.commit()
    told = {"dry_run": dry_run, "editions": [one.as_data() for one in done]}
    click.echo(json.dumps(told, ensure_ascii=False, indent=1) if as_json else _loaded_in_words(done, dry_run=dry_run))


def _loaded_in_words(done: list[service.Loaded], *, dry_run: bool) -> str:
    lines = ["dry run, nothing written:"] if dry_run else []
    for one in done:
        counts = ", ".join(f"{name.lower()} {count}" for name, count in one.counts.items()) or "nothing before it"
        lines.append(f"{one.law} {one.edition} {one.state} from {one.valid_from or 'unknown'}: {counts}")
        lines += [
            f"  {code}: article {article or '-'} {effect} {became or '-'}"
            for code, effect, article, became in one.citing
        ]
        lines.append(f"  {len(one.citing)} questions cite {one.before or 'it'}, {one.under_review} under review now")
    return "\n".join(lines)


@statutes.command("list")
@click.option("--json", "as_json", is_flag=True)
@with_appcontext
def list_statutes(*, as_json: bool) -> None:
    """Every edition that is known: when it holds, and how many questions cite it."""
    rows = [_edition_data(row) for row in queries.statutes(db.session())]
    text = "\n".join("\t".join(str(value if value is not None else "-") for value in row.values()) for row in rows)
    click.echo(json.dumps(rows, ensure_ascii=False, indent=1) if as_json else text)


def _edition_data(row: queries.EditionRow) -> dict[str, str | int | None]:
    return {
        "law": row.law, "edition": row.edition, "state": row.state.value,
        "valid_from": row.valid_from.isoformat() if row.valid_from else None,
        "valid_to": row.ends.isoformat() if row.ends else None, "articles": row.articles, "questions": row.citing,
    }  # fmt: skip


@statutes.command("withdraw")
@click.argument("law")
@click.argument("edition")
@click.option("--reason", required=True, help="Kept in the ledger.")
@with_appcontext
def withdraw_statute(law: str, edition: str, reason: str) -> None:
    """Take the EDITION of LAW back; questions that only waited because of it are in use again."""
    back, left = service.withdraw_edition(db.session(), system_actor(OPERATOR), law, edition, reason=reason, now=now())
    db.session.commit()
    click.echo(f"{back} questions in use again, {left} left as they are")
