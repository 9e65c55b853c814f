"""Rosters: the list, a plan, its rows, the whole judged, one shift with its repairs, publishing."""

from collections.abc import Callable
from datetime import date, timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.core.errors import DomainError
from app.core.forms import Form
from app.core.http import actor, in_language, language, now, requires, today, zone
from app.core.permissions import P
from app.eligibility.forms import CopyForm, FillForm, PlanForm, ReplaceForm, RowForm
from app.eligibility.queries import act_titles, choices, coverage, repairs
from app.eligibility.queries import rosters as queries
from app.eligibility.queries.coverage import Duty
from app.eligibility.queries.squads import squads
from app.eligibility.service import publishing
from app.eligibility.service import rosters as service
from app.eligibility.views.blueprint import blueprint
from app.eligibility.views.grid import TONES, grid, together
from app.extensions import db


@blueprint.get("/rosters")
@requires(P.ELIGIBILITY_CHECK)
def rosters() -> ResponseReturnValue:
    """The drafts and the versions in force of my units."""
    rows = queries.rosters(db.session(), actor().scope(P.ELIGIBILITY_CHECK))
    counts = queries.shift_count(db.session(), [row.id for row in rows])
    return render_template("eligibility/rosters.html", rows=rows, counts=counts)


@blueprint.route("/rosters/new", methods=["GET", "POST"])
@requires(P.ROSTERS_EDIT)
def roster_new() -> ResponseReturnValue:
    """Plan a roster: unit, days, places."""
    form = _plan_form()
    if request.method == "POST" and form.validate():
        try:
            number = service.create(db.session(), actor(), form.unit.data or "", form.plan(), now=now())
            db.session.commit()
            return redirect(url_for("eligibility.roster", roster_id=number))
        except DomainError as error:
            form.carry(error, in_language(error))
    return render_template("eligibility/roster_new.html", form=form), 422 if request.method == "POST" else 200


@blueprint.get("/rosters/<int:roster_id>")
@requires(P.ELIGIBILITY_CHECK)
def roster(roster_id: int) -> ResponseReturnValue:
    """A roster judged as a whole: what is wrong first, then places by days."""
    return _page(roster_id)


@blueprint.post("/rosters/<int:roster_id>/rows")
@requires(P.ROSTERS_EDIT)
def roster_row(roster_id: int) -> ResponseReturnValue:
    """Put a squad on duty."""
    form = RowForm()
    return _change(
        roster_id, form,
        lambda: service.add_row(db.session(), actor(), roster_id, form.row(), zone=zone(), now=now()),
    )  # fmt: skip


@blueprint.post("/rosters/<int:roster_id>/round")
@requires(P.ROSTERS_EDIT)
def roster_fill(roster_id: int) -> ResponseReturnValue:
    """Fill it round the clock with the squads of its places."""
    form = _fill_form()
    return _change(
        roster_id, form,
        lambda: service.fill_round(
            db.session(), actor(), roster_id, form.hours.data, form.first_hour.data, zone=zone(), now=now()
        ),
    )  # fmt: skip


@blueprint.post("/rosters/<int:roster_id>/copy")
@requires(P.ROSTERS_EDIT)
def roster_copy(roster_id: int) -> ResponseReturnValue:
    """Copy a week to another."""
    form = CopyForm()
    return _change(
        roster_id, form,
        lambda: service.copy_days(db.session(), actor(), roster_id, *form.days(), zone=zone(), now=now()),
    )  # fmt: skip


@blueprint.post("/rosters/<int:roster_id>/version")
@requires(P.ROSTERS_EDIT)
def roster_version(roster_id: int) -> ResponseReturnValue:
    """A draft of the next version."""
    number = service.new_version(db.session(), actor(), roster_id, now=now())
    db.session.commit()
    return redirect(url_for("eligibility.roster", roster_id=number))


@blueprint.post("/rosters/<int:roster_id>/discard")
@requires(P.ROSTERS_EDIT)
def roster_discard(roster_id: int) -> ResponseReturnValue:
    """Give a draft up."""
    service.discard(db.session(), actor(), roster_id, now=now())
    db.session.commit()
    flash(_("The draft was given up; it stays on record."), "success")
    return redirect(url_for("eligibility.rosters"))


@blueprint.get("/rosters/<int:roster_id>/publish")
@requires(P.ROSTERS_EDIT)
def roster_publish(roster_id: int) -> ResponseReturnValue:
    """What publishing would come to, before it is done."""
    found = publishing.preview(db.session(), actor(), roster_id, zone=zone(), today=today(), now=now())
    return render_template(
        "eligibility/roster_publish.html", found=found, Duty=Duty, reasons=repairs.spoken(found.decision)
    )


