"""Pages of an import: upload and dry run, the report, writing it, templates."""

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core.errors import DomainError
from app.core.http import actor, in_language, language, now, requires, settings, today
from app.core.permissions import P
from app.extensions import db
from app.registry import forms, queries, service
from app.registry.views.base import blueprint
from app.registry.views.people import vault


def _around() -> service.Surroundings:
    return service.Surroundings(settings().instance, vault(), today(), now())


@blueprint.get("/imports")
@requires(P.REGISTRY_IMPORT)
def imports() -> ResponseReturnValue:
    """Imports, newest first."""
    return render_template("registry/imports.html", rows=queries.import_runs(db.session(), actor()))


@blueprint.route("/imports/new", methods=["GET", "POST"])
@requires(P.REGISTRY_IMPORT)
def new_import() -> ResponseReturnValue:
    """Upload a file; it is judged row by row and nothing is written yet."""
    form = forms.ImportForm()
    if form.validate_on_submit():
        try:
            run_id = _check(form)
            db.session.commit()
            return redirect(url_for("registry.import_run", run_id=run_id))
        except DomainError as error:
            db.session.rollback()
            form.carry(error, in_language(error))
    return render_template("registry/import_new.html", form=form), 422 if form.is_submitted() else 200


def _check(form: forms.ImportForm) -> int:
    file = form.file.data
    return service.check_import(
        db.session(), actor(), file.filename or "", file.read(), around=_around(), kind=form.kind.data or "",
        effective=form.effective.data,
    )  # fmt: skip


@blueprint.get("/imports/<int:run_id>")
@requires(P.REGISTRY_IMPORT)
def import_run(run_id: int) -> ResponseReturnValue:
    """What would come, or came, of each row."""
    outcome, number = request.args.get("outcome", ""), request.args.get("page", default=1, type=int)
    page = queries.import_run(db.session(), actor(), run_id, outcome, number)
    return render_template("registry/import_run.html", page=page, run=page.run)


@blueprint.post("/imports/<int:run_id>/write")
@requires(P.REGISTRY_IMPORT)
def write_import(run_id: int) -> ResponseReturnValue:
    """Write the rows that were not rejected, all in one transaction."""
    try:
        service.commit_import(db.session(), actor(), run_id, around=_around())
        db.session.commit()
        flash(_("The import has been written."), "success")
    except DomainError as error:
        db.session.rollback()
        if error.status == 404:
            raise
        flash(in_language(error), "danger")
    return redirect(url_for("registry.import_run", run_id=run_id))


@blueprint.post("/imports/<int:run_id>/discard")
@requires(P.REGISTRY_IMPORT)
def discard_import(run_id: int) -> ResponseReturnValue:
    """Drop a dry run and its file."""
    service.discard_import(db.session(), actor(), run_id, around=_around())
    db.session.commit()
    flash(_("The dry run and its file have been removed; nothing was written."), "success")
    return redirect(url_for("registry.imports"))


@blueprint.get("/imports/template/<any(people,units):kind>.<any(csv,xlsx):form>")
@requires(P.REGISTRY_IMPORT)
def import_template(kind: str, form: str) -> ResponseReturnValue:
    """An empty list to fill in, with headings in the reader's language."""
    content, media_type = service.template(kind, form, language())
    disposition = f"attachment; filename={kind}.{form}"
    return Response(content, content_type=media_type, headers={"Content-Disposition": disposition})
