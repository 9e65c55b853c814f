"""Switchboard of the pages: every blueprint, the navigation, and the home page that gathers what comes next."""

from collections.abc import Callable

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext as _l

from app.accounts import views as accounts
from app.core.http import Card, LOCALES, NavItem, actor, public, safe_next, settings, signed_in
from app.core.permissions import Actor, P

pages = Blueprint("pages", __name__)

BLUEPRINTS = [
    pages,
    accounts.blueprint,
]

LOAD_VISITOR = accounts.load_visitor
LOAD_PROGRAM = accounts.load_program

# (title, endpoint, permissions of which one suffices, section)
NAVIGATION = [
    (_l("Home"), "pages.home", (), "home"),
]

# Each room tells an actor's next things; the home page sorts them.
HOME_CARDS: list[Callable[[Actor], list[Card]]] = []


def navigation(who: Actor) -> list[NavItem]:
    """What this actor finds in the navigation."""
    if who.account_id is None:
        return []
    room = (request.endpoint or "").partition(".")[0]
    return [
        NavItem(
            str(title),
            url_for(endpoint),
            request.endpoint == endpoint or (section == room and room != "pages"),
            section,
        )
        for title, endpoint, permissions, section in NAVIGATION
        if not permissions or any(who.may(p) for p in permissions)
    ]


@pages.get("/")
@signed_in
def home() -> ResponseReturnValue:
    """The next thing to do, then what else there is."""
    cards: list[Card] = sorted((card for tell in HOME_CARDS for card in tell(actor())), key=lambda card: card.rank)
    return render_template("pages/home.html", cards=cards)


@pages.get("/language/<code>")
@public
def language(code: str) -> ResponseReturnValue:
    """Remember the reader's language for a year and go back."""
    answer = make_response(redirect(safe_next(request.args.get("next"), url_for("pages.home"))))
    if code in LOCALES:
        answer.set_cookie("language", code, max_age=31536000, samesite="Lax", secure=settings().secure, httponly=True)
    return answer
