"""The question as a supervisor puts it, and the filters of the lists."""

from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, DateField, IntegerField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError

from app.core.errors import DomainError
from app.core.forms import LONGEST_LINE, Form, MomentField
from app.eligibility.facts import Context, Question
from app.eligibility.queries import Choices, Wanted
from app.eligibility.service import codes_in
from app.regimes.codes import ACTS_OF_CLASS, Act, ActClass

CLASSES = {
    ActClass.ASSIST: _l("Assisting"),
    ActClass.ENFORCE: _l("Acts of enforcement"),
    ActClass.COMPEL: _l("Compulsion"),
    ActClass.DECIDE: _l("Review and supervision"),
    ActClass.STAFFING: _l("Staffing"),
}
INDENT = "\u3000"
SHIFT = timedelta(hours=8)
MOST = 100_000
MOST_PARTIES = 100
RENAMED = {"unit": "at_unit"}
_CASE = (*ACTS_OF_CLASS[ActClass.ENFORCE], *ACTS_OF_CLASS[ActClass.COMPEL], Act.HEARING, Act.LEGAL_REVIEW)
GROUPS: tuple[tuple[Any, tuple[Act, ...], tuple[str, ...]], ...] = (
    (_l("Compulsion and recording"), ACTS_OF_CLASS[ActClass.COMPEL],
     ("approval", "emergency", "recorder", "cuts_utilities")),
    (_l("The case"), _CASE, ("case_parties", "recusal_asked", "investigators", "in_uniform")),
    (_l("Inspection of an enterprise"), (Act.INSPECT,), ("enterprise", "notice", "inspections", "inspection_cap")),
    (_l("Joint squad"), (Act.PATROL,), ("template",)),
    (_l("Staffing"), ACTS_OF_CLASS[ActClass.STAFFING], ("at_unit", "consultation", "count")),
)  # fmt: skip
"""Circumstances by the acts for which they matter; every one can be stated for any act."""


def _tree(rows: tuple[tuple[str, str, int], ...]) -> list[SelectChoice]:
    return [SelectChoice(code, INDENT * depth + name) for code, name, depth in rows]


class Stated(SelectField):  # type: ignore[misc]
    """Yes, no, or not stated: True, False, None."""

    def __init__(self, label: Any, **kwargs: Any) -> None:  # noqa: ANN401
        choices = [SelectChoice("", _l("Not stated")), SelectChoice("yes", _l("Yes")), SelectChoice("no", _l("No"))]
        super().__init__(label, choices=choices, validate_choice=False, **kwargs)

    @property
    def truth(self) -> bool | None:
        """The answer as a truth value."""
        return {"yes": True, "no": False}.get(self.data or "")


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
    approval = StringField(_l("Number of the prior approval"))
    emergency = BooleanField(_l("Urgent: there was no time for prior approval"))
    recorder = Stated(_l("Recorded on audio and video"))
    cuts_utilities = Stated(_l("Cuts off water, electricity, heat or gas of homes"))
    case_parties = TextAreaField(_l("Parties of the case"), description=_l("One on each line."))
    in_uniform = StringField(_l("In uniform (codes)"), description=_l("Empty means not stated."))
    recusal_asked = StringField(_l("Recusal asked and not decided (codes)"))
    investigators = StringField(_l("Who investigated the case (codes)"), description=_l("Empty means not stated."))
    template = SelectField(_l("Squad template"), validate_choice=False)
    enterprise = BooleanField(_l("An enterprise is inspected"))
    notice = StringField(_l("Number of the inspection notice"))
    inspections = IntegerField(_l("Inspections of it this year"), [Optional(), NumberRange(0, MOST)])
    inspection_cap = IntegerField(_l("Published yearly limit"), [Optional(), NumberRange(0, MOST)])
    at_unit = StringField(
        _l("Receiving unit (code)"), description=_l("To which people are dispatched, or which gets a leader.")
    )
    consultation = StringField(_l("Record of consulting the local Party committee"))
    count = IntegerField(_l("Auxiliaries to be hired"), [Optional(), NumberRange(0, MOST)])

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
        self.template.choices = [
            none, *(SelectChoice(code, getattr(title, language)) for code, title in choices.templates)
        ]  # fmt: skip
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
        item, place = self.item.data or None, self.place.data or None
        return Question(self.codes(), Act(self.act.data), item, place, start, end, self.context())

    def context(self) -> Context:
        """The circumstances stated; what was left empty is not stated."""
        return Context(
            approval=self.approval.data or None,
            emergency=self.emergency.data,
            recorder=self.recorder.truth,
            case_parties=self._parties(),
            in_uniform=codes_in(self.in_uniform.data or "") or None,
            recusal_asked=codes_in(self.recusal_asked.data or ""),
            investigators=codes_in(self.investigators.data or "") or None,
            template=self.template.data or None,
            enterprise=self.enterprise.data,
            notice=self.notice.data or None,
            inspections=self.inspections.data,
            inspection_cap=self.inspection_cap.data,
            cuts_utilities=self.cuts_utilities.truth,
            unit=next(iter(codes_in(self.at_unit.data or "")), None),
            consultation=self.consultation.data or None,
            count=self.count.data,
        )

    def _parties(self) -> tuple[str, ...]:
        lines = (line.strip() for line in (self.case_parties.data or "").splitlines())
        return tuple(dict.fromkeys(line for line in lines if line))

    def validate_case_parties(self, _field: TextAreaField) -> None:
        """At most so many parties, none of them a whole text."""
        parties = self._parties()
        if len(parties) > MOST_PARTIES or any(len(one) > LONGEST_LINE for one in parties):
            raise ValidationError(_("At most %(most)s parties, each within one line.", most=MOST_PARTIES))

    def groups(self) -> list[tuple[str, bool, list[Any]]]:
        """The circumstances by the acts they matter for: a title, whether the chosen act is among them, the fields."""
        return [
            (str(title), self.act.data in acts or any(_stated(self[name]) for name in names), [self[n] for n in names])
            for title, acts, names in GROUPS
        ]

    @property
    def circumstances(self) -> bool:
        """Whether any circumstance is stated or was refused."""
        return any(_stated(self[name]) for _title, _acts, names in GROUPS for name in names)

    def carry(self, error: DomainError, message: str) -> None:
        """A refusal of a circumstance goes to its field here."""
        field = (error.field or "").removeprefix("context.")
        if (error.field or "").startswith("context."):
            self[RENAMED.get(field, field)].errors = [message]
        else:
            super().carry(error, message)


def _stated(field: Any) -> bool:  # noqa: ANN401 - a field
    return bool(field.errors) or field.data not in (None, "", False)


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
