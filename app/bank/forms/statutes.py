"""Forms of statutes: an edition to read, to take up, to take back."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, PasswordField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from app.core.forms import REASON, Form


class StatuteForm(Form):
    """An edition of a law as a file, and what its text does not say."""

    file = FileField(
        _l("File"),
        [FileRequired(_l("Choose a file."))],
        description=_l("Markdown, one article a paragraph, named like 行政处罚法(2021-01-22).md."),
    )
    edition = StringField(_l("Edition"), [Length(max=10)], description=_l("The day it was passed: 2021-01-22."))
    valid_from = DateField(
        _l("In force from"), [Optional()], description=_l("Empty where the last article names the day.")
    )
    valid_to = DateField(
        _l("In force until"), [Optional()], description=_l("Only for a law that ends without a next edition.")
    )
    follows = StringField(
        _l("Former name"),
        description=_l("Of a law that this one replaces under another name, such as 环境噪声污染防治法."),
    )


class AdoptStatuteForm(Form):
    """From which day an edition holds, why it is taken up, and the password again."""

    valid_from = DateField(_l("In force from"), [Optional()], description=_l("The first day."))
    reason = TextAreaField(_l("Reason"), [Length(max=2000)])
    current = PasswordField(_l("Your password, again"), [InputRequired(_l("Enter your password.")), Length(max=128)])


class WithdrawStatuteForm(Form):
    """Why an edition is taken back, and the password again."""

    reason = TextAreaField(_l("Reason"), [InputRequired(REASON), Length(max=2000)], description=REASON)
    current = PasswordField(_l("Your password, again"), [InputRequired(_l("Enter your password.")), Length(max=128)])
