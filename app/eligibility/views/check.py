"""The duty check: who, act, item, place, from when to when."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.core.errors import DomainError
from app.core.http import actor, in_language, language, now, requires, today
from app.core.permissions import P
from app.eligibility import queries, service
from app.eligibility.forms import DutyForm
from app.eligibility.views.blueprint import blueprint
from app.extensions import db


@blueprint.route("/check", methods=["GET", "POST"])
@requires(P.ELIGIBILITY_CHECK)
def check() -> ResponseReturnValue:
    """Put a question together with GET, ask it with POST; the answer stands under its own number."""
    form = _form()
    if request.method == "POST" and form.validate():
        try:
            answer = service.check(db.session(), actor(), form.question(), today=today(), now=now())
            db.session.commit()
            return redirect(url_for("eligibility.decision", decision_id=answer.id))
        except DomainError as error:
            form.carry(error, in_language(error))
    return _composing(form), 422 if request.method == "POST" else 200


def _form() -> DutyForm:
    sent = request.form if request.method == "POST" else request.args
    choices = queries.choices(db.session(), actor().scope(P.ELIGIBILITY_CHECK))
    return DutyForm.asked(sent, choices, language(), now())


def _composing(form: DutyForm) -> str:
    picked = service.pick(
        db.session(), actor(), form.codes(), search=form.q.data or "", unit=form.unit.data or "",
        take="take" in request.values, today=today(),
    )  # fmt: skip
    return render_template("eligibility/check.html", form=form, picked=picked)
