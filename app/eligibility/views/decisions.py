"""Decisions: the list, one on a page that prints, the replay, and who looked me up."""

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.core.errors import N_, Refused
from app.core.http import Page, actor, now, requires, zone
from app.core.permissions import P
from app.eligibility import queries, service
from app.eligibility.forms import DecisionFilter
from app.eligibility.views.blueprint import blueprint
from app.eligibility.views.showing import shown
from app.extensions import db


@blueprint.get("/decisions")
@requires(P.ELIGIBILITY_READ)
def decisions() -> ResponseReturnValue:
    """What was asked and answered about people in my scope, newest first."""
    form, scope = DecisionFilter(request.args), actor().scope(P.ELIGIBILITY_READ)
    wanted = form.wanted() if form.validate() else queries.Wanted()
    page = Page.asked(queries.count_decisions(db.session(), wanted, zone(), scope))
    rows = queries.decisions(db.session(), wanted, zone(), scope, offset=page.offset, limit=page.size)
    askers = queries.askers(db.session(), scope)
    return render_template(
        "eligibility/decisions.html", form=form, page=page, rows=rows, askers=askers, acts=queries.act_titles()
    )


@blueprint.get("/decisions/<decision_id>")
@requires(P.ELIGIBILITY_READ, P.ELIGIBILITY_CHECK)
def decision(decision_id: str) -> ResponseReturnValue:
    """One answer, in the order in which it is read aloud."""
    return _page(decision_id)


@blueprint.post("/decisions/<decision_id>/replay")
@requires(P.ELIGIBILITY_READ)
def replay(decision_id: str) -> ResponseReturnValue:
    """Ask again from the stored facts and from those known then; show whether it agrees."""
    found = service.replay(db.session(), actor(), decision_id, now=now())
    db.session.commit()
    return _page(decision_id, found)


@blueprint.get("/mine")
@requires(P.SELF)
def mine() -> ResponseReturnValue:
    """Who looked me up, and what was answered about me."""
    person = actor().person_id
    if person is None:
        raise Refused("no-person", N_("Your account is not tied to a person in the registry."))
    page = Page.asked(queries.count_look_ups(db.session(), person))
    rows = queries.look_ups(db.session(), person, offset=page.offset, limit=page.size)
    return render_template("eligibility/mine.html", page=page, rows=rows, acts=queries.act_titles())


def _page(decision_id: str, replayed: Any = None) -> str:  # noqa: ANN401 - a service.Replayed or none
    permission = P.ELIGIBILITY_READ if actor().may(P.ELIGIBILITY_READ) else P.ELIGIBILITY_CHECK
    kept = queries.decision(db.session(), decision_id, actor().scope(permission))
    place = queries.place_name(db.session(), kept.question["place"])
    answer = shown(kept, queries.titles(kept.regime), place)
    return render_template("eligibility/decision.html", kept=kept, answer=answer, replayed=replayed)
