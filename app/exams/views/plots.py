"""The plots of a sitting's statistics as SVG; the tables beside them say the same."""

from typing import Any

from flask_babel import gettext as _

from app.core.plots import ACTION, DENY, MUTED, WARN, drawn, plot_library, plot_look
from app.exams.queries.figures import StatisticsRow

STEP = 10


def items_plot(found: StatisticsRow) -> bytes:
    """Every question by facility and discrimination; those that are flagged in a series and colour of their own."""
    chart = plot_library().XY(
        **plot_look(ACTION, DENY), stroke=False, dots_size=4, x_title=_("Facility"), y_title=_("Discrimination"),
        xrange=(0, 1), range=(-1, 1), no_data_text=_("Not enough data"),
    )  # fmt: skip
    chart.add(_("not flagged"), _points(found, suspect=False))
    chart.add(_("flagged"), _points(found, suspect=True))
    return drawn(chart)


def _points(found: StatisticsRow, *, suspect: bool) -> list[dict[str, Any]]:
    return [
        {"value": (round(one.facility.value, 3), round(one.corrected.value, 3)), "label": one.code}
        for one in found.items
        if one.suspect is suspect and one.facility.value is not None and one.corrected.value is not None
    ]


def scores_plot(found: StatisticsRow) -> bytes:
    """How many candidates earned so many percent of the marks, in steps of ten."""
    chart = plot_library().Bar(
        **plot_look(ACTION), show_legend=False, x_title=_("Percent of the marks"), y_title=_("Candidates"),
        no_data_text=_("Not enough data"),
    )  # fmt: skip
    chart.x_labels = [f"{low}–{low + STEP}" for low in range(0, 100, STEP)]
    counts = [0] * (100 // STEP)
    for total in found.totals:
        counts[min(int(total // STEP), len(counts) - 1)] += 1
    chart.add(_("Candidates"), counts)
    return drawn(chart)


def information_plot(found: StatisticsRow) -> bytes:
    """How much the paper tells at each ability, and the standard error that allows."""
    chart = plot_library().XY(
        **plot_look(ACTION, WARN, MUTED), dots_size=2, x_title=_("Ability"), no_data_text=_("Not enough data")
    )
    chart.add(_("Information"), [(at, round(much, 3)) for at, much, _error in found.information])
    errors = [(at, round(error, 3)) for at, _much, error in found.information if error is not None and error <= 3]
    chart.add(_("Standard error"), errors, secondary=False)
    return drawn(chart)
