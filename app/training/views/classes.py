"""Pages of classes: the list, one class, planning, enrolment, attendance and the code for the room."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.core.http import Page, actor, now, requires, today, zone
from app.core.permissions import P
from app.extensions import db
from app.registry import queries as registry
from app.training import queries, service
from app.training.forms import (
    AttendanceForm,
    ClassEntry,
    ClassFilter,
    CodesForm,
    ReasonForm,
    UnitForm,
    unit_choices,
)  # fmt: skip
from app.training.policy import FORM_TITLES
from app.training.views.blueprint import asked_path, attempt, attempt_at, blueprint, managed_units, read_units


@blueprint.get("/classes")
@requires(P.TRAINING_READ)
def classes() -> ResponseReturnValue:
    """Classes of the asker's units, the latest first, filtered."""
    form, scope = ClassFilter(request.args), actor().scope(P.TRAINING_READ)
    wanted = form.wanted(asked_path()) if form.validate() else queries.Filter()
    page = Page.asked(queries.count_classes(db.session(), wanted, scope, zone()))
    rows = queries.classes(db.session(), wanted, scope, zone(), offset=page.offset, limit=page.size)
    forms = [(code.value, _(title)) for code, title in FORM_TITLES.items()]
    return render_template(
        "training/classes.html", rows=rows, page=page, filter=form, forms=forms, units=unit_choices(read_units())
    )


def _entry() -> ClassEntry:
    form, scope = ClassEntry(), actor().scope(P.TRAINING_MANAGE)
    form.offer(managed_units(), queries.programmes(db.session(), scope), queries.plans(db.session(), scope))
    return form


@blueprint.route("/classes/new", methods=["GET", "POST"])
@requires(P.TRAINING_MANAGE)
def new_class() -> ResponseReturnValue:
    """Plan a class."""
    form, made = _entry(), []
    if form.validate_on_submit() and attempt(
        form,
        lambda: made.append(
            service.create_class(db.session(), actor(), form.unit.data, form.draft(), zone=zone(), now=now())
        ),
    ):
        flash(_("The class has been planned."), "success")
        return redirect(url_for("training.show_class", class_id=made[0]))
    page = render_template("training/class_form.html", form=form, row=None)
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/classes/<int:class_id>/edit", methods=["GET", "POST"])
@requires(P.TRAINING_MANAGE)
def edit_class(class_id: int) -> ResponseReturnValue:
    """Change a class."""
    row = queries.class_by_id(db.session(), class_id, actor().scope(P.TRAINING_MANAGE))
    form = _entry()
    if not form.is_submitted():
        form.show(row)
    elif form.validate() and attempt(
        form,
        lambda: service.change_class(
            db.session(), actor(), class_id, form.draft(), version=form.seen, zone=zone(), now=now()
        ),
    ):
        flash(_("The class has been changed."), "success")
        return redirect(url_for("training.show_class", class_id=class_id))
    return render_template("training/class_form.html", form=form, row=row), 422 if form.is_submitted() else 200


@blueprint.get("/classes/<int:class_id>")
@requires(P.TRAINING_READ)
def show_class(class_id: int) -> ResponseReturnValue:
    """One class with everybody enrolled."""
    row = queries.class_by_id(db.session(), class_id, actor().scope(P.TRAINING_READ))
    people = queries.attendees(db.session(), class_id, today())
    may = registry.in_scope(db.session(), actor().scope(P.TRAINING_MANAGE), row.unit_id)
    return render_template(
        "training/class.html", row=row, people=people, may=may, begun=row.starts_at <= now(), over=row.ends_at <= now()
    )


@blueprint.route("/classes/<int:class_id>/cancel", methods=["GET", "POST"])
@requires(P.TRAINING_MANAGE)
def cancel_class(class_id: int) -> ResponseReturnValue:
    """Call a class off, with the reason."""
    row = queries.class_by_id(db.session(), class_id, actor().scope(P.TRAINING_MANAGE))
    form = ReasonForm()
    if form.validate_on_submit() and attempt(
        form, lambda: service.cancel_class(db.session(), actor(), class_id, form.reason.data, now=now())
    ):
        flash(_("The class has been called off."), "success")
        return redirect(url_for("training.show_class", class_id=class_id))
    return render_template("training/cancel.html", form=form, row=row), 422 if form.is_submitted() else 200


@blueprint.route("/classes/<int:class_id>/enrol", methods=["GET", "POST"])
@requires(P.TRAINING_MANAGE)
def enrol(class_id: int) -> ResponseReturnValue:
    """Enrol people by their codes, or a whole unit."""
    row = queries.class_by_id(db.session(), class_id, actor().scope(P.TRAINING_MANAGE))
    whole = "whole" in request.form
    codes, unit, made = CodesForm(None if whole else request.form), UnitForm(request.form if whole else None), []
    unit.offer(managed_units())
    form = unit if whole else codes
    if (
        request.method == "POST"
        and form.validate()
        and attempt(form, lambda: made.append(_enrol(class_id, codes, unit, whole=whole)))
    ):
        flash(ngettext("%(num)s person has been enrolled.", "%(num)s people have been enrolled.", made[0]), "success")
        return redirect(url_for("training.show_class", class_id=class_id))
    page = render_template("training/enrol.html", row=row, codes=codes, unit=unit, sent=form)
    return page, 422 if request.method == "POST" else 200


def _enrol(class_id: int, codes: CodesForm, unit: UnitForm, *, whole: bool) -> int:
    if whole:
        return service.enrol_unit(
            db.session(), actor(), class_id, unit.unit.data, unit.kind.data, today=today(), now=now()
        )
    return service.enrol_people(db.session(), actor(), class_id, codes.people(), today=today(), now=now())


@blueprint.post("/classes/<int:class_id>/withdraw/<int:person_id>")
@requires(P.TRAINING_MANAGE)
def withdraw(class_id: int, person_id: int) -> ResponseReturnValue:
    """Take somebody out of a class."""
    return attempt_at(
        url_for("training.show_class", class_id=class_id),
        _("The enrolment has been withdrawn."),
        lambda: service.withdraw(db.session(), actor(), class_id, person_id, now=now()),
    )


@blueprint.route("/classes/<int:class_id>/attendance", methods=["GET", "POST"])
@requires(P.TRAINING_MANAGE)
def attendance(class_id: int) -> ResponseReturnValue:
    """Take attendance by list, or correct it."""
    row = queries.class_by_id(db.session(), class_id, actor().scope(P.TRAINING_MANAGE))
    people = queries.attendees(db.session(), class_id, today())
    form = AttendanceForm()
    if form.validate_on_submit() and attempt(form, lambda: _take(class_id, form, people)):
        flash(_("Attendance has been saved."), "success")
        return redirect(url_for("training.show_class", class_id=class_id))
    page = render_template("training/attendance.html", row=row, people=people, form=form, asked=request.form)
    return page, 422 if form.is_submitted() else 200


def _take(class_id: int, form: AttendanceForm, people: list[queries.Attendee]) -> int:
    marks = form.marks(people)
    return service.take_attendance(
        db.session(), actor(), class_id, marks, form.reason.data or "", zone=zone(), now=now()
    )


@blueprint.get("/classes/<int:class_id>/code")
@requires(P.TRAINING_MANAGE)
def room_code(class_id: int) -> ResponseReturnValue:
    """The code to show in the room; the page renews itself."""
    row = queries.class_by_id(db.session(), class_id, actor().scope(P.TRAINING_MANAGE))
    code, seconds = service.shown_code(db.session(), actor(), class_id, zone=zone(), now=now())
    return render_template("training/code.html", row=row, code=code, seconds=seconds)
