"""What every form shares: trimmed input, bounded length, and fields of the field's own kinds."""

import unicodedata
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateTimeLocalField, PasswordField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from app.core.errors import DomainError

LONGEST_LINE = 200
LONGEST_TEXT = 4000


def tidy(value: Any) -> Any:  # noqa: ANN401 - what a form is filled with may be a number
    """A text without control characters and outer spaces; anything else, such as None, stays as it is."""
    if not isinstance(value, str):
        return value
    return "".join(c for c in value if c in "\n\t" or unicodedata.category(c) != "Cc").strip()


class Form(FlaskForm):  # type: ignore[misc]
    """A form whose texts arrive tidy and bounded, and which can carry a domain error back to its field."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """Bind the tidy filter to every text field."""

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:  # noqa: ANN401
            """Add the filter and a length bound to the field."""
            field = unbound_field.bind(form=form, **options)
            if isinstance(field, StringField) and not isinstance(field, PasswordField):
                field.filters = [*field.filters, tidy]
                needed = [DataRequired(v.message) for v in field.validators if isinstance(v, InputRequired)]
                field.validators = [*field.validators, *needed]  # spaces alone are nothing
            if isinstance(field, StringField) and not any(isinstance(v, Length) for v in field.validators):
                field.validators = [
                    *field.validators,
                    Length(max=LONGEST_TEXT if isinstance(field, TextAreaField) else LONGEST_LINE),
                ]
            return field

    def carry(self, error: DomainError, message: str) -> None:
        """Put a domain error where it belongs: beside its field, or above the form."""
        field = self._fields.get(error.field or "")
        if field is None:
            self.form_errors.append(message)
        else:
            field.errors = [*field.errors, message]


class MomentField(DateTimeLocalField):  # type: ignore[misc]
    """A local date and time in the site's zone; `data` is aware."""

    data: datetime | None

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the browser's local value in the site's zone."""
        super().process_formdata(valuelist)
        if self.data is not None and self.data.tzinfo is None:
            self.data = self.data.replace(tzinfo=_zone())

    def process_data(self, value: datetime | None) -> None:
        """Show an aware moment in the site's zone."""
        self.data = value.astimezone(_zone()) if value is not None else None


def _zone() -> ZoneInfo:
    zone: ZoneInfo = current_app.config["SETTINGS"].zone
    return zone


REASON = _l("State the reason; it is kept in the ledger.")
