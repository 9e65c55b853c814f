"""A roster's plan, its rows, copying a week, filling it round the clock, changing who serves."""

from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from app.core.forms import Form, MomentField
from app.eligibility.forms.duty import INDENT
from app.eligibility.service.rosters import Plan, Row
from app.eligibility.service.squads import codes_in
from app.regimes.codes import Act


class PlanForm(Form):
    """Which unit, which days, which places, and what the shifts are judged for."""

    title = StringField(_l("Title of the roster"), [InputRequired(_l("Give the roster a title."))])
    unit = SelectField(_l("Unit"), validate_choice=False)
    first_day = DateField(_l("First day"), [InputRequired(_l("Give the first day."))])
    last_day = DateField(
        _l("Last day"), [InputRequired(_l("Give the last day."))], description=_l("At most 31 days in all.")
    )
    act = SelectField(_l("Judged for, besides patrol"), choices=[Act.PENALTY.value, Act.INSPECT.value])
    item = SelectField(
        _l("Power item"), validate_choice=False,
        description=_l("The item the squads are to act on; without one only people, company and place are judged."),
    )  # fmt: skip
    places = SelectMultipleField(
        _l("Places to be covered round the clock"), validate_choice=False,
        description=_l("Towns, streets or grids; several can be chosen."),
    )  # fmt: skip

    def offer(
        self,
        units: list[tuple[str, str, int]],
        places: list[tuple[str, str, int]],
        acts: list[tuple[str, str]],
        items: list[tuple[str, str]],
    ) -> None:
        """Fill the lists; units and places are (code, name, depth), acts and items (code, title)."""
        self.unit.choices = [SelectChoice(code, INDENT * depth + name) for code, name, depth in units]
        self.places.choices = [SelectChoice(code, INDENT * depth + name) for code, name, depth in places]
        self.act.choices = [SelectChoice(code, title) for code, title in acts]
        self.item.choices = [SelectChoice("", "—"), *(SelectChoice(code, title) for code, title in items)]

    def plan(self) -> Plan:
        """The form as a value; it must have been validated."""
        return Plan(
            self.title.data or "", _day(self.first_day), _day(self.last_day), tuple(self.places.data or ()),
            Act(self.act.data), self.item.data or None,
        )  # fmt: skip


class RowForm(Form):
    """One row: place, squad, from when to when, and until which day it is repeated."""

    place = SelectField(_l("Place"), validate_choice=False)
    squad = SelectField(_l("Squad"), coerce=int, validate_choice=False)
    start = MomentField(_l("From"), [InputRequired(_l("Say when the duty begins."))])
    end = MomentField(_l("To"), [InputRequired(_l("Say when the duty ends."))])
    until = DateField(_l("Every day through"), [Optional()], description=_l("Leave it empty for a single shift."))

    def offer(self, places: list[tuple[str, str]], squads: list[tuple[int, str]]) -> None:
        """Fill the lists of places and squads."""
        self.place.choices = [SelectChoice(code, name) for code, name in places]
        self.squad.choices = [SelectChoice(number, name) for number, name in squads]

    def row(self) -> Row:
        """The form as a value; it must have been validated."""
        return Row(self.place.data or "", self.squad.data or 0, _moment(self.start), _moment(self.end), self.until.data)


class FillForm(Form):
    """Round the clock by the squads whose usual place it is."""

    hours = SelectField(_l("Length of a shift"), coerce=int)
    first_hour = SelectField(
        _l("Shifts change at"),
        coerce=int,
        choices=[SelectChoice(hour, f"{hour:02}:00") for hour in range(12)],
        default=8,
    )

    def offer(self, lengths: list[tuple[int, str]]) -> None:
        """Fill the lengths, in words."""
        self.hours.choices = [SelectChoice(hours, words) for hours, words in lengths]


class CopyForm(Form):
    """Which week is copied to which."""

    source = DateField(_l("Week from"), [InputRequired(_l("Choose the first day of the week to copy."))])
    target = DateField(_l("To the week from"), [InputRequired(_l("Choose the first day of the week to fill."))])

    def days(self) -> tuple[date, date]:
        """Source and target; the form must have been validated."""
        return _day(self.source), _day(self.target)


class ReplaceForm(Form):
    """Who leaves a shift and who comes."""

    out = StringField(_l("Leaves (codes)"))
    put = StringField(_l("Comes (codes)"))

    def changes(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The codes that leave and those that come."""
        return codes_in(self.out.data or ""), codes_in(self.put.data or "")


def _day(field: DateField) -> date:
    day = field.data
    if not isinstance(day, date):
        raise TypeError("the form was not validated")
    return day


def _moment(field: MomentField) -> datetime:
    if field.data is None:
        raise TypeError("the form was not validated")
    return field.data