@blueprint.post("/rosters/<int:roster_id>/publish")
@requires(P.ROSTERS_EDIT)
def roster_published(roster_id: int) -> ResponseReturnValue:
    """Publish; the decision is recorded either way."""
    done = publishing.publish(
        db.session(), actor(), roster_id, edits=request.form.get("edits", -1, int),
        confirmed="confirmed" in request.form, zone=zone(), today=today(), now=now(),
    )  # fmt: skip
    db.session.commit()
    if not done.published:
        return redirect(url_for("eligibility.decision", decision_id=done.answer.id))
    flash(_("The roster is published."), "success")
    return redirect(url_for("eligibility.roster", roster_id=roster_id))


@blueprint.get("/shifts/<int:shift_id>")
@requires(P.ELIGIBILITY_CHECK)
def shift(shift_id: int) -> ResponseReturnValue:
    """One shift: its answers, why, and the cheapest repairs."""
    found = repairs.shift_page(db.session(), shift_id, actor().scope(P.ELIGIBILITY_CHECK), zone())
    return render_template("eligibility/roster_shift.html", found=found, acts=act_titles(), form=ReplaceForm())


@blueprint.post("/shifts/<int:shift_id>/people")
@requires(P.ROSTERS_EDIT)
def shift_people(shift_id: int) -> ResponseReturnValue:
    """Swap, add or take people on a draft's shift."""
    out, put = ReplaceForm().changes()
    service.change_people(db.session(), actor(), shift_id, out, put, today=today(), now=now())
    db.session.commit()
    flash(_("The shift was changed."), "success")
    return redirect(url_for("eligibility.shift", shift_id=shift_id))


@blueprint.post("/shifts/<int:shift_id>/remove")
@requires(P.ROSTERS_EDIT)
def shift_remove(shift_id: int) -> ResponseReturnValue:
    """Take a shift off a draft."""
    number = service.remove_shift(db.session(), actor(), shift_id, now=now())
    db.session.commit()
    return redirect(url_for("eligibility.roster", roster_id=number))


def _change(roster_id: int, form: Form, change: Callable[[], int]) -> ResponseReturnValue:
    """Do one change of a draft, or show the page again with what is wrong."""
    if not form.validate():
        return _page(roster_id, form), 422
    try:
        count = change()
        db.session.commit()
    except DomainError as error:
        db.session.rollback()
        form.carry(error, in_language(error))
        return _page(roster_id, form), 422
    flash(ngettext("%(num)s shift was added.", "%(num)s shifts were added.", count), "success")
    return redirect(url_for("eligibility.roster", roster_id=roster_id))


def _page(roster_id: int, sent: Form | None = None) -> str:
    scope = actor().scope(P.ELIGIBILITY_CHECK)
    version = queries.roster(db.session(), roster_id, scope)
    check = coverage.check_roster(db.session(), version, zone())
    forms = _forms(check, sent) if version.draft and actor().may(P.ROSTERS_EDIT) else {}
    return render_template(
        "eligibility/roster.html", version=version, check=check, together=together, forms=forms,
        grid=grid(check, _first(), zone()),
        sent=sent, versions=queries.versions(db.session(), version.series), Duty=Duty, TONES=TONES, acts=act_titles(),
    )  # fmt: skip


def _first() -> date | None:
    try:
        return date.fromisoformat(request.args.get("from", ""))
    except ValueError:
        return None


def _forms(check: coverage.RosterCheck, sent: Form | None) -> dict[str, Form]:
    version = check.roster
    start, _end = version.span(zone())
    forms: dict[str, Form] = {
        "row": RowForm(None, start=start + timedelta(hours=8), end=start + timedelta(hours=16)),
        "fill": _fill_form(),
        "copy": CopyForm(None, source=version.first_day, target=version.first_day + timedelta(days=7)),
    }
    kinds = {RowForm: "row", FillForm: "fill", CopyForm: "copy"}
    if sent is not None:
        forms[kinds[type(sent)]] = sent
    rows = squads(db.session(), actor().scope(P.ROSTERS_EDIT))
    row_form = forms["row"]
    if isinstance(row_form, RowForm):
        row_form.offer(list(check.places), [(one.id, f"{one.name} ({one.size})") for one in rows])
    return forms


def _fill_form() -> FillForm:
    form = FillForm()
    form.offer([(8, _("8 hours, three shifts a day")), (12, _("12 hours, two shifts a day"))])
    return form


def _plan_form() -> PlanForm:
    monday = today() + timedelta(days=7 - today().weekday())
    form = PlanForm(first_day=monday, last_day=monday + timedelta(days=6))
    offered = choices(db.session(), actor().scope(P.ROSTERS_EDIT))
    titles = {code: getattr(title, language()) for code, title in act_titles().items()}
    items = [(code, f"{code} {getattr(title, language())}") for _domain, rows in offered.items for code, title in rows]
    form.offer(list(offered.units), list(offered.places), [(act, titles[act]) for act in service.ACTS], items)
    return form
