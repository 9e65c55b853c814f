"""Pages of signing in, signing out and choosing a password."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import UserMixin, current_user, login_user, logout_user

from app.accounts import service
from app.accounts.forms import PasswordForm, SignInForm
from app.core.database import set_reading
from app.core.errors import DomainError
from app.core.http import SAFE_METHODS, actor, in_language, now, public, safe_next, signed_in
from app.core.http import settings as site_settings
from app.extensions import db, limiter

blueprint = Blueprint("accounts", __name__)


class Visitor(UserMixin):  # type: ignore[misc]
    """Whoever is signed in, for Flask-Login: the session token is the id."""

    def __init__(self, token: str, found: service.SignedIn) -> None:
        self.id = token
        self.session_id = found.session_id
        self.actor = found.actor
        self.must_change = found.must_change


class Program(UserMixin):  # type: ignore[misc]
    """A connected system behind a bearer token; it has no session and no password to change."""

    must_change = False
    session_id = None

    def __init__(self, found: Any) -> None:  # noqa: ANN401 - an Actor
        self.id = f"system:{found.account_id}"
        self.actor = found


def load_visitor(token: str) -> Visitor | None:
    """Who a browser's session stands for; notes once a minute that the session is in use."""
    found = service.signed_in_by(db.session(), token, now())
    if found is not None and found.stale:
        db.session.rollback()
        set_reading(only=False)
        service.touch(db.session(), found.session_id, now())
        db.session.commit()
        set_reading(only=request.method in SAFE_METHODS)
    return Visitor(token, found) if found else None


def load_program(asked: Any) -> Program | None:  # noqa: ANN401 - a Flask request
    """Who a bearer token stands for; only the public API takes tokens."""
    kind, _sep, token = asked.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not asked.path.startswith("/api/"):
        return None
    found = service.bearer(db.session(), token.strip(), now())
    return Program(found) if found else None


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
@limiter.limit("60/minute", methods=["POST"])
def sign_in() -> ResponseReturnValue:
    """Sign in; the session is new each time, so an old cookie is worth nothing."""
    form = SignInForm(next=request.args.get("next", ""))
    if form.validate_on_submit():
        try:
            return _enter(form)
        except DomainError as error:
            db.session.commit()
            form.carry(error, in_language(error))
    return render_template("accounts/sign_in.html", form=form), 422 if form.is_submitted() else 200


def _enter(form: SignInForm) -> ResponseReturnValue:
    token = service.sign_in(
        db.session(), form.username.data, form.password.data, address=request.remote_addr or "",
        agent=request.user_agent.string, profile=site_settings().password_profile, now=now(),
    )  # fmt: skip
    db.session.commit()
    session.clear()
    found = service.signed_in_by(db.session(), token, now())
    login_user(Visitor(token, found))
    return redirect(safe_next(form.next.data, url_for("pages.home")))


@blueprint.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """End this session here and on the server."""
    if current_user.is_authenticated:
        service.sign_out(db.session(), current_user.get_id(), now())
        db.session.commit()
    logout_user()
    session.clear()
    flash(_("You have signed out."), "success")
    return redirect(url_for("accounts.sign_in"))


@blueprint.route("/account/password", methods=["GET", "POST"])
@signed_in
def password() -> ResponseReturnValue:
    """Choose a new password; every other session of the account ends."""
    form = PasswordForm()
    if form.validate_on_submit():
        try:
            service.change_password(
                db.session(), actor(), form.current.data, form.password.data,
                profile=site_settings().password_profile, now=now(), keep_session=current_user.session_id,
            )  # fmt: skip
            db.session.commit()
        except DomainError as error:
            form.carry(error, in_language(error))
        else:
            flash(_("Your password has been changed."), "success")
            return redirect(url_for("pages.home"))
    return render_template("accounts/password.html", form=form, first=current_user.must_change)
