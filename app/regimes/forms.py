"""What a person writes into a draft, with rows for the common things."""

from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.core.errors import DomainError
from app.core.forms import Form
from app.core.http import in_language, language
from app.regimes import service
from app.regimes.codes import Act, Severity
from app.regimes.layers import VALUE_TYPES
from app.regimes.loader import RegimeUnusable

NONE = SelectChoice("", "—")
BASES = (SelectChoice("local", _l("Local rule")), SelectChoice("product", _l("Product default, no law")))
SEVERITIES = (SelectChoice(Severity.DENY.value, _l("Denies")), SelectChoice(Severity.WARN.value, _l("Warns")))


class DraftForm(Form):
    """The draft itself, and the fields of one row to be added to it."""

    title = StringField(_l("Title of the draft"), [InputRequired(_l("Give the draft a title.")), Length(max=200)])
    text = TextAreaField(_l("Rows of the draft"), [Length(max=50_000)])
    version = HiddenField()
    name = SelectField(
        _l("Value"), choices=[NONE, *(SelectChoice(name) for name in sorted(VALUE_TYPES))], validate_choice=False
    )
    value = StringField(_l("New value"), description=_l("A number, true or false, a word, or a list such as [90, 30]."))
    rule = SelectField(
        _l("Rule"), choices=[NONE, *(SelectChoice(f"R{number:02}") for number in range(1, 41))], validate_choice=False
    )
    severity = SelectField(_l("Severity"), choices=list(SEVERITIES), default="DENY", validate_choice=False)
    enabled = BooleanField(_l("The rule applies"), default=True)
    acts = SelectMultipleField(_l("Acts"), choices=[SelectChoice(act.value) for act in Act])
    officers = IntegerField(_l("Officers at least"), [Optional(), NumberRange(1, 20)])
    basis = SelectField(_l("Basis"), choices=list(BASES), default="local", validate_choice=False)
    source = StringField(_l("Source of the row"), [Length(max=400)], description=_l("Document and article."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - passed on to WTForms
        super().__init__(*args, **kwargs)
        self.faults: tuple[tuple[int | None, str], ...] = ()

    def ready(self) -> bool:
        """Whether the draft was sent to be saved; a row that was asked for is added to the text instead."""
        sent: bool = self.validate_on_submit()
        if "add" not in request.form:
            return sent
        self._add(request.form["add"])
        return False

    def refuse(self, error: DomainError) -> None:
        """Show why the draft cannot be saved: each fault of the text with its line, or the error at its field."""
        if isinstance(error, RegimeUnusable):
            zh = language() == "zh"
            self.faults = tuple((fault.line, fault.zh if zh else fault.en) for fault in error.faults)
        else:
            self.carry(error, in_language(error))

    def _add(self, kind: str) -> None:
        row = self._row(kind)
        if row:
            self.text.data = ((self.text.data or "").rstrip() + row).lstrip("\n")

    def _row(self, kind: str) -> str:
        """The row as text; nothing, with a message at the field, where something is missing."""
        needed = {
            "value": (self.name, self.value, self.source),
            "rule": (self.rule, self.source),
            "minimum": (self.acts, self.officers, self.source),
        }.get(kind, ())
        missing = [field for field in needed if not field.data]
        for field in missing:
            field.errors = [*field.errors, _("Fill this in to add the row.")]
        if missing or not needed:
            return ""
        basis, source = self.basis.data, self.source.data or ""
        if kind == "value":
            return service.value_text(self.name.data, self.value.data or "", basis, source)
        if kind == "rule":
            return service.rule_text(self.rule.data, self.severity.data, basis, source, enabled=self.enabled.data)
        return service.minimum_text(self.acts.data, self.officers.data or 0, self.severity.data, basis, source)
