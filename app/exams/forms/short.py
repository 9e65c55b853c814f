"""Short forms: people to admit, reasons, how many results are released, another key."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, SelectField, StringField, SubmitField, TextAreaField
from wtforms.validators import InputRequired, Length

from app.core.forms import REASON, Form
from app.exams.forms.words import NEEDED, NUMBER


class CodesForm(Form):
    """People to admit, by code."""

    codes = TextAreaField(
        _l("Codes"), [NEEDED, Length(max=40000)], description=_l("One a line, or separated by spaces or commas.")
    )
    submit = SubmitField(_l("Admit"))


class UnitForm(Form):
    """A unit whose people to admit."""

    unit_id = SelectField(_l("Unit with all below it"), coerce=int)
    submit = SubmitField(_l("Admit everybody"))


class ReasonForm(Form):
    """A reason, and nothing else."""

    reason = TextAreaField(_l("Reason"), [NEEDED, Length(max=500)], description=REASON)
    submit = SubmitField(_l("Confirm"))


class ReleaseForm(Form):
    """How many results are released, written by hand."""

    count = IntegerField(_l("Number of results"), [InputRequired(_l("This is needed.")), NUMBER])
    submit = SubmitField(_l("Release the results"))


class KeyForm(Form):
    """Another key for a question in one sitting."""

    key = StringField(
        _l("New key"),
        [Length(max=400)],
        description=_l(
            "Letters of the bank's options, such as B, ACD, T or F; an order such as BCA; pairs such as 1A 2C; for"
            " blanks their right texts, parted by semicolons, and by a bar where several are right: 7 日|七日; 局长"
        ),
    )
    everybody = BooleanField(_l("The question is faulty: give everybody its marks"))
    reason = TextAreaField(_l("Reason"), [NEEDED, Length(max=500)], description=REASON)
    submit = SubmitField(_l("Correct and mark again"))

    def said(self) -> list[str]:
        """The new key as it was written; none gives everybody the marks."""
        return [] if self.everybody.data else [(self.key.data or "").strip()]

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - as in WTForms
        """Either a key or the mark for everybody, not both and not neither."""
        sound = bool(super().validate(extra_validators))
        if bool(self.everybody.data) == bool((self.key.data or "").strip()):
            self.key.errors = [*self.key.errors, _l("Give a new key, or give everybody the marks: one of the two.")]
            return False
        return sound
