"""Forms of signing in and of choosing a password."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, PasswordField, StringField, SubmitField
from wtforms.validators import EqualTo, InputRequired, Length

from app.core.forms import Form


class SignInForm(Form):
    """User name and password."""

    username = StringField(_l("User name"), [InputRequired(_l("Enter your user name.")), Length(max=80)])
    password = PasswordField(_l("Password"), [InputRequired(_l("Enter your password.")), Length(max=128)])
    next = HiddenField()
    submit = SubmitField(_l("Sign in"))


class InvitationForm(Form):
    """One's first own password, twice."""

    password = PasswordField(_l("New password"), [InputRequired(_l("Enter a new password.")), Length(max=128)])
    again = PasswordField(
        _l("New password, again"), [EqualTo("password", _l("The two new passwords are not the same."))]
    )
    submit = SubmitField(_l("Set the password"))


class PasswordForm(Form):
    """The present password and a new one, twice."""

    current = PasswordField(
        _l("Present password"), [InputRequired(_l("Enter your present password.")), Length(max=128)]
    )
    password = PasswordField(_l("New password"), [InputRequired(_l("Enter a new password.")), Length(max=128)])
    again = PasswordField(
        _l("New password, again"), [EqualTo("password", _l("The two new passwords are not the same."))]
    )
    submit = SubmitField(_l("Change password"))
