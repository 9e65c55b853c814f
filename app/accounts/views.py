"""Pages of signing in and out, of invitations and passwords, and of letters that did not leave."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import UserMixin, current_user, login_user, logout_user

from app.accounts import queries, service
from app.accounts.forms import InvitationForm, PasswordForm, SignInForm
from app.core.database import set_reading
from app.core.errand import Errand
from app.core.errors import DomainError, Forbidden, Invalid
from app.core.http import (
    Card,
    actor,
    in_language,
    now,
    only_reads,
    public,
    requires,
    safe_next,
    signed_in,
)
from app.core.http import settings as site_settings
from app.core.permissions import Actor, P
from app.extensions import db, limiter

blueprint = Blueprint("accounts", __name__)
BROWSER = ("device", "devices")
"""What a browser goes by; it outlives a session, so that whoever signs in again may go on with a paper."""


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

    def __init__(self, found: Actor) -> None:
        self.id = f"system:{found.account_id}"
        self.actor = found


def load_visitor(token: str) -> Visitor | None:
    """Who a browser's session stands for; notes once a minute that the session is in use."""
    errand = Errand(db.session())
    asked = service.signed_in_by(errand, token, now())
    errand.run_apart()
    found = asked.get()
    if found is not None and found.stale:
        db.session.rollback()
        set_reading(only=False)
        service.touch(db.session(), found.session_id, now())
        db.session.commit()
        set_reading(only=only_reads())
    return Visitor(token, found) if found else None


def load_program(asked: Any) -> Program | None:  # noqa: ANN401 - a Flask request
    """Who a bearer token stands for; only the public API takes tokens."""
    kind, _sep, token = asked.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not asked.path.startswith("/api/"):
        return None
    found = service.bearer(Errand(db.session()), token.strip(), now()).get()
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
        replaces=current_user.get_id(),
    )  # fmt: skip
    db.session.commit()
    kept = {name: session[name] for name in BROWSER if name in session}
    session.clear()
    session.update(kept)
    login_user(load_visitor(token))
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
@limiter.limit("20/minute", methods=["POST"])
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
    status = 422 if form.is_submitted() else 200
    return render_template("accounts/password.html", form=form, first=current_user.must_change), status


@blueprint.route("/invitation/<token>", methods=["GET", "POST"])
@public
@limiter.limit("60/minute")
def invitation(token: str) -> ResponseReturnValue:
    """Choose the first password; a link that does not work says so in the same words whatever the cause."""
    invited = queries.invitation(db.session(), token, now())
    if invited is None:
        raise service.void()
    form = InvitationForm()
    if form.validate_on_submit():
        try:
            return _accepted(token, form)
        except Invalid as error:
            db.session.rollback()
            form.carry(error, in_language(error))
    return render_template("accounts/invitation.html", form=form, invited=invited), 422 if form.is_submitted() else 200


def _accepted(token: str, form: InvitationForm) -> ResponseReturnValue:
    service.accept(db.session(), token, form.password.data, site_settings().password_profile, now())
    db.session.commit()
    flash(_("Your password is set. Please sign in with it."), "success")
    return redirect(url_for("accounts.sign_in"))


def _everywhere(who: Actor) -> bool:
    """Letters belong to no unit, so they are for those who manage accounts everywhere."""
    return who.may(P.ACCOUNTS_MANAGE) and who.scope(P.ACCOUNTS_MANAGE) is None


@blueprint.get("/letters")
@requires(P.ACCOUNTS_MANAGE)
def letters() -> ResponseReturnValue:
    """Letters that could not be delivered, and why."""
    if not _everywhere(actor()):
        raise Forbidden
    rows = queries.stuck_letters(db.session())
    return render_template("accounts/letters.html", rows=rows, total=queries.count_stuck_letters(db.session()))


@blueprint.post("/letters/<int:letter_id>/retry")
@requires(P.ACCOUNTS_MANAGE)
def retry_letter(letter_id: int) -> ResponseReturnValue:
    """Try a letter afresh with the next round of the outbox."""
    if not _everywhere(actor()):
        raise Forbidden
    service.send_again(db.session(), actor(), letter_id, now())
    db.session.commit()
    flash(_("The letter goes out with the next round."), "success")
    return redirect(url_for("accounts.letters"))


def home_cards(who: Actor) -> list[Card]:
    """Letters that could not be delivered, for administrators of the whole site."""
    stuck = queries.count_stuck_letters(db.session()) if _everywhere(who) else 0
    if not stuck:
        return []
    title = ngettext("%(num)s letter could not be delivered", "%(num)s letters could not be delivered", stuck)
    text = _("See what the mail server answered; a wrong address needs a new invitation.")
    return [Card(title, text, url_for("accounts.letters"), _("See the letters"), 25, "warning")]
