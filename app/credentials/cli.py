"""Commands of the credentials: the life of a certificate, from the operator's hand."""

import json
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from app.core.clock import local_day
from app.core.errors import DomainError
from app.core.http import now, settings, zone
from app.core.permissions import Actor, system_actor
from app.credentials import queries, service
from app.credentials.periods import Action
from app.extensions import db
from app.registry import queries as registry

NEGATIVE, UNTOLD = 1, 3
as_json = click.option("--json", "as_json", is_flag=True, help="Print data.")
reason = click.option("--reason", required=True, help="Why; kept in the ledger.")


class Day(click.ParamType[date]):
    """A day as 2026-05-01."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:  # noqa: ANN401
        """Read it, or fail with the form it should have."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a day such as 2026-05-01", param, ctx)


def operator() -> Actor:
    """The operator's own hand, in the ledger as such."""
    return system_actor("operator")


def say(data: Any, words: str, *, json_wanted: bool) -> None:  # noqa: ANN401 - anything JSON takes
    """Print data for programs or sentences for people."""
    click.echo(json.dumps(data, ensure_ascii=False, default=str) if json_wanted else words)


def told(error: DomainError, *, json_wanted: bool) -> None:
    """Say what was refused, in one line or as data, and leave with the negative answer."""
    data = {"error": error.code, "message": str(error), **error.data}
    say(data, f"{error.code}: {error}", json_wanted=json_wanted)
    sys.exit(NEGATIVE)


@click.group("credentials")
def group() -> None:
    """Certificates: issue, suspend, reinstate, revoke, list, export, verify."""


def _committed(work: Callable[[], Any], *, json_wanted: bool) -> Any:  # noqa: ANN401 - what the work returns
    try:
        done = work()
        db.session.commit()
    except DomainError as error:
        db.session.rollback()
        return told(error, json_wanted=json_wanted)
    return done


@group.command("issue")
@click.argument("people", nargs=-1, required=True, metavar="CODE...")
@click.option("--from", "valid_from", type=Day(), help="First day; today if left out.")
@click.option("--domain", "domains", multiple=True, help="Limit to this domain; repeatable.")
@click.option("--reason", default="", help="Why without application and check; kept in the ledger.")
@as_json
@with_appcontext
def issue(
    people: tuple[str, ...], valid_from: date | None, domains: tuple[str, ...], reason: str, *, as_json: bool
) -> None:
    """Issue a certificate to each of these people, all or none, by one hand; the ledger says so."""
    ids = _ids(people)
    made = _committed(
        lambda: service.issue_alone(
            db.session(),
            operator(),
            ids,
            settings=settings(),
            now=now(),
            valid_from=valid_from,
            domains=domains or None,
            reason=reason,
        ),
        json_wanted=as_json,
    )
    rows = [{"number": one.number, "person": code} for one, code in zip(made, people, strict=True)]
    say(rows, "\n".join(f"{row['number']}  {row['person']}" for row in rows), json_wanted=as_json)


def _ids(codes: tuple[str, ...]) -> list[int]:
    """The ids behind codes, in their order; wrong usage for a code that nobody has, or one named twice."""
    found = {row.code: row.id for row in registry.people_by_codes(db.session(), codes, local_day(now(), zone()))}
    missing = [code for code in codes if code not in found]
    if missing or len(set(codes)) < len(codes):
        raise click.UsageError(f"nobody has the code {missing[0]}" if missing else "a code is named twice")
    return [found[code] for code in codes]


def _changed(number: str, order: service.Order, *, json_wanted: bool) -> None:
    change = service.revoke_alone if order.action is Action.REVOKE else service.change
    done = _committed(
        lambda: change(db.session(), operator(), number, order, now=now(), zone=zone()), json_wanted=json_wanted
    )
    moment = done.effective_at.astimezone(zone()).isoformat()
    data = {"number": done.number, "state": done.state, "effective_at": moment}
    say(data, f"{done.number}  {done.state}  from {moment}", json_wanted=json_wanted)


