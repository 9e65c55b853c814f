"""Forms of the registry: one per kind of fact, used to record it and, with a reason, to correct it."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, DateField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.core.forms import REASON, Form
from app.core.http import language
from app.registry.codes import (
    AreaKind,
    AuthorityBasis,
    Category,
    Level,
    PersonKind,
    PostingKind,
    PowerStatus,
    SanctionKind,
    SeparationReason,
    UnitKind,
    title,
)
from app.registry.queries import AreaRow, ItemRow, UnitRow, regime_names

NEEDED = _l("This must be filled in.")
FROM = _l("From which day it holds.")
UNTIL = _l("Last day, inclusive; empty means until further notice.")


NONE = SelectChoice("", "—")


def options(pairs: Iterable[tuple[str, Any]]) -> list[SelectChoice]:
    """Choices of a select field from (value, text) pairs."""
    return [SelectChoice(value, text) for value, text in pairs]


class CodeField(SelectField):  # type: ignore[misc]
    """A choice among the codes of a list, shown by their titles in the reader's language."""

    def __init__(self, label: Any, codes: type[StrEnum], *, needed: bool = True, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(label, [InputRequired(NEEDED)] if needed else [Optional()], choices=(), **kwargs)
        self.choices = [NONE, *options((code.value, title(codes, code, language())) for code in codes)]


class UnitField(SelectField):  # type: ignore[misc]
    """A choice among units, given by `Form.offer`."""

    def __init__(self, label: Any, *, needed: bool = True, **kwargs: Any) -> None:  # noqa: ANN401
        checks = [InputRequired(NEEDED)] if needed else [Optional()]
        super().__init__(label, checks, choices=[NONE], **kwargs)


class AreaField(UnitField):
    """A choice among areas, given by `Form.offer`."""


class ItemField(UnitField):
    """A choice among power items, given by `Form.offer`."""


class YesNoUnknown(SelectField):  # type: ignore[misc]
    """Yes, no, or nobody knows: True, False, None."""

    def __init__(self, label: Any, **kwargs: Any) -> None:  # noqa: ANN401
        choices = options([("", _l("Not known")), ("yes", _l("Yes")), ("no", _l("No"))])
        super().__init__(label, choices=choices, validate_choice=False, **kwargs)

    def process_data(self, value: Any) -> None:  # noqa: ANN401
        """Show a truth value as one of the choices."""
        self.data = {True: "yes", False: "no"}.get(value, "")

    @property
    def truth(self) -> bool | None:
        """The answer as a truth value."""
        return {"yes": True, "no": False}.get(self.data)


def _regimes() -> list[SelectChoice]:
    return [NONE, *options((code, en if language() == "en" else zh) for code, zh, en in regime_names())]


def _indented(unit: UnitRow, tongue: str) -> str:
    return f"{'　' * min(unit.depth, 6)}{unit.name(tongue)}（{unit.code}）"


class OfferingForm(Form):
    """A form whose choices of units, areas and items come from the page."""

    def offer(
        self, units: Iterable[UnitRow] = (), areas: Iterable[AreaRow] = (), items: Iterable[ItemRow] = ()
    ) -> "OfferingForm":
        """Fill the choices; returns the form."""
        tongue = language()
        offered: Sequence[tuple[type, list[tuple[str, str]]]] = (
            (AreaField, [(a.code, f"{'　' * a.depth}{a.name(tongue)}（{a.code}）") for a in areas]),
            (ItemField, [(i.code, f"{i.code} {i.title(tongue)}") for i in items]),
            (UnitField, [(u.code, _indented(u, tongue)) for u in units]),
        )
        for field in self:
            sort = next((choices for kind, choices in offered if isinstance(field, kind)), None)
            if sort is not None:
                field.choices = [NONE, *options(sort)]
        return self


class FactForm(OfferingForm):
    """What every fact form has: days, a note when recorded, a reason when corrected."""

    valid_from = DateField(_l("From"), [InputRequired(NEEDED)], description=FROM)
    valid_to = DateField(_l("To"), [Optional()], description=UNTIL)
    note = StringField(_l("Note"))
    why = StringField(_l("Reason"), [InputRequired(REASON)], description=_l("Why it is corrected; kept in the ledger."))

    def recording(self) -> "FactForm":
        """Without the reason that only a correction needs."""
        del self.why
        return self

    def correcting(self) -> "FactForm":
        """Without the note, whose place the reason takes."""
        del self.note
        for name in ("ends_present",):
            if name in self._fields:
                delattr(self, name)
        return self

    def facts(self) -> dict[str, Any]:
        """What was entered, by name; without reason and token."""
        left_out = {"why", "csrf_token"}
        return {
            field.short_name: field.truth if isinstance(field, YesNoUnknown) else field.data
            for field in self
            if field.short_name not in left_out
        }


class ProfileForm(FactForm):
    """Name, kind, contact."""

    name = StringField(_l("Name"), [InputRequired(NEEDED), Length(max=60)])
    kind = CodeField(_l("Kind of person"), PersonKind)
    phone = StringField(_l("Telephone"), [Optional(), Length(max=30)])
    email = StringField(_l("E-mail"), [Optional(), Length(max=120)])
    legal_qualification = BooleanField(_l("Has the legal profession qualification"))
    on_public_roster = YesNoUnknown(_l("On the public roster of officers"))


class EmploymentForm(FactForm):
    """Who employs, in what category, since when."""

    agency = UnitField(_l("Agency"))
    category = CodeField(_l("Employment category"), Category)
    entry_channel = StringField(_l("Way of entry"), [Optional(), Length(max=100)])
    service_start = DateField(_l("In service since"), [Optional()])
    probation_until = DateField(_l("Probation until"), [Optional()])
    initial_training_done_on = DateField(_l("Initial training finished on"), [Optional()])


class PostingForm(FactForm):
    """Where somebody serves, and under whose two lines."""

    unit = UnitField(_l("Unit"))
    kind = CodeField(_l("Kind of posting"), PostingKind, default="HOME")
    duty_title = StringField(_l("Duty title"), [Optional(), Length(max=100)])
    business_unit = UnitField(_l("Business line"), needed=False, description=_l("The unit that directs the work."))
    daily_unit = UnitField(
        _l("Daily line"), needed=False, description=_l("The unit that manages attendance and daily life.")
    )
    ends_present = BooleanField(_l("The present home posting ends the day before"))


class SanctionForm(FactForm):
    """A sanction or a suspension from duty."""

    kind = CodeField(_l("Kind of sanction"), SanctionKind)
    basis = StringField(_l("Basis"), [InputRequired(NEEDED), Length(max=200)], description=_l("Document and article."))


class SeparationForm(FactForm):
    """Somebody leaves."""

    reason = CodeField(_l("Why they leave"), SeparationReason)

    def recording(self) -> "FactForm":
        """A separation has no last day."""
        del self.valid_to
        self.valid_from.description = _("The first day on which the person no longer serves.")
        return super().recording()


class StandingForm(FactForm):
    """What a unit is in law."""

    level = CodeField(_l("Level of government"), Level)
    enforces = BooleanField(_l("Enforces the law itself"))
    authority_basis = CodeField(_l("By what right it enforces"), AuthorityBasis)
    legal_nature = StringField(_l("Legal nature"), [Optional(), Length(max=100)])


class EstablishmentForm(FactForm):
    """How many posts a unit has."""

    posts = IntegerField(_l("Posts"), [InputRequired(NEEDED), NumberRange(0, 100_000)])


class TerritoryForm(FactForm):
    """An area of a unit."""

    area_code = AreaField(_l("Area"), description=_l("With everything that lies in it."))


class PowerForm(FactForm):
    """A power item of an agency, as corrected."""

    item_code = ItemField(_l("Power item"))
    status = CodeField(_l("State"), PowerStatus)
    published_on = DateField(_l("Published on"), [Optional()])


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
        _l("Rules of the place"), [Optional()], choices=_regimes, description=_l("Empty means those of the unit above.")
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
        _l("Rules of the place"), [Optional()], choices=_regimes, description=_l("Empty means those of the unit above.")
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


PERSON_FORMS: dict[str, type[FactForm]] = {
    "profile": ProfileForm,
    "employment": EmploymentForm,
    "posting": PostingForm,
    "sanction": SanctionForm,
    "separation": SeparationForm,
}
UNIT_FORMS: dict[str, type[FactForm]] = {
    "standing": StandingForm,
    "establishment": EstablishmentForm,
    "territory": TerritoryForm,
}
FACT_FORMS: dict[str, type[FactForm]] = {**PERSON_FORMS, **UNIT_FORMS, "power": PowerForm}
