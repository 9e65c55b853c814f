"""Commands about keys: made, rotated, renewed, revoked, published, listed; and a time-stamp authority for trials.

Run by the operator on the machine that holds the private keys, never by the web.
"""

import json
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click
from flask import current_app
from flask.cli import with_appcontext

from app.core import http
from app.core.clock import day_start
from app.core.permissions import Actor, system_actor
from app.credentials import queries, service
from app.extensions import db
from certificates.authority import KeyKind, Purpose
from certificates.crl import Reason
from certificates.tsa import serve

T = TypeVar("T")
NEGATIVE = 1
ROTATING = ("seal", "issuing", "code", "log")
KINDS = [kind.value for kind in KeyKind]
as_json = click.option("--json", "as_json", is_flag=True, help="Print data.")


class Moment(click.ParamType[datetime | date]):
    """A day as 2026-05-01, whose first moment is meant, or a time with offset as 2026-05-01T08:00:00+08:00."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime | date:  # noqa: ANN401
        """The aware moment or the day, or a usage error."""
        if isinstance(value, date):
            return value
        try:
            found = date.fromisoformat(value) if len(value) == len("2026-05-01") else datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is neither a day such as 2026-05-01 nor a time with its offset", param, ctx)
        if isinstance(found, datetime) and found.tzinfo is None:
            self.fail(f"{value} needs an offset, such as +08:00", param, ctx)
        return found


def begins(value: datetime | date | None) -> datetime | None:
    """The moment meant: a day begins in the site's zone."""
    return value if value is None or isinstance(value, datetime) else day_start(value, http.zone())


def operator() -> Actor:
    """The operator's own hand, in the ledger as such."""
    return system_actor("operator")


def _committed(work: Callable[[], T]) -> T:
    done = work()
    db.session.commit()
    return done


def _say(rows: list[dict[str, Any]], as_words: Callable[[dict[str, Any]], str], *, json_wanted: bool) -> None:
    told = json.dumps(rows, ensure_ascii=False, default=str) if json_wanted else "\n".join(map(as_words, rows))
    click.echo(told or "nothing to do")


def _key(row: queries.KeyRow) -> dict[str, Any]:
    return {
        "purpose": row.purpose, "serial": row.serial, "state": row.state(http.now()),
        "from": row.valid_from.isoformat(),
        "until": row.valid_until.isoformat(), "subject": row.subject, "fingerprint": row.fingerprint,
        "falls_from": row.falls_from.isoformat() if row.falls_from else None, "reason": row.reason,
    }  # fmt: skip


def _key_words(row: dict[str, Any]) -> str:
    words = f"{row['purpose']:8} {row['state']:8} {row['serial']:42} {row['from'][:10]}..{row['until'][:10]}"
    return f"{words}  falls from {row['falls_from']} ({row['reason']})" if row["falls_from"] else words


@click.group("keys")
def group() -> None:
    """The keys of this site: root, issuing authority, seal, codes, log."""


@group.command("init")
@click.option("--kind", type=click.Choice(KINDS), default=KINDS[0], show_default=True, help="Kind of the seal's key.")
@as_json
@with_appcontext
def init(kind: str, *, as_json: bool) -> None:
    """Make the keys unless there are any, enter them in the register, publish the lists."""
    rows = _committed(
        lambda: service.init_keys(db.session(), operator(), http.settings(), kind=KeyKind(kind), now=http.now())
    )
    _say([_key(row) for row in rows], _key_words, json_wanted=as_json)


@group.command("renew")
@click.option("--within", type=click.IntRange(1, 3660), default=90, show_default=True, help="Ends within so many days.")
@as_json
@with_appcontext
def renew(within: int, *, as_json: bool) -> None:
    """Make a successor, signing at once, for each key that ends soon; the old stays good for what it signed."""
    rows = _committed(
        lambda: service.renew_keys(db.session(), operator(), http.settings(), within_days=within, now=http.now())
    )
    _say([_key(row) for row in rows], _key_words, json_wanted=as_json)


