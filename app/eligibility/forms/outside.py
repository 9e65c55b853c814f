"""Forms of those who watch from outside, and of who connects systems."""

import re
from datetime import datetime
from urllib.parse import unquote

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from app.core.forms import REASON, Form, MomentField
from app.core.http import language
from app.eligibility.forms.duty import Open
from app.eligibility.queries.officers import LONGEST_NUMBER
from app.eligibility.service.observing import LONGEST_TEXT, Observed
from app.registry.queries import UnitRow

VERIFY = re.compile(r"/verify/([^/?#]+)")
INDENT = "\u3000"


class NumberForm(Open):
    """A certificate number, or the address that the QR code of a certificate holds."""

    number = StringField(
        _l("Certificate number or QR code"),
        [InputRequired(_l("Give the number printed on the certificate."))],
        description=_l("As printed, or the address that the code holds once scanned."),
    )

    def wanted(self) -> str:
        """The number, out of an address where one was given."""
        given = (self.number.data or "").strip()
        found = VERIFY.search(given)
        return (unquote(found.group(1)) if found else given)[:LONGEST_NUMBER]


class ReportForm(Form):
    """What was observed."""

    agency = SelectField(_l("About the agency"), [InputRequired(_l("Choose the agency."))])
    seen_at = MomentField(_l("When it was"), [InputRequired(_l("Say when it was."))])
    place = StringField(_l("Where it was"), [InputRequired(_l("Say where it was.")), Length(max=120)])
    certificate = StringField(_l("Certificate number, if it was shown"), [Length(max=LONGEST_NUMBER)])
    text = TextAreaField(
        _l("What I observed"),
        [InputRequired(_l("Say what you observed.")), Length(max=LONGEST_TEXT)],
        description=_l("What was done and said; no identity numbers of anybody."),
    )

    def offer(self, agencies: list[UnitRow]) -> None:
        """The agencies one watches."""
        self.agency.choices = [SelectChoice(one.code, one.name(language())) for one in agencies]

    def observed(self) -> Observed:
        """What was entered, as a value; the form must have been validated."""
        seen_at: datetime | None = self.seen_at.data
        if seen_at is None:
            raise ValueError("the form was not validated")
        return Observed(
            self.agency.data, seen_at, self.place.data, self.text.data, self.certificate.data or ""
        )  # fmt: skip


class WebhookForm(Form):
    """Which connected system is told about which unit, and where."""

    title = StringField(_l("What it is for"), [InputRequired(_l("Say what it is for.")), Length(max=80)])
    system = StringField(
        _l("Connected system"),
        [InputRequired(_l("Give the short name of the connected system.")), Length(max=40)],
        description=_l("Its short name under Accounts; it hears only of people it may ask about itself."),
    )
    unit = SelectField(_l("About the people of the unit and all below it"), [InputRequired(_l("Choose a unit"))])
    url = StringField(_l("Address"), [InputRequired(_l("Give the address.")), Length(max=500)], description="https://…")

    def offer(self, rows: list[UnitRow]) -> None:
        """The units one administers, indented as the tree is."""
        first = SelectChoice("", gettext("Choose a unit"))
        self.unit.choices = [first, *(SelectChoice(u.code, INDENT * u.depth + u.name(language())) for u in rows)]

    def wanted(self) -> dict[str, str]:
        """What was entered."""
        return {name: self[name].data or "" for name in ("system", "unit", "title", "url")}


class SwitchForm(Form):
    """Why a webhook is stopped or told again."""

    reason = TextAreaField(_l("Reason"), [InputRequired(REASON), Length(max=500)])
