"""Decisions: the list, one on a page that prints, replay, attestation, override; and who looked me up."""

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.core.errors import N_, Invalid, Refused
from app.core.http import Page, actor, in_language, language, now, requires, settings, today, zone
from app.core.permissions import P
from app.eligibility import queries, service
from app.eligibility.forms import DecisionFilter
from app.eligibility.forms.dossier import AttestationForm, OverrideForm
from app.eligibility.views.beside import beside, fact_row, fact_rows, sentence, stated
from app.eligibility.views.blueprint import blueprint
from app.eligibility.views.showing import shown
from app.extensions import db


@blueprint.get("/decisions")
@requires(P.ELIGIBILITY_READ)
def decisions() -> ResponseReturnValue:
    """What was asked and answered about people in my scope, newest first."""
    form, scope = DecisionFilter(request.args), actor().scope(P.ELIGIBILITY_READ)
    wanted = form.wanted() if form.validate() else queries.Wanted()
    page = Page.asked(queries.count_decisions(db.session(), wanted, zone(), scope))
    rows = queries.decisions(db.session(), wanted, zone(), scope, offset=page.offset, limit=page.size)
    askers = queries.askers(db.session(), scope)
    return render_template(
        "eligibility/decisions.html", form=form, page=page, rows=rows, askers=askers, acts=queries.act_titles()
    )


@blueprint.get("/decisions/<decision_id>")
@requires(P.ELIGIBILITY_READ, P.ELIGIBILITY_CHECK)
def decision(decision_id: str) -> ResponseReturnValue:
    """One answer, in the order in which it is read aloud."""
    return _page(decision_id)


@blueprint.post("/decisions/<decision_id>/replay")
@requires(P.ELIGIBILITY_READ)
def replay(decision_id: str) -> ResponseReturnValue:
    """Ask again from the stored facts and from those known then; show whether it agrees."""
    found = service.replay(db.session(), actor(), decision_id, now=now())
    db.session.commit()
    return _page(decision_id, found)


@blueprint.get("/mine")
@requires(P.SELF)
def mine() -> ResponseReturnValue:
    """Who looked me up, and what was answered about me."""
    person = actor().person_id
    if person is None:
        raise Refused("no-person", N_("Your account is not tied to a person in the registry."))
    page = Page.asked(queries.count_look_ups(db.session(), person))
    rows = queries.look_ups(db.session(), person, offset=page.offset, limit=page.size)
    return render_template("eligibility/mine.html", page=page, rows=rows, acts=queries.act_titles())


@blueprint.post("/decisions/<decision_id>/override")
@requires(P.ELIGIBILITY_OVERRIDE)
def override(decision_id: str) -> ResponseReturnValue:
    """Set a profile's denial aside; the new answer stands under its own number."""
    form = OverrideForm()
    if form.validate():
        try:
            answer = service.override(
                db.session(), actor(), decision_id, form.rules.data or (), form.reason.data or "",
                password=form.current.data, today=today(), now=now(),
            )  # fmt: skip
            db.session.commit()
            return redirect(url_for("eligibility.decision", decision_id=answer.id))
        except Invalid as error:
            form.carry(error, in_language(error))
    return _page(decision_id, override_form=form), 422


@blueprint.post("/decisions/<decision_id>/attest")
@requires(P.ELIGIBILITY_READ)
def attest(decision_id: str) -> ResponseReturnValue:
    """Ask for an attestation for a case file; the sealing process makes it, and the page shows when it is there."""
    form = AttestationForm()
    if form.validate():
        try:
            _ask(decision_id, form)
            return redirect(url_for("eligibility.decision", decision_id=decision_id, _anchor="attest"))
        except Invalid as error:
            db.session.rollback()
            form.carry(error, in_language(error))
    return _page(decision_id, attestation_form=form), 422


def _ask(decision_id: str, form: AttestationForm) -> None:
    service.request_attestation(
        db.session(), actor(), decision_id, form.case_reference.data or "", settings=settings(),
        reason=form.purpose.data or "", now=now(),
    )  # fmt: skip
    db.session.commit()


@blueprint.get("/attestations/<number>.pdf")
@requires(P.ELIGIBILITY_READ)
def attestation(number: str) -> ResponseReturnValue:
    """The sealed bytes as issued."""
    content = queries.attestation_document(db.session(), number, actor().scope(P.ELIGIBILITY_READ))
    headers = {"Content-Disposition": f'attachment; filename="attestation-{number}.pdf"'}
    return Response(content, mimetype="application/pdf", headers=headers)


@blueprint.get("/facts/<path:fact_id>")
@requires(P.ELIGIBILITY_READ)
def fact(fact_id: str) -> ResponseReturnValue:
    """The decisions that a record bears on, each with its answer of now where that is asked for."""
    recompute = "now" in request.args
    page = Page.asked(10**9, service.MOST_AT_ONCE)
    found = service.trace(
        db.session(), actor(), fact_id, recompute=recompute, offset=page.offset, today=today(), zone=zone()
    )
    shown_fact = fact_row(found.fact.id, f"{found.fact.code} {found.fact.name}".strip(), found.says, found.regime)
    page = Page.asked(found.total, service.MOST_AT_ONCE)
    return render_template(
        "eligibility/fact.html", found=found, fact_row=shown_fact, page=page, recompute=recompute,
        acts=queries.act_titles(),
    )  # fmt: skip


def _page(
    decision_id: str,
    replayed: service.Replayed | None = None,
    override_form: OverrideForm | None = None,
    attestation_form: AttestationForm | None = None,
) -> str:
    permission = P.ELIGIBILITY_READ if actor().may(P.ELIGIBILITY_READ) else P.ELIGIBILITY_CHECK
    kept = queries.decision(db.session(), decision_id, actor().scope(permission))
    names, place = queries.titles(db.session(), kept.regime), queries.place_name(db.session(), kept.question["place"])
    rules = [(one, getattr(names.rules[one], language())) for one in service.overridable_rules(kept.answer)]
    return render_template(
        "eligibility/decision.html", kept=kept, answer=shown(kept, names, place), replayed=replayed,
        sentence=sentence(kept, names, place), stated=stated(kept), fact_rows=fact_rows(kept, names),
        beside=beside(kept, names, wanted="beside" in request.args) if permission is P.ELIGIBILITY_READ else None,
        overridable=rules,
        overrides=queries.overrides_of(db.session(), decision_id),
        attestations=queries.attestations_of(db.session(), decision_id),
        override_form=(override_form or OverrideForm()).offering(rules),
        attestation_form=attestation_form or AttestationForm(),
    )  # fmt: skip
