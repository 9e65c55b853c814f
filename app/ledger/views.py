"""The auditor's pages: the ledger with filters, and its export."""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from app.core.errors import N_, Invalid
from app.core.http import Page, actor, now, requires, writes, zone
from app.core.permissions import P
from app.extensions import db
from app.ledger import queries, service
from app.ledger.forms import LedgerFilter, event_title, subject_title

blueprint = Blueprint("ledger", __name__, url_prefix="/ledger")
blueprint.add_app_template_filter(event_title)
blueprint.add_app_template_filter(subject_title)


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
