"""What is drawn up about a decision: an override with its reason, an attestation for a case file."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from app.core.forms import REASON, Form


class OverrideForm(Form):
    """Which denials an approver sets aside, and why."""

    rules = SelectMultipleField(
        _l("Rules set aside"), [InputRequired(_l("Choose at least one rule."))], validate_choice=False,
        widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(),
    )  # fmt: skip
    reason = TextAreaField(_l("Reason for setting aside"), [InputRequired(REASON)])
    current = PasswordField(_l("Your password"), [InputRequired(_l("Enter your password."))])

    def offering(self, rules: Iterable[tuple[str, str]]) -> "OverrideForm":
        """The form with these rules (code, title) to choose from."""
        self.rules.choices = [SelectChoice(rule, f"{rule} {title}") for rule, title in rules]
        return self


class AttestationForm(Form):
    """For which case file a decision is attested."""

    case_reference = StringField(
        _l("Reference of the case file"),
        [InputRequired(_l("Give the reference of the case file.")), Length(max=80)],
    )
    purpose = StringField(_l("Reason for issuing"), [Length(max=300)])
