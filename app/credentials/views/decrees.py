"""Decrees: proposed with a preview, approved by somebody else, taken back the same way."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.core.errors import DomainError
from app.core.http import actor, in_language, now, requires, today, zone
from app.core.permissions import P
from app.credentials import queries, service
from app.credentials.forms import ApproveForm, DecreeForm, ReverseForm
from app.credentials.views.issuer import blueprint
from app.extensions import db
from app.regimes.loader import available
from app.registry import queries as registry


@blueprint.get("/decrees")
@requires(P.CREDENTIALS_DECREE)
def decrees() -> ResponseReturnValue:
    """The decrees over units in scope, newest first."""
    rows = queries.decrees(db.session(), actor().scope(P.CREDENTIALS_DECREE))
    return render_template("credentials/decrees.html", rows=rows)


@blueprint.route("/decrees/new", methods=["GET", "POST"])
@requires(P.CREDENTIALS_DECREE)
def new_decree() -> ResponseReturnValue:
    """Preview whom a decree would touch, and propose it."""
    form, shown = _decree_form(), None
    if form.validate_on_submit():
        try:
            if not form.preview.data:
                return _propose(form)
            shown = _previewed(form)
        except DomainError as error:
            db.session.rollback()
            form.carry(error, in_language(error))
    page = render_template("credentials/decree_new.html", form=form, preview=shown)
    return page, 422 if form.errors else 200


def _decree_form() -> DecreeForm:
    units = registry.units(db.session(), actor().scope(P.CREDENTIALS_DECREE))
    return DecreeForm().offer([(unit.id, unit.name_zh) for unit in units if unit.is_agency], list(available()))


def _previewed(form: DecreeForm) -> queries.Preview:
    reach = form.order().reach
    service.check_reach(reach, today())
    return queries.preview(db.session(), reach, now(), zone())


def _propose(form: DecreeForm) -> ResponseReturnValue:
    made = service.propose_decree(db.session(), actor(), form.order(), now=now(), zone=zone())
    db.session.commit()
    flash(_("The decree is proposed; somebody else has to approve it."), "success")
    return redirect(url_for("credentials.decree", number=made))


@blueprint.route("/decrees/<int:number>", methods=["GET", "POST"])
@requires(P.CREDENTIALS_DECREE)
def decree(number: int) -> ResponseReturnValue:
    """One decree: what it orders, whom it touches today, what it did; approve it or give it up."""
    form = ApproveForm()
    if form.validate_on_submit():
        try:
            return _drop(number) if form.act.data == "drop" else _approve(number, form)
        except DomainError as error:
            db.session.rollback()
            form.carry(error, in_language(error))
    row = queries.decree(db.session(), actor(), number)
    shown = queries.preview(db.session(), row.reach, now(), zone()) if row.state == "PROPOSED" else None
    page = render_template("credentials/decree.html", row=row, form=form, preview=shown)
    return page, 422 if form.is_submitted() else 200


def _approve(number: int, form: ApproveForm) -> ResponseReturnValue:
    count = service.approve_decree(
        db.session(), actor(), number, seen=form.seen.data or 0, now=now(), zone=zone(), password=form.current.data
    )
    db.session.commit()
    flash(ngettext("%(num)s certificate has another last day.", "%(num)s certificates have another last day.", count),
          "success")  # fmt: skip
    return redirect(url_for("credentials.decree", number=number))


def _drop(number: int) -> ResponseReturnValue:
    service.drop_decree(db.session(), actor(), number, now=now())
    db.session.commit()
    flash(_("The proposal is given up."), "success")
    return redirect(url_for("credentials.decrees"))


@blueprint.route("/decrees/<int:number>/reverse", methods=["GET", "POST"])
@requires(P.CREDENTIALS_DECREE)
def reverse_decree(number: int) -> ResponseReturnValue:
    """Propose to take a decree back; somebody else approves the reversal."""
    row, form = queries.decree(db.session(), actor(), number), ReverseForm()
    if form.validate_on_submit():
        try:
            return _reverse(number, form)
        except DomainError as error:
            db.session.rollback()
            form.carry(error, in_language(error))
    page = render_template("credentials/decree_reverse.html", row=row, form=form)
    return page, 422 if form.is_submitted() else 200


def _reverse(number: int, form: ReverseForm) -> ResponseReturnValue:
    made = service.propose_reversal(
        db.session(), actor(), number, form.reason.data or "", form.legal_basis.data or "", now=now(), zone=zone()
    )
    db.session.commit()
    flash(_("The reversal is proposed; somebody else has to approve it."), "success")
    return redirect(url_for("credentials.decree", number=made))
