"""Pages about units, places and powers."""

from collections.abc import Callable
from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.http import actor, now, requires, today
from app.core.permissions import P
from app.extensions import db
from app.registry import forms, queries, service
from app.registry.views.base import blueprint, saved

RECORD: dict[str, Callable[..., Any]] = {
    "standing": service.record_standing,
    "establishment": service.record_establishment,
    "territory": service.assign_territory,
    "designation": service.designate,
    "entrustment": service.entrust,
}
TITLES = {
    "standing": _l("Record a standing in law"),
    "establishment": _l("Record the number of posts"),
    "territory": _l("Assign an area"),
    "designation": _l("Record a designation by order"),
    "entrustment": _l("Record an entrustment"),
}
STEPS: dict[str, Callable[..., int]] = {
    "plan": service.plan_power,
    "hold": service.hold_power,
    "publish": service.publish_power,
    "return": service.return_power,
}


@blueprint.get("/units")
@requires(P.REGISTRY_READ)
def units() -> ResponseReturnValue:
    """The tree of units with posts against people."""
    rows = queries.unit_tree(db.session(), today(), actor().scope(P.REGISTRY_READ))
    return render_template("registry/units.html", rows=rows, day=today())


@blueprint.get("/units/<code>")
@requires(P.REGISTRY_READ)
def unit(code: str) -> ResponseReturnValue:
    """One unit: standing, posts, territory, powers by date, people, history."""
    scope, edit = actor().scope(P.REGISTRY_READ), actor().scope(P.REGISTRY_EDIT)
    page = queries.unit_page(db.session(), code, today(), scope, edit)
    return render_template("registry/unit.html", page=page, day=today(), forms=TITLES)


@blueprint.route("/units/new", methods=["GET", "POST"])
@requires(P.REGISTRY_EDIT)
def new_unit() -> ResponseReturnValue:
    """Found a unit."""
    form = forms.UnitForm()
    form.offer(units=queries.units(db.session(), actor().scope(P.REGISTRY_EDIT)))
    if form.validate_on_submit() and saved(form, lambda: _found(form), _("The unit has been founded.")):
        return redirect(url_for("registry.unit", code=form.code.data.strip().upper()))
    page = render_template(
        "registry/fact_form.html", form=form, title=_("New unit"), owner="", back=url_for("registry.units")
    )
    return page, 422 if form.is_submitted() else 200


def _found(form: forms.UnitForm) -> int:
    return service.create_unit(db.session(), actor(), now=now(), **form.entered())


@blueprint.route("/units/<code>/names", methods=["GET", "POST"])
@requires(P.REGISTRY_EDIT)
def rename_unit(code: str) -> ResponseReturnValue:
    """A unit's names, rules, and the days it opened and closed."""
    shown = queries.unit_page(db.session(), code, today(), actor().scope(P.REGISTRY_EDIT), None)
    form = forms.UnitNameForm(data={**vars(shown.unit), "opened_on": shown.opened_on, "closed_on": shown.closed_on})
    if form.validate_on_submit() and saved(form, lambda: _rename(code, form), _("The unit has been changed.")):
        return redirect(url_for("registry.unit", code=code))
    title, back = _("Names and rules"), url_for("registry.unit", code=code)
    page = render_template("registry/fact_form.html", form=form, title=title, owner=shown.unit.name_zh, back=back)
    return page, 422 if form.is_submitted() else 200


def _rename(code: str, form: forms.UnitNameForm) -> None:
    entered = form.entered()
    entered["name_en"] = entered["name_en"] or ""
    service.change_unit(db.session(), actor(), code, now=now(), **entered)


@blueprint.route(
    "/units/<code>/<any(standing,establishment,territory,designation,entrustment):kind>", methods=["GET", "POST"]
)
@requires(P.REGISTRY_EDIT)
def add_unit_fact(code: str, kind: str) -> ResponseReturnValue:
    """Add a fact about a unit."""
    shown = queries.unit_by_code(db.session(), code, actor().scope(P.REGISTRY_EDIT))
    form = forms.UNIT_FORMS[kind](data={"valid_from": today()}).recording()
    _offer(form, shown)
    if form.validate_on_submit() and saved(
        form, lambda: _record(kind, code, form), _("Recorded. The history shows it.")
    ):
        return redirect(url_for("registry.unit", code=code))
    back = url_for("registry.unit", code=code)
    page = render_template("registry/fact_form.html", form=form, title=TITLES[kind], owner=shown.name_zh, back=back)
    return page, 422 if form.is_submitted() else 200


def _offer(form: forms.FactForm, unit: queries.UnitRow) -> None:
    session = db.session()
    form.offer(queries.units(session), queries.area_rows(session), queries.items_of(session, unit.id))


def _record(kind: str, code: str, form: forms.FactForm) -> Any:  # noqa: ANN401 - each verb's own answer
    return RECORD[kind](db.session(), actor(), code, today=today(), now=now(), **form.facts())


@blueprint.route("/units/<code>/powers", methods=["GET", "POST"])
@requires(P.REGISTRY_EDIT)
def power_step(code: str) -> ResponseReturnValue:
    """Plan, take over, publish or give back a power item."""
    shown = queries.unit_by_code(db.session(), code, actor().scope(P.REGISTRY_EDIT))
    form = forms.PowerStepForm(data={"on": today()})
    form.offer(items=queries.items_of(db.session(), shown.id))
    if form.validate_on_submit() and saved(form, lambda: _step(code, form), _("Recorded. The history shows it.")):
        return redirect(url_for("registry.unit", code=code))
    title, back = _("Power items"), url_for("registry.unit", code=code)
    page = render_template("registry/fact_form.html", form=form, title=title, owner=shown.name_zh, back=back)
    return page, 422 if form.is_submitted() else 200


def _step(code: str, form: forms.PowerStepForm) -> int:
    step = STEPS[form.step.data]
    return step(
        db.session(), actor(), code, form.item_code.data, on=form.on.data, note=form.note.data or "", now=now(),
        today=today(),
    )  # fmt: skip


@blueprint.get("/powers")
@requires(P.REGISTRY_READ)
def powers() -> ResponseReturnValue:
    """Which agency holds which item today."""
    matrix = queries.power_matrix(db.session(), today(), actor().scope(P.REGISTRY_READ))
    return render_template("registry/powers.html", matrix=matrix, day=today())


@blueprint.get("/areas")
@requires(P.REGISTRY_READ)
def areas() -> ResponseReturnValue:
    """Places, from the province down to the grid."""
    return render_template("registry/areas.html", rows=queries.area_rows(db.session()))


@blueprint.route("/areas/new", methods=["GET", "POST"])
@requires(P.REGISTRY_EDIT)
def new_area() -> ResponseReturnValue:
    """Add a place."""
    form = forms.AreaForm()
    form.offer(areas=queries.area_rows(db.session()))
    if form.validate_on_submit() and saved(form, lambda: _add_area(form), _("The place has been added.")):
        return redirect(url_for("registry.areas"))
    title, back = _("New place"), url_for("registry.areas")
    page = render_template("registry/fact_form.html", form=form, title=title, owner="", back=back)
    return page, 422 if form.is_submitted() else 200


def _add_area(form: forms.AreaForm) -> str:
    return service.add_area(db.session(), actor(), now=now(), **form.entered())
