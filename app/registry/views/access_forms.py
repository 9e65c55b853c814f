"""Forms of the administrator: inviting, roles, tokens, and a reason for everything that takes away."""

from collections.abc import Iterable

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, SelectField, StringField, SubmitField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from app.accounts.policy import ROLE_TITLES, Role
from app.core.forms import REASON, Form
from app.core.http import language
from app.registry.queries import UnitRow
from app.registry.service.administration import Invited

LONGEST_TOKEN_DAYS = 730


class UnitSelect(SelectField):  # type: ignore[misc]
    """The units somebody administers, indented as the tree is; empty means everywhere, where that is theirs to give."""

    def offer(self, rows: list[UnitRow], *, everywhere: bool) -> None:
        """Set the choices."""
        first = [("", gettext("Everywhere"))] if everywhere else [("", gettext("Choose a unit"))]
        self.choices = first + [(u.code, "　" * u.depth + u.name(language())) for u in rows]


class RoleSelect(SelectField):  # type: ignore[misc]
    """A role; `offer` sets which."""

    def offer(self, roles: Iterable[Role]) -> None:
        """Set the choices."""
        self.choices = [(role.value, gettext(ROLE_TITLES[role])) for role in roles]


PEOPLES_ROLES = [role for role in Role if role is not Role.SYSTEM]


class InviteForm(Form):
    """Somebody new, and their first role."""

    username = StringField(
        _l("User name"),
        [InputRequired(_l("Give a user name.")), Length(max=40)],
        description=_l("Small letters and digits; it cannot be changed later."),
    )
    display_name = StringField(_l("Name"), [InputRequired(_l("Give the name as others shall see it.")), Length(max=80)])
    email = StringField(
        _l("Mail address"),
        [InputRequired(_l("Give a mail address; the invitation goes there.")), Length(max=254)],
    )
    person = StringField(
        _l("Code of the person"), [Length(max=40)], description=_l("If they are on the books of the registry.")
    )
    role = RoleSelect(_l("Role"))
    unit = UnitSelect(_l("Over the unit and all below it"))
    submit = SubmitField(_l("Send the invitation"))

    def wanted(self) -> Invited:
        """What was entered, as a value."""
        return Invited(
            self.username.data, self.display_name.data, self.email.data, self.person.data or "",
            Role(self.role.data), self.unit.data or "",
        )  # fmt: skip


class SystemForm(Form):
    """A connected system."""

    username = StringField(_l("Short name"), [InputRequired(_l("Give a short name.")), Length(max=40)])
    display_name = StringField(_l("What it is"), [InputRequired(_l("Say what the system is.")), Length(max=80)])
    unit = UnitSelect(_l("Over the unit and all below it"))
    submit = SubmitField(_l("Connect the system"))


class GrantForm(Form):
    """A role over a unit, and why."""

    role = RoleSelect(_l("Role"))
    unit = UnitSelect(_l("Over the unit and all below it"))
    reason = TextAreaField(_l("Reason"), [InputRequired(REASON), Length(max=500)])
    submit = SubmitField(_l("Give the role"))


class ReasonForm(Form):
    """Why something is done."""

    reason = TextAreaField(_l("Reason"), [InputRequired(REASON), Length(max=500)])
    submit = SubmitField(_l("Do it"))


class TokenForm(Form):
    """A token: what it is for, and how long it works."""

    title = StringField(_l("What the token is for"), [InputRequired(_l("Say what the token is for.")), Length(max=80)])
    days = IntegerField(
        _l("Works for how many days"),
        [
            InputRequired(_l("Give a number of days.")),
            NumberRange(1, LONGEST_TOKEN_DAYS, _l("From 1 to %(days)s days.", days=LONGEST_TOKEN_DAYS)),
        ],
        default=365,
    )
    submit = SubmitField(_l("Make the token"))
