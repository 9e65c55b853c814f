"""Pages that correct, end or take back a fact about a person or a unit."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core.http import actor, now, requires, today
from app.core.permissions import P
from app.extensions import db
from app.registry import forms, queries, service
from app.registry.views.base import blueprint, saved


@blueprint.route("/facts/<kind>/<int:fact_id>", methods=["GET", "POST"])
@requires(P.REGISTRY_EDIT)
def correct(kind: str, fact_id: int) -> ResponseReturnValue:
    """Correct a fact: the old one stays in the history, marked."""
    fact = queries.fact_values(db.session(), kind, fact_id, today(), actor().scope(P.REGISTRY_EDIT))
    form, back = _correcting(fact), _page_of(fact)
    if not fact.current and not form.is_submitted():
        flash(_("Somebody has corrected this since; here is the present history."), "info")
        return redirect(back)
    if form.validate_on_submit() and saved(form, lambda: _correct(fact, form), _("Corrected. The history keeps both.")):
        return redirect(back)
    page = render_template("registry/correct.html", form=form, fact=fact, back=back, withdraw=forms.WithdrawForm())
    return page, 422 if form.is_submitted() else 200


def _correcting(fact: queries.FactValues) -> forms.FactForm:
    form = forms.FACT_FORMS[fact.kind](data=dict(fact.values)).correcting()
    items = queries.items_of(db.session(), fact.unit_id) if fact.unit_id else []
    form.offer(units=queries.units(db.session()), areas=queries.area_rows(db.session()), items=items)
    return form


def _page_of(fact: queries.FactValues) -> str:
    of_unit = fact.unit_id is not None
    return url_for("registry.unit" if of_unit else "registry.person", code=fact.owner)


def _correct(fact: queries.FactValues, form: forms.FactForm) -> int:
    return service.correct(
        db.session(), actor(), fact.kind, fact.id, form.facts(), reason=form.why.data, today=today(), now=now()
    )


@blueprint.post("/facts/<kind>/<int:fact_id>/withdraw")
@requires(P.REGISTRY_EDIT)
def withdraw(kind: str, fact_id: int) -> ResponseReturnValue:
    """Take back a fact that was never so."""
    fact = queries.fact_values(db.session(), kind, fact_id, today(), actor().scope(P.REGISTRY_EDIT))
    asked, back = forms.WithdrawForm(), _page_of(fact)
    if asked.validate_on_submit() and saved(
        asked, lambda: _withdraw(fact, asked), _("Taken back. The history keeps it.")
    ):
        return redirect(back)
    form = _correcting(fact)
    return render_template("registry/correct.html", form=form, fact=fact, back=back, withdraw=asked), 422


def _withdraw(fact: queries.FactValues, form: forms.WithdrawForm) -> None:
    service.withdraw(db.session(), actor(), fact.kind, fact.id, reason=form.why.data, today=today(), now=now())


@blueprint.route(
    "/facts/<any(relation,appointment,designation,entrustment):kind>/<int:fact_id>/end", methods=["GET", "POST"]
)
@requires(P.REGISTRY_EDIT)
def end(kind: str, fact_id: int) -> ResponseReturnValue:
    """Let a relation, an office, a designation or an entrustment end."""
    fact = queries.fact_values(db.session(), kind, fact_id, today(), actor().scope(P.REGISTRY_EDIT))
    form, back = forms.EndForm(data={"last": today()}), _page_of(fact)
    if form.validate_on_submit() and saved(form, lambda: _end(fact, form), _("It ends with that day.")):
        return redirect(back)
    title = _("Let it end")
    page = render_template("registry/fact_form.html", form=form, title=title, owner=fact.owner, back=back)
    return page, 422 if form.is_submitted() else 200


def _end(fact: queries.FactValues, form: forms.EndForm) -> int:
    return service.end_fact(
        db.session(), actor(), fact.kind, fact.id, last=form.last.data, reason=form.why.data, today=today(), now=now()
    )
