"""Pages of sittings: the list, one, planning, announcing, drawing papers, calling off."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.core.http import actor, now, requires, zone
from app.core.permissions import P
from app.exams import queries, service
from app.exams.forms import ReasonForm, SittingForm, sitting_form, whole
from app.exams.views.blueprint import blueprint, done, my_units
from app.extensions import db


@blueprint.get("/sittings")
@requires(P.EXAMS_READ)
def sittings() -> ResponseReturnValue:
    """The sittings of the asker's units, by state and kind."""
    scope = actor().scope(P.EXAMS_READ)
    asked = {name: request.args.get(name, "") for name in ("state", "kind")}
    rows = queries.sittings(db.session(), scope, now(), **asked)
    return render_template("exams/sittings.html", rows=rows)


@blueprint.get("/sittings/<int:sitting_id>")
@requires(P.EXAMS_READ)
def sitting(sitting_id: int) -> ResponseReturnValue:
    """One sitting: what is planned, how far it has come, what to do next."""
    row = queries.sitting(db.session(), sitting_id, now(), actor().scope(P.EXAMS_READ))
    said = queries.specification_version(db.session(), row.specification_version_id)
    rooms = queries.rooms(db.session(), sitting_id)
    named = queries.invigilators(db.session(), sitting_id)
    forms = queries.assembly_of(db.session(), sitting_id)
    page = {"row": row, "said": said, "rooms": rooms, "invigilators": named, "forms": forms}
    return render_template("exams/sitting.html", **page)


@blueprint.route("/sittings/new", methods=["GET", "POST"])
@requires(P.EXAMS_MANAGE)
def new_sitting() -> ResponseReturnValue:
    """Plan a sitting; it stays a draft until it is announced."""
    scope = actor().scope(P.EXAMS_MANAGE)
    form = sitting_form(my_units(), queries.specifications(db.session(), scope), earlier=_earlier())
    made: list[int] = []
    if form.validate_on_submit() and done(form, lambda: made.append(_plan(form))):
        flash(_("The sitting is planned. Admit people, then announce it."), "success")
        return redirect(url_for("exams.sitting", sitting_id=made[0]))
    return _form_page(form, None)


def _plan(form: SittingForm) -> int:
    return service.plan_sitting(db.session(), actor(), form.unit_id.data, form.data_given(), now=now())


@blueprint.route("/sittings/<int:sitting_id>/edit", methods=["GET", "POST"])
@requires(P.EXAMS_MANAGE)
def edit_sitting(sitting_id: int) -> ResponseReturnValue:
    """Change a sitting that has not opened."""
    scope = actor().scope(P.EXAMS_MANAGE)
    row = queries.sitting(db.session(), sitting_id, now(), scope)
    choices = queries.specifications(db.session(), scope)
    rooms, named = queries.rooms(db.session(), sitting_id), queries.invigilators(db.session(), sitting_id)
    form = sitting_form([], choices, row, rooms, named, _earlier())
    if form.validate_on_submit() and done(form, lambda: _change(form, sitting_id)):
        flash(_("The sitting is changed."), "success")
        return redirect(url_for("exams.sitting", sitting_id=sitting_id))
    return _form_page(form, row)


def _change(form: SittingForm, sitting_id: int) -> None:
    version = whole(form.version.data)
    service.change_sitting(db.session(), actor(), sitting_id, version, form.data_given(), now=now(), zone=zone())


def _earlier() -> list[queries.SittingRow]:
    """The sittings that a make-up sitting may be held for."""
    return queries.sittings(db.session(), actor().scope(P.EXAMS_MANAGE), now())


def _form_page(form: SittingForm, row: queries.SittingRow | None) -> ResponseReturnValue:
    return render_template("exams/sitting_edit.html", form=form, row=row), 422 if form.errors else 200


@blueprint.post("/sittings/<int:sitting_id>/announce")
@requires(P.EXAMS_MANAGE)
def announce(sitting_id: int) -> ResponseReturnValue:
    """Let candidates see the sitting."""
    service.announce(db.session(), actor(), sitting_id, now=now())
    db.session.commit()
    flash(_("The sitting is announced; candidates see it now."), "success")
    return redirect(url_for("exams.sitting", sitting_id=sitting_id))


@blueprint.post("/sittings/<int:sitting_id>/papers")
@requires(P.EXAMS_MANAGE)
def generate_papers(sitting_id: int) -> ResponseReturnValue:
    """Draw the next batch of papers; what remains is drawn by the job or by asking again."""
    drawn = service.generate_papers(db.session(), actor(), sitting_id, now=now(), zone=zone(), most=200)
    db.session.commit()
    flash(ngettext("%(num)s paper drawn and checked.", "%(num)s papers drawn and checked.", drawn.made), "success")
    return redirect(url_for("exams.sitting", sitting_id=sitting_id))


@blueprint.route("/sittings/<int:sitting_id>/cancel", methods=["GET", "POST"])
@requires(P.EXAMS_MANAGE)
def cancel_sitting(sitting_id: int) -> ResponseReturnValue:
    """Call a sitting off, with a reason."""
    row = queries.sitting(db.session(), sitting_id, now(), actor().scope(P.EXAMS_MANAGE))
    form = ReasonForm()
    if form.validate_on_submit() and done(form, lambda: _cancel(form, sitting_id)):
        flash(_("The sitting is called off."), "success")
        return redirect(url_for("exams.sitting", sitting_id=sitting_id))
    return render_template("exams/cancel.html", form=form, row=row), 422 if form.errors else 200


def _cancel(form: ReasonForm, sitting_id: int) -> None:
    service.cancel_sitting(db.session(), actor(), sitting_id, form.reason.data, now=now())
