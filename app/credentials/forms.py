"""Forms of the credentials: choosing a cohort, acting on one certificate, filters, and the public check."""

from datetime import date

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    DateField,
    HiddenField,
    IntegerField,
    PasswordField,
    SelectField,
    SelectMultipleField,
    StringField,
    SubmitField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from app.core.forms import REASON, Form, MomentField
from app.credentials.periods import Action
from app.credentials.queries import PaperKind, Reach, ReadyRow, Wanted
from app.credentials.service import Cohort, DecreeOrder, KeyOrder, Order, Review, Wish
from certificates.crl import Reason

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


KEY_REASONS = [
    (Reason.KEY_COMPROMISE.value, _l("The key is, or may be, in other hands")),
    (Reason.CA_COMPROMISE.value, _l("The key of the authority is, or may be, in other hands")),
    (Reason.SUPERSEDED.value, _l("Another key took its place")),
    (Reason.CESSATION_OF_OPERATION.value, _l("It is no longer used")),
    (Reason.AFFILIATION_CHANGED.value, _l("The organisation's name changed")),
    (Reason.UNSPECIFIED.value, _l("Another reason")),
]


class ProposeForm(Form):
    """For whom a first certificate is asked, from when, and why."""

    people = SelectMultipleField(
        _l("People"), coerce=int, option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False)
    )
    valid_from = DateField(
        _l("Valid from"), [Optional()], description=_l("Empty means the day on which the issuer decides.")
    )
    reason = TextAreaField(_l("Remark for the issuer"), [Optional()])

    def offer(self, rows: list[ReadyRow], asked: frozenset[int]) -> "ProposeForm":
        """Let those who are ready and not asked for yet be chosen; all are ticked at first."""
        ready = [row for row in rows if row.ready and row.person_id not in asked]
        self.people.choices = [(row.person_id, f"{row.code} {row.name}") for row in ready]
        if not self.is_submitted():
            self.people.data = [row.person_id for row in ready]
        return self

    def cohort(self, sitting_id: int | None) -> Cohort:
        """What was asked for; the form must have been validated."""
        return Cohort(self.people.data or [], self.reason.data or "", self.valid_from.data, sitting_id=sitting_id)


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


class WishForm(Form):
    """Something asked of the issuer about one certificate."""

    number = StringField(_l("Certificate number"), [InputRequired(_l("Enter the number.")), Length(max=80)])
    reason = TextAreaField(_l("Reason"), [InputRequired(_l("State the reason."))], description=REASON)
    legal_basis = StringField(_l("Legal basis"), description=_l("Law and article, or the number of the decision."))
    domains = SelectMultipleField(
        _l("Domains"), option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False), validate_choice=False
    )

    def offer(self, choices: list[tuple[str, str]], held: list[str]) -> "WishForm":
        """Let domains be chosen; those held are ticked at first."""
        self.domains.choices = choices
        if not self.is_submitted():
            self.domains.data = held
        return self

    def wish(self, kind: Action) -> Wish:
        """What was asked for; the form must have been validated."""
        domains = tuple(self.domains.data or ()) if kind is Action.DOMAINS else None
        return Wish(kind, self.reason.data or "", self.legal_basis.data or "", domains)


class ChosenForm(Form):
    """Applications chosen from a list, and what is done with them: check, decide, refuse, return or withdraw."""

    chosen = SelectMultipleField(_l("Applications"), coerce=int, validate_choice=False)
    act = StringField(_l("Act"), [Length(max=20)])
    reason = TextAreaField(_l("Reason, where you do not agree"), [Optional()], description=REASON)
    title = StringField(_l("Name of the batch"), [Length(max=100)], description=_l("To find its documents again."))
    current = PasswordField(_l("Your password, again"), [Length(max=128)])


class LendForm(Form):
    """A temporary last day while a renewal is pending."""

    until = DateField(_l("Holds through"), [InputRequired(_l("Give the day."))])
    reason = TextAreaField(_l("Reason"), [InputRequired(_l("State the reason."))], description=REASON)


