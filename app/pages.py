"""Switchboard of the pages: every blueprint, the navigation, and the home page that gathers what comes next."""

from collections.abc import Callable

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from app.accounts import views as accounts
from app.bank import views as bank
from app.core.http import LOCALES, Card, NavItem, actor, now, public, safe_next, settings, signed_in
from app.core.permissions import Actor, P
from app.credentials import views as credentials
from app.eligibility import views as eligibility
from app.exams import views as exams
from app.extensions import db
from app.ledger import views as ledger
from app.operation import health
from app.regimes import views as regimes
from app.regimes.loader import keep_calendars_in
from app.registry import views as registry
from app.registry.views import access
from app.training import views as training

pages = Blueprint("pages", __name__)

BLUEPRINTS = [
    pages,
    accounts.blueprint,
    access.blueprint,
    bank.blueprint,
    credentials.blueprint,
    credentials.passing,
    credentials.pki,
    credentials.verify,
    credentials.verifier,
    eligibility.blueprint,
    eligibility.watch.blueprint,
    exams.blueprint,
    ledger.blueprint,
    ledger.log,
    regimes.blueprint,
    registry.blueprint,
    training.blueprint,
]

LOAD_VISITOR = accounts.load_visitor
LOAD_PROGRAM = accounts.load_program
KEEP_CALENDARS_IN = keep_calendars_in

SHORT_WAYS = [exams.SaveShortly]
Desk = eligibility.Desk

# (title, endpoint, permissions of which one suffices, section)
NAVIGATION = [
    (_l("Home"), "pages.home", (), "home"),
    (_l("Ready to issue"), "credentials.ready", (P.CREDENTIALS_ISSUE, P.CREDENTIALS_APPLY), "credentials"),
    (
        _l("Applications"),
        "credentials.applications",
        (P.CREDENTIALS_APPLY, P.CREDENTIALS_CHECK, P.CREDENTIALS_ISSUE),
        "credentials",
    ),
    (_l("Decrees"), "credentials.decrees", (P.CREDENTIALS_DECREE,), "credentials"),
    (_l("Reviews due"), "credentials.due", (P.CREDENTIALS_CHANGE,), "credentials"),
    (_l("Certificates"), "credentials.certificates", (P.CREDENTIALS_READ,), "credentials"),
    (_l("My certificates"), "credentials.mine", (P.SELF,), "credentials"),
    (_l("My papers"), "credentials.papers", (P.SELF,), "credentials"),
    (_l("Layouts"), "credentials.layout_list", (P.CREDENTIALS_ISSUE, P.ACCOUNTS_MANAGE), "credentials"),
    (_l("Duty board"), "eligibility.board", (P.ELIGIBILITY_CHECK,), "eligibility"),
    (_l("Rosters"), "eligibility.rosters", (P.ELIGIBILITY_CHECK,), "eligibility"),
    (_l("Forecast"), "eligibility.forecast", (P.ELIGIBILITY_CHECK,), "eligibility"),
    (_l("Squads"), "eligibility.squads", (P.ELIGIBILITY_CHECK,), "eligibility"),
    (_l("Duty check"), "eligibility.check", (P.ELIGIBILITY_CHECK,), "eligibility"),
    (_l("Decisions"), "eligibility.decisions", (P.ELIGIBILITY_READ,), "eligibility"),
    (_l("Who looked me up"), "eligibility.mine", (P.SELF,), "eligibility"),
    (_l("Question bank"), "bank.home", (P.BANK_READ,), "bank"),
    (_l("Classes"), "training.classes", (P.TRAINING_READ,), "training"),
    (_l("Programmes"), "training.programmes", (P.TRAINING_READ,), "training"),
    (_l("New hires"), "training.plans", (P.TRAINING_READ,), "training"),
    (_l("Hours"), "training.hours", (P.TRAINING_READ,), "training"),
    (_l("My training"), "training.mine", (P.SELF,), "training"),
    (_l("People"), "registry.people", (P.REGISTRY_READ,), "registry"),
    (_l("Units"), "registry.units", (P.REGISTRY_READ,), "registry"),
    (_l("Powers"), "registry.powers", (P.REGISTRY_READ,), "registry"),
    (_l("Imports"), "registry.imports", (P.REGISTRY_IMPORT,), "registry"),
    (_l("My record"), "registry.me", (P.SELF,), "registry"),
    (_l("Observations"), "eligibility.observations", (P.OBSERVATIONS_READ,), "eligibility"),
    (_l("Verify an officer"), "watch.home", (P.OBSERVATIONS_REPORT,), ""),
    (_l("Report an observation"), "watch.report", (P.OBSERVATIONS_REPORT,), ""),
    (_l("Local rules"), "regimes.home", (P.REGIMES_READ,), "regimes"),
    (_l("Trial runs"), "eligibility.what_ifs", (P.REGIMES_EDIT, P.REGIMES_ADOPT), "regimes"),
    (_l("Accounts"), "access.accounts", (P.ACCOUNTS_MANAGE,), "accounts"),
    (_l("Webhooks"), "eligibility.webhooks", (P.ACCOUNTS_MANAGE,), "accounts"),
    (_l("Keys"), "credentials.keys", (P.ACCOUNTS_MANAGE,), ""),
    (_l("Ledger"), "ledger.entries", (P.LEDGER_READ,), "ledger"),
    (_l("Exams"), "exams.sittings", (P.EXAMS_READ,), "exams"),
    (_l("Standard setting"), "exams.panels", (P.EXAMS_READ,), "exams"),
    (_l("Marking answers"), "exams.marking", (P.EXAMS_MARK,), "exams"),
    (_l("Invigilation"), "exams.my_rooms", (P.EXAMS_INVIGILATE,), "exams"),
    (_l("My exams"), "exams.mine", (P.SELF,), "exams"),
]

# Each room tells an actor's next things; the home page sorts them.
HOME_CARDS: list[Callable[[Actor], list[Card]]] = [
    access.home_cards,
    accounts.home_cards,
    credentials.home_cards,
    eligibility.home_cards,
    exams.home_cards,
    bank.home_cards,
    registry.home_cards,
    training.home_cards,
]


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


def shell_urls() -> dict[str, str]:
    """The addresses that the shell of every page links to."""
    return {
        "home": url_for("pages.home"),
        "sign_in": url_for("accounts.sign_in"),
        "sign_out": url_for("accounts.sign_out"),
        "account": url_for("accounts.password"),
        "verify": "/verify",
    }


@pages.get("/")
@signed_in
def home() -> ResponseReturnValue:
    """The next thing to do, then what else there is."""
    cards: list[Card] = sorted((card for tell in HOME_CARDS for card in tell(actor())), key=lambda card: card.rank)
    return render_template("pages/home.html", cards=cards)


@pages.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """The process answers."""
    return {"status": "alive"}


@pages.get("/readyz")
@public
def readyz() -> ResponseReturnValue:
    """Database, migrations, scheduler and sealer are as they should be; 503 and which is not, otherwise."""
    found = health.readiness(db.session(), current_app.extensions["migrate"].directory, now())
    return vars(found), 200 if found.is_ready else 503


@pages.get("/language/<code>")
@public
def language(code: str) -> ResponseReturnValue:
    """Remember the reader's language for a year and go back."""
    answer = make_response(redirect(safe_next(request.args.get("next"), url_for("pages.home"))))
    if code in LOCALES:
        answer.set_cookie("language", code, max_age=31536000, samesite="Lax", secure=settings().secure, httponly=True)
    return answer
