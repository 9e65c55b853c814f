"""Squads: the list, a new one, one with its members."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.core.errors import DomainError
from app.core.http import actor, in_language, language, now, requires, today, with_camera
from app.core.permissions import P
from app.eligibility.forms import MembersForm, SquadForm
from app.eligibility.queries import choices
from app.eligibility.queries import squads as queries
from app.eligibility.service import squads as service
from app.eligibility.views.blueprint import blueprint
from app.extensions import db
from app.registry import queries as registry
from app.registry.codes import PersonKind, title


@blueprint.context_processor
def words() -> dict[str, object]:
    """What kinds of people are called, for the templates of this room."""
    return {"kind_title": lambda kind: title(PersonKind, kind, language())}


@blueprint.get("/squads")
@requires(P.ELIGIBILITY_CHECK)
def squads() -> ResponseReturnValue:
    """The open squads of my units."""
    rows = queries.squads(db.session(), actor().scope(P.ELIGIBILITY_CHECK))
    return render_template("eligibility/squads.html", rows=rows)


@blueprint.route("/squads/new", methods=["GET", "POST"])
@requires(P.ROSTERS_EDIT)
def squad_new() -> ResponseReturnValue:
    """Form a squad; people are picked on its page."""
    form = _offered(SquadForm(), None)
    if request.method == "POST" and form.validate():
        try:
            number = service.create_squad(db.session(), actor(), form.unit.data or "", form.plan(), now=now())
            db.session.commit()
            return redirect(url_for("eligibility.squad", squad_id=number))
        except DomainError as error:
            form.carry(error, in_language(error))
    return render_template("eligibility/squad_new.html", form=form), 422 if request.method == "POST" else 200


@blueprint.get("/squads/<int:squad_id>")
@requires(P.ELIGIBILITY_CHECK)
@with_camera
def squad(squad_id: int) -> ResponseReturnValue:
    """Who belongs to a squad, what its template still wants, and who else could join."""
    return _page(squad_id, MembersForm())


@blueprint.post("/squads/<int:squad_id>/members")
@requires(P.ROSTERS_EDIT)
@with_camera
def squad_add(squad_id: int) -> ResponseReturnValue:
    """Add whoever was ticked, typed or scanned; none of them when one is unknown."""
    form = MembersForm()
    try:
        added = service.add_members(db.session(), actor(), squad_id, form.given(), today=today(), now=now())
        db.session.commit()
    except DomainError as error:
        form.carry(error, in_language(error))
        return _page(squad_id, form), 422
    flash(ngettext("%(num)s person joined the squad.", "%(num)s people joined the squad.", len(added)), "success")
    return redirect(url_for("eligibility.squad", squad_id=squad_id))


@blueprint.post("/squads/<int:squad_id>/members/<code>/remove")
@requires(P.ROSTERS_EDIT)
def squad_remove(squad_id: int, code: str) -> ResponseReturnValue:
    """Take somebody out."""
    service.remove_member(db.session(), actor(), squad_id, code, today=today(), now=now())
    db.session.commit()
    return redirect(url_for("eligibility.squad", squad_id=squad_id))


@blueprint.route("/squads/<int:squad_id>/settings", methods=["GET", "POST"])
@requires(P.ROSTERS_EDIT)
def squad_settings(squad_id: int) -> ResponseReturnValue:
    """Name, template and usual place."""
    page = queries.squad_page(db.session(), squad_id, today(), actor().scope(P.ROSTERS_EDIT))
    form = _offered(SquadForm(obj=page.squad), page.squad.unit_id)
    if request.method == "POST" and form.validate():
        try:
            service.change_squad(db.session(), actor(), squad_id, form.plan(), now=now())
            db.session.commit()
            return redirect(url_for("eligibility.squad", squad_id=squad_id))
        except DomainError as error:
            form.carry(error, in_language(error))
    status = 422 if request.method == "POST" else 200
    return render_template("eligibility/squad_settings.html", form=form, page=page), status


@blueprint.post("/squads/<int:squad_id>/close")
@requires(P.ROSTERS_EDIT)
def squad_close(squad_id: int) -> ResponseReturnValue:
    """The squad is no longer offered."""
    service.close_squad(db.session(), actor(), squad_id, now=now())
    db.session.commit()
    flash(_("The squad was closed. Rosters that name it keep it."), "success")
    return redirect(url_for("eligibility.squads"))


def _offered(form: SquadForm, unit_id: int | None) -> SquadForm:
    offered = choices(db.session(), actor().scope(P.ROSTERS_EDIT))
    units = registry.units(db.session(), actor().scope(P.ROSTERS_EDIT))
    home = unit_id or (units[0].id if units else 0)
    form.offer(list(offered.units), queries.templates_for(db.session(), home), list(offered.places), language())
    return form


def _page(squad_id: int, form: MembersForm) -> str:
    page = queries.squad_page(db.session(), squad_id, today(), actor().scope(P.ELIGIBILITY_CHECK))
    text, unit = request.values.get("q", "").strip(), request.values.get("unit", "")
    picked = service.pick(db.session(), actor(), (), search=text, unit=unit, take=False, today=today())
    there = {one.id for one in page.members}
    found = [row for row in picked.found if row.id not in there]
    units = registry.units(db.session(), actor().scope(P.ELIGIBILITY_CHECK))
    searched = bool(text or picked.unit)
    return render_template(
        "eligibility/squad.html", page=page, form=form, found=found, units=units, searched=searched, asked=text
    )
