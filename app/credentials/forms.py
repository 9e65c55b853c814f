"""Forms of the credentials: choosing a cohort, acting on one certificate, filters, and the public check."""

from datetime import date

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, HiddenField, IntegerField, PasswordField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from app.core.forms import REASON, Form
from app.credentials.periods import Action
from app.credentials.queries import ReadyRow, Wanted
from app.credentials.service import Order, Review

STATES = [
    ("ACTIVE", _l("Valid")),
    ("EXPIRING", _l("Expires soon")),
    ("SUSPENDED", _l("Suspended")),
    ("LOST", _l("Reported lost")),
    ("EXPIRED", _l("Expired")),
    ("NOT_YET", _l("Not yet valid")),
    ("REVOKED", _l("Revoked")),
    ("CANCELLED", _l("Cancelled (certificate)")),
    ("SUPERSEDED", _l("Replaced")),
]


class IssueForm(Form):
    """Who is to be given a certificate, from when, and the issuer's password once more."""

    people = SelectMultipleField(
        _l("People"), coerce=int, option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False)
    )
    valid_from = DateField(_l("Valid from"), [Optional()], description=_l("Empty means today."))
    current = PasswordField(_l("Your password, again"), [InputRequired(_l("Enter your password.")), Length(max=128)])

    def offer(self, rows: list[ReadyRow]) -> "IssueForm":
        """Let those who are ready be chosen; all are ticked at first."""
        ready = [row for row in rows if row.ready]
        self.people.choices = [(row.person_id, f"{row.code} {row.name}") for row in ready]
        if not self.is_submitted():
            self.people.data = [row.person_id for row in ready]
        return self


class ActForm(Form):
    """One act on one certificate. `seen` is the newest row of its history that the page showed."""

    reason = TextAreaField(_l("Reason"), [InputRequired(_l("State the reason."))], description=REASON)
    legal_basis = StringField(_l("Legal basis"), description=_l("Law and article, or the number of the decision."))
    effective_on = DateField(_l("Takes effect on"), [Optional()], description=_l("Empty means at once."))
    until = DateField(
        _l("Last day"),
        [Optional()],
        description=_l("Inclusive; the certificate holds again the day after. Empty: until further notice."),
    )
    seen = HiddenField()

    def order(self, action: Action) -> Order:
        """What was asked for."""
        seen = self.seen.data
        return Order(
            action, self.reason.data or "", self.legal_basis.data or "", self.effective_on.data,
            self.until.data if action is Action.SUSPEND else None, int(seen) if seen and seen.isdigit() else None,
        )  # fmt: skip


class ReplaceForm(Form):
    """A reissue or a renewal: the reason, and the password once more."""

    reason = TextAreaField(_l("Reason"), [InputRequired(_l("State the reason."))], description=REASON)
    current = PasswordField(_l("Your password, again"), [InputRequired(_l("Enter your password.")), Length(max=128)])
    seen = HiddenField()

    @property
    def newest(self) -> int | None:
        """The newest row that the page showed."""
        return int(self.seen.data) if self.seen.data and self.seen.data.isdigit() else None


class ReviewForm(Form):
    """A passed annual review or registration."""

    reviewed_on = DateField(_l("Passed on"), [InputRequired(_l("Give the day of the review."))])
    reviewed_by = StringField(_l("Reviewed by"), [InputRequired(_l("Name who reviewed.")), Length(max=100)])
    evidence = StringField(
        _l("Evidence"),
        [InputRequired(_l("Name the document that shows it.")), Length(max=200)],
        description=_l("Document and number."),
    )

    def review(self) -> Review:
        """What was entered; the form must have been validated."""
        return Review(self.reviewed_on.data, self.reviewed_by.data, self.evidence.data)


class WithdrawReviewForm(Form):
    """Why a review is taken back."""

    reason = TextAreaField(_l("Reason"), [InputRequired(_l("State the reason."))], description=REASON)


class CertificateFilter(Form):
    """Which certificates to list; everything stands in the address."""

    class Meta(Form.Meta):
        """A filter changes nothing and needs no token."""

        csrf = False

    q = StringField(_l("Number, name or code"))
    state = StringField(_l("State"), [Length(max=20)])
    agency = IntegerField(_l("Agency"), [Optional()])
    expiring = IntegerField(_l("Expires within"), [Optional()])

    def wanted(self) -> Wanted:
        """The filter as asked for; what makes no sense is left out."""
        days = self.expiring.data or 0
        return Wanted(self.q.data or "", self.state.data or "", self.agency.data, min(max(days, 0), 3660))


class VerifyForm(Form):
    """Number and check code as printed."""

    class Meta(Form.Meta):
        """Asking changes nothing and needs no token."""

        csrf = False

    number = StringField(_l("Certificate number"), [InputRequired(_l("Enter the number.")), Length(max=80)])
    code = StringField(_l("Check code"), [InputRequired(_l("Enter the check code.")), Length(max=20)])


class FileForm(Form):
    """A certificate's file, and the day on which its state is asked."""

    file = FileField(
        _l("PDF file"),
        [FileRequired(_l("Choose a file."))],
        description=_l("Up to 20 MB. The file is checked and not kept."),
    )
    on = DateField(_l("State on the day"), [Optional()], description=_l("Empty means today."))


def asked_day(value: str | None) -> tuple[date | None, bool]:
    """A day of the query and whether it could be read; nothing asked is None and fine."""
    if not value:
        return None, True
    try:
        return date.fromisoformat(value), True
    except ValueError:
        return None, False
