"""Pages about people: list, record with its history, forms that add and correct facts, photo, one's own record."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.errors import N_, NotFound
from app.core.http import Page, actor, now, requires, settings, today
from app.core.permissions import P
from app.extensions import db
from app.registry import forms, queries, service
from app.registry.identity import Vault
from app.registry.views.base import blueprint, saved

RECORD: dict[str, Callable[..., Any]] = {
    "profile": service.change_profile,
    "employment": service.employ,
    "posting": service.post,
    "sanction": service.sanction,
    "separation": service.separate,
    "relation": service.declare_relation,
    "appointment": service.appoint,
}
TITLES = {
    "profile": _l("Change the profile"),
    "employment": _l("Record an employment"),
    "posting": _l("Record a posting"),
    "sanction": _l("Record a sanction"),
    "separation": _l("Record a separation"),
    "relation": _l("Record a relation to a party"),
    "appointment": _l("Record an office"),
}
DONE = _l("Recorded. The history shows it.")


def vault() -> Vault:
    """What encrypts identity numbers here."""
    return Vault(settings().identity_key)


def _day() -> date:
    try:
        return date.fromisoformat(request.args.get("on", ""))
    except ValueError:
        return today()


@blueprint.get("/people")
@requires(P.REGISTRY_READ)
def people() -> ResponseReturnValue:
    """People of one's agencies, by name, code, kind and unit; the filter is in the address."""
    scope, session, day = actor().scope(P.REGISTRY_READ), db.session(), _day()
    units = queries.units(session, scope)
    path = next((unit.path for unit in units if unit.code == request.args.get("unit")), "")
    text, kind = request.args.get("q", "").strip()[:60], request.args.get("kind", "")
    page = Page.asked(queries.count_people(session, text, day, scope, unit_path=path, kind=kind))
    rows = queries.search_people(
        session, text, day, scope, unit_path=path, kind=kind, offset=page.offset, limit=page.size
    )
    return render_template("registry/people.html", rows=rows, page=page, units=units, day=day)


@blueprint.get("/people/<code>")
@requires(P.REGISTRY_READ)
def person(code: str) -> ResponseReturnValue:
    """One person: who they are today, and every fact with both its times."""
    scope, edit = actor().scope(P.REGISTRY_READ), actor().scope(P.REGISTRY_EDIT)
    page = queries.person_page(db.session(), code, today(), scope, edit)
    return render_template("registry/person.html", page=page, own=False, forms=TITLES)


@blueprint.get("/me")
@requires(P.SELF)
def me() -> ResponseReturnValue:
    """One's own record, as the registry keeps it."""
    page = queries.person_page(db.session(), _own_code(), today(), None, frozenset(), own=True)
    return render_template("registry/person.html", page=page, own=True, forms={})


def _own_code() -> str:
    person_id = actor().person_id
    code = queries.person_code(db.session(), person_id) if person_id else None
    if code is None:
        raise NotFound("no-own-record", N_("Your account is not tied to a person in the registry."))
    return code


def _photo(person_id: int) -> Response:
    found = queries.photo(db.session(), person_id)
    if found is None:
        raise NotFound
    return Response(found[0], content_type=found[1], headers={"Content-Disposition": "inline"})


@blueprint.get("/people/<code>/photo")
@requires(P.REGISTRY_READ)
def photo(code: str) -> ResponseReturnValue:
    """A person's photo."""
    return _photo(queries.person_by_code(db.session(), code, today(), actor().scope(P.REGISTRY_READ)).id)


@blueprint.get("/me/photo")
@requires(P.SELF)
def my_photo() -> ResponseReturnValue:
    """One's own photo."""
    return _photo(actor().person_id or 0)


@blueprint.route("/people/new", methods=["GET", "POST"])
@requires(P.REGISTRY_EDIT)
def new_person() -> ResponseReturnValue:
    """Enter somebody."""
    form = forms.PersonForm()
    form.offer(units=queries.units(db.session(), actor().scope(P.REGISTRY_EDIT)))
    if form.validate_on_submit() and saved(form, lambda: _enter(form), _("The person has been entered.")):
        return redirect(url_for("registry.person", code=form.code.data.strip().upper()))
    return render_template("registry/person_form.html", form=form), 422 if form.is_submitted() else 200


def _enter(form: forms.PersonForm) -> int:
    new = service.NewPerson(**form.entered())
    return service.add_person(db.session(), actor(), new, vault=vault(), today=today(), now=now())


