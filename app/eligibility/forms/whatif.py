"""A trial run of a draft, and its adoption."""

from datetime import date, timedelta

from flask_babel import lazy_gettext as _l
from wtforms import DateField, PasswordField, TextAreaField
from wtforms.validators import InputRequired

from app.core.forms import REASON, Form

RUN_DAYS = 30


class WhatIfForm(Form):
    """Over which days, and since when the draft is taken to hold."""

    first = DateField(_l("First day"), [InputRequired(_l("Name the first day."))])
    last = DateField(
        _l("Last day"), [InputRequired(_l("Name the last day."))], description=_l("At most 31 days in all.")
    )
    since = DateField(
        _l("As if the draft had held since"),
        [InputRequired(_l("Say since when."))],
        description=_l("Hours of a year are asked for by what held on its 1 January."),
    )

    @classmethod
    def from_today(cls, today: date) -> "WhatIfForm":
        """The form as sent, or for the thirty days from today, as if the draft had held through last year."""
        last = today + timedelta(days=RUN_DAYS - 1)
        return cls(first=today, last=last, since=date(today.year - 1, 1, 1))


class AdoptForm(Form):
    """From which day, why, and the password again."""

    effective_from = DateField(_l("Holds from"), [InputRequired(_l("Name the first day."))])
    reason = TextAreaField(_l("Reason"), [InputRequired(REASON)], description=REASON)
    current = PasswordField(_l("Your password"), [InputRequired(_l("Enter your password."))])
