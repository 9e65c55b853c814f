"""Questions in rows: .csv and .xlsx with Chinese or English headings in any order."""

from question_bank.formats.tabular.columns import LOSES, has_headings, looks_tabular
from question_bank.formats.tabular.reading import read_csv, read_rows, read_xlsx
from question_bank.formats.tabular.template import template
from question_bank.formats.tabular.writing import carries, write_csv, write_xlsx

__all__ = [
    "LOSES",
    "carries",
    "has_headings",
    "looks_tabular",
    "read_csv",
    "read_rows",
    "read_xlsx",
    "template",
    "write_csv",
    "write_xlsx",
]
