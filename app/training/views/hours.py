"""Pages of hours: a unit's officers by shortfall, as a page and as CSV, and one person's training."""

import csv
import io

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core.http import actor, requires, today
from app.core.permissions import P
from app.extensions import db
from app.registry import queries as registry
from app.training import queries
from app.training.forms import unit_choices
from app.training.policy import CATEGORY_TITLES, figure
from app.training.views.blueprint import asked_path, blueprint, read_units

STATES = ("SHORT", "OVERDUE")


@blueprint.get("/")
@requires(P.TRAINING_READ, P.SELF)
def home() -> ResponseReturnValue:
    """A trainer begins with the classes, an officer with their own training."""
    return redirect(url_for("training.classes" if actor().may(P.TRAINING_READ) else "training.mine"))


def _asked_year() -> int:
    wanted = request.args.get("year", default=today().year, type=int)
    return wanted if 2000 <= wanted <= 2100 else today().year


def _rows(year: int) -> list[queries.YearRow]:
    return queries.unit_years(db.session(), year, today(), actor().scope(P.TRAINING_READ), asked_path())


@blueprint.get("/hours")
@requires(P.TRAINING_READ)
def hours() -> ResponseReturnValue:
    """The officers of a unit by shortfall."""
    year = _asked_year()
    rows = _rows(year)
    years = [(number, str(number)) for number in range(today().year, today().year - 5, -1)]
    return render_template(
        "training/hours.html", rows=rows, year=year, years=years, units=unit_choices(read_units()),
        short=sum(row.year.state in STATES for row in rows),
    )  # fmt: skip


@blueprint.get("/hours.csv")
@requires(P.TRAINING_READ)
def hours_csv() -> ResponseReturnValue:
    """The same as CSV, UTF-8 with a mark that spreadsheet programs know."""
    year, sheet = _asked_year(), io.StringIO()
    writer = csv.writer(sheet)
    head = [_("Code"), _("Name"), _("Agency"), _("Unit"), _("Year"), *(_(t) for t in CATEGORY_TITLES.values())]
    writer.writerow([*head, _("Hours that count"), _("Hours asked"), _("Shortfall")])
    writer.writerows([_plain(cell) for cell in _cells(row)] for row in _rows(year))
    answer = Response("\ufeff" + sheet.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f"attachment; filename=training-hours-{year}.csv"
    return answer


def _cells(row: queries.YearRow) -> list[str]:
    person, year, by_category = row.person, row.year, row.hours.by_category
    return [
        person.code, person.name, person.agency or "", person.unit or "", str(year.year),
        *(figure(by_category[c]) if c in by_category else "0" for c in CATEGORY_TITLES),
        figure(year.done), figure(year.required) if year.required is not None and year.owed else "",
        figure(year.shortfall),
    ]  # fmt: skip


def _plain(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


@blueprint.get("/people/<code>")
@requires(P.TRAINING_READ)
def person(code: str) -> ResponseReturnValue:
    """One person's training, for whoever looks after it."""
    row = registry.person_by_code(db.session(), code, today(), actor().scope(P.TRAINING_READ))
    year = queries.year_of(db.session(), row.id, _asked_year(), today())
    return render_template(
        "training/person.html", person=row, year=year, classes=queries.own_classes(db.session(), row.id),
        tasks=queries.programme_tasks(db.session(), [row.id])[row.id],
    )  # fmt: skip
