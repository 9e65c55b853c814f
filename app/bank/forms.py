"""Forms of the question bank: a question, a judgement, an upload, an export, a choice of questions."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    DateField,
    FloatField,
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from app.bank.policy import LEVEL_TITLES, PAPER_TITLES, STATUS_TITLES, TYPE_TITLES
from app.core.errors import N_, Invalid
from app.core.forms import REASON, Form
from app.core.http import language
from app.regimes.loader import available
from question_bank import items
from question_bank.items import Citation, ItemType, Level, Option, Paper
from question_bank.items import Item as Question

BULK = 500
"""How many questions one step takes at most."""

FORMAT_TITLES = {
    "auto": N_("Recognise it"),
    "native": N_("Chizheng JSON"),
    "plain_text": N_("Plain text"),
    "csv": N_("CSV table"),
    "xlsx": N_("Excel workbook"),
}
FAULT_FIELDS = (
    ("STEM", "stem"), ("OPTION", "options"), ("TRUE_FALSE_OPTIONS", "options"), ("TRUE_FALSE_KEY", "truth"),
    ("KEY", "right"), ("SINGLE_KEY", "right"), ("MULTIPLE_KEY", "right"), ("LAW", "law"), ("EDITION", "edition"),
    ("ARTICLE", "article"), ("CODE", "code"), ("TAGS", "tags"), ("DIFFICULTY", "difficulty"),
)  # fmt: skip


def choices(titles: Mapping[Any, str]) -> list[SelectChoice]:
    """A table of titles as the choices of a list, in the reader's language."""
    return [SelectChoice(str(key), gettext(title)) for key, title in titles.items()]


def chosen_pairs(values: Iterable[str]) -> list[tuple[str, int]]:
    """Questions chosen in a list, each sent as CODE:VERSION. Raises Invalid `choice-unreadable` or `too-many`."""
    pairs: list[tuple[str, int]] = []
    for value in values:
        code, _sep, number = value.rpartition(":")
        if not code or not number.isascii() or not number.isdigit() or len(number) > 9:
            raise Invalid("choice-unreadable", N_("The choice of questions could not be read. Nothing was changed."))
        pairs.append((code, int(number)))
    if len(pairs) > BULK:
        raise Invalid("too-many", N_("Choose at most %(limit)s questions at a time."), limit=BULK)
    return pairs


def _option_field(letter: str) -> TextAreaField:
    return TextAreaField(letter, [Length(max=items.OPTION_CHARACTERS)])


