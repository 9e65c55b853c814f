"""Questions in and out: upload, report, decision; export."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.bank import queries, service
from app.bank.forms import ExportForm, UploadForm
from app.bank.policy import EXPORT_FORMATS, READ_FORMATS, Outcome
from app.bank.views.room import blueprint, page_number
from app.core.errors import DomainError
from app.core.http import actor, in_language, language, now, requires, settings
from app.core.permissions import P
from app.extensions import db
from question_bank.formats.labels import Loss


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
    counts, near = queries.outcome_counts(db.session(), token), queries.near_count(db.session(), token)
    return render_template(
        "bank/import_run.html", run=run, page=page, counts=counts, near=near, language=language()
    )  # fmt: skip


@blueprint.get("/imports/<token>/near")
@requires(P.BANK_IMPORT)
def near(token: str) -> ResponseReturnValue:
    """What is nearly the same, side by side, before anything is taken over."""
    run = queries.run_row(db.session(), actor(), token)
    try:
        pairs = service.near_pairs(db.session(), actor(), _folder(), token)
    except DomainError as error:
        return _refused(error, token)
    return render_template("bank/near.html", run=run, pairs=pairs)


@blueprint.post("/imports/<token>/take-over")
@requires(P.BANK_IMPORT)
def take_over(token: str) -> ResponseReturnValue:
    """Write what the dry run promised."""
    try:
        left = frozenset(request.form.getlist("leave_out"))
        result = service.take_over(db.session(), actor(), _folder(), token, now=now(), leave_out=left)
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
    """Choose and fetch questions as a file; says first what the format cannot hold. The ledger keeps who did."""
    form = ExportForm()
    lost = None
    if form.validate_on_submit():
        try:
            lost = None if "sure" in request.form else _lost(form)
            if lost is None:
                return _fetched(form)
        except DomainError as error:
            form.carry(error, in_language(error))
    failed = form.is_submitted() and lost is None
    return render_template("bank/export.html", form=form, lost=lost, language=language()), 422 if failed else 200


def _wanted(form: ExportForm) -> queries.ItemFilter:
    names = ("paper", "status", "review", "topic", "tag")
    asked: dict[str, Any] = {name: form[name].data or "" for name in names}
    return queries.ItemFilter(**asked)


def _lost(form: ExportForm) -> service.Exported | None:
    """What the file would be, where it would lose something."""
    made = service.prepare(db.session(), _wanted(form), form.format.data)
    return made if made.lost else None


def _fetched(form: ExportForm) -> Response:
    file = service.export(db.session(), actor(), _wanted(form), form.format.data, now=now())
    db.session.commit()
    return _attachment(file)


@dataclass(frozen=True)
class FormatRow:
    """One format: whether it is read and written, and what it loses."""

    name: str
    read: bool
    written: bool
    losses: tuple[Loss, ...]


@blueprint.get("/formats")
@requires(P.BANK_READ)
def formats() -> ResponseReturnValue:
    """What each format keeps and loses."""
    lost = service.losses()
    names = [name for name in dict.fromkeys((*READ_FORMATS, *EXPORT_FORMATS)) if name not in ("auto", "mixed")]
    rows = [FormatRow(name, name in READ_FORMATS, name in lost, lost.get(name, ())) for name in names]
    return render_template("bank/formats.html", rows=rows, language=language())


@blueprint.get("/template.xlsx")
@requires(P.BANK_IMPORT)
def template() -> ResponseReturnValue:
    """A workbook to fill in."""
    return _attachment(service.template())


def _attachment(file: service.Exported) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"'}
    return Response(file.content, mimetype=None, content_type=file.media_type, headers=headers)
