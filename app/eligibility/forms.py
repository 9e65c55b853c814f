"""The question as a supervisor puts it, and the filters of the lists."""

from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import DateField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from app.core.forms import Form, MomentField
from app.eligibility.facts import Question
from app.eligibility.queries import Choices, Wanted
from app.eligibility.service import codes_in
from app.regimes.codes import Act, ActClass

CLASSES = {
    ActClass.ASSIST: _l("Assisting"),
    ActClass.ENFORCE: _l("Acts of enforcement"),
    ActClass.COMPEL: _l("Compulsion"),
    ActClass.DECIDE: _l("Review and supervision"),
    ActClass.STAFFING: _l("Staffing"),
}
INDENT = "\u3000"
SHIFT = timedelta(hours=8)


def _tree(rows: tuple[tuple[str, str, int], ...]) -> list[SelectChoice]:
    return [SelectChoice(code, INDENT * depth + name) for code, name, depth in rows]


class Open(Form):
    """A form that may come by GET; where it is posted, the site's own guard asks for the token."""

    class Meta(Form.Meta):
        """No token field of its own."""

        csrf = False


class DutyForm(Open):
    """Who, which act, on which item, where, from when to when."""

    people = TextAreaField(
        _l("Codes"), description=_l("One or several, separated by spaces or commas, such as KT-0017 KT-0021.")
    )
    pick = SelectMultipleField(_l("People"), validate_choice=False)
    q = StringField(_l("Name or code"))
    unit = SelectField(_l("Unit"), validate_choice=False)
    act = SelectField(
        _l("Act"), [InputRequired(_l("Choose the act."))], choices=[SelectChoice(act.value) for act in Act]
    )
    item = SelectField(_l("Power item"), validate_choice=False)
    place = SelectField(_l("Place"), validate_choice=False)
    start = MomentField(_l("From"), [InputRequired(_l("Say when the duty begins."))])
    end = MomentField(_l("To"), [InputRequired(_l("Say when the duty ends."))])

    @classmethod
    def asked(cls, sent: MultiDict[str, str], choices: Choices, language: str, now: datetime) -> "DutyForm":
        """The form as sent, or for a shift that begins with the next hour."""
        start = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        form = cls(sent or None, start=start, end=start + SHIFT, act=Act.INSPECT.value)
        form.offer(choices, language)
        return form

    def offer(self, choices: Choices, language: str) -> None:
        """Fill the lists in the reader's language."""
        none = SelectChoice("", "—")
        self.unit.choices = [none, *_tree(choices.units)]
        self.place.choices = [none, *_tree(choices.places)]
        self.act.choices = [
            SelectChoice(code, getattr(title, language), optgroup=str(CLASSES[kind]))
            for kind, acts in choices.acts
            for code, title in acts
        ]
        self.item.choices = [
            none,
            *(
                SelectChoice(code, f"{code} {getattr(title, language)}", optgroup=getattr(domain, language))
                for domain, items in choices.items
                for code, title in items
            ),
        ]

    def codes(self) -> tuple[str, ...]:
        """Everyone named, ticked or typed, each once."""
        return tuple(dict.fromkeys([*(self.pick.data or ()), *codes_in(self.people.data or "")]))

    def question(self) -> Question:
        """The question; the form must have been validated."""
        start, end = self.start.data, self.end.data
        if start is None or end is None:
            raise ValueError("the form was not validated")
        return Question(self.codes(), Act(self.act.data), self.item.data or None, self.place.data or None, start, end)


class DecisionFilter(Open):
    """Which decisions a list shows."""

    person = StringField(_l("Person (code)"))
    outcome = StringField(_l("Answer"))
    act = StringField(_l("Act"))
    asked_by = StringField(_l("Asked by"))
    first = DateField(_l("From day"), [Optional()])
    last = DateField(_l("To day"), [Optional()])

    def wanted(self) -> Wanted:
        """The filter as a value; what cannot be read narrows nothing and shows its error."""
        person = (*codes_in(self.person.data or ""), "")[0]
        return Wanted(
            person, self.outcome.data or "", self.act.data or "", self.asked_by.data or "", self.first.data,
            self.last.data,
        )  # fmt: skip