class ItemForm(Form):
    """One question. `version` is the number that was shown, so that a stale form is noticed."""

    version = HiddenField()
    code = StringField(
        _l("Question code"),
        [InputRequired(_l("Give the question a code.")), Length(max=64)],
        description=_l("Letters, digits, dot, dash; it never changes."),
    )
    paper = SelectField(_l("Exam subject"), description=_l("A question stays in its exam subject."))
    type = SelectField(_l("Question type"))
    stem = TextAreaField(_l("Question"), [InputRequired(_l("Write the question.")), Length(max=items.STEM_CHARACTERS)])
    option_a, option_b, option_c, option_d = (_option_field(letter) for letter in "ABCD")
    option_e, option_f, option_g, option_h = (_option_field(letter) for letter in "EFGH")
    right = SelectMultipleField(
        _l("Right options"),
        choices=[SelectChoice(letter) for letter in items.OPTION_KEYS],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        description=_l("For single and multiple choice."),
    )
    truth = RadioField(
        _l("Is the statement true?"),
        choices=[SelectChoice(items.TRUE, _l("True")), SelectChoice(items.FALSE, _l("False"))],
        validators=[Optional()],
        description=_l("For true or false only; leave the options empty."),
    )
    explanation = TextAreaField(
        _l("Explanation"),
        [Length(max=items.EXPLANATION_CHARACTERS)],
        description=_l("Shown to the candidate after release, where the sitting allows it."),
    )
    topic = StringField(_l("Topic"), [InputRequired(_l("Name the topic; papers are drawn by it."))])
    law = StringField(_l("Law"), description=_l("Its short title, such as 行政处罚法."))
    edition = StringField(_l("Edition"), [Length(max=10)], description=_l("The day it was passed: 2021-01-22."))
    article = StringField(_l("Article"), [Length(max=10)], description=_l("Its number: 42, or 42-1 for 第四十二条之一"))
    level = SelectField(_l("Cognitive level"))
    difficulty = FloatField(
        _l("Expected share of right answers"),
        [Optional(), NumberRange(0, 1, _l("Give a share between 0 and 1, such as 0.7."))],
        description=_l("Between 0 and 1, such as 0.7."),
    )
    tags = StringField(_l("Tags"), description=_l("Separated by 、 or commas."))
    overlay = SelectField(_l("Only for the rules of"), description=_l("For a question that fits one place only."))
    source_fact = StringField(_l("Source fact"))
    comment = StringField(_l("What was changed, and why"))

    def __init__(self, *args: Any, fixed: Question | None = None, **kwargs: Any) -> None:  # noqa: ANN401
        self.fixed = fixed
        super().__init__(*args, **kwargs)
        self.paper.choices = choices(PAPER_TITLES)
        self.type.choices = choices(TYPE_TITLES)
        self.level.choices = choices(LEVEL_TITLES)
        self.overlay.choices = [
            SelectChoice("", gettext("All places")),
            *(SelectChoice(name) for name in self._regimes()),
        ]
        if fixed is not None:
            del self.code, self.paper

    def _regimes(self) -> list[str]:
        kept = self.fixed.overlay if self.fixed else None
        return sorted({*available(), *([kept] if kept else [])})

    @property
    def shown(self) -> int:
        """The number of the version that was shown; 0 where the form does not say."""
        text = self.version.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0

    @property
    def option_fields(self) -> list[TextAreaField]:
        """The eight option fields in order."""
        return [self[f"option_{letter.lower()}"] for letter in items.OPTION_KEYS]

    def question(self) -> Question:
        """What was entered, as a question; code and paper are those of the question being edited, if one is."""
        texts = [field.data or "" for field in self.option_fields]
        while texts and not texts[-1]:
            texts.pop()
        judged = self.type.data == ItemType.TRUE_FALSE
        key = ([self.truth.data] if self.truth.data else []) if judged else sorted(self.right.data or [])
        law, edition, article = ((self[name].data or "").strip() for name in ("law", "edition", "article"))
        tags = (self.tags.data or "").replace("，", "、").replace(",", "、").split("、")
        return Question(
            code=self.fixed.code if self.fixed else self.code.data or "",
            type=ItemType(self.type.data),
            stem=self.stem.data or "",
            options=tuple(Option(letter, text) for letter, text in zip(items.OPTION_KEYS, texts, strict=False)),
            key=tuple(key),
            explanation=self.explanation.data or "",
            paper=self.fixed.paper if self.fixed else Paper(self.paper.data),
            topic=self.topic.data or "",
            citation=Citation(law, edition, article) if law or edition or article else None,
            level=Level(self.level.data),
            difficulty=self.difficulty.data,
            tags=tuple(dict.fromkeys(tag.strip() for tag in tags if tag.strip())),
            overlay=self.overlay.data or None,
            source_fact=self.source_fact.data or None,
        )

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401
        """Field by field, then as a question: each fault is put beside its field."""
        if not super().validate(extra_validators):
            return False
        faults = items.check_item(self.question())
        for fault in faults:
            name = next((name for start, name in FAULT_FIELDS if fault.code.startswith(start)), "")
            field = self._fields.get("option_a" if name == "options" else name)
            sentence = fault.en if language() == "en" else fault.zh
            if field is None:
                self.form_errors.append(sentence)
            else:
                field.errors = [*field.errors, sentence]
        return not faults


def fields_of(question: Question, number: int) -> dict[str, Any]:
    """A question as the data of its form."""
    cited = question.citation
    judged = question.type is ItemType.TRUE_FALSE
    return {
        "version": str(number), "type": question.type.value, "stem": question.stem,
        **{f"option_{option.key.lower()}": option.text for option in question.options},
        "right": [] if judged else list(question.key), "truth": question.key[0] if judged and question.key else None,
        "explanation": question.explanation, "topic": question.topic, "law": cited.law if cited else "",
        "edition": cited.edition if cited else "", "article": cited.article if cited else "",
        "level": question.level.value, "difficulty": question.difficulty, "tags": "、".join(question.tags),
        "overlay": question.overlay or "", "source_fact": question.source_fact or "",
    }  # fmt: skip


class StepForm(Form):
    """One step of a question: the version that was shown, and what one says to it."""

    version = HiddenField()
    comment = TextAreaField(_l("Comment"), [Length(max=2000)])

    shown = ItemForm.shown


class UploadForm(Form):
    """A file of questions, and how to take it."""

    file = FileField(
        _l("File"),
        [FileRequired(_l("Choose a file."))],
        description=_l("Plain text, Excel, CSV or Chizheng JSON, up to 10 MB."),
    )
    format = SelectField(_l("Format"))
    paper = SelectField(_l("Exam subject"), description=_l("For questions that do not say theirs."))
    topic = StringField(
        _l("Topic"), description=_l("For questions that name neither topic nor law; papers are drawn by topic.")
    )
    submit_for_review = BooleanField(_l("Put the questions before the reviewer at once"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.format.choices = choices(FORMAT_TITLES)
        self.paper.choices = choices(PAPER_TITLES)


class ExportForm(Form):
    """Which questions to give out, and how."""

    format = SelectField(_l("Format"))
    paper = SelectField(_l("Exam subject"))
    status = SelectField(_l("State"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.format.choices = choices({key: FORMAT_TITLES[key] for key in ("native", "xlsx", "csv")})
        self.paper.choices = [SelectChoice("", gettext("All")), *choices(PAPER_TITLES)]
        self.status.choices = [SelectChoice("", gettext("All")), *choices(STATUS_TITLES)]


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
