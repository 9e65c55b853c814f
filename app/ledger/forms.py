"""What the auditor asks the ledger for."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, StringField
from wtforms.validators import Optional, ValidationError

from app.core.forms import Form
from app.ledger.queries import Filter


class LedgerFilter(Form):
    """Event, actor, subject, first and last day; all optional."""

    class Meta(Form.Meta):
        """A GET form needs no token."""

        csrf = False

    event = StringField(_l("Event"))
    actor = StringField(_l("Who"))
    subject = StringField(_l("About (type or type:id)"))
    first = DateField(_l("From day"), [Optional()])
    last = DateField(_l("To day"), [Optional()])

    def validate_last(self, field: DateField) -> None:
        """The last day may not lie before the first."""
        if self.first.data and field.data and field.data < self.first.data:
            raise ValidationError(_("The last day lies before the first."))

    def wanted(self) -> Filter:
        """The filter as a value."""
        return Filter(
            self.event.data or "", self.actor.data or "", self.subject.data or "", self.first.data, self.last.data
        )
