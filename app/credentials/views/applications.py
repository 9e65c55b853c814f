"""Applications: who is ready and asked for, what an agency asks, checks, and what the issuer decides."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.core.errors import DomainError, Forbidden
from app.core.http import actor, in_language, now, requires, settings, today, zone
from app.core.permissions import P
from app.credentials import queries, service
from app.credentials.forms import ChosenForm, LendForm, ProposeForm, WishForm
from app.credentials.periods import Action
from app.credentials.views.issuer import ASKED, blueprint
from app.extensions import db

STATES = ("PROPOSED", "CHECKED", "DECIDED")


@blueprint.route("/", methods=["GET", "POST"])
@requires(P.CREDENTIALS_ISSUE, P.CREDENTIALS_APPLY)
def ready() -> ResponseReturnValue:
    """Exceptions first, then who is ready; for those ticked the agency asks for certificates in one act."""
    form, rows = ProposeForm(), _ready_rows()
    asked = queries.waiting_people(db.session(), [row.person_id for row in rows])
    if form.offer(rows, asked).validate_on_submit():
        try:
            return _propose(form)
        except DomainError as error:
            db.session.rollback()
            form.carry(error, in_language(error))
    return _ready(form, rows, asked), 422 if form.is_submitted() else 200


def _ready(form: ProposeForm, rows: list[queries.ReadyRow], asked: frozenset[int]) -> str:
    sittings = queries.released_sittings(db.session(), _ready_scope())
    return render_template("credentials/ready.html", form=form, rows=rows, sittings=sittings, asked=asked)


def _ready_scope() -> frozenset[int] | None:
    apply, issue = actor().scope(P.CREDENTIALS_APPLY), actor().scope(P.CREDENTIALS_ISSUE)
    return None if apply is None or issue is None else apply | issue


def _ready_rows() -> list[queries.ReadyRow]:
    return queries.ready_to_issue(
        db.session(), _ready_scope(), today(), font=service.issuing(settings()).font,
        sitting_id=request.args.get("sitting", type=int),
    )  # fmt: skip


def _propose(form: ProposeForm) -> ResponseReturnValue:
    cohort = form.cohort(request.args.get("sitting", type=int))
    count = service.propose(db.session(), actor(), cohort, today=today(), now=now())
    db.session.commit()
    flash(ngettext("%(num)s application made.", "%(num)s applications made.", count), "success")
    return redirect(url_for("credentials.applications", state="PROPOSED", sitting=cohort.sitting_id))


@blueprint.route("/applications", methods=["GET", "POST"])
@requires(P.CREDENTIALS_APPLY, P.CREDENTIALS_CHECK, P.CREDENTIALS_ISSUE)
def applications() -> ResponseReturnValue:
    """Applications that wait, exceptions first, or were decided; those ticked are checked or decided in one act."""
    form = ChosenForm()
    if form.validate_on_submit():
        try:
            return _act(form)
        except DomainError as error:
            db.session.rollback()
            form.carry(error, in_language(error))
    return _listed(form), 422 if form.is_submitted() else 200


def _listed(form: ChosenForm) -> str:
    scope, state = _scope(), _state()
    rows = queries.applications(
        db.session(), scope, today(), now(), state=state, sitting_id=request.args.get("sitting", type=int)
    )
    return render_template(
        "credentials/applications.html", rows=rows, state=state, form=form, words=ASKED,
        counts=queries.waiting_counts(db.session(), scope), sittings=queries.released_sittings(db.session(), scope),
    )  # fmt: skip


def _scope() -> frozenset[int] | None:
    scopes = [actor().scope(p) for p in (P.CREDENTIALS_APPLY, P.CREDENTIALS_CHECK, P.CREDENTIALS_ISSUE)]
    return None if None in scopes else frozenset().union(*(scope for scope in scopes if scope is not None))


def _state() -> str:
    asked = request.args.get("state", "")
    if asked in STATES:
        return asked
    return "CHECKED" if actor().may(P.CREDENTIALS_ISSUE) else "PROPOSED"


def _act(form: ChosenForm) -> ResponseReturnValue:
    act = DONE.get(form.act.data or "")
    if act is None:
        raise Forbidden
    return act(form)


def _check(form: ChosenForm) -> ResponseReturnValue:
    count = service.check(db.session(), actor(), form.chosen.data or [], now=now())
    db.session.commit()
    flash(ngettext("%(num)s application checked.", "%(num)s applications checked.", count), "success")
    return redirect(url_for("credentials.applications", state="PROPOSED"))


def _decide(form: ChosenForm) -> ResponseReturnValue:
    done = service.decide(
        db.session(), actor(), form.chosen.data or [], settings=settings(), now=now(), password=form.current.data,
        title=form.title.data or "",
    )  # fmt: skip
    db.session.commit()
    issued, revoked = len(done.issued), len(done.revoked)
    if issued:
        flash(ngettext("%(num)s certificate issued.", "%(num)s certificates issued.", issued), "success")
    if revoked:
        flash(ngettext("%(num)s certificate revoked.", "%(num)s certificates revoked.", revoked), "success")
    return redirect(url_for("credentials.certificates"))


def _closing(outcome: str) -> Callable[[ChosenForm], ResponseReturnValue]:
    def close(form: ChosenForm) -> ResponseReturnValue:
        chosen, why = form.chosen.data or [], form.reason.data or ""
        count = service.close(db.session(), actor(), chosen, outcome, why, now=now())
        db.session.commit()
        flash(ngettext("%(num)s application closed.", "%(num)s applications closed.", count), "success")
        return redirect(url_for("credentials.applications", state="DECIDED"))

    return close


DONE: dict[str, Callable[[ChosenForm], ResponseReturnValue]] = {
    "check": _check,
    "decide": _decide,
    "refuse": _closing("REFUSED"),
    "return": _closing("RETURNED"),
    "withdraw": _closing("WITHDRAWN"),
}


@blueprint.route("/applications/<int:number>", methods=["GET", "POST"])
@requires(P.CREDENTIALS_APPLY, P.CREDENTIALS_CHECK, P.CREDENTIALS_ISSUE)
def application(number: int) -> ResponseReturnValue:
    """One application with what stands in its way; while a renewal waits, days can be lent where the rules allow it."""
    row, form = queries.application(db.session(), actor(), number, today(), now()), LendForm()
    if form.validate_on_submit():
        try:
            return _lend(number, form)
        except DomainError as error:
            db.session.rollback()
            form.carry(error, in_language(error))
    page = render_template("credentials/application.html", row=row, form=form, words=ASKED)
    return page, 422 if form.is_submitted() else 200


def _lend(number: int, form: LendForm) -> ResponseReturnValue:
    service.lend_days(
        db.session(), actor(), number, form.until.data, form.reason.data or "", settings=settings(), now=now()
    )
    db.session.commit()
    flash(_("The temporary days are recorded."), "success")
    return redirect(url_for("credentials.application", number=number))


@blueprint.route("/certificates/<number>/apply/<any(reissue, renew, domains, revoke):kind>", methods=["GET", "POST"])
@requires(P.CREDENTIALS_APPLY, P.CREDENTIALS_CHANGE)
def apply(number: str, kind: str) -> ResponseReturnValue:
    """Ask the issuer to replace, renew, change or revoke one certificate."""
    life = queries.life(db.session(), actor(), number, now(), zone())
    offered = queries.domains_of(db.session(), life.row.id, today())
    form = WishForm(number=number).offer(offered, list(life.domains))
    if form.validate_on_submit():
        try:
            return _ask(number, ASKED[kind][0], form)
        except DomainError as error:
            db.session.rollback()
            form.carry(error, in_language(error))
    renewal = queries.renewals(db.session(), [life.row.id], today(), now())[life.row.id] if kind == "renew" else None
    page = render_template(
        "credentials/apply.html", life=life, form=form, kind=kind, words=ASKED[kind], renewal=renewal
    )
    return page, 422 if form.is_submitted() else 200


def _ask(number: str, kind: Action, form: WishForm) -> ResponseReturnValue:
    made = service.propose_about(db.session(), actor(), number, form.wish(kind), today=today(), now=now())
    db.session.commit()
    flash(_("The application is made; somebody else takes the next step."), "success")
    return redirect(url_for("credentials.application", number=made))


@blueprint.route("/transfer", methods=["GET", "POST"])
@requires(P.CREDENTIALS_APPLY)
def transfer() -> ResponseReturnValue:
    """Ask that somebody who serves here now gets a certificate of this agency in the place of the former one's."""
    form = WishForm(number=request.args.get("number", ""))
    if form.validate_on_submit():
        try:
            return _ask(form.number.data or "", Action.TRANSFER, form)
        except DomainError as error:
            db.session.rollback()
            form.carry(error, in_language(error))
    page = render_template("credentials/transfer.html", form=form, words=ASKED["transfer"])
    return page, 422 if form.is_submitted() else 200
