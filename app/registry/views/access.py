"""The administrator's pages: who may enter, with which roles over which units, and how each account stands."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.exceptions import NotFound

from app.accounts.policy import ROLE_TITLES, STATE_TITLES, AccountState, Role
from app.core.errors import N_, DomainError, Invalid, Refused
from app.core.forms import Form
from app.core.http import Card, Page, actor, in_language, language, now, requires, settings, today
from app.core.permissions import Actor, P, Scope
from app.extensions import db
from app.registry import queries
from app.registry.queries import access
from app.registry.service import administration
from app.registry.views.access_forms import PEOPLES_ROLES, GrantForm, InviteForm, ReasonForm, SystemForm, TokenForm

blueprint = Blueprint("access", __name__, url_prefix="/access")

# what is done, what it brings about, the word on the button, its colour
ACT_WORDS = {
    "disable": (
        N_("Disable the account"),
        N_("It is signed out everywhere at once; its tokens and invitations stop working. What it did stays."),
        N_("Disable"),
        "danger",
    ),
    "enable": (
        N_("Enable the account"),
        N_("It can sign in again with the password and the roles it had."),
        N_("Enable"),
        "primary",
    ),
    "unlock": (
        N_("Let the account try again"),
        N_("It need not wait any longer after failed attempts."),
        N_("Let it try"),
        "primary",
    ),
    "sign-out": (
        N_("Sign the account out everywhere"),
        N_("Every browser that is signed in must sign in again."),
        N_("Sign out everywhere"),
        "danger",
    ),
}


@blueprint.context_processor
def _titles() -> dict[str, Any]:
    return {
        "role_titles": {role.value: _(title) for role, title in ROLE_TITLES.items()},
        "state_titles": {state.value: _(title) for state, title in STATE_TITLES.items()},
        "state_tones": {"ACTIVE": "ok", "WAITING": "info", "LOCKED": "warn", "DISABLED": "neutral"},
        "lang": language(),
        "everywhere": _scope() is None,
    }


def _scope() -> Scope:
    return actor().scope(P.ACCOUNTS_MANAGE)


def _done(form: Form, deed: Callable[[], object]) -> bool:
    """Do it when the form was sent and is in order; what is refused stands beside its field and nothing is changed."""
    if not form.validate_on_submit():
        return False
    try:
        deed()
        db.session.commit()
    except (Invalid, Refused) as error:
        _undo(form, error)
        return False
    return True


def _undo(form: Form, error: DomainError) -> None:
    db.session.rollback()
    form.carry(error, in_language(error))


def _shown(template: str, form: Form, **values: Any) -> ResponseReturnValue:  # noqa: ANN401 - what the template takes
    return render_template(template, form=form, **values), 422 if form.is_submitted() else 200


def _to_account(username: str, message: str) -> ResponseReturnValue:
    flash(message, "success")
    return redirect(url_for("access.account", username=username))


def _page(username: str) -> access.AccessPage:
    return access.access_page(db.session(), username, now(), today(), _scope())


def _offer_units(form: Any) -> None:  # noqa: ANN401 - any form with a `unit`
    form.unit.offer(queries.units(db.session(), _scope()), everywhere=_scope() is None)


@blueprint.get("/")
@requires(P.ACCOUNTS_MANAGE)
def accounts() -> ResponseReturnValue:
    """Accounts of one's units with their roles and how they stand."""
    text, state = request.args.get("q", "").strip()[:100], request.args.get("state", "")
    page = Page.asked(access.count_access(db.session(), text, state, now(), today(), _scope()))
    rows = access.search_access(
        db.session(), text, state, now(), today(), _scope(), offset=page.offset, limit=page.size
    )
    counts = access.counts_by_state(db.session(), now(), today(), _scope())
    return render_template("access/accounts.html", rows=rows, page=page, counts=counts)


@blueprint.route("/invite", methods=["GET", "POST"])
@requires(P.ACCOUNTS_MANAGE)
def invite() -> ResponseReturnValue:
    """Make an account with a first role and send its owner a link to choose a password."""
    form = InviteForm()
    form.role.offer(PEOPLES_ROLES)
    _offer_units(form)
    if _done(form, lambda: _invite(form)):
        return _to_account(form.username.data.lower(), _("The invitation is on its way."))
    return _shown("access/invite.html", form)


def _invite(form: InviteForm) -> None:
    administration.invite_person(
        db.session(), actor(), form.wanted(), site_url=settings().site_url, now=now(), today=today()
    )


@blueprint.route("/connect", methods=["GET", "POST"])
@requires(P.ACCOUNTS_MANAGE)
def connect() -> ResponseReturnValue:
    """Make the account of a connected system; its tokens are made on its page."""
    form = SystemForm()
    _offer_units(form)
    if _done(form, lambda: _connect(form)):
        return _to_account(form.username.data.lower(), _("The system is connected; now make it a token."))
    return _shown("access/connect.html", form)


def _connect(form: SystemForm) -> None:
    administration.connect_system(
        db.session(), actor(), form.username.data, form.display_name.data, form.unit.data, now=now()
    )


@blueprint.get("/accounts/<username>")
@requires(P.ACCOUNTS_MANAGE)
def account(username: str) -> ResponseReturnValue:
    """One account: roles, state, sessions, tokens, and what it did."""
    return render_template("access/account.html", page=_page(username), me=actor().account_id)


