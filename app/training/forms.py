"""Forms of training: classes, enrolment, attendance, codes, programmes and plans."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from flask import request
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    SubmitField,
    TextAreaField,
)  # fmt: skip
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from app.core.forms import REASON, Form, MomentField
from app.core.http import language
from app.regimes.codes import Task
from app.registry.queries import UnitRow
from app.training import policy
from app.training.policy import Category, ClassDraft, Evidence, Mark, ProgrammeDraft
from app.training.queries import Attendee, ClassRow, Filter, PlanRow, ProgrammeRow

MOST_TEXT = 20_000
NEEDED = _l("This is needed.")


def _choices(titles: Mapping[Any, str]) -> list[tuple[str, str]]:
    return [(str(code), gettext(title)) for code, title in titles.items()]


def unit_choices(units: Iterable[UnitRow]) -> list[tuple[str, str]]:
    """Units for a list to choose from, indented by their depth."""
    rows = list(units)
    top = min((unit.depth for unit in rows), default=0)
    return [(unit.code, "　" * (unit.depth - top) + unit.name(language())) for unit in rows]


class ClassEntry(Form):
    """A class to plan or to change."""

    title = StringField(_l("Title"), [InputRequired(NEEDED), Length(max=120)])
    unit = SelectField(_l("Held by"), [InputRequired(NEEDED)])
    form = SelectField(_l("Form"), [InputRequired(NEEDED)])
    place = StringField(
        _l("Place"), [InputRequired(NEEDED), Length(max=120)], description=_l("Room, court, camp or link.")
    )
    starts_at = MomentField(_l("Begins"), [InputRequired(NEEDED)])
    ends_at = MomentField(_l("Ends"), [InputRequired(NEEDED)])
    capacity = IntegerField(
        _l("Capacity"), [InputRequired(NEEDED)], description=_l("People; there is no waiting list.")
    )
    business = DecimalField(_l("Business hours of training"), [Optional(), NumberRange(0, 9999)])
    law = DecimalField(_l("Legal hours of training"), [Optional(), NumberRange(0, 9999)])
    political = DecimalField(_l("Political hours of training"), [Optional(), NumberRange(0, 9999)])
    other = DecimalField(_l("Other hours of training"), [Optional(), NumberRange(0, 9999)])
    credit_year = IntegerField(
        _l("Hours count for the year"), [Optional()], description=_l("Empty: the year in which the class ends.")
    )
    self_enrolment = BooleanField(_l("People of the unit may enrol themselves"))
    initial = BooleanField(
        _l("Initial training of recruits"), description=_l("Attending it ends the initial training of a recruit.")
    )
    programme = SelectField(_l("Finishes a task of a programme"), [Optional()])
    plan = SelectField(_l("Course of an annual plan"), [Optional()])
    version = HiddenField()
    submit = SubmitField(_l("Save"))

    def offer(self, units: Iterable[UnitRow], programmes: Iterable[ProgrammeRow], plans: Iterable[PlanRow]) -> None:
        """Fill the lists to choose from."""
        self.unit.choices = unit_choices(units)
        self.form.choices = [(code.value, gettext(title)) for code, title in policy.FORM_TITLES.items()]
        self.programme.choices = [("", "—")] + [
            (f"{row.id}:{task}", f"{row.title(language())} · {gettext(policy.TASK_TITLES[task])}")
            for row in programmes
            for task in row.tasks
        ]
        self.plan.choices = [("", "—")] + [(str(row.id), f"{row.year} · {row.unit} · {row.title}") for row in plans]

    def show(self, row: ClassRow) -> None:
        """Fill in the class as it is."""
        for name in ("title", "form", "place", "starts_at", "ends_at", "capacity", "credit_year", "self_enrolment"):
            self[name].process_data(getattr(row, name))
        for category in Category:
            self[category.value.lower()].process_data(row.hours.get(category.value))
        self.unit.process_data(row.unit_code)
        self.initial.process_data(row.course == policy.INITIAL)
        self.programme.process_data(f"{row.programme_id}:{row.task}" if row.programme_id else "")
        self.plan.process_data(str(row.plan_id or ""))
        self.version.process_data(str(row.version))

    def draft(self) -> ClassDraft:
        """The class as entered."""
        starts_at, ends_at = cast("datetime", self.starts_at.data), cast("datetime", self.ends_at.data)
        programme, _sep, task = (self.programme.data or "").partition(":")
        hours = {c.value: Decimal(self[c.value.lower()].data) for c in Category if self[c.value.lower()].data}
        return ClassDraft(
            title=self.title.data, form=self.form.data, place=self.place.data, starts_at=starts_at,
            ends_at=ends_at, capacity=self.capacity.data, hours=hours,
            self_enrolment=self.self_enrolment.data, course=policy.INITIAL if self.initial.data else "",
            programme_id=int(programme) if programme else None, task=task or None,
            plan_id=int(self.plan.data) if self.plan.data else None, credit_year=self.credit_year.data,
        )  # fmt: skip

    @property
    def seen(self) -> int:
        """The version of the class that was shown."""
        return int(self.version.data) if (self.version.data or "").isdigit() else 0


class ReasonForm(Form):
    """A reason, for what is taken away."""

    reason = StringField(_l("Reason"), [InputRequired(REASON)])
    submit = SubmitField(_l("Confirm"))


class CodesForm(Form):
    """People by their codes."""

    codes = TextAreaField(
        _l("Personal codes"), [InputRequired(NEEDED), Length(max=MOST_TEXT)],
        description=_l("One on each line, or divided by commas or blanks."),
    )  # fmt: skip
    submit = SubmitField(_l("Enrol"))

    def people(self) -> tuple[str, ...]:
        """The codes entered, once each."""
        return policy.person_codes(self.codes.data or "")


class UnitForm(Form):
    """Everybody of a kind in a unit and below it."""

    unit = SelectField(_l("Unit"), [InputRequired(NEEDED)])
    kind = SelectField(_l("Kind of person"), [InputRequired(NEEDED)])
    whole = SubmitField(_l("Enrol the unit"))

    def offer(self, units: Iterable[UnitRow]) -> None:
        """Fill the lists to choose from."""
        self.unit.choices = unit_choices(units)
        self.kind.choices = _choices(policy.KIND_TITLES)


class AttendanceForm(Form):
    """The list of a class: one mark for each enrolled person, named mark-ID, and what was shown, named was-ID."""

    reason = StringField(
        _l("Reason for corrections"), [Optional()], description=_l("Needed only where an earlier mark changes.")
    )
    submit = SubmitField(_l("Save attendance"))

    @staticmethod
    def marks(people: Sequence[Attendee]) -> list[Mark]:
        """What the list says, for the people it showed."""
        return [
            Mark(one.person.id, asked, request.form.get(f"was-{one.person.id}") or None)
            for one in people
            if (asked := request.form.get(f"mark-{one.person.id}"))
        ]


class CodeForm(Form):
    """The code shown in the room."""

    code = StringField(_l("Code shown in the room"), [InputRequired(NEEDED), Length(max=20)])
    submit = SubmitField(_l("Note my attendance"))


class _Ticks(SelectMultipleField):  # type: ignore[misc]
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class ProgrammeForm(Form):
    """A programme of the trainer's own."""

    unit = SelectField(_l("For the unit and all below it"), [InputRequired(NEEDED)])
    code = StringField(_l("Code"), [InputRequired(NEEDED), Length(max=40)])
    title_zh = StringField(_l("Title in Chinese"), [InputRequired(NEEDED), Length(max=120)])
    title_en = StringField(_l("Title in English"), [Optional(), Length(max=120)])
    starts = DateField(_l("Begins"), [InputRequired(NEEDED)])
    deadline = DateField(_l("Deadline"), [InputRequired(NEEDED)], description=_l("The last good day."))
    tasks = _Ticks(_l("Tasks"))
    kinds = _Ticks(_l("Kinds of person"))
    source = StringField(_l("Source"), [Optional(), Length(max=200)], description=_l("The paper it rests on."))
    submit = SubmitField(_l("Save"))

    def offer(self, units: Iterable[UnitRow]) -> None:
        """Fill the lists to choose from."""
        self.unit.choices = unit_choices(units)
        self.tasks.choices = _choices(policy.TASK_TITLES)
        self.kinds.choices = _choices(policy.KIND_TITLES)

    def draft(self) -> ProgrammeDraft:
        """The programme as entered."""
        return ProgrammeDraft(
            self.code.data.upper(), self.title_zh.data, self.title_en.data or "", self.starts.data,
            self.deadline.data, tuple(self.tasks.data or ()), tuple(self.kinds.data or ()), self.source.data or "",
        )  # fmt: skip