@blueprint.route(
    "/people/<code>/<any(profile,employment,posting,sanction,separation,relation,appointment):kind>",
    methods=["GET", "POST"],
)
@requires(P.REGISTRY_EDIT)
def add_fact(code: str, kind: str) -> ResponseReturnValue:
    """Add a fact about a person."""
    who = queries.person_by_code(db.session(), code, today(), actor().scope(P.REGISTRY_EDIT))
    form = _recording(kind, who)
    if form.validate_on_submit() and saved(form, lambda: _record(kind, code, form), str(DONE)):
        return redirect(url_for("registry.person", code=code))
    back = url_for("registry.person", code=code)
    page = render_template("registry/fact_form.html", form=form, title=TITLES[kind], owner=who.name, back=back)
    return page, 422 if form.is_submitted() else 200


def _recording(kind: str, who: queries.PersonRow) -> forms.FactForm:
    """The form, beginning with what is so today where a profile is to be changed."""
    started: dict[str, Any] = {"valid_from": today()}
    if kind == "profile":
        page = queries.person_page(db.session(), who.code, today(), None, None)
        started = {**(page.present.values if page.present else {}), **started, "valid_to": None, "note": ""}
    form = forms.PERSON_FORMS[kind](data=started).recording()
    form.offer(units=queries.units(db.session()))
    return form


def _record(kind: str, code: str, form: forms.FactForm) -> Any:  # noqa: ANN401 - each verb's own answer
    return RECORD[kind](db.session(), actor(), code, today=today(), now=now(), **form.facts())


@blueprint.route("/people/<code>/identity", methods=["GET", "POST"])
@requires(P.REGISTRY_EDIT)
def identity(code: str) -> ResponseReturnValue:
    """Keep or replace the identity number."""
    who = queries.person_by_code(db.session(), code, today(), actor().scope(P.REGISTRY_EDIT))
    form, back = forms.IdentityForm(), url_for("registry.person", code=code)
    if form.validate_on_submit() and saved(form, lambda: _keep_identity(code, form), _("The identity number is kept.")):
        return redirect(back)
    title = _("Identity number")
    page = render_template("registry/fact_form.html", form=form, title=title, owner=who.name, back=back)
    return page, 422 if form.is_submitted() else 200


def _keep_identity(code: str, form: forms.IdentityForm) -> None:
    service.record_identity(
        db.session(), actor(), code, number=form.id_number.data, reason=form.why.data or "", vault=vault(),
        today=today(), now=now(),
    )  # fmt: skip


@blueprint.route("/people/<code>/extra-time", methods=["GET", "POST"])
@requires(P.REGISTRY_EDIT)
def extra_time(code: str) -> ResponseReturnValue:
    """Extra time in exams."""
    who = queries.person_by_code(db.session(), code, today(), actor().scope(P.REGISTRY_EDIT))
    form, back = forms.ExtraTimeForm(data={"percent": who.extra_time_percent}), url_for("registry.person", code=code)
    if form.validate_on_submit() and saved(form, lambda: _give_time(code, form), str(DONE)):
        return redirect(back)
    title = _("Extra time in exams")
    page = render_template("registry/fact_form.html", form=form, title=title, owner=who.name, back=back)
    return page, 422 if form.is_submitted() else 200


def _give_time(code: str, form: forms.ExtraTimeForm) -> None:
    service.set_extra_time(
        db.session(), actor(), code, percent=form.percent.data, reason=form.why.data, today=today(), now=now()
    )


@blueprint.route("/people/<code>/photo/new", methods=["GET", "POST"])
@requires(P.REGISTRY_EDIT)
def new_photo(code: str) -> ResponseReturnValue:
    """Upload a photo."""
    who = queries.person_by_code(db.session(), code, today(), actor().scope(P.REGISTRY_EDIT))
    form, back = forms.PhotoForm(), url_for("registry.person", code=code)
    if form.validate_on_submit() and saved(form, lambda: _keep_photo(code, form), _("The photo is kept.")):
        return redirect(back)
    title = _("Photo")
    page = render_template("registry/fact_form.html", form=form, title=title, owner=who.name, back=back, upload=True)
    return page, 422 if form.is_submitted() else 200


def _keep_photo(code: str, form: forms.PhotoForm) -> int:
    content = form.photo.data.read(service.LARGEST_PHOTO + 1)
    return service.keep_photo(db.session(), actor(), code, content, today=today(), now=now())
