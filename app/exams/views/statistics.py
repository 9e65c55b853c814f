"""Pages of a sitting's statistics: the report with plots and files, and the evidence of copying."""

import csv
import io
from collections.abc import Callable

from flask import Response, current_app, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core.errors import NotFound
from app.core.http import actor, language, now, requires, writes
from app.core.permissions import P
from app.exams import queries
from app.exams.queries.figures import Figure, ItemFiguresRow, StatisticsRow, statistics_of
from app.exams.service.evidence import look_at_copying
from app.exams.views.blueprint import blueprint
from app.exams.views.plots import information_plot, items_plot, scores_plot
from app.extensions import db

PLOTS: dict[str, Callable[[StatisticsRow], bytes]] = {
    "items": items_plot, "scores": scores_plot, "information": information_plot,
}  # fmt: skip
RISKY = ("=", "+", "-", "@", "\t", "\r")


@blueprint.get("/sittings/<int:sitting_id>/statistics")
@requires(P.EXAMS_READ)
def statistics(sitting_id: int) -> ResponseReturnValue:
    """How the questions of a released sitting behaved, and the paper as a whole."""
    row = queries.sitting(db.session(), sitting_id, now(), actor().scope(P.EXAMS_READ))
    found = statistics_of(db.session(), sitting_id)
    return render_template("exams/statistics.html", row=row, found=found)


def _found(sitting_id: int) -> StatisticsRow:
    """The statistics of a sitting of the asker's units; raises NotFound where there are none."""
    queries.sitting(db.session(), sitting_id, now(), actor().scope(P.EXAMS_READ))
    found = statistics_of(db.session(), sitting_id)
    if found is None or found.failure_en:
        raise NotFound
    return found


@blueprint.get("/sittings/<int:sitting_id>/statistics/<name>.svg")
@requires(P.EXAMS_READ)
def statistics_plot(sitting_id: int, name: str) -> ResponseReturnValue:
    """One plot of the report as a drawing."""
    if name not in PLOTS:
        raise NotFound
    return Response(PLOTS[name](_found(sitting_id)), mimetype="image/svg+xml")


@blueprint.get("/sittings/<int:sitting_id>/statistics.json")
@requires(P.EXAMS_READ)
def statistics_json(sitting_id: int) -> ResponseReturnValue:
    """The figures of the sitting and its questions as data; nothing about single people."""
    answer = current_app.json.response(_plain(sitting_id, _found(sitting_id)))
    answer.headers["Content-Disposition"] = f"attachment; filename=statistics-{sitting_id}.json"
    return answer


def _plain(sitting_id: int, found: StatisticsRow) -> dict[str, object]:
    whole = ("mean", "coefficient", "error")
    return {
        "sitting": sitting_id, "method": found.method, "computed_at": found.computed_at.isoformat(),
        "candidates": found.n, "reliability": found.kind, "questions_on_a_paper": found.length,
        **{name: _estimate(getattr(found, name)) for name in whole}, "deviation": found.deviation,
        "items": [_item(one) for one in found.items],
        "information": [{"ability": at, "information": much, "error": error} for at, much, error in found.information],
    }  # fmt: skip


def _estimate(one: Figure) -> dict[str, object]:
    return {"value": one.value, "n": one.n, "low": one.low, "high": one.high, "why": {"zh": one.zh, "en": one.en}}


ESTIMATES = ("facility", "corrected", "uncorrected", "discrimination", "efficiency", "seconds")


def _item(one: ItemFiguresRow) -> dict[str, object]:
    options = [
        {"option": o.option, "right": o.right, "count": o.count, "upper": o.upper, "lower": o.lower,
         "share": _estimate(o.share), "with_rest": _estimate(o.with_rest)}
        for o in one.options
    ]  # fmt: skip
    return {
        "code": one.code, "n": one.n, "omitted": one.omitted, "not_reached": one.not_reached,
        **{name: _estimate(getattr(one, name)) for name in ESTIMATES}, "options": options,
        "rasch": _estimate(one.scale.rasch), "slope": one.scale.slope, "difficulty": one.scale.difficulty,
        "flags": [{"code": f.code, "weight": f.weight, "zh": f.zh, "en": f.en} for f in one.flags],
    }  # fmt: skip


@blueprint.get("/sittings/<int:sitting_id>/statistics.csv")
@requires(P.EXAMS_READ)
def statistics_csv(sitting_id: int) -> ResponseReturnValue:
    """One line for each question; no cell can be read as a formula."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(_head())
    for one in _found(sitting_id).items:
        table.writerow([_disarmed(cell) for cell in _cells(one)])
    answer = Response("\ufeff" + out.getvalue(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f"attachment; filename=statistics-{sitting_id}.csv"
    return answer


def _head() -> list[str]:
    titles = (
        _("Facility"), _("Corrected point-biserial"), _("Uncorrected point-biserial"), _("Discrimination index"),
        _("Discriminative efficiency"), _("Seconds"),
    )  # fmt: skip
    ranges = [text for title in titles for text in (title, _("%(figure)s, from", figure=title), _("to"))]
    return [_("Question"), _("Topic"), _("Candidates"), _("Omitted"), _("Not reached"), *ranges, _("What to look at")]


def _cells(one: ItemFiguresRow) -> list[object]:
    figures = (getattr(one, name) for name in ESTIMATES)
    ranges = [value for figure in figures for value in (figure.value, figure.low, figure.high)]
    flags = " ".join(flag.en if language() == "en" else flag.zh for flag in one.flags)
    return [one.code, one.topic, one.n, one.omitted, one.not_reached, *map(_rounded, ranges), flags]


def _rounded(value: float | None) -> object:
    return "" if value is None else round(value, 4)


def _disarmed(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(RISKY) else cell


@blueprint.get("/sittings/<int:sitting_id>/copying")
@requires(P.EXAMS_RELEASE)
@writes
def copying(sitting_id: int) -> ResponseReturnValue:
    """Pairs with more identical wrong answers than chance allows; that somebody looked goes to the ledger."""
    found = look_at_copying(db.session(), actor(), sitting_id, now=now())
    db.session.commit()
    row = queries.sitting(db.session(), sitting_id, now(), actor().scope(P.EXAMS_RELEASE))
    back = url_for("exams.statistics", sitting_id=sitting_id)
    return render_template("exams/copying.html", row=row, found=found, back=back)
