"""Forms that enter people, units and places, take powers over, and keep what is no fact."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, DateField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.core.forms import REASON, Form
from app.registry.codes import AreaKind, Category, PersonKind, UnitKind
from app.registry.forms.fields import (
    NEEDED,
    AreaField,
    CodeField,
    ItemField,
    OfferingForm,
    UnitField,
    YesNoUnknown,
    options,
    regimes_offered,
)


class PowerStepForm(OfferingForm):
    """A step in taking over a power item."""

    item_code = ItemField(_l("Power item"))
    step = SelectField(
        _l("Step"),
        choices=options(
            [
                ("plan", _l("Plan to take over")),
                ("hold", _l("Take over")),
                ("publish", _l("Publish")),
                ("return", _l("Give back")),
            ]
        ),
    )
    on = DateField(_l("Day"), [InputRequired(NEEDED)])
    note = StringField(_l("Note"))


class PersonForm(OfferingForm):
    """Somebody new: profile, employment and home unit from the day of hire."""

    code = StringField(_l("Code"), [InputRequired(NEEDED), Length(max=40)], description=_l("Never changes afterwards."))
    name = StringField(_l("Name"), [InputRequired(NEEDED), Length(max=60)])
    kind = CodeField(_l("Kind of person"), PersonKind)
    id_number = StringField(
        _l("Identity number"),
        [Optional(), Length(max=40)],
        description=_l("Kept encrypted; only the last four digits are ever shown."),
    )
    agency_code = UnitField(_l("Agency"))
    unit_code = UnitField(_l("Home unit"), needed=False, description=_l("Empty means the agency itself."))
    category = CodeField(_l("Employment category"), Category)
    hired_on = DateField(_l("Hired on"), [InputRequired(NEEDED)])
    duty_title = StringField(_l("Duty title"), [Optional(), Length(max=100)])
    phone = StringField(_l("Telephone"), [Optional(), Length(max=30)])
    email = StringField(_l("E-mail"), [Optional(), Length(max=120)])
    entry_channel = StringField(_l("Way of entry"), [Optional(), Length(max=100)])
    service_start = DateField(_l("In service since"), [Optional()])
    probation_until = DateField(_l("Probation until"), [Optional()])
    initial_training_done_on = DateField(_l("Initial training finished on"), [Optional()])
    legal_qualification = BooleanField(_l("Has the legal profession qualification"))
    on_public_roster = YesNoUnknown(_l("On the public roster of officers"))

    def entered(self) -> dict[str, Any]:
        """What was entered, by name."""
        return {
            field.short_name: field.truth if isinstance(field, YesNoUnknown) else field.data
            for field in self
            if field.short_name != "csrf_token"
        }


class IdentityForm(Form):
    """An identity number, entered once and never shown again."""

    id_number = StringField(
        _l("Identity number"),
        [InputRequired(NEEDED), Length(max=40)],
        description=_l("Kept encrypted; only the last four digits are ever shown."),
    )
    why = StringField(_l("Reason"), [Optional()], description=_l("Needed where a number is already kept."))


class ExtraTimeForm(Form):
    """Extra time in exams."""

    percent = IntegerField(_l("Extra time in percent"), [InputRequired(NEEDED), NumberRange(0, 200)])
    why = StringField(_l("Reason"), [InputRequired(REASON)])


class PhotoForm(Form):
    """A photo."""

    photo = FileField(
        _l("Photo"), [FileRequired(NEEDED)], description=_l("JPEG or PNG, at most 4 MB, 200 to 4000 pixels a side.")
    )


class WithdrawForm(Form):
    """A fact that was never so."""

    why = TextAreaField(_l("Reason"), [InputRequired(REASON)])


class UnitForm(OfferingForm):
    """A new unit."""

    code = StringField(_l("Code"), [InputRequired(NEEDED), Length(max=40)], description=_l("Never changes afterwards."))
    name_zh = StringField(_l("Chinese name"), [InputRequired(NEEDED), Length(max=100)])
    name_en = StringField(_l("English name"), [Optional(), Length(max=100)])
    kind = CodeField(_l("Kind of unit"), UnitKind)
    parent_code = UnitField(_l("Under"), needed=False)
    is_agency = BooleanField(_l("Acts in its own name"))
    regime = SelectField(
        _l("Rules of the place"),
        [Optional()],
        choices=regimes_offered,
        description=_l("Empty means those of the unit above."),
    )
    opened_on = DateField(_l("Opened on"), [Optional()])

    def entered(self) -> dict[str, Any]:
        """What was entered, by name."""
        return {field.short_name: field.data for field in self if field.short_name != "csrf_token"}


class UnitNameForm(Form):
    """A unit's names, rules and days."""

    name_zh = StringField(_l("Chinese name"), [InputRequired(NEEDED), Length(max=100)])
    name_en = StringField(_l("English name"), [Optional(), Length(max=100)])
    regime = SelectField(
        _l("Rules of the place"),
        [Optional()],
        choices=regimes_offered,
        description=_l("Empty means those of the unit above."),
    )
    opened_on = DateField(_l("Opened on"), [Optional()])
    closed_on = DateField(_l("Closed on"), [Optional()], description=_l("Last day, inclusive."))
    reason = StringField(_l("Reason"), [InputRequired(REASON)])

    def entered(self) -> dict[str, Any]:
        """What was entered, by name."""
        return {field.short_name: field.data for field in self if field.short_name != "csrf_token"}


class AreaForm(OfferingForm):
    """A new place."""

    code = StringField(_l("Code"), [InputRequired(NEEDED), Length(max=40)])
    name_zh = StringField(_l("Chinese name"), [InputRequired(NEEDED), Length(max=100)])
    name_en = StringField(_l("English name"), [Optional(), Length(max=100)])
    kind = CodeField(_l("Kind of place"), AreaKind)
    parent_code = AreaField(_l("Lies in"), needed=False)

    def entered(self) -> dict[str, Any]:
        """What was entered, by name."""
        return {field.short_name: field.data or "" for field in self if field.short_name != "csrf_token"}


class ImportForm(Form):
    """A list of people or units."""

    file = FileField(
        _l("File"), [FileRequired(NEEDED)], description=_l(".xlsx or .csv, at most 20 MB and 20,000 rows.")
    )
    kind = SelectField(
        _l("What it lists"),
        [Optional()],
        choices=options([("", _l("Tell by its headings")), ("people", _l("People")), ("units", _l("Units"))]),
    )
    effective = DateField(_l("Changes hold from"), [Optional()], description=_l("Empty means today."))
