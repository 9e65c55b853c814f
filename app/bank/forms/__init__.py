"""Forms of the question bank."""

from app.bank.forms.choices import BULK, FORMAT_TITLES, choices, chosen_pairs, whole_number
from app.bank.forms.exchange import ExportForm, UploadForm
from app.bank.forms.item import ItemForm, fields_of
from app.bank.forms.rows import PictureDesk
from app.bank.forms.statutes import AdoptStatuteForm, StatuteForm, WithdrawStatuteForm
from app.bank.forms.steps import BulkForm, RemarkForm, StepForm

__all__ = [
    "BULK", "FORMAT_TITLES", "AdoptStatuteForm", "BulkForm", "ExportForm", "ItemForm", "PictureDesk", "RemarkForm",
    "StatuteForm", "StepForm", "UploadForm", "WithdrawStatuteForm", "choices", "chosen_pairs", "fields_of",
    "whole_number",
]  # fmt: skip
