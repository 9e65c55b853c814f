"""The form of a marker."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DecimalField, SelectMultipleField, SubmitField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from app.core.forms import Form
from app.exams.queries import TaskPage
from app.exams.service import MarkData


class MarkForm(Form):
    """The criteria that an answer meets, or marks of one's own, and a comment."""

    met = SelectMultipleField(
        _l("The answer says"), coerce=int, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    marks = DecimalField(
        _l("Marks"), [Optional()], places=None,
        description=_l("Leave empty to give the marks of the criteria ticked."),
    )  # fmt: skip
    comment = TextAreaField(
        _l("Comment"), [Length(max=2000)], description=_l("Kept with your mark; the candidate is not shown it.")
    )
    submit = SubmitField(_l("Give the mark"))

    def data_given(self) -> MarkData:
        """What the form says."""
        return MarkData(tuple(self.met.data or ()), self.marks.data, self.comment.data or "")


def mark_form(page: TaskPage) -> MarkForm:
    """The form for one answer, filled with the mark one gave before."""
    own = page.own
    form = MarkForm(data={"met": own.met, "marks": own.marks, "comment": own.comment} if own else None)
    form.met.choices = [
        SelectChoice(
            one.number, _("%(criterion)s (%(marks)s marks)", criterion=one.text, marks=f"{one.marks.normalize():f}")
        )
        for one in page.rubric
    ]
    if not page.rubric:
        form.marks.description = _("From 0 to %(most)s.", most=f"{page.marks.normalize():f}")
    return form
