"""Statutes: the editions that are known, a new one read and previewed, taken up, carried over, taken back."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.bank import queries, service
from app.bank.forms import AdoptStatuteForm, StatuteForm, WithdrawStatuteForm
from app.bank.views.room import blueprint
from app.core.errors import DomainError
from app.core.http import actor, in_language, language, now, requires, today
from app.core.permissions import P
from app.extensions import db


@blueprint.get("/statutes")
@requires(P.BANK_READ)
def statutes() -> ResponseReturnValue:
    """Every edition by law: when it holds and how many questions cite it."""
    return render_template("bank/statutes.html", rows=queries.statutes(db.session()), day=today())


@blueprint.route("/statutes/new", methods=["GET", "POST"])
@requires(P.BANK_IMPORT, P.BANK_REVIEW)
def new_statute() -> ResponseReturnValue:
    """Read an edition from a file; nothing is in force by that."""
    form = StatuteForm()
    if form.validate_on_submit():
        try:
            return _proposed(form)
        except service.StatuteUnreadable as error:
            form.carry(error, error.fault.en if language() == "en" else error.fault.zh)
        except DomainError as error:
            form.carry(error, in_language(error))
    return render_template("bank/statute_new.html", form=form), 422 if form.is_submitted() else 200


def _proposed(form: StatuteForm) -> ResponseReturnValue:
    given = service.Given(
        form.edition.data or "", form.valid_from.data, form.valid_to.data, form.follows.data or ""
    )  # fmt: skip
    file = form.file.data
    number = service.propose(db.session(), actor(), file.filename, file.read(), now=now(), given=given)
    db.session.commit()
    return redirect(url_for("bank.statute", statute_id=number))


@blueprint.get("/statutes/<int:statute_id>")
@requires(P.BANK_READ)
def statute(statute_id: int) -> ResponseReturnValue:
    """One edition: what it changes, who cites that, and what is to be done."""
    page = queries.statute_page(db.session(), statute_id)
    adopting = AdoptStatuteForm(valid_from=page.row.valid_from)
    return _page(page, adopting, WithdrawStatuteForm())


def _page(
    page: queries.StatutePage, adopting: AdoptStatuteForm, withdrawing: WithdrawStatuteForm
) -> ResponseReturnValue:
    html = render_template("bank/statute.html", page=page, adopting=adopting, withdrawing=withdrawing, day=today())
    return html, 422 if adopting.is_submitted() else 200


@blueprint.post("/statutes/<int:statute_id>/adopt")
@requires(P.BANK_REVIEW)
def adopt_statute(statute_id: int) -> ResponseReturnValue:
    """Take an edition up from its first day on."""
    form = AdoptStatuteForm()
    if form.validate_on_submit():
        try:
            return _adopted(statute_id, form)
        except DomainError as error:
            db.session.rollback()
            form.carry(error, in_language(error))
    return _page(queries.statute_page(db.session(), statute_id), form, WithdrawStatuteForm(formdata=None))


def _adopted(statute_id: int, form: AdoptStatuteForm) -> ResponseReturnValue:
    count = service.adopt(
        db.session(), actor(), statute_id, valid_from=form.valid_from.data, reason=form.reason.data or "",
        password=form.current.data, now=now(),
    )  # fmt: skip
    db.session.commit()
    flash(
        _("The edition is taken up.")
        + " "
        + ngettext("%(num)s question is under review now.", "%(num)s questions are under review now.", count),
        "success",
    )
    return redirect(url_for("bank.statute", statute_id=statute_id))


@blueprint.post("/statutes/<int:statute_id>/withdraw")
@requires(P.BANK_REVIEW)
def withdraw_statute(statute_id: int) -> ResponseReturnValue:
    """Take an edition back."""
    form = WithdrawStatuteForm()
    if form.validate_on_submit():
        try:
            return _withdrawn(statute_id, form)
        except DomainError as error:
            db.session.rollback()
            form.carry(error, in_language(error))
    return _page(queries.statute_page(db.session(), statute_id), AdoptStatuteForm(formdata=None), form)


def _withdrawn(statute_id: int, form: WithdrawStatuteForm) -> ResponseReturnValue:
    said = {"reason": form.reason.data, "password": form.current.data}
    back, left = service.withdraw(db.session(), actor(), statute_id, **said, now=now())
    db.session.commit()
    flash(_("The edition is taken back: %(back)s questions in use again, %(left)s left as they are.", back=back,
            left=left), "success")  # fmt: skip
    return redirect(url_for("bank.statute", statute_id=statute_id))


@blueprint.post("/statutes/<int:statute_id>/drop")
@requires(P.BANK_IMPORT, P.BANK_REVIEW)
def drop_statute(statute_id: int) -> ResponseReturnValue:
    """Give up an edition that was only read."""
    service.drop(db.session(), actor(), statute_id, now=now())
    db.session.commit()
    flash(_("The edition was given up."), "success")
    return redirect(url_for("bank.statutes"))


@blueprint.post("/statutes/<int:statute_id>/carry-over")
@requires(P.BANK_EDIT)
def carry_over(statute_id: int) -> ResponseReturnValue:
    """Cite the new edition where the article says the same; a new version of each goes before the reviewer."""
    try:
        count = service.carry_over(db.session(), actor(), statute_id, now=now())
        db.session.commit()
    except DomainError as error:
        db.session.rollback()
        flash(in_language(error), "warning")
    else:
        flash(ngettext("%(num)s question was carried over.", "%(num)s questions were carried over.", count), "success")
    return redirect(url_for("bank.statute", statute_id=statute_id))
