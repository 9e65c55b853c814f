"""The room's blueprint, what its templates share, the overview, and the next things for the home page."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.bank import queries
from app.bank.forms import FORMAT_TITLES, whole_number
from app.bank.policy import (
    BULK_TITLES,
    EFFECT_TITLES,
    EXCEPTION_TITLES,
    FATE_TITLES,
    FIELD_TITLES,
    LEVEL_TITLES,
    PAPER_TITLES,
    REVIEW_TITLES,
    SHAPE_TITLES,
    STATUS_TITLES,
    STATUTE_STATE_TITLES,
    TYPE_TITLES,
    WANTED_PER_CELL,
    Status,
)
from app.core.http import Card, actor, requires, today
from app.core.permissions import Actor, P
from app.extensions import db

MOST_WANTED = 200

blueprint = Blueprint("bank", __name__, url_prefix="/bank")


@blueprint.context_processor
def _titles() -> dict[str, Any]:
    tables: dict[str, dict[Any, str]] = {
        "papers": PAPER_TITLES,
        "types": TYPE_TITLES,
        "levels": LEVEL_TITLES,
        "statuses": STATUS_TITLES,
        "fields_named": FIELD_TITLES,
        "formats": FORMAT_TITLES,
        "effects": EFFECT_TITLES,
        "fates": FATE_TITLES,
        "statute_states": STATUTE_STATE_TITLES,
        "reviews": REVIEW_TITLES,
        "shapes": SHAPE_TITLES,
        "bulk_steps": BULK_TITLES,
        "exceptions_named": EXCEPTION_TITLES,
    }
    titled = {name: {str(key): _(title) for key, title in table.items()} for name, table in tables.items()}
    return {**titled, "word_diff": queries.word_diff, "stem_pieces": queries.stem_pieces}


def asked() -> queries.ItemFilter:
    """The filter that stands in the address."""
    names = ("text", "paper", "topic", "type", "level", "status", "law", "edition", "article", "review", "tag", "sort")
    texts: dict[str, Any] = {name: request.args.get(name, "").strip()[:200] for name in names}
    bounds: dict[str, Any] = {name: share(request.args.get(name, "")) for name in ("easy_from", "easy_to")}
    return queries.ItemFilter(**texts, **bounds, flagged=request.args.get("flagged") == "1")


def share(text: str) -> float | None:
    """A share of right answers as 0.7 or 70%; None for what is neither."""
    plain = text.strip().replace("％", "%")
    try:
        found = float(plain.rstrip("%")) / (100 if plain.endswith("%") else 1)
    except ValueError:
        return None
    return found if 0 <= found <= 1 else None


def page_number() -> int:
    """The page that stands in the address, from 1."""
    text = request.args.get("page", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1


@blueprint.get("/")
@requires(P.BANK_READ)
def home() -> ResponseReturnValue:
    """Bank health: what is final where, what waits, where it is thin, what was held against the statutes."""
    session = db.session()
    waiting, drafts = queries.counts(session, actor())
    shape = HeatShape.asked()
    return render_template(
        "bank/home.html", health=queries.health(session), shape=shape, waiting=waiting, drafts=drafts,
        tables=queries.coverage(session, shape.rows, shape.columns, shape.want), marks=queries.review_counts(session),
        suspects=queries.suspects(session),
    )  # fmt: skip


@dataclass(frozen=True)
class HeatShape:
    """What the rows and columns of the coverage table are, and how many questions a cell wants."""

    rows: str
    columns: str
    want: int

    @classmethod
    def asked(cls) -> "HeatShape":
        """As the address says."""
        rows = "law" if request.args.get("rows") == "law" else "topic"
        columns = "level" if request.args.get("columns") == "level" else "type"
        want = whole_number(request.args.get("want"))
        return cls(rows, columns, want if 1 <= want <= MOST_WANTED else WANTED_PER_CELL)


def home_cards(who: Actor) -> list[Card]:
    """Questions to review first, then how the bank stands, own drafts later."""
    if not (who.may(P.BANK_REVIEW) or who.may(P.BANK_EDIT)):
        return []
    waiting, drafts = queries.counts(db.session(), who)
    cards = [_review_card(waiting)] if waiting and who.may(P.BANK_REVIEW) else []
    cards.append(_health_card(queries.health(db.session())))
    ended = queries.ended_in_use(db.session(), today())
    cards += [_ended_card(ended)] if ended else []
    return cards + ([_draft_card(drafts)] if drafts and who.may(P.BANK_EDIT) else [])


def _health_card(found: queries.Health) -> Card:
    final, review, drafts = (found.by_status[one] for one in (Status.FINAL, Status.REVIEW, Status.DRAFT))
    title = ngettext("Question bank: %(num)s final question", "Question bank: %(num)s final questions", final)
    text = _(
        "%(review)s under review, %(drafts)s drafts; %(thin)s kinds of question are thin in their topic.",
        review=review, drafts=drafts, thin=len(found.thin),
    )  # fmt: skip
    return Card(title, text, url_for("bank.home"), _("Open the question bank"), 45, "info" if final else "warning")


def _ended_card(ended: int) -> Card:
    title = ngettext(
        "%(num)s question cites a law that has a newer edition",
        "%(num)s questions cite a law that has a newer edition",
        ended,
    )
    text = _("No paper draws them any more; carry over what says the same and rewrite the rest.")
    return Card(title, text, url_for("bank.statutes"), _("See the statutes"), 42, "warning")


def _review_card(waiting: int) -> Card:
    title = ngettext("%(num)s question waits for your review", "%(num)s questions wait for your review", waiting)
    text = _("Somebody else wrote them; nothing is drawn before you approve it.")
    return Card(title, text, url_for("bank.next_review"), _("Review the first"), 20)


def _draft_card(drafts: int) -> Card:
    title = ngettext("%(num)s draft of yours", "%(num)s drafts of yours", drafts)
    text = _("Finish them and put them before the reviewer.")
    return Card(title, text, url_for("bank.items", status="DRAFT"), _("See the drafts"), 60)
