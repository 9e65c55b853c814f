"""Forms of questions in and out: an upload, an export, a paper to print."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, SelectField, StringField

from app.bank.forms.choices import FORMAT_TITLES, any_or, choices
from app.bank.policy import EXPORT_FORMATS, PAPER_TITLES, READ_FORMATS, REVIEW_TITLES, STATUS_TITLES
from app.core.forms import Form


class UploadForm(Form):
    """A file of questions, and how to take it."""

    file = FileField(
        _l("File"),
        [FileRequired(_l("Choose a file."))],
        description=_l("Word, Excel, CSV, plain text, GIFT, Aiken, Moodle XML, QTI, or a ZIP of such files; to 10 MB."),
    )
    format = SelectField(_l("Format"))
    paper = SelectField(_l("Exam subject"), description=_l("For questions that do not say theirs."))
    topic = StringField(
        _l("Topic"), description=_l("For questions that name neither topic nor law; papers are drawn by topic.")
    )
    submit_for_review = BooleanField(_l("Put the questions before the reviewer at once"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.format.choices = choices({key: FORMAT_TITLES[key] for key in READ_FORMATS})
        self.paper.choices = choices(PAPER_TITLES)


class ExportForm(Form):
    """Which questions to give out, and how."""

    format = SelectField(_l("Format"))
    paper = SelectField(_l("Exam subject"))
    status = SelectField(_l("State"))
    review = SelectField(_l("Held against the statute"))
    topic = StringField(_l("Topic"))
    tag = StringField(_l("Tag"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.format.choices = choices({key: FORMAT_TITLES[key] for key in EXPORT_FORMATS})
        self.paper.choices = any_or(PAPER_TITLES)
        self.status.choices = any_or(STATUS_TITLES)
        self.review.choices = any_or(REVIEW_TITLES)
        for field in (self.paper, self.status, self.review):
            field.data = field.data or ""