@blueprint.route("/accounts/<username>/grant", methods=["GET", "POST"])
@requires(P.ACCOUNTS_MANAGE)
def grant(username: str) -> ResponseReturnValue:
    """Give a role over a unit, with a reason."""
    page, form = _page(username), GrantForm()
    form.role.offer([Role.SYSTEM] if page.row.account.is_system else PEOPLES_ROLES)
    _offer_units(form)
    if _done(form, lambda: _grant(username, form)):
        return _to_account(username, _("The role is given."))
    return _shown("access/grant.html", form, page=page)


def _grant(username: str, form: GrantForm) -> None:
    administration.grant(
        db.session(), actor(), username, Role(form.role.data), form.unit.data, reason=form.reason.data, now=now(),
        today=today(),
    )  # fmt: skip


@blueprint.route("/accounts/<username>/roles/<int:grant_id>/revoke", methods=["GET", "POST"])
@requires(P.ACCOUNTS_MANAGE)
def revoke(username: str, grant_id: int) -> ResponseReturnValue:
    """Take a role back, with a reason."""
    page, form = _page(username), ReasonForm()
    held = next((role for role in page.row.roles if role.grant.id == grant_id), None)
    if held is None:
        raise NotFound
    if _done(form, lambda: _revoke(username, grant_id, form)):
        return _to_account(username, _("The role is taken back."))
    return _shown("access/revoke.html", form, page=page, held=held)


def _revoke(username: str, grant_id: int, form: ReasonForm) -> None:
    administration.revoke(db.session(), actor(), username, grant_id, reason=form.reason.data, now=now(), today=today())


@blueprint.route(
    "/accounts/<username>/do/<any('disable', 'enable', 'unlock', 'sign-out'):deed>", methods=["GET", "POST"]
)
@requires(P.ACCOUNTS_MANAGE)
def act(username: str, deed: str) -> ResponseReturnValue:
    """Disable, enable, unlock, or sign out everywhere, with a reason."""
    page, form = _page(username), ReasonForm()
    if _done(form, lambda: _act(username, deed, form)):
        return _to_account(username, _("Done; it is in the ledger."))
    title, effect, button, tone = ACT_WORDS[deed]
    return _shown("access/act.html", form, page=page, title=_(title), effect=_(effect), button=_(button), tone=tone)


def _act(username: str, deed: str, form: ReasonForm) -> None:
    administration.act(db.session(), actor(), username, deed, reason=form.reason.data, now=now(), today=today())


@blueprint.post("/accounts/<username>/invite")
@requires(P.ACCOUNTS_MANAGE)
def invite_again(username: str) -> ResponseReturnValue:
    """Send a new link to choose a password; the earlier ones stop working."""
    administration.invite_again(db.session(), actor(), username, site_url=settings().site_url, now=now(), today=today())
    db.session.commit()
    return _to_account(username, _("The invitation is on its way."))


@blueprint.route("/accounts/<username>/tokens", methods=["GET", "POST"])
@requires(P.ACCOUNTS_MANAGE)
def new_token(username: str) -> ResponseReturnValue:
    """Make a token; it is shown on this one answer and never again."""
    page, form, made = _page(username), TokenForm(), []
    if _done(form, lambda: made.append(_issue(username, form))):
        return render_template("access/token.html", page=page, token=made[0])
    return _shown("access/new_token.html", form, page=page)


def _issue(username: str, form: TokenForm) -> str:
    return administration.issue_token(
        db.session(), actor(), username, form.title.data, days=form.days.data, now=now(), today=today()
    )


@blueprint.route("/accounts/<username>/tokens/<int:token_id>/revoke", methods=["GET", "POST"])
@requires(P.ACCOUNTS_MANAGE)
def revoke_token(username: str, token_id: int) -> ResponseReturnValue:
    """Make a token worthless at once, with a reason."""
    page, form = _page(username), ReasonForm()
    token = next((row for row in page.tokens if row.id == token_id), None)
    if token is None:
        raise NotFound
    if _done(form, lambda: _revoke_token(username, token_id, form)):
        return _to_account(username, _("The token is revoked."))
    return _shown(
        "access/act.html", form, page=page, title=_("Revoke the token %(title)s", title=token.title),
        effect=_("Whatever still uses it is refused from now on."), button=_("Revoke the token"), tone="danger",
    )  # fmt: skip


def _revoke_token(username: str, token_id: int, form: ReasonForm) -> None:
    administration.revoke_token(
        db.session(), actor(), username, token_id, reason=form.reason.data, now=now(), today=today()
    )


def home_cards(who: Actor) -> list[Card]:
    """Accounts of the administrator's units that wait: after failed attempts, or with an invitation not taken up."""
    if not who.may(P.ACCOUNTS_MANAGE):
        return []
    counts = access.counts_by_state(db.session(), now(), today(), who.scope(P.ACCOUNTS_MANAGE))
    return [*_locked_card(counts[AccountState.LOCKED]), *_waiting_card(counts[AccountState.WAITING])]


def _locked_card(locked: int) -> list[Card]:
    if not locked:
        return []
    title = ngettext(
        "%(num)s account waits after failed attempts", "%(num)s accounts wait after failed attempts", locked
    )
    text = _("Somebody may be guessing passwords: ask the owner before you let it try again.")
    return [Card(title, text, url_for("access.accounts", state="LOCKED"), _("See who"), 15, "warning")]


def _waiting_card(waiting: int) -> list[Card]:
    if not waiting:
        return []
    title = ngettext("%(num)s invitation not taken up", "%(num)s invitations not taken up", waiting)
    text = _("Links work for seven days; send a new one where it lapsed.")
    return [Card(title, text, url_for("access.accounts", state="WAITING"), _("See who"), 70)]
