"""A squad's name, template and usual place; and who joins it."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from app.core.forms import Form
from app.eligibility.forms.duty import INDENT
from app.eligibility.service.squads import SquadPlan
from app.regimes.policy import SquadTemplate


class SquadForm(Form):
    """What a squad is called, the template it follows, and its usual place."""

    name = StringField(_l("Name of the squad"), [InputRequired(_l("Give the squad a name."))])
    unit = SelectField(_l("Unit"), validate_choice=False)
    template = SelectField(_l("Squad template"), validate_choice=False)
    place = SelectField(
        _l("Usual place"), validate_choice=False,
        description=_l("Rosters can be filled round the clock with the squads of a place."),
    )  # fmt: skip

    def offer(
        self,
        units: list[tuple[str, str, int]],
        templates: Mapping[str, SquadTemplate],
        places: list[tuple[str, str, int]],
        language: str,
    ) -> None:
        """Fill the lists in the reader's language; units and places are (code, name, depth)."""
        none = SelectChoice("", "—")
        self.unit.choices = [SelectChoice(code, INDENT * depth + name) for code, name, depth in units]
        self.template.choices = [
            none, *(SelectChoice(code, getattr(one.title, language)) for code, one in templates.items())
        ]  # fmt: skip
        self.place.choices = [none, *(SelectChoice(code, INDENT * depth + name) for code, name, depth in places)]

    def plan(self) -> SquadPlan:
        """The form as a value."""
        return SquadPlan(self.name.data or "", self.template.data or None, self.place.data or None)


class MembersForm(Form):
    """Who joins: ticked, typed or scanned."""

    people = TextAreaField(
        _l("Codes or scanned certificates"),
        description=_l("Person codes, certificate numbers or the addresses of their QR codes, one per line."),
    )
    pick = SelectMultipleField(_l("People"), validate_choice=False)

    def given(self) -> list[str]:
        """Everything ticked, typed and scanned."""
        return [*(self.pick.data or ()), self.people.data or ""]
