"""The issuer's pages: the certificates, one certificate's life, and what one hand alone does to it."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.errors import DomainError
from app.core.http import Page, actor, in_language, now, requires, zone
from app.core.permissions import P
from app.credentials import queries, service
from app.credentials.forms import STATES, ActForm, CertificateFilter
from app.credentials.periods import Action
from app.extensions import db
from app.registry import queries as registry

blueprint = Blueprint("credentials", __name__, url_prefix="/credentials")

ACTS = {
    "suspend": (Action.SUSPEND, _l("Suspend"), _l("Suspends 1 certificate; its holder may not enforce meanwhile.")),
    "reinstate": (Action.REINSTATE, _l("Reinstate"), _l("Puts 1 certificate back in force.")),
    "lost": (Action.REPORT_LOST, _l("Report lost"), _l("Marks 1 certificate as lost; it no longer holds.")),
    "cancel": (Action.CANCEL, _l("Cancel certificate"), _l("Ends 1 certificate for good, without blame.")),
}
ASKED = {
    "reissue": (Action.REISSUE, _l("Replacement"), _l("Asks for 1 certificate with a new number, same last day.")),
    "renew": (Action.RENEW, _l("Renewal"), _l("Asks for 1 certificate for a new period in the place of this one.")),
    "domains": (Action.DOMAINS, _l("Other domains"), _l("Asks for 1 certificate with other domains, same last day.")),
    "transfer": (
        Action.TRANSFER, _l("Transfer to another agency"),
        _l("Asks to cancel 1 certificate and to issue 1 of the agency at which the holder serves now."),
    ),
    "revoke": (
        Action.REVOKE, _l("Revocation"), _l("Asks to revoke 1 certificate for good; somebody else decides."),
    ),
}  # fmt: skip


@blueprint.get("/certificates")
@requires(P.CREDENTIALS_READ)
def certificates() -> ResponseReturnValue:
    """The certificates of the agencies in scope, filtered by the address, the soonest to end first."""
    form, scope = CertificateFilter(request.args), actor().scope(P.CREDENTIALS_READ)
    wanted = form.wanted() if form.validate() else queries.Wanted()
    rows = queries.certificates(db.session(), scope, wanted, now(), zone())
    page = Page.asked(len(rows))
    agencies = [(unit.id, unit.name_zh) for unit in registry.units(db.session(), scope) if unit.is_agency]
    return render_template(
        "credentials/list.html", form=form, page=page, rows=rows[page.offset : page.offset + page.size],
        agencies=agencies, states=STATES, waiting=queries.unsealed(db.session()),
    )  # fmt: skip


@blueprint.get("/certificates/<number>")
@requires(P.CREDENTIALS_READ)
def certificate(number: str) -> ResponseReturnValue:
    """One certificate's life: what it says, everything that happened, what can be done."""
    life = queries.life(db.session(), actor(), number, now(), zone())
    seal = queries.seal_of(db.session(), number)
    return render_template(
        "credentials/certificate.html", life=life, seal=seal, acts=ACTS, asked=ASKED,
        applications=queries.applications_about(db.session(), life.row.id),
    )  # fmt: skip


@blueprint.route("/certificates/<number>/<any(suspend, reinstate, lost, cancel):act>", methods=["GET", "POST"])
@requires(P.CREDENTIALS_CHANGE)
def change(number: str, act: str) -> ResponseReturnValue:
    """Suspend, reinstate, report lost or cancel, with the reason; a revocation takes two hands, see `apply`."""
    life = queries.life(db.session(), actor(), number, now(), zone())
    form = ActForm(seen=str(life.seen))
    if form.validate_on_submit():
        try:
            return _change(number, form, ACTS[act][0])
        except DomainError as error:
            db.session.rollback()
            form.carry(error, in_language(error))
    shown = render_template("credentials/act.html", life=life, form=form, act=act, words=ACTS[act])
    return shown, 422 if form.is_submitted() else 200


def _change(number: str, form: ActForm, action: Action) -> ResponseReturnValue:
    service.change(db.session(), actor(), number, form.order(action), now=now(), zone=zone())
    db.session.commit()
    flash(_("The change is recorded."), "success")
    return redirect(url_for("credentials.certificate", number=number))


@blueprint.get("/certificates/<number>.pdf")
@requires(P.CREDENTIALS_READ, P.SELF)
def document(number: str) -> ResponseReturnValue:
    """The sealed file, byte for byte as it was stored; for its holder, and for who reads credentials of the agency."""
    content = queries.document(db.session(), actor(), number)
    answer = Response(content, content_type="application/pdf")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{number}.pdf")
    return answer
