"""The plain text that trainers have: numbered questions under headings, answers in brackets, lines or a table."""

from question_bank.formats.plain_text.reader import read

__all__ = ["read"]