class DecreeForm(Form):
    """A decree that lengthens certificates: title, legal basis, whom it touches, to which day."""

    title = StringField(_l("Title of the decree"), [InputRequired(_l("Name the decree.")), Length(max=200)])
    legal_basis = StringField(
        _l("Legal basis"), [InputRequired(_l("Name the legal basis."))],
        description=_l("Law and article, or the number of the decision."),
    )  # fmt: skip
    reason = TextAreaField(_l("Reason"), [InputRequired(_l("State the reason."))], description=REASON)
    unit_id = SelectField(_l("Unit and all below it"), coerce=int)
    regime = SelectField(_l("Local rules"), [Optional()])
    domain = StringField(_l("Domain"), [Length(max=20)], description=_l("Code of a domain; empty means every one."))
    ends_from = DateField(_l("Ends from"), [InputRequired(_l("Give the day."))])
    ends_to = DateField(_l("Ends through"), [InputRequired(_l("Give the day."))])
    extend_to = DateField(_l("New last day"), [InputRequired(_l("Give the day."))])
    preview = SubmitField(_l("Preview"))

    def offer(self, units: list[tuple[int, str]], regimes: list[str]) -> "DecreeForm":
        """Let units and regimes be chosen."""
        self.unit_id.choices = units
        self.regime.choices = [("", _l("Every one")), *((code, code) for code in regimes)]
        return self

    def order(self) -> DecreeOrder:
        """What was asked for; the form must have been validated."""
        reach = Reach(
            self.unit_id.data, self.ends_from.data, self.ends_to.data, self.extend_to.data, self.regime.data or "",
            (self.domain.data or "").upper(),
        )  # fmt: skip
        return DecreeOrder(self.title.data or "", self.legal_basis.data or "", self.reason.data or "", reach)


class ApproveForm(Form):
    """A decree approved with the number of certificates that the page showed, or given up."""

    seen = IntegerField(_l("Certificates"), [Optional()])
    current = PasswordField(_l("Your password, again"), [Length(max=128)])
    act = StringField(_l("Act"), [Length(max=20)])


class ReverseForm(Form):
    """Why a decree is taken back, and on what legal basis."""

    legal_basis = StringField(_l("Legal basis"), [InputRequired(_l("Name the legal basis."))])
    reason = TextAreaField(_l("Reason"), [InputRequired(_l("State the reason."))], description=REASON)


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


class ReviewsForm(ReviewForm):
    """A review that several certificates passed together."""

    chosen = SelectMultipleField(_l("Certificates"), validate_choice=False)


class WithdrawReviewForm(Form):
    """Why a review is taken back."""

    reason = TextAreaField(_l("Reason"), [InputRequired(_l("State the reason."))], description=REASON)


class KeyForm(Form):
    """A key revoked for good: why, since when it may have been in other hands, and the password once more."""

    reason = SelectField(_l("Reason in the list"), choices=[SelectChoice(*one) for one in KEY_REASONS])
    words = TextAreaField(_l("What happened, in words"), [InputRequired(_l("State the reason."))], description=REASON)
    since = MomentField(
        _l("In other hands since"),
        [Optional()],
        description=_l("What a time stamp places before this moment stays good. Empty means from now on."),
    )
    current = PasswordField(_l("Your password, again"), [InputRequired(_l("Enter your password.")), Length(max=128)])

    def order(self) -> KeyOrder:
        """What was asked for; the form must have been validated."""
        return KeyOrder(Reason(self.reason.data), self.words.data or "", self.since.data)


class PaperForm(Form):
    """Which paper is asked for: its kind and the certificate, attendance or result it is about."""

    kind = SelectField(_l("Kind of document"), choices=[kind.value for kind in PaperKind])
    subject = IntegerField(_l("About"), [InputRequired()])

    def wanted(self) -> tuple[PaperKind, int]:
        """Kind and subject."""
        return PaperKind(self.kind.data), int(self.subject.data or 0)


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
