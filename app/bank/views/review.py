"""The reviewer's pages: the queue, and one judgement after another."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.bank import queries, service
from app.bank.forms import BULK, RemarkForm, StepForm
from app.bank.views.pictures import shown_pictures, sources_of
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
    return _judge_page(page, form)


def _judge_page(page: queries.ItemPage, form: StepForm) -> ResponseReturnValue:
    content = page.newest.content
    pictures = shown_pictures(content, sources_of(content, page.newest.id))
    remark, own = RemarkForm(formdata=None, about=str(page.row.latest)), page.row.written_by(actor())
    html = render_template("bank/judge.html", page=page, form=form, own=own, pictures=pictures, remark=remark)
    return html, 422 if form.is_submitted() else 200


def _judged(code: str, form: StepForm) -> ResponseReturnValue:
    step = service.reject if request.form.get("action") == "reject" else service.approve
    step(db.session(), actor(), [(code, form.shown)], comment=form.comment.data or "", now=now())
    db.session.commit()
    flash(_("Sent back to draft.") if step is service.reject else _("Approved and in use."), "success")
    return redirect(url_for("bank.next_review", after=code))
