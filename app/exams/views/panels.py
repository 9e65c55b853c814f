"""Pages of standard setting: panels, a judge's desk, and choosing a pass mark from what they found."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.core.http import actor, now, requires, signed_in, today
from app.core.permissions import P
from app.exams import queries
from app.exams.forms.panels import (
    DIFFICULTY,
    METHODS,
    RELEVANCE,
    PassMarkForm,
    RatingForm,
    VersionForm,
    candidates_named,
    panel_form,
    pass_mark_form,
    places_given,
    ratings_given,
)
from app.exams.forms.words import whole
from app.exams.queries import panels as panel_queries
from app.exams.queries.panels import Desk
from app.exams.service.panels import close_panel as end_panel
from app.exams.service.panels import next_round, open_panel, place_items, rate
from app.exams.service.pass_marks import choose_pass_mark
from app.exams.views.blueprint import blueprint, done
from app.extensions import db

GRID: dict[str, dict[str, Any]] = {"methods": METHODS, "relevance": RELEVANCE, "difficulty": DIFFICULTY}


@blueprint.get("/panels")
@requires(P.EXAMS_READ)
def panels() -> ResponseReturnValue:
    """The panels of the asker's units."""
    rows = panel_queries.panels(db.session(), actor().scope(P.EXAMS_READ))
    return render_template("exams/panels.html", rows=rows, grid=GRID)


@blueprint.route("/specifications/<int:specification_id>/panels/new", methods=["GET", "POST"])
@requires(P.EXAMS_MANAGE)
def new_panel(specification_id: int) -> ResponseReturnValue:
    """Open a panel over a specification."""
    scope = actor().scope(P.EXAMS_MANAGE)
    row = queries.specification(db.session(), specification_id, scope)
    held = queries.sittings(db.session(), scope, now())
    form = panel_form([one for one in held if one.paper == row.paper and one.unit_id == row.unit_id and one.results])
    made: list[int] = []
    given = form.validate_on_submit()
    if given and done(form, lambda: made.append(_open(form.data_given(specification_id)))):
        flash(_("The panel is open; the judges find it on their home page."), "success")
        return redirect(url_for("exams.panel", panel_id=made[0]))
    return render_template("exams/panel_new.html", form=form, row=row), 422 if form.errors else 200


def _open(data: Any) -> int:  # noqa: ANN401 - what the form gives is what the service takes
    return open_panel(db.session(), actor(), data, now=now(), today=today())


@blueprint.get("/panels/<int:panel_id>")
@requires(P.EXAMS_READ)
def panel(panel_id: int) -> ResponseReturnValue:
    """One panel for its chair: how far the judges are, what each round came to, what to do next."""
    return _panel_page(panel_id, VersionForm(formdata=None))


def _panel_page(panel_id: int, form: VersionForm) -> ResponseReturnValue:
    page = panel_queries.panel_page(db.session(), panel_id, actor().scope(P.EXAMS_READ))
    failed = form.errors or form.form_errors
    return render_template("exams/panel.html", page=page, form=form, grid=GRID), 422 if failed else 200


@blueprint.post("/panels/<int:panel_id>/round")
@requires(P.EXAMS_MANAGE)
def panel_round(panel_id: int) -> ResponseReturnValue:
    """Open the next round."""
    form, numbers = VersionForm(), list[int]()
    if done(form, lambda: numbers.append(next_round(db.session(), actor(), panel_id, form.shown, now=now()))):
        flash(_("Round %(number)s is open; the judges see the feedback.", number=numbers[0]), "success")
        return redirect(url_for("exams.panel", panel_id=panel_id))
    return _panel_page(panel_id, form)


@blueprint.post("/panels/<int:panel_id>/grid")
@requires(P.EXAMS_MANAGE)
def panel_grid(panel_id: int) -> ResponseReturnValue:
    """Put the questions into the grid."""
    form, places = VersionForm(), places_given(request.form)
    if done(form, lambda: place_items(db.session(), actor(), panel_id, form.shown, places, now=now())):
        flash(_("The questions stand in the grid; the judges can rate its cells."), "success")
        return redirect(url_for("exams.panel", panel_id=panel_id))
    return _panel_page(panel_id, form)


@blueprint.post("/panels/<int:panel_id>/close")
@requires(P.EXAMS_MANAGE)
def close_panel(panel_id: int) -> ResponseReturnValue:
    """End the panel; its result stands from then on."""
    form = VersionForm()
    if done(form, lambda: end_panel(db.session(), actor(), panel_id, form.shown, now=now())):
        flash(_("The panel is closed; its result stands as evidence."), "success")
        return redirect(url_for("exams.panel", panel_id=panel_id))
    return _panel_page(panel_id, form)


@blueprint.route("/panels/<int:panel_id>/rate", methods=["GET", "POST"])
@signed_in
def panel_desk(panel_id: int) -> ResponseReturnValue:
    """A judge's own page; for anybody else there is nothing here."""
    found = panel_queries.desk(db.session(), panel_id, actor().account_id)
    form = RatingForm(data={"round": str(found.row.round)})
    numbers: list[int] = []
    if form.validate_on_submit() and done(form, lambda: numbers.append(_rated(found, form))):
        flash(ngettext("%(num)s rating saved.", "%(num)s ratings saved.", numbers[0]), "success")
        return redirect(url_for("exams.panel_desk", panel_id=panel_id))
    failed = form.errors or form.form_errors
    return render_template("exams/panel_desk.html", desk=found, form=form, grid=GRID), 422 if failed else 200


def _rated(found: Desk, form: RatingForm) -> int:
    given = candidates_named(request.form) if found.candidates else ratings_given(request.form)
    return rate(db.session(), actor(), found.row.id, form.shown, given, now=now())


@blueprint.route("/specifications/<int:specification_id>/pass-mark", methods=["GET", "POST"])
@requires(P.EXAMS_MANAGE)
def pass_mark(specification_id: int) -> ResponseReturnValue:
    """Choose a pass mark from what panels found, and see on what earlier ones rest."""
    scope = actor().scope(P.EXAMS_MANAGE)
    row = queries.specification(db.session(), specification_id, scope)
    rows = panel_queries.panels(db.session(), scope, specification_id=row.id)
    form = pass_mark_form(rows, row.version)
    if form.validate_on_submit() and done(form, lambda: _choose(form, row.id)):
        flash(_("The pass mark is chosen; its evidence is kept with the new version."), "success")
        return redirect(url_for("exams.specification", specification_id=row.id))
    rules = queries.rules_for(db.session(), row.unit_id, row.paper, row.kind, today())
    shown = {"row": row, "rows": rows, "form": form, "rules": rules, "grid": GRID}
    choices = panel_queries.choices_of(db.session(), row.id)
    return render_template("exams/pass_mark.html", choices=choices, **shown), 422 if form.errors else 200


def _choose(form: PassMarkForm, specification_id: int) -> int:
    return choose_pass_mark(
        db.session(), actor(), specification_id, whole(form.version.data), form.panels.data or [], form.chosen.data,
        form.reason.data, now=now(), today=today(),
    )  # fmt: skip
