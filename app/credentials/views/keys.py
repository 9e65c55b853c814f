"""The issuer's page of keys and their dates, and revoking one. The web reads certificates only, never a private key."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core.errors import DomainError
from app.core.http import actor, in_language, now, requires, settings
from app.core.permissions import P
from app.credentials import queries, service
from app.credentials.forms import KeyForm
from app.credentials.views.issuer import blueprint
from app.extensions import db


@blueprint.get("/keys")
@requires(P.CREDENTIALS_ISSUE, P.ACCOUNTS_MANAGE)
def keys() -> ResponseReturnValue:
    """Every key with its dates, how many documents it sealed, and the lists published."""
    rows = queries.key_register(db.session())
    return render_template(
        "credentials/keys.html", rows=rows, ending=queries.ending_soon(rows, now()),
        counts=queries.use_counts(db.session()), waiting=queries.unsealed(db.session()),
        lists=queries.published_lists(db.session()), stamped=settings().tsa_url is not None, at=now(),
    )  # fmt: skip


@blueprint.get("/keys/<serial>")
@requires(P.CREDENTIALS_ISSUE, P.ACCOUNTS_MANAGE)
def key(serial: str) -> ResponseReturnValue:
    """One key, and the documents it sealed: those that stay good and those that fall."""
    row = queries.key_of(db.session(), serial)
    under = queries.seals_under(queries.key_register(db.session()), row)
    uses = queries.uses_of(db.session(), under, row.falls_from)
    return render_template("credentials/key.html", row=row, uses=uses, at=now(), may_revoke=service.may_revoke(actor()))


@blueprint.route("/keys/<serial>/revoke", methods=["GET", "POST"])
@requires(P.CREDENTIALS_ISSUE, P.ACCOUNTS_MANAGE)
def revoke_key(serial: str) -> ResponseReturnValue:
    """Revoke a key for good, with the reason, since when, and the password."""
    row, form = queries.key_of(db.session(), serial), KeyForm()
    if form.validate_on_submit():
        try:
            return _revoke(serial, form)
        except DomainError as error:
            db.session.rollback()
            form.carry(error, in_language(error))
    uses = queries.uses_of(db.session(), queries.seals_under(queries.key_register(db.session()), row), None)
    shown = render_template("credentials/key_revoke.html", row=row, form=form, uses=uses)
    return shown, 422 if form.is_submitted() else 200


def _revoke(serial: str, form: KeyForm) -> ResponseReturnValue:
    order = form.order()
    service.revoke_key(db.session(), actor(), serial, order, password=form.current.data or "", now=now())
    db.session.commit()
    flash(_("The key is revoked. The list that tells strangers is published within seconds."), "success")
    return redirect(url_for("credentials.key", serial=serial))
