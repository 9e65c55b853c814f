"""Forms of the duty pages."""

from app.eligibility.forms.duty import DecisionFilter, DutyForm
from app.eligibility.forms.rosters import CopyForm, FillForm, PlanForm, ReplaceForm, RowForm
from app.eligibility.forms.squads import MembersForm, SquadForm

__all__ = [
    "CopyForm", "DecisionFilter", "DutyForm", "FillForm", "MembersForm", "PlanForm", "ReplaceForm", "RowForm",
    "SquadForm",
]  # fmt: skip
