"""Forms of steps: a judgement, a comment, one act on many questions."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from app.bank.forms.choices import choices, whole_number
from app.bank.policy import BULK_TITLES, LEVEL_TITLES
from app.core.forms import Form


class StepForm(Form):
    """One step of a question: the version that was shown, and what one says to it."""

    version = HiddenField()
    comment = TextAreaField(_l("Comment"), [Length(max=2000)])

    @property
    def shown(self) -> int:
        """The number of the version that was shown; 0 where the form does not say."""
        return whole_number(self.version.data)


class RemarkForm(Form):
    """What somebody says about a version, beside any judgement."""

    about = HiddenField()
    text = TextAreaField(_l("Comment"), [InputRequired(_l("Write the comment.")), Length(max=2000)])

    @property
    def shown(self) -> int:
        """The number of the version it is about; 0 where the form does not say."""
        return whole_number(self.about.data)


class BulkForm(Form):
    """One act on many questions, with what it needs."""

    step = SelectField(_l("What to do"))
    tag = StringField(_l("Tag"))
    topic = StringField(_l("Topic"))
    level = SelectField(_l("Cognitive level"))
    reason = TextAreaField(_l("Reason"), [Length(max=2000)])
    submit_for_review = BooleanField(_l("Put the new versions before the reviewer at once"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.step.choices = choices(BULK_TITLES)
        self.level.choices = [SelectChoice("", gettext("As it is")), *choices(LEVEL_TITLES)]
        self.level.data = self.level.data or ""
