"""Pages of the local rules: what holds, what was adopted, drafts, and two versions side by side."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core.errors import DomainError
from app.core.http import actor, now, requires, today
from app.core.permissions import P
from app.core.words import day_text
from app.extensions import db
from app.regimes import queries, service
from app.regimes.forms import DraftForm

blueprint = Blueprint("regimes", __name__, url_prefix="/rules")


@blueprint.get("/")
@requires(P.REGIMES_READ)
def home() -> ResponseReturnValue:
    """Every place whose rules are known."""
    return render_template("regimes/home.html", rows=queries.regimes())


@blueprint.get("/<regime_id>")
@requires(P.REGIMES_READ)
def regime(regime_id: str) -> ResponseReturnValue:
    """What holds today, each with its source; what was adopted; drafts."""
    return render_template(
        "regimes/regime.html",
        regime=queries.effective(db.session(), regime_id),
        day=today(),
        adoptions=queries.adoptions(db.session(), regime_id),
        drafts=queries.drafts(db.session(), regime_id),
    )


@blueprint.get("/<regime_id>/compare")
@requires(P.REGIMES_READ)
def compare(regime_id: str) -> ResponseReturnValue:
    """Two versions side by side: only what differs, counted."""
    left, right = request.args.get("left") or "files", request.args.get("right") or "present"
    before = queries.edition(db.session(), regime_id, left, today())
    after = queries.edition(db.session(), regime_id, right, today())
    return render_template(
        "regimes/compare.html",
        before=before,
        after=after,
        found=service.compare(before.regime, after.regime),
        choices=[(key, _label(key, label, day)) for key, label, day in _editions(regime_id)],
    )


def _editions(regime_id: str) -> tuple[queries.EditionRow, ...]:
    return queries.editions(db.session(), regime_id, today())


def _label(key: str, label: str, day: object) -> str:
    """What a version is called in a list."""
    when = day_text(day)  # type: ignore[arg-type]
    words = {
        "files": _("As the files stand"),
        "present": _("In force, with everything adopted"),
        "a": _("After the adoption “%(title)s” from %(day)s", title=label, day=when),
        "d": _("Draft “%(title)s”", title=label),
        "s": _("Version %(number)s, kept %(day)s", number=label, day=when),
    }
    return str(words.get(key) or words[key[0]])


@blueprint.route("/<regime_id>/drafts/new", methods=["GET", "POST"])
@requires(P.REGIMES_EDIT)
def draft_new(regime_id: str) -> ResponseReturnValue:
    """A new draft; with ?withdraws= one that ends an earlier adoption."""
    form, ends = DraftForm(title=request.args.get("title", "")), request.args.get("withdraws", type=int)
    place = queries.effective(db.session(), regime_id)
    if form.ready():
        try:
            number = service.write_draft(
                db.session(), actor(), regime_id, form.title.data, form.text.data or "", today=today(), now=now(),
                withdraws=ends,
            )  # fmt: skip
        except DomainError as error:
            form.refuse(error)
        else:
            db.session.commit()
            return redirect(url_for("regimes.draft", draft_id=number))
    return render_template("regimes/draft_form.html", form=form, regime=place, draft=None, withdraws=ends)


@blueprint.get("/drafts/<int:draft_id>")
@requires(P.REGIMES_READ)
def draft(draft_id: int) -> ResponseReturnValue:
    """One draft: what it would change, and what is to be done with it."""
    row = queries.draft(db.session(), draft_id)
    place = queries.effective(db.session(), row.regime)
    found = service.changes_of(db.session(), row, today=today())
    return render_template("regimes/draft.html", draft=row, regime=place, found=found)


@blueprint.route("/drafts/<int:draft_id>/edit", methods=["GET", "POST"])
@requires(P.REGIMES_EDIT)
def draft_edit(draft_id: int) -> ResponseReturnValue:
    """Another text for a draft."""
    row = queries.draft(db.session(), draft_id)
    form, place = DraftForm(obj=row), queries.effective(db.session(), row.regime)
    if form.ready():
        try:
            service.change_draft(
                db.session(), actor(), draft_id, int(form.version.data or 0), form.title.data, form.text.data or "",
                today=today(), now=now(),
            )  # fmt: skip
        except DomainError as error:
            form.refuse(error)
        else:
            db.session.commit()
            return redirect(url_for("regimes.draft", draft_id=draft_id))
    return render_template("regimes/draft_form.html", form=form, regime=place, draft=row, withdraws=row.withdraws_id)


@blueprint.post("/drafts/<int:draft_id>/drop")
@requires(P.REGIMES_EDIT)
def draft_drop(draft_id: int) -> ResponseReturnValue:
    """Give a draft up."""
    regime_id = service.drop_draft(db.session(), actor(), draft_id, now=now())
    db.session.commit()
    return redirect(url_for("regimes.regime", regime_id=regime_id))