class AdoptForm(Form):
    """A programme to take from the rules of the place, as UNIT:CODE."""

    programme = SelectField(_l("Programme of the rules"), [InputRequired(NEEDED)])
    submit = SubmitField(_l("Take it over"))


class DeadlineForm(Form):
    """Another deadline, with the reason."""

    deadline = DateField(_l("New deadline"), [InputRequired(NEEDED)])
    reason = StringField(_l("Reason"), [InputRequired(REASON)])
    version = IntegerField(widget=HiddenInput())
    submit = SubmitField(_l("Move the deadline"))


class DoneForm(Form):
    """People who finished a task, with what proves it."""

    codes = TextAreaField(
        _l("Personal codes"), [InputRequired(NEEDED), Length(max=MOST_TEXT)],
        description=_l("One on each line, or divided by commas or blanks."),
    )  # fmt: skip
    task = SelectField(_l("Task"), [InputRequired(NEEDED)])
    done_on = DateField(_l("Done on"), [InputRequired(NEEDED)])
    evidence_kind = SelectField(_l("Proved by"), [InputRequired(NEEDED)])
    evidence = StringField(
        _l("Number or description"), [InputRequired(NEEDED), Length(max=120)],
        description=_l("For a class, its number; attendance must be recorded there."),
    )  # fmt: skip
    submit = SubmitField(_l("Note as done"))

    def offer(self, programme: ProgrammeRow) -> None:
        """Fill the lists to choose from."""
        titles = {task.value: policy.TASK_TITLES[task] for task in Task if task.value in programme.tasks}
        self.task.choices = _choices(titles)
        self.evidence_kind.choices = [(one.value, gettext(policy.EVIDENCE_TITLES[one])) for one in Evidence]

    def people(self) -> tuple[str, ...]:
        """The codes entered, once each."""
        return policy.person_codes(self.codes.data or "")


