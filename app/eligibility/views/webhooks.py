"""Webhooks: which connected systems are told when somebody's state changes, and what became of the messages."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core.errors import Invalid, Refused
from app.core.forms import Form
from app.core.http import actor, in_language, now, requires, settings
from app.core.permissions import P, Scope
from app.eligibility.forms.outside import SwitchForm, WebhookForm
from app.eligibility.queries import webhooks as queries
from app.eligibility.service import webhooks as service
from app.eligibility.views.blueprint import blueprint
from app.extensions import db
from app.registry.queries import units


def _scope() -> Scope:
    return actor().scope(P.ACCOUNTS_MANAGE)


@blueprint.get("/webhooks")
@requires(P.ACCOUNTS_MANAGE)
def webhooks() -> ResponseReturnValue:
    """The webhooks of my units."""
    return render_template("eligibility/webhooks.html", rows=queries.webhooks(db.session(), _scope()))


@blueprint.route("/webhooks/new", methods=["GET", "POST"])
@requires(P.ACCOUNTS_MANAGE)
def new_webhook() -> ResponseReturnValue:
    """Set one up; its secret is shown once."""
    form = WebhookForm()
    form.offer(units(db.session(), _scope()))
    secret = _added(form) if form.validate_on_submit() else None
    if secret is not None:
        return render_template("eligibility/webhooks_secret.html", title=form.title.data, secret=secret)
    return render_template("eligibility/webhooks_new.html", form=form), 422 if form.is_submitted() else 200


def _added(form: WebhookForm) -> str | None:
    try:
        secret = service.add_webhook(
            db.session(), actor(), **form.wanted(), key=settings().identity_key, now=now()
        )  # fmt: skip
        db.session.commit()
    except (Invalid, Refused) as error:
        _not_added(form, error)
        return None
    return secret


def _not_added(form: Form, error: Invalid | Refused) -> None:
    db.session.rollback()
    form.carry(error, in_language(error))


@blueprint.get("/webhooks/<int:webhook_id>")
@requires(P.ACCOUNTS_MANAGE)
def webhook(webhook_id: int) -> ResponseReturnValue:
    """One, with its newest messages."""
    row = queries.webhook(db.session(), webhook_id, _scope())
    found = queries.deliveries(db.session(), webhook_id)
    return render_template("eligibility/webhooks_one.html", row=row, deliveries=found, form=SwitchForm())


@blueprint.post("/webhooks/<int:webhook_id>/switch")
@requires(P.ACCOUNTS_MANAGE)
def switch_webhook(webhook_id: int) -> ResponseReturnValue:
    """Stop it, or let it be told again, for a stated reason."""
    row, form = queries.webhook(db.session(), webhook_id, _scope()), SwitchForm()
    if not form.validate():
        found = queries.deliveries(db.session(), webhook_id)
        return render_template("eligibility/webhooks_one.html", row=row, deliveries=found, form=form), 422
    service.switch(db.session(), actor(), webhook_id, active=not row.active, reason=form.reason.data, now=now())
    db.session.commit()
    flash(_("The webhook is stopped.") if row.active else _("The webhook is told again."), "success")
    return redirect(url_for("eligibility.webhook", webhook_id=webhook_id))