@group.command("suspend")
@click.argument("number")
@reason
@click.option("--basis", required=True, help="Law and article, or the decision.")
@click.option("--from", "first", type=Day(), help="First day; at once if left out.")
@click.option("--until", type=Day(), help="Last day, inclusive; until further notice if left out.")
@as_json
@with_appcontext
def suspend(number: str, reason: str, basis: str, first: date | None, until: date | None, *, as_json: bool) -> None:
    """Suspend a certificate."""
    _changed(number, service.Order(Action.SUSPEND, reason, basis, first, until), json_wanted=as_json)


@group.command("reinstate")
@click.argument("number")
@reason
@as_json
@with_appcontext
def reinstate(number: str, reason: str, *, as_json: bool) -> None:
    """End a suspension or a loss."""
    _changed(number, service.Order(Action.REINSTATE, reason), json_wanted=as_json)


@group.command("revoke")
@click.argument("number")
@reason
@click.option("--basis", required=True, help="Law and article, or the decision.")
@as_json
@with_appcontext
def revoke(number: str, reason: str, basis: str, *, as_json: bool) -> None:
    """Revoke a certificate for good, by one hand; the ledger says so."""
    _changed(number, service.Order(Action.REVOKE, reason, basis), json_wanted=as_json)


@group.command("list")
@click.option("--state", default="", help="ACTIVE, EXPIRING, SUSPENDED, REVOKED, CANCELLED, LOST, SUPERSEDED, EXPIRED.")
@click.option("--agency", help="Code of an agency.")
@click.option("--expiring", type=click.IntRange(1, 3660), help="Ends within so many days.")
@as_json
@with_appcontext
def list_certificates(state: str, agency: str | None, expiring: int | None, *, as_json: bool) -> None:
    """List certificates, the soonest to end first."""
    agency_id = registry.unit_by_code(db.session(), agency).id if agency else None
    wanted = queries.Wanted("", state.upper(), agency_id, expiring or 0)
    rows = [_as_data(row) for row in queries.certificates(db.session(), None, wanted, now(), zone())]
    words = "{number}  {person}  {name}  {state}  {valid_from}..{valid_to}"
    lines = [words.format(**row) for row in rows]
    say(rows, "\n".join([*lines, f"{len(rows)} certificates"]), json_wanted=as_json)


def _as_data(row: queries.LifeRow) -> dict[str, Any]:
    return {
        "number": row.number, "person": row.person_code, "name": row.name, "agency": row.agency, "state": row.state,
        "issued_on": row.issued_on, "valid_from": row.valid_from, "valid_to": row.valid_to, "sealed": row.sealed,
    }  # fmt: skip


@group.command("export")
@click.argument("number")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@as_json
@with_appcontext
def export(number: str, file: Path, *, as_json: bool) -> None:
    """Write the stored, sealed bytes of a certificate into FILE."""
    try:
        content = queries.document(db.session(), operator(), number)
    except DomainError as error:
        return told(error, json_wanted=as_json)
    file.write_bytes(content)
    return say({"number": number, "bytes": len(content)}, f"{len(content)} bytes written", json_wanted=as_json)


@group.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--on", type=Day(), help="Also say the state on this day.")
@as_json
@with_appcontext
def verify(file: Path, on: date | None, *, as_json: bool) -> None:
    """Say whether FILE is genuine and unchanged (exit 0, 1 not, 3 could not tell), and the certificate's state."""
    found = service.check_file(db.session(), file.read_bytes(), on, settings=settings(), now=now())
    db.session.rollback()
    answer = found.answer
    state = {"today": answer.state_today, "on": answer.on, "state_on": answer.state_on} if answer else None
    data = {**found.verdict.as_dict(), "as_issued": found.as_issued, "registry": state, "seal_fallen": found.fallen}
    lines = [data["outcome"], *(f"{f.code}: {f.en}" for f in found.verdict.findings)]
    lines += ["its seal is revoked in the register, and no time stamp places it before"] if found.fallen else []
    lines += [f"{answer.number}: {answer.state_today} today, {answer.state_on} on {answer.on}"] if answer else []
    say(data, "\n".join(lines), json_wanted=as_json)
    sys.exit(0 if found.genuine else UNTOLD if found.undetermined else NEGATIVE)
