"""Forms of the exams, and the words for their codes."""

from app.exams.forms.marking import MarkForm, mark_form
from app.exams.forms.short import CodesForm, KeyForm, ReasonForm, ReleaseForm, UnitForm
from app.exams.forms.sitting import RoomForm, SittingForm, sitting_form
from app.exams.forms.specification import CellForm, SpecificationForm, specification_form
from app.exams.forms.words import (
    KINDS,
    LEVELS,
    PAPERS,
    REFUSALS,
    SCORING,
    TYPES,
    WAYS,
    WORDS,
    split_codes,
    unit_choices,
    whole,
)

__all__ = [
    "KINDS",
    "LEVELS",
    "PAPERS",
    "REFUSALS",
    "SCORING",
    "TYPES",
    "WAYS",
    "WORDS",
    "CellForm",
    "CodesForm",
    "KeyForm",
    "MarkForm",
    "ReasonForm",
    "ReleaseForm",
    "RoomForm",
    "SittingForm",
    "SpecificationForm",
    "UnitForm",
    "mark_form",
    "sitting_form",
    "specification_form",
    "split_codes",
    "unit_choices",
    "whole",
]
