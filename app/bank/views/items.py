"""Pages of questions: the list, one question, writing and editing, comments, and one question's next step."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.bank import queries, service
from app.bank.forms import BulkForm, ItemForm, RemarkForm, StepForm, fields_of
from app.bank.policy import TYPE_TITLES
from app.bank.views.pictures import Desk, Shown, shown_pictures, sources_of
from app.bank.views.room import asked, blueprint, page_number
from app.core.errors import DomainError
from app.core.http import actor, in_language, now, requires
from app.core.permissions import P
from app.extensions import db
from question_bank.items import Item as Question

LOOKS = ("preview", "retype", "more")
"""What a form may be sent for without saving."""


@blueprint.get("/items")
@requires(P.BANK_READ)
def items() -> ResponseReturnValue:
    """The list, by a filter in the address."""
    session = db.session()
    page = queries.find(session, asked(), page_number())
    known = {name: getattr(queries, name)(session) for name in ("topics", "laws", "editions", "tags")}
    figures = queries.figures_beside(session, page.rows) if queries.has_figures(session) else None
    return render_template("bank/items.html", page=page, figures=figures, form=BulkForm(formdata=None), **known)


@blueprint.get("/items/<code>")
@requires(P.BANK_READ)
def item(code: str) -> ResponseReturnValue:
    """One question: as the candidate sees it, its versions, what was said about it, its history."""
    page = queries.item_page(db.session(), code)
    return _item_page(page, StepForm(version=str(page.row.latest)), RemarkForm(formdata=None))


def _item_page(page: queries.ItemPage, form: StepForm, remark: RemarkForm) -> ResponseReturnValue:
    wanted = request.args.get("version", "")
    seen = next((version for version in page.versions if str(version.number) == wanted), page.newest)
    pictures = shown_pictures(seen.content, sources_of(seen.content, seen.id))
    figures = queries.figures_of_item(db.session(), page.row.code)
    remark.about.data = str(seen.number)
    html = render_template(
        "bank/item.html", page=page, seen=seen, form=form, remark=remark, pictures=pictures, figures=figures,
        own=page.row.written_by(actor()),
    )  # fmt: skip
    return html, 422 if remark.errors or form.errors else 200


@blueprint.route("/items/new", methods=["GET", "POST"])
@requires(P.BANK_EDIT)
def new_item() -> ResponseReturnValue:
    """Choose a type, then write a question of it; a preview saves nothing."""
    asked_for = {name: request.args.get(name) for name in ("paper", "topic", "type", "law", "level")}
    if request.method == "GET" and asked_for["type"] not in TYPE_TITLES:
        return render_template("bank/types.html", kept={name: value for name, value in asked_for.items() if value})
    form = ItemForm(desk=Desk(), data=asked_for)
    if form.is_submitted() and request.form.get("action") not in LOOKS and form.validate():
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
    data = fields_of(content, page.row.latest, sources_of(content, page.newest.id))
    form = ItemForm(desk=Desk(), data=data, fixed=content)
    if form.is_submitted() and request.form.get("action") not in LOOKS and form.validate():
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


@dataclass(frozen=True)
class Preview:
    """A question as it stands in its form, and its pictures."""

    question: Question
    pictures: dict[str, Shown]


def _item_form(form: ItemForm, page: queries.ItemPage | None) -> ResponseReturnValue:
    action = request.form.get("action")
    if action == "preview":
        form.validate()
    failed = form.is_submitted() and action not in ("retype", "more") and bool(form.problems)
    preview = _previewed(form, page)
    form.ready(more=action == "more")
    answer = render_template(
        "bank/edit.html", form=form, page=page, preview=preview, desk=form.desk, topics=queries.topics(db.session()),
        laws=queries.laws(db.session()),
    )  # fmt: skip
    return answer, 422 if failed else 200


def _previewed(form: ItemForm, page: queries.ItemPage | None) -> Preview | None:
    if not form.is_submitted():
        if page is None:
            return None
        content = page.newest.content
        return Preview(content, shown_pictures(content, sources_of(content, page.newest.id)))
    question = form.as_far_as_it_goes()
    return Preview(question, shown_pictures(question, form.sources)) if question else None


@blueprint.post("/items/<code>/remarks")
@requires(P.BANK_EDIT, P.BANK_REVIEW)
def remark(code: str) -> ResponseReturnValue:
    """Say something about a version."""
    form = RemarkForm()
    if not form.validate():
        page = queries.item_page(db.session(), code)
        return _item_page(page, StepForm(formdata=None, version=str(page.row.latest)), form)
    service.add_remark(db.session(), actor(), code, form.shown, text=form.text.data, now=now())
    db.session.commit()
    flash(_("The comment stands beside the version."), "success")
    return redirect(url_for("bank.item", code=code, version=form.shown, _anchor="remarks"))


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
