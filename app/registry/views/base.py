"""The blueprint, what its pages share, the room's front page, and its next things for the home page."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.core.errors import DomainError
from app.core.forms import Form
from app.core.http import Card, actor, in_language, language, requires, today
from app.core.permissions import Actor, P
from app.extensions import db
from app.registry import codes, queries

blueprint = Blueprint("registry", __name__, url_prefix="/registry")

CODE_LISTS = {kind.__name__: kind for kind in codes.TITLES}


@blueprint.context_processor
def words() -> dict[str, Any]:
    """`word('PersonKind', code)` names a code, `kinds('PersonKind')` lists a list's choices.

    `rules_named(code)` names the rules of a place.
    """
    tongue = language()
    return {
        "word": lambda name, code: codes.title(CODE_LISTS[name], code, tongue),
        "kinds": lambda name: [(c, codes.title(CODE_LISTS[name], c, tongue)) for c in codes.TITLES[CODE_LISTS[name]]],
        "rules_named": _rules_named,
        "tongue": tongue,
    }


def _rules_named(code: str | None) -> str:
    named = {known: (zh, en) for known, zh, en in queries.regime_names()}
    zh, en = named.get(code or "", (code or "", code or ""))
    return en if language() == "en" else zh


def saved(form: Form, change: Callable[[], Any], message: str) -> bool:
    """Make one change and commit it; a refusal goes back to the form and nothing is kept."""
    try:
        result = change()
        db.session.commit()
    except DomainError as error:
        db.session.rollback()
        form.carry(error, in_language(error))
        return False
    flash(message, "success")
    _note_excess(getattr(result, "over_by", 0))
    return True


def _note_excess(over: int) -> None:
    if over:
        words = ngettext(
            "The agency now exceeds its posts by %(num)s.", "The agency now exceeds its posts by %(num)s.", over
        )
        flash(words, "warning")


@blueprint.get("/")
@requires(P.REGISTRY_READ)
def home() -> ResponseReturnValue:
    """What the registry holds, and where to go."""
    scope = actor().scope(P.REGISTRY_READ)
    tree = queries.unit_tree(db.session(), today(), scope)
    people = queries.count_people(db.session(), "", today(), scope)
    runs = queries.import_runs(db.session(), actor(), 3) if actor().may(P.REGISTRY_IMPORT) else []
    over = [row for row in tree if row.strength.over_by]
    return render_template("registry/home.html", tree=tree, people=people, runs=runs, over=over)


def home_cards(who: Actor) -> list[Card]:
    """Imports that wait for a decision, and the people of one's agencies."""
    cards: list[Card] = []
    waiting = (
        [r for r in queries.import_runs(db.session(), who, 5) if r.state == "CHECKED"]
        if who.may(P.REGISTRY_IMPORT)
        else []
    )
    if waiting:
        text = _("“%(file)s” was checked; nothing has been written yet.", file=waiting[0].file_name)
        url = url_for("registry.import_run", run_id=waiting[0].id)
        cards.append(Card(_("An import waits for you"), text, url, _("Look at it"), rank=20, tone="warning"))
    if who.may(P.REGISTRY_EDIT):
        text = _("People, units, powers and postings of your agencies.")
        cards.append(Card(_("Registry"), text, url_for("registry.home"), _("Open the registry"), rank=60))
    return cards
