"""The form of a specification: cells, what else papers must keep, and how they are made."""

import re
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DecimalField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    SubmitField,
    TextAreaField,
)
from wtforms import Form as PlainForm
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.core.forms import Form, tidy
from app.exams.forms.words import (
    KINDS,
    LEVELS,
    NEEDED,
    NUMBER,
    PAPERS,
    SCORING,
    TYPES,
    WAYS,
    Units,
    choices,
    split_codes,
    unit_choices,
)
from app.exams.queries import MOST_FORMS, Demands, SpecificationRow, Way
from app.exams.queries.rules import DEFAULT_ATTEMPTS, DEFAULT_WAIT_DAYS, PERIOD_DAYS
from app.exams.service import SpecificationData
from question_bank.items import ItemType, Level, Paper
from question_bank.scoring import ScoringPolicy
from question_bank.specification import Cell, Span

SPARE_ROWS = 3
ONE_SET = _l("Codes of questions; one set a line, separated by spaces or commas.")
COMMAS = _l("Separated by commas.")


class CellForm(PlainForm):  # type: ignore[misc]
    """One row of a specification; a row without a count is no row."""

    topic = StringField(_l("Topic"), [Length(max=100)], filters=[tidy])
    law = StringField(_l("Law"), [Length(max=100)], filters=[tidy])
    item_type = SelectField(_l("Type"), choices=choices(TYPES, _l("any")), default="")
    level = SelectField(_l("Level"), choices=choices(LEVELS, _l("any")), default="")
    count = IntegerField(_l("Number of questions"), [Optional(), NumberRange(min=1, max=1000)])
    marks = DecimalField(_l("Marks each"), [Optional(), NumberRange(min=Decimal("0.01"), max=1000)], places=None)


class SpecificationForm(Form):
    """The blueprint of a paper."""

    code = StringField(_l("Code"), [NEEDED, Length(max=40)])
    unit_id = SelectField(_l("Owned by"), coerce=int)
    paper = SelectField(_l("Paper"), choices=choices(PAPERS))
    kind = SelectField(_l("Kind"), choices=choices(KINDS))
    title = StringField(_l("Title"), [NEEDED])
    pass_percent = IntegerField(
        _l("Own pass mark in percent"),
        [Optional(), NUMBER],
        description=_l("Leave empty to take the regime's. An own one may be higher, never lower."),
    )
    duration_minutes = IntegerField(_l("Minutes for writing"), [NEEDED, NUMBER], default=90)
    attempts = IntegerField(_l("Attempts allowed"), [NEEDED, NUMBER], default=DEFAULT_ATTEMPTS)
    period_days = IntegerField(_l("within how many days"), [NEEDED, NUMBER], default=PERIOD_DAYS)
    wait_days = IntegerField(_l("Days to wait after failing"), [InputRequired(), NUMBER], default=DEFAULT_WAIT_DAYS)
    shuffle_items = BooleanField(_l("Shuffle questions within their type"), default=True)
    shuffle_options = BooleanField(_l("Shuffle options"), default=True)
    scoring = SelectField(_l("Marking of multiple choice"), choices=choices(SCORING))
    cells = FieldList(FormField(CellForm), _l("Cells"), min_entries=SPARE_ROWS, max_entries=200)
    way = SelectField(_l("How papers are made"), choices=choices(WAYS), default=Way.RANDOM.value)
    forms = IntegerField(
        _l("Number of parallel forms"),
        [Optional(), NumberRange(min=1, max=MOST_FORMS)],
        default=2,
        description=_l("Only for equal forms: no question stands in two of them."),
    )
    score_low = DecimalField(_l("Expected score, at least"), [Optional()], places=None)
    score_high = DecimalField(
        _l("Expected score, at most"),
        [Optional()],
        places=None,
        description=_l("In marks: the sum of marks times the share of candidates who answer rightly."),
    )
    minutes_low = DecimalField(_l("Expected minutes, at least"), [Optional()], places=None)
    minutes_high = DecimalField(
        _l("Expected minutes, at most"),
        [Optional()],
        places=None,
        description=_l("The sum of the times expected for each question."),
    )
    together = TextAreaField(_l("Questions that come together or not at all"), description=ONE_SET)
    apart = TextAreaField(_l("Questions of which at most one may come"), description=ONE_SET)
    together_tags = StringField(_l("Tags whose questions come together or not at all"), description=COMMAS)
    apart_tags = StringField(_l("Tags of which at most one question may come"), description=COMMAS)
    repeat_percent = IntegerField(
        _l("Share of questions a make-up paper may repeat, in percent"), [Optional(), NumberRange(min=0, max=100)]
    )
    most_uses = IntegerField(_l("A question may be used in at most"), [Optional(), NumberRange(min=1, max=1000)])
    last_sittings = IntegerField(
        _l("of so many last sittings, the new one counted"), [Optional(), NumberRange(min=1, max=1000)]
    )
    seen_percent = IntegerField(
        _l("Share of an agency's candidates who may have seen a question, in percent"),
        [Optional(), NumberRange(min=0, max=100)],
    )
    version = HiddenField()
    check = SubmitField(_l("Check against the bank"))
    submit = SubmitField(_l("Save"))

    def cell_rows(self) -> tuple[Cell, ...]:
        """The rows that have a count; marks default to one."""
        return tuple(
            Cell(
                row.topic.data or None,
                ItemType(row.item_type.data) if row.item_type.data in TYPES else None,
                Level(row.level.data) if row.level.data in LEVELS else None,
                row.count.data,
                Decimal(1) if row.marks.data is None else row.marks.data,
                row.law.data or None,
            )
            for row in self.cells
            if row.count.data
        )

    @property
    def paper_given(self) -> str:
        """The paper whose questions are meant; the first one before any is chosen."""
        return str(self.paper.data or Paper.PUBLIC_LAW.value)

    @property
    def unit_given(self) -> int | None:
        """The owner, where it is one of those offered."""
        offered = [choice.value for choice in self.unit_id.choices or ()]
        return self.unit_id.data if self.unit_id.data in offered else None

    def data_given(self) -> SpecificationData:
        """What the form says."""
        return SpecificationData(
            self.title.data, self.pass_percent.data, self.duration_minutes.data, self.attempts.data,
            self.period_days.data, self.wait_days.data, self.shuffle_items.data, self.shuffle_options.data,
            ScoringPolicy(self.scoring.data), self.cell_rows(), self.demands_given(),
        )  # fmt: skip

    def demands_given(self) -> Demands:
        """What else papers must keep; what is left empty binds nothing."""
        parallel = self.way.data == Way.PARALLEL
        return Demands(
            Span(self.score_low.data, self.score_high.data),
            Span(_seconds(self.minutes_low.data), _seconds(self.minutes_high.data)),
            _sets(self.together.data), _sets(self.apart.data), split_tags(self.together_tags.data),
            split_tags(self.apart_tags.data), _share(self.repeat_percent.data), self.most_uses.data,
            self.last_sittings.data, _share(self.seen_percent.data), Way.PARALLEL if parallel else Way.RANDOM,
            1 if not parallel else 2 if self.forms.data is None else self.forms.data,
        )  # fmt: skip

    def spare(self) -> None:
        """Leave empty rows at the end to write in."""
        filled = max(
            (i + 1 for i, row in enumerate(self.cells) if row.count.data or row.topic.data or row.law.data), default=0
        )
        while len(self.cells) < min(filled + SPARE_ROWS, 200):
            self.cells.append_entry()


