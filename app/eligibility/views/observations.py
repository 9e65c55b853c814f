"""What social supervisors reported about my agency."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.core.http import Page, actor, now, requires
from app.core.permissions import P
from app.eligibility.queries.observations import count_observations
from app.eligibility.queries.observations import observations as found_observations
from app.eligibility.service import observing
from app.eligibility.views.blueprint import blueprint
from app.extensions import db


@blueprint.get("/observations")
@requires(P.OBSERVATIONS_READ)
def observations() -> ResponseReturnValue:
    """Reports about my agencies, newest first."""
    scope, waiting = actor().scope(P.OBSERVATIONS_READ), request.args.get("state", "") == "waiting"
    page = Page.asked(count_observations(db.session(), scope, waiting=waiting))
    rows = found_observations(db.session(), scope, waiting=waiting, offset=page.offset, limit=page.size)
    return render_template("eligibility/observations.html", rows=rows, page=page)


@blueprint.post("/observations/<int:observation_id>/read")
@requires(P.OBSERVATIONS_READ)
def observation_read(observation_id: int) -> ResponseReturnValue:
    """Note that I have read one."""
    observing.note_read(db.session(), actor(), observation_id, now=now())
    db.session.commit()
    return redirect(url_for("eligibility.observations"))
