"""Pages of markers: what waits, the next answer, one answer with its rubric."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core.http import actor, now, requires
from app.core.permissions import P
from app.exams import queries, service
from app.exams.forms import MarkForm, mark_form
from app.exams.views.blueprint import blueprint, done
from app.exams.views.wire import as_image
from app.extensions import db


@blueprint.get("/marking")
@requires(P.EXAMS_MARK)
def marking() -> ResponseReturnValue:
    """The sittings with answers that people mark."""
    return render_template("exams/marking.html", rows=queries.sittings_to_mark(db.session(), actor()))


@blueprint.get("/sittings/<int:sitting_id>/marking")
@requires(P.EXAMS_MARK)
def marking_of(sitting_id: int) -> ResponseReturnValue:
    """How far one sitting is, and the marks one gave oneself."""
    row = queries.marking_of(db.session(), actor(), sitting_id)
    own = queries.own_marks(db.session(), actor(), sitting_id)
    return render_template("exams/marking_sitting.html", row=row, own=own)


@blueprint.get("/sittings/<int:sitting_id>/marking/next")
@requires(P.EXAMS_MARK)
def next_answer(sitting_id: int) -> ResponseReturnValue:
    """Go to the next answer one can mark."""
    queries.marking_of(db.session(), actor(), sitting_id)
    task_id = queries.next_task(db.session(), actor(), sitting_id)
    if task_id is None:
        flash(_("There is nothing more for you to mark in this sitting."), "info")
        return redirect(url_for("exams.marking_of", sitting_id=sitting_id))
    return redirect(url_for("exams.mark_answer", sitting_id=sitting_id, task_id=task_id))


@blueprint.route("/sittings/<int:sitting_id>/marking/<int:task_id>", methods=["GET", "POST"])
@requires(P.EXAMS_MARK)
def mark_answer(sitting_id: int, task_id: int) -> ResponseReturnValue:
    """One answer: read it against the rubric, and mark it."""
    page = queries.task_page(db.session(), actor(), sitting_id, task_id)
    form = mark_form(page)
    if form.validate_on_submit() and done(form, lambda: _mark(form, sitting_id, task_id)):
        flash(_("Answer %(number)s is marked.", number=task_id), "success")
        return redirect(url_for("exams.next_answer", sitting_id=sitting_id))
    row = queries.marking_of(db.session(), actor(), sitting_id)
    return render_template("exams/mark_answer.html", page=page, form=form, row=row), 422 if form.errors else 200


def _mark(form: MarkForm, sitting_id: int, task_id: int) -> bool:
    return service.give_mark(db.session(), actor(), sitting_id, task_id, form.data_given(), now=now())


@blueprint.get("/sittings/<int:sitting_id>/marking/<int:task_id>/pictures/<int:number>")
@requires(P.EXAMS_MARK)
def marking_picture(sitting_id: int, task_id: int, number: int) -> ResponseReturnValue:
    """A picture of the question."""
    ref = queries.ref_of_task(db.session(), actor(), sitting_id, task_id)
    return as_image(queries.picture_of(db.session(), ref, number))
