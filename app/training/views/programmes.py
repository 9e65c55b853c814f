"""Pages of programmes and annual plans."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.core.http import actor, language, now, requires, today
from app.core.permissions import P
from app.extensions import db
from app.registry import queries as registry
from app.training import queries, service
from app.training.forms import AdoptForm, DeadlineForm, DoneForm, PlanForm, ProgrammeForm, ReasonForm
from app.training.views.blueprint import attempt, attempt_at, blueprint, managed_units


def _adopt_form() -> AdoptForm:
    form = AdoptForm()
    form.programme.choices = [
        (f"{unit.code}:{one.code}", f"{unit.name(language())} · {one.title.en if language() == 'en' else one.title.zh}")
        for unit in managed_units()
        if unit.is_agency
        for one in service.adoptable(db.session(), unit.id)
    ]
    return form


@blueprint.get("/programmes")
@requires(P.TRAINING_READ)
def programmes() -> ResponseReturnValue:
    """Programmes with how far they are among the people the asker may see."""
    scope = actor().scope(P.TRAINING_READ)
    rows = [
        (row, queries.completion(db.session(), row, today(), scope)) for row in queries.programmes(db.session(), scope)
    ]
    adopt = _adopt_form() if actor().may(P.TRAINING_MANAGE) else None
    return render_template("training/programmes.html", rows=rows, adopt=adopt)


@blueprint.post("/programmes/adopt")
@requires(P.TRAINING_MANAGE)
def adopt() -> ResponseReturnValue:
    """Take a programme over from the rules of the place."""
    unit, _sep, code = request.form.get("programme", "").partition(":")
    return attempt_at(
        url_for("training.programmes"),
        _("The programme has been taken over."),
        lambda: service.adopt_programme(db.session(), actor(), unit, code, now()),
    )


@blueprint.route("/programmes/new", methods=["GET", "POST"])
@requires(P.TRAINING_MANAGE)
def new_programme() -> ResponseReturnValue:
    """Make a programme of one's own."""
    form = ProgrammeForm()
    form.offer(managed_units())
    if form.validate_on_submit() and attempt(
        form, lambda: service.create_programme(db.session(), actor(), form.unit.data, form.draft(), now())
    ):
        flash(_("The programme has been made."), "success")
        return redirect(url_for("training.programmes"))
    return render_template("training/programme_form.html", form=form), 422 if form.is_submitted() else 200


@blueprint.get("/programmes/<int:programme_id>")
@requires(P.TRAINING_READ)
def programme(programme_id: int) -> ResponseReturnValue:
    """One programme by unit, with the list of who is incomplete."""
    scope = actor().scope(P.TRAINING_READ)
    row = queries.programme_by_id(db.session(), programme_id, scope)
    found = queries.completion(db.session(), row, today(), scope)
    owns = registry.in_scope(db.session(), actor().scope(P.TRAINING_MANAGE), row.unit_id)
    form = DeadlineForm(formdata=None, deadline=row.deadline, version=row.version)
    return render_template("training/programme.html", row=row, found=found, move=form if owns else None)


@blueprint.post("/programmes/<int:programme_id>/deadline")
@requires(P.TRAINING_MANAGE)
def move_deadline(programme_id: int) -> ResponseReturnValue:
    """Move a deadline, with the reason."""
    row = queries.programme_by_id(db.session(), programme_id, actor().scope(P.TRAINING_MANAGE))
    form = DeadlineForm()
    if form.validate() and attempt(
        form,
        lambda: service.move_deadline(
            db.session(), actor(), programme_id, form.deadline.data, form.reason.data, version=form.version.data or 0,
            now=now(),
        ),
    ):  # fmt: skip
        flash(_("The deadline has been moved."), "success")
        return redirect(url_for("training.programme", programme_id=programme_id))
    found = queries.completion(db.session(), row, today(), actor().scope(P.TRAINING_READ))
    return render_template("training/programme.html", row=row, found=found, move=form), 422


@blueprint.route("/programmes/<int:programme_id>/done", methods=["GET", "POST"])
@requires(P.TRAINING_MANAGE)
def mark_done(programme_id: int) -> ResponseReturnValue:
    """Note that people finished a task, with what proves it."""
    row = queries.programme_by_id(db.session(), programme_id, actor().scope(P.TRAINING_MANAGE))
    form, made = DoneForm(codes=request.args.get("codes", ""), task=request.args.get("task")), []
    form.offer(row)
    if form.validate_on_submit() and attempt(form, lambda: made.append(_mark(programme_id, form))):
        flash(ngettext("Noted for %(num)s person.", "Noted for %(num)s people.", made[0]), "success")
        return redirect(url_for("training.programme", programme_id=programme_id))
    return render_template("training/done.html", form=form, row=row), 422 if form.is_submitted() else 200


def _mark(programme_id: int, form: DoneForm) -> int:
    return service.mark_done(
        db.session(), actor(), programme_id, form.people(), form.task.data, form.done_on.data,
        form.evidence_kind.data, form.evidence.data, today=today(), now=now(),
    )  # fmt: skip


@blueprint.route("/tasks/<int:task_id>/take-back", methods=["GET", "POST"])
@requires(P.TRAINING_MANAGE)
def take_back(task_id: int) -> ResponseReturnValue:
    """Correct a task that was noted wrongly."""
    form, made = ReasonForm(), []
    if form.validate_on_submit() and attempt(
        form,
        lambda: made.append(
            service.take_back(db.session(), actor(), task_id, form.reason.data, today=today(), now=now())
        ),
    ):
        flash(_("The task counts as not done."), "success")
        return redirect(url_for("training.programme", programme_id=made[0]))
    return render_template("training/take_back.html", form=form), 422 if form.is_submitted() else 200


@blueprint.get("/plans")
@requires(P.TRAINING_READ)
def plans() -> ResponseReturnValue:
    """Annual plans for new hires, and who of this year's hires lacks the course."""
    scope = actor().scope(P.TRAINING_READ)
    lacking = queries.lacking_course(db.session(), today().year, today(), scope)
    return render_template(
        "training/plans.html", rows=queries.plans(db.session(), scope), lacking=lacking, year=today().year
    )


@blueprint.route("/plans/new", methods=["GET", "POST"])
@requires(P.TRAINING_MANAGE)
def new_plan() -> ResponseReturnValue:
    """Make the plan of a year."""
    form = PlanForm(year=today().year)
    form.offer(managed_units())
    if form.validate_on_submit() and attempt(
        form,
        lambda: service.create_plan(
            db.session(), actor(), form.unit.data, form.year.data, form.title.data, form.deadline.data, now()
        ),
    ):
        flash(_("The plan has been made."), "success")
        return redirect(url_for("training.plans"))
    return render_template("training/plan_form.html", form=form), 422 if form.is_submitted() else 200


@blueprint.get("/plans/<int:plan_id>")
@requires(P.TRAINING_READ)
def plan(plan_id: int) -> ResponseReturnValue:
    """One plan with the year's hires, those without the course first."""
    scope = actor().scope(P.TRAINING_READ)
    row = queries.plan_by_id(db.session(), plan_id, scope)
    return render_template("training/plan.html", row=row, hires=queries.plan_hires(db.session(), row, today(), scope))
