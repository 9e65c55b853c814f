"""One form per kind of fact, used to record it and, with a reason, to correct it; and the form that ends one."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.core.forms import REASON, Form
from app.registry.codes import (
    AppointmentRole,
    AuthorityBasis,
    Category,
    Level,
    PersonKind,
    PostingKind,
    PowerStatus,
    RelationKind,
    SanctionKind,
    SeparationReason,
    SupervisorGroup,
)
from app.registry.forms.fields import (
    NEEDED,
    AreaField,
    CodeField,
    ItemField,
    ItemsField,
    OfferingForm,
    UnitField,
    YesNoUnknown,
)

FROM = _l("From which day it holds.")
UNTIL = _l("Last day, inclusive; empty means until further notice.")


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
    first_review_on = DateField(
        _l("First reviewed a penalty decision on"),
        [Optional()],
        description=_l("Whoever first does so since 2018 needs the legal profession qualification."),
    )


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


class RelationForm(FactForm):
    """A tie to a party, or the declaration of none."""

    kind = CodeField(_l("Kind of relation"), RelationKind)
    party = StringField(
        _l("Party"),
        [Optional(), Length(max=120)],
        description=_l("Person or organisation. Only the registrars of the agency and the person see it."),
    )


class AppointmentForm(FactForm):
    """An office held besides the post."""

    role = CodeField(_l("Office"), AppointmentRole)
    card_number = StringField(_l("Number of the card"), [Optional(), Length(max=60)])
    supervisor_group = CodeField(
        _l("Chosen from"), SupervisorGroup, needed=False, description=_l("For social supervisors only.")
    )


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


class DesignationForm(FactForm):
    """An area, or one item in it, given to an agency by order."""

    area_code = AreaField(_l("Area"), description=_l("With everything that lies in it."))
    item_code = ItemField(_l("Power item"), needed=False, description=_l("Empty means every item."))
    order_number = StringField(_l("Number of the order"), [InputRequired(NEEDED), Length(max=100)])


class EntrustmentForm(FactForm):
    """Powers entrusted to a body in writing."""

    body = UnitField(_l("Entrusted body"))
    items = ItemsField(_l("Power items"), description=_l("None chosen: not recorded, and then nothing is covered."))
    document_number = StringField(_l("Number of the document"), [InputRequired(NEEDED), Length(max=100)])
    published_on = DateField(_l("Published on"), [Optional()])
    by_entrusted = BooleanField(
        _l("The agency itself only holds them by entrustment"),
        description=_l("They cannot be passed on then."),
    )


class EndForm(Form):
    """The last day of something that holds."""

    last = DateField(_l("Last day"), [InputRequired(NEEDED)], description=_l("Inclusive."))
    why = StringField(_l("Reason"), [InputRequired(REASON)], description=_l("Why it ends; kept in the ledger."))


class PowerForm(FactForm):
    """A power item of an agency, as corrected."""

    item_code = ItemField(_l("Power item"))
    status = CodeField(_l("State"), PowerStatus)
    published_on = DateField(_l("Published on"), [Optional()])


PERSON_FORMS: dict[str, type[FactForm]] = {
    "profile": ProfileForm,
    "employment": EmploymentForm,
    "posting": PostingForm,
    "sanction": SanctionForm,
    "separation": SeparationForm,
    "relation": RelationForm,
    "appointment": AppointmentForm,
}
UNIT_FORMS: dict[str, type[FactForm]] = {
    "standing": StandingForm,
    "establishment": EstablishmentForm,
    "territory": TerritoryForm,
    "designation": DesignationForm,
    "entrustment": EntrustmentForm,
}
FACT_FORMS: dict[str, type[FactForm]] = {**PERSON_FORMS, **UNIT_FORMS, "power": PowerForm}
