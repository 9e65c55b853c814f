"""Pages of questions: the list, one question, writing and editing, and putting drafts before the reviewer."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.bank import queries, service
from app.bank.forms import BULK, ItemForm, StepForm, chosen_pairs, fields_of
from app.bank.views.room import asked, blueprint, page_number
from app.core.errors import DomainError
from app.core.http import actor, in_language, now, requires
from app.core.permissions import P
from app.extensions import db


@blueprint.get("/items")
@requires(P.BANK_READ)
def items() -> ResponseReturnValue:
    """The list, by a filter in the address."""
    page = queries.find(db.session(), asked(), page_number())
    topics, laws = queries.topics(db.session()), queries.laws(db.session())
    return render_template("bank/items.html", page=page, topics=topics, laws=laws)


@blueprint.get("/items/<code>")
@requires(P.BANK_READ)
def item(code: str) -> ResponseReturnValue:
    """One question: as the candidate sees it, its versions and its history."""
    page = queries.item_page(db.session(), code)
    wanted = request.args.get("version", "")
    seen = next((version for version in page.versions if str(version.number) == wanted), page.newest)
    form = StepForm(version=str(page.row.latest))
    return render_template("bank/item.html", page=page, seen=seen, form=form, own=page.row.written_by(actor()))


@blueprint.route("/items/new", methods=["GET", "POST"])
@requires(P.BANK_EDIT)
def new_item() -> ResponseReturnValue:
    """Write a question; a preview saves nothing."""
    form = ItemForm(data={name: request.args.get(name) for name in ("paper", "topic", "type")})
    if form.validate_on_submit() and request.form.get("action") != "preview":
        answer = _created(form)
        if answer is not None:
            return answer
    return _item_form(form, None)


def _created(form: ItemForm) -> ResponseReturnValue | None:
    try:
        service.create_item(db.session(), actor(), form.question(), now=now())
        db.session.commit()
    except DomainError as error:
        db.session.rollback()
        form.carry(error, in_language(error))
        return None
    flash(_("The question is saved as a draft."), "success")
    return redirect(url_for("bank.item", code=form.question().code))


@blueprint.route("/items/<code>/edit", methods=["GET", "POST"])
@requires(P.BANK_EDIT)
def edit_item(code: str) -> ResponseReturnValue:
    """Write a question anew; the version in use stays in use until the new one is final."""
    page = queries.item_page(db.session(), code)
    content = page.newest.content
    form = ItemForm(data=fields_of(content, page.row.latest), fixed=content)
    if form.validate_on_submit() and request.form.get("action") != "preview":
        answer = _edited(form)
        if answer is not None:
            return answer
    return _item_form(form, page)


def _edited(form: ItemForm) -> ResponseReturnValue | None:
    question = form.question()
    try:
        number = service.edit_item(
            db.session(), actor(), question, shown=form.shown, now=now(), comment=form.comment.data or ""
        )
        db.session.commit()
    except DomainError as error:
        db.session.rollback()
        form.carry(error, in_language(error))
        return None
    flash(_("Version %(number)s is saved as a draft.", number=number), "success")
    return redirect(url_for("bank.item", code=question.code))


def _item_form(form: ItemForm, page: queries.ItemPage | None) -> ResponseReturnValue:
    failed = form.is_submitted() and (form.errors or form.form_errors)
    preview = form.question() if form.is_submitted() and not form.errors else page.newest.content if page else None
    answer = render_template(
        "bank/edit.html",
        form=form,
        page=page,
        preview=preview,
        topics=queries.topics(db.session()),
        laws=queries.laws(db.session()),
    )
    return answer, 422 if failed else 200


@blueprint.post("/items/<code>/submit")
@requires(P.BANK_EDIT)
def submit_item(code: str) -> ResponseReturnValue:
    """Put one draft before the reviewer."""
    service.submit(db.session(), actor(), [(code, StepForm().shown)], now=now())
    db.session.commit()
    flash(_("The question is before the reviewer."), "success")
    return redirect(url_for("bank.item", code=code))


@blueprint.post("/items/<code>/retire")
@requires(P.BANK_REVIEW)
def retire_item(code: str) -> ResponseReturnValue:
    """Take one question out of use."""
    form = StepForm()
    service.retire(db.session(), actor(), code, form.shown, reason=form.comment.data or "", now=now())
    db.session.commit()
    flash(_("The question is retired; it is not drawn any more."), "success")
    return redirect(url_for("bank.item", code=code))


@blueprint.post("/items/submit")
@requires(P.BANK_EDIT)
def submit_items() -> ResponseReturnValue:
    """Put chosen drafts, or all that the list shows, before the reviewer: asks first, naming the count."""
    chosen = chosen_pairs(request.form.getlist("chosen")) or _all_drafts()
    if request.form.get("sure") != str(len(chosen)):
        rows = queries.rows_by_code(db.session(), [code for code, _number in chosen])
        return render_template("bank/sure.html", step="submit", chosen=chosen, rows=rows)
    count = service.submit(db.session(), actor(), chosen, now=now())
    db.session.commit()
    flash(ngettext("%(num)s question is before the reviewer.", "%(num)s questions are before the reviewer.", count))
    return redirect(url_for("bank.items", status="REVIEW"))


def _all_drafts() -> list[tuple[str, int]]:
    if "all" not in request.form:
        return []
    drafts = queries.find(db.session(), asked().drafts(), 1, BULK)
    return [(row.code, row.latest) for row in drafts.rows]
