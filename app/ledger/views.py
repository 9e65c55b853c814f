"""The auditor's pages: the ledger with filters, an entry with its proof, the export; and the public page of the log."""

import json

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from app.core.errors import N_, Invalid
from app.core.http import Page, actor, now, public, requires, settings, writes, zone
from app.core.permissions import P
from app.extensions import db
from app.ledger import queries, service
from app.ledger.forms import LedgerFilter, event_title, subject_title

blueprint = Blueprint("ledger", __name__, url_prefix="/ledger")
blueprint.add_app_template_filter(event_title)
blueprint.add_app_template_filter(subject_title)
log = Blueprint("log", __name__, url_prefix="/log")


@blueprint.get("/")
@requires(P.LEDGER_READ)
def entries() -> ResponseReturnValue:
    """What was done, newest first, filtered."""
    form = LedgerFilter(request.args)
    sound = form.validate()
    wanted = form.wanted() if sound else queries.Filter()
    page = Page.asked(queries.count(db.session(), wanted, zone()) if sound else 0)
    rows = queries.entries(db.session(), wanted, zone(), offset=page.offset, limit=page.size) if sound else []
    return render_template("ledger/entries.html", form=form, page=page, rows=rows, events=queries.events(db.session()))


@blueprint.get("/<int:sequence>")
@requires(P.LEDGER_READ)
def entry(sequence: int) -> ResponseReturnValue:
    """One entry, and the proof that it is in the log."""
    row = queries.entry(db.session(), sequence)
    return render_template("ledger/entry.html", row=row, proof=queries.proof_if_any(db.session(), sequence))


@blueprint.get("/<int:sequence>/proof")
@requires(P.LEDGER_READ)
def proof(sequence: int) -> ResponseReturnValue:
    """The proof of one entry with what the entry says, as a file."""
    told = queries.proof(db.session(), sequence).as_dict()
    answer = Response(json.dumps(told, ensure_ascii=False, indent=1) + "\n", content_type="application/json")
    answer.headers["Content-Disposition"] = f"attachment; filename=log-proof-{sequence}.json"
    return answer


@blueprint.get("/export")
@requires(P.LEDGER_READ)
@writes
def export() -> ResponseReturnValue:
    """The filtered ledger as JSON lines; the export is itself noted."""
    form = LedgerFilter(request.args)
    if not form.validate():
        raise Invalid("filter-unusable", N_("The filter cannot be read; correct it on the page of the ledger."))
    lines = service.export(db.session(), actor(), form.wanted(), zone(), now())
    db.session.commit()
    answer = Response(lines, content_type="application/x-ndjson")
    answer.headers["Content-Disposition"] = "attachment; filename=ledger.jsonl"
    return answer


@log.get("")
@public
def about() -> ResponseReturnValue:
    """What the log is, its newest checkpoint, and how anybody checks it."""
    session = db.session()
    return render_template(
        "ledger/log.html", newest=queries.checkpoint(session), keys=queries.log_keys(session),
        stamped=queries.checkpoints(session, stamped=True), site=settings().site_url,
    )  # fmt: skip