class PlanForm(Form):
    """The year's course for new hires."""

    unit = SelectField(_l("For the unit and all below it"), [InputRequired(NEEDED)])
    year = IntegerField(_l("Year"), [InputRequired(NEEDED), NumberRange(2000, 2100)])
    title = StringField(_l("Title"), [InputRequired(NEEDED), Length(max=120)])
    deadline = DateField(_l("Deadline"), [InputRequired(NEEDED)], description=_l("The last good day."))
    submit = SubmitField(_l("Save"))

    def offer(self, units: Iterable[UnitRow]) -> None:
        """Fill the list to choose from."""
        self.unit.choices = unit_choices(units)


class ClassFilter(Form):
    """What the list of classes is asked for; all optional."""

    class Meta(Form.Meta):
        """A GET form needs no token."""

        csrf = False

    q = StringField(_l("Title or place"), [Optional()])
    form = StringField(_l("Form"), [Optional()])
    first = DateField(_l("From day"), [Optional()])
    last = DateField(_l("To day"), [Optional()])

    def wanted(self, unit_path: str) -> Filter:
        """The filter as a value; days beyond every class are as good as none."""
        first, last = (
            day if day and policy.FIRST_YEAR <= day.year <= policy.LAST_YEAR else None
            for day in (self.first.data, self.last.data)
        )
        return Filter(first, last, self.form.data or "", unit_path, self.q.data or "")
