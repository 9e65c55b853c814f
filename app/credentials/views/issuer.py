"""The issuer's pages: who is ready, issuing a cohort, the certificates, one certificate's life, the keys."""

import logging

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from app.core.errors import DomainError
from app.core.http import Page, actor, in_language, now, requires, settings, today, zone
from app.core.permissions import P, system_actor
from app.credentials import queries, service
from app.credentials.forms import STATES, ActForm, CertificateFilter, IssueForm, ReplaceForm
from app.credentials.periods import Action
from app.extensions import db
from app.registry import queries as registry

blueprint = Blueprint("credentials", __name__, url_prefix="/credentials")
log = logging.getLogger("chizheng.credentials")

SEAL_AT_ONCE = 5
"""How many documents are sealed while the issuer waits; the job seals the rest within seconds."""

ACTS = {
    "suspend": (Action.SUSPEND, _l("Suspend"), _l("Suspends 1 certificate; its holder may not enforce meanwhile.")),
    "reinstate": (Action.REINSTATE, _l("Reinstate"), _l("Puts 1 certificate back in force.")),
    "lost": (Action.REPORT_LOST, _l("Report lost"), _l("Marks 1 certificate as lost; it no longer holds.")),
    "revoke": (Action.REVOKE, _l("Revoke"), _l("Revokes 1 certificate for good and ends 1 qualification.")),
    "cancel": (Action.CANCEL, _l("Cancel certificate"), _l("Ends 1 certificate for good, without blame.")),
}
REPLACEMENTS = {
    "reissue": (service.reissue, _l("Reissue"), _l("Replaces 1 certificate by 1 with a new number, same last day.")),
    "renew": (service.renew, _l("Renew"), _l("Replaces 1 certificate by 1 for a new period, which begins today.")),
}


def _ready_rows() -> list[queries.ReadyRow]:
    return queries.ready_to_issue(
        db.session(), actor().scope(P.CREDENTIALS_ISSUE), today(), font=service.issuing(settings()).font,
        sitting_id=request.args.get("sitting", type=int),
    )  # fmt: skip


@blueprint.route("/", methods=["GET", "POST"])
@requires(P.CREDENTIALS_ISSUE)
def ready() -> ResponseReturnValue:
    """Exceptions first, then who is ready; what is ticked is issued in one act."""
    form, status = IssueForm(), 200
    if form.is_submitted():
        try:
            return _issue(form.offer(_ready_rows()))
        except DomainError as error:
            db.session.rollback()
            form.carry(error, in_language(error))
            status = 422
    rows = _ready_rows()
    sittings = queries.released_sittings(db.session(), actor().scope(P.CREDENTIALS_ISSUE))
    return render_template("credentials/ready.html", form=form.offer(rows), rows=rows, sittings=sittings), status


def _issue(form: IssueForm) -> ResponseReturnValue:
    if not form.validate():
        return _unready(form)
    made = service.issue(
        db.session(), actor(), form.people.data or [], settings=settings(), now=now(), password=form.current.data,
        valid_from=form.valid_from.data,
    )  # fmt: skip
    db.session.commit()
    _seal_some([one.id for one in made])
    flash(ngettext("%(num)s certificate issued.", "%(num)s certificates issued.", len(made)), "success")
    return redirect(url_for("credentials.certificates"))


def _unready(form: IssueForm) -> ResponseReturnValue:
    rows = _ready_rows()
    sittings = queries.released_sittings(db.session(), actor().scope(P.CREDENTIALS_ISSUE))
    return render_template("credentials/ready.html", form=form, rows=rows, sittings=sittings), 422


def _seal_some(ids: list[int]) -> None:
    """Seal the first few at once, each in a transaction of its own; what fails is left to the job."""
    for certificate_id in ids[:SEAL_AT_ONCE]:
        try:
            _seal(certificate_id)
        except Exception:
            db.session.rollback()
            log.exception("sealing left to the job", extra={"certificate": certificate_id})


def _seal(certificate_id: int) -> None:
    waiting = service.unsealed_of(db.session(), settings(), certificate_id)
    db.session.rollback()
    if waiting is None:
        return
    keys = service.seal_keys(settings(), now())
    pdf = service.sealed_pdf(waiting, keys, settings(), now())
    service.keep_document(db.session(), system_actor("seal"), waiting, pdf, keys, now=now())
    db.session.commit()


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
    return render_template("credentials/certificate.html", life=life, acts=ACTS, replacements=REPLACEMENTS)


@blueprint.route("/certificates/<number>/<any(suspend, reinstate, lost, revoke, cancel):act>", methods=["GET", "POST"])
@requires(P.CREDENTIALS_CHANGE)
def change(number: str, act: str) -> ResponseReturnValue:
    """Suspend, reinstate, report lost, revoke or cancel, with the reason."""
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


@blueprint.route("/certificates/<number>/<any(reissue, renew):act>", methods=["GET", "POST"])
@requires(P.CREDENTIALS_ISSUE)
def replace(number: str, act: str) -> ResponseReturnValue:
    """A new certificate in the place of this one."""
    life = queries.life(db.session(), actor(), number, now(), zone())
    form = ReplaceForm(seen=str(life.seen))
    if form.validate_on_submit():
        try:
            return _replace(number, form, act)
        except DomainError as error:
            db.session.rollback()
            form.carry(error, in_language(error))
    shown = render_template("credentials/act.html", life=life, form=form, act=act, words=REPLACEMENTS[act])
    return shown, 422 if form.is_submitted() else 200


def _replace(number: str, form: ReplaceForm, act: str) -> ResponseReturnValue:
    made = REPLACEMENTS[act][0](
        db.session(), actor(), number, form.reason.data or "", settings=settings(), now=now(),
        password=form.current.data, seen=form.newest,
    )  # fmt: skip
    db.session.commit()
    _seal_some([made.id])
    flash(_("The certificate %(number)s was issued in its place.", number=made.number), "success")
    return redirect(url_for("credentials.certificate", number=made.number))


@blueprint.get("/certificates/<number>.pdf")
@requires(P.CREDENTIALS_READ, P.SELF)
def document(number: str) -> ResponseReturnValue:
    """The sealed file, byte for byte as it was stored; for its holder, and for who reads credentials of the agency."""
    content = queries.document(db.session(), actor(), number)
    answer = Response(content, content_type="application/pdf")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{number}.pdf")
    return answer


@blueprint.get("/keys")
@requires(P.CREDENTIALS_ISSUE)
def keys() -> ResponseReturnValue:
    """The keys of the seal, their dates, and how many documents each sealed."""
    rows, counts = service.key_rows(settings(), now()), queries.seal_counts(db.session())
    waiting = queries.unsealed(db.session())
    return render_template("credentials/keys.html", rows=rows, counts=counts, waiting=waiting, at=now())
