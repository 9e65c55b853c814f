"""Fields of the registry's forms: codes, units, areas, items; and the form that offers them."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from app.core.forms import Form
from app.core.http import language
from app.registry.codes import title
from app.registry.queries import AreaRow, ItemRow, UnitRow, regime_names

NEEDED = _l("This must be filled in.")


NONE = SelectChoice("", "—")


def options(pairs: Iterable[tuple[str, Any]]) -> list[SelectChoice]:
    """Choices of a select field from (value, text) pairs."""
    return [SelectChoice(value, text) for value, text in pairs]


class CodeField(SelectField):  # type: ignore[misc]
    """A choice among the codes of a list, shown by their titles in the reader's language."""

    def __init__(self, label: Any, codes: type[StrEnum], *, needed: bool = True, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(label, [InputRequired(NEEDED)] if needed else [Optional()], choices=(), **kwargs)
        self.choices = [NONE, *options((code.value, title(codes, code, language())) for code in codes)]


class UnitField(SelectField):  # type: ignore[misc]
    """A choice among units, given by `Form.offer`."""

    def __init__(self, label: Any, *, needed: bool = True, **kwargs: Any) -> None:  # noqa: ANN401
        checks = [InputRequired(NEEDED)] if needed else [Optional()]
        super().__init__(label, checks, choices=[NONE], **kwargs)


class AreaField(UnitField):
    """A choice among areas, given by `Form.offer`."""


class ItemField(UnitField):
    """A choice among power items, given by `Form.offer`."""


class ItemsField(SelectMultipleField):  # type: ignore[misc]
    """Any number of power items, given by `Form.offer`."""


class YesNoUnknown(SelectField):  # type: ignore[misc]
    """Yes, no, or nobody knows: True, False, None."""

    def __init__(self, label: Any, **kwargs: Any) -> None:  # noqa: ANN401
        choices = options([("", _l("Not known")), ("yes", _l("Yes")), ("no", _l("No"))])
        super().__init__(label, choices=choices, validate_choice=False, **kwargs)

    def process_data(self, value: Any) -> None:  # noqa: ANN401
        """Show a truth value as one of the choices."""
        self.data = {True: "yes", False: "no"}.get(value, "")

    @property
    def truth(self) -> bool | None:
        """The answer as a truth value."""
        return {"yes": True, "no": False}.get(self.data)


def regimes_offered() -> list[SelectChoice]:
    return [NONE, *options((code, en if language() == "en" else zh) for code, zh, en in regime_names())]


def _indented(unit: UnitRow, tongue: str) -> str:
    return f"{'　' * min(unit.depth, 6)}{unit.name(tongue)}（{unit.code}）"


class OfferingForm(Form):
    """A form whose choices of units, areas and items come from the page."""

    def offer(
        self, units: Iterable[UnitRow] = (), areas: Iterable[AreaRow] = (), items: Iterable[ItemRow] = ()
    ) -> "OfferingForm":
        """Fill the choices; returns the form."""
        tongue = language()
        offered: Sequence[tuple[type, list[tuple[str, str]]]] = (
            (AreaField, [(a.code, f"{'　' * a.depth}{a.name(tongue)}（{a.code}）") for a in areas]),
            (ItemField, [(i.code, f"{i.code} {i.title(tongue)}") for i in items]),
            (UnitField, [(u.code, _indented(u, tongue)) for u in units]),
        )
        for field in self:
            if isinstance(field, ItemsField):
                field.choices = options(offered[1][1])
            sort = next((choices for kind, choices in offered if isinstance(field, kind)), None)
            if sort is not None:
                field.choices = [NONE, *options(sort)]
        return self
