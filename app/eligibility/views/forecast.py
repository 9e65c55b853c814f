"""The coverage forecast: heat table, plot, what prevents a shortage, and the same as CSV."""

import csv
import io
from typing import Any

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core.http import actor, requires, today
from app.core.permissions import P
from app.core.plots import DENY, WARN, drawn, plot_library, plot_look
from app.eligibility.forecast import Coverage
from app.eligibility.queries import forecasts, titles
from app.eligibility.queries.forecasts import By, Outlook
from app.eligibility.views.blueprint import blueprint
from app.extensions import db
from app.regimes.loader import DEFAULT_REGIME
from app.registry import queries as registry

MONTH = 4


@blueprint.get("/forecast")
@requires(P.ELIGIBILITY_CHECK)
def forecast() -> ResponseReturnValue:
    """The next 52 weeks, place by place."""
    units = registry.units(db.session(), actor().scope(P.ELIGIBILITY_CHECK))
    rules = titles(db.session(), DEFAULT_REGIME).rules
    return render_template("eligibility/forecast.html", found=_outlook(), units=units, By=By, rule_titles=rules)


@blueprint.get("/forecast.svg")
@requires(P.ELIGIBILITY_CHECK)
def forecast_plot() -> ResponseReturnValue:
    """How many places lack a lawful squad in each week, as a drawing."""
    return Response(plot(_outlook()), mimetype="image/svg+xml")


@blueprint.get("/forecast.csv")
@requires(P.ELIGIBILITY_CHECK)
def forecast_csv() -> ResponseReturnValue:
    """One line per place and week."""
    answer = Response("\ufeff" + table(_outlook()), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="forecast-{today().isoformat()}.csv"'
    return answer


def _outlook() -> Outlook:
    scope = actor().scope(P.ELIGIBILITY_CHECK)
    unit, by = request.args.get("unit", ""), request.args.get("by", "")
    path = registry.unit_by_code(db.session(), unit, scope).path if unit else ""
    return forecasts.outlook(db.session(), today(), scope, unit_path=path, by=By(by) if by in By.__members__ else None)


def plot(found: Outlook) -> bytes:
    """Two stacked columns a week: nobody lawful at all, and too few; SVG without script."""
    look = {**plot_look(DENY, WARN), "height": 320}
    chart = plot_library().StackedBar(
        **look, show_legend=True, x_label_rotation=0, show_minor_x_labels=False, print_values=False,
        no_data_text=_("Nobody is short in any week"),
    )  # fmt: skip
    labels = [week.strftime("%m-%d") for week in found.weeks]
    chart.x_labels = labels
    chart.x_labels_major = labels[::MONTH]
    _stack(chart, found)
    return drawn(chart)


def _stack(chart: Any, found: Outlook) -> None:  # noqa: ANN401 - a chart
    """The columns, on whole numbers of places."""
    empty = [_count(found, week, Coverage.EMPTY) for week in range(len(found.weeks))]
    short = [_count(found, week, Coverage.SHORT) for week in range(len(found.weeks))]
    most = max(map(sum, zip(empty, short, strict=True)), default=0)
    chart.y_labels = sorted({round(most * step / 4) for step in range(5)})
    chart.add(_("no fit officer"), empty)
    chart.add(_("fewer than needed"), short)


def _count(found: Outlook, week: int, state: Coverage) -> int:
    return sum(line.row.cells[week].state is state for line in found.lines)


def table(found: Outlook) -> str:
    """The forecast as CSV with a head; text that a spreadsheet would run as a formula is disarmed."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        [
            _("Code"),
            _("Name"),
            _("First day of the week"),
            _("Fit officers"),
            _("Needed"),
            _("State"),
            _("Who is out and why"),
        ]
    )
    words = {Coverage.LAWFUL: _("Enough"), Coverage.SHORT: _("Too few"), Coverage.EMPTY: _("Nobody fit")}
    for line in found.lines:
        for week, cell in zip(found.weeks, line.row.cells, strict=True):
            causes = "; ".join(f"{one.person} {'/'.join(one.rules)}" for one in cell.causes)
            row = [line.code, line.name, week.isoformat(), cell.fit, line.row.post.needed, words[cell.state], causes]
            writer.writerow([f"'{value}" if str(value)[:1] in "=+-@\t" else value for value in row])
    return out.getvalue()
