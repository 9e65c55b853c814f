"""For everybody the published officers of an agency; for social supervisors also a check by number, and a report."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_limiter.util import get_remote_address

from app.core.errors import Invalid, TooMany
from app.core.http import Page, actor, in_language, now, public, requires, today, zone
from app.core.permissions import P
from app.eligibility.forms.outside import NumberForm, ReportForm
from app.eligibility.queries import observations, officers
from app.eligibility.service import observing
from app.extensions import db, limiter

blueprint = Blueprint("watch", __name__)
LISTS = limiter.shared_limit("30/minute", scope="officers", key_func=get_remote_address)
PAGE = 100


@blueprint.get("/officers/<code>")
@public
@LISTS
def officers_of(code: str) -> ResponseReturnValue:
    """Who of an agency may show a certificate: only those on its published list, and only what is published."""
    agency = officers.agency_by_code(db.session(), code)
    page = Page.asked(officers.count_officers(db.session(), agency.id, today()), PAGE)
    found = officers.officers(db.session(), agency, now(), zone(), offset=page.offset, limit=page.size)
    return render_template("eligibility/officers.html", found=found, page=page)


@blueprint.get("/watch")
@requires(P.OBSERVATIONS_REPORT)
@LISTS
def home() -> ResponseReturnValue:
    """Verify an officer of an agency I watch, by certificate number or by what its QR code holds; my reports."""
    form, who = NumberForm(request.args), actor()
    scope = who.scope(P.OBSERVATIONS_REPORT)
    wanted = form.wanted() if request.args and form.validate() else ""
    found = officers.officer_by_number(db.session(), wanted, scope, now(), zone()) if wanted else None
    watched = officers.agencies(db.session(), scope)
    mine = observations.own_observations(db.session(), who.account_id or 0)
    return render_template("eligibility/watch.html", form=form, wanted=wanted, found=found, agencies=watched, mine=mine)


@blueprint.route("/watch/report", methods=["GET", "POST"])
@requires(P.OBSERVATIONS_REPORT)
@LISTS
def report() -> ResponseReturnValue:
    """Report what I observed to the agency's supervisors."""
    form = ReportForm(certificate=request.args.get("certificate", ""), seen_at=now())
    form.offer(officers.agencies(db.session(), actor().scope(P.OBSERVATIONS_REPORT)))
    if form.validate_on_submit() and _reported(form):
        flash(_("Your report is with the agency's supervisors."), "success")
        return redirect(url_for("watch.home"))
    return render_template("eligibility/watch_report.html", form=form), 422 if form.is_submitted() else 200


def _reported(form: ReportForm) -> bool:
    try:
        observing.report(db.session(), actor(), form.observed(), now=now())
        db.session.commit()
    except (Invalid, TooMany) as error:
        db.session.rollback()
        form.carry(error, in_language(error))
        return False
    return True
