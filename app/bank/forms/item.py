"""The form of one question, of any type."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import FieldList, FloatField, FormField, HiddenField, IntegerField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.bank.forms.choices import choices, whole_number
from app.bank.forms.placing import place_fault
from app.bank.forms.rows import PictureDesk
from app.bank.forms.typed import PartForm, TypedForm, typed_data
from app.bank.policy import LEVEL_TITLES, PAPER_TITLES, REVIEW_TITLES, TYPE_TITLES
from app.core.forms import Form
from app.core.http import language
from app.regimes.loader import available
from question_bank import items
from question_bank.items import Citation, ItemType, Level, Paper, Review
from question_bank.items import Item as Question

PARTS = 10


def _strange(name: str) -> bool:
    """Whether a field's name counts rows as no page of ours does."""
    return any(one.isdigit() and not (one.isascii() and len(one) < 3) for one in name.split("-"))


def split_tags(text: str | None) -> tuple[str, ...]:
    """Labels parted by 、 or commas, each once."""
    tags = (text or "").replace("，", "、").replace(",", "、").split("、")
    return tuple(dict.fromkeys(tag.strip() for tag in tags if tag.strip()))


class ItemForm(TypedForm, Form):
    """One question. `version` is the number that was shown, so that a stale form is noticed."""

    class Meta(Form.Meta):
        """Only rows that a page could have."""

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:  # noqa: ANN401 - WTForms' own signature
            """What was sent, without rows of impossible numbers."""
            found = super().wrap_formdata(form, formdata)
            if found and any(map(_strange, found)):
                return MultiDict([pair for pair in found.items(multi=True) if not _strange(pair[0])])
            return found

    version = HiddenField()
    code = StringField(
        _l("Question code"),
        [InputRequired(_l("Give the question a code.")), Length(max=64)],
        description=_l("Letters, digits, dot, dash; it never changes."),
    )
    paper = SelectField(_l("Exam subject"), description=_l("A question stays in its exam subject."))
    type = SelectField(_l("Question type"))
    parts = FieldList(FormField(PartForm), _l("Questions of the case"), max_entries=PARTS)
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
    seconds = IntegerField(
        _l("Expected time in seconds"),
        [Optional(), NumberRange(1, 4 * 3600, _l("Give seconds between 1 and 14400."))],
        description=_l("How long a candidate needs for it."),
    )
    tags = StringField(_l("Tags"), [Length(max=6000)], description=_l("Separated by 、 or commas."))
    overlay = SelectField(_l("Only for the rules of"), description=_l("For a question that fits one place only."))
    source_fact = StringField(_l("Source fact"))
    author_role = StringField(_l("Author's role"), description=_l("Such as 命题 or 法制审核."))
    review = SelectField(
        _l("Held against the statute"), description=_l("Say what was done; nothing is marked that nobody checked.")
    )
    comment = StringField(_l("What was changed, and why"))

    def __init__(self, *args: Any, desk: PictureDesk, fixed: Question | None = None, **kwargs: Any) -> None:  # noqa: ANN401
        self.fixed, self.desk = fixed, desk
        super().__init__(*args, **kwargs)
        self.stem.flags.required = True
        self.paper.choices = choices(PAPER_TITLES)
        self.type.choices = choices(TYPE_TITLES)
        self.level.choices = choices(LEVEL_TITLES)
        self.review.choices = [one for one in choices(REVIEW_TITLES) if one.value in self._reviews()]
        self.review.data = self.review.data or Review.UNREVIEWED.value
        places = sorted({*available(), *([fixed.overlay] if fixed and fixed.overlay else [])})
        self.overlay.choices = [SelectChoice("", gettext("All places")), *(SelectChoice(name) for name in places)]
        self.overlay.data = self.overlay.data or ""
        if fixed is not None:
            del self.code, self.paper
        for form in (self, *(row.form for row in self.parts)):
            form.take_uploads(desk)

    def _reviews(self) -> set[str]:
        kept = {self.fixed.review} if self.fixed else set()
        return {one.value for one in (Review.UNREVIEWED, Review.CHECKED, *kept)}

    @property
    def shown(self) -> int:
        """The number of the version that was shown; 0 where the form does not say."""
        return whole_number(self.version.data)

    @property
    def part_rows(self) -> list[Any]:
        """The questions of the case up to the last that says something."""
        rows = list(self.parts) if self.kind is ItemType.CASE else []
        while rows and not rows[-1].form.says_something:
            rows.pop()
        return rows

    def question(self) -> Question:
        """What was entered, as a question; code and paper are those of the question being edited, if one is."""
        law, edition, article = ((self[name].data or "").strip() for name in ("law", "edition", "article"))
        base = self.fixed or Question(self.code.data or "", self.kind, "", (), ())
        if base.type is not self.kind:
            base = replace(base, opaque=())
        labelled = replace(
            base, paper=base.paper if self.fixed else Paper(self.paper.data), topic=self.topic.data or "",
            citation=Citation(law, edition, article) if law or edition or article else None,
            level=Level(self.level.data), difficulty=self.difficulty.data, seconds=self.seconds.data,
            tags=split_tags(self.tags.data), overlay=self.overlay.data or None,
            source_fact=self.source_fact.data or None, author_role=self.author_role.data or "",
            review=Review(self.review.data), parts=tuple(self._parts(base.code)),
        )  # fmt: skip
        return self.typed(labelled, self.desk)

    def _parts(self, code: str) -> Iterator[Question]:
        for number, row in enumerate(self.part_rows, 1):
            base = Question(f"{code}.{number}", row.form.kind, "", (), (), weight=row.form.weight.data or 1)
            yield row.form.typed(base, self.desk)

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401
        """Field by field, then as a question: each fault is put beside its field."""
        sound = super().validate(extra_validators)
        if self._tell_refusals() or not sound:
            return False
        question = self.question()
        faults = items.check_item(question)
        for fault in faults:
            self._tell(place_fault(self, fault), fault.en if language() == "en" else fault.zh)
        return not faults and self._honest(question)

    def _honest(self, question: Question) -> bool:
        """A second person's mark holds for what they read, not for what was written since."""
        before = self.fixed
        if question.review is not Review.REVIEWED or before is None:
            return True
        same = (question.citation, question.explanation) == (before.citation, before.explanation)
        if same and items.fingerprint(question) == items.fingerprint(before):
            return True
        self._tell(self.review, gettext("The question was changed since a second person checked it; mark it anew."))
        return False

    def _tell_refusals(self) -> bool:
        refused = [found for form in (self, *(row.form for row in self.parts)) for found in form.refusals()]
        for field, sentence in refused:
            self._tell(field, sentence)
        return bool(refused)

    def _tell(self, field: Any, sentence: str) -> None:  # noqa: ANN401 - a field of WTForms
        if field is None:
            self.form_errors.append(sentence)
        elif sentence not in field.errors:
            field.errors = [*field.errors, sentence]

    def as_far_as_it_goes(self) -> Question | None:
        """What was entered, for a preview, sound or not; None where a label cannot be read."""
        try:
            return self.question()
        except ValueError:  # a choice or number that does not exist
            return None

    @property
    def sources(self) -> list[str]:
        """The sources of all pictures, those of the parts after the question's own."""
        forms = (self, *(row.form for row in self.part_rows))
        return [row.source.data for form in forms for row in form.kept_pictures()]

    def ready(self, *, more: bool = False) -> None:
        """Let empty rows stand ready, as a page shows them, and say which files could not be kept."""
        self._tell_refusals()
        if self.kind is ItemType.CASE:
            wanted = max(2, len(self.parts.entries) + more)
            while len(self.parts.entries) < min(wanted, PARTS):
                self.parts.append_entry()
            for row in self.parts:
                row.form.pad(more=more)
        self.pad(more=more)

    @property
    def problems(self) -> list[tuple[str, str, str]]:
        """Every error as (id of its field, label, sentence), in the order of the form; the whole form's have no id."""
        told = [("", "", str(sentence)) for sentence in self.form_errors]
        return told + list(_problems(self))