def specification_form(units: Units, row: SpecificationRow | None = None) -> SpecificationForm:
    """The form, filled from a specification when one is edited; code, owner, paper and kind then stand."""
    form = SpecificationForm(data=_of_specification(row) if row else None)
    form.unit_id.choices = unit_choices(units if row is None else [(row.unit_id, row.unit)])
    if row is not None:
        form.paper.choices = [SelectChoice(row.paper, PAPERS[row.paper])]
        form.kind.choices = [SelectChoice(row.kind, KINDS[row.kind])]
        form.code.data = row.code
    form.spare()
    return form


def _of_specification(row: SpecificationRow) -> dict[str, Any]:
    names = (
        "code", "unit_id", "paper", "kind", "title", "pass_percent", "duration_minutes", "attempts", "period_days",
        "wait_days", "shuffle_items", "shuffle_options", "scoring",
    )  # fmt: skip
    cells = [
        {
            "topic": cell.topic or "", "law": cell.law or "", "item_type": cell.type.value if cell.type else "",
            "level": cell.level.value if cell.level else "", "count": cell.count, "marks": cell.marks,
        }
        for cell in row.cells
    ]  # fmt: skip
    own = {name: getattr(row, name) for name in names}
    return {**own, **_of_demands(row.demands), "version": str(row.version), "cells": cells}


def _of_demands(said: Demands) -> dict[str, Any]:
    """Demands as the fields show them."""
    return {
        "way": said.way.value, "forms": said.forms if said.way is Way.PARALLEL else 2,
        "score_low": said.expected_score.low, "score_high": said.expected_score.high,
        "minutes_low": minutes(said.expected_seconds.low), "minutes_high": minutes(said.expected_seconds.high),
        "together": "\n".join(" ".join(codes) for codes in said.together),
        "apart": "\n".join(" ".join(codes) for codes in said.apart),
        "together_tags": ", ".join(said.together_tags), "apart_tags": ", ".join(said.apart_tags),
        "repeat_percent": percent(said.repeat_share), "most_uses": said.most_uses,
        "last_sittings": said.last_sittings, "seen_percent": percent(said.most_seen),
    }  # fmt: skip


def minutes(seconds: Decimal | None) -> Decimal | None:
    """Seconds as minutes, to the hundredth."""
    return None if seconds is None else Decimal(f"{(seconds / 60).quantize(Decimal('0.01')).normalize():f}")


def percent(share: Decimal | None) -> int | None:
    """A share, 0..1, in percent."""
    return None if share is None else int(share * 100)


def _seconds(given: Decimal | None) -> Decimal | None:
    return given if given is None or not given.is_finite() else given * 60


def _share(given: int | None) -> Decimal | None:
    return None if given is None else Decimal(given) / 100


def _sets(text: str | None) -> tuple[tuple[str, ...], ...]:
    return tuple(codes for line in (text or "").splitlines() if (codes := split_codes(line)))


def split_tags(text: str | None) -> tuple[str, ...]:
    """Tags separated by commas or semicolons, Chinese ones too; a tag may hold spaces."""
    parts = re.split(r"[,，;；、\n]", text or "")
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))
