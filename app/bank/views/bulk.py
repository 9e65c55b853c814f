"""One act on many questions: asks first, naming how many it reaches and which it leaves alone."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from app.bank import queries, service
from app.bank.forms import BULK, BulkForm, chosen_pairs
from app.bank.policy import Bulk
from app.bank.views.room import asked, blueprint
from app.core.errors import DomainError
from app.core.http import actor, in_language, now, requires
from app.core.permissions import P
from app.extensions import db


@blueprint.post("/items/bulk")
@requires(P.BANK_EDIT, P.BANK_REVIEW)
def bulk() -> ResponseReturnValue:
    """One act on the chosen questions, or on all that the list shows."""
    form = BulkForm()
    if not form.validate():
        return _again(form, [])
    chosen = chosen_pairs(request.form.getlist("chosen")) or _all()
    try:
        return _done(form, chosen) if "sure" in request.form else _asked(form, chosen)
    except DomainError as error:
        db.session.rollback()
        form.carry(error, in_language(error))
    return _again(form, chosen)


def _act(form: BulkForm) -> service.Act:
    return service.Act(
        Bulk(form.step.data), tag=form.tag.data or "", topic=form.topic.data or "", level=form.level.data or "",
        reason=form.reason.data or "", submit=form.submit_for_review.data,
    )  # fmt: skip


def _all() -> list[tuple[str, int]]:
    if "all" not in request.form:
        return []
    return [(row.code, row.latest) for row in queries.find(db.session(), asked(), 1, BULK).rows]


def _asked(form: BulkForm, chosen: list[tuple[str, int]]) -> ResponseReturnValue:
    plan = service.plan_bulk(db.session(), actor(), _act(form), chosen, now=now())
    codes = [code for code, _number in (*plan.doing, *plan.exceptions)]
    rows = queries.rows_by_code(db.session(), codes)
    return render_template("bank/sure.html", form=form, plan=plan, rows=rows)


def _again(form: BulkForm, chosen: list[tuple[str, int]]) -> ResponseReturnValue:
    return render_template("bank/bulk.html", form=form, chosen=chosen), 422


def _done(form: BulkForm, chosen: list[tuple[str, int]]) -> ResponseReturnValue:
    sure = request.form.get("sure", type=int, default=0)
    count = service.do_bulk(db.session(), actor(), _act(form), chosen, sure=sure, now=now())
    db.session.commit()
    flash(_told(Bulk(form.step.data), count), "success")
    return redirect(url_for("bank.queue") if form.step.data == Bulk.APPROVE else url_for("bank.items", **_filter()))


def _filter() -> dict[str, Any]:
    return request.args.to_dict()


def _told(step: Bulk, count: int) -> str:
    told = {
        Bulk.SUBMIT: ngettext(
            "%(num)s question is before the reviewer.", "%(num)s questions are before the reviewer.", count
        ),
        Bulk.APPROVE: ngettext(
            "%(num)s question is final and in use.", "%(num)s questions are final and in use.", count
        ),
        Bulk.RETIRE: ngettext("%(num)s question is retired.", "%(num)s questions are retired.", count),
    }
    changed = ngettext("%(num)s question has a new version.", "%(num)s questions have a new version.", count)
    return str(told.get(step, changed))
