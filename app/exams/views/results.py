"""Pages of results for trainers: the table, its file, the release, corrected keys."""

import csv
import io

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.core.errors import NotFound
from app.core.http import actor, now, requires
from app.core.permissions import P
from app.core.words import moment_text
from app.exams import queries, service
from app.exams.forms import KeyForm, ReleaseForm
from app.exams.views.blueprint import blueprint, done
from app.extensions import db

RISKY = ("=", "+", "-", "@", "\t", "\r")


@blueprint.get("/sittings/<int:sitting_id>/results")
@requires(P.EXAMS_READ)
def results(sitting_id: int) -> ResponseReturnValue:
    """The results and how each question behaved."""
    return _page(sitting_id, ReleaseForm(formdata=None))


@blueprint.post("/sittings/<int:sitting_id>/release")
@requires(P.EXAMS_RELEASE)
def release(sitting_id: int) -> ResponseReturnValue:
    """Release the results, after the trainer has written how many."""
    form = ReleaseForm()
    numbers: list[int] = []
    if form.validate_on_submit() and done(form, lambda: numbers.append(_release(form, sitting_id))):
        flash(ngettext("%(num)s result released.", "%(num)s results released.", numbers[0]), "success")
        return redirect(url_for("exams.results", sitting_id=sitting_id))
    return _page(sitting_id, form)


def _release(form: ReleaseForm, sitting_id: int) -> int:
    return service.release_results(db.session(), actor(), sitting_id, form.count.data, now=now())


def _page(sitting_id: int, form: ReleaseForm) -> ResponseReturnValue:
    row = queries.sitting(db.session(), sitting_id, now(), actor().scope(P.EXAMS_READ))
    found = queries.results(db.session(), sitting_id)
    items = queries.item_rows(db.session(), sitting_id)
    marking = queries.marking_left(db.session(), sitting_id)
    page = render_template("exams/results.html", row=row, results=found, items=items, form=form, marking=marking)
    return page, 422 if form.errors else 200


@blueprint.get("/sittings/<int:sitting_id>/results.csv")
@requires(P.EXAMS_READ)
def results_csv(sitting_id: int) -> ResponseReturnValue:
    """The results as a file for a spreadsheet; no cell can be read as a formula."""
    queries.sitting(db.session(), sitting_id, now(), actor().scope(P.EXAMS_READ))
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow([_("Code"), _("Name"), _("Score"), _("Out of"), _("Pass mark"), _("Passed"), _("Handed in")])
    for row in queries.results(db.session(), sitting_id):
        table.writerow([_plain(cell) for cell in _cells(row)])
    answer = Response("\ufeff" + out.getvalue(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f"attachment; filename=results-{sitting_id}.csv"
    return answer


def _cells(row: queries.ResultRow) -> list[object]:
    passed = _("yes") if row.passed else _("no")
    return [row.code, row.name, row.score, row.out_of, row.pass_mark, passed, moment_text(row.submitted_at)]


def _plain(cell: object) -> str:
    text = str(cell)
    return f"'{text}" if text.startswith(RISKY) else text


@blueprint.route("/sittings/<int:sitting_id>/items/<int:ref>/key", methods=["GET", "POST"])
@requires(P.EXAMS_RELEASE)
def correct_key(sitting_id: int, ref: int) -> ResponseReturnValue:
    """Mark one question of the sitting by another key."""
    row = queries.sitting(db.session(), sitting_id, now(), actor().scope(P.EXAMS_RELEASE))
    item = next((one for one in queries.item_rows(db.session(), sitting_id) if one.ref == ref), None)
    if item is None:
        raise NotFound
    form = KeyForm()
    if form.validate_on_submit() and done(form, lambda: _correct(form, sitting_id, ref)):
        flash(_("The results with this question have been marked again."), "success")
        return redirect(url_for("exams.results", sitting_id=sitting_id))
    return render_template("exams/correct_key.html", form=form, row=row, item=item), 422 if form.errors else 200


def _correct(form: KeyForm, sitting_id: int, ref: int) -> int:
    return service.correct_key(db.session(), actor(), sitting_id, ref, form.said(), form.reason.data, now=now())