@group.command("rotate")
@click.argument("purpose", type=click.Choice(ROTATING))
@click.option("--from", "start", type=Moment(), help="Signs from then on; at once if left out.")
@click.option("--kind", type=click.Choice(KINDS), default=KINDS[0], show_default=True, help="Kind of the key.")
@as_json
@with_appcontext
def rotate(purpose: str, start: datetime | date | None, kind: str, *, as_json: bool) -> None:
    """Make a new key that signs from a moment on; until then, and for what it signed, the old one stays."""
    made = _committed(
        lambda: service.rotate_key(
            db.session(), operator(), http.settings(), Purpose(purpose), start=begins(start), kind=KeyKind(kind),
            now=http.now(),
        )
    )  # fmt: skip
    _say([_key(made)], _key_words, json_wanted=as_json)


@group.command("revoke")
@click.argument("serial")
@click.option("--reason", type=click.Choice([one.value for one in service.REASONS]), required=True)
@click.option("--words", required=True, help="What happened; kept in the ledger.")
@click.option("--since", type=Moment(), help="In other hands since; from now on if left out.")
@as_json
@with_appcontext
def revoke(serial: str, reason: str, words: str, since: datetime | date | None, *, as_json: bool) -> None:
    """Revoke a key for good, publish the lists, and count what falls."""
    order, now = service.KeyOrder(Reason(reason), words, begins(since)), http.now()
    row = _committed(lambda: service.revoke_key(db.session(), operator(), serial, order, now=now))
    _committed(lambda: service.publish_lists(db.session(), operator(), http.settings(), now=now))
    under = queries.seals_under(queries.key_register(db.session()), row)
    counts = queries.uses_of(db.session(), under, row.falls_from).counts
    words_of = "{good} documents stay good, {fallen} fall, {unproven} without a time stamp fall".format_map
    _say([{**_key(row), **counts}], lambda one: f"{_key_words(one)}\n{words_of(one)}", json_wanted=as_json)


@group.command("publish")
@click.option("--all", "all_of_them", is_flag=True, help="Also what is not due.")
@click.option(
    "--crl",
    "files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Take over a revocation list of your own authority, or of your time stamps; repeatable.",
)
@as_json
@with_appcontext
def publish(files: tuple[Path, ...], *, all_of_them: bool, as_json: bool) -> None:
    """Publish the revocation lists and the trust list; exit 1 when a key that has to sign one does not lie here."""
    now, lists = http.now(), [file.read_bytes() for file in files]
    taken = _committed(lambda: service.publish_foreign(db.session(), operator(), lists, now=now))
    done = _committed(
        lambda: service.publish_lists(db.session(), operator(), http.settings(), all_of_them=all_of_them, now=now)
    )
    rows = [{"list": name, "state": "published"} for name in (*taken, *done.made)]
    rows += [{"list": name, "state": "its key is not here"} for name in done.absent]
    _say(rows, lambda row: f"{row['list']}: {row['state']}", json_wanted=as_json)
    sys.exit(NEGATIVE if done.absent else 0)


@group.command("list")
@as_json
@with_appcontext
def list_keys(*, as_json: bool) -> None:
    """The register: every key with its dates, revoked ones with what falls."""
    _say([_key(row) for row in queries.key_register(db.session())], _key_words, json_wanted=as_json)


@group.group("tsa")
def tsa() -> None:
    """A time-stamp authority for development. Its stamps prove nothing."""


@tsa.command("run")
@click.option("--port", type=click.IntRange(0, 65535), default=3161, show_default=True)
@with_appcontext
def run_tsa(port: int) -> None:
    """Answer time-stamp requests on this machine, for development and trials only; set TSA_URL to what it prints."""
    clock = current_app.extensions["clock"].now
    stamper = _committed(
        lambda: service.development_clock(db.session(), operator(), http.settings(), clock, now=http.now())
    )
    server = serve(stamper, port=port)
    click.echo(f"FOR DEVELOPMENT ONLY 仅供测试: TSA_URL=http://127.0.0.1:{server.server_port}", err=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()
