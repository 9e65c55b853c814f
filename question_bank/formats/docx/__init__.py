"""Word documents (.docx): their visible text is read as plain text is, their tables as sheets are."""

from question_bank.formats.docx.reader import read

__all__ = ["read"]
