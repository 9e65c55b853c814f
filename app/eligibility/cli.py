"""`eligibility check` and `eligibility replay`: one decision, and cases from a file without a database."""

import hashlib
import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

import click
from flask.cli import with_appcontext

from app.core.errors import DomainError, Unavailable
from app.core.http import now, settings, today
from app.core.permissions import system_actor
from app.credentials.service import sealing_keys
from app.eligibility import queries, service
from app.eligibility.decision import Decision, Outcome
from app.eligibility.facts import Question
from app.eligibility.replay import CaseResult, replay
from app.extensions import db
from app.regimes.codes import Act
from app.regimes.loader import RegimeUnusable, load

OPERATOR = "operator"
NEGATIVE, COULD_NOT_TELL = 1, 3


class Moment(click.ParamType[datetime]):
    """An ISO 8601 time with offset."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:  # noqa: ANN401
        """The aware moment, or a usage error."""
        try:
            found = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value} is no time such as 2026-05-01T08:00:00+08:00", param, ctx)
        if found.utcoffset() is None:
            self.fail(f"{value} needs an offset, such as +08:00", param, ctx)
        return found


@click.group("eligibility")
def group() -> None:
    """May these people do this act, here, then."""


@group.command("check")
@click.option("--person", "people", multiple=True, required=True, help="Code; more may follow, or repeat the option.")
@click.argument("more", nargs=-1, metavar="[CODE]...")
@click.option("--act", required=True, type=click.Choice(list(Act)))
@click.option("--item", default=None, help="Code of the power item.")
@click.option("--place", default=None, help="Code of the area.")
@click.option("--start", required=True, type=Moment())
@click.option("--end", required=True, type=Moment())
@click.option("--known-at", default=None, type=Moment(), help="As of what was recorded by then.")
@click.option("--json", "as_json", is_flag=True)
@with_appcontext
def check_command(people: tuple[str, ...], more: tuple[str, ...], act: str, *, as_json: bool, **asked: Any) -> None:  # noqa: ANN401
    """Answer one question and record it: exit 0 allowed, 1 not allowed, 2 wrong usage, 3 could not tell."""
    question = Question((*people, *more), Act(act), **asked)
    try:
        answer = service.check(db.session(), system_actor(OPERATOR), question, today=today(), now=now())
        db.session.commit()
    except Exception as error:  # noqa: BLE001 - a failure must not leave by the exit code of a denial
        _undecided(error)
    click.echo(json.dumps(answer.json, ensure_ascii=False, indent=2) if as_json else _in_words(answer))
    sys.exit(_exit_code(answer.decision))


def _undecided(error: Exception) -> NoReturn:
    """A question that cannot be asked is wrong usage; whatever else went wrong, nothing could be told."""
    if isinstance(error, DomainError) and not isinstance(error, RegimeUnusable | Unavailable):
        raise error
    said = f"{error.code}: {error}" if isinstance(error, DomainError) else f"failed: {type(error).__name__}"
    click.echo(said, err=True)
    sys.exit(COULD_NOT_TELL)


def _exit_code(decision: Decision) -> int:
    if decision.faults:
        return COULD_NOT_TELL
    return NEGATIVE if decision.outcome is Outcome.DENY else 0


def _in_words(answer: service.Answer) -> str:
    given = answer.json
    lines = [f"{given['outcome']} {answer.id}"]
    lines += [
        f"{part['start']} {part['end']} {part['outcome']} {' '.join(part['reasons'])}" for part in given["intervals"]
    ]
    for reason in given["reasons"]:
        said = reason["message"]
        lines.append(f"{reason['severity']} {reason['rule']} {' '.join(reason['people'])}: {said['zh']} {said['en']}")
    lines += [
        f"OBLIGATION {one['rule']}: {one['message']['zh']} {one['message']['en']}" for one in given["obligations"]
    ]
    return "\n".join(line.rstrip() for line in lines)


@group.command("replay")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True)
def replay_command(file: Path, *, as_json: bool) -> None:
    """Judge a file of cases with no database: exit 0 all as expected, 1 with each difference, 2 unreadable."""
    try:
        results = replay(file.read_text(encoding="utf-8"), load)
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{file.name} is no UTF-8 text") from error
    except RegimeUnusable as error:
        _undecided(error)
    click.echo(
        json.dumps([_case(one) for one in results], ensure_ascii=False, indent=2) if as_json else _cases(results)
    )
    sys.exit(NEGATIVE if any(one.differences for one in results) else 0)


def _case(result: CaseResult) -> dict[str, Any]:
    differences = [
        {"at": one.at, "expected": _plain(one.expected), "got": _plain(one.got)} for one in result.differences
    ]
    answer = result.decision.to_json() if result.decision else None
    return {"name": result.name, "agrees": not differences, "differences": differences, "answer": answer}


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a case expects
    return json.loads(json.dumps(value, default=str))


def _cases(results: tuple[CaseResult, ...]) -> str:
    lines = [f"{one.name}: {d.at}: expected {d.expected}, got {d.got}" for one in results for d in one.differences]
    differing = sum(bool(one.differences) for one in results)
    return "\n".join([*lines, f"{len(results)} cases, {differing} differ"])


@group.command("attest")
@click.argument("decision", metavar="DECISION")
@click.argument("file", metavar="FILE.pdf", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--case", "case_reference", required=True, help="Reference of the case file.")
@click.option("--reason", default="", help="What it is issued for.")
@with_appcontext
def attest_command(decision: str, file: Path, case_reference: str, reason: str) -> None:
    """Seal an attestation of one decision for a case file, keep it, and write the same bytes to a new file."""
    if file.exists():
        raise click.UsageError(f"{file.name} exists already; nothing was written")
    number = service.request_attestation(
        db.session(), system_actor(OPERATOR), decision, case_reference, settings=settings(), reason=reason, now=now()
    )
    db.session.commit()
    _seal(number)
    content = queries.attestation_document(db.session(), number, None)
    file.write_bytes(content)
    click.echo(f"{number} SHA-256 {hashlib.sha256(content).hexdigest()}")


def _seal(number: str) -> None:
    """Seal it here and now, unless the sealing process was faster."""
    draft, keys = service.attestation_draft(db.session(), number), sealing_keys(db.session(), settings(), now())
    db.session.rollback()
    if draft is not None:
        sealed = service.seal_attestation(draft, keys, settings(), now=now())
        service.keep_attestation(db.session(), draft, sealed, keys, now=now())
        db.session.commit()