def _problems(form: Any, before: str = "") -> Iterator[tuple[str, str, str]]:  # noqa: ANN401 - a form of WTForms
    for field in form:
        if isinstance(field, FieldList):
            for place, row in enumerate(field, 1):
                yield from _problems(row.form, f"{before}{field.label.text} {place} · ")
        else:
            target = f"{field.id}-0" if field.type == "RadioField" else field.id
            yield from ((target, f"{before}{field.label.text}", str(said)) for said in field.errors)


def fields_of(question: Question, number: int, sources: list[str]) -> dict[str, Any]:
    """A question as the data of its form; `sources` of all its pictures, those of its parts after its own."""
    cited = question.citation
    own, rest = sources[: len(question.pictures)], sources[len(question.pictures) :]
    parts = []
    for part in question.parts:
        parts.append({**typed_data(part, rest[: len(part.pictures)]), "weight": part.weight})
        rest = rest[len(part.pictures) :]
    return {
        **typed_data(question, own), "version": str(number), "parts": parts, "topic": question.topic,
        "law": cited.law if cited else "", "edition": cited.edition if cited else "",
        "article": cited.article if cited else "", "level": question.level.value, "difficulty": question.difficulty,
        "seconds": question.seconds, "tags": "、".join(question.tags), "overlay": question.overlay or "",
        "source_fact": question.source_fact or "", "author_role": question.author_role,
        "review": question.review.value,
    }  # fmt: skip
