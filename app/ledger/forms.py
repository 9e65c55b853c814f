"""What the auditor asks the ledger for, and what the ledger's codes are called."""

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, StringField
from wtforms.validators import Optional, ValidationError

from app.core.errors import N_, Invalid
from app.core.forms import Form
from app.ledger.queries import Filter

LONGEST_NUMBER = 12
EVENT_TITLES = {
    "accounts.account.created": N_("Account created"),
    "accounts.account.disabled": N_("Account disabled"),
    "accounts.account.enabled": N_("Account enabled again"),
    "accounts.account.unlocked": N_("Account unlocked"),
    "accounts.invitation.accepted": N_("Invitation taken up"),
    "accounts.invitation.sent": N_("Invitation sent"),
    "accounts.letter.retried": N_("Letter put back into the outbox"),
    "accounts.password.changed": N_("Password changed"),
    "accounts.role.granted": N_("Role granted"),
    "accounts.role.revoked": N_("Role revoked"),
    "accounts.session.ended": N_("Signed out"),
    "accounts.session.opened": N_("Signed in"),
    "accounts.sessions.ended": N_("All sessions ended"),
    "accounts.sign-in.slowed": N_("Sign-in slowed after failed attempts"),
    "accounts.token.issued": N_("Access token issued"),
    "accounts.token.revoked": N_("Access token revoked"),
    "bank.import.checked": N_("Question file checked"),
    "bank.import.discarded": N_("Question import given up"),
    "bank.import.finished": N_("Question import taken over"),
    "bank.item.approved": N_("Question approved"),
    "bank.item.commented": N_("Question commented on"),
    "bank.item.created": N_("Question written"),
    "bank.item.edited": N_("Question edited"),
    "bank.item.rejected": N_("Question sent back"),
    "bank.item.reopened": N_("Question put under review by a new edition of its law"),
    "bank.item.restored": N_("Question back in use, its law's new edition taken back"),
    "bank.item.retired": N_("Question taken out of use"),
    "bank.item.submitted": N_("Question put before the reviewer"),
    "bank.items.exported": N_("Questions exported"),
    "bank.statute.adopted": N_("Edition of a law taken up"),
    "bank.statute.dropped": N_("Edition of a law given up"),
    "bank.statute.proposed": N_("Edition of a law read"),
    "bank.statute.withdrawn": N_("Edition of a law taken back"),
    "credentials.application.checked": N_("Application for a certificate checked"),
    "credentials.application.granted": N_("Application for a certificate granted"),
    "credentials.application.proposed": N_("Application for a certificate made"),
    "credentials.application.refused": N_("Application for a certificate refused"),
    "credentials.application.returned": N_("Application for a certificate sent back"),
    "credentials.application.withdrawn": N_("Application for a certificate withdrawn"),
    "credentials.batch.fetched": N_("Documents of a batch fetched"),
    "credentials.batch.opened": N_("Certificates issued as a batch"),
    "credentials.break-glass.used": N_("Command line used in place of two people"),
    "credentials.certificate.cancelled": N_("Certificate cancelled"),
    "credentials.certificate.issued": N_("Certificate issued"),
    "credentials.certificate.reinstated": N_("Certificate reinstated"),
    "credentials.certificate.reported-lost": N_("Certificate reported lost"),
    "credentials.certificate.revoked": N_("Certificate revoked"),
    "credentials.certificate.superseded": N_("Certificate replaced by a new one"),
    "credentials.certificate.suspended": N_("Certificate suspended"),
    "credentials.decree.approved": N_("Decree approved and applied"),
    "credentials.decree.dropped": N_("Decree given up"),
    "credentials.decree.proposed": N_("Decree proposed"),
    "credentials.document.sealed": N_("Certificate document sealed"),
    "credentials.key-list.published": N_("List about keys published"),
    "credentials.key.registered": N_("Key entered in the register"),
    "credentials.key.revoked": N_("Key revoked"),
    "credentials.paper.asked": N_("Paper asked for"),
    "credentials.paper.sealed": N_("Paper sealed"),
    "credentials.period.extended": N_("Certificate lengthened by decree"),
    "credentials.period.lent": N_("Temporary days lent to a certificate"),
    "credentials.period.restored": N_("Former last day of a certificate restored"),
    "credentials.qualification.changed": N_("Qualification changed"),
    "credentials.qualification.made": N_("Qualification recorded"),
    "credentials.review.recorded": N_("Review of a certificate recorded"),
    "credentials.review.withdrawn": N_("Review of a certificate withdrawn"),
    "credentials.status-list.issued": N_("Status list issued"),
    "eligibility.decision.attested": N_("Decision attested for a case file"),
    "eligibility.decision.made": N_("Duty check decided"),
    "eligibility.decision.overridden": N_("Denial set aside"),
    "eligibility.decision.replayed": N_("Decision checked again"),
    "eligibility.observation.read": N_("Observation read"),
    "eligibility.observation.reported": N_("Observation reported"),
    "eligibility.roster.discarded": N_("Roster draft discarded"),
    "eligibility.roster.drafted": N_("Roster drafted"),
    "eligibility.roster.published": N_("Roster published"),
    "eligibility.roster.reopened": N_("New version of a roster begun"),
    "eligibility.squad.changed": N_("Squad changed"),
    "eligibility.squad.closed": N_("Squad closed"),
    "eligibility.squad.formed": N_("Squad formed"),
    "eligibility.webhook.added": N_("Webhook set up"),
    "eligibility.webhook.given-up": N_("Webhook message given up"),
    "eligibility.webhook.started": N_("Webhook told again"),
    "eligibility.webhook.stopped": N_("Webhook stopped"),
    "eligibility.what-if.started": N_("Trial run of a draft started"),
    "eligibility.what-if.stopped": N_("Trial run of a draft stopped"),
    "exams.admission.granted": N_("Candidates admitted"),
    "exams.admission.withdrawn": N_("Admission withdrawn"),
    "exams.answer.changed": N_("Mark for an answer changed"),
    "exams.answer.marked": N_("Answer marked by a marker"),
    "exams.answer.settled": N_("Marks of an answer settled"),
    "exams.attempt.closed": N_("Paper closed"),
    "exams.attempt.started": N_("Paper begun"),
    "exams.copying.looked-at": N_("Evidence of copying looked at"),
    "exams.deadline.moved": N_("Deadline of a paper moved"),
    "exams.figures.computed": N_("Statistics of a sitting computed"),
    "exams.form.printed": N_("Form of a paper printed"),
    "exams.forms.made": N_("Parallel forms made"),
    "exams.incident.noted": N_("Incident noted"),
    "exams.key.corrected": N_("Key of a question corrected"),
    "exams.panel.closed": N_("Panel for a pass mark closed"),
    "exams.panel.opened": N_("Panel for a pass mark opened"),
    "exams.panel.placed": N_("Questions put into the grid of a panel"),
    "exams.panel.rated": N_("Ratings given in a panel"),
    "exams.panel.round-opened": N_("Next round of a panel opened"),
    "exams.paper.generated": N_("Paper drawn"),
    "exams.pass-mark.chosen": N_("Pass mark chosen from evidence"),
    "exams.result.marked": N_("Paper marked"),
    "exams.results.released": N_("Results of a sitting released"),
    "exams.seats.assigned": N_("Seats assigned"),
    "exams.sitting.announced": N_("Sitting announced"),
    "exams.sitting.cancelled": N_("Sitting called off"),
    "exams.sitting.changed": N_("Sitting changed"),
    "exams.sitting.planned": N_("Sitting planned"),
    "exams.specification.created": N_("Specification written"),
    "exams.specification.retired": N_("Specification retired"),
    "exams.specification.revised": N_("Specification revised"),
    "exams.time.granted": N_("Extra time granted"),
    "ledger.export.taken": N_("Ledger exported"),
    "regimes.calendar.kept": N_("Holiday calendar kept"),
    "regimes.draft.changed": N_("Draft of local rules changed"),
    "regimes.draft.dropped": N_("Draft of local rules given up"),
    "regimes.draft.written": N_("Draft of local rules written"),
    "regimes.overlay.adopted": N_("Local rules adopted"),
    "regimes.overlay.withdrawn": N_("Local rules withdrawn"),
    "registry.appointment.corrected": N_("Appointment to an office corrected"),
    "registry.appointment.recorded": N_("Appointment to an office recorded"),
    "registry.appointment.withdrawn": N_("Appointment to an office withdrawn"),
    "registry.area.added": N_("Place added"),
    "registry.designation.corrected": N_("Designation of jurisdiction corrected"),
    "registry.designation.recorded": N_("Designation of jurisdiction recorded"),
    "registry.designation.withdrawn": N_("Designation of jurisdiction withdrawn"),
    "registry.employment.corrected": N_("Employment corrected"),
    "registry.employment.recorded": N_("Employment recorded"),
    "registry.employment.withdrawn": N_("Employment withdrawn"),
    "registry.entrustment.corrected": N_("Entrustment corrected"),
    "registry.entrustment.recorded": N_("Entrustment recorded"),
    "registry.entrustment.withdrawn": N_("Entrustment withdrawn"),
    "registry.establishment.corrected": N_("Number of posts corrected"),
    "registry.establishment.recorded": N_("Number of posts recorded"),
    "registry.establishment.withdrawn": N_("Number of posts withdrawn"),
    "registry.extra-time.set": N_("Extra time for a person set"),
    "registry.identity.recorded": N_("Identity number recorded"),
    "registry.import.checked": N_("Registry file checked"),
    "registry.import.discarded": N_("Registry import given up"),
    "registry.import.finished": N_("Registry import taken over"),
    "registry.person.changed": N_("Person changed"),
    "registry.person.entered": N_("Person entered"),
    "registry.person.separated": N_("Person left the service"),
    "registry.photo.kept": N_("Photograph kept"),
    "registry.posting.corrected": N_("Posting corrected"),
    "registry.posting.recorded": N_("Posting recorded"),
    "registry.posting.withdrawn": N_("Posting withdrawn"),
    "registry.power.corrected": N_("Power item corrected"),
    "registry.power.published": N_("Power item published"),
    "registry.power.recorded": N_("Power item recorded"),
    "registry.power.withdrawn": N_("Power item withdrawn"),
    "registry.profile.corrected": N_("Profile corrected"),
    "registry.profile.recorded": N_("Profile recorded"),
    "registry.profile.withdrawn": N_("Profile withdrawn"),
    "registry.relation.corrected": N_("Declared relation corrected"),
    "registry.relation.recorded": N_("Declared relation recorded"),
    "registry.relation.withdrawn": N_("Declared relation withdrawn"),
    "registry.sanction.corrected": N_("Sanction corrected"),
    "registry.sanction.recorded": N_("Sanction recorded"),
    "registry.sanction.withdrawn": N_("Sanction withdrawn"),
    "registry.separation.corrected": N_("Separation corrected"),
    "registry.separation.recorded": N_("Separation recorded"),
    "registry.separation.withdrawn": N_("Separation withdrawn"),
    "registry.standing.corrected": N_("Standing in law corrected"),
    "registry.standing.recorded": N_("Standing in law recorded"),
    "registry.standing.withdrawn": N_("Standing in law withdrawn"),
    "registry.territory.corrected": N_("Territory corrected"),
    "registry.territory.recorded": N_("Territory recorded"),
    "registry.territory.withdrawn": N_("Territory withdrawn"),
    "registry.unit.changed": N_("Unit changed"),
    "registry.unit.founded": N_("Unit founded"),
    "training.attendance.corrected": N_("Attendance corrected"),
    "training.attendance.taken": N_("Attendance taken"),
    "training.class.cancelled": N_("Class called off"),
    "training.class.changed": N_("Class changed"),
    "training.class.planned": N_("Class planned"),
    "training.enrolment.made": N_("Enrolled in a class"),
    "training.enrolment.withdrawn": N_("Enrolment withdrawn"),
    "training.initial-course.done": N_("Initial course done"),
    "training.initial-course.taken-back": N_("Initial course taken back"),
    "training.notice.read": N_("Notice read"),
    "training.plan.created": N_("Training plan made"),
    "training.programme.created": N_("Programme set up"),
    "training.programme.moved": N_("Deadline of a programme moved"),
    "training.reminder.written": N_("Reminder written"),
    "training.task.done": N_("Task of a programme done"),
    "training.task.taken-back": N_("Task of a programme taken back"),
}
SUBJECT_TITLES = {
    "account": N_("User account"),
    "area": N_("Place"),
    "bank": N_("Question bank"),
    "bank_import": N_("Question import"),
    "batch": N_("Batch of certificates"),
    "calendar": N_("Holiday calendar"),
    "certificate": N_("Certificate"),
    "certificate_application": N_("Application for a certificate"),
    "certificate_decree": N_("Decree"),
    "class": N_("Class"),
    "decision": N_("Decision"),
    "exam_admission": N_("Admission to a sitting"),
    "exam_attempt": N_("Written paper"),
    "exam_marking_task": N_("Answer to mark"),
    "exam_panel": N_("Panel for a pass mark"),
    "exam_paper": N_("Question paper"),
    "exam_result": N_("Exam result"),
    "exam_sitting": N_("Exam sitting"),
    "exam_specification": N_("Exam specification"),
    "import": N_("Registry import"),
    "item": N_("Exam question"),
    "ledger": N_("Ledger"),
    "key": N_("Signing key"),
    "key-list": N_("List about keys"),
    "letter": N_("Letter"),
    "notice": N_("Notice"),
    "observation": N_("Observation"),
    "paper": N_("Sealed paper"),
    "person": N_("Person"),
    "programme": N_("Programme"),
    "regime": N_("Local rules"),
    "regime_draft": N_("Draft of local rules"),
    "roster": N_("Duty roster"),
    "squad": N_("Duty squad"),
    "status-list": N_("Status list"),
    "statute": N_("Edition of a law"),
    "training-plan": N_("Training plan"),
    "unit": N_("Unit"),
    "webhook": N_("Webhook"),
    "what_if": N_("Trial run"),
}


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


def event_title(code: str) -> str:
    """What an event is called in the reader's language; its code where it has no title."""
    return str(_(EVENT_TITLES[code])) if code in EVENT_TITLES else code


def subject_title(code: str) -> str:
    """What a type of subject is called in the reader's language; its code where it has no title."""
    return str(_(SUBJECT_TITLES[code])) if code in SUBJECT_TITLES else code


def asked_number(name: str) -> int | None:
    """A whole number of the query, None where there is none. Raises Invalid."""
    text = request.args.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER):
        raise Invalid("log-number-unusable", N_("This is not the number of an entry or a size of the log."), field=name)
    return int(text)


def needed_number(name: str) -> int:
    """A whole number that the query must give. Raises Invalid."""
    found = asked_number(name)
    if found is None:
        raise Invalid("log-number-needed", N_("The question lacks this number."), field=name)
    return found
