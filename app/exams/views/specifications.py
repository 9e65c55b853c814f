"""Pages of specifications: the list, one with what the bank has for each cell, writing and revising."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core.database import reading_only
from app.core.http import actor, language, now, requires, today, zone
from app.core.permissions import P
from app.exams import queries, service
from app.exams.forms import SpecificationForm, specification_form, whole
from app.exams.sitting import Kind
from app.exams.views.blueprint import blueprint, done, my_units
from app.extensions import db
from app.registry import queries as registry
from question_bank.items import Paper


@blueprint.get("/specifications")
@requires(P.EXAMS_READ)
def specifications() -> ResponseReturnValue:
    """The specifications of the asker's units."""
    retired = request.args.get("retired") == "1"
    rows = queries.specifications(db.session(), actor().scope(P.EXAMS_READ), retired=retired)
    return render_template("exams/specifications.html", rows=rows, retired=retired)


@blueprint.get("/specifications/<int:specification_id>")
@requires(P.EXAMS_READ)
def specification(specification_id: int) -> ResponseReturnValue:
    """One specification: its rules with the regime's, its cells with what the bank has."""
    row = queries.specification(db.session(), specification_id, actor().scope(P.EXAMS_READ))
    rules = queries.rules_for(db.session(), row.unit_id, row.paper, row.kind, today())
    found = queries.feasibility(
        db.session(), row.paper, rules.regime, today(), row.cells, row.demands, unit_id=row.unit_id, zone=zone()
    )
    versions = queries.versions_of(db.session(), row.id)
    page = {"row": row, "rules": rules, "found": found, "versions": versions, "language": language()}
    return render_template("exams/specification.html", **page)


@blueprint.route("/specifications/new", methods=["GET", "POST"])
@requires(P.EXAMS_MANAGE)
def new_specification() -> ResponseReturnValue:
    """Write a specification; checking it against the bank saves nothing."""
    form = specification_form(my_units())
    if form.validate_on_submit() and not form.check.data and done(form, lambda: _create(form)):
        flash(_("The specification is saved."), "success")
        return redirect(url_for("exams.specifications"))
    return _form_page(form, None)


def _create(form: SpecificationForm) -> int:
    return service.create_specification(
        db.session(), actor(), code=form.code.data, unit_id=form.unit_id.data, paper=Paper(form.paper.data),
        kind=Kind(form.kind.data), data=form.data_given(), now=now(), today=today(), zone=zone(),
    )  # fmt: skip


@blueprint.route("/specifications/<int:specification_id>/edit", methods=["GET", "POST"])
@requires(P.EXAMS_MANAGE)
def edit_specification(specification_id: int) -> ResponseReturnValue:
    """Revise a specification: a new version, which sittings planned from now on hold to."""
    row = queries.specification(db.session(), specification_id, actor().scope(P.EXAMS_MANAGE))
    form = specification_form([], row)
    if form.validate_on_submit() and not form.check.data and done(form, lambda: _revise(form, specification_id)):
        flash(_("The new version is saved."), "success")
        return redirect(url_for("exams.specification", specification_id=specification_id))
    return _form_page(form, row)


def _revise(form: SpecificationForm, specification_id: int) -> int:
    return service.revise_specification(
        db.session(), actor(), specification_id, whole(form.version.data), form.data_given(), now=now(),
        today=today(), zone=zone(),
    )  # fmt: skip


@blueprint.post("/specifications/check")
@requires(P.EXAMS_MANAGE)
def check_specification() -> ResponseReturnValue:
    """What the bank has for the specification as it stands in the form: a part of the page, while one edits."""
    form = specification_form(my_units())
    db.session.rollback()  # lets go of the writers' lock: what follows only reads, and may take a second
    with reading_only():
        found = _feasibility(form)
    return render_template("exams/_feasibility.html", found=found, form=form, language=language())


def _feasibility(form: SpecificationForm) -> queries.Feasibility:
    """What stands in the form against the bank; a unit that is not the asker's is as none."""
    unit_id = form.unit_given
    regime = registry.regime_of(db.session(), unit_id) if unit_id else None
    return queries.feasibility(
        db.session(), form.paper_given, regime, today(), form.cell_rows(), form.demands_given(), unit_id=unit_id,
        zone=zone(),
    )  # fmt: skip


def _form_page(form: SpecificationForm, row: queries.SpecificationRow | None) -> ResponseReturnValue:
    """The form with, for each filled row, what the bank has."""
    found = _feasibility(form)
    regime = registry.regime_of(db.session(), form.unit_given) if form.unit_given else None
    topics, laws, tags = queries.kinds(db.session(), form.paper_given, regime, today())
    page = {"form": form, "row": row, "found": found, "topics": topics, "laws": laws, "tags": tags}
    shown = render_template("exams/specification_edit.html", **page, language=language())
    return shown, 422 if form.errors else 200


@blueprint.post("/specifications/<int:specification_id>/retire")
@requires(P.EXAMS_MANAGE)
def retire_specification(specification_id: int) -> ResponseReturnValue:
    """Take a specification out of use."""
    service.retire_specification(db.session(), actor(), specification_id, now=now())
    db.session.commit()
    flash(_("The specification is retired; sittings already planned with it stand."), "success")
    return redirect(url_for("exams.specifications"))
