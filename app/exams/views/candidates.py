"""Pages of who may sit: admitting by code, by unit, by search; withdrawing; seats."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.core.http import actor, now, requires, today, zone
from app.core.permissions import P
from app.exams import queries, service
from app.exams.forms import CodesForm, ReasonForm, UnitForm, split_codes, unit_choices
from app.exams.service import AdmissionReport
from app.exams.views.blueprint import blueprint, done, my_units
from app.extensions import db
from app.registry import queries as registry


@blueprint.get("/sittings/<int:sitting_id>/candidates")
@requires(P.EXAMS_MANAGE)
def candidates(sitting_id: int) -> ResponseReturnValue:
    """Who is admitted, and the ways of admitting more."""
    return _page(sitting_id, CodesForm(), _unit_form(), None)


@blueprint.post("/sittings/<int:sitting_id>/candidates/codes")
@requires(P.EXAMS_MANAGE)
def admit_codes(sitting_id: int) -> ResponseReturnValue:
    """Admit the people with these codes; each one who is not gets a reason."""
    form = CodesForm()
    reports: list[AdmissionReport] = []
    if form.validate_on_submit() and done(form, lambda: reports.append(_admit_codes(form, sitting_id))):
        return _page(sitting_id, CodesForm(formdata=None), _unit_form(), reports[0])
    return _page(sitting_id, form, _unit_form(), None)


def _admit_codes(form: CodesForm, sitting_id: int) -> AdmissionReport:
    codes = split_codes(form.codes.data)
    return service.admit_codes(db.session(), actor(), sitting_id, codes, now=now(), zone=zone())


@blueprint.post("/sittings/<int:sitting_id>/candidates/unit")
@requires(P.EXAMS_MANAGE)
def admit_unit(sitting_id: int) -> ResponseReturnValue:
    """Admit everybody who serves in a unit or below it."""
    form = _unit_form()
    reports: list[AdmissionReport] = []
    if form.validate_on_submit() and done(form, lambda: reports.append(_admit_unit(form, sitting_id))):
        return _page(sitting_id, CodesForm(formdata=None), form, reports[0])
    return _page(sitting_id, CodesForm(formdata=None), form, None)


def _admit_unit(form: UnitForm, sitting_id: int) -> AdmissionReport:
    return service.admit_unit(db.session(), actor(), sitting_id, form.unit_id.data, now=now(), zone=zone())


def _unit_form() -> UnitForm:
    form = UnitForm()
    form.unit_id.choices = unit_choices(my_units())
    return form


def _page(sitting_id: int, codes: CodesForm, unit: UnitForm, report: AdmissionReport | None) -> ResponseReturnValue:
    scope = actor().scope(P.EXAMS_MANAGE)
    row = queries.sitting(db.session(), sitting_id, now(), scope)
    rows = queries.candidates(db.session(), sitting_id, withdrawn=True)
    asked = request.args.get("q", "").strip()
    found = registry.search_people(db.session(), asked, today(), scope, limit=30) if asked else []
    page = render_template(
        "exams/candidates.html", row=row, rows=[r for r in rows if r.withdrawn_at is None],
        gone=[r for r in rows if r.withdrawn_at is not None], found=found, asked=asked, codes=codes, unit=unit,
        report=report, admitted={r.person_id for r in rows if r.withdrawn_at is None},
    )  # fmt: skip
    return page, 422 if codes.errors or unit.errors else 200


@blueprint.route("/sittings/<int:sitting_id>/candidates/<int:person_id>/withdraw", methods=["GET", "POST"])
@requires(P.EXAMS_MANAGE)
def withdraw(sitting_id: int, person_id: int) -> ResponseReturnValue:
    """Take one admission back, with a reason."""
    row = queries.sitting(db.session(), sitting_id, now(), actor().scope(P.EXAMS_MANAGE))
    who = next((r for r in queries.candidates(db.session(), sitting_id) if r.person_id == person_id), None)
    form = ReasonForm()
    if form.validate_on_submit() and done(form, lambda: _withdraw(form, sitting_id, person_id)):
        flash(_("The admission is withdrawn."), "success")
        return redirect(url_for("exams.candidates", sitting_id=sitting_id))
    return render_template("exams/withdraw.html", form=form, row=row, who=who), 422 if form.errors else 200


def _withdraw(form: ReasonForm, sitting_id: int, person_id: int) -> None:
    service.withdraw(db.session(), actor(), sitting_id, person_id, form.reason.data, now=now())


@blueprint.post("/sittings/<int:sitting_id>/assign-seats")
@requires(P.EXAMS_MANAGE)
def assign_seats(sitting_id: int) -> ResponseReturnValue:
    """Give everybody without a seat one."""
    seated = service.assign_seats(db.session(), actor(), sitting_id, now=now())
    db.session.commit()
    flash(ngettext("%(num)s person seated.", "%(num)s people seated.", seated), "success")
    return redirect(url_for("exams.seat_list", sitting_id=sitting_id))


@blueprint.get("/sittings/<int:sitting_id>/seat-list")
@requires(P.EXAMS_READ)
def seat_list(sitting_id: int) -> ResponseReturnValue:
    """Who sits where, for the door: one list for each room."""
    row = queries.sitting(db.session(), sitting_id, now(), actor().scope(P.EXAMS_READ))
    rooms = queries.rooms(db.session(), sitting_id)
    rows = queries.candidates(db.session(), sitting_id)
    return render_template("exams/seat_list.html", row=row, rooms=rooms, rows=rows)
