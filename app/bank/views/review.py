"""The reviewer's pages: the queue, one judgement after another, and many approvals at once."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.bank import queries, service
from app.bank.forms import BULK, StepForm, chosen_pairs
from app.bank.views.room import blueprint
from app.core.errors import DomainError
from app.core.http import actor, in_language, now, requires
from app.core.permissions import P
from app.extensions import db


@blueprint.get("/review")
@requires(P.BANK_REVIEW)
def queue() -> ResponseReturnValue:
    """What waits, by code; one's own versions stand apart."""
    others, own = queries.waiting(db.session(), actor())
    return render_template("bank/queue.html", rows=others, own=own, limit=BULK)


@blueprint.get("/review/next")
@requires(P.BANK_REVIEW)
def next_review() -> ResponseReturnValue:
    """Go to the next question that waits."""
    code = queries.next_waiting(db.session(), actor(), request.args.get("after", ""))
    if code is None:
        flash(_("Nothing waits for your review."), "success")
        return redirect(url_for("bank.queue"))
    return redirect(url_for("bank.judge", code=code))


@blueprint.route("/review/<code>", methods=["GET", "POST"])
@requires(P.BANK_REVIEW)
def judge(code: str) -> ResponseReturnValue:
    """One version beside what is in use: approve it or send it back, and go on to the next."""
    page = queries.item_page(db.session(), code)
    form = StepForm() if request.method == "POST" else StepForm(version=str(page.row.latest))
    if form.validate_on_submit():
        try:
            return _judged(code, form)
        except DomainError as error:
            db.session.rollback()
            form.carry(error, in_language(error))
    own = page.row.written_by(actor())
    status = 422 if form.is_submitted() else 200
    return render_template("bank/judge.html", page=page, form=form, own=own), status


def _judged(code: str, form: StepForm) -> ResponseReturnValue:
    step = service.reject if request.form.get("action") == "reject" else service.approve
    step(db.session(), actor(), [(code, form.shown)], comment=form.comment.data or "", now=now())
    db.session.commit()
    flash(_("Sent back to draft.") if step is service.reject else _("Approved and in use."), "success")
    return redirect(url_for("bank.next_review", after=code))


@blueprint.post("/review/approve")
@requires(P.BANK_REVIEW)
def approve_items() -> ResponseReturnValue:
    """Approve chosen questions, or all that wait: asks first, naming the count."""
    chosen = chosen_pairs(request.form.getlist("chosen")) or _all_waiting()
    if request.form.get("sure") != str(len(chosen)):
        rows = queries.rows_by_code(db.session(), [code for code, _number in chosen])
        return render_template("bank/sure.html", step="approve", chosen=chosen, rows=rows)
    count = service.approve(db.session(), actor(), chosen, now=now())
    db.session.commit()
    flash(ngettext("%(num)s question is final and in use.", "%(num)s questions are final and in use.", count))
    return redirect(url_for("bank.queue"))


def _all_waiting() -> list[tuple[str, int]]:
    if "all" not in request.form:
        return []
    return [(row.code, row.latest) for row in queries.waiting(db.session(), actor())[0][:BULK]]
