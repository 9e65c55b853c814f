"""The duty board: my units today, and who lapses soon."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.core.http import Card, actor, now, requires, today
from app.core.permissions import Actor, P
from app.eligibility import queries
from app.eligibility.queries import Fitness
from app.eligibility.queries.board import duty_now
from app.eligibility.views.blueprint import blueprint
from app.extensions import db
from app.registry import queries as registry


@blueprint.get("/")
@requires(P.ELIGIBILITY_CHECK)
def board() -> ResponseReturnValue:
    """Everyone of my units with their state at a glance."""
    scope = actor().scope(P.ELIGIBILITY_CHECK)
    path = _path(request.args.get("unit", ""))
    found = queries.board(db.session(), today(), scope, unit_path=path)
    duty = duty_now(db.session(), found, now(), scope, unit_path=path)
    wanted = request.args.get("state", "")
    rows = [row for row in found.rows if not wanted or row.fitness == wanted]
    units = registry.units(db.session(), scope)
    return render_template(
        "eligibility/board.html", board=found, rows=rows, units=units, Fitness=Fitness, duty=duty,
        states={row.person.code: row for row in found.rows},
    )  # fmt: skip


def _path(code: str) -> str:
    """The path of a unit of mine; an unknown one is not found, so that no filter is dropped in silence."""
    if not code:
        return ""
    return registry.unit_by_code(db.session(), code, actor().scope(P.ELIGIBILITY_CHECK)).path


def home_cards(who: Actor) -> list[Card]:
    """How many of my people are unfit today, and how many lapse within 30 days."""
    if "SUPERVISOR" not in who.roles or not who.may(P.ELIGIBILITY_CHECK):
        return []
    found = queries.board(db.session(), today(), who.scope(P.ELIGIBILITY_CHECK))
    unfit = found.counts[Fitness.UNFIT]
    title = ngettext("%(num)s officer may not enforce today", "%(num)s officers may not enforce today", unfit)
    text = ngettext(
        "%(num)s certificate lapses within 30 days.", "%(num)s certificates lapse within 30 days.", len(found.lapsing)
    )
    action, url = _("Open the duty board"), url_for("eligibility.board")
    return [Card(title, text, url, action, 20 if unfit else 40, "warning" if unfit or found.lapsing else "info")]
