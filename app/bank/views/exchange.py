"""Questions in and out: upload, report, decision; export."""

from pathlib import Path

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.bank import queries, service
from app.bank.forms import ExportForm, UploadForm
from app.bank.policy import Outcome
from app.bank.views.room import blueprint, page_number
from app.core.errors import DomainError
from app.core.http import actor, in_language, language, now, requires, settings
from app.core.permissions import P
from app.extensions import db


def _folder() -> Path:
    return settings().instance / "bank-imports"


@blueprint.route("/import", methods=["GET", "POST"])
@requires(P.BANK_IMPORT)
def upload() -> ResponseReturnValue:
    """Upload a file for a dry run; the runs of before stand below."""
    form = UploadForm()
    if form.validate_on_submit():
        token = _checked(form)
        return redirect(url_for("bank.import_run", token=token))
    page = render_template("bank/upload.html", form=form, runs=queries.runs(db.session(), actor()))
    return page, 422 if form.is_submitted() else 200


def _checked(form: UploadForm) -> str:
    token = service.check_upload(
        db.session(), actor(), _folder(), form.file.data.filename, form.file.data.read(), now=now(),
        format=form.format.data, paper=form.paper.data, topic=form.topic.data or "", submit=form.submit_for_review.data,
    )  # fmt: skip
    db.session.commit()
    return token


@blueprint.get("/imports/<token>")
@requires(P.BANK_IMPORT)
def import_run(token: str) -> ResponseReturnValue:
    """The report of one import."""
    run = queries.run_row(db.session(), actor(), token)
    outcome = request.args.get("outcome", "")
    page = queries.report(db.session(), token, outcome if outcome in set(Outcome) else "", page_number())
    counts = queries.outcome_counts(db.session(), token)
    return render_template("bank/import_run.html", run=run, page=page, counts=counts, language=language())


@blueprint.post("/imports/<token>/take-over")
@requires(P.BANK_IMPORT)
def take_over(token: str) -> ResponseReturnValue:
    """Write what the dry run promised."""
    try:
        result = service.take_over(db.session(), actor(), _folder(), token, now=now())
        db.session.commit()
    except DomainError as error:
        return _refused(error, token)
    count = result.added + result.changed
    flash(ngettext("%(num)s question was taken over.", "%(num)s questions were taken over.", count), "success")
    return redirect(url_for("bank.import_run", token=token))


def _refused(error: DomainError, token: str) -> ResponseReturnValue:
    if error.status != 409:
        raise error
    db.session.rollback()
    flash(in_language(error), "warning")
    return redirect(url_for("bank.import_run", token=token))


@blueprint.post("/imports/<token>/check-again")
@requires(P.BANK_IMPORT)
def check_again(token: str) -> ResponseReturnValue:
    """Compare the kept file with the bank as it is now."""
    try:
        service.check_again(db.session(), actor(), _folder(), token, now=now())
        db.session.commit()
    except DomainError as error:
        return _refused(error, token)
    flash(_("The file was checked again."), "success")
    return redirect(url_for("bank.import_run", token=token))


@blueprint.post("/imports/<token>/discard")
@requires(P.BANK_IMPORT)
def discard(token: str) -> ResponseReturnValue:
    """Give an import up."""
    try:
        service.discard(db.session(), actor(), _folder(), token, now=now())
        db.session.commit()
    except DomainError as error:
        return _refused(error, token)
    flash(_("The import was given up and the file removed."), "success")
    return redirect(url_for("bank.upload"))


@blueprint.route("/export", methods=["GET", "POST"])
@requires(P.BANK_EDIT)
def export() -> ResponseReturnValue:
    """Choose and fetch questions as a file; the ledger keeps who did."""
    form = ExportForm()
    if form.validate_on_submit():
        try:
            return _fetched(form)
        except DomainError as error:
            form.carry(error, in_language(error))
    return render_template("bank/export.html", form=form), 422 if form.is_submitted() else 200


def _fetched(form: ExportForm) -> Response:
    wanted = queries.ItemFilter(paper=form.paper.data, status=form.status.data)
    file = service.export(db.session(), actor(), wanted, form.format.data, now=now())
    db.session.commit()
    return _attachment(file)


@blueprint.get("/template.xlsx")
@requires(P.BANK_IMPORT)
def template() -> ResponseReturnValue:
    """A workbook to fill in."""
    return _attachment(service.template())


def _attachment(file: service.Exported) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"'}
    return Response(file.content, mimetype=None, content_type=file.media_type, headers=headers)
