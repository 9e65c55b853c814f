"""Pages that record and withdraw the annual review of a certificate."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.core.errors import DomainError, NotFound
from app.core.http import actor, in_language, now, requires, today, zone
from app.core.permissions import P
from app.credentials import queries, service
from app.credentials.forms import ReviewForm, ReviewsForm, WithdrawReviewForm
from app.credentials.views.issuer import blueprint
from app.extensions import db


@blueprint.route("/due", methods=["GET", "POST"])
@requires(P.CREDENTIALS_CHANGE)
def due() -> ResponseReturnValue:
    """Reviews that are due or overdue, recorded together; and certificates that print a former name."""
    form = ReviewsForm()
    if form.validate_on_submit():
        try:
            return _record_all(form)
        except DomainError as error:
            db.session.rollback()
            form.carry(error, in_language(error))
    scope = actor().scope(P.CREDENTIALS_CHANGE)
    rows = queries.reviews_due(db.session(), scope, today(), now())
    renamed = queries.renamed(db.session(), scope, today(), now())
    page = render_template("credentials/due.html", rows=rows, renamed=renamed, form=form)
    return page, 422 if form.is_submitted() else 200


def _record_all(form: ReviewsForm) -> ResponseReturnValue:
    chosen = form.chosen.data or []
    count = service.record_reviews(db.session(), actor(), chosen, form.review(), today=today(), now=now())
    db.session.commit()
    flash(ngettext("%(num)s review recorded.", "%(num)s reviews recorded.", count), "success")
    return redirect(url_for("credentials.due"))


@blueprint.route("/certificates/<number>/reviews/new", methods=["GET", "POST"])
@requires(P.CREDENTIALS_CHANGE)
def review(number: str) -> ResponseReturnValue:
    """Record that a certificate passed its annual review or registration."""
    life = queries.life(db.session(), actor(), number, now(), zone())
    form = ReviewForm()
    if form.validate_on_submit():
        try:
            return _record(number, form)
        except DomainError as error:
            db.session.rollback()
            form.carry(error, in_language(error))
    page = render_template(
        "credentials/review.html", life=life, form=form, title=_("Record a review"), withdrawing=None
    )
    return page, 422 if form.is_submitted() else 200


def _record(number: str, form: ReviewForm) -> ResponseReturnValue:
    service.record_review(db.session(), actor(), number, form.review(), today=today(), now=now())
    db.session.commit()
    flash(_("The review is recorded."), "success")
    return redirect(url_for("credentials.certificate", number=number))


@blueprint.route("/certificates/<number>/reviews/<int:review_id>/withdraw", methods=["GET", "POST"])
@requires(P.CREDENTIALS_CHANGE)
def withdraw_review(number: str, review_id: int) -> ResponseReturnValue:
    """Take back a review that was not passed."""
    life = queries.life(db.session(), actor(), number, now(), zone())
    row, form = _wanted(life, review_id), WithdrawReviewForm()
    if form.validate_on_submit():
        try:
            return _withdraw(number, review_id, form)
        except DomainError as error:
            db.session.rollback()
            form.carry(error, in_language(error))
    title = _("Take back a review")
    page = render_template("credentials/review.html", life=life, form=form, title=title, withdrawing=row)
    return page, 422 if form.is_submitted() else 200


def _wanted(life: queries.Life, review_id: int) -> queries.ReviewRow:
    for one in life.reviews:
        if one.id == review_id:
            return one
    raise NotFound


def _withdraw(number: str, review_id: int, form: WithdrawReviewForm) -> ResponseReturnValue:
    service.withdraw_review(db.session(), actor(), number, review_id, reason=form.reason.data or "", now=now())
    db.session.commit()
    flash(_("The review is taken back; the history keeps it."), "success")
    return redirect(url_for("credentials.certificate", number=number))
