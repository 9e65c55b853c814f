"""The plain text that trainers have: numbered questions under headings, answers in brackets, lines or a table."""

from question_bank.formats.plain_text.document import drafted, questions, read
from question_bank.formats.plain_text.reader import OPTIONS, STEM

__all__ = ["OPTIONS", "STEM", "drafted", "questions", "read"]
