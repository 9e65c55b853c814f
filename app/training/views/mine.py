"""An officer's own training: the ring, classes, codes, programmes, notices."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core.errors import DomainError, NotFound
from app.core.http import actor, in_language, language, now, requires, today, zone
from app.core.permissions import P
from app.extensions import db
from app.registry import queries as registry
from app.training import queries, service
from app.training.forms import CodeForm
from app.training.views.blueprint import attempt_at, blueprint


@blueprint.get("/mine")
@requires(P.SELF)
def mine() -> ResponseReturnValue:
    """My training; an account without a person has none."""
    person_id = actor().person_id
    if person_id is None:
        return render_template("training/nobody.html")
    person = registry.person_by_id(db.session(), person_id, today())
    year = queries.year_of(db.session(), person_id, today().year, today())
    return render_template(
        "training/mine.html", person=person, year=year, classes=queries.own_classes(db.session(), person_id),
        tasks=queries.programme_tasks(db.session(), [person_id])[person_id], now=now(),
        open_classes=queries.open_classes(db.session(), person, now()),
        notices=queries.notices(db.session(), person_id, language(), limit=10),
    )  # fmt: skip


@blueprint.post("/mine/classes/<int:class_id>/enrol")
@requires(P.SELF)
def enrol_self(class_id: int) -> ResponseReturnValue:
    """Take a place in a class that is open to me."""
    return attempt_at(
        url_for("training.mine"),
        _("You are enrolled."),
        lambda: service.enrol_self(db.session(), actor(), class_id, today=today(), now=now()),
    )


@blueprint.post("/mine/classes/<int:class_id>/withdraw")
@requires(P.SELF)
def withdraw_self(class_id: int) -> ResponseReturnValue:
    """Give my place up."""
    return attempt_at(
        url_for("training.mine"),
        _("Your place has been given up."),
        lambda: service.withdraw_self(db.session(), actor(), class_id, now=now()),
    )


def _own(class_id: int) -> queries.ClassRow:
    rows = queries.own_classes(db.session(), actor().person_id or 0)
    found = next((own.row for own in rows if own.row.id == class_id), None)
    if found is None:
        raise NotFound
    return found


@blueprint.route("/mine/classes/<int:class_id>/code", methods=["GET", "POST"])
@requires(P.SELF)
def enter_code(class_id: int) -> ResponseReturnValue:
    """Note my attendance by the code shown in the room; a wrong code is kept, so that nobody guesses on."""
    row, form = _own(class_id), CodeForm()
    if form.validate_on_submit():
        try:
            service.enter_code(db.session(), actor(), class_id, form.code.data, zone=zone(), now=now())
        except DomainError as error:
            db.session.commit()
            form.carry(error, in_language(error))
        else:
            db.session.commit()
            flash(_("Your attendance is noted."), "success")
            return redirect(url_for("training.mine"))
    return render_template("training/enter_code.html", row=row, form=form), 422 if form.is_submitted() else 200


@blueprint.post("/mine/notices/<int:notice_id>/read")
@requires(P.SELF)
def read_notice(notice_id: int) -> ResponseReturnValue:
    """I have read a notice."""
    return attempt_at(
        url_for("training.mine"),
        _("The notice has been put away."),
        lambda: service.read_notice(db.session(), actor(), notice_id, now=now()),
    )
