"""Trial runs of drafts of local rules: start, watch, read, adopt."""

import csv
import io

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core.errors import DomainError
from app.core.http import Page, actor, in_language, language, now, requires, today
from app.core.permissions import P
from app.eligibility.forms.whatif import AdoptForm, WhatIfForm
from app.eligibility.queries import whatif as queries
from app.eligibility.service import whatif as service
from app.eligibility.views.blueprint import blueprint
from app.extensions import db
from app.regimes import queries as regimes


@blueprint.get("/what-if")
@requires(P.REGIMES_EDIT, P.REGIMES_ADOPT)
def what_ifs() -> ResponseReturnValue:
    """The newest trial runs."""
    return render_template("eligibility/whatif_list.html", rows=queries.what_ifs(db.session()))


@blueprint.route("/what-if/new/<int:draft_id>", methods=["GET", "POST"])
@requires(P.REGIMES_EDIT, P.REGIMES_ADOPT)
def what_if_new(draft_id: int) -> ResponseReturnValue:
    """Try a draft over everybody under its rules."""
    draft, form = regimes.draft(db.session(), draft_id), WhatIfForm.from_today(today())
    if form.validate_on_submit():
        days = form.first.data, form.last.data, form.since.data
        try:
            number = service.start(db.session(), actor(), draft_id, *days, now=now())
        except DomainError as error:
            form.carry(error, in_language(error))
        else:
            db.session.commit()
            return redirect(url_for("eligibility.what_if", what_if_id=number))
    return render_template("eligibility/whatif_new.html", form=form, draft=draft)


@blueprint.get("/what-if/<int:what_if_id>")
@requires(P.REGIMES_EDIT, P.REGIMES_ADOPT)
def what_if(what_if_id: int) -> ResponseReturnValue:
    """How far a run is, and what it found, by unit and by person."""
    scope = queries.reader_scope(actor())
    found = queries.report(db.session(), what_if_id, scope)
    unit, move = request.args.get("unit", ""), _move()
    page = Page.asked(queries.count_changes(db.session(), what_if_id, scope, unit=unit, move=move))
    people = queries.changes_found(db.session(), what_if_id, scope, unit=unit, move=move, offset=page.offset)
    draft = regimes.draft(db.session(), found.run.draft_id)
    return render_template("eligibility/whatif.html", found=found, page=page, people=people, draft=draft)


def _move() -> tuple[str, str] | None:
    before, arrow, after = request.args.get("move", "").partition(">")
    return (before, after) if arrow else None


@blueprint.get("/what-if/<int:what_if_id>/people.csv")
@requires(P.REGIMES_EDIT, P.REGIMES_ADOPT)
def what_if_csv(what_if_id: int) -> ResponseReturnValue:
    """Everybody whose outcome would change, as a table."""
    scope, sheet = queries.reader_scope(actor()), io.StringIO()
    found = queries.report(db.session(), what_if_id, scope)
    units = {one.unit.id: one.unit for one in found.units}
    writer = csv.writer(sheet)
    head = [_("Code"), _("Name"), _("Unit"), _("As the rules are"), _("Under the draft"), _("Reasons that come or go")]
    writer.writerow(head)
    for row in queries.changes_found(db.session(), what_if_id, scope, limit=None):
        writer.writerow([_safe(cell) for cell in _cells(row, units[row.unit_id].name(language()))])
    answer = Response("\ufeff" + sheet.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f"attachment; filename=what-if-{what_if_id}.csv"
    return answer


def _cells(row: queries.ChangeRow, unit: str) -> tuple[str, ...]:
    signs = {"NEW": "+", "GONE": "−"}
    reasons = "; ".join(f"{signs[one['side']]} {one['rule']} {one[language()]}" for one in row.reasons)
    return row.person_code, row.name, unit, row.before, row.after, reasons


def _safe(cell: str) -> str:
    """A table program takes a cell that begins like a formula for one."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t"} else cell


@blueprint.post("/what-if/<int:what_if_id>/stop")
@requires(P.REGIMES_EDIT, P.REGIMES_ADOPT)
def what_if_stop(what_if_id: int) -> ResponseReturnValue:
    """End a run before it is done."""
    service.stop(db.session(), actor(), what_if_id, now=now())
    db.session.commit()
    return redirect(url_for("eligibility.what_if", what_if_id=what_if_id))


@blueprint.route("/what-if/<int:what_if_id>/adopt", methods=["GET", "POST"])
@requires(P.REGIMES_ADOPT)
def what_if_adopt(what_if_id: int) -> ResponseReturnValue:
    """Adopt the draft that was tried: the counts once more, a day, a reason and the password."""
    found = queries.report(db.session(), what_if_id, queries.reader_scope(actor()))
    form = AdoptForm(effective_from=today())
    if form.validate_on_submit():
        said = form.effective_from.data, form.reason.data, form.current.data
        try:
            service.adopt(db.session(), actor(), what_if_id, *said, today=today(), now=now())
        except DomainError as error:
            form.carry(error, in_language(error))
        else:
            db.session.commit()
            return redirect(url_for("regimes.regime", regime_id=found.run.regime))
    return render_template("eligibility/whatif_adopt.html", form=form, found=found)
