"""Papers beside the certificates: what I may ask for and have; the layouts by which everything is drawn."""

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core.errors import DomainError, NotFound
from app.core.http import CONTENT_POLICY, actor, in_language, now, requires, settings, zone
from app.core.permissions import P
from app.credentials import queries, service
from app.credentials.forms import PaperForm
from app.credentials.views.issuer import blueprint
from app.extensions import db
from certificates.errors import LayoutInvalid
from certificates.layout import Layout, layout_of, layouts
from certificates.specimen import specimen

SHOWING = CONTENT_POLICY.replace("object-src 'none'", "object-src 'self'; frame-src 'self'")
"""A page that shows a document of this site inside it."""
SHOWN = CONTENT_POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
"""A document that a page of this site may show."""


@blueprint.route("/papers", methods=["GET", "POST"])
@requires(P.SELF)
def papers() -> ResponseReturnValue:
    """My pocket cards, class certificates and result slips: ask for one, download what is sealed."""
    form = PaperForm()
    if form.validate_on_submit():
        try:
            return _ask(form)
        except DomainError as error:
            db.session.rollback()
            form.carry(error, in_language(error))
    person_id = actor().person_id
    rows = queries.offers(db.session(), person_id, now(), zone()) if person_id is not None else []
    return render_template("credentials/papers.html", rows=rows, form=form), 422 if form.errors else 200


def _ask(form: PaperForm) -> ResponseReturnValue:
    kind, subject_id = form.wanted()
    service.ask_paper(db.session(), actor(), kind, subject_id, settings=settings(), now=now())
    db.session.commit()
    flash(_("Asked for. It is sealed within seconds and can then be downloaded here."), "success")
    return redirect(url_for("credentials.papers"))


@blueprint.route("/certificates/<number>/card", methods=["GET", "POST"])
@requires(P.CREDENTIALS_READ, P.SELF)
def card(number: str) -> ResponseReturnValue:
    """The pocket card of one certificate: ask for it, download it once it is sealed."""
    row = queries.card_of(db.session(), actor(), number)
    if request.method == "GET":
        return render_template("credentials/card.html", row=row)
    service.ask_paper(db.session(), actor(), row.kind, row.subject_id, settings=settings(), now=now())
    db.session.commit()
    return redirect(url_for("credentials.card", number=number))


@blueprint.get("/papers/<int:paper_id>.pdf")
@requires(P.CREDENTIALS_READ, P.SELF)
def paper(paper_id: int) -> ResponseReturnValue:
    """The sealed file, byte for byte as it was stored; for whom it is about, and for who reads credentials there."""
    name, content = queries.paper_file(db.session(), actor(), paper_id)
    answer = Response(content, content_type="application/pdf")
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


@blueprint.get("/layouts")
@requires(P.CREDENTIALS_ISSUE, P.ACCOUNTS_MANAGE)
def layout_list() -> ResponseReturnValue:
    """Every layout with its versions, and which one new documents are drawn by."""
    return render_template("credentials/layouts.html", rows=layouts())


@blueprint.get("/layouts/<id_>/<int:version>")
@requires(P.CREDENTIALS_ISSUE, P.ACCOUNTS_MANAGE)
def layout(id_: str, version: int) -> ResponseReturnValue:
    """One version of a layout, shown with invented data."""
    answer = Response(render_template("credentials/layout.html", layout=_layout(id_, version)))
    answer.headers["Content-Security-Policy"] = SHOWING
    return answer


@blueprint.get("/layouts/<id_>/<int:version>/preview.pdf")
@requires(P.CREDENTIALS_ISSUE, P.ACCOUNTS_MANAGE)
def layout_preview(id_: str, version: int) -> ResponseReturnValue:
    """The specimen: invented data, marked on every page, not sealed."""
    answer = Response(specimen(_layout(id_, version), service.issuing(settings()).font), content_type="application/pdf")
    answer.headers.set("Content-Disposition", "inline", filename=f"{id_}-{version}-specimen.pdf")
    answer.headers["Content-Security-Policy"] = SHOWN
    return answer


def _layout(id_: str, version: int) -> Layout:
    try:
        return layout_of(id_, version)
    except LayoutInvalid as fault:
        raise NotFound from fault
